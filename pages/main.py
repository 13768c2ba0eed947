"""Router: language, who is there, view from the link, sidebar, the page, the view back into the link."""

from contextlib import suppress

import streamlit as st

from tracker import ui
from tracker.links import FIRST_PAGE, PAGES_WITHOUT_VIEW, SECTIONS
from tracker.rights import may_open
from tracker.turns import turn

with turn():
    language = ui.language()
    ui.start_page(language)
    ui.start_run()
    person = ui.sign_in(language)
    hidden = frozenset(name for names in SECTIONS.values() for name in names if not may_open(person, name))
    page = st.navigation(ui.pages(language, hidden), position="top")
    if person is None:
        st.stop()
    view = ui.choose_view(language, person)
    ui.show_person(person, language)
    notices = st.container(key="notices")
    st.session_state["view"] = view
    if not may_open(person, page.url_path or FIRST_PAGE):
        ui.show_refusal(language)
    elif view is None and page.url_path not in PAGES_WITHOUT_VIEW:
        ui.show_nothing_yet(language)
    else:
        with suppress(ui.PageEnds):
            page.run()
        if view is not None:
            ui.write_link(view)
    with notices:
        ui.show_notices(language)
