"""From the cells of reporting sheets to accepted values, and to rejected ones that keep their rule and cell.

A printed value is accepted, out of area, a repetition, or rejected by a named rule; nothing else can happen to it, so
the counts always add up to the values read. They count values, not rows: one bad cell does not take its row along.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from etl.clean import repeats
from etl.inbox import Reading
from etl.quantities import with_numbers, with_yes_no
from etl.rows import CODE, COUNTED_REJECTION_SCHEMA, ListRows, first_broken, only
from etl.value_cells import PARTS, read_cells
from etl.value_tables import Layout, Shapes
from tracker.catalog import Catalog

EARLIEST_PERIOD = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class ValueRows(ListRows):
    """The outcome of one reading of reporting sheets; ``counts`` are of values.

    ``accepted``: one row per value with who, measure, period_end, period_months, value, value_text, the numbers of
    :data:`etl.value_cells.PARTS`, sheet, row, column and ``is_fraction`` (a percentage that looks like a fraction).
    ``who``: the enterprises or areas that ``accepted`` counts through. ``rejected`` has besides ``number``, how many
    values a refusal takes out. ``unread``: captions of columns that no measure is called.
    """

    who: pl.DataFrame = field(default_factory=pl.DataFrame)


def layouts(folder: Path, reading: Reading, catalog: Catalog) -> list[Layout]:
    """How each sheet of a parsed file is read under a reading; sheets without values are left out."""
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    shapes = Shapes(catalog, "enterprise" if reading.kind == "enterprise_values" else "area")
    found = [
        shapes.layout(sheet, reading, reading.area_code)
        for sheet in meta["sheets"]
        if reading.sheet == sheet["name"] or (reading.sheet is None and not sheet["is_hidden"])
    ]
    return [layout for layout in found if layout.columns]


def judge_values(folder: Path, reading: Reading, received_on: dt.date, catalog: Catalog) -> ValueRows:
    """Judge every printed value of a parsed file under one reading.

    Args:
        folder: what the parsing child wrote: ``rows.parquet`` and ``meta.json``.
        reading: the kind of report, its area, period and unit.
        received_on: no period can end after its report was received.
        catalog: measures and areas.
    """
    sheets = layouts(folder, reading, catalog)
    everybody, refused, read = [], [], []
    blank = offset = cell = outside = 0
    for cells in read_cells(folder, sheets, reading, catalog):
        whose = cells.frame["who"]
        frame = cells.frame.with_row_index("cell", offset=cell).with_columns(pl.col("who") + offset)
        if cells.who["rule"].null_count() < cells.who.height:
            frame = frame.with_columns(rule=pl.coalesce(cells.who["rule"].gather(whose), "rule"))
        frame = frame.with_columns(rule=pl.coalesce("rule", _period_rule(received_on)))
        is_refused, is_outside = frame["rule"].is_not_null(), cells.who["is_outside"].fill_null(False).gather(whose)
        refused.append(frame.select(_REFUSAL_COLUMNS).filter(is_refused))
        outside += frame.filter(~is_refused & is_outside).height
        numbers = _read(only(frame, ~is_refused & ~is_outside), catalog)
        is_refused = numbers["rule"].is_not_null()
        refused.append(numbers.select(_REFUSAL_COLUMNS).filter(is_refused))
        read.append(only(numbers.select(_READ_COLUMNS), ~is_refused).sort("cell"))
        everybody.append(cells.who)
        blank, offset, cell = blank + cells.blank, offset + cells.who.height, cell + frame.height
    who = pl.concat(everybody)
    accepted, repeated = _without_repetitions(pl.concat(read, how="vertical_relaxed"), who)
    refusals = pl.concat([*refused, repeated])
    duplicates = refusals.filter(pl.col("rule") == "duplicate_value").height
    return ValueRows(
        accepted=_with_fractions(accepted).drop("cell"),
        rejected=_rejections(refusals.sort("cell"), who, sheets),
        counts={
            "read": cell,
            "accepted": accepted.height,
            "out_of_area": outside,
            "rejected": refusals.height - duplicates,
            "duplicate": duplicates,
            "blank": blank,
        },
        announced={},
        unread=tuple(dict.fromkeys(caption for layout in sheets for caption in layout.unread)),
        who=who,
    )


_REFUSAL_COLUMNS = ("cell", "sheet", "row", "column", "who", "rule", "field", "printed", "text")
_READ_COLUMNS = (
    "cell", "who", "measure", "period_end", "period_months", "value", "value_text", *PARTS, "sheet", "row", "column",
    "is_small",
)  # fmt: skip


def _period_rule(received_on: dt.date) -> pl.Expr:
    is_possible = pl.col("period_end").is_between(EARLIEST_PERIOD, received_on)
    return pl.when(~is_possible).then(pl.lit("period_out_of_range"))


def _read(cells: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """Add value, value_text, is_small and the numbers beside it, or the rule that the text breaks."""
    parts = [_read_measure(part, catalog) for part in cells.partition_by("measure", maintain_order=False)]
    parts = parts or [_read_measure(cells, catalog)]
    return pl.concat([part.select(parts[0].columns) for part in parts], how="vertical_relaxed")


def _read_measure(cells: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """The cells of one measure. ``is_small``: digits of a percentage that may be a fraction, from above 0 to 1."""
    measure = catalog.measures[cells["measure"][0] if cells.height else next(iter(catalog.measures))]
    if measure.kind == "number":
        cells = with_numbers(cells, measure.unit)
    elif measure.kind == "yes_no":
        cells = with_yes_no(cells.with_columns(pl.col("text").str.strip_chars()))
    else:
        cells = cells.with_columns(pl.col("text").str.strip_chars())
        nothing = pl.lit(None, pl.Float64)
        cells = cells.with_columns(value=nothing, problem=pl.lit(None, pl.String), is_plain=pl.lit(False))
    value = pl.col("value")
    breaks = {
        "not_whole": pl.lit(measure.is_whole) & (value != value.round()),
        "below_minimum": value < measure.minimum,
        "above_maximum": value > (float("inf") if measure.maximum is None else measure.maximum),
    }
    is_digits = pl.col("is_plain") & pl.lit(measure.kind == "number")
    # Without a type where all are digits, as in _with_parts: what nobody said takes no room.
    is_said = cells.select((~is_digits).any()).item()
    return _with_parts(cells).with_columns(
        rule=pl.coalesce("rule", "problem", first_broken(breaks)),
        value_text=pl.when(~is_digits).then("text") if is_said else pl.lit(None),
        is_small=is_digits & (value > 0) & (value <= 1) & pl.lit(measure.unit == "percent"),
    )


def _with_parts(cells: pl.DataFrame) -> pl.DataFrame:
    """Turn the texts of :data:`PARTS` into numbers; one that is none takes its value along."""
    for name in PARTS:
        if cells[name].null_count() == cells.height:
            # Without a type: millions of nothing take no room.
            cells = cells.with_columns(pl.lit(None).alias(name))
            continue
        texts = cells.filter(pl.col(name).is_not_null()).select("cell", text=name, unit_exponent=pl.lit(0))
        numbers = with_numbers(texts, "item").select("cell", "value", "problem")
        is_bad = pl.col("problem_of_part").is_not_null() & pl.col("rule").is_null()
        cells = (
            cells.join(numbers, on="cell", how="left", suffix="_of_part")
            .with_columns(
                pl.col("value_of_part").alias(name),
                rule=pl.when(is_bad).then(pl.lit("part_unreadable")).otherwise("rule"),
                field=pl.when(is_bad).then(pl.lit(name)).otherwise("field"),
                printed=pl.when(is_bad).then(pl.col(name).str.strip_chars()).otherwise("printed"),
            )
            .drop("value_of_part", "problem_of_part")
        )
    return cells


def _with_fractions(accepted: pl.DataFrame) -> pl.DataFrame:
    """Add ``is_fraction``: small digits in a column of percentages that holds nothing above one.

    A workbook keeps a cell shown as 52.3% as 0.523. Whether a column was meant so only its author knows: it is
    flagged, never scaled.
    """
    is_other = pl.col("value").is_not_null() & (pl.col("value") != 0) & ~pl.col("is_small")
    is_fraction = pl.col("is_small") & ~is_other.any().over("sheet", "column", "measure")
    has_small = bool(accepted["is_small"].any())
    return accepted.with_columns(is_fraction=is_fraction if has_small else pl.col("is_small")).drop("is_small")


def _without_repetitions(cells: pl.DataFrame, who: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cells, and apart from them those that break ``duplicate_value`` or ``value_conflict``.

    Of equal values for one thing the first stays. Of different ones nobody knows which is right, so none does.
    """
    subject = pl.coalesce("uscc_clean", pl.col("name_key", "area_code").cast(CODE)).to_physical()
    subjects = who.select(subject.alias("subject"))["subject"].gather(cells["who"]).cast(pl.Int64)
    measures = cells["measure"].to_physical().cast(pl.Int64)
    days = (cells["period_end"] - EARLIEST_PERIOD).dt.total_days()
    # One number for who, what and when: five million of them are compared in a moment.
    key = (subjects * _MANY_MEASURES + measures) * _MANY_DAYS + days
    is_repeated = repeats(key)
    repeated = cells.filter(is_repeated).with_columns(key=key.filter(is_repeated))
    words = pl.when(pl.col("value").is_null()).then("value_text")
    is_conflict = pl.struct("value", words.alias("words"), *PARTS).n_unique().over("key") > 1
    is_first = pl.col("cell") == pl.col("cell").min().over("key")
    rule = pl.when(is_conflict).then(pl.lit("value_conflict")).when(~is_first).then(pl.lit("duplicate_value"))
    value = pl.coalesce("value_text", pl.col("value").cast(pl.String))
    nothing = pl.lit(None, pl.String)
    refused = repeated.with_columns(rule=rule, text=value, field=nothing, printed=nothing).filter(
        pl.col("rule").is_not_null()
    )
    kept = cells.filter(~is_repeated | ~cells["cell"].is_in(refused["cell"].implode())) if refused.height else cells
    return kept, refused.select(_REFUSAL_COLUMNS)


