"""What the rules of plans give an enterprise, in words: only of plans in whose area it lies, always marked. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from tracker import plan_rules, text, warehouse
from tracker.enterprises_profile import Profile
from tracker.text import word

# What a rule is called with its section, its result, and what its text leaves open.
Line = tuple[str, str, list[str]]


def rules_of(build_id: str, found: Profile, as_of: dt.date, language: str) -> dict[str, list[Line]]:
    """By the name of a plan the results of its rules: caption, text, and what the plan leaves open."""
    plans = warehouse.query(
        build_id, "enterprise_plans", enterprise_id=found.enterprise_id, as_of=as_of, language=language
    )
    computed = {"suzhou_industrial_park": _sip, "nantong": _nantong}
    return {
        short: computed[plan_id](found, as_of, language) for plan_id, short in plans.iter_rows() if plan_id in computed
    }


def _recognised(found: Profile, as_of: dt.date) -> dict[str, dt.date]:
    """The newest recognition of every tier that the enterprise holds on a day, a wait for its review included."""
    stretches = found.stretches.filter(
        (pl.col("status") != "publicity") & (pl.col("from_on") <= as_of) & (pl.col("to_on") > as_of)
    )
    events = found.events.filter(
        (pl.col("event") == "recognition")
        & (pl.col("event_on") <= as_of)
        & pl.col("tier").is_in(stretches["tier"].implode())
    )
    return dict(events.group_by("tier").agg(pl.col("event_on").max()).iter_rows())


def _held(found: Profile, as_of: dt.date) -> set[str]:
    is_held = (pl.col("status") != "publicity") & (pl.col("from_on") <= as_of) & (pl.col("to_on") > as_of)
    return set(found.stretches.filter(is_held)["tier"])


def _sip(found: Profile, as_of: dt.date, language: str) -> list[Line]:
    pooled = found.events.filter(
        (pl.col("event") == "pool")
        & (pl.col("event_on").is_null() | (pl.col("event_on") <= as_of))
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= as_of))
    )
    held = _held(found, as_of)
    number = plan_rules.sip_class(held, pooled.height > 0)
    bonus = plan_rules.sip_bonus(_recognised(found, as_of), as_of)
    said = word("plan_rule.no_bonus", language)
    if bonus is not None:
        key = "bonus_grades" if bonus.grades else "bonus_points"
        amount = bonus.grades or bonus.points
        said = word(f"plan_rule.{key}", language, number=amount, tier=word(f"plan_rule.level_{bonus.tier}", language))
    shown = word(f"plan_rule.class_{number}" if number else "plan_rule.no_class", language)
    return [
        (word("plan_rule.sip_class", language), shown, _left_open("sip_class", held, language)),
        (word("plan_rule.sip_bonus", language), said, _left_open("sip_bonus", held, language)),
    ]


def _nantong(found: Profile, as_of: dt.date, language: str) -> list[Line]:
    rewards = [
        word(
            "plan_rule.reward",
            language,
            tier=word(f"plan_rule.level_{tier}", language),
            # English has no 万: 50 万元 are 500,000 yuan.
            amount=text.number(amount if language == "zh" else amount * 10_000, 0, language),
            day=text.day(day, language),
        )
        for tier, day in sorted(_recognised(found, as_of).items())
        if (amount := plan_rules.nantong_reward_10k_yuan(tier)) is not None
    ]
    said = text.listed(rewards, language) or word("plan_rule.no_reward", language)
    return [(word("plan_rule.nantong_reward", language), said, _left_open("nantong_reward", (), language))]


def _left_open(rule: str, held: Collection[str], language: str) -> list[str]:
    """What the text of a rule leaves open for an enterprise with these titles, in sentences."""
    keys = [key for key in plan_rules.OPEN[rule] if key != "champion" or key in held]
    return [word(f"plan_rule.open_{key}", language) for key in keys]
