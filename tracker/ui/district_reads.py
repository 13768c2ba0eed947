"""What the districts page shows of a view: the areas on one target, and their finished figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from tracker import districts, text, viewing
from tracker.charts import areas as area_charts
from tracker.charts.frame import Frame
from tracker.links import View
from tracker.pace import FLOWS
from tracker.text import word
from tracker.ui.frame import marks, rule_labels
from tracker.ui.reading import read, targets_at
from tracker.ui.state import select


@dataclass(frozen=True)
class AreasOnTarget:
    """The areas of a plan on one target: ranked rows of those with a task, all areas in order, the words around."""

    rows: pl.DataFrame
    areas: pl.DataFrame
    name: str
    compared_with: dt.date


def with_target(view: View, target_ids: list[str], names: Mapping[str, str]) -> View:
    """The view of the target that the reader picks on the page; the first one until then."""
    label = word("districts.target", view.language)
    return replace(view, target_id=select("target", target_ids, label, names.__getitem__))


def areas_on_target(view: View) -> AreasOnTarget:
    """Ranks, gaps and names of the areas on the target of a view, and their ranks a quarter before."""
    areas = read(view.build_id, "areas", plan_id=view.plan_id, language=view.language)
    earlier = _months_before(view.as_of, districts.MONTHS_BEFORE)
    now, before = (
        targets_at(view.build_id, view.plan_id, day, view.language, view.rule).filter(
            pl.col("target_id") == view.target_id
        )
        for day in (view.as_of, earlier)
    )
    return AreasOnTarget(districts.ranked(now, before, areas), areas, str(now["name"][0]), earlier)


def _months_before(day: dt.date, months: int) -> dt.date:
    return pl.Series([day]).dt.offset_by(f"-{months}mo").dt.month_end()[0]  # type: ignore[no-any-return]


@st.cache_resource(max_entries=64, show_spinner=False)
def area_figures(view: View) -> dict[str, go.Figure]:
    """The finished figures of the areas on the target of a view: ``lead``, ``tiles``, ``dumbbell``, ``multiples``."""
    chosen = view.language
    picture = areas_on_target(view)
    rows, areas = picture.rows, picture.areas
    due_on = rows["due_on"][0]
    frames = {name: area_frame(view, picture, name) for name in ("lead", "tiles", "dumbbell", "multiples")}
    past = viewing.history(view.build_id, view.plan_id, str(view.target_id), due_on, view.as_of, view.rule)
    if rows["basis"][0] in FLOWS:  # nothing is there before a flow begins
        past = past.filter(pl.col("as_of") >= rows["starts_on"].min())
    has_pace = bool(rows["lead_points"].is_not_null().any())
    zero = "districts.lead_zero" if has_pace and due_on > view.as_of else "districts.lead_zero_over"
    return {
        "lead": area_charts.lead_bars(districts.lead_frame(rows, chosen), word(zero, chosen), frames["lead"]),
        "tiles": area_charts.tiles(districts.tile_frame(rows, areas, chosen), frames["tiles"]),
        "dumbbell": area_charts.dumbbells(districts.dumbbell_frame(rows, chosen), frames["dumbbell"]),
        "multiples": area_charts.multiples(districts.multiples_frame(past, rows, areas), frames["multiples"]),
    }


def area_frame(view: View, picture: AreasOnTarget, name: str) -> Frame:
    """The words around one of the page's pictures; the ranked bars say what was found."""
    chosen = view.language
    worst = districts.worst(picture.rows, chosen) if name == "lead" else ""
    due = word("indicators.line_due", chosen, month=text.month(picture.rows["due_on"][0], chosen))
    foot = [text.as_of(view.as_of, view.data_cutoff, chosen), text.listed(rule_labels(view), chosen)]
    foot += marks(view)
    month = text.month(picture.compared_with, chosen)
    return Frame(
        worst or word(f"districts.{name}_title", chosen),
        word(f"districts.{name}_note", chosen, month=month),
        f"{picture.name} · {due}\n{' · '.join(foot)}",
    )
