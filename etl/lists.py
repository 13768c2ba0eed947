"""From the parsed rows of a list to accepted rows, and to rejected ones that keep their rule and cell.

A row is accepted, out of area (another city's enterprise: normal in a provincial list), a duplicate inside the
list, or rejected by a named rule. Nothing else can happen to it, so the counts always add up to the rows read.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from etl.areas import AreaResolver
from etl.clean import parse_days_in, with_day, with_name_key, with_uscc
from etl.inbox import WHOLE, Reading
from etl.propose import title_tier
from tracker.catalog import UNASSIGNED_SUFFIX, Catalog
from tracker.catalog_models import Code

EARLIEST_DAY = dt.date(2000, 1, 1)
FIELDS = (
    "name",
    "former_name",
    "uscc",
    "province",
    "city",
    "county",
    "area",
    "title",
    "event_word",
    "recognised_on",
    "valid_from",
    "valid_to",
    "validity",
    "document_no",
    "industry",
    "chain",
    "product",
)
# Rule -> the field whose cell broke it, in the order in which a row is judged: the first that holds is printed.
RULES: dict[str, str] = {
    "name_missing": "name",
    "uscc_number_cell": "uscc",
    "uscc_format": "uscc",
    "uscc_check_digit": "uscc",
    "area_unknown": "area",
    "area_ambiguous": "area",
    "title_unknown": "title",
    "title_other_tier": "title",
    "event_other": "event_word",
    "date_unreadable": "recognised_on",
    "date_out_of_range": "recognised_on",
    "valid_to_before_valid_from": "valid_to",
    "duplicate_in_list": "name",
}
_DATE_FIELDS = ("recognised_on", "valid_from", "valid_to")
_REVIEW_EVENTS = ("review_publicity", "review_passed")


@dataclass(frozen=True)
class ListRows:
    """The outcome of one reading.

    ``accepted``: one row per enterprise on the list. ``rejected``: one row per refused row, with rule, column
    letter and offending value. ``counts``: read, accepted, out_of_area, rejected, duplicate, blank.
    ``announced``: area code or ``total`` -> (announced, read), only where a number is announced.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    counts: dict[str, int]
    announced: dict[str, tuple[int, int]]

    @property
    def is_complete(self) -> bool:
        """Whether nothing was rejected and every announced number is met."""
        met = all(said == read for said, read in self.announced.values())
        return met and self.counts["rejected"] == 0


def judge(folder: Path, reading: Reading, received_on: dt.date, catalog: Catalog) -> ListRows:
    """Judge every row of a parsed file under one reading.

    Args:
        folder: what the parsing child wrote: ``rows.parquet`` and ``meta.json``.
        reading: which list this is.
        received_on: no event can be dated after its list was received.
        catalog: areas and titles.
    """
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    sheets = [s for s in meta["sheets"] if _is_read(s, reading)]
    rows = _fields(pl.read_parquet(folder / "rows.parquet"), sheets)
    rows = with_name_key(rows, "name", "name_key")
    rows = with_name_key(rows, "former_name", "former_name_key")
    rows = with_uscc(rows, "uscc")
    rows = _with_area(rows, reading, catalog)
    rows = _with_title(rows, reading, catalog)
    rows = _with_dates(rows, reading, catalog)
    rows = _with_rule(rows, reading, received_on)
    is_inside = pl.col("area_scope") == "inside"
    rejected = rows.filter(pl.col("rule").is_not_null() & (pl.col("rule") != "duplicate_in_list"))
    duplicates = rows.filter(pl.col("rule") == "duplicate_in_list")
    kept = rows.filter(pl.col("rule").is_null())
    accepted = kept.filter(is_inside | (pl.col("area_scope") == "above"))
    counts = {
        "read": rows.height,
        "accepted": accepted.height,
        "out_of_area": kept.height - accepted.height,
        "rejected": rejected.height,
        "duplicate": duplicates.height,
        "blank": sum(sheet["counts"]["blank"] for sheet in sheets),
    }
    return ListRows(
        accepted=accepted,
        rejected=_rejections(pl.concat([rejected, duplicates]), sheets),
        counts=counts,
        announced=_announced(reading, kept.vstack(duplicates).vstack(rejected), catalog),
    )


def _is_read(sheet: dict[str, Any], reading: Reading) -> bool:
    if reading.sheet is not None:
        return bool(sheet["name"] == reading.sheet)
    # A sheet that names no enterprises (地市 | 家数) is a summary beside the list, not a part of it.
    names_enterprises = any(column["field"] in ("name", "uscc") for column in sheet["columns"])
    return names_enterprises and not sheet["is_hidden"]


