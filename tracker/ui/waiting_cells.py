"""Refused and doubtful cells: a grid in which people say what is right; checked first, recorded as corrections."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from tracker import blocks, blocks_about, text, waiting
from tracker.links import View
from tracker.text import word
from tracker.ui.frame import html, offer_table
from tracker.ui.gate import edit_grid, is_allowed
from tracker.ui.operator import operator_name
from tracker.ui.state import pick, pick_page
from tracker.ui.waiting_reads import Said, run_and_tell

_PAGE = 50
# Four lines of a file's name or a message.
_ROW_HEIGHT = 86
# In pixels; together they fit beside the sidebar of a window of 1366.
_WIDTHS = dict(zip(waiting.GRID, (150, 60, 110, 240, 155, 105, 95, 95), strict=True))


def show_cells(view: View, found: dict[str, Any]) -> None:
    """Filters, the grid of what can be corrected, all else, and what is on record."""
    language = view.language
    cells: list[Said] = found["cells"]
    names = {cell["file_id"]: cell["file"] for cell in cells}
    every = word("enterprises.every", language)
    first, second = st.columns(2)
    with first:
        label = word("questions.column_file", language)
        file_id = pick("file", ["", *names], label, lambda code: names.get(code, every))
    with second:
        rules = list(dict.fromkeys(cell["said"] for cell in cells))
        label = word("questions.column_problem", language)
        named = {said: waiting.rule_name(said, cells, language) for said in rules}
        said = pick("said", ["", *rules], label, lambda code: named.get(code, every))
    picked = waiting.narrowed(cells, file_id, said)
    to_do, others = waiting.correctable(picked, found["corrections"])
    counts = {"number": len(picked), "open": len(to_do), "others": len(others)}
    html(blocks.section(word("questions.cells_title", language), word("questions.cells_note", language, **counts)))
    _tell_outcome(language)
    if to_do and not is_allowed("correct"):
        _show_others(to_do, "questions.to_correct_title", language)
    elif to_do:
        page = pick_page("page", -(-len(to_do) // _PAGE))
        _correct(to_do[(page - 1) * _PAGE : page * _PAGE], f"{found['build_id']}_{file_id}_{said}_{page}", language)
    if others:
        _show_others(others, "questions.others_title", language)
    _records(view, found["corrections"])


def _show_others(cells: Sequence[Said], title_key: str, language: str) -> None:
    table = waiting.grid(cells, language).drop(waiting.TO_FILL).fill_null("–")
    captions = {name: word(f"questions.column_{name}", language) for name in table.columns}
    title = word(title_key, language, number=len(cells))
    html(blocks_about.folded(title, blocks_about.frame_table(table.rename(captions))))


def _correct(cells: Sequence[Said], key: str, language: str) -> None:
    """The grid and its two buttons: check what would happen, or record."""
    made = st.session_state.get("corrections_made", 0)
    grid = waiting.grid(cells, language)
    with st.form(f"correct_{key}_{made}", enter_to_submit=False, border=False):
        _full_texts(grid, language)
        locked = [name for name in waiting.GRID if name not in waiting.TO_FILL]
        # Where most letters are Chinese the grid takes an English one for narrower than it is and cuts messages off.
        shown = grid if language == "zh" else grid.drop("problem")
        filled = edit_grid(shown, f"grid_{key}_{made}", locked, columns=_columns(language), row_height=_ROW_HEIGHT)
        left, right = st.columns([3, 1])
        with left:
            reason = st.text_input(word("questions.reason_for_all", language), key=f"reason_{made}", max_chars=200)
        with right:
            by = operator_name(language, "correct_by")
        with st.container(horizontal=True):
            is_check = st.form_submit_button(word("questions.check", language), key="correct_check")
            is_sent = st.form_submit_button(word("questions.record", language), key="correct_record", type="primary")
    if not (is_check or is_sent):
        return
    batch = waiting.stated(cells, pl.DataFrame(filled), reason.strip(), by)
    if not batch or not by or not all(one["reason"] for one in batch):
        html(blocks.notice(word("questions.fill_in", language)))
        return
    outcomes = _run(batch, language, is_check=is_check)
    if outcomes is None:
        return
    st.session_state["corrections_outcome"] = (
        is_check,
        waiting.outcome_table(batch, outcomes, language, is_check=is_check),
    )
    if is_sent and any(one["status"] != "refused" for one in outcomes):
        st.session_state["corrections_made"] = made + 1
    st.rerun()


def _full_texts(grid: pl.DataFrame, language: str) -> None:
    """Every message whole; in English it stands here only."""
    table = grid.select("cell", "subject", "problem").fill_null("–")
    captions = {name: word(f"questions.column_{name}", language) for name in table.columns}
    whole = blocks_about.frame_table(table.rename(captions))
    html(blocks_about.folded(word("questions.full_texts", language), whole) if language == "zh" else whole)


def _columns(language: str) -> dict[str, Any]:
    named = {name: word(f"questions.column_{name}", language) for name in waiting.GRID}
    columns: dict[str, Any] = {
        name: st.column_config.TextColumn(label, width=_WIDTHS[name]) for name, label in named.items()
    }
    columns["action"] = st.column_config.SelectboxColumn(
        named["action"],
        options=list(waiting.ACTIONS),
        format_func=lambda code: word(f"questions.action_{code}", language),
        width=_WIDTHS["action"],
    )
    return columns


def _run(batch: list[dict[str, Any]], language: str, *, is_check: bool) -> list[Said] | None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "corrections.json"
        path.write_text(json.dumps(batch, ensure_ascii=False), encoding="utf-8")
        answer = run_and_tell(["correct", "--from", str(path), *(["--check"] if is_check else [])], language)
    return answer.content if isinstance(answer.content, list) else None


def _tell_outcome(language: str) -> None:
    """What became of the corrections sent last, once."""
    kept = st.session_state.pop("corrections_outcome", None)
    if kept is not None:
        is_check, table = kept
        title = word("questions.checked" if is_check else "questions.recorded", language, number=table.height)
        html(blocks.section(title, word("questions.next_build", language)), blocks_about.frame_table(table))


def _records(view: View, records: list[Said]) -> None:
    """Every correction on record, and the way to take one back."""
    language = view.language
    title = word("questions.records_title", language, number=len(records))
    if not records:
        html(blocks.section(title), blocks.paragraph(word("questions.records_none", language)))
        return
    newest = list(reversed(records))
    table = waiting.record_table(newest, language)
    html(blocks.section(title), blocks_about.frame_table(table.head(_PAGE)))
    options = {
        one["correction_id"]: text.listed([waiting.place_name(one), one["expect"]], language)
        for one in newest
        if one["state"] != "withdrawn"
    }
    with st.container(horizontal=True):
        offer_table(view, lambda: table, [title], word("questions.file_corrections", language))
        offer_withdrawal("correct", options, language)


def offer_withdrawal(command: str, options: dict[str, str], language: str) -> None:
    """The form that takes a record back by a command with ``--withdraw``; the record stays with its end.

    Args:
        command: ``correct`` or ``answer``.
        options: what may be taken back: ids, each with what it is about; without any there is no form.
        language: of the words.
    """
    if not options or not is_allowed("correct"):
        return
    with (
        st.popover(word("questions.withdraw", language), key=f"withdraw_{command}"),
        st.form(f"withdraw_form_{command}", enter_to_submit=False, border=False),
    ):
        record_id = st.selectbox(
            word("questions.column_id", language),
            list(options),
            format_func=lambda code: f"{code} {options.get(code, '')}",
            key=f"withdraw_{command}_id",
        )
        reason = st.text_input(word("questions.column_reason", language), max_chars=200, key=f"withdraw_{command}_why")
        by = operator_name(language, f"withdraw_{command}_by")
        is_sent = st.form_submit_button(word("questions.withdraw", language), key=f"withdraw_{command}_send")
    if is_sent and not (reason.strip() and by):
        html(blocks.notice(word("questions.fill_in", language)))
    elif is_sent:
        given = ["--withdraw", str(record_id), "--reason", reason, "--by", by]
        if run_and_tell([command, *given], language).is_clean:
            st.rerun()
