"""Where a target stands between its start and its due date: elapsed share, completion, lead, gap, and what it takes.

Whole frames in, whole frames out. 序时进度 goes by months as Lianyungang's own notices do (53.3 % done and 21.7
points behind after nine months = 75.0 %), by days where the setting ``pace_by_days`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tracker.batches import ListDate, expected_rounds, rounds
from tracker.states import DECIMALS

STOCK_COUNTS = ("in_force", "ever")
FLOWS = ("new", "annual")
PACED_BASES = (*STOCK_COUNTS, *FLOWS)
# Compared with the target as they are: half a year does not ask for half a growth.
DIRECT_BASES = ("level", "ratio", "growth", "rank")
_MONTHS_OF_A_YEAR = 12


def sign() -> pl.Expr:
    """1 where more is better, -1 where less is; an upper bound says so itself, whatever the indicator's direction."""
    comparator = pl.col("comparator")
    is_upper = comparator.is_in(["le", "lead"])
    is_lower = comparator.is_in(["ge", "gt", "full"])
    by_direction = pl.when(pl.col("direction") == "lower").then(-1).otherwise(1)
    return pl.when(is_upper).then(-1).when(is_lower).then(1).otherwise(by_direction)


def is_flow() -> pl.Expr:
    """Whether a target counts what comes within its period; all others read a stock or a level."""
    return pl.col("basis").is_in(FLOWS)


def is_within_a_year() -> pl.Expr:
    """Whether the period of a target is one year or less: what comes afterwards is not its own."""
    return _months("due_on") - _months("starts_on") < _MONTHS_OF_A_YEAR


def is_cap() -> pl.Expr:
    """Whether a target limits what accumulates (at most 5 a year): kept only once its period is over."""
    return is_flow() & (sign() < 0)


def _months(column: str) -> pl.Expr:
    return pl.col(column).dt.year().cast(pl.Int32) * 12 + pl.col(column).dt.month().cast(pl.Int32)


def with_elapsed(rows: pl.DataFrame, thresholds: Mapping[str, float]) -> pl.DataFrame:
    """Add ``elapsed`` and ``months_left``.

    ``elapsed`` is the share of the period that is over, between 0 and 1: months passed over months of the period,
    both ends counted. With ``pace_by_days`` it is days, from the last day before the start, as
    :func:`tracker.methods.linear_pace` counts them.
    """
    if thresholds.get("pace_by_days"):
        before = pl.col("starts_on").dt.offset_by("-1d")
        passed = (pl.col("as_of") - before).dt.total_days()
        total = (pl.col("due_on") - before).dt.total_days()
    else:
        passed = _months("as_of") - _months("starts_on") + 1
        total = _months("due_on") - _months("starts_on") + 1
    left = (_months("due_on") - _months("as_of")).clip(lower_bound=0)
    return rows.with_columns(elapsed=(passed / total).clip(0, 1), months_left=left)


def with_pace(rows: pl.DataFrame) -> pl.DataFrame:
    """Add completion by total and by increment, the value expected by now, the lead in points, the gap in units.

    ``completion``: value over target, where more is better. ``increment_completion``: share of the way from the
    baseline, for anything but flows, which start at nothing. ``lead_points``: 100 x (share made - ``elapsed``), by
    increment where a baseline short of the target is known, else by total; ``pace_basis_used`` says which. Ratios
    and levels have none. Where the baseline already reaches the target it is to be held: the line is level and has
    no lead. ``gap``: what is missing, negative beyond the target; above a range, what goes beyond it.
    """
    value, target, base = pl.col("value"), pl.col("target_value"), pl.col("baseline_value")
    way = pl.when(~is_flow()).then(target - base)
    asked = pl.col("pace_basis").fill_null("increment")
    is_paced = pl.col("basis").is_in(PACED_BASES) & (asked != "none")
    by_increment = is_paced & (asked == "increment") & way.is_not_null()
    is_held = by_increment & (sign() * way <= 0)
    has_total = is_paced & (target > 0) & ((sign() > 0) | is_cap())
    share_of_target = pl.when(target != 0).then(value / target)
    too_much = (pl.col("comparator") == "range") & (value > pl.col("value_high"))
    is_lower_range = (pl.col("comparator") == "range") & (sign() < 0)
    rows = rows.with_columns(
        completion=pl.when(sign() > 0).then(share_of_target),
        increment_completion=pl.when(way != 0).then((value - base) / way),
        pace_basis_used=pl.when(by_increment).then(pl.lit("increment")).when(has_total).then(pl.lit("total")),
        gap=pl.when(too_much | is_lower_range).then(value - pl.col("value_high")).otherwise(sign() * (target - value)),
    )
    is_increment = pl.col("pace_basis_used") == "increment"
    elapsed = pl.col("elapsed")
    made = pl.when(is_increment).then("increment_completion").otherwise(share_of_target)
    lead = pl.when(is_cap()).then(elapsed - made).otherwise(made - elapsed)
    line = pl.when(is_increment).then(base + way * elapsed).otherwise(target * elapsed)
    has_pace = pl.col("pace_basis_used").is_not_null()
    return rows.with_columns(
        expected_value=pl.when(has_pace).then(pl.when(is_held).then(target).otherwise(line)),
        lead_points=pl.when(has_pace & ~is_held).then((100 * lead).round(DECIMALS)),
    )


