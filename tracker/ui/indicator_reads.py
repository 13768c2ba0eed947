"""What the indicators page shows of a view: one target in one area, its past, what lies ahead, its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from tracker import closing, indicators, opinions, outlook_view, viewing
from tracker.charts import areas, finished
from tracker.charts.frame import Frame
from tracker.keeping import kept
from tracker.links import View
from tracker.second_opinion import METHODS
from tracker.text import word
from tracker.ui.frame import picture_foot
from tracker.ui.reading import targets_at
from tracker.viewing import DEFAULT_RULE
from tracker.warehouse import read

METHOD_ORDER = pl.col("method").replace_strict({name: place for place, name in enumerate(METHODS)})
_AHEAD = ("low_80", "low_50", "median", "high_50", "high_80")
_OUTLOOK = ("median", "low_50", "high_50", "low_80", "high_80", "chance", "forecast_model", "forecast_points")


@dataclass(frozen=True)
class OneTarget:
    """A target in an area on a date: its row with the outlook, months so far and ahead, opinions, closing, tasks."""

    row: dict[str, Any]
    history: pl.DataFrame
    ahead: pl.DataFrame
    expiries: pl.DataFrame
    answers: pl.DataFrame
    disagreement: str
    parts: pl.DataFrame
    closing: dict[str, Any] | None
    tasks: pl.DataFrame


@kept(128)
def definition_of(view: View) -> dict[str, Any]:
    """How the indicator of the target of a view is computed, in words and codes.

    Shared by all sessions, so never changed in place.
    """
    rows = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    indicator_id = rows.filter(pl.col("target_id") == view.target_id)["indicator_id"][0]
    known = read(view.build_id, "definitions", plan_id=view.plan_id, language=view.language)
    return known.row(by_predicate=pl.col("indicator_id") == indicator_id, named=True)


@kept(128)
def one_target(view: View, tier: str | None) -> OneTarget:
    """Everything about the target of a view, which has a task in the viewed area."""
    rows = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    mine = (pl.col("target_id") == view.target_id) & (pl.col("area_code") == view.area_code)
    rows = rows.filter(mine)
    row = rows.row(0, named=True)
    due = pl.col("due_on") == row["due_on"]
    at = {"plan_id": view.plan_id, "as_of": view.as_of}
    known = read(view.build_id, "outlook", **at).filter(mine & due & pl.lit(view.rule == DEFAULT_RULE))
    row |= known.row(0, named=True) if known.height else dict.fromkeys(_OUTLOOK)
    past = viewing.history(view.build_id, view.plan_id, row["target_id"], row["due_on"], view.as_of, view.rule)
    answers = read(view.build_id, "second_opinions", **at).filter(mine & due).sort(METHOD_ORDER)
    closings = closing.closing_table(read(view.build_id, "closing", **at).filter(mine & due))
    return OneTarget(
        row=row,
        history=viewing.since_known(past.filter(pl.col("area_code") == view.area_code), row),
        ahead=_ahead(view, row),
        expiries=_expiries(view, row, tier),
        answers=answers,
        disagreement=_disagreement(view, rows, answers),
        parts=indicators.contributions(_parts(view, row), row, view.language),
        closing=closings.row(0, named=True) if closings.height and row["due_on"] <= view.as_of else None,
        tasks=viewing.tasks_of_target(
            view.build_id, view.plan_id, row["target_id"], view.area_code, view.as_of, view.language, view.rule
        ),
    )


def _ahead(view: View, row: dict[str, Any]) -> pl.DataFrame:
    """The fan, beginning at the value of today."""
    if row["median"] is None or row["due_on"] <= view.as_of or row["value"] is None:
        return pl.DataFrame(schema={"month_end": pl.Date, **dict.fromkeys(_AHEAD, pl.Float64)})
    keys = (view.build_id, view.plan_id, row["target_id"], row["area_code"])
    fan = outlook_view.target_outlook(*keys, view.as_of).fan.filter(pl.col("due_on") == row["due_on"])
    today = pl.DataFrame([{"month_end": view.as_of, **dict.fromkeys(_AHEAD, float(row["value"]))}])
    return pl.concat([today, fan.select("month_end", *_AHEAD)], how="vertical_relaxed")


def _expiries(view: View, row: dict[str, Any], tier: str | None) -> pl.DataFrame:
    """Titles that end before the due date, by month."""
    rows = read(view.build_id, "expiry", plan_id=view.plan_id, as_of=view.as_of)
    is_here = (pl.col("area_code") == view.area_code) & (pl.col("tier") == pl.lit(tier, pl.String))
    is_ahead = (pl.col("month_end") > view.as_of) & (pl.col("month_end") <= row["due_on"])
    return rows.filter(is_here & is_ahead & (pl.col("titles") > 0)).select("month_end", "titles")


def _disagreement(view: View, rows: pl.DataFrame, answers: pl.DataFrame) -> str:
    thresholds = read(view.build_id, "thresholds", language=view.language).select("threshold_id", "value")
    found = opinions.disagreements(rows, answers, dict(thresholds.iter_rows()))
    return opinions.disagreement_in_words(found.row(0, named=True), view.language) if found.height else ""


def _parts(view: View, row: dict[str, Any]) -> pl.DataFrame:
    """The areas' values, where the whole is looked at; an area has no parts."""
    basis = "ever" if view.rule.basis == "ever" and row["basis"] == "in_force" else row["basis"]
    rows = read(
        view.build_id,
        "area_observations",
        plan_id=view.plan_id,
        indicator_id=row["indicator_id"],
        basis=basis,
        as_of=view.as_of,
        language=view.language,
    ).with_columns(value=viewing.counted(view.rule))
    return rows if view.area_code == view.plan_area and basis != "new" else rows.clear()


@kept(128)
def target_figures(view: View, tier: str | None) -> dict[str, go.Figure]:
    """The finished figures of a target in an area: ``burn_up``, and ``parts`` where it has parts."""
    found = one_target(view, tier)
    chosen, row, said = view.language, found.row, picture_foot(view)
    figures = {
        "burn_up": finished.burn_up(
            row, found.history, found.ahead, found.expiries, as_of=view.as_of, said=said, language=chosen
        )
    }
    if found.parts.height:
        total = word("indicators.parts_sum", chosen, value=indicators.value(row, chosen))
        about = Frame(word("indicators.parts_title", chosen), total, finished.target_foot(row, said, chosen))
        figures["parts"] = areas.contributions(found.parts, about)
    return figures
