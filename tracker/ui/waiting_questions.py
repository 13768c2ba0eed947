"""Who is who and which district: questions in a queue, each with its rows; a person decides, nothing by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import streamlit as st

from tracker import blocks, blocks_about, blocks_waiting, links, text, waiting
from tracker.links import View
from tracker.text import word
from tracker.ui.frame import html, offer_table
from tracker.ui.gate import is_allowed
from tracker.ui.operator import operator_name
from tracker.ui.state import pick, pick_page
from tracker.ui.waiting_cells import offer_withdrawal
from tracker.ui.waiting_many import decide_many
from tracker.ui.waiting_reads import Said, area_names, run_and_tell, tier_names

_PAGE = 20


def show_questions(view: View, found: dict[str, Any]) -> None:
    """The question picked from the queue, the queue, and every decision on record."""
    language = view.language
    areas = area_names(view)
    open_ones = [one for one in found["questions"] if one["answer_id"] is None]
    every = word("enterprises.every", language)
    first, second = st.columns(2)
    with first:
        kind = pick(
            "kind",
            ["", *dict.fromkeys(one["kind"] for one in open_ones)],
            word("questions.column_kind", language),
            lambda code: word(f"question.{code}", language) if code else every,
        )
    picked = {one["question_id"]: one for one in open_ones if kind in ("", one["kind"])}
    if picked:
        with second:
            question_id = pick(
                "question",
                list(picked),
                word("questions.pick", language),
                lambda code: " · ".join([picked[code]["subject"], word(f"question.{picked[code]['kind']}", language)]),
            )
        _decide(view, picked[question_id], areas)
        if is_allowed("correct"):
            decide_many(view, picked, areas)
        _queue(view, picked, question_id, areas)
    else:
        html(blocks.paragraph(word("questions.queue_none", language)))
    _answers(view, found["answers"], areas)


def _queue(view: View, picked: Mapping[str, Said], chosen: str, areas: Mapping[str, str]) -> None:
    """All open questions, each a link to itself."""
    language = view.language
    title = word("questions.queue_title", language, number=len(picked))
    html(blocks.section(title, word("questions.queue_note", language)))
    page = pick_page("page", -(-len(picked) // _PAGE))
    targets = {code: links.href("questions", view, section="questions", question=code) for code in picked}
    shown = list(picked.values())[(page - 1) * _PAGE : page * _PAGE]
    html(blocks_waiting.queue(waiting.queue_rows(shown, areas, language), targets, chosen, language))


def _decide(view: View, question: Said, areas: Mapping[str, str]) -> None:
    """One question: both readings with their rows, the choices, what they would move, the decision."""
    language, tiers = view.language, tier_names(view)
    html(
        blocks.section(question["subject"], waiting.asked(question, areas, language)),
        blocks_about.frame_table(waiting.evidence_table(question, areas, tiers, language)),
    )
    if not is_allowed("correct"):
        return
    key = question["question_id"]
    choice = st.radio(
        word("questions.column_decision", language),
        question["choices"],
        format_func=lambda code: word(f"questions.choice_{question['kind']}_{code}", language),
        key=f"choice_{key}",
        horizontal=True,
    )
    with st.form(f"answer_{key}_{choice}", enter_to_submit=False, border=False):
        details = _details(view, question, str(choice), areas)
        left, right = st.columns([3, 1])
        with left:
            reason = st.text_input(word("questions.column_reason", language), max_chars=200, key=f"reason_{key}")
        with right:
            by = operator_name(language, "answer_by")
        with st.container(horizontal=True):
            is_tried = st.form_submit_button(word("questions.effect", language), key="answer_effect")
            is_sent = st.form_submit_button(word("questions.decide", language), key="answer_record", type="primary")
    command = ["answer", key, "--choice", str(choice), *details, "--by", by or "–", "--reason", reason.strip() or "–"]
    if is_tried:
        answer = run_and_tell([*command, "--effect", view.as_of.isoformat()], language)
        if answer.is_clean:
            html(blocks_about.points(waiting.effect_lines(answer.content, areas, tiers, view.as_of, language)))
    elif is_sent and not (reason.strip() and by):
        html(blocks.notice(word("questions.fill_in_decision", language)))
    elif is_sent and run_and_tell(command, language).is_clean:
        st.rerun()


def _details(view: View, question: Said, choice: str, areas: Mapping[str, str]) -> list[str]:
    """What a choice needs beside itself, as options of the command."""
    language, kind, key = view.language, question["kind"], question["question_id"]
    if choice == "area":
        return _area_details(view, question, areas)
    if choice == "same" and kind != "same_code_other_name":
        code = st.selectbox(word("questions.leading_code", language), question["codes"], key=f"code_{key}")
        return ["--code", str(code)]
    if choice == "not_same" and kind == "same_code_other_name":
        first, second = st.columns(2)
        with first:
            name = st.selectbox(word("questions.wrong_name", language), question["names"], key=f"name_{key}")
        with second:
            code = st.text_input(word("questions.right_code", language), max_chars=18, key=f"code_{key}").strip()
        return ["--name", str(name), *(["--code", code] if code else [])]
    if choice == "not_same" and kind == "same_name_other_code":
        code = st.selectbox(
            word("questions.codeless", language),
            ["", *question["codes"]],
            format_func=lambda code: code or word("questions.code_unknown", language),
            key=f"code_{key}",
        )
        return ["--code", str(code)] if code else []
    return []


def _area_details(view: View, question: Said, areas: Mapping[str, str]) -> list[str]:
    """Which unit from which day on; the units that the lists name come first."""
    key = question["question_id"]
    named = list(question["areas"]) if question["kind"] == "area_conflict" else []
    offered = list(dict.fromkeys([*named, *(code for code in areas if code != view.plan_area)]))
    days = [row["event_on"] for row in question["evidence"] if row["event_on"]]
    earliest = dt.date.fromisoformat(min(days)) if days else view.as_of
    first, second = st.columns(2)
    with first:
        label = word("questions.belongs_to", view.language)
        area = st.selectbox(label, offered, format_func=lambda code: areas.get(code, code), key=f"area_{key}")
    with second:
        day = st.date_input(word("questions.from_on", view.language), earliest, format="YYYY-MM-DD", key=f"from_{key}")
    return ["--area", str(area), "--from", str(day)]


def _answers(view: View, answers: list[Said], areas: Mapping[str, str]) -> None:
    """Every decision on record, and the way to take one back."""
    language = view.language
    title = word("questions.answers_title", language, number=len(answers))
    if not answers:
        html(blocks.section(title), blocks.paragraph(word("questions.answers_none", language)))
        return
    table = waiting.answer_table(answers, areas, language)
    html(blocks.section(title, word("questions.next_build", language)), blocks_about.frame_table(table))
    options = {
        one["answer_id"]: text.listed([*one["question"]["names"], *one["question"]["codes"]], language)
        for one in answers
        if one["state"] != "withdrawn"
    }
    with st.container(horizontal=True):
        offer_table(view, lambda: table, [title], word("questions.file_answers", language))
        offer_withdrawal("answer", options, language)
