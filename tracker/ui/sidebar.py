"""The sidebar: plan, month, area, rule, language, build; the view that they describe."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import streamlit as st

from tracker import blocks, blocks_meeting, excerpt, text, warehouse
from tracker.keeping import kept
from tracker.links import OFF, ON, View
from tracker.rights import Person
from tracker.text import LANGUAGES, word
from tracker.ui.about_reads import debt_note
from tracker.ui.frame import PICTURE_CHOICES, html
from tracker.ui.reading import areas_of_plan, plans_of, reported_builds, targets_at
from tracker.ui.state import note, seed, select
from tracker.ui.warming import usual_month
from tracker.viewing import RULE_BASES, Rule
from tracker.warehouse import read


def choose_view(chosen: str, person: Person) -> View | None:
    """Draw the sidebar and return the view it describes; None where no build holds any data that the person sees."""
    build_id = _choose_build()
    with st.sidebar:
        view = None if build_id is None else _choose(excerpt.id_of(build_id, person.only_areas), chosen)
        choose_language(chosen)
        if view is not None:
            _choose_picture(chosen)
            _draw_build(view)
    return view


def choose_language(chosen: str) -> None:
    """The switch of the language, which every page has and the one to sign in too."""
    st.segmented_control(
        word("app.language", chosen),
        LANGUAGES,
        format_func=lambda code: word(f"app.{code}", chosen),
        key="lang",
        required=True,
        persist_state="session",
    )


def _choose_build() -> str | None:
    current = warehouse.current_build_id()
    asked = st.session_state.get("build", st.query_params.get("build"))
    if asked is None:
        return current
    if warehouse.has_build(asked):
        st.session_state["build"] = asked
        return str(asked)
    st.session_state["build"] = None
    note("build", str(asked), current or "–")
    return current


@dataclass(frozen=True)
class _Months:
    """The month ends of a plan by their code, newest first; their words; the code of the one that it opens on."""

    days: dict[str, dt.date]
    words: dict[str, str]
    usual: str


@kept(64)
def _months(build_id: str, plan_id: str, data_cutoff: dt.date | None, language: str) -> _Months:
    days = read(build_id, "as_of_dates", plan_id=plan_id)["as_of"].to_list()
    return _Months(
        {day.isoformat(): day for day in days},
        {day.isoformat(): text.as_of(day, data_cutoff, language) for day in days},
        usual_month(days, data_cutoff).isoformat(),
    )


@kept(256)
def _target_codes(build_id: str, plan_id: str, as_of: dt.date, language: str, rule: Rule) -> list[str]:
    """The targets that a link may name, none of them first."""
    targets = targets_at(build_id, plan_id, as_of, language, rule)
    return ["", *targets["target_id"].unique(maintain_order=True).to_list()]


def _choose(build_id: str, chosen: str) -> View | None:
    build = read(build_id, "build").row(0, named=True)
    plans = plans_of(build_id, chosen)
    if not plans:
        return None
    plan_id = select("plan", list(plans), word("app.plan", chosen), lambda code: str(plans[code]["short"]))
    cutoff = build["data_cutoff"]
    months = _months(build_id, plan_id, cutoff, chosen)
    code = select("as_of", list(months.days), word("app.as_of", chosen), months.words.__getitem__, default=months.usual)
    as_of = months.days[code]
    names = areas_of_plan(build_id, plan_id, chosen)
    plan_area = str(plans[plan_id]["area_code"])
    area = (
        select("area", list(names), word("app.area", chosen), names.__getitem__)
        if len(names) > 1
        else next(iter(names))
    )
    rule = _choose_rule(chosen)
    targets = _target_codes(build_id, plan_id, as_of, chosen, rule)
    target = seed("target", targets, "", named=lambda _: word("overview.table_title", chosen))
    return View(
        build_id=build_id,
        is_pinned=st.session_state.get("build") is not None,
        is_demo=bool(build["is_demo"]),
        data_cutoff=cutoff,
        plan_id=plan_id,
        plan_area=plan_area,
        area_code=area,
        as_of=as_of,
        target_id=target or None,
        rule=rule,
        language=chosen,
        is_draft=bool(plans[plan_id]["is_draft"]),
    )


def _choose_rule(chosen: str) -> Rule:
    def named(code: str) -> str:
        return word(f"basis.{code}_long", chosen)

    seed("basis", RULE_BASES, RULE_BASES[0], named=named)
    basis = st.segmented_control(
        word("basis.label", chosen),
        RULE_BASES,
        format_func=named,
        key="basis",
        required=True,
        persist_state="session",
    )
    if basis == "ever":
        return Rule(basis="ever")
    return Rule(
        basis="in_force",
        with_publicity=_switch("publicity", OFF, chosen),
        with_awaiting=_switch("awaiting", ON, chosen),
    )


def _switch(code: str, default: str, chosen: str) -> bool:
    """A toggle whose state is kept as the code of the link."""
    key = f"{code}_switch"
    if key not in st.session_state:
        named = word("app.on" if default == ON else "app.off", chosen)
        st.session_state[key] = seed(code, (OFF, ON), default, named=lambda _: named) == ON
    is_on = st.toggle(word(f"basis.with_{code}", chosen), key=key, persist_state="session")
    st.session_state[code] = ON if is_on else OFF
    return is_on


def _choose_picture(chosen: str) -> None:
    """What the camera of a chart saves; not part of the link, as it changes nothing that is seen."""
    with st.expander(word("images.camera", chosen)):
        for key, options in PICTURE_CHOICES.items():
            st.segmented_control(
                word(f"images.{key}", chosen),
                options,
                default=None if key in st.session_state else options[0],
                format_func=lambda code: word(f"images.{code}", chosen),
                key=key,
                required=True,
                persist_state="session",
            )


def _draw_build(view: View) -> None:
    build_id = excerpt.whole_id(view.build_id)
    lines = [word("app.build", view.language, build_id=build_id)]
    if view.data_cutoff is not None:
        lines.insert(0, word("app.cutoff", view.language, day=text.day(view.data_cutoff, view.language)))
    if view.is_demo:
        lines.append(word("app.demo_explained", view.language))
    if not view.is_pinned and build_id != warehouse.newest_build_id():
        lines.append(word("app.not_newest", view.language))
    known = reported_builds(view.plan_id)
    marks = known or []
    lines += [word("office.unreadable", view.language)] if known is None else []
    if view.is_pinned:
        here = [blocks_meeting.reported_at(mark, view.language) for mark in marks if mark.build_id == build_id]
        lines += [word("meeting.is_reported", view.language, meeting=said) for said in here[:1]]
        lines += [] if here else [word("app.pinned", view.language)]
    html(blocks.side(lines), debt_note(view), blocks_meeting.reported_links(marks, view))
    if view.is_pinned and st.button(word("app.unpin", view.language)):
        st.session_state["build"] = None
        st.rerun()
