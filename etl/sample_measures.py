"""What the demo's units report on their tasks and which events its areas hold: the forms, filled in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from etl.activities import TO_FILL
from etl.activity_form import write_activities_form
from etl.measure_form import Status, write_tasks_form
from etl.sample_settings import ActivityStory, MeasureStory
from tracker.catalog import Catalog
from tracker.catalog_tasks import Reporter


def write_answers(folder: Path, story: MeasureStory, mark: str, catalog: Catalog) -> Path:
    """Write the form of one unit as it comes back. Returns the file."""
    plan = catalog.plans[story.plan_id]
    reporter = Reporter(story.unit, story.area_code or plan.area_code)
    answers = {task: _status(story.day, *said) for task, said in story.answers.items()}
    written = write_tasks_form(folder, plan, reporter, catalog, {}, answers)
    return written.rename(folder / f"{written.stem}_{story.day}{mark}.xlsx")


def _status(on: dt.date, status: str, note: str | None = None, evidence: str | None = None) -> Status:
    return Status(status, on, note, evidence)


def write_events(folder: Path, story: ActivityStory, mark: str, catalog: Catalog) -> Path:
    """Write the sheet of activities of an area as it comes back. Returns the file."""
    plan = catalog.plans[story.plan_id]
    records = tuple(dict(zip(TO_FILL, record, strict=False)) for record in story.records)
    written = write_activities_form(folder, plan, plan.area_code, catalog, records)
    return written.rename(folder / f"{written.stem}_{story.day}{mark}.xlsx")
