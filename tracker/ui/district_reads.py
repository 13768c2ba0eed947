"""What the districts page shows of a view: the areas on one target, and their finished figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import plotly.graph_objects as go
import polars as pl

from tracker import blocks, blocks_areas, districts, viewing
from tracker.charts import finished
from tracker.keeping import kept
from tracker.links import View
from tracker.months import month_end
from tracker.text import word
from tracker.ui.frame import picture_foot
from tracker.ui.indicator_reads import definition_of
from tracker.ui.reading import targets_at
from tracker.ui.state import select
from tracker.ui.titles import unplaced_note
from tracker.warehouse import read


@dataclass(frozen=True)
class AreasOnTarget:
    """The areas of a plan on one target: ranked rows of those with a task, all areas in order, the words around."""

    rows: pl.DataFrame
    areas: pl.DataFrame
    name: str
    compared_with: dt.date


@dataclass(frozen=True)
class DistrictParts:
    """What the page says of the areas on one target: the finding and the designed parts."""

    finding: str
    counts: str
    remarks: str
    table: str


@kept(128)
def divided_targets(view: View) -> dict[str, str]:
    """The names of the targets that a plan divides among its areas, by id.

    Shared by all sessions, so never changed in place.
    """
    everywhere = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    divided = everywhere.filter(pl.col("area_code") != view.plan_area).unique("target_id", maintain_order=True)
    return dict(divided.select("target_id", "name").iter_rows())


def with_target(view: View, target_ids: list[str], names: Mapping[str, str]) -> View:
    """The view of the target that the reader picks on the page; the first one until then."""
    label = word("districts.target", view.language)
    return replace(view, target_id=select("target", target_ids, label, names.__getitem__))


@kept(128)
def areas_on_target(view: View) -> AreasOnTarget:
    """Ranks, gaps and names of the areas on the target of a view, and their ranks a quarter before."""
    areas = read(view.build_id, "areas", plan_id=view.plan_id, language=view.language)
    earlier = month_end(view.as_of, -districts.MONTHS_BEFORE)
    now, before = (
        targets_at(view.build_id, view.plan_id, day, view.language, view.rule).filter(
            pl.col("target_id") == view.target_id
        )
        for day in (view.as_of, earlier)
    )
    return AreasOnTarget(districts.ranked(now, before, areas), areas, str(now["name"][0]), earlier)


@kept(128)
def district_parts(view: View) -> DistrictParts:
    """The parts of a view of the areas on one target."""
    picture, language = areas_on_target(view), view.language
    rows = picture.rows
    remarks = [
        districts.without_report(rows, language),
        districts.without_task(rows, picture.areas, language),
        districts.doubtful(rows, language),
    ]
    return DistrictParts(
        finding=districts.finding(rows, language),
        counts=blocks.status_counts(rows, language),
        remarks=blocks.caption([remark for remark in remarks if remark]) + _unplaced(view, rows),
        table=blocks_areas.area_table(rows, view),
    )


def _unplaced(view: View, rows: pl.DataFrame) -> str:
    """Whom a count of titles has in the whole and in no area: without them the areas do not add up."""
    tier = definition_of(view)["tier"]
    return unplaced_note(view, tier) if tier and rows["basis"][0] == "in_force" else ""


@kept(64)
def area_figures(view: View) -> dict[str, go.Figure]:
    """The finished figures of the areas on the target of a view, see :func:`tracker.charts.finished.area_figures`."""
    picture = areas_on_target(view)
    due_on = picture.rows["due_on"][0]
    return finished.area_figures(
        picture.rows,
        picture.areas,
        viewing.history(view.build_id, view.plan_id, str(view.target_id), due_on, view.as_of, view.rule),
        name=picture.name,
        as_of=view.as_of,
        compared_with=picture.compared_with,
        said=picture_foot(view),
        language=view.language,
    )
