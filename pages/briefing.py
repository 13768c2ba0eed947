"""简报: choose what goes into a briefing, read its text, take its files or one zip of them, keep it for next month."""

import streamlit as st

from tracker import blocks, office_store, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
plan = ui.plan_of(view)
areas = dict(
    ui.read(view.build_id, "areas", plan_id=view.plan_id, language=language).select("area_code", "short").rows()
)
as_of = text.as_of(view.as_of, view.data_cutoff, language)
tags = ui.tags(view)

head = st.container()
choices, preview = st.columns([2, 3], gap="large")
with choices:
    try:
        ui.pick_named(view)
        selection, templates = ui.pick_selection(view, areas)
        ui.offer_to_keep(selection)
    except office_store.OfficeError:
        ui.html(blocks.notice(word("briefing.office_unreadable", language)))
        raise ui.PageEnds from None
found = ui.briefing_content(selection)
if found is None:
    shown = areas[selection.area_codes[0]] if selection.area_codes else areas[view.plan_area]
    with head:
        ui.html(blocks.header(plan["name"], tags, word("briefing.no_targets", language, area=shown)))
    raise ui.PageEnds
with head:
    place = word("briefing.page_intro", language, plan=plan["name"], area=found.area, as_of=as_of)
    ui.html(blocks.header(place, tags, found.finding))
    ui.offer_documents(found, templates)
with preview:
    ui.html(
        blocks.section(word("briefing.preview", language), word("briefing.preview_note", language)),
        blocks.document(found.notice.lines()),
    )
ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
