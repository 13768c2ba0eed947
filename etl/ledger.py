"""From the rows of a ledger (台账) to the events that it states: one row an enterprise, one or several titles a row.

A title stands in a column of the row (称号), in a column or group of columns of its own (小巨人 over 批次), in the
heading or the name of the sheet, or in the reading; all of these may occur in one file. What a cell states is read in
:mod:`etl.ledger_cells` and :mod:`etl.ledger_claims`; on which days it happened is settled in :mod:`etl.ledger_dates`,
which knows the notices of other files.

A row is judged like that of a list. A cell that cannot be taken is refused by itself, with its column, and the good
cells of its row are kept; a row of which nothing is left is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from etl.inbox import Reading
from etl.ledger_cells import CellFault, Claim, is_none
from etl.ledger_titles import POOL, TitleReader
from etl.rows import (
    COUNTED_REJECTION_SCHEMA,
    IDENTITY_FIELDS,
    ListRows,
    Sheet,
    announced,
    cells,
    dropped_in,
    faults_of,
    first_broken,
    identity,
    identity_breaks,
    identity_field,
    letters,
    sheets_of,
    with_area,
    with_identity,
)
from tracker.catalog import Catalog
from tracker.catalog_models import Code

OF_A_TITLE = (
    "batch", "recognised_on", "reviewed_on", "valid_from", "valid_to", "validity", "event_word", "document_no",
)  # fmt: skip
_SAYING = OF_A_TITLE[:-1]
_TITLE_FIELDS = ("title", "title_level")
_CLAIM_SCHEMA: dict[str, type[pl.DataType]] = {
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "claim": pl.Int32,
    "kind": pl.String,
    "tier": pl.String,
    "title": pl.String,
    "name": pl.String,
    "name_key": pl.String,
    "former_name": pl.String,
    "former_name_key": pl.String,
    "uscc_clean": pl.String,
    "area_code": pl.String,
    "area_scope": pl.String,
}
Place = tuple[str, int]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class LedgerRows(ListRows):
    """The outcome of a ledger: ``accepted`` has one row per statement, with its place in ``claims``.

    Further counts: ``stated`` events and pool entries; ``repeated`` ones that a notice states already; ``undated``
    ones, refused; ``rejected_cells``, undated ones among them. ``faulty`` are the rows with a refused cell.
    """

    claims: tuple[Claim, ...] = ()
    faulty: frozenset[Place] = frozenset()

    def settled(self, refused: list[dict[str, Any]], kept: frozenset[Place], repeated: int) -> LedgerRows:
        """The outcome once days are known: some statements are refused, and rows of which nothing is left with them.

        Args:
            refused: the statements refused, as rows of ``rejected``.
            kept: the rows of which a statement is left.
            repeated: how many of these statements a notice makes already.
        """
        before = self.faulty - {(sheet, row) for sheet, row in self.accepted.select("sheet", "row").iter_rows()}
        after = (self.faulty | {(record["sheet"], record["row"]) for record in refused}) - kept
        lost = len(after) - len(before)
        late = pl.DataFrame(refused, schema=COUNTED_REJECTION_SCHEMA, orient="row")
        return replace(
            self,
            rejected=pl.concat([self.rejected, late]).sort("sheet", "row"),
            counts=self.counts
            | {
                "accepted": self.counts["accepted"] - lost,
                "rejected": self.counts["rejected"] + lost,
                "rejected_cells": self.counts["rejected_cells"] + len(refused),
                "repeated": repeated,
                "undated": len(refused),
            },
        )


@dataclass(frozen=True)
class _Statement:
    """One claim of one row: of which tier (None: a pool of no stated level), of which kind, in which column."""

    tier: Code | None
    is_pool: bool
    title: str | None
    claim: Claim


def judge_ledger(folder: Path, reading: Reading, received_on: dt.date, catalog: Catalog) -> LedgerRows:
    """Judge every row of a parsed ledger.

    Args:
        folder: what the parsing child wrote.
        reading: what is stated about the file.
        received_on: no year in it can be later.
        catalog: areas, titles and their batches.
    """
    sheets = sheets_of(folder, reading)
    reader = TitleReader(catalog, reading, received_on)
    known = (column["field"] for sheet in sheets for column in sheet["columns"] if column["field"])
    rows = cells(folder, sheets, dict.fromkeys((*IDENTITY_FIELDS, *_TITLE_FIELDS, *OF_A_TITLE, *known)))
    rows = with_heading_tier(rows, sheets, reader)
    rows = with_area(with_identity(rows), reading, catalog)
    rows = rows.with_columns(identity(), rule=first_broken(identity_breaks()))
    is_faulty = pl.col("rule").is_not_null()
    inside = rows.filter(~is_faulty & (pl.col("area_scope") != "outside"))
    letter_of = letters(sheets)
    outcome = _Judged(letter_of)
    fields = {sheet["name"]: SheetTitles.of(sheet) for sheet in sheets}
    for row in inside.iter_rows(named=True):
        outcome.take(row, *_statements(row, fields[row["sheet"]], reader))
    refused = rows.filter(is_faulty)
    faults = faults_of(refused, identity_breaks())
    identity_faults = [_identity_rejection(row, letter_of) | {"number": int(first)} for row, first in faults]
    nothing_left = outcome.faulty - {(record["sheet"], record["row"]) for record in outcome.records}
    distinct = rows.unique(subset=pl.coalesce("identity", pl.format("{}-{}", "sheet", "row")), maintain_order=True)
    dropped = dropped_in(sheets)
    return LedgerRows(
        accepted=pl.DataFrame(outcome.records, schema=_CLAIM_SCHEMA, orient="row"),
        rejected=pl.DataFrame([*identity_faults, *outcome.rejections], schema=COUNTED_REJECTION_SCHEMA, orient="row"),
        counts={
            "read": rows.height + dropped,
            "accepted": inside.height - outcome.duplicates - len(nothing_left),
            "out_of_area": rows.height - inside.height - refused.height + dropped,
            "rejected": refused.height + len(nothing_left),
            "duplicate": outcome.duplicates,
            "blank": sum(sheet["counts"]["blank"] for sheet in sheets),
            "rejected_cells": len(outcome.rejections) - outcome.duplicates,
            "stated": len(outcome.claims),
            "repeated": 0,
            "undated": 0,
        },
        announced=announced(reading, distinct, dropped, catalog),
        unread=_unread(sheets, reader),
        claims=tuple(outcome.claims),
        faulty=frozenset(outcome.faulty),
    )


class _Judged:
    """What the rows have given so far."""

    def __init__(self, letter_of: Mapping[tuple[str, str], str]) -> None:
        self._letter_of = letter_of
        self._seen: dict[str, set[tuple[Any, ...]]] = {}
        self.claims: list[Claim] = []
        self.records: list[dict[str, Any]] = []
        self.rejections: list[dict[str, Any]] = []
        self.faulty: set[Place] = set()
        self.duplicates = 0

    def take(self, row: Row, statements: Sequence[_Statement], faults: Sequence[CellFault]) -> None:
        """Keep what a row states for the first time; a row that only repeats an earlier one is a duplicate."""
        is_known = row["identity"] in self._seen
        seen = self._seen.setdefault(row["identity"], set())
        new = {key: statement for statement in statements if (key := _key(statement)) not in seen}
        if is_known and not new and not faults:
            self.duplicates += 1
            repeated = CellFault("duplicate_in_list", "name", row["name"])
            self.rejections.append(_rejection(row, self._letter_of, repeated))
            return
        seen.update(new)
        for statement in new.values():
            self._keep(row, statement)
        self.rejections += [_rejection(row, self._letter_of, fault) for fault in faults]
        if faults:
            self.faulty.add((row["sheet"], row["row"]))

    def _keep(self, row: Row, statement: _Statement) -> None:
        self.records.append(
            {
                **{name: row[name] for name in _CLAIM_SCHEMA if name in row},
                "column": _letter(row["sheet"], statement.claim.field, self._letter_of),
                "claim": len(self.claims),
                "kind": "pool" if statement.is_pool else "ledger",
                "tier": statement.tier,
                "title": statement.title,
            }
        )
        self.claims.append(statement.claim)


def _key(statement: _Statement) -> tuple[Any, ...]:
    claim = statement.claim
    said = (claim.event, claim.year, claim.number, claim.day, claim.valid_from, claim.valid_to)
    return (statement.is_pool, statement.tier, *said)


@dataclass(frozen=True)
class SheetTitles:
    """Which titles have columns of their own in a sheet (pools among them), and whether one has 称号."""

    groups: Mapping[Code, tuple[str, ...]]
    has_title_column: bool

    @classmethod
    def of(cls, sheet: Sheet) -> SheetTitles:
        """From the columns of a parsed sheet."""
        fields = [column["field"] for column in sheet["columns"] if column["field"]]
        groups: dict[Code, tuple[str, ...]] = {}
        for name in fields:
            title, _, said = name.rpartition(".")
            if title and said != POOL:
                groups[title] = (*groups.get(title, ()), said)
        return cls(groups, any(name in fields for name in _TITLE_FIELDS))

    @property
    def tiers(self) -> list[Code]:
        """The titles, without pools."""
        return [title for title in self.groups if title != POOL]


def with_heading_tier(rows: pl.DataFrame, sheets: Sequence[Sheet], reader: TitleReader) -> pl.DataFrame:
    """Add ``heading_tier``: the title that block, sheet name or title of the sheet name; they then name no area."""
    titles = {sheet["name"]: sheet["titles"] for sheet in sheets}
    distinct = rows.select("heading", "block").unique(maintain_order=True)
    of_block = [reader.tier_named(block) for block in distinct["block"]]
    of_sheet = [reader.tier_named(name) for name in distinct["heading"]]
    of_titles = [next(filter(None, map(reader.tier_named, titles[name])), None) for name in distinct["heading"]]
    text = pl.String
    named = distinct.with_columns(
        pl.Series("block_tier", of_block, text),
        pl.Series("sheet_tier", of_sheet, text),
        pl.Series("above", of_titles, text),
    )
    return (
        rows.join(named, on=["heading", "block"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            heading_tier=pl.coalesce("block_tier", "sheet_tier", "above"),
            block=pl.when(pl.col("block_tier").is_null()).then("block"),
            heading=pl.when(pl.col("sheet_tier").is_null()).then("heading"),
        )
        .drop("block_tier", "sheet_tier", "above")
    )


def _statements(row: Row, sheet: SheetTitles, reader: TitleReader) -> tuple[list[_Statement], list[CellFault]]:
    """What one row states, and the cells of it that cannot be taken."""
    groups: dict[Code, dict[str, str | None]] = {
        title: {said: row[f"{title}.{said}"] for said in fields} for title, fields in sheet.groups.items()
    }
    general = {name: row[name] for name in OF_A_TITLE if row[name] is not None}
    printed = "".join(filter(None, (row["title_level"], row["title"]))) or None
    tier, fault = _general_title(row, printed, groups, general, sheet, reader)
    faults = [fault] if fault else []
    if tier is not None:
        own = {said: text for said, text in groups.get(tier, {}).items() if text is not None}
        named = {"held": batch} if printed and "batch" not in general and (batch := reader.batch_in(printed)) else {}
        groups[tier] = named | general | own
    statements: list[_Statement] = []
    for title, said in groups.items():
        is_general = title == tier
        claims, fault = reader.claims(title, said)
        if fault is not None:
            faults.append(replace(fault, field=_column_field(fault.field, title, sheet)))
        elif is_general and not claims and not is_none(said.get("held") or "√"):
            # A row that names a title and nothing else states that it is held.
            claims = (Claim("held", printed or ""),)
        statements += [
            _Statement(None if title == POOL else title, title == POOL, printed if is_general else None, claim)
            for claim in (replace(one, field=_column_field(one.field, title, sheet)) for one in claims)
        ]
    pools, pool_faults = _pools(row, reader)
    checked, late = _not_from_the_future([*statements, *pools], reader)
    return checked, [*faults, *pool_faults, *late]


def _general_title(
    row: Row,
    printed: str | None,
    groups: Mapping[Code, Mapping[str, str | None]],
    general: Mapping[str, str],
    sheet: SheetTitles,
    reader: TitleReader,
) -> tuple[Code | None, CellFault | None]:
    """The title that the columns of no title in particular (批次, 认定时间) speak of in this row."""
    around = None if sheet.tiers else row["heading_tier"] or reader.stated_tier
    if printed is not None:
        tier, rule = reader.tier_of(row["title_level"], row["title"], _year(general, printed))
        if rule is None or (row["title"] is None and around):
            return tier or around, None
        return None, CellFault(rule, "title" if row["title"] else "title_level", printed)
    if not sheet.tiers:
        missing = CellFault("ledger_title_missing", "title" if sheet.has_title_column else "name", "")
        return around, None if around else missing
    saying = [name for name in _SAYING if name in general and not is_none(general[name])]
    if not saying:
        return None, None
    held = [title for title in sheet.tiers if any(text and not is_none(text) for text in groups[title].values())]
    if len(held) == 1:
        return held[0], None
    return None, CellFault("ledger_title_missing", saying[0], general[saying[0]])


def _year(general: Mapping[str, str], printed: str) -> int | None:
    texts = (general.get("batch", ""), general.get("recognised_on", ""), printed)
    found = re.search(r"20\d\d", " ".join(texts))
    return int(found.group()) if found else None


def _pools(row: Row, reader: TitleReader) -> tuple[list[_Statement], list[CellFault]]:
    """Entries into the pool of one title: 小巨人培育库."""
    statements, faults = [], []
    for name in row:
        title, _, said = name.rpartition(".")
        if title and said == POOL and row[name] is not None:
            claims, fault = reader.claims(POOL, {"held": row[name]})
            statements += [_Statement(title, True, None, replace(claim, field=name)) for claim in claims[:1]]
            faults += [replace(fault, field=name)] if fault else []
    return statements, faults


def _not_from_the_future(
    statements: Iterable[_Statement], reader: TitleReader
) -> tuple[list[_Statement], list[CellFault]]:
    good, faults = [], []
    for statement in statements:
        claim = statement.claim
        if reader.is_possible(claim):
            good.append(statement)
        else:
            faults.append(CellFault("date_out_of_range", claim.field, claim.text))
    return good, faults


def _column_field(field: str, title: Code, sheet: SheetTitles) -> str:
    """The field under which a cell of a title stands in its sheet: 小巨人批次, or the plain 批次."""
    return f"{title}.{field}" if field in sheet.groups.get(title, ()) else field


def _letter(sheet: str, field: str, letter_of: Mapping[tuple[str, str], str]) -> str | None:
    """The column of a field; a title that is only named stands in 称号, else it is the name that is listed."""
    tried = (field, "title", "title_level", "name") if field == "held" else (field,)
    return next((letter_of[sheet, name] for name in tried if (sheet, name) in letter_of), None)


def _rejection(row: Row, letter_of: Mapping[tuple[str, str], str], fault: CellFault) -> dict[str, Any]:
    return {
        "sheet": row["sheet"],
        "row": row["row"],
        "column": _letter(row["sheet"], fault.field, letter_of),
        "rule": fault.rule,
        "value": fault.text or None,
        "name_as_printed": row["name"],
        "candidates": None,
        "number": 1,
    }


def _identity_rejection(row: Row, letter_of: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    field = identity_field(dict(row))
    record = _rejection(row, letter_of, CellFault(row["rule"], field, row[field] or ""))
    return record | {"candidates": row["area_candidates"] if row["rule"].startswith("area_") else None}


def _unread(sheets: Iterable[Sheet], reader: TitleReader) -> tuple[str, ...]:
    """Columns without a field whose caption speaks of a title: somebody should look at them."""
    found = (
        f"{column['letter']} {column['header']}"
        for sheet in sheets
        for column in sheet["columns"]
        if column["field"] is None and reader.speaks_of_title(column["header"])
    )
    return tuple(dict.fromkeys(found))
