"""The slow, obvious twin of etl/sql/closing.sql: what one enterprise after the other is worth on the deciding day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from tests.replay import ENDINGS, LADDER, TITLES, Event, FinalList, add_months, holding, with_lapses


def closing(
    events: list[Event],
    finals: list[FinalList],
    tier: str,
    due: dt.date,
    as_of: dt.date,
    parents: Mapping[str, str | None],
) -> Counter[tuple[str, str]]:
    """Number of enterprises by (area or any area above it, column of the closing table)."""
    day = min(due, as_of)
    found: Counter[tuple[str, str]] = Counter()
    everything = with_lapses(events, finals)
    for enterprise in sorted({event.enterprise for event in everything}):
        own = [event for event in everything if event.enterprise == enterprise]
        for column, area in _columns(own, events, finals, tier, day, as_of):
            above: str | None = area
            while above is not None:
                found[above, column] += 1
                above = parents[above]
    return found


def _columns(
    own: list[Event], everybody: list[Event], finals: list[FinalList], tier: str, day: dt.date, as_of: dt.date
) -> list[tuple[str, str]]:
    held = holding(own, tier, day, finals)
    if held and held.status == "in_force":
        return [("in_force", held.area)]
    if held and held.status == "awaiting_review":
        return [("in_force", held.area), ("awaiting", held.area)]
    via_tiers = LADDER[LADDER.index(tier) :] if tier in LADDER else (tier,)
    titles = [
        (via_tiers.index(event.tier), event) for event in own if event.tier in via_tiers and event.event in TITLES
    ]
    decided = [
        (distance, -event.on.toordinal(), event.area)
        for distance, event in titles
        if event.on <= day and event.valid_from and event.valid_from > day and not _is_ended(event, own, day)
    ]
    if decided:
        return [("decided", min(decided, key=lambda claim: claim[:2])[2])]
    columns = [("publicity", held.area)] if held else []
    later = [
        (event.on, distance, event.area)
        for distance, event in titles
        if day < event.on <= as_of and any(_was_shown(event, shown, finals, day) for shown in everybody)
    ]
    if later:
        columns.append(("decided_later", min(later, key=lambda claim: claim[:2])[2]))
    return columns


def _is_ended(title: Event, own: list[Event], day: dt.date) -> bool:
    return any(e.event in ENDINGS and e.tier == title.tier and title.on < e.on <= day for e in own)


def _was_shown(title: Event, shown: Event, finals: list[FinalList], day: dt.date) -> bool:
    """Whether the batch of a title was under publicity on a day by the list that an event stands on."""
    publicity = "publicity" if title.event == "recognition" else "review_publicity"
    is_batch = (shown.event, shown.tier, shown.batch) == (publicity, title.tier, title.batch)
    over = add_months(shown.on, 12)
    is_final = any(
        (final.tier, final.event, final.batch) == (title.tier, title.event, title.batch)
        and title.area in final.areas
        and shown.on <= final.on <= day
        for final in finals
    )
    return is_batch and shown.on <= day < over and title.on < over and not is_final
