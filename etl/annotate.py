"""A checked file to send back: its rows as they came, refused cells coloured, with what is wrong and what to do.

Rows and columns stand where they stood in the file, so that a message that names row and column holds in both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from etl.add import Added
from etl.form_book import book_options
from etl.parsed_rows import read_rows
from etl.refusal import Refusal
from etl.report_added import rule_message
from etl.table import column_index
from tracker.export import A4, SAME_DAY, lines_of, sheet_name, text_width
from tracker.text import word

_WIDEST, _NARROWEST = 44, 6
_WHY_WIDTH = 64
_LINE_HEIGHT = 15
Read = tuple[str, str]


def write_annotated(out: Path, checked: Sequence[Added], sources: Sequence[Path], language: str) -> dict[Read, Path]:
    """Write one workbook for each file that was read, those inside archives among them.

    Args:
        out: the workbook, of several files the folder.
        checked: what the check found; a form with several tables has one for each.
        sources: the files that were checked, none of which is written over.
        language: of the messages.

    Returns:
        Where they are, by the file as :func:`read_file` names it.

    Raises:
        Refusal: where one cannot be written, or would stand in the place of a file that was checked.
    """
    by_file: dict[Read, list[Added]] = {}
    for added in checked:
        if added.rows is not None and added.parsed is not None:
            by_file.setdefault(read_file(added), []).append(added)
    is_folder = len(by_file) != 1 or out.is_dir()
    written: dict[Read, Path] = {}
    for file, found in by_file.items():
        path = _free(out, file[0], written.values(), language) if is_folder else out
        if path.resolve() in {source.resolve() for source in sources}:
            raise Refusal("compare.same_file", {"file": str(path)})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with xlsxwriter.Workbook(str(path), book_options()) as book:
                book.set_properties(SAME_DAY)
                _write(book, found, language)
        except (OSError, FileCreateError) as fault:
            raise Refusal("add.disk", {"file": str(path), "detail": str(fault)}) from fault
        written[file] = path
    return written


def read_file(added: Added) -> Read:
    """A file by its name and content: in two archives two files may be called alike."""
    return added.name, added.parsed.content_hash if added.parsed else ""


def _free(folder: Path, name: str, taken: Collection[Path], language: str) -> Path:
    """Where the copy goes; a second 名单 of another ending or archive is numbered."""
    stem = f"{Path(name).stem}_{word('desk.annotated', language)}"
    names = (f"{stem}{f'_{number}' if number > 1 else ''}.xlsx" for number in count(1))
    return next(folder / found for found in names if folder / found not in taken)


def _write(book: Any, checked: Sequence[Added], language: str) -> None:
    border = {"border": 1, "border_color": "#D9E1E6", "valign": "top"}
    plain = book.add_format(border)
    head = book.add_format(border | {"bold": True, "bg_color": "#F3F6F8", "text_wrap": True})
    wrong = book.add_format(border | {"bg_color": "#F6C7A8"})
    why = book.add_format(border | {"bg_color": "#FDF0E7", "text_wrap": True})
    title = book.add_format({"bold": True})
    rejected = [row for added in checked if added.rows for row in added.rows.rejected.iter_rows(named=True)]
    parsed = checked[0].parsed
    assert parsed is not None  # only what was read is annotated
    rows = read_rows(parsed.folder)
    for number, meta in enumerate(sheet for sheet in parsed.meta["sheets"] if sheet["columns"]):
        sheet = book.add_worksheet(sheet_name(meta["name"]) or f"Sheet{number + 1}")
        columns = [column["index"] for column in meta["columns"]]
        last = max(columns) + 1
        header_row = max(meta["header_rows"], default=0)
        for place, line in enumerate(meta["titles"]):
            if place < header_row - 1:
                sheet.write_string(place, 0, line, title)
        if header_row:
            for column in meta["columns"]:
                sheet.write_string(header_row - 1, column["index"], column["header"], head)
            sheet.write_string(header_row - 1, last, word("desk.annotated_column", language), head)
            sheet.freeze_panes(header_row, 0)
            sheet.repeat_rows(header_row - 1)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        faults = _faults(rejected, meta["name"], language)
        widths = {column["index"]: text_width(column["header"]) for column in meta["columns"]}
        own = rows.filter(pl.col("sheet") == meta["name"])
        for row in own.iter_rows(named=True):
            marked, messages = faults.get(row["row"], (set(), []))
            for index in columns:
                text = row.get(f"c{index}")
                is_wrong = index in marked or (None in marked and text is not None)
                if text is not None or is_wrong:
                    sheet.write_string(row["row"] - 1, index, text or "", wrong if is_wrong else plain)
                    widths[index] = max(widths[index], text_width((text or "").split("\n")[0]))
            if messages:
                sheet.write_string(row["row"] - 1, last, "\n".join(messages), why)
                # LibreOffice does not make a row as high as its wrapped text.
                lines = sum(lines_of(message, _WHY_WIDTH) for message in messages)
                sheet.set_row(row["row"] - 1, _LINE_HEIGHT * lines)
        for index, width in widths.items():
            sheet.set_column(index, index, min(max(width + 2, _NARROWEST), _WIDEST))
        sheet.set_column(last, last, _WHY_WIDTH)


def _faults(
    rejected: Sequence[dict[str, Any]], sheet: str, language: str
) -> dict[int, tuple[set[int | None], list[str]]]:
    """By row: the columns to colour (None: no single one) and what is wrong with each."""
    found: dict[int, tuple[set[int | None], list[str]]] = {}
    for fault in rejected:
        if (fault["sheet"] or "") != sheet or fault["row"] is None:
            continue
        marked, messages = found.setdefault(fault["row"], (set(), []))
        letter = fault["column"]
        marked.add(column_index(letter) if letter else None)
        where = f"{letter}{fault['row']} " if letter else ""
        messages.append(where + rule_message(fault, language))
    return found
