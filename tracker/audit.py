"""Who did what and when: entries are added and never changed, and each carries a hash over the one before.

The hash makes a change inside the file show. That the newest entries were cut off shows by what is kept elsewhere: each
build keeps the number and hash of the entry that was the newest when it was made, and so does each export of the audit.
"""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from tracker.office_store import Connection, Row, now, reading, store_exists, writing

# What a person does, beside the actions of tracker.rights.
ACTIONS = (
    "sign_in", "refused", "upload", "load", "withdraw", "publish", "go_back", "report", "decide", "correct",
    "threshold", "target", "catalogue", "export", "rights", "command",
)  # fmt: skip
SOURCES = ("page", "command")
_LONGEST = 500


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did. ``at`` is the server's time in ISO form, never earlier than the entry before."""

    entry: int
    at: str
    person: str
    action: str
    subject: str
    source: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The newest entry at some moment: its number and hash; 0 and empty where there was none."""

    entry: int
    hash: str


@dataclass(frozen=True)
class Chain:
    """Whether the entries are as they were written.

    ``broken_at`` is the first that is not, or the first of those that an earlier moment knew and that are gone; None
    where all are there.
    """

    entries: int
    newest_hash: str
    broken_at: int | None


def record(person: str, action: str, subject: str, source: str = "page") -> None:
    """Keep that a person did something."""
    with writing() as office:
        record_in(office, person, action, subject, source)


def record_daily(person: str, action: str, subject: str) -> None:
    """Keep something once a day and person: every link opens a new session, and strangers may try for ever."""
    today = now()[:10]
    with reading() as office:
        known = office.execute(
            "SELECT 1 FROM audit WHERE at >= ? AND person = ? AND action = ? AND subject = ? LIMIT 1",
            [today, person[:_LONGEST], action, subject],
        ).fetchone()
    if known is None:
        record(person, action, subject)


def record_in(office: Connection, person: str, action: str, subject: str, source: str) -> None:
    """The same as part of a transaction: done and recorded, or neither."""
    before = office.execute("SELECT * FROM audit ORDER BY entry DESC LIMIT 1").fetchone()
    # A clock that was put back must not put the order of what happened in doubt.
    at = max(now(), before["at"]) if before else now()
    number = before["entry"] + 1 if before else 1
    values = [number, at, person[:_LONGEST], action, subject[:_LONGEST], source]
    office.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", [*values, _hash(_previous(before), *values)])


def entries(
    person: str = "", action: str = "", since: dt.date | None = None, until: dt.date | None = None
) -> list[Entry]:
    """The entries that match, the newest first.

    Args:
        person: part of a name; empty for everybody.
        action: one of :data:`ACTIONS`; empty for all.
        since: the first day.
        until: the last day, whole.
    """
    if not store_exists():
        return []
    after = since.isoformat() if since else ""
    before = (until + dt.timedelta(1)).isoformat() if until else "9999"
    with reading() as office:
        rows = office.execute(
            "SELECT * FROM audit WHERE (? = '' OR instr(lower(person), lower(?)) > 0)"
            " AND (? = '' OR action = ?) AND at >= ? AND at < ? ORDER BY entry DESC",
            [person.strip(), person.strip(), action, action, after, before],
        )
        return [Entry(*row) for row in rows]


def head(folder: Path | None = None) -> Head:
    """The newest entry of a data folder as it is now."""
    if store_exists(folder):
        with reading(folder) as office:
            row = office.execute("SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1").fetchone()
            return Head(*row) if row else Head(0, "")
    return Head(0, "")


def chain(known: Head | None = None, folder: Path | None = None) -> Chain:
    """Follow the hashes from the first entry to the newest.

    Args:
        known: the newest entry of an earlier moment, kept outside the store; it must still be there as it was.
        folder: the data folder; that of the settings where none is named.
    """
    previous, number, broken = "", 0, None
    if store_exists(folder):
        with reading(folder) as office:
            for row in office.execute("SELECT * FROM audit ORDER BY entry"):
                number += 1
                is_known = known is None or known.entry != number or known.hash == row["hash"]
                is_next = row["entry"] == number and row["hash"] == _hash(previous, *tuple(row)[:-1])
                if broken is None and not (is_known and is_next):
                    broken = row["entry"]
                previous = row["hash"]
    if broken is None and known is not None and known.entry > number:
        broken = number + 1
    return Chain(number, previous, broken)


def os_user() -> str:
    """Who runs this process, as the operating system knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a service without an entry in the list of users
        return "?"


def _previous(before: Row | None) -> str:
    return str(before["hash"]) if before else ""


def _hash(previous: str, *values: object) -> str:
    return hashlib.sha256(json.dumps([previous, *values], ensure_ascii=False).encode()).hexdigest()
