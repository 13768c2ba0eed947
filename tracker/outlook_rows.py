"""Which questions a build asks of the outlook: due dates, fans, review scenarios, and what past months would have said.

Whole frames in, whole frames out, as :func:`tracker.progress.assessed` gives them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tracker import outlook_trend
from tracker.outlook import FORECAST, Background, Known, background, forecast
from tracker.pace import is_flow, sign
from tracker.states import DECIMALS

KEYS = ["plan_id", "target_id", "area_code", "due_on", "as_of"]
HORIZONS = (6, 12)
CHANCE_BINS = 5
# A straight line needs no point for every month.
_TREND_STEP_MONTHS = 3
_ASK = ["indicator_id", "tier", "basis", "unit", "value", "comparator", "direction", "tolerance", "value_high"]
_DETAIL = [*KEYS, *_ASK, "target_value"]
_OF_MONTH = ["is_current", "expected_value", "observation_state", "source_period_end"]
_FAN = ["low_80", "low_50", "median", "high_50", "high_80"]
_SCENARIO = [*KEYS, "scenario", "pass_rate", "median", "low_80", "high_80", "chance"]
_HINDCAST = [
    *(*KEYS, "until", "horizon_months", "later_value", "target_value", "comparator", "direction"),
    *("median", "low_80", "high_80", "chance", "forecast_model"),
]
_AT_ONCE = 300_000


@dataclass(frozen=True)
class Outlook:
    """The rows with their outlook, the fans, the scenarios, and the scored forecasts of past months."""

    rows: pl.DataFrame
    path: pl.DataFrame
    scenario: pl.DataFrame
    hindcast: pl.DataFrame
    reliability: pl.DataFrame


def outlook(
    rows: pl.DataFrame, known: Known, pass_rates: Mapping[str, float], survival: Mapping[str, float]
) -> Outlook:
    """Everything the build stores of the outlook.

    Args:
        rows: :func:`tracker.progress.assessed`.
        known: what the build knows.
        pass_rates: assumed share of titles that pass their review, by tier, between 0 and 1.
        survival: share by scenario: the pass rates seen elsewhere.

    Returns:
        ``rows`` as given, with median, low_50, high_50, low_80, high_80, chance, forecast_model and forecast_points.
        forecast_model says why there is none: ``period_over``, ``not_begun`` (more than a month before the period,
        or a flow before it), ``no_value``.
        ``path``: one row per plan, target, area, due date, as-of month and month up to the due date, also for areas
        of the plan without a task. ``scenario``: one row per plan, target, area, due date, as-of month and scenario.
        ``hindcast`` and ``reliability``: see :func:`hindcast` and :func:`reliability`.
    """
    seen = known.observations.select("indicator_id", "area_code", "basis", "source_period_end", as_of="period_end")
    rows = _beside(rows.with_columns(reason=_reason()), seen, ["indicator_id", "area_code", "basis", "as_of"])
    # Of a row only what asks: all its columns twice over, for millions of rows, would fill the memory.
    asked = rows.select(*_DETAIL, *_OF_MONTH, "reason").filter(pl.col("reason").is_null())
    months = asked["as_of"].unique().sort().to_list()
    if not months:
        asked = rows.clear()
    latest: dt.date = asked.select(pl.col("due_on").dt.month_end().max()).item() if months else dt.date.min
    base = background(known, pass_rates, months, latest)
    current = asked.filter("is_current")
    due = _answered(
        asked.select(*_DETAIL, until="due_on"), base, [*KEYS, *FORECAST, "forecast_model", "forecast_points"]
    )
    path = _answered(_path_asks(current, known), base, [*KEYS, "until", "forecast_model", *_FAN])
    past = hindcast(_answered(_hindcast_asks(rows, current), base, _HINDCAST))
    return Outlook(
        rows=_with_outlook(rows, due),
        path=path.filter(pl.col("low_80").is_not_null()).rename({"until": "month_end"}).sort(*KEYS, "month_end"),
        scenario=_scenarios(_answered(_review_asks(current, survival), base, _SCENARIO), current, base),
        hindcast=past,
        reliability=reliability(past),
    )


def _answered(asks: pl.DataFrame, base: Background, columns: list[str]) -> pl.DataFrame:
    """Answers, of very many asks month by month: a province's at once would fill the memory."""
    optional = pl.DataFrame(schema={"pass_rate": pl.Float64})
    asks = pl.concat([asks, optional], how="diagonal")
    if asks.height <= _AT_ONCE:
        return forecast(asks, base).select(columns)
    months = asks.partition_by("as_of", as_dict=True)
    return pl.concat([forecast(part, base.of(as_of)).select(columns) for (as_of,), part in months.items()])


