"""县区: the areas of a plan on one target: who is ahead, who lags and by how much, who has not reported."""

import streamlit as st

from tracker import blocks, districts, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
plan = ui.plan_of(view)
names = ui.divided_targets(view)
as_of = text.as_of(view.as_of, view.data_cutoff, language)
tags = ui.tags(view, text.listed(ui.rule_labels(view), language))

if not names:
    areas = ui.read(view.build_id, "areas", plan_id=view.plan_id, language=language)
    area = ui.areas_of_plan(view.build_id, view.plan_id, language)[view.area_code]
    finding = word("districts.no_tasks", language, groups=districts.groups_in_words(areas, language), area=area)
    ui.html(blocks.header(" · ".join([plan["name"], as_of]), tags, finding))
    ui.html(*ui.titles_by_area(view)[1])
    ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
    raise ui.PageEnds

head = st.container()
with st.container(key="district_target", width=420):
    view = ui.with_target(view, list(names), names)
picture = ui.areas_on_target(view)
rows = picture.rows
parts = ui.district_parts(view)
finding = parts.finding
with head:
    ui.html(blocks.header(" · ".join([plan["name"], as_of]), tags, finding))
    ui.html(parts.counts)
ui.html(parts.remarks, ui.waiting_links(view, view.target_id))

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
    parts.table,
)
with st.container(horizontal=True):
    ui.offer_table(
        view,
        lambda: districts.export_table(rows, language),
        [finding],
        districts.file_name(picture.name, word("districts.title", language), view.as_of, language),
    )
rules = blocks.caption(ui.state_rules(view.build_id, language))
ui.html(rules, blocks.footer(ui.footer_lines(view, plan["source"])))
