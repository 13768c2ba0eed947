"""Cached reads for pages: frames of the build in view, finished figures, what a new process must load once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Any

import plotly.graph_objects as go
import polars as pl

from tracker import (
    findings,
    indicators,
    ladder,
    office,
    office_store,
    text,
    viewing,
    warehouse,
)
from tracker.briefing.content import Content, NoTargets, content
from tracker.briefing.selection import Selection
from tracker.charts.bullets import bullet_rows
from tracker.keeping import kept
from tracker.links import View
from tracker.text import word
from tracker.viewing import Rule
from tracker.warehouse import read

_SPARK_MONTHS = 24


@kept(256)
def targets_at(build_id: str, plan_id: str, as_of: dt.date, language: str, rule: Rule) -> pl.DataFrame:
    """See :func:`tracker.viewing.targets_at`. Shared by all sessions, so never changed in place."""
    return viewing.targets_at(build_id, plan_id, as_of, language, rule)


# What a page asks at every run is kept in its last form: however small a frame, filtering it waits for Polars' threads,
# and half of the time of a rerun of the overview went into six such waits.
@kept(64)
def plans_of(build_id: str, language: str) -> dict[str, dict[str, Any]]:
    """The plans of a build by id, in the words of a language. Shared by all sessions, so never changed in place."""
    return {row["plan_id"]: row for row in read(build_id, "plans", language=language).iter_rows(named=True)}


def plan_of(view: View) -> dict[str, Any]:
    """The plan of a view."""
    return plans_of(view.build_id, view.language)[view.plan_id]


@kept(64)
def areas_of_plan(build_id: str, plan_id: str, language: str) -> dict[str, str]:
    """The short names of the areas of a plan by code, in order. Shared by all sessions, so never changed in place."""
    areas = read(build_id, "areas", plan_id=plan_id, language=language)
    return dict(areas.select("area_code", "short").iter_rows())


@kept(64)
def state_rules(build_id: str, language: str) -> list[str]:
    """The rules by which targets are judged, in words. Shared by all sessions, so never changed in place."""
    return findings.rules_in_words(read(build_id, "thresholds", language=language), language)


@kept(256)
def bullets(view: View) -> go.Figure:
    """The finished figure of the headline targets of a view."""
    chosen = view.language
    area = areas_of_plan(view.build_id, view.plan_id, chosen)[view.area_code]
    day = text.as_of(view.as_of, view.data_cutoff, chosen)
    marks = text.data_marks(chosen, is_demo=view.is_demo, is_draft=view.is_draft)
    foot = " · ".join([area, day, text.listed(findings.rule_words(view.rule, chosen), chosen), *marks])
    rows = targets_of(view).filter(pl.col("is_headline"))
    frame = findings.bullet_frame(rows, view.as_of, view.language, _outlooks(view, rows), _past(view, rows))
    return bullet_rows(frame, foot)


def _outlooks(view: View, rows: pl.DataFrame) -> dict[str, str]:
    """The expected range of each target that is still open, in words; made for the default counting only."""
    if view.rule != viewing.DEFAULT_RULE:
        return {}
    known = read(view.build_id, "outlook", plan_id=view.plan_id, as_of=view.as_of)
    names = ["target_id", "area_code", "due_on"]
    ahead = rows.join(known.select(*names, "low_80", "high_80"), on=names, how="inner")
    ahead = ahead.filter((pl.col("due_on") > view.as_of) & pl.col("low_80").is_not_null())
    return {
        row["target_id"]: word(
            "indicators.line_forecast", view.language, range=indicators.expected_range(row, view.language)
        )
        for row in ahead.iter_rows(named=True)
    }


def _past(view: View, rows: pl.DataFrame) -> dict[str, list[float | None]]:
    """The values of the last two years of each target."""
    if view.rule == viewing.DEFAULT_RULE:
        asked = {"plan_id": view.plan_id, "area_code": view.area_code, "as_of": view.as_of, "months": _SPARK_MONTHS}
        history = warehouse.query(view.build_id, "area_history", **asked)
        values = rows.select("target_id", "due_on").join(
            history, on=["target_id", "due_on"], maintain_order="left_right"
        )
        return dict(values.group_by("target_id", maintain_order=True).agg("value").iter_rows())
    found: dict[str, list[float | None]] = {}
    for target_id, due_on in rows.select("target_id", "due_on").iter_rows():
        history = viewing.history(view.build_id, view.plan_id, target_id, due_on, view.as_of, view.rule)
        found[target_id] = history.filter(pl.col("area_code") == view.area_code)["value"].tail(_SPARK_MONTHS).to_list()
    return found


@kept(128)
def targets_of(view: View) -> pl.DataFrame:
    """The targets of the viewed area; an area's own rows are all headline, as it has few.

    Shared by all sessions, so never changed in place.
    """
    rows = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    rows = rows.filter(pl.col("area_code") == view.area_code)
    return rows if view.area_code == view.plan_area else rows.with_columns(is_headline=pl.lit(True))


@kept(128)
def named_targets(view: View) -> dict[str, str]:
    """The names of the targets of the viewed area, by id. Shared by all sessions, so never changed in place."""
    return dict(targets_of(view).select("target_id", "name").iter_rows())


@kept(64)
def tier_counts(view: View) -> pl.DataFrame:
    """Tiers by areas inside the viewed area. Shared by all sessions, so never changed in place."""
    return ladder.tier_counts(view.build_id, view.area_code, view.as_of, view.rule)


def reported_builds(plan_id: str) -> list[office.Reported] | None:
    """The builds of a plan that were reported at meetings; None where the records cannot be read.

    The records move no number, so a page without them is still right.
    """
    try:
        return [mark for mark in office.reported() if mark.plan_id == plan_id]
    except office_store.OfficeError:
        return None


@kept(16)
def briefing_of(selection: Selection, recorded: tuple[Hashable, ...]) -> Content | None:
    """What the documents of a selection print; None where the area has none of the targets.

    Args:
        selection: what it is about.
        recorded: meetings of its plan, their decisions, objections and their states; once one differs, the content
            is made anew.
    """
    try:
        return content(selection)
    except NoTargets:
        return None
