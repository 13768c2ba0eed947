"""What moves no number: meetings, their decisions, which builds were reported, and named briefings.

They are kept in ``office.sqlite``, see :mod:`tracker.office_store`. What was decided is never overwritten: a decision
is the newest of its versions.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker import office_store
from tracker.keeping import kept
from tracker.office_store import Connection, OfficeError, Row, new_id, now, reading, stated, writing

# 未办, 在办, 销号 in the words of supervision offices.
STATES = ("open", "in_progress", "closed")


class DayTaken(OfficeError):
    """The plan has another meeting on that day."""


class DecisionChanged(OfficeError):
    """Somebody else changed the decision after it was read; theirs stands."""


@dataclass(frozen=True)
class Meeting:
    """A meeting of a plan, held or prepared. ``agenda`` is target ids in order; None is the default order."""

    meeting_id: str
    plan_id: str
    name: str
    held_on: dt.date
    build_id: str
    as_of: dt.date
    agenda: tuple[str, ...] | None


@dataclass(frozen=True)
class Asked:
    """What a decision asks for: the part of it that may change. ``responsible`` is a unit's code or a name."""

    text: str
    responsible: str
    due_on: dt.date
    state: str = STATES[0]


@dataclass(frozen=True)
class Decision:
    """A decision as it stands: what it asks, what it is about, who made and last changed it and when.

    ``target_id`` and ``area_code`` are None where it is about no single target or area.
    """

    decision_id: str
    meeting_id: str
    plan_id: str
    target_id: str | None
    area_code: str | None
    asked: Asked
    version: int
    created_at: dt.datetime
    created_by: str
    changed_at: dt.datetime
    changed_by: str


@dataclass(frozen=True)
class Version:
    """One state of a decision in its history, the first being how it was made."""

    version: int
    asked: Asked
    at: dt.datetime
    by: str


@dataclass(frozen=True)
class Reported:
    """A build whose numbers were reported at a meeting."""

    build_id: str
    plan_id: str
    as_of: dt.date
    meeting: str
    held_on: dt.date
    marked_at: dt.datetime
    marked_by: str


@dataclass(frozen=True)
class Briefing:
    """A named choice of what a briefing holds."""

    name: str
    selection: Mapping[str, Any]
    changed_at: dt.datetime
    changed_by: str


def meetings(plan_id: str) -> list[Meeting]:
    """The meetings of a plan, the latest first."""
    with reading() as office:
        rows = office.execute("SELECT * FROM meeting WHERE plan_id = ? ORDER BY held_on DESC, rowid DESC", [plan_id])
        return [Meeting(*row) for row in rows]


def coming_meeting(plan_id: str, today: dt.date) -> Meeting | None:
    """The meeting of a plan that is held today or prepared for the nearest day ahead."""
    return next((meeting for meeting in reversed(meetings(plan_id)) if meeting.held_on >= today), None)


def last_meeting(plan_id: str, before: dt.date) -> Meeting | None:
    """The newest meeting of a plan that was held before a day."""
    return next((meeting for meeting in meetings(plan_id) if meeting.held_on < before), None)


def open_meeting(plan_id: str, name: str, held_on: dt.date, build_id: str, as_of: dt.date) -> Meeting:
    """The meeting of a plan on a day, entered when it is not there yet; then its name and build stay as they are."""
    values = [new_id(), plan_id, stated(name), held_on.isoformat(), build_id, as_of.isoformat()]
    with writing() as office:
        office.execute(
            "INSERT INTO meeting (meeting_id, plan_id, name, held_on, build_id, as_of) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (plan_id, held_on) DO NOTHING",
            values,
        )
        found = office.execute("SELECT * FROM meeting WHERE plan_id = ? AND held_on = ?", [plan_id, values[3]])
        return Meeting(*found.fetchone())


def change_meeting(meeting: Meeting, name: str, held_on: dt.date) -> None:
    """Give a prepared meeting another name or day; its agenda, decisions and build stay.

    Raises:
        DayTaken: where the plan has another meeting on that day.
        Incomplete: where the name is empty.
    """
    values = [stated(name), held_on.isoformat(), meeting.meeting_id]
    with writing() as office:
        others = "SELECT 1 FROM meeting WHERE plan_id = ? AND held_on = ? AND meeting_id <> ?"
        if office.execute(others, [meeting.plan_id, *values[1:]]).fetchone():
            raise DayTaken(held_on.isoformat())
        office.execute("UPDATE meeting SET name = ?, held_on = ? WHERE meeting_id = ?", values)


def set_agenda(meeting_id: str, agenda: Sequence[str] | None) -> None:
    """Keep the order of a meeting's targets; what is not in it is left out. None is the default order again."""
    kept = None if agenda is None else json.dumps(list(agenda))
    with writing() as office:
        office.execute("UPDATE meeting SET agenda = ? WHERE meeting_id = ?", [kept, meeting_id])


def decisions(plan_id: str, meeting_id: str | None = None) -> list[Decision]:
    """The decisions of a plan as they stand, in the order in which they were made; of one meeting if it is named."""
    with reading() as office:
        rows = office.execute(
            "SELECT * FROM decision_now WHERE plan_id = ? AND (? IS NULL OR meeting_id = ?) ORDER BY created_order",
            [plan_id, meeting_id, meeting_id],
        )
        return [_decision(row) for row in rows]


