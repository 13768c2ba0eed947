"""An hour of readers while a build is published every minute: no error, no growth of memory or of files.

``python -m benchmarks.bench_endurance [--minutes 60] [--readers 10] [--data FOLDER]`` works on the demo, built now, or
on a copy of a data folder; ends with 1 where a limit is broken. Not part of ``make bench``, for its length.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles

from benchmarks import load_client
from benchmarks.bench_etl import environment_of
from benchmarks.bench_pages import demo_build
from benchmarks.measure import Line, cost_of, told
from benchmarks.server import Server, served
from etl.build import KEEP_BUILDS

_MINUTE = 60.0
# The memory after the first fifth, when every page has been seen and the kept builds are open, against the last fifth.
_SHARE = 5
_GROWTH_LIMIT = 1.1


def main() -> int:
    """Run and print; 0 when every limit holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_endurance", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--readers", type=int, default=10)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "data"
        if options.data:
            shutil.copytree(options.data, data)
        else:
            data.mkdir()
            demo_build(data)
        return told(endured(data, options.readers, options.minutes))


def endured(data: Path, readers: int, minutes: int) -> list[Line]:
    """So many readers for so long, with a build each minute."""
    memory: list[float] = []
    failed: list[str] = []
    ended = threading.Event()
    with served(data) as server:
        before = _kept(data)
        publisher = threading.Thread(target=_publish, args=(data, server, memory, failed, ended))
        publisher.start()
        try:
            result = asyncio.run(load_client.load(server.address, readers, minutes * _MINUTE))
        finally:
            ended.set()
            publisher.join()
    print(*sorted(set(result.faults + failed)), sep="\n")
    fifth = max(1, len(memory) // _SHARE)
    early, late = median(memory[fifth : 2 * fifth] or memory), median(memory[-fifth:])
    title = f"{minutes} minutes, {readers} readers"
    return [
        Line(f"{title}: errors of readers", len(result.faults), "", 0),
        Line(f"{title}: builds published", len(memory), ""),
        Line(f"{title}: builds that failed", len(failed), "", 0),
        Line(f"{title}: rerun, p95 of {len(result.reruns):,}", quantiles(result.reruns, n=20)[18], "s"),
        Line(f"{title}: memory of the server in the second fifth", early, "MB"),
        Line(f"{title}: memory, last fifth / second fifth", late / early, "times", _GROWTH_LIMIT),
        Line(f"{title}: builds kept", len(list((data / "builds").glob("*.duckdb"))), "", KEEP_BUILDS),
        Line(f"{title}: other files more than before", _kept(data) - before, "", 0),
    ]


def _publish(data: Path, server: Server, memory: list[float], failed: list[str], ended: threading.Event) -> None:
    """A build each minute until the end, and what the server holds then."""
    while not ended.is_set():
        started = time.monotonic()
        try:
            cost_of("etl", "build", environment=environment_of(data))
        except RuntimeError as fault:
            failed.append(str(fault))
        memory.append(float(server.process.memory_info().rss) / 1e6)
        ended.wait(max(0.0, _MINUTE - (time.monotonic() - started)))


def _kept(data: Path) -> int:
    """The files of a data folder without its builds."""
    return sum(1 for path in data.rglob("*") if path.is_file() and "builds" not in path.relative_to(data).parts)


if __name__ == "__main__":
    sys.exit(main())
