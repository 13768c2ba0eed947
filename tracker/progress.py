"""From observations and targets to progress: completion, pace, gap, state. Whole frames in, whole frames out.

Every number is compared after rounding to nine decimals, so that binary dust never decides a state, and no printed
rounding ever does. The formulas stand in :mod:`tracker.pace`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from tracker import pace
from tracker.pace import DIRECT_BASES, STOCK_COUNTS, is_cap, is_flow, meets, sign
from tracker.pace import PACED_BASES as PACED_BASES
from tracker.states import DECIMALS

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
PROGRESS_COLUMNS = (
    "plan_id",
    "target_id",
    "indicator_id",
    "area_code",
    "due_on",
    "as_of",
    "is_current",
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
    "months_left",
    "needed_per_month",
    "best_per_month",
    "batches_left",
    "needed_per_batch",
    "best_per_batch",
    "state",
    "trace",
)


# Of a target only what decides; its words, thousands of times over, would fill the memory.
_TARGET_COLUMNS = (
    *("plan_id", "target_id", "indicator_id", "area_code", "comparator", "value", "value_high", "tolerance", "unit"),
    *("basis", "starts_on", "due_on", "baseline_on", "baseline_value", "pace_basis", "decided_on", "exempt_on"),
    *("direction", "tier"),
)


def _no_dates() -> pl.DataFrame:
    return pl.DataFrame(schema={"plan_id": pl.String, "tier": pl.String, "batch": pl.String, "event_on": pl.Date})


def _no_batches() -> pl.DataFrame:
    return pl.DataFrame(schema={"tier": pl.String, "batch": pl.String, "expected_on": pl.Date})


@dataclass(frozen=True)
class Lists:
    """What is known of rounds of new titles: ``dates`` as etl/sql/list_date.sql, ``stated`` as ``core.batch``."""

    dates: pl.DataFrame = field(default_factory=_no_dates)
    stated: pl.DataFrame = field(default_factory=_no_batches)


def progress(
    targets: pl.DataFrame, observations: pl.DataFrame, thresholds: Mapping[str, float], lists: Lists | None = None
) -> pl.DataFrame:
    """Assess every target at every month end for which observations stand: the rows of ``mart.progress``.

    The columns of :func:`assessed` that say how a target stands, without those that say what it is.
    """
    return assessed(targets, observations, thresholds, lists).select(PROGRESS_COLUMNS)


def assessed(
    targets: pl.DataFrame,
    observations: pl.DataFrame,
    thresholds: Mapping[str, float],
    lists: Lists | None = None,
    closing: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Assess every target at every month end for which observations stand.

    Args:
        targets: one row per target, area, due date and decision, as ``core.target``, with the indicator's
            ``direction`` and ``tier``; ``exempt_on``, where there is such a column, is the day from which a later
            decision takes the task away.
        observations: ``mart.observation``: ``period_end`` is the as-of month end.
        thresholds: value by threshold id; ``ahead_lead_points``, ``on_pace_lead_points``,
            ``slightly_behind_lead_points`` and ``ratio_slightly_behind_percent`` are read, and ``pace_by_days`` where
            there is one.
        lists: published lists of new titles, for the batches left and the best batch so far.
        closing: where leaders decided which titles count at the due date: ``closing_basis`` and the
            ``closing_value`` that decides instead, as etl/sql/closing_decided.sql.

    Returns:
        One row per target, area, due date and as-of month: what decides about the target, its values, and the
        :data:`PROGRESS_COLUMNS`. ``starts_on`` is that of its own period. ``is_current`` marks the one row that
        stands for a target and area on an as-of date: of a yearly target the year that runs, else the last; of any
        other the last due date, so that an interim task never stands for the plan's own.
    """
    needed = [name for name in _TARGET_COLUMNS if name in targets.columns]
    optional = pl.DataFrame(schema={"exempt_on": pl.Date, "tier": pl.String, "unit": pl.String})
    targets = pl.concat([targets.select(needed), optional], how="diagonal_relaxed")
    months = observations.select(as_of="period_end").unique().sort("as_of")
    decided = _in_force_on(targets.rename({"value": "target_value"}).join(months, how="cross"))
    rows = _with_closing(_with_values(_with_period(decided), observations), closing)
    lists = lists or Lists()
    rows = pace.with_batches_left(pace.with_best(rows, observations, lists.dates), lists.dates, lists.stated)
    return assess(rows, thresholds).sort("plan_id", "target_id", "area_code", "due_on", "as_of")


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