def with_needed(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what a month and a batch must bring from here to the due date; nothing where the target is met already.

    Counts only: a rate does not grow by instalments. A cap needs nothing, only restraint.
    """
    is_wanted = pl.col("pace_basis_used").is_not_null() & ~is_cap()
    missing = pl.when(meets(pl.col("value"))).then(0.0).otherwise(pl.col("gap").clip(lower_bound=0))
    per_month = pl.when(pl.col("months_left") > 0).then(missing / pl.col("months_left"))
    per_batch = pl.when(pl.col("batches_left") > 0).then(missing / pl.col("batches_left"))
    return rows.with_columns(
        needed_per_month=pl.when(is_wanted).then(per_month), needed_per_batch=pl.when(is_wanted).then(per_batch)
    )


def meets(value: pl.Expr) -> pl.Expr:
    """Whether a value fulfils the target by the plan's own comparator: 50.0 does not meet "more than 50"."""
    shown, target = value.round(DECIMALS), pl.col("target_value").round(DECIMALS)
    within = pl.col("tolerance").fill_null(0)
    comparator = pl.col("comparator")
    return (
        pl.when(comparator == "gt")
        .then(shown > target)
        # Who holds three of "one or two" fairs a year has held them: beyond a range on its good side it is met.
        .when((comparator == "range") & (sign() < 0))
        .then(shown <= pl.col("value_high").round(DECIMALS))
        .when((comparator == "approx") & (sign() < 0))
        .then(shown <= (target + within).round(DECIMALS))
        .when(comparator == "approx")
        .then(shown >= (target - within).round(DECIMALS))
        .when(sign() < 0)
        .then(shown <= target)
        .otherwise(shown >= target)
    )


def with_best(rows: pl.DataFrame, observations: pl.DataFrame, lists: pl.DataFrame) -> pl.DataFrame:
    """Add ``best_per_month`` and ``best_per_batch``: the largest net rise seen by the as-of date, for counts.

    The rise of a month is the change of the value in it (new minus lapsed), of flows what came in it. The rise of a
    batch is the change from the month before its list until the next list, because titles begin to count with their
    window, often months after the list. A value that is partial, stale or missing on either end gives none. Nor does
    a value that was not reported for its month: between two reports of a quarter or a year lies more than a month.

    Args:
        rows: targets with ``as_of``, ``basis`` and ``tier``, which only titles have: their lists are dated.
        observations: ``mart.observation``.
        lists: one row per plan, tier and list of new titles: plan_id, tier, batch, event_on (etl/sql/list_date.sql).
    """
    keys = [*_SERIES, "as_of"]
    known = _known(observations, rows.filter(pl.col("tier").is_not_null())["indicator_id"].unique())
    best = known.select(*keys, best_per_month=_best_so_far(_monthly_rise(), _SERIES))
    asked = rows.filter(pl.col("tier").is_not_null()).select("plan_id", "tier", *_SERIES).unique()
    first_months = _first_months(lists)
    of_plan = ["plan_id", *_SERIES]
    of_batches = (
        asked.join(known, on=_SERIES)
        .join(first_months, on=["plan_id", "tier", "as_of"], how="left")
        .sort(*of_plan, "as_of")
        .with_columns(
            level=pl.when(pl.col("basis") == "new").then(pl.col("known").cum_sum().over(of_plan)).otherwise("known"),
            batch_no=pl.col("is_first").fill_null(False).cum_sum().over(of_plan),
        )
        .with_columns(before=pl.col("level").shift(1).over(of_plan))
        .with_columns(before=pl.col("before").first().over(*of_plan, "batch_no"))
        .with_columns(rise=pl.when(pl.col("batch_no") > 0).then(pl.col("level") - pl.col("before")))
        .select("plan_id", *keys, best_per_batch=_best_so_far(pl.col("rise"), of_plan))
    )
    return rows.join(best, on=keys, how="left", maintain_order="left").join(
        of_batches, on=["plan_id", *keys], how="left", maintain_order="left"
    )


_SERIES = ["indicator_id", "area_code", "basis"]


def _known(observations: pl.DataFrame, of_titles: pl.Series) -> pl.DataFrame:
    """The values of counts by month that can be compared with one another, in order of time."""
    optional = pl.DataFrame(schema={"source_period_end": pl.Date})
    is_of_month = pl.col("indicator_id").is_in(of_titles.implode()) | (
        pl.col("source_period_end") == pl.col("period_end")
    )
    return (
        pl.concat([observations, optional], how="diagonal_relaxed")
        .filter(pl.col("basis").is_in(PACED_BASES))
        .select(*_SERIES, as_of="period_end", known=pl.when((pl.col("state") == "ok") & is_of_month).then("value"))
        .sort(*_SERIES, "as_of")
    )


def _monthly_rise() -> pl.Expr:
    """What a month brought: known only where the month before is known too, or where a year begins anew."""
    month, known = pl.col("as_of"), pl.col("known")
    is_next = month.shift(1).over(_SERIES) == month.dt.offset_by("-1mo").dt.month_end()
    before = pl.when(is_next).then(known.shift(1).over(_SERIES))
    is_flow_of_month = (pl.col("basis") == "new") & before.is_not_null()
    begins_anew = (pl.col("basis") == "annual") & (month.dt.month() == 1)
    change = pl.when(pl.col("basis") != "new").then(known - before)
    return pl.when(is_flow_of_month | begins_anew).then(known).otherwise(change)


def _first_months(lists: pl.DataFrame) -> pl.DataFrame:
    """The months in which the rounds of each plan and tier begin."""
    by_tier = (
        lists.select("plan_id", "tier", "event_on", "batch").unique().partition_by("plan_id", "tier", as_dict=True)
    )
    months = [
        (plan_id, tier, found.on)
        for (plan_id, tier), of_tier in by_tier.items()
        for found in rounds(ListDate(on, batch) for on, batch in of_tier.select("event_on", "batch").iter_rows())
    ]
    frame = pl.DataFrame(months, schema={"plan_id": pl.String, "tier": pl.String, "as_of": pl.Date}, orient="row")
    return frame.with_columns(pl.col("as_of").dt.month_end(), is_first=True).unique()


def _best_so_far(rise: pl.Expr, keys: list[str]) -> pl.Expr:
    """The largest rise up to each month; a count that only ever fell has risen by nothing."""
    return rise.cum_max().forward_fill().over(keys).clip(lower_bound=0)


def with_batches_left(rows: pl.DataFrame, lists: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Add ``batches_left``: rounds of the tier still expected after the as-of date and up to the due date.

    The rule is that of :mod:`tracker.batches`. Null for what is no tier count, and where neither a list dated by the
    as-of date nor a day of the catalogue tells of any round.

    Args:
        rows: targets with ``plan_id``, ``tier``, ``as_of`` and ``due_on``.
        lists: see :func:`with_best`.
        stated: ``core.batch``.
    """
    keys = ["plan_id", "tier", "as_of", "due_on"]
    asked = rows.filter(pl.col("tier").is_not_null()).select(keys).unique()
    first = lists.group_by("plan_id", "tier").agg(first_on=pl.col("event_on").min())
    with_day = stated.filter(pl.col("expected_on").is_not_null())["tier"].unique()
    counts = expected_rounds(stated, lists, asked).group_by(keys).agg(expected=pl.len().cast(pl.Int32))
    is_known = (pl.col("first_on") <= pl.col("as_of")).fill_null(False) | pl.col("tier").is_in(with_day.implode())
    left = (
        asked.join(first, on=["plan_id", "tier"], how="left")
        .join(counts, on=keys, how="left")
        .select(*keys, batches_left=pl.when(is_known).then(pl.col("expected").fill_null(0)))
    )
    return rows.join(left, on=keys, how="left", maintain_order="left")
