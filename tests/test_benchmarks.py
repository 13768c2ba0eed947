"""The benchmarks run, and what they measure is what they say: at a thousandth of their size, without their limits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from benchmarks import load_client
from benchmarks.bench_etl import bench_build
from benchmarks.invented import credit_codes, write_workbook, write_world
from benchmarks.read_workbook import ours, with_pandas
from etl.clean import uscc_faults


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_world(tmp_path / name, 200) for name in _folders(tmp_path))
    for first, second in zip([n.path for n in one.notices], [n.path for n in other.notices], strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert one.values.read_bytes() == other.values.read_bytes()


def test_the_invented_world_has_the_rows_that_it_promises(tmp_path: Path) -> None:
    world = write_world(tmp_path, 1_000)
    assert [notice.rows for notice in world.notices] == [1_000, 400, 100]
    listed = pl.read_csv(world.notices[0].path)
    assert listed["企业名称"].str.contains("（示例）").all()
    faults = uscc_faults(listed["统一社会信用代码"])
    assert faults.drop_nulls().to_list() == ["uscc_format"]
    values = pl.read_csv(world.values)
    assert values.height == 5_000
    assert set(values["统一社会信用代码"]) >= set(listed["统一社会信用代码"].filter(faults.is_null()))


def test_credit_codes_are_right() -> None:
    assert uscc_faults(credit_codes(pl.Series(range(1, 3_000)).to_numpy())).null_count() == 2_999


def test_a_build_of_a_thousandth_is_measured(tmp_path: Path) -> None:
    lines = bench_build(tmp_path, scale=0.001, runs=1)
    values = [line.value for line in lines]
    assert values[2] == pytest.approx(values[1] / values[0])
    assert [line.limit for line in lines] == [None, None, 2.5, 2.5, None]
    assert list((tmp_path / "data-1000" / "builds").glob("*.duckdb"))


def test_both_readers_of_a_workbook_keep_every_row(tmp_path: Path) -> None:
    path = tmp_path / "workbook.xlsx"
    write_workbook(path, 300)
    assert ours(path, tmp_path) == with_pandas(path) == 300
    assert dt.date.fromisoformat(pl.read_parquet(next(tmp_path.rglob("rows.parquet")))["c4"][0]).year >= 2021


def _folders(tmp_path: Path) -> list[str]:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    return ["one", "other"]


def test_the_load_client_prints_the_slow_twentieth_and_the_errors() -> None:
    printed = load_client.lines(load_client.Result([1.0, 3.0], [0.1 * number for number in range(1, 22)], ["lost"]))
    assert [round(line.value, 6) for line in printed] == [2.0, 1.1, 2.0, 1]
    assert [line.verdict for line in printed] == ["", "", "over", "over"]
    assert [line.value for line in load_client.lines(load_client.Result([1.0], [], ["lost"]))] == [1]
