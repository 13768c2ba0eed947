"""What each row under the header is: an enterprise, a block heading, a total or a note.

When in doubt a row is data: a data row that fails later is kept with its reason, a lost row is missed by nobody
until a leader counts. Rows that plainly are data are told in bulk; only the few others are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from etl.header import Header
from etl.read_words import (
    block_label,
    counted,
    counted_in_all,
    is_bureau,
    is_chinese_numeral,
    is_count,
    is_enterprise,
    is_form_line,
    is_note,
    is_total,
)
from etl.table import column_name, squeezed

Kind = Literal["block", "total", "note"]
# Rough and generous, on texts as printed: what is suspect by these is judged exactly afterwards.
_PLAIN_NAME = r"公司|(?:厂|集团|院|所|中心|合作社)\s*(?:[（(][^）)]*[）)])?\s*$"
_NOTE_START = r"[:：]|^\s*(?:注|备\s*注|说\s*明)"
_SUSPECT_WORDS = rf"{_NOTE_START}|[合小总共累]\s*计|总\s*数"
_FEW_CELLS = 2
_LONGEST_HEADING = 15


@dataclass(frozen=True)
class SpecialRow:
    """A row that is no enterprise. ``label`` is what a block is called; ``number`` is what the row announces."""

    row: int
    kind: Kind
    label: str | None = None
    number: int | None = None
    is_repeated_header: bool = False


@dataclass(frozen=True)
class _Layout:
    """What the judgement of one row needs to know of its sheet. ``names`` is the column of names, else of codes."""

    names: int | None
    sequence: int | None
    header_rows: tuple[dict[int, str], ...]
    is_numbered: bool
    last_plain_row: int | None


def special_rows(body: pl.DataFrame, header: Header, header_texts: list[list[str | None]]) -> list[SpecialRow]:
    """The rows under a header that are no enterprises, in order.

    Args:
        body: ``row`` and ``c0`` …: rows below the header, none of them blank, merged ranges not filled.
        header: the header of the sheet.
        header_texts: the header rows as they stand, to know them again after a page break.
    """
    names = header.column("name", "uscc")
    sequence = header.column("sequence")
    suspicion = _suspicion(body, names, sequence, header_texts)
    suspects = body.with_row_index("place").filter(suspicion)
    plain_rows = body["row"].filter(~suspicion)
    numbered = body[column_name(sequence)].str.contains(r"^\s*\d+\s*$").any() if sequence is not None else False
    layout = _Layout(
        names=names,
        sequence=sequence,
        header_rows=tuple(_cells(texts) for texts in header_texts),
        is_numbered=bool(numbered),
        last_plain_row=plain_rows[-1] if len(plain_rows) else None,
    )
    found: list[SpecialRow] = []
    note_place: int | None = None
    for place, row, *texts in suspects.iter_rows():
        special = _judge(row, _cells(texts), layout, follows_note=note_place is not None and note_place == place - 1)
        if special is not None:
            found.append(special)
            if special.kind == "note" and not special.is_repeated_header:
                note_place = place
    return found


def _suspicion(
    body: pl.DataFrame, names: int | None, sequence: int | None, header_texts: list[list[str | None]]
) -> pl.Series:
    """Whether a row needs a look: its name is none by its form, or its first cell opens like a note."""
    columns = body.columns[1:]
    beside = [column for column in columns if sequence is None or column != column_name(sequence)] or columns
    first, first_beside = pl.coalesce(columns), pl.coalesce(beside)
    is_few = pl.sum_horizontal(pl.col(columns).is_not_null()) <= _FEW_CELLS
    is_wordy = first.str.contains(_SUSPECT_WORDS)
    if beside != columns:
        is_wordy |= first_beside.str.contains(_SUSPECT_WORDS)
    is_caption = (
        pl.any_horizontal(first_beside == caption for texts in header_texts for caption in texts if caption is not None)
        if header_texts
        else pl.lit(False)
    )
    suspicion = body.select((is_few | is_wordy | is_caption).alias("is_suspect"))["is_suspect"]
    if names is None:
        return suspicion
    # What is suspect in spite of a plain name is so without one: few rows are left to be asked for theirs.
    places = suspicion.arg_true()
    is_plain = pl.col(column_name(names)).str.contains(_PLAIN_NAME).fill_null(False)
    is_suspect = ~is_plain | first.str.contains(_NOTE_START) | is_caption
    return suspicion.scatter(places, body[places].select(is_suspect.alias("is_suspect"))["is_suspect"])


def _cells(texts: list[str | None]) -> dict[int, str]:
    return {column: squeezed(text) for column, text in enumerate(texts) if text is not None}


def _judge(row: int, cells: dict[int, str], layout: _Layout, follows_note: bool) -> SpecialRow | None:
    """One row: what it is, or None where it is data."""
    if cells in layout.header_rows:
        return SpecialRow(row, "note", is_repeated_header=True)
    first = next(iter(cells.values()))
    beside = next((text for column, text in cells.items() if column != layout.sequence), first)
    if is_total(first) or is_total(beside):
        return SpecialRow(row, "total", number=_total(cells, layout))
    if is_form_line(first):
        return SpecialRow(row, "note", number=counted_in_all("".join(cells.values()), is_title=False))
    if len(cells) == 1:
        return _judge_single(row, *next(iter(cells.items())), layout, follows_note)
    if len(cells) == _FEW_CELLS and layout.names is not None:
        return _judge_pair(row, layout, *cells.values())
    return None


def _judge_pair(row: int, layout: _Layout, first: str, second: str) -> SpecialRow | None:
    """Headings in two cells: 一 | 杭州市（155家）, and 杭州市 | 155家."""
    if is_chinese_numeral(first) and not is_enterprise(second) and layout.is_numbered:
        return SpecialRow(row, "block", block_label(second) or second, counted(second))
    label = block_label(first)
    if label is not None and is_count(second):
        return SpecialRow(row, "block", label, counted(second))
    return None


def _judge_single(row: int, column: int, text: str, layout: _Layout, follows_note: bool) -> SpecialRow | None:
    """A row with one text: a heading, a note, or a name whose other cells are blank."""
    if is_note(text):
        return SpecialRow(row, "note", number=counted_in_all(text, is_title=False))
    if layout.names is None or column > layout.names or text.isdecimal():
        return None
    has_rows_below = layout.last_plain_row is None or row < layout.last_plain_row
    label = block_label(text)
    if label is not None:
        return SpecialRow(row, "block", label, counted(text))
    if is_enterprise(text):
        return None
    if is_bureau(text):
        return SpecialRow(row, "block", text) if has_rows_below else SpecialRow(row, "note")
    if follows_note:
        return SpecialRow(row, "note")
    if column == layout.names:
        return None
    # Left of the names, most often in 序号 or merged across the row: a heading without the usual form, or a remark.
    if has_rows_below and len(text) <= _LONGEST_HEADING:
        return SpecialRow(row, "block", text)
    return SpecialRow(row, "note")


def _total(cells: dict[int, str], layout: _Layout) -> int | None:
    """The number of enterprises in a total row; only lists announce one, and only one number may be it."""
    if layout.names is None:
        return None
    said = counted("".join(cells.values()))
    if said is not None:
        return said
    numbers = [int(text) for text in cells.values() if text.isdecimal()]
    beside_name = cells.get(layout.names, "")
    if beside_name.isdecimal():
        return int(beside_name)
    return numbers[0] if len(numbers) == 1 else None
