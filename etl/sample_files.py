"""How the demo's files are written: sheets with merged titles and headers of two levels, and GB18030 CSV."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import xlsxwriter

Cell = str | int | float | None
Head = tuple[str | None, str]
# A fixed day of making, so that the same demo has the same content hashes.
_MADE_ON = dt.datetime(2026, 1, 12)


@dataclass(frozen=True)
class Sheet:
    """One sheet as it will stand: title rows, a header of one or two levels, rows, and what stands below.

    A header cell is (group, caption); cells of one group stand under a merged one.
    """

    name: str
    titles: Sequence[str]
    header: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    closing: Sequence[Sequence[Cell]] = ()

    @property
    def header_rows(self) -> list[list[str | None]]:
        """The header as cells: a group stands over its first column."""
        captions: list[str | None] = [caption for _, caption in self.header]
        groups = [group for group, _ in self.header]
        if not any(groups):
            return [captions]
        upper = [
            caption if group is None else group if place == 0 or groups[place - 1] != group else None
            for place, (group, caption) in enumerate(self.header)
        ]
        return [upper, [caption if group else None for group, caption in self.header]]


def plain(*captions: str) -> list[Head]:
    """A header of one level."""
    return [(None, caption) for caption in captions]


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """An Excel file; the same content gives the same bytes."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"created": _MADE_ON})
        for sheet in sheets:
            _write_sheet(workbook.add_worksheet(sheet.name), sheet)


def _write_sheet(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet) -> None:
    width = len(sheet.header)
    for row, title in enumerate(sheet.titles):
        page.merge_range(row, 0, row, width - 1, title)
    top = len(sheet.titles)
    header = sheet.header_rows
    for row, cells in enumerate(header, start=top):
        page.write_row(row, 0, cells)
    if len(header) > 1:
        _merge_header(page, sheet, top)
    for row, values in enumerate([*sheet.rows, *sheet.closing], start=top + len(header)):
        for column, value in enumerate(values):
            # A blank cell stays blank; a credit code that begins with digits stays text.
            if value is not None:
                page.write(row, column, value)
    page.set_column(1, 1, 44)
    page.set_column(2, 2, 22)


def _merge_header(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, top: int) -> None:
    places = list(enumerate(sheet.header))
    for group, members in groupby(places, key=lambda place: place[1][0]):
        columns = [column for column, _ in members]
        if group is None:
            for column in columns:
                page.merge_range(top, column, top + 1, column, sheet.header[column][1])
        elif len(columns) > 1:
            page.merge_range(top, columns[0], top, columns[-1], group)


def write_csv(path: Path, sheet: Sheet) -> None:
    """A text file as old systems export it: GB18030, line ends of Windows."""
    with path.open("w", encoding="gb18030", newline="") as stream:
        writer = csv.writer(stream)
        for title in sheet.titles:
            writer.writerow([title])
        writer.writerows(sheet.header_rows)
        writer.writerows([*sheet.rows, *sheet.closing])
