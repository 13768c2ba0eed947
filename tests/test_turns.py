"""Turns: few at once, in the order in which they came, and nobody behind one that takes long."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tracker.turns import Turns

SECONDS = 20.0


class Run:
    """A turn taken in a thread of its own, which ends when it is told to."""

    def __init__(self, turns: Turns) -> None:
        self.has_begun, self._may_end = threading.Event(), threading.Event()
        self._turns = turns
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        with self._turns.turn():
            self.has_begun.set()
            self._may_end.wait(SECONDS)

    def end(self) -> None:
        self._may_end.set()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


def test_no_more_at_once_and_each_in_its_order() -> None:
    turns = Turns(at_once=2, long_seconds=SECONDS)
    runs = []
    for _ in range(5):
        runs.append(Run(turns))
        time.sleep(0.05)  # the next comes later
    for number, run in enumerate(runs):
        assert run.has_begun.wait(SECONDS)
        assert [other.has_begun.is_set() for other in runs[number + 2 :]] == [False] * len(runs[number + 2 :])
        run.end()


def test_one_that_takes_long_holds_up_nobody() -> None:
    turns = Turns(at_once=1, long_seconds=0.2)
    long, other = Run(turns), Run(turns)
    assert other.has_begun.wait(SECONDS)
    assert long.has_begun.is_set()
    other.end()
    long.end()


def test_a_run_that_fails_gives_its_turn_back() -> None:
    turns = Turns(at_once=1, long_seconds=SECONDS)
    with pytest.raises(ValueError, match="a fault"), turns.turn():
        raise ValueError("a fault")
    run = Run(turns)
    assert run.has_begun.wait(SECONDS)
    run.end()


def test_many_runs_at_once_all_come_to_their_end() -> None:
    turns = Turns(at_once=2, long_seconds=SECONDS)
    most, now, lock = [0], [0], threading.Lock()

    def run(number: int) -> int:
        with turns.turn():
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.001)
            with lock:
                now[0] -= 1
        return number

    with ThreadPoolExecutor(40) as pool:
        assert list(pool.map(run, range(400))) == list(range(400))
    assert most == [2]
