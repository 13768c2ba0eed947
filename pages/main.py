"""Router: language, view from the link, sidebar, the page, the view back into the link."""

from pathlib import Path

import streamlit as st

from tracker import ui
from tracker.links import FIRST_PAGE, PAGES, WITHOUT_BUILD
from tracker.text import word

language = ui.language()
ui.start_page(language)
ui.start_run()
found = [name for name in PAGES if (Path(__file__).parent / f"{name}.py").is_file()]
page = st.navigation(
    [
        st.Page(f"{name}.py", title=word(f"{name}.title", language), url_path=name, default=name == FIRST_PAGE)
        for name in found
    ]
)
view = ui.choose_view(language)
notices = st.container(key="notices")
st.session_state["view"] = view
if view is None and page.url_path not in WITHOUT_BUILD:
    ui.show_nothing_yet(language)
else:
    page.run()
    if view is not None:
        ui.write_link(view)
with notices:
    ui.show_notices(language)
