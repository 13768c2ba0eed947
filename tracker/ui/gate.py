"""One gate for pages, one for everything that is written, one for everything that is taken away.

Who is there and what they may is looked up anew in each run of a page, in each callback, before anything is written
and when a file is made, so that a right that was withdrawn is gone at the next click.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import polars as pl
import streamlit as st

from tracker import audit, entrance, people
from tracker.office_store import OfficeError
from tracker.rights import NotAllowed, Person, may
from tracker.ui import own_files
from tracker.ui.admission import way_in

Written = TypeVar("Written")
_PRESENT = "person_of_this_run"


@dataclass(frozen=True)
class Visitor:
    """Who is there: a person with rights, or the name of one without any, or why there is no name.

    ``fault`` is the key of a sentence under ``sign_in``.
    """

    person: Person | None
    name: str = ""
    fault: str = ""


def visitor() -> Visitor:
    """Who looks at this page, with the rights that hold at this moment."""
    way = way_in()
    if _headers(entrance.STAMP_HEADER) != [entrance.STAMP] and _is_served():
        return Visitor(None, fault="other_start")
    if way == entrance.ONE_PC:
        return Visitor(Person(operator(), "admin"))
    name, fault = _by_provider() if way == entrance.PROVIDER else _by_proxy()
    if name is None:
        return Visitor(None, fault=fault)
    person = people.person_of(name)
    return Visitor(person, name, "" if person else "no_rights")


def _by_provider() -> tuple[str | None, str]:
    claims: Mapping[str, object] = st.user.to_dict()
    if not claims.get("is_logged_in"):
        return None, "please"
    if fault := entrance.token_fault(claims, time.time(), os.environ):
        return None, fault
    return entrance.named_by_provider(claims, os.environ), "no_name"


def _by_proxy() -> tuple[str | None, str]:
    return entrance.named_by_proxy(_headers(entrance.header_name(os.environ))), "no_header"


def _headers(name: str) -> list[str]:
    """What the connection of this session sent under a name."""
    return st.context.headers.get_all(name)


def _is_served() -> bool:
    """Whether a browser is at the other end, which always sends headers; a test of a page has none."""
    return len(st.context.headers) > 0


def operator() -> str:
    """Who works at this one PC: the name that was asked once, else that of the account."""
    try:
        return str(st.session_state.get("operator") or people.operator() or audit.os_user())
    except OfficeError:  # a page without the office store is still right
        return audit.os_user()


def known_name() -> str:
    """The name of who acts on this page; empty on one PC until it was asked."""
    if way_in() == entrance.ONE_PC:
        return str(st.session_state.get("operator") or people.operator())
    found = visitor().person
    return found.name if found else ""


def enter() -> Visitor:
    """Who looks at this page in this run; what the page offers goes by that, what it does is asked anew."""
    found = visitor()
    st.session_state[_PRESENT] = found.person
    return found


def _present() -> Person | None:
    found: Person | None = st.session_state.get(_PRESENT)
    return found


def is_allowed(action: str, area: str | None = None) -> bool:
    """Whether who looks at this page may do something: what is not allowed is not offered."""
    return may(_present(), action, area)


def allowed(action: str, area: str | None = None) -> Person:
    """The person who does something, asked for right before it is done.

    Raises:
        NotAllowed: where the right is missing, however the question came up.
    """
    found = visitor()
    if not may(found.person, action, area) or found.person is None:
        raise NotAllowed(action, found.name)
    return found.person


def write(
    action: str, subject: str, do: Callable[..., Written], *arguments: object, area: str | None = None
) -> Written:
    """The only way in which a page changes anything: with the right to it, and kept in the audit.

    Args:
        action: one of :data:`tracker.rights.ACTIONS`.
        subject: what it is done to, for who reads the audit.
        do: what changes it, with its arguments.
        area: the code of the reporting unit that it is done for; None for the whole.

    Raises:
        NotAllowed: where the right is missing; then nothing is done.
    """
    by = allowed(action, area)
    written = do(*arguments)
    audit.record(by.name, action, subject)
    return written


def save_button(label: str, made: Callable[[], bytes], file_name: str, mime: str, *, key: str | None = None) -> None:
    """The only button that saves a file: for who may export, and each file that is made is kept in the audit.

    The right is looked up again when the file is made: between drawing the button and pressing it, it may have gone.
    """
    found = _present()
    if found is None or not may(found, "export"):
        return
    name, seen, is_one_pc = found.name, found.only_areas, way_in() == entrance.ONE_PC
    to = own_files.name_of(st.context.headers.items(), st.context.cookies)

    def gated() -> bytes:
        now = None if is_one_pc else people.person_of(name)
        # What the button would save was drawn for the areas that were seen then.
        if not is_one_pc and (now is None or not may(now, "export") or now.only_areas != seen):
            raise NotAllowed("export", name)
        content = made()
        audit.record(name, "export", file_name)
        own_files.hand_to(to, content)
        return content

    st.download_button(label, gated, file_name=file_name, mime=mime, on_click="ignore", key=key)


def edit_grid(
    frame: pl.DataFrame,
    key: str,
    locked: Sequence[str],
    numbers: Sequence[str] = (),
    columns: Mapping[str, Any] | None = None,
    row_height: int | None = None,
) -> pl.DataFrame:
    """The only grid in which cells are typed. It carries a button of its own that saves it as a file, unseen by any
    gate: who may not export sees nothing of it and gets it back as it is.

    Args:
        frame: what stands in it.
        key: one of its own for each grid.
        locked: the columns that stay as they are.
        numbers: the columns of numbers, shown with all their digits.
        columns: how other columns look, as Streamlit configures them.
        row_height: pixels of a row; None for Streamlit's own.
    """
    if not is_allowed("export"):
        return frame
    shown = {name: st.column_config.NumberColumn(format="%g", required=True) for name in numbers}
    edited: pl.DataFrame = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        disabled=list(locked),
        column_config={**shown, **(columns or {})},
        height="content",
        row_height=row_height,
        placeholder="",
    )
    return edited
