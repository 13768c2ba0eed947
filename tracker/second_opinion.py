"""How other published methods judge the same targets, for whole frames: the rows of ``mart.second_opinion``.

Each method is that of the function of the same name in :mod:`tracker.methods`, which tells its source and where it
misleads; here it runs on columns, and a test holds both against each other. The publishers count in whole years. A
plan is looked at every month, so years are months / 12 here, from the month of the baseline.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from tracker import pace
from tracker.methods import DESTATIS_YEARLY_CHANGES, EUROSTAT_CLASSES, RATIO_DECIMALS, UN_THRESHOLDS
from tracker.opensdg import OPENSDG_THRESHOLDS
from tracker.progress import with_state

METHODS = (
    "linear_pace",
    "eurostat_cagr_with_target",
    "opensdg_cagr_with_target",
    "un_progress_chart_2023_target",
    "destatis_weather",
)
COLUMNS = ("plan_id", "target_id", "area_code", "due_on", "as_of", "method", "value", "class")
# Of a row only what a method reads: each makes a copy of it.
_READ = (
    *("plan_id", "target_id", "indicator_id", "area_code", "due_on", "as_of", "starts_on", "basis", "pace_basis"),
    *("comparator", "direction", "target_value", "value_high", "tolerance", "baseline_on", "baseline_value"),
    *("value", "judged_value", "observation_state", "judged_state", "batches_left"),
)
_JUDGED = ("ok", "partial")


def second_opinions(
    assessed: pl.DataFrame, observations: pl.DataFrame, thresholds: Mapping[str, float]
) -> pl.DataFrame:
    """The other methods' answers for every target whose period runs, wherever a method has one.

    Args:
        assessed: rows of :func:`tracker.progress.assessed`.
        observations: ``mart.observation``.
        thresholds: see :func:`tracker.progress.progress`.

    Returns:
        One row per target, area, due date, as-of month and method. ``value``: of ``linear_pace`` the lead in points
        by days; of the two rate ratios the observed over the required compound rate; of the UN chart the share of
        the needed change reached at the due date; of the weather symbols the miss at the due date as a share of the
        distance still to go (null where none is left). ``class`` is the publisher's word, of ``linear_pace`` our
        state. A method that has no number for a row has no row: no infinity, no 0.001 in place of a result.
    """
    is_running = (pl.col("as_of") >= pl.col("starts_on")) & (pl.col("as_of") < pl.col("due_on"))
    is_known = pl.col("observation_state").is_in(_JUDGED) & pl.col("value").is_not_null()
    # Neither a range nor a cap on what accumulates has a way from a baseline to a target.
    has_way = (pl.col("comparator") != "range") & ~pace.is_cap()
    rows = assessed.select(_READ).filter(is_running & is_known & has_way)
    based = _with_years(rows.filter(~pace.is_flow() & pl.col("baseline_value").is_not_null()))
    answers = [
        _linear_pace(rows, thresholds),
        _answer(based, "eurostat_cagr_with_target", *eurostat()),
        _answer(based, "opensdg_cagr_with_target", *opensdg()),
        _answer(based, "un_progress_chart_2023_target", *un_progress_chart()),
        _weather(rows, observations),
    ]
    return pl.concat(answers).sort("plan_id", "target_id", "area_code", "due_on", "as_of", "method")


def _answer(rows: pl.DataFrame, method: str, value: pl.Expr, label: pl.Expr) -> pl.DataFrame:
    """The rows of one method, without those where its number does not exist."""
    answered = rows.with_columns(value.cast(pl.Float64).alias("value"), label.cast(pl.String).alias("class"))
    return answered.filter(pl.col("value").is_finite()).with_columns(method=pl.lit(method)).select(COLUMNS)


def _linear_pace(rows: pl.DataFrame, thresholds: Mapping[str, float]) -> pl.DataFrame:
    """序时进度 by days, where a baseline is known; a flow starts at nothing."""
    by_days = with_state(rows, {**thresholds, "pace_by_days": 1})
    has_base = pace.is_flow() | (pl.col("pace_basis_used") == "increment")
    return _answer(by_days.filter(has_base), "linear_pace", pl.col("lead_points"), pl.col("state"))


def _month_number(column: str) -> pl.Expr:
    return pl.col(column).dt.year().cast(pl.Int32) * 12 + pl.col(column).dt.month().cast(pl.Int32)


def _with_years(rows: pl.DataFrame) -> pl.DataFrame:
    """Add base, current and target in short, the sign, and the years from the baseline to now and to the due date."""
    rows = rows.with_columns(base_on=pl.coalesce("baseline_on", pl.col("starts_on").dt.offset_by("-1d")))
    return rows.with_columns(
        base=pl.col("baseline_value"),
        current=pl.col("value"),
        target=pl.col("target_value"),
        sign=pace.sign(),
        years=(_month_number("as_of") - _month_number("base_on")) / 12,
        all_years=(_month_number("due_on") - _month_number("base_on")) / 12,
    )


_BASE, _CURRENT, _TARGET, _SIGN = (pl.col(name) for name in ("base", "current", "target", "sign"))
_YEARS, _ALL_YEARS = pl.col("years"), pl.col("all_years")


def _is_met() -> pl.Expr:
    return _SIGN * (_CURRENT - _TARGET) >= 0


def eurostat() -> tuple[pl.Expr, pl.Expr]:
    """Ratio and class from the columns base, current, target, years and all_years."""
    is_positive = pl.min_horizontal(_BASE, _CURRENT, _TARGET) > 0
    observed, required = ((to / _BASE) ** (1 / n) - 1 for to, n in ((_CURRENT, _YEARS), (_TARGET, _ALL_YEARS)))
    exists = is_positive & (_YEARS > 0) & (_ALL_YEARS > 0) & (required != 0)
    ratio = pl.when(exists).then(observed / required)
    label = pl.lit("moving_away")
    for low, name in reversed(EUROSTAT_CLASSES):
        label = pl.when(ratio.round(RATIO_DECIMALS) >= low).then(pl.lit(f"{name}_progress")).otherwise(label)
    return ratio, label


def opensdg() -> tuple[pl.Expr, pl.Expr]:
    """Progress value and series status from the columns base, current, target, sign, years and all_years.

    Where the peer puts 0.001 for a zero base or target there is none: the answer would depend on the unit.
    """
    observed = (_CURRENT / _BASE) ** (1 / _YEARS) - 1
    size = (_TARGET / _BASE).abs() ** (1 / _ALL_YEARS)
    # A base and a target of opposite sign have a complex root; its distance from one is the size of the rate.
    across = (size**2 + 1 - 2 * size * (math.pi / _ALL_YEARS).cos()).sqrt()
    required = pl.when(_TARGET / _BASE < 0).then(across).otherwise((size - 1).abs())
    towards = _SIGN * observed * pl.when(_BASE < 0).then(-1).otherwise(1)
    has_signs = (_BASE * _TARGET != 0) & (_BASE * _CURRENT >= 0)
    progress = pl.when(has_signs & (_YEARS > 0) & (_ALL_YEARS > 0) & (required != 0)).then(towards / required)
    label = pl.lit("deterioration")
    for name in ("limited", "moderate", "substantial"):
        label = pl.when(progress >= OPENSDG_THRESHOLDS[name]).then(pl.lit(f"{name}_progress")).otherwise(label)
    return progress, pl.when(_is_met()).then(pl.lit("target_achieved")).otherwise(label)


def un_progress_chart() -> tuple[pl.Expr, pl.Expr]:
    """Ratio and score from the columns base, current, target, sign, years and all_years."""
    growth = _CURRENT / _BASE
    exists = (_BASE != 0) & (growth >= 0) & (_YEARS > 0) & (_ALL_YEARS > 0) & (_TARGET != _BASE)
    expected = _BASE * growth ** (_ALL_YEARS / _YEARS)
    ratio = pl.when(exists).then((expected - _BASE) / (_TARGET - _BASE))
    reached = ratio.round(RATIO_DECIMALS)
    score = (
        pl.when(_is_met() | (reached >= UN_THRESHOLDS["on_track"]))
        .then(3)
        .when(reached >= UN_THRESHOLDS["fair"])
        .then(2)
        .otherwise(1)
    )
    return ratio, score


def destatis() -> tuple[pl.Expr, pl.Expr]:
    """Missed share and symbol from the columns first (five years ago), current, target, sign and years_left."""
    change = (_CURRENT - pl.col("first")) / DESTATIS_YEARLY_CHANGES
    missed_by = _SIGN * (_TARGET - (_CURRENT + change * pl.col("years_left")))
    distance = (_TARGET - _CURRENT).abs()
    share = pl.when(distance != 0).then(missed_by / distance)
    rounded = share.round(RATIO_DECIMALS)
    symbol = (
        pl.when(_is_met() | (distance == 0))
        .then(pl.lit("sun"))
        .when(_SIGN * change <= 0)
        .then(pl.lit("thunderstorm"))
        .when(rounded < 0.05)
        .then(pl.lit("sun"))
        .when(rounded <= 0.20)
        .then(pl.lit("slightly_cloudy"))
        .otherwise(pl.lit("cloudy"))
    )
    return share, symbol


def _weather(rows: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Destatis symbols where all six values a year apart are known and complete."""
    keys = ["indicator_id", "area_code", "basis"]
    complete = observations.filter(pl.col("state") == "ok").select(*keys, "period_end", "value")
    asked = rows.filter(~pace.is_flow() & (pl.col("observation_state") == "ok"))
    asked = asked.with_columns(pl.col("value").alias("current"))
    for years in range(1, DESTATIS_YEARLY_CHANGES + 1):
        day = pl.col("as_of").dt.offset_by(f"-{years}y").dt.month_end()
        before = complete.rename({"value": "first", "period_end": "day"})
        asked = asked.drop("first", strict=False).with_columns(day=day).join(before, on=[*keys, "day"]).drop("day")
    months_left = _month_number("due_on") - _month_number("as_of")
    asked = asked.with_columns(target=pl.col("target_value"), sign=pace.sign(), years_left=months_left / 12)
    share, symbol = destatis()
    answered = asked.with_columns(share.alias("value"), symbol.alias("class"), method=pl.lit("destatis_weather"))
    return answered.select(COLUMNS)
