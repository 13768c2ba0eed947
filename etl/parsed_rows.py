"""The rows that the parsing child wrote, as everybody else reads them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from etl.parse import CODED, ROWS_FILE


def scan_rows(folder: Path) -> pl.LazyFrame:
    """The rows of a parsed file: ``sheet``, ``row``, ``kind``, ``block``, ``uscc_is_number`` and its cells ``c0`` …"""
    return pl.scan_parquet(folder / ROWS_FILE).with_columns(pl.col(CODED).cast(pl.String))


def read_rows(folder: Path) -> pl.DataFrame:
    """All rows of a parsed file at once."""
    return scan_rows(folder).collect()
