"""The form by which a unit reports on its tasks: one workbook a unit, with its tasks and how they stood last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from etl.form import Form, Table, words
from etl.form_book import FIRST_ROW, HEADER_ROW, FormBook, ask, form_book, set_up, write_head
from etl.publish import Builds
from etl.refusal import Refusal
from etl.steps import read_sql
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Plan
from tracker.catalog_tasks import PlanMeasure, Reporter, reporter_name, tasks_by_reporter, units_of

_COLUMNS = (
    "code", "sequence", "measure", "section", "lead", "due_on", "serves", "last",
    "status", "reported_on", "note", "evidence",
)  # fmt: skip
_TO_FILL = ("status", "reported_on", "note", "evidence")
_WIDTHS = [0, 5, 22, 8, 18, 12, 27, 24, 10, 13, 32, 23]


@dataclass(frozen=True)
class Status:
    """How a task stood when a unit last reported, or what the demo's units answer."""

    status: str
    reported_on: dt.date
    note: str | None = None
    evidence: str | None = None


@dataclass(frozen=True)
class WrittenTasks:
    """A form that was written: for whom, and how many tasks it asks about."""

    path: Path
    reporter: Reporter
    tasks: int


def write_task_forms(
    data_folder: Path, folder: Path, plan: Plan, catalog: Catalog, unit: str | None
) -> list[WrittenTasks]:
    """Write the forms of one unit or of all, with what the build in force knows of their tasks.

    Args:
        data_folder: whose build in force knows the last reports; none is needed.
        folder: where the workbooks go; made where it is missing.
        plan: whose tasks.
        catalog: tasks, units and areas.
        unit: code or name of a unit or area; None for everybody who reports.

    Raises:
        Refusal: where the plan has no tasks, or nobody of that name reports on them.
    """
    asked = tasks_by_reporter(plan, catalog)
    if not asked:
        raise Refusal("form.no_tasks", {"plan": plan.name.zh})
    if unit is not None:
        names = {reporter: reporter_name(reporter, plan, catalog, "zh") for reporter in asked}
        spellings = {reporter: {name, reporter.unit, reporter.area_code} for reporter, name in names.items()}
        # The whole area is everybody's: it names nobody.
        asked = {r: tasks for r, tasks in asked.items() if unit != plan.area_code and unit in spellings[r]}
        if not asked:
            raise Refusal(
                "form.unknown_unit", {"unit": unit, "plan": plan.short.zh, "known": "、".join(names.values())}
            )
    folder.mkdir(parents=True, exist_ok=True)
    last = last_reports(data_folder, plan.plan_id)
    return [
        WrittenTasks(write_tasks_form(folder, plan, reporter, catalog, last), reporter, len(tasks))
        for reporter, tasks in asked.items()
    ]


def last_reports(data_folder: Path, plan_id: Code) -> dict[tuple[Code, Reporter], Status]:
    """How every task stood when its units last reported, by task and unit; empty before the first build."""
    builds = Builds(data_folder)
    build_id = builds.current()
    if build_id is None:
        return {}
    with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
        try:
            rows = connection.execute(read_sql("form_last_report"), {"plan_id": plan_id}).fetchall()
        except duckdb.CatalogException:
            # A build of an earlier version of the program knows no tasks.
            return {}
    return {(task, Reporter(unit, area)): Status(*said) for task, unit, area, *said in rows}


def write_tasks_form(
    folder: Path,
    plan: Plan,
    reporter: Reporter,
    catalog: Catalog,
    last: Mapping[tuple[Code, Reporter], Status],
    answers: Mapping[Code, Status] | None = None,
) -> Path:
    """Write the form of one unit.

    Args:
        folder: where it goes.
        plan: whose tasks.
        reporter: who is asked.
        catalog: tasks, units and areas.
        last: how the tasks stood, as :func:`last_reports` gives it.
        answers: by task what is filled in already: the demo's answers, a form like any other.
    """
    texts: dict[str, Any] = words()["tasks"]
    tasks = tasks_by_reporter(plan, catalog)[reporter]
    name = reporter_name(reporter, plan, catalog, "zh")
    form = Form(
        form="tasks",
        plan_id=plan.plan_id,
        area_code=reporter.area_code,
        unit=reporter.unit,
        period=f"{plan.starts_on.year}—{plan.ends_on.year}",
        build_id="–",
        tables=(Table(sheet=texts["table_sheet"], kind="tasks", header_row=HEADER_ROW + 1),),
    )
    path = folder / str(words()["file_names"]["tasks"]).format(unit=name, plan=plan.short.zh)
    with form_book(path, form, dt.datetime.combine(plan.starts_on, dt.time())) as book:
        book.guide(texts["title"], [line.format(unit=name, plan=plan.name.zh) for line in texts["lines"]])
        sheet = book.sheet(texts["table_sheet"], texts["title"], form.title_line(catalog), texts["hint"], column=1)
        _head(book, sheet, texts, HEADER_ROW)
        said = {task.measure_id: last.get((task.measure_id, reporter)) for task in tasks}
        for row, task in enumerate(tasks, start=FIRST_ROW):
            filled = (answers or {}).get(task.measure_id)
            _row(book, sheet, row, _cells(task, reporter, plan, catalog, texts), said[task.measure_id], filled, texts)
        _ask(sheet, texts, FIRST_ROW, FIRST_ROW + len(tasks) - 1)
        set_up(sheet, _WIDTHS, frozen_columns=3)
        # The code by which a row is known again; people go by the name beside it.
        sheet.set_column(0, 0, 0, None, {"hidden": True})
        _example(book, tasks, reporter, plan, catalog, texts)
    return path


