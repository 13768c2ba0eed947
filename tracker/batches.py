"""When the next lists of a tier may be expected: stated dates, else the rhythm of the past lists. Pure.

New titles come in lists (rounds), once or twice a year, so what is left before a due date is counted in lists, not
in months. Everything here uses only lists dated by the as-of date.

The rule, for one tier within one plan's area:

1. List dates at most 60 days after the first of a round, or of the same batch, are one round (Ningbo publishes apart
   from Zhejiang). A round belongs to the year of its date; one of the first three months to the year before, where
   its batch says so (``2025-2`` published in January 2026).
2. The rhythm is the round dates of the fullest year among the running one and the two newest before it that have
   rounds, the newest when several are equal: a year that is not over, or whose last list slipped into the next, must
   not halve the rhythm. Repeated every year, these dates are the expected ones.
3. Every later round takes the nearest expected date after the one its forerunner took. The dates after the last one
   taken are still to come.
4. A date that passed without a list is expected by the end of the next month, and given up after six months.
5. Where the catalogue states ``expected_on`` for batches of a year, these dates replace the rhythm of that year.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count
from typing import NamedTuple

import polars as pl

ONE_ROUND_DAYS = 60
GIVEN_UP_AFTER_DAYS = 183
LATE_UNTIL_MONTH = 3


class ListDate(NamedTuple):
    """One published list of new titles: the day it is dated and its batch, where it names one."""

    on: dt.date
    batch: str | None


class StatedBatch(NamedTuple):
    """A batch of the catalogue (``core.batch``) for which an expected day is stated."""

    batch: str
    expected_on: dt.date


@dataclass(frozen=True)
class Round:
    """One round of new titles: the first day on which a list of it came, and the year it belongs to."""

    on: dt.date
    year: int


def rounds(lists: Iterable[ListDate]) -> list[Round]:
    """Lists as rounds, oldest first. Adding later lists never changes the rounds before them."""
    found: list[Round] = []
    batches: set[str] = set()
    for listed in sorted(set(lists), key=lambda one: (one.on, one.batch or "")):
        is_same_batch = listed.batch is not None and listed.batch in batches
        is_near = bool(found) and (listed.on - found[-1].on).days <= ONE_ROUND_DAYS
        if listed.batch is not None:
            batches.add(listed.batch)
        if not is_same_batch and not is_near:
            is_of_last_year = listed.on.month <= LATE_UNTIL_MONTH and (listed.batch or "").startswith(
                str(listed.on.year - 1)
            )
            found.append(Round(listed.on, listed.on.year - is_of_last_year))
    return found


def batches_left(
    stated: Iterable[StatedBatch], lists: Iterable[ListDate], as_of: dt.date, due_on: dt.date
) -> list[dt.date]:
    """The days on which rounds of new titles of one tier are still expected, after as_of and up to due_on.

    Args:
        stated: batches of this tier for which the catalogue states a day.
        lists: lists of new titles of this tier that reach the plan's area; those after as_of are left out.
        as_of: the day of the assessment.
        due_on: the due date of the target, inclusive.

    Returns:
        One day per expected round, in order; a late round stands at the end of the next month. Empty where the tier
        has no past list and no stated day, or nothing is expected any more.
    """
    known = [listed for listed in lists if listed.on <= as_of]
    published = {listed.batch for listed in known}
    open_dates = sorted(batch.expected_on for batch in stated if batch.batch not in published)
    stated_years = {batch.expected_on.year for batch in stated}
    expected = (day for day in _rhythm(rounds(known), as_of, due_on) if day.year not in stated_years)
    late = _end_of_next_month(as_of)
    days = (
        day if day > as_of else late for day in chain(open_dates, expected) if (as_of - day).days <= GIVEN_UP_AFTER_DAYS
    )
    return sorted(day for day in days if day <= due_on)


def _rhythm(past: list[Round], as_of: dt.date, until: dt.date) -> Iterator[dt.date]:
    """Days after the one that the last round took, as the pattern year gives them, up to a day."""
    if not past:
        return
    per_year = Counter(one.year for one in past)
    before = sorted(year for year in per_year if year < as_of.year)
    running = [year for year in per_year if year >= as_of.year]
    pattern_year = max(before[-2:] + running, key=lambda year: (per_year[year], year))
    pattern = [one.on for one in past if one.year == pattern_year]
    taken = pattern[-1]
    for one in past:
        if one.on > pattern[-1]:
            taken = _nearest_after(pattern, taken, one.on)
    for day in _repeated(pattern):
        if day > until:
            return
        if day > taken:
            yield day


def _nearest_after(pattern: list[dt.date], taken: dt.date, day: dt.date) -> dt.date:
    """The expected day nearest to a list's day among those after the one already taken."""
    nearest: dt.date | None = None
    for expected in _repeated(pattern):
        if expected <= taken:
            continue
        if nearest is not None and abs(expected - day) >= abs(nearest - day):
            break
        nearest = expected
    assert nearest is not None
    return nearest


def _repeated(pattern: list[dt.date]) -> Iterator[dt.date]:
    """The pattern's days, and the same days of every later year."""
    for years in count():
        for day in pattern:
            # 29 February is met by the last of the month in other years.
            is_leap_day = (day.month, day.day) == (2, 29)
            yield day.replace(year=day.year + years, day=28 if is_leap_day else day.day)


def _end_of_next_month(day: dt.date) -> dt.date:
    month = day.year * 12 + day.month + 1
    return dt.date(month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def expected_rounds(stated: pl.DataFrame, lists: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The expected rounds of many plans, tiers and days at once.

    Args:
        stated: ``core.batch`` (tier, batch, expected_on; rows without expected_on are passed over).
        lists: one row per plan, tier and list of new titles: plan_id, tier, batch, event_on (etl/sql/list_date.sql).
        asked: one row per plan_id, tier, as_of, due_on.

    Returns:
        One row per asked row and expected round: plan_id, tier, as_of, due_on, expected_on. A row without any round
        left has none; ``group_by(...).len()`` counts the batches left.
    """
    by_tier: dict[str, list[StatedBatch]] = {}
    for tier, batch, day in (
        stated.filter(pl.col("expected_on").is_not_null()).select("tier", "batch", "expected_on").rows()
    ):
        by_tier.setdefault(tier, []).append(StatedBatch(batch, day))
    by_plan: dict[tuple[str, str], list[ListDate]] = {}
    for plan_id, tier, batch, day in lists.select("plan_id", "tier", "batch", "event_on").unique().rows():
        by_plan.setdefault((plan_id, tier), []).append(ListDate(day, batch))
    keys = ("plan_id", "tier", "as_of", "due_on")
    found = [
        (plan_id, tier, as_of, due_on, day)
        for plan_id, tier, as_of, due_on in asked.select(keys).unique().sort(keys).rows()
        for day in batches_left(by_tier.get(tier, []), by_plan.get((plan_id, tier), []), as_of, due_on)
    ]
    text, day_type = pl.String, pl.Date
    schema = {"plan_id": text, "tier": text, "as_of": day_type, "due_on": day_type, "expected_on": day_type}
    return pl.DataFrame(found, schema=schema, orient="row")
