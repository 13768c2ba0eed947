"""Children that read one file each, forked from a process in which the readers are loaded already (Linux).

Loading the readers takes ten times as long as reading a list of a few hundred rows: 0.20 s of processor against
0.03 s. The server (``python -m etl.read_server``) loads them once and from then on only forks: it opens no file, reads
no job and runs no query, so that nothing of one file can reach the child of the next, and no thread of Polars is lost
in a fork. The child takes its limits and does its job exactly as ``python -m etl.parse`` does it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_IS_THERE = b"+"
_ASKED = b"?"
# What a child begins with: standard input, output and errors, and the ticket on which the server tells how it ended.
_DESCRIPTORS = 4
_CODE_BYTES = 16
_VALUES_A_ROUND = 100_000


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code (negative: the signal), what it answered and what it said of errors."""

    code: int
    answer: bytes
    errors: str


class ReadServer:
    """The parent's end: asks the server for children. Threads may share it."""

    def __init__(self, project: Path, seconds: float) -> None:
        """Start a server on the code of a project folder.

        Raises:
            TimeoutError: where the readers are not loaded within the time.
        """
        self.project = project
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the server runs
        self._control, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            command = [sys.executable, "-m", "etl.read_server", str(there.fileno())]
            nothing = subprocess.DEVNULL
            self._process = subprocess.Popen(
                command, stdin=nothing, stdout=nothing, stderr=self._errors, cwd=project, pass_fds=[there.fileno()]
            )
        self._control.settimeout(seconds)
        try:
            # One that ends without this byte is asked all the same, and then tells why it ended.
            self._control.recv(1)
        except TimeoutError:
            self.close()
            raise

    @property
    def is_running(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def run(self, job: bytes, seconds: float) -> Ended:
        """Have a job done by a new child.

        Raises:
            TimeoutError: where it takes longer. The child is ended then.
        """
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
            asked.write(job)
            asked.seek(0)
            # When this end is closed, whatever the reason, the server ends the child.
            ticket, there = socket.socketpair()
            with ticket, there:
                ticket.settimeout(seconds)
                descriptors = [asked.fileno(), answer.fileno(), errors.fileno(), there.fileno()]
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    socket.send_fds(self._control, [_ASKED], descriptors)
                there.close()
                try:
                    code = ticket.recv(_CODE_BYTES)
                except ConnectionResetError:
                    code = b""
            if not code:
                return Ended(self._process.wait(), b"", _text(self._errors))
            return Ended(int(code), _content(answer), _text(errors))

    def close(self) -> None:
        """End the server and with it every child."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _text(file: IO[bytes]) -> str:
    return _content(file).decode("utf-8", errors="replace").strip()


def serve(control: socket.socket) -> bool:
    """Fork a child for everyone who asks, until nobody is left to ask. Returns True in each child, False at the end."""
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    tickets: dict[int, socket.socket] = {}
    control.send(_IS_THERE)
    while True:
        for key, _ in selector.select():
            if key.fileobj is control:
                asked, descriptors, *_ = socket.recv_fds(control, 1, _DESCRIPTORS)
                if not asked:
                    for pid in tickets:
                        os.kill(pid, signal.SIGKILL)
                    return False
                # Only the child holds on to the one end: the other can be read when it has ended. Kernels before 5.3
                # have no descriptor of a process, and servers with such kernels are in use.
                ended, alive = os.pipe()
                pid = os.fork()
                if pid == 0:
                    selector.close()
                    for open_one in (control, *tickets.values()):
                        open_one.close()
                    _take(descriptors)
                    return True
                *streams, ticket = descriptors
                for descriptor in (*streams, alive):
                    os.close(descriptor)
                tickets[pid] = socket.socket(fileno=ticket)
                selector.register(ended, selectors.EVENT_READ, pid)
                selector.register(tickets[pid], selectors.EVENT_READ, pid)
            elif key.fileobj is tickets.get(key.data):
                # Nothing is ever sent on it from there: whoever asked has gone, or waits no longer.
                os.kill(key.data, signal.SIGKILL)
                selector.unregister(key.fileobj)
            elif isinstance(key.fileobj, int):
                _, status = os.waitpid(key.data, 0)
                selector.unregister(key.fileobj)
                os.close(key.fd)
                with contextlib.suppress(KeyError):
                    selector.unregister(tickets[key.data])
                with tickets.pop(key.data) as ticket_of_child, contextlib.suppress(OSError):
                    ticket_of_child.send(b"%d" % os.waitstatus_to_exitcode(status))


def _take(descriptors: list[int]) -> None:
    """Make the descriptors that came with a job the standard ones of this child."""
    *streams, ticket = descriptors
    os.close(ticket)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)


def main() -> None:
    """The server, and in each fork of it the child."""
    # Each thread of Polars reserves address space, of which a child has only so much.
    os.environ.setdefault("POLARS_MAX_THREADS", "2")
    from etl import parse

    parse.load_readers()
    # What is loaded stays shared with the children: the collector would touch, and so copy, all of it.
    gc.freeze()
    # A sheet is a million small values and no cycles: with Python's threshold of 700 it is looked through all the time,
    # which took a twentieth of reading 100,000 rows.
    gc.set_threshold(_VALUES_A_ROUND, 50, 50)
    with socket.socket(fileno=int(sys.argv[1])) as control:
        is_child = serve(control)
    if is_child:
        parse.main()


if __name__ == "__main__":
    main()
