"""Objections: a district's number and list against ours, its evidence, what was decided. They move no number."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from tracker import blocks, blocks_about, excerpt, objections_words, office_objections, text
from tracker.links import View
from tracker.office_objections import Attached, Number, Objection
from tracker.text import word
from tracker.ui.frame import html, offer_table
from tracker.ui.gate import allowed, is_allowed, save_button, write
from tracker.ui.operator import operator_name
from tracker.ui.reading import targets_at
from tracker.ui.waiting_reads import area_names, run_and_tell, target_names
from tracker.warehouse import read


def show_objections(view: View, found: list[Objection]) -> None:
    """All objections of the plan, one of them to decide, and the form for a new one."""
    language = view.language
    areas, targets = area_names(view), target_names(view)
    title = word("questions.objections_title", language, number=len(found))
    html(blocks.section(title, word("questions.objections_note", language)))
    if found:
        table = objections_words.table(found, areas, targets, language)
        html(blocks_about.frame_table(table))
        with st.container(horizontal=True):
            offer_table(view, lambda: table, [title], word("questions.file_objections", language))
        if is_allowed("correct"):
            _decide(view, found, areas, targets)
    else:
        html(blocks.paragraph(word("questions.objections_none", language)))
    if is_allowed("decide"):
        _enter(view, areas, targets)


def _decide(view: View, found: list[Objection], areas: dict[str, str], targets: dict[str, str]) -> None:
    """One objection: its files, and the decision about it."""
    language = view.language
    by_id = {one.objection_id: one for one in sorted(found, key=lambda one: one.state != "open")}
    html(blocks.section(word("questions.decide_objection", language)))
    picked = by_id[
        st.selectbox(
            word("questions.pick_objection", language),
            list(by_id),
            format_func=lambda code: objections_words.name(by_id[code], areas, targets, language),
            # Another box after each decision: a box keeps the words that its choice had before.
            key=f"objection_{sum(len(one.decisions) for one in found)}",
        )
    ]
    with st.container(horizontal=True):
        for number, file in enumerate(picked.files):
            save_button(
                word(f"questions.role_{file.role}", language, name=file.name),
                file.path.read_bytes,
                file.name,
                "application/octet-stream",
                key=f"file_{picked.objection_id}_{number}",
            )
    number = len(picked.decisions)
    with st.form(f"decide_{picked.objection_id}_{number}", enter_to_submit=False, border=False):
        first, second, third = st.columns(3)
        states = [state for state in office_objections.STATES if state != picked.state]
        with first:
            state = st.selectbox(
                word("questions.column_decision", language),
                states,
                index=None,  # nobody adopts an objection by leaving a field as it is
                placeholder=word("questions.choose", language),
                format_func=lambda code: word(f"questions.state_{code}", language),
                key=f"state_{number}",
            )
        with second:
            label = word("questions.decided_on", language)
            day = st.date_input(label, "today", max_value="today", format="YYYY-MM-DD", key=f"decided_{number}")
        with third:
            by = operator_name(language, "objection_decided_by")
        note = st.text_input(word("questions.column_reason", language), max_chars=300, key=f"decided_note_{number}")
        is_sent = st.form_submit_button(word("questions.decide", language), key="objection_decide", type="primary")
    if is_sent and not (state and note.strip() and by):
        html(blocks.notice(word("questions.fill_in_decision", language)))
    elif is_sent:
        subject = objections_words.name(picked, areas, targets, language)
        write("correct", subject, office_objections.decide_objection, picked, str(state), note, day, by)
        st.rerun()


def _enter(view: View, areas: dict[str, str], targets: dict[str, str]) -> None:
    """The form for a new objection to a number of the month in view."""
    language = view.language
    rows = targets_at(view.build_id, view.plan_id, view.as_of, language, view.rule)
    rows = rows.filter(pl.col("value").is_not_null())
    if rows.is_empty():
        return
    month = text.as_of(view.as_of, view.data_cutoff, language)
    html(blocks.section(word("questions.new_objection", language), word("questions.new_note", language, month=month)))
    numbers = {(row["target_id"], row["area_code"]): row for row in rows.iter_rows(named=True)}
    made = st.session_state.get("objections_made", 0)
    with st.form(f"object_{made}", enter_to_submit=False, border=False):
        first, second = st.columns(2)
        with first:
            known = [code for code in areas if code in set(rows["area_code"])]
            place = known.index(view.area_code) if view.area_code in known else 0
            label = word("questions.column_area", language)
            area = st.selectbox(label, known, place, format_func=lambda code: areas[code], key=f"object_area_{made}")
            theirs = st.number_input(word("questions.column_theirs", language), None, value=None, key=f"theirs_{made}")
            raised_by = st.text_input(word("questions.raised_by", language), max_chars=60, key=f"raised_by_{made}")
        with second:
            label = word("questions.column_target", language)
            target = st.selectbox(label, list(targets), format_func=lambda code: targets[code], key=f"object_to_{made}")
            label = word("questions.raised_on", language)
            raised_on = st.date_input(label, "today", max_value="today", format="YYYY-MM-DD", key=f"raised_on_{made}")
            by = operator_name(language, "objection_by")
        note = st.text_area(
            word("questions.column_note", language), max_chars=500, height=80, key=f"object_note_{made}"
        )
        first, second = st.columns(2)
        with first:
            their_list = st.file_uploader(word("questions.their_list", language), key=f"list_{made}")
        with second:
            evidence = st.file_uploader(word("questions.evidence", language), key=f"evidence_{made}")
        is_sent = st.form_submit_button(word("questions.object", language), key="object", type="primary")
    if not is_sent:
        return
    row = numbers.get((str(target), str(area)))
    if row is None or theirs is None or not (note.strip() and raised_by.strip() and by):
        html(blocks.notice(word("questions.no_number" if row is None else "questions.fill_in_objection", language)))
        return
    build_id = excerpt.whole_id(view.build_id)
    number = Number(view.plan_id, str(area), str(target), view.as_of, build_id, row["value"])
    allowed("decide", number.area_code)
    files = [] if their_list is None else _compared(view, number, their_list.name, their_list.getvalue())
    if evidence is not None:
        files.append(office_objections.keep_file("evidence", evidence.name, evidence.getvalue()))
    said = (number, theirs, raised_by, raised_on, note, by, files)
    subject = f"{areas[number.area_code]} {targets[number.target_id]}"
    write("decide", subject, office_objections.object_to, *said, area=number.area_code)
    st.session_state["objections_made"] = made + 1
    st.rerun()


def _compared(view: View, number: Number, name: str, content: bytes) -> list[Attached]:
    """Their list, kept; where the number counts titles, with the comparison against ours."""
    files = [office_objections.keep_file("list", name, content)]
    tiers = dict(read(view.build_id, "tier_indicators").iter_rows())
    rows = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    tier = tiers.get(rows.filter(pl.col("target_id") == number.target_id)["indicator_id"][0])
    if tier is None:
        return files
    with tempfile.TemporaryDirectory() as scratch:
        given, written = Path(scratch) / Path(name).name, Path(scratch) / "out.xlsx"
        given.write_bytes(content)
        asked = ["--tier", tier, "--area", number.area_code, "--as-of", f"{number.as_of:%Y-%m}", "--out", str(written)]
        answer = run_and_tell(["compare", str(given), *asked], view.language)
        if written.exists() and isinstance(answer.content, dict):
            outcome: dict[str, Any] = answer.content["counts"]
            title = word("questions.comparison_file", view.language, name=Path(name).stem)
            files.append(office_objections.keep_file("comparison", title, written.read_bytes(), outcome))
    return files
