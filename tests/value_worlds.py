"""Small reporting sheets for tests, judged by themselves or taken in and built."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from etl.add import Added, Statement, add_files
from etl.inbox import Reading
from etl.values import ValueRows, judge_values
from tests.read_inputs import read_text
from tests.worlds import RECEIVED_ON, rows, write_list
from tracker.catalog import load

CATALOG = load()
LIST = "序号,企业名称,所属县区\n1,甲公司,海州区\n2,乙公司,海州区\n3,丙公司,东海县"
QUARTER_END = dt.date(2025, 9, 30)


def judged(folder: Path, text: str, kind: str = "enterprise_values", **reading: Any) -> ValueRows:
    """The values of a sheet given as CSV, of the third quarter unless the test says else."""
    values: dict[str, Any] = {"period_end": QUARTER_END, "area_code": "320700"} | reading
    read_text(folder, text.strip() + "\n", name="a.csv")
    stated = Reading(reading_no=1, kind=kind, added_on=RECEIVED_ON, **values)  # type: ignore[arg-type]
    return judge_values(folder / "parsed a.csv", stated, RECEIVED_ON, CATALOG)


def stated(outcome: ValueRows) -> list[tuple[Any, ...]]:
    """Who, measure, period, value of what is accepted, in the order of the cells."""
    who = outcome.who.select(pl.coalesce("area_code", "name", "uscc_clean").alias("who"))["who"]
    frame = outcome.accepted.with_columns(who=who.gather(outcome.accepted["who"]))
    return frame.select("who", pl.col("measure").cast(pl.String), "period_end", "value").rows()


def refused(outcome: ValueRows) -> list[tuple[Any, ...]]:
    return outcome.rejected.select("row", "column", "rule", "number").rows()


def report(data_folder: Path, name: str, text: str, **statement: Any) -> Added:
    """Add one report, with nothing stated but what the test says."""
    path = write_list(data_folder / "files", name, text)
    options = {"received_on": RECEIVED_ON} | statement
    [result] = add_files([path], Statement(**options), data_folder, CATALOG, keep=True)
    return result


def values_of(data_folder: Path) -> list[tuple[Any, ...]]:
    """Name, measure, value and cell of all enterprise values of the build in force."""
    return rows(
        data_folder,
        """select enterprise.name, value.measure, value.value, value."column", value.row
        from core.enterprise_value as value inner join core.enterprise as enterprise using (enterprise_id)
        order by all""",
    )


def observed(data_folder: Path, indicator: str, area: str, day: dt.date) -> tuple[Any, ...]:
    """Value, numerator, denominator, expected, reported and state of one observation."""
    sql = """select value, numerator, denominator, expected_units, reported_units, state from mart.observation
        where indicator_id = ? and area_code = ? and period_end = ?"""
    [found] = rows(data_folder, sql, indicator, area, day)
    return found
