"""A server on a data folder, as a process of its own: for benchmarks, pictures and tests in a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.measure import ROOT

START_SECONDS = 30.0
APP = ("streamlit", "run", "app.py", "--server.port")


@dataclass(frozen=True)
class Server:
    """A server that answers, and its process."""

    address: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """The processor time that it has taken so far, its own threads included."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def served(folder: Path, command: Sequence[str] = APP, health: str = "/health") -> Iterator[Server]:
    """A server on a data folder until the end of the block.

    Args:
        folder: the data folder; what the server says goes into its file ``log``.
        command: ``python -m`` with these words and a free port starts it.
        health: a path that answers once it is ready.

    Raises:
        OSError: it does not answer in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = os.environ | {"TRACKER_DATA": str(folder)}
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", *command, port], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            address = f"http://localhost:{port}"
            _wait_for(address + health)
            yield Server(address, psutil.Process(started.pid))
        finally:
            started.terminate()
            started.wait(START_SECONDS)


def _wait_for(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
