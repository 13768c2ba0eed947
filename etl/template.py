"""Writing forms: ``report`` for one area or all that report, ``targets`` for the tasks of all areas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from etl.activity_form import write_activities_form
from etl.areas import AreaResolver
from etl.form import Period
from etl.form_owed import asked_of, known, owed
from etl.form_report import Written, write_report
from etl.publish import Builds
from etl.refusal import Refusal
from etl.target_estimate import Estimate, estimates_of, rule_in_words
from etl.target_form import Answers, write_targets
from etl.target_tasks import year_sheet
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Plan, Target

DEFAULT_PLAN = "lianyungang"


@dataclass(frozen=True)
class EstimatedForm:
    """A form with estimates: where it is, what was estimated, and the targets that no rule divides."""

    path: Path
    estimates: list[Estimate]
    without_rule: list[Target]


def write_reports(
    data_folder: Path, folder: Path, catalog: Catalog, plan_id: Code, period_code: str, area: str | None
) -> list[Written]:
    """Write the reporting forms of a period.

    Args:
        data_folder: whose build in force knows the enterprises.
        folder: where the workbooks go; made where it is missing.
        catalog: plans, measures, areas.
        plan_id: the plan.
        period_code: ``2025Q4``, ``2025`` or ``2025-11``.
        area: name or code of one area; None for every unit that is part of the plan's total.

    Raises:
        Refusal: where plan, area or period are not known, nothing is due, or there is no build yet.
    """
    plan = plan_of(plan_id, catalog)
    period = Period.parse(period_code)
    codes = [_area_of(plan, area, catalog)] if area else [unit.area_code for unit in plan.areas if unit.is_summed]
    asked = owed(plan, catalog, period)
    facts = known(data_folder, asked, period)
    asked_by = {code: asked_of(code, asked, plan) for code in codes}
    # Without enterprises and without anything asked of the area itself there is nothing to fill in.
    asking = {code: own for code, own in asked_by.items() if own.of_areas or facts.enterprises.get(code)}
    if not asking:
        raise Refusal("form.nothing_due", {"period": period.code, "plan": plan.short.zh})
    folder.mkdir(parents=True, exist_ok=True)
    return [write_report(folder, plan, code, period, own, facts, catalog) for code, own in asking.items()]


def write_targets_form(data_folder: Path, folder: Path, catalog: Catalog, plan_id: Code) -> Path:
    """Write the form by which the tasks of a plan are handed down to its areas.

    Raises:
        Refusal: where there is no such plan.
    """
    plan = plan_of(plan_id, catalog)
    folder.mkdir(parents=True, exist_ok=True)
    return write_targets(folder, plan, catalog, Builds(data_folder).current())


def write_estimated_form(data_folder: Path, folder: Path, catalog: Catalog, plan_id: Code) -> EstimatedForm:
    """Write the same form with estimated tasks in it, marked until a person names the document that decides them.

    Raises:
        Refusal: where there is no such plan or no build.
    """
    plan = plan_of(plan_id, catalog)
    made, without_rule = estimates_of(data_folder, plan, catalog)
    cells: dict[tuple[str, Code, Code], float | str] = {
        (year_sheet(plan.due_on(found.target).year), found.target.target_id, area): task
        for found in made
        for area, task in found.tasks.items()
    }
    rules = {found.target.target_id: rule_in_words(found.rule, catalog) for found in made if found.tasks}
    folder.mkdir(parents=True, exist_ok=True)
    path = write_targets(folder, plan, catalog, Builds(data_folder).current(), Answers(None, cells, rules))
    return EstimatedForm(path, made, without_rule)


def write_activities(folder: Path, catalog: Catalog, plan_id: Code, area: str | None) -> Path:
    """Write the sheet of activities of an area of a plan, of the whole area where none is named.

    Raises:
        Refusal: where there is no such plan, or the area is no part of it.
    """
    plan = plan_of(plan_id, catalog)
    return write_activities_form(folder, plan, _area_of(plan, area, catalog) if area else plan.area_code, catalog)


def plan_of(plan_id: Code, catalog: Catalog) -> Plan:
    """A plan of the catalogue.

    Raises:
        Refusal: where there is none of this id.
    """
    if plan_id not in catalog.plans:
        raise Refusal("form.unknown_plan", {"plan": plan_id, "known": "、".join(catalog.plans)})
    return catalog.plans[plan_id]


def _area_of(plan: Plan, text: str, catalog: Catalog) -> Code:
    """A reporting unit of the plan by code or name, or the plan's whole area."""
    resolved = AreaResolver(catalog).resolve((text,), plan.area_code)
    code = text if text in catalog.areas else resolved.area_code if resolved.problem is None else None
    units = {plan.area_code, *(unit.area_code for unit in plan.areas)}
    if code is None or code not in units:
        names = "、".join(catalog.areas[unit.area_code].name.zh for unit in plan.areas)
        raise Refusal("form.area_not_in_plan", {"area": text, "plan": plan.short.zh, "known": names})
    return code
