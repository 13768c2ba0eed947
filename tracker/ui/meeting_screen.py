"""What the meeting page shows of a view: its pinned build, agenda and position, the figure, decisions of before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl
import streamlit as st

from tracker import blocks_meeting, districts, findings, indicators, meeting, office, warehouse
from tracker.charts.steps import steps
from tracker.findings import Row
from tracker.links import View
from tracker.office import Decision, Meeting
from tracker.text import word
from tracker.ui.change_reads import change_line, is_comparable, since_last
from tracker.ui.district_reads import areas_on_target
from tracker.ui.frame import STATIC, html
from tracker.ui.indicator_reads import definition_of, one_target
from tracker.ui.meeting_keys import script
from tracker.ui.reading import targets_of
from tracker.ui.state import step_to
from tracker.warehouse import read

_LOOK_SECONDS = 15
# Lines of areas beside what a running target takes, and where nothing more can be done about it.
_AREAS_WITH_REMARKS, _AREAS_ALONE = 5, 7


@dataclass(frozen=True)
class Screen:
    """A meeting as its page needs it: position in the agenda, the meeting and the one before, names by code."""

    view: View
    today: dt.date
    position: int
    agenda: list[str]
    targets: pl.DataFrame
    meeting: Meeting | None
    last: Meeting | None
    units: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def final(self) -> int:
        """The position of the closing screen."""
        return len(self.agenda) + 1

    @property
    def target_id(self) -> str | None:
        """The target of this screen; None on the opening and the closing one."""
        return self.agenda[self.position - 1] if 0 < self.position < self.final else None

    @property
    def own_decisions(self) -> list[Decision]:
        """The decisions of this meeting."""
        return [] if self.meeting is None else office.decisions(self.view.plan_id, self.meeting.meeting_id)

    @property
    def earlier_decisions(self) -> list[Decision]:
        """What opens this meeting: :func:`tracker.meeting.owed`."""
        ids = [None if found is None else found.meeting_id for found in (self.last, self.meeting)]
        return meeting.owed(office.decisions(self.view.plan_id), *ids)


def start_meeting(view: View) -> Screen:
    """The meeting of a view, which stays with one build from its first screen on."""
    today = dt.date.today()
    coming = office.coming_meeting(view.plan_id, today)
    if not view.is_pinned:
        # A page opened again in mid-meeting goes on with the build that the meeting began with.
        is_on = coming is not None and coming.held_on == today and is_comparable(coming.build_id, view)
        st.session_state["build"] = coming.build_id if coming is not None and is_on else view.build_id
        st.rerun()
    st.html(f"<style>{_stylesheet()}</style>")
    st.html(script(), unsafe_allow_javascript=True)
    targets = targets_of(view)
    agenda = meeting.agenda(targets, coming.agenda if coming else None)
    areas = read(view.build_id, "areas", plan_id=view.plan_id, language=view.language)
    return Screen(
        view=view,
        today=today,
        position=step_to("slide", len(agenda) + 1),
        agenda=agenda,
        targets=targets,
        meeting=coming,
        last=office.last_meeting(view.plan_id, coming.held_on if coming else today),
        units=dict(read(view.build_id, "units", plan_id=view.plan_id, language=view.language).iter_rows()),
        names=dict(targets.select("target_id", "short").iter_rows())
        | dict(areas.select("area_code", "short").iter_rows()),
    )


@lru_cache(maxsize=1)
def _stylesheet() -> str:
    return (STATIC / "meeting.css").read_text(encoding="utf-8")


def target_view(screen: Screen) -> View:
    """The view of the target of a screen."""
    return replace(screen.view, target_id=screen.target_id)


def months_of(screen: Screen) -> str:
    """The months of the target of a screen as a picture."""
    view = target_view(screen)
    found = one_target(view, definition_of(view)["tier"])
    words = indicators.burn_up_words(found.row, view.as_of, view.language)
    is_rank = found.row["unit"] == "rank"
    return steps(found.history, found.ahead, found.row["due_on"], words, is_rank=is_rank)


def target_parts(screen: Screen, row: Row) -> list[str]:
    """The right side of a target's screen: number, areas, what it takes, what changed, what is decided."""
    view, language = target_view(screen), screen.view.language
    parts = [blocks_meeting.target_number(row, view.as_of, language)]
    picture = areas_on_target(view) if view.area_code == view.plan_area else None
    if picture is not None and picture.rows.height:
        room = _AREAS_WITH_REMARKS if row["due_on"] > view.as_of else _AREAS_ALONE
        is_running = row["due_on"] > view.as_of and picture.rows["lead_points"].is_not_null().any()
        note = word("meeting.areas_running" if is_running else "meeting.areas_over", language)
        parts.append(blocks_meeting.area_list(*meeting.area_lines(picture.rows, room, language), note, language))
    doubts = findings.doubts(row, language)
    if picture is not None and (in_areas := districts.doubtful(picture.rows, language)):
        doubts.append(in_areas)
    parts.append(blocks_meeting.remark(word("meeting.doubts", language), doubts, language))
    found = one_target(view, definition_of(view)["tier"])
    takes = indicators.what_it_takes(row, view.as_of, language)
    takes += indicators.ahead_lines(found.row, found.expiries, view.rule, view.as_of, language)
    parts.append(blocks_meeting.remark(word("meeting.takes", language), takes, language))
    if since := since_last(view, screen.last):
        changed = change_line(row["target_id"], row["area_code"], row["due_on"], since[1], view, is_short=True)
        parts.append(blocks_meeting.remark(since[0], [changed or word("meeting.unchanged", language)], language))
    said = [
        f"{decision.asked.text}（{meeting.responsible(decision, screen.units)}）"
        for decision in screen.own_decisions
        if decision.target_id == screen.target_id
    ]
    return [*parts, blocks_meeting.remark(word("meeting.decided", language), said[-1:], language)]


@st.fragment(run_every=_LOOK_SECONDS)
def tell_of_newer(view: View) -> None:
    """Say when newer data than those of the meeting are published; what is on the screen stays."""
    current = warehouse.current_build_id()
    if current is None or current <= view.build_id:
        html("")
        return
    cutoff = read(current, "build").row(0, named=True)["data_cutoff"]
    html(blocks_meeting.newer(current, cutoff if cutoff != view.data_cutoff else None, view))
