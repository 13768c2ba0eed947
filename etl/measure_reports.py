"""From a filled form of tasks to status reports of a unit, and to rejected rows that keep their rule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from etl.form import words
from etl.form_rows import Broken, Cells, choice_in, day_in, form_said, judge_rows
from etl.rows import ListRows
from tracker.catalog import Catalog
from tracker.catalog_tasks import Reporter, tasks_by_reporter

TO_FILL = ("status", "reported_on", "note", "evidence")
KNOWN = ("code", "measure")
REPORT_SCHEMA: dict[str, type[pl.DataType]] = {
    "plan_id": pl.String,
    "measure_id": pl.String,
    "unit": pl.String,
    "area_code": pl.String,
    "status": pl.String,
    "reported_on": pl.Date,
    "note": pl.String,
    "evidence": pl.String,
}


def judge_reports(folder: Path, received_on: dt.date, catalog: Catalog) -> ListRows:
    """Judge every filled row of a parsed form of tasks.

    Args:
        folder: what the parsing child wrote.
        received_on: no report can be of a later day.
        catalog: the plan and the tasks of the unit.
    """
    said = form_said(folder)
    plan = catalog.plans.get(said["plan_id"])
    reporter = Reporter(said["unit"], said["area_code"])
    own = {task.measure_id for task in tasks_by_reporter(plan, catalog).get(reporter, [])} if plan else set()
    texts: dict[str, Any] = words()["tasks"]
    statuses = {text: code for code, text in texts["statuses"].items()}

    def judge(cells: Cells) -> dict[str, Any]:
        if cells["code"] not in own:
            raise Broken("task_unknown", "measure")
        status = choice_in(cells, "status", statuses, "task_status_missing", "task_status_unknown")
        day = day_in(cells, "reported_on", received_on)
        if status == "delayed" and not cells["note"]:
            raise Broken("task_note_missing", "note")
        return {
            "plan_id": said["plan_id"],
            "measure_id": cells["code"],
            "unit": reporter.unit,
            "area_code": reporter.area_code,
            "status": status,
            "reported_on": day,
            "note": cells["note"] or None,
            "evidence": cells["evidence"] or None,
            "repeated": cells["code"],
        }

    return judge_rows(folder, texts, TO_FILL, KNOWN, judge, REPORT_SCHEMA)
