"""Tables as files that a person keeps: Excel workbooks and CSV, each telling on what basis and day it stands.

Nothing in a cell is ever run: text goes into Excel as text, and in CSV a cell that a spreadsheet program would take
for a formula is led by an apostrophe. CSV carries a byte order mark, without which Excel takes Chinese for noise.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
import xlsxwriter

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 48
_NARROWEST = 8
# Characters across A4 in letters of ten points, and of nine; a table that is wider still is set to the page.
_PAGE, _STILL_READ = 165, 180
_LEAST_WRAPPED = 16  # of a column that gives way to the page
_MEASURED, _WEIGHED = 1000, 100  # rows of which columns are measured, and of which the lines are counted
# Of a column; lines end before its edge, those of letters, which are narrower than figures, by less than Chinese ones.
_MARGINS, _EDGE, _EDGE_OF_LETTERS = 3, 4, 2
_HEAD_HEIGHT = 24
A4 = 9  # as Excel numbers paper
# Where Chinese is shown in a fallback font, as in LibreOffice, a line is a point higher than Excel's own 15.
_LINE_HEIGHT = 16
_SHEET_NAME_LENGTH = 31
# The creation day of a file would differ at every download of the same list.
SAME_DAY = {"created": dt.datetime(2000, 1, 1)}
_CSV_DECIMALS = 4
# What no line is broken within: a word, or a character with the signs that may not begin a line.
_PIECES = re.compile(r"(?:[!-~]+|.)[，。；：、！？）》”】]*\s*")
_NOT_IN_SHEET_NAMES = str.maketrans("", "", "[]:*?/\\'")


def workbook(sheets: Mapping[str, pl.DataFrame], notes: Iterable[str]) -> bytes:
    """An Excel workbook: on each sheet the notes (what, basis, cut-off, build, demonstration), then a table."""
    buffer = io.BytesIO()
    book = new_book(buffer)
    styles = looks(book)
    lines = list(notes)
    for name, frame in sheets.items():
        sheet = book.add_worksheet(sheet_name(name))
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line, styles["note"])
        write_table(sheet, frame, len(lines) + (1 if lines else 0), styles)
    book.close()
    return buffer.getvalue()


def without_empty_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """A table without the columns in which nothing stands: on paper they cost the others their size."""
    kept = [name for name in frame.columns if frame[name].null_count() < frame.height or not frame.height]
    return frame.select(kept)


def new_book(buffer: io.BytesIO) -> Any:
    """An empty workbook in which text is never run; to be closed by the caller."""
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(SAME_DAY)
    return book


def looks(book: Any) -> dict[str, Any]:
    """The formats of headings, of those above numbers, days, notes, running text, whole numbers and others."""
    head = {"bold": True, "bg_color": "#F3F6F8", "bottom": 1, "text_wrap": True, "valign": "top"}
    return {
        "head": book.add_format({**head, "align": "left", "indent": 1}),
        "head_of_numbers": book.add_format({**head, "align": "right", "indent": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "indent": 1, "valign": "top"}),
        "note": book.add_format({"font_color": "#5B6C76"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "cell": book.add_format({"align": "left", "indent": 1, "valign": "top"}),
        "reason": book.add_format({"font_color": "#5B6C76", "align": "right", "indent": 1, "valign": "top"}),
        "wrapped": book.add_format({"align": "left", "indent": 1, "valign": "top", "text_wrap": True}),
        # Whole numbers without a decimal point, others with one or two decimals; the cell keeps what it holds.
        "whole": book.add_format({"num_format": "#,##0", "align": "right", "indent": 1, "valign": "top"}),
        "tenths": book.add_format({"num_format": "#,##0.0", "align": "right", "indent": 1, "valign": "top"}),
        "hundredths": book.add_format({"num_format": "#,##0.00", "align": "right", "indent": 1, "valign": "top"}),
    }


def sheet_name(name: str) -> str:
    """A name as Excel takes it for a sheet."""
    return name.translate(_NOT_IN_SHEET_NAMES)[:_SHEET_NAME_LENGTH]


def write_table(sheet: Any, frame: pl.DataFrame, top: int, looks: Mapping[str, Any]) -> None:
    """A table with its headings in a row of a sheet: frozen and repeated head, filter, column widths, page set-up."""
    widths = _column_widths(frame)
    breaks = _line_breaks(frame, widths)
    look = looks["wrapped" if any(breaks) else "cell"]
    for place, (name, kind) in enumerate(frame.schema.items()):
        sheet.write_string(top, place, name, looks["head_of_numbers" if kind.is_numeric() else "head"])
        sheet.set_column(place, place, widths[place])
        for row, value in enumerate(frame[name].to_list(), start=top + 1):
            if value is None:
                continue
            if kind == pl.Date:
                sheet.write_datetime(row, place, value, looks["day"])
            elif kind.is_numeric():
                sheet.write_number(row, place, value, looks[_number_look(value)])
            else:
                sheet.write_string(row, place, str(value), look)
    # Excel fits a row to its lines when it opens a file, others do not.
    for row, number in enumerate(breaks, start=top + 1):
        if number:
            sheet.set_row(row, (1 + number) * _LINE_HEIGHT)
    head_lines = max((name.count("\n") for name in frame.columns), default=0)
    sheet.set_row(top, _HEAD_HEIGHT + head_lines * _LINE_HEIGHT)
    sheet.freeze_panes(top + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    if frame.height:
        sheet.autofilter(top, 0, top + frame.height, frame.width - 1)


def _shown(value: Any) -> str:
    """A value as a cell shows it; a number has more decimals than are shown."""
    return f"{value:,.{_DECIMALS[_number_look(value)]}f}" if isinstance(value, int | float) else str(value)


_DECIMALS = {"whole": 0, "tenths": 1, "hundredths": 2}


def _number_look(value: float) -> str:
    return next((name for name, at in (("whole", 0), ("tenths", 1)) if round(value, at) == value), "hundredths")


def _column_widths(frame: pl.DataFrame) -> list[int]:
    """How wide each column is: as its longest text up to a bound; columns of text give way to a page."""
    found, least = [], []
    for name, kind in frame.schema.items():
        shown = [name, *(_shown(value) for value in frame[name][:_MEASURED] if value is not None)]
        found.append(min(max(max(map(_widest_line, shown)) + _MARGINS, _NARROWEST), _WIDEST))
        words = [text_width(piece.rstrip()) for said in shown for piece in _PIECES.findall(said)]
        least.append(max(max(words, default=0) + _EDGE, _LEAST_WRAPPED) if kind == pl.String else _WIDEST)
    rows = [
        [0 if value is None else text_width(str(value)) for value in row] for row in frame.head(_WEIGHED).iter_rows()
    ]
    page = _PAGE if sum(found) > _STILL_READ else _STILL_READ
    while sum(found) > page:
        narrower = [
            [wide - (place == at) for at, wide in enumerate(found)]
            for place in range(len(found))
            if found[place] > least[place]
        ]
        if not narrower:
            break
        found = min(narrower, key=lambda widths: _lines_of_rows(rows, widths))
    return found


def _lines_of_rows(rows: Sequence[Sequence[int]], widths: Sequence[int]) -> float:
    """Lines of a table, with their parts: a column in which nothing is lost yet by a character less loses it later."""
    return sum(max(1.0, *(text / (wide - _EDGE) for text, wide in zip(row, widths, strict=True))) for row in rows)


def _line_breaks(frame: pl.DataFrame, widths: Sequence[int]) -> list[int]:
    """How many lines more than one the cells of each row take: their own breaks, and texts wider than a column."""
    breaks = [0] * frame.height
    for (name, kind), width in zip(frame.schema.items(), widths, strict=True):
        if kind != pl.String:
            continue
        cells = frame[name]
        # A Chinese character has three bytes and the width of two letters.
        wide = (cells.str.len_chars() + cells.str.len_bytes()) // 2
        is_broken = (wide > width - _MARGINS) | cells.str.contains("\n", literal=True)
        for row in is_broken.fill_null(False).arg_true():
            breaks[row] = max(breaks[row], sum(_lines_in(line, width) for line in cells[row].split("\n")) - 1)
    return breaks


def _lines_in(line: str, width: int) -> int:
    if text_width(line) <= width - _MARGINS:
        return 1
    return lines_of(line, width - (_EDGE_OF_LETTERS if line.isascii() else _EDGE))


def _widest_line(value: str) -> int:
    return max(text_width(line) for line in value.split("\n"))


def lines_of(printed: str, width: float) -> int:
    """How many lines a text without breaks takes in a column: words of letters and digits are not cut."""
    lines, used = 1, 0
    for piece in _PIECES.findall(printed):
        wide = text_width(piece.rstrip())
        if used and used + wide > width:
            lines, used = lines + 1, 0
        if wide > width:
            lines, wide = lines + math.ceil(wide / width) - 1, int(wide % width) or int(width)
        used += wide + text_width(piece) - text_width(piece.rstrip())
    return lines


def text_width(value: str) -> int:
    """Columns that a text takes: a Chinese character is as wide as two letters."""
    return sum(1 if ord(character) < 0x2E80 else 2 for character in value)


def csv_file(frame: pl.DataFrame, notes: Iterable[str]) -> bytes:
    """A CSV file in UTF-8 with byte order mark: the table, then a blank line and the notes."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_inert(name) for name in frame.columns])
    for row in frame.iter_rows():
        writer.writerow([_printed(value) for value in row])
    lines = list(notes)
    if lines:
        writer.writerow([])
        writer.writerows([_inert(line)] for line in lines)
    return buffer.getvalue().encode("utf-8-sig")


def _printed(value: object) -> object:
    """A cell as text: nothing for nothing, and no ``.0`` behind a count."""
    if value is None:
        return ""
    if isinstance(value, float):
        return int(value) if value == int(value) else round(value, _CSV_DECIMALS)
    return _inert(value) if isinstance(value, str) else value


def _inert(value: str) -> str:
    return "'" + value if value.startswith(_FORMULA_STARTS) else value
