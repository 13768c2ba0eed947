"""候选名单: for any gap the names that could fill it, what the rules ask of each, and who may be lost meanwhile."""

import streamlit as st

from tracker import blocks, blocks_candidates, candidates_words, enterprises, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
plan = ui.plan_of(view)
labels = ui.labels_of(view)


def say(key: str, **values: object) -> str:
    return word(f"candidates.{key}", language, **values)


head = st.container()
found = ui.candidate_list(view)
units = ui.units_of_measures(view)
finding = candidates_words.finding(found.name, found.target, found.counts, found.holders.height, language)
place = [plan["name"], labels.areas[view.area_code], text.as_of(view.as_of, view.data_cutoff, language)]
tags = [blocks.tag(word("app.demo", language), "demo")] if view.is_demo else []
with head:
    ui.html(blocks.header(" · ".join(place), [*tags, blocks.tag(word("ladder.rule", language), "rule")], finding))
ui.html(
    blocks.section(say("criteria_title"), say("no_score")),
    blocks.caption(found.rules),
    blocks_candidates.criterion_table(found.every, found.version, view, found.codes),
    blocks.section(say("names_title", number=text.number(found.picked.height, 0, language)), say("order")),
)
table, below = st.container(), st.container(key="candidates_below", horizontal=True)
with below:
    page = ui.pick_page("page", enterprises.number_of_pages(found.picked))
    ui.offer_candidates(view, found, finding, labels)
with table:
    shown = enterprises.page_of(view.build_id, found.picked, page)
    ui.html(blocks_candidates.name_table(shown, found.picked, found.version, units, labels, view))
ui.html(
    blocks.section(say("risk_title", number=text.number(found.holders.height, 0, language)), say("risk_note")),
    blocks.caption([say("review_rules", version=candidates_words.version_name(found.review_version, language))]),
)
table, below = st.container(), st.container(key="risk_below", horizontal=True)
with below:
    page = ui.pick_page("risk_page", enterprises.number_of_pages(found.holders))
with table:
    at_risk = enterprises.page_of(view.build_id, found.holders, page)
    ui.html(blocks_candidates.name_table(at_risk, found.holders, found.review_version, units, labels, view))
ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
