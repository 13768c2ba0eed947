"""The frames of a build that a notice rests on."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tracker import viewing, warehouse
from tracker.closing import closing_table
from tracker.notice import Facts
from tracker.viewing import DEFAULT_RULE, Rule


def facts_at(
    build_id: str, plan_id: str, area_code: str | None, as_of: dt.date, language: str, rule: Rule = DEFAULT_RULE
) -> Facts:
    """Everything a notice of a plan (``area_code`` None), or of one of its areas, says at an as-of month end."""
    plans = warehouse.query(build_id, "plans", language=language)
    plan = plans.row(by_predicate=pl.col("plan_id") == plan_id, named=True)
    shown_area = area_code or plan["area_code"]
    [build] = warehouse.query(build_id, "build").to_dicts()
    return Facts(
        plan=plan,
        area_code=shown_area,
        as_of=as_of,
        data_cutoff=build["data_cutoff"],
        build_id=build_id,
        is_demo=build["is_demo"],
        targets=viewing.targets_at(build_id, plan_id, as_of, language, rule),
        closing=closing_table(warehouse.query(build_id, "closing", plan_id=plan_id, as_of=as_of)),
        areas=warehouse.query(build_id, "areas", plan_id=plan_id, language=language),
        units=dict(warehouse.query(build_id, "units", plan_id=plan_id, language=language).iter_rows()),
        debts=warehouse.query(build_id, "debts", area_code=shown_area, language=language),
        publicity=warehouse.query(
            build_id, "publicity_difference", area_code=shown_area, as_of=as_of, language=language
        ),
        thresholds=warehouse.query(build_id, "thresholds", language=language),
        rule=rule,
    )
