"""How long and in how much memory a build of invented data is made, as ratios of what was measured beside it.

``python -m benchmarks.bench_etl [build|workbook|growth ...] [--scale 1] [--runs 3]``

build     CSV files in the inbox, nothing parsed yet, to a published build; against DuckDB loading the same files; then
          a list of 100 rows more, where nothing but the list is parsed.
workbook  100,000 rows of .xlsx; against pandas with openpyxl doing the same work.
growth    the build of a hundredth of the data against the build of all of it: time per row.

Another program running beside it moves every number, therefore the load of the machine is printed too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.invented import AREA, RECEIVED_ON, Invented, Notice, write_champions, write_workbook, write_world
from benchmarks.measure import Cost, Line, cost_of, gigabytes, seconds, told
from etl.inbox import Inbox

ENTERPRISES = 1_000_000
WORKBOOK_ROWS = 100_000
SMALL_SHARE = 100
BUILD_TO_LOAD, GIGABYTES, PANDAS_TO_OURS, GROWTH = 2.5, 2.5, 5.0, 1.0
MORE_ROWS, MORE_SECONDS = 100, 5.0
# A list with a misprinted code ends with 1: something was refused.
_ADDED = (0, 1)


def main() -> int:
    """Run the benchmarks asked for, all without any. Returns 0 when every limit holds."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as scratch:
        lines = [
            line
            for name in options.names or BENCHMARKS
            for line in BENCHMARKS[name](Path(scratch), options.scale, options.runs)
        ]
    return told(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_etl", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS])
    parser.add_argument("--scale", type=float, default=1, help="share of a million enterprises")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the scratch files lie")
    return parser.parse_args()


def world_in(scratch: Path, enterprises: int) -> tuple[Invented, Path, Cost]:
    """The files of a world, a data folder that has taken them in, and what taking in the values cost."""
    files, data = scratch / f"files-{enterprises}", scratch / f"data-{enterprises}"
    if files.exists():
        shutil.rmtree(files)
        shutil.rmtree(data)
    files.mkdir()
    data.mkdir()
    world = write_world(files, enterprises)
    return world, data, take_in(world, data)


def take_in(world: Invented, data: Path, area: str = AREA) -> Cost:
    """Put the files of a world into the inbox of a data folder. Returns what that cost for the values.

    Raises:
        RuntimeError: where a whole file was refused: less would be measured than is said.
    """
    received = ["--received-on", RECEIVED_ON.isoformat()]
    for notice in world.notices:
        take_in_notice(notice, data)
    costs = [
        cost_of("etl", "add", str(path), "--area", area, *received, environment=environment_of(data), accepts=_ADDED)
        for path in world.values
    ]
    taken, given = len(Inbox(data).sidecars()), len(world.notices) + len(world.values)
    if taken != given:
        raise RuntimeError(f"{given - taken} of {given} files were refused whole")
    return Cost(
        sum(cost.seconds for cost in costs),
        max(cost.peak_bytes for cost in costs),
        sum(cost.processor_seconds for cost in costs),
    )


def take_in_notice(notice: Notice, data: Path) -> Cost:
    """Put a list into the inbox of a data folder."""
    stated = [*notice.options, "--received-on", RECEIVED_ON.isoformat()]
    return cost_of("etl", "add", str(notice.path), *stated, environment=environment_of(data), accepts=_ADDED)


def environment_of(data: Path) -> dict[str, str]:
    return {**os.environ, "TRACKER_DATA": str(data)}


def first_build(data: Path) -> Cost:
    """A first build: what was parsed and published before is removed, so that it reads the files themselves."""
    for folder in ("parsed", "builds"):
        shutil.rmtree(data / folder, ignore_errors=True)
    return cost_of("etl", "build", environment=environment_of(data))


def _load_csv(world: Invented, scratch: Path) -> Cost:
    database = scratch / "loaded.duckdb"
    database.unlink(missing_ok=True)
    return cost_of("benchmarks.load_csv", str(world.values[0].parent), str(database), environment=os.environ)


def bench_build(scratch: Path, scale: float, runs: int) -> list[Line]:
    """A first build against the plain load of its files, turn by turn."""
    world, data, added = world_in(scratch, round(ENTERPRISES * scale))
    turns = [(_load_csv(world, scratch), first_build(data)) for _ in range(runs)]
    loads, builds = [turn[0] for turn in turns], [turn[1] for turn in turns]
    take_in_notice(write_champions(scratch, world, MORE_ROWS), data)
    more = cost_of("etl", "build", environment=environment_of(data))
    title = f"{world.enterprises:,} enterprises"
    return [
        Line(f"{title}: DuckDB loads their CSV files", seconds(loads), "s"),
        Line(f"{title}: CSV files in the inbox to a published build", seconds(builds), "s"),
        Line(f"{title}: build / load", seconds(builds) / seconds(loads), "times", BUILD_TO_LOAD),
        Line(f"{title}: most memory of the build", gigabytes(builds), "GB", GIGABYTES),
        Line(f"{title}: etl add of all values", added.seconds, "s"),
        Line(f"{title}: a list of {MORE_ROWS} rows more, to a published build", more.seconds, "s", MORE_SECONDS),
    ]


def bench_workbook(scratch: Path, scale: float, runs: int) -> list[Line]:
    """A workbook by us and by pandas, turn by turn."""
    path = scratch / "workbook.xlsx"
    rows = round(WORKBOOK_ROWS * scale)
    write_workbook(path, rows)
    turns = []
    for _ in range(runs):
        shutil.rmtree(scratch / "parsed", ignore_errors=True)
        turns.append([_read(by, path, scratch) for by in ("ours", "pandas")])
    own, other = [turn[0] for turn in turns], [turn[1] for turn in turns]
    return [
        Line(f"{rows:,} rows of .xlsx: ours", seconds(own), "s"),
        Line(f"{rows:,} rows of .xlsx: pandas with openpyxl", seconds(other), "s"),
        Line(f"{rows:,} rows of .xlsx: pandas / ours", seconds(other) / seconds(own), "times", PANDAS_TO_OURS, True),
    ]


def _read(by: str, path: Path, scratch: Path) -> Cost:
    return cost_of("benchmarks.read_workbook", by, str(path), str(scratch), environment=os.environ)


def bench_growth(scratch: Path, scale: float, runs: int) -> list[Line]:
    """A hundred times the data may take at most a hundred times as long."""
    large = round(ENTERPRISES * scale)
    small = max(1, large // SMALL_SHARE)
    costs = []
    for enterprises in (small, large):
        _, data, _ = world_in(scratch, enterprises)
        costs.append([first_build(data) for _ in range(runs)])
    per_enterprise = [seconds(some) / count for some, count in zip(costs, (small, large), strict=True)]
    return [
        Line(f"{small:,} enterprises: first build", seconds(costs[0]), "s"),
        Line(f"{large:,} / {small:,}: time per enterprise", per_enterprise[1] / per_enterprise[0], "times", GROWTH),
    ]


BENCHMARKS: dict[str, Callable[[Path, float, int], list[Line]]] = {
    "build": bench_build,
    "workbook": bench_workbook,
    "growth": bench_growth,
}

if __name__ == "__main__":
    sys.exit(main())
