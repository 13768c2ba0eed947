"""What the page of rights asks: whom to give which rights, from whom to take them, and the common setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from tracker import blocks, entrance, people
from tracker.catalog import for_data_folder
from tracker.office_store import Incomplete
from tracker.people import Granted
from tracker.rights import ROLES
from tracker.text import word
from tracker.ui.admission import way_in
from tracker.ui.frame import html
from tracker.ui.gate import allowed

_OWN_AREA = {"common": None, "own": True, "all": False}
_SAID, _DONE = "rights_said", "rights_done"


def units(language: str) -> dict[str, str]:
    """The reporting units of every plan by code, each with the name of its plan's whole."""
    catalog = for_data_folder()
    return {
        unit.area_code: " · ".join(
            catalog.areas[code].short.in_language(language) for code in (plan.area_code, unit.area_code)
        )
        for plan in catalog.plans.values()
        for unit in plan.areas
        if unit.area_code != plan.area_code
    }


def is_open_to_all() -> bool:
    """Whether rights have no effect here, because nobody signs in on one PC."""
    return way_in() == entrance.ONE_PC


def ask_to_grant(known: Mapping[str, Granted], areas: Mapping[str, str], language: str) -> None:
    """Fields for the rights of a person; those of somebody known stand in them already."""
    name = st.selectbox(
        _say("name", language),
        list(known),
        index=None,
        placeholder=_say("pick_or_type", language),
        accept_new_options=True,
        # What was done is done: the next change begins with nobody.
        key=f"rights_name_{st.session_state.get(_DONE, 0)}",
    )
    given = known.get(str(name), Granted(str(name or ""), ROLES[0]))
    key = f"rights_{name}_{given.in_words}"
    role = st.segmented_control(
        _say("column_role", language),
        ROLES,
        default=given.role,
        format_func=lambda code: word(f"role.{code}", language),
        required=True,
        key=f"{key}_role",
    )
    html(blocks.side([word(f"rights.explained_{role}", language)]))
    own = st.multiselect(
        _say("column_areas", language),
        list(areas),
        default=[code for code in given.areas if code in areas],
        format_func=areas.__getitem__,
        placeholder=_say("all_areas", language),
        key=f"{key}_areas",
    )
    held = next(code for code, value in _OWN_AREA.items() if value is given.sees_own_area)
    seen = st.segmented_control(
        _say("column_sees", language),
        list(_OWN_AREA),
        default=held,
        format_func=lambda code: _say(f"sees_{code}", language),
        required=True,
        key=f"{key}_sees",
    )
    may_export = st.checkbox(_say("may_export", language), value=given.may_export, key=f"{key}_export")
    with st.container(horizontal=True):
        if st.button(_say("save", language), type="primary", key="rights_save"):
            new = Granted(str(name or ""), str(role), tuple(own), may_export, _OWN_AREA[str(seen)])
            _try(language, "granted", new.name, lambda by: _grant(new, by))
        if str(name) in known and st.button(_say("revoke", language), key="rights_revoke"):
            _try(language, "revoked", given.name, lambda by: people.revoke(given.name, by, "page"))


def ask_common(language: str) -> None:
    """The setting for everybody who has areas."""
    key = "rights_common"
    now = people.own_area_only()
    is_on = st.toggle(_say("common", language), value=now, key=key)
    if is_on != now:
        _try(language, "common_changed", "", lambda by: people.set_own_area_only(is_on, by, "page"))


def show_said() -> None:
    """What the last change did, after the page was drawn anew with it."""
    if said := st.session_state.pop(_SAID, None):
        html(blocks.notice(said))


class _NoArea(Exception):
    """Somebody without an area is to see the own area only."""


def _grant(new: Granted, by: str) -> None:
    if new.sees_own_area and not new.areas:
        raise _NoArea
    people.grant(new, by, "page")


def _try(language: str, done: str, name: str, change: Callable[[str], None]) -> None:
    """Change rights, by who has the right to, and say what came of it. The change itself writes to the audit."""
    refusals = {
        people.LastAdmin: "last_admin",
        people.NobodyOfThatName: "gone",
        people.NameTooLong: "bad_name",
        Incomplete: "bad_name",
        _NoArea: "no_area",
    }
    try:
        change(allowed("rights").name)
    except tuple(refusals) as fault:
        html(blocks.notice(word(f"rights.{refusals[type(fault)]}", language)))
        return
    st.session_state[_DONE] = st.session_state.get(_DONE, 0) + 1
    st.session_state[_SAID] = word(f"rights.{done}", language, **({"name": name} if name else {}))
    st.rerun()


def _say(key: str, language: str) -> str:
    return word(f"rights.{key}", language)
