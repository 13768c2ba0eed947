"""Small files as bureaus send them, built in the test, and the reader run in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from etl.parse import META_FILE, Job, run
from etl.parsed_rows import scan_rows
from etl.read_limits import DEFAULT_LIMITS, Limits
from etl.read_meta import Meta, SheetMeta
from etl.sandbox import shipped_headers

Rows = Sequence[Any]  # rows of cells; texts and numbers mixed
CAPTIONS = tuple((header.field, header.captions, header.is_personal) for header in shipped_headers())


@dataclass(frozen=True)
class Read:
    """What the reader wrote."""

    meta: Meta
    rows: pl.DataFrame

    @property
    def sheet(self) -> SheetMeta:
        """The only sheet."""
        assert len(self.meta["sheets"]) == 1
        return self.meta["sheets"][0]

    def fields(self, sheet: int = 0) -> dict[str, str]:
        """Caption -> field, of the columns that are known."""
        return {c["header"]: c["field"] for c in self.meta["sheets"][sheet]["columns"] if c["field"]}

    def column(self, field: str, sheet: int = 0) -> list[str | None]:
        """The cells of the data rows under a field."""
        about = self.meta["sheets"][sheet]
        index = next(c["index"] for c in about["columns"] if c["field"] == field)
        is_here = (pl.col("kind") == "data") & (pl.col("sheet") == about["name"])
        return self.rows.filter(is_here)[f"c{index}"].to_list()

    def kinds(self) -> list[str]:
        """The kinds of all rows, in order."""
        return self.rows["kind"].to_list()

    def announced(self) -> list[tuple[int, str | None]]:
        """Numbers announced and their part, over all sheets."""
        return [(a["number"], a["block"]) for sheet in self.meta["sheets"] for a in sheet["announced"]]


def book(
    path: Path,
    sheets: Mapping[str, Rows],
    merges: Mapping[str, Sequence[tuple[int, int, int, int]]] | None = None,
    hidden: Sequence[str] = (),
) -> Path:
    """An .xlsx; merges by sheet as (first row, first column, last row, last column) from 0."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value not in (None, ""):
                        sheet.write(number, column, value)
            for top, left, bottom, right in (merges or {}).get(name, ()):
                sheet.merge_range(top, left, bottom, right, "")
                sheet.write(top, left, rows[top][left])
            if name in hidden:
                sheet.hide()
    return path


def read(
    path: Path, mapping: dict[str, str] | None = None, limits: Limits = DEFAULT_LIMITS, name: str | None = None
) -> Read:
    """Read a file in this process, without the sandbox."""
    into = path.parent / f"parsed {path.name}"
    into.mkdir()
    run(Job("parse", str(path), name or path.name, str(into), limits, CAPTIONS, mapping))
    return kept(into)


def kept(folder: Path) -> Read:
    """What lies in a folder of results."""
    import json

    meta: Any = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
    return Read(meta, scan_rows(folder).collect())


def read_text(folder: Path, text: str, encoding: str = "utf-8", name: str = "名单.csv") -> Read:
    """Write a text and read it."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read(path)


def read_rows(
    folder: Path, rows: Rows, merges: Sequence[tuple[int, int, int, int]] = (), sheet: str = "Sheet1"
) -> Read:
    """Write rows as a workbook of one sheet and read it."""
    return read(book(folder / "名单.xlsx", {sheet: rows}, {sheet: merges}))