def _fields(rows: pl.DataFrame, sheets: list[dict[str, Any]]) -> pl.DataFrame:
    """One column per known field, whatever column of the sheet it stands in."""
    parts = []
    for sheet in sheets:
        source = {column["field"]: f"c{column['index']}" for column in sheet["columns"] if column["field"]}
        part = rows.filter((pl.col("sheet") == sheet["name"]) & (pl.col("kind") == "data"))
        parts.append(
            part.select(
                "sheet",
                "row",
                "block",
                "uscc_is_number",
                *(
                    _cell(source[field]).alias(field) if field in source else pl.lit(None, pl.String).alias(field)
                    for field in FIELDS
                ),
            )
        )
    empty = pl.DataFrame(
        schema={"sheet": pl.String, "row": pl.Int32, "block": pl.String, "uscc_is_number": pl.Boolean}
        | dict.fromkeys(FIELDS, pl.String)
    )
    return pl.concat([empty, *parts])


def _cell(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars(" \t\r\n　")
    return pl.when(text.str.len_chars() > 0).then(text)


def _with_area(rows: pl.DataFrame, reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """Add ``area_code``, ``area_problem``, ``area_candidates`` and ``area_scope`` (inside, above, outside).

    ``above`` is a row that names only an area around the plans' areas ("江苏省" in a national list): whether it is
    ours is decided later by who the enterprise is.
    """
    keys = ["province", "city", "county", "area", "block", "sheet"]
    resolver = AreaResolver(catalog)
    distinct = rows.select(keys).unique(maintain_order=True)
    codes, problems, candidates, scopes = [], [], [], []
    for texts in distinct.iter_rows():
        resolution = resolver.resolve(_area_texts(texts), reading.area_code)
        code = resolution.area_code if resolution.problem is None else None
        if resolution.problem is None and code is None:
            code = reading.area_code
        codes.append(_with_unassigned_part(code, catalog))
        problems.append(resolution.problem)
        candidates.append("、".join(resolution.candidates) or None)
        scopes.append(_scope(code, reading, catalog))
    areas = distinct.with_columns(
        pl.Series("area_code", codes, dtype=pl.String),
        pl.Series("area_problem", problems, dtype=pl.String),
        pl.Series("area_candidates", candidates, dtype=pl.String),
        pl.Series("area_scope", scopes, dtype=pl.String),
    )
    return rows.join(areas, on=keys, how="left", nulls_equal=True, maintain_order="left")


def _area_texts(texts: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Coarse to fine. Block and sheet name stand before the row's own columns, which know better."""
    province, city, county, area, block, sheet = texts
    return province, sheet, block, city, area, county


def _with_unassigned_part(code: Code | None, catalog: Catalog) -> Code | None:
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


def _with_title(rows: pl.DataFrame, reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """Add ``title_rule``: the printed title is unknown or belongs to another tier than the list."""
    year = reading.event_on.year
    distinct = rows.select("title").unique()
    rules: list[str | None] = []
    for title in distinct["title"]:
        if title is None:
            rules.append(None)
            continue
        known, tier = title_tier(catalog, title, year, reading.area_code)
        rules.append(None if known and tier == reading.tier else "title_other_tier" if known else "title_unknown")
    mapping = distinct.with_columns(pl.Series("title_rule", rules, dtype=pl.String))
    return rows.join(mapping, on="title", how="left", nulls_equal=True, maintain_order="left")


def _with_dates(rows: pl.DataFrame, reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """Add ``event_on``, ``valid_from_on``, ``valid_to_on``, ``valid_to_estimated``: the row's own or the list's.

    Where neither prints a window it is the tier's years from the event on, marked as estimated
    (research: the window is printed in the notice; three years are only the fallback).
    """
    for column in ("recognised_on", "valid_from", "valid_to"):
        rows = with_day(rows, column, f"{column}_day")
    spans = rows.select(pl.col("validity").drop_nulls().unique())
    days = [parse_days_in(text) for text in spans["validity"]]
    spans = spans.with_columns(
        pl.Series("span_from", [d[0] if len(d) == 2 else None for d in days], dtype=pl.Date),
        pl.Series("span_to", [d[1] if len(d) == 2 else None for d in days], dtype=pl.Date),
    )
    rows = rows.join(spans, on="validity", how="left", maintain_order="left")
    printed_to = pl.coalesce("valid_to_day", "span_to", pl.lit(reading.valid_to, pl.Date))
    years = catalog.tiers[reading.tier].validity_years
    rows = rows.with_columns(
        event_on=pl.coalesce("recognised_on_day", pl.lit(reading.event_on, pl.Date)),
        date_problem=_unreadable("recognised_on")
        | _unreadable("valid_from")
        | _unreadable("valid_to")
        | (pl.col("validity").is_not_null() & pl.col("span_from").is_null()),
    ).with_columns(
        valid_from_on=pl.coalesce(
            "valid_from_day", "span_from", pl.lit(reading.valid_from, pl.Date), pl.col("event_on")
        )
    )
    return rows.with_columns(
        valid_to_on=pl.coalesce(printed_to, pl.col("valid_from_on").dt.offset_by(f"{years}y").dt.offset_by("-1d")),
        valid_to_estimated=printed_to.is_null(),
    )


def _unreadable(column: str) -> pl.Expr:
    return pl.col(column).is_not_null() & pl.col(f"{column}_day").is_null()


def _with_rule(rows: pl.DataFrame, reading: Reading, received_on: dt.date) -> pl.DataFrame:
    """Add ``rule``: the first rule of :data:`RULES` that the row breaks, or null."""
    event_days = pl.col("event_on").is_between(EARLIEST_DAY, received_on)
    windows = pl.col("valid_from_on").is_between(EARLIEST_DAY, received_on.replace(day=1) + dt.timedelta(days=3660))
    is_review_word = pl.col("event_word").str.contains("复核")
    breaks = {
        "name_missing": pl.col("name_key").is_null(),
        "uscc_number_cell": pl.col("uscc_is_number").fill_null(False) & pl.col("uscc").is_not_null(),
        "uscc_format": pl.col("uscc_fault") == "uscc_format",
        "uscc_check_digit": pl.col("uscc_fault") == "uscc_check_digit",
        "area_unknown": pl.col("area_problem") == "unknown",
        "area_ambiguous": pl.col("area_problem") == "ambiguous",
        "title_unknown": pl.col("title_rule") == "title_unknown",
        "title_other_tier": pl.col("title_rule") == "title_other_tier",
        "event_other": is_review_word != pl.lit(reading.event in _REVIEW_EVENTS),
        "date_unreadable": pl.col("date_problem"),
        "date_out_of_range": ~(event_days & windows),
        "valid_to_before_valid_from": pl.col("valid_to_on") < pl.col("valid_from_on"),
    }
    rows = rows.with_columns(
        rule=pl.coalesce(pl.when(condition.fill_null(False)).then(pl.lit(rule)) for rule, condition in breaks.items())
    )
    identity = pl.coalesce(pl.col("uscc_clean"), pl.col("name_key"))
    is_repeat = pl.col("rule").is_null() & (
        pl.col("row").cum_count().over(identity.alias("identity"), pl.col("rule").is_null()) > 1
    )
    return rows.with_columns(rule=pl.when(is_repeat).then(pl.lit("duplicate_in_list")).otherwise(pl.col("rule")))


def _rejections(rows: pl.DataFrame, sheets: list[dict[str, Any]]) -> pl.DataFrame:
    """One row per refused row: sheet, row, column letter, rule, offending value, nearest candidates."""
    letters = {
        (sheet["name"], column["field"]): column["letter"]
        for sheet in sheets
        for column in sheet["columns"]
        if column["field"]
    }
    records = []
    for row in rows.iter_rows(named=True):
        field = _offending_field(row)
        value = row[field]
        if row["rule"] == "valid_to_before_valid_from":
            value = f"{row['valid_from_on']} > {row['valid_to_on']}"
        elif row["rule"] == "date_out_of_range":
            value = value or f"{row['event_on']}"
        records.append(
            {
                "sheet": row["sheet"],
                "row": row["row"],
                "column": letters.get((row["sheet"], field)),
                "rule": row["rule"],
                "value": value,
                "name_as_printed": row["name"],
                "candidates": row["area_candidates"] if row["rule"].startswith("area_") else None,
            }
        )
    text = pl.String
    schema = {"sheet": text, "row": pl.Int32, "column": text, "rule": text, "value": text}
    return pl.DataFrame(records, schema=schema | {"name_as_printed": text, "candidates": text}, orient="row")


def _offending_field(row: dict[str, Any]) -> str:
    field = RULES[row["rule"]]
    if field == "area":
        return next((f for f in ("county", "area", "city", "province", "block") if row[f]), "area")
    if row["rule"] == "date_unreadable":
        return next((f for f in _DATE_FIELDS if row[f] and row[f"{f}_day"] is None), "validity")
    if row["rule"] == "date_out_of_range":
        out_of_range = (f for f in _DATE_FIELDS if row[f"{f}_day"] and row[f"{f}_day"] < EARLIEST_DAY)
        return next(out_of_range, "recognised_on" if row["recognised_on"] else "valid_from")
    return field


def _announced(reading: Reading, rows: pl.DataFrame, catalog: Catalog) -> dict[str, tuple[int, int]]:
    """Each announced number beside the rows that were read for it, whatever became of them."""
    found: dict[str, tuple[int, int]] = {}
    for scope, number in reading.announced.items():
        codes = [c for c in rows["area_code"].unique() if c is not None and _is_known_part(c, scope, catalog)]
        here = rows.height if scope == WHOLE else rows.filter(pl.col("area_code").is_in(codes)).height
        found[scope] = (number, here)
    return found


def _is_known_part(code: Code, scope: Code, catalog: Catalog) -> bool:
    return scope in catalog.areas and catalog.is_within(code, scope)


def announced_number(text: str) -> int | None:
    """The number of enterprises a phrase announces: "杭州市（155家）", "共502家", "合计：315 家"."""
    found = re.search(r"(\d[\d,，]*)\s*(?:家|户|个)", text)
    return int(re.sub(r"[,，]", "", found.group(1))) if found else None
