"""What a person may edit in a grid: thresholds, and the tasks of one target by area and year."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl
import streamlit as st

from tracker import text
from tracker.catalog_models import MONEY_UNITS, SUMMED_BASES, WHOLE_UNITS
from tracker.links import View
from tracker.text import word
from tracker.ui.desk_answers import done, told
from tracker.ui.gate import edit_grid, is_allowed
from tracker.ui.operator import is_sent, operator_name
from tracker.ui.state import select
from tracker.warehouse import read

EXEMPT = "不考核"


def edit_thresholds(view: View) -> None:
    """A grid of all thresholds; each changed cell becomes a record with who and why."""
    language = view.language
    content = told("thresholds")
    if not isinstance(content, dict) or "thresholds" not in content:
        st.error(word("builds.no_answer", language))
        return
    rows: list[dict[str, Any]] = content["thresholds"]
    names = ("threshold", "value", "unit", "default", "edited")
    captions = [word(f"builds.grid_{name}", language) for name in names]
    shown = pl.DataFrame(
        [
            (row[language], row["value"], _unit(row["unit"], language), row["default"], _edited(row, language))
            for row in rows
        ],
        schema=dict(zip(captions, (pl.String, pl.Float64, pl.String, pl.Float64, pl.String), strict=True)),
        orient="row",
    )
    locked = [caption for caption in captions if caption != captions[1]]
    edited = edit_grid(shown, f"threshold_grid_{len(content['edits'])}", locked, [captions[1]])
    values = edited[captions[1]].to_list()
    changed = [(row, value) for row, value in zip(rows, values, strict=True) if value != row["value"]]
    said = [
        word("builds.threshold_moved", language, name=row[language], before=f"{row['value']:g}", after=f"{value:g}")
        for row, value in changed
        if value is not None
    ]
    if said:
        st.warning(text.listed(said, language))
    by, reason = _who_and_why(language, "threshold")
    label, missing = _say("save", language), _say("fill_in_reason", language)
    if is_allowed("threshold") and is_sent(label, "save_thresholds", bool(by and reason), missing, disabled=not said):
        saved = [
            done(["threshold", *_stated(row, value), f"--by={by}", f"--reason={reason}"], language)
            for row, value in changed
        ]
        if any(saved):
            st.session_state["unbuilt"] = True
        if all(saved):
            st.rerun()


def _stated(row: dict[str, Any], value: float) -> list[str]:
    return [row["threshold_id"], f"{value:.12g}"]


def _unit(unit: str, language: str) -> str:
    return word("builds.unit_switch", language) if unit == "yes_no" else word(f"unit.{unit}.name", language)


def _edited(row: dict[str, Any], language: str) -> str:
    edit = row["edit"]
    if edit is None:
        return ""
    return word("builds.edited_by", language, by=edit["by"], on=edit["recorded_at"][:10], reason=edit["reason"])


def _who_and_why(language: str, key: str) -> tuple[str, str]:
    with st.container(horizontal=True, width=720, key=f"{key}_who"):
        by = operator_name(language, f"{key}_by")
        reason = st.text_input(_say("reason", language), key=f"{key}_reason", max_chars=200).strip()
    return by, reason


def edit_tasks(view: View) -> None:
    """A grid of areas by years for one target, with the sum against the city while it is edited."""
    language = view.language
    targets = read(view.build_id, "targets", plan_id=view.plan_id, as_of=view.as_of, language=language)
    whole = targets.filter(pl.col("area_code") == view.plan_area)
    names = dict(whole.select("target_id", "name").unique("target_id", maintain_order=True).iter_rows())
    with st.container(width=480):
        asked = view.target_id if view.target_id in names else None
        target = select("grid_target", list(names), _say("target", language), names.__getitem__, default=asked)
    tasks = read(view.build_id, "task_grid", plan_id=view.plan_id, target_id=target)
    areas = read(view.build_id, "areas", plan_id=view.plan_id, language=language)
    units = dict(areas.filter(pl.col("area_code") != view.plan_area).select("area_code", "short").iter_rows())
    plan = read(view.build_id, "plans", language=language).row(
        by_predicate=pl.col("plan_id") == view.plan_id, named=True
    )
    years = [str(year) for year in range(plan["starts_on"].year, plan["ends_on"].year + 1)]
    stated = {(row["area_code"], str(row["due_on"].year)): _task(row) for row in tasks.iter_rows(named=True)}
    area_caption = word("app.area", language)
    shown = pl.DataFrame(
        [(name, *(stated.get((code, year), "") for year in years)) for code, name in units.items()],
        schema=dict.fromkeys([area_caption, *years], pl.String),
        orient="row",
    )
    with st.container(width=720):
        edited = edit_grid(shown, f"task_grid_{target}", [area_caption])
    row = whole.row(by_predicate=pl.col("target_id") == target, named=True)
    if row["basis"] in SUMMED_BASES and row["unit"] in WHOLE_UNITS | MONEY_UNITS:
        _show_sums(edited, years, {year: stated.get((view.plan_area, year), "") for year in years}, language)
    changed = _changed(shown, edited, list(units), years)
    with st.container(horizontal=True, key="task_document"):
        document = st.text_input(_say("document", language), key="task_document_no", max_chars=80).strip()
        on = st.date_input(_say("document_on", language), None, format="YYYY-MM-DD", key="task_document_on")
        by = operator_name(language, "task_by")
    ready = bool(document and by and isinstance(on, dt.date))
    label, missing = _say("save", language), _say("fill_in_document", language)
    if is_allowed("target") and is_sent(label, "save_tasks", ready, missing, disabled=not changed):
        arguments = ["assign", "-", "--plan", view.plan_id, "--target", target, f"--document={document}"]
        if done([*arguments, "--on", str(on), f"--by={by}"], language, json.dumps(changed).encode()):
            st.session_state["unbuilt"] = True
            st.rerun()


def _task(row: dict[str, Any]) -> str:
    return EXEMPT if row["is_exempt"] else f"{row['value']:.12g}"


def _changed(shown: pl.DataFrame, edited: pl.DataFrame, codes: list[str], years: list[str]) -> dict[str, Any]:
    """The cells that somebody typed otherwise, by year and area: numbers as numbers, words as they stand."""
    found: dict[str, Any] = {}
    for year in years:
        for code, before, after in zip(codes, shown[year].to_list(), edited[year].to_list(), strict=True):
            typed = (after or "").strip()
            if typed and typed != before:
                found.setdefault(year, {})[code] = number if (number := _number(typed)) is not None else typed
    return found


def _number(typed: str) -> float | None:
    try:
        return float(typed)
    except ValueError:
        return None


def _show_sums(edited: pl.DataFrame, years: list[str], whole: dict[str, str], language: str) -> None:
    """What the areas' tasks of each year add up to, beside the task of the whole."""
    lines = []
    for year in years:
        numbers = [number for typed in edited[year].to_list() if (number := _number((typed or "").strip())) is not None]
        if numbers:
            of_whole = whole[year] or "–"
            lines.append(word("builds.sum", language, year=year, units=f"{sum(numbers):g}", whole=of_whole))
    if lines:
        st.info(text.listed(lines, language))


def _say(key: str, language: str) -> str:
    return word(f"builds.{key}", language)
