"""What changed on targets since the last build, a reported build, the last meeting or an earlier month."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from tracker import excerpt, office, text, warehouse
from tracker.difference_text import difference_line
from tracker.explained import Moment, explain
from tracker.keeping import kept
from tracker.links import View
from tracker.months import month_end
from tracker.text import word
from tracker.ui.reading import reported_builds
from tracker.ui.state import pick
from tracker.warehouse import read

_MONTHS = ("3", "1", "12")
_BUILD = "build"
_AT_ONCE = 2
# Asked for every target alike. The names behind a number are not: a hundred thousand would be kept for one line.
_SAME_FOR_ALL = (
    "definitions",
    "difference_digest",
    "difference_files",
    "difference_values",
    "progress",
    "rule_targets",
    "thresholds",
)


def pick_changes(view: View, targets: tuple[tuple[str, str, dt.date], ...]) -> list[str]:
    """Let the reader pick what to compare with, and say what differs: one line a target that changed.

    Args:
        view: what is looked at. The difference is that of the default counting, whatever is switched on.
        targets: target, area and due date of each.
    """
    moments = _moments(view)
    if not moments:
        return []
    asked = pick("since", list(moments), word("overview.since", view.language), lambda code: moments[code][0])
    earlier = moments[asked][1]
    return _change_lines(targets, earlier, view)


def _moments(view: View) -> dict[str, tuple[str, Moment]]:
    """What to compare with, by the code of the choice: its words, build and month."""
    chosen = view.language
    found: dict[str, tuple[str, Moment]] = {}
    stated = read(view.build_id, "build").row(0, named=True)["previous_build_id"]
    previous = excerpt.like(view.build_id, stated) if stated else None
    if previous is not None and is_comparable(previous, view):
        found[_BUILD] = word("overview.since_build", chosen), Moment(previous, view.as_of)
    for months in _MONTHS:
        if day := _before(view, months):
            named = word("overview.since_month", chosen, month=text.month(day, chosen))
            found[months] = named, Moment(view.build_id, day)
    for mark in reported_builds(view.plan_id) or []:
        marked = excerpt.like(view.build_id, mark.build_id)
        if marked != view.build_id and is_comparable(marked, view):
            named = word("overview.since_reported", chosen, meeting=mark.meeting, day=text.day(mark.held_on, chosen))
            found[mark.build_id] = named, Moment(marked, min(mark.as_of, view.as_of))
    return found


def is_comparable(build_id: str, view: View) -> bool:
    """Whether a build is kept and of the same shape as the one in view."""
    if not warehouse.has_build(excerpt.whole_id(build_id)):
        return False
    try:
        read(build_id, "progress", plan_id=view.plan_id, as_of=view.as_of)
        read(build_id, "difference_digest")
    except warehouse.BuildUnreadable:
        return False
    return True


def since_last(view: View, last: office.Meeting | None) -> tuple[str, Moment] | None:
    """What a meeting compares with, in words and as a moment: the last meeting, else a quarter before."""
    if last is not None and is_comparable(last.build_id, view):
        said = word("meeting.since_meeting", view.language, day=text.day(last.held_on, view.language))
        return said, Moment(last.build_id, min(last.as_of, view.as_of))
    day = _before(view, _MONTHS[0])
    if day is None:
        return None
    return word("meeting.since_month", view.language, month=text.month(day, view.language)), Moment(view.build_id, day)


def _before(view: View, months: str) -> dt.date | None:
    day = month_end(view.as_of, -int(months))
    known = read(view.build_id, "as_of_dates", plan_id=view.plan_id)["as_of"].to_list()
    return day if day in known else None


@kept(128)
def _change_lines(targets: tuple[tuple[str, str, dt.date], ...], earlier: Moment, view: View) -> list[str]:
    """What changed on each of several targets that did. Shared by all sessions, so never changed in place."""
    # Of 100,000 enterprises the names behind a number are still one piece of work to DuckDB, so two are asked at once.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        lines = list(pool.map(lambda one: change_line(one[0], one[1], one[2], earlier, view), targets))
    return [line for line in lines if line]


@kept(512)
def change_line(
    target_id: str, area: str, due_on: dt.date, earlier: Moment, view: View, *, is_short: bool = False
) -> str | None:
    """What changed on a target of a view since a moment; None where nothing did."""
    later = Moment(view.build_id, view.as_of)
    difference = explain(view.plan_id, target_id, area, due_on, earlier, later, _remembered)
    if not difference.is_change:
        return None
    rows = read(view.build_id, "targets", plan_id=view.plan_id, as_of=view.as_of, language=view.language)
    is_asked = (pl.col("target_id") == target_id) & (pl.col("area_code") == area) & (pl.col("due_on") == due_on)
    return difference_line(rows.row(by_predicate=is_asked, named=True), difference, view.language, is_short=is_short)


def _remembered(build_id: str, name: str, **parameters: object) -> pl.DataFrame:
    return (read if name in _SAME_FOR_ALL else warehouse.query)(build_id, name, **parameters)
