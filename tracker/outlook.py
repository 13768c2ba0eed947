"""The outlook of every target: median, intervals and chance at the due date, judged from what each month knew. Pure.

Counts of titles (model ``batches``): the titles counted on the as-of date, those that end by the due date kept with
the review's pass rate, plus new titles in the rounds still expected. A title is due for review when its window ends
before the due date or has ended already; the review is taken to be over by then, although the counting rule would
keep a late one for a year. Removals other than by review are rare and left out. Reported values and ratios:
:mod:`tracker.outlook_trend`. Areas are judged one by one: medians of parts do not add up to the whole's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tracker import outlook_trend
from tracker.batches import expected_rounds
from tracker.forecast_sums import chance_between, cumulative_sums, quantiles
from tracker.outlook_flow import FEWEST_ROUNDS, coming_titles, flows
from tracker.pace import sign
from tracker.states import DECIMALS

FORECAST = ("median", "low_50", "high_50", "low_80", "high_80", "chance")
_SHARES = {"low_80": 0.1, "low_50": 0.25, "median": 0.5, "high_50": 0.75, "high_80": 0.9}
_NO_BOUND = 10.0**15


@dataclass(frozen=True)
class Known:
    """What a build knows, every row with the day that dates it; nothing here is cut to an as-of date yet."""

    entries: pl.DataFrame
    """First entries into a tier's count (etl/sql/first_entry.sql)."""
    lists: pl.DataFrame
    """Lists of new titles (etl/sql/list_date.sql)."""
    stated: pl.DataFrame
    """``core.batch``."""
    inclusions: pl.DataFrame
    """``core.tier_inclusion``."""
    plan_areas: pl.DataFrame
    """``core.plan_area``."""
    title_ends: pl.DataFrame
    """When counted titles end, as each month knew it (etl/sql/title_end.sql)."""
    observations: pl.DataFrame
    """``mart.observation``."""


@dataclass(frozen=True)
class Background:
    """What asks of any kind are answered from, cut to every as-of month; see :func:`background`."""

    ways: pl.DataFrame
    flows: pl.DataFrame
    coming: pl.DataFrame
    ending: pl.DataFrame
    awaiting: pl.DataFrame
    decided: pl.DataFrame
    points: pl.DataFrame
    pass_rates: Mapping[str, float]

    def of(self, as_of: dt.date) -> Background:
        """What answers the asks of one as-of month."""
        dated = ("flows", "coming", "ending", "awaiting", "decided")
        return replace(self, **{name: getattr(self, name).filter(pl.col("as_of") == as_of) for name in dated})


def background(known: Known, pass_rates: Mapping[str, float], months: list[dt.date], until: dt.date) -> Background:
    """Prepare the answers for the given as-of months.

    Args:
        known: what the build knows.
        pass_rates: share of titles that pass their review, by tier, between 0 and 1.
        months: as-of month ends.
        until: the last day that will be asked for.
    """
    plans = known.lists.select("plan_id", "tier").unique()
    asked = plans.join(pl.DataFrame({"as_of": months}, schema={"as_of": pl.Date}), how="cross")
    coming = expected_rounds(known.stated, known.lists, asked.with_columns(due_on=pl.lit(until)))
    ends = known.title_ends.filter(pl.col("as_of").is_in(months))
    keys = ["tier", "via_tier", "area_code", "as_of"]
    return Background(
        ways=known.inclusions.select("tier", "via_tier", "distance"),
        flows=flows(known.entries, known.lists, known.inclusions, known.plan_areas, months),
        coming=_running(
            coming.with_columns(month_end=pl.col("expected_on").dt.month_end(), one=1),
            ["plan_id", "tier", "as_of"],
            "one",
            "rounds_left",
        ).rename({"tier": "via_tier"}),
        ending=_running(_of_status(ends, "in_force", "renewed"), keys, "titles", "ending"),
        awaiting=ends.filter(pl.col("status") == "awaiting_review").group_by(keys).agg(awaiting=pl.col("titles").sum()),
        decided=_running(_of_status(ends, "decided"), ["tier", "area_code", "as_of"], "titles", "decided"),
        points=outlook_trend.reported_points(known.observations.filter(pl.col("basis") != "new")),
        pass_rates=pass_rates,
    )


