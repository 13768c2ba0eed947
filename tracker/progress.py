"""From observations and targets to progress: completion, pace, gap, state. Whole frames in, whole frames out.

Formulas: 序时进度 as Lianyungang's own notices use it: linear months (53.3 % done and 21.7 points behind after nine
months = 75.0 %). Every number is compared after rounding to nine decimals, so that binary dust never
decides a state, and no printed rounding ever does.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

PACED_BASES = ("in_force", "ever", "new", "annual")
_DECIMALS = 9

# State words that leaders and notices use, by state code.
LEADER_STATE: dict[str, str] = {
    "met": "met",
    "met_early": "met",
    "met_late": "met",
    "missed": "missed",
    "ahead": "ahead",
    "on_pace": "on_pace",
    "slightly_behind": "behind",
    "behind": "behind",
    "going_backwards": "behind",
    "not_started": "behind",
    "no_data": "not_reported",
    "not_assessable": "not_reported",
}


def progress(targets: pl.DataFrame, observations: pl.DataFrame, thresholds: Mapping[str, float]) -> pl.DataFrame:
    """Assess every target at every month end for which observations stand.

    Args:
        targets: one row per target, area, due date and decision, as ``core.target``, with the indicator's
            ``direction``; ``exempt_on``, where there is such a column, is the day from which a later decision takes
            the task away.
        observations: ``mart.observation``: ``period_end`` is the as-of month end.
        thresholds: value by threshold id; ``ahead_lead_points``, ``on_pace_lead_points``,
            ``slightly_behind_lead_points`` and ``ratio_slightly_behind_percent`` are read.

    Returns:
        One row per target, area, due date and as-of month, as ``mart.progress``.
    """
    targets = pl.concat([targets, pl.DataFrame(schema={"exempt_on": pl.Date})], how="diagonal_relaxed")
    months = observations.select(as_of="period_end").unique().sort("as_of")
    decided = _in_force_on(targets.rename({"value": "target_value"}).join(months, how="cross"))
    viewed = _with_values(decided, observations)
    return assess(viewed, thresholds).sort("plan_id", "target_id", "area_code", "due_on", "as_of")


def _in_force_on(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep for every as-of date the newest revision of a target: the past keeps the target of its time."""
    # A target without a decision date is as old as the plan and gives way to any dated one.
    return (
        rows.filter(pl.col("decided_on").is_null() | (pl.col("decided_on") <= pl.col("as_of")))
        .sort("decided_on", nulls_last=False)
        .unique(subset=["plan_id", "target_id", "area_code", "due_on", "as_of"], keep="last", maintain_order=True)
        # An area that was exempted later has no task from that day on: 不考核, which is not 未报送.
        .filter(pl.col("exempt_on").is_null() | (pl.col("exempt_on") > pl.col("as_of")))
    )


