"""Who does something: the name that stands beside whatever a person records, publishes or withdraws."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from tracker import blocks, entrance, people
from tracker.office_store import OfficeError
from tracker.text import word
from tracker.ui.admission import way_in
from tracker.ui.frame import html
from tracker.ui.gate import visitor

_LONGEST_NAME = 40


def operator_name(chosen: str, key: str) -> str:
    """The name of who does it: that of the person who is signed in, on one PC the one that is asked for once.

    Args:
        chosen: the language of the words.
        key: one of its own for each form of a page.
    """
    if way_in() != entrance.ONE_PC:
        found = visitor().person
        name = found.name if found else ""
        html(blocks.side([word("sign_in.operator", chosen, name=name)]))
        return name
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get("operator") or _remembered()
    typed = st.text_input(word("app.operator", chosen), key=key, max_chars=_LONGEST_NAME).strip()
    if typed and typed != st.session_state.get("operator"):
        st.session_state["operator"] = typed
        if typed != _remembered():
            with suppress(OfficeError):  # then it is asked again another time
                people.remember_operator(typed)
    return typed


def is_sent(label: str, key: str, is_complete: bool, missing: str, *, disabled: bool = False) -> bool:
    """Whether a button was pressed and all that it needs is filled in; else ``missing`` says what is not.

    What is typed is known only once its field is left: a button that waits for it could not be pressed at once.
    """
    is_pressed = st.button(label, key=key, disabled=disabled)
    if is_pressed and not is_complete:
        html(blocks.notice(missing))
    return is_pressed and is_complete


def _remembered() -> str:
    with suppress(OfficeError):
        return people.operator()
    return ""