def _with_period(rows: pl.DataFrame) -> pl.DataFrame:
    """The period that a target is judged by, and whether it stands for the target on the as-of date.

    An annual task begins with its own year, also where the plan states no other start than its own.
    """
    first_of_year = pl.col("due_on").dt.truncate("1y")
    starts_on = pl.when(pl.col("basis") == "annual").then(pl.max_horizontal("starts_on", first_of_year))
    keys = ["plan_id", "target_id", "area_code", "as_of"]
    due_on = pl.col("due_on")
    last = due_on.max().over(keys)
    # New titles counted from one start to several dates are one task with interim ones, not one task a year.
    is_last_of_start = due_on == due_on.max().over(*keys, "starts_on")
    rows = rows.with_columns(starts_on=starts_on.otherwise("starts_on"))
    # A growth or a place that is asked anew every year is judged by the figures of each year alone.
    begins_anew = (pl.col("starts_on").n_unique().over(keys) > 1) & pl.col("basis").is_in(DIRECT_BASES)
    rows = rows.with_columns(begins_anew=begins_anew & is_last_of_start & pace.is_within_a_year()).with_columns(
        is_yearly=pl.col("begins_anew")
        | (is_flow() & pace.is_within_a_year() & ((pl.col("basis") == "annual") | is_last_of_start))
    )
    running = due_on.filter(due_on >= pl.col("as_of")).min().over(keys)
    stands = pl.when(pl.col("is_yearly").any().over(keys)).then(pl.coalesce(running, last)).otherwise(last)
    return rows.with_columns(is_current=due_on == stands)


