"""The slow, obvious twin of the value SQL: one indicator, one area, one month end at a time, in the words of the rules.

It shares no code with etl/sql and adds exact fractions, so that no order of adding can matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tracker.catalog_models import Indicator

COUNT_UNITS = ("enterprise", "item", "piece", "award", "person", "project", "event", "time", "10k_yuan", "100m_yuan")
PERIOD_MONTHS = {"year": 12, "quarter": 3, "month": 1}


@dataclass(frozen=True)
class Holder:
    """One stretch of days [from_on, to_on) in which an enterprise holds a title, and where."""

    enterprise: int
    area: str
    from_on: dt.date
    to_on: dt.date
    tier: str = "srdi"
    status: str = "in_force"


@dataclass(frozen=True)
class Answer:
    """One number that an enterprise gives for a period."""

    enterprise: int
    measure: str
    period_end: dt.date
    value: float | None
    file: str = "a"


@dataclass(frozen=True)
class Report:
    """One figure that an area reports for a period, with the parts of a ratio where it has them."""

    area: str
    name: str
    period_end: dt.date
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    file: str = "a"
    months: int | None = None


@dataclass(frozen=True)
class World:
    """All that is known: one city with its reporting units, who holds titles, who answered, what was reported.

    ``bases`` names the basis of each indicator's targets, ``of_areas`` the measures that areas are asked for, and
    ``received`` the day on which each file came in.
    """

    indicators: tuple[Indicator, ...]
    bases: Mapping[str, str]
    city: str
    units: tuple[str, ...]
    parents: Mapping[str, str | None]
    of_areas: frozenset[str]
    holders: tuple[Holder, ...] = ()
    answers: tuple[Answer, ...] = ()
    reports: tuple[Report, ...] = ()
    received: Mapping[str, dt.date] = field(default_factory=lambda: {"a": dt.date(2026, 1, 1)})


@dataclass(frozen=True)
class Seen:
    """What the tracker shows in one cell."""

    value: Fraction | None
    state: str
    source: dt.date | None = None
    expected: int = 0
    reported: int = 0
    numerator: Fraction | None = None
    denominator: Fraction | None = None


@dataclass(frozen=True)
class Figure:
    """A value with all that decides whether it may be shown."""

    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    expected: int
    reported: int
    source: dt.date
    is_stale: bool = False
    is_partial: bool = False
    asked: int = 0
    answered: int = 0


def seen(world: World, indicator: Indicator, area: str, month_end: dt.date) -> Seen:
    """The cell of one indicator and area on one month end."""
    own = held(world, indicator, area, month_end)
    whole = sum_of_units(world, indicator, month_end) if area == world.city else None
    choices = [(figure, is_own) for figure, is_own in ((own, True), (whole, False)) if figure is not None]
    if not choices:
        holders = population(world, indicator.population, area, month_end)
        state = "no_data" if indicator.population and not holders else "not_reported"
        if area == world.city and is_from_areas(world, indicator):
            return Seen(None, state, expected=sum(is_due(world, indicator, u, month_end) for u in world.units))
        return Seen(None, state, expected=expected_alone(world, indicator, area, month_end))
    best, _ = min(choices, key=lambda c: (c[0].is_stale, c[0].is_partial, -c[0].source.toordinal(), not c[1]))
    state = "ok"
    if best.is_stale:
        state = "stale"
    elif best.value is None:
        state = "no_data"
    elif is_too_small(indicator, best.answered, best.asked):
        state = "sample_too_small"
    elif best.is_partial:
        state = "partial"
    return Seen(best.value, state, best.source, best.expected, best.reported, best.numerator, best.denominator)


def held(world: World, indicator: Indicator, area: str, month_end: dt.date) -> Figure | None:
    """The area's own figure of its newest period; stale when the next period and the grace are over.

    A newest figure that too few answered for waits while an earlier one still holds.
    """
    basis = world.bases[indicator.indicator_id]
    held_by_period: dict[dt.date, Figure] = {}
    for period in periods(world, month_end):
        figure = of_period(world, indicator, area, period)
        if figure is not None and (basis != "annual" or period.year == month_end.year):
            if basis == "new" and indicator.formula == "reported" and figure.value is not None:
                figure = replace(figure, value=newly(world, indicator, area, period))
            held_by_period[period] = _on(month_end, figure, indicator, basis)
    if not held_by_period:
        return None
    still_good = [
        period
        for period, figure in held_by_period.items()
        if not figure.is_stale and not is_too_small(indicator, figure.reported, figure.expected)
    ]
    newest = held_by_period[max(held_by_period)]
    if still_good and is_too_small(indicator, newest.reported, newest.expected):
        return held_by_period[max(still_good)]
    return newest


def is_too_small(indicator: Indicator, answered: int, asked: int) -> bool:
    """Whether too few of those who were asked have answered."""
    minimum = indicator.minimum_coverage_percent
    return minimum is not None and 100 * answered < minimum * asked


def _on(month_end: dt.date, figure: Figure, indicator: Indicator, basis: str) -> Figure:
    """A period's figure as it stands on a month end."""
    months_ago = 12 * (month_end.year - figure.source.year) + month_end.month - figure.source.month
    length = PERIOD_MONTHS.get(indicator.frequency)
    return replace(
        figure,
        value=Fraction(0) if basis == "new" and months_ago > 0 else figure.value,
        is_stale=length is not None and months_ago > length + indicator.grace_months,
        asked=figure.expected,
        answered=figure.reported,
    )


