"""Router: language, who is there, view from the link, sidebar, the page, the view back into the link."""

from pathlib import Path

import streamlit as st

from tracker import ui
from tracker.links import FIRST_PAGE, PAGES, PAGES_WITHOUT_VIEW
from tracker.rights import may_open
from tracker.text import word

language = ui.language()
ui.start_page(language)
ui.start_run()
person = ui.sign_in(language)
found = [name for name in PAGES if (Path(__file__).parent / f"{name}.py").is_file()]
page = st.navigation(
    [
        st.Page(
            f"{name}.py",
            title=word(f"{name}.title", language),
            url_path=name,
            default=name == FIRST_PAGE,
            visibility="visible" if may_open(person, name) else "hidden",
        )
        for name in found
    ]
)
if person is None:
    st.stop()
view = ui.choose_view(language, person)
ui.show_person(person, language)
notices = st.container(key="notices")
if not may_open(person, page.url_path or FIRST_PAGE):
    ui.show_refusal(language)
elif page.url_path in PAGES_WITHOUT_VIEW:
    page.run()
elif view is None:
    ui.show_nothing_yet(language)
else:
    st.session_state["view"] = view
    page.run()
    ui.write_link(view)
with notices:
    ui.show_notices(language)
