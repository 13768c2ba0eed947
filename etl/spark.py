"""The counting SQL on Apache Spark: over Parquet copies of the build's tables, the results back into the build.

The copies lie beside the build, or in a folder that every machine of a cluster reaches (``hdfs://``, ``s3a://``, a
shared path). Spark counts statement by statement and writes each table as Parquet; DuckDB takes in what is kept. What
is published is the same file as ever: pages and exports know nothing of it.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import StructType

from etl.refusal import Refusal
from etl.spark_sql import Statement, inputs, outputs, spark_columns, statements, view_of
from etl.steps import run

# What of the temporary tables is read once all is counted.
_READ_LATER = ("title_end",)
_ALWAYS = {
    # What DuckDB does: no number grows over its type unseen, a day is a day.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}
# Spark inside this process: nobody else can reach it, nothing is asked of the network.
_ALONE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": str(os.cpu_count() or 2),
    "spark.log.level": "ERROR",
}


@dataclass(frozen=True)
class Spark:
    """Spark as an engine of :func:`etl.build.build`.

    Args:
        master: as Spark names it: ``local[*]``, ``spark://host:7077``, ``yarn``.
        folder: where the Parquet copies lie while it counts, as Spark reaches it; beside the build where None.
    """

    master: str = "local[*]"
    folder: str | None = None

    def __call__(self, connection: duckdb.DuckDBPyConnection, names: Sequence[str], beside: Path) -> None:
        """Run named SQL files on Spark; the build's tables are the same afterwards as if DuckDB had run them.

        Args:
            connection: the build, with the tables that the files read.
            names: files of etl/sql, in order.
            beside: a path of which nothing exists, for what is needed in between.

        Raises:
            Refusal: where Spark does not start or fails.
        """
        counting = statements(names)
        kept = outputs(counting, _READ_LATER)
        columns = _columns_of(connection, names, inputs(counting), kept)
        own = f"counting-{uuid.uuid4().hex[:12]}"
        is_url = self.folder is not None and "://" in self.folder
        local = (beside if self.folder is None or is_url else Path(self.folder) / own).resolve()
        root = f"{self.folder.rstrip('/')}/{own}" if self.folder and is_url else _local_url(local)
        local.mkdir(parents=True)
        try:
            with self._session() as session, closing(_Tables(session, local, root)) as tables:
                for table in inputs(counting):
                    tables.give(connection, table)
                for statement in counting:
                    tables.do(statement)
                for table in kept:
                    tables.take(connection, table, columns[table])
        except (PySparkException, Py4JError) as fault:
            raise _refusal("spark.failed", fault) from fault
        finally:
            shutil.rmtree(local, ignore_errors=True)

    @contextmanager
    def _session(self) -> Iterator[SparkSession]:
        builder = SparkSession.builder.master(self.master).appName("tracker")
        is_alone = self.master.startswith("local")
        if is_alone:
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        for name, value in ({**_ALONE, **_ALWAYS} if is_alone else _ALWAYS).items():
            builder = builder.config(name, value)
        try:
            session = builder.getOrCreate()
        except (PySparkException, Py4JError) as fault:
            raise _refusal("spark.not_started", fault) from fault
        try:
            yield session
        finally:
            session.stop()


def _refusal(code: str, fault: Exception) -> Refusal:
    said = fault.java_exception.toString() if isinstance(fault, Py4JJavaError) else str(fault)
    return Refusal(code, {"detail": said.strip().split("\n", 1)[0]})


def _columns_of(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], given: Sequence[str], kept: Sequence[str]
) -> dict[str, str]:
    """Columns and types of the tables that are kept: those that DuckDB itself makes of inputs without rows."""
    with duckdb.connect() as empty:
        for schema in ("core", "mart"):
            empty.execute(f"create schema {schema}")
        for table in given:
            empty.execute(f"create table {table} ({_declared(_columns(connection, table))})")
        run(empty, *names)
        return {table: _declared(_columns(empty, table)) for table in kept}


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The type of each column, as DuckDB names it."""
    return {name: kind for name, kind, *_ in connection.sql(f"describe {table}").fetchall()}


def _declared(columns: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in columns.items())


