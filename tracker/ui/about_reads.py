"""What the page on methods and sources reads and asks: its part, thresholds to try, tables that older builds lack."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl
import streamlit as st

from tracker import about, blocks_about, links, viewing, what_if
from tracker.keeping import kept
from tracker.links import OFF, ON, View
from tracker.text import word
from tracker.ui.reading import targets_at
from tracker.ui.state import note, pick_part, seed
from tracker.warehouse import read, read_if_there

_LIMIT = 100.0  # points or percent: no threshold lies beyond the whole way


def pick_section(language: str) -> str:
    """The part of the page to read, a code of the link."""
    label = word("about.section", language)
    return pick_part("section", about.SECTIONS, label, lambda code: word(f"about.section_{code}", language))


def try_thresholds(thresholds: pl.DataFrame, language: str) -> dict[str, float]:
    """Draw an input for every threshold that decides a state, in its unit; return those that the reader changed.

    Args:
        thresholds: ``queries/thresholds.sql``.
    """
    rows = thresholds.filter(pl.col("threshold_id").is_in(what_if.DECIDING))
    with st.container(key="what_if_inputs"):
        columns = [column for _ in range(0, max(rows.height, 1), 3) for column in st.columns(3, gap="medium")]
    changed = {}
    for row, column in zip(rows.iter_rows(named=True), columns, strict=False):
        code, value = row["threshold_id"], float(row["value"])
        with column:
            tried = _try_switch(row, language) if row["unit"] == "yes_no" else _try_number(row, language)
        if tried != value:
            changed[code] = tried
            st.session_state["page_codes"][code] = f"{tried:.12g}"
    return changed


def _try_number(row: Mapping[str, object], language: str) -> float:
    code, value, unit = str(row["threshold_id"]), float(str(row["value"])), row["unit"]
    low = 0.0 if unit == "percent" else -_LIMIT
    if code not in st.session_state:
        st.session_state[code] = _stated(code, value, low)
    caption = word("about.with_unit", language, name=row["name"], unit=word(f"about.unit_{unit}", language))
    tried = st.number_input(
        caption,
        min_value=low,
        max_value=_LIMIT,
        step=1.0,
        format="%g",
        key=code,
        help=str(row["source"]),
        persist_state="session",
    )
    return float(tried)


def _stated(code: str, value: float, low: float) -> float:
    """The value that the link tries; what is no number within the limits gives way to the build's own."""
    stated = st.query_params.get(code)
    if stated is None:
        return value
    try:
        number = float(stated)
    except ValueError:
        number = math.nan
    if low <= number <= _LIMIT:
        return number
    note(code, stated, f"{value:g}")
    return value


def _try_switch(row: Mapping[str, object], language: str) -> float:
    code, key = str(row["threshold_id"]), f"{row['threshold_id']}_switch"
    default = ON if row["value"] else OFF
    if key not in st.session_state:
        named = word("about.yes" if row["value"] else "about.no", language)
        st.session_state[key] = seed(code, (OFF, ON), default, named=lambda _: named) == ON
    is_on = st.toggle(word("about.by_days", language), key=key, help=str(row["source"]), persist_state="session")
    st.session_state[code] = ON if is_on else OFF
    return float(is_on)


def tried(view: View, changed: Mapping[str, float]) -> pl.DataFrame:
    """The targets of the viewed area, and of the areas below where it is the plan's, judged by changed thresholds."""
    thresholds = dict(read(view.build_id, "thresholds", language=view.language).select("threshold_id", "value").rows())
    before = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    after = _judged_anew(view, tuple(sorted(changed.items()))) if changed else before
    rows = what_if.compared(before, after, view.as_of, thresholds, changed)
    return rows if view.area_code == view.plan_area else rows.filter(pl.col("area_code") == view.area_code)


@kept(64)
def _judged_anew(view: View, changed: tuple[tuple[str, float], ...]) -> pl.DataFrame:
    return viewing.targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule, dict(changed))


def running_month(view: View) -> str:
    """The link to the last month in which the plan still ran; empty where the view is no later."""
    plans = read(view.build_id, "plans", language=view.language)
    ends_on = plans.filter(plan_id=view.plan_id)["ends_on"][0]
    months = read(view.build_id, "as_of_dates", plan_id=view.plan_id).filter(pl.col("as_of") < ends_on)["as_of"]
    if months.is_empty() or view.as_of < ends_on:
        return ""
    return links.href("about", view, section="what_if", as_of=months[0].isoformat())


def debt_note(view: View) -> str:
    """A short link to the debts of the view's area, beside those of the whole build; empty where there is none."""
    in_all, own = debt_numbers(view)
    return blocks_about.debt_note(own, in_all, links.href("about", view, section="debts"), view.language)


def debt_numbers(view: View) -> tuple[int, int]:
    """The data debts of the whole build and those about the view's area, as its briefing counts them."""
    found = [
        read_if_there(view.build_id, "debts", area_code=area_code, language=view.language)
        for area_code in (None, view.area_code)
    ]
    in_all, own = (0 if debts is None else debts.height for debts in found)
    return in_all, own