def decide(
    meeting: Meeting, asked: Asked, by: str, target_id: str | None = None, area_code: str | None = None
) -> Decision:
    """Enter a decision of a meeting.

    Raises:
        Incomplete: where its text, who is responsible or who enters it is empty.
    """
    decision_id = new_id()
    with writing() as office:
        office.execute(
            "INSERT INTO decision (decision_id, meeting_id, target_id, area_code) VALUES (?, ?, ?, ?)",
            [decision_id, meeting.meeting_id, target_id, area_code],
        )
        _add_version(office, decision_id, 1, asked, by)
        return _decision_now(office, decision_id)


def change_decision(decision: Decision, asked: Asked, by: str) -> Decision:
    """Change a decision, as it was read; the earlier version stays in its history.

    Raises:
        DecisionChanged: where somebody else changed it after it was read.
        Incomplete: where its text, who is responsible or who changes it is empty.
    """
    with writing() as office:
        if _decision_now(office, decision.decision_id).version != decision.version:
            raise DecisionChanged(decision.decision_id)
        _add_version(office, decision.decision_id, decision.version + 1, asked, by)
        return _decision_now(office, decision.decision_id)


def history(decision_id: str) -> list[Version]:
    """Every version of a decision, the first first."""
    with reading() as office:
        rows = office.execute("SELECT * FROM decision_version WHERE decision_id = ? ORDER BY version", [decision_id])
        return [Version(row["version"], _asked(row), row["at"], row["by"]) for row in rows]


def mark_reported(build_id: str, plan_id: str, as_of: dt.date, meeting: str, held_on: dt.date, by: str) -> None:
    """Say that the numbers of a build were reported at a meeting: it is kept from then on.

    Raises:
        Incomplete: where the meeting or who marks it is empty.
    """
    values = [build_id, plan_id, as_of.isoformat(), stated(meeting), held_on.isoformat(), now(), stated(by)]
    with writing() as office:
        office.execute(
            "INSERT INTO reported (build_id, plan_id, as_of, meeting, held_on, marked_at, marked_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )


def unmark_reported(build_id: str, by: str) -> int:
    """Take back the marks of a build that was marked by mistake; they stay in the file. Returns how many there were."""
    with writing() as office:
        return office.execute(
            "UPDATE reported SET withdrawn_at = ?, withdrawn_by = ? WHERE build_id = ? AND withdrawn_at IS NULL",
            [now(), stated(by), build_id],
        ).rowcount


def reported() -> list[Reported]:
    """The builds reported at meetings, the latest meeting first."""
    stamp = office_store.stamp()
    return [] if stamp is None else list(_reported(stamp))


@kept(8)
def _reported(stamp: Hashable) -> tuple[Reported, ...]:
    with reading() as office:
        rows = office.execute(
            "SELECT build_id, plan_id, as_of, meeting, held_on, marked_at, marked_by FROM reported"
            " WHERE withdrawn_at IS NULL ORDER BY held_on DESC, rowid DESC"
        )
        return tuple(Reported(*row) for row in rows)


def builds_to_keep(folder: Path) -> set[str]:
    """The builds of a data folder that no publishing may remove: reported ones, and those of a plan's last two
    meetings, against which the next meeting says what changed."""
    with reading(folder) as office:
        return {row["build_id"] for row in office.execute("SELECT build_id FROM build_to_keep")}


def briefings() -> list[Briefing]:
    """The named briefings by name."""
    with reading() as office:
        return [Briefing(*row) for row in office.execute("SELECT * FROM briefing ORDER BY name")]


def save_briefing(name: str, selection: Mapping[str, Any], by: str) -> None:
    """Keep what a briefing holds under a name; one of that name is replaced."""
    values = [stated(name), json.dumps(dict(selection), ensure_ascii=False), now(), stated(by)]
    with writing() as office:
        office.execute("INSERT OR REPLACE INTO briefing VALUES (?, ?, ?, ?)", values)


def remove_briefing(name: str) -> None:
    """Forget a named briefing."""
    with writing() as office:
        office.execute("DELETE FROM briefing WHERE name = ?", [name])


def _add_version(office: Connection, decision_id: str, version: int, asked: Asked, by: str) -> None:
    asked_for = [stated(asked.text), stated(asked.responsible), asked.due_on.isoformat(), asked.state]
    office.execute(
        "INSERT INTO decision_version (decision_id, version, text, responsible, due_on, state, at, by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [decision_id, version, *asked_for, now(), stated(by)],
    )


def _decision_now(office: Connection, decision_id: str) -> Decision:
    return _decision(office.execute("SELECT * FROM decision_now WHERE decision_id = ?", [decision_id]).fetchone())


def _decision(row: Row) -> Decision:
    return Decision(
        row["decision_id"],
        row["meeting_id"],
        row["plan_id"],
        row["target_id"],
        row["area_code"],
        _asked(row),
        row["version"],
        row["created_at"],
        row["created_by"],
        row["at"],
        row["by"],
    )


def _asked(row: Row) -> Asked:
    return Asked(row["text"], row["responsible"], row["due_on"], row["state"])