_MANY_MEASURES, _MANY_DAYS = 1_000, 100_000


def _rejections(refused: pl.DataFrame, who: pl.DataFrame, sheets: list[Layout]) -> pl.DataFrame:
    """One row per refused cell, or per row and rule where a key of the row is at fault, with the values lost."""
    of_who = who.select("name", "candidates", field_of_who="field", printed_of_who="printed")
    refused = refused.hstack(of_who.select(pl.all().gather(refused["who"])) if refused.height else of_who.clear())
    is_of_who = pl.col("rule").is_in(_RULES_OF_WHO)
    field = pl.when(is_of_who).then("field_of_who").otherwise("field")
    letters = pl.DataFrame(
        [(layout.sheet, field, letter) for layout in sheets for field, letter in layout.letters.items()],
        schema={"sheet": pl.String, "field": pl.String, "letter": pl.String},
        orient="row",
    )
    return (
        refused.with_columns(
            pl.col("sheet").cast(pl.String),
            field=field,
            printed=pl.when(is_of_who).then("printed_of_who").otherwise("printed"),
        )
        .join(letters, on=["sheet", "field"], how="left", maintain_order="left")
        .with_columns(
            column=pl.when(pl.col("field").is_null()).then(pl.col("column").cast(pl.String)).otherwise("letter"),
            value=pl.when(pl.col("field").is_null() & ~is_of_who)
            .then(pl.col("text").str.strip_chars())
            .otherwise("printed"),
            name_as_printed=pl.col("name"),
            candidates=pl.when(is_of_who).then("candidates"),
        )
        .group_by("sheet", "row", "column", "rule", "value", "name_as_printed", "candidates", maintain_order=True)
        .agg(number=pl.len().cast(pl.Int64))
        .select(pl.col(name).cast(kind) for name, kind in COUNTED_REJECTION_SCHEMA.items())
    )


_RULES_OF_WHO = (
    "name_missing",
    "uscc_number_cell",
    "uscc_format",
    "uscc_check_digit",
    "area_unknown",
    "area_ambiguous",
)
