"""What a page shows: the targets of a plan at an as-of date, under the rule that the viewer chose.

The build stores progress for the default rule. Under another rule the same function that made it runs again on
the rows counted anew, so a switch can change numbers but never the way they are judged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from tracker import progress, warehouse
from tracker.pace import FLOWS


@dataclass(frozen=True)
class Rule:
    """Which titles count: in force or ever held, and whether publicity and awaiting review are added."""

    basis: str = "in_force"
    with_publicity: bool = False
    with_awaiting: bool = True


DEFAULT_RULE = Rule()
RULE_BASES = ("in_force", "ever")
_LAPSED = {"indicator_id": pl.String, "tier": pl.String, "area_code": pl.String, "lapsed_publicity": pl.Int32}
_DOUBTFUL = {"indicator_id": pl.String, "area_code": pl.String, "basis": pl.String, "doubtful_values": pl.Int32}


def counted(rule: Rule) -> pl.Expr:
    """The value of a row of ``mart.observation`` under a rule: of titles in force what the viewer adds to them.

    The row has ``value``, ``in_force``, ``awaiting`` and ``publicity``; what is no count of titles keeps its value.
    """
    shown = pl.col("in_force")
    if rule.with_awaiting:
        shown = shown + pl.col("awaiting").fill_null(0)
    if rule.with_publicity:
        shown = shown + pl.col("publicity").fill_null(0)
    is_count = pl.col("value").is_not_null() & pl.col("in_force").is_not_null()
    return pl.when(is_count).then(shown.cast(pl.Float64)).otherwise("value")


def targets_at(
    build_id: str,
    plan_id: str,
    as_of: dt.date,
    language: str,
    rule: Rule,
    thresholds: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """One row per target and area: its definition, its progress and what must be printed beside it.

    The row is the one that stands for the target (``is_current``): of a yearly target the year that runs, of a stock
    the plan's final date. A task due before that stands beside it: ``interim_due_on``, ``interim_target_value``,
    ``interim_gap``, ``interim_state`` of the next one still ahead, null where there is none. ``lapsed_publicity`` is
    how many enterprises were shown for the title and never decided, ``doubtful_values`` how many stated values behind
    the number look like a mistaken unit; null where there are none.

    Args:
        thresholds: values by threshold id that stand in place of the build's; then everything is judged anew.
    """
    found, definitions = _found(build_id, plan_id, as_of, language, rule, thresholds)
    beside = _with_doubts(warehouse.query(build_id, "beside", plan_id=plan_id, as_of=as_of), build_id, as_of)
    judged = found.lazy()
    return (
        definitions.lazy()
        .join(judged.filter("is_current"), on=["target_id", "area_code", "due_on"], how="inner", maintain_order="left")
        .join(beside.lazy(), on=["indicator_id", "area_code", "basis"], how="left", maintain_order="left")
        .join(_interim(judged, as_of), on=["target_id", "area_code"], how="left", maintain_order="left")
        .with_columns(status=_status())
        .collect()
    )


def lapsed_publicity(build_id: str, as_of: dt.date) -> pl.DataFrame:
    """``indicator_id``, ``tier``, ``area_code``, ``lapsed_publicity``: who was shown for a title and never decided.

    A build of an older version does not tell, as little as of :func:`doubtful_values`.
    """
    first = _doubts(build_id)["first_publicity_end"]
    if first is None or first > as_of:
        return pl.DataFrame(schema=_LAPSED)
    return warehouse.read(build_id, "lapsed_publicity", as_of=as_of)


def doubtful_values(build_id: str, as_of: dt.date) -> pl.DataFrame:
    """``indicator_id``, ``area_code``, ``basis``, ``doubtful_values``: how many values look like a mistaken unit."""
    if not _doubts(build_id)["doubtful_values"]:
        return pl.DataFrame(schema=_DOUBTFUL)
    return warehouse.read(build_id, "doubtful_values", as_of=as_of)


def _doubts(build_id: str) -> Mapping[str, Any]:
    """Whether there is anything to say at all: most builds need no further query."""
    found = warehouse.read_if_there(build_id, "doubts")
    return {"first_publicity_end": None, "doubtful_values": 0} if found is None else found.row(0, named=True)


def _with_doubts(beside: pl.DataFrame, build_id: str, as_of: dt.date) -> pl.DataFrame:
    lapsed = lapsed_publicity(build_id, as_of).drop("tier")
    doubtful = doubtful_values(build_id, as_of)
    return beside.join(lapsed, on=["indicator_id", "area_code"], how="left", maintain_order="left").join(
        doubtful, on=["indicator_id", "area_code", "basis"], how="left", maintain_order="left"
    )


def tasks_of_target(
    build_id: str, plan_id: str, target_id: str, area_code: str, as_of: dt.date, language: str, rule: Rule
) -> pl.DataFrame:
    """One row per due date of a target in an area, oldest first: how each year's own task stands on an as-of date.

    The columns are those of :func:`targets_at` without what must be printed beside a value.
    """
    found, definitions = _found(build_id, plan_id, as_of, language, rule, None)
    mine = (pl.col("target_id") == target_id) & (pl.col("area_code") == area_code)
    rows = definitions.filter(mine).join(found, on=["target_id", "area_code", "due_on"], how="inner")
    return rows.with_columns(status=_status()).sort("due_on")


def _found(
    build_id: str, plan_id: str, as_of: dt.date, language: str, rule: Rule, thresholds: Mapping[str, float] | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Progress and definition of every target, area and due date."""
    # Definitions differ by the decisions that were taken by then, of which a plan has a few, and not by the month.
    days = warehouse.read(build_id, "decision_days", plan_id=plan_id)["decided_on"].to_list()
    decided = max((day for day in days if day <= as_of), default=dt.date.min)
    definitions = warehouse.read(build_id, "targets", plan_id=plan_id, as_of=decided, language=language)
    if rule == DEFAULT_RULE and not thresholds:
        return warehouse.read(build_id, "progress", plan_id=plan_id, as_of=as_of), definitions
    found = _under(rule, build_id, plan_id, as_of, thresholds or {}).filter(pl.col("as_of") == as_of)
    return found.drop("plan_id", "indicator_id", "as_of", "trace"), definitions


