"""The only reader of a build. One locked, read-only connection a build; one cursor a query.

A cursor per query is not a matter of taste: one connection shared by Streamlit's session threads returned silently
wrong rows in 43 of 64 queries. ``read_only`` alone still lets a query read any file of the server, so the
connection is closed to everything outside its build and its settings are locked before the first query.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path

import duckdb
import polars as pl

from tracker.catalog import data_folder

QUERIES_DIR = Path(__file__).resolve().parent / "queries"
QUERY_SECONDS = 10.0
_OPEN_BUILDS = 3

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

_connections: OrderedDict[Path, duckdb.DuckDBPyConnection] = OrderedDict()
_connections_lock = threading.Lock()


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


def has_build(build_id: str) -> bool:
    """Whether a build of this id is there. An id is a plain file name, never a path."""
    is_plain = re.fullmatch(r"\w[\w.-]*", build_id, re.ASCII) is not None
    return is_plain and _file(build_id).is_file()


def query(build_id: str, name: str, **parameters: object) -> pl.DataFrame:
    """The rows of ``queries/<name>.sql`` with its ``$parameters`` bound.

    Raises:
        BuildMissing: the build's file is gone.
        BuildUnreadable: the build's file is damaged.
        BuildOutdated: the build was written by an older version and must be built again.
        QueryTooSlow: the query ran longer than ``QUERY_SECONDS``.
    """
    with _connection(build_id).cursor() as cursor:
        stop = threading.Timer(QUERY_SECONDS, cursor.interrupt)
        stop.start()
        try:
            return cursor.sql(_statement(name), params=parameters).pl()
        except duckdb.InterruptException as fault:
            raise QueryTooSlow(name) from fault
        except (duckdb.BinderException, duckdb.CatalogException) as fault:
            raise BuildOutdated(build_id) from fault
        finally:
            stop.cancel()


def _connection(build_id: str) -> duckdb.DuckDBPyConnection:
    file = _file(build_id)
    with _connections_lock:
        if file not in _connections:
            _connections[file] = _open(file)
        _connections.move_to_end(file)
        while len(_connections) > _OPEN_BUILDS:
            # Let go of, not closed: a query still running on it must end undisturbed.
            _connections.popitem(last=False)
        return _connections[file]


def _open(file: Path) -> duckdb.DuckDBPyConnection:
    if not file.is_file():
        raise BuildMissing(file.stem)
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.Error as fault:
        raise BuildUnreadable(file.stem) from fault
    for statement in _LOCKS:
        connection.execute(statement)
    return connection


def forget_connections() -> None:
    """Let go of every open build."""
    with _connections_lock:
        _connections.clear()


def _file(build_id: str) -> Path:
    return builds_folder() / f"{build_id}.duckdb"


@lru_cache(maxsize=256)
def _statement(name: str) -> str:
    return (QUERIES_DIR / f"{name}.sql").read_text(encoding="utf-8")
