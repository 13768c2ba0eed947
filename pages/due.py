"""报送: what is due from whom and when, who is late, the text that asks for it, and the forms to send out."""

import datetime as dt

import polars as pl
import streamlit as st

from tracker import blocks, blocks_due, due, text, ui
from tracker.due import Due
from tracker.text import word

view = ui.current_view()
language = view.language
plan = ui.plan_of(view)
place = " · ".join([plan["name"], text.as_of(view.as_of, view.data_cutoff, language)])
ANSWER_DAYS = 7


def say(key: str, **values: object) -> str:
    return word(f"due.{key}", language, **values)


def every_report(found: Due) -> None:
    """The reports of the picked period and state."""
    period, state = ui.pick_due(view, found.rows)
    shown = found.rows if period is None else found.rows.filter(pl.col("period_end") == period)
    shown = shown if state == due.CHOICES[0] else shown.filter(pl.col("state") == state)
    ui.html(blocks.section(say("list_title"), say("list_note", number=shown.height)))
    table, below = st.container(), st.container(horizontal=True)
    with below:
        page = ui.pick_page("page", -(-shown.height // ui.DUE_PAGE) or 1)
        finding = due.finding(found.rows, found.day, language)
        name = say("file", as_of=f"{view.as_of:%Y-%m}")
        ui.offer_table(view, lambda: due.export_table(shown, language), [finding], name)
    with table:
        ui.html(blocks_due.report_table(shown.slice((page - 1) * ui.DUE_PAGE, ui.DUE_PAGE), language))


def reminders(found: Due) -> None:
    """The text to copy, to one unit or to all."""
    units = due.owing(found.rows)
    if not units:
        return
    ui.html(blocks.section(say("remind_heading"), say("remind_note")))
    with st.container(horizontal=True, key="due_reminder", width=640):
        named = {"": say("remind_everybody"), **units}
        unit = ui.select("remind", list(named), say("remind_unit_label"), lambda code: named[code])
        answer_by = st.date_input(
            say("answer_by"), found.day + dt.timedelta(days=ANSWER_DAYS), format="YYYY-MM-DD", key="answer_by"
        )
    if isinstance(answer_by, dt.date):
        said = due.reminder(found.rows, unit or None, found.day, answer_by, language)
        st.code(said, language=None, wrap_lines=True)


found = ui.due_of(view)
if found is None or found.rows.is_empty():
    ui.html(blocks.header(place, ui.tags(view), say("old_build" if found is None else "nothing")))
else:
    ui.html(blocks.header(place, ui.tags(view), due.finding(found.rows, found.day, language)))
    ui.html(blocks_due.counts(found.rows, language))
    every_report(found)
    ui.html(blocks.caption([say("caption_who"), say("caption_events")]))
    reminders(found)
    versions = ui.read(view.build_id, "report_versions", plan_id=view.plan_id, language=language)
    ui.html(blocks.section(say("versions_title"), say("versions_note")))
    ui.html(blocks_due.version_table(versions, language) if versions.height else blocks.caption([say("versions_none")]))
ui.html(blocks.section(say("templates_title"), say("templates_note")))
ui.offer_templates(view)
ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
