"""Where reported values are heading: a straight line with a t-interval from five periods on, else scenarios. Pure.

One point is one reported period, however many months its value stands. From three periods on the past changes give
three scenarios (best, mean, worst), which are no probabilities; with fewer there is no outlook at all.
Source of the interval: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., ch. 7.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]

from tracker.pace import sign

Floats = npt.NDArray[np.float64]

FEWEST_PERIODS = 3
FEWEST_FOR_TREND = 5
_SERIES = ["indicator_id", "area_code", "basis"]
_FULL = 100.0


def reported_points(observations: pl.DataFrame) -> pl.DataFrame:
    """The periods of every series with what had been seen by each of them.

    Args:
        observations: rows of ``mart.observation`` of reported values and ratios.

    Returns:
        One row per indicator, area, basis and reported period: known_on (the first month end that shows it), number
        of periods so far, their running sums around the first point (months as x), last value and period, and the
        largest, mean and smallest change a month so far.
    """
    shown = observations.filter(pl.col("state").is_in(["ok", "partial"]) & pl.col("value").is_not_null())
    points = (
        shown.sort("period_end")
        .group_by([*_SERIES, "source_period_end"], maintain_order=True)
        .agg(known_on=pl.col("period_end").first(), value=pl.col("value").first())
        .sort([*_SERIES, "source_period_end"])
        .with_columns(month=_months("source_period_end").cast(pl.Float64))
    )
    points = points.with_columns(
        first_month=pl.col("month").first().over(_SERIES), first_value=pl.col("value").first().over(_SERIES)
    ).with_columns(x=pl.col("month") - pl.col("first_month"), y=pl.col("value") - pl.col("first_value"))
    change = (pl.col("value").diff() / pl.col("month").diff()).over(_SERIES)
    return points.with_columns(
        periods=pl.int_range(1, pl.len() + 1).over(_SERIES),
        sum_x=pl.col("x").cum_sum().over(_SERIES),
        sum_y=pl.col("y").cum_sum().over(_SERIES),
        sum_xx=(pl.col("x") ** 2).cum_sum().over(_SERIES),
        sum_xy=(pl.col("x") * pl.col("y")).cum_sum().over(_SERIES),
        sum_yy=(pl.col("y") ** 2).cum_sum().over(_SERIES),
        largest_change=change.cum_max().over(_SERIES),
        smallest_change=change.cum_min().over(_SERIES),
        mean_change=(pl.col("y") / pl.col("x")).fill_nan(None),
    ).sort("known_on")


def with_points(asks: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Add to asks (indicator_id, area_code, basis, as_of) what was known by their as-of month."""
    joined = asks.sort("as_of").join_asof(
        points.rename({"value": "last_value", "month": "last_month"}),
        left_on="as_of",
        right_on="known_on",
        by=_SERIES,
        strategy="backward",
        check_sortedness=False,
    )
    return joined.with_columns(periods=pl.col("periods").fill_null(0))


