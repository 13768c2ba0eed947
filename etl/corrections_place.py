"""Where corrections speak of: the rows and cells of the files that count today, with what is printed there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from etl.clean import parse_day, text_key
from etl.corrections import Correction
from etl.inbox import VALUE_KINDS, Reading
from etl.ledger import judge_ledger
from etl.parse import META_FILE
from etl.parsed_rows import scan_rows
from etl.periods import parse_period
from etl.reconcile import Source
from etl.rows import IDENTITY_FIELDS, Sheet, cells, sheets_of, with_identity
from etl.table import column_index, column_name, squeezed
from etl.value_cells import read_cells
from etl.values import layouts
from tracker.catalog import Catalog
from tracker.catalog_models import Code


@dataclass(frozen=True)
class Address:
    """A row of a parsed file and the letters of the cells in it that a correction means; none: the whole row."""

    folder: Path
    file_id: str
    sheet: str
    row: int
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """An address that exists, with the texts of its cells; of a whole row all of them."""

    address: Address
    printed: tuple[str | None, ...]


def places_of(corrections: Iterable[Correction], sources: Sequence[Source], catalog: Catalog) -> dict[str, list[Place]]:
    """The places of each correction, by its id.

    Args:
        corrections: in any order.
        sources: the readings that count, with their rows as received.
        catalog: measures, areas and titles, where a correction names a subject.
    """
    corrections = list(corrections)
    found: dict[str, list[Address]] = {correction.correction_id: [] for correction in corrections}
    of_measures = [correction for correction in corrections if correction.measure is not None]
    for correction in corrections:
        if correction.tier is not None:
            found[correction.correction_id] += _of_title(correction, sources, catalog)
        elif correction.measure is None:
            found[correction.correction_id] += _of_file(correction, sources)
    for source in sources if of_measures else ():
        if source.reading.kind in VALUE_KINDS:
            for correction_id, address in _of_measures(of_measures, source, catalog):
                found[correction_id].append(address)
    rows = texts_at(address for addresses in found.values() for address in addresses)
    return {
        correction_id: [Place(address, rows[address]) for address in dict.fromkeys(addresses) if address in rows]
        for correction_id, addresses in found.items()
    }


def _of_file(correction: Correction, sources: Sequence[Source]) -> Iterator[Address]:
    assert correction.file_id is not None
    assert correction.sheet is not None
    assert correction.row is not None
    letters = (correction.column,) if correction.column else ()
    for folder in dict.fromkeys(s.parsed for s in sources if s.sidecar.file_id == correction.file_id):
        yield Address(folder, correction.file_id, correction.sheet, correction.row, letters)


def is_named(correction: Correction) -> pl.Expr:
    """Whether a row with ``name_key`` and ``uscc_clean`` is that of the enterprise of a correction."""
    key = text_key(correction.enterprise or "")
    return (pl.col("name_key") == key).fill_null(False) | (pl.col("uscc_clean") == key).fill_null(False)


def _of_measures(corrections: Sequence[Correction], source: Source, catalog: Catalog) -> Iterator[tuple[str, Address]]:
    """The cells of one report that state a measure of a period for an enterprise or area."""
    level = "enterprise" if source.reading.kind == "enterprise_values" else "area"
    wanted = [c for c in corrections if (c.area_code is None) == (level == "enterprise")]
    sheets = layouts(source.parsed, source.reading, catalog) if wanted else []
    for piece in read_cells(source.parsed, sheets, source.reading, catalog) if sheets else ():
        who = piece.who.with_row_index("who")
        for correction in wanted:
            is_who = is_named(correction) if level == "enterprise" else pl.col("area_code") == correction.area_code
            subjects = who.filter(is_who)["who"]
            stated = piece.frame.filter(
                pl.col("who").is_in(subjects.implode()),
                pl.col("measure").cast(pl.String) == correction.measure,
                pl.col("period_end") == parse_period(correction.period or ""),
            )
            for sheet, row, letter in stated.select("sheet", "row", "column").iter_rows():
                address = Address(source.parsed, source.sidecar.file_id, sheet, row, (letter,))
                yield correction.correction_id, address


def _of_title(correction: Correction, sources: Sequence[Source], catalog: Catalog) -> Iterator[Address]:
    """The rows of lists, pools and ledgers that name an enterprise with a title."""
    for source in sources:
        reading = source.reading
        if reading.kind == "ledger":
            tiers = _claimed_tiers(correction, source, catalog)
        elif reading.kind in ("list", "pool") and reading.tier == correction.tier and _is_of(reading, correction):
            tiers = None
        else:
            continue
        for sheet in sheets_of(source.parsed, reading):
            rows = with_identity(cells(source.parsed, [sheet], IDENTITY_FIELDS)).filter(is_named(correction))
            for row in rows["row"]:
                letters = _letters(correction, sheet, row, tiers)
                if letters is not None:
                    yield Address(source.parsed, source.sidecar.file_id, sheet["name"], row, letters)


def _is_of(reading: Reading, correction: Correction) -> bool:
    """Whether a list is of the batch, year or day that a correction names, if it names one."""
    if correction.period is None or reading.batch == correction.period:
        return True
    day = parse_day(correction.period)
    return reading.event_on is not None and (
        reading.event_on == day or f"{reading.event_on.year}" == correction.period.rstrip("年度")
    )


Claimed = Mapping[tuple[str, int], Mapping[Code | None, tuple[str, ...]]]


def _claimed_tiers(correction: Correction, source: Source, catalog: Catalog) -> Claimed:
    """By sheet and row of a ledger: the titles that it states of the enterprise, and in which columns."""
    outcome = judge_ledger(source.parsed, source.reading, source.sidecar.received_on, catalog)
    found: dict[tuple[str, int], dict[Code | None, tuple[str, ...]]] = {}
    named = outcome.accepted.filter(is_named(correction))
    for sheet, row, tier, letter in named.select("sheet", "row", "tier", "column").iter_rows():
        tiers = found.setdefault((sheet, row), {})
        tiers[tier] = (*tiers.get(tier, ()), letter)
    return found


def _letters(correction: Correction, sheet: Sheet, row: int, claimed: Claimed | None) -> tuple[str, ...] | None:
    """Which cells of a row of the enterprise are meant; none: the whole row; None: the row is not meant.

    In a ledger a row that states other titles too stays, and only the columns of this one are emptied.
    """
    tiers = {correction.tier: ()} if claimed is None else claimed.get((sheet["name"], row), {})
    if correction.tier not in tiers:
        return None
    if correction.column is not None:
        letter = caption_letter(sheet, correction.column)
        return (letter,) if letter else None
    if len(tiers) == 1:
        return ()
    own = (c["letter"] for c in sheet["columns"] if (c["field"] or "").startswith(f"{correction.tier}."))
    return tuple(dict.fromkeys((*own, *filter(None, tiers[correction.tier]))))


def caption_letter(sheet: Sheet, caption: str) -> str | None:
    """The letter of the column that a sheet shows under a caption, or that feeds a field of this name."""
    wanted = squeezed(caption)
    for column in sheet["columns"]:
        levels = [squeezed(level) for level in column["header"].split("/")]
        if wanted in (squeezed(column["header"]), levels[-1], column["field"]):
            return str(column["letter"])
    return None


def texts_at(addresses: Iterable[Address]) -> dict[Address, tuple[str | None, ...]]:
    """The texts at each address that exists: of its cells, or of the whole row."""
    by_folder: dict[Path, list[Address]] = {}
    for address in addresses:
        by_folder.setdefault(address.folder, []).append(address)
    found: dict[Address, tuple[str | None, ...]] = {}
    for folder, wanted in by_folder.items():
        keys = pl.LazyFrame(
            [(a.sheet, a.row) for a in wanted], schema={"sheet": pl.String, "row": pl.Int32}, orient="row"
        ).unique()
        data = scan_rows(folder).filter(pl.col("kind") == "data")
        rows = data.join(keys, on=["sheet", "row"], how="semi").collect()
        texts = [column for column in rows.columns if column_index(column[:1]) == 2 and column[1:].isdecimal()]
        known = {(row["sheet"], row["row"]): row for row in rows.iter_rows(named=True)}
        for address in wanted:
            row = known.get((address.sheet, address.row))
            names = [column_name(column_index(letter)) for letter in address.letters] or texts
            if row is not None and all(name in row for name in names):
                found[address] = tuple(row[name] for name in names)
    return found


def sheets_in(folder: Path) -> list[dict[str, Any]]:
    """The sheets of a parsed file as its reading described them."""
    meta: dict[str, Any] = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
    return list(meta["sheets"])


def place_text(correction: Correction, names: Mapping[str, str], catalog: Catalog) -> str:
    """Where a correction speaks of, for a person: file, sheet and cell, or whose what of when.

    ``names``: the original name of each file by its id.
    """
    if correction.file_id is not None:
        cell = f"{correction.column or ''}{correction.row}"
        return " ".join(filter(None, (names.get(correction.file_id, correction.file_id[:12]), correction.sheet, cell)))
    area = catalog.areas[correction.area_code].name.zh if correction.area_code else None
    what: Code | str | None = catalog.measures[correction.measure].name.zh if correction.measure else None
    what = what or (catalog.tiers[correction.tier].short.zh if correction.tier else None)
    return " ".join(filter(None, (correction.enterprise or area, what, correction.period, correction.column)))
