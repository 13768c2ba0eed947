"""What a command costs, and how costs are told: medians of several runs in turn, as ratios of each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).resolve().parent.parent
_EVERY_SECONDS = 0.05
# Where a benchmark that runs as one of many leaves its lines, one JSON object each.
LINES_FILE = "BENCHMARK_LINES"


@dataclass(frozen=True)
class Cost:
    """Of one run: wall time, the most memory that the process and all its children held at once, processor time.

    Processor time is 0 where the system does not tell that of an ended process.
    """

    seconds: float
    peak_bytes: int
    processor_seconds: float


@dataclass(frozen=True)
class Line:
    """One line of the result: a measured number beside the limit that it may not exceed, if there is one."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    is_least: bool = False

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"{'>=' if self.is_least else '<='} {self.limit:g}"
        return f"{self.what:<66} {self.value:>9.2f} {self.unit:<6} {limit:<9} {self.verdict}"

    @property
    def verdict(self) -> str:
        """``ok`` or ``over`` where there is a limit."""
        if self.limit is None:
            return ""
        is_ok = self.value >= self.limit if self.is_least else self.value <= self.limit
        return "ok" if is_ok else "over"


def told(lines: Sequence[Line]) -> int:
    """Print the lines with the load of the machine, and leave them for the table of all benchmarks where one asks.

    Returns 1 where a limit is broken: the code with which a benchmark ends.
    """
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    print(*lines, f"{os.cpu_count()} processors, load {loads}", sep="\n", flush=True)
    if file := os.environ.get(LINES_FILE):
        with Path(file).open("a", encoding="utf-8") as kept:
            kept.writelines(json.dumps(asdict(line) | {"load": loads}, ensure_ascii=False) + "\n" for line in lines)
    return 1 if any(line.verdict == "over" for line in lines) else 0


def cost_of(module: str, *arguments: str, environment: Mapping[str, str], accepts: Sequence[int] = (0,)) -> Cost:
    """Run ``python -m module`` from the project's folder and measure it.

    Raises:
        RuntimeError: where it ends with another code than those of ``accepts``, with what it said.
    """
    started, before = time.perf_counter(), _of_children()
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, memory_of_tree(process.pid))
            time.sleep(_EVERY_SECONDS)
        seconds = time.perf_counter() - started
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    if process.returncode not in accepts:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said[-2000:]}")
    return Cost(seconds, peak, _of_children() - before)


def _of_children() -> float:
    """Processor time of all processes that were started here and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def memory_of_tree(pid: int) -> int:
    """Resident bytes of a process and its descendants; one that ends while it is looked at counts nothing."""
    total = 0
    try:
        process = psutil.Process(pid)
        tree = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    for one in tree:
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total


def seconds(costs: Sequence[Cost]) -> float:
    """The median time of several runs."""
    return median(cost.seconds for cost in costs)


def gigabytes(costs: Sequence[Cost]) -> float:
    """The largest peak of several runs."""
    return max(cost.peak_bytes for cost in costs) / 1e9