def _of_status(ends: pl.DataFrame, *statuses: str) -> pl.DataFrame:
    return ends.filter(pl.col("status").is_in(statuses)).with_columns(month_end=pl.col("takes_effect"))


def _running(rows: pl.DataFrame, keys: list[str], number: str, name: str) -> pl.DataFrame:
    """How many in all up to each month, one row per key and month."""
    monthly = rows.group_by([*keys, "month_end"]).agg(pl.col(number).sum()).sort(*keys, "month_end")
    running = monthly.with_columns(pl.col(number).cum_sum().over(keys).alias(name))
    return running.select(*keys, "month_end", name).sort("month_end")


def forecast(asks: pl.DataFrame, known: Background) -> pl.DataFrame:
    """Answer asks of any kind.

    Args:
        asks: one row per question: plan_id, indicator_id, tier (null for what is no tier count), area_code, basis,
            unit, as_of, value, until (a month end), comparator, direction, target_value (null where only the value
            is asked), tolerance, value_high, and pass_rate (null for the tiers' own).
        known: see :func:`background`.

    Returns:
        The asks, in another order, with median, low_50, high_50, low_80, high_80, chance, forecast_model (``batches``,
        ``trend``, ``no_spread``: the line without intervals, ``scenarios``: too few periods for a chance,
        ``too_few_periods``: too few for anything) and forecast_points (rounds or periods it is judged from).
    """
    asks = asks.with_columns(pl.col("target_value").cast(pl.Float64), until=pl.col("until").dt.month_end())
    counts = _counts(asks.filter(pl.col("tier").is_not_null()), known)
    others = outlook_trend.with_points(asks.filter(pl.col("tier").is_null()), known.points)
    is_trend = pl.col("periods") >= outlook_trend.FEWEST_FOR_TREND
    trends = outlook_trend.trend(others.filter(is_trend))
    model = (
        pl.when(pl.col("periods") >= outlook_trend.FEWEST_PERIODS)
        .then(pl.lit("scenarios"))
        .otherwise(pl.lit("too_few_periods"))
    )
    rest = others.filter(~is_trend).with_columns(
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in FORECAST), forecast_model=model
    )
    answered = [frame.with_columns(forecast_points=pl.col("periods").cast(pl.Int32)) for frame in (trends, rest)]
    columns = [*asks.columns, *FORECAST, "forecast_model", "forecast_points"]
    return pl.concat([counts.select(columns), *(frame.select(columns) for frame in answered)])


def _counts(asks: pl.DataFrame, known: Background) -> pl.DataFrame:
    asks = _with_parts(asks.sort("until"), known)
    slots = known.ways["distance"].unique().sort().to_list()
    parts = _parameters(asks, slots, known.pass_rates)
    names = parts.columns
    distinct = parts.unique(maintain_order=True)
    number = parts.join(distinct.with_row_index("number"), on=names, how="left", maintain_order="left")["number"]
    lowest, highest = _needed_counts(asks)
    offset = asks.select(_offset(slots)).to_series().to_numpy()
    which = number.to_numpy().astype(np.int64)
    answers = {name: np.zeros(len(asks)) for name in FORECAST}
    arrays = [distinct.select(f"{kind}_{slot}" for slot in slots).to_numpy() for kind in _PARTS]
    place = np.full(len(distinct), -1)
    for block, cumulative in cumulative_sums(arrays[0].astype(np.int64), *arrays[1:]):
        place[block] = np.arange(len(block))
        rows = np.flatnonzero(place[which] >= 0)
        inside = place[which[rows]]
        for name, share in _SHARES.items():
            answers[name][rows] = quantiles(cumulative, share)[inside] + offset[rows]
        answers["chance"][rows] = chance_between(
            cumulative, inside, lowest[rows] - offset[rows], highest[rows] - offset[rows]
        )
        place[block] = -1
    is_enough = pl.col("forecast_points") >= FEWEST_ROUNDS
    asks = asks.with_columns(pl.Series(name, answer) for name, answer in answers.items()).with_columns(
        pl.when(is_enough).then(pl.col(name)).alias(name) for name in FORECAST
    )
    return asks.with_columns(
        chance=pl.when(pl.col("target_value").is_not_null()).then("chance"),
        forecast_model=pl.when(is_enough).then(pl.lit("batches")).otherwise(pl.lit("too_few_periods")),
    )


