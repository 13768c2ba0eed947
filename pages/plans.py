"""计划对照: all plans side by side: where each stands, and the indicators that they share."""

from dataclasses import replace

import streamlit as st

from tracker import blocks, plan_comparison, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
found = ui.plans_side_by_side(view)
names = found.names
as_of = text.as_of(view.as_of, view.data_cutoff, language)


def say(key: str, **values: object) -> str:
    return word(f"plans.{key}", language, **values)


finding = plan_comparison.finding(found.targets, names, language)
tags = ui.tags(view, text.listed(ui.rule_labels(view), language))
ui.html(blocks.header(" · ".join([say("title"), as_of]), tags, finding))
ui.html(
    blocks.section(say("standing_title"), say("standing_note")),
    plan_comparison.standing_table(found.plans, found.targets, view),
    blocks.section(say("shared_title"), say("shared_note")),
)
with st.container(key="plans_per", width=420):
    code = ui.pick_denominator(found, language)
divided_by = found.counts(code) if code else None
said = say("not_divided")
if divided_by is not None:
    name = dict(found.titles.select("indicator_id", "name").iter_rows())[code]
    said = plan_comparison.base_in_words(name, divided_by, names, language)
ui.html(plan_comparison.shared_table(found.shared, names, divided_by, view), blocks.caption([said]))
with st.container(horizontal=True):
    ui.offer_table(
        view,
        lambda: plan_comparison.export_table(found.shared, names, divided_by, language),
        [finding, said],
        word("plans.file", language, as_of=f"{view.as_of:%Y-%m}"),
    )
sources = [word("plans.source", language, plan=row["short"], source=row["source"]) for row in found.plans.to_dicts()]
# That one of the plans is a draft stands in its own row.
ui.html(blocks.footer([*ui.footer_lines(replace(view, is_draft=False), sources[0]), *sources[1:]]))
