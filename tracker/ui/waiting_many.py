"""One decision for many enterprises that one list leaves without a district: a record for each."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from tracker import blocks, blocks_about, waiting
from tracker.links import View
from tracker.text import word
from tracker.ui.frame import html
from tracker.ui.operator import operator_name
from tracker.ui.waiting_reads import Said, run_and_tell, tier_names


def decide_many(view: View, picked: Mapping[str, Said], areas: Mapping[str, str]) -> None:
    """The form: which of the questions that lists raise alike, where all of them belong, why; tried or recorded.

    Args:
        view: what is looked at.
        picked: the open questions in the queue, by id.
        areas: names of units.
    """
    language = view.language
    alike = waiting.alike(picked.values(), areas, language)
    if not alike:
        return
    with st.expander(word("questions.many", language), key="decide_many"):
        html(blocks.caption([word("questions.many_note", language)]))
        group = st.selectbox(word("questions.many_group", language), list(alike), key="many_group")
        members = {code: picked[code]["subject"] for code in alike[group]}
        chosen = st.multiselect(
            word("questions.many_who", language, number=len(members)),
            list(members),
            list(members),
            format_func=members.__getitem__,
            key=f"many_who_{group}",
            placeholder=word("native.choose_options", language),
        )
        with st.form("decide_many_form", enter_to_submit=False, border=False):
            offered = [code for code in areas if code != view.plan_area]
            first, second, third = st.columns([1, 2, 1])
            with first:
                label = word("questions.belongs_to", language)
                area = st.selectbox(
                    label,
                    offered,
                    index=None,  # so many enterprises go nowhere because a field was left as it is
                    placeholder=word("questions.choose", language),
                    format_func=lambda code: areas[code],
                    key="many_area",
                )
            with second:
                reason = st.text_input(word("questions.column_reason", language), max_chars=200, key="many_reason")
            with third:
                by = operator_name(language, "many_by")
            with st.container(horizontal=True):
                is_tried = st.form_submit_button(word("questions.effect", language), key="many_effect")
                label = word("questions.decide_number", language, number=len(chosen))
                is_sent = st.form_submit_button(label, key="many_record", type="primary")
        if not (is_tried or is_sent):
            return
        if not (chosen and area) or (is_sent and not (reason.strip() and by)):
            html(blocks.notice(word("questions.fill_in_many", language)))
            return
        command = ["answer", *chosen, "--choice", "area", "--area", str(area)]
        command += ["--by", by or "–", "--reason", reason.strip() or "–"]
        if is_sent:
            if run_and_tell(command, language).is_clean:
                st.rerun()
            return
        answer = run_and_tell([*command, "--effect", view.as_of.isoformat()], language)
        if answer.is_clean:
            moved = waiting.effect_lines(answer.content, areas, tier_names(view), view.as_of, language)
            html(blocks_about.points(moved))
