"""State as codes: from the link into the session, from the session into widgets and back into the link.

State is kept as codes and never as translated labels: Streamlit's own URL binding writes labels, and such a link
breaks in the other language. A code from an old link that is no longer known falls back, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from tracker import blocks, links
from tracker.links import View
from tracker.text import LANGUAGES, word
from tracker.ui.frame import html

LONGEST_TEXT = 80


def language() -> str:
    """The language of this session: the link's, until the reader picks another."""
    return seed("lang", LANGUAGES, "zh", named=lambda code: word(f"app.{code}", code))


def start_run() -> None:
    """Forget the codes that the page of the run before put into the link."""
    st.session_state["page_codes"] = {}


def current_view() -> View:
    """The view that the router chose in this run."""
    view: View = st.session_state["view"]
    return view


def chosen_language() -> str:
    """The language that the router found in this run, for pages that may have no view."""
    return str(st.session_state["lang"])


def possible_view() -> View | None:
    """The view that the router chose; None where nothing was published yet."""
    view: View | None = st.session_state["view"]
    return view


def seed(code: str, allowed: Sequence[str], default: str, *, named: Callable[[str], str] = str) -> str:
    """The state under a code: what the session holds, else what the link names, else the default.

    What the link names and nobody knows, or what a changed plan no longer offers, gives way to the default.
    """
    held = st.session_state.get(code)
    if held is None:
        asked = st.query_params.get(code)
        if asked is not None and asked not in allowed:
            note(code, asked, named(default))
        held = asked
    if held not in allowed:
        held = default
    st.session_state[code] = held
    return str(held)


def note(code: str, asked: str, shown: str) -> None:
    """Keep for :func:`show_notices` that a link asked for something that is not there."""
    _notices().append((code, asked, shown))


def _notices() -> list[tuple[str, str, str]]:
    notices: list[tuple[str, str, str]] = st.session_state.setdefault("notices", [])
    return notices


def show_notices(chosen: str) -> None:
    """Say once what a link asked for and could not get."""
    messages = [
        word("app.unknown_build", chosen, value=value)
        if code == "build"
        else word("app.unknown_code", chosen, name=code, value=value, shown=shown)
        for code, value, shown in _notices()
    ]
    _notices().clear()
    if messages:
        html(*map(blocks.notice, messages))


def select(
    code: str,
    options: Sequence[str],
    label: str,
    named: Callable[[str], str],
    *,
    default: str | None = None,
    disabled: bool = False,
) -> str:
    """A choice by code; the first option is the default unless another is named."""
    seed(code, options, options[0] if default is None else default, named=named)
    chosen = st.selectbox(
        label,
        options,
        format_func=named,
        key=code,
        filter_mode=None,
        disabled=disabled,
        persist_state="session",
    )
    return str(chosen)


def pick(code: str, options: Sequence[str], label: str, named: Callable[[str], str], *, disabled: bool = False) -> str:
    """A choice of the page: as :func:`select`, and part of the page's link. The first option is the default.

    While disabled it is kept and shown, and chooses nothing.
    """
    chosen = select(code, options, label, named, disabled=disabled)
    return _in_link(code, options[0] if disabled else chosen, options[0])


def pick_part(code: str, parts: Sequence[str], label: str, named: Callable[[str], str]) -> str:
    """Which part of a page to see, as a row of buttons and part of the page's link. The first is the default."""
    seed(code, parts, parts[0], named=named)
    chosen = st.segmented_control(
        label,
        parts,
        format_func=named,
        key=code,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return _in_link(code, str(chosen), parts[0])


def type_text(code: str, label: str, hint: str) -> str:
    """A search text of the page, part of its link; it takes effect while it is being typed."""
    if code not in st.session_state:
        st.session_state[code] = st.query_params.get(code, "")[:LONGEST_TEXT]
    typed = st.text_input(
        label,
        key=code,
        placeholder=hint,
        max_chars=LONGEST_TEXT,
        type="search",
        live=True,
        persist_state="session",
    )
    return _in_link(code, (typed or "").strip(), "")


def type_number(code: str, label: str, *, disabled: bool = False) -> float | None:
    """A limit that may be left open, part of the page's link. While disabled it is kept and limits nothing."""
    if code not in st.session_state:
        st.session_state[code] = _stated_number(code)
    value = st.number_input(
        label, value=None, key=code, placeholder="–", format="%.12g", disabled=disabled, persist_state="session"
    )
    if value is None or disabled:
        return None
    _in_link(code, f"{value:.12g}", "")
    return float(value)


def _stated_number(code: str) -> float | None:
    stated = st.query_params.get(code)
    if not stated:
        return None
    try:
        return float(stated)
    except ValueError:
        note(code, stated, "–")
        return None


def pick_page(code: str, number: int) -> int:
    """The page of a list that is too long for one, part of the link; back to the first when the list gets shorter."""
    stated = st.query_params.get(code, "1") if code not in st.session_state else "1"
    first = int(stated) if stated.isascii() and stated.isdigit() and 1 <= int(stated) <= number else 1
    if st.session_state.get(code, 1) > number:
        del st.session_state[code]
    if number == 1:
        return 1
    chosen = st.pagination(number, default=first, key=code, persist_state="session")
    return int(_in_link(code, str(chosen), "1"))


def step_to(code: str, last: int) -> int:
    """Where the reader is in a sequence from 0 to ``last``, part of the link; :func:`turn` goes on or back."""
    if code not in st.session_state:
        stated = st.query_params.get(code, "0")
        st.session_state[code] = int(stated) if stated.isascii() and stated.isdigit() else 0
    place = st.session_state[code] = min(max(int(st.session_state[code]), 0), last)
    return int(_in_link(code, str(place), "0"))


def turn(code: str, step: int) -> None:
    """Go on or back in a sequence. A step and no place: a key pressed while the page is still drawn counts too."""
    st.session_state[code] = int(st.session_state.get(code, 0)) + step


def linked_code(code: str, allowed: Sequence[str] | None, shown: str) -> str:
    """A code that only links set (a cell of a table, one enterprise); empty where the link names none.

    Args:
        code: its name in the link.
        allowed: the known codes; None where the page looks itself whether it knows it.
        shown: what the page shows in place of an unknown one, in words.
    """
    asked = st.query_params.get(code, "")
    if asked and allowed is not None and asked not in allowed:
        note(code, asked, shown)
        asked = ""
    return _in_link(code, asked, "")


def _in_link(code: str, value: str, default: str) -> str:
    if value != default:
        st.session_state["page_codes"][code] = value
    return value


class PageEnds(Exception):
    """A page has said all that it has to say. What every page does after it still follows, unlike after ``st.stop``."""


def write_link(view: View) -> None:
    """Put the view and the choices of the page into the address bar, as codes.

    An address that says the same in another order stays: each change is a step that "back" would have to undo.
    """
    codes = links.codes(view) | st.session_state["page_codes"]
    if st.query_params.to_dict() != codes:
        st.query_params.from_dict(codes)
