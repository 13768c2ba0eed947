"""The tasks of the demo's districts: the decomposition form of the city, filled in once and changed a year later."""

from __future__ import annotations

from pathlib import Path

from etl.sample_settings import TargetStory, WorldStory
from etl.target_form import Answers, write_targets
from etl.target_tasks import baseline_sheet, year_sheet
from etl.targets import Document
from tracker.catalog import Catalog
from tracker.catalog_models import Code

PLAN = "lianyungang"


def write_tasks(folder: Path, story: TargetStory, names: WorldStory, catalog: Catalog) -> Path:
    """Write one filled form under the name that its document gives it. Returns the file."""
    plan = catalog.plans[PLAN]
    due_on = {target.target_id: plan.due_on(target) for target in plan.targets}
    cells: dict[tuple[str, Code, Code], float | str] = {}
    for target_id, tasks in story.tasks.items():
        cells |= _row(year_sheet(due_on[target_id].year), target_id, tasks, names)
    for target_id, values in story.baselines.items():
        cells |= _row(baseline_sheet(), target_id, values, names)
    document = Document(story.document_no, story.decided_on, story.decided_by)
    written = write_targets(folder, plan, catalog, None, Answers(document, cells))
    return written.rename(folder / f"{catalog.areas[names.city].name.zh}{story.file}{names.mark}.xlsx")


def _row(
    sheet: str, target_id: Code, values: tuple[float | str | None, ...], names: WorldStory
) -> dict[tuple[str, Code, Code], float | str]:
    """One row of a sheet: a cell for each unit that the document says something of."""
    cells = zip(names.areas, values, strict=True)
    return {(sheet, target_id, area): value for area, value in cells if value is not None}
