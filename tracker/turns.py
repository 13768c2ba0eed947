"""Turns: few runs of a page at once, the others in the order in which they came.

Python works on one page at a time, and each step of Polars or DuckDB gives the interpreter away and waits to get it
back, behind every other reader. Sixty readers of one process on two processors, 95 of 100 clicks: 1.65 and
1.69 s all at once; 0.85 and 0.75 s two at once; 0.70 and 0.92 s three at once (in turns).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2
# Who takes longer waits for a file, a child or a query of millions: nobody else has to wait for that.
LONG_SECONDS = 1.0


class Turns:
    """So many turns at once; one that takes long no longer counts as one."""

    def __init__(self, at_once: int = AT_ONCE, long_seconds: float = LONG_SECONDS) -> None:
        self._at_once = at_once
        self._long_seconds = long_seconds
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._begun: dict[threading.Event, float] = {}

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and have it until the block ends."""
        mine = threading.Event()
        with self._lock:
            self._waiting.append(mine)
        try:
            while not self._has_begun(mine):
                mine.wait(self._long_seconds / 4)  # a turn that becomes a long one calls nobody
            yield
        finally:
            with self._lock:
                if self._begun.pop(mine, None) is None:
                    self._waiting.remove(mine)
                self._call_next()

    def _has_begun(self, mine: threading.Event) -> bool:
        with self._lock:
            mine.clear()
            if self._waiting[0] is not mine or not self._is_free():
                return False
            self._begun[self._waiting.popleft()] = time.monotonic()
            self._call_next()
            return True

    def _call_next(self) -> None:
        if self._waiting and self._is_free():
            self._waiting[0].set()

    def _is_free(self) -> bool:
        latest = time.monotonic() - self._long_seconds
        return sum(begun > latest for begun in self._begun.values()) < self._at_once


turn = Turns().turn
