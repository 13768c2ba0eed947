"""The finished figures of targets and areas with their words around them: what pages draw and briefings save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import polars as pl

from tracker import districts, indicators, text
from tracker.charts import areas as area_charts
from tracker.charts import months
from tracker.charts.frame import Frame
from tracker.pace import FLOWS
from tracker.text import word

AREA_FIGURES = ("lead", "tiles", "dumbbell", "multiples")


def area_figures(
    rows: pl.DataFrame,
    areas: pl.DataFrame,
    past: pl.DataFrame,
    *,
    name: str,
    as_of: dt.date,
    compared_with: dt.date,
    said: str,
    language: str,
) -> dict[str, go.Figure]:
    """The areas on one target: ``lead``, ``tiles``, ``dumbbell``, ``multiples``.

    Args:
        rows: as :func:`tracker.districts.ranked`.
        areas: all areas in administrative order.
        past: as :func:`tracker.viewing.history` of the target.
        name: of the target.
        as_of: the month end looked at.
        compared_with: the month end of the ranks before.
        said: the last line of the foot: date, basis, demonstration.
        language: of the words.
    """
    due_on = rows["due_on"][0]
    due = word("indicators.line_due", language, month=text.month(due_on, language))
    finding = districts.worst(rows, language) or word("districts.lead_title", language)
    if districts.doubtful(rows, language):
        said = f"{said} · {word('districts.doubtful_sign', language)}"
    notes = {place: f"districts.{place}_note" for place in AREA_FIGURES}
    titles = {place: f"districts.{place}_title" for place in AREA_FIGURES}
    if rows["baseline_value"].is_null().all():  # a mark that is not drawn is not explained
        notes["dumbbell"], titles["dumbbell"] = "districts.dumbbell_note_now", "districts.dumbbell_title_now"
    frames = {
        place: Frame(
            finding if place == "lead" else word(titles[place], language),
            word(notes[place], language, month=text.month(compared_with, language)),
            f"{name} · {due}\n{said}",
        )
        for place in AREA_FIGURES
    }
    if rows["basis"][0] in FLOWS:  # nothing is there before a flow begins
        past = past.filter(pl.col("as_of") >= rows["starts_on"].min())
    has_pace = bool(rows["lead_points"].is_not_null().any())
    zero = "districts.lead_zero" if has_pace and due_on > as_of else "districts.lead_zero_over"
    return {
        "lead": area_charts.lead_bars(districts.lead_frame(rows, language), word(zero, language), frames["lead"]),
        "tiles": area_charts.tiles(districts.tile_frame(rows, areas, language), frames["tiles"]),
        "dumbbell": area_charts.dumbbells(districts.dumbbell_frame(rows, language), frames["dumbbell"]),
        "multiples": area_charts.multiples(districts.multiples_frame(past, rows, areas), frames["multiples"]),
    }


def target_foot(row: Mapping[str, Any], said: str, language: str) -> str:
    """The foot of a figure of one target: target, area and due month, then date, basis, demonstration."""
    due = word("indicators.line_due", language, month=text.month(row["due_on"], language))
    return f"{row['name']} · {row['area_short']} · {due}\n{said}"


def burn_up(
    row: dict[str, Any],
    history: pl.DataFrame,
    ahead: pl.DataFrame,
    expiries: pl.DataFrame,
    *,
    as_of: dt.date,
    said: str,
    language: str,
) -> go.Figure:
    """One target over time: see :func:`tracker.charts.months.burn_up`, whose frames these are."""
    words = indicators.burn_up_words(row, as_of, language)
    # A pace that is known on the due date alone has no line.
    has_pace = (
        words.pace
        and not history.filter(pl.col("expected_value").is_not_null() & (pl.col("as_of") < row["due_on"])).is_empty()
    )
    lines = ["solid_line", *(["dashed_line"] if has_pace else []), *(["shaded_area"] if words.forecast else [])]
    shown = text.listed([word(f"indicators.{line}", language) for line in lines], language)
    unit = word(f"unit.{row['unit']}.name", language)
    frame = Frame(
        indicators.finding(row, language),
        word("indicators.burn_up_note", language, unit=unit, area=row["area_short"], lines=shown),
        target_foot(row, said, language),
    )
    return months.burn_up(history, ahead, expiries, row["due_on"], words, frame, is_rank=row["unit"] == "rank")
