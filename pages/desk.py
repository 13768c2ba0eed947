"""数据: files are dropped, checked, tried, published and withdrawn; all is kept on disk, nothing in a browser."""

import streamlit as st

from tracker import blocks, blocks_desk, desk_words, ui
from tracker.catalog import for_data_folder
from tracker.text import word

view = ui.possible_view()
language = ui.chosen_language()
catalog = for_data_folder()
place = word("desk.title", language)
tags = [blocks.tag(word("app.demo", language), "demo")] if view is not None and view.is_demo else []


def say(key: str, **values: object) -> str:
    return word(f"desk.{key}", language, **values)


def headed(finding: str) -> None:
    """The finding of the part, above the parts to choose from."""
    with head:
        ui.html(blocks.header(place, tags, finding))


def load() -> None:
    """New files: dropped, explained, checked, tried and published."""
    if view is not None and view.is_demo:
        headed(say("demo_finding"))
        ui.how_to_begin(language)
        return
    told = st.container()
    ui.take_in(language)
    board = ui.desk_now(language)
    headed(desk_words.finding(board, language))
    with told:
        ui.tell_last(board, language)
        ui.tell_own(board, language)
    ui.show_progress(board, language)
    if not board.items:
        ui.html(blocks.paragraph(say("first_steps")))
        return
    ui.html(
        blocks.section(say("uploads"), say("uploads_note")), blocks_desk.upload_table(board.items, catalog, language)
    )
    ui.html(blocks.section(say("one_file"), say("one_file_note")))
    item = ui.pick_upload(board.items, language)
    if item is not None:
        ui.one_upload(item, board.items, catalog, language)
    ui.publication(board, catalog, view, language)


def files() -> None:
    """Files that are in: withdraw one, or restore it."""
    board = ui.desk_now(language)
    headed(say("files_finding"))
    ui.tell_last(board, language)
    ui.show_progress(board, language)
    ui.files_in(board, catalog, view, language)


def log() -> None:
    """Who did what at this desk, and what runs."""
    board = ui.desk_now(language)
    headed(say("log_finding", number=len(board.open_jobs)))
    ui.tell_last(board, language)
    ui.show_progress(board, language)
    ui.job_log(board, language)


head = st.container()
section = ui.pick_desk_section(language)
{"load": load, "files": files, "log": log}[section]()
