"""What is entered in a meeting: its agenda, decisions and how far they are, and that its numbers were reported."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from tracker import blocks, meeting, office, text
from tracker.office import Asked, Meeting
from tracker.text import word
from tracker.ui.frame import html
from tracker.ui.gate import is_allowed, write
from tracker.ui.meeting_screen import Screen, tell_of_newer
from tracker.ui.operator import operator_name
from tracker.ui.state import turn

_LONGEST = 200


def show_controls(screen: Screen) -> None:
    """The buttons that the keys press, and what may be entered on this screen."""
    language = screen.view.language
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, label, step in (("back", "←", -1), ("next", "→", 1)):
            is_end = not 0 <= screen.position + step <= screen.final
            st.button(label, key=f"meeting_{name}", disabled=is_end, on_click=turn, args=("slide", step))
        if st.button(word("meeting.leave", language), key="meeting_leave"):
            st.switch_page("overview.py")
        if screen.position == 0 and is_allowed("decide"):
            _popover("agenda", _agenda, screen)
        if (screen.target_id is not None or screen.position == screen.final) and is_allowed("decide"):
            _popover("decide", _decide, screen)
        if (screen.own_decisions or (screen.position == 0 and screen.earlier_decisions)) and is_allowed("decide"):
            _popover("states", _states, screen)
        if screen.position == screen.final and is_allowed("report"):
            _popover("report", _report, screen)
        tell_of_newer(screen.view)


def _popover(name: str, form: Callable[[Screen], None], screen: Screen) -> None:
    with st.popover(word(f"meeting.{name}", screen.view.language), key=f"meeting_{name}"):
        form(screen)


def _say(key: str, screen: Screen, **values: object) -> str:
    return word(f"meeting.{key}", screen.view.language, **values)


def _agenda(screen: Screen) -> None:
    """The order of the targets: move one up or down, leave it out, put it in, or go back to the default order."""
    if screen.meeting is None:
        # The day first: its calendar would cover the button below it.
        held_on = st.date_input(
            _say("held_on", screen), screen.today, screen.today, format="YYYY-MM-DD", key="meeting_day"
        )
        name = st.text_input(_say("name", screen), _say("default_name", screen), key="meeting_name")
        if st.button(_say("prepare", screen), key="meeting_prepare") and name.strip():
            view = screen.view
            prepared = (view.plan_id, name, held_on, view.build_id, view.as_of)
            write("decide", f"meeting {held_on}", office.open_meeting, *prepared)
            st.rerun()
        return
    _rename(screen, screen.meeting)
    places = {target_id: f"{place}. " for place, target_id in enumerate(screen.agenda, 1)}
    others = [target_id for target_id in screen.names if target_id in set(screen.targets["target_id"])]
    options = list(dict.fromkeys([*screen.agenda, *others]))
    picked = st.selectbox(
        _say("agenda_target", screen),
        options,
        format_func=lambda code: places.get(code, f"{_say('left_out', screen)} ") + screen.names[code],
        key="meeting_target",
    )
    agenda = ("decide", f"agenda {screen.meeting.held_on}", office.set_agenda, screen.meeting.meeting_id)
    is_in = picked in places
    steps = {"up": -1, "down": 1, "omit": 0} if is_in else {"add": 0}
    with st.container(horizontal=True):
        for name, step in steps.items():
            order = meeting.moved(screen.agenda, str(picked), step)
            st.button(
                _say(name, screen),
                key=f"meeting_{name}",
                on_click=write,
                args=(*agenda, order),
            )
        st.button(_say("default_order", screen), key="meeting_reset", on_click=write, args=(*agenda, None))


def _rename(screen: Screen, now: Meeting) -> None:
    """Name and day of a prepared meeting, for changing."""
    held_on = st.date_input(
        _say("held_on", screen), now.held_on, screen.today, format="YYYY-MM-DD", key=f"meeting_day_{now.meeting_id}"
    )
    name = st.text_input(_say("name", screen), now.name, key=f"meeting_name_{now.meeting_id}")
    is_other = (name.strip(), held_on) != (now.name, now.held_on)
    if not st.button(_say("save", screen), key="meeting_rename", disabled=not (is_other and name.strip())):
        return
    try:
        write("decide", f"meeting {now.held_on} → {held_on} {name}", office.change_meeting, now, name, held_on)
    except office.DayTaken:
        html(blocks.notice(_say("day_taken", screen, day=text.day(held_on, screen.view.language))))
        return
    st.rerun()


def _decide(screen: Screen) -> None:
    areas = [code for code in screen.names if code not in set(screen.targets["target_id"])]
    # What is saved makes room for the next; what is refused stays to be completed.
    number = len(screen.own_decisions)
    with st.form(f"meeting_decision_{number}", enter_to_submit=False, border=False):
        said = st.text_area(
            _say("column_decision", screen), max_chars=_LONGEST, height=110, key=f"decision_text_{number}"
        )
        unit = st.selectbox(
            _say("responsible", screen),
            list(screen.units),
            index=None,
            format_func=lambda code: screen.units.get(code, code),
            placeholder=_say("pick_or_type", screen),
            accept_new_options=True,
            key=f"decision_unit_{number}",
        )
        area = st.selectbox(
            _say("area", screen), areas, format_func=screen.names.__getitem__, key=f"decision_area_{number}"
        )
        due_on = st.date_input(_say("column_due", screen), None, format="YYYY-MM-DD", key=f"decision_due_{number}")
        state = _pick_state(screen, f"decision_state_{number}", office.STATES[0])
        by = operator_name(screen.view.language, "decision_by")
        is_sent = st.form_submit_button(_say("save", screen))
    if is_sent and _is_complete(screen, said, unit, due_on, by):
        assert due_on is not None
        asked = Asked(said or "", str(unit), due_on, state)
        write("decide", asked.text, lambda: office.decide(_meeting(screen), asked, by, screen.target_id, area))
        st.rerun()


def _states(screen: Screen) -> None:
    """How far an earlier decision or one of this meeting is."""
    decisions = screen.own_decisions + (screen.earlier_decisions if screen.position == 0 else [])
    by_id = {decision.decision_id: decision for decision in decisions}
    picked = st.selectbox(
        _say("column_decision", screen),
        list(by_id),
        format_func=lambda code: by_id[code].asked.text if code in by_id else code,
        key="state_decision",
    )
    decision = by_id[str(picked)]
    state = _pick_state(screen, f"state_{decision.decision_id}_{decision.version}", decision.asked.state)
    by = operator_name(screen.view.language, "state_by")
    if not st.button(_say("save", screen), key="meeting_save_state") or state == decision.asked.state:
        return
    if not _is_complete(screen, by):
        return
    asked = decision.asked
    try:
        changed = Asked(asked.text, asked.responsible, asked.due_on, state)
        write("decide", f"{state} {asked.text}", office.change_decision, decision, changed, by)
    except office.DecisionChanged:
        html(blocks.notice(_say("changed_meanwhile", screen)))
        return
    st.rerun()


def _report(screen: Screen) -> None:
    """Mark the build of this meeting as reported: it is kept, and the whole app can be seen as it was."""
    view = screen.view
    html(blocks.side([_say("report_explained", screen, build_id=view.build_id)]))
    name = screen.meeting.name if screen.meeting else _say("default_name", screen)
    named = st.text_input(_say("name", screen), name, key="report_name")
    by = operator_name(screen.view.language, "report_by")
    if st.button(_say("report", screen), key="meeting_mark") and _is_complete(screen, named, by):
        held_on = screen.meeting.held_on if screen.meeting else screen.today
        reported = (view.build_id, view.plan_id, view.as_of, named, held_on, by)
        write("report", f"{view.build_id} {named}", office.mark_reported, *reported)
        st.rerun()


def _pick_state(screen: Screen, key: str, now: str) -> str:
    return str(
        st.selectbox(
            _say("column_state", screen),
            office.STATES,
            index=office.STATES.index(now),
            format_func=lambda code: _say(f"state_{code}", screen),
            key=key,
        )
    )


def _is_complete(screen: Screen, *stated: object) -> bool:
    if all(said.strip() if isinstance(said, str) else said for said in stated):
        return True
    html(blocks.notice(_say("incomplete", screen)))
    return False


def _meeting(screen: Screen) -> Meeting:
    """The meeting that a decision belongs to; entered now if nobody prepared it."""
    view = screen.view
    name = _say("default_name", screen)
    return screen.meeting or office.open_meeting(view.plan_id, name, screen.today, view.build_id, view.as_of)
