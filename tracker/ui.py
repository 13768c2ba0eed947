"""What pages share with Streamlit: state from the URL, sidebar, cached reads, designed parts. The only such module.

State is kept as codes and never as translated labels: Streamlit's own URL binding writes labels, and such a link
breaks in the other language. A code from an old link that is no longer known falls back, and the page says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from tracker import blocks, charts, findings, text, viewing, warehouse
from tracker.look import css_variables
from tracker.text import LANGUAGES, word
from tracker.viewing import RULE_BASES, Rule

STATIC = Path(__file__).resolve().parent.parent / "static"
ICON = STATIC / "icon.png"
_ON, _OFF = "1", "0"


@dataclass(frozen=True)
class View:
    """What a person looks at, as codes."""

    build_id: str
    is_pinned: bool
    is_demo: bool
    data_cutoff: dt.date | None
    plan_id: str
    plan_area: str
    area_code: str
    as_of: dt.date
    target_id: str | None
    rule: Rule
    language: str


# Frames are cached without Streamlit's help: making its key costs more than finding a small frame.
@lru_cache(maxsize=512)
def read(build_id: str, name: str, **parameters: object) -> pl.DataFrame:
    """Rows of a named query. Shared by all sessions, so never changed in place."""
    return warehouse.query(build_id, name, **parameters)


@lru_cache(maxsize=256)
def targets_at(build_id: str, plan_id: str, as_of: dt.date, language: str, rule: Rule) -> pl.DataFrame:
    """See :func:`tracker.viewing.targets_at`. Shared by all sessions, so never changed in place."""
    return viewing.targets_at(build_id, plan_id, as_of, language, rule)


@st.cache_resource(max_entries=256, show_spinner=False)
def bullets(view: View, foot: str) -> go.Figure:
    """The finished figure of the headline targets of a view."""
    rows = targets_of(view).filter(pl.col("is_headline"))
    return charts.bullet_rows(findings.bullet_frame(rows, view.as_of, view.language), foot)


def warm_up() -> None:
    """Do once what the first visitor would wait for: open the build, load Polars' and Plotly's inner parts."""
    build_id = warehouse.current_build_id()
    if build_id is None:
        return
    for plan_id in read(build_id, "plans", language="zh")["plan_id"].head(1):
        as_of = read(build_id, "as_of_dates", plan_id=plan_id)["as_of"][0]
        rows = targets_at(build_id, plan_id, as_of, "zh", viewing.DEFAULT_RULE)
        charts.bullet_rows(findings.bullet_frame(rows, as_of, "zh"), foot="")


def targets_of(view: View) -> pl.DataFrame:
    """The targets of the viewed area; an area's own rows are all headline, as it has few."""
    rows = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    rows = rows.filter(pl.col("area_code") == view.area_code)
    return rows if view.area_code == view.plan_area else rows.with_columns(is_headline=pl.lit(True))


def language() -> str:
    """The language of this session: the link's, until the reader picks another."""
    return _seed("lang", LANGUAGES, "zh", named=lambda code: word(f"app.{code}", code))


def start_page(chosen: str) -> None:
    """Page frame in a language: title, icon, stylesheet, language of the document."""
    st.set_page_config(page_title=word("app.title", chosen), page_icon=str(ICON), layout="wide")
    st.html(f"<style>{css_variables()}{_stylesheet()}</style>")
    code = "zh-CN" if chosen == "zh" else "en"
    st.html(f"<script>document.documentElement.lang = '{code}'</script>", unsafe_allow_javascript=True)


@lru_cache(maxsize=1)
def _stylesheet() -> str:
    return (STATIC / "look.css").read_text(encoding="utf-8")


def html(*parts: str) -> None:
    """Designed parts, drawn together."""
    st.html(blocks.block(*parts))


def _seed(code: str, allowed: Sequence[str], default: str, *, named: Callable[[str], str] = str) -> str:
    """The state under a code: what the session holds, else what the link names, else the default.

    What the link names and nobody knows, or what a changed plan no longer offers, gives way to the default.
    """
    held = st.session_state.get(code)
    if held is None:
        asked = st.query_params.get(code)
        if asked is not None and asked not in allowed:
            _notices().append((code, asked, named(default)))
        held = asked
    if held not in allowed:
        held = default
    st.session_state[code] = held
    return str(held)


