"""A number of a target explained against an earlier one: two months of a build, two builds, or both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from tracker import warehouse
from tracker.difference import (
    PART_SCHEMA,
    SHOWN_NAMES,
    Counted,
    between_builds,
    changed_thresholds,
    differing_buckets,
    only_in_one,
)

COUNTED_BASES = ("in_force", "ever", "new")
_ALL = 2**31 - 1
Reader = Callable[..., pl.DataFrame]


@dataclass(frozen=True)
class Moment:
    """A build and a month end: what was known then of that day."""

    build_id: str
    as_of: dt.date


@dataclass(frozen=True)
class Difference:
    """The value and the task of one target in one area at two moments, and what makes the difference.

    ``names``: one row per enterprise that came or went (``tracker.difference.PART_SCHEMA``); where the months since
    moved more in one way than are printed, one row without a name has the amount of the rest. Values that are no
    counts of titles have no names: ``restated`` is what other data changed at the earlier month, ``since`` what the
    months since then did. ``restated`` is also what a count gains by being published at all. ``thresholds``: settings
    that differ, as (id, before, after). ``stale``: the period of an earlier or later value that is older than its
    month and no longer holds: what lies between such values is no change of the months compared. ``units``: where the
    two values are sums of different numbers of units, how many reported and how many there are, then and now: what
    lies between such sums is no change either.
    """

    value_before: float | None
    value_after: float | None
    target_before: float | None
    target_after: float | None
    names: pl.DataFrame
    restated: float
    since: float
    thresholds: list[tuple[str, float, float]]
    stale: tuple[dt.date | None, dt.date | None] = (None, None)
    units: tuple[tuple[int, int], tuple[int, int]] | None = None

    @property
    def amount(self) -> float:
        """The difference of the values; a value that nobody knew counts as nothing."""
        return (self.value_after or 0) - (self.value_before or 0)

    @property
    def is_change(self) -> bool:
        """Whether the value or the task differs, or names behind a published value do."""
        is_same = (self.value_before, self.target_before) == (self.value_after, self.target_after)
        return not is_same or (self.names.height > 0 and self.value_after is not None)

    @property
    def residual(self) -> float:
        """What the parts leave open: always zero."""
        return round(self.amount - float(self.names["amount"].sum()) - self.restated - self.since, 9)


def explain(
    plan_id: str,
    target_id: str,
    area_code: str,
    due_on: dt.date,
    earlier: Moment,
    later: Moment,
    read: Reader = warehouse.query,
) -> Difference:
    """Explain the value of a target in an area at ``later`` against its value at ``earlier``.

    What other data make of the earlier month comes first, then what happened in the months since. Who explains many
    targets passes a ``read`` that remembers: most of the queries are the same for all.

    Raises:
        ValueError: where the later moment has the earlier month.
    """
    if later.as_of < earlier.as_of:
        raise ValueError(f"{later.as_of} lies before {earlier.as_of}")
    count = _count(plan_id, target_id, area_code, due_on, later.build_id, read)
    names = pl.DataFrame(schema=PART_SCHEMA)
    restated = since = 0.0
    before, after = count.value(earlier), count.value(later)
    if count.is_of_titles:
        months = count.by_months(earlier.as_of, later, SHOWN_NAMES)
        names = pl.concat([count.by_data(earlier, later.build_id), months])
        # Where no list of a tier had come, holders of higher titles were there and nothing was published of them.
        if before is None and after is None:
            restated = -float(names["amount"].sum())
        else:
            restated = count.unpublished(earlier, before) - count.unpublished(later, after)
    else:
        again = count.value(Moment(later.build_id, earlier.as_of))
        restated, since = (again or 0) - (before or 0), (after or 0) - (again or 0)
    return Difference(
        value_before=before,
        value_after=after,
        target_before=_target_value(earlier, plan_id, target_id, area_code, due_on, read),
        target_after=_target_value(later, plan_id, target_id, area_code, due_on, read),
        names=names,
        restated=restated,
        since=since,
        thresholds=changed_thresholds(_thresholds(earlier.build_id, read), _thresholds(later.build_id, read)),
        stale=(None, None) if count.is_of_titles else (count.stale_since(earlier), count.stale_since(later)),
        units=None if count.is_of_titles else count.differing_units(earlier, later),
    )


def titles_between(
    indicator_id: str, area_code: str, earlier: Moment, later: Moment, read: Reader = warehouse.query
) -> pl.DataFrame:
    """Who holds a title in an area at one of two moments only, and why: what data changed first, then the months.

    Returns:
        ``tracker.difference.PART_SCHEMA``, one row per enterprise that came or went; titles in force and awaiting
        review count, those of higher tiers too.
    """
    count = _Count(indicator_id, area_code, "in_force", dt.date.min, True, read)
    return pl.concat([count.by_data(earlier, later.build_id), count.by_months(earlier.as_of, later, _ALL)])


@dataclass(frozen=True)
class _Count:
    """What is counted for a target in an area: an indicator by a basis, new titles since a day."""

    indicator_id: str
    area_code: str
    basis: str
    starts_on: dt.date
    is_of_titles: bool
    read: Reader

    def value(self, moment: Moment) -> float | None:
        """What a build publishes for a month end."""
        since = min(self.starts_on, moment.as_of) if self.basis == "new" else moment.as_of
        known = [value for day, value, *_ in self._published(moment) if day >= since and value is not None]
        return float(sum(known)) if known else None

    def stale_since(self, moment: Moment) -> dt.date | None:
        """The period of a value that no longer holds on a month end for which no newer one came."""
        return next((since for day, _, since, *_ in self._published(moment) if day == moment.as_of and since), None)

    def differing_units(self, earlier: Moment, later: Moment) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """How many of how many units two values are the sums of, where one lacks units that the other has."""
        then, now = (
            next((units for day, _, _, *units in self._published(moment) if day == moment.as_of), None)
            for moment in (earlier, later)
        )
        # What was new in a period adds up month by month, whoever reports in the last of them.
        if then is None or now is None or self.basis == "new":
            return None
        is_same = then[0] == now[0] or not (then[2] or now[2])
        return None if is_same else ((then[0], then[1]), (now[0], now[1]))

    def _published(self, moment: Moment) -> list[tuple[dt.date, float | None, dt.date | None, int, int, bool]]:
        """Month end, value, since when it no longer holds, units that report and that should, whether some lack."""
        found = self.read(moment.build_id, "difference_values", area_code=self.area_code, day=moment.as_of)
        # Rows one by one: however small a frame, each filter of one waits for Polars' threads.
        return [row[2:] for row in found.iter_rows() if row[:2] == (self.indicator_id, self.basis)]

    def unpublished(self, moment: Moment, value: float | None) -> float:
        """How many are held at a moment for which no value was published."""
        return float(self._held("difference_holder_number", moment)["number"][0]) if value is None else 0.0

    def by_data(self, earlier: Moment, build_id: str) -> pl.DataFrame:
        """Who is counted on the earlier day by only one of two builds."""
        # Most builds change few numbers: where both count the same enterprises nobody needs them or their events.
        buckets = self._differing(earlier.build_id, build_id) if build_id != earlier.build_id else ()
        if not buckets:
            return pl.DataFrame(schema=PART_SCHEMA)
        again = Moment(build_id, earlier.as_of)
        moments = (earlier, again)
        holders = [self._held("difference_holders", moment, buckets=buckets) for moment in moments]
        if holders[0].equals(holders[1]):
            return pl.DataFrame(schema=PART_SCHEMA)
        ids = [tuple(holder["enterprise_id"] for holder in some) for some in only_in_one(*holders)]
        # Their events; all events of whoever has one of these in either build; and whether these are in the other.
        keys: tuple[str, ...] = ()
        for _ in range(3):
            events = [self._events(moment, some, keys) for moment, some in zip(moments, ids, strict=True)]
            keys = tuple(sorted({key for some in events for key in some["event_key"]}))
        return between_builds(*map(self._counted, moments, holders, events))

    def by_months(self, since: dt.date, later: Moment, most: int) -> pl.DataFrame:
        """Who is counted by one build on only one of two days; of each part so many by name, the rest in one row."""
        if since == later.as_of:
            return pl.DataFrame(schema=PART_SCHEMA)
        asked = {"indicator_id": self.indicator_id, "area_code": self.area_code, "later": later.as_of, "most": most}
        if self.basis == "in_force":
            found = self.read(later.build_id, "difference_months", earlier=since, **asked)
        else:
            # What is new counts from its period on, whatever the month it is compared with.
            start = max(since, self.starts_on - dt.timedelta(days=1)) if self.basis == "new" else since
            found = self.read(later.build_id, "difference_first", earlier=start, basis=self.basis, **asked)
        return found.select(pl.col(name).cast(kind) for name, kind in PART_SCHEMA.items())

    def _differing(self, *builds: str) -> tuple[int, ...]:
        """The buckets of enterprises of which two builds do not count the same on every day."""
        is_asked = pl.col("indicator_id") == self.indicator_id
        here, there = (self.read(build_id, "difference_digest").filter(is_asked) for build_id in builds)
        return differing_buckets(here, there)

    def _events(self, moment: Moment, ids: tuple[int, ...], keys: tuple[str, ...]) -> pl.DataFrame:
        asked = {"indicator_id": self.indicator_id, "day": moment.as_of, "ids": ids, "keys": keys}
        return self.read(moment.build_id, "difference_events", **asked)

    def _held(self, query: str, moment: Moment, **parameters: object) -> pl.DataFrame:
        return self.read(
            moment.build_id,
            query,
            indicator_id=self.indicator_id,
            area_code=self.area_code,
            basis=self.basis,
            starts_on=self.starts_on,
            day=moment.as_of,
            **parameters,
        )

    def _counted(self, moment: Moment, holders: pl.DataFrame, events: pl.DataFrame) -> Counted:
        return Counted(
            holders=holders,
            events=events,
            files=self.read(moment.build_id, "difference_files"),
            thresholds=_thresholds(moment.build_id, self.read),
        )


def _count(plan_id: str, target_id: str, area_code: str, due_on: dt.date, build_id: str, read: Reader) -> _Count:
    is_asked = (pl.col("target_id") == target_id) & (pl.col("area_code") == area_code) & (pl.col("due_on") == due_on)
    [*_, task] = read(build_id, "rule_targets", plan_id=plan_id).filter(is_asked).to_dicts()
    known = read(build_id, "definitions", plan_id=plan_id, language="en")
    formulas = dict(zip(known["indicator_id"], known["formula"], strict=True))
    is_of_titles = formulas[task["indicator_id"]] == "tier_count" and task["basis"] in COUNTED_BASES
    return _Count(task["indicator_id"], area_code, task["basis"], task["starts_on"], is_of_titles, read)


def _target_value(
    moment: Moment, plan_id: str, target_id: str, area_code: str, due_on: dt.date, read: Reader
) -> float | None:
    rows = read(moment.build_id, "progress", plan_id=plan_id, as_of=moment.as_of).filter(
        (pl.col("target_id") == target_id) & (pl.col("area_code") == area_code) & (pl.col("due_on") == due_on)
    )
    return rows["target_value"][0] if rows.height else None


def _thresholds(build_id: str, read: Reader) -> dict[str, float]:
    rows = read(build_id, "thresholds", language="en")
    return dict(zip(rows["threshold_id"], rows["value"], strict=True))
