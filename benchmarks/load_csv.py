"""The yardstick: what DuckDB alone needs to load the CSV files of a folder into a file of its own and checkpoint.

``python -m benchmarks.load_csv FOLDER DATABASE``
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def main(folder: Path, database: Path) -> None:
    """One table a file, with the settings that DuckDB has by itself."""
    with duckdb.connect(str(database)) as connection:
        for path in sorted(folder.glob("*.csv")):
            # CREATE TABLE AS takes no bound parameter; the names are the benchmark's own.
            connection.execute(f"create table {path.stem}_file as select * from read_csv('{path}')")
        connection.execute("checkpoint")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
