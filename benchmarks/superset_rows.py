"""The rows of the charts that Dash draws as SQLite, which Apache Superset reads by itself.

``python -m benchmarks.superset_rows FILE`` writes those of the build in force.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import polars as pl

from benchmarks.dash_peer import AS_OF, LANGUAGE, rows_at
from tracker import districts, findings, indicators


def tables() -> dict[str, pl.DataFrame]:
    """The rows behind the charts by the name of their table: one row per mark or point."""
    rows = rows_at(AS_OF)
    ranked = districts.ranked(rows.target, rows.target.clear(), rows.areas)
    ahead = rows.fan.select("median", "low_80", "high_80", as_of="month_end")
    return {
        "bullets": findings.bullet_frame(rows.headline, AS_OF, LANGUAGE, past={}).select(
            "name", "share", "expected_share"
        ),
        "ranked": ranked.select("area_short", "lead_points", "baseline_value", "value", "target_value"),
        "tiles": districts.tile_frame(ranked, rows.areas, LANGUAGE).select("name", "value", "word"),
        "multiples": districts.multiples_frame(rows.past, ranked, rows.areas).select("short", "as_of", "done", "pace"),
        "burn_up": pl.concat(
            [rows.past_of_whole.select("as_of", "value", "expected_value"), ahead], how="diagonal_relaxed"
        ),
        "parts": indicators.contributions(rows.parts, rows.row, LANGUAGE).select("name", "value"),
    }


def write_rows(file: Path) -> None:
    """The tables of the build in force as SQLite."""
    with closing(sqlite3.connect(file)) as connection:
        for name, table in tables().items():
            columns = table.with_columns(pl.selectors.date().cast(pl.Datetime)).to_dict(as_series=False)
            pd.DataFrame(columns).to_sql(name, connection, index=False)


if __name__ == "__main__":
    write_rows(Path(sys.argv[1]))
