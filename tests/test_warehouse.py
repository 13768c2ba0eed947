from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import polars as pl
import psutil
import pytest
from polars.testing import assert_frame_equal

from tests.invented_build import DUE, PLAN_ID, publish
from tracker import ui, viewing, warehouse
from tracker.viewing import DEFAULT_RULE, Rule


@pytest.fixture
def build_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    yield publish(tmp_path)
    ui.forget()
    warehouse._statement.cache_clear()


def with_queries(folder: Path, monkeypatch: pytest.MonkeyPatch, **statements: str) -> None:
    """Put statements where the warehouse looks for its queries."""
    for name, statement in statements.items():
        (folder / f"{name}.sql").write_text(statement, encoding="utf-8")
    monkeypatch.setattr(warehouse, "QUERIES_DIR", folder)
    warehouse._statement.cache_clear()


def test_parameters_are_bound(build_id: str) -> None:
    rows = warehouse.query(build_id, "as_of_dates", plan_id=PLAN_ID)
    assert rows["as_of"].to_list() == [dt.date(2026, 1, 31), DUE, dt.date(2025, 9, 30)]
    assert warehouse.query(build_id, "as_of_dates", plan_id="' or true --").is_empty()


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('{file}')",
        "select * from leaked",
        "attach '{file}.duckdb'",
        "copy (select 1) to '{file}'",
        "set threads = 4",
        "set enable_external_access = true",
        "load httpfs",
        "insert into core.plan (plan_id) values ('x')",
    ],
)
def test_a_query_reaches_nothing_outside_its_build(
    build_id: str, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "leaked", pl.DataFrame({"a": [1]}), raising=False)
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    with_queries(tmp_path, monkeypatch, intruder=statement.format(file=tmp_path / "secret.csv"))
    with pytest.raises((duckdb.Error, warehouse.BuildOutdated)):
        warehouse.query(build_id, "intruder")


def test_a_runaway_query_is_stopped(build_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse, "QUERY_SECONDS", 0.3)
    endless = "select count(*) from range(1000000000) as one, range(1000000000) as other"
    with_queries(tmp_path, monkeypatch, endless=endless)
    with pytest.raises(warehouse.QueryTooSlow):
        warehouse.query(build_id, "endless")


def test_many_threads_get_their_own_answers(build_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_queries(tmp_path, monkeypatch, echo="select $number as number from range(500)")

    def ask(number: int) -> list[int]:
        return warehouse.query(build_id, "echo", number=number)["number"].unique().to_list()

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(64))) == [[number] for number in range(64)]


