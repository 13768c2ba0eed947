"""What follows from the entries of the catalogue without being written there: years, measures, rows of the unplaced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tracker.catalog_models import Area, Code, Measure, Plan, Target, Text

if TYPE_CHECKING:
    from tracker.catalog import Catalog

UNASSIGNED_SUFFIX = "-unassigned"


def with_years(catalog: Catalog) -> Catalog:
    """Put the plans in their order and give an annual target that names no year one row for each of its years."""
    in_order = sorted(catalog.plans.values(), key=lambda plan: plan.sort)
    plans = {plan.plan_id: plan.model_copy(update={"targets": tuple(_yearly(plan))}) for plan in in_order}
    return replace(catalog, plans=plans)


def _yearly(plan: Plan) -> Iterator[Target]:
    for target in plan.targets:
        if target.basis != "annual" or target.due_on is not None:
            yield target
            continue
        for year in range(plan.starts(target).year, plan.ends_on.year + 1):
            yield target.model_copy(update={"due_on": min(dt.date(year, 12, 31), plan.ends_on)})


def with_reported(catalog: Catalog) -> Catalog:
    """Give every indicator that areas report as it is a measure of its own name.

    It never falls where a plan counts it as ever reached (累计), and not within a year where each year counts anew.
    A growth may be negative and more than all.
    """
    bases: dict[Code, set[str]] = {}
    for target in (target for plan in catalog.plans.values() for target in plan.targets):
        bases.setdefault(target.indicator_id, set()).add(target.basis)
    growing = {code for code, of in bases.items() if "growth" in of}
    reported = {
        indicator.indicator_id: Measure(
            measure=indicator.indicator_id,
            name=indicator.name,
            level="area",
            kind="number",
            unit=indicator.unit,
            accumulates=_accumulates(bases.get(indicator.indicator_id, set())),
            frequency="month" if indicator.frequency == "event" else indicator.frequency,
            minimum=-100 if indicator.indicator_id in growing else 0,
            maximum=100 if indicator.unit == "percent" and indicator.indicator_id not in growing else None,
            captions=(indicator.name.zh, indicator.short.zh, *indicator.captions),
        )
        for indicator in catalog.indicators.values()
        if indicator.formula == "reported"
    }
    return replace(catalog, measures={**catalog.measures, **reported})


def _accumulates(bases: Set[str]) -> Literal["within_year", "always"] | None:
    return "always" if "ever" in bases else "within_year" if "annual" in bases else None


def with_unassigned(catalog: Catalog) -> Catalog:
    """Give each area that has parts one more part: rows of it whose part is not known.

    So the parts always add up to the whole, and what nobody could place is a row of its own.
    """
    parents = {area.parent_code for area in catalog.areas.values() if area.parent_code is not None}
    areas = dict(catalog.areas)
    for code in sorted(parents):
        whole = catalog.areas[code]
        areas[code + UNASSIGNED_SUFFIX] = Area(
            area_code=code + UNASSIGNED_SUFFIX,
            parent_code=code,
            kind="unassigned",
            name=Text(zh=f"{whole.name.zh}（未分属地）", en=f"{whole.name.en} (not assigned)"),
            short=Text(zh="未分属地", en="Not assigned"),
            sort=9999,
        )
    return replace(catalog, areas=areas)
