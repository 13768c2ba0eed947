"""Many readers at once: sessions that speak Streamlit's own protocol to a server that runs already.

``python -m benchmarks.load_client http://localhost:8501 --sessions 30 --seconds 60`` opens so many sessions on
months of the demo, lets each ask for its page again with pauses of one to three seconds, and prints how long that took
and what went wrong. A session keeps its month: Streamlit's own state wins over a link that comes later.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from dataclasses import dataclass, field
from statistics import quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.measure import Line

PAUSE_SECONDS = (1.0, 3.0)
MONTHS = ("2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31")
RERUN_LIMIT_SECONDS = 0.6
_WAIT_SECONDS = 60.0
_LARGEST_MESSAGE = 2**26


@dataclass
class Result:
    """What the sessions met: seconds of each first page and of each rerun, and what went wrong."""

    first: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def session(address: str, until: float, dice: random.Random, result: Result) -> None:
    """One reader: a first page of a month, then the same again after each pause."""
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    try:
        async with connect(url, subprotocols=["streamlit"], max_size=_LARGEST_MESSAGE) as socket:  # type: ignore[list-item]
            month = dice.choice(MONTHS)
            result.first.append(await _rerun(socket, month, result))
            while time.monotonic() < until:
                await asyncio.sleep(dice.uniform(*PAUSE_SECONDS))
                result.reruns.append(await _rerun(socket, month, result))
    except (OSError, TimeoutError, EOFError) as fault:
        result.faults.append(repr(fault))


async def _rerun(socket: ClientConnection, month: str, result: Result) -> float:
    """Ask for the page of a month and read until the script has finished. Returns the seconds."""
    asked = BackMsg()
    asked.rerun_script.query_string = f"as_of={month}"
    started = time.perf_counter()
    await socket.send(asked.SerializeToString())
    async with asyncio.timeout(_WAIT_SECONDS):
        while True:
            said = ForwardMsg()
            said.ParseFromString(await socket.recv(decode=False))
            if said.WhichOneof("type") == "delta" and said.delta.new_element.WhichOneof("type") == "exception":
                result.faults.append(said.delta.new_element.exception.message)
            if said.WhichOneof("type") == "script_finished":
                return time.perf_counter() - started


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


if __name__ == "__main__":
    main()
