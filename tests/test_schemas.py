"""What the cleaning promises: a row that breaks it becomes a rejected row with its cell, and the books still add up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl import assemble, schemas
from etl.rows import EARLIEST_DAY
from tests.value_worlds import LIST, report
from tests.worlds import add, built, rows, write_list

LEDGER = "企业名称,所属县区,小巨人批次,专精特新批次\n甲公司,海州区,第五批,2023年度\n乙公司,海州区,,2023年度"


def spoiled(monkeypatch: pytest.MonkeyPatch, table: str, column: str, value: pl.Expr, number: int = 1) -> None:
    """Let the cleaning hand over a frame whose first rows are wrong."""

    def conforming(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        frame = frames[table]
        is_first = pl.int_range(pl.len()) < number
        wrong = pl.when(is_first).then(value).otherwise(column).cast(frame.schema[column]).alias(column)
        return schemas.conforming(frames | {table: frame.with_columns(wrong)})

    monkeypatch.setattr(assemble, "conforming", conforming)


def refusals(data_folder: Path) -> list[tuple[Any, ...]]:
    return rows(data_folder, 'select rule, value, row, "column" from core.rejected_row order by all')


def test_a_good_build_is_handed_over_as_it_is(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path / "files", "名单.csv", LIST))
    built(tmp_path)
    assert refusals(tmp_path) == []


def test_an_event_that_breaks_a_promise_is_refused_with_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path, write_list(tmp_path / "files", "名单.csv", LIST))
    spoiled(monkeypatch, "recognition_event", "valid_to", pl.lit(dt.date(2001, 1, 1)))
    published = built(tmp_path)
    broken = "recognition_event: window_does_not_end_before_it_begins"
    assert refusals(tmp_path) == [("out_of_schema", broken, 2, None)]
    assert published.readings.select("read", "accepted", "rejected", "is_complete").row(0) == (3, 2, 1, False)
    assert rows(tmp_path, "select accepted, rejected from core.source_file") == [(2, 1)]


def test_all_broken_promises_of_a_row_are_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path, write_list(tmp_path / "files", "名单.csv", LIST))
    too_early = EARLIEST_DAY - dt.timedelta(days=1)
    spoiled(monkeypatch, "recognition_event", "event_on", pl.lit(too_early), number=2)
    built(tmp_path)
    assert [row[1:3] for row in refusals(tmp_path)] == [("recognition_event: event_on|min", row) for row in (2, 3)]


def test_a_title_of_a_ledger_goes_and_its_row_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stated = {"kind": "ledger", "tier": None, "event": None, "event_on": None, "year_day": "12-31"}
    add(tmp_path, write_list(tmp_path / "files", "台账.csv", LEDGER), **stated)
    spoiled(monkeypatch, "recognition_event", "area_code", pl.lit(""))
    readings = built(tmp_path).readings
    assert readings.select("accepted", "rejected", "rejected_cells", "stated").row(0) == (2, 0, 1, 3)
    assert [row[0] for row in refusals(tmp_path)] == ["out_of_schema"]


@pytest.mark.parametrize(
    ("table", "column", "wrong", "broken"),
    [
        ("enterprise_value", "value", pl.lit(float("nan")), "enterprise_value: value|nan"),
        ("enterprise_value", "value", pl.lit(None), "enterprise_value: says_something"),
        ("enterprise_value", "measure", pl.lit(None), "enterprise_value: has_its_keys"),
        ("reported_value", "sample_size", pl.lit(-1.0), "reported_value: sample_size|min"),
        ("reported_value", "value", pl.lit(None), "reported_value: says_something"),
    ],
)
def test_a_value_that_breaks_a_promise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, column: str, wrong: pl.Expr, broken: str
) -> None:
    add(tmp_path, write_list(tmp_path / "files", "名单.csv", LIST))
    report(tmp_path, "企业.csv", "企业名称,研发费用（万元）\n甲公司,3\n乙公司,4", area="连云港市", period="2025")
    report(tmp_path, "地区.csv", "县区,服务专员数\n海州区,3\n东海县,4", area="连云港市", period="2025")
    spoiled(monkeypatch, table, column, wrong)
    built(tmp_path)
    letter = "B"
    assert refusals(tmp_path) == [("out_of_schema", broken, 2, letter)]
    kept = rows(tmp_path, f"select row from core.{table}")
    assert kept == [(3,)]


def test_a_refusal_without_a_rule_says_so_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path, write_list(tmp_path / "files", "名单.csv", LIST.replace("海州区", "东山区", 1)))
    spoiled(monkeypatch, "rejected_row", "rule", pl.lit(None))
    readings = built(tmp_path).readings
    assert readings.select("read", "accepted", "rejected").row(0) == (3, 2, 1)
    assert refusals(tmp_path) == [("out_of_schema", "rejected_row: rule|nullability", 2, "C")]
