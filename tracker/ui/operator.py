"""Who does something: the name that stands beside whatever a person records, publishes or withdraws."""

from __future__ import annotations

import streamlit as st

from tracker.text import word

_LONGEST_NAME = 40


def operator_name(chosen: str, key: str) -> str:
    """Ask for the name of who does it; what was typed once in a session is there the next time.

    Args:
        chosen: the language of the words.
        key: one of its own for each form of a page.
    """
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get("operator", "")
    typed = st.text_input(word("app.operator", chosen), key=key, max_chars=_LONGEST_NAME).strip()
    if typed:
        st.session_state["operator"] = typed
    return typed
