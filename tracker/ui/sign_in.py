"""Signing in: who is there and may look is let through, everybody else gets a page that says what to do."""

from __future__ import annotations

import os

import streamlit as st

from tracker import audit, blocks, entrance
from tracker.rights import Person
from tracker.text import word
from tracker.ui.admission import way_in
from tracker.ui.frame import html
from tracker.ui.gate import Visitor, enter
from tracker.ui.sidebar import choose_language

_RECORDED = "audit_of_sign_in"


def sign_in(chosen: str) -> Person | None:
    """The person who may look at pages; None after a page that says why nobody may."""
    try:
        way, found = way_in(), enter()
    except entrance.Misconfigured as fault:
        _explain(chosen, "misconfigured", fault.said[chosen])
        return None
    if way != entrance.ONE_PC:
        _record(found)
    if found.person is None:
        _explain(chosen, found.fault, word(f"sign_in.{found.fault}", chosen, **_said(found)))
        if way == entrance.PROVIDER:
            _offer(chosen, found)
        with st.sidebar:
            choose_language(chosen)
    return found.person


def _said(found: Visitor) -> dict[str, str]:
    values = {"name": found.name, "variable": entrance.USER_CLAIM, "header": entrance.header_name(os.environ)}
    keys = {"no_rights": ("name",), "no_name": ("variable",), "no_header": ("header",)}
    return {key: values[key] for key in keys.get(found.fault, ())}


def _explain(chosen: str, fault: str, said: str) -> None:
    html(blocks.panel(word(f"sign_in.{fault}_title", chosen), said))


def _offer(chosen: str, found: Visitor) -> None:
    """The button to the provider, or the way out for who is known there and has no rights here."""
    with st.container(key="sign_in", horizontal=True):
        if not found.name and st.button(word("sign_in.button", chosen), type="primary", key="sign_in_button"):
            st.login()
        if st.user.to_dict().get("is_logged_in"):
            _sign_out(chosen)


def show_refusal(chosen: str) -> None:
    """In place of a page that the person may not open, by whatever link it was reached."""
    html(blocks.panel(word("sign_in.page_title", chosen), word("sign_in.page", chosen)))


def show_person(person: Person, chosen: str) -> None:
    """Who is signed in and as what, in the sidebar; the way out where a provider let them in."""
    if way_in() == entrance.ONE_PC:
        return
    with st.sidebar:
        html(
            blocks.side([word("sign_in.signed_in", chosen, name=person.name, role=word(f"role.{person.role}", chosen))])
        )
        if way_in() == entrance.PROVIDER:
            _sign_out(chosen)


def _sign_out(chosen: str) -> None:
    if st.button(word("sign_in.sign_out", chosen), key="sign_out_button"):
        st.logout()


def _record(found: Visitor) -> None:
    """Keep a sign-in, or that one was refused, once a day for each outcome; a page that waits is neither."""
    if found.fault in ("please", "expired") or st.session_state.get(_RECORDED) == (found.name, found.fault):
        return
    st.session_state[_RECORDED] = (found.name, found.fault)
    audit.record_daily(found.name, "refused" if found.fault else "sign_in", found.fault)
