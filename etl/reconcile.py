"""The books of a build: what became of every row of every reading and file, so that nothing can vanish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from etl.inbox import WHOLE, Reading, Sidecar
from etl.parse import ROWS_FILE
from etl.rows import ListRows
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

    def size(self) -> int:
        """How many bytes its parsed rows have."""
        return (self.parsed / ROWS_FILE).stat().st_size


Judged = tuple[Source, ListRows]
_COUNTS = ("read", "accepted", "out_of_area", "rejected", "duplicate", "blank", "rejected_cells")
# What became of the titles that a ledger states, as several may stand in a row; see LedgerRows.
_OF_TITLES = ("stated", "repeated", "undated")


def books(
    judged: list[Judged],
    placed: pl.DataFrame,
    refused_values: pl.DataFrame,
    lost_values: pl.DataFrame,
    catalog: Catalog,
) -> dict[str, pl.DataFrame]:
    """Readings, announced numbers and refused rows, by table name.

    Args:
        judged: every reading that counts with its outcome.
        placed: the accepted rows after identity and area are settled: what has no enterprise is refused after all.
        refused_values: the values of reporting sheets that are refused for that reason.
        lost_values: how many these are by reading, ``refused`` or ``outside`` the plans' areas.
        catalog: the areas inside those that a list leaves out.
    """
    refused = [_refused_rows(source, outcome) for source, outcome in judged]
    ambiguous = _ambiguous_rows(placed.filter(pl.col("enterprise_key").is_null()))
    return {
        "source_reading": _readings(judged, placed, lost_values),
        "reading_exclusion": _exclusions(judged, catalog),
        "announced_number": _announced_numbers(judged),
        "rejected_row": pl.concat([pl.DataFrame(schema=REFUSAL_SCHEMA), *refused, ambiguous, refused_values]),
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


REFUSAL_SCHEMA: dict[str, type[pl.DataType]] = {
    "file_id": pl.String,
    "reading_id": pl.String,
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "name_as_printed": pl.String,
    "candidates": pl.String,
    "number": pl.Int64,
}


def _refused_rows(source: Source, outcome: ListRows) -> pl.DataFrame:
    """The refusals of one reading; where they do not say how many values they take out, it is one row each."""
    number = "number" if "number" in outcome.rejected.columns else pl.lit(1, pl.Int64)
    return outcome.rejected.with_columns(
        file_id=pl.lit(source.sidecar.file_id), reading_id=pl.lit(source.reading_id), number=number
    ).select(REFUSAL_SCHEMA.keys())


def _ambiguous_rows(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique(subset=["reading_id", "sheet", "row"], maintain_order=True).select(
        "file_id",
        "reading_id",
        "sheet",
        "row",
        column=pl.lit(None, pl.String),
        rule=pl.lit("identity_ambiguous"),
        value="name",
        name_as_printed="name",
        candidates=pl.lit(None, pl.String),
        number=pl.lit(1, pl.Int64),
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
    "year_day": pl.String,
    "area_code": pl.String,
    "is_final": pl.Boolean,
    "period_end": pl.Date,
    "reason": pl.String,
}


def _readings(judged: list[Judged], placed: pl.DataFrame, lost_values: pl.DataFrame) -> pl.DataFrame:
    """One row per reading: what it states and what became of its rows."""
    is_nobody = pl.col("enterprise_key").is_null()
    is_above = ~is_nobody & (pl.col("area_scope") == "above")
    rows = pl.struct("sheet", "row").n_unique()
    is_lost_title = pl.col("claim").is_not_null() & (pl.col("kind") != "mention")
    moved = [
        placed.filter(is_nobody).group_by("reading_id").agg(refused=rows),
        placed.filter(is_above).group_by("reading_id").agg(outside=rows),
        placed.filter((is_nobody | is_above) & is_lost_title).group_by("reading_id").agg(unplaced=pl.len()),
        lost_values,
    ]
    lost = pl.concat(moved, how="diagonal_relaxed").group_by("reading_id").sum()
    records = [
        {
            "reading_id": source.reading_id,
            "file_id": source.sidecar.file_id,
            **source.reading.model_dump(include=set(_READING_SCHEMA)),
            **outcome.counts,
        }
        for source, outcome in judged
    ]
    counts = (*_COUNTS, *_OF_TITLES)
    frame = pl.DataFrame(records, schema=_READING_SCHEMA | dict.fromkeys(counts, pl.Int64), orient="row")
    settled = frame.join(lost, on="reading_id", how="left", maintain_order="left").with_columns(
        pl.col("refused", "outside", "unplaced", *counts).fill_null(0).cast(pl.Int64)
    )
    return settled.with_columns(
        accepted=pl.col("accepted") - pl.col("refused") - pl.col("outside"),
        rejected=pl.col("rejected") + pl.col("refused"),
        out_of_area=pl.col("out_of_area") + pl.col("outside"),
    ).drop("refused", "outside")


def files_of(sidecars: Iterable[Sidecar], readings: pl.DataFrame, announced: pl.DataFrame) -> pl.DataFrame:
    """One row per file. Two readings of one sheet read the same rows, so only the newest of a sheet is counted.

    Args:
        sidecars: all files, withdrawn ones included.
        readings: one row per reading that counts, with its final counts.
        announced: one row per announced number.
    """
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
