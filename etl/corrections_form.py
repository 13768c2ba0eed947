"""The form for corrections: today's refused rows and doubtful values, to which staff add the right value and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from etl.corrections_add import ACTION_WORDS, FORM_COLUMNS
from etl.corrections_open import NOT_TO_CORRECT, printed_at
from etl.form import Form, Table, words
from etl.form_book import FIRST_ROW, HEADER_ROW, FormBook, ask, form_book, set_up, write_head
from etl.publish import Builds
from etl.steps import read_sql
from tracker.catalog import Catalog
from tracker.catalog_models import Plan
from tracker.export import lines_of
from tracker.text import word

_FREE_ROWS = 50
_TO_FILL = ("action", "value", "reason", "by")
_LINE_HEIGHT = 15
_WIDTHS = {"file_id": 14, "file": 30, "sheet": 10, "row": 6, "column": 6, "subject": 26, "what": 14, "period": 11}
_WIDTHS |= {"problem": 44, "expect": 20, "action": 11, "value": 20, "reason": 24, "by": 10}


# One row of the form by column; what is not in it is left to the person.
Line = dict[str, str]


def write_corrections(data_folder: Path, folder: Path, plan: Plan, catalog: Catalog) -> tuple[Path, int]:
    """Write the form with what the build in force refused or doubts.

    Args:
        data_folder: inbox and builds.
        folder: where the workbook goes; made where it is missing.
        plan: whose area the form names.
        catalog: names of measures.

    Returns:
        The workbook and how many rows are prefilled.

    Raises:
        Refusal: where there is no build yet.
    """
    texts: dict[str, Any] = words()["corrections"]
    builds = Builds(data_folder)
    build_id = builds.in_force()
    with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
        found = connection.execute(read_sql("correction_proposal")).pl().to_dicts()
        [(built_at,)] = connection.execute("select built_at from meta.build").fetchall()
    lines = list(_lines(found, data_folder, catalog))
    form = Form(
        form="corrections",
        plan_id=plan.plan_id,
        area_code=plan.area_code,
        period=build_id,
        build_id=build_id,
        tables=(Table(sheet=texts["table_sheet"], kind="corrections", header_row=HEADER_ROW + 1),),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(words()["file_names"]["corrections"]).format(area=catalog.areas[plan.area_code].short.zh)
    with form_book(path, form, built_at) as book:
        book.guide(texts["title"], texts["lines"])
        _table(book, texts, lines, catalog)
        _example(book, texts)
    return path, len(lines)


def _lines(found: list[dict[str, Any]], data_folder: Path, catalog: Catalog) -> Iterator[Line]:
    """What is to be corrected in files that still count, with the text as it stands in the file."""
    for number, (name, texts) in printed_at(found, data_folder, catalog).items():
        row = found[number]
        if row["said"] in NOT_TO_CORRECT:
            continue
        said: dict[str, str | None] = {
            "file_id": row["file_id"][:12],
            "file": name,
            "sheet": row["sheet"] or "",
            "row": str(row["row"]),
            "column": row["column"],
            "subject": row["subject"] or "",
            "what": catalog.measures[row["measure"]].name.zh if row["measure"] else "",
            "period": str(row["period_end"] or ""),
            "problem": _problem(row),
            "expect": (texts[0] or "") if row["column"] else None,
        }
        yield {key: text for key, text in said.items() if text is not None}


def _problem(row: dict[str, Any]) -> str:
    """What the build says of a cell, as it prints it."""
    if row["said_by"] == "measure":
        shown = {name: "–" if row[name] is None else f"{row[name]:,.10g}" for name in ("number", "compared_with")}
        return word(f"measure.{row['said']}", "zh", value=shown["number"], compared_with=shown["compared_with"])
    value = word("rule.blank", "zh") if row["value"] is None else row["value"]
    return word(f"rule.{row['said']}", "zh", value=value, candidates=row["candidates"] or "–")


def _table(book: FormBook, texts: dict[str, Any], lines: list[Line], catalog: Catalog) -> None:
    sheet = book.sheet(texts["table_sheet"], texts["title"], book.form.title_line(catalog), texts["hint"])
    _captions(book, sheet, texts, HEADER_ROW)
    free = [Line()] * _FREE_ROWS
    for row, line in enumerate([*lines, *free], start=FIRST_ROW):
        if line:
            sheet.set_row(
                row, _LINE_HEIGHT * max(lines_of(line.get(key, ""), _WIDTHS[key] - 1) for key in FORM_COLUMNS)
            )
        for column, key in enumerate(FORM_COLUMNS):
            if key in line:
                sheet.write_string(row, column, line[key], book.looks.text)
            else:
                sheet.write_blank(row, column, None, book.looks.fill_words)
    last_row = FIRST_ROW + len(lines) + _FREE_ROWS - 1
    for key in ("action", "value", "reason", "by", "expect"):
        rule: dict[str, Any] = {"validate": "any"}
        if key == "action":
            choices = {"validate": "list", "source": [texts[name] for name in ACTION_WORDS]}
            rule = choices | {"error_title": texts["error_title"], "error_message": texts["action_error"]}
        ask(sheet, FIRST_ROW, last_row, FORM_COLUMNS.index(key), rule, texts[key], texts[f"{key}_message"])
    set_up(sheet, [_WIDTHS[key] for key in FORM_COLUMNS], frozen_columns=0)


def _captions(book: FormBook, sheet: Any, texts: dict[str, Any], row: int) -> None:
    captions = [(texts[key], book.looks.head_to_fill if key in _TO_FILL else book.looks.head) for key in FORM_COLUMNS]
    write_head(sheet, captions, row=row, height=30)


def _example(book: FormBook, texts: dict[str, Any]) -> None:
    """Rows as they look when filled in, invented; never read."""
    common = words()["common"]
    sheet = book.book.add_worksheet(common["example"])
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, common["example_mark"], book.looks.alarm)
    _captions(book, sheet, texts, 1)
    for row, line in enumerate(texts["examples"], start=2):
        for column, key in enumerate(FORM_COLUMNS):
            sheet.write_string(row, column, line.get(key, ""), book.looks.text)
    set_up(sheet, [_WIDTHS[key] for key in FORM_COLUMNS], frozen_columns=0, header_row=None)
