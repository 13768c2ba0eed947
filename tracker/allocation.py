"""Dividing a whole number among areas in proportion to a base, and again when some of them are fixed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tracker.catalog_models import Code


@dataclass(frozen=True)
class Reallocation:
    """The tasks of all areas in administrative order, and by how much their sum differs from the whole.

    ``difference`` is above zero where the fixed tasks alone exceed the whole, below zero where every area is fixed
    and they fall short, else zero.
    """

    tasks: dict[Code, int]
    difference: int


def largest_remainder(whole: int, bases: Mapping[Code, float], order: Sequence[Code]) -> dict[Code, int]:
    """Divide a whole number by largest remainders (Hamilton's method, 最大余数法).

    Every area gets the whole part of ``whole x base / sum of bases``; what is left goes, one by one, to the largest
    remainders, of equal ones to the first in administrative order. Exact fractions: no dust decides a tie. An area
    whose base is zero gets nothing; where all bases are zero, no area stands out and all weigh alike.

    Args:
        whole: what is divided.
        bases: by area, at least zero; their order says nothing.
        order: all areas in administrative order.

    Returns:
        Whole numbers in administrative order that add up to ``whole``.

    Raises:
        ValueError: for a negative whole or base, an area outside the order, or something to divide and no area.
    """
    areas = [code for code in order if code in bases]
    if whole < 0 or any(base < 0 for base in bases.values()):
        raise ValueError("neither the whole nor a base can be below zero")
    if len(areas) != len(bases) or (whole and not areas):
        raise ValueError("every area must stand in the order once, and somebody must take the whole")
    weights = {code: Fraction(bases[code]) for code in areas}
    total = sum(weights.values())
    if not total:
        weights, total = dict.fromkeys(areas, Fraction(1)), Fraction(len(areas))
    quotas = {code: whole * weight / total for code, weight in weights.items()}
    tasks = {code: int(quota) for code, quota in quotas.items()}
    by_remainder = sorted(areas, key=lambda code: tasks[code] - quotas[code])
    for code in by_remainder[: whole - sum(tasks.values())]:
        tasks[code] += 1
    return tasks


def reallocate(
    whole: int, bases: Mapping[Code, float], order: Sequence[Code], fixed: Mapping[Code, int]
) -> Reallocation:
    """What if: some areas keep a fixed task, the others share what is left by largest remainders.

    Args:
        whole: what all tasks should add up to.
        bases: by area, of all that can take a task; those of fixed areas do not matter.
        order: all areas in administrative order.
        fixed: tasks that stay as they are, at least zero.

    Raises:
        ValueError: as :func:`largest_remainder`, and for a negative fixed task.
    """
    if any(task < 0 for task in fixed.values()):
        raise ValueError("a fixed task cannot be below zero")
    others = {code: base for code, base in bases.items() if code not in fixed}
    left = max(whole - sum(fixed.values()), 0)
    shared = largest_remainder(left, others, order) if others else {}
    found = shared | dict(fixed)
    tasks = {code: found[code] for code in order if code in found}
    if len(tasks) != len(found):
        raise ValueError("every area must stand in the order once")
    return Reallocation(tasks, sum(tasks.values()) - whole)
