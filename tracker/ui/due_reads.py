"""What the page on reports reads and asks: what units owe, the reader's choices, forms that the ETL makes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import streamlit as st

from tracker import due, excerpt, text, warehouse
from tracker.due import Due
from tracker.files import zipped
from tracker.links import View
from tracker.text import word
from tracker.ui.desk_answers import asked
from tracker.ui.frame import mime_of
from tracker.ui.gate import save_button
from tracker.ui.state import pick, select
from tracker.warehouse import read

DUE_PAGE = 20
_BUILDING = 300.0
# What a form is made for: the areas, the units that report on tasks, or nobody in particular.
_FOR = {"report": "area", "tasks": "unit", "activities": "one_area"}
TEMPLATES = ("report", "targets", "tasks", "activities", "corrections", "plan")
# Made for one area, with nothing of another in them.
OWN_TEMPLATES = ("report", "activities")


def due_of(view: View) -> Due | None:
    """What the units of the plan owe; None where an older version wrote the build."""
    try:
        return due.due_at(view.build_id, view.plan_id, view.as_of, view.language, read)
    except warehouse.BuildOutdated:
        return None


def pick_due(view: View, rows: pl.DataFrame) -> tuple[dt.date | None, str]:
    """The end of the period and the state that the reader wants to see; None for all periods."""
    language = view.language
    periods = sorted(set(rows["period_end"].to_list()), reverse=True)
    named = {day.isoformat(): day for day in periods}
    with st.container(key="due_filters", horizontal=True, width=640):
        every = word("due.all_periods", language)
        label = word("due.filter_period", language)
        chosen = pick("period", ["", *named], label, lambda code: text.day(named[code], language) if code else every)
        state = pick(
            "state", due.CHOICES, word("due.filter_state", language), lambda code: word(f"due.choice_{code}", language)
        )
    return named.get(chosen), state


def offer_templates(view: View) -> None:
    """Let the reader choose a form, make it by the command, and offer it as a file or a zip."""
    language = view.language
    with st.container(key="due_templates", horizontal=True, vertical_alignment="bottom"):
        is_whole = not excerpt.is_excerpt(view.build_id)
        kind = select(
            "template",
            TEMPLATES if is_whole else OWN_TEMPLATES,
            word("due.template_kind", language),
            lambda code: word(f"due.template_{code}", language),
        )
        arguments = ["template", kind, *([] if kind == "plan" else ["--plan", view.plan_id])]
        wanted = _FOR.get(kind)
        period = ""
        if wanted:
            arguments += _whose(view, wanted)
        if kind == "report":
            period = _period(view)
            arguments += ["--period", period]
        is_asked = st.button(word("due.template_make", language), key="make_template")
    if is_asked:
        made, fault = _made(arguments, language)
        if fault is not None:
            st.error(fault)
            st.session_state.pop("made_template", None)
        else:
            stem = word("due.template_file", language, kind=word(f"due.template_{kind}", language), period=period)
            is_one = len(made) == 1
            st.session_state["made_template"] = (
                next(iter(made.items())) if is_one else (f"{stem.strip('_')}.zip", zipped(made))
            )
    if offered := st.session_state.get("made_template"):
        name, content = offered
        save_button(word("due.template_offer", language, name=name), lambda: content, name, mime_of(name))


def _whose(view: View, wanted: str) -> list[str]:
    language = view.language
    everybody = {"": word("due.template_everybody", language)}
    if wanted == "unit":
        tasks = read(view.build_id, "plan_tasks", plan_id=view.plan_id, as_of=view.as_of, language=language)
        names = dict(tasks.select("reporter", "name").unique(maintain_order=True).iter_rows())
    else:
        areas = read(view.build_id, "areas", plan_id=view.plan_id, language=language)
        names = dict(areas.select("area_code", "short").iter_rows())
    is_one = wanted == "one_area" or excerpt.is_excerpt(view.build_id)
    named = names if is_one else everybody | names
    label = word("due.template_area", language)
    chosen = select(f"template_{wanted}", list(named), label, lambda code: named[code])
    if not chosen:
        return ["--all"]
    return ["--unit" if wanted == "unit" else "--area", chosen]


def _period(view: View) -> str:
    """Quarters and years around the month looked at, the newest that has ended first."""
    quarter = (view.as_of.year * 4 + view.as_of.month // 3) - 1
    codes = [f"{place // 4}Q{place % 4 + 1}" for place in range(quarter, quarter - 6, -1)]
    codes += [f"{view.as_of:%Y-%m}", *(str(view.as_of.year - back) for back in range(3))]
    return select("template_period", codes, word("due.column_period", view.language), str)


def _made(arguments: list[str], language: str) -> tuple[dict[str, bytes], str | None]:
    """The files that a command writes into a folder of their own, or why it wrote none."""
    with TemporaryDirectory() as folder, st.spinner():
        answer = asked([*arguments, "--out", folder], seconds=_BUILDING)
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}
    if answer.is_clean and files:
        return files, None
    detail = answer.refusal(language) or answer.detail
    return {}, word("due.template_failed", language, detail=detail)