def _status() -> pl.Expr:
    return pl.col("state").replace_strict(progress.LEADER_STATE, return_dtype=pl.String)


def _thresholds(build_id: str) -> dict[str, float]:
    return dict(warehouse.read(build_id, "thresholds", language="en").select("threshold_id", "value").rows())


def _interim(found: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    """The next task of a target that is due before the one that stands for it."""
    shown = pl.col("due_on").filter("is_current").first().over("target_id", "area_code")
    return (
        found.filter((pl.col("due_on") >= as_of) & (pl.col("due_on") < shown))
        .sort("due_on")
        .unique(["target_id", "area_code"], keep="first", maintain_order=True)
        .select(
            "target_id",
            "area_code",
            *(pl.col(name).alias(f"interim_{name}") for name in ("due_on", "target_value", "gap", "state")),
        )
    )


def history(build_id: str, plan_id: str, target_id: str, due_on: dt.date, as_of: dt.date, rule: Rule) -> pl.DataFrame:
    """One row per area and month end up to the as-of date of the task of a target that is due on a day."""
    if rule == DEFAULT_RULE:
        asked = {"plan_id": plan_id, "target_id": target_id, "due_on": due_on, "as_of": as_of}
        return warehouse.query(build_id, "progress_history", **asked)
    rows = _under(rule, build_id, plan_id, as_of, {}).filter(
        (pl.col("target_id") == target_id) & (pl.col("due_on") == due_on) & (pl.col("as_of") <= as_of)
    )
    columns = ("value", "target_value", "baseline_value", "expected_value", "lead_points", "state")
    return rows.select("area_code", "as_of", *columns).sort("area_code", "as_of")


def since_known(months: pl.DataFrame, row: Mapping[str, Any]) -> pl.DataFrame:
    """The history of a target without the months before its first value, or before a flow of its own begins.

    A calendar may begin years before anybody counted.
    """
    if row["basis"] in FLOWS:
        months = months.filter(pl.col("as_of") >= row["starts_on"])
    first = months.filter(pl.col("value").is_not_null())["as_of"].min()
    return months if first is None else months.filter(pl.col("as_of") >= first)


def _under(
    rule: Rule, build_id: str, plan_id: str, as_of: dt.date, changed_thresholds: Mapping[str, float]
) -> pl.DataFrame:
    targets = warehouse.query(build_id, "rule_targets", plan_id=plan_id)
    observations = warehouse.query(
        build_id,
        "rule_observations",
        plan_id=plan_id,
        as_of=as_of,
    ).with_columns(value=counted(rule))
    if rule.basis == "ever":  # titles ever held stand in for the titles in force
        ever = observations.filter(pl.col("basis") == "ever")
        observations = pl.concat(
            [observations.filter(pl.col("basis") != "in_force"), ever.with_columns(basis=pl.lit("in_force"))]
        )
    thresholds = {**_thresholds(build_id), **changed_thresholds}
    lists = progress.Lists(
        warehouse.query(build_id, "list_dates", plan_id=plan_id, as_of=as_of),
        warehouse.query(build_id, "stated_batches"),
    )
    return progress.progress(targets, observations, thresholds, lists)
