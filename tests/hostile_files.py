"""Files that somebody might send by mistake or in bad faith, any number of them from one seed.

``python -m tests.hostile_files 500`` sends so many through ``check`` and prints what became of each kind. The suite
sends a few of every kind.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import xlsxwriter
import xlwt  # type: ignore[import-untyped]

from etl.add import Added, Statement, add_files
from etl.refusal import Refusal
from tracker.catalog import load
from tracker.files import zipped

_DAY = dt.date(2023, 6, 1)
HEAD: tuple[str, ...] = ("序号", "企业名称", "所属县区")
ROWS: list[tuple[str, ...]] = [("1", "甲公司", "海州区"), ("2", "乙公司", "东海县"), ("3", "丙公司", "市开发区")]
# What a cell may hold to harm a page, a spreadsheet, a shell or a database.
HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.example","甲")',
    "=cmd|'/C calc'!A0",
    "+1+1",
    "@SUM(1,1)",
    "＝1＋1",
    "'; drop table core.enterprise; --",
    "../../etc/passwd",
    "$(reboot)",
    "{{7*7}}${7*7}",
    "甲\u202e公司\u202c",
    "甲\x07\x1b[31m公司",
    "[甲](javascript:alert(1))",
    "😀" * 40,
)


def _book(rows: list[tuple[str, ...]]) -> bytes:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet("名单")
    for number, row in enumerate([HEAD, *rows]):
        sheet.write_row(number, 0, row)
    workbook.close()
    return stream.getvalue()


def _package(sheet: str, **entries: bytes) -> bytes:
    """A workbook whose worksheet is replaced by other XML."""
    source, target = io.BytesIO(_book(ROWS)), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
        for name, content in entries.items():
            new.writestr(name, content)
    return target.getvalue()


def _sheet(body: str, before: str = "") -> str:
    name_space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{name_space}"><sheetData>{body}</sheetData></worksheet>'


def _flipped(content: bytes, chance: random.Random) -> bytes:
    altered = bytearray(content)
    for _ in range(chance.randint(1, 40)):
        altered[chance.randrange(len(altered))] = chance.randrange(256)
    return bytes(altered)


def _old_book() -> bytes:
    workbook, stream = xlwt.Workbook(), io.BytesIO()
    sheet = workbook.add_sheet("名单")
    for number, row in enumerate([HEAD, *ROWS]):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    workbook.save(stream)
    return stream.getvalue()


def _document() -> bytes:
    document, stream = docx.Document(), io.BytesIO()
    table = document.add_table(len(ROWS) + 1, len(HEAD))
    for row, values in zip(table.rows, [HEAD, *ROWS], strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.save(stream)
    return stream.getvalue()


def _text(rows: list[tuple[str, ...]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([HEAD, *rows])
    return stream.getvalue().encode()


def _hostile_rows(chance: random.Random) -> list[tuple[str, ...]]:
    return [(str(number), chance.choice(HOSTILE_TEXTS), chance.choice(HOSTILE_TEXTS)) for number in range(1, 9)]


def _entities(chance: random.Random) -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, chance.randint(4, 9)))
    outside = '<!ENTITY out SYSTEM "file:///etc/passwd">'
    body = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e3;&out;</t></is></c></row>'
    return _package(_sheet(body, f'<!DOCTYPE x [<!ENTITY e0 "企业名称">{levels}{outside}]>'))


def _far_cell(chance: random.Random) -> bytes:
    row, column = chance.choice([(1048576, "XFD"), (999999, "ZZ"), (70000, "ZZZ")])
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    return _package(_sheet(f'{first}<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'))


def _lying_zip(chance: random.Random) -> bytes:
    content = bytearray(zipped({"a.csv": b"0" * chance.randint(1_000, 5_000_000)}))
    place = content.rindex(b"PK\x01\x02") + 24  # the unpacked size as the directory states it
    content[place : place + 4] = (10).to_bytes(4, "little")
    return bytes(content)


KINDS: dict[str, Callable[[random.Random], tuple[str, bytes]]] = {
    "flipped workbook": lambda chance: ("名单.xlsx", _flipped(_book(ROWS), chance)),
    "cut workbook": lambda chance: ("名单.xlsx", _book(ROWS)[: chance.randint(1, 4000)]),
    "flipped old workbook": lambda chance: ("名单.xls", _flipped(_old_book(), chance)),
    "flipped document": lambda chance: ("名单.docx", _flipped(_document(), chance)),
    "far cell": lambda chance: ("名单.xlsx", _far_cell(chance)),
    "entities": lambda chance: ("名单.xlsx", _entities(chance)),
    "bomb": lambda chance: ("名单.zip", zipped({"a.csv": b"0" * chance.randint(21_000_000, 60_000_000)})),
    "lying archive": lambda chance: ("名单.zip", _lying_zip(chance)),
    "archive in archive": lambda chance: ("名单.zip", zipped({"里.zip": zipped({"a.csv": _text(ROWS)})})),
    "paths in archive": lambda chance: (
        "名单.zip",
        zipped({chance.choice(["../../a.csv", "/etc/a.csv", "C:\\a.csv", "．．／a.csv"]): _text(ROWS)}),
    ),
    "huge cell": lambda chance: ("名单.csv", _text([("1", "甲" * chance.randint(40_000, 3_000_000), "海州区")])),
    "hostile cells": lambda chance: ("名单.csv", _text(_hostile_rows(chance))),
    "hostile workbook": lambda chance: ("名单.xlsx", _book(_hostile_rows(chance))),
    "hostile name": lambda chance: (chance.choice(HOSTILE_TEXTS).replace("/", "_")[:60] + ".csv", _text(ROWS)),
    "wrong bytes": lambda chance: ("名单.csv", _flipped(_text(ROWS * 20), chance)),
    "noise": lambda chance: (
        "名单" + chance.choice([".xlsx", ".xls", ".csv", ".docx", ".zip", ".et", ".pdf"]),
        chance.randbytes(chance.randint(1, 5000)),
    ),
    "page called workbook": lambda chance: ("名单.xls", b"<html><script>alert(1)</script><table><tr><td>x</table>"),
    "ragged table": lambda chance: ("名单.csv", b'"' * chance.randint(1, 99) + _text(ROWS) + b",,,\n\x00" * 9),
}


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its kind, the answer of ``check``, how long it took."""

    kind: str
    name: str
    added: Added
    seconds: float


