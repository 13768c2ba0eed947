"""Tasks of areas that nobody has handed down, estimated by a named rule: marked 测算, never beside a decided one.

The whole is divided by largest remainders over the enterprises that each area had on a day. Decided tasks stay as they
are and the others share the rest; who is exempt takes no part. Without a known base there is no estimate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.publish import Builds
from etl.steps import load, read_sql
from etl.target_core import SUM_SCHEMA, task_of_part
from etl.target_tasks import baseline_on, is_whole
from tracker.allocation import reallocate
from tracker.catalog import Catalog
from tracker.catalog_models import AreaEstimate, Code, Plan, Target
from tracker.text import word

# What is decided of one target: by unit the task, None where the unit is exempt.
Standing = Mapping[Code, float | None]
_ESTIMATE_SCHEMA: dict[str, type[pl.DataType]] = {
    "plan_id": pl.String,
    "target_id": pl.String,
    "area_code": pl.String,
    "due_on": pl.Date,
    "value": pl.Float64,
    "base": pl.String,
    "tier": pl.String,
    "base_on": pl.Date,
    "base_value": pl.Float64,
}
_DEBT_OF: dict[str, type[pl.DataType]] = {
    "kind": pl.String,
    "reading_id": pl.String,
    "tier": pl.String,
    "area_code": pl.String,
    "detail": pl.String,
}


@dataclass(frozen=True)
class Estimate:
    """The estimated tasks of one target.

    ``bases``: what every unit without a decision had, None where nobody knows it or no unit had anything.
    ``tasks``: the estimated tasks, without those of zero, which are none.
    """

    plan: Plan
    target: Target
    rule: AreaEstimate
    standing: Standing
    bases: Mapping[Code, float] | None
    tasks: Mapping[Code, int]

    def sums(self) -> tuple[Any, ...]:
        """The row of ``core.target_sum`` with the estimates in it."""
        values = [value for value in self.standing.values() if value is not None]
        summed = sum(values) + sum(self.tasks.values())
        known = len(self.standing) + len(self.tasks)
        counts = (len(values), len(self.standing) - len(values), len(_units(self.plan)) - known, len(self.tasks))
        key = (self.plan.plan_id, self.target.target_id, self.plan.due_on(self.target))
        return *key, float(summed), self.target.value, summed - self.target.value, *counts


def _own_rule(plan: Plan, target: Target, catalog: Catalog) -> AreaEstimate | None:
    """The rule of a target that states none: by the holders of its own title before the plan; None without a title."""
    tier = catalog.indicators[target.indicator_id].tier
    last_month = baseline_on(plan, target) + dt.timedelta(days=1)
    return (
        AreaEstimate(base="in_force", tier=tier, counted_on=last_month.replace(day=1) - dt.timedelta(days=1))
        if tier
        else None
    )


def estimate(connection: duckdb.DuckDBPyConnection, plan: Plan, target: Target, rule: AreaEstimate) -> Estimate:
    """Estimate the tasks of one target of the whole area.

    Args:
        connection: a build, or what is becoming one, with its observations.
        plan: whose units share the target.
        target: a number of things.
        rule: by what and when.
    """
    standing = {
        area: value
        for plan_id, target_id, area, due_on, value in connection.execute(read_sql("standing_task")).fetchall()
        if (plan_id, target_id, due_on) == (plan.plan_id, target.target_id, plan.due_on(target))
    }
    units = _units(plan)
    standing = {unit: standing[unit] for unit in units if unit in standing}
    asked = [unit for unit in units if unit not in standing]
    query = read_sql(f"estimate_base_{rule.base}")
    known = dict(connection.execute(query, {"tier": rule.tier, "on": rule.counted_on}).fetchall())
    if asked and not (known.keys() >= set(asked) and any(known[unit] for unit in asked)):
        return Estimate(plan, target, rule, standing, None, {})
    bases = {unit: known[unit] for unit in asked}
    fixed = {unit: round(value) for unit, value in standing.items() if value is not None}
    tasks = reallocate(round(target.value), bases, units, fixed).tasks
    return Estimate(plan, target, rule, standing, bases, {unit: tasks[unit] for unit in asked if tasks[unit]})


def estimates_of(data_folder: Path, plan: Plan, catalog: Catalog) -> tuple[list[Estimate], list[Target]]:
    """The tasks of a plan by the build in force, and the targets for which there is no rule.

    Of a target without a rule of its own, the holders of its title when the plan began are the base.

    Raises:
        Refusal: where there is no build yet.
    """
    builds = Builds(data_folder)
    build_id = builds.in_force()
    divided = [target for target in plan.targets if is_whole(target) and target.area_code in (None, plan.area_code)]
    rules = [(target, target.area_estimate or _own_rule(plan, target, catalog)) for target in divided]
    with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
        made = [estimate(connection, plan, target, rule) for target, rule in rules if rule is not None]
    return made, [target for target, rule in rules if rule is None]


def rule_in_words(rule: AreaEstimate, catalog: Catalog, language: str = "zh") -> str:
    """By what something is estimated, as it stands beside it."""
    tier = catalog.tiers[rule.tier].short.in_language(language)
    return word(f"allocation.by_{rule.base}", language, tier=tier, on=rule.counted_on)


def _units(plan: Plan) -> list[Code]:
    """The units that share a target, in administrative order."""
    return [unit.area_code for unit in sorted(plan.areas, key=lambda unit: unit.sort) if unit.is_summed]


def add_estimates(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Add to a build what its plans ask to be estimated: targets, their sums, the base behind them, missing bases."""
    found = [
        estimate(connection, plan, target, target.area_estimate)
        for plan in catalog.plans.values()
        for target in plan.targets
        if target.area_estimate is not None
    ]
    rows = [row for made in found for row in _explained(made)]
    load(connection, "core.target_estimate", pl.DataFrame(rows, schema=_ESTIMATE_SCHEMA, orient="row"))
    targets = connection.sql("select * from core.target").pl()
    estimated = [row for made in found for row in _targets(made, targets)]
    load(connection, "core.target", pl.DataFrame(estimated, schema=targets.schema, orient="row"))
    changed = [made.sums() for made in found if made.tasks]
    for row in changed:
        delete = "delete from core.target_sum where plan_id = ? and target_id = ? and due_on = ?"
        connection.execute(delete, row[:3])
    load(connection, "core.target_sum", pl.DataFrame(changed, schema=SUM_SCHEMA, orient="row"))
    unknown = [_debt(made) for made in found if made.bases is None]
    debts = pl.DataFrame(unknown, schema=_DEBT_OF | {"number": pl.Int32}, orient="row")
    load(connection, "core.data_debt", debts.group_by(*_DEBT_OF, maintain_order=True).agg(pl.col("number").sum()))


