"""Tasks, status reports and activities as tables of a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from etl.activities import ACTIVITY_SCHEMA
from etl.measure_reports import REPORT_SCHEMA
from etl.reconcile import Source
from etl.rows import ListRows
from tracker.catalog import Catalog
from tracker.catalog_tasks import reporters

Read = tuple[Source, ListRows]
_TEXT, _DAY = pl.String, pl.Date
_MEASURE_SCHEMA: dict[str, Any] = dict.fromkeys(
    ("plan_id", "measure_id", "title_zh", "title_en", "section", "owner_units", "assumed"), _TEXT
) | {"due_on": _DAY, "sort": pl.Int32}
_OWNER_SCHEMA: dict[str, Any] = dict.fromkeys(("plan_id", "measure_id", "unit", "area_code"), _TEXT) | {
    "is_lead": pl.Boolean,
    "sort": pl.Int32,
}
_CELL_SCHEMA: dict[str, Any] = {"file_id": _TEXT, "reading_id": _TEXT, "sheet": _TEXT, "row": pl.Int32}


def measure_definitions(catalog: Catalog) -> dict[str, pl.DataFrame]:
    """``measure``: the plans' tasks; ``measure_owner``: who reports on each; ``measure_target``: what each serves."""
    tasks = [
        (sort, catalog.plans[entry.plan_id], entry, task)
        for entry in catalog.plan_measures.values()
        for sort, task in enumerate(entry.measures)
    ]
    measures = [
        {
            "plan_id": plan.plan_id,
            "measure_id": task.measure_id,
            "title_zh": task.title.zh,
            "title_en": task.title.en,
            "section": task.section,
            "due_on": task.due_on,
            "owner_units": ",".join(task.owner_units),
            "assumed": ",".join(task.assumed),
            "sort": sort,
        }
        for sort, plan, _, task in tasks
    ]
    owners = [
        (plan.plan_id, task.measure_id, reporter.unit, reporter.area_code, reporter.unit == task.owner_units[0], place)
        for _, plan, entry, task in tasks
        for place, reporter in enumerate(reporters(plan, task, entry))
    ]
    served = [(plan.plan_id, task.measure_id, target) for _, plan, _, task in tasks for target in task.targets]
    kinds = [(kind.activity, kind.name.zh, kind.name.en, sort) for sort, kind in enumerate(catalog.activities.values())]
    fed = [(kind.activity, indicator) for kind in catalog.activities.values() for indicator in kind.indicators]
    return {
        "measure": pl.DataFrame(measures, schema=_MEASURE_SCHEMA, orient="row"),
        "measure_owner": pl.DataFrame(owners, schema=_OWNER_SCHEMA, orient="row"),
        "measure_target": _texts(served, "plan_id", "measure_id", "target_id"),
        "activity_kind": pl.DataFrame(
            kinds, schema=dict.fromkeys(("activity", "name_zh", "name_en"), _TEXT) | {"sort": pl.Int32}, orient="row"
        ),
        "activity_indicator": _texts(fed, "activity", "indicator_id"),
    }


def _texts(rows: Sequence[tuple[str, ...]], *columns: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, _TEXT), orient="row")


def measure_frames(reported: Sequence[Read], held: Sequence[Read]) -> dict[str, pl.DataFrame]:
    """``measure_report``: every report of a unit on a task, old ones too; ``activity``: every event.

    ``is_repeated`` of an activity: the same event stands in a file received earlier.

    Args:
        reported: the judged forms of tasks.
        held: the judged sheets of activities.
    """
    reports = _stamped(reported, REPORT_SCHEMA)
    activities = _stamped(held, ACTIVITY_SCHEMA)
    is_first = pl.struct("held_on", "activity", "title_key", "area_code").is_first_distinct()
    return {
        "measure_report": reports.sort("plan_id", "measure_id", "unit", "area_code", "reported_on", "received_on"),
        "activity": activities.sort("received_on", "file_id", "sheet", "row")
        .with_columns(is_repeated=~is_first)
        .drop("title_key")
        .sort("held_on", "activity", "area_code", "title", "file_id", "row"),
    }


def _stamped(read: Sequence[Read], schema: Mapping[str, Any]) -> pl.DataFrame:
    """The accepted rows of all files with their cell and the day of receipt."""
    whole = {**schema, **_CELL_SCHEMA, "received_on": _DAY}
    rows = [
        outcome.accepted.with_columns(
            file_id=pl.lit(source.sidecar.file_id),
            reading_id=pl.lit(source.reading_id),
            received_on=pl.lit(source.sidecar.received_on),
        ).select(pl.col(name).cast(kind) for name, kind in whole.items())
        for source, outcome in read
    ]
    return pl.concat([pl.DataFrame(schema=whole), *rows])
