"""Entered tasks as tables of a build: every version a row of its own, exemptions beside them, sums against the whole.

Documents are replayed in order of their dates. What one leaves open stays as the one before it had it: a task without
a new baseline keeps its baseline, and a new baseline restates the tasks that it belongs to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from etl.definitions import targets
from etl.reconcile import Source
from etl.target_tasks import baseline_on, due_on, is_summed, targets_of_year
from etl.targets import TargetRows
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Plan, Target

Decided = tuple[Source, TargetRows]
Key = tuple[Code, Code, Code, dt.date]  # plan, target, area, due on

_REACH = {"wording_zh": "达到", "wording_en": "reach"}
_ORIGIN_SCHEMA: dict[str, type[pl.DataType]] = {
    "document_no": pl.String,
    "reading_id": pl.String,
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
}
_EXEMPTION_SCHEMA: dict[str, type[pl.DataType]] = {
    "plan_id": pl.String,
    "target_id": pl.String,
    "area_code": pl.String,
    "due_on": pl.Date,
    "decided_on": pl.Date,
    "decided_by": pl.String,
} | _ORIGIN_SCHEMA
SUM_SCHEMA: dict[str, type[pl.DataType]] = {
    "plan_id": pl.String,
    "target_id": pl.String,
    "due_on": pl.Date,
    "units_value": pl.Float64,
    "whole_value": pl.Float64,
    "difference": pl.Float64,
    "units_with_task": pl.Int32,
    "units_exempt": pl.Int32,
    "units_without": pl.Int32,
    "units_estimated": pl.Int32,
}


def target_frames(decided: Sequence[Decided], catalog: Catalog) -> dict[str, pl.DataFrame]:
    """``target`` (the plans' own and the entered ones), ``target_exemption`` and ``target_sum``.

    Args:
        decided: the judged decomposition forms.
        catalog: plans, targets and areas.
    """
    own = targets(catalog)
    replay = _Replay(catalog, own)
    for source, outcome in sorted(decided, key=_order):
        replay.take(source, outcome)
    exemptions = pl.DataFrame(list(replay.exemptions.values()), schema=_EXEMPTION_SCHEMA, orient="row")
    entered = pl.DataFrame(list(replay.tasks.values()), schema={**own.schema, **_ORIGIN_SCHEMA}, orient="row")
    return {
        "target": _with_exempt_on(pl.concat([own, entered], how="diagonal"), exemptions),
        "target_exemption": exemptions.sort("plan_id", "target_id", "area_code", "due_on", "decided_on"),
        "target_sum": pl.DataFrame(list(_sums(replay)), schema=SUM_SCHEMA, orient="row"),
    }


def _order(decided: Decided) -> tuple[Any, ...]:
    source, _ = decided
    return source.reading.event_on, source.sidecar.received_on, source.reading_id


@dataclass
class _Replay:
    """Forms in order of decision. ``standing``: the value of every task as it stands, None for an exemption."""

    catalog: Catalog
    own: pl.DataFrame
    standing: dict[Key, float | None] = field(default_factory=dict)
    baselines: dict[tuple[Code, Code, Code], float] = field(default_factory=dict)
    tasks: dict[tuple[Key, dt.date], dict[str, Any]] = field(default_factory=dict)
    exemptions: dict[tuple[Key, dt.date], dict[str, Any]] = field(default_factory=dict)

    rows_of_plans: dict[Key, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        keys = ("plan_id", "target_id", "area_code", "due_on")
        self.rows_of_plans = {tuple(row[key] for key in keys): row for row in self.own.iter_rows(named=True)}
        self.standing |= {key: row["value"] for key, row in self.rows_of_plans.items()}

    def take(self, source: Source, outcome: TargetRows) -> None:
        """One form: its cells, and the tasks that its baselines restate."""
        plan = self.catalog.plans.get(outcome.plan_id)
        if plan is None:
            return
        stated: dict[Key, dict[str, Any]] = {}
        for cell in outcome.accepted.iter_rows(named=True):
            who = (plan.plan_id, cell["target_id"], cell["area_code"])
            if cell["due_on"] is None:
                self.baselines[who] = cell["value"]
                stated |= {key: cell for key, value in self.standing.items() if key[:3] == who and value is not None}
        for cell in outcome.accepted.filter(pl.col("due_on").is_not_null()).iter_rows(named=True):
            key = (plan.plan_id, cell["target_id"], cell["area_code"], cell["due_on"])
            self.standing[key] = cell["value"]
            stated[key] = cell
        for key, cell in stated.items():
            self._write(plan, key, cell, source, outcome)

    def _write(self, plan: Plan, key: Key, cell: dict[str, Any], source: Source, outcome: TargetRows) -> None:
        plan_id, target_id, area_code, due = key
        decided_on = source.reading.event_on
        assert decided_on is not None
        said = {
            "plan_id": plan_id,
            "target_id": target_id,
            "area_code": area_code,
            "due_on": due,
            "decided_on": decided_on,
            "decided_by": outcome.decided_by,
            "document_no": source.reading.document_no,
            "reading_id": source.reading_id,
            **{name: cell[name] for name in ("sheet", "row", "column")},
        }
        value = self.standing[key]
        # Of two statements of one day the later file's counts, whichever kind it is.
        self.tasks.pop((key, decided_on), None)
        self.exemptions.pop((key, decided_on), None)
        if value is None:
            self.exemptions[key, decided_on] = said
            return
        target = targets_of_year(plan, due.year)[target_id]
        base = self.rows_of_plans[plan_id, target_id, plan.area_code, plan.due_on(target)]
        is_whole = area_code == plan.area_code
        inherited = base["baseline_value"] if is_whole else None
        judged = {} if is_whole and due == plan.due_on(target) else task_of_part(target, value)
        self.tasks[key, decided_on] = (
            base
            | judged
            | said
            | {
                "value": value,
                "baseline_on": baseline_on(plan, target),
                "baseline_value": self.baselines.get(key[:3], inherited),
                "origin": "entered",
            }
        )


def task_of_part(target: Target, value: float) -> dict[str, Any]:
    """How the task of an area, or of a year before the last, is judged: as the plan's target, or as a plain number.

    "About 5" and ranges are said of the whole: one enterprise more or less of a district's one would be everything.
    """
    if target.comparator in ("approx", "range") or (target.comparator == "full" and value != target.value):
        return {"comparator": "ge", "tolerance": None, "value_high": None, **_REACH}
    return {}


def _with_exempt_on(rows: pl.DataFrame, exemptions: pl.DataFrame) -> pl.DataFrame:
    """Add ``exempt_on``: the day of the first decision after this one that takes the task away."""
    keys = ["plan_id", "target_id", "area_code", "due_on"]
    later = (
        rows.select(*keys, "decided_on")
        .join(exemptions.select(*keys, exempt_on="decided_on"), on=keys)
        .filter(pl.col("decided_on").is_null() | (pl.col("exempt_on") > pl.col("decided_on")))
        .group_by(*keys, "decided_on")
        .agg(pl.col("exempt_on").min())
    )
    return rows.join(later, on=[*keys, "decided_on"], how="left", nulls_equal=True, maintain_order="left")


def _sums(replay: _Replay) -> Iterable[tuple[Any, ...]]:
    """For every task that adds up and that some unit has been given: the units' sum beside the number of the whole."""
    for plan in replay.catalog.plans.values():
        units = [unit.area_code for unit in plan.areas if unit.is_summed]
        asked = {key[1:4:2] for key in replay.standing if key[0] == plan.plan_id and key[2] in units}
        for target_id, due in sorted(asked):
            target = targets_of_year(plan, due.year).get(target_id)
            if target is None or due != due_on(plan, target, due.year) or not is_summed(target):
                continue
            keys = [(plan.plan_id, target_id, unit, due) for unit in units]
            stated = [replay.standing[key] for key in keys if key in replay.standing]
            values = [value for value in stated if value is not None]
            whole = replay.standing.get((plan.plan_id, target_id, plan.area_code, due))
            difference = None if whole is None else sum(values) - whole
            counts = (len(values), len(stated) - len(values), len(units) - len(stated), 0)
            yield plan.plan_id, target_id, due, float(sum(values)), whole, difference, *counts
