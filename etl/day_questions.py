"""Days that may be wrong and may be right: each asks to be checked, none is refused.

A day that lies ahead of the file is refused elsewhere; here are days that only look odd beside the list's own batch,
beside the list that it follows, or beside the calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from etl.inbox import Reading
from etl.reconcile import Source
from etl.rows import letters, sheets_of
from tracker.catalog import Catalog

QUESTIONS = ("review_before_batch", "step_before_earlier")
DAY_SCHEMA = {
    "question": pl.String,
    "reading_id": pl.String,
    "number": pl.Int32,
    "day": pl.Date,
    "compared_with": pl.Date,
    "other": pl.String,
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
}
# What comes before an event of the same batch.
_EARLIER = {
    "publicity": ("recommended",),
    "recognition": ("recommended", "publicity"),
    "review_passed": ("review_publicity",),
}
_REVIEWS = ("review_publicity", "review_passed")
# The columns that date a row, first the one that goes before.
_DATING = ("reviewed_on", "recognised_on")


def day_questions(source: Source, rows: pl.DataFrame, others: Iterable[Source], catalog: Catalog) -> pl.DataFrame:
    """What a person should look at among the days of a file.

    Args:
        source: the file under a reading.
        rows: its accepted rows with ``sheet``, ``row`` and ``event_on``; of what is no list none are asked for.
        others: the other readings that count.
        catalog: which area lies in which.

    Returns:
        One row per question with how many rows it is about and the cell of the first; without a cell it is the day of
        the whole file. ``compared_with`` is the day that makes it odd, ``other`` the file that states it.
    """
    reading = source.reading
    found: list[pl.DataFrame] = []
    if reading.kind == "list":
        if reading.event in _REVIEWS and reading.reviewed_cohort is not None:
            until = dt.date(reading.reviewed_cohort, 12, 31)
            odd = rows.filter(pl.col("event_on") <= until)
            found += [_question("review_before_batch", source, odd, reading.list_day, until)] if odd.height else []
        if (earlier := _latest_before(reading, others, catalog)) is not None:
            shown_on = earlier.reading.list_day
            odd = rows.filter(pl.col("event_on") < shown_on)
            other = earlier.sidecar.original_name
            if odd.height:
                found.append(_question("step_before_earlier", source, odd, reading.list_day, shown_on, other))
    return pl.concat([pl.DataFrame(schema=DAY_SCHEMA), *found])


def received_ahead(source: Source, today: dt.date) -> pl.DataFrame:
    """That a file is said to have come in after today, as :func:`day_questions` asks; of builds it is not asked.

    What a build owes must not depend on the day on which it is made.
    """
    received_on = source.sidecar.received_on
    found = [_question("received_ahead", source, _no_rows(), received_on, today)] if received_on > today else []
    return pl.concat([pl.DataFrame(schema=DAY_SCHEMA), *found])


def later_steps(source: Source, others: Iterable[Source], catalog: Catalog) -> pl.DataFrame:
    """The lists dated before one that they follow, as :func:`day_questions` will ask of them once both count."""
    reading = source.reading
    if reading.kind != "list":
        return pl.DataFrame(schema=DAY_SCHEMA)
    odd = [
        other
        for other in others
        if _follows(other.reading, reading, catalog) and other.reading.list_day < reading.list_day
    ]
    asked = [
        _question("step_before_earlier", other, _no_rows(), other.reading.list_day, reading.list_day) for other in odd
    ]
    named = [
        frame.with_columns(other=pl.lit(other.sidecar.original_name), question=pl.lit("step_after_later"))
        for frame, other in zip(asked, odd, strict=True)
    ]
    return pl.concat([pl.DataFrame(schema=DAY_SCHEMA), *named])


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(schema={"sheet": pl.String, "row": pl.Int32, "event_on": pl.Date})


def _question(
    question: str, source: Source, odd: pl.DataFrame, day: dt.date, compared_with: dt.date, other: str | None = None
) -> pl.DataFrame:
    """One question; the cell of the first row that is dated by itself, for the whole list has one day and no cell."""
    own = odd.filter(pl.col("event_on") != day).head(1).to_dicts()
    first: dict[str, Any] = own[0] if own else {"sheet": None, "row": None, "event_on": day}
    asked = {
        "question": question,
        "reading_id": source.reading_id,
        "number": odd.height,
        "day": first["event_on"],
        "compared_with": compared_with,
        "other": other,
        "sheet": first["sheet"],
        "row": first["row"],
        "column": _column(source, first["sheet"]) if own else None,
    }
    return pl.DataFrame([asked], schema=DAY_SCHEMA, orient="row")


def _column(source: Source, sheet: str) -> str | None:
    letter_of = letters(sheets_of(source.parsed, source.reading), source.reading.list_tier)
    return next((letter for field in _DATING if (letter := letter_of.get((sheet, field)))), None)


def _latest_before(reading: Reading, others: Iterable[Source], catalog: Catalog) -> Source | None:
    """The newest list of an earlier step of the same batch that this one reaches."""
    found: Sequence[Source] = [other for other in others if _follows(reading, other.reading, catalog)]
    return max(found, key=lambda other: other.reading.list_day, default=None)


def _follows(reading: Reading, other: Reading, catalog: Catalog) -> bool:
    is_later_step = other.kind == "list" and other.event in _EARLIER.get(reading.event or "", ())
    is_of_batch = reading.batch is not None and (reading.tier, reading.batch) == (other.tier, other.batch)
    return is_later_step and is_of_batch and _meet(reading, other, catalog)


def _meet(one: Reading, other: Reading, catalog: Catalog) -> bool:
    """Whether two lists share an area: one holds the other and does not leave it out (浙江省…不含宁波)."""
    for wide, narrow in ((one, other), (other, one)):
        if catalog.is_within(narrow.area_code, wide.area_code):
            return not any(catalog.is_within(narrow.area_code, left_out) for left_out in wide.excluding)
    return False
