"""Why a count differs between two builds: every enterprise that only one of them holds, with the reason. Pure.

Frames of two builds go in, because one build cannot be read from within another. An enterprise that only one of them
counts is one row of plus or minus one, so that the reasons always add up to the difference. Events bear the same name
in every build that reads the same row of the same file; what one build has and the other has not is the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

Row = dict[str, Any]
PART_SCHEMA: dict[str, type[pl.DataType]] = {
    "part": pl.String,
    "amount": pl.Int32,
    "name": pl.String,
    "uscc": pl.String,
    "changed_on": pl.Date,
    "file_name": pl.String,
    "row": pl.Int32,
}
# How many names are printed of those who came or went in one way: the rest is a number.
SHOWN_NAMES = 5
# Parts in the order in which a reader wants them: what really happened, what only became known, what was set.
PARTS = (
    "recognised",
    "review_passed",
    "window_begun",
    "moved",
    "expired",
    "lapsed",
    "revoked",
    "moved_out",
    "late",
    "restored",
    "withdrawn",
    "corrected",
    "placed",
    "placed_and_threshold",
    "threshold",
)
# The only setting that moves a count of titles: it ends what awaits its review.
_ENDS_TITLES = "awaiting_review_months"


@dataclass(frozen=True)
class Counted:
    """One count of one build on one day.

    ``holders``: the enterprises counted (enterprise_id, uscc, name_key, name, and of what is in force its status), at
    least all that the other count may not have. ``events``: what is dated by the day in the tier and higher ones, at
    least of those enterprises, of all that have one of their events in either build, and every event of these.
    ``files``: every file with its readings that count. ``thresholds``: the settings in force, by id.
    """

    holders: pl.DataFrame
    events: pl.DataFrame
    files: pl.DataFrame
    thresholds: Mapping[str, float]


def between_builds(before: Counted, after: Counted) -> pl.DataFrame:
    """One row per enterprise that one of two builds counts on the same day and the other does not.

    Returns:
        ``PART_SCHEMA``: ``late`` data dated by that day and loaded since, ``restored`` or ``withdrawn`` files,
        ``corrected`` data (also a name or code that is read otherwise), rows ``placed`` with another enterprise or
        area, as a decision on identity or area does, a changed ``threshold``, or the last two at once; the amounts
        add up to the difference of the two counts.
    """
    here, there = only_in_one(before.holders, after.holders)
    rows = [_row(holder, -1, *_reason(holder, before, after, "lost")) for holder in here]
    rows += [_row(holder, 1, *_reason(holder, after, before, "found")) for holder in there]
    return pl.DataFrame(rows, schema=PART_SCHEMA, orient="row")


def differing_buckets(before: pl.DataFrame, after: pl.DataFrame) -> tuple[int, ...]:
    """The buckets whose digest differs between two builds, as ``queries/difference_digest.sql`` of one indicator.

    An enterprise that only one build counts, or that is called otherwise there, lies in one of them.
    """
    both = before.join(after, on="bucket", how="full", coalesce=True, suffix="_after")
    differs = pl.col("digest").ne_missing(pl.col("digest_after"))
    return tuple(both.filter(differs)["bucket"].sort())


def changed_thresholds(before: Mapping[str, float], after: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """Every setting that differs between two builds: its id, its value before, its value after."""
    shared = [key for key in before if key in after]
    return [(key, before[key], after[key]) for key in shared if before[key] != after[key]]


def totals(parts: pl.DataFrame) -> list[tuple[str, int, int]]:
    """Each part that occurs with how many came by it and how many went, in the order of ``PARTS``."""
    came, went = pl.col("amount").filter(pl.col("amount") > 0), pl.col("amount").filter(pl.col("amount") < 0)
    sums = {
        part: (plus, minus)
        for part, plus, minus in parts.group_by("part").agg(plus=came.sum(), minus=went.sum()).iter_rows()
    }
    return [(part, *sums[part]) for part in PARTS if part in sums]


def only_in_one(before: pl.DataFrame, after: pl.DataFrame) -> tuple[list[Row], list[Row]]:
    """The holders that have no counterpart: by credit code, then by a name that is one enterprise's alone.

    Each holder has one counterpart at most, so that what is left over adds up to the difference.
    """
    here, there = before, after
    for key in ("uscc", "name_key"):
        shared = set(_unique(here, key)) & set(_unique(there, key))
        here, there = (frame.filter(~pl.col(key).is_in(shared).fill_null(False)) for frame in (here, there))
    return here.to_dicts(), there.to_dicts()


def _unique(frame: pl.DataFrame, key: str) -> Iterable[str]:
    return frame.filter(pl.col(key).is_not_null() & pl.col(key).is_unique())[key]


def _reason(holder: Row, own: Counted, other: Counted, side: str) -> tuple[str, Row | None, Counted]:
    """Why ``own`` counts an enterprise and ``other`` does not: first a title that only one has, then any other event.

    ``side`` says which of the two is the earlier build: what it alone has is ``lost``, what the later has is ``found``.
    """
    events = own.events.filter(pl.col("enterprise_id") == holder["enterprise_id"])
    if title := _newest_missing(events.filter("is_title"), other.events):
        return _fate(title, own, other, side), title, own
    # The same rows of the same files stand for the enterprise there: what is only there ended or moved its title.
    ids = other.events.filter(pl.col("event_key").is_in(events["event_key"].implode()))["enterprise_id"].unique()
    against = other.events.filter(pl.col("enterprise_id").is_in(ids.implode()))
    if event := _newest_missing(against, own.events):
        return _fate(event, other, own, "found" if side == "lost" else "lost"), event, other
    # The same rows and nothing else: they stand elsewhere there, or what awaits its review ended there.
    is_threshold = holder["status"] == "awaiting_review" and own.thresholds.get(_ENDS_TITLES) != other.thresholds.get(
        _ENDS_TITLES
    )
    if _places(events) != _places(against):
        return ("placed_and_threshold" if is_threshold else "placed"), None, own
    return ("threshold" if is_threshold else "corrected"), None, own


def _places(events: pl.DataFrame) -> tuple[int, set[tuple[str, str | None]]]:
    """Which rows stand for how many enterprises, and in which areas."""
    return events["enterprise_id"].n_unique(), set(events.select("event_key", "area_code").iter_rows())


def _newest_missing(events: pl.DataFrame, others: pl.DataFrame) -> Row | None:
    missing = events.join(others, on="event_key", how="anti").sort("event_on", "event_key")
    return missing.row(-1, named=True) if missing.height else None


def _fate(event: Row, own: Counted, other: Counted, side: str) -> str:
    """What happened to the file of an event that ``other`` lacks."""
    theirs = other.files.filter(pl.col("file_id") == event["file_id"])
    if event["reading_id"] in theirs["reading_id"].drop_nulls().to_list():
        return "corrected"
    if side == "lost":
        is_replaced = event["file_id"] in other.files["supersedes"].drop_nulls().to_list()
        return "corrected" if is_replaced else "withdrawn"
    replaced = own.files.filter(pl.col("file_id") == event["file_id"])["supersedes"].drop_nulls()
    if replaced.len():
        return "corrected"
    # A new reading of a file that was there before is new data, a file of which nothing counted is back.
    is_back = theirs.height > 0 and theirs["withdrawn_on"].drop_nulls().len() > 0
    return "restored" if is_back else "late"


def _row(holder: Row, amount: int, part: str, event: Row | None, owner: Counted) -> Row:
    found: Row = {"part": part, "amount": amount, "name": holder["name"], "uscc": holder["uscc"]}
    if event is None:
        return found
    names = owner.files.filter(pl.col("file_id") == event["file_id"])["file_name"].to_list()
    return found | {"changed_on": event["event_on"], "file_name": names[0], "row": event["row"]}
