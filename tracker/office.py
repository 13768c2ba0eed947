"""What moves no number: meetings, their decisions, which builds were reported, and named briefings.

One SQLite file, ``office.sqlite`` in the data folder, made when something is first written and touched by no build.
Every call opens the file and closes it again, so that pages, several server processes and the command line may share
it; writers wait for one another. What was decided is never overwritten: a decision is the newest of its versions.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from tracker.catalog import data_folder

SCHEMA_VERSION = 1
# 未办, 在办, 销号 in the words of supervision offices.
STATES = ("open", "in_progress", "closed")
_WAIT_SECONDS = 20.0
_SCHEMA = Path(__file__).resolve().parent / "office.sql"

# The types that office.sql gives its columns beside SQLite's own.
sqlite3.register_converter("office_day", lambda written: dt.date.fromisoformat(written.decode()))
sqlite3.register_converter("office_time", lambda written: dt.datetime.fromisoformat(written.decode()))
sqlite3.register_converter("office_names", lambda written: tuple(json.loads(written)))
sqlite3.register_converter("office_json", json.loads)


class OfficeError(Exception):
    """The office store cannot do what it was asked."""


class OfficeUnreadable(OfficeError):
    """The file is there and is no whole SQLite file: damaged, or something else under that name."""


class OfficeNewer(OfficeError):
    """A newer version of the program wrote the file; this one would not understand what it changes."""


class DecisionChanged(OfficeError):
    """Somebody else changed the decision after it was read; theirs stands."""


class Incomplete(OfficeError):
    """A text that must be there is empty."""


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
    with _reading() as office:
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
    values = [_new_id(), plan_id, _stated(name), held_on.isoformat(), build_id, as_of.isoformat()]
    with _writing() as office:
        office.execute(
            "INSERT INTO meeting (meeting_id, plan_id, name, held_on, build_id, as_of) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (plan_id, held_on) DO NOTHING",
            values,
        )
        found = office.execute("SELECT * FROM meeting WHERE plan_id = ? AND held_on = ?", [plan_id, values[3]])
        return Meeting(*found.fetchone())


def set_agenda(meeting_id: str, agenda: Sequence[str] | None) -> None:
    """Keep the order of a meeting's targets; what is not in it is left out. None is the default order again."""
    kept = None if agenda is None else json.dumps(list(agenda))
    with _writing() as office:
        office.execute("UPDATE meeting SET agenda = ? WHERE meeting_id = ?", [kept, meeting_id])


def decisions(plan_id: str, meeting_id: str | None = None) -> list[Decision]:
    """The decisions of a plan as they stand, in the order in which they were made; of one meeting if it is named."""
    with _reading() as office:
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
    decision_id = _new_id()
    with _writing() as office:
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
    with _writing() as office:
        if _decision_now(office, decision.decision_id).version != decision.version:
            raise DecisionChanged(decision.decision_id)
        _add_version(office, decision.decision_id, decision.version + 1, asked, by)
        return _decision_now(office, decision.decision_id)


def history(decision_id: str) -> list[Version]:
    """Every version of a decision, the first first."""
    with _reading() as office:
        rows = office.execute("SELECT * FROM decision_version WHERE decision_id = ? ORDER BY version", [decision_id])
        return [Version(row["version"], _asked(row), row["at"], row["by"]) for row in rows]


