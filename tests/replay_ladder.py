"""The slow, obvious twin of etl/sql/ladder_move.sql: one enterprise, one area and one day at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.replay import ENDINGS, LADDER, TITLES, Event, FinalList, add_months, holding, with_lapses

BELOW = {"pool": None, "innovative": "pool", "srdi": "innovative", "little_giant": "srdi", "champion": "little_giant"}
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class PoolList:
    """A list of the pool that prepares for a title: of which area, and which enterprise stands there in which part."""

    on: dt.date
    members: tuple[tuple[int, str], ...]
    area: str
    level: str = "srdi"
    is_final: bool = False


@dataclass(frozen=True)
class Stay:
    """One enterprise in a pool, from the day of the list to the day on which it left; None: it is still there."""

    on: dt.date
    until: dt.date | None
    area: str


@dataclass(frozen=True)
class History:
    """All that the replay knows."""

    events: list[Event]
    finals: list[FinalList]
    pools: Sequence[PoolList]
    parents: Mapping[str, str | None]

    def stays(self, enterprise: int) -> list[Stay]:
        """Every entry of an enterprise: it ends with the title, with the next final list that leaves it
        out, or with one that names it elsewhere."""
        found: list[Stay] = []
        for pool in self.pools:
            for area in {where for number, where in pool.members if number == enterprise}:
                titles = LADDER[LADDER.index(pool.level) :]
                gained = [
                    max(event.on, event.valid_from)
                    for event in self.events
                    if event.enterprise == enterprise
                    and event.tier in titles
                    and event.event in ("recognition", "review_passed")
                    and event.valid_from
                ]
                left_out = [
                    later.on
                    for later in self.pools
                    if later.is_final
                    and later.level == pool.level
                    and later.area in (area, self.parents[area])
                    and enterprise not in {number for number, _ in later.members}
                ]
                moved = [
                    later.on
                    for later in self.pools
                    if later.level == pool.level and dict(later.members).get(enterprise, area) != area
                ]
                ends = [day for day in gained + left_out + moved if day > pool.on]
                found.append(Stay(pool.on, min(ends, default=None), area))
        return found

    def standing_in(self, enterprise: int, rung: str, day: dt.date) -> str | None:
        """The area in which an enterprise stands on a rung on a day."""
        if rung == "pool":
            inside = [s for s in self.stays(enterprise) if s.on <= day and (s.until is None or s.until > day)]
            return min(inside, key=lambda stay: (-stay.on.toordinal(), stay.area)).area if inside else None
        held = holding([e for e in self.events if e.enterprise == enterprise], rung, day, self.finals)
        return held.area if held and held.status != "publicity" else None

    def is_in(self, enterprise: int, rung: str, area: str, day: dt.date) -> bool:
        """Whether it stands there in an area or a part of it."""
        found = self.standing_in(enterprise, rung, day)
        while found is not None and found != area:
            found = self.parents[found]
        return found == area

    def days(self, enterprise: int) -> set[dt.date]:
        """Every day on which anything of an enterprise can change."""
        found = {final.on for final in self.finals} | {pool.on for pool in self.pools}
        for event in self.events:
            if event.enterprise == enterprise:
                found |= {event.on, add_months(event.on, 12)}
                if event.valid_from and event.valid_to:
                    after = event.valid_to + ONE_DAY
                    found |= {event.valid_from, max(event.on, event.valid_from), after, add_months(after, 12)}
        return found


def history(
    events: list[Event], finals: Iterable[FinalList], pools: Sequence[PoolList], parents: Mapping[str, str | None]
) -> History:
    """The events with the lapses that follow from them."""
    finals = list(finals)
    return History(with_lapses(events, finals), finals, pools, parents)


def move_of(known: History, enterprise: int, rung: str, area: str, as_of: dt.date) -> str | None:
    """How an enterprise's place on a rung of an area differs from the last day of the year before; None: not at all."""
    before = known.is_in(enterprise, rung, area, dt.date(as_of.year - 1, 12, 31))
    now = known.is_in(enterprise, rung, area, as_of)
    if before == now:
        return None
    changed_on = max(
        day
        for day in known.days(enterprise)
        if day <= as_of
        and known.is_in(enterprise, rung, area, day) == now
        and known.is_in(enterprise, rung, area, day - ONE_DAY) != now
    )
    day_before = changed_on - ONE_DAY
    if not now:
        return "exit" if known.standing_in(enterprise, rung, changed_on) is None else "moved_out"
    if known.standing_in(enterprise, rung, day_before) is not None:
        return "moved_in"
    below = BELOW[rung]
    return "promotion" if below and known.standing_in(enterprise, below, day_before) is not None else "entry"


def doubt_of(known: History, enterprise: int, tier: str, area: str, as_of: dt.date) -> tuple[str, dt.date] | None:
    """Why no list tells when an enterprise came to a tier of an area or left it since the year began: kind, list."""
    year_before = dt.date(as_of.year - 1, 12, 31)
    via_tiers = LADDER[LADDER.index(tier) :] if tier in LADDER else (tier,)
    own = [event for event in known.events if event.enterprise == enterprise and event.tier in via_tiers]
    titles = sorted((event for event in own if event.event in TITLES), key=lambda event: (event.on, event.event))
    days = sorted(day for day in known.days(enterprise) if day <= as_of)
    if known.is_in(enterprise, tier, area, as_of):
        came = next(day for day in days if known.standing_in(enterprise, tier, day) is not None)
        is_review = titles[0].event == "review_passed"
        return ("review", titles[0].on) if is_review and came > year_before else None
    stood = known.is_in(enterprise, tier, area, year_before)
    if not stood or known.standing_in(enterprise, tier, as_of) is not None:
        return None
    left = max(day for day in days if known.standing_in(enterprise, tier, day - ONE_DAY) is not None)
    last = holding([e for e in known.events if e.enterprise == enterprise], tier, left - ONE_DAY, known.finals)
    assert last is not None
    if last.status != "awaiting_review" or any(event.event in ENDINGS and event.on == left for event in own):
        return None
    ends = {title.on for title in titles if title.valid_to and add_months(title.valid_to + ONE_DAY, 12) == left}
    return "unreviewed", max(ends)
