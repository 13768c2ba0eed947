"""权限: who has which rights; give and take them. For administrators."""

import streamlit as st

from tracker import blocks, blocks_people, people, ui
from tracker.text import word

language = ui.chosen_language()
known = people.people()
areas = ui.units(language)
common = people.own_area_only()

ui.html(blocks.header(word("rights.title", language), [], blocks_people.people_finding(known, language)))
if ui.is_open_to_all():
    ui.html(blocks.notice(word("rights.no_effect", language)))
ui.show_said()
if known:
    ui.html(blocks_people.people_table(known, areas, common, language))
left, right = st.columns([3, 2], gap="large")
with left:
    ui.html(blocks.section(word("rights.grant_title", language), word("rights.grant_note", language)))
    ui.ask_to_grant({given.name: given for given in known}, areas, language)
with right:
    ui.html(blocks.section(word("rights.common_title", language)))
    ui.ask_common(language)
    ui.html(*(blocks.paragraph(word(f"rights.{key}", language)) for key in ("common_note", "way_back")))