def _notices() -> list[tuple[str, str, str]]:
    notices: list[tuple[str, str, str]] = st.session_state.setdefault("notices", [])
    return notices


def choose_view(chosen: str) -> View | None:
    """Draw the sidebar and return the view it describes; None where no build holds any progress."""
    build_id = _choose_build()
    with st.sidebar:
        view = None if build_id is None else _choose(build_id, chosen)
        st.segmented_control(
            word("app.language", chosen),
            LANGUAGES,
            format_func=lambda code: word(f"app.{code}", chosen),
            key="lang",
            required=True,
            persist_state="session",
        )
        if view is not None:
            _draw_build(view)
    return view


def _choose_build() -> str | None:
    current = warehouse.current_build_id()
    asked = st.session_state.get("build", st.query_params.get("build"))
    if asked is None:
        return current
    if warehouse.has_build(asked):
        st.session_state["build"] = asked
        return str(asked)
    st.session_state["build"] = None
    _notices().append(("build", str(asked), current or "–"))
    return current


def _choose(build_id: str, chosen: str) -> View | None:
    build = read(build_id, "build").row(0, named=True)
    plans = {row["plan_id"]: row for row in read(build_id, "plans", language=chosen).iter_rows(named=True)}
    if not plans:
        return None
    plan_id = _select("plan", list(plans), chosen, lambda code: str(plans[code]["short"]))
    months = {row[0].isoformat(): row[0] for row in read(build_id, "as_of_dates", plan_id=plan_id).iter_rows()}
    cutoff = build["data_cutoff"]
    whole = [code for code, day in months.items() if cutoff is None or day <= cutoff]
    as_of = _select(
        "as_of",
        list(months),
        chosen,
        lambda code: text.as_of(months[code], cutoff, chosen),
        default=(whole or [*months])[0],
    )
    areas = read(build_id, "areas", plan_id=plan_id, language=chosen).filter(pl.col("has_targets"))
    names = dict(areas.select("area_code", "short").iter_rows())
    plan_area = str(plans[plan_id]["area_code"])
    area = _select("area", list(names), chosen, names.__getitem__) if len(names) > 1 else plan_area
    rule = _choose_rule(chosen)
    targets = targets_at(build_id, plan_id, months[as_of], chosen, rule)["target_id"].unique().to_list()
    target = _seed("target", ["", *targets], "", named=lambda _: word("overview.table_title", chosen))
    return View(
        build_id=build_id,
        is_pinned=st.session_state.get("build") is not None,
        is_demo=bool(build["is_demo"]),
        data_cutoff=cutoff,
        plan_id=plan_id,
        plan_area=plan_area,
        area_code=area,
        as_of=months[as_of],
        target_id=target or None,
        rule=rule,
        language=chosen,
    )


def _select(
    code: str, options: list[str], chosen: str, named: Callable[[str], str], *, default: str | None = None
) -> str:
    """A choice by code; the first option is the default unless another is named."""
    _seed(code, options, default or options[0], named=named)
    label = word(f"app.{code}", chosen)
    return str(st.selectbox(label, options, format_func=named, key=code, filter_mode=None, persist_state="session"))


def _choose_rule(chosen: str) -> Rule:
    def named(code: str) -> str:
        return word(f"basis.{code}_long", chosen)

    _seed("basis", RULE_BASES, RULE_BASES[0], named=named)
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
        with_publicity=_switch("publicity", _OFF, chosen),
        with_awaiting=_switch("awaiting", _ON, chosen),
    )


def _switch(code: str, default: str, chosen: str) -> bool:
    """A toggle whose state is kept as the code of the link."""
    key = f"{code}_switch"
    if key not in st.session_state:
        named = word("app.on" if default == _ON else "app.off", chosen)
        st.session_state[key] = _seed(code, (_OFF, _ON), default, named=lambda _: named) == _ON
    is_on = st.toggle(word(f"basis.with_{code}", chosen), key=key, persist_state="session")
    st.session_state[code] = _ON if is_on else _OFF
    return is_on


