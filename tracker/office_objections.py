"""A district's objection to a number: what both sides say, their list and evidence, what was decided by whom.

It moves no number: what follows from an accepted one is a correction or a list. It is kept in the office store, its
files in the folder ``objections`` of the data folder under their content hash, never edited.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.catalog import data_folder
from tracker.office_store import new_id, now, reading, stated, store_exists, writing

# What may be decided; the first is none yet.
STATES = ("open", "accepted", "partly", "rejected")


@dataclass(frozen=True)
class Attached:
    """A file of an objection: its role (``list``, ``evidence`` or ``comparison``), the name that it came with, its
    content hash; of a comparison its sums."""

    role: str
    name: str
    content_hash: str
    outcome: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return _folder() / self.content_hash


@dataclass(frozen=True)
class Decided:
    """One decision about an objection."""

    state: str
    note: str
    decided_on: dt.date
    at: dt.datetime
    by: str


@dataclass(frozen=True)
class Number:
    """The number that an objection is about, as the pages printed it: ``ours``, None where they had none."""

    plan_id: str
    area_code: str
    target_id: str
    as_of: dt.date
    build_id: str
    ours: float | None


@dataclass(frozen=True)
class Objection:
    """An objection with all that belongs to it, ``decisions`` oldest first."""

    objection_id: str
    number: Number
    theirs: float
    raised_by: str
    raised_on: dt.date
    note: str
    at: dt.datetime
    by: str
    files: tuple[Attached, ...]
    decisions: tuple[Decided, ...]

    @property
    def state(self) -> str:
        """The newest decision, or that there is none."""
        return self.decisions[-1].state if self.decisions else STATES[0]


def objections(plan_id: str) -> list[Objection]:
    """The objections to numbers of a plan, the newest first."""
    if not store_exists():
        return []
    with reading() as office:
        rows = office.execute("SELECT * FROM objection WHERE plan_id = ? ORDER BY at DESC, rowid DESC", [plan_id])
        found = [dict(row) for row in rows]
        files = [dict(row) for row in office.execute("SELECT * FROM objection_file ORDER BY rowid")]
        decisions = [dict(row) for row in office.execute("SELECT * FROM objection_decision ORDER BY number")]
    return [
        _objection(
            row,
            [file for file in files if file["objection_id"] == row["objection_id"]],
            [decided for decided in decisions if decided["objection_id"] == row["objection_id"]],
        )
        for row in found
    ]


def file_names(folder: Path) -> list[tuple[str, str]]:
    """The files of all objections of a data folder: content hash and the name that each came with."""
    with reading(folder) as office:
        rows = office.execute("SELECT DISTINCT content_hash, name FROM objection_file ORDER BY content_hash, name")
        return [(row["content_hash"], row["name"]) for row in rows]


def keep_file(role: str, name: str, content: bytes, outcome: Mapping[str, Any] | None = None) -> Attached:
    """Keep a file of an objection under its content hash; one that is there already stays as it is."""
    attached = Attached(role, Path(name).name, hashlib.sha256(content).hexdigest(), outcome or {})
    if not attached.path.exists():
        attached.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = attached.path.with_suffix(f".{new_id()}.part")
        unfinished.write_bytes(content)
        unfinished.replace(attached.path)
    return attached


def object_to(
    number: Number, theirs: float, raised_by: str, raised_on: dt.date, note: str, by: str, files: Sequence[Attached]
) -> str:
    """Enter an objection with its files; they lie in their folder before it stands in the store. Returns its id.

    Raises:
        Incomplete: where who raised it, the note or who enters it is empty.
    """
    objection_id = new_id()
    about = [number.plan_id, number.area_code, number.target_id, number.as_of.isoformat(), number.build_id, number.ours]
    said = [theirs, stated(raised_by), raised_on.isoformat(), stated(note), now(), stated(by)]
    with writing() as office:
        office.execute(
            "INSERT INTO objection (objection_id, plan_id, area_code, target_id, as_of, build_id, ours, theirs,"
            " raised_by, raised_on, note, at, by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [objection_id, *about, *said],
        )
        for file in files:
            outcome = json.dumps(dict(file.outcome), ensure_ascii=False)
            office.execute(
                "INSERT INTO objection_file (objection_id, role, name, content_hash, outcome, at, by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [objection_id, file.role, file.name, file.content_hash, outcome, now(), stated(by)],
            )
    return objection_id


def decide_objection(objection: Objection, state: str, note: str, decided_on: dt.date, by: str) -> None:
    """Decide an objection, or open it again; what was decided before stays.

    Raises:
        Incomplete: where the reason or who decides is empty.
    """
    with writing() as office:
        office.execute(
            "INSERT INTO objection_decision (objection_id, number, state, note, decided_on, at, by)"
            " SELECT ?, count(*) + 1, ?, ?, ?, ?, ? FROM objection_decision WHERE objection_id = ?",
            [
                objection.objection_id, state, stated(note), decided_on.isoformat(), now(), stated(by),
                objection.objection_id,
            ],
        )  # fmt: skip


def _folder() -> Path:
    return data_folder() / "objections"


def _objection(row: dict[str, Any], files: list[dict[str, Any]], decisions: list[dict[str, Any]]) -> Objection:
    about = ("plan_id", "area_code", "target_id", "as_of", "build_id", "ours")
    said = ("objection_id", "theirs", "raised_by", "raised_on", "note", "at", "by")
    decided = ("state", "note", "decided_on", "at", "by")
    return Objection(
        number=Number(**{name: row[name] for name in about}),
        **{name: row[name] for name in said},
        files=tuple(Attached(file["role"], file["name"], file["content_hash"], file["outcome"]) for file in files),
        decisions=tuple(Decided(**{name: one[name] for name in decided}) for one in decisions),
    )
