"""How many new titles a round brings in an area, judged from the rounds dated by each as-of month. Pure.

Gamma-Poisson: the rate of an area has a gamma distribution after what its rounds brought; the coming rounds are then
negative binomial (Gelman et al., Bayesian Data Analysis, 3rd ed., ch. 2; `tracker.forecast.forecast_gamma_poisson`).
The flow into an inclusive tier comes through its own lists and through those of higher tiers: each has its own rounds.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tracker.batches import ListDate, rounds

Floats = npt.NDArray[np.float64]

FEWEST_ROUNDS = 3
# Lists of six rounds ago were drawn up under other rules and quotas; three to six years remain.
NEWEST_ROUNDS = 6
OVERDISPERSED_FROM = 1.5
JEFFREYS_SHAPE = 0.5
# Areas that look alike by chance in a few rounds are not taken as alike for ever.
STRONGEST_PRIOR = 10.0
FEWEST_POOLED = 3

FLOW_SCHEMA = pl.Schema({
    "plan_id": pl.String(), "tier": pl.String(), "via_tier": pl.String(), "area_code": pl.String(),
    "as_of": pl.Date(), "rounds": pl.Int32(), "events": pl.Int32(), "shape": pl.Float64(), "rate": pl.Float64(),
    "dispersion": pl.Float64(),
})  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """Gamma distributions of new titles a round, one per area, and the variance over the mean within areas."""

    shape: Floats
    rate: Floats
    dispersion: Floats


def flows(
    entries: pl.DataFrame,
    lists: pl.DataFrame,
    inclusions: pl.DataFrame,
    plan_areas: pl.DataFrame,
    months: Iterable[dt.date],
) -> pl.DataFrame:
    """The rate of new titles a round of every plan, tier, way, area and as-of month.

    Args:
        entries: first entries into a tier's count: tier, via_tier (whose list), area_code, first_on, entries.
        lists: lists of new titles: plan_id, tier, batch, event_on.
        inclusions: ``core.tier_inclusion``: tier, via_tier.
        plan_areas: plan_id, area_code, is_summed (a part of the plan's area, pooled with the other parts).
        months: as-of month ends.

    Returns:
        One row per plan_id, tier, via_tier, area_code and as_of by which the tier had a list: rounds and events read,
        shape and rate (in rounds) of the gamma distribution, dispersion (1 unless tested larger). A higher tier's
        lists have a row only where they brought somebody.
    """
    months = sorted(set(months))
    calendar: dict[tuple[str, str], list[dt.date]] = {}
    for (plan_id, tier), group in lists.group_by("plan_id", "tier"):
        listed = rounds(ListDate(on, batch) for on, batch in group.select("event_on", "batch").rows())
        calendar[str(plan_id), str(tier)] = [one.on for one in listed]
    found = [pl.DataFrame(schema=FLOW_SCHEMA)]
    for (plan_id,), areas in plan_areas.sort("plan_id", "area_code").group_by("plan_id", maintain_order=True):
        of_plan = entries.filter(pl.col("area_code").is_in(areas["area_code"].implode()))
        for tier, via_tier in inclusions.select("tier", "via_tier").sort("tier", "via_tier").rows():
            own = calendar.get((str(plan_id), tier), [])
            # Before its own first list the tier did not exist: whoever held a higher title then came in at once.
            days = [day for day in calendar.get((str(plan_id), via_tier), []) if day >= own[0]] if own else []
            brought = of_plan.filter((pl.col("tier") == tier) & (pl.col("via_tier") == via_tier))
            has_brought = bool(own) and not brought.filter(pl.col("first_on") >= own[0]).is_empty()
            if days and (tier == via_tier or has_brought):
                way = _way(brought, days, areas, [month for month in months if month >= days[0]])
                keys = {"plan_id": plan_id, "tier": tier, "via_tier": via_tier}
                found.append(way.with_columns(pl.lit(value).alias(name) for name, value in keys.items()))
    return pl.concat([frame.select(FLOW_SCHEMA.names()).cast(FLOW_SCHEMA) for frame in found])


def _way(brought: pl.DataFrame, days: list[dt.date], areas: pl.DataFrame, months: list[dt.date]) -> pl.DataFrame:
    """The rates of all areas in every month, by what one kind of list brought in its rounds."""
    codes, is_part = areas["area_code"], areas["is_summed"].to_numpy()
    entry_days = sorted(brought["first_on"].unique().to_list())
    running = _running_counts(brought, codes.to_list(), entry_days)
    columns: dict[str, list[Floats]] = {name: [] for name in ("rounds", "events", "shape", "rate", "dispersion")}
    for as_of in months:
        known = [day for day in days if day <= as_of][-NEWEST_ROUNDS:]
        edges = running[:, [*(bisect_left(entry_days, day) for day in known), bisect_right(entry_days, as_of)]]
        rates = judged_rates(np.diff(edges, axis=1), is_part)
        columns["rounds"].append(np.full(len(codes), float(len(known))))
        columns["events"].append(edges[:, -1] - edges[:, 0])
        columns["shape"].append(rates.shape)
        columns["rate"].append(rates.rate)
        columns["dispersion"].append(rates.dispersion)
    grid = pl.DataFrame({"as_of": months}, schema={"as_of": pl.Date}).join(areas.select("area_code"), how="cross")
    return grid.with_columns(
        pl.Series(name, np.concatenate(parts) if parts else [], dtype=pl.Float64) for name, parts in columns.items()
    )


def _running_counts(brought: pl.DataFrame, codes: list[str], days: list[dt.date]) -> Floats:
    """Entries of each area before the first, the second, … of the days, and after the last one."""
    counts = np.zeros((len(codes), len(days) + 1))
    place = {code: row for row, code in enumerate(codes)}
    column = {day: number for number, day in enumerate(days)}
    for code, day, number in brought.select("area_code", "first_on", "entries").rows():
        counts[place[code], column[day] + 1] += number
    return counts.cumsum(axis=1)


def judged_rates(counts: Floats, is_part: npt.NDArray[np.bool_]) -> Rates:
    """Gamma distributions of the rate a round, from what each round brought.

    A whole has the Jeffreys prior. Parts share a prior that the parts themselves suggest (empirical Bayes, method of
    moments): its weight in rounds falls with the differences between parts, and against a part's own rounds. Where
    variance over mean exceeds 1.5, the counts vary more than a Poisson flow does and the dispersion is estimated:
    of a whole by itself, of parts together.

    Args:
        counts: new titles, one row per area, one column per round, at least one.
        is_part: whether the area is a part of the plan's area.
    """
    number_of_rounds = counts.shape[1]
    totals = counts.sum(axis=1)
    dispersion = np.array([_dispersion(row[np.newaxis]) for row in counts[~is_part]])
    shape, rate = totals + JEFFREYS_SHAPE, np.full(len(counts), float(number_of_rounds))
    all_dispersions = np.ones(len(counts))
    all_dispersions[~is_part] = dispersion
    if is_part.any():
        common = _dispersion(counts[is_part])
        all_dispersions[is_part] = common
        mean = totals[is_part].mean() / number_of_rounds
        if is_part.sum() >= FEWEST_POOLED and mean > 0:
            between = (totals[is_part] / number_of_rounds).var(ddof=1) - common * mean / number_of_rounds
            strongest = STRONGEST_PRIOR * number_of_rounds
            prior_rounds = min(mean / between, strongest) if between > 0 else strongest
            shape[is_part] = totals[is_part] + mean * prior_rounds
            rate[is_part] += prior_rounds
    return Rates(shape, rate, all_dispersions)


def _dispersion(counts: Floats) -> float:
    """Variance over mean within the rows, pooled (Pearson); 1 where it is no larger than the bound."""
    means = counts.mean(axis=1, keepdims=True)
    counted = counts[means[:, 0] > 0]
    freedom = len(counted) * (counts.shape[1] - 1)
    if freedom == 0:
        return 1.0
    found = float((((counted - counted.mean(axis=1, keepdims=True)) ** 2) / counted.mean(axis=1, keepdims=True)).sum())
    return found / freedom if found / freedom > OVERDISPERSED_FROM else 1.0


def coming_titles(shape: Floats, rate: Floats, dispersion: Floats, rounds_left: Floats) -> tuple[Floats, Floats]:
    """Size and success probability of the negative binomial of new titles in the rounds left.

    Without over-dispersion: size = shape, success = rate / (rate + rounds). Over-dispersion keeps the mean and
    multiplies the variance. No rounds left, or no flow: size 0, which stands for a certain 0.
    """
    mean = rounds_left * shape / rate
    success = rate / (dispersion * (rate + rounds_left))
    has_flow = mean > 0
    safe = np.where(has_flow, success, 0.5)
    return np.where(has_flow, mean * safe / (1 - safe), 0.0), safe
