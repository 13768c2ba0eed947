"""What a page shows: the targets of a plan at an as-of date, under the rule that the viewer chose.

The build stores progress for the default rule. Under another rule the same function that made it runs again on
the rows counted anew, so a switch can change numbers but never the way they are judged.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from tracker import progress, warehouse


@dataclass(frozen=True)
class Rule:
    """Which titles count: in force or ever held, and whether publicity and awaiting review are added."""

    basis: str = "in_force"
    with_publicity: bool = False
    with_awaiting: bool = True


DEFAULT_RULE = Rule()
RULE_BASES = ("in_force", "ever")


def targets_at(build_id: str, plan_id: str, as_of: dt.date, language: str, rule: Rule) -> pl.DataFrame:
    """One row per target and area: its definition, its progress and what must be printed beside it.

    An annual target has one due date a year; the row is that of the year that runs, else of the last one.
    """
    definitions = warehouse.query(build_id, "targets", plan_id=plan_id, as_of=as_of, language=language)
    if rule == DEFAULT_RULE:
        found = warehouse.query(build_id, "progress", plan_id=plan_id, as_of=as_of)
    else:
        found = _under(rule, build_id, plan_id, as_of).drop("plan_id", "indicator_id", "as_of", "trace")
    beside = warehouse.query(build_id, "beside", plan_id=plan_id, as_of=as_of)
    return (
        definitions.join(found, on=["target_id", "area_code", "due_on"], how="inner", maintain_order="left")
        .join(beside, on=["indicator_id", "area_code", "basis"], how="left", maintain_order="left")
        .filter(pl.col("due_on") == _running_period(as_of))
        .with_columns(status=pl.col("state").replace_strict(progress.LEADER_STATE, return_dtype=pl.String))
    )


def _running_period(as_of: dt.date) -> pl.Expr:
    due_on = pl.col("due_on")
    ahead = due_on.filter(due_on >= as_of).min()
    return ahead.fill_null(due_on.max()).over("target_id", "area_code")


def _under(rule: Rule, build_id: str, plan_id: str, as_of: dt.date) -> pl.DataFrame:
    targets = warehouse.query(build_id, "rule_targets", plan_id=plan_id)
    observations = warehouse.query(
        build_id,
        "rule_observations",
        plan_id=plan_id,
        as_of=as_of,
        basis=rule.basis,
        with_awaiting=rule.with_awaiting,
        with_publicity=rule.with_publicity,
    )
    thresholds = dict(warehouse.query(build_id, "thresholds", language="en").select("threshold_id", "value").rows())
    return progress.progress(targets, observations, thresholds).filter(pl.col("as_of") == as_of)
