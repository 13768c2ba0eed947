"""Router: language, view from the link, sidebar, the page, the view back into the link."""

import streamlit as st

from tracker import ui
from tracker.text import word

language = ui.language()
ui.start_page(language)
page = st.navigation(
    [
        st.Page("overview.py", title=word("overview.title", language), url_path="overview", default=True),
        st.Page("about.py", title=word("about.title", language), url_path="about"),
    ]
)
view = ui.choose_view(language)
ui.show_notices(language)
if view is None:
    ui.show_nothing_yet(language)
else:
    st.session_state["view"] = view
    ui.write_link(view)
    page.run()
