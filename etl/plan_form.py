"""The form of a new plan: four sheets to fill in, drop-downs, an example, instructions. Chinese with English below."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from etl.form import FORM_VERSION, words
from etl.form_book import FIRST_ROW, HEADER_ROW, FormBook, ask, book_options, looks, set_up, write_head
from etl.form_sheet import FORM_SHEET, SEAL, seal, table_entry
from tracker.catalog import Catalog

ROWS = 60
LISTS = "下拉列表"
# Which drop-down a cell takes, and which cells are days and numbers; everything else is text.
CHOICES = {
    "is_draft": "yes_no", "assumed": "assumed", "rank_group": "rank_group", "is_summed": "yes_no", "unit": "unit",
    "comparator": "comparator", "basis": "basis", "commitment": "commitment", "is_headline": "yes_no",
    "frequency": "frequency", "direction": "direction",
}  # fmt: skip
DAYS = ("starts_on", "ends_on", "due_on", "baseline_on")
NUMBERS = ("value", "value_high", "tolerance", "baseline_value")
_WIDE = {
    "indicator": 34,
    "clause_zh": 34,
    "owners": 30,
    "name_zh": 40,
    "name_en": 26,
    "area": 26,
    "wording_zh": 14,
    "aliases": 30,
}
_MADE_ON = dt.datetime(2026, 1, 1)

Cells = dict[str, list[dict[str, Any]]]


def texts() -> dict[str, Any]:
    """The wording of the form."""
    found: dict[str, Any] = words()["plan"]
    return found


def columns(sheet: str) -> dict[str, list[str]]:
    """The columns of a table by key, in order: caption and English caption."""
    found: dict[str, list[str]] = texts()["columns"][sheet]
    return found


def write_plan_form(folder: Path, catalog: Catalog, filled: Cells | None = None) -> Path:
    """Write the form of a new plan.

    Args:
        folder: where it goes; made where it is missing.
        catalog: whose indicators the drop-down offers.
        filled: rows by sheet (``plan``, ``units``, ``areas``, ``targets``) and key that stand in it already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(texts()["file_name"])
    writer = _Writer(catalog, filled or {})
    writer.write(path)
    return path


@dataclass(frozen=True)
class _Writer:
    catalog: Catalog
    filled: Cells

    def write(self, path: Path) -> None:
        with xlsxwriter.Workbook(str(path), book_options()) as book:
            book.set_properties({"created": _MADE_ON})
            hidden = book.add_worksheet(FORM_SHEET)
            hidden.very_hidden()
            said = [("form", "plan"), ("version", str(FORM_VERSION))]
            said += [table_entry(name, "plan", HEADER_ROW + 1) for name in texts()["sheets"].values()]
            for row, (key, value) in enumerate([*said, (SEAL, seal(said))]):
                hidden.write_string(row, 0, key)
                hidden.write_string(row, 1, value)
            form = FormBook(book, looks(book), None)  # type: ignore[arg-type]
            form.guide(texts()["title"], texts()["lines"])
            self._plan(form, self.filled.get("plan", [{}])[0])
            for sheet in ("units", "areas", "targets"):
                self._table(form, texts()["sheets"][sheet], sheet, self.filled.get(sheet, []))
            self._example(form)
            self._lists(form)

    def _sheet(self, form: FormBook, sheet: str) -> Any:
        return form.sheet(texts()["sheets"][sheet], texts()["title"], texts()["title_line"], texts()["hints"][sheet])

    def _plan(self, form: FormBook, values: dict[str, Any]) -> None:
        """Item, content, how to fill it: one item a row."""
        sheet = self._sheet(form, "plan")
        write_head(sheet, [("项目\nItem", form.looks.head), ("内容\nContent", form.looks.head_to_fill),
                           ("填法\nHow", form.looks.head)], height=32)  # fmt: skip
        for row, (key, (caption, english, how)) in enumerate(texts()["plan_items"].items(), start=FIRST_ROW):
            sheet.set_row(row, 30)
            sheet.write_string(row, 0, f"{caption}\n{english}", form.looks.text)
            self._cell(form, sheet, row, 1, key, values.get(key))
            sheet.write_string(row, 2, how, form.looks.text)
            self._ask(sheet, row, row, 1, key, caption)
        set_up(sheet, [24, 60, 70], frozen_columns=0)

    def _table(self, form: FormBook, name: str, sheet: str, rows: list[dict[str, Any]]) -> None:
        page = self._sheet(form, sheet)
        captions = columns(sheet)
        heads = [(f"{caption}\n{english}", form.looks.head_to_fill) for caption, english in captions.values()]
        write_head(page, heads, height=48)
        for row in range(ROWS):
            values = rows[row] if row < len(rows) else {}
            for column, key in enumerate(captions):
                self._cell(form, page, FIRST_ROW + row, column, key, values.get(key))
        for column, (key, (caption, _)) in enumerate(captions.items()):
            self._ask(page, FIRST_ROW, FIRST_ROW + ROWS - 1, column, key, caption)
        set_up(page, [_WIDE.get(key, 13) for key in captions], frozen_columns=1)

    def _cell(self, form: FormBook, sheet: Any, row: int, column: int, key: str, value: Any) -> None:
        look = form.looks.fill_day if key in DAYS else form.looks.fill_words
        look = form.looks.fill_number if key in NUMBERS else look
        if isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), look)
        else:
            sheet.write(row, column, value, look)

    def _ask(self, sheet: Any, first: int, last: int, column: int, key: str, caption: str) -> None:
        """Drop-downs; of indicators a word of one's own is allowed, for a new one."""
        if key in CHOICES:
            rule: dict[str, Any] = {"validate": "list", "source": list(texts()["choices"][CHOICES[key]])}
            ask(sheet, first, last, column, rule, caption, texts()["list_message"])
        elif key == "indicator":
            source = f"='{LISTS}'!$A$1:$A${len(self.catalog.indicators)}"
            sheet.data_validation(
                first, column, last, column, {"validate": "list", "source": source, "show_error": False}
            )
        elif key in NUMBERS:
            rule = {"validate": "decimal", "criteria": "between", "minimum": -1e12, "maximum": 1e12}
            ask(sheet, first, last, column, rule, caption, texts()["number_message"])
        elif key in DAYS:
            rule = {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)}
            ask(sheet, first, last, column, rule, caption, texts()["date_message"])

    def _example(self, form: FormBook) -> None:
        """All four tables as they look when filled in, one below the other; never read."""
        common = words()["common"]
        sheet = form.book.add_worksheet(common["example"])
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, common["example_mark"], form.looks.alarm)
        row = 2
        for name in ("plan", "units", "areas", "targets"):
            sheet.write_string(row, 0, texts()["sheets"][name], form.looks.title)
            table = texts()["plan_items"] if name == "plan" else columns(name)
            captions = [f"{said[0]}\n{said[1]}" for said in table.values()]
            write_head(sheet, [(caption, form.looks.head) for caption in captions], row=row + 1, height=32)
            for values in example()[name]:
                row += 1
                for column, key in enumerate(table):
                    self._cell(form, sheet, row + 1, column, key, values.get(key))
            row += 4
        set_up(sheet, [26] * 2 + [14] * 18, frozen_columns=0, header_row=None)

    def _lists(self, form: FormBook) -> None:
        sheet = form.book.add_worksheet(LISTS)
        sheet.hide()
        for row, indicator in enumerate(self.catalog.indicators.values()):
            sheet.write_string(row, 0, indicator.name.zh)


def example() -> Cells:
    """An invented plan of an invented city."""
    found: Cells = texts()["example"]
    return found
