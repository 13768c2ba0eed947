"""Several reports of one unit and period: the newest received holds, the older is kept, and nobody guesses which it is.

Values are never mixed silently: a report that states a value otherwise than another of the same day must say which of
the two holds (``--replaces``), and a report is replaced only by one of the same unit and period that is no older.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from etl.inbox import VALUE_KINDS, Inbox, Reading, Sidecar
from etl.refusal import Refusal
from etl.sandbox import parse
from etl.values import ValueRows, judge_values
from tracker.catalog import Catalog


def refuse_unclear_report(
    reading: Reading,
    rows: ValueRows,
    file: str,
    file_id: str,
    received_on: dt.date,
    replaces: Sidecar | None,
    inbox: Inbox,
    catalog: Catalog,
) -> None:
    """Refuse a report of which nobody could say whether it holds.

    Args:
        reading: how the report is read.
        rows: its judged values.
        file: its name for messages.
        file_id: its content.
        received_on: when it came.
        replaces: the file that it is said to replace.
        inbox: what came before.
        catalog: measures and areas.

    Raises:
        Refusal: where it replaces a report of another unit or period, or a newer one; where another report of the
            same day states one of its values otherwise.
    """
    if reading.kind not in VALUE_KINDS:
        return
    if replaces is not None:
        _refuse_other_report(reading, file, received_on, replaces)
    for sidecar in inbox.counting():
        is_other = sidecar.file_id != file_id and (replaces is None or sidecar.file_id != replaces.file_id)
        if not is_other or sidecar.received_on != received_on:
            continue
        for other in _same_report(reading, sidecar):
            if _disagree(rows, _values_of(sidecar, other, inbox, catalog)):
                said = {"other": sidecar.original_name, "file_id": sidecar.file_id[:12], "on": received_on}
                raise Refusal("report_version.same_day", {"file": file, **said})


def _refuse_other_report(reading: Reading, file: str, received_on: dt.date, replaces: Sidecar) -> None:
    said: dict[str, object] = {"file": file, "other": replaces.original_name, "file_id": replaces.file_id[:12]}
    if not list(_same_report(reading, replaces)):
        raise Refusal("report_version.other_report", said)
    if received_on < replaces.received_on:
        raise Refusal("report_version.older", said | {"on": replaces.received_on})


def _same_report(reading: Reading, sidecar: Sidecar) -> Iterable[Reading]:
    """The readings of a file that speak of the same unit and period in the same way."""
    mine = (reading.kind, reading.area_code, reading.period_end)
    return (other for other in sidecar.active_readings() if (other.kind, other.area_code, other.period_end) == mine)


def _values_of(sidecar: Sidecar, reading: Reading, inbox: Inbox, catalog: Catalog) -> ValueRows:
    parsed_folder: Path = inbox.data_folder / "parsed"
    captions = tuple(catalog.headers.values())
    original = inbox.original(sidecar.file_id)
    parsed = parse(original, sidecar.original_name, parsed_folder, captions, mapping=reading.mapping)
    return judge_values(parsed.folder, reading, sidecar.received_on, catalog)


def _disagree(one: ValueRows, other: ValueRows) -> bool:
    """Whether both state a value of the same subject, measure and period, and not the same one."""
    mine, theirs = _stated(one), _stated(other)
    both = mine.join(theirs, on=["subject", "measure", "period_end"], suffix="_other")
    differs = pl.col("said") != pl.col("said_other")
    return both.filter(differs).height > 0


def _stated(rows: ValueRows) -> pl.DataFrame:
    subject = rows.who.select(subject=pl.coalesce("uscc_clean", "name_key", "area_code"))["subject"]
    return rows.accepted.select(
        subject.gather(rows.accepted["who"]).alias("subject"),
        pl.col("measure").cast(pl.String),
        "period_end",
        said=pl.coalesce(pl.col("value").cast(pl.String), "value_text"),
    )
