"""The books of a build: what became of every row of every reading and file, so that nothing can vanish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from etl.inbox import WHOLE, Reading, Sidecar
from etl.lists import ListRows
from tracker.catalog import Catalog


@dataclass(frozen=True)
class Source:
    """One reading of one file with the folder that holds its parsed rows."""

    sidecar: Sidecar
    reading: Reading
    parsed: Path

    @property
    def reading_id(self) -> str:
        """File and reading in one word, unique in a build."""
        return f"{self.sidecar.file_id[:16]}-{self.reading.reading_no}"


Judged = tuple[Source, ListRows]
_COUNTS = ("read", "accepted", "out_of_area", "rejected", "duplicate", "blank")


def books(
    judged: list[Judged], sidecars: Iterable[Sidecar], placed: pl.DataFrame, catalog: Catalog
) -> dict[str, pl.DataFrame]:
    """Readings, files, announced numbers and refused rows, by table name.

    Args:
        judged: every reading that counts with its outcome.
        sidecars: all files, withdrawn ones included.
        placed: the accepted rows after identity and area are settled: what has no enterprise is refused after all.
        catalog: settings.
    """
    reading_books = _readings(judged, placed, catalog)
    announced = _announced_numbers(judged)
    refused = [_refused_rows(source, outcome) for source, outcome in judged]
    ambiguous = _ambiguous_rows(placed.filter(pl.col("enterprise_key").is_null()))
    return {
        "source_reading": reading_books,
        "reading_exclusion": _exclusions(judged, catalog),
        "announced_number": announced,
        "rejected_row": pl.concat([pl.DataFrame(schema=_REFUSAL_SCHEMA), *refused, ambiguous]),
        "source_file": _files(sidecars, reading_books, announced),
    }


def _exclusions(judged: list[Judged], catalog: Catalog) -> pl.DataFrame:
    """One row per reading and area that its list leaves to another issuer, with all areas inside it."""
    pairs = [
        (source.reading_id, code)
        for source, _ in judged
        for excluded in source.reading.excluding
        for code in sorted(catalog.areas)
        if catalog.is_within(code, excluded)
    ]
    return pl.DataFrame(pairs, schema={"reading_id": pl.String, "area_code": pl.String}, orient="row")


_REFUSAL_SCHEMA: dict[str, type[pl.DataType]] = {
    "file_id": pl.String,
    "reading_id": pl.String,
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "name_as_printed": pl.String,
    "candidates": pl.String,
}


def _refused_rows(source: Source, outcome: ListRows) -> pl.DataFrame:
    return outcome.rejected.with_columns(
        file_id=pl.lit(source.sidecar.file_id), reading_id=pl.lit(source.reading_id)
    ).select(_REFUSAL_SCHEMA.keys())


def _ambiguous_rows(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "file_id",
        "reading_id",
        "sheet",
        "row",
        column=pl.lit(None, pl.String),
        rule=pl.lit("identity_ambiguous"),
        value="name",
        name_as_printed="name",
        candidates=pl.lit(None, pl.String),
    )


_READING_SCHEMA: dict[str, type[pl.DataType]] = {
    "reading_id": pl.String,
    "file_id": pl.String,
    "kind": pl.String,
    "sheet": pl.String,
    "tier": pl.String,
    "event": pl.String,
    "batch": pl.String,
    "cohort_year": pl.Int32,
    "reviewed_cohort": pl.Int32,
    "document_no": pl.String,
    "event_on": pl.Date,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "area_code": pl.String,
    "is_final": pl.Boolean,
}


def _readings(judged: list[Judged], placed: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """One row per reading: what it states and what became of its rows."""
    publicity_months = int(catalog.threshold("publicity_months"))
    lost = placed.filter(pl.col("enterprise_key").is_null()).group_by("reading_id").agg(ambiguous=pl.len())
    above = placed.filter(pl.col("area_scope") == "above").group_by("reading_id").agg(above=pl.len())
    rows = [
        {
            "reading_id": source.reading_id,
            "file_id": source.sidecar.file_id,
            **source.reading.model_dump(include=set(_READING_SCHEMA)),
            **outcome.counts,
        }
        for source, outcome in judged
    ]
    frame = pl.DataFrame(rows, schema=_READING_SCHEMA | dict.fromkeys(_COUNTS, pl.Int64), orient="row")
    moved = (
        frame.join(lost, on="reading_id", how="left", maintain_order="left")
        .join(above, on="reading_id", how="left", maintain_order="left")
        .with_columns(pl.col("ambiguous", "above").fill_null(0).cast(pl.Int64))
    )
    return moved.with_columns(
        accepted=pl.col("accepted") - pl.col("ambiguous") - pl.col("above"),
        rejected=pl.col("rejected") + pl.col("ambiguous"),
        out_of_area=pl.col("out_of_area") + pl.col("above"),
        publicity_until=pl.col("event_on").dt.offset_by(f"{publicity_months}mo"),
    ).drop("ambiguous", "above")


def _files(sidecars: Iterable[Sidecar], readings: pl.DataFrame, announced: pl.DataFrame) -> pl.DataFrame:
    """One row per file. Two readings of one sheet read the same rows, so only the newest of a sheet is counted."""
    newest = readings.with_columns(pl.col("sheet").fill_null("")).unique(
        subset=["file_id", "sheet"], keep="last", maintain_order=True
    )
    totals = announced.filter(pl.col("scope") == WHOLE).select("reading_id", "announced")
    counts = (
        newest.join(totals, on="reading_id", how="left")
        .group_by("file_id")
        .agg(
            pl.col("kind").first(),
            # The sum of no announced number is unknown, not zero.
            pl.when(pl.col("announced").count() > 0).then(pl.col("announced").sum()).alias("announced"),
            *(pl.col(name).sum() for name in _COUNTS),
        )
    )
    rows = [
        {
            "file_id": sidecar.file_id,
            "original_name": sidecar.original_name,
            "issuer": sidecar.issuer,
            "source": sidecar.source,
            "received_on": sidecar.received_on,
            "withdrawn_on": step.on if (step := sidecar.withdrawn()) else None,
            "supersedes": sidecar.replaces,
        }
        for sidecar in sidecars
    ]
    text, day = pl.String, pl.Date
    schema = {"file_id": text, "original_name": text, "issuer": text, "source": text}
    files = pl.DataFrame(
        rows, schema=schema | {"received_on": day, "withdrawn_on": day, "supersedes": text}, orient="row"
    )
    return files.join(counts, on="file_id", how="left", maintain_order="left")


def _announced_numbers(judged: list[Judged]) -> pl.DataFrame:
    """One row per announced number: what the issuer states beside what was read."""
    rows = [
        (source.reading_id, scope, announced, read)
        for source, outcome in judged
        for scope, (announced, read) in outcome.announced.items()
    ]
    schema = {"reading_id": pl.String, "scope": pl.String, "announced": pl.Int64, "read": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
