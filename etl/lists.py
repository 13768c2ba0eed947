"""From the parsed rows of a list to accepted rows, and to rejected ones that keep their rule and cell.

A row is accepted, out of area (another city's enterprise: normal in a provincial list), a duplicate inside the
list, or rejected by a named rule. Nothing else can happen to it, so the counts always add up to the rows read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from etl.clean import by_distinct, may_repeat, parse_days_in, with_day
from etl.inbox import Reading
from etl.propose import title_tier
from etl.rows import (
    COUNTED_REJECTION_SCHEMA,
    EARLIEST_DAY,
    IDENTITY_FIELDS,
    IDENTITY_RULES,
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

FIELDS = (
    *IDENTITY_FIELDS,
    "title",
    "title_level",
    "event_word",
    "recognised_on",
    "reviewed_on",
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
    **IDENTITY_RULES,
    "title_unknown": "title",
    "title_other_tier": "title",
    "not_passed": "event_word",
    "event_other": "event_word",
    "date_unreadable": "recognised_on",
    "date_out_of_range": "recognised_on",
    "valid_to_before_valid_from": "valid_to",
    "duplicate_in_list": "name",
}
ACCEPTED = (
    "sheet",
    "row",
    "name",
    "name_key",
    "former_name",
    "former_name_key",
    "uscc_clean",
    "title",
    "document_no",
    "event_on",
    "valid_from_on",
    "valid_to_on",
    "valid_to_estimated",
    "area_code",
    "area_scope",
)
_DATE_FIELDS = ("recognised_on", "reviewed_on", "valid_from", "valid_to")
_REVIEW_EVENTS = ("review_publicity", "review_passed")
_ENDING_EVENTS = ("lapsed", "revoked")
# What a column of results says, first of those who did not pass: 不通过 holds 通过.
_FAILED = r"(?:未|不|没有)(?:予|能|获|再|被|以)*(?:通过|合格|同意|符合|达标|认定)|取消|撤销|淘汰|否决|^否$"
_PASSED = r"通过|合格|同意"
_NEW = r"认定|新增|新申报|首次"


def judge(folder: Path, reading: Reading, received_on: dt.date, catalog: Catalog) -> ListRows:
    """Judge every row of a parsed file under one reading.

    Args:
        folder: what the parsing child wrote: ``rows.parquet`` and ``meta.json``.
        reading: which list this is.
        received_on: no event can be dated after its list was received.
        catalog: areas and titles.
    """
    # In a list of one title a column that speaks of it (小巨人认定时间) means no more than the plain one.
    title = "pool" if reading.kind == "pool" else reading.list_tier
    sheets = sheets_of(folder, reading)
    rows = with_area(with_identity(cells(folder, sheets, FIELDS, title)), reading, catalog)
    rows = _with_title(rows, reading, catalog)
    rows = _with_dates(rows, reading, catalog)
    breaks = _breaks(reading, received_on)
    rows = _with_rule(rows, breaks)
    is_kept, is_repeat = rows["rule"].is_null(), rows["rule"] == "duplicate_in_list"
    accepted = rows.select(ACCEPTED).filter(is_kept & rows["area_scope"].is_in(["inside", "above"]))
    rejected, duplicates = rows.filter(~is_kept & ~is_repeat), rows.filter(is_repeat)
    dropped = dropped_in(sheets)
    counts = {
        "read": rows.height + dropped,
        "accepted": accepted.height,
        "out_of_area": int(is_kept.sum()) - accepted.height + dropped,
        "rejected": rejected.height,
        "duplicate": duplicates.height,
        "blank": sum(sheet["counts"]["blank"] for sheet in sheets),
    }
    return ListRows(
        accepted=accepted,
        rejected=_rejections(pl.concat([rejected, duplicates]), breaks, sheets, title),
        counts=counts,
        announced=announced(reading, rows, dropped, catalog),
    )


def _with_title(rows: pl.DataFrame, reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """Add ``title_rule``: the printed title is unknown or belongs to another tier than the list."""
    if rows["title"].null_count() == rows["title_level"].null_count() == rows.height:
        return rows.with_columns(title_rule=pl.lit(None, pl.String))
    year = reading.list_day.year
    full_title = pl.concat_str("title_level", "title", ignore_nulls=True)
    rows = rows.with_columns(title=pl.when(full_title != "").then(full_title))
    distinct = rows.select("title").unique()
    rules: list[str | None] = []
    for title in distinct["title"]:
        if title is None:
            rules.append(None)
            continue
        known, tier = title_tier(catalog, title, year, reading.area_code)
        rules.append(None if known and tier == reading.list_tier else "title_other_tier" if known else "title_unknown")
    mapping = distinct.with_columns(pl.Series("title_rule", rules, dtype=pl.String))
    found = rows.select("title").join(mapping, on="title", how="left", nulls_equal=True, maintain_order="left")
    return rows.with_columns(found["title_rule"])


def _with_dates(rows: pl.DataFrame, reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """Add ``event_on``, ``valid_from_on``, ``valid_to_on``, ``valid_to_estimated``: the row's own or the list's.

    Where neither prints a window it is the tier's years from the event on, marked as estimated
    (research: the window is printed in the notice; three years are only the fallback).
    """
    # Only a list of reviews is dated by them; 是否复核 says yes or no, and what has digits means to be a day.
    is_review_day = pl.lit(reading.event in _REVIEW_EVENTS) & pl.col("reviewed_on").str.contains(r"\d")
    rows = rows.with_columns(reviewed_on=pl.when(is_review_day).then("reviewed_on"))
    for column in _DATE_FIELDS:
        rows = with_day(rows, column, f"{column}_day")
    spans = rows.select(pl.col("validity").drop_nulls().unique())
    days = [parse_days_in(text) for text in spans["validity"]]
    spans = spans.with_columns(
        pl.Series("span_from", [d[0] if len(d) == 2 else None for d in days], dtype=pl.Date),
        pl.Series("span_to", [d[1] if len(d) == 2 else None for d in days], dtype=pl.Date),
    )
    rows = by_distinct(rows, "validity", spans)
    printed_to = pl.coalesce("valid_to_day", "span_to", pl.lit(reading.valid_to, pl.Date))
    years = catalog.tiers[reading.list_tier].validity_years
    rows = rows.with_columns(
        event_on=pl.coalesce("reviewed_on_day", "recognised_on_day", pl.lit(reading.list_day)),
        date_problem=_unreadable("reviewed_on")
        | _unreadable("recognised_on")
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


def _breaks(reading: Reading, received_on: dt.date) -> dict[str, pl.Expr]:
    """Rule of :data:`RULES` -> whether a row breaks it."""
    event_days = pl.col("event_on").is_between(EARLIEST_DAY, received_on)
    windows = pl.col("valid_from_on").is_between(EARLIEST_DAY, received_on.replace(day=1) + dt.timedelta(days=3660))
    return identity_breaks() | {
        "title_unknown": pl.col("title_rule") == "title_unknown",
        "title_other_tier": pl.col("title_rule") == "title_other_tier",
        **_word_breaks(reading),
        "date_unreadable": pl.col("date_problem"),
        "date_out_of_range": ~(event_days & windows),
        "valid_to_before_valid_from": pl.col("valid_to_on") < pl.col("valid_from_on"),
    }


def _word_breaks(reading: Reading) -> dict[str, pl.Expr]:
    """Whether the word of a row says that it did not pass, or speaks of another event than the list."""
    word = pl.col("event_word")
    is_review, has_failed = word.str.contains("复核|复审"), word.str.contains(_FAILED)
    if reading.event in _ENDING_EVENTS:
        return {"event_other": ~has_failed & (is_review | word.str.contains(_PASSED))}
    is_passed_review = is_review | (word.str.contains(_PASSED) & ~word.str.contains(_NEW))
    is_other = ~is_passed_review if reading.event in _REVIEW_EVENTS else is_review
    return {"not_passed": has_failed, "event_other": is_other & ~has_failed}


def _with_rule(rows: pl.DataFrame, breaks: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Add ``rule``: the first rule of :data:`RULES` that the row breaks, or null."""
    rows = rows.with_columns(rule=first_broken(breaks))
    is_good = pl.col("rule").is_null()
    people = rows.select(pl.when(is_good).then(identity()).alias("identity"))["identity"]
    is_like = may_repeat(people)
    is_repeat = is_like.scatter(is_like.arg_true(), ~people.filter(is_like).is_first_distinct())
    return rows.with_columns(
        rule=pl.when(is_good & is_repeat).then(pl.lit("duplicate_in_list")).otherwise(pl.col("rule"))
    )


