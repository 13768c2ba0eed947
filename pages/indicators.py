"""指标: one target in full: where it stands, how it got there, what lies ahead, what it rests on."""

import streamlit as st

from tracker import blocks, districts, findings, indicators, text, ui
from tracker.links import href
from tracker.text import word

view = ui.current_view()
language = view.language
plan = ui.plan_of(view)
names = ui.named_targets(view)
place = [plan["name"], text.as_of(view.as_of, view.data_cutoff, language)]
tags = ui.tags(view, text.listed(ui.rule_labels(view), language))


def say(key: str, **values: object) -> str:
    return word(f"indicators.{key}", language, **values)


if not names:
    ui.html(blocks.header(" · ".join(place), tags, say("no_targets")))
    ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
    raise ui.PageEnds

head = st.container()
with st.container(key="indicator_target", width=420):
    view = ui.with_target(view, list(names), names)
definition = ui.definition_of(view)
found = ui.one_target(view, definition["tier"])
row = found.row
finding = indicators.finding(row, language)
with head:
    ui.html(blocks.header(" · ".join([*place, row["area_short"]]), tags, finding))
figures = ui.target_figures(view, definition["tier"])
with st.container(key="indicator_top"):
    left, right = st.columns([19, 10], gap="large")
with left:
    ui.draw_figure(
        figures["burn_up"],
        key="burn_up",
        file_name=districts.file_name(row["name"], row["area_short"], view.as_of, language),
        alt=finding,
    )
with right:
    parts = []
    for title, lines in (
        (say("takes_title"), indicators.what_it_takes(row, view.as_of, language)),
        (say("outlook_title"), indicators.ahead_lines(row, found.expiries, view.rule, view.as_of, language)),
        (say("differ_title"), [found.disagreement] if found.disagreement else []),
    ):
        parts += [blocks.section(title), blocks.paragraph(*lines)] if lines else []
    if definition["tier"] and row["status"] in findings.IN_NEED:
        who = blocks.link(word("candidates.takes_link", language), href("candidates", view))
        parts.append(f"<p>{who}</p>")
    notes = findings.notes(row, view.as_of, view.rule, language)
    behind = "behind" if definition["tier"] else "origin"
    parts += [blocks.section(say(f"{behind}_title")), blocks.caption(notes)]
    if to_names := blocks.number_link(row, view):
        parts.append(f"<p>{blocks.link(say(f'{behind}_link', value=indicators.value(row, language)), to_names)}</p>")
    parts.append(ui.trace_link(view))
    if found.closing is not None:
        rows = indicators.closing_rows(found.closing, row, language)
        parts += [
            blocks.section(say("closing_title", day=text.day(row["due_on"], language))),
            blocks.table([say("column_kind"), say("column_number")], blocks.plain_rows(rows)),
            blocks.caption(indicators.closing_note(found.closing, row, language)),
        ]
    ui.html(*parts)

if tasks := indicators.task_rows(found.tasks, view.as_of, language):
    columns = [say(f"column_{name}") for name in ("due", "task", "reached", "gap", "task_status")]
    note = indicators.tasks_note(row, language)
    ui.html(blocks.section(say("tasks_title"), note), blocks.table(columns, blocks.plain_rows(tasks)))

with st.container(key="indicator_middle"):
    left, right = st.columns([10, 10], gap="large")
with left:
    if "parts" in figures:
        ui.draw_figure(
            figures["parts"],
            key="parts",
            file_name=districts.file_name(row["name"], say("parts_title"), view.as_of, language),
            alt=say("parts_title"),
        )
with right:
    if found.answers.height:
        columns = [say("column_method"), say("column_number"), say("column_class")]
        ui.html(
            blocks.section(say("opinions_title"), say("opinions_note")),
            blocks.table(columns, blocks.plain_rows(indicators.opinion_rows(found.answers, language))),
        )
units = dict(ui.read(view.build_id, "units", plan_id=view.plan_id, language=language).iter_rows())
pairs = indicators.definition_pairs(row, definition, findings.owners(row, units), language)
ui.html(blocks.section(say("facts_title")), blocks.table(["", ""], blocks.plain_rows(pairs)))
with st.container(horizontal=True):
    ui.offer_table(
        view,
        lambda: indicators.export_table(found.history, language),
        [finding],
        districts.file_name(row["name"], row["area_short"], view.as_of, language),
    )
rules = blocks.caption(ui.state_rules(view.build_id, language))
ui.html(rules, blocks.footer(ui.footer_lines(view, plan["source"])))
