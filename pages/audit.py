"""审计: who did what and when, searchable, with the check that nothing was changed. For editors and administrators."""

import streamlit as st

from tracker import blocks, blocks_people, ui
from tracker.text import word

language = ui.chosen_language()
chain = ui.audit_chain()
head = st.container()
found = ui.pick_entries(language)
with head:
    finding = blocks_people.audit_finding(len(found), chain, language)
    ui.html(blocks.header(word("audit.title", language), [], finding))
    ui.html((blocks.notice if chain.broken_at else blocks.paragraph)(blocks_people.chain_line(chain, language)))
table = st.container()
page = ui.pick_page("audit_page", max(1, -(-len(found) // ui.PAGE_ROWS)))
with table:
    ui.html(ui.entries_shown(found, page, language))
if found:
    ui.offer_entries(blocks_people.audit_frame(found, language), chain, language)
ui.html(blocks.caption([word("audit.note", language)]))