def _rejections(rows: pl.DataFrame, breaks: Mapping[str, pl.Expr], sheets: list[Sheet], title: str) -> pl.DataFrame:
    """One row per refused row and fault: sheet, row, column letter, rule, offending value, nearest candidates."""
    letter_of = letters(sheets, title)
    records = []
    for row, is_first in faults_of(rows, breaks):
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
                "column": letter_of.get((row["sheet"], field)),
                "rule": row["rule"],
                "value": value,
                "name_as_printed": row["name"],
                "candidates": row["area_candidates"] if row["rule"].startswith("area_") else None,
                "number": int(is_first),
            }
        )
    return pl.DataFrame(records, schema=COUNTED_REJECTION_SCHEMA, orient="row")


def _offending_field(row: dict[str, Any]) -> str:
    if row["rule"] in IDENTITY_RULES:
        return identity_field(row)
    field = RULES[row["rule"]]
    if field == "title" and row["title"] == row["title_level"]:
        return "title_level"
    if row["rule"] == "date_unreadable":
        return next((f for f in _DATE_FIELDS if row[f] and row[f"{f}_day"] is None), "validity")
    if row["rule"] == "date_out_of_range":
        out_of_range = (f for f in _DATE_FIELDS if row[f"{f}_day"] and row[f"{f}_day"] < EARLIEST_DAY)
        return next(out_of_range, "recognised_on" if row["recognised_on"] else "valid_from")
    return field
