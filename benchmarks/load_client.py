"""Many readers at once, each with views of its own.

``python -m benchmarks.load_client http://localhost:8501 --sessions 30 --seconds 60`` opens so many sessions on a server
that runs already, each by a link of its own (page, plan, month, area). After pauses of one to three seconds each goes
on: to another month, area, target or tier, to another page. Printed is how long that took and what went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

from benchmarks.measure import Line
from benchmarks.reader import PageFailed, Reader, reading

PAUSE_SECONDS = (1.0, 3.0)
PLANS = ("lianyungang", "lianyungang", "liangjiang", "suzhou_industrial_park", "nantong", "zhejiang")
MONTHS = ("2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31")
PAGES = ("", "", "districts", "indicators", "enterprises", "ladder", "candidates", "plans", "measures", "about")
# One step in four goes to another page; the others choose something in a box of the page or of the sidebar, a month
# among the newest: meetings look at the last year, and at each month of it.
_OTHER_PAGE = 0.25
_NEWEST = 12
_CHOICES = ("as_of", "as_of", "area", "target", "tier", "status", "since")
RERUN_LIMIT_SECONDS = 0.6


@dataclass
class Result:
    """What the sessions met: seconds of each first page and of each step by its page, and what went wrong."""

    first: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    slow: Counter[str] = field(default_factory=Counter)


async def session(address: str, until: float, dice: random.Random, result: Result) -> None:
    """One reader: a link, then a step after each pause."""
    try:
        async with reading(address) as reader:
            codes = {"plan": dice.choice(PLANS), "as_of": dice.choice(MONTHS)}
            page = dice.choice(PAGES)
            result.first.append(await reader.open(page, urlencode(codes)))
            while time.monotonic() < until:
                await asyncio.sleep(dice.uniform(*PAUSE_SECONDS))
                name, seconds = await step(reader, dice)
                result.reruns.append(seconds)
                if seconds > RERUN_LIMIT_SECONDS:
                    result.slow[name] += 1
    except (OSError, TimeoutError, EOFError, PageFailed) as fault:
        result.faults.append(repr(fault))


async def step(reader: Reader, dice: random.Random) -> tuple[str, float]:
    """What a reader does next, by name, and the seconds until the page is finished."""
    key = dice.choice([key for key in _CHOICES if len(reader.options.get(key, [])) > 1] or [""])
    if not key or dice.random() < _OTHER_PAGE:
        page = dice.choice([page for page in PAGES if page in reader.pages])
        return f"to {page or 'overview'}", await reader.go_to(page)
    return f"another {key}", await reader.choose(key, dice.choice(reader.options[key][:_NEWEST]))


async def load(address: str, sessions: int, seconds: float) -> Result:
    """All sessions together."""
    result = Result()
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as readers:
        for number in range(sessions):
            readers.create_task(session(address, until, random.Random(number), result))
    return result


def lines(result: Result) -> list[Line]:
    """What is printed: medians and the slowest twentieth, beside their limits; only the errors where nobody got far."""
    errors = Line("errors", len(result.faults), "", 0)
    if len(result.reruns) < 2 or len(result.first) < 2:
        return [errors]
    cuts = quantiles(result.reruns, n=20, method="inclusive")
    return [
        Line("first page, median", quantiles(result.first, n=2, method="inclusive")[0], "s"),
        Line(f"rerun, median of {len(result.reruns)}", cuts[9], "s"),
        Line("rerun, 95 of 100 are faster than", cuts[18], "s", RERUN_LIMIT_SECONDS),
        errors,
    ]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    result = asyncio.run(load(options.address.rstrip("/"), options.sessions, options.seconds))
    print(*lines(result), *sorted(set(result.faults)), sep="\n")
    if result.slow:
        print("slower than the limit:", ", ".join(f"{name} {number}" for name, number in result.slow.most_common()))


if __name__ == "__main__":
    main()
