"""The built demo as tests look at it; one for a whole run, by the fixture ``demo``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.add import Added
from etl.sample import write_sample
from tests.worlds import built, rows
from tracker.catalog import load

CLOSE = dt.date(2025, 12, 31)
CITY = "320700"
UNITS = (
    "320706", "320703", "320707", "320722", "320723", "320724", "320771", "320700-gaoxin", "320700-xuwei",
    "320700-yuntaishan",
)  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """The data folder of the demo and what became of its files."""

    folder: Path
    added: list[Added]

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of its build."""
        return rows(self.folder, sql, *parameters)


def built_demo(folder: Path) -> Demo:
    """Write the demo into a folder and build it."""
    added = write_sample(folder, load())
    built(folder)
    return Demo(folder, added)
