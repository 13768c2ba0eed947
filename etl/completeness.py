"""Whether a file is complete: announced, read, accepted, out of area, rejected, duplicate and blank agree, or do not.

A file with a gap is published all the same, with its gaps as data debts. Somebody may accept them, with a reason and
a name; they stay printed, and the acceptance ends when the gaps change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.inbox import Inbox, Sidecar, Step
from etl.publish import Builds
from etl.reconcile import Source, files_of
from etl.refusal import Refusal
from etl.rows import gaps
from etl.steps import read_sql

_GAP_SCHEMA = {"reading_id": pl.String, "gap": pl.String, "number": pl.Int64}
_ACCEPTANCE_SCHEMA: dict[str, type[pl.DataType]] = {
    "reading_id": pl.String,
    "is_complete": pl.Boolean,
    "accepted_by": pl.String,
    "accepted_on": pl.Date,
    "accept_reason": pl.String,
}


def closed_books(
    frames: Mapping[str, pl.DataFrame], sources: Iterable[Source], sidecars: Iterable[Sidecar]
) -> dict[str, pl.DataFrame]:
    """The frames of a build with what every reading lacks, who accepted that, and the totals of every file.

    Args:
        frames: all frames, ``source_reading`` with its final counts and ``announced_number`` among them.
        sources: the readings that count.
        sidecars: all files, withdrawn ones included.
    """
    readings, announced = frames["source_reading"], frames["announced_number"]
    stated: dict[str, dict[str, tuple[int, int]]] = {}
    for reading_id, scope, said, read in announced.select("reading_id", "scope", "announced", "read").iter_rows():
        stated.setdefault(reading_id, {})[scope] = (said, read)
    found = {row["reading_id"]: gaps(row, stated.get(row["reading_id"], {})) for row in readings.iter_rows(named=True)}
    accepted = [_acceptance(source, found[source.reading_id]) for source in sources if source.reading_id in found]
    acceptance = pl.DataFrame(accepted, schema=_ACCEPTANCE_SCHEMA, orient="row")
    rows = [(reading_id, gap, number) for reading_id, some in found.items() for gap, number in some.items()]
    return {
        **frames,
        "source_reading": readings.join(acceptance, on="reading_id", how="left", maintain_order="left"),
        "reading_gap": pl.DataFrame(rows, schema=_GAP_SCHEMA, orient="row"),
        "source_file": files_of(sidecars, readings, announced),
    }


def _acceptance(source: Source, open_gaps: dict[str, int]) -> tuple[Any, ...]:
    step = source.sidecar.accepted(source.reading.reading_no, open_gaps) if open_gaps else None
    said = (step.by, step.on, step.reason) if step else (None, None, None)
    return source.reading_id, not open_gaps, *said


def accept(
    file_id: str, data_folder: Path, *, by: str, reason: str, reading_no: int | None = None
) -> tuple[Sidecar, int]:
    """Record that somebody accepts what a file lacks in the build in force.

    Returns:
        The sidecar with its new steps, and how many of its readings they are for.

    Raises:
        Refusal: where there is no such file, no build that has it, or nothing to accept.
    """
    inbox = Inbox(data_folder)
    with inbox.lock():
        sidecar = inbox.find(file_id)
        open_gaps = _open_gaps(sidecar, data_folder)
        asked = {
            reading.reading_no: found
            for reading in sidecar.active_readings()
            if reading_no in (None, reading.reading_no)
            and (found := open_gaps.get(reading.reading_no)) is not None
            and sidecar.accepted(reading.reading_no, found) is None
        }
        if not asked:
            raise Refusal("accept.nothing_open", {"file": sidecar.original_name})
        steps = tuple(
            Step(action="accept", on=dt.date.today(), by=by, reason=reason, reading_no=number, gaps=found)
            for number, found in asked.items()
        )
        changed = sidecar.model_copy(update={"history": (*sidecar.history, *steps)})
        inbox.write(changed)
    return changed, len(steps)


def _open_gaps(sidecar: Sidecar, data_folder: Path) -> dict[int, dict[str, int]]:
    """What the build in force finds open in a file, by the number of its readings."""
    builds = Builds(data_folder)
    build_id = builds.current()
    if build_id is None:
        raise Refusal("accept.no_build", {"file": sidecar.original_name})
    with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
        try:
            rows = connection.execute(read_sql("reading_gap"), {"file_id": sidecar.file_id}).fetchall()
        except duckdb.CatalogException:
            # A build of an earlier version of the program knows no gaps.
            raise Refusal("accept.no_build", {"file": sidecar.original_name}) from None
    found: dict[int, dict[str, int]] = {}
    for reading_id, gap, number in rows:
        found.setdefault(int(reading_id.rpartition("-")[2]), {})[gap] = number
    return found
