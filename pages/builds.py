"""版本: every build, any two compared, going back, marks; thresholds and tasks edited; a number's files; handover."""

import streamlit as st

from tracker import blocks, blocks_builds, builds, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
plan = ui.plan_of(view)
place = " · ".join([plan["name"], text.as_of(view.as_of, view.data_cutoff, language)])


def say(key: str, **values: object) -> str:
    return word(f"builds.{key}", language, **values)


def every_build() -> None:
    """The list, and what can be done with a build."""
    with st.container(horizontal=True, key="build_actions"):
        ui.go_back(found, language)
        ui.mark(found, view)
        ui.offer_handover(language)
    ui.html(blocks_builds.build_table(found, view))
    moves = ui.moves(language)
    if moves:
        ui.html(blocks.section(say("moves")), blocks.change_list(moves, language))
    ui.html(blocks.caption([say("kept_note")]))


def two_builds() -> None:
    """What moved between two builds, and from which inputs."""
    picked = ui.pick_two(found, language)
    if picked is None:
        ui.html(blocks.paragraph(say("only_one")))
        return
    lines = ui.changes_between(view, *picked)
    inputs = ui.inputs_between(*picked, language)
    if lines is None or inputs is None:
        ui.html(blocks.paragraph(say("not_comparable")))
        return
    moved = blocks.change_list(lines, language) if lines else blocks.caption([say("moved_none")])
    ui.html(blocks.section(say("moved"), say("moved_note", number=len(lines))), moved)
    states = ui.states_between(view, *picked)
    if states.height:
        ui.html(blocks.section(say("states"), say("states_note")), blocks_builds.state_table(states, view))
    ui.html(blocks.section(say("inputs")), blocks_builds.input_lists(inputs, language))


def thresholds() -> None:
    """The grid of thresholds and every edit."""
    ui.html(blocks.section(say("thresholds"), say("thresholds_note")))
    ui.edit_thresholds(view)
    ui.html(blocks_builds.threshold_edits(ui.threshold_history(view), language))


def tasks() -> None:
    """The grid of tasks."""
    ui.html(blocks.section(say("targets"), say("targets_note")))
    ui.edit_tasks(view)


def trace() -> None:
    """From a number to its files."""
    ui.html(blocks.section(say("trace"), say("trace_note")))
    ui.offer_trace(view, found)


found = ui.every_build(language)
ui.html(blocks.header(place, ui.tags(view), builds.finding(found, language)))
section = ui.pick_builds_section(language)
ui.offer_build(language)
{"list": every_build, "compare": two_builds, "thresholds": thresholds, "targets": tasks, "trace": trace}[section]()
ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