def sum_of_units(world: World, indicator: Indicator, month_end: dt.date) -> Figure | None:
    """The whole as the sum of what its units report: counts are added, of ratios the two parts are added."""
    if not is_from_areas(world, indicator):
        return None
    is_count = adds_up(world, indicator)
    figures = {unit: held(world, indicator, unit, month_end) for unit in world.units}
    usable = {
        unit: figure
        for unit, figure in figures.items()
        if figure is not None
        and (figure.value if is_count else figure.numerator) is not None
        and (is_count or figure.denominator is not None)
    }
    fresh = {unit: figure for unit, figure in usable.items() if not figure.is_stale}
    parts = fresh or usable
    if not parts:
        return None
    expected = sum(unit in parts or is_due(world, indicator, unit, month_end) for unit in world.units)
    asked = sum(
        figure.expected if figure is not None else expected_alone(world, indicator, unit, month_end)
        for unit, figure in figures.items()
    )
    numerator = None if is_count else total(figure.numerator for figure in parts.values())
    denominator = None if is_count else total(figure.denominator for figure in parts.values())
    sources = {figure.source for figure in parts.values()}
    if indicator.formula == "growth":
        value = grown(indicator, numerator, denominator, min(sources)) if len(sources) == 1 else None
    else:
        value = total(f.value for f in parts.values()) if is_count else divide(indicator, numerator, denominator)
    return Figure(
        value=value,
        numerator=numerator,
        denominator=denominator,
        expected=expected,
        reported=len(parts),
        source=min(sources),
        is_stale=not fresh,
        is_partial=len(parts) < expected,
        asked=asked,
        answered=sum(figure.reported for figure in parts.values()),
    )


def newly(world: World, indicator: Indicator, area: str, period: dt.date) -> Fraction:
    """What was new in the month in which a period ends: all that is known by then less all known the month before."""
    last = _month(period)
    return _so_far(world, indicator, area, last) - _so_far(world, indicator, area, last - 1)


def _so_far(world: World, indicator: Indicator, area: str, month: int) -> Fraction:
    """The sum of what was stated up to a month; of statements that share a month the one that begins first counts."""
    by_months: dict[tuple[int, int], Report] = {}
    said = [r for r in world.reports if (r.area, r.name) == (area, indicator.indicator_id) and r.value is not None]
    for one in sorted(said, key=lambda r: (r.period_end, world.received[r.file], r.file, world.reports.index(r))):
        last = _month(one.period_end)
        if last <= month:
            by_months[last - (one.months or 1) + 1, last] = one
    return total(
        exact(one.value)
        for (first, last), one in by_months.items()
        if not any(
            set(range(first, last + 1)) & set(range(start, end + 1)) and (start, -end) < (first, -last)
            for start, end in by_months
        )
    )


def _month(day: dt.date) -> int:
    return 12 * day.year + day.month


