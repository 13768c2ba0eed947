"""总览: the finding, six counts, headline targets, what to push, areas, what changed, all targets."""

import polars as pl
import streamlit as st

from tracker import blocks, districts, findings, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
targets = ui.targets_of(view)
areas = ui.read(view.build_id, "areas", plan_id=view.plan_id, language=language)
units = dict(ui.read(view.build_id, "units", plan_id=view.plan_id, language=language).iter_rows())
plans = ui.read(view.build_id, "plans", language=language)
plan = plans.row(by_predicate=pl.col("plan_id") == view.plan_id, named=True)
area_name = areas.row(by_predicate=pl.col("area_code") == view.area_code, named=True)["short"]
as_of = text.as_of(view.as_of, view.data_cutoff, language)


def headed(finding: str) -> None:
    title = [plan["name"], area_name, as_of] if view.area_code != view.plan_area else [plan["name"], as_of]
    tags = ui.tags(view, text.listed(ui.rule_labels(view), language))
    ui.html(blocks.header(" · ".join(title), tags, finding))


def overview_of_targets() -> None:
    """The finding, six counts, headline targets, what to push, areas, what changed, all targets."""
    everywhere = ui.targets_at(view.build_id, view.plan_id, view.as_of, language, view.rule)
    in_areas = everywhere.filter(pl.col("area_code") != view.plan_area)
    headed(findings.finding(targets, language))
    ui.html(blocks.status_counts(findings.status_counts(targets), language))
    with st.container(key="overview_top"):
        left, right = st.columns([19, 10], gap="large")
    with left:
        headline = targets.filter(pl.col("is_headline"))
        is_running = bool((headline["due_on"] > view.as_of).any())
        note = word("chart.bullets_note_running" if is_running else "chart.bullets_note", language)
        ui.html(blocks.section(word("chart.bullets_title", language), note))
        ui.draw_figure(
            ui.bullets(view, " · ".join([area_name, as_of, *ui.rule_labels(view), *ui.marks(view)])),
            key="bullets",
            file_name=word("chart.bullets_file", language, area=area_name, as_of=f"{view.as_of:%Y-%m}"),
            alt=findings.bullets_in_words(headline, language),
        )
    with right:
        need = findings.most_in_need(targets, 3)
        counting = ui.read(view.build_id, "tier_indicators")["indicator_id"].to_list()
        short = in_areas if view.area_code == view.plan_area else in_areas.clear()
        ui.html(
            blocks.section(word("overview.need_title", language)),
            blocks.need_cards(need, short, units, counting, view),
            blocks.caption([word("overview.need_note", language)]),
        )
    if not in_areas.is_empty():
        ui.html(
            blocks.section(
                word("overview.matrix_title", language, groups=districts.groups_in_words(areas, language)),
                word("overview.matrix_note", language),
            ),
            blocks.area_matrix(everywhere, areas, view),
        )
    else:
        ui.html(*ui.titles_by_area(view)[1])
    ui.html(blocks.section(word("overview.changes_title", language)))
    with st.container(key="overview_since", width=320):
        changes = ui.pick_changes(view, targets.filter(pl.col("is_headline")))
    ui.html(blocks.change_list(changes, language))
    thresholds = ui.read(view.build_id, "thresholds", language=language)
    ui.html(
        blocks.section(
            word("overview.table_title", language), word("overview.table_note", language, number=targets.height)
        ),
        blocks.target_table(targets, units, view),
        blocks.caption(findings.rules_in_words(thresholds, language)),
    )


if targets.is_empty():
    finding, parts = ui.titles_by_area(view)
    headed(finding)
    ui.html(*parts)
else:
    overview_of_targets()
ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
