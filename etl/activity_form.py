"""The sheet on which events are kept: job fairs, matchmaking, trainings and the like, one row an event."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from etl.activities import TO_FILL
from etl.form import Form, Table, words
from etl.form_book import FIRST_ROW, HEADER_ROW, FormBook, ask, form_book, set_up, write_head
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Plan

_WIDTHS = [13, 14, 40, 16, 26, 10, 10, 30]
_FREE_ROWS = 200
_COUNTS = ("participants", "enterprises")
Record = dict[str, Any]


def write_activities_form(
    folder: Path, plan: Plan, area_code: Code, catalog: Catalog, records: tuple[Record, ...] = ()
) -> Path:
    """Write the sheet of an area.

    Args:
        folder: where it goes; made where it is missing.
        plan: in whose area it lies.
        area_code: whose events are kept on it.
        catalog: kinds and areas.
        records: events that are filled in already, by the keys of :data:`etl.activities.TO_FILL`; those of the demo.
    """
    texts: dict[str, Any] = words()["activities"]
    area = catalog.areas[area_code]
    form = Form(
        form="activities",
        plan_id=plan.plan_id,
        area_code=area_code,
        period=f"{plan.starts_on.year}—{plan.ends_on.year}",
        build_id="–",
        tables=(Table(sheet=texts["table_sheet"], kind="activities", header_row=HEADER_ROW + 1),),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(words()["file_names"]["activities"]).format(area=area.short.zh)
    with form_book(path, form, dt.datetime.combine(plan.starts_on, dt.time())) as book:
        book.guide(texts["title"], [line.format(area=area.name.zh) for line in texts["lines"]])
        sheet = book.sheet(texts["table_sheet"], texts["title"], form.title_line(catalog), texts["hint"])
        last = FIRST_ROW + len(records) + _FREE_ROWS - 1
        _table(book, sheet, texts, HEADER_ROW, (*records, *({},) * _FREE_ROWS))
        _ask(sheet, texts, last, plan, area_code, catalog)
        set_up(sheet, _WIDTHS, frozen_columns=0)
        _example(book, texts)
    return path


def _table(book: FormBook, sheet: Any, texts: dict[str, Any], row: int, records: tuple[Record, ...]) -> None:
    looks = book.looks
    write_head(sheet, [(texts[key], looks.head_to_fill) for key in TO_FILL], row=row, height=30)
    for number, record in enumerate(records, start=row + 1):
        for column, key in enumerate(TO_FILL):
            if key == "held_on":
                sheet.write(number, column, record.get(key), looks.fill_day)
            else:
                sheet.write(number, column, record.get(key), looks.fill_count if key in _COUNTS else looks.fill_words)


def _ask(sheet: Any, texts: dict[str, Any], last: int, plan: Plan, area_code: Code, catalog: Catalog) -> None:
    inside = [area_code] if area_code != plan.area_code else [area.area_code for area in plan.areas]
    title = {"error_title": texts["error_title"]}
    kinds = [kind.name.zh for kind in catalog.activities.values()]
    date = title | {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)}
    whole = title | {"validate": "integer", "criteria": ">=", "value": 0, "error_message": texts["count_error"]}
    rules: dict[str, dict[str, Any]] = {
        "held_on": date | {"error_message": texts["date_error"]},
        "activity": title | {"validate": "list", "source": kinds, "error_message": texts["list_error"]},
        "name": {"validate": "any"},
        "participants": whole,
        "enterprises": whole,
    }
    names = [catalog.areas[code].short.zh for code in inside]
    # Excel takes no more than 255 characters of choices.
    if len(",".join(names)) <= 255:
        rules["area"] = title | {"validate": "list", "source": names, "error_message": texts["list_error"]}
    for key, rule in rules.items():
        ask(sheet, FIRST_ROW, last, TO_FILL.index(key), rule, texts[key], texts[f"{key}_message"])


def _example(book: FormBook, texts: dict[str, Any]) -> None:
    """Rows as they look when filled in, invented; never read."""
    common = words()["common"]
    sheet = book.book.add_worksheet(common["example"])
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, common["example_mark"], book.looks.alarm)
    _table(book, sheet, texts, 1, tuple(texts["examples"]))
    set_up(sheet, _WIDTHS, frozen_columns=0, header_row=None)
