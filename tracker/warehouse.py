"""The only reader of a build. One locked, read-only connection a build; one cursor a query.

A cursor per query is not a matter of taste: one connection shared by Streamlit's session threads returned silently
wrong rows in 43 of 64 queries. ``read_only`` alone still lets a query read any file of the server, so the
connection is closed to everything outside its build and its settings are locked before the first query.
"""

from __future__ import annotations

import io
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from tracker import excerpt
from tracker.catalog import data_folder
from tracker.keeping import kept

QUERIES_DIR = Path(__file__).resolve().parent / "queries"
QUERY_SECONDS = 10.0
_WATCH_SECONDS = 0.5
# With the million that DuckDB gives where nothing is said, each query asks the system for 8 MB a column.
_ROWS_PER_BATCH = 2048
_OPEN_BUILDS = 3
_QUOTE = "'"
# Copies for people who see their own areas only: small, and made again in a moment.
_OPEN_EXCERPTS = 24

# The order matters: the last line makes all others final.
_LOCKS = (
    "SET enable_external_access = false",
    "SET python_enable_replacements = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET memory_limit = '1GB'",
    "SET threads = 2",
    "SET lock_configuration = true",
)

_connections: OrderedDict[tuple[Path, str], duckdb.DuckDBPyConnection] = OrderedDict()
_connections_asked: set[tuple[Path, str]] = set()
_connections_lock = threading.Lock()
_running: dict[int, tuple[float, duckdb.DuckDBPyConnection]] = {}
_running_lock = threading.Lock()


class BuildMissing(Exception):
    """There is no such build: nothing published yet, or removed since its id was read."""


class BuildUnreadable(Exception):
    """The file of a build is there and DuckDB cannot open it: damaged, or written by a newer version."""


class BuildOutdated(BuildUnreadable):
    """The build lacks a table or column that this version asks for: an older version wrote it."""


class QueryTooSlow(Exception):
    """A query was stopped after ``QUERY_SECONDS`` so that one page cannot hold up the others."""


def builds_folder() -> Path:
    """Where the published builds lie."""
    return data_folder() / "builds"