def mark_reported(build_id: str, plan_id: str, as_of: dt.date, meeting: str, held_on: dt.date, by: str) -> None:
    """Say that the numbers of a build were reported at a meeting: it is kept from then on.

    Raises:
        Incomplete: where the meeting or who marks it is empty.
    """
    values = [build_id, plan_id, as_of.isoformat(), _stated(meeting), held_on.isoformat(), _now(), _stated(by)]
    with _writing() as office:
        office.execute(
            "INSERT INTO reported (build_id, plan_id, as_of, meeting, held_on, marked_at, marked_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )


def unmark_reported(build_id: str, by: str) -> int:
    """Take back the marks of a build that was marked by mistake; they stay in the file. Returns how many there were."""
    with _writing() as office:
        return office.execute(
            "UPDATE reported SET withdrawn_at = ?, withdrawn_by = ? WHERE build_id = ? AND withdrawn_at IS NULL",
            [_now(), _stated(by), build_id],
        ).rowcount


def reported() -> list[Reported]:
    """The builds reported at meetings, the latest meeting first."""
    if not _file().exists():  # asked at every run of a page, and an empty store takes milliseconds to make
        return []
    with _reading() as office:
        rows = office.execute(
            "SELECT build_id, plan_id, as_of, meeting, held_on, marked_at, marked_by FROM reported"
            " WHERE withdrawn_at IS NULL ORDER BY held_on DESC, rowid DESC"
        )
        return [Reported(*row) for row in rows]


def builds_to_keep(folder: Path) -> set[str]:
    """The builds of a data folder that no publishing may remove: reported ones, and those of a plan's last two
    meetings, against which the next meeting says what changed."""
    with _reading(folder) as office:
        return {row["build_id"] for row in office.execute("SELECT build_id FROM build_to_keep")}


def briefings() -> list[Briefing]:
    """The named briefings by name."""
    with _reading() as office:
        return [Briefing(*row) for row in office.execute("SELECT * FROM briefing ORDER BY name")]


def save_briefing(name: str, selection: Mapping[str, Any], by: str) -> None:
    """Keep what a briefing holds under a name; one of that name is replaced."""
    values = [_stated(name), json.dumps(dict(selection), ensure_ascii=False), _now(), _stated(by)]
    with _writing() as office:
        office.execute("INSERT OR REPLACE INTO briefing VALUES (?, ?, ?, ?)", values)


def remove_briefing(name: str) -> None:
    """Forget a named briefing."""
    with _writing() as office:
        office.execute("DELETE FROM briefing WHERE name = ?", [name])


@contextmanager
def _reading(folder: Path | None = None) -> Iterator[sqlite3.Connection]:
    """The store to read; an empty one while nothing was ever written, so that a look leaves no file behind."""
    file = _file(folder)
    is_new = not file.exists()
    with _understood(file), closing(_connect(":memory:" if is_new else file)) as office:
        _create(office, nullcontext() if is_new else _lock(file))
        yield office


@contextmanager
def _writing() -> Iterator[sqlite3.Connection]:
    """The store to write in one transaction: all of it or nothing."""
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with _understood(file), closing(_connect(file)) as office:
        _create(office, _lock(file))
        office.execute("BEGIN IMMEDIATE")
        try:
            yield office
        except BaseException:
            office.execute("ROLLBACK")
            raise
        office.execute("COMMIT")


@contextmanager
def _understood(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a mistake of the caller, no fault of the file
    except sqlite3.DatabaseError as fault:
        raise OfficeUnreadable(str(file)) from fault


def _file(folder: Path | None = None) -> Path:
    return (folder or data_folder()) / "office.sqlite"


def _connect(file: Path | str) -> sqlite3.Connection:
    office = sqlite3.connect(file, timeout=_WAIT_SECONDS, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES)
    office.row_factory = sqlite3.Row
    office.execute("PRAGMA foreign_keys = ON")
    return office


def _lock(file: Path) -> AbstractContextManager[object]:
    return FileLock(file.with_suffix(".lock"), timeout=_WAIT_SECONDS)


def _create(office: sqlite3.Connection, lock: AbstractContextManager[object]) -> None:
    """Make the tables of a new file. Going over to WAL does not wait for others, hence a lock of its own."""
    if _version(office) == SCHEMA_VERSION:
        return
    with lock:
        if _version(office) < SCHEMA_VERSION:
            tables = _SCHEMA.read_text(encoding="utf-8")
            office.execute("PRAGMA journal_mode = WAL")
            office.executescript(f"BEGIN;{tables};PRAGMA user_version = {SCHEMA_VERSION};COMMIT")


def _version(office: sqlite3.Connection) -> int:
    version = int(office.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise OfficeNewer(version)
    return version


def _add_version(office: sqlite3.Connection, decision_id: str, version: int, asked: Asked, by: str) -> None:
    asked_for = [_stated(asked.text), _stated(asked.responsible), asked.due_on.isoformat(), asked.state]
    office.execute(
        "INSERT INTO decision_version (decision_id, version, text, responsible, due_on, state, at, by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [decision_id, version, *asked_for, _now(), _stated(by)],
    )


def _stated(text: str) -> str:
    if not text.strip():
        raise Incomplete
    return text.strip()


def _decision_now(office: sqlite3.Connection, decision_id: str) -> Decision:
    return _decision(office.execute("SELECT * FROM decision_now WHERE decision_id = ?", [decision_id]).fetchone())


def _decision(row: sqlite3.Row) -> Decision:
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


def _asked(row: sqlite3.Row) -> Asked:
    return Asked(row["text"], row["responsible"], row["due_on"], row["state"])


def _now() -> str:
    return dt.datetime.now().replace(microsecond=0).isoformat()


def _new_id() -> str:
    return uuid.uuid4().hex[:12]
