"""What a build rests on: every file of the inbox and of the own catalogue, so that a lost one is said, never guessed.

Nothing in an inbox is ever removed by the program: a file that a build rested on and that is gone was lost. Without
this list the next build would publish smaller numbers and nobody could say why.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
from pydantic import Field

from etl.inbox import Inbox, read_record
from etl.publish import Builds
from etl.refusal import Refusal
from tracker.catalog_models import Model

ORIGINAL = ".original"
_SHOWN = 5


class GoneWithout(Model):
    """Somebody decided to go on without lost files: which, who, why and when."""

    paths: tuple[str, ...]
    recorded_at: dt.datetime
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)


def kept_files(data_folder: Path, *folders: str) -> Iterator[tuple[str, Path]]:
    """The files below folders of a data folder as (path with slashes, file), without locks and unfinished ones."""
    for folder in folders:
        for path in sorted((data_folder / folder).rglob("*")):
            if path.is_file() and path.name != ".lock" and ".part" not in path.suffixes:
                yield path.relative_to(data_folder).as_posix(), path


def input_frame(data_folder: Path) -> pl.DataFrame:
    """One row per file of inbox and own catalogue: its path and the SHA-256 of its content.

    An original is named by its hash, which the build checks where it reads it; it is not read here again.
    """
    rows = [
        (name, path.stem if path.suffix == ORIGINAL else hashlib.sha256(path.read_bytes()).hexdigest())
        for name, path in kept_files(data_folder, "inbox", "catalog")
    ]
    return pl.DataFrame(rows, schema={"path": pl.String, "content_hash": pl.String}, orient="row")


def lost_inputs(data_folder: Path) -> list[str]:
    """The files of the inbox that the newest build rested on and that are gone, without those that were given up.

    A build of an earlier version did not write down what it rested on; nothing can be said then.
    """
    builds = Builds(data_folder)
    newest = max(builds.all(), default=None)
    if newest is None:
        return []
    build = builds.path(newest)
    with duckdb.connect(str(build), read_only=True) as connection:
        try:
            rows = connection.sql("select path from meta.input where starts_with(path, 'inbox/') order by path")
        except duckdb.CatalogException:
            return []
        paths = [str(path) for (path,) in rows.fetchall()]
    abandoned = {path for record in given_up(data_folder) for path in record.paths}
    return [path for path in paths if path not in abandoned and not (data_folder / path).is_file()]


def refuse_loss(data_folder: Path) -> None:
    """Refuse a build on an inbox of which a part was lost.

    Raises:
        Refusal: naming the lost files and the two ways on.
    """
    lost = lost_inputs(data_folder)
    if lost:
        shown = "、".join(lost[:_SHOWN]) + (" …" if len(lost) > _SHOWN else "")
        raise Refusal("build.inputs_lost", {"number": len(lost), "files": shown})


def go_without(data_folder: Path, by: str, reason: str) -> GoneWithout:
    """Record that builds go on without the files that are lost now.

    Raises:
        Refusal: where nothing is lost.
    """
    lost = lost_inputs(data_folder)
    if not lost:
        raise Refusal("build.nothing_lost", {})
    record = GoneWithout(paths=tuple(lost), recorded_at=dt.datetime.now(), by=by, reason=reason)
    folder = _records_folder(data_folder)
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(record.model_dump_json().encode()).hexdigest()[:12]
    Inbox(data_folder).write_record(folder / f"{name}.yml", record.model_dump(mode="json"))
    return record


def given_up(data_folder: Path) -> list[GoneWithout]:
    """What was given up so far, in the order in which it was recorded."""
    records = [read_record(path, GoneWithout) for path in _records_folder(data_folder).glob("*.yml")]
    return sorted(records, key=lambda record: record.recorded_at)


def given_up_frame(data_folder: Path) -> pl.DataFrame:
    """One row per file that was given up: its path, who decided so and why."""
    rows = [(path, record.by, record.reason) for record in given_up(data_folder) for path in record.paths]
    schema = {"path": pl.String, "given_up_by": pl.String, "reason": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _records_folder(data_folder: Path) -> Path:
    return Inbox(data_folder).folder / "lost"
