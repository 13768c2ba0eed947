"""Results kept for all sessions of a process: made once however many ask at the same time, the newest kept.

``functools.lru_cache`` lets everybody who finds a result missing make it: after a publish thirty readers made the same
frame thirty times, each waiting for the others. ``st.cache_resource`` does not, but making its key takes longer than
finding a small frame (1.5 ms of a rerun of the overview).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Kept(Generic[P, T]):
    """A function whose newest results are kept by its arguments. Whoever gets one must not change it in place."""

    def __init__(self, make: Callable[P, T], number: int) -> None:
        self._make = make
        self._number = number
        self._results: OrderedDict[Hashable, Future[T]] = OrderedDict()
        self._asked: set[Hashable] = set()
        self._lock = threading.Lock()
        update_wrapper(self, make)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        key: Hashable = (args, tuple(sorted(kwargs.items()))) if kwargs else args
        with self._lock:
            self._asked.add(key)
            result = self._results.get(key)
            is_missing = result is None
            if result is None:
                result = self._results[key] = Future()
                if len(self._results) > self._number:
                    self._asked.discard(self._results.popitem(last=False)[0])
            else:
                self._results.move_to_end(key)
        if is_missing:
            try:
                result.set_result(self._make(*args, **kwargs))
            except BaseException as fault:
                self._drop(key, result)
                result.set_exception(fault)
        return result.result()

    def _drop(self, key: Hashable, result: Future[T]) -> None:
        """What failed is tried again by the next who asks."""
        with self._lock:
            if self._results.get(key) is result:
                del self._results[key]

    def clear_unasked(self) -> None:
        """Keep what was asked for since this was last called."""
        with self._lock:
            for key in self._results.keys() - self._asked:
                del self._results[key]
            self._asked.clear()

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._results.clear()
            self._asked.clear()


_all: list[Kept[Any, Any]] = []


def kept(number: int) -> Callable[[Callable[P, T]], Kept[P, T]]:
    """Keep the newest results of a function of builds, so many of them; its arguments must be hashable."""

    def keep(make: Callable[P, T]) -> Kept[P, T]:
        result = Kept(make, number)
        _all.append(result)
        return result

    return keep


def forget() -> None:
    """Keep nothing of any function: builds of different data folders may bear one id."""
    for results in _all:
        results.clear()


def forget_unasked() -> None:
    """Keep of every function what somebody asked for since this was last called."""
    for results in _all:
        results.clear_unasked()
