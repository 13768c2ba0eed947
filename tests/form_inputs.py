"""Filling in forms as a clerk does: open the workbook, type into cells under captions, save it under another name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from etl.add import Added, Statement, add_files
from tests.worlds import add, built, write_list
from tracker.catalog import load

HEADER = 4
RETURNED_ON = dt.date(2026, 1, 12)
SRDI = """序号,企业名称,所属县区,统一社会信用代码
1,甲一机械有限公司,海州区,91350100M000100Y43
2,乙二电子有限公司,海州区,
3,=丙三公司,东海县,
4,丁四实业有限公司,,
"""
INNOVATIVE = "序号,企业名称,所属县区\n1,戊五科技有限公司,海州区"


def start(folder: Path) -> None:
    """Four holders of the provincial title, one of them in no district, one innovative SME, and a build of them."""
    add(folder, write_list(folder, "专精特新.csv", SRDI), received_on=dt.date(2025, 10, 10))
    path = write_list(folder, "创新型.csv", INNOVATIVE)
    add(folder, path, tier="innovative", event_on=dt.date(2024, 6, 1), received_on=dt.date(2025, 10, 10))
    built(folder)


@contextmanager
def opened(path: Path, saved_as: Path | None = None) -> Iterator[openpyxl.Workbook]:
    """A workbook for typing into; saved when the block ends."""
    book = openpyxl.load_workbook(path)
    yield book
    book.save(saved_as or path)
    book.close()


def captions(sheet: Worksheet) -> dict[str, int]:
    """Caption -> column, the first where one stands several times."""
    found: dict[str, int] = {}
    for cell in sheet[HEADER]:
        if cell.value is not None:
            found.setdefault("".join(str(cell.value).split()), cell.column)
    return found


def row_of(sheet: Worksheet, caption: str, text: str) -> int:
    """The row that holds a text under a caption."""
    column = captions(sheet)[caption]
    return next(row for row in range(HEADER + 1, sheet.max_row + 1) if sheet.cell(row, column).value == text)


def type_in(sheet: Worksheet, key: str, answers: Mapping[tuple[str, str], Any]) -> None:
    """Type answers: (what stands under the key caption, caption of the cell) -> what is typed."""
    columns = captions(sheet)
    for (text, caption), value in answers.items():
        sheet.cell(row_of(sheet, key, text), columns[caption]).value = value


def hand_in(folder: Path, path: Path, **stated: Any) -> list[Added]:
    """Add a filled form."""
    return add_files([path], Statement(**{"received_on": RETURNED_ON} | stated), folder, load(), keep=True)


def refusal_of(results: list[Added]) -> str:
    """Why the one file was not taken; the message exists in both languages and names the file."""
    [result] = results
    assert result.refusal is not None
    for language in ("zh", "en"):
        assert result.name in result.refusal.text(language)
    return result.refusal.code
