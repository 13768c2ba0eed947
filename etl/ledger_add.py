"""Taking a ledger in: knowing it by its shape, and what its reading states."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from etl.inbox import Reading
from etl.ledger import SheetTitles
from etl.ledger_titles import POOL, TitleReader
from etl.propose import Proposal
from etl.refusal import Refusal, not_stated
from etl.rows import Sheet, cells
from tracker.catalog import Catalog
from tracker.catalog_models import Code

if TYPE_CHECKING:
    from etl.add import Statement

_WORDS = re.compile(r"台账|汇总表|明细表")
_TITLE_FIELDS = ("title", "title_level")
_TELLING_FIELDS = frozenset(
    {*_TITLE_FIELDS, "batch", "recognised_on", "reviewed_on", "valid_to", "validity", "event_word"}
)


def is_ledger(
    name: str,
    folder: Path,
    sheets: Sequence[Sheet],
    statement: Statement,
    proposal: Proposal,
    has_values: bool,
    catalog: Catalog,
) -> bool:
    """Whether a file is a ledger by its shape, or by its words where its columns can be one's.

    A file of which tier and event are stated, or said by a title without such words, is the list of that event.

    Args:
        name: of the file.
        folder: what the parsing child wrote.
        sheets: its sheets.
        statement: what the person states.
        proposal: what title and file name say.
        has_values: whether the columns are those of a report.
        catalog: titles.
    """
    texts = [name, *(title for sheet in sheets for title in sheet["titles"])]
    has_word = any(_WORDS.search(text) for text in texts)
    is_stated_list = statement.tier is not None and statement.event is not None
    is_titled_list = (statement.tier or proposal.tier) is not None and (statement.event or proposal.event) is not None
    if is_stated_list or (is_titled_list and not has_word):
        return False
    tiers = {tier for sheet in sheets for tier in SheetTitles.of(sheet).tiers}
    if len(tiers) > 1:
        return True
    if proposal.is_pool or (has_values and not tiers):
        return False
    if len(_tiers_in_rows(folder, sheets, statement, catalog)) > 1:
        return True
    fields = {column["field"] for sheet in sheets for column in sheet["columns"]}
    return bool(tiers) or (has_word and bool(fields & _TELLING_FIELDS))


def _tiers_in_rows(folder: Path, sheets: Sequence[Sheet], statement: Statement, catalog: Catalog) -> set[Code]:
    """The tiers that the title column of a file names."""
    with_names = [s for s in sheets if any(c["field"] in ("name", "uscc") for c in s["columns"])]
    area_code = statement.area if statement.area in catalog.areas else ""
    reading = Reading(reading_no=1, kind="ledger", area_code=area_code or "", added_on=statement.received_on)
    reader = TitleReader(catalog, reading, statement.received_on)
    printed = cells(folder, with_names, _TITLE_FIELDS).select("title_level", "title").unique()
    named = (reader.tier_of(level, title, None)[0] for level, title in printed.iter_rows() if level or title)
    return {tier for tier in named if tier is not None and tier != POOL}


def ledger_reading(
    name: str,
    sheets: Sequence[Sheet],
    area_code: Code | None,
    statement: Statement,
    proposal: Proposal,
    number: int,
    catalog: Catalog,
) -> Reading:
    """What is stated about a ledger, for those of its titles of which the row does not say it.

    The words of its title propose only its area, and its tier where no column names one.

    Raises:
        Refusal: without an area, or for a statement that a ledger cannot have.
    """
    if area_code is None:
        title = next((title for sheet in sheets for title in sheet["titles"]), "–")
        raise not_stated(name, title, ["--area"])
    if statement.is_final:
        raise Refusal("add.final_ledger", {"file": name})
    return Reading(
        reading_no=number,
        kind="ledger",
        sheet=statement.sheet,
        tier=statement.tier or (None if _names_titles(sheets) else proposal.tier),
        event=statement.event,
        batch=statement.batch,
        cohort_year=statement.cohort_year,
        document_no=statement.document_no,
        event_on=statement.event_on,
        valid_from=statement.valid_from,
        valid_to=statement.valid_to,
        year_day=_year_day(name, statement.year_day),
        area_code=area_code,
        added_on=statement.received_on,
    )


def _names_titles(sheets: Sequence[Sheet]) -> bool:
    fields = [column["field"] for sheet in sheets for column in sheet["columns"]]
    return any(field in fields for field in _TITLE_FIELDS) or any(SheetTitles.of(sheet).tiers for sheet in sheets)


def _year_day(name: str, text: str | None) -> str | None:
    """A day of every year as MM-DD; 29 February is none."""
    if text is None:
        return None
    try:
        return f"{dt.date.fromisoformat(f'2023-{text}'):%m-%d}"
    except ValueError:
        raise Refusal("add.bad_year_day", {"file": name, "value": text}) from None
