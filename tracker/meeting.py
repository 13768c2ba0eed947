"""A meeting's agenda and what its screens say: targets and areas worst first, decisions that are owed. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from tracker import districts, findings, text
from tracker.findings import Row
from tracker.office import STATES, Decision
from tracker.text import word

_FOOT_LETTERS = 54  # two lines of 28 pixels beside the picture of a target
_WIDE_FROM = "\u2e80"  # from here on a letter is as wide as it is high
Item = TypeVar("Item")


@dataclass(frozen=True)
class AreaLine:
    """One area on a target: how far it is ahead in the target's unit, None where it has not reported."""

    name: str
    ahead: float | None
    label: str
    status: str


def default_agenda(targets: pl.DataFrame) -> list[str]:
    """The targets that lag, the worst first, then the other headline targets."""
    lagging = findings.most_in_need(targets, targets.height)["target_id"].to_list()
    headline = targets.filter(pl.col("is_headline"))["target_id"].to_list()
    return list(dict.fromkeys([*lagging, *headline]))


def agenda(targets: pl.DataFrame, kept: Sequence[str] | None) -> list[str]:
    """The order that somebody set, without targets that the view no longer has; else the default order."""
    known = set(targets["target_id"])
    return default_agenda(targets) if kept is None else [target_id for target_id in kept if target_id in known]


def moved(order: Sequence[str], target_id: str, step: int) -> list[str]:
    """The order with a target one place up (−1) or down (1), left out (0), or put at the end when it was not there."""
    if target_id not in order:
        return [*order, target_id]
    place = order.index(target_id)
    others = [other for other in order if other != target_id]
    if step == 0:
        return others
    place = min(max(place + step, 0), len(others))
    return [*others[:place], target_id, *others[place:]]


def area_lines(rows: pl.DataFrame, number: int, language: str) -> tuple[list[AreaLine], str]:
    """The areas on a target, the one that lags most first, and a line that counts those left out.

    Args:
        rows: as :func:`tracker.districts.ranked`.
        number: lines that there is room for.
        language: of the words.
    """
    found = [_area_line(row, language) for row in rows.iter_rows(named=True)]
    known = sorted((line for line in found if line.ahead is not None), key=lambda line: line.ahead or 0.0)
    silent = [line for line in found if line.ahead is None]
    ordered = [*known, *silent]
    if len(ordered) <= number:
        return ordered, ""
    worst = number - 2  # one line for the best, one for all others
    shown = [*ordered[:worst], *known[worst:][-1:]]
    unseen = sum(line not in shown for line in silent)
    key = "meeting.rest_areas_silent" if unseen else "meeting.rest_areas"
    return shown, word(key, language, number=len(ordered) - len(shown), silent=unseen)


def _area_line(row: Row, language: str) -> AreaLine:
    ahead = None if row["status"] == "not_reported" else districts.distance_ahead(dict(row))
    label = districts.pace_gap(dict(row), language) or word(f"status.{row['status']}", language)
    return AreaLine(row["area_short"], ahead, findings.marked(row, label, language, is_tight=True), row["status"])


def owed(decisions: Sequence[Decision], before: str | None, now: str | None) -> list[Decision]:
    """What opens a meeting: every decision of the meeting before, and older ones that are not closed.

    Args:
        decisions: all of a plan.
        before: the id of the meeting before.
        now: the id of the meeting that begins, whose own decisions are none of these.
    """
    found = [
        decision
        for decision in decisions
        if decision.meeting_id != now and (decision.meeting_id == before or decision.asked.state != STATES[-1])
    ]
    return sorted(found, key=lambda decision: (decision.asked.state == STATES[-1], decision.asked.due_on))


def responsible(decision: Decision, units: Mapping[str, str]) -> str:
    """Who is responsible, by name."""
    return units.get(decision.asked.responsible, decision.asked.responsible)


def decision_row(
    decision: Decision, units: Mapping[str, str], names: Mapping[str, str], today: dt.date, language: str
) -> list[str]:
    """What is to be done about which target and area, by whom, until when, and how far it is."""
    about = [names[code] for code in (decision.target_id or "", decision.area_code or "") if code in names]
    said = word("meeting.about", language, text=decision.asked.text, about=text.listed(about, language))
    said = said if about else decision.asked.text
    due = text.day(decision.asked.due_on, language)
    if decision.asked.state != STATES[-1] and decision.asked.due_on < today:
        due = word("meeting.overdue", language, day=due)
    return [said, responsible(decision, units), due, word(f"meeting.state_{decision.asked.state}", language)]


def fitting(items: Sequence[Item], said: Callable[[Item], str], width: int, lines: int) -> list[Item]:
    """The first items that fit into so many lines of so many wide letters."""
    shown: list[Item] = []
    for item in items:
        lines -= -(-_width(said(item)) // width) or 1
        if lines < 0:
            break
        shown.append(item)
    return shown


def first_sentences(said: Sequence[str], separator: str, width: int) -> str:
    """As many sentences as are no wider together than so many wide letters; the first in any case."""
    joined = said[0] if said else ""
    for sentence in said[1:]:
        longer = f"{joined}{separator}{sentence}"
        joined = longer if _width(longer) <= width else joined
    return joined


def owners_line(names: list[str], language: str) -> str:
    """Who is responsible: two units by name where they fit into two lines of a screen's foot, else one."""
    two, one = (
        word("need.owners", language, owners=findings.owners_phrase(names, shown, language)) for shown in (2, 1)
    )
    return two if _width(two) <= _FOOT_LETTERS else one


def _width(said: str) -> int:
    return sum(2 if letter >= _WIDE_FROM else 1 for letter in said) // 2
