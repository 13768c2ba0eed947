"""待处理: what waits for a person: refused cells to correct, questions to decide, objections of districts."""

import streamlit as st

from tracker import blocks, excerpt, text, ui, waiting
from tracker.text import word

view = ui.current_view()
language = view.language
head = st.empty()
place = " · ".join([word("questions.title", language), text.as_of(view.as_of, view.data_cutoff, language)])
with head:
    # The spinner below says that it works; the line of the finding is kept free for it.
    ui.html(blocks.header(place, ui.tags(view), "\u00a0"))
parts_label = word("about.section", language)
section = ui.pick_part(
    "section", waiting.SECTIONS, parts_label, lambda code: word(f"questions.section_{code}", language)
)
with st.spinner(word("questions.working", language)):
    cells = ui.open_cells(view)
    questions = ui.open_questions(view)
objections = ui.objections_of(view)
with head.container():
    finding = waiting.finding(cells["cells"], questions["questions"], objections, language)
    # A damaged inbox is not an empty one; what is wrong stands below.
    is_read = bool(cells["build_id"])
    ui.html(blocks.header(place, ui.tags(view), finding if is_read else word("questions.unreadable", language)))
    if is_read and view.build_id != cells["build_id"]:
        ui.html(blocks.notice(word("questions.other_build", language, build_id=cells["build_id"])))
    ui.offer_build(language, waiting.has_unbuilt(cells["corrections"], questions["answers"]))
if section == "objections":
    ui.show_objections(view, objections)
elif is_read and section == "cells":
    ui.show_cells(view, cells)
elif is_read:
    ui.show_questions(view, questions)
shown = word("app.build", language, build_id=cells["build_id"] or excerpt.whole_id(view.build_id))
ui.html(blocks.footer([word("questions.foot", language), shown]))
