"""Counting on Apache Spark gives what counting on DuckDB gives: every table of the demo's build, every metric."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl import __main__ as cli
from etl.build import build
from etl.engine import engine_of, missing_for_spark
from etl.publish import Builds
from etl.refusal import Refusal
from etl.steps import COUNTING
from tests.demo import Demo

# A short run: what takes long to get fast is left slow.
_SETTINGS = """
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.adaptive.enabled false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.codegen.wholeStage false
"""


def _needed() -> None:
    missing = missing_for_spark()
    if missing is not None:
        pytest.skip(missing.text("en"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with Spark's own settings, as an administrator keeps one."""
    _needed()
    folder = tmp_path_factory.mktemp("settings")
    (folder / "spark-defaults.conf").write_text(_SETTINGS, encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def copies(settings: Path) -> Path:
    """Where Spark's copies lie: given as a URL, so that they go there and back by Spark's own file system."""
    folder = settings / "副本 copies"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def on_both(demo: Demo, copies: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The demo's build by engine."""
    folder = tmp_path_factory.mktemp("spark")
    shutil.copytree(demo.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("builds"))
    built = build(folder, engine_of("spark", "local[2]", f"file://{copies}"))
    current = Builds(demo.folder).current()
    assert current is not None
    return {"duckdb": Builds(demo.folder).path(current), "spark": Builds(folder).path(built.build_id)}


def _hashes(file: Path) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Rows and a hash of them by table, and for observations by indicator and basis too.

    Numbers with decimals go into it with twelve significant digits: the engines round the last ones differently.
    """
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.sql(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('core', 'mart')"
        ).fetchall()
        found: dict[tuple[str, ...], tuple[Any, ...]] = {}
        for (table,) in tables:
            columns = connection.sql(f"describe {table}").fetchall()
            row = ", ".join(
                f"printf('%.11e', \"{name}\"::double)" if kind.startswith(("DOUBLE", "DECIMAL")) else f'"{name}"'
                for name, kind, *_ in columns
            )
            counted = f"count(*), sum(cast(hash(row({row})) as hugeint))"
            [total] = connection.sql(f"select {counted} from {table}").fetchall()
            found[table,] = (*total, [column[:2] for column in columns])
            if table == "mart.observation":
                metrics = connection.sql(f"select indicator_id, basis, {counted} from {table} group by 1, 2").fetchall()
                found |= {(table, *metric[:2]): metric[2:] for metric in metrics}
        return found


@pytest.mark.slow
def test_every_table_and_metric_is_the_same(on_both: dict[str, Path]) -> None:
    on_duckdb, on_spark = (_hashes(on_both[engine]) for engine in ("duckdb", "spark"))
    assert on_spark.keys() == on_duckdb.keys()
    assert [key for key in on_duckdb if on_spark[key] != on_duckdb[key]] == []
    with duckdb.connect(str(on_both["spark"]), read_only=True) as connection:
        indicators = connection.sql("select distinct indicator_id from core.target").fetchall()
    assert {indicator for (indicator,) in indicators} <= {key[1] for key in on_spark if len(key) > 1}


def test_no_table_is_the_same_because_it_is_empty(on_both: dict[str, Path]) -> None:
    from etl.spark_sql import outputs, statements

    rows = {key[0]: value[0] for key, value in _hashes(on_both["spark"]).items() if len(key) == 1}
    assert [table for table in outputs(statements(COUNTING), ()) if not rows[table]] == []


def test_no_copy_stays(on_both: dict[str, Path], copies: Path) -> None:
    assert list(copies.iterdir()) == []
    assert [path.name for path in on_both["spark"].parent.glob("*.part*")] == []


def test_what_spark_cannot_reach_is_said(settings: Path, tmp_path: Path) -> None:
    from etl.spark import Spark

    with duckdb.connect() as connection:
        connection.execute("create schema core")
        for table in ("source_reading", "area_closure", "reading_exclusion"):
            columns = "reading_id varchar, area_code varchar, ancestor_code varchar"
            connection.execute(f"create table core.{table} ({columns})")
        for master, folder, code in (("local[1]", "nosuch://folder", "failed"), ("nowhere", None, "not_started")):
            with pytest.raises(Refusal) as refused:
                Spark(master, folder)(connection, ("reading_area",), tmp_path / "beside")
            assert refused.value.code == f"spark.{code}"
            assert ("nosuch" if folder else master) in str(refused.value.values["detail"])
    assert list(tmp_path.iterdir()) == []


def test_only_statements_of_counting_are_carried_over() -> None:
    _needed()
    from etl.spark_sql import inputs, statements

    made = inputs(statements(COUNTING))
    assert all(table.startswith("core.") for table in made)
    with pytest.raises(ValueError, match="no statement of counting"):
        statements(["target_with_direction"])


def test_without_java_it_is_said_what_to_install(
    own_data_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(own_data_folder))
    assert cli.main(["build", "--engine", "spark"]) == cli.REFUSED
    said = capsys.readouterr()
    assert "default-jre-headless" in said.out + said.err
    assert not (own_data_folder / "builds").exists()


def test_without_the_packages_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: "java")
    monkeypatch.setattr("etl.engine.find_spec", lambda name: None if name == "pyspark" else name)
    with pytest.raises(Refusal) as refused:
        engine_of("spark", "local[*]", None)
    assert refused.value.values == {"packages": "pyspark"}
    assert "requirements-spark.txt" in refused.value.text("zh")
