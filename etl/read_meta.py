"""What is known of a parsed file besides its rows: the shape of ``meta.json``."""

from __future__ import annotations

from typing import TypedDict


class Column(TypedDict):
    """A column with a caption or a value. ``field`` is None where the caption is unknown."""

    index: int
    letter: str
    header: str
    field: str | None


class Announced(TypedDict):
    """A number of enterprises that the file itself states; ``block`` is the part it is said of, None the whole.

    ``row`` is 0 for a text that stands before the table.
    """

    row: int
    text: str
    number: int
    block: str | None


class Counts(TypedDict):
    """How many rows of each kind lie under the header; blank ones up to the last row with a text."""

    data: int
    blank: int
    block: int
    total: int
    note: int


class SheetMeta(TypedDict):
    """One sheet. Without a recognisable header it has no header rows, no columns and no rows.

    A column of names pasted without a caption has a column ``name`` with an empty header, and no header rows.
    """

    name: str
    is_hidden: bool
    titles: list[str]
    header_rows: list[int]
    header_score: float
    columns: list[Column]
    notes: list[str]
    announced: list[Announced]
    counts: Counts


def meta_without_header(name: str, is_hidden: bool) -> SheetMeta:
    """What is said of a sheet whose columns nobody knows."""
    return SheetMeta(
        name=name,
        is_hidden=is_hidden,
        titles=[],
        header_rows=[],
        header_score=0.0,
        columns=[],
        notes=[],
        announced=[],
        counts=Counts(data=0, blank=0, block=0, total=0, note=0),
    )


class Meta(TypedDict):
    """One file. ``encoding`` is None for workbooks and documents; ``form`` is what a form of ours says of itself."""

    format: str
    encoding: str | None
    form: dict[str, str] | None
    sheets: list[SheetMeta]
    dropped_personal_columns: list[str]
