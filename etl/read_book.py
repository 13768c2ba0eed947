"""Workbooks (.xlsx, .xlsm, .xls, .et) through calamine, in pieces, with merged ranges and cell types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine as calamine

from etl.form_sheet import FORM_SHEET
from etl.read_limits import Limits, check_table
from etl.refusal import Refusal
from etl.table import Grid, Merge, column_name, frame_of_texts, numbered

_CHUNK_ROWS = 20_000
# Excel itself keeps and shows no more significant digits.
_EXCEL_DIGITS = 15
_MIDNIGHT = dt.time()
_NUMBERS = {float, int}


def read_book(path: Path, file: str, limits: Limits) -> Iterator[Grid]:
    """The worksheets of a workbook, hidden ones too; charts and macro sheets have no rows.

    Raises:
        Refusal: where the workbook is protected or damaged, or a sheet is larger than the limits.
    """
    try:
        # From the stream, not the path: by path calamine trusts the suffix.
        with path.open("rb") as stream, calamine.load_workbook(stream) as book:
            # What a form says of its tables must be known before they are read.
            sheets = sorted(enumerate(book.sheets_metadata), key=lambda sheet: sheet[1].name != FORM_SHEET)
            for number, about in sheets:
                if about.typ == calamine.SheetTypeEnum.WorkSheet:
                    is_hidden = about.visible != calamine.SheetVisibleEnum.Visible
                    yield _grid(book.get_sheet_by_index(number), is_hidden, file, limits)
    except calamine.PasswordError as fault:
        raise Refusal("read.password", {"file": file}) from fault
    except calamine.CalamineError as fault:
        raise Refusal("read.damaged", {"file": file}) from fault


def _grid(sheet: calamine.CalamineSheet, is_hidden: bool, file: str, limits: Limits) -> Grid:
    _, left = sheet.start or (0, 0)
    width = left + sheet.width
    check_table(sheet.total_height, width, file, sheet.name, limits)
    empty = frame_of_texts([], width)
    cells, numbers = [empty], [pl.DataFrame(schema=_number_schema(width))]
    rows = iter(sheet.iter_rows())
    first_row = 1
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        texts: dict[str, list[str | None]] = {}
        flags: dict[str, pl.Series] = {}
        for index, values in enumerate(zip(*chunk, strict=True), start=left):
            kinds = set(map(type, values))
            texts[column_name(index)] = _texts(values, kinds)
            is_number = [type(value) in _NUMBERS for value in values] if kinds & _NUMBERS else [False] * len(values)
            flags[f"n{index}"] = pl.Series(is_number, dtype=pl.Boolean)
        cells.append(numbered(pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)), first_row))
        numbers.append(pl.DataFrame(flags))
        first_row += len(chunk)
    return Grid(
        name=sheet.name,
        cells=pl.concat(cells, how="diagonal"),
        numbers=pl.concat(numbers, how="diagonal"),
        merges=tuple(
            Merge(top + 1, start, bottom + 1, end) for (top, start), (bottom, end) in sheet.merged_cell_ranges or ()
        ),
        is_hidden=is_hidden,
    )


def _number_schema(width: int) -> dict[str, type[pl.DataType]]:
    return {f"n{index}": pl.Boolean for index in range(width)}


def _texts(values: Sequence[Any], kinds: set[type]) -> list[str | None]:
    """A column as a person reads it. Most columns hold one kind, and of that nobody asks cell by cell."""
    if kinds == {str}:
        return [value if value and not value.isspace() else None for value in values]
    if kinds == {float}:
        return list(map(_number_text, values))
    return list(map(str, values)) if kinds == {dt.date} else list(map(_text, values))


def _text(value: Any) -> str | None:
    """A cell as a person reads it: dates in ISO form, numbers without exponent and without a trailing ".0"."""
    if type(value) is str:
        return value if value and not value.isspace() else None
    if type(value) is float:
        return _number_text(value)
    if type(value) is bool:
        return "TRUE" if value else "FALSE"
    if type(value) is dt.datetime:
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ")
    return str(value)


def _number_text(value: float) -> str:
    if value.is_integer() and abs(value) < 10**_EXCEL_DIGITS:
        return str(int(value))
    return format(Decimal(f"{value:.{_EXCEL_DIGITS}g}"), "f")
