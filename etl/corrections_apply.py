"""Applying corrections: the parsed rows of a file are copied with what was decided, and judged from there.

Because this happens before anything is judged, a corrected cell passes the same checks as a printed one. Every
correction leaves its trace, one row a place; one that no longer applies is a data debt and stops nothing.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import polars as pl

from etl.corrections import Correction, is_as_expected
from etl.corrections_place import Place, places_of, sheets_in
from etl.inbox import TITLE_KINDS
from etl.parse import META_FILE, ROWS_FILE
from etl.parsed_rows import scan_rows
from etl.reconcile import Source
from etl.records import Record, in_force
from etl.sandbox import UNFINISHED
from etl.table import column_index, column_name
from tracker.catalog import Catalog

State = Literal["applied", "not_needed", "guard_failed", "withdrawn"]
Cause = Literal["file_gone", "row_gone", "already_so", "superseded", "differs"]
Cell = tuple[str, int, str]  # sheet, row, letter; of a whole row the letter is empty

CORRECTION_SCHEMA: dict[str, Any] = {
    "correction_id": pl.String,
    "recorded_at": pl.Datetime("us"),
    "recorded_by": pl.String,
    "reason": pl.String,
    "action": pl.String,
    "state": pl.String,
    "cause": pl.String,
    "file_id": pl.String,
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "enterprise": pl.String,
    "area_code": pl.String,
    "tier": pl.String,
    "measure": pl.String,
    "period": pl.String,
    "expected": pl.String,
    "old_value": pl.String,
    "new_value": pl.String,
    "origin": pl.String,
    "withdrawn_at": pl.Datetime("us"),
    "withdrawn_by": pl.String,
    "withdrawn_reason": pl.String,
}


@dataclass(frozen=True)
class Corrected:
    """The readings that count with their rows as corrected, and ``core.correction``: one row a record and place."""

    sources: list[Source]
    frame: pl.DataFrame


@dataclass(frozen=True)
class Outcome:
    """What one correction does at one place (None: nowhere)."""

    correction: Correction
    state: State
    cause: Cause | None
    place: Place | None = None


@contextmanager
def corrected(
    sources: Sequence[Source], records: Sequence[Record[Correction]], catalog: Catalog, parsed_root: Path
) -> Iterator[Corrected]:
    """The readings with all corrections applied; the copies live as long as the block.

    Args:
        sources: the readings that count, with their rows as received.
        records: every correction, withdrawn ones included.
        catalog: measures, areas and titles.
        parsed_root: beside whose folders the copies are written.
    """
    outcomes = judged(in_force(records), sources, catalog)
    edited = _edits(outcomes)
    if not edited:
        yield Corrected(list(sources), correction_frame(records, outcomes))
        return
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=parsed_root, ignore_cleanup_errors=True) as scratch:
        copies = {
            folder: _copy(folder, edits, Path(scratch) / f"{number}")
            for number, (folder, edits) in enumerate(edited.items())
        }
        yield Corrected(
            [replace(source, parsed=copies.get(source.parsed, source.parsed)) for source in sources],
            correction_frame(records, outcomes),
        )


def judged(corrections: Sequence[Correction], sources: Sequence[Source], catalog: Catalog) -> list[Outcome]:
    """What becomes of each correction, in the order of the records. Of two about one cell the newer one decides."""
    places = places_of(corrections, sources, catalog)
    counting = {source.sidecar.file_id for source in sources}
    taken: set[tuple[Path, Cell]] = set()
    outcomes: list[list[Outcome]] = []
    for correction in reversed(corrections):
        here = places[correction.correction_id]
        if not here:
            is_gone = correction.file_id is not None and correction.file_id not in counting
            outcomes.append([Outcome(correction, "not_needed", "file_gone" if is_gone else "row_gone")])
            continue
        each = [_at_place(correction, place, taken) for place in here]
        taken.update(
            (outcome.place.address.folder, cell)
            for outcome in each
            if outcome.state == "applied" and outcome.place
            for cell in cells_of(outcome.place)
        )
        # What is said of an enterprise is looked for in every file; where it is found in one, the others agree.
        outcomes.append([outcome for outcome in each if outcome.state == "applied"] or each)
    return [outcome for some in reversed(outcomes) for outcome in some]


def _at_place(correction: Correction, place: Place, taken: set[tuple[Path, Cell]]) -> Outcome:
    if any((place.address.folder, cell) in taken for cell in (*cells_of(place), _row(place))):
        return Outcome(correction, "not_needed", "superseded", place)
    if any(is_as_expected(text, correction.expect) for text in place.printed):
        return Outcome(correction, "applied", None, place)
    is_so = all(is_as_expected(text, correction.value) for text in place.printed)
    if is_so and correction.action != "confirm":
        return Outcome(correction, "not_needed", "already_so", place)
    return Outcome(correction, "guard_failed", "differs", place)


def _row(place: Place) -> Cell:
    return place.address.sheet, place.address.row, ""


def cells_of(place: Place) -> tuple[Cell, ...]:
    """The cells of a place, or its row."""
    sheet, row, _ = _row(place)
    return tuple((sheet, row, letter) for letter in place.address.letters) or (_row(place),)


def _edits(outcomes: Iterable[Outcome]) -> dict[Path, dict[Cell, str | None]]:
    """By parsed folder the new text of every cell that changes; a cell without a letter is a row that leaves."""
    edits: dict[Path, dict[Cell, str | None]] = {}
    for outcome in outcomes:
        if outcome.state == "applied" and outcome.place is not None and outcome.correction.action != "confirm":
            found = edits.setdefault(outcome.place.address.folder, {})
            found |= dict.fromkeys(cells_of(outcome.place), outcome.correction.value)
    return edits


def _copy(folder: Path, edits: Mapping[Cell, str | None], into: Path) -> Path:
    """A parsed file with other texts in some cells and without some rows; its sheets say how many are taken out."""
    into.mkdir()
    meta = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
    for sheet in meta["sheets"]:
        sheet["counts"]["dropped"] = sum(name == sheet["name"] and not letter for name, _, letter in edits)
    (into / META_FILE).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
    rows = scan_rows(folder)
    codes = {sheet["name"]: c["index"] for sheet in sheets_in(folder) for c in sheet["columns"] if c["field"] == "uscc"}
    keys = ["sheet", "row"]
    schema = {"sheet": pl.String, "row": pl.Int32}
    gone = [(sheet, row) for sheet, row, letter in edits if not letter]
    by_column: dict[int, list[tuple[str, int, str | None]]] = {}
    for (sheet, row, letter), text in edits.items():
        if letter:
            by_column.setdefault(column_index(letter), []).append((sheet, row, text))
    for index, cells in by_column.items():
        new = pl.LazyFrame(cells, schema=schema | {"new_text": pl.String}, orient="row")
        # A code that was kept as a number has lost digits; one that a person typed has not.
        is_code = pl.col("is_new") & pl.col("sheet").is_in([name for name, code in codes.items() if code == index])
        rows = (
            rows.join(new.with_columns(is_new=True), on=keys, how="left", maintain_order="left")
            .with_columns(pl.col("is_new").fill_null(False))
            .with_columns(
                pl.when("is_new").then("new_text").otherwise(column_name(index)).alias(column_name(index)),
                uscc_is_number=pl.col("uscc_is_number") & ~is_code,
            )
            .drop("new_text", "is_new")
        )
    left = pl.LazyFrame(gone, schema=schema, orient="row")
    rows.join(left, on=keys, how="anti", maintain_order="left").sink_parquet(into / ROWS_FILE)
    return into


def correction_frame(records: Iterable[Record[Correction]], outcomes: Iterable[Outcome]) -> pl.DataFrame:
    """One row per correction and place it speaks of; a withdrawn one has none."""
    by_id: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_id.setdefault(outcome.correction.correction_id, []).append(outcome)
    rows = [
        _row_of(record, outcome)
        for record in records
        for outcome in by_id.get(record.said.correction_id, [Outcome(record.said, "withdrawn", None)])
    ]
    return pl.DataFrame(rows, schema=CORRECTION_SCHEMA, orient="row")


def with_dropped(refused: pl.DataFrame, corrections: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    """``core.rejected_row`` with the rows of lists, pools and ledgers that somebody took out, each with the reason.

    Their readings count them as read and as not ours, not as refused.

    Args:
        refused: one row per refused row or cell.
        corrections: ``core.correction`` of the same build.
        readings: ``core.source_reading`` of the same build.
    """
    of_titles = readings.filter(pl.col("kind").cast(pl.String).is_in(TITLE_KINDS))
    gone = corrections.filter(
        pl.col("action") == "drop",
        pl.col("state") == "applied",
        pl.col("column").is_null(),
        pl.col("row").is_not_null(),
    )
    rows = gone.join(of_titles.select("file_id", "reading_id", only="sheet"), on="file_id", maintain_order="left")
    rows = rows.filter(pl.col("only").is_null() | (pl.col("only") == pl.col("sheet")))
    told = rows.select(
        "file_id",
        "reading_id",
        "sheet",
        "row",
        "column",
        rule=pl.lit("row_dropped"),
        value=pl.format("{}（{}）", "reason", "recorded_by"),
        name_as_printed="old_value",
        candidates=pl.lit(None, pl.String),
        number=pl.lit(0, pl.Int64),
    )
    return pl.concat([refused, told.select(pl.col(name).cast(kind) for name, kind in refused.schema.items())])


def with_confirmed(questions: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """``core.value_question`` with the reason of every value that somebody confirmed to be right.

    Args:
        questions: one row per value that asks for a reason.
        corrections: ``core.correction`` of the same build.
    """
    cell = ["file_id", "sheet", "row", "column"]
    confirmed = corrections.filter((pl.col("action") == "confirm") & (pl.col("state") == "applied"))
    reasons = confirmed.select(*cell, confirmed_because=pl.format("{} ({})", "reason", "recorded_by"))
    reasons = reasons.unique(cell, keep="last", maintain_order=True)
    return (
        questions.join(reasons, on=cell, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(reason=pl.coalesce("confirmed_because", "reason"))
        .drop("confirmed_because")
    )


def _row_of(record: Record[Correction], outcome: Outcome) -> dict[str, Any]:
    said, end, place = record.said, record.withdrawal, outcome.place
    address = place.address if place else None
    at: dict[str, object] = {"file_id": said.file_id, "sheet": said.sheet, "row": said.row, "column": said.column}
    if address is not None:
        letters = "、".join(address.letters) or None
        at = {"file_id": address.file_id, "sheet": address.sheet, "row": address.row, "column": letters}
    same = ("action", "reason", "enterprise", "area_code", "tier", "measure", "period", "origin")
    return {
        "correction_id": said.correction_id,
        "recorded_at": said.recorded_at,
        "recorded_by": said.by,
        **{name: getattr(said, name) for name in same},
        "state": outcome.state,
        "cause": outcome.cause,
        **at,
        "expected": said.expect,
        "old_value": _shown(said, place) if place else None,
        "new_value": said.value if outcome.state == "applied" else None,
        "withdrawn_at": end.recorded_at if end else None,
        "withdrawn_by": end.by if end else None,
        "withdrawn_reason": end.reason if end else None,
    }


def _shown(correction: Correction, place: Place) -> str | None:
    """What is printed at a place: the text that the guard speaks of, else the first that is there."""
    texts = [text for text in place.printed if text]
    return next((text for text in texts if is_as_expected(text, correction.expect)), texts[0] if texts else None)
