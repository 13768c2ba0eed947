"""Workbooks that people fill in: the look of their cells, locked sheets, print set-up, instructions, the hidden sheet.

Nothing that comes from data becomes a formula or a link, whatever it begins with.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from etl.form import Form, words
from etl.form_sheet import FORM_SHEET

# Rows of a table, counted from 0 as xlsxwriter does: title, line of area and period, hint, captions, data.
TITLE_ROW, LINE_ROW, HINT_ROW, HEADER_ROW, FIRST_ROW = range(5)
_BOOK_OPTIONS: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "宋体", "font_size": 10},
}
_FILL_IN, _GREY, _HEAD, _LINE = "#FFF9DB", "#F0F0F0", "#DCE6F1", "#A6A6A6"
_MONEY, _COUNT, _DAY = "#,##0.00", "#,##0", "yyyy-mm-dd"
# A4 landscape with margins of 10 mm; a column of width w is 7w + 5 pixels of 1/96 inch wide.
_PAGE_MILLIMETRES = 277.0
_PIXEL_MILLIMETRES = 25.4 / 96
_SMALLEST_SCALE = 60
# Another font than ours, where a computer lacks it, may be a fifth wider.
_SPARE = 0.8


def book_options() -> dict[str, Any]:
    """What a workbook of ours is opened with: a copy, for xlsxwriter writes into it and the next book would differ."""
    return copy.deepcopy(_BOOK_OPTIONS)


@dataclass(frozen=True)
class Looks:
    """The formats of the cells of a form, by what the cell is for."""

    title: Any
    line: Any
    hint: Any
    head: Any
    head_to_fill: Any
    head_grey: Any
    text: Any
    centred: Any
    day: Any
    grey_number: Any
    grey_money: Any
    grey_text: Any
    grey_words: Any
    fill_number: Any
    fill_money: Any
    fill_count: Any
    fill_text: Any
    fill_day: Any
    fill_words: Any
    formula: Any
    alarm: Any
    guide: Any


def looks(book: Any) -> Looks:
    """The formats of a workbook."""
    cell = {"border": 1, "border_color": _LINE, "valign": "vcenter"}
    head = cell | {"bold": True, "align": "center", "text_wrap": True}
    fill = cell | {"bg_color": _FILL_IN, "locked": False}
    grey = cell | {"bg_color": _GREY, "font_color": "#595959"}
    plain: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 14},
        "line": {"valign": "vcenter"},
        "hint": {"font_color": "#9C5700", "valign": "vcenter"},
        "head": head | {"bg_color": _HEAD},
        "head_to_fill": head | {"bg_color": "#FFE699"},
        "head_grey": head | {"bg_color": _GREY, "font_color": "#595959", "bold": False},
        "text": cell | {"text_wrap": True},
        "centred": cell | {"align": "center"},
        "day": cell | {"num_format": _DAY, "align": "center"},
        "grey_number": grey,
        "grey_money": grey | {"num_format": _MONEY},
        "grey_text": grey | {"align": "center"},
        "grey_words": grey | {"text_wrap": True},
        "fill_number": fill,
        "fill_money": fill | {"num_format": _MONEY},
        "fill_count": fill | {"num_format": _COUNT},
        "fill_text": fill | {"align": "center"},
        "fill_day": fill | {"num_format": _DAY, "align": "left"},
        "fill_words": fill | {"num_format": "@", "align": "left", "text_wrap": True},
        "formula": cell | {"bg_color": _GREY},
        "alarm": {"font_color": "#C00000", "bold": True},
        "guide": {"text_wrap": True, "valign": "top"},
    }
    return Looks(**{name: book.add_format(look) for name, look in plain.items()})


@dataclass(frozen=True)
class FormBook:
    """A form that is being written."""

    book: Any
    looks: Looks
    form: Form

    def sheet(self, name: str, title: str, line: str, hint: str, column: int = 0) -> Any:
        """A new sheet with the three lines above its table, which begin in a column."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.write_string(TITLE_ROW, column, title, self.looks.title)
        sheet.set_row(TITLE_ROW, 24)
        sheet.write_string(LINE_ROW, column, line, self.looks.line)
        sheet.write_string(HINT_ROW, column, hint, self.looks.hint)
        return sheet

    def guide(self, title: str, lines: Sequence[str]) -> None:
        """The instructions, one sentence or two a line."""
        sheet = self.book.add_worksheet(words()["common"]["guide"])
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 4)
        sheet.set_column(1, 1, 110)
        sheet.write_string(0, 0, title, self.looks.title)
        sheet.set_row(0, 28)
        for number, text in enumerate(lines, start=1):
            sheet.write_number(number, 0, number, self.looks.guide)
            sheet.write_string(number, 1, text, self.looks.guide)
            # Excel does not measure wrapped text of files that it did not write.
            sheet.set_row(number, 15 * (1 + len(text) // 62) + 4)
        set_up(sheet, [4, 110], frozen_columns=0, header_row=None)
        sheet.activate()


@contextmanager
def form_book(path: Path, form: Form, made_at: dt.datetime) -> Iterator[FormBook]:
    """A workbook with its hidden sheet, closed and on disk when the block ends.

    Args:
        path: where it goes; an older form of this name is replaced.
        form: what it says of itself.
        made_at: the time written into the file: that of the build, so that the same form has the same content.
    """
    with xlsxwriter.Workbook(str(path), book_options()) as book:
        book.set_properties({"created": made_at})
        hidden = book.add_worksheet(FORM_SHEET)
        hidden.very_hidden()
        for row, (key, value) in enumerate(form.cells()):
            hidden.write_string(row, 0, key)
            hidden.write_string(row, 1, value)
        yield FormBook(book, looks(book), form)


def set_up(sheet: Any, widths: Sequence[float], frozen_columns: int, header_row: int | None = HEADER_ROW) -> None:
    """Lock a sheet but for its cells to fill, and lay it out."""
    sheet.protect("", {"format_columns": True, "format_rows": True})
    lay_out(sheet, widths, frozen_columns, header_row)


def lay_out(sheet: Any, widths: Sequence[float], frozen_columns: int, header_row: int | None = HEADER_ROW) -> None:
    """Set the columns of a sheet, freeze its captions, prepare it for A4 landscape.

    Too wide a table is printed smaller, and on several pages side by side where it would become too small; every page
    repeats the captions and the first columns.
    """
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.39, right=0.39, top=0.5, bottom=0.6)
    sheet.set_footer(f"&C{words()['common']['footer']}")
    if header_row is not None:
        sheet.freeze_panes(header_row + 1, frozen_columns)
        sheet.repeat_rows(header_row)
        if frozen_columns:
            sheet.repeat_columns(0, frozen_columns - 1)
    scale, breaks = _print_pages(widths, frozen_columns)
    if breaks:
        sheet.set_print_scale(scale)
        sheet.set_v_pagebreaks(breaks)
    else:
        sheet.fit_to_pages(1, 0)


def _print_pages(widths: Sequence[float], frozen_columns: int) -> tuple[int, list[int]]:
    """The scale in percent and the columns before which a page ends, none where one page is wide enough.

    Pairs of columns stay on one page.
    """
    millimetres = [(7 * width + 5) * _PIXEL_MILLIMETRES for width in widths]
    repeated, others = sum(millimetres[:frozen_columns]), millimetres[frozen_columns:]
    for pages in range(1, len(others) + 1):
        per_page = -(-len(others) // pages)
        per_page += per_page % 2
        starts = range(0, len(others), per_page)
        widest = max((sum(others[start : start + per_page]) for start in starts), default=0.0)
        scale = int(min(100.0, _SPARE * 100 * _PAGE_MILLIMETRES / (repeated + widest)))
        if scale >= _SMALLEST_SCALE:
            return scale, [frozen_columns + start for start in starts if start]
    return _SMALLEST_SCALE, []


def write_head(sheet: Any, captions: Sequence[tuple[str, Any]], row: int = HEADER_ROW, height: float = 48) -> None:
    """The row of captions, each with its look."""
    sheet.set_row(row, height)
    for column, (caption, look) in enumerate(captions):
        sheet.write_string(row, column, caption, look)


def ask(sheet: Any, first_row: int, last_row: int, column: int, rule: dict[str, Any], name: str, message: str) -> None:
    """Check what is typed into a column and say beforehand what is wanted. Excel shows no more than it has room for."""
    if last_row >= first_row:
        shown = {"input_title": name[:32], "input_message": message[:255], "error_type": "stop"}
        sheet.data_validation(first_row, column, last_row, column, {"ignore_blank": True, **shown, **rule})
