"""总览: the finding, six counts, headline targets, what to push, areas, what changed, all targets."""

import streamlit as st

from tracker import blocks, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
targets = ui.targets_of(view)
plan = ui.plan_of(view)
area_name = ui.areas_of_plan(view.build_id, view.plan_id, language)[view.area_code]
as_of = text.as_of(view.as_of, view.data_cutoff, language)


def headed(finding: str) -> None:
    title = [plan["name"], area_name, as_of] if view.area_code != view.plan_area else [plan["name"], as_of]
    tags = ui.tags(view, text.listed(ui.rule_labels(view), language))
    ui.html(blocks.header(" · ".join(title), tags, finding))


def overview_of_targets() -> None:
    """The finding, six counts, headline targets, what to push, areas, what changed, all targets."""
    parts = ui.overview_parts(view)
    headed(parts.finding)
    ui.html(parts.counts)
    with st.container(key="overview_top"):
        left, right = st.columns([19, 10], gap="large")
    with left:
        ui.html(parts.picture_head)
        ui.draw_figure(
            ui.bullets(view),
            key="bullets",
            file_name=word("chart.bullets_file", language, area=area_name, as_of=f"{view.as_of:%Y-%m}"),
            alt=parts.picture_alt,
        )
    with right:
        ui.html(*parts.need)
    ui.html(*parts.areas)
    ui.html(blocks.section(word("overview.changes_title", language)))
    with st.container(key="overview_since", width=320):
        changes = ui.pick_changes(view, parts.headline)
    ui.html(blocks.change_list(changes, language))
    ui.html(*parts.table)


if targets.is_empty():
    finding, parts = ui.titles_by_area(view)
    headed(finding)
    ui.html(*parts)
else:
    overview_of_targets()
ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
