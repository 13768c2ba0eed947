"""What the first reader of a build would wait for, made before anybody asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from tracker import enterprises_histories, viewing
from tracker.links import View
from tracker.ui.district_reads import area_figures
from tracker.ui.enterprise_reads import everyone
from tracker.ui.ladder_reads import ladder_of
from tracker.ui.overview_reads import overview_parts
from tracker.ui.reading import bullets, targets_at, targets_of
from tracker.warehouse import read


def usual_month(months: Sequence[dt.date], data_cutoff: dt.date | None) -> dt.date:
    """The month that a plan opens on: the newest that the data cover whole, else the newest.

    Args:
        months: the month ends of the plan, newest first.
        data_cutoff: until when the data reach, where it is known.
    """
    return next((day for day in months if data_cutoff is None or day <= data_cutoff), months[0])


def usual_view(build_id: str, plan_id: str, language: str) -> View:
    """What a reader sees who has chosen nothing but the plan."""
    build = read(build_id, "build").row(0, named=True)
    plans = read(build_id, "plans", language=language)
    plan = plans.row(by_predicate=pl.col("plan_id") == plan_id, named=True)
    return View(
        build_id=build_id,
        is_pinned=False,
        is_demo=bool(build["is_demo"]),
        data_cutoff=build["data_cutoff"],
        plan_id=plan_id,
        plan_area=plan["area_code"],
        area_code=plan["area_code"],
        as_of=usual_month(read(build_id, "as_of_dates", plan_id=plan_id)["as_of"].to_list(), build["data_cutoff"]),
        target_id=None,
        rule=viewing.DEFAULT_RULE,
        language=language,
        is_draft=bool(plan["is_draft"]),
    )


def warm_up(build_id: str) -> None:
    """Open a build and make the first screens of its first plan, and with them load Polars' and Plotly's inner parts.

    Raises:
        BuildMissing, BuildUnreadable, QueryTooSlow: see :func:`tracker.warehouse.query`.
    """
    for plan_id in read(build_id, "plans", language="zh")["plan_id"].head(1):
        _overview(usual_view(build_id, plan_id, "zh"))


def warm_pages(build_id: str) -> None:
    """Make the first screens of every plan of a build, page by page, the first plan first.

    Raises:
        BuildMissing, BuildUnreadable, QueryTooSlow: see :func:`tracker.warehouse.query`.
    """
    for plan_id in read(build_id, "plans", language="zh")["plan_id"]:
        view = usual_view(build_id, plan_id, "zh")
        _overview(view)
        _districts(view)
        ladder_of(view)
        enterprises_histories.names(build_id)
        everyone(view, None, "")


def _overview(view: View) -> None:
    if not targets_of(view).is_empty():
        overview_parts(view)
        bullets(view)


def _districts(view: View) -> None:
    rows = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    for target_id in rows.filter(pl.col("area_code") != view.plan_area)["target_id"].head(1):
        area_figures(replace(view, target_id=target_id))
