"""Results kept for all sessions: made once however many ask, tried again after a fault, the newest and asked kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tracker import keeping
from tracker.keeping import kept


def test_many_who_ask_at_once_wait_for_one() -> None:
    made: list[int] = []
    asked = threading.Barrier(8)

    @kept(4)
    def double(number: int) -> int:
        made.append(number)
        return 2 * number

    def ask(_: int) -> int:
        asked.wait()
        return double(21)

    with ThreadPoolExecutor(8) as readers:
        assert list(readers.map(ask, range(8))) == [42] * 8
    assert made == [21]


def test_the_newest_are_kept_and_a_fault_is_not() -> None:
    made: list[str] = []

    @kept(2)
    def named(name: str, *, is_wrong: bool = False) -> str:
        made.append(name)
        if is_wrong and len(made) == 1:
            raise ValueError(name)
        return name

    with pytest.raises(ValueError, match="甲"):
        named("甲", is_wrong=True)
    assert named("甲", is_wrong=True) == named("甲", is_wrong=True) == "甲"
    named("乙"), named("甲", is_wrong=True), named("丙"), named("甲", is_wrong=True)
    assert made == ["甲", "甲", "乙", "丙"]
    named("乙")
    keeping.forget()
    named("乙")
    assert made[4:] == ["乙", "乙"]


def test_what_nobody_asks_for_any_more_is_let_go() -> None:
    made: list[str] = []

    @kept(2)
    def named(name: str) -> str:
        made.append(name)
        return name

    named("甲"), named("乙")
    keeping.forget_unasked()  # both were asked for since they were made
    named("甲"), named("甲")
    keeping.forget_unasked()
    assert named("甲") == "甲"
    assert made == ["甲", "乙"]
    named("乙"), named("丙")  # the oldest gives way as ever
    assert made == ["甲", "乙", "乙", "丙"]
    keeping.forget_unasked()
    keeping.forget_unasked()
    named("乙"), named("丙")
    assert made[4:] == ["乙", "丙"]
