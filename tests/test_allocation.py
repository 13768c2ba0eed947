"""Tasks divided among areas: by hand, against a slow obvious twin, and what must hold whatever the numbers."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.allocation import Reallocation, largest_remainder, reallocate

ORDER = ("sea", "hill", "lake", "port", "moor", "gate")
wholes = st.integers(0, 60)
bases = st.dictionaries(st.sampled_from(ORDER), st.one_of(st.integers(0, 12), st.floats(0, 9)), min_size=1)


def one_by_one(whole: int, weights: dict[str, float]) -> dict[str, int]:
    """The slow obvious twin: unit by unit to the area that is furthest below its exact share."""
    exact = {code: Fraction(weight) for code, weight in weights.items()}
    if not sum(exact.values()):
        exact = dict.fromkeys(exact, Fraction(1))
    tasks = dict.fromkeys(weights, 0)
    for _ in range(whole):
        missing = {code: whole * exact[code] / sum(exact.values()) - tasks[code] for code in tasks}
        first = min(tasks, key=lambda code: (-missing[code], ORDER.index(code)))
        tasks[first] += 1
    return tasks


def test_by_hand() -> None:
    # 25 by 2 : 5 : 4 of 11: 4.545, 11.364, 9.091. 24 are whole parts; the one left goes to .545.
    assert largest_remainder(25, {"sea": 2, "hill": 5, "lake": 4}, ORDER) == {"sea": 5, "hill": 11, "lake": 9}


def test_of_equal_remainders_the_first_in_administrative_order_counts() -> None:
    tied = {"lake": 1, "hill": 1, "sea": 1}
    assert largest_remainder(2, tied, ORDER) == {"sea": 1, "hill": 1, "lake": 0}
    assert largest_remainder(2, tied, ORDER[::-1]) == {"lake": 1, "hill": 1, "sea": 0}
    # 1.5, 0.75 and 0.75: two units are left after the whole parts, for the two that miss most.
    assert largest_remainder(3, {"sea": 0.5, "hill": 0.25, "lake": 0.25}, ORDER) == {
        "sea": 1,
        "hill": 1,
        "lake": 1,
    }


def test_nothing_to_go_by() -> None:
    assert largest_remainder(7, {"sea": 0, "hill": 3}, ORDER) == {"sea": 0, "hill": 7}
    assert largest_remainder(5, {"sea": 0, "hill": 0}, ORDER) == {"sea": 3, "hill": 2}
    assert largest_remainder(0, {}, ORDER) == {}


@pytest.mark.parametrize(
    ("whole", "given_bases"), [(-1, {"sea": 1}), (3, {"sea": -1}), (3, {}), (3, {"sea": 1, "moon": 1})]
)
def test_what_cannot_be_divided(whole: int, given_bases: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"zero|area"):
        largest_remainder(whole, given_bases, ORDER)


@given(wholes, bases)
def test_it_is_the_twin(whole: int, weights: dict[str, float]) -> None:
    assert largest_remainder(whole, weights, ORDER) == one_by_one(whole, weights)


@given(wholes, bases)
def test_the_sum_is_exact_and_nothing_is_below_zero(whole: int, weights: dict[str, float]) -> None:
    tasks = largest_remainder(whole, weights, ORDER)
    assert sum(tasks.values()) == whole
    assert all(task >= 0 for task in tasks.values())
    if sum(weights.values()):
        assert all(tasks[code] == 0 for code, weight in weights.items() if not weight)


@given(wholes, bases)
def test_no_area_is_a_whole_unit_away_from_its_exact_share(whole: int, weights: dict[str, float]) -> None:
    total = sum(map(Fraction, weights.values()))
    for code, task in largest_remainder(whole, weights, ORDER).items():
        exact = whole * (Fraction(weights[code]) / total if total else Fraction(1, len(weights)))
        assert abs(task - exact) < 1


@given(wholes, bases)
def test_who_has_more_never_gets_less(whole: int, weights: dict[str, float]) -> None:
    tasks = largest_remainder(whole, weights, ORDER)
    by_base = sorted(weights, key=lambda code: (weights[code], tasks[code]))
    for less, more in pairwise(by_base):
        assert tasks[less] <= tasks[more]
        if weights[less] == weights[more]:
            assert tasks[more] - tasks[less] <= 1


@given(wholes, bases, st.sampled_from(ORDER), st.integers(1, 5))
def test_a_larger_base_costs_at_most_one_unit(whole: int, weights: dict[str, float], who: str, more: int) -> None:
    weights = {who: 1} | weights
    before = largest_remainder(whole, weights, ORDER)[who]
    # The method's known paradox: the remainders of the others shift too. More than one unit it never takes.
    assert largest_remainder(whole, weights | {who: weights[who] + more}, ORDER)[who] >= before - 1


@given(wholes, bases, st.randoms())
def test_the_order_of_rows_changes_nothing(whole: int, weights: dict[str, float], dice: random.Random) -> None:
    rows = list(weights.items())
    dice.shuffle(rows)
    assert list(largest_remainder(whole, dict(rows), ORDER).items()) == list(
        largest_remainder(whole, weights, ORDER).items()
    )


def test_some_fixed_the_rest_spread() -> None:
    weights = {"sea": 2, "hill": 5, "lake": 4}
    # 25 - 13 = 12 by 2 : 4 are 4 and 8.
    assert reallocate(25, weights, ORDER, {"hill": 13}) == Reallocation({"sea": 4, "hill": 13, "lake": 8}, 0)
    assert reallocate(25, weights, ORDER, {"hill": 30}) == Reallocation({"sea": 0, "hill": 30, "lake": 0}, 5)
    assert reallocate(25, weights, ORDER, {"sea": 4, "hill": 9, "lake": 8}).difference == -4
    with pytest.raises(ValueError, match="fixed"):
        reallocate(25, weights, ORDER, {"sea": -1})
    with pytest.raises(ValueError, match="order"):
        reallocate(25, weights, ORDER, {"moon": 1})


@given(wholes, bases, st.dictionaries(st.sampled_from(ORDER), st.integers(0, 20)))
def test_fixed_tasks_stay_and_the_sum_is_told(whole: int, weights: dict[str, float], fixed: dict[str, int]) -> None:
    found = reallocate(whole, weights, ORDER, fixed)
    assert {code: found.tasks[code] for code in fixed} == fixed
    assert sum(found.tasks.values()) == whole + found.difference
    others = set(weights) - set(fixed)
    assert set(found.tasks) == set(weights) | set(fixed)
    if others:
        assert found.difference == max(sum(fixed.values()) - whole, 0)
    if not fixed:
        assert found.tasks == largest_remainder(whole, weights, ORDER)
