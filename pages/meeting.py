"""会议: full screen for a projector: opening with what was decided, one target a screen, closing; keys ← → Esc."""

import polars as pl
import streamlit as st

from tracker import blocks, blocks_meeting, findings, indicators, meeting, office, text, ui
from tracker.text import word

screen = ui.start_meeting(ui.current_view())
view = screen.view
language = view.language
place = word("meeting.place", language, place=screen.position + 1, of=screen.final + 1)
as_of = text.as_of(view.as_of, view.data_cutoff, language)


def headed(parts: list[str], finding: str) -> None:
    ui.html(blocks_meeting.head(place, parts, ui.marks(view), finding))


def decisions(rows: list[office.Decision], *, is_opening: bool) -> str:
    return blocks_meeting.decision_table(
        rows, screen.units, screen.names, screen.today, language, is_opening=is_opening
    )


def opening() -> None:
    """How many targets are met, on pace and behind; then what was decided before."""
    headed([screen.names[view.area_code], as_of], findings.finding(screen.targets, language))
    last = screen.last
    since = "" if last is None else word("meeting.since", language, day=text.day(last.held_on, language))
    areas = ui.targets_at(view.build_id, view.plan_id, view.as_of, language, view.rule)
    areas = areas.filter(pl.col("area_code") != view.plan_area)
    in_need = findings.most_in_need(screen.targets, 3)
    ui.html(
        blocks.status_counts(screen.targets, language),
        blocks.section(word("overview.need_title", language)),
        blocks_meeting.need_lines(in_need, areas if view.area_code == view.plan_area else areas.clear(), language),
        blocks.section(word("meeting.owed", language), since),
        decisions(screen.earlier_decisions, is_opening=True),
    )


def one_target() -> None:
    """Finding, steps and pace, number and bullet, areas, what it takes, what changed."""
    row = screen.targets.row(by_predicate=pl.col("target_id") == screen.target_id, named=True)
    target = word("chart.target", language, target=findings.target_phrase(row, language))
    due = word("indicators.line_due", language, month=text.month(row["due_on"], language))
    finding = indicators.finding(row, language)
    headed([row["name"], target, due], finding)
    left, right = st.columns([10, 9])
    with left:
        ui.html(blocks_meeting.picture(ui.months_of(screen), finding))
    with right:
        ui.html(*ui.target_parts(screen, row))
    foot(meeting.owners_line(findings.owners(row, screen.units), language))


def closing() -> None:
    """The decisions taken, and which builds were reported."""
    own = screen.own_decisions
    headed([screen.names[view.area_code], as_of], word("meeting.closing", language, number=len(own)))
    marks = ui.reported_builds(view.plan_id) or []
    ui.html(decisions(own, is_opening=False), blocks_meeting.reported_links(marks, view))


def foot(*said: str) -> None:
    basis = word("overview.footer_basis", language, basis=text.listed(ui.rule_labels(view), language))
    with st.container(key="meeting_foot"):
        ui.html(blocks.caption([as_of, basis, *said]))


with st.container(key="meeting_stage"):
    if screen.position == 0:
        opening()
    elif screen.target_id is not None:
        one_target()
    else:
        closing()
with st.container(key="meeting_controls"):
    ui.show_controls(screen)