def of_period(world: World, indicator: Indicator, area: str, period: dt.date) -> Figure | None:
    """The figure of one area for one period by the indicator's formula; None where it was not reported."""
    if indicator.formula == "reported":
        return _reported(world, indicator, area, period)
    if indicator.formula == "growth":
        return _growth(world, indicator, area, period)
    holders = population(world, indicator.population, area, period)
    tops = answers(world, indicator.numerator, period, holders)
    bottoms = answers(world, indicator.denominator, period, holders)
    if indicator.formula == "mean_of_enterprise_ratios":
        return _mean(holders, tops, bottoms, period)
    if indicator.formula == "ratio_of_sums":
        return _ratio_of_sums(world, indicator, area, period)
    if is_stated_by_areas(world, indicator, indicator.numerator):
        top = report(world, area, indicator.numerator, period)
        if top is None or top.value is None:
            return None
        bottom = Fraction(len(holders))
        return _figure(indicator, Fraction(str(top.value)), bottom, 1, 1, period)
    if not tops:
        return None
    is_share = indicator.formula == "share_of_enterprises"
    numerator = Fraction(sum(value > 0 for value in tops.values())) if is_share else total(tops.values())
    return _figure(indicator, numerator, Fraction(len(tops)), len(holders), len(tops), period)


def _reported(world: World, indicator: Indicator, area: str, period: dt.date) -> Figure | None:
    whole = report(world, area, indicator.indicator_id, period)
    parts = [report(world, area, name, period) for name in (indicator.numerator, indicator.denominator)]
    numerator, denominator = (exact(part.value) if part else None for part in parts)
    if whole is not None:
        numerator = exact(whole.numerator) if whole.numerator is not None else numerator
        denominator = exact(whole.denominator) if whole.denominator is not None else denominator
    if indicator.unit in COUNT_UNITS:
        numerator = denominator = None
    stated = exact(whole.value) if whole else None
    if stated is None and (numerator is None or denominator is None):
        return None
    value = stated if stated is not None else divide(indicator, numerator, denominator)
    return Figure(value, numerator, denominator, 1, 1, period)


def _growth(world: World, indicator: Indicator, area: str, period: dt.date) -> Figure | None:
    """The figure of a period beside that of the same period a year before, or of the base year."""
    base_year = indicator.growth_base_year or period.year - 1
    sides = [report(world, area, indicator.numerator, day) for day in (period, period.replace(year=base_year))]
    if any(side is None or side.value is None for side in sides):
        return None
    now, before = (exact(side.value) for side in sides if side is not None)
    return Figure(grown(indicator, now, before, period), now, before, 1, 1, period)


def grown(indicator: Indicator, now: Fraction | None, before: Fraction | None, period: dt.date) -> Fraction | None:
    """Percent against the year before; with a base year the rate that, year upon year, leads from there to here."""
    years = 1 if indicator.growth_base_year is None else period.year - indicator.growth_base_year
    if now is None or before is None or now < 0 or before <= 0 or years < 1:
        return None
    return Fraction(100 * (float(now / before) ** (1 / years) - 1))


def _mean(
    holders: set[int], tops: Mapping[int, Fraction], bottoms: Mapping[int, Fraction], period: dt.date
) -> Figure | None:
    asked = [e for e in tops if e in bottoms and bottoms[e] > 0]
    if not asked:
        return None
    ratios = [tops[e] / bottoms[e] for e in asked]
    mean = 100 * sum(ratios, Fraction(0)) / len(ratios)
    return Figure(
        mean, total(tops[e] for e in asked), total(bottoms[e] for e in asked), len(holders), len(asked), period
    )


def _ratio_of_sums(world: World, indicator: Indicator, area: str, period: dt.date) -> Figure | None:
    holders = population(world, indicator.population, area, period)
    names = (indicator.numerator, indicator.denominator)
    asked_names = [name for name in names if not is_stated_by_areas(world, indicator, name)]
    given = {name: answers(world, name, period, holders) for name in asked_names}
    complete = [e for e in holders if asked_names and all(e in given[name] for name in asked_names)]
    parts: list[Fraction | None] = []
    for position, name in enumerate(names):
        if name not in asked_names:
            stated = report(world, area, name, period)
            parts.append(exact(stated.value) if stated else None)
        elif complete:
            parts.append(total(given[name][e] for e in complete))
        else:
            is_true_zero = position == 0 and not holders and len(asked_names) == 1
            parts.append(Fraction(0) if is_true_zero else None)
    numerator, denominator = parts
    if numerator is None or denominator is None:
        return None
    expected, reported = (len(holders), len(complete)) if asked_names else (1, 1)
    return _figure(indicator, numerator, denominator, expected, reported, period)


def _figure(
    indicator: Indicator, numerator: Fraction, denominator: Fraction, expected: int, reported: int, period: dt.date
) -> Figure:
    return Figure(divide(indicator, numerator, denominator), numerator, denominator, expected, reported, period)