def _with_values(rows: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Add the value on the as-of date, on the due date and at the start, each by the target's own basis.

    A target of new titles sums the months of its period; all other bases read the stock of one month end.
    """
    observed = observations.select("indicator_id", "area_code", "basis", "period_end", "value", "state")
    stock = observed.filter(pl.col("basis") != "new")
    judged_on = pl.min_horizontal("as_of", pl.col("due_on").dt.month_end())
    rows = rows.with_columns(judged_on=judged_on, base_month=pl.col("baseline_on").dt.month_end())
    rows = _join_value(rows, stock, "as_of", "value", "observation_state")
    rows = _join_value(rows, stock, "judged_on", "judged_value", "judged_state")
    rows = _join_value(rows, stock, "base_month", "own_baseline", "baseline_state")
    rows = _with_flows(rows, observed.filter(pl.col("basis") == "new"))
    own = pl.when(pl.col("baseline_state") == "ok").then(pl.col("own_baseline"))
    return rows.with_columns(
        baseline_source=pl.when(pl.col("baseline_value").is_not_null())
        .then(pl.lit("stated"))
        .when((pl.col("basis") == "in_force") & own.is_not_null())
        .then(pl.lit("own_count")),
    ).with_columns(
        baseline_value=pl.when(pl.col("baseline_source") == "own_count").then(own).otherwise(pl.col("baseline_value"))
    )


def _join_value(rows: pl.DataFrame, stock: pl.DataFrame, month: str, value: str, state: str) -> pl.DataFrame:
    keys = ["indicator_id", "area_code", "basis", month]
    right = stock.rename({"period_end": month, "value": value, "state": state})
    return rows.join(right, on=keys, how="left", maintain_order="left")


def _with_flows(rows: pl.DataFrame, flows: pl.DataFrame) -> pl.DataFrame:
    """For targets of basis ``new``: the sum from the start of the period to the as-of and to the judged month."""
    running = flows.sort("period_end").with_columns(
        total=pl.col("value").fill_null(0).cum_sum().over("indicator_id", "area_code")
    )
    before = running.select("indicator_id", "area_code", month="period_end", total="total")
    rows = rows.with_columns(before_start=pl.col("starts_on").dt.offset_by("-1mo").dt.month_end())
    for month, name in (("as_of", "to_as_of"), ("judged_on", "to_judged"), ("before_start", "to_start")):
        rows = rows.join(
            before.rename({"month": month, "total": name}),
            on=["indicator_id", "area_code", month],
            how="left",
            maintain_order="left",
        )
    states = flows.select("indicator_id", "area_code", as_of="period_end", flow_state="state")
    rows = rows.join(states, on=["indicator_id", "area_code", "as_of"], how="left", maintain_order="left")
    is_flow = pl.col("basis") == "new"
    start = pl.col("to_start").fill_null(0)
    is_known = is_flow & (pl.col("flow_state") == "ok")
    return rows.with_columns(
        value=pl.when(is_known).then(pl.col("to_as_of") - start).otherwise(pl.col("value")),
        judged_value=pl.when(is_known).then(pl.col("to_judged") - start).otherwise(pl.col("judged_value")),
        observation_state=pl.when(is_flow).then("flow_state").otherwise("observation_state"),
        judged_state=pl.when(is_flow).then("flow_state").otherwise("judged_state"),
    ).drop("to_as_of", "to_judged", "to_start", "before_start", "flow_state")


def assess(rows: pl.DataFrame, thresholds: Mapping[str, float]) -> pl.DataFrame:
    """Completion, pace, gap and state of rows that already carry their values.

    Args:
        rows: targets with ``target_value``, ``as_of``, ``value``, ``judged_value`` (the value that decides once the
            due date is reached), ``baseline_value``, ``observation_state`` and ``judged_state``.
        thresholds: see :func:`progress`.
    """
    rows = _with_pace(_with_elapsed(rows))
    return rows.with_columns(state=_state(thresholds), trace=_trace()).select(PROGRESS_COLUMNS)


PROGRESS_COLUMNS = (
    "plan_id",
    "target_id",
    "indicator_id",
    "area_code",
    "due_on",
    "as_of",
    "value",
    "judged_value",
    "target_value",
    "baseline_value",
    "baseline_source",
    "completion",
    "increment_completion",
    "elapsed",
    "expected_value",
    "lead_points",
    "pace_basis_used",
    "gap",
    "needed_per_month",
    "state",
    "trace",
)


def _months(column: str) -> pl.Expr:
    return pl.col(column).dt.year().cast(pl.Int32) * 12 + pl.col(column).dt.month().cast(pl.Int32)


def _with_elapsed(rows: pl.DataFrame) -> pl.DataFrame:
    """``elapsed``: months passed over months of the period, both ends counted, between 0 and 1."""
    passed = _months("as_of") - _months("starts_on") + 1
    total = _months("due_on") - _months("starts_on") + 1
    return rows.with_columns(
        elapsed=(passed / total).clip(0, 1), months_left=(_months("due_on") - _months("as_of")).clip(lower_bound=0)
    )


def _with_pace(rows: pl.DataFrame) -> pl.DataFrame:
    """Completion by total and by increment, the value expected today, the lead in points and the gap in units."""
    value, target, base = pl.col("value"), pl.col("target_value"), pl.col("baseline_value")
    span = target - base
    allowed = pl.col("pace_basis").fill_null("increment")
    is_paced = pl.col("basis").is_in(PACED_BASES) & (allowed != "none")
    by_increment = is_paced & (allowed == "increment") & base.is_not_null() & (span != 0)
    rows = rows.with_columns(
        completion=pl.when((target != 0) & (pl.col("comparator") != "le")).then(value / target),
        increment_completion=pl.when(base.is_not_null() & (span != 0)).then((value - base) / span),
        pace_basis_used=pl.when(by_increment).then(pl.lit("increment")).when(is_paced).then(pl.lit("total")),
        gap=pl.when(pl.col("direction") == "lower").then(value - target).otherwise(target - value),
    )
    is_increment = pl.col("pace_basis_used") == "increment"
    done = pl.when(is_increment).then("increment_completion").otherwise("completion")
    expected = pl.when(is_increment).then(base + span * pl.col("elapsed")).otherwise(target * pl.col("elapsed"))
    has_pace = pl.col("pace_basis_used").is_not_null()
    return rows.with_columns(
        expected_value=pl.when(has_pace).then(expected),
        lead_points=pl.when(has_pace).then((100 * (done - pl.col("elapsed"))).round(_DECIMALS)),
        needed_per_month=pl.when(has_pace & (pl.col("months_left") > 0)).then(
            pl.col("gap").clip(lower_bound=0) / pl.col("months_left")
        ),
    )


def meets(value: pl.Expr) -> pl.Expr:
    """Whether a value fulfils the target by the plan's own comparator: 50.0 does not meet "more than 50"."""
    shown, target = value.round(_DECIMALS), pl.col("target_value").round(_DECIMALS)
    comparator = pl.col("comparator")
    return (
        pl.when(comparator == "gt")
        .then(shown > target)
        .when(comparator.is_in(["le", "lead"]))
        .then(shown <= target)
        .when(comparator == "approx")
        .then(shown >= (target - pl.col("tolerance")).round(_DECIMALS))
        .when(comparator == "range")
        .then((shown >= target) & (shown <= pl.col("value_high").round(_DECIMALS)))
        .otherwise(shown >= target)
    )


def _state(thresholds: Mapping[str, float]) -> pl.Expr:
    value, judged, lead = pl.col("value"), pl.col("judged_value"), pl.col("lead_points")
    is_over = pl.col("as_of") >= pl.col("due_on")
    decisive_value = pl.when(is_over).then(judged).otherwise(value)
    decisive_state = pl.when(is_over).then("judged_state").otherwise("observation_state")
    is_known = decisive_value.is_not_null() & decisive_state.is_in(["ok", "partial"])
    is_worse = (
        pl.when(pl.col("direction") == "lower")
        .then(value > pl.col("baseline_value"))
        .otherwise(value < pl.col("baseline_value"))
    )
    nearly = value >= pl.col("target_value") * thresholds["ratio_slightly_behind_percent"] / 100
    return (
        pl.when(decisive_state.is_in(["sample_too_small", "stale"]))
        .then(pl.lit("not_assessable"))
        .when(~is_known.fill_null(False))
        .then(pl.lit("no_data"))
        .when(pl.col("as_of") < pl.col("starts_on"))
        .then(pl.lit("not_started"))
        .when(is_over & meets(judged))
        .then(pl.lit("met"))
        .when(is_over & meets(value).fill_null(False))
        .then(pl.lit("met_late"))
        .when(is_over)
        .then(pl.lit("missed"))
        .when(meets(value))
        .then(pl.lit("met_early"))
        .when(is_worse.fill_null(False))
        .then(pl.lit("going_backwards"))
        .when(lead.is_null() & nearly)
        .then(pl.lit("slightly_behind"))
        .when(lead.is_null())
        .then(pl.lit("behind"))
        .when(lead >= thresholds["ahead_lead_points"])
        .then(pl.lit("ahead"))
        .when(lead >= thresholds["on_pace_lead_points"])
        .then(pl.lit("on_pace"))
        .when(lead > thresholds["slightly_behind_lead_points"])
        .then(pl.lit("slightly_behind"))
        .otherwise(pl.lit("behind"))
    )


def _trace() -> pl.Expr:
    """The numbers behind a state as JSON: what was compared with what, by which rule."""
    return pl.struct(
        "comparator",
        "basis",
        "value",
        "judged_value",
        "judged_on",
        "target_value",
        "baseline_value",
        "baseline_source",
        "elapsed",
        "lead_points",
        "pace_basis_used",
        "observation_state",
        "judged_state",
    ).struct.json_encode()
