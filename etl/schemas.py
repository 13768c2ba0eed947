"""What the cleaning promises of the frames that it hands to a build, checked once.

A row that does not keep the promise is no exception: it leaves the frame and is kept as a rejected row with its rule
and cell, and the counts of its reading move with it, so that nothing vanishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import dataframely as dy
import polars as pl

from etl.inbox import Event
from etl.reconcile import REFUSAL_SCHEMA
from etl.rows import EARLIEST_DAY

RULE = "out_of_schema"


class RecognitionEvent(dy.Schema):
    """One row per event of one enterprise on one list or in one ledger."""

    event_id = dy.String(min_length=1)
    enterprise_id = dy.Int64(min=1)
    tier = dy.String(min_length=1)
    event = dy.String(check=lambda event: event.is_in(get_args(Event)))
    event_on = dy.Date(min=EARLIEST_DAY)
    valid_from = dy.Date(nullable=True)
    valid_to = dy.Date(nullable=True)
    counts_from = dy.Date(nullable=True)
    expires_on = dy.Date(nullable=True)
    area_code = dy.String(min_length=1)
    reading_id = dy.String(min_length=1)
    file_id = dy.String(min_length=1)

    @dy.rule()
    def window_does_not_end_before_it_begins(cls) -> pl.Expr:
        return (pl.col("valid_to") >= pl.col("valid_from")).fill_null(True)

    @dy.rule()
    def title_has_a_window(cls) -> pl.Expr:
        is_title = pl.col("event").is_in(["recognition", "review_passed"])
        return ~is_title | (pl.col("counts_from").is_not_null() & pl.col("expires_on").is_not_null())


class PoolEntry(dy.Schema):
    """One row per entry of an enterprise into a cultivation pool, whose level may be unknown."""

    enterprise_id = dy.Int64(min=1)
    entered_on = dy.Date(nullable=True, min=EARLIEST_DAY)
    area_code = dy.String(min_length=1)
    reading_id = dy.String(min_length=1)
    file_id = dy.String(min_length=1)


class EnterpriseValue(dy.Schema):
    """One row per enterprise, measure and period as one cell states it; codes that repeat are kept as Enum."""

    enterprise_id = dy.Int64(min=1)
    measure = dy.Any()
    period_end = dy.Date(min=EARLIEST_DAY)
    value = dy.Float64(nullable=True)
    value_text = dy.String(nullable=True)
    file_id = dy.Any()
    reading_id = dy.Any()

    @dy.rule()
    def has_its_keys(cls) -> pl.Expr:
        return pl.all_horizontal(pl.col("measure", "file_id", "reading_id").is_not_null())

    @dy.rule()
    def says_something(cls) -> pl.Expr:
        return pl.col("value").is_not_null() | pl.col("value_text").is_not_null()


class ReportedValue(dy.Schema):
    """One row per area, indicator and period as one cell states it; codes that repeat are kept as Enum."""

    area_code = dy.String(min_length=1)
    indicator_id = dy.Any()
    period_end = dy.Date(min=EARLIEST_DAY)
    period_months = dy.Int8(nullable=True, min=1, max=12)
    value = dy.Float64(nullable=True)
    value_text = dy.String(nullable=True)
    numerator = dy.Float64(nullable=True)
    denominator = dy.Float64(nullable=True)
    sample_size = dy.Float64(nullable=True, min=0)
    file_id = dy.Any()
    reading_id = dy.Any()

    @dy.rule()
    def has_its_keys(cls) -> pl.Expr:
        return pl.all_horizontal(pl.col("indicator_id", "file_id", "reading_id").is_not_null())

    @dy.rule()
    def says_something(cls) -> pl.Expr:
        has_parts = pl.col("numerator").is_not_null() & pl.col("denominator").is_not_null()
        return pl.col("value").is_not_null() | pl.col("value_text").is_not_null() | has_parts


class RejectedRow(dy.Schema):
    """One row per refused row or cell and rule; ``number`` is 0 for a further fault of a row that is counted."""

    file_id = dy.String(min_length=1)
    reading_id = dy.String(min_length=1)
    rule = dy.String(regex=r"^[a-z_]+$")
    number = dy.Int64(min=0)


SCHEMAS: dict[str, type[dy.Schema]] = {
    "recognition_event": RecognitionEvent,
    "pool_entry": PoolEntry,
    "enterprise_value": EnterpriseValue,
    "reported_value": ReportedValue,
    "rejected_row": RejectedRow,
}


def conforming(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The frames of a build without the rows that break a promise, these as rejected rows, the counts adjusted.

    Raises:
        dataframely.exc.SchemaError: where a column is missing or of another type: a mistake of the program.
    """
    kept = dict(frames)
    lost = [pl.DataFrame(schema=REFUSAL_SCHEMA)]
    for table, schema in SCHEMAS.items():
        # Looking whether all is well takes a moment even for millions of rows; finding out what is not happens never.
        if not schema.is_valid(frames[table].select(schema.column_names())):
            kept[table], refused = _parted(frames[table], table, schema)
            lost.append(refused)
    refusals = pl.concat(lost)
    if refusals.height:
        # A refusal that broke a promise itself was counted when it was made.
        is_new = ~pl.col("value").str.starts_with("rejected_row: ")
        kept["source_reading"] = _with_losses(frames["source_reading"], refusals.filter(is_new))
        kept["rejected_row"] = pl.concat([kept["rejected_row"], refusals])
    return kept


