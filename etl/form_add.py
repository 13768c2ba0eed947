"""Taking a filled form in: it says itself what it is, so nothing is asked; what disagrees with it is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from etl.activities import judge_activities
from etl.areas import AreaResolver
from etl.form import Form, Period
from etl.inbox import Kind, Reading, Sidecar
from etl.measure_reports import judge_reports
from etl.periods import parse_period
from etl.refusal import Refusal
from etl.targets import judge_targets, read_document
from etl.values import judge_values
from tracker.catalog import Catalog


class Stated(Protocol):
    """What a person states beside a form; it must agree with it."""

    @property
    def area(self) -> str | None: ...
    @property
    def period(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def received_on(self) -> dt.date: ...


def form_readings(form: Form, folder: Path, file: str, stated: Stated, catalog: Catalog) -> list[Reading]:
    """How a form is read: one reading a filled table of a report, one for all tables of a decomposition.

    Args:
        form: what the file says of itself.
        folder: what the parsing child wrote.
        file: its name for messages.
        stated: what the person adding it says.
        catalog: areas, measures and targets.

    Raises:
        Refusal: where a statement contradicts the form, nothing is filled in, or a date cannot be right.
    """
    _refuse_contradiction(form, file, stated, catalog)
    read = {"targets": _targets, "tasks": _rows, "activities": _rows, "report": _reports}[form.form]
    readings = read(form, folder, file, stated, catalog)
    if not readings:
        raise Refusal("form.untouched", {"file": file})
    period_end = readings[0].period_end
    if period_end is not None and period_end > stated.received_on:
        days = {"period_end": period_end, "received_on": stated.received_on}
        raise Refusal("values.period_after_receipt", {"file": file, **days})
    return readings


def _refuse_contradiction(form: Form, file: str, stated: Stated, catalog: Catalog) -> None:
    area = catalog.areas[form.area_code].name.zh
    if stated.area is not None:
        code = AreaResolver(catalog).resolve((stated.area,), None).area_code
        if form.area_code not in (stated.area, code):
            raise Refusal("form.stated_differs", {"file": file, "said": area, "stated": stated.area})
    period_end = Period.parse(form.period).ends_on if form.form == "report" else None
    if stated.period is not None and period_end is not None and parse_period(stated.period) != period_end:
        raise Refusal("form.stated_differs", {"file": file, "said": form.period, "stated": stated.period})


def _rows(form: Form, folder: Path, file: str, stated: Stated, catalog: Catalog) -> list[Reading]:
    """One reading for a form of tasks or activities that holds at least one filled row."""
    judge = judge_reports if form.form == "tasks" else judge_activities
    if not judge(folder, stated.received_on, catalog).counts["read"]:
        return []
    kind: Kind = "tasks" if form.form == "tasks" else "activities"
    return [Reading(reading_no=1, kind=kind, area_code=form.area_code, added_on=stated.received_on)]


def _reports(form: Form, folder: Path, file: str, stated: Stated, catalog: Catalog) -> list[Reading]:
    """One reading for every table that holds at least one answer."""
    readings = [
        Reading(
            reading_no=1,
            kind=table.kind,
            sheet=table.sheet,
            area_code=form.area_code,
            period_end=Period.parse(form.period).ends_on,
            reason=stated.reason,
            added_on=stated.received_on,
        )
        for table in form.tables
        if table.kind == "enterprise_values" or table.kind == "area_values"
    ]
    return [r for r in readings if judge_values(folder, r, stated.received_on, catalog).counts["read"]]


def _targets(form: Form, folder: Path, file: str, stated: Stated, catalog: Catalog) -> list[Reading]:
    if not judge_targets(folder, catalog).counts["read"]:
        return []
    document = read_document(folder, file)
    if document.decided_on > stated.received_on:
        days = {"on": document.decided_on, "received_on": stated.received_on}
        raise Refusal("form.document_after_receipt", {"file": file, **days})
    reading = Reading(
        reading_no=1,
        kind="targets",
        area_code=form.area_code,
        event_on=document.decided_on,
        document_no=document.document_no,
        added_on=stated.received_on,
    )
    return [reading]


def refuse_second_form(
    reading: Reading, file: str, file_id: str, replaces: str | None, others: Iterable[Sidecar]
) -> None:
    """One document hands tasks down once: another file of it must replace the first.

    Raises:
        Refusal: naming the file that already states the document.
    """
    if reading.kind != "targets":
        return
    for sidecar in others:
        is_other = sidecar.file_id not in (file_id, replaces)
        if is_other and any(_document(reading) == _document(other) for other in sidecar.active_readings()):
            where = {"other": sidecar.original_name, "file_id": sidecar.file_id[:12]}
            raise Refusal("form.document_twice", {"file": file, "document": reading.document_no, **where})


def _document(reading: Reading) -> tuple[object, ...]:
    return reading.kind, reading.area_code, reading.document_no, reading.event_on
