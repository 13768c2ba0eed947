"""Titles in force at every month end, in every area: our counting beside the join that one would write first.

``python -m benchmarks.bench_counts [--enterprises 1000000] [--runs 3]`` builds so many invented enterprises and counts
them again both ways, turn by turn; both must find the same.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.bench_etl import ENTERPRISES, environment_of, world_in
from benchmarks.measure import Line, cost_of, told
from etl.publish import Builds
from etl.steps import run

_MADE_AGAIN = ("view core.tenure", "view core.first_title", "table mart.observation")
# Where no list reaches, nothing is known rather than none.
_DIFFERENT = """
select count(*)
from mart.observation as observation
inner join core.indicator as indicator on indicator.indicator_id = observation.indicator_id
left join joined
    on joined.tier = indicator.tier
    and joined.area_code = observation.area_code
    and joined.month_end = observation.period_end
where indicator.formula = 'tier_count' and observation.basis = 'in_force'
    and observation.value <> coalesce(joined.titles, 0)
"""


def main() -> int:
    """Count both ways and print; 1 where the two differ or a limit is broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_counts", description=__doc__.splitlines()[0])
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        _, data, _ = world_in(Path(scratch), options.enterprises)
        cost_of("etl", "build", environment=environment_of(data))
        builds = Builds(data)
        copy = Path(scratch) / "counted.duckdb"
        shutil.copy(builds.path(str(builds.current())), copy)
        return told(counted(copy, options.enterprises, options.runs))


def counted(build: Path, enterprises: int, runs: int) -> list[Line]:
    """Both ways on a build that may be changed.

    Raises:
        ValueError: where they differ.
    """
    joined = (Path(__file__).parent / "interval_join.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(build)) as connection:
        own, other = [], []
        for _ in range(runs):
            for made in _MADE_AGAIN:
                connection.execute(f"drop {made}")
            first = _seconds(lambda: run(connection, "history"))
            for step in ("tenure", "first_title"):
                run(connection, step)
            own.append(first + _seconds(lambda: run(connection, "observation")))
            other.append(_seconds(lambda: connection.execute(f"create or replace temporary table joined as {joined}")))
            [(different,)] = connection.sql(_DIFFERENT).fetchall()
            if different:
                raise ValueError(f"{different} counts differ")
        [(cells,)] = connection.sql("select count(*) from mart.observation").fetchall()
    title = f"{enterprises:,} enterprises"
    return [
        Line(f"{title}: {cells:,} counts with all they consist of, ours", median(own), "s"),
        Line(f"{title}: titles in force alone, by a join on intervals", median(other), "s"),
        Line(f"{title}: join / ours", median(other) / median(own), "times"),
    ]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
