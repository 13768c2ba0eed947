"""A server on a data folder, as a process of its own: for benchmarks, pictures and tests in a browser."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from benchmarks.measure import ROOT

START_SECONDS = 30.0
PYTHON = (sys.executable, "-m")
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

    def wait_until_warm(self) -> None:
        """Wait until the first screens of the build are made, as they are for all but the first seconds of a day."""
        while not json.load(urllib.request.urlopen(self.address + "/health"))["is_warm"]:
            time.sleep(0.1)


@contextmanager
def served(
    folder: Path, command: Sequence[str] = APP, health: str = "/health", port: int = 0, **environment: str
) -> Iterator[Server]:
    """A server on a data folder until the end of the block.

    Args:
        folder: the data folder; what the server says goes into its file ``log``.
        command: ``python -m`` with these words and a port starts it.
        health: a path that answers once it is ready.
        port: a free one where none is named.
        environment: settings of the server beside the data folder.

    Raises:
        OSError: it does not answer in time.
    """
    port = port or free_port()
    settings = {"TRACKER_DATA": str(folder), **environment}
    with (folder / "log").open("wb") as log, running([*command, str(port)], log, settings) as started:
        address = f"http://localhost:{port}"
        wait_for(address + health)
        yield Server(address, psutil.Process(started.pid))


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], log: IO[bytes], environment: Mapping[str, str], program: Sequence[str] = PYTHON
) -> Iterator[subprocess.Popen[bytes]]:
    """A server process until the end of the block: a module of Python unless another program is named."""
    settings = {**os.environ, **environment}
    started = subprocess.Popen([*program, *command], cwd=ROOT, env=settings, stdout=log, stderr=log)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(START_SECONDS)


def wait_for(url: str, certificates: ssl.SSLContext | None = None) -> None:
    """Wait until a server answers, whatever it answers.

    Args:
        url: what is asked for.
        certificates: which ones are believed, where not those of this machine.

    Raises:
        OSError: it does not in time.
    """
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, context=certificates):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
