"""The data desk on the screen: taking files in, progress, preview and publication, files that are in, what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from tracker import blocks, blocks_desk, blocks_effect, desk_board, desk_words, jobs, uploads, warehouse
from tracker.catalog import Catalog
from tracker.desk_board import Board, Item, Withdrawal
from tracker.jobs import Job
from tracker.links import View
from tracker.text import word
from tracker.ui.frame import html
from tracker.ui.gate import allowed, is_allowed, known_name, write
from tracker.ui.operator import operator_name
from tracker.ui.state import pick, pick_part

SECTIONS = ("load", "files", "log")
_REFRESH_SECONDS = 1.0
_SHOWN_JOBS = 60

# How the program is started on the real data folder while that is still empty.
_REAL_START = {"installed": "make run REAL=1", "bundle": "./start.sh --real", "windows": "启动.bat --real"}


def pick_desk_section(language: str) -> str:
    """The part of the desk to work at, a code of the link."""
    label = word("desk.section", language)
    return pick_part("part", SECTIONS, label, lambda code: word(f"desk.section_{code}", language))


def take_in(language: str) -> None:
    """The place to drop files or paste rows. What comes is on the disk before anything else is drawn."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with right:
        by = operator_name(language, "desk_by")
        # Another key after each file that came: what was pasted is kept, and the form closes.
        number = st.session_state.setdefault("desk_drop", 0)
        with st.popover(word("desk.paste", language), width="stretch", key=f"desk_popover_{number}"):
            if _paste(language, by):
                st.session_state["desk_drop"] = number + 1
                st.rerun()
    with left:
        dropped = st.file_uploader(word("desk.drop", language), accept_multiple_files=True, key=f"desk_drop_{number}")
    if dropped and _kept([(file.name, file.getvalue()) for file in dropped], by, language):
        # The uploader forgets; the desk has them now.
        st.session_state["desk_drop"] = number + 1
        st.rerun()


def _paste(language: str, by: str) -> bool:
    """Rows pasted in place of a file; whether they were kept."""
    with st.form("desk_paste", clear_on_submit=True, border=False, enter_to_submit=False):
        title = st.text_input(word("desk.paste_title", language), max_chars=80, key="desk_paste_title")
        rows = st.text_area(word("desk.paste_rows", language), height=200, key="desk_paste_rows")
        is_sent = st.form_submit_button(word("desk.paste_keep", language))
    name = f"{title.strip() or word('desk.paste_name', language)}.tsv"
    return bool(is_sent and rows.strip()) and _kept([(name, rows.encode())], by, language)


def _kept(files: Sequence[tuple[str, bytes]], by: str, language: str) -> bool:
    try:
        for name, content in files:
            keep = partial(uploads.keep, is_draft=not is_allowed("publish"))
            write("upload", name, keep, name, content, by)
    except OSError as fault:
        html(blocks.notice(word("desk.disk", language, detail=fault.strerror or str(fault))))
        return False
    return True


def desk_now(language: str) -> Board:
    """The desk as it is on disk; what was not checked yet is being checked from now on."""
    person = allowed("upload")
    board = desk_board.board(person)
    try:
        return desk_board.board(person) if desk_board.start_checks(board.items, person) else board
    except OSError as fault:
        html(blocks.notice(word("desk.disk", language, detail=fault.strerror or str(fault))))
        return board


def tell_own(board: Board, language: str) -> None:
    """What others did with files that the person brought: withdrawn after publication, or put away before it."""
    with suppress(ValueError):  # a damaged inbox is told where the files are listed
        html(blocks_desk.problems(desk_words.own_lines(desk_board.undone(board.person), language)))


def _by() -> str:
    return known_name()


def show_progress(board: Board, language: str) -> None:
    """What waits and runs, seen anew every second; when something ends, the page is drawn anew."""
    _tell_started(board, language)
    if board.open_jobs:
        _watch([job.job_id for job in board.open_jobs], language)


def _tell_started(board: Board, language: str) -> None:
    """Say in the corner that what was just started runs, and how it ended: the buttons stand far below the rest."""
    job = next((job for job in board.jobs if job.job_id == st.session_state.get("desk_started")), None)
    if job is None:
        return
    state = "running" if job.is_open else desk_words.outcome(job)
    if st.session_state.get("desk_told") != (job.job_id, state):
        st.session_state["desk_told"] = (job.job_id, state)
        st.toast(word(f"desk.toast_{state}", language, job=word(f"desk.job_{job.kind}", language)))


@st.fragment(run_every=_REFRESH_SECONDS)
def _watch(open_ids: list[str], language: str) -> None:
    every = jobs.every()
    now = [job for job in every if job.is_open]
    html(blocks_desk.job_table(now, jobs.queue(every), language))
    if [job.job_id for job in now] != open_ids:
        st.rerun()


