"""How fast the pages are: on the demo, among 100,000 and a million enterprises, and beside the same charts in Dash.

``python -m benchmarks.bench_pages [server browser …] [--enterprises 100000 …] [--runs 60]`` ends with 1 where a limit
is broken.

server   What a run of a page takes inside the server, on the clock and in processor time: a view that is kept
         already, a month that nobody has looked at, a search; candidates and ladder.
browser  Beside the same charts in Dash: from the address to the first chart in a browser that has been there before,
         turn by turn; bytes, memory, ten readers at once.
superset  The same beside Apache Superset, where the environment names one: benchmarks/superset_peer.py.

Another program beside it moves the clock's numbers, less the processor's; the load of the machine is printed too.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from benchmarks import timed_app
from benchmarks.bench_etl import environment_of, world_in
from benchmarks.beside import DASH, SUPERSET, beside
from benchmarks.dash_peer import PLAN
from benchmarks.measure import Line, cost_of, told
from benchmarks.reader import Reader, reading
from benchmarks.server import Server, served
from benchmarks.superset_peer import NAMED_BY

ENTERPRISES = (100_000, 1_000_000)
KEPT_MS, NEW_MS, NAMES_MS = 20, 150, 1_000
SEARCH_MS, SEARCH_OF_A_MILLION_MS = 100, 200
PAGES = ("", "districts", "indicators", "enterprises")
MOST_NEW = 12
SEARCHES = ("虚构", "企业7", "有限公司", "91320700", "xuni", "xnqy", "示例", "企业12 有限", "lygxn", "9132070000")


def main() -> int:
    """Run the benchmarks asked for, all without any. Returns 0 when every limit holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_pages", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS])
    parser.add_argument("--enterprises", type=int, nargs="*", default=ENTERPRISES)
    parser.add_argument("--runs", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = demo_build(Path(folder))
        lines = [line for name in options.names or BENCHMARKS for line in BENCHMARKS[name](data, options)]
    return told(lines)


def demo_build(folder: Path) -> Path:
    """A data folder with the demo, built."""
    for command in ("sample", "build"):
        cost_of("etl", command, environment=environment_of(folder))
    return folder


def large_build(enterprises: int) -> Path:
    """A data folder of so many invented enterprises, built now; its files stay where temporary files lie."""
    folder = Path(tempfile.gettempdir()) / f"tracker-bench-{enterprises}"
    made = folder / f"data-{enterprises}"
    if not (made / "builds" / "current").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        world_in(folder, enterprises)
    cost_of("etl", "build", environment=environment_of(made))
    return made


def bench_server(demo: Path, options: argparse.Namespace) -> list[Line]:
    """Runs of pages, of the demo and of a large build."""
    lines = []
    for enterprises in (0, *options.enterprises):
        folder = large_build(enterprises) if enterprises else demo
        title = f"{enterprises:,} enterprises" if enterprises else "demo"
        search_ms = SEARCH_MS if enterprises < ENTERPRISES[-1] else SEARCH_OF_A_MILLION_MS
        with served(folder, ("benchmarks.timed_app",)) as server:
            server.wait_until_warm()
            lines += asyncio.run(page_runs(server, folder / timed_app.FILE, title, options.runs, PLAN, search_ms))
    return lines


async def page_runs(server: Server, times: Path, title: str, runs: int, plan: str, search_ms: float) -> list[Line]:
    """One reader's way through the pages of a plan; ``search_ms`` is what a search may take."""
    lines: list[Line] = []

    async def measured(what: str, limit: float, steps: Sequence[Callable[[], Awaitable[float]]]) -> None:
        clock, processor = [], []
        for step in steps:
            await step()
            last = [float(word) * 1000 for word in times.read_text().splitlines()[-1].split()]
            clock.append(last[0])
            processor.append(last[1])
        lines.append(Line(f"{title}: {what}, p95 of {len(steps)}", _slow(clock), "ms", limit))
        lines.append(Line(f"{title}: {what}, its processor time, p95", _slow(processor), "ms"))

    async with reading(server.address) as reader:
        await reader.open("", urlencode({"plan": plan}))
        for page in PAGES:
            await reader.go_to(page)
            name = page or "overview"
            months = reader.options["as_of"]
            here, there = months[1:3]
            await reader.choose("as_of", there)
            both = [_chosen(reader, "as_of", (here, there)[turn % 2]) for turn in range(runs)]
            await both[0]()
            await measured(f"{name}, a view kept already", KEPT_MS, both)
            new = [_chosen(reader, "as_of", month) for month in _unseen(months[3:], PAGES.index(page))]
            await measured(f"{name}, a month nobody has seen", NEW_MS, new)
            await reader.choose("as_of", here)
            whole, *areas = reader.options["area"]
            await measured(f"{name}, an area nobody has seen", NEW_MS, [_chosen(reader, "area", one) for one in areas])
            await reader.choose("area", whole)
        await measured("search among enterprises", search_ms, [_typed(reader, text) for text in SEARCHES])
        for page in ("ladder", "candidates"):
            first = _unseen(months[3:], len(PAGES))[:1] or months[:1]
            await reader.choose("as_of", first[0])
            await measured(f"{page}, first seen of a month", NAMES_MS, [lambda to=page: reader.go_to(to)])  # type: ignore[misc]
    return lines


def _unseen(months: list[str], place: int) -> list[str]:
    """Months that no page before has shown: each page has its own."""
    return months[place :: len(PAGES) + 1][:MOST_NEW]


def _chosen(reader: Reader, key: str, option: str) -> Callable[[], Awaitable[float]]:
    return lambda: reader.choose(key, option)


def _typed(reader: Reader, text: str) -> Callable[[], Awaitable[float]]:
    return lambda: reader.type_in("q", text)


def _slow(values: Sequence[float]) -> float:
    """What 95 of 100 are faster than."""
    return values[0] if len(values) == 1 else quantiles(values, n=20, method="inclusive")[18]


def bench_browser(demo: Path, options: argparse.Namespace) -> list[Line]:
    """The app beside Dash in a browser."""
    return beside(DASH, demo)


def bench_superset(demo: Path, options: argparse.Namespace) -> list[Line]:
    """The app beside Superset in a browser, where a Superset is named."""
    if NAMED_BY not in os.environ:
        print(f"{NAMED_BY} names no Python with Apache Superset: left out; benchmarks/superset_peer.py tells how")
        return []
    return beside(SUPERSET, demo)


BENCHMARKS: dict[str, Callable[[Path, argparse.Namespace], list[Line]]] = {
    "server": bench_server,
    "browser": bench_browser,
    "superset": bench_superset,
}

if __name__ == "__main__":
    sys.exit(main())
