"""Values that may be wrong and may be right: each asks for a reason, none is refused.

What is compared is the word in force: of several statements of one thing the newest. The last value before it is that
of the same enterprise or area.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from tracker.catalog import Catalog
from tracker.catalog_models import Code, Measure

# 元 and 万元 mistaken for each other; a business that grows in between stays inside the band.
UNIT_JUMP = (5_000, 20_000)
QUESTION_SCHEMA = {"value_no": pl.UInt32, "question": pl.String, "compared_with": pl.Float64}
_EPOCH = dt.date(2000, 1, 1)
_MANY_DAYS = 100_000


def questions(values: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """What a person should look at among some values.

    Args:
        values: ``value_no``, ``subject`` (a number for the enterprise or area), ``measure`` (an Enum), ``period_end``,
            ``value``, ``order`` (the newer statement has the larger one), ``is_fraction``, and ``is_asked``: false for
            values that stand here only to be compared with.
        catalog: bounds of the measures, and the share from which a change is large.

    Returns:
        One row per question with the value's ``value_no`` and the number that it was ``compared_with``. Questions:
        ``unit_jump``, ``large_change``, ``cumulative_fall``, ``part_above_whole``, ``implausible``,
        ``percent_as_fraction``.
    """
    found = [pl.DataFrame(schema=QUESTION_SCHEMA | {"is_asked": pl.Boolean})]
    codes = values["measure"].unique().to_list()
    # One after the other: millions of values need not be held twice.
    for code in codes:
        measure, series = catalog.measures[code], _stated(values, code)
        if _has_earlier(series):
            found += [_jumps_and_changes(series, measure, catalog), _falls(series, measure)]
        found.append(_out_of_bounds(series, measure))
        if measure.part_of is not None and measure.part_of in codes:
            found.append(_above_whole(series, _stated(values, measure.part_of)))
    return pl.concat(found).filter("is_asked").select(QUESTION_SCHEMA.keys()).sort("value_no", "question")


def _stated(values: pl.DataFrame, code: Code) -> pl.DataFrame:
    return _in_force(values.filter(pl.col("measure") == code))


def _in_force(values: pl.DataFrame) -> pl.DataFrame:
    """Of one measure the newest statement of each subject and period that has a number, with ``cell_key``; in its
    order where some statement has an earlier one.
    """
    days = (pl.col("period_end") - _EPOCH).dt.total_days()
    stated = values.with_columns(cell_key=pl.col("subject").cast(pl.Int64) * _MANY_DAYS + days)
    if not _has_earlier(values):
        return stated.filter(pl.col("value").is_not_null())
    stated = stated.sort("cell_key")
    if stated.select((pl.col("cell_key") == pl.col("cell_key").shift(1)).any()).item():
        stated = stated.sort("cell_key", "order", "value_no").unique("cell_key", keep="last", maintain_order=True)
    return stated.filter(pl.col("value").is_not_null())


def _has_earlier(values: pl.DataFrame) -> bool:
    """Whether a subject stands more than once: a first report has nothing to be compared with."""
    return values["subject"].n_unique() < values.height


def _question(rows: pl.DataFrame, question: str, is_so: pl.Expr, compared_with: pl.Expr) -> pl.DataFrame:
    """The rows of a series of which something is so; both expressions may look at the row above."""
    judged = rows.select(
        "value_no",
        pl.lit(question).alias("question"),
        compared_with.cast(pl.Float64).alias("compared_with"),
        "is_asked",
        is_so.fill_null(False).alias("is_so"),
    )
    return judged.filter("is_so").drop("is_so")


def _jumps_and_changes(series: pl.DataFrame, measure: Measure, catalog: Catalog) -> pl.DataFrame:
    """A jump of about ten thousand against the last value, else a change beyond the set share.

    What runs up within a year is compared with the same month of an earlier year: March is a quarter of December.
    """
    low, high = UNIT_JUMP
    before = _before(series)
    factor = pl.max_horizontal("value", before) / pl.min_horizontal("value", before)
    jump = _question(
        series, "unit_jump", (pl.min_horizontal("value", before) > 0) & factor.is_between(low, high), before
    )
    if measure.accumulates == "within_year":
        month = pl.col("period_end").dt.month().cast(pl.Int64)
        series = series.sort(pl.col("cell_key") // _MANY_DAYS, month, "period_end").with_columns(month=month)
        before = pl.when(pl.col("month") == pl.col("month").shift(1)).then(_before(series))
    share = 1 + catalog.threshold("value_change_percent") / 100
    # From one patent to five is no news.
    least = catalog.threshold("small_count_limit") if measure.is_whole else 0
    smaller, larger = pl.min_horizontal("value", before), pl.max_horizontal("value", before)
    is_large = (smaller > 0) & (larger > share * smaller) & (larger - smaller >= least)
    change = _question(series, "large_change", is_large, before)
    return pl.concat([jump, change.join(jump, on="value_no", how="anti")])


def _before(series: pl.DataFrame) -> pl.Expr:
    """The value in the row above where it is of the same subject."""
    subject = pl.col("cell_key") // _MANY_DAYS
    return pl.when(subject == subject.shift(1)).then(pl.col("value").shift(1))


def _falls(series: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    before = _before(series)
    year = pl.col("period_end").dt.year()
    is_of_run = (year == year.shift(1)) if measure.accumulates == "within_year" else pl.lit(True)
    falls = pl.lit(measure.is_cumulative) & is_of_run & (pl.col("value") < before)
    return _question(series, "cumulative_fall", falls, before)


def _out_of_bounds(series: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    limit = pl.lit(measure.plausible_up_to, pl.Float64)
    return pl.concat(
        [
            _question(series, "implausible", pl.col("value") > limit, limit),
            _question(series, "percent_as_fraction", pl.col("is_fraction"), pl.lit(None)),
        ]
    )


def _above_whole(parts: pl.DataFrame, wholes: pl.DataFrame) -> pl.DataFrame:
    # Sorted, they are merged, which takes a tenth of the time of a join of others.
    joined = parts.sort("cell_key").join(wholes.sort("cell_key").select("cell_key", whole="value"), on="cell_key")
    return _question(joined, "part_above_whole", pl.col("value") > pl.col("whole"), pl.col("whole"))
