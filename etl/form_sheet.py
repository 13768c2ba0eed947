"""The hidden sheet of a form: keys and values, with a seal over them. The reading process needs no more than this."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from etl.table import Grid

FORM_SHEET = "表单标识"
SEAL = "seal"
_SHEET_KEY = re.compile(r"sheet\.(?P<name>.+)")
_TABLE = re.compile(r"(?P<kind>[a-z_]+)@(?P<row>\d{1,3})")


def seal(said: Iterable[tuple[str, str]]) -> str:
    """A short hash of what a hidden sheet says: a person who edits it does not know it."""
    return hashlib.sha256("\n".join(f"{key}={value}" for key, value in said).encode()).hexdigest()[:12]


def table_entry(sheet: str, kind: str, header_row: int) -> tuple[str, str]:
    """How the hidden sheet names a table that is filled in: what is read from it, and where its captions stand."""
    return f"sheet.{sheet}", f"{kind}@{header_row}"


def tables(said: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Sheet, kind and row of the captions of every table that can be understood."""
    found = ((_SHEET_KEY.fullmatch(key), _TABLE.fullmatch(value)) for key, value in said.items())
    return [(key["name"], value["kind"], int(value["row"])) for key, value in found if key and value]


def form_said(grid: Grid) -> dict[str, str] | None:
    """What a hidden sheet of a form says; None for every other sheet."""
    if not grid.is_hidden or grid.name != FORM_SHEET or grid.width < 2:
        return None
    return {key: value or "" for key, value in grid.cells.select("c0", "c1").iter_rows() if key}
