"""CSV, TSV and pasted rows: strict decoding, then cells with the line each record starts in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from etl.read_limits import Limits, check_table
from etl.refusal import Refusal
from etl.sniff import byte_order_mark, unmarked_utf16
from etl.table import Grid, column_name, frame_of_texts, numbered

_DELIMITERS = ("\t", ",", ";", "|")
_CHUNK_CHARACTERS = 1 << 20
_CHUNK_RECORDS = 50_000
_HEAD_LINES = 50
# GB18030 text passes as UTF-8 for a character or two by chance, never for eight.
_PROOF_CHARACTERS = 8
# Above the limit of a file: a cell that is too long is refused by its place, not by the csv module's own limit.
csv.field_size_limit(2**31 - 1)


def in_utf8(source: Path, target: Path, file: str) -> tuple[str, Path]:
    """A text file in UTF-8 with plain line ends: as it stands, or written again as a stream.

    Returns:
        The encoding that the file had, and where its text lies now: in ``source`` itself or in ``target``.

    Raises:
        Refusal: naming line and byte of what cannot be decoded; nothing is ever replaced.
    """
    with source.open("rb") as stream:
        head = stream.read(4096)
    marked = byte_order_mark(head) or unmarked_utf16(head)
    if marked is None and _is_plain_utf8(source):
        return "utf-8", source
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            _transcode(source, encoding, target, file)
        except UnicodeDecodeError:
            _refuse_unless_other_encoding(source, encoding, file)
        else:
            return encoding, target
    raise AssertionError("the last encoding either fits or is refused")


def _is_plain_utf8(source: Path) -> bool:
    """Whether a file is UTF-8 with plain line ends already. Whole lines are looked at, so no character is cut."""
    with source.open("rb") as stream:
        while chunk := stream.read(_CHUNK_CHARACTERS) + stream.readline():
            if b"\r" in chunk or b"\0" in chunk or not _is_utf8(chunk):
                return False
    return True


def _is_utf8(content: bytes) -> bool:
    try:
        pl.Series([content], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True


def _transcode(source: Path, encoding: str, target: Path, file: str) -> None:
    with source.open(encoding=encoding) as text, target.open("w", encoding="utf-8", newline="\n") as out:
        while chunk := text.read(_CHUNK_CHARACTERS):
            if "\0" in chunk:
                raise Refusal("read.unknown_content", {"file": file})
            out.write(chunk)


def _refuse_unless_other_encoding(source: Path, encoding: str, file: str) -> None:
    """A file that is no UTF-8 may be GB18030; one that was good UTF-8 for a while is damaged UTF-8."""
    content = source.read_bytes()
    try:
        content.decode(encoding)
    except UnicodeDecodeError as fault:
        # The decoder of utf-8-sig counts from behind the mark.
        good = fault.object[: fault.start].decode(encoding.removesuffix("-sig"))
        if encoding == "utf-8" and sum(not character.isascii() for character in good) < _PROOF_CHARACTERS:
            return
        where = {
            "line": good.count("\n") + 1,
            "byte": len(content) - len(fault.object) + fault.start + 1,
            "found": fault.object[fault.start : fault.end].hex(),
        }
        raise Refusal("read.encoding", {"file": file, "encoding": encoding.upper(), **where}) from fault


def read_text(path: Path, file: str, limits: Limits) -> Grid:
    """The cells of a text file that :func:`in_utf8` found or wrote."""
    with path.open(encoding="utf-8") as stream:
        head = list(islice(stream, _HEAD_LINES))
    delimiter = _delimiter(head)
    lines, has_quotes = _lines_and_quotes(path)
    if has_quotes:
        cells = _quoted(path, delimiter, file, limits)
    else:
        cells = _plain(
            path, delimiter, max((line.count(delimiter) for line in head), default=0) + 1, lines, file, limits
        )
    return Grid(name="", cells=cells, numbers=pl.DataFrame())


def _lines_and_quotes(path: Path) -> tuple[int, bool]:
    """How many lines a file has, and whether a quotation mark stands in one."""
    lines, has_quotes, chunk, last = 0, False, b"", b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_CHARACTERS):
            lines += chunk.count(b"\n")
            has_quotes = has_quotes or b'"' in chunk
            last = chunk[-1:]
    return lines + (last != b"\n"), has_quotes


def _delimiter(head: list[str]) -> str:
    """The delimiter that splits most lines of the head; the earlier of :data:`_DELIMITERS` where two are level.

    A comma in one name of a list without columns is no delimiter: a third of the lines must agree.
    """
    lines = [line for line in head if line.strip()]
    split = {
        delimiter: sum(len(record) > 1 for record in csv.reader(io.StringIO("".join(lines)), delimiter=delimiter))
        for delimiter in _DELIMITERS
    }
    best = max(_DELIMITERS, key=lambda delimiter: split[delimiter])
    return best if 3 * split[best] >= len(lines) else _DELIMITERS[0]


def _plain(path: Path, delimiter: str, width: int, lines: int, file: str, limits: Limits) -> pl.DataFrame:
    """Lines without quotation marks: every line is a record. ``width``: as many cells as one of the first has."""
    check_table(lines, width, file, "", limits)
    names = [column_name(index) for index in range(width)]
    try:
        cells = pl.read_csv(
            path,
            has_header=False,
            separator=delimiter,
            quote_char=None,
            schema=dict.fromkeys(names, pl.String),
            missing_columns="insert",
            glob=False,
        )
    except pl.exceptions.ComputeError:
        # A line further down has more cells.
        with path.open(encoding="utf-8") as stream:
            widest = max(line.count(delimiter) for line in stream) + 1
        if widest <= width:
            raise
        return _plain(path, delimiter, widest, lines, file, limits)
    return numbered(_without_blanks(cells))


def _without_blanks(cells: pl.DataFrame) -> pl.DataFrame:
    """The same cells, null where one holds nothing but white space."""
    # Such a cell begins with a blank: those of ASCII, or one from before the first Chinese character. Few columns
    # have any, which is seen in a fifth of the time in which every cell is stripped.
    text = pl.all()
    begins = cells.select(((text < "!") | ((text > "\x7f") & (text < "\u3001"))).any())
    looked_at = [column for column in cells.columns if begins[column].item()]
    filled = pl.col(looked_at).str.strip_chars().str.len_bytes() > 0
    return cells.with_columns(pl.when(filled).then(pl.col(looked_at)).name.keep()) if looked_at else cells


def _quoted(path: Path, delimiter: str, file: str, limits: Limits) -> pl.DataFrame:
    """Records with quotation marks: a cell may hold delimiters and line ends, so Python's parser takes them."""
    parts, first_lines, width = [], [], 1
    csv.field_size_limit(4 * limits.cell_characters)
    for records, lines in _batches(path, delimiter, file):
        first_lines.extend(lines)
        width = max(width, *map(len, records))
        check_table(len(first_lines), width, file, "", limits)
        parts.append(frame_of_texts(records, width).drop("row"))
    # Exports write ="00123" so that Excel keeps a code as text.
    cells = pl.concat(parts, how="diagonal").select(pl.all().str.replace(r'^="(.*)"$', "${1}"))
    return cells.select(pl.Series("row", first_lines, dtype=pl.Int32), pl.all())


def _batches(path: Path, delimiter: str, file: str) -> Iterator[tuple[list[list[str]], list[int]]]:
    """Records in batches, with the physical line in which each starts."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        line = 1
        try:
            while True:
                records, lines = [], []
                for record in islice(reader, _CHUNK_RECORDS):
                    records.append(record)
                    lines.append(line)
                    line = reader.line_num + 1
                if not records:
                    return
                yield records, lines
        except csv.Error as fault:
            raise Refusal("read.quotes", {"file": file, "line": line}) from fault