def _cells(
    task: PlanMeasure, reporter: Reporter, plan: Plan, catalog: Catalog, texts: Mapping[str, Any]
) -> dict[str, str]:
    """What a row says of its task."""
    serves = {target.target_id: catalog.indicators[target.indicator_id].short.zh for target in plan.targets}
    lead = units_of(plan, catalog)[task.owner_units[0]].zh
    is_lead = task.owner_units[0] == reporter.unit
    return {
        "code": task.measure_id,
        "measure": task.title.zh,
        "section": task.section,
        "lead": texts["lead_own"] if is_lead else lead,
        "due_on": str(task.due_on) if task.due_on else texts["no_due_on"],
        "serves": "、".join(serves[target_id] for target_id in task.targets) or "–",
    }


def _head(book: FormBook, sheet: Any, texts: Mapping[str, Any], row: int) -> None:
    looks = book.looks
    to_fill = dict.fromkeys(_TO_FILL, looks.head_to_fill) | {"last": looks.head_grey}
    write_head(sheet, [(texts[key], to_fill.get(key, looks.head)) for key in _COLUMNS], row=row, height=30)


def _row(
    book: FormBook,
    sheet: Any,
    row: int,
    cells: Mapping[str, str],
    last: Status | None,
    filled: Status | None,
    texts: Mapping[str, Any],
) -> None:
    looks, statuses = book.looks, texts["statuses"]
    # Excel does not measure wrapped text of files that it did not write.
    longest = max(len(cells["serves"]) // 13, len(last.note or "") // 11 + 1 if last else 0)
    sheet.set_row(row, 15 * max(2, 1 + longest))
    sheet.write_number(row, _COLUMNS.index("sequence"), row - FIRST_ROW + 1, looks.centred)
    for key, said in cells.items():
        look = looks.centred if key == "due_on" else looks.text
        sheet.write_string(row, _COLUMNS.index(key), said, look)
    before = "–"
    if last is not None:
        before = texts["last_said"].format(status=statuses[last.status], on=last.reported_on, note=last.note or "")
    sheet.write_string(row, _COLUMNS.index("last"), before, looks.grey_words)
    columns = {key: _COLUMNS.index(key) for key in _TO_FILL}
    if filled is None:
        for key, column in columns.items():
            sheet.write_blank(row, column, None, looks.fill_day if key == "reported_on" else looks.fill_words)
        return
    sheet.write_string(row, columns["status"], statuses[filled.status], looks.fill_words)
    sheet.write_datetime(row, columns["reported_on"], filled.reported_on, looks.fill_day)
    sheet.write(row, columns["note"], filled.note, looks.fill_words)
    sheet.write(row, columns["evidence"], filled.evidence, looks.fill_words)


def _ask(sheet: Any, texts: Mapping[str, Any], first: int, last: int) -> None:
    faults = {"error_title": texts["error_title"]}
    rules: dict[str, dict[str, Any]] = {
        "status": faults
        | {"validate": "list", "source": list(texts["statuses"].values()), "error_message": texts["status_error"]},
        "reported_on": faults
        | {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1), "error_message": texts["date_error"]},
        "note": {"validate": "any"},
        "evidence": {"validate": "any"},
    }
    for key, rule in rules.items():
        ask(sheet, first, last, _COLUMNS.index(key), rule, texts[key], texts[f"{key}_message"])


def _example(
    book: FormBook,
    tasks: Iterable[PlanMeasure],
    reporter: Reporter,
    plan: Plan,
    catalog: Catalog,
    texts: Mapping[str, Any],
) -> None:
    """Rows as they look when filled in, invented; never read."""
    common = words()["common"]
    sheet = book.book.add_worksheet(common["example"])
    sheet.hide_gridlines(2)
    sheet.write_string(0, 1, common["example_mark"], book.looks.alarm)
    _head(book, sheet, texts, 1)
    for number, (task, said) in enumerate(zip(tasks, texts["examples"], strict=False)):
        example = Status(said["status"], said["reported_on"], said.get("note"), said.get("evidence"))
        _row(book, sheet, 2 + number, _cells(task, reporter, plan, catalog, texts), None, example, texts)
    set_up(sheet, _WIDTHS, frozen_columns=0, header_row=None)
    sheet.set_column(0, 0, 0, None, {"hidden": True})