def _explained(made: Estimate) -> Iterator[tuple[Any, ...]]:
    key = (made.plan.plan_id, made.target.target_id)
    for unit, task in made.tasks.items():
        rule = (made.rule.base, made.rule.tier, made.rule.counted_on)
        yield *key, unit, made.plan.due_on(made.target), float(task), *rule, (made.bases or {})[unit]


def _targets(made: Estimate, targets: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of ``core.target``: the plan's own target with the task of an area in it, decided by nobody."""
    plan, target = made.plan, made.target
    is_own = pl.all_horizontal(
        pl.col("plan_id") == plan.plan_id,
        pl.col("target_id") == target.target_id,
        pl.col("area_code") == plan.area_code,
        pl.col("due_on") == plan.due_on(target),
        pl.col("origin") == "plan",
    )
    whole = targets.filter(is_own).row(0, named=True)
    for unit, task in made.tasks.items():
        said = {"area_code": unit, "value": float(task), "origin": "estimated"}
        left_out = dict.fromkeys(("baseline_value", "decided_on", "decided_by"))
        yield whole | task_of_part(target, task) | left_out | said


def _debt(made: Estimate) -> tuple[Any, ...]:
    """How many tasks of areas should follow a base that nobody knows."""
    asked = len(_units(made.plan)) - len(made.standing)
    kind = f"estimate_no_base_{made.rule.base}"
    return kind, None, made.rule.tier, made.plan.area_code, f"{made.rule.counted_on}", asked
