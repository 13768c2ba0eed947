"""Corrections: dated records in the inbox that say what a received file should have said. No file is ever edited.

A record says where (a cell or row of a file, or what is stated of an enterprise or area), what is done (drop or
override), what stands there as printed (``expect``: the guard), why, who and when. It is written once; a withdrawal
is a record of its own. They are applied at every build before anything is judged, see
:mod:`etl.corrections_apply`.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from etl.clean import parse_day, text_key
from etl.inbox import Inbox
from etl.records import RecordBook, Said
from tracker.catalog_models import Code

Action = Literal["drop", "override", "confirm"]


class Correction(Said):
    """One decision about what was received.

    It names either a place (``file_id``, ``sheet``, ``row`` and ``column``; without a column the whole row) or a
    subject: an enterprise (name or credit code) with a ``tier`` or a ``measure``, or an area with a ``measure``.
    ``column`` is a letter in a file and a caption where a subject is named. ``period`` is that of the measure, of a
    title its batch, year or day. ``drop`` takes out the row, and of a cell its text; ``override`` puts ``value`` there;
    ``confirm`` leaves a value that asked for a reason as it is: its reason is the answer.
    ``origin`` is the form that it came with.
    """

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
        if self.action != "override" and not self.expect:
            raise ValueError("what is dropped or confirmed must be known")
        if self.action == "confirm" and self.is_of_row:
            raise ValueError("a whole row cannot be confirmed")
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
        """What people call it."""
        return self.record_id

    def says_the_same(self, other: Correction) -> bool:
        """Whether both decide the same about the same thing, whoever recorded it when."""
        ignored = {"recorded_at", "by", "reason", "origin"}
        return self.model_dump(exclude=ignored) == other.model_dump(exclude=ignored)


def correction_book(inbox: Inbox) -> RecordBook[Correction]:
    """The corrections of an inbox."""
    return RecordBook(inbox, Correction, "corrections", "correction")


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
