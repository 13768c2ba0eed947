"""A sheet as it stands in the file: texts by row and column, before anybody knows what they mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Merge:
    """A merged range; the text stands in its top left cell. Rows count from 1 as in Excel, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """One sheet.

    ``cells`` has one row per row of the file: ``row`` (Int32, from 1) and ``c0`` … ``cN`` (String, null where
    blank). ``numbers`` has the same rows: ``n0`` … ``nN`` (Boolean), whether the cell was a number; no columns for
    files that only know text. ``above`` are texts that stand before the table, outside any row.
    """

    name: str
    cells: pl.DataFrame
    numbers: pl.DataFrame
    merges: tuple[Merge, ...] = ()
    above: tuple[str, ...] = ()
    is_hidden: bool = False

    @property
    def width(self) -> int:
        """How many columns the sheet has."""
        return self.cells.width - 1


def column_name(index: int) -> str:
    """The name of a column of cells: c0, c1, …"""
    return f"c{index}"


def column_letter(index: int) -> str:
    """The letter under which Excel shows a column: A, B, … AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letter: str) -> int:
    """The place, from 0, of the column that Excel shows under a letter; -1 for anything that is no letter."""
    index = 0
    for character in letter.upper():
        if not "A" <= character <= "Z":
            return -1
        index = 26 * index + ord(character) - 64
    return index - 1


def squeezed(text: str) -> str:
    """A text without differences of width and without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def frame_of_texts(rows: Sequence[Sequence[str | None]], width: int) -> pl.DataFrame:
    """Cells from rows of texts; blank texts become null, short rows are filled up."""
    columns: dict[str, list[str | None]] = {
        column_name(index): [_unless_blank(row[index]) if index < len(row) else None for row in rows]
        for index in range(width)
    }
    return numbered(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String), height=len(rows)))


def numbered(cells: pl.DataFrame, first_row: int = 1) -> pl.DataFrame:
    """The same cells with the number of their row in front."""
    return cells.with_row_index("row", offset=first_row).with_columns(pl.col("row").cast(pl.Int32))


def _unless_blank(text: str | None) -> str | None:
    return text if text and not text.isspace() else None
