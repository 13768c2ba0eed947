"""From the rows of reporting sheets to cells: one row a printed value, with who, what, when and in which unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from etl.areas import AreaResolver
from etl.inbox import Reading
from etl.parsed_rows import scan_rows
from etl.periods import parse_span
from etl.quantities import dimension_of, unit_of
from etl.rows import CODE, IDENTITY_RULES, first_broken, identity_breaks, with_identity
from etl.table import column_name, squeezed
from etl.value_tables import PLACE_FIELDS, WHOLE_WORDS, Layout, MeasureNames, ValueColumn
from tracker.catalog import Catalog
from tracker.catalog_models import Code

ENTERPRISE_KEYS = ("name", "uscc", *PLACE_FIELDS)
AREA_KEYS = (*PLACE_FIELDS, "block")
PARTS = ("sample_size", "numerator", "denominator")
_PIECE_ROWS = 500_000
_NO_VALUE = "—"
_ROW_FIELDS = {*ENTERPRISE_KEYS, "indicator", "period", "batch", "unit", *PARTS}
# Rule -> the field whose cell broke it, and the column that keeps what stands there.
_RULE_FIELDS = {
    "measure_unknown": "indicator",
    "period_unreadable": "period",
    "period_missing": "period",
    "unit_differs": "unit",
}
_PRINTED = {"indicator": "indicator", "period": "printed_period", "unit": "unit"}
_WHO_SCHEMA: dict[str, type[pl.DataType]] = {
    "name": pl.String,
    "name_key": pl.String,
    "uscc_clean": CODE,
    "area_code": pl.String,
    "rule": pl.String,
    "field": pl.String,
    "printed": pl.String,
    "candidates": pl.String,
    "is_outside": pl.Boolean,
}


@dataclass(frozen=True)
class Cells:
    """Some printed values. ``frame``: one row each; ``who``: the enterprises or areas its column ``who`` points to.

    ``frame`` has sheet, row, column (letter), who, measure, period_end, period_months, text, unit_exponent and the
    texts of :data:`PARTS`; ``rule`` is what is wrong before the text itself is read, with the ``field`` whose cell
    that is and what it has ``printed``. ``who`` has the keys of identity, ``rule`` where these are wrong, and
    ``is_outside`` of all plans. ``blank`` counts the cells under measures that nobody filled in.
    """

    frame: pl.DataFrame
    who: pl.DataFrame
    blank: int


def read_cells(folder: Path, layouts: Sequence[Layout], reading: Reading, catalog: Catalog) -> Iterator[Cells]:
    """All printed values of the sheets of one reading, in pieces: five million rows at once would fill the memory.

    Args:
        folder: where the parsing child wrote ``rows.parquet``.
        layouts: how each sheet is read.
        reading: the kind of report and its area.
        catalog: measures and areas.
    """
    level = "enterprise" if reading.kind == "enterprise_values" else "area"
    names = MeasureNames(catalog, level)
    kinds = pl.Enum([code for code, measure in catalog.measures.items() if measure.level == level])
    letters = pl.Enum(list(dict.fromkeys(column.letter for layout in layouts for column in layout.columns)))
    sheets = pl.Enum(list(dict.fromkeys(layout.sheet for layout in layouts)))
    schema: dict[str, Any] = {"sheet": sheets, "row": pl.Int32, "column": letters, "who": pl.UInt32, "measure": kinds}
    schema |= {"period_end": pl.Date, "period_months": pl.Int8, "unit_exponent": pl.Int32}
    schema |= dict.fromkeys(("text", "rule", "field", "printed", *PARTS), pl.String)
    yield Cells(pl.DataFrame(schema=schema), pl.DataFrame(schema=_WHO_SCHEMA), 0)
    for layout in layouts:
        for some in _rows(folder, layout):
            rows, who = _with_who(some, layout, reading, catalog)
            rows = _with_row_meanings(rows, names, kinds)
            headed = [column.area_code for column in layout.columns if column.area_code is not None]
            places = {code: who.height + place for place, code in enumerate(headed)}
            frames = [_cells(rows, column, places, layout, catalog, kinds) for column in layout.columns]
            frame = pl.concat(
                [frame.select(pl.col(name).cast(kind) for name, kind in schema.items()) for frame in frames]
            )
            blank = rows.height * len(layout.columns) - frame.height
            yield Cells(frame, pl.concat([who, _named_by_columns(headed, reading, catalog)]), blank)


def _rows(folder: Path, layout: Layout) -> Iterator[pl.DataFrame]:
    """The data rows of a sheet in pieces: its keys by field, its value columns; all cells as they stand.

    To take the blanks from around every cell would take longer than to read them: who needs that does it, once for
    what repeats in millions of rows.
    """
    fields = {field: column_name(index) for field, index in layout.fields.items() if field in _ROW_FIELDS}
    values = [column_name(column.index) for column in layout.columns]
    keys = [pl.col(column).alias(field) for field, column in fields.items()]
    scan = scan_rows(folder)
    is_data = (pl.col("sheet") == layout.sheet) & (pl.col("kind") == "data")
    for start in range(0, scan.select(pl.len()).collect().item(), _PIECE_ROWS):
        piece = scan.slice(start, _PIECE_ROWS).filter(is_data)
        yield piece.select("row", "block", "uscc_is_number", *keys, *values).collect()


def _with_who(
    rows: pl.DataFrame, layout: Layout, reading: Reading, catalog: Catalog
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number the enterprises or areas of the rows; every distinct one is looked at once."""
    is_enterprise = reading.kind == "enterprise_values"
    keys = [key for key in (ENTERPRISE_KEYS if is_enterprise else AREA_KEYS) if key in rows.columns]
    keys += ["uscc_is_number"] if is_enterprise and "uscc" in keys else []
    if not keys:
        rows, keys = rows.with_columns(nobody=pl.lit(None, pl.String)), ["nobody"]
    # The values of one enterprise mostly stand below one another: of each run only the first row is compared.
    begins = rows.select(pl.any_horizontal(pl.col(keys).ne_missing(pl.col(keys).shift(1)))).to_series()
    begins = begins.scatter([0], True) if rows.height else begins
    firsts = rows.filter(begins).select(keys).with_columns(pl.col(pl.String).str.strip_chars())
    distinct = firsts.unique(maintain_order=True).with_row_index("who")
    if distinct.height == firsts.height:
        of_run = distinct["who"]
    else:
        of_run = firsts.join(distinct, on=keys, how="left", nulls_equal=True, maintain_order="left")["who"]
    rows = rows.with_columns(of_run.gather(begins.cum_sum() - 1).alias("who") if rows.height else of_run)
    missing = [key for key in (*ENTERPRISE_KEYS, "former_name", "block") if key not in keys]
    distinct = distinct.with_columns(pl.lit(None, pl.String).alias(key) for key in missing)
    if "uscc_is_number" not in keys:
        distinct = distinct.with_columns(uscc_is_number=pl.lit(False))
    judged = _enterprises(distinct, reading, catalog) if is_enterprise else _areas(distinct, layout, reading, catalog)
    return rows.drop(keys), judged.select(pl.col(name).cast(kind) for name, kind in _WHO_SCHEMA.items())


