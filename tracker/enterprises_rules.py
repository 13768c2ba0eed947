"""What the rules of plans give an enterprise, in words: only of plans in whose area it lies, always marked. Pure."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tracker import plan_rules, text, warehouse
from tracker.enterprises_profile import Profile
from tracker.text import word

Line = tuple[str, str]


def rules_of(build_id: str, found: Profile, as_of: dt.date, language: str) -> dict[str, list[Line]]:
    """By the name of a plan the results of its rules as pairs of caption and text, with what the text leaves open."""
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
    is_pooled = bool(((found.events["event"] == "pool") & (found.events["event_on"].fill_null(as_of) <= as_of)).any())
    number = plan_rules.sip_class(_held(found, as_of), is_pooled)
    bonus = plan_rules.sip_bonus(_recognised(found, as_of), as_of)
    said = word("plan_rule.no_bonus", language)
    if bonus is not None:
        key = "bonus_grades" if bonus.grades else "bonus_points"
        amount = bonus.grades or bonus.points
        said = word(f"plan_rule.{key}", language, number=amount, tier=word(f"plan_rule.level_{bonus.tier}", language))
    shown = word(f"plan_rule.class_{number}" if number else "plan_rule.no_class", language)
    return [
        (word("plan_rule.sip_class", language), _with_open(shown, "sip_class", language)),
        (word("plan_rule.sip_bonus", language), _with_open(said, "sip_bonus", language)),
    ]


def _nantong(found: Profile, as_of: dt.date, language: str) -> list[Line]:
    rewards = [
        word(
            "plan_rule.reward",
            language,
            tier=word(f"plan_rule.level_{tier}", language),
            amount=text.quantity(amount, "10k_yuan", 0, language),
            day=text.day(day, language),
        )
        for tier, day in sorted(_recognised(found, as_of).items())
        if (amount := plan_rules.nantong_reward_10k_yuan(tier)) is not None
    ]
    said = text.listed(rewards, language) or word("plan_rule.no_reward", language)
    return [(word("plan_rule.nantong_reward", language), _with_open(said, "nantong_reward", language))]


def _with_open(said: str, rule: str, language: str) -> str:
    """A result with what the text of the rule leaves open."""
    notes = [word(f"plan_rule.open_{key}", language) for key in plan_rules.OPEN[rule]]
    return word("plan_rule.with_open", language, said=said, open="".join(notes))
