"""The slow, obvious twin of the counting SQL: replay the events of one enterprise and say what it holds on a day.

It shares no code with etl/sql. Every published count is computed here a second time, one enterprise and one day
at a time, in the words of the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LADDER = ("innovative", "srdi", "little_giant")
TITLES = ("recognition", "review_passed")
ENDINGS = ("revoked", "lapsed", "moved_out")
STRENGTH = ("in_force", "awaiting_review", "publicity")


@dataclass(frozen=True)
class Event:
    """One event of one enterprise, as on a list. Days are inclusive, as printed."""

    enterprise: int
    tier: str
    event: str
    on: dt.date
    area: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    cohort: int | None = None
    batch: str | None = None


@dataclass(frozen=True)
class FinalList:
    """A complete result: a review of one cohort, or the recognitions of one batch, in the areas it covers."""

    tier: str
    event: str
    on: dt.date
    areas: frozenset[str]
    cohort: int | None = None
    batch: str | None = None


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later, the last of the month where it has no such day."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    first_of_next = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = first_of_next - dt.timedelta(days=1)
    return dt.date(year, month + 1, min(day.day, last.day))


def with_lapses(events: list[Event], finals: Iterable[FinalList]) -> list[Event]:
    """Add the lapse of every holder that the final review list of its cohort leaves out."""
    lapses = []
    for final in finals:
        if final.event != "review_passed":
            continue
        for member in events:
            is_member = (
                member.event in TITLES
                and member.tier == final.tier
                and member.cohort == final.cohort
                and member.area in final.areas
                and member.on < final.on
            )
            if is_member and not _is_kept(member, final, events):
                lapses.append(Event(member.enterprise, member.tier, "lapsed", final.on, member.area))
    return events + lapses


def _is_kept(member: Event, final: FinalList, events: list[Event]) -> bool:
    cohort_members = [
        other
        for other in events
        if other.enterprise == member.enterprise
        and other.tier == member.tier
        and other.event in TITLES
        and other.cohort == final.cohort
        and other.area in final.areas
        and other.on < final.on
    ]
    for other in events:
        if other.enterprise != member.enterprise or other.tier != member.tier:
            continue
        passed = other.event == "review_passed" and any(m.on < other.on <= final.on for m in cohort_members)
        holds_otherwise = (
            other.event in TITLES
            and other.cohort != final.cohort
            and other.valid_from is not None
            and other.valid_to is not None
            and max(other.on, other.valid_from) <= final.on <= other.valid_to
        )
        if passed or holds_otherwise:
            return True
    return False


def own_claims(
    events: Iterable[Event], tier: str, day: dt.date, finals: Iterable[FinalList]
) -> list[tuple[str, Event]]:
    """Every claim to a title that one enterprise's events give it on a day, with its status."""
    dated = [event for event in events if event.tier == tier and event.on <= day]
    claims = []
    for event in dated:
        if event.event in TITLES:
            assert event.valid_from is not None
            assert event.valid_to is not None
            if any(other.event in ENDINGS and other.on > event.on for other in dated):
                continue
            if event.valid_from <= day <= event.valid_to:
                claims.append(("in_force", event))
            elif event.valid_to < day < add_months(event.valid_to + dt.timedelta(days=1), 12):
                claims.append(("awaiting_review", event))
        is_shown = event.event in ("publicity", "review_publicity") and day < add_months(event.on, 12)
        if is_shown and not _is_decided(event, dated, day, finals):
            claims.append(("publicity", event))
    return claims


def _is_decided(shown: Event, dated: list[Event], day: dt.date, finals: Iterable[FinalList]) -> bool:
    for other in dated:
        if other.on < shown.on:
            continue
        if other.event in ENDINGS:
            return True
        if other.event in TITLES and other.valid_from is not None and max(other.on, other.valid_from) <= day:
            return True
    return shown.event == "publicity" and any(
        final.event == "recognition"
        and final.tier == shown.tier
        and final.batch == shown.batch
        and shown.area in final.areas
        and shown.on <= final.on <= day
        for final in finals
    )


@dataclass(frozen=True)
class Holding:
    """What one enterprise holds in one tier on one day, inclusively of higher titles."""

    status: str
    via_tier: str
    area: str
    own_status: str | None


def holding(events: Iterable[Event], tier: str, day: dt.date, finals: Iterable[FinalList] = ()) -> Holding | None:
    """The strongest claim: by status, then the tier nearest to the one asked, then the newest event."""
    events, finals = list(events), list(finals)
    via_tiers = LADDER[LADDER.index(tier) :] if tier in LADDER else (tier,)
    claims = [
        (STRENGTH.index(status), distance, -event.on.toordinal(), via, event.area)
        for distance, via in enumerate(via_tiers)
        for status, event in own_claims(events, via, day, finals)
    ]
    if not claims:
        return None
    rank, _, _, via, area = min(claims, key=lambda claim: claim[:3])
    own = [claim[0] for claim in claims if claim[1] == 0]
    return Holding(STRENGTH[rank], via, area, STRENGTH[min(own)] if own else None)


def counts(
    events: list[Event],
    tier: str,
    day: dt.date,
    parents: Mapping[str, str | None],
    finals: Iterable[FinalList] = (),
) -> dict[tuple[str, str], int]:
    """Number of enterprises by (area or any area above it, status) on a day."""
    finals = list(finals)
    all_events = with_lapses(events, finals)
    found: dict[tuple[str, str], int] = {}
    for enterprise in {event.enterprise for event in all_events}:
        held = holding([e for e in all_events if e.enterprise == enterprise], tier, day, finals)
        area: str | None = held.area if held else None
        while held and area is not None:
            found[area, held.status] = found.get((area, held.status), 0) + 1
            area = parents[area]
    return found


def ever_and_new(events: Iterable[Event], tier: str, day: dt.date, month_start: dt.date) -> tuple[set[int], set[int]]:
    """Who ever held the title or a higher one by a day, and who was newly recognised since ``month_start``."""
    via_tiers = LADDER[LADDER.index(tier) :] if tier in LADDER else (tier,)
    first: dict[int, Event] = {}
    for event in sorted(events, key=lambda e: (e.on, e.event)):
        if event.event in TITLES and event.tier in via_tiers and event.on <= day:
            first.setdefault(event.enterprise, event)
    new = {e for e, event in first.items() if event.event == "recognition" and event.on >= month_start}
    return set(first), new
