"""Corrections: dated records in the inbox that say what a received file should have said. No file is ever edited.

A record says where (a cell or row of a file, or what is stated of an enterprise or area), what is done (drop or
override), what stands there as printed (``expect``: the guard), why, who and when. It is written once; a withdrawal
is a record of its own. They are applied at every build before anything is judged, see
:mod:`etl.corrections_apply`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from etl.clean import parse_day, text_key
from etl.inbox import Inbox, read_record
from etl.refusal import Refusal
from tracker.catalog_models import Code, Model

Action = Literal["drop", "override"]
_SHORTEST_ID = 6
_WITHDRAWN = ".withdrawn"


class Correction(Model):
    """One decision about what was received.

    It names either a place (``file_id``, ``sheet``, ``row`` and ``column``; without a column the whole row) or a
    subject: an enterprise (name or credit code) with a ``tier`` or a ``measure``, or an area with a ``measure``.
    ``column`` is a letter in a file and a caption where a subject is named. ``period`` is that of the measure, of a
    title its batch, year or day. ``drop`` takes out the row, or empties the cell; ``override`` puts ``value`` there.
    ``origin`` is the form that it came with.
    """

    recorded_at: dt.datetime
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    action: Action
    expect: str = ""
    value: str | None = None
    file_id: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    enterprise: str | None = None
    area_code: Code | None = None
    tier: Code | None = None
    measure: Code | None = None
    period: str | None = None
    origin: str | None = None

    @model_validator(mode="after")
    def _says_where_and_what(self) -> Self:
        is_place = None not in (self.file_id, self.sheet, self.row) and not self.is_of_subject
        is_subject = (self.enterprise is None) != (self.area_code is None) and (self.tier is None) != (
            self.measure is None
        )
        if not is_place and not (is_subject and self.row is None and (self.measure is None or self.period)):
            raise ValueError("a correction names a place in a file, or an enterprise or area with tier or measure")
        if self.area_code is not None and self.measure is None:
            raise ValueError("of an area only values can be corrected")
        if (self.action == "override") != bool(self.value):
            raise ValueError("an override needs its value, and nothing else has one")
        if self.action == "drop" and not self.expect:
            raise ValueError("what is dropped must be known")
        if self.action == "override" and self.column is None and self.measure is None:
            raise ValueError("an override needs a column")
        return self

    @property
    def is_of_subject(self) -> bool:
        """Whether it names an enterprise or area instead of a place."""
        return (self.enterprise, self.area_code, self.tier, self.measure) != (None, None, None, None)

    @property
    def is_of_row(self) -> bool:
        """Whether it takes out whole rows."""
        return self.column is None and self.measure is None

    @property
    def correction_id(self) -> str:
        """What people call it: the beginning of the hash of all it says."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def says_the_same(self, other: Correction) -> bool:
        """Whether both decide the same about the same thing, whoever recorded it when."""
        ignored = {"recorded_at", "by", "reason", "origin"}
        return self.model_dump(exclude=ignored) == other.model_dump(exclude=ignored)


class Withdrawal(Model):
    """The end of a correction: when, by whom and why."""

    correction_id: str
    recorded_at: dt.datetime
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)


@dataclass(frozen=True)
class Record:
    """A correction, and its withdrawal where somebody took it back."""

    correction: Correction
    withdrawal: Withdrawal | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether it still holds."""
        return self.withdrawal is None

    def all(self) -> list[Correction | Withdrawal]:
        """What was recorded, in order."""
        return [self.correction] if self.withdrawal is None else [self.correction, self.withdrawal]


@dataclass(frozen=True)
class CorrectionBook:
    """The records of one inbox, one file each."""

    inbox: Inbox

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return self.inbox.folder / "corrections"

    def records(self) -> list[Record]:
        """All of them in the order in which they were made, withdrawn ones included.

        Raises:
            Refusal: where one cannot be read; a build without it would silently publish other numbers.
        """
        paths = sorted(self.folder.glob("*.yml"))
        made = [read_record(path, Correction) for path in paths if not path.stem.endswith(_WITHDRAWN)]
        ends = [read_record(path, Withdrawal) for path in paths if path.stem.endswith(_WITHDRAWN)]
        ended = {end.correction_id: end for end in ends}
        ordered = sorted(made, key=lambda correction: (correction.recorded_at, correction.correction_id))
        return [Record(correction, ended.get(correction.correction_id)) for correction in ordered]

    def in_force(self) -> list[Correction]:
        """The corrections that hold, in the order in which they were made."""
        return [record.correction for record in self.records() if record.is_in_force]

    def find(self, correction_id: str) -> Record:
        """A record by its id or an unambiguous beginning of it.

        Raises:
            Refusal: where there is none, or more than one.
        """
        is_long = len(correction_id) >= _SHORTEST_ID
        found = [r for r in self.records() if is_long and r.correction.correction_id.startswith(correction_id)]
        if len(found) != 1:
            raise Refusal("correction.unknown", {"correction": correction_id})
        return found[0]

    def add(self, correction: Correction) -> None:
        """Keep a new correction."""
        self._write(correction, correction.correction_id, correction.recorded_at, "")

    def withdraw(self, correction_id: str, by: str, reason: str, at: dt.datetime) -> Correction:
        """End a correction; it stays on record.

        Raises:
            Refusal: where there is no such correction, or it has ended.
        """
        with self.inbox.lock():
            record = self.find(correction_id)
            if not record.is_in_force:
                raise Refusal("correction.already_withdrawn", {"correction": record.correction.correction_id})
            whole_id = record.correction.correction_id
            end = Withdrawal(correction_id=whole_id, recorded_at=at, by=by, reason=reason)
            self._write(end, whole_id, at, _WITHDRAWN)
        return record.correction

    def _write(self, record: Correction | Withdrawal, name: str, at: dt.datetime, suffix: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        content = record.model_dump(mode="json", exclude_none=True)
        self.inbox.write_record(self.folder / f"{at:%Y%m%dT%H%M%S}-{name}{suffix}.yml", content)


def is_as_expected(printed: str | None, expected: str | None) -> bool:
    """Whether a cell holds what somebody saw in it: Excel shows 1,200.00 and 2025/7/1 for 1200 and 2025-07-01."""
    found, wanted = (text_key(text or "") for text in (printed, expected))
    if found == wanted:
        return True
    if not found or not wanted:
        return False
    days = parse_day(printed or ""), parse_day(expected or "")
    if None not in days and days[0] == days[1]:
        return True
    numbers = _number(found), _number(wanted)
    return None not in numbers and numbers[0] == numbers[1]


def _number(text: str) -> float | None:
    plain, share = text.replace(",", ""), 1.0
    if plain.endswith("%"):
        plain, share = plain[:-1], 100.0
    try:
        return round(float(plain) / share, 12)
    except ValueError:
        return None
