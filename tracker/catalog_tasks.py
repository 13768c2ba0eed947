"""The tasks of plans and kinds of activities: entries of the catalogue, who reports on a task, and what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from tracker.catalog_models import Code, Model, Plan, Text

if TYPE_CHECKING:
    from tracker.catalog import Catalog


class PlanMeasure(Model):
    """One task of a plan: who is responsible, the leading unit first, by when, and which targets it serves."""

    measure_id: Code
    title: Text
    section: str
    owner_units: tuple[Code, ...] = Field(min_length=1)
    due_on: dt.date | None = None
    targets: tuple[Code, ...] = ()
    assumed: tuple[str, ...] = ()


class PlanMeasures(Model):
    """The tasks of one plan, and the units that only tasks name.

    ``units_of_areas``: units that stand for all areas of a rank group (各县区人民政府) or for some by their codes: each
    of these areas reports for itself.
    """

    plan_id: Code
    units: dict[Code, Text] = Field(default_factory=dict)
    units_of_areas: dict[Code, Literal["county", "zone", "street", "city"] | tuple[Code, ...]] = Field(
        default_factory=dict
    )
    measures: tuple[PlanMeasure, ...]


class ActivityKind(Model):
    """A kind of event of which records are kept; how many there were feeds ``indicators`` of the areas that held them.

    ``words`` are what people write in the column of kinds, the name included.
    """

    activity: Code
    name: Text
    words: tuple[str, ...] = ()
    indicators: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Reporter:
    """Who reports on tasks: a unit, or one area of those that a unit stands for."""

    unit: Code
    area_code: Code


def units_of(plan: Plan, catalog: Catalog) -> dict[Code, Text]:
    """The names of all units of a plan: those of its targets, then those that only tasks name."""
    tasks = catalog.plan_measures.get(plan.plan_id)
    return {**plan.units, **(tasks.units if tasks else {})}


def reporters(plan: Plan, measure: PlanMeasure, tasks: PlanMeasures) -> list[Reporter]:
    """Who reports on a task, the leading unit first."""
    found: list[Reporter] = []
    for unit in measure.owner_units:
        found += [Reporter(unit, area_code) for area_code in _areas_of(unit, plan, tasks) or [plan.area_code]]
    return found


def _areas_of(unit: Code, plan: Plan, tasks: PlanMeasures) -> list[Code]:
    """The areas that a unit stands for; none where it is a unit of its own."""
    named = tasks.units_of_areas.get(unit, ())
    if isinstance(named, tuple):
        return list(named)
    return [area.area_code for area in plan.areas if area.is_summed and area.rank_group == named]


def tasks_by_reporter(plan: Plan, catalog: Catalog) -> dict[Reporter, list[PlanMeasure]]:
    """The tasks of everybody who reports, in the order of the plan."""
    found: dict[Reporter, list[PlanMeasure]] = {}
    tasks = catalog.plan_measures.get(plan.plan_id)
    for measure in tasks.measures if tasks else ():
        for reporter in reporters(plan, measure, tasks) if tasks else ():
            found.setdefault(reporter, []).append(measure)
    return found


def reporter_name(reporter: Reporter, plan: Plan, catalog: Catalog, language: str) -> str:
    """A unit by its name, an area by that of the area."""
    if reporter.area_code != plan.area_code:
        return catalog.areas[reporter.area_code].name.in_language(language)
    return units_of(plan, catalog)[reporter.unit].in_language(language)


def task_faults(catalog: Catalog) -> Iterator[tuple[tuple[str, Code], str, str]]:
    """What is wrong with tasks and kinds of activities: section and id of the entry, key, problem."""
    for tasks in catalog.plan_measures.values():
        at, where = ("plan_measures", tasks.plan_id), f"plan_measures.{tasks.plan_id}"
        plan = catalog.plans.get(tasks.plan_id)
        if plan is None:
            yield at, where, f"unknown plan {tasks.plan_id}"
            continue
        yield from (
            (at, f"{where}.units.{unit}", "is a unit of the plan already") for unit in tasks.units if unit in plan.units
        )
        yield from ((at, key, problem) for key, problem in _plan_faults(tasks, plan, where))
    words: dict[str, Code] = {}
    for kind in catalog.activities.values():
        at, where = ("activities", kind.activity), f"activities.{kind.activity}"
        for said in (kind.name.zh, *kind.words):
            if words.setdefault(said, kind.activity) != kind.activity:
                yield at, f"{where}.words", f"{said} also means {words[said]}"
        for indicator_id in kind.indicators:
            indicator = catalog.indicators.get(indicator_id)
            if indicator is None or indicator.formula != "reported":
                yield at, f"{where}.indicators", f"no indicator that areas report: {indicator_id}"


def _plan_faults(tasks: PlanMeasures, plan: Plan, where: str) -> Iterator[tuple[str, str]]:
    units, targets = {**plan.units, **tasks.units}, {target.target_id for target in plan.targets}
    for unit in tasks.units_of_areas:
        if unit not in units:
            yield f"{where}.units_of_areas", f"unknown unit {unit}"
        for code in _areas_of(unit, plan, tasks):
            if code not in {area.area_code for area in plan.areas}:
                yield f"{where}.units_of_areas", f"no area of the plan: {code}"
    ids = [measure.measure_id for measure in tasks.measures]
    for measure in tasks.measures:
        at = f"{where}.measures.{measure.measure_id}"
        if ids.count(measure.measure_id) > 1:
            yield at, "stands twice"
        for unit in measure.owner_units:
            if unit not in units:
                yield f"{at}.owner_units", f"unknown unit {unit}"
            if measure.owner_units.count(unit) > 1:
                yield f"{at}.owner_units", f"{unit} stands twice"
        for target_id in measure.targets:
            if target_id not in targets:
                yield f"{at}.targets", f"unknown target {target_id}"
        unknown = [name for name in measure.assumed if name not in PlanMeasure.model_fields]
        if unknown:
            yield f"{at}.assumed", f"no fields of a task: {', '.join(unknown)}"
