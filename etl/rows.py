"""What rows of every kind have in common: cells by field, who the enterprise is, where it lies, where faults stand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from etl.areas import AreaResolver
from etl.clean import with_name_key, with_uscc
from etl.inbox import WHOLE, Reading
from etl.parsed_rows import scan_rows
from tracker.catalog import Catalog
from tracker.catalog_derived import UNASSIGNED_SUFFIX
from tracker.catalog_models import Code

EARLIEST_DAY = dt.date(2000, 1, 1)
# How credit codes are kept where millions of rows are told apart by them: as numbers, each text once.
CODE = pl.Categorical
AREA_FIELDS = ("province", "city", "county", "area", "block", "heading")
IDENTITY_FIELDS = ("name", "former_name", "uscc", "province", "city", "county", "area")
# Rule -> the field whose cell broke it, in the order in which a row is judged: the first that holds is printed.
IDENTITY_RULES: dict[str, str] = {
    "name_missing": "name",
    "uscc_number_cell": "uscc",
    "uscc_format": "uscc",
    "uscc_check_digit": "uscc",
    "area_unknown": "area",
    "area_ambiguous": "area",
}
REJECTION_SCHEMA: dict[str, type[pl.DataType]] = {
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "name_as_printed": pl.String,
    "candidates": pl.String,
}
# ``number``: how many rows or values a refusal takes out; a further fault of a row that is counted already, none.
COUNTED_REJECTION_SCHEMA: dict[str, type[pl.DataType]] = REJECTION_SCHEMA | {"number": pl.Int64}
Sheet = dict[str, Any]


@dataclass(frozen=True)
class ListRows:
    """The outcome of one reading.

    ``accepted``: one row per enterprise on the list, per title in a ledger. ``rejected``: one row per refused row or
    cell, with rule, column letter and offending value. ``counts``: read, accepted, out_of_area (of other areas, or
    taken out by a correction), rejected, duplicate, blank, always of rows; a ledger has some more. ``announced``: area
    code or ``total`` -> (announced, read), only where a number is announced. ``unread``: columns that speak of a title
    and were not understood.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    counts: dict[str, int]
    announced: dict[str, tuple[int, int]]
    unread: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every row read was taken, or lies elsewhere, and every announced number is met."""
        return not gaps(self.counts, self.announced)


def gaps(counts: Mapping[str, int], announced: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """What keeps a reading from being complete: refused and repeated rows, and announced numbers that differ.

    Args:
        counts: what became of its rows; blank ones and those of other areas lack nothing.
        announced: area code or ``total`` -> (announced, read).

    Returns:
        ``rejected``, ``rejected_cells`` and ``duplicate`` with their numbers; by area code or ``total`` behind
        ``announced.`` how many more are announced than read. Only what is not zero.
    """
    found = {name: counts.get(name, 0) for name in ("rejected", "rejected_cells", "duplicate")}
    found |= {f"announced.{scope}": said - read for scope, (said, read) in announced.items()}
    return {name: number for name, number in found.items() if number}


def sheets_of(folder: Path, reading: Reading) -> list[Sheet]:
    """The sheets of a parsed file that a reading takes: the one it names, else all that name enterprises."""
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return [sheet for sheet in meta["sheets"] if _is_read(sheet, reading)]


def _is_read(sheet: Sheet, reading: Reading) -> bool:
    if reading.sheet is not None:
        return bool(sheet["name"] == reading.sheet)
    return names_enterprises(sheet) and not sheet["is_hidden"]


def names_enterprises(sheet: Sheet) -> bool:
    """Whether a sheet is a part of the list; one that names none (地市 | 家数) is a summary beside it."""
    return any(column["field"] in ("name", "uscc") for column in sheet["columns"])


def cells(folder: Path, sheets: Sequence[Sheet], fields: Iterable[str], title: str | None = None) -> pl.DataFrame:
    """The data rows of some sheets with one column a field, whatever column of the sheet it stands in.

    Args:
        folder: where the parsing child wrote ``rows.parquet``.
        sheets: which sheets.
        fields: the fields wanted; null where a sheet has none.
        title: a column that speaks of this title alone (小巨人批次) goes before the plain one of its field.
    """
    rows = scan_rows(folder)
    names = list(fields)
    parts = []
    for sheet in sheets:
        source = _columns(sheet, title, "index")
        part = rows.filter((pl.col("sheet") == sheet["name"]) & (pl.col("kind") == "data"))
        texts = (_cell(f"c{source[name]}") if name in source else pl.lit(None, pl.String) for name in names)
        known = part.select("sheet", "row", "block", "uscc_is_number", *map(pl.Expr.alias, texts, names))
        parts.append(known.with_columns(heading="sheet"))
    schema = {"sheet": pl.String, "row": pl.Int32, "block": pl.String, "uscc_is_number": pl.Boolean}
    empty = pl.LazyFrame(schema=schema | dict.fromkeys([*names, "heading"], pl.String))
    return pl.concat([empty, *parts]).collect()


def only(rows: pl.DataFrame, is_so: pl.Series) -> pl.DataFrame:
    """The rows of which something is so; no copy where it is so of all."""
    return rows if is_so.all() else rows.filter(is_so)


def only_where(rows: pl.DataFrame, condition: pl.Expr) -> pl.DataFrame:
    """The rows of which something is so, and known to be."""
    return only(rows, rows.select(condition.fill_null(False).alias("is_so"))["is_so"])


def letters(sheets: Iterable[Sheet], title: str | None = None) -> dict[tuple[str, str], str]:
    """The letter of the column that feeds a field, by sheet and field."""
    return {
        (sheet["name"], field): letter for sheet in sheets for field, letter in _columns(sheet, title, "letter").items()
    }


def _columns(sheet: Sheet, title: str | None, key: str) -> dict[str, Any]:
    known = {column["field"]: column[key] for column in sheet["columns"] if column["field"]}
    of_title = {field.removeprefix(f"{title}."): value for field, value in known.items()} if title else {}
    return known | of_title


def _cell(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text)


def with_identity(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``name_key``, ``former_name_key``, ``uscc_clean`` and ``uscc_fault``."""
    rows = with_name_key(rows, "name", "name_key")
    rows = with_name_key(rows, "former_name", "former_name_key")
    return with_uscc(rows, "uscc")