def current_build_id() -> str | None:
    """The build in force by the pointer file, None where nothing is published."""
    for _ in range(2):  # once more, should a publish have moved the pointer and removed the old file meanwhile
        try:
            build_id = (builds_folder() / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        if has_build(build_id):
            return build_id
    return None


def newest_build_id() -> str | None:
    """The build that was made last, whether or not it is in force; None where there is none."""
    return max((path.stem for path in builds_folder().glob("*.duckdb")), default=None)


def has_build(build_id: str) -> bool:
    """Whether a build of this id is there. An id is a plain file name, never a path, and never an excerpt."""
    is_plain = re.fullmatch(r"\w[\w.-]*", build_id, re.ASCII) is not None
    return is_plain and _file(build_id).is_file()


# Frames are kept without Streamlit's help: making its key costs more than finding a small frame.
@kept(512)
def read(build_id: str, name: str, **parameters: object) -> pl.DataFrame:
    """See :func:`query`. Shared by all sessions, so never changed in place."""
    return query(build_id, name, **parameters)


def read_if_there(build_id: str, name: str, **parameters: object) -> pl.DataFrame | None:
    """See :func:`read`; None where an older version wrote the build without that table or column."""
    try:
        return read(build_id, name, **parameters)
    except BuildOutdated:
        return None


def query(build_id: str, name: str, **parameters: object) -> pl.DataFrame:
    """The rows of ``queries/<name>.sql`` with its ``$parameters`` bound.

    Raises:
        BuildMissing: the build's file is gone.
        BuildUnreadable: the build's file is damaged.
        BuildOutdated: the build was written by an older version and must be built again.
        QueryTooSlow: the query ran longer than ``QUERY_SECONDS``.
    """
    with _connection(build_id).cursor() as cursor, _watched(cursor):
        try:
            # Not ``cursor.sql(…, params=…).pl()``: DuckDB 1.5 runs its result once more as a list of constants, four
            # times the processor time for the states of 100,000 enterprises. This form runs on 1.5 and on 2.0.
            found = cursor.execute(_statement(name), parameters).to_arrow_table(_ROWS_PER_BATCH)
        except duckdb.InterruptException as fault:
            raise QueryTooSlow(name) from fault
        except (duckdb.BinderException, duckdb.CatalogException) as fault:
            raise BuildOutdated(build_id) from fault
    return _compact(found)


@contextmanager
def _watched(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have a query stopped once it runs too long.

    One thread watches all: a timer for each query waits for its own thread to begin, among thirty readers longer than
    the query takes.
    """
    _watch()
    with _running_lock:
        _running[id(cursor)] = time.monotonic(), cursor
    try:
        yield
    finally:
        with _running_lock:
            del _running[id(cursor)]


@lru_cache(maxsize=1)
def _watch() -> None:
    threading.Thread(target=_stop_slow, name="slow-queries", daemon=True).start()


def _stop_slow() -> None:
    while True:
        time.sleep(_WATCH_SECONDS)
        with _running_lock:
            for started, cursor in _running.values():
                if time.monotonic() - started > QUERY_SECONDS:
                    cursor.interrupt()


def _compact(found: pa.Table) -> pl.DataFrame:
    """A frame that holds its rows and nothing else.

    DuckDB's own buffers have room for a whole batch in every column, and Polars shares them as long as the frame lives:
    five rows of 35 columns held 408 kB, written out and read back they hold 41 kB, in less time.
    """
    written = pa.BufferOutputStream()
    with pa.ipc.new_stream(written, found.schema) as stream:
        stream.write_table(found)
    return pl.read_ipc_stream(io.BytesIO(written.getvalue())).rechunk()


def _connection(build_id: str) -> duckdb.DuckDBPyConnection:
    whole, _, areas = build_id.partition(excerpt.MARK)
    key = (_file(whole), areas)
    with _connections_lock:
        if key not in _connections:
            _connections[key] = _open_excerpt(*key) if areas else _open(key[0])
        _connections.move_to_end(key)
        _connections_asked.add(key)
        # Let go of, not closed: a query still running on it must end undisturbed.
        alike = [other for other in _connections if bool(other[1]) == bool(areas)]
        for other in alike[: -(_OPEN_EXCERPTS if areas else _OPEN_BUILDS)]:
            del _connections[other]
        return _connections[key]


def _open(file: Path) -> duckdb.DuckDBPyConnection:
    if not file.is_file():
        raise BuildMissing(file.stem)
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.Error as fault:
        raise BuildUnreadable(file.stem) from fault
    return _locked(connection)


def _open_excerpt(file: Path, areas: str) -> duckdb.DuckDBPyConnection:
    if not file.is_file():
        raise BuildMissing(file.stem)
    return _locked(excerpt_of(file, areas.split(excerpt.BETWEEN)))


def excerpt_of(file: Path, areas: Sequence[str]) -> duckdb.DuckDBPyConnection:
    """What a build knows of some areas, as a copy in memory that holds nothing else.

    Raises:
        BuildUnreadable: the build's file is damaged.
        BuildOutdated: the build was written by an older version.
    """
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"ATTACH '{str(file).replace(_QUOTE, _QUOTE * 2)}' AS whole (READ_ONLY)")
    except duckdb.Error as fault:
        raise BuildUnreadable(file.stem) from fault
    try:
        for statement in excerpt.statements(_columns_of(connection)):
            connection.execute(statement, [list(areas)] if "?" in statement else None)
    except (duckdb.BinderException, duckdb.CatalogException) as fault:
        raise BuildOutdated(file.stem) from fault
    connection.execute("DETACH whole")
    return connection


def _columns_of(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[str]]:
    columns: dict[tuple[str, str], list[str]] = {}
    rows = connection.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE table_catalog = 'whole' ORDER BY table_schema, table_name, ordinal_position"
    ).fetchall()
    for schema, table, column in rows:
        columns.setdefault((schema, table), []).append(column)
    return columns


def _locked(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for statement in _LOCKS:
        connection.execute(statement)
    return connection


def forget_connections() -> None:
    """Let go of every open build."""
    with _connections_lock:
        _connections.clear()
        _connections_asked.clear()


def forget_unasked_connections() -> None:
    """Let go of the builds that no query asked for since this was last called."""
    with _connections_lock:
        for key in _connections.keys() - _connections_asked:
            del _connections[key]
        _connections_asked.clear()


def _file(build_id: str) -> Path:
    return builds_folder() / f"{build_id}.duckdb"


@lru_cache(maxsize=256)
def _statement(name: str) -> str:
    return (QUERIES_DIR / f"{name}.sql").read_text(encoding="utf-8")
