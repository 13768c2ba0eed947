"""县区: the areas of a plan on one target: who is ahead, who lags and by how much, who has not reported."""

import polars as pl
import streamlit as st

from tracker import blocks, blocks_areas, districts, findings, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
plans = ui.read(view.build_id, "plans", language=language)
plan = plans.row(by_predicate=pl.col("plan_id") == view.plan_id, named=True)
everywhere = ui.targets_at(view.build_id, view.plan_id, view.as_of, language, view.rule)
divided = everywhere.filter(pl.col("area_code") != view.plan_area).unique("target_id", maintain_order=True)
names = dict(divided.select("target_id", "name").iter_rows())
as_of = text.as_of(view.as_of, view.data_cutoff, language)
tags = ui.tags(view, text.listed(ui.rule_labels(view), language))

if not names:
    kinds = districts.groups_in_words(
        ui.read(view.build_id, "areas", plan_id=view.plan_id, language=language), language
    )
    finding = word("districts.no_tasks", language, groups=kinds)
    ui.html(blocks.header(" · ".join([plan["name"], as_of]), tags, finding))
    ui.html(*ui.titles_by_area(view)[1])
    ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
    st.stop()

head = st.container()
with st.container(key="district_target", width=420):
    view = ui.with_target(view, list(names), names)
picture = ui.areas_on_target(view)
rows = picture.rows
finding = districts.finding(rows, language)
with head:
    ui.html(blocks.header(" · ".join([plan["name"], as_of]), tags, finding))
    ui.html(blocks.status_counts(findings.status_counts(rows), language))
remarks = [districts.without_report(rows, language), districts.without_task(rows, picture.areas, language)]
ui.html(blocks.caption([remark for remark in remarks if remark]), ui.waiting_links(view, view.target_id))

figures = ui.area_figures(view)
with st.container(key="district_top"):
    columns = [*st.columns([5, 4], gap="large"), st.container(), st.container()]
for place, column in zip(("lead", "tiles", "dumbbell", "multiples"), columns, strict=True):
    with column:
        ui.draw_figure(
            figures[place],
            key=place,
            file_name=districts.file_name(
                picture.name, word(f"districts.{place}_title", language), view.as_of, language
            ),
            alt=finding,
        )
ui.draw_outlines(view, finding)
ui.html(
    blocks.section(word("districts.table_title", language)),
    blocks_areas.area_table(rows, view),
)
with st.container(horizontal=True):
    ui.offer_table(
        view,
        lambda: districts.export_table(rows, language),
        [finding],
        districts.file_name(picture.name, word("districts.title", language), view.as_of, language),
    )
thresholds = ui.read(view.build_id, "thresholds", language=language)
ui.html(
    blocks.caption(findings.rules_in_words(thresholds, language)), blocks.footer(ui.footer_lines(view, plan["source"]))
)
