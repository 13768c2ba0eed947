"""任务: the tasks of a plan, who is responsible, how they stand, who owes a report; all that one unit answers for."""

import polars as pl
import streamlit as st

from tracker import blocks, blocks_measures, blocks_rules, districts, measures, text, ui
from tracker.text import word

view = ui.current_view()
language = view.language
plan = ui.plan_of(view)
place = " · ".join([plan["name"], text.as_of(view.as_of, view.data_cutoff, language)])
tags = [blocks.tag(word("app.demo", language), "demo")] if view.is_demo else []


def say(key: str, **values: object) -> str:
    return word(f"measures.{key}", language, **values)


def save(rows: pl.DataFrame, finding: str, name: str) -> None:
    with st.container(horizontal=True):
        ui.offer_table(
            view,
            lambda: measures.export_table(rows, found.served_names(), language),
            [finding],
            districts.file_name(name, say("title"), view.as_of, language),
        )


def whole_plan() -> None:
    """Every task as its leading unit says, then who reports and who owes."""
    tasks = measures.by_task(found.rows)
    finding = measures.finding(tasks, found.rows, language)
    shown = measures.narrowed(tasks, status)
    with head:
        ui.html(blocks.header(place, tags, finding))
        ui.html(
            blocks_measures.counts(measures.status_counts(tasks), int(tasks["is_overdue"].sum()), language),
        )
    ui.html(blocks.section(say("tasks_title"), say("tasks_note", number=shown.height)))
    ui.html(blocks_measures.task_table(shown, found.served, view), blocks.status_legend(language))
    save(found.rows.filter(pl.col("measure_id").is_in(shown["measure_id"].implode())), finding, plan["short"])
    units = measures.by_unit(found.rows).sort("owed", "overdue", descending=True, maintain_order=True)
    ui.html(blocks.section(say("units_title"), say("units_note")), blocks_measures.unit_table(units, view))
    if (records := ui.records_of(view)).height:
        note = word("activities.whole_note", language, number=records.height)
        ui.html(*blocks_measures.record_table(records, note, language))
        with st.container(horizontal=True):
            ui.offer_table(
                view,
                lambda: measures.export_records(records, language),
                [note],
                districts.file_name(plan["short"], word("activities.title", language), view.as_of, language),
            )
    rules, figures = (
        ui.read(view.build_id, name, plan_id=view.plan_id, language=language)
        for name in ("plan_rules", "plan_references")
    )
    ui.html(*blocks_rules.rules(rules, language), *blocks_rules.references(figures, language))


def one_unit() -> None:
    """All that a unit answers for: its tasks and its targets."""
    own = found.rows.filter(pl.col("reporter") == unit)
    everywhere = ui.targets_at(view.build_id, view.plan_id, view.as_of, language, view.rule)
    targets = measures.targets_of_unit(everywhere, unit, view.plan_area)
    finding = measures.unit_finding(unit_name, own, targets, language)
    shown = measures.narrowed(own, status)
    with head:
        ui.html(blocks.header(place, tags, finding))
        ui.html(blocks_measures.counts(measures.status_counts(own), int(own["is_overdue"].sum()), language))
    ui.html(blocks.section(say("unit_tasks_title"), say("unit_tasks_note", number=shown.height)))
    ui.html(blocks_measures.unit_task_table(shown, found.served, view))
    save(shown, finding, unit_name)
    reports = ui.read(view.build_id, "task_reports", plan_id=view.plan_id, as_of=view.as_of, language=language)
    if (own_reports := reports.filter(pl.col("reporter") == unit)).height:
        ui.html(blocks.section(say("reports_title"), say("reports_note")))
        ui.html(blocks_measures.report_table(own_reports, language))
    ui.html(blocks.section(say("unit_targets_title"), say("unit_targets_note", number=targets.height)))
    names = dict(ui.read(view.build_id, "units", plan_id=view.plan_id, language=language).iter_rows())
    ui.html(
        blocks.status_counts(targets, language),
        blocks.target_table(targets, names, view),
    )


found = ui.tasks_of(view)
if found.rows.is_empty():
    ui.html(blocks.header(place, tags, say("none")))
else:
    head = st.container()
    with st.container(key="measure_filters", horizontal=True, width=640):
        unit, unit_name = ui.pick_unit(view, found.rows)
        status = ui.pick_status(view)
    (one_unit if unit else whole_plan)()
    thresholds = ui.read(view.build_id, "thresholds", language=language)
    every = thresholds.row(by_predicate=pl.col("threshold_id") == "task_report_months", named=True)
    ui.html(blocks.caption([say("rule_overdue"), say("rule_owed", months=f"{every['value']:.0f}")]))
ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