def tell_last(board: Board, language: str, kinds: Sequence[str] = jobs.PUBLISHING) -> None:
    """How the newest publication or withdrawal ended: what is in force, and how to go on where it was cut short.

    Args:
        board: what was done at the desk.
        language: of the words.
        kinds: said only where the newest was one of these.
    """
    last = next((job for job in board.jobs if job.kind in jobs.PUBLISHING), None)
    if (
        last is None
        or last.kind not in kinds
        or last.is_open
        or dt.datetime.now() - last.started > dt.timedelta(days=1)
    ):
        return
    what = {"job": word(f"desk.job_{last.kind}", language), "by": last.by, "at": f"{last.started:%H:%M}"}
    outcome = desk_words.outcome(last)
    current = warehouse.current_build_id() or word("desk.no_build", language)
    published = desk_board.build_of(last)
    made = published["build_id"] if published else None
    # Somebody may have put another build in force since.
    if outcome == "done" and made not in (None, warehouse.current_build_id()):
        said = word("desk.last_done_before", language, **what, made=made, build_id=current)
    else:
        said = word(f"desk.last_{outcome}", language, **what, build_id=current)
    if outcome == "done" and last.kind != "build":  # nobody tries what is only built
        is_same = desk_board.is_as_tried(last, board.jobs)
        said += word("desk.effect_same_as_tried" if is_same else "desk.effect_not_as_tried", language)
    html(blocks.notice(said))
    if outcome == "refused":
        html(blocks_desk.problems(desk_words.refused_lines(last, language)))


def offer_build(language: str, is_unbuilt: bool = False) -> None:
    """Say that what was saved acts at the next build, and offer to make it; how far it is, and how it ended.

    Args:
        language: of the words.
        is_unbuilt: something is on record that no build has taken up, whoever recorded it.
    """
    if not is_allowed("upload"):
        return
    board = desk_board.board(allowed("upload"))
    show_progress(board, language)
    tell_last(board, language, ("build",))
    own = next((job for job in board.jobs if job.job_id == st.session_state.get("build_job")), None)
    if own is not None and not own.is_open:
        del st.session_state["build_job"]
        st.session_state["unbuilt"] = desk_board.build_of(own) is None
    if not (is_unbuilt or st.session_state.get("unbuilt")):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="unbuilt_note"):
        st.info(word("builds.unbuilt", language))
        is_busy = own is not None and own.is_open
        if is_allowed("publish") and st.button(
            word("builds.build", language), key="build_now", type="primary", disabled=is_busy
        ):
            _start(_begin_build, language)


def _begin_build() -> str:
    job_id = st.session_state["build_job"] = desk_board.start_building(allowed("publish"))
    return job_id


def pick_upload(items: Sequence[Item], language: str) -> Item | None:
    """Which file to look at: the one that needs something first; where none does, none until one is asked for."""
    places = {state: place for place, state in enumerate(("asks", "refused", "broken", "faulty", "doubtful"))}
    by_id = {item.upload.file_id: item for item in sorted(items, key=lambda item: places.get(item.state, len(places)))}
    is_needed = any(item.state in places for item in items)
    options = list(by_id) if is_needed else ["", *by_id]
    names = desk_words.upload_names(item.upload for item in items) | {"": word("desk.pick_none", language)}
    chosen = pick("file", options, word("desk.pick_file", language), names.__getitem__)
    return by_id.get(chosen)


def publication(board: Board, catalog: Catalog, view: View | None, language: str) -> None:
    """Which files to publish together, what that would move, and the button that does it."""
    names = {item.upload.file_id: item.upload for item in board.can_publish}
    if not names:
        return
    shown = desk_words.upload_names(names.values())
    can_publish = is_allowed("publish")
    side = "publish" if can_publish else "send"
    html(blocks.section(word(f"desk.{side}_title", language), word(f"desk.{side}_note", language)))
    picked = st.multiselect(
        word("desk.together", language),
        list(names),
        # What a district has not sent yet is still being worked at there.
        default=[code for code, upload in names.items() if upload.sent != "" or not can_publish],
        format_func=shown.__getitem__,
        key="desk_together_" + "-".join(sorted(code[:8] for code in names)),
    )
    asked = [names[code] for code in picked]
    if not asked:
        return
    job = board.preview(desk_board.given_of(asked))
    if _shown_effect(job, catalog, view, language):
        if can_publish:
            _publish_button(asked, board, language)
        else:
            _send_button(asked, language)
    label = word("desk.try_again" if job else "desk.try", language)
    is_open = job is not None and job.is_open
    if st.button(label, key="desk_try", disabled=is_open) and _named(language):
        _start(lambda: desk_board.start_preview(asked, allowed("upload")), language)


