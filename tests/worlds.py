"""Small data folders for tests: lists typed in the test, taken in by the ordinary way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from etl.add import Added, Statement, add_files
from etl.build import Built, build
from etl.publish import Builds
from tracker.catalog import load

RECEIVED_ON = dt.date(2026, 1, 12)


def write_list(folder: Path, name: str, lines: str) -> Path:
    """A CSV file of the given lines in UTF-8."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(lines.strip() + "\n", encoding="utf-8")
    return path


def add(data_folder: Path, path: Path, **statement: Any) -> Added:
    """Add one file as a recognition of provincial SRDI SMEs in Lianyungang unless the test says else."""
    values: dict[str, Any] = {
        "tier": "srdi",
        "event": "recognition",
        "event_on": dt.date(2023, 6, 1),
        "area": "320700",
        "received_on": RECEIVED_ON,
    } | statement
    [result] = add_files([path], Statement(**values), data_folder, load(), keep=True)
    return result


def built(data_folder: Path) -> Built:
    """Build and publish."""
    return build(data_folder)


def rows(data_folder: Path, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Rows of the build in force."""
    builds = Builds(data_folder)
    current = builds.current()
    assert current is not None
    with duckdb.connect(str(builds.path(current)), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def count(data_folder: Path, tier: str, area: str, day: dt.date, column: str = "in_force") -> int:
    """One additive count of ``mart.observation``."""
    indicator = f"(select indicator_id from core.indicator where tier = '{tier}')"
    sql = f"select {column} from mart.observation where indicator_id = {indicator} and basis = 'in_force' "
    [(found,)] = rows(data_folder, sql + "and area_code = ? and period_end = ?", area, day)
    return int(found)