def _draw_build(view: View) -> None:
    lines = [word("app.build", view.language, build_id=view.build_id)]
    if view.data_cutoff is not None:
        lines.insert(0, word("app.cutoff", view.language, day=text.day(view.data_cutoff, view.language)))
    if view.is_demo:
        lines.append(word("app.demo_explained", view.language))
    if view.is_pinned:
        lines.append(word("app.pinned", view.language))
    html(blocks.side(lines))
    if view.is_pinned and st.button(word("app.unpin", view.language)):
        st.session_state["build"] = None
        st.rerun()


def write_link(view: View) -> None:
    """Put the view into the address bar, as codes, leaving out what is the default anyway.

    The month always stands there: its default moves with the data, and a link must not.
    """
    first_plan = read(view.build_id, "plans", language=view.language)["plan_id"][0]
    codes = {
        "lang": (view.language, "zh"),
        "plan": (view.plan_id, first_plan),
        "as_of": (view.as_of.isoformat(), ""),
        "area": (view.area_code, view.plan_area),
        "target": (view.target_id or "", ""),
        "basis": (view.rule.basis, RULE_BASES[0]),
        "publicity": (_ON if view.rule.with_publicity else _OFF, _OFF),
        "awaiting": (_ON if view.rule.with_awaiting else _OFF, _ON),
        "build": (view.build_id if view.is_pinned else "", ""),
    }
    st.query_params.from_dict({code: value for code, (value, default) in codes.items() if value != default})


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


def show_nothing_yet(chosen: str) -> None:
    """The page of an empty data folder: what to run, for a demonstration and for real lists."""
    if warehouse.current_build_id() is not None:
        html(blocks.panel(word("app.empty_title", chosen), word("app.no_progress", chosen)))
        return
    add = f"python -m etl add {word('app.empty_file', chosen)}"
    commands = {
        word("app.empty_demo", chosen): ["python -m etl sample", "python -m etl build"],
        word("app.empty_real", chosen): [add, "python -m etl build"],
    }
    html(blocks.panel(word("app.empty_title", chosen), word("app.empty_text", chosen), commands))


def show_failure(fault: Exception) -> bool:
    """A designed page in place of an exception: what it means to the reader. Streamlit has logged the rest.

    Returns:
        True: the exception needs no other display.
    """
    chosen = str(st.session_state.get("lang", "zh"))
    keys: dict[type[Exception], str] = {
        warehouse.QueryTooSlow: "app.slow_text",
        warehouse.BuildMissing: "app.gone_text",
        warehouse.BuildUnreadable: "app.unreadable_text",
    }
    html(blocks.panel(word("app.failure_title", chosen), word(keys.get(type(fault), "app.failure_text"), chosen)))
    return True


def rule_labels(view: View) -> list[str]:
    """How titles are counted in this view, in words: nothing is counted without saying so."""
    chosen = view.language
    if view.rule.basis == "ever":
        return [word("basis.ever_long", chosen)]
    awaiting = "basis.with_awaiting" if view.rule.with_awaiting else "basis.without_awaiting"
    labels = [word("basis.in_force_long", chosen), word(awaiting, chosen)]
    return [*labels, word("basis.with_publicity", chosen)] if view.rule.with_publicity else labels


def footer_lines(view: View, source: str) -> list[str]:
    """Basis, cut-off and source of everything on the page."""
    chosen = view.language
    basis = text.listed(rule_labels(view), chosen)
    lines = [word("overview.footer_basis", chosen, basis=basis), word("overview.footer_plan", chosen, source=source)]
    if view.data_cutoff is not None:
        lines.insert(1, word("app.cutoff", chosen, day=text.day(view.data_cutoff, chosen)))
    return lines


def current_view() -> View:
    """The view that the router chose in this run."""
    view: View = st.session_state["view"]
    return view


def draw_figure(figure: go.Figure, *, key: str, file_name: str, alt: str) -> None:
    """A figure in its own look: Streamlit's chart theme would override the sizes."""
    settings: dict[str, Any] = charts.config(file_name)
    st.plotly_chart(figure, theme=None, width="stretch", key=key, config=settings, alt=alt)