@pytest.mark.parametrize("rows", [0, 3, 5000])
def test_a_frame_is_what_duckdb_gives(
    build_id: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = (
        "select range as number, '企业' || range as name, if(range % 3 > 0, range / 7, null) as part, "
        "(range * 1.25)::decimal(38, 2) as money, date '2025-01-31' + range::int as day, range % 2 = 0 as is_even, "
        "['县区', range::varchar] as parts, timestamp '2025-01-31 12:00' as moment, null::varchar as nothing "
        f"from range({rows})"
    )
    with_queries(tmp_path, monkeypatch, numbers=statement)
    plain = pl.from_arrow(duckdb.execute(statement).to_arrow_table())
    assert isinstance(plain, pl.DataFrame)
    assert_frame_equal(warehouse.query(build_id, "numbers"), plain)


def test_a_small_frame_holds_little_memory(build_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_queries(tmp_path, monkeypatch, few="select * from mart.progress limit 5")
    frames = [warehouse.query(build_id, "few")]
    before = psutil.Process().memory_info().vms
    frames += [warehouse.query(build_id, "few") for _ in range(20)]
    # DuckDB's own buffers, shared instead of copied: 234 MB of addresses and 0.4 MB of memory a frame.
    assert psutil.Process().memory_info().vms - before < 100e6


def test_the_pointer_names_the_build(build_id: str, tmp_path: Path) -> None:
    assert warehouse.current_build_id() == build_id
    later = publish(tmp_path, "20260213T093000000-b52f33")
    assert warehouse.current_build_id() == later
    assert warehouse.query(build_id, "build")["build_id"].to_list() == [build_id]


def test_no_build_and_a_pointer_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    assert warehouse.current_build_id() is None
    (tmp_path / "builds").mkdir()
    (tmp_path / "builds" / "current").write_text("gone\n", encoding="utf-8")
    assert warehouse.current_build_id() is None
    with pytest.raises(warehouse.BuildMissing):
        warehouse.query("gone", "build")


def test_a_damaged_build_is_told_from_a_missing_one(build_id: str, tmp_path: Path) -> None:
    (tmp_path / "builds" / "damaged.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(warehouse.BuildUnreadable):
        warehouse.query("damaged", "build")


@pytest.mark.parametrize("build_id_asked", ["../current", "a/b", "", ".hidden", "数据"])
def test_an_id_is_a_plain_file_name(build_id: str, build_id_asked: str) -> None:
    assert not warehouse.has_build(build_id_asked)


def test_old_connections_are_let_go_while_a_query_still_runs(
    build_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [publish(tmp_path, f"build-{number}") for number in range(4)]
    slow = "select sum(hash(a.range) % 7) as number from range(8000) as a, range(5000) as b"
    with_queries(tmp_path, monkeypatch, slow=slow, quick="select 1 as number")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(warehouse.query, build_id, "slow")
        for other in others:
            warehouse.query(other, "quick")
        assert not answer.done()
        assert answer.result().height == 1


def test_a_build_that_no_query_asks_for_is_let_go(build_id: str, tmp_path: Path) -> None:
    other = publish(tmp_path, "other")
    for asked in (build_id, other):
        warehouse.query(asked, "build")
    warehouse.forget_unasked_connections()  # both were asked for since they were opened
    warehouse.query(other, "build")
    warehouse.forget_unasked_connections()
    assert [file.stem for file, _ in warehouse._connections] == [other]
    assert warehouse.query(build_id, "build").height == 1


def test_the_default_rule_recomputed_equals_what_the_build_stores(build_id: str) -> None:
    stored = viewing.targets_at(build_id, PLAN_ID, DUE, "zh", DEFAULT_RULE)
    recomputed = viewing._under(DEFAULT_RULE, build_id, PLAN_ID, DUE, {}).filter(pl.col("as_of") == DUE)
    keys = ["target_id", "area_code"]
    pairs = stored.join(recomputed, on=keys, suffix="_again")
    assert pairs.height == stored.height == 23
    assert pairs["state"].to_list() == pairs["state_again"].to_list()
    assert pairs["value"].to_list() == pairs["value_again"].to_list()


@pytest.mark.parametrize(
    ("rule", "giants", "innovative"),
    [
        (DEFAULT_RULE, 21, 936),
        (Rule(with_publicity=True), 24, 936),
        (Rule(with_awaiting=False), 21, 924),
        (Rule(basis="ever"), 27, 942),
    ],
)
def test_a_switch_counts_anew_and_judges_by_the_same_function(
    build_id: str, rule: Rule, giants: float, innovative: float
) -> None:
    rows = viewing.targets_at(build_id, PLAN_ID, DUE, "zh", rule).filter(pl.col("area_code") == "990000")
    found = {row["target_id"]: row for row in rows.iter_rows(named=True)}
    assert (found["giant"]["value"], found["innovative"]["value"]) == (giants, innovative)
    assert found["giant"]["status"] == ("met" if giants >= 25 else "missed")
    assert found["cloud"]["value"] is None
    assert found["cloud"]["status"] == "not_reported"


def test_the_final_date_of_a_stock_is_shown_and_its_running_task_beside_it(
    build_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = dt.date(2027, 12, 31)
    ui.forget()
    with duckdb.connect(str(tmp_path / "builds" / f"{build_id}.duckdb")) as connection:
        # The little giants get a final date two years later: what was due in 2025 becomes an interim task.
        of_giants = "where target_id = 'giant' and area_code = '990000'"
        changes = f"date '{later}' as due_on, 40.0 as"
        connection.execute(f"insert into core.target select * replace ({changes} value) from core.target {of_giants}")
        connection.execute(f"update mart.progress set is_current = false {of_giants}")
        connection.execute(
            f"insert into mart.progress select * replace ({changes} target_value, true as is_current,"
            f" 'on_pace' as state) from mart.progress {of_giants}"
        )

    def shown(as_of: dt.date) -> tuple[object, ...]:
        rows = viewing.targets_at(build_id, PLAN_ID, as_of, "zh", DEFAULT_RULE)
        row = rows.row(by_predicate=(pl.col("target_id") == "giant") & (pl.col("area_code") == "990000"), named=True)
        names = ("due_on", "target_value", "state", "interim_due_on", "interim_target_value", "interim_state")
        return tuple(row[name] for name in names)

    assert shown(DUE) == (later, 40.0, "on_pace", DUE, 25.0, "missed")
    # Once it is over, the task of 2025 is history.
    assert shown(dt.date(2026, 1, 31)) == (later, 40.0, "on_pace", None, None, None)