def outcomes(number: int, seed: int = 0) -> Iterator[Outcome]:
    """Send files through ``check``, all kinds in turn; an exception of any other kind than a refusal comes through."""
    catalog = load()
    stated = Statement(tier="srdi", event="recognition", event_on=_DAY, area="320700", received_on=_DAY)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        for place in range(number):
            kind = list(KINDS)[place % len(KINDS)]
            name, content = KINDS[kind](chance)
            folder = Path(scratch) / str(place)
            (folder / "sent").mkdir(parents=True)
            path = folder / "sent" / name.replace("\x07", "").replace("\x1b", "")
            path.write_bytes(content)
            began = time.monotonic()
            for added in add_files([path], stated, folder / "data", catalog, keep=False):
                yield Outcome(kind, name, added, time.monotonic() - began)
            left = [file.name for file in folder.iterdir()]
            assert set(left) <= {"sent", "data"}, left
            path.unlink()


def main() -> int:
    """Send as many as asked for and print what became of each kind."""
    counts: Counter[tuple[str, str]] = Counter()
    longest = 0.0
    for outcome in outcomes(int(sys.argv[1])):
        refusal = outcome.added.refusal
        counts[outcome.kind, refusal.code if isinstance(refusal, Refusal) else outcome.added.status] += 1
        longest = max(longest, outcome.seconds)
    for (kind, became), times in sorted(counts.items()):
        print(f"{times:5} {kind}: {became}")
    print(f"{sum(counts.values())} files, the longest {longest:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
