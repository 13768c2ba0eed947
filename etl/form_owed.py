"""What an area owes for a period: the measures of the plan's indicators, its enterprises, last period's values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from etl.form import Period
from etl.publish import Builds
from etl.refusal import Refusal
from etl.steps import read_sql
from tracker.catalog import Catalog
from tracker.catalog_derived import UNASSIGNED_SUFFIX
from tracker.catalog_models import Code, Indicator, Measure, Plan


@dataclass(frozen=True)
class Owed:
    """What a plan asks for in a period: measures of the enterprises by tier, and of the areas, in the plan's order.

    ``indicators``: for each measure the indicator that needs it, whose definition explains it.
    """

    by_tier: dict[Code, list[Measure]]
    of_areas: list[Measure]
    indicators: dict[Code, Indicator]


@dataclass(frozen=True)
class Enterprise:
    """An enterprise that is asked: ``tiers`` are those whose holders the plan asks."""

    name: str
    uscc: str | None
    previous: dict[Code, float]
    tiers: frozenset[Code]


@dataclass(frozen=True)
class Known:
    """What the build in force knows: enterprises and last period's values by area, on which day."""

    build_id: str
    built_at: dt.datetime
    day: dt.date
    enterprises: dict[Code, list[Enterprise]]
    previous: dict[tuple[Code, Code], float]


def owed(plan: Plan, catalog: Catalog, period: Period) -> Owed:
    """The measures that are due for a period, each once, quarterly ones before yearly ones.

    Raises:
        Refusal: where nothing is.
    """
    by_tier: dict[Code, dict[Code, Measure]] = {}
    of_areas: dict[Code, Measure] = {}
    indicators: dict[Code, Indicator] = {}
    for target in plan.targets:
        indicator = catalog.indicators[target.indicator_id]
        for measure in _parts(indicator, catalog):
            if period.asks_for(measure.frequency):
                indicators.setdefault(measure.measure, indicator)
                if measure.level == "area":
                    of_areas[measure.measure] = measure
                elif indicator.population is not None:
                    by_tier.setdefault(indicator.population, {})[measure.measure] = measure
    if not indicators:
        raise Refusal("form.nothing_due", {"period": period.code, "plan": plan.short.zh})
    return Owed({tier: _ordered(found) for tier, found in by_tier.items()}, _ordered(of_areas), indicators)


def asked_of(area_code: Code, asked: Owed, plan: Plan) -> Owed:
    """What one area is asked: the place of the whole among others is for the whole to report, unless it has a task."""
    own = {target.indicator_id for target in plan.targets if target.area_code == area_code}
    is_whole = area_code == plan.area_code
    kept = [m for m in asked.of_areas if m.unit != "rank" or is_whole or m.measure in own]
    return replace(asked, of_areas=kept)


def _ordered(measures: dict[Code, Measure]) -> list[Measure]:
    """Quarterly ones before yearly ones, a whole right before its part, else in the plan's order."""
    frequencies, places = ("month", "quarter", "year"), {code: place for place, code in enumerate(measures)}

    def order(measure: Measure) -> tuple[int, int, bool]:
        is_part = measure.part_of in places
        whole = measure.part_of if measure.part_of in places else measure.measure
        return frequencies.index(measure.frequency), places[whole], is_part

    return sorted(measures.values(), key=order)


def _parts(indicator: Indicator, catalog: Catalog) -> list[Measure]:
    """The measures of a formula: of a reported ratio its parts where it has both, else the ratio itself."""
    if indicator.formula in ("tier_count", "rank"):
        return []
    parts = [name for name in (indicator.numerator, indicator.denominator) if name is not None]
    if indicator.formula == "reported" and len(parts) < 2:
        parts = [indicator.indicator_id]
    return [catalog.measures[name] for name in parts]


def groups(enterprises: Iterable[Enterprise], catalog: Catalog) -> dict[str, list[Enterprise]]:
    """Enterprises that are asked the same, by the short names of their titles; a title on the ladder hides lower ones.

    The highest titles come first.
    """
    found: dict[tuple[Code, ...], list[Enterprise]] = {}
    for enterprise in enterprises:
        found.setdefault(_titles(enterprise.tiers, catalog), []).append(enterprise)
    ordered = sorted(found.items(), key=lambda group: max(catalog.tiers[tier].sort for tier in group[0]), reverse=True)
    return {"、".join(catalog.tiers[tier].short.zh for tier in tiers): members for tiers, members in ordered}


def _titles(tiers: frozenset[Code], catalog: Catalog) -> tuple[Code, ...]:
    ranks = {tier: catalog.tiers[tier].ladder_rank for tier in tiers}
    highest = max((rank for rank in ranks.values() if rank is not None), default=None)
    kept = [tier for tier, rank in ranks.items() if rank is None or rank == highest]
    return tuple(sorted(kept, key=lambda tier: catalog.tiers[tier].sort))


def measures_of(asked: Owed, enterprises: Iterable[Enterprise]) -> list[Measure]:
    """What a group of enterprises is asked, each measure once."""
    tiers = frozenset[Code]().union(*(enterprise.tiers for enterprise in enterprises))
    found = {m.measure: m for tier, measures in asked.by_tier.items() if tier in tiers for m in measures}
    return _ordered(found)


def known(data_folder: Path, asked: Owed, period: Period) -> Known:
    """What the build in force knows of those who are asked.

    Raises:
        Refusal: where there is no build yet: nobody knows which enterprises to list.
    """
    builds = Builds(data_folder)
    build_id = builds.in_force()
    with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
        [(built_at, newest)] = connection.sql(
            "select built_at, (select max(month_end) from core.calendar) from meta.build"
        ).fetchall()
        day = min(period.ends_on, newest or period.ends_on)
        values = _previous_values(connection, "form_enterprise_value", asked, period, "enterprise")
        enterprises = _enterprises(connection, asked, day, values)
        return Known(
            build_id=build_id,
            built_at=built_at,
            day=day,
            enterprises=enterprises,
            previous=_previous_values(connection, "form_area_value", asked, period, "area"),
        )


def _previous_values(
    connection: duckdb.DuckDBPyConnection, query: str, asked: Owed, period: Period, level: str
) -> dict[tuple[Any, Code], float]:
    """Last period's value by enterprise or area and measure; each measure has its own last period."""
    measures = asked.of_areas if level == "area" else [m for found in asked.by_tier.values() for m in found]
    wanted = {measure.measure: period.end_before(measure.frequency) for measure in measures}
    rows = connection.execute(
        read_sql(query), {"measures": list(wanted), "days": sorted(set(wanted.values()))}
    ).fetchall()
    return {(subject, measure): value for subject, measure, day, value in rows if wanted[measure] == day}


def _enterprises(
    connection: duckdb.DuckDBPyConnection, asked: Owed, day: dt.date, values: dict[tuple[Any, Code], float]
) -> dict[Code, list[Enterprise]]:
    rows = connection.execute(read_sql("form_enterprise"), {"day": day, "tiers": sorted(asked.by_tier)}).fetchall()
    of_enterprise: dict[int, dict[Code, float]] = {}
    for (enterprise_id, measure), value in values.items():
        of_enterprise.setdefault(enterprise_id, {})[measure] = value
    found: dict[Code, list[Enterprise]] = {}
    for area_code, enterprise_id, name, uscc, tiers in rows:
        # What no unit could be named for is the whole's to answer.
        area_code = area_code.removesuffix(UNASSIGNED_SUFFIX)
        enterprise = Enterprise(name, uscc, of_enterprise.get(enterprise_id, {}), frozenset(tiers))
        found.setdefault(area_code, []).append(enterprise)
    return found
