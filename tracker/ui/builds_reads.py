"""What the page on builds asks and records: which part, which two builds, going back, marks, one number's trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import streamlit as st

from tracker import blocks, blocks_about, builds, excerpt, links, text, trace, warehouse
from tracker.builds import BuildFacts, Inputs, build_name
from tracker.explained import Moment
from tracker.keeping import kept
from tracker.links import View
from tracker.text import word
from tracker.trace import Trace
from tracker.ui.change_reads import change_line, is_comparable
from tracker.ui.desk_answers import asked, done, told
from tracker.ui.frame import html
from tracker.ui.gate import is_allowed, save_button
from tracker.ui.operator import is_sent, operator_name
from tracker.ui.reading import targets_at, targets_of
from tracker.ui.state import pick, pick_part, select
from tracker.viewing import DEFAULT_RULE
from tracker.warehouse import read

SECTIONS = ("list", "compare", "thresholds", "targets", "trace")
READ_SECTIONS = ("list", "compare", "trace")
_WRITING = 300.0
_SHOWN_ROWS, _MOST_ROWS = 10, 200


def pick_builds_section(language: str) -> str:
    """The part of the page, a code of the link; who changes nothing is offered what is there to be read."""
    shown = SECTIONS if is_allowed("upload") else READ_SECTIONS
    return pick_part("part", shown, _say("section", language), lambda code: _say(f"section_{code}", language))


def every_build(language: str) -> list[BuildFacts]:
    """Every build that this version can read, the newest first."""
    return builds.builds(language, read)


def pick_two(found: Sequence[BuildFacts], language: str) -> tuple[str, str] | None:
    """The two builds to compare, the earlier first; None where there is only one."""
    if len(found) < 2:
        return None
    named = {build.build_id: build_name(build, language) for build in found}
    with st.container(key="two_builds", horizontal=True, width=720):
        codes = list(named)
        others = [codes[1], *(code for code in codes if code != codes[1])]
        earlier = pick("earlier", others, _say("earlier", language), lambda code: named[code])
        later = pick("later", codes, _say("later", language), lambda code: named[code])
    return (earlier, later) if earlier <= later else (later, earlier)


def changes_between(view: View, earlier: str, later: str) -> list[str] | None:
    """What moved of the targets of the viewed area between two builds; None where they cannot be compared."""
    at_later = replace(view, build_id=later, is_pinned=True)
    if not (is_comparable(earlier, view) and is_comparable(later, view)):
        return None
    rows = targets_of(at_later)
    moment = Moment(earlier, view.as_of)
    lines = (
        change_line(row["target_id"], row["area_code"], row["due_on"], moment, at_later)
        for row in rows.iter_rows(named=True)
    )
    return [line for line in lines if line]


def states_between(view: View, earlier: str, later: str) -> pl.DataFrame:
    """The targets and areas whose value, task or state two builds give otherwise for the viewed month."""
    asked = (view.plan_id, view.as_of, view.language, DEFAULT_RULE)
    return builds.differing(*(targets_at(build_id, *asked) for build_id in (earlier, later)))


def inputs_between(earlier: str, later: str, language: str) -> Inputs | None:
    """What went into only one of two builds; None where an older version wrote one of them."""
    try:
        return builds.inputs(earlier, later, language, read)
    except warehouse.BuildOutdated:
        return None


def go_back(found: Sequence[BuildFacts], language: str) -> None:
    """Put another build in force: which, who, why."""
    # In a build without any data no page opens, this one neither: nobody could come back from it.
    others = {
        build.build_id: build_name(build, language)
        for build in found
        if not build.is_current and build.data_cutoff is not None
    }
    if not others or not is_allowed("go_back"):
        return
    with st.popover(_say("use", language)):
        build_id = select("use_build", list(others), _say("use_which", language), others.__getitem__)
        by = operator_name(language, "use_by")
        reason = st.text_input(_say("reason", language), key="use_reason").strip()
        ready = bool(by and reason)
        if is_sent(_say("use_now", language), "use_now", ready, _say("fill_in_reason", language)) and done(
            ["use", build_id, f"--by={by}", f"--reason={reason}"], language
        ):
            st.session_state["build"] = None
            st.rerun()


def mark(found: Sequence[BuildFacts], view: View) -> None:
    """Mark a build as reported at a meeting, or take its marks back."""
    language = view.language
    if not is_allowed("report"):
        return
    named = {build.build_id: build_name(build, language) for build in found}
    marked = {build.build_id for build in found if build.reported}
    with st.popover(_say("mark", language)):
        build_id = select("mark_build", list(named), _say("mark_which", language), named.__getitem__)
        by = operator_name(language, "mark_by")
        is_marked = build_id in marked
        if (
            is_marked
            and st.button(_say("unmark", language), key="unmark", disabled=not by)
            and done(["report-mark", build_id, "--undo", f"--by={by}"], language)
        ):
            st.rerun()
        # The day first: its calendar opens when the field is reached, and would cover the button.
        held_on = st.date_input(
            _say("held_on", language), view.data_cutoff or "today", format="YYYY-MM-DD", key="mark_on"
        )
        meeting = st.text_input(_say("meeting", language), key="mark_meeting").strip()
        arguments = ["report-mark", build_id, "--plan", view.plan_id, "--as-of", str(view.as_of), f"--by={by}"]
        ready = bool(by and meeting and isinstance(held_on, dt.date))
        if is_sent(_say("mark_now", language), "mark_now", ready, _say("fill_in_meeting", language)) and done(
            [*arguments, f"--meeting={meeting}", "--on", str(held_on)], language
        ):
            st.rerun()


def offer_handover(language: str) -> None:
    """Make the handover workbook by its command and offer it to who works with the data."""
    if not is_allowed("upload"):
        return
    _offer("handover", ["handover", "--lang", language], f"{_say('handover_file', language)}.xlsx", language)


def offer_trace(view: View, found: Sequence[BuildFacts]) -> None:
    """Choose a number of any build: its names and rows on the page, with the original files as a zip."""
    language = view.language
    named = {build.build_id: build_name(build, language) for build in found}
    with st.container(key="trace_choice", horizontal=True):
        default = whole if (whole := excerpt.whole_id(view.build_id)) in named else next(iter(named))
        build_id = select("trace_build", list(named), _say("which", language), named.__getitem__, default=default)
        at = replace(view, build_id=build_id)
        months = [day.isoformat() for day in read(build_id, "as_of_dates", plan_id=view.plan_id)["as_of"].to_list()]
        first = view.as_of.isoformat() if view.as_of.isoformat() in months else months[0]
        month = select(
            "trace_month", months, word("app.as_of", language), lambda code: _month(code, language), default=first
        )
        areas = read(build_id, "areas", plan_id=view.plan_id, language=language)
        names = dict(areas.select("area_code", "short").iter_rows())
        area = select("trace_area", list(names), word("app.area", language), names.__getitem__, default=view.area_code)
        rows = targets_of(replace(at, as_of=dt.date.fromisoformat(month), area_code=area))
        titles = dict(rows.select("target_id", "name").unique(maintain_order=True).iter_rows())
        if not titles:
            st.info(word("overview.need_none", language))
            return
        chosen = view.target_id if view.target_id in titles else next(iter(titles))
        target = select("trace_target", list(titles), _say("target", language), titles.__getitem__, default=chosen)
    said = ["--build", build_id, "--plan", view.plan_id, "--target", target, "--area", area, "--as-of", month]
    stem = word("trace.file", language, target=titles[target], area=names[area], as_of=month[:7])
    _offer("trace", ["trace", *said, "--lang", language], f"{stem}.zip", language)
    _show_trace(build_id, view.plan_id, target, area, dt.date.fromisoformat(month), language)


@kept(8)
def _traced(build_id: str, plan_id: str, target: str, area: str, as_of: dt.date, language: str) -> Trace | None:
    return trace.trace(build_id, plan_id, target, area, as_of, language)


def _show_trace(build_id: str, plan_id: str, target: str, area: str, as_of: dt.date, language: str) -> None:
    """What is behind a number: what it is, and the first rows of each table of its workbook."""
    found = _traced(build_id, plan_id, target, area, as_of, language)
    if found is None or found.value is None:
        html(blocks.paragraph(_say("trace_none", language)))
        return
    html(blocks_about.points(found.said))
    for name, table in found.sheets.items():
        shown = trace.in_words(table.head(_MOST_ROWS), language)
        more = shown.height - _SHOWN_ROWS
        note = word("builds.trace_cut", language, number=_MOST_ROWS) if table.height > _MOST_ROWS else ""
        html(blocks.section(name, note), blocks_about.frame_table(shown.head(_SHOWN_ROWS)))
        if more > 0:
            summary = word("builds.trace_more", language, number=more)
            html(blocks_about.folded(summary, blocks_about.frame_table(shown.tail(more))))


def trace_link(view: View) -> str:
    """The way to the rows and files behind the number in view, for who may see all that it rests on."""
    if excerpt.is_excerpt(view.build_id):
        return ""
    target = links.href("builds", view, part="trace")
    return f"<p>{blocks.link(word('builds.make_trace', view.language), target)}</p>"


def _month(code: str, language: str) -> str:
    return text.month(dt.date.fromisoformat(code), language)


def _offer(key: str, arguments: list[str], file_name: str, language: str) -> None:
    """A button that runs a command which writes one file, then a button that downloads it."""
    if not is_allowed("export"):
        return
    made_by = [*arguments, warehouse.current_build_id() or ""]
    if st.button(_say(f"make_{key}", language), key=f"make_{key}"):
        with TemporaryDirectory() as folder, st.spinner(_say("working", language)):
            path = Path(folder) / file_name
            answer = asked([*arguments, "--out", str(path)], seconds=_WRITING)
            if answer.is_clean and path.is_file():
                st.session_state[f"made_{key}"] = made_by, path.read_bytes()
            else:
                st.error(answer.refusal(language) or answer.detail)
    offered, content = st.session_state.get(f"made_{key}", (None, b""))
    if offered == made_by:
        label = word("due.template_offer", language, name=file_name)
        save_button(label, lambda: content, file_name, "application/octet-stream")


def moves(language: str) -> list[str]:
    """Every time that somebody put another build in force, the newest first, as sentences."""
    content = told("builds")
    found = content.get("moves", []) if isinstance(content, dict) else []
    return [
        word(
            "builds.move",
            language,
            at=move["at"][:16].replace("T", " "),
            by=move["by"] or "–",
            before=move["before"] or "–",
            after=move["after"],
            reason=move["reason"] or "–",
        )
        for move in reversed(found)
    ]


def _say(key: str, language: str) -> str:
    return word(f"builds.{key}", language)


def threshold_history(view: View) -> pl.DataFrame | None:
    """Every edit of a threshold that the viewed build knows; None where an older version wrote it."""
    try:
        return read(view.build_id, "threshold_edits", language=view.language)
    except warehouse.BuildOutdated:
        return None
