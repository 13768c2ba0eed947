"""The benchmarks run, and what they measure is what they say: at a thousandth of their size, without their limits."""

from __future__ import annotations

import datetime as dt
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from unittest.mock import Mock, patch

import duckdb
import polars as pl
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import load_client
from benchmarks.__main__ import table
from benchmarks.bench_counts import counted
from benchmarks.bench_etl import bench_build
from benchmarks.bench_national import NATION, PLAN, write_catalog
from benchmarks.bench_pages import bench_superset
from benchmarks.invented import credit_codes, write_workbook, write_world
from benchmarks.measure import Line
from benchmarks.read_workbook import ours, with_pandas
from benchmarks.reader import Reader
from benchmarks.superset_peer import NAMED_BY
from etl.areas import AreaResolver
from etl.clean import uscc_faults
from etl.publish import Builds
from tests.worlds import add, built, write_list
from tracker import blocks
from tracker.catalog import for_data_folder
from tracker.text import LANGUAGES, word


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_world(tmp_path / name, 200) for name in _folders(tmp_path))
    for first, second in zip([n.path for n in one.notices], [n.path for n in other.notices], strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert one.values[0].read_bytes() == other.values[0].read_bytes()


def test_the_invented_world_has_the_rows_that_it_promises(tmp_path: Path) -> None:
    world = write_world(tmp_path, 1_000)
    assert [notice.rows for notice in world.notices] == [1_000, 400, 100]
    listed = pl.read_csv(world.notices[0].path)
    assert listed["企业名称"].str.contains("（示例）").all()
    faults = uscc_faults(listed["统一社会信用代码"])
    assert faults.drop_nulls().to_list() == ["uscc_format"]
    values = pl.read_csv(world.values[0])
    assert values.height == 5_000
    assert set(values["统一社会信用代码"]) >= set(listed["统一社会信用代码"].filter(faults.is_null()))


def test_many_values_stand_in_files_that_are_not_refused(tmp_path: Path) -> None:
    with patch("benchmarks.invented._ROWS_OF_A_FILE", 400):
        world = write_world(tmp_path, 200)
    assert [pl.read_csv(path).height for path in world.values] == [400, 400, 200]


def test_credit_codes_are_right() -> None:
    assert uscc_faults(credit_codes(pl.Series(range(1, 3_000)).to_numpy())).null_count() == 2_999


def test_a_build_of_a_thousandth_is_measured(tmp_path: Path) -> None:
    lines = bench_build(tmp_path, scale=0.001, runs=1)
    values = [line.value for line in lines]
    assert values[2] == pytest.approx(values[1] / values[0])
    assert [line.limit for line in lines] == [None, None, 2.5, 2.5, None, 5.0]
    assert list((tmp_path / "data-1000" / "builds").glob("*.duckdb"))


def test_the_nation_has_its_areas_and_their_names_mean_one_each(tmp_path: Path) -> None:
    counties = write_catalog(tmp_path, 100)
    catalog = for_data_folder(tmp_path)
    own = [
        area for code, area in catalog.areas.items() if area.kind != "unassigned" and catalog.is_within(code, NATION)
    ]
    assert len(own) == 1 + 100
    assert len(catalog.plans[PLAN].areas) == 1 + 31
    resolver = AreaResolver(catalog)
    found = [resolver.resolve([name], NATION) for name in counties]
    assert {one.area_code for one in found} == {area.area_code for area in own if area.kind == "county"}
    world = write_world(tmp_path, 200, area=NATION, parts=dict.fromkeys(counties, 1 / len(counties)))
    assert set(pl.read_csv(world.notices[0].path)["所属县区"]) <= set(counties)
    assert world.notices[0].options[-2:] == ["--area", NATION]


def test_both_readers_of_a_workbook_keep_every_row(tmp_path: Path) -> None:
    path = tmp_path / "workbook.xlsx"
    write_workbook(path, 300)
    assert ours(path, tmp_path) == with_pandas(path) == 300
    assert dt.date.fromisoformat(pl.read_parquet(next(tmp_path.rglob("rows.parquet")))["c4"][0]).year >= 2021


def test_the_table_of_results_says_what_was_over_and_what_broke_off() -> None:
    found = [Line("a build", 3.0, "s", 2.5), Line("rows", 6.0, "times", 5, True)]
    lines = [asdict(line) | {"load": load} for line, load in zip(found, ("0.1", "0.2"), strict=True)]
    made = table("Builds", lines, 1)
    assert "Load of the machine: 0.2." in made
    assert "| a build | 3.00 s | ≤ 2.5 | **over** |" in made
    assert "| rows | 6.00 times | ≥ 5 | ok |" in made
    assert table("Builds", [], 137) == "\n## Builds\n\nBroke off with 137.\n"


def test_the_join_on_intervals_finds_what_our_counting_finds(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", "企业名称,所属县区\n甲公司,海州区\n乙公司,东海县"))
    build = Builds(tmp_path).path(built(tmp_path).build_id)
    assert [line.unit for line in counted(build, 2, 2)] == ["s", "s", "times"]
    with patch("benchmarks.bench_counts._MADE_AGAIN", ()), patch("benchmarks.bench_counts.run"):
        counted(build, 2, 1)  # as it was counted: nothing is made again
        with duckdb.connect(str(build)) as connection:
            connection.execute("update core.example_tenure set status = 'publicity'")
        with pytest.raises(ValueError, match="counts differ"):
            counted(build, 2, 1)


def _folders(tmp_path: Path) -> list[str]:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    return ["one", "other"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_takes_the_page_of_a_failure_for_one(language: str) -> None:
    said, fine = ForwardMsg(), ForwardMsg()
    failure = blocks.panel(word("app.failure_title", language), word("app.failure_text", language))
    said.delta.new_element.html.body = failure
    fine.delta.new_element.html.body = blocks.panel(word("app.empty_title", language), "")
    reader = Reader(Mock())
    assert word("app.failure_text", language) in reader._note(said, "delta")
    assert reader._note(fine, "delta") == ""


def test_the_load_client_prints_the_slow_twentieth_and_the_errors() -> None:
    printed = load_client.lines(load_client.Result([1.0, 3.0], [0.1 * number for number in range(1, 22)], ["lost"]))
    assert [round(line.value, 6) for line in printed] == [2.0, 1.1, 2.0, 1]
    assert [line.verdict for line in printed] == ["", "", "over", "over"]
    assert [line.value for line in load_client.lines(load_client.Result([1.0], [], ["lost"]))] == [1]


def test_without_a_superset_the_comparison_is_left_out_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(NAMED_BY, raising=False)
    assert bench_superset(tmp_path, Namespace()) == []
    assert NAMED_BY in capsys.readouterr().out