def _publish_button(asked: Sequence[uploads.Upload], board: Board, language: str) -> None:
    given = desk_board.given_of(asked)
    is_busy = any(job.kind == "publish" and job.given() == given for job in board.open_jobs)
    if st.button(word("desk.publish", language), type="primary", key="desk_publish", disabled=is_busy) and _named(
        language
    ):
        for upload in asked:
            # Whose file it was stands beside who publishes it.
            subject = f"{upload.name} {desk_words.sent_phrase(upload, language)}" if upload.sent else upload.name
            write("publish", subject, uploads.remember, upload.name, upload.stated, _by())
        _start(lambda: desk_board.start_publishing(asked, allowed("publish")), language)


def _send_button(asked: Sequence[uploads.Upload], language: str) -> None:
    """For who may not publish: the files go to those who do, as they are stated now."""
    unsent = [upload for upload in asked if not upload.sent]
    is_pressed = st.button(word("desk.send", language), type="primary", key="desk_send", disabled=not unsent)
    if is_pressed and _named(language):
        for upload in unsent:
            write("upload", upload.name, uploads.send, upload, _by())
        st.rerun()


def _shown_effect(job: Job | None, catalog: Catalog, view: View | None, language: str) -> bool:
    """Show a trial that has ended; whether it still holds: nobody published anything since."""
    if job is None or job.is_open:
        return False
    effect = desk_board.effect_of(job)
    if effect is None:
        html(blocks_desk.problems(desk_words.refused_lines(job, language)))
        return False
    before = effect["before"]["build_id"] if effect["before"] else None
    is_valid = before == warehouse.current_build_id()
    if not is_valid:
        html(blocks.notice(word("desk.effect_old", language)))
    html(f'<p class="tt-effect-finding">{blocks_effect.finding(effect, language)}</p>')
    html(*blocks_effect.parts(effect, catalog, view, language))
    return is_valid


def _named(language: str) -> bool:
    if _by():
        return True
    html(blocks.notice(word("desk.name_missing", language)))
    return False


def _start(begin: Callable[[], str], language: str) -> None:
    try:
        st.session_state["desk_started"] = begin()
    except OSError as fault:
        html(blocks.notice(word("desk.disk", language, detail=fault.strerror or str(fault))))
        return
    st.rerun()


def files_in(board: Board, catalog: Catalog, view: View | None, language: str) -> None:
    """Every file that was taken in; withdrawing one, or restoring it, with the effect first."""
    try:
        with st.spinner(word("questions.working", language)):
            files = desk_board.files_in_inbox(allowed("upload"))
    except ValueError as fault:
        html(blocks.notice(desk_words.inbox_fault(str(fault), language)))
        return
    html(blocks_desk.file_table(files, catalog, language))
    if not files or not is_allowed("withdraw"):
        return
    by_id = {record["file_id"]: record for record in files}
    names = desk_words.told_apart({code: (one["original_name"], one["received_on"]) for code, one in by_id.items()})
    chosen = pick("withdraw", list(by_id), word("desk.withdraw_file", language), names.__getitem__)
    record = by_id[chosen]
    asked = Withdrawal(chosen, record["original_name"], undo=desk_words.is_withdrawn(record))
    side = "restore" if asked.undo else "withdraw"
    left, right = st.columns([1, 3])
    with left:
        operator_name(language, "desk_withdraw_by")
    with right:
        label = word(f"desk.reason_{side}", language)
        reason = st.text_input(label, key=f"desk_reason_{chosen[:12]}", max_chars=200).strip()
    job = board.preview(asked.given)
    with st.container(horizontal=True):
        is_tried = st.button(word(f"desk.try_{side}", language), key="desk_try_withdraw")
    if is_tried and _named(language) and _given_reason(reason, language):
        _start(lambda: desk_board.start_withdrawal(asked, allowed("withdraw"), reason, is_trial=True), language)
    if not _shown_effect(job, catalog, view, language):
        return
    is_sure = st.button(word(f"desk.{side}", language), type="primary", key="desk_withdraw")
    if is_sure and _named(language) and _given_reason(reason, language):
        _start(lambda: desk_board.start_withdrawal(asked, allowed("withdraw"), reason, is_trial=False), language)


def _given_reason(reason: str, language: str) -> bool:
    if reason:
        return True
    html(blocks.notice(word("desk.reason_missing", language)))
    return False


def job_log(board: Board, language: str) -> None:
    """What was done at this desk, the newest first."""
    if not board.jobs:
        html(blocks.paragraph(word("desk.log_none", language)))
        return
    html(blocks_desk.job_table(board.jobs[:_SHOWN_JOBS], jobs.queue(board.jobs), language))


def how_to_begin(language: str) -> None:
    """In a demonstration: why real files are not taken in here, and how to start with them."""
    commands = {word(f"desk.begin_{way}", language): [line] for way, line in _REAL_START.items()}
    html(blocks.panel(word("desk.demo_title", language), word("desk.begin", language), commands))
