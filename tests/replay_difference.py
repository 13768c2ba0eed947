"""The slow, obvious twin of queries/difference_months.sql: walk the days of one enterprise and see what changed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from tests.replay import ENDINGS, LADDER, TITLES, Event, FinalList, holding, with_lapses

ONE_DAY = dt.timedelta(days=1)


def months(
    events: list[Event],
    finals: list[FinalList],
    tier: str,
    area: str,
    earlier: dt.date,
    later: dt.date,
    parents: Mapping[str, str | None],
) -> set[tuple[int, str, int]]:
    """(enterprise, part, +1 or -1) for everyone whom the count of an area holds on one of two days only."""
    everything = with_lapses(events, finals)
    found = set()
    for enterprise in {event.enterprise for event in everything}:
        own = [event for event in everything if event.enterprise == enterprise]
        where = [_held_in(own, tier, day, finals) for day in (earlier, later)]
        inside = [place is not None and _is_within(place, area, parents) for place in where]
        if inside[0] == inside[1]:
            continue
        if None not in where:
            part = "moved"
        elif inside[1]:
            part = _began(own, tier, earlier, later, finals)
        else:
            part = _ended(own, tier, earlier, later, finals)
        found.add((enterprise, part, inside[1] - inside[0]))
    return found


def _held_in(own: list[Event], tier: str, day: dt.date, finals: list[FinalList]) -> str | None:
    held = holding(own, tier, day, finals)
    return held.area if held and held.status != "publicity" else None


def _is_within(place: str, area: str, parents: Mapping[str, str | None]) -> bool:
    above: str | None = place
    while above is not None:
        if above == area:
            return True
        above = parents[above]
    return False


def _began(own: list[Event], tier: str, earlier: dt.date, later: dt.date, finals: list[FinalList]) -> str:
    """What began on the first day on which the title is held again."""
    day = earlier
    while not _held_in(own, tier, day, finals):
        day += ONE_DAY
    assert day <= later
    via_tiers = LADDER[LADDER.index(tier) :] if tier in LADDER else (tier,)
    begun = [
        (event.event, via_tiers.index(event.tier), event.on)
        for event in own
        if event.tier in via_tiers and event.event in TITLES and event.valid_from
        if max(event.on, event.valid_from) == day
    ]
    kind, _, decided_on = min(begun, key=lambda claim: claim[:2])
    if decided_on <= earlier:
        return "window_begun"
    return "recognised" if kind == "recognition" else "review_passed"


def _ended(own: list[Event], tier: str, earlier: dt.date, later: dt.date, finals: list[FinalList]) -> str:
    """What ended the title on the day after the last one on which it was held."""
    day = later
    while not _held_in(own, tier, day, finals):
        day -= ONE_DAY
    assert day >= earlier
    via_tiers = LADDER[LADDER.index(tier) :] if tier in LADDER else (tier,)
    ended = [
        (event.event, via_tiers.index(event.tier))
        for event in own
        if event.tier in via_tiers and event.event in ENDINGS and event.on == day + ONE_DAY
    ]
    return min(ended)[0] if ended else "expired"
