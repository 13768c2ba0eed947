"""The finished parts of the overview: made once a view, for a rerun draws the same words again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from tracker import blocks, districts, excerpt, findings
from tracker.keeping import kept
from tracker.links import View
from tracker.text import word
from tracker.ui.reading import state_rules, targets_at, targets_of
from tracker.ui.titles import titles_by_area
from tracker.warehouse import read


@dataclass(frozen=True)
class OverviewParts:
    """What a view of the targets says: the finding and the designed parts around the picture of the main targets.

    ``headline``: target, area and due date of each main target.
    """

    finding: str
    counts: str
    picture_head: str
    picture_alt: str
    need: tuple[str, ...]
    areas: tuple[str, ...]
    table: tuple[str, ...]
    headline: tuple[tuple[str, str, dt.date], ...]


@kept(128)
def overview_parts(view: View) -> OverviewParts:
    """The parts of a view that has targets."""
    language = view.language
    targets = targets_of(view)
    headline = targets.filter(pl.col("is_headline"))
    is_running = bool((headline["due_on"] > view.as_of).any())
    note = word("chart.bullets_note_running" if is_running else "chart.bullets_note", language)
    everywhere = targets_at(view.build_id, view.plan_id, view.as_of, language, view.rule)
    in_areas = everywhere.filter(pl.col("area_code") != view.plan_area)
    is_alone = in_areas.is_empty() or excerpt.is_excerpt(view.build_id)
    units = dict(read(view.build_id, "units", plan_id=view.plan_id, language=language).iter_rows())
    return OverviewParts(
        finding=findings.finding(targets, language),
        counts=blocks.status_counts(targets, language),
        picture_head=blocks.section(word("chart.bullets_title", language), note),
        picture_alt=findings.bullets_in_words(headline, language),
        need=_need(view, targets, in_areas if view.area_code == view.plan_area else in_areas.clear(), units),
        areas=tuple(titles_by_area(view)[1]) if is_alone else _matrix(view, everywhere),
        table=_table(view, targets, units),
        headline=tuple(headline.select("target_id", "area_code", "due_on").iter_rows()),
    )


def _need(view: View, targets: pl.DataFrame, short: pl.DataFrame, units: dict[str, str]) -> tuple[str, ...]:
    language = view.language
    counting = read(view.build_id, "tier_indicators")["indicator_id"].to_list()
    return (
        blocks.section(word("overview.need_title", language)),
        blocks.need_cards(findings.most_in_need(targets, 3), short, units, counting, view),
        blocks.caption([word("overview.need_note", language)]),
    )


def _matrix(view: View, everywhere: pl.DataFrame) -> tuple[str, ...]:
    language = view.language
    areas = read(view.build_id, "areas", plan_id=view.plan_id, language=language)
    title = word("overview.matrix_title", language, groups=districts.groups_in_words(areas, language))
    return (
        blocks.section(title, word("overview.matrix_note", language)),
        blocks.area_matrix(everywhere, areas, view),
    )


def _table(view: View, targets: pl.DataFrame, units: dict[str, str]) -> tuple[str, ...]:
    language = view.language
    note = word("overview.table_note", language, number=targets.height)
    return (
        blocks.section(word("overview.table_title", language), note),
        blocks.target_table(targets.sort("plan_order", maintain_order=True), units, view),
        blocks.caption(state_rules(view.build_id, language)),
    )
