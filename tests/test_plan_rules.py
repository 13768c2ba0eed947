"""Rules of plans for one enterprise, case by case, and what a profile says of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tracker import enterprises_rules, warehouse
from tracker.catalog import load
from tracker.enterprises_profile import Profile
from tracker.plan_rules import (
    NANTONG_REWARD_10K_YUAN,
    YEARS_OF_BONUS,
    Bonus,
    nantong_reward_10k_yuan,
    sip_bonus,
    sip_class,
)

D = dt.date
AS_OF = D(2025, 12, 31)


@pytest.mark.parametrize(
    ("held", "is_in_pool", "expected"),
    [
        ({"little_giant", "srdi"}, False, 1),
        ({"champion"}, False, 1),
        ({"srdi", "district_title"}, True, 1),
        ({"city_title"}, False, 2),
        ({"district_title", "innovative"}, True, 2),
        ({"innovative"}, True, 3),
        (set(), True, 3),
        ({"innovative"}, False, None),
    ],
)
def test_the_class_follows_the_highest_honour(held: set[str], is_in_pool: bool, expected: int | None) -> None:
    assert sip_class(held, is_in_pool) == expected


@pytest.mark.parametrize(
    ("recognised_on", "expected"),
    [
        ({"little_giant": D(2023, 7, 1), "srdi": D(2022, 1, 1)}, Bonus("little_giant", grades=1)),
        # Of a national title three years to the day are over, a day less is not.
        ({"little_giant": D(2022, 12, 31)}, None),
        ({"champion": D(2022, 12, 31), "srdi": D(2019, 1, 1)}, Bonus("srdi", points=2)),
        ({"little_giant": D(2023, 1, 1)}, Bonus("little_giant", grades=1)),
        ({"little_giant": D(2020, 1, 1), "srdi": D(2024, 12, 20)}, Bonus("srdi", points=2)),
        ({"city_title": D(2024, 1, 1), "district_title": D(2025, 1, 1)}, Bonus("city_title", points=1)),
        ({"district_title": D(2025, 1, 1)}, Bonus("district_title", points=1)),
        # The three years are not said of the others: a title that is held gives its points.
        ({"srdi": D(2021, 1, 1)}, Bonus("srdi", points=2)),
        ({"city_title": D(2018, 1, 1)}, Bonus("city_title", points=1)),
        ({"innovative": D(2025, 1, 1)}, None),
        # What is decided later gives nothing yet.
        ({"srdi": D(2026, 1, 1)}, None),
    ],
)
def test_the_bonus_of_the_evaluation(recognised_on: dict[str, dt.date], expected: Bonus | None) -> None:
    assert sip_bonus(recognised_on, AS_OF) == expected


def test_three_years_before_a_leap_day() -> None:
    assert sip_bonus({"little_giant": D(2021, 2, 28)}, D(2024, 2, 29)) is None
    assert sip_bonus({"little_giant": D(2021, 3, 1)}, D(2024, 2, 29)) == Bonus("little_giant", grades=1)


def test_the_bonus_is_that_of_the_catalogue() -> None:
    rule = next(r for r in load().plans["suzhou_industrial_park"].rules if r.rule_id == "land_use_evaluation_bonus")
    [(years, tier)] = [(value.value, value.tier) for value in rule.values if value.unit == "year"]
    assert (years, tier) == (YEARS_OF_BONUS, "little_giant")  # the text says them of national titles only
    for value in rule.values:
        if value.unit in ("grade", "point") and value.tier is not None:
            given = sip_bonus({value.tier: AS_OF}, AS_OF)
            assert given is not None
            assert (given.grades or given.points, given.grades > 0) == (value.value, value.unit == "grade")


def test_the_rewards_of_nantong_are_those_of_its_catalogue() -> None:
    rule = next(rule for rule in load().plans["nantong"].rules if rule.rule_id == "recognition_reward")
    assert {value.tier: value.value for value in rule.values} == NANTONG_REWARD_10K_YUAN
    assert [nantong_reward_10k_yuan(tier) for tier in ("champion", "little_giant", "srdi", "innovative")] == [
        *(100, 50, 20),
        None,
    ]


def profile(tier: str, from_on: dt.date, to_on: dt.date) -> Profile:
    stretches = pl.DataFrame({"tier": [tier], "status": ["in_force"], "from_on": [from_on], "to_on": [to_on]})
    events = pl.DataFrame({"tier": [tier], "event": ["recognition"], "event_on": [from_on], "valid_to": [to_on]})
    nothing = pl.DataFrame()
    return Profile(1, "x", "示例公司", None, nothing, nothing, stretches, events, nothing, nothing)


@pytest.mark.parametrize(
    ("plan_id", "said"),
    [
        (
            "suzhou_industrial_park",
            ["一类：已获国家级或省级荣誉", "评级提升 1 级（国家级·小巨人，近三年内认定）"],
        ),
        ("nantong", ["国家级·小巨人 50 万元（2024年9月2日认定）"]),
        ("lianyungang", []),
    ],
)
def test_only_a_plan_with_rules_says_something(monkeypatch: pytest.MonkeyPatch, plan_id: str, said: list[str]) -> None:
    plans = pl.DataFrame({"plan_id": [plan_id], "short": ["某地"]})
    monkeypatch.setattr(warehouse, "query", lambda *_, **__: plans)
    found = profile("little_giant", D(2024, 9, 2), D(2027, 7, 1))
    shown = enterprises_rules.rules_of("b", found, AS_OF, "zh").get("某地", [])
    assert len(shown) == len(said)
    assert [text for _, text, _ in shown] == said
    assert all(left_open for _, _, left_open in shown)
    if plan_id == "nantong":
        [(_, english, _)] = enterprises_rules.rules_of("b", found, AS_OF, "en")["某地"]
        assert english == "National little giant: 500,000 yuan (recognised 2 Sep 2024)"
    # A title that has ended gives nothing.
    over = enterprises_rules.rules_of("b", found, D(2028, 1, 31), "zh").get("某地", [])
    assert all("小巨人" not in text for _, text, _ in over)


def test_who_has_left_the_pool_is_in_no_class_and_a_champion_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = pl.DataFrame({"plan_id": ["suzhou_industrial_park"], "short": ["某地"]})
    monkeypatch.setattr(warehouse, "query", lambda *_, **__: plans)

    def first_rule(tier: str, as_of: dt.date, event: str = "pool") -> tuple[str, int]:
        found = profile(tier, D(2022, 3, 1), D(2023, 9, 7))
        stretches = found.stretches if event == "recognition" else found.stretches.clear()
        found = replace(found, stretches=stretches, events=found.events.with_columns(event=pl.lit(event)))
        [(_, said, left_open), _] = enterprises_rules.rules_of("b", found, as_of, "zh")["某地"]
        return said, len(left_open)

    assert first_rule("srdi", D(2023, 9, 7)) == ("三类：入库培育企业", 1)
    assert first_rule("srdi", D(2023, 9, 8)) == ("不属于三类培育对象", 1)
    assert first_rule("champion", D(2023, 1, 1), "recognition") == ("一类：已获国家级或省级荣誉", 2)