def divide(indicator: Indicator, numerator: Fraction | None, denominator: Fraction | None) -> Fraction | None:
    """The ratio in the indicator's unit; none over zero."""
    if numerator is None or denominator is None or denominator <= 0:
        return None
    return numerator / denominator * (100 if indicator.unit == "percent" else 1)


def population(world: World, tier: str | None, area: str, day: dt.date) -> set[int]:
    """The enterprises of an area that hold a title on a day, those awaiting their review included."""
    return {
        holder.enterprise
        for holder in world.holders
        if holder.tier == tier
        and holder.status in ("in_force", "awaiting_review")
        and holder.from_on <= day < holder.to_on
        and area in (holder.area, world.parents[holder.area])
    }


def answers(world: World, measure: str | None, period: dt.date, holders: set[int]) -> dict[int, Fraction]:
    """What the given enterprises answered for one period, each by its newest file."""
    given = [a for a in world.answers if a.measure == measure and a.period_end == period and a.value is not None]
    newest: dict[int, Fraction] = {}
    for answer in sorted(given, key=lambda a: (world.received[a.file], a.file, world.answers.index(a))):
        if answer.enterprise in holders and answer.value is not None:
            newest[answer.enterprise] = Fraction(str(answer.value))
    return newest


def report(world: World, area: str, name: str | None, period: dt.date) -> Report | None:
    """What an area reported under a name for one period, by its newest file."""
    given = [
        r
        for r in world.reports
        if (r.area, r.name, r.period_end) == (area, name, period)
        and (r.value is not None or (r.numerator is not None and r.denominator is not None))
    ]
    return max(given, key=lambda r: (world.received[r.file], r.file, world.reports.index(r)), default=None)


def periods(world: World, month_end: dt.date) -> set[dt.date]:
    """The ends of all periods for which anything was said, up to a day."""
    said = {a.period_end for a in world.answers} | {r.period_end for r in world.reports}
    return {day for day in said if day <= month_end}


def is_stated_by_areas(world: World, indicator: Indicator, name: str | None) -> bool:
    """Whether areas, not enterprises, state a part: no tier is asked, or the measure is theirs."""
    return indicator.population is None or name in world.of_areas


def is_from_areas(world: World, indicator: Indicator) -> bool:
    """Whether any part of an indicator comes from areas, so that a whole may be the sum of its units."""
    if indicator.formula in ("reported", "growth"):
        return True
    if indicator.formula == "mean_of_enterprise_ratios":
        return False
    names = [indicator.numerator, indicator.denominator if indicator.formula == "ratio_of_sums" else None]
    return any(is_stated_by_areas(world, indicator, name) for name in names)


def adds_up(world: World, indicator: Indicator) -> bool:
    """Whether values of units may be added: counts and money only, never percentages."""
    is_level = world.bases[indicator.indicator_id] not in ("ratio", "growth", "rank")
    return indicator.formula == "reported" and indicator.unit in COUNT_UNITS and is_level


def is_due(world: World, indicator: Indicator, unit: str, month_end: dt.date) -> bool:
    """Whether a unit owes a figure: none is owed about the enterprises of a unit that has none."""
    is_per_holder = indicator.formula in ("share_of_enterprises", "per_enterprise")
    return not is_per_holder or bool(population(world, indicator.population, unit, month_end))


def expected_alone(world: World, indicator: Indicator, area: str, month_end: dt.date) -> int:
    """How many should have answered for an area that is no sum: its enterprises, or it alone."""
    names = [indicator.numerator]
    if indicator.formula in ("ratio_of_sums", "mean_of_enterprise_ratios"):
        names.append(indicator.denominator)
    is_mean = indicator.formula == "mean_of_enterprise_ratios"
    asks = indicator.formula != "reported" and (
        is_mean or any(not is_stated_by_areas(world, indicator, name) for name in names)
    )
    if asks:
        return len(population(world, indicator.population, area, month_end))
    return int(is_due(world, indicator, area, month_end)) if indicator.formula != "reported" else 1


def total(values: Iterable[Fraction | None]) -> Fraction:
    """The sum of numbers that are all known."""
    return sum((value for value in values if value is not None), Fraction(0))


def exact(value: float | None) -> Fraction | None:
    """A printed number without binary dust."""
    return None if value is None else Fraction(str(value))