def _reason() -> pl.Expr:
    """Why a row has no outlook at all; empty where one is asked for."""
    begins = pl.when(is_flow()).then("starts_on").otherwise(pl.col("starts_on").dt.offset_by("-1mo").dt.month_start())
    return (
        pl.when(pl.col("as_of") >= pl.col("due_on").dt.month_end())
        .then(pl.lit("period_over"))
        .when(pl.col("as_of") < begins)
        .then(pl.lit("not_begun"))
        .when(pl.col("value").is_null() | ~pl.col("observation_state").is_in(["ok", "partial"]).fill_null(False))
        .then(pl.lit("no_value"))
    )


def _with_outlook(rows: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    joined = _beside(rows, answers, KEYS)
    return joined.with_columns(forecast_model=pl.coalesce("forecast_model", "reason")).drop(
        "reason", "source_period_end"
    )


def _beside(rows: pl.DataFrame, found: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The rows with what was found for their keys; only these go through the join, a row has many other columns."""
    joined = rows.select(keys).join(found, on=keys, how="left", maintain_order="left")
    return rows.with_columns(joined.drop(keys))


def _path_asks(current: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Every month up to the due date, for the rows and for the plan's areas that have no task of their own."""
    fans = pl.concat([current, _areas_without_task(current, known)], how="diagonal").select(_DETAIL)
    month = pl.date_ranges(
        pl.col("as_of").dt.month_start().dt.offset_by("1mo"), pl.col("due_on").dt.month_start(), interval="1mo"
    )
    asks = fans.with_columns(until=month, target_value=pl.lit(None, dtype=pl.Float64)).explode("until")
    left = (pl.col("due_on").dt.year() - pl.col("until").dt.year()).cast(pl.Int32) * 12 + (
        pl.col("due_on").dt.month().cast(pl.Int32) - pl.col("until").dt.month().cast(pl.Int32)
    )
    return asks.filter(pl.col("tier").is_not_null() | (left % _TREND_STEP_MONTHS == 0))


def _areas_without_task(current: pl.DataFrame, known: Known) -> pl.DataFrame:
    wholes = known.plan_areas.filter(~pl.col("is_summed")).select("plan_id", "area_code")
    parts = known.plan_areas.filter("is_summed").select("plan_id", "area_code")
    values = known.observations.filter(pl.col("state").is_in(["ok", "partial"]) & pl.col("value").is_not_null())
    observed = values.select("indicator_id", "area_code", "basis", "value", as_of="period_end")
    return (
        current.filter(~is_flow())
        .join(wholes, on=["plan_id", "area_code"], how="semi")
        .drop("area_code", "value")
        .join(parts, on="plan_id")
        .join(current, on=KEYS, how="anti")
        .join(observed, on=["indicator_id", "area_code", "basis", "as_of"])
    )


def _review_asks(current: pl.DataFrame, survival: Mapping[str, float]) -> pl.DataFrame:
    """The stock of titles at the due date, should as many pass their reviews as passed elsewhere."""
    cases = pl.DataFrame(
        {"scenario": list(survival), "pass_rate": list(survival.values())},
        schema={"scenario": pl.String, "pass_rate": pl.Float64},
    )
    stock = current.filter(pl.col("tier").is_not_null() & (pl.col("basis") == "in_force"))
    return stock.select(*_DETAIL, until="due_on").join(cases, how="cross")


def _scenarios(reviews: pl.DataFrame, current: pl.DataFrame, base: Background) -> pl.DataFrame:
    others = current.filter(pl.col("tier").is_null()).select(*_DETAIL, until=pl.col("due_on").dt.month_end())
    others = outlook_trend.with_points(others, base.points)
    is_few = pl.col("periods").is_between(outlook_trend.FEWEST_PERIODS, outlook_trend.FEWEST_FOR_TREND, closed="left")
    carried = outlook_trend.scenarios(others.filter(is_few)).select(*KEYS, "scenario", "median")
    found = reviews.filter(pl.col("median").is_not_null())
    return pl.concat([found, carried], how="diagonal").sort(*KEYS, "scenario")


def _hindcast_asks(rows: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """What an earlier month would have said of a later one that is known by now: does it reach the pace line then?

    The line of that month, or the target where there is no pace; a target that changed in between is left out. Of
    reported values only a month that shows a newer period asks anything.
    """
    later = rows.select(
        *KEYS,
        "observation_state",
        "expected_value",
        later_value="value",
        later_target="target_value",
        later_source="source_period_end",
    ).rename({"as_of": "until"})
    horizons = pl.DataFrame({"horizon_months": HORIZONS}, schema={"horizon_months": pl.Int32})
    until = pl.col("as_of").dt.month_start().dt.offset_by(pl.format("{}mo", "horizon_months")).dt.month_end()
    asks = current.join(horizons, how="cross").with_columns(until=until).drop("expected_value", "observation_state")
    keys = [key for key in KEYS if key != "as_of"]
    is_news = pl.col("tier").is_not_null() | (pl.col("later_source") > pl.col("source_period_end"))
    return (
        asks.filter(pl.col("until") <= pl.col("due_on").dt.month_end())
        .join(later, on=[*keys, "until"])
        .filter(
            (pl.col("later_target") == pl.col("target_value"))
            & pl.col("observation_state").is_in(["ok", "partial"])
            & pl.col("later_value").is_not_null()
            & is_news
        )
        .with_columns(
            target_value=pl.coalesce("expected_value", "target_value"),
            comparator=pl.when(sign() < 0).then(pl.lit("le")).otherwise(pl.lit("ge")),
        )
        .select(*_DETAIL, "until", "horizon_months", "later_value")
    )


def hindcast(answers: pl.DataFrame) -> pl.DataFrame:
    """Forecasts of past months beside what became of them.

    Returns:
        One row per plan, target, area, due date, as-of month and horizon: month_end, the level asked for, the chance
        given to it, median, low_80, high_80, the value that came, outcome (it reached the level), is_inside (the
        value lies in the 80% interval), forecast_model.
    """
    value, level = pl.col("later_value").round(DECIMALS), pl.col("target_value").round(DECIMALS)
    outcome = pl.when(sign() < 0).then(value <= level).otherwise(value >= level)
    return (
        answers.filter(pl.col("chance").is_not_null())
        .select(
            *KEYS,
            "horizon_months",
            "forecast_model",
            "chance",
            "median",
            "low_80",
            "high_80",
            month_end="until",
            level="target_value",
            value="later_value",
            outcome=outcome,
            is_inside=pl.col("later_value").is_between("low_80", "high_80"),
        )
        .sort(*KEYS, "horizon_months")
    )


def reliability(past: pl.DataFrame) -> pl.DataFrame:
    """How often what was given a chance came true, by fifths of the chance.

    Brier score: mean of (chance - outcome) squared (Brier 1950): 0 is perfect, 0.25 is what "half and half" scores.
    Forecasts of neighbouring months share most of what they know: their number is no number of independent trials.

    Returns:
        One row per plan, model, horizon and fifth of the chance (bin 0 to 4): forecasts, mean_chance, observed_share,
        brier, inside_share (share of values within the 80% interval).
    """
    keys = ["plan_id", "forecast_model", "horizon_months", "chance_bin"]
    hit = pl.col("outcome").cast(pl.Float64)
    return (
        past.with_columns(chance_bin=(pl.col("chance") * CHANCE_BINS).floor().clip(0, CHANCE_BINS - 1).cast(pl.Int32))
        .group_by(keys)
        .agg(
            forecasts=pl.len().cast(pl.Int32),
            mean_chance=pl.col("chance").mean(),
            observed_share=hit.mean(),
            brier=((pl.col("chance") - hit) ** 2).mean(),
            inside_share=pl.col("is_inside").cast(pl.Float64).mean(),
        )
        .sort(keys)
    )