@dataclass
class _Tables:
    """The tables of one counting as folders of Parquet: what DuckDB gave, and what Spark made of it since.

    ``local`` is a folder of this machine, ``root`` where Spark reads and writes: the same one, or a URL elsewhere.
    """

    session: SparkSession
    local: Path
    root: str
    given: dict[str, str] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)

    def give(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Copy a table of the build to where Spark reads it."""
        copy, place = self.local / f"{table}.parquet", f"{self.root}/{table}.parquet"
        # COPY takes no bound parameter; the path is the data folder's own, with quotes doubled.
        connection.execute("copy {} to '{}' (format parquet)".format(table, str(copy).replace("'", "''")))
        if self._is_elsewhere:
            self._files().copyFromLocalFile(True, True, self._path(_local_url(copy)), self._path(place))
        self.given[table] = place
        self._show(table, [place], spark_columns(_columns(connection, table)))

    def do(self, statement: Statement) -> None:
        """Carry out one statement. Every table is written: what is numbered once must not be numbered anew."""
        table = statement.table
        if statement.does == "drop":
            self.session.catalog.dropTempView(view_of(table))
        elif statement.does == "empty":
            self.session.table(view_of(table)).limit(0).createOrReplaceTempView(view_of(table))
            self.parts[table] = []
        elif statement.does == "view":
            self.session.sql(statement.query).createOrReplaceTempView(view_of(table))
            self.views[table] = statement.source
        else:
            rows, before = self.session.sql(statement.query), list[str]()
            if statement.does == "insert":
                rows = _as_in(self.session.table(view_of(table)), rows, statement.columns)
                before = self.parts[table]
            place = f"{self.root}/{view_of(table)}-{len(before)}"
            rows.write.parquet(place)
            self._show(table, [*before, place], rows.schema)

    def take(self, connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> None:
        """Bring what was made of a table into the build."""
        if table in self.views:
            connection.execute(self.views[table])
            return
        parts, given = self.parts[table], self.given.get(table)
        if given is None:
            kind = "" if "." in table else "temporary"
            connection.execute(f"create {kind} table {table} ({columns})")
        elif given not in parts:
            connection.execute(f"delete from {table}")
        for place in parts:
            if place != given:
                files = sorted(str(file) for file in self._brought(place).glob("*.parquet"))
                rows = "select * from read_parquet(?) order by all"
                connection.execute(f"insert into {table} by name {rows}", [files])

    def close(self) -> None:
        """Remove what lies elsewhere. Where that fails too, what failed before is what there is to say."""
        if self._is_elsewhere:
            with suppress(Py4JError):
                self._files().delete(self._path(self.root), True)

    def _show(self, table: str, parts: list[str], schema: str | StructType) -> None:
        self.parts[table] = parts
        # With the schema said: to find it out is a job of its own, for every table.
        self.session.read.schema(schema).parquet(*parts).createOrReplaceTempView(view_of(table))

    def _brought(self, place: str) -> Path:
        brought = self.local / place.rsplit("/", 1)[1]
        if self._is_elsewhere:
            self._files().copyToLocalFile(False, self._path(place), self._path(_local_url(brought)), True)
        return brought

    @property
    def _is_elsewhere(self) -> bool:
        return self.root != _local_url(self.local)

    def _files(self) -> Any:
        """The file system of ``root`` as Hadoop knows it, with the settings and rights that Spark has."""
        return self._path(self.root).getFileSystem(self.session.sparkContext._jsc.hadoopConfiguration())

    def _path(self, url: str) -> Any:
        return self.session.sparkContext._jvm.org.apache.hadoop.fs.Path(url)


def _local_url(path: Path) -> str:
    """A file of this machine wherever Spark looks by itself; Hadoop takes blanks and Chinese as they are."""
    return f"file://{path.as_posix()}"


def _as_in(table: DataFrame, rows: DataFrame, columns: Sequence[str]) -> DataFrame:
    """Rows with the columns and types of the table that they are added to; what is not named stays empty."""
    named = rows.toDF(*(columns or table.columns))
    return named.select(
        *(
            (f.col(f"`{field.name}`") if field.name in named.columns else f.lit(None))
            .cast(field.dataType)
            .alias(field.name)
            for field in table.schema
        )
    )
