"""What a file may ask for: limits, and a look into zip packages before anything is parsed.

A worksheet of 2 KB with cells A1 and XFD1048576 makes the Excel reader ask for 550 GB and aborts its process; a zip
of 4 MB can unpack to gigabytes. Both are recognised here, from the zip directory, from counted bytes and from the
cell references themselves.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from etl.refusal import Refusal

_CHUNK_BYTES = 1 << 20
# A ratio says nothing about small entries: a sheet of blanks shrinks well and hurts nobody.
_RATIO_COUNTS_FROM_BYTES = 20_000_000
# References are matched in the form that every spreadsheet program writes; what is hidden behind another form of
# the same XML meets the memory limit of the process.
_FAR_REFERENCE = re.compile(rb'<row r="(\d{6,})|<c r="([A-Za-z]{2,})(\d+)')
_OVERLAP_BYTES = 32


@dataclass(frozen=True)
class Limits:
    """What one file may take. Sizes in bytes, times in seconds; ``zip_ratio`` is unpacked to packed size.

    ``rows``, ``columns`` and ``cells`` are of one sheet, the blank area inside it included; five million values one
    a row fit into a text file, a workbook ends at 1,048,576 rows. ``cell_characters`` is Excel's own limit.
    ``memory_bytes`` is address space, of which less than half is ever used.
    """

    upload_bytes: int = 500_000_000
    unpacked_bytes: int = 1_000_000_000
    zip_entries: int = 10_000
    zip_ratio: int = 300
    rows: int = 6_000_000
    columns: int = 500
    cells: int = 30_000_000
    cell_characters: int = 32_767
    memory_bytes: int = 4_500_000_000
    seconds: int = 120


DEFAULT_LIMITS = Limits()


def check_size(path: Path, file: str, limits: Limits) -> None:
    """Refuse an empty file and one above the upload limit."""
    size = path.stat().st_size
    if size == 0:
        raise Refusal("read.empty", {"file": file})
    if size > limits.upload_bytes:
        megabytes = {"megabytes": f"{size / 1e6:.0f}", "limit": f"{limits.upload_bytes / 1e6:.0f}"}
        raise Refusal("read.too_large", {"file": file, **megabytes})


def check_table(rows: int, columns: int, file: str, sheet: str, limits: Limits) -> None:
    """Refuse a sheet with more rows, columns or cells than the limits."""
    if rows > limits.rows or columns > limits.columns or rows * columns > limits.cells:
        values = {"file": file, "sheet": sheet or file, "rows": rows, "columns": columns}
        allowed = {"max_rows": limits.rows, "max_columns": limits.columns}
        raise Refusal("read.too_many_cells", {**values, **allowed})


def open_package(path: Path, file: str, limits: Limits) -> zipfile.ZipFile:
    """Open a zip package after a look at its directory.

    Raises:
        Refusal: damaged, encrypted, or a directory that announces a bomb.
    """
    try:
        package = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise Refusal("read.damaged", {"file": file}) from fault
    entries = package.infolist()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refusal("read.password", {"file": file})
    unpacked = sum(entry.file_size for entry in entries)
    is_dense = any(
        entry.file_size > max(_RATIO_COUNTS_FROM_BYTES, entry.compress_size * limits.zip_ratio) for entry in entries
    )
    if len(entries) > limits.zip_entries or unpacked > limits.unpacked_bytes or is_dense:
        raise _bomb(file, unpacked)
    return package


def chunks_of(package: zipfile.ZipFile, entry: zipfile.ZipInfo, file: str, budget: list[int]) -> Iterator[bytes]:
    """Unpack an entry piece by piece and take what really comes out from ``budget`` (one number, bytes left).

    Declared sizes can lie, so the bytes are counted here once more.
    """
    try:
        with package.open(entry) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                budget[0] -= len(chunk)
                if budget[0] < 0:
                    raise _bomb(file, entry.file_size)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as fault:
        raise Refusal("read.damaged", {"file": file}) from fault


def inspect_office_package(path: Path, file: str, limits: Limits) -> None:
    """Unpack every part of an .xlsx or .docx once, count its bytes and look at its cell references.

    Raises:
        Refusal: damaged, bomb, or a sheet that reaches further than the limits.
    """
    budget = [limits.unpacked_bytes]
    with open_package(path, file, limits) as package:
        for entry in package.infolist():
            chunks = chunks_of(package, entry, file, budget)
            if entry.filename.startswith("xl/") and entry.filename.endswith(".xml"):
                rows, columns = _reach(chunks)
                check_table(rows, columns, file, _sheet_name(package, entry.filename), limits)
            else:
                for _ in chunks:
                    pass


def _reach(chunks: Iterator[bytes]) -> tuple[int, int]:
    """The last row and column that a part refers to; rows below 100,000 and columns up to Z need not be known."""
    rows = columns = 0
    tail = b""
    for chunk in chunks:
        for row, letters, row_of_cell in _FAR_REFERENCE.findall(tail + chunk):
            rows = max(rows, int(row or row_of_cell))
            columns = max(columns, _column_number(letters))
        tail = chunk[-_OVERLAP_BYTES:]
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheet_name(package: zipfile.ZipFile, part: str) -> str:
    """The name a person sees for a worksheet part; the part's own name where the workbook does not tell."""
    try:
        with package.open("xl/_rels/workbook.xml.rels") as stream:
            targets = {item.get("Id"): item.get("Target", "") for item in _elements(stream)}
        with package.open("xl/workbook.xml") as stream:
            for item in _elements(stream):
                relation = next((value for key, value in item.items() if key.endswith("}id")), None)
                if targets.get(relation, "").split("/")[-1] == part.split("/")[-1]:
                    return item.get("name", part)
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, zlib.error):
        pass
    return part


def _elements(stream: IO[bytes]) -> list[ElementTree.Element]:
    return list(ElementTree.parse(stream).iter())


def _bomb(file: str, unpacked_bytes: int) -> Refusal:
    return Refusal("read.bomb", {"file": file, "megabytes": f"{unpacked_bytes / 1e6:.0f}"})
