"""Many readers at once, and how long a first reader waits after the start: on the demo.

``python -m benchmarks.bench_sessions [--seconds 60]`` serves the demo, lets 1, 10 and 30 readers use it, and 60 over
two processes, while a build is published in each minute; ends with 1 where a limit is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

from benchmarks import load_client
from benchmarks.bench_etl import environment_of
from benchmarks.bench_pages import demo_build
from benchmarks.beside import OURS, browsing, cold_megabytes
from benchmarks.load_client import Result
from benchmarks.measure import Line, cost_of, told
from benchmarks.reader import reading
from benchmarks.server import Server, served

# Readers, processes, and the seconds that 95 of 100 clicks may take.
LOADS = ((1, 1, None), (10, 1, None), (30, 1, 0.6), (60, 2, 1.0))
MEGABYTES_A_SESSION = 10.0
COLD_PAGE_MEGABYTES = 3.3
_STARTS = 3


def main() -> int:
    """Run all; returns 0 when every limit holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_sessions", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = demo_build(Path(folder))
        lines = [
            *_starts(data),
            *_cold_page(data),
            *(line for load in LOADS for line in _load(data, *load, options.seconds)),
        ]
    return told(lines)


def _starts(data: Path) -> list[Line]:
    """From the start of the server to the first page of its first reader."""
    times = []
    for _ in range(_STARTS):
        started = time.perf_counter()
        with served(data) as server:
            asyncio.run(_first_page(server.address))
            times.append(time.perf_counter() - started)
    return [Line("from the start of the server to the first page", median(times), "s")]


def _cold_page(data: Path) -> list[Line]:
    """What a browser that was never here before fetches for the first page."""
    with browsing() as browser:
        if browser is None:
            return []
        with served(data) as server:
            megabytes = cold_megabytes(browser, OURS, server.address)
    return [Line("first page, a browser that was never here", megabytes, "MB", COLD_PAGE_MEGABYTES)]


async def _first_page(address: str) -> None:
    async with reading(address) as reader:
        await reader.open("", "")


def _load(data: Path, sessions: int, processes: int, limit: float | None, seconds: float) -> list[Line]:
    """So many readers for so long, a build published at half time."""
    with ExitStack() as stack:
        servers = [stack.enter_context(served(data)) for _ in range(processes)]
        asyncio.run(_all(servers, processes, 5.0))  # what every process needs once is no memory of a session
        before = sum(_megabytes(server) for server in servers)
        publishing = threading.Timer(seconds / 2, cost_of, ("etl", "build"), {"environment": environment_of(data)})
        publishing.start()
        results = asyncio.run(_all(servers, sessions, seconds))
        publishing.join()
        after = sum(_megabytes(server) for server in servers)
    reruns = [taken for result in results for taken in result.reruns]
    faults = [fault for result in results for fault in result.faults]
    print(*sorted(set(faults)), sep="\n")
    title = f"{sessions} readers, {processes} process{'es' if processes > 1 else ''}"
    return [
        Line(f"{title}: rerun, p95 of {len(reruns):,}", quantiles(reruns, n=20, method="inclusive")[18], "s", limit),
        Line(f"{title}: rerun, median", median(reruns), "s"),
        Line(f"{title}: first page, median", median(taken for result in results for taken in result.first), "s"),
        Line(f"{title}: errors", len(faults), "", 0),
        Line(f"{title}: memory of a session", max(0.0, after - before) / sessions, "MB", MEGABYTES_A_SESSION),
    ]


async def _all(servers: list[Server], sessions: int, seconds: float) -> list[Result]:
    """The readers, spread over the processes."""
    shares = [sessions // len(servers)] * len(servers)
    both = zip(servers, shares, strict=True)
    return await asyncio.gather(*(load_client.load(server.address, share, seconds) for server, share in both))


def _megabytes(server: Server) -> float:
    return float(server.process.memory_info().rss) / 1e6


if __name__ == "__main__":
    sys.exit(main())