def with_area(rows: pl.DataFrame, reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """Add ``area_code``, ``area_problem``, ``area_candidates`` and ``area_scope`` (inside, above, outside).

    ``above`` is a row that names only an area around the plans' areas ("江苏省" in a national list): whether it is
    ours is decided later by who the enterprise is.
    """
    # Most lists say it in one or two of these columns; what all rows share is looked at once.
    filled = [name for name in AREA_FIELDS if rows[name].null_count() < rows.height]
    shared = {name: rows[name][0] for name in filled if rows[name].eq_missing(rows[name][0]).all()}
    keys = [name for name in filled if name not in shared] or ["heading"]
    resolver = AreaResolver(catalog)
    distinct = rows.select(keys).unique(maintain_order=True)
    codes, problems, candidates, scopes = [], [], [], []
    for said in distinct.iter_rows(named=True):
        texts = tuple((shared | said).get(name) for name in AREA_FIELDS)
        printed_on = reading.event_on or reading.added_on
        resolution = resolver.resolve(_area_texts(texts), reading.area_code, printed_on=printed_on)
        code = resolution.area_code if resolution.problem is None else None
        if resolution.problem is None and code is None:
            code = reading.area_code
        codes.append(with_unassigned_part(code, catalog))
        problems.append(resolution.problem)
        candidates.append("、".join(resolution.candidates) or None)
        scopes.append(_scope(code, reading, catalog))
    areas = distinct.with_columns(
        pl.Series("area_code", codes, dtype=pl.String),
        pl.Series("area_problem", problems, dtype=pl.String),
        pl.Series("area_candidates", candidates, dtype=pl.String),
        pl.Series("area_scope", scopes, dtype=pl.String),
    )
    found = rows.select(keys).join(areas, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return rows.with_columns(found.drop(keys))


def _area_texts(texts: Sequence[str | None]) -> tuple[str | None, ...]:
    """The same coarse to fine: block and sheet name (``heading``) stand before the row's own columns."""
    province, city, county, area, block, heading = texts
    return province, heading, block, city, area, county


def with_unassigned_part(code: Code | None, catalog: Catalog) -> Code | None:
    """An area that has parts takes no enterprises itself: its unassigned part does."""
    if code is not None and code + UNASSIGNED_SUFFIX in catalog.areas:
        return code + UNASSIGNED_SUFFIX
    return code


def _scope(code: Code | None, reading: Reading, catalog: Catalog) -> str | None:
    if code is None:
        return None
    if any(catalog.is_within(code, excluded) for excluded in reading.excluding):
        return "outside"
    if catalog.is_tracked(code):
        return "inside" if catalog.is_within(code, reading.area_code) else "outside"
    surrounds = any(catalog.is_within(root, code) for root in catalog.tracked_roots)
    return "above" if surrounds else "outside"


def identity_breaks() -> dict[str, pl.Expr]:
    """Rule of :data:`IDENTITY_RULES` -> whether a row breaks it."""
    return {
        "name_missing": pl.col("name_key").is_null(),
        "uscc_number_cell": pl.col("uscc_is_number").fill_null(False) & pl.col("uscc").is_not_null(),
        "uscc_format": pl.col("uscc_fault") == "uscc_format",
        "uscc_check_digit": pl.col("uscc_fault") == "uscc_check_digit",
        "area_unknown": pl.col("area_problem") == "unknown",
        "area_ambiguous": pl.col("area_problem") == "ambiguous",
    }


def first_broken(breaks: Mapping[str, pl.Expr]) -> pl.Expr:
    """The first rule that a row breaks, or null."""
    return pl.coalesce(_named(breaks))


def _named(breaks: Mapping[str, pl.Expr]) -> list[pl.Expr]:
    return [pl.when(condition.fill_null(False)).then(pl.lit(rule)) for rule, condition in breaks.items()]


def faults_of(rows: pl.DataFrame, breaks: Mapping[str, pl.Expr]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Refused rows once for every rule that they break, with ``rule``, and whether it is the row's first.

    A cell is said once: a credit code that lost its digits in Excel is none of 18 characters either. A row refused
    for another reason than these rules has the one that it came with.
    """
    known = rows.with_columns(rules=pl.concat_list(_named(breaks)).list.drop_nulls())
    for row in known.iter_rows(named=True):
        said: set[str] = set()
        for rule in row["rules"] or [row["rule"]]:
            cell = IDENTITY_RULES.get(rule, rule)
            if cell not in said:
                yield row | {"rule": rule}, not said
                said.add(cell)


def identity() -> pl.Expr:
    """Who a row speaks of, as far as one file can tell."""
    return pl.coalesce("uscc_clean", "name_key").alias("identity")


def identity_field(row: dict[str, Any]) -> str:
    """The field whose cell broke a rule of :data:`IDENTITY_RULES`."""
    field = IDENTITY_RULES[row["rule"]]
    if field == "area":
        return next((f for f in ("county", "area", "city", "province", "block") if row[f]), "area")
    return field


def dropped_in(sheets: Iterable[Sheet]) -> int:
    """How many rows of some sheets a correction took out."""
    return sum(sheet["counts"].get("dropped", 0) for sheet in sheets)


def announced(reading: Reading, rows: pl.DataFrame, dropped: int, catalog: Catalog) -> dict[str, tuple[int, int]]:
    """Each announced number beside the rows that were read for it, whatever became of them.

    Args:
        reading: what its notice announces.
        rows: those that were judged.
        dropped: how many a correction took out before: the notice counts them, though no area is known of them.
        catalog: areas.
    """
    found: dict[str, tuple[int, int]] = {}
    for scope, number in reading.announced.items():
        codes = [c for c in rows["area_code"].unique() if c is not None and _is_known_part(c, scope, catalog)]
        here = rows.height + dropped if scope == WHOLE else rows.filter(pl.col("area_code").is_in(codes)).height
        found[scope] = (number, here)
    return found


def _is_known_part(code: Code, scope: Code, catalog: Catalog) -> bool:
    return scope in catalog.areas and catalog.is_within(code, scope)
