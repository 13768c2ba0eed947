"""The sheets of one file beside each other: what they say of themselves must fit one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etl.inbox import Reading
from etl.propose import Proposal, propose
from etl.refusal import Refusal
from etl.rows import Sheet, names_enterprises
from tracker.catalog import Catalog
from tracker.text import LANGUAGES, word

_SAID_OF_A_LIST = ("tier", "batch", "event", "reviewed_cohort", "cohort_year", "valid_from", "valid_to")


@dataclass(frozen=True)
class _SheetTitle:
    name: str
    said: Proposal
    is_dated_by_row: bool


def refuse_other_sheets(name: str, sheets: Sequence[Sheet], reading: Reading, catalog: Catalog) -> None:
    """One reading speaks for all sheets of a list: none may say that it is another list.

    Where all sheets say the same, a person may know better, as of a file of one sheet.

    Raises:
        Refusal: naming the first sheet that says something else than the reading, and how to read one sheet alone.
    """
    titles = [
        _SheetTitle(
            sheet["name"],
            propose(catalog, sheet["name"], sheet["titles"]),
            any(column["field"] == "recognised_on" for column in sheet["columns"]),
        )
        for sheet in sheets
        if names_enterprises(sheet)
    ]
    for field in _SAID_OF_A_LIST:
        if len({getattr(title.said, field) for title in titles}) < 2:
            continue
        for title in titles:
            said, taken = getattr(title.said, field), getattr(reading, field)
            # A sheet a year under one reading without a year is a file whose rows say when they count from.
            is_of_rows = field == "cohort_year" and taken is None and title.is_dated_by_row
            if said is not None and not is_of_rows and not _is_same(field, said, taken):
                raise Refusal("add.sheet_differs", _values(name, title.name, field, said, taken, catalog))


def _is_same(field: str, said: Any, taken: Any) -> bool:
    """Whether both are one; "第一批" without a year fits the first batch of any year."""
    if field == "batch" and taken is not None and "-" not in said:
        return bool(said == taken.rpartition("-")[2])
    return bool(said == taken)


def _values(file: str, sheet: str, field: str, said: Any, taken: Any, catalog: Catalog) -> dict[str, object]:
    def printed(value: Any, language: str) -> str:
        if value is None:
            return word("refusal.sheet_says.nothing", language)
        if field == "tier":
            return catalog.tiers[value].short.in_language(language)
        return word(f"event.{value}", language) if field == "event" else str(value)

    def phrase(value: Any) -> dict[str, str]:
        return {lang: word(f"refusal.sheet_says.{field}", lang, value=printed(value, lang)) for lang in LANGUAGES}

    return {"file": file, "sheet": sheet, "said": phrase(said), "taken": phrase(taken)}
