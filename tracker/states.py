"""The states of a target and the rule that gives them, for one target at one moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

State = Literal[
    "no_data",
    "not_assessable",
    "not_started",
    "met",
    "met_early",
    "met_late",
    "missed",
    "going_backwards",
    "ahead",
    "on_pace",
    "slightly_behind",
    "behind",
]
Direction = Literal["increase", "decrease"]
# Compared after rounding: 0.1 + 0.2 is not 0.3 in binary, and dust must not decide a state.
DECIMALS = 9
# Each method keeps its own words for the direction.
SIGN_OF_DIRECTION = MappingProxyType(
    {"increase": 1, "increasing": 1, "positive": 1, "decrease": -1, "decreasing": -1, "negative": -1}
)


@dataclass(frozen=True)
class PaceBands:
    """The leads, in points of the whole way, that divide the states; named as in the catalogue's thresholds.

    A lead of exactly `slightly_behind_lead_points` is already `behind`.
    """

    ahead_lead_points: float = 5.0
    on_pace_lead_points: float = 0.0
    slightly_behind_lead_points: float = -10.0


DEFAULT_BANDS = PaceBands()


def state_by_straight_line(
    *,
    base: float | None,
    current: float | None,
    target: float,
    sign: int,
    elapsed: float | None,
    value_at_due: float | None = None,
    bands: PaceBands = DEFAULT_BANDS,
) -> State:
    """Our own state of a target: what is met or over comes first, then the lead over the straight line.

    Args:
        base: value before the start; None where unknown: the lead then compares the whole value with the target,
            which only works for a rising positive target.
        current: latest value; None is `no_data`.
        target: the figure to reach.
        sign: 1 where more is better, -1 where less is better.
        elapsed: share of the period that is over, not cut at 0 and 1; None where the period has no length.
        value_at_due: the value at the due date, asked once the period is over; `current` stands for it if None.
        bands: the leads that divide the states.
    """
    if current is None:
        return "no_data"
    if elapsed is None:
        return "not_assessable"
    if elapsed <= 0:
        return "not_started"
    is_met = _reaches(current, target, sign)
    if elapsed >= 1:
        if is_met if value_at_due is None else _reaches(value_at_due, target, sign):
            return "met"
        return "met_late" if is_met else "missed"
    if is_met:
        return "met_early"
    if base is None:
        if sign < 0 or target <= 0:
            return "not_assessable"
        return _state_of_lead(100 * (current / target - elapsed), bands)
    if sign * current < sign * base:
        return "going_backwards"
    # Not met and not worse than the base: the base is short of the target, so the way is never zero here.
    return _state_of_lead(100 * ((current - base) / (target - base) - elapsed), bands)


def _reaches(value: float, target: float, sign: int) -> bool:
    return sign * round(value, DECIMALS) >= sign * round(target, DECIMALS)


def _state_of_lead(lead_points: float, bands: PaceBands) -> State:
    lead = round(lead_points, DECIMALS)
    if lead >= bands.ahead_lead_points:
        return "ahead"
    if lead >= bands.on_pace_lead_points:
        return "on_pace"
    return "slightly_behind" if lead > bands.slightly_behind_lead_points else "behind"


def elapsed_share(start: float, end: float, now: float) -> float | None:
    """Share of the period that is over, not cut at 0 and 1; None where the period has no length."""
    return (now - start) / (end - start) if end > start else None


def sign_towards(target: float, base: float, direction: Direction | None = None) -> int:
    """1 where more is better, -1 where less is; from base to target where no direction is stated."""
    if direction is not None:
        return SIGN_OF_DIRECTION[direction]
    return -1 if target < base else 1


def latest_value_until(year: int, values: Mapping[int, float]) -> float | None:
    """The value of that year or of the last year before it that has one."""
    known = [known_year for known_year in values if known_year <= year]
    return values[max(known)] if known else None
