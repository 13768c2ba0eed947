"""The named SQL files of the ETL, and frames as tables."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

SQL = Path(__file__).parent / "sql"
# The only counting code, in order. Titles: what a reading covers, who lapsed, who left the pool, which titles were
# removed, whose events are the same, who holds what when, who was first when, how many at each month end. Values: who
# states what, how many events are on record, how many are asked, what they answered, each period's value, each month's.
TITLE_COUNTING = (
    "reading_area",
    "lapse",
    "pool_exit",
    "removed_title",
    "history",
    "tenure",
    "first_title",
    "observation",
)
VALUE_COUNTING = (
    "source_observation",
    "activity_count",
    "population_observation",
    "enterprise_observation",
    "period_observation",
    "value_observation",
)
# When titles end, and who moves between them: of the counted titles alone, beside the counting of values.
TITLE_MOVES = ("title_end", "expiry", "ladder_move")
# Who stands where among others by a count of titles.
RANKING = ("rank_observation",)
# What could be counted on the day that decides, and who stands on a publicity list or its final list only.
CLOSING = ("closing", "publicity_difference")
_ROW_GROUP = 122_880
# What rests on the counts of titles and values.
COMPARING = (*RANKING, *CLOSING)
COUNTING = (*TITLE_COUNTING, *VALUE_COUNTING, *TITLE_MOVES, *COMPARING)


def read_sql(name: str) -> str:
    """The text of a named SQL file."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def run(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Run named SQL files in their order."""
    for name in names:
        connection.execute(read_sql(name))


def load(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Put a frame into a table: into the declared one where tables.sql has it, else into a new one."""
    # DuckDB takes the texts as Polars keeps them, in batches; a table would be copied and go through another scanner.
    # Pieces of a row group each: of one piece only one thread can write.
    texts = frame.to_arrow(compat_level=pl.CompatLevel.newest())
    # As a stream that is read once: to tell what another object is, DuckDB loads pandas, a third of a small build.
    connection.register("incoming", texts.to_reader(max_chunksize=_ROW_GROUP).__arrow_c_stream__())
    # Without a bound parameter, for which it loads pandas too.
    declared = connection.sql("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    if (table,) in declared:
        connection.execute(f"insert into {table} by name select * from incoming")
    else:
        connection.execute(f"create table {table} as select * from incoming")
    connection.unregister("incoming")
