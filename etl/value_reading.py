"""What a reporting sheet is before anybody has judged it: its kind, its area, its period and its unit of money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import polars as pl

from etl.inbox import Reading
from etl.parsed_rows import scan_rows
from etl.periods import Span, parse_span, spans_in
from etl.quantities import money_exponent, unit_of
from etl.refusal import Refusal, not_stated
from etl.table import column_name
from etl.value_tables import Layout, Shapes, sheet_span
from tracker.catalog import Catalog
from tracker.catalog_models import Code

ValueKind = Literal["enterprise_values", "area_values"]
Sheet = dict[str, Any]


def value_kind(sheets: Sequence[Sheet], catalog: Catalog) -> ValueKind | None:
    """The kind of report that some sheets are by their columns; None where they hold no values.

    A column of words alone (所属产业链) makes no report: lists have it too.
    """
    names_enterprises = any(column["field"] in ("name", "uscc") for sheet in sheets for column in sheet["columns"])
    shapes = Shapes(catalog, "enterprise" if names_enterprises else "area")
    found = [shapes.layout(sheet, None, None) for sheet in sheets]
    measures = [column.measure for layout in found for column in layout.columns]
    if not any(code is None or catalog.measures[code].kind != "text" for code in measures):
        return None
    return "enterprise_values" if names_enterprises else "area_values"


class Stated(Protocol):
    """What a person states about a report; None is left to the file, or asked."""

    @property
    def sheet(self) -> str | None: ...
    @property
    def period(self) -> str | None: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def document_no(self) -> str | None: ...
    @property
    def received_on(self) -> dt.date: ...


def report_reading(
    name: str,
    folder: Path,
    sheets: Sequence[Sheet],
    kind: ValueKind,
    area_code: Code | None,
    stated: Stated,
    number: int,
    catalog: Catalog,
) -> Reading:
    """How a report is read: its area, and the period and unit that its rows and captions leave open.

    Args:
        name: the file, for messages and for the period that its name may state.
        folder: where its parsed rows lie.
        sheets: the sheets to read.
        kind: who states the values.
        area_code: the area as stated or printed, None where nobody says it.
        stated: what the person adding it says.
        number: the number of the reading.
        catalog: measures and areas.

    Raises:
        Refusal: where no column is a measure, a statement cannot be right, or one is missing: with its option.
    """
    span = _span(name, stated.period)
    reading = Reading(
        reading_no=number,
        kind=kind,
        sheet=stated.sheet,
        area_code=area_code or "",
        period_end=span.ends_on if span else None,
        period_months=span.months if span else None,
        money_unit=_money_unit(name, stated.unit),
        reason=stated.reason,
        document_no=stated.document_no,
        added_on=stated.received_on,
    )
    with_values = _with_values(sheets, reading, catalog)
    if not with_values:
        captions = "、".join(column["header"] for sheet in sheets for column in sheet["columns"] if column["header"])
        raise Refusal("values.no_measure", {"file": name, "captions": captions[:200] or "–"})
    reading = _with_found_period(name, with_values, reading)
    missing = ["--area"] * (area_code is None) + _open_questions(folder, with_values, reading, catalog)
    if missing:
        title = next((title for sheet in sheets for title in sheet["titles"]), "–")
        raise not_stated(name, title, missing)
    if reading.period_end is not None and reading.period_end > stated.received_on:
        days = {"period_end": reading.period_end, "received_on": stated.received_on}
        raise Refusal("values.period_after_receipt", {"file": name, **days})
    return reading


def _span(name: str, text: str | None) -> Span | None:
    span = parse_span(text) if text is not None else None
    if text is not None and span is None:
        raise Refusal("values.bad_period", {"file": name, "value": text})
    return span


def _money_unit(name: str, text: str | None) -> str | None:
    unit = unit_of(text) if text is not None else None
    if text is not None and (unit is None or unit.dimension != "money"):
        raise Refusal("values.bad_unit", {"file": name, "value": text})
    return text


def _with_found_period(name: str, sheets: Sequence[Sheet], reading: Reading) -> Reading:
    """The reading with the period that titles, sheets or the file name state for all of it.

    Sheets that each state a period of their own keep them: then the reading has none.
    """
    own = [sheet_span(sheet) for sheet in sheets]
    found = {span for span in own if span is not None}
    if None in own:
        found = found or set(spans_in(name))
    days, months = ({span[place] for span in found} for place in (0, 1))
    if reading.period_end is not None or len(days) != 1:
        return reading
    # Sheets of 第二季度 and 上半年 end on one day; each still says for itself how long it lasts.
    update = {"period_end": days.pop(), "period_months": months.pop() if len(months) == 1 else None}
    return reading.model_copy(update=update)


def _open_questions(folder: Path, sheets: Sequence[Sheet], reading: Reading, catalog: Catalog) -> list[str]:
    """The options that must still be stated: ``--period``, ``--unit``."""
    shapes = _shapes(reading, catalog)
    layouts = [shapes.layout(sheet, reading, reading.area_code or None) for sheet in sheets]
    lacks_period = any(not layout.names_period for layout in layouts)
    lacks_unit = any(_lacks_unit(folder, layout, shapes, catalog) for layout in layouts)
    return ["--period"] * lacks_period + ["--unit"] * lacks_unit


def _shapes(reading: Reading, catalog: Catalog) -> Shapes:
    return Shapes(catalog, "enterprise" if reading.kind == "enterprise_values" else "area")


def _with_values(sheets: Sequence[Sheet], reading: Reading, catalog: Catalog) -> list[Sheet]:
    shapes = _shapes(reading, catalog)
    return [sheet for sheet in sheets if shapes.layout(sheet, reading, reading.area_code or None).columns]


def _lacks_unit(folder: Path, layout: Layout, shapes: Shapes, catalog: Catalog) -> bool:
    """Whether a sheet has money of which neither caption nor line nor row says the unit."""
    if layout.money_exponent is not None or "unit" in layout.fields:
        return False
    stated: list[tuple[Code, int | None]] = [(c.measure, c.exponent) for c in layout.columns if c.measure is not None]
    if "indicator" in layout.fields:
        rows = scan_rows(folder).filter(pl.col("sheet") == layout.sheet)
        texts = rows.select(pl.col(column_name(layout.fields["indicator"])).unique()).collect().to_series()
        stated += [(n.measure, n.exponent) for text in texts.drop_nulls() if (n := shapes.names.read(text)) is not None]
    return any(
        exponent is None and money_exponent(catalog.measures[code].unit) is not None for code, exponent in stated
    )