def trend(asks: pl.DataFrame) -> pl.DataFrame:
    """Median, intervals and chance at month ``until`` by a straight line through the periods known.

    Args:
        asks: rows of :func:`with_points` with at least five periods: until, unit, basis, and comparator,
            target_value, tolerance, value_high, of which target_value may be empty.

    Returns:
        The asks with median, low_50, high_50, low_80, high_80, chance (empty without a target) and forecast_model:
        ``trend``, or ``no_spread`` where the points lie exactly on a line (a value that never moved): they do not
        tell how far off the line the next one may be, so that only the line is given. Shares of a whole stay between
        0 and 100.
    """
    n, sum_x, sum_y = (asks[name].to_numpy().astype(np.float64) for name in ("periods", "sum_x", "sum_y"))
    sum_xx, sum_xy, sum_yy = (asks[name].to_numpy() for name in ("sum_xx", "sum_xy", "sum_yy"))
    spread_x = sum_xx - sum_x**2 / n
    slope = (sum_xy - sum_x * sum_y / n) / spread_x
    freedom = n - 2
    left_over = np.maximum(sum_yy - sum_y**2 / n - slope * (sum_xy - sum_x * sum_y / n), 0.0)
    # What is left of an exact line is binary dust of the sums.
    left_over = np.where(left_over < 1e-9 * np.maximum(sum_yy, 1.0), 0.0, left_over)
    distance = asks.select(_months("until") - pl.col("first_month")).to_series().to_numpy() - sum_x / n
    centre = asks["first_value"].to_numpy() + sum_y / n + slope * distance
    error = np.sqrt(left_over / freedom * (1 + 1 / n + distance**2 / spread_x))
    is_share = asks.select((pl.col("unit") == "percent") & (pl.col("basis") == "ratio")).to_series().to_numpy()

    def bounded(values: Floats) -> Floats:
        return np.where(is_share, np.clip(values, 0.0, _FULL), values)

    halves = {80: stdtrit(freedom, 0.9) * error, 50: stdtrit(freedom, 0.75) * error}
    columns = {"median": bounded(centre)}
    for share, half in halves.items():
        columns[f"low_{share}"], columns[f"high_{share}"] = bounded(centre - half), bounded(centre + half)
    lowest, highest = (asks.select(bound).to_series().to_numpy().astype(np.float64) for bound in needed_range())
    chance = _at_most(highest, centre, error, freedom) - _at_most(lowest, centre, error, freedom)
    has_spread = error > 0
    has_target = asks["target_value"].is_not_null().to_numpy()
    intervals = {
        name: values if name == "median" else np.where(has_spread, values, np.nan) for name, values in columns.items()
    }
    found = pl.DataFrame({**intervals, "chance": np.where(has_spread & has_target, chance, np.nan)})
    model = np.where(has_spread, "trend", "no_spread")
    return asks.hstack(found.with_columns(pl.all().fill_nan(None))).with_columns(
        forecast_model=pl.Series(model, dtype=pl.String)
    )


def _at_most(level: Floats, centre: Floats, error: Floats, freedom: Floats) -> Floats:
    safe = np.where(error > 0, error, 1.0)
    found: Floats = stdtr(freedom, (level - centre) / safe)
    return found


def needed_range() -> tuple[pl.Expr, pl.Expr]:
    """The lowest and the highest value that the plan's comparator accepts, as `tracker.pace.meets` reads it."""
    target, within, comparator = pl.col("target_value"), pl.col("tolerance").fill_null(0), pl.col("comparator")
    is_range, is_upper = comparator == "range", (sign() < 0) & (comparator != "range")
    allowed = pl.when(comparator == "approx").then(within).otherwise(0.0)
    lowest = pl.when(is_upper).then(-np.inf).otherwise(target - allowed)
    highest = pl.when(is_range).then(pl.col("value_high")).when(is_upper).then(target + allowed).otherwise(np.inf)
    return lowest, highest


def scenarios(asks: pl.DataFrame) -> pl.DataFrame:
    """Best, mean and worst of the past changes carried on to ``until``: one row per ask and scenario.

    Args:
        asks: rows of :func:`with_points` with three periods or more: until, direction, unit, basis.

    Returns:
        The asks with ``scenario`` and ``median`` (the value then, no probability).
    """
    is_lower = sign() < 0
    ahead = _months("until") - pl.col("last_month")
    changes = {
        "best": pl.when(is_lower).then("smallest_change").otherwise("largest_change"),
        "mean": pl.col("mean_change"),
        "worst": pl.when(is_lower).then("largest_change").otherwise("smallest_change"),
    }
    is_share = (pl.col("unit") == "percent") & (pl.col("basis") == "ratio")
    carried = [
        asks.with_columns(scenario=pl.lit(name), median=pl.col("last_value") + change * ahead)
        for name, change in changes.items()
    ]
    return pl.concat(carried).with_columns(
        median=pl.when(is_share).then(pl.col("median").clip(0, _FULL)).otherwise("median")
    )


def _months(column: str) -> pl.Expr:
    return pl.col(column).dt.year().cast(pl.Int32) * 12 + pl.col(column).dt.month().cast(pl.Int32)
