"""Many corrections in one command: each is taken or refused by itself, and what the next build makes of its row."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from etl.add import judged_rows
from etl.build import counting_sources
from etl.corrections import Correction, correction_book
from etl.corrections_add import Recorder, Stated
from etl.corrections_apply import corrected, judged
from etl.inbox import Inbox
from etl.reconcile import Source
from etl.records import Record
from etl.refusal import Refusal
from etl.rows import ListRows
from tracker.catalog import Catalog

_WORST_FIRST = ("refused", "asked", "accepted", "gone")
RowKey = tuple[str, str, int]  # file_id, sheet, row


@dataclass(frozen=True)
class Expected:
    """What the next build makes of the row of a correction.

    ``state``: ``accepted``, ``asked`` (taken, but its value asks for a reason), ``refused`` with the ``rejections``
    that remain, or ``gone``: not counted any more. Of rows that only a whole build can judge it is ``accepted``.
    """

    state: str
    rejections: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Taken:
    """One correction of a batch: on record (``is_new``, or as before), or refused and why."""

    correction: Correction | None = None
    is_new: bool = False
    refusal: Refusal | None = None
    expected: Expected | None = None


def stated_in(text: str, file: str) -> list[Stated]:
    """The corrections of a JSON file: a list of objects with the fields of :class:`Stated`.

    Raises:
        Refusal: where it is no such list.
    """
    try:
        return [Stated(**{name: one[name] for name in one}) for one in json.loads(text)]
    except (ValueError, TypeError, KeyError) as fault:
        raise Refusal("correction.batch", {"file": file, "detail": f"{fault}"}) from fault


def record_batch(batch: Sequence[Stated], data_folder: Path, catalog: Catalog, *, keep: bool) -> list[Taken]:
    """Record corrections one after the other; a refused one does not stop the next.

    Args:
        batch: what is stated; those of one cell follow one another.
        data_folder: whose inbox.
        catalog: measures, areas and titles.
        keep: write them down, or only say what would happen.
    """
    inbox = Inbox(data_folder)
    with inbox.lock():
        before = correction_book(inbox).records()
        recorder = Recorder(data_folder, catalog)
        taken = [_taken(recorder, stated, keep) for stated in batch]
    new = [Record(one.correction) for one in taken if one.correction is not None and one.is_new]
    expected = _expected([*before, *new], [record.said for record in new], data_folder, catalog)
    return [
        replace(one, expected=expected.get(one.correction.correction_id)) if one.correction else one for one in taken
    ]


def _taken(recorder: Recorder, stated: Stated, keep: bool) -> Taken:
    try:
        correction, is_new = recorder.record(stated, keep=keep)
    except Refusal as refusal:
        return Taken(refusal=refusal)
    return Taken(correction, is_new)


def _expected(
    records: Sequence[Record[Correction]], new: Sequence[Correction], data_folder: Path, catalog: Catalog
) -> dict[str, Expected]:
    """What becomes of the rows of the new corrections once all hold, by correction."""
    if not new:
        return {}
    sources, _ = counting_sources(Inbox(data_folder), data_folder, catalog)
    places: dict[str, list[RowKey]] = {}
    for outcome in judged(new, sources, catalog):
        if outcome.place is not None and outcome.state == "applied":
            at = outcome.place.address
            places.setdefault(outcome.correction.correction_id, []).append((at.file_id, at.sheet, at.row))
    wanted = {key for keys in places.values() for key in keys}
    with corrected(sources, records, catalog, data_folder / "parsed") as changed:
        rows = _fates(changed.sources, wanted, data_folder, catalog)
    confirmed = {correction.correction_id for correction in new if correction.action == "confirm"}
    found = {}
    for correction_id, keys in places.items():
        worst = min((rows.get(key, Expected("gone")) for key in keys), key=lambda one: _WORST_FIRST.index(one.state))
        is_answered = worst.state == "asked" and correction_id in confirmed
        found[correction_id] = Expected("accepted") if is_answered else worst
    return found


def _fates(
    sources: Iterable[Source], wanted: set[RowKey], data_folder: Path, catalog: Catalog
) -> dict[RowKey, Expected]:
    """By row what the readings of its file make of it; a row that one of them refuses is refused."""
    fates: dict[RowKey, Expected] = {}
    files = {file_id for file_id, _, _ in wanted}
    for source in sources:
        file_id = source.sidecar.file_id
        if file_id not in files:
            continue
        received_on: dt.date = source.sidecar.received_on
        rows, asked = judged_rows(source.parsed, file_id, source.reading, received_on, data_folder, catalog)
        for key in wanted:
            found = _fate(key, rows, asked)
            if found is not None and (key not in fates or found.state != "accepted"):
                fates[key] = found
    return fates


def _fate(key: RowKey, rows: ListRows, asked: pl.DataFrame | None) -> Expected | None:
    here = (pl.col("sheet").cast(pl.String) == key[1]) & (pl.col("row") == key[2])
    if (refused := rows.rejected.filter(here)).height:
        return Expected("refused", tuple(refused.to_dicts()))
    if asked is not None and asked.filter(here).height:
        return Expected("asked")
    is_taken = "row" in rows.accepted.columns and bool(rows.accepted.filter(here).height)
    return Expected("accepted") if is_taken else None
