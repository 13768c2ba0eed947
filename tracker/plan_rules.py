"""Rules of plans that are no targets, computed for one enterprise: class, bonus, reward. Pure.

The plans name levels of honours; a level is the title of that level that we keep. What a text leaves open is not
decided here: :data:`OPEN` names it by rule, and pages print it beside every result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

NATIONAL, PROVINCIAL, LOCAL = ("little_giant", "champion"), ("srdi",), ("city_title", "district_title")
YEARS_OF_BONUS = 3
# Nantong, reward of a new recognition in 10,000 yuan.
NANTONG_REWARD_10K_YUAN = {"champion": 100, "little_giant": 50, "srdi": 20}
# What the texts do not say, by rule: keys of words. ``champion`` is said of those who hold that title.
OPEN = {
    "sip_class": ("held", "champion"),
    "sip_bonus": ("years", "stack", "grade", "champion"),
    "nantong_reward": ("payment",),
}


@dataclass(frozen=True)
class Bonus:
    """What a title adds in the evaluation of land use: grades up or points, and the title that gives it."""

    tier: str
    grades: int = 0
    points: int = 0


def sip_class(held: Collection[str], is_in_pool: bool) -> int | None:
    """The class of a cultivated enterprise: Suzhou Industrial Park, section 一（三）.

    One: national or provincial honours. Two: honours of the city or district. Three: others in the cultivation pool.

    Args:
        held: the tiers that the enterprise holds.
        is_in_pool: whether it stands in a cultivation pool.

    Returns:
        1, 2 or 3; None for an enterprise that is no object of cultivation.
    """
    if any(tier in held for tier in (*NATIONAL, *PROVINCIAL)):
        return 1
    if any(tier in held for tier in LOCAL):
        return 2
    return 3 if is_in_pool else None


def sip_bonus(recognised_on: Mapping[str, dt.date], as_of: dt.date) -> Bonus | None:
    """The bonus in the yearly evaluation of land use: Suzhou Industrial Park, section 二（四）.

    National titles of the last three years: one grade up. Provincial: two points. City or district: one point. The
    text says the three years of national titles, where they are asked for; whether they limit the others too can be
    read both ways. The highest title that has the bonus gives it.

    Args:
        recognised_on: the newest recognition of every tier that the enterprise holds.
        as_of: the day of the evaluation.

    Returns:
        None where no title gives one.
    """
    first = _years_before(as_of, YEARS_OF_BONUS)
    decided = {tier: day for tier, day in recognised_on.items() if day <= as_of}
    giving = {tier for tier, day in decided.items() if tier not in NATIONAL or day > first}
    for tiers, grades, points in ((NATIONAL, 1, 0), (PROVINCIAL, 0, 2), (LOCAL, 0, 1)):
        found = next((tier for tier in tiers if tier in giving), None)
        if found is not None:
            return Bonus(found, grades, points)
    return None


def _years_before(day: dt.date, years: int) -> dt.date:
    """The same day some years before; the last of February for a day that only leap years have."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def nantong_reward_10k_yuan(tier: str) -> int | None:
    """The reward of a new recognition in 10,000 yuan: Nantong, first policy (单项冠军, 小巨人, 省级专精特新中小企业).

    Returns:
        None for a title that the text does not name.
    """
    return NANTONG_REWARD_10K_YUAN.get(tier)