def _parted(frame: pl.DataFrame, table: str, schema: type[dy.Schema]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of a frame that keep the promise, and the others as refusals that name the broken rules."""
    _, failure = schema.filter(frame.select(schema.column_names()))
    wanted = frame.select(schema.column_names()).with_row_index("row_index")
    details = failure.details()
    rules = [name for name in details.columns if name not in schema.column_names()]
    broken = details.select(
        *schema.column_names(),
        broken=pl.concat_str(
            [pl.when(pl.col(rule) == "invalid").then(pl.lit(rule)) for rule in rules], separator=", ", ignore_nulls=True
        ),
    ).unique(maintain_order=True)
    marked = wanted.join(broken, on=schema.column_names(), how="inner", nulls_equal=True, maintain_order="left")
    rows = frame.with_row_index("row_index").join(
        marked.select("row_index", "broken"), on="row_index", how="inner", maintain_order="left"
    )
    own = {name: pl.col(name).cast(kind) for name, kind in REFUSAL_SCHEMA.items() if name in rows.columns}
    said = {
        "rule": pl.lit(RULE),
        "value": pl.format("{}: {}", pl.lit(table), "broken"),
        "number": pl.lit(1, pl.Int64),
    }
    nothing = {name: pl.lit(None, kind) for name, kind in REFUSAL_SCHEMA.items()}
    refused = rows.select((nothing | own | said)[name].alias(name) for name in REFUSAL_SCHEMA)
    is_kept = pl.Series(range(frame.height)).is_in(marked["row_index"].implode()).not_()
    return frame.filter(is_kept), refused


def _with_losses(readings: pl.DataFrame, refusals: pl.DataFrame) -> pl.DataFrame:
    """The counts of readings after rows were refused: of a list a row each, of a ledger a cell each."""
    lost = refusals.group_by("reading_id").agg(lost=pl.len().cast(pl.Int64))
    is_ledger = pl.col("kind") == "ledger"
    of_rows, of_cells = (pl.when(is_ledger).then(0).otherwise("lost"), pl.when(is_ledger).then("lost").otherwise(0))
    return (
        readings.join(lost, on="reading_id", how="left", maintain_order="left")
        .with_columns(pl.col("lost").fill_null(0))
        .with_columns(
            accepted=pl.col("accepted") - of_rows,
            rejected=pl.col("rejected") + of_rows,
            rejected_cells=pl.col("rejected_cells") + of_cells,
            unplaced=pl.col("unplaced") + of_cells,
        )
        .drop("lost")
    )
