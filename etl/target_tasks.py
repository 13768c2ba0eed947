"""Which tasks a plan hands down to its areas: the targets of each year, their due dates, the sheets that hold them."""

from __future__ import annotations

import datetime as dt

from etl.form import words
from tracker.catalog import Catalog
from tracker.catalog_models import MONEY_UNITS, SUMMED_BASES, WHOLE_UNITS, Code, Plan, Target


def years(plan: Plan) -> range:
    """The years that have a sheet: from the first start to the last due date."""
    first = min([plan.starts_on, *map(plan.starts, plan.targets)])
    return range(first.year, max([plan.ends_on, *map(plan.due_on, plan.targets)]).year + 1)


def targets_of_year(plan: Plan, year: int) -> dict[Code, Target]:
    """The targets of the whole area that run in a year, by id: what is due in it, else next after it."""
    found: dict[Code, Target] = {}
    for target in sorted(plan.targets, key=plan.due_on):
        due_year = plan.due_on(target).year
        runs = due_year == year if target.basis == "annual" else plan.starts(target).year <= year <= due_year
        if runs and target.area_code in (None, plan.area_code):
            found.setdefault(target.target_id, target)
    in_order = dict.fromkeys(target.target_id for target in plan.targets)
    return {target_id: found[target_id] for target_id in in_order if target_id in found}


def due_on(plan: Plan, target: Target, year: int) -> dt.date:
    """When the task of a year is due: with the plan's own target where that is due in it, else at its end."""
    own = plan.due_on(target)
    return own if own.year == year else dt.date(year, 12, 31)


def baseline_on(plan: Plan, target: Target) -> dt.date:
    """The day of which a baseline is: the target's own, else the last day before the plan."""
    return target.baseline_on or plan.starts_on - dt.timedelta(days=1)


def is_summed(target: Target) -> bool:
    """Whether the tasks of areas add up to that of the whole: numbers of things and money do, ratios and ranks not."""
    return target.basis in SUMMED_BASES and target.unit in WHOLE_UNITS | MONEY_UNITS


def is_whole(target: Target) -> bool:
    """Whether a task is a whole number: half an enterprise is none."""
    return target.basis in SUMMED_BASES and target.unit in WHOLE_UNITS


def areas_of(plan: Plan, catalog: Catalog) -> dict[str, Code]:
    """The units that get tasks, by the caption of their column."""
    return {catalog.areas[unit.area_code].short.zh: unit.area_code for unit in plan.areas if unit.is_summed}


def document_sheet() -> str:
    """The sheet that names the document."""
    return str(words()["targets"]["document_sheet"])


def baseline_sheet() -> str:
    """The sheet of the baselines."""
    return str(words()["targets"]["baseline_sheet"])


def year_sheet(year: int) -> str:
    """The sheet of the tasks of a year."""
    return str(words()["targets"]["year_sheet"]).format(year=year)