def _enterprises(distinct: pl.DataFrame, reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """Whom the rows name. Where an enterprise lies the lists say; here a place only tells foreign rows."""
    frame = with_identity(distinct).with_columns(area_problem=pl.lit(None, pl.String))
    breaks = {rule: broken for rule, broken in identity_breaks().items() if not rule.startswith("area_")}
    breaks["name_missing"] = pl.col("name_key").is_null() & pl.col("uscc_clean").is_null()
    places = frame.select(PLACE_FIELDS).unique()
    resolver = AreaResolver(catalog)
    codes = [resolver.resolve(texts, reading.area_code).area_code for texts in places.iter_rows()]
    outside = [code is not None and _is_foreign(code, catalog) for code in codes]
    places = places.with_columns(pl.Series("is_outside", outside, dtype=pl.Boolean))
    field = pl.col("rule").replace_strict(IDENTITY_RULES, default=None, return_dtype=pl.String)
    return (
        frame.join(places, on=PLACE_FIELDS, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(rule=first_broken(breaks), area_code=pl.lit(None, pl.String), candidates=pl.lit(None, pl.String))
        .with_columns(field=field)
        .with_columns(printed=pl.when(pl.col("field") == "uscc").then("uscc").otherwise("name"))
    )


def _is_foreign(code: Code, catalog: Catalog) -> bool:
    """Whether an area neither belongs to a plan nor holds one."""
    surrounds = any(catalog.is_within(root, code) for root in catalog.tracked_roots)
    return not catalog.is_tracked(code) and not surrounds


def _areas(distinct: pl.DataFrame, layout: Layout, reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """Which area the rows name: by their own columns, else by heading and sheet; without any, the report's own."""
    resolver = AreaResolver(catalog)
    names_area = resolver.resolve((layout.sheet,), reading.area_code).problem is None
    heading = layout.sheet if names_area else None
    found: list[tuple[Code | None, str | None, str | None, str | None, bool]] = []
    for province, city, county, area, block in distinct.select(*PLACE_FIELDS, "block").iter_rows():
        printed = next((text for text in (county, area, city, province, block) if text), None)
        if printed is not None and squeezed(printed) in WHOLE_WORDS:
            found.append((reading.area_code, None, printed, None, False))
            continue
        resolution = resolver.resolve((province, heading, block, city, area, county), reading.area_code)
        # A place that says nothing by itself (市直) is not the whole.
        is_vague = printed is not None and resolution.problem is None and resolution.area_code is None
        problem = "unknown" if is_vague else resolution.problem
        code = None if problem else resolution.area_code or reading.area_code
        rule, candidates = f"area_{problem}" if problem else None, "、".join(resolution.candidates) or None
        found.append((code, rule, printed, candidates, code is not None and _is_outside(code, reading, catalog)))
    schema = {name: _WHO_SCHEMA[name] for name in ("area_code", "rule", "printed", "candidates", "is_outside")}
    resolved = pl.DataFrame(found, schema=schema, orient="row")
    columns = [field for field in ("county", "area", "city", "province") if field in layout.fields]
    nothing = dict.fromkeys(("name_key", "uscc_clean"), pl.lit(None, pl.String))
    return resolved.with_columns(
        name=pl.col("printed"), field=pl.lit(columns[0] if columns else None, pl.String), **nothing
    )


def _named_by_columns(codes: Sequence[Code], reading: Reading, catalog: Catalog) -> pl.DataFrame:
    """The areas that stand as captions over columns of values."""
    rows = [{"area_code": code, "is_outside": _is_outside(code, reading, catalog)} for code in codes]
    return pl.DataFrame(rows, schema=_WHO_SCHEMA, orient="row")


def _is_outside(code: Code, reading: Reading, catalog: Catalog) -> bool:
    return not (catalog.is_tracked(code) and catalog.is_within(code, reading.area_code))


def _with_row_meanings(rows: pl.DataFrame, names: MeasureNames, kinds: pl.Enum) -> pl.DataFrame:
    """Add what the rows themselves say of measure, period and unit: each distinct text is read once."""
    rows = _with_period(rows)
    named = {text: found for text in _distinct(rows, "indicator") if (found := names.read(text)) is not None}
    units = {text: unit for text in _distinct(rows, "unit") if (unit := unit_of(text)) is not None}
    exponents = {text: found.exponent for text, found in named.items() if found.exponent is not None}
    rows = _mapped(rows, "indicator", "row_measure", {text: found.measure for text, found in named.items()}, kinds)
    rows = _mapped(rows, "indicator", "named_exponent", exponents, pl.Int32())
    rows = _mapped(rows, "unit", "row_exponent", {text: unit.exponent for text, unit in units.items()}, pl.Int32())
    rows = _mapped(rows, "unit", "row_dimension", {t: u.dimension or "any" for t, u in units.items()}, pl.String())
    absent = [name for name in ("indicator", "unit", "printed_period", *PARTS) if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def _distinct(rows: pl.DataFrame, column: str) -> list[str]:
    return rows[column].unique().drop_nulls().to_list() if column in rows.columns else []


def _with_period(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``row_period``, ``row_months`` and ``printed_period``; 年度 and 季度 in two columns say it together."""
    columns = [name for name in ("period", "batch") if name in rows.columns]
    if not columns:
        return rows.with_columns(row_period=pl.lit(None, pl.Date), row_months=pl.lit(None, pl.Int8))
    printed = pl.coalesce(columns)
    if len(columns) == len(("period", "batch")):
        rows = rows.with_columns(pl.col(columns).str.strip_chars())
        year = pl.col("batch").str.extract(r"(20\d\d)") + "年"
        printed = (
            pl.when(pl.col("period").str.contains(r"20\d\d"))
            .then("period")
            .otherwise(pl.coalesce(year + pl.col("period"), printed))
        )
    rows = rows.with_columns(printed_period=printed)
    known = {text: span for text in _distinct(rows, "printed_period") if (span := parse_span(text)) is not None}
    days = {text: span.ends_on for text, span in known.items()}
    months = {text: span.months for text, span in known.items() if span.months is not None}
    rows = _mapped(rows, "printed_period", "row_period", days, pl.Date())
    return _mapped(rows, "printed_period", "row_months", months, pl.Int8()).drop(columns)


def _mapped(rows: pl.DataFrame, column: str, name: str, mapping: dict[str, Any], kind: Any) -> pl.DataFrame:
    """Add a column that gives each known text of another its meaning."""
    if not mapping:
        return rows.with_columns(pl.lit(None, kind).alias(name))
    return rows.with_columns(pl.col(column).replace_strict(mapping, default=None, return_dtype=kind).alias(name))


def _cells(
    rows: pl.DataFrame,
    column: ValueColumn,
    places: Mapping[Code, int],
    layout: Layout,
    catalog: Catalog,
    kinds: pl.Enum,
) -> pl.DataFrame:
    """The printed values of one column. ``places``: who the areas are that captions name."""
    text = pl.col(column_name(column.index))
    has_parts = pl.col("numerator").is_not_null() & pl.col("denominator").is_not_null()
    measure = pl.lit(column.measure, kinds) if column.measure else pl.col("row_measure")
    money = pl.Series([code for code in kinds.categories if dimension_of(catalog.measures[code].unit) == "money"])
    exponent = pl.coalesce("row_exponent", pl.lit(column.exponent, pl.Int32), "named_exponent")
    of_sheet = (
        pl.when(measure.is_in(money.cast(kinds).implode())).then(pl.lit(layout.money_exponent, pl.Int32)).otherwise(0)
    )
    period = pl.coalesce("row_period", pl.lit(column.period_end, pl.Date), pl.lit(layout.period_end, pl.Date))
    is_in_caption = column.period_months is not None or column.period_end is not None
    months = column.period_months if is_in_caption else layout.period_months
    breaks = {
        "measure_unknown": measure.is_null(),
        "period_unreadable": pl.col("printed_period").is_not_null() & pl.col("row_period").is_null(),
        "period_missing": period.is_null(),
        "unit_differs": _unit_differs(measure, catalog, kinds),
    }
    cells = rows.filter(text.is_not_null() | has_parts).select(
        "row",
        pl.lit(places[column.area_code]).alias("who") if column.area_code else pl.col("who"),
        *PARTS,
        "indicator",
        "printed_period",
        "unit",
        sheet=pl.lit(layout.sheet),
        column=pl.lit(column.letter),
        measure=measure,
        period_end=period,
        period_months=pl.when(pl.col("row_period").is_null()).then(pl.lit(months, pl.Int8)).otherwise("row_months"),
        text=text.fill_null(_NO_VALUE),
        unit_exponent=pl.coalesce(exponent, of_sheet),
        rule=first_broken(breaks),
    )
    if cells["rule"].null_count() == cells.height:
        return cells.with_columns(pl.lit(None, pl.String).alias(name) for name in ("field", "printed"))
    field = pl.col("rule").replace_strict(_RULE_FIELDS, default=None, return_dtype=pl.String)
    printed = pl.coalesce(pl.when(field == name).then(source) for name, source in _PRINTED.items())
    return cells.with_columns(field=field, printed=printed.str.strip_chars())


def _unit_differs(measure: pl.Expr, catalog: Catalog, kinds: pl.Enum) -> pl.Expr:
    """Whether the row's own unit measures something else than a number of its measure."""
    fits = pl.col("row_dimension") == "any"
    numbers = [code for code in kinds.categories if catalog.measures[code].kind == "number"]
    for dimension in ("money", "percent", "count"):
        codes = pl.Series([code for code in numbers if dimension_of(catalog.measures[code].unit) == dimension])
        fits |= (pl.col("row_dimension") == dimension) & measure.is_in(codes.cast(kinds).implode())
    is_number = measure.is_in(pl.Series(numbers).cast(kinds).implode())
    return pl.col("unit").is_not_null() & is_number & ~fits.fill_null(False)
