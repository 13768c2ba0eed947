"""Work on several files beside one another: where most of it happens outside Python, two take little more than one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
# Two of the largest files fit into memory beside one another.
_AT_ONCE = 2


def beside(items: Sequence[Item], work: Callable[[Item], Result], size: Callable[[Item], int]) -> list[Result]:
    """The results of some work in the order of the items; the largest begins, the others run beside it."""
    in_turn = sorted(range(len(items)), key=lambda place: size(items[place]), reverse=True)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = {place: pool.submit(work, items[place]) for place in in_turn}
    return [running[place].result() for place in range(len(items))]