def _with_parts(asks: pl.DataFrame, known: Background) -> pl.DataFrame:
    """Add for every way into the count (own list, higher lists) what ends, who may come, and how fast."""
    for (slot,), ways in known.ways.sort("distance").group_by("distance", maintain_order=True):
        asks = asks.join(ways.select("tier", "via_tier"), on="tier", how="left", maintain_order="left")
        keys = ["tier", "via_tier", "area_code", "as_of"]
        asks = _with_running(asks, known.ending, keys)
        asks = asks.join(known.awaiting, on=keys, how="left", maintain_order="left")
        asks = _with_running(asks, known.coming, ["plan_id", "via_tier", "as_of"])
        asks = asks.join(known.flows, on=["plan_id", *keys], how="left", maintain_order="left").drop("events")
        added = ["via_tier", "ending", "awaiting", "rounds_left", "rounds", "shape", "rate", "dispersion"]
        asks = asks.rename({name: f"{name}_{slot}" for name in added})
    asks = _with_running(asks, known.decided, ["tier", "area_code", "as_of"])
    return asks.with_columns(forecast_points=pl.col("rounds_0").fill_null(0))


def _with_running(asks: pl.DataFrame, running: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return asks.join_asof(
        running, left_on="until", right_on="month_end", by=keys, strategy="backward", check_sortedness=False
    ).drop("month_end")


_PARTS = ("due", "pass_rate", "size", "success")


def _parameters(asks: pl.DataFrame, slots: list[int], pass_rates: Mapping[str, float]) -> pl.DataFrame:
    """The binomial of titles due for review and the negative binomial of new titles, for every way into the count."""
    columns: list[pl.Series] = []
    for slot in slots:
        own_rate = pl.col(f"via_tier_{slot}").replace_strict(dict(pass_rates), default=1.0, return_dtype=pl.Float64)
        rate = pl.coalesce(pl.col("pass_rate"), own_rate)
        part = asks.select(
            due=_due(slot),
            pass_rate=pl.when(_due(slot) > 0).then(rate).otherwise(1.0),
            shape=pl.col(f"shape_{slot}").fill_null(0.0),
            rate=pl.col(f"rate_{slot}").fill_null(1.0),
            dispersion=pl.col(f"dispersion_{slot}").fill_null(1.0),
            rounds_left=pl.col(f"rounds_left_{slot}").fill_null(0).cast(pl.Float64),
        )
        flow = [part[name].to_numpy() for name in ("shape", "rate", "dispersion", "rounds_left")]
        size, success = coming_titles(*flow)
        found = part.select("due", "pass_rate").with_columns(size=pl.Series(size), success=pl.Series(success))
        columns += [found[name].alias(f"{name}_{slot}") for name in _PARTS]
    return pl.DataFrame(columns)


def _due(slot: int) -> pl.Expr:
    """Titles due for review by the month asked for; only a stock loses by it."""
    due = pl.col(f"ending_{slot}").fill_null(0) + pl.col(f"awaiting_{slot}").fill_null(0)
    return pl.when(pl.col("basis") == "in_force").then(due).otherwise(0).cast(pl.Int64)


def _offset(slots: list[int]) -> pl.Expr:
    """What is certain: titles that do not end by then, and decided ones whose window begins by then."""
    decided = pl.when(pl.col("basis") == "in_force").then(pl.col("decided").fill_null(0)).otherwise(0)
    return pl.col("value").round().cast(pl.Int64) + decided - pl.sum_horizontal(_due(slot) for slot in slots)


def _needed_counts(asks: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest whole number that the plan's comparator accepts."""
    low, high = outlook_trend.needed_range()
    is_more_than = (pl.col("comparator") == "gt") & (sign() > 0)
    lowest = pl.when(is_more_than).then(low.round(DECIMALS).floor() + 1).otherwise(low.round(DECIMALS).ceil())
    bounds = asks.select(lowest=lowest, highest=high.round(DECIMALS).floor()).select(
        pl.all().fill_null(0.0).clip(-_NO_BOUND, _NO_BOUND).cast(pl.Int64)
    )
    return bounds["lowest"].to_numpy(), bounds["highest"].to_numpy()
