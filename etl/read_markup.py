"""Tables of Word documents and of HTML pages, which portals often call ".xls". Each table is a sheet 表1, 表2, …"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from etl.read_limits import Limits, check_table
from etl.refusal import Refusal
from etl.table import Grid, Merge, frame_of_texts

_HTML_TEXTS = ("title", "h1", "h2", "h3", "h4", "p")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class _Table:
    """Places cells that span rows or columns, as a browser does, and keeps the spans as merges."""

    def __init__(self) -> None:
        self.rows: list[list[str | None]] = []
        self.merges: list[Merge] = []
        self._taken: set[tuple[int, int]] = set()

    def start_row(self) -> None:
        self.rows.append([])

    def add(self, text: str, columns: int, rows: int) -> None:
        """Put a cell into the next free place of the current row."""
        line, number = self.rows[-1], len(self.rows)
        while (number, len(line)) in self._taken:
            line.append(None)
        left = len(line)
        line.extend([text, *[None] * (columns - 1)])
        if columns > 1 or rows > 1:
            self.merges.append(Merge(number, left, number + rows - 1, left + columns - 1))
            self._taken.update(
                (row, column) for row in range(number + 1, number + rows) for column in range(left, left + columns)
            )

    def grid(self, number: int, above: list[str], file: str, limits: Limits) -> Grid:
        """The finished sheet."""
        name = f"表{number}"
        width = max(map(len, self.rows), default=0)
        check_table(len(self.rows), width, file, name, limits)
        cells = frame_of_texts(self.rows, width)
        return Grid(name=name, cells=cells, numbers=pl.DataFrame(), merges=tuple(self.merges), above=tuple(above))


def read_html(path: Path, file: str, limits: Limits) -> Iterator[Grid]:
    """The tables of an HTML page in UTF-8, without those that only arrange other tables.

    Raises:
        Refusal: where the page holds no table.
    """
    # lxml ships no types.
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        page = html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))
    except etree.LxmlError as fault:
        raise Refusal("read.no_table", {"file": file}) from fault
    for line_break in page.iter("br"):
        line_break.tail = f"\n{line_break.tail or ''}"
    above: list[str] = []
    number = 0
    for element in page.iter(*_HTML_TEXTS, "table"):
        if element.tag == "table":
            if element.find(".//table") is None:
                number += 1
                above.extend(_visible_text(caption) for caption in element.iterchildren("caption"))
                yield _html_table(element, limits).grid(number, above, file, limits)
                above = []
        elif all(table.find(".//table") is not None for table in element.iterancestors("table")):
            above.extend(filter(None, [_visible_text(element)]))
    if number == 0:
        raise Refusal("read.no_table", {"file": file})


def _html_table(element: Any, limits: Limits) -> _Table:
    table = _Table()
    lines = list(element.iter("tr"))
    for number, line in enumerate(lines):
        table.start_row()
        for cell in line.iterchildren("td", "th"):
            columns = min(_span(cell, "colspan"), limits.columns + 1)
            table.add(_visible_text(cell), columns, min(_span(cell, "rowspan"), len(lines) - number))
    return table


def _span(cell: Any, attribute: str) -> int:
    text = cell.get(attribute, "1").strip()
    return max(1, int(text)) if text.isdecimal() else 1


def _visible_text(element: Any) -> str:
    return " ".join(element.text_content().split())


def read_docx(path: Path, file: str, limits: Limits) -> Iterator[Grid]:
    """The tables of a Word document; the paragraphs before a table are its titles.

    Raises:
        Refusal: where the document is damaged or holds no table.
    """
    # python-docx takes a third of a second to import, and most files are no Word documents.
    import docx
    from docx.opc.exceptions import OpcError

    try:
        body = docx.Document(str(path)).element.body
    except ValueError as fault:
        raise Refusal("read.other_format", {"file": file, "kind": "DOCM"}) from fault
    except (OpcError, KeyError, SyntaxError) as fault:
        raise Refusal("read.damaged", {"file": file}) from fault
    above: list[str] = []
    number = 0
    for element in body.iterchildren(f"{_WORD}p", f"{_WORD}tbl"):
        if element.tag == f"{_WORD}tbl":
            number += 1
            yield _word_table(element).grid(number, above, file, limits)
            above = []
        elif element.text.strip():
            above.append(element.text.strip())
    if number == 0:
        raise Refusal("read.no_table", {"file": file})


def _word_table(element: Any) -> _Table:
    """Word writes a cell that spans rows again in every row; only the first one, marked "restart", has the text."""
    table = _Table()
    lines = [{cell.grid_offset: cell for cell in line.tc_lst} for line in element.tr_lst]
    for number, line in enumerate(lines):
        table.start_row()
        for column, cell in line.items():
            if cell.vMerge != "continue":
                rows = _rows_spanned(lines, number, column) if cell.vMerge == "restart" else 1
                table.add("\n".join(paragraph.text for paragraph in cell.p_lst), cell.grid_span, rows)
    return table


def _rows_spanned(lines: list[dict[int, Any]], first: int, column: int) -> int:
    """How many rows a cell spans: as long as the cell below it, in the same place, continues it."""
    last = first
    while last + 1 < len(lines) and column in lines[last + 1] and lines[last + 1][column].vMerge == "continue":
        last += 1
    return last - first + 1