def _with_values(rows: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Add the value on the as-of date, on the due date and at the start, each by the target's own basis.

    A target of new titles sums the months of its period; all other bases read the value of one month end, which is
    that of the month of the due date where this falls within one.
    """
    optional = pl.DataFrame(schema={"source_period_end": pl.Date})
    known = ("indicator_id", "area_code", "basis", "period_end", "value", "state", "source_period_end")
    observed = pl.concat([observations, optional], how="diagonal_relaxed").select(known)
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
        .when(pl.col("basis").is_in(STOCK_COUNTS) & own.is_not_null())
        .then(pl.lit("own_count")),
    ).with_columns(
        baseline_value=pl.when(pl.col("baseline_source") == "own_count").then(own).otherwise(pl.col("baseline_value"))
    )


def _with_closing(rows: pl.DataFrame, closing: pl.DataFrame | None) -> pl.DataFrame:
    """Where leaders decided what counts at the due date, that decides; the value itself stays as it is counted."""
    if closing is None:
        return rows.with_columns(closing_basis=pl.lit(None, pl.String))
    keys = ["plan_id", "target_id", "area_code", "due_on", "as_of"]
    chosen = closing.select(*keys, "closing_basis", "closing_value")
    return (
        rows.join(chosen, on=keys, how="left", maintain_order="left")
        .with_columns(judged_value=pl.coalesce("closing_value", "judged_value"))
        .drop("closing_value")
    )


def _join_value(rows: pl.DataFrame, stock: pl.DataFrame, month: str, value: str, state: str) -> pl.DataFrame:
    """The value of a month; a task of one year alone takes none that an earlier year left behind."""
    keys = ["indicator_id", "area_code", "basis", month]
    right = stock.rename({"period_end": month, "value": value, "state": state})
    rows = rows.join(right, on=keys, how="left", maintain_order="left")
    is_of_before = pl.col("begins_anew") & (pl.col("source_period_end") < pl.col("starts_on")).fill_null(False)
    kept = [pl.when(~is_of_before).then(pl.col(name)).alias(name) for name in (value, state)]
    return rows.with_columns(kept).drop("source_period_end")


def _with_flows(rows: pl.DataFrame, flows: pl.DataFrame) -> pl.DataFrame:
    """For targets of basis ``new``: the sum from the start of the period to the as-of and to the judged month.

    Before its period begins a flow is nothing. After a year's task is over, what comes belongs to the next: its
    value stays that of its due date, and it cannot be met late. A task of several years can.
    """
    running = flows.sort("period_end").with_columns(
        total=pl.col("value").fill_null(0).cum_sum().over("indicator_id", "area_code")
    )
    rows = rows.with_columns(before_start=pl.col("starts_on").dt.offset_by("-1mo").dt.month_end())
    for month, name in (("as_of", "to_as_of"), ("judged_on", "to_judged"), ("before_start", "to_start")):
        known = {"period_end": month, "total": name, "state": f"state_{name}"}
        of_month = running.select("indicator_id", "area_code", *known).rename(known)
        rows = rows.join(of_month, on=["indicator_id", "area_code", month], how="left", maintain_order="left")
    is_new = pl.col("basis") == "new"
    start = pl.col("to_start").fill_null(0)
    # A sum that lacks a unit is partial and says so; it is a sum all the same.
    is_known = {name: pl.col(f"state_{name}").is_in(["ok", "partial"]) for name in _SUMS}
    since_start = {name: pl.when(is_known[name]).then(pl.col(name) - start) for name in _SUMS}
    rows = rows.with_columns(
        value=pl.when(is_new).then(since_start["to_as_of"]).otherwise("value"),
        judged_value=pl.when(is_new).then(since_start["to_judged"]).otherwise("judged_value"),
        observation_state=pl.when(is_new).then("state_to_as_of").otherwise("observation_state"),
        judged_state=pl.when(is_new).then("state_to_judged").otherwise("judged_state"),
    )
    is_early = is_flow() & (pl.col("as_of") < pl.col("starts_on"))
    is_closed = pl.col("is_yearly") & (pl.col("as_of") > pl.col("due_on"))
    return rows.with_columns(
        value=pl.when(is_early).then(0.0).when(is_closed).then("judged_value").otherwise("value"),
        judged_value=pl.when(is_early).then(0.0).otherwise("judged_value"),
        observation_state=pl.when(is_closed).then("judged_state").otherwise("observation_state"),
    ).drop(*_SUMS, "to_start", *(f"state_{name}" for name in (*_SUMS, "to_start")), "before_start")


_SUMS = ("to_as_of", "to_judged")


def assess(rows: pl.DataFrame, thresholds: Mapping[str, float]) -> pl.DataFrame:
    """Completion, pace, gap and state of rows that already carry their values.

    What cannot be assessed keeps its value, but has no lead, no gap and no need: these would be judgements.

    Args:
        rows: targets with ``target_value``, ``as_of``, ``value``, ``judged_value`` (the value that decides once the
            due date is reached), ``baseline_value``, ``observation_state`` and ``judged_state``.
        thresholds: see :func:`assessed`.
    """
    rows = with_state(rows, thresholds)
    is_judged = ~pl.col("state").is_in(["no_data", "not_assessable"])
    judgements = ("lead_points", "gap", "needed_per_month", "needed_per_batch")
    rows = rows.with_columns(pl.when(is_judged).then(pl.col(name)).alias(name) for name in judgements)
    return rows.with_columns(trace=_trace())


def with_state(rows: pl.DataFrame, thresholds: Mapping[str, float]) -> pl.DataFrame:
    """Add the elapsed share, the pace, what is needed, and the state. See :func:`assess`."""
    rows = pace.with_needed(pace.with_pace(pace.with_elapsed(rows, thresholds)))
    return rows.with_columns(state=_state(thresholds))


def _state(thresholds: Mapping[str, float]) -> pl.Expr:
    value, judged, lead = pl.col("value"), pl.col("judged_value"), pl.col("lead_points")
    base, target = pl.col("baseline_value").round(DECIMALS), pl.col("target_value")
    is_over = pl.col("as_of") >= pl.col("due_on")
    decisive_value = pl.when(is_over).then(judged).otherwise(value)
    decisive_state = pl.when(is_over).then("judged_state").otherwise("observation_state")
    is_known = decisive_value.is_not_null() & decisive_state.is_in(["ok", "partial"])
    has_begun = pl.col("as_of") >= pl.col("starts_on")
    is_worse = ~is_flow() & (sign() * value.round(DECIMALS) < sign() * base)
    # Nine tenths of the target, or for a falling one a tenth above it.
    allowed = target.abs() * (1 - thresholds["ratio_slightly_behind_percent"] / 100)
    is_near = (sign() * (target - value)).round(DECIMALS) <= allowed.round(DECIMALS)
    # A falling or zero target without a baseline has neither a share of the total nor one of the way.
    is_unpaced_count = pl.col("basis").is_in(PACED_BASES) & (pl.col("pace_basis").fill_null("increment") != "none")
    return (
        pl.when(is_flow() & ~has_begun)
        .then(pl.lit("not_started"))
        .when(decisive_state.is_in(["sample_too_small", "stale"]))
        .then(pl.lit("not_assessable"))
        .when(~is_known.fill_null(False))
        .then(pl.lit("no_data"))
        .when(~has_begun)
        .then(pl.lit("not_started"))
        .when(is_over & meets(judged))
        .then(pl.lit("met"))
        .when(is_over & meets(value).fill_null(False))
        .then(pl.lit("met_late"))
        .when(is_over)
        .then(pl.lit("missed"))
        # What accumulates keeps under its cap only at the end, and is over it for good.
        .when(is_cap() & ~meets(value))
        .then(pl.lit("behind"))
        .when(meets(value) & ~is_cap())
        .then(pl.lit("met_early"))
        .when(is_worse.fill_null(False))
        .then(pl.lit("going_backwards"))
        # A cap of nothing at all has no share to be used up: it is kept so far.
        .when(is_cap() & lead.is_null())
        .then(pl.lit("on_pace"))
        .when(pl.col("pace_basis_used").is_null() & is_unpaced_count)
        .then(pl.lit("not_assessable"))
        .when(lead.is_null() & is_near)
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
    """What decided beside the columns of the row, as JSON: by which rule, of which days, from what kind of value."""
    return pl.struct(
        "comparator",
        "basis",
        "starts_on",
        "decided_on",
        "judged_on",
        "value_high",
        "tolerance",
        "baseline_on",
        "closing_basis",
        "observation_state",
        "judged_state",
    ).struct.json_encode()
