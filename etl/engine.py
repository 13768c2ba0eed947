"""Apache Spark as the engine that counts, where it was asked for and is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

import duckdb

from etl.refusal import Refusal

# Runs named SQL files on a build; nothing exists at the path, which is for what it needs in between.
Engine = Callable[[duckdb.DuckDBPyConnection, Sequence[str], Path], None]
EngineName = Literal["duckdb", "spark"]
ENGINES = get_args(EngineName)
_PACKAGES = ("pyspark", "sqlglot")


def engine_of(name: EngineName, master: str, folder: str | None) -> Engine | None:
    """The engine that was asked for; None for DuckDB, in which the build itself is.

    Args:
        name: ``duckdb`` or ``spark``.
        master: where Spark is, as Spark names it.
        folder: where Spark's copies lie; beside the build where None.

    Raises:
        Refusal: where Spark was asked for and something that it needs is missing.
    """
    if name == "duckdb":
        return None
    missing = missing_for_spark()
    if missing is not None:
        raise missing
    # Most machines do not have it, and it takes a second to load.
    from etl.spark import Spark

    return Spark(master, folder)


def missing_for_spark() -> Refusal | None:
    """What Spark needs and this machine lacks, as the message that says what to install."""
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home) / "bin") if home else None) is None:
        return Refusal("spark.no_java")
    lacking = [package for package in _PACKAGES if find_spec(package) is None]
    return Refusal("spark.no_package", {"packages": "、".join(lacking)}) if lacking else None
