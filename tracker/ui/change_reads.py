"""What changed on the headline targets since the last build or a month of the reader's choice."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import polars as pl

from tracker import text, warehouse
from tracker.difference_text import difference_line
from tracker.explained import Moment, explain
from tracker.links import View
from tracker.text import word
from tracker.ui.reading import read
from tracker.ui.state import pick

_MONTHS = ("3", "1", "12")
_BUILD = "build"


def pick_changes(view: View, targets: pl.DataFrame) -> list[str]:
    """Let the reader pick what to compare with, and say what differs: one line a target that changed.

    Args:
        view: what is looked at. The difference is that of the default counting, whatever is switched on.
        targets: rows of :func:`tracker.viewing.targets_at`.
    """
    chosen = view.language
    previous = _previous_build(view)
    options = ([_BUILD] if previous else []) + [months for months in _MONTHS if _before(view, months) is not None]
    if not options:
        return []
    asked = pick("since", options, word("overview.since", chosen), lambda code: _named(code, view))
    day = None if asked == _BUILD else _before(view, asked)
    earlier = Moment(previous or view.build_id, view.as_of) if day is None else Moment(view.build_id, day)
    return [
        line
        for row in targets.iter_rows(named=True)
        if (line := _line(view.plan_id, row["target_id"], row["area_code"], row["due_on"], earlier, view)) is not None
    ]


def _named(code: str, view: View) -> str:
    if code == _BUILD:
        return word("overview.since_build", view.language)
    day = _before(view, code)
    assert day is not None
    return word("overview.since_month", view.language, month=text.month(day, view.language))


def _previous_build(view: View) -> str | None:
    """The build before the one in view, while its file is kept and of the same shape."""
    previous = read(view.build_id, "build").row(0, named=True)["previous_build_id"]
    if previous is None or not warehouse.has_build(previous):
        return None
    try:
        read(previous, "progress", plan_id=view.plan_id, as_of=view.as_of)
    except warehouse.BuildUnreadable:
        return None
    return str(previous)


def _before(view: View, months: str) -> dt.date | None:
    day = pl.Series([view.as_of]).dt.offset_by(f"-{months}mo").dt.month_end()[0]
    known = read(view.build_id, "as_of_dates", plan_id=view.plan_id)["as_of"].to_list()
    return day if day in known else None


@lru_cache(maxsize=512)
def _line(plan_id: str, target_id: str, area: str, due_on: dt.date, earlier: Moment, view: View) -> str | None:
    difference = explain(plan_id, target_id, area, due_on, earlier, Moment(view.build_id, view.as_of))
    if not difference.is_change:
        return None
    rows = read(view.build_id, "targets", plan_id=plan_id, as_of=view.as_of, language=view.language)
    is_asked = (pl.col("target_id") == target_id) & (pl.col("area_code") == area) & (pl.col("due_on") == due_on)
    return difference_line(rows.row(by_predicate=is_asked, named=True), difference, view.language)
