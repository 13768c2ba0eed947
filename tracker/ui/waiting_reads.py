"""What the page of waiting matters reads: refused cells and questions of the build in force, and objections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from tracker import (
    blocks,
    blocks_waiting,
    desk,
    excerpt,
    ladder,
    links,
    objections_words,
    office_objections,
    warehouse,
)
from tracker.catalog import data_folder
from tracker.desk import Answer
from tracker.keeping import kept
from tracker.links import View
from tracker.office_objections import Objection
from tracker.office_store import OfficeError
from tracker.rights import Person
from tracker.text import word
from tracker.ui.frame import html
from tracker.ui.gate import allowed
from tracker.ui.reading import targets_at
from tracker.warehouse import read

_FOLDERS = ("corrections", "answers", "")
Said = Mapping[str, Any]


def open_cells(view: View) -> dict[str, Any]:
    """The refused and doubtful cells of the build in force, and the corrections on record."""
    return _content(("corrections", "--open"), view.language) or {"build_id": "", "cells": [], "corrections": []}


def open_questions(view: View) -> dict[str, Any]:
    """What only a person can decide, and the decisions on record."""
    return _content(("questions",), view.language) or {"build_id": "", "questions": [], "answers": []}


def _content(command: tuple[str, ...], language: str) -> dict[str, Any] | None:
    """What a command prints; why it cannot is said on the page."""
    answer = _asked(command, allowed("view"), warehouse.current_build_id(), _stamp(), str(data_folder()))
    if answer.is_clean:
        content: dict[str, Any] = answer.content
        return content
    _asked.clear()
    html(blocks.notice(answer.refusal(language) or word("questions.failed", language, detail=answer.detail or "–")))
    return None


@kept(8)
def _asked(
    command: tuple[str, ...], person: Person, build_id: str | None, stamp: tuple[int, ...], folder: str
) -> Answer:
    """The answer of a command that only reads; asked again once a build, a record or a data folder is another."""
    return desk.run(command, person)


def _stamp() -> tuple[int, ...]:
    """When records were last added or files received: folders change with what lies in them."""
    inbox = data_folder() / "inbox"
    folders = [inbox / name for name in _FOLDERS]
    return tuple(folder.stat().st_mtime_ns if folder.is_dir() else 0 for folder in folders)


def run_and_tell(arguments: Sequence[str], language: str) -> Answer:
    """Run a command that writes, with a sign that it runs; a refusal of the whole is told on the page."""
    with st.spinner(word("questions.working", language)):
        answer = desk.run(arguments, allowed("view"))
    refusal = answer.refusal(language)
    if refusal or answer.content is None:
        html(blocks.notice(refusal or word("questions.failed", language, detail=answer.detail or "–")))
    return answer


def tier_names(view: View) -> dict[str, str]:
    """The short name of every tier."""
    return dict(ladder.tiers(view.build_id, view.language).select("tier", "short").iter_rows())


def area_names(view: View) -> dict[str, str]:
    """The short name of every unit of every plan, the plan in view first."""
    plans = read(view.build_id, "plans", language=view.language)["plan_id"].to_list()
    names: dict[str, str] = {}
    for plan_id in sorted(plans, key=lambda plan_id: plan_id != view.plan_id):
        areas = read(view.build_id, "areas", plan_id=plan_id, language=view.language)
        names |= {code: short for code, short in areas.select("area_code", "short").iter_rows() if code not in names}
    return names


def target_names(view: View) -> dict[str, str]:
    """The name of every target of the plan in view."""
    rows = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    return dict(rows.unique("target_id", maintain_order=True).select("target_id", "name").iter_rows())


def waiting_links(view: View, target_id: str | None = None) -> str:
    """Open objections as small lines with their link; without a target also the way to all that waits for a person.

    Args:
        view: whose plan.
        target_id: only objections to the numbers of this target.
    """
    found = [one for one in objections_of(view) if target_id in (None, one.number.target_id)]
    lines: list[str] = []
    if found:
        lines = objections_words.open_lines(found, area_names(view), target_names(view), view.language)
    shown = blocks_waiting.open_objections(lines, links.href("questions", view, section="objections"), view.language)
    if target_id is not None:
        return shown
    to_page = blocks.link(word("questions.to_waiting", view.language), links.href("questions", view))
    return f'{shown}<p class="tt-prose">{to_page}</p>'


def objections_of(view: View) -> list[Objection]:
    """The objections to numbers of the plan in view; none where the office store cannot be read."""
    try:
        found = office_objections.objections(view.plan_id)
    except OfficeError:
        html(blocks.notice(word("questions.objections_unreadable", view.language)))
        return []
    if not excerpt.is_excerpt(view.build_id):
        return found
    seen = area_names(view)
    return [one for one in found if one.number.area_code in seen]
