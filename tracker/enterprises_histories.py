"""The histories of a build: which enterprises share one, and where each stands on a date. Pure.

Recognitions come in lists, so that few histories are shared by many. The frames are shared by all sessions and never
changed in place.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from tracker import warehouse
from tracker.keeping import kept

STATUSES = ("in_force", "awaiting_review", "publicity", "lapsed", "pool", "on_record")
POOL = "pool"
ON_RECORD = "on_record"


@kept(3)
def names(build_id: str) -> pl.DataFrame:
    """One row per enterprise in pinyin order: the code of its links, name, former names, search key, ``place``.

    ``example_id``: the enterprise that stands for all of its history; null for one without titles or entries.
    """
    found = warehouse.query(build_id, "enterprise_names").sort("initials", "name", "enterprise_id")
    return found.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))


@kept(3)
def sizes(build_id: str) -> pl.DataFrame:
    """One row per history: how many ``enterprises`` share it."""
    return names(build_id).group_by("example_id").agg(enterprises=pl.len().cast(pl.Int64))


@kept(8)
def states(build_id: str, tier: str, as_of: dt.date) -> pl.DataFrame:
    """One row per history that by a date had to do with a tier, numbers turned back into codes and days."""
    codes = _codes(build_id)
    rows = warehouse.query(build_id, "history_states", tier=tier, as_of=as_of)
    status = pl.col("status")
    standing = rows.select(
        "example_id",
        "first_on",
        "is_new",
        key=pl.when(status != STATUSES.index(POOL)).then(_key(status == STATUSES.index("publicity"))),
        area_code=codes["area"].gather(rows["area"]),
        first_area_code=codes["area"].gather(rows["first_area"]),
        title=codes["tier"].gather(rows["title"]),
        status=pl.Series(STATUSES).gather(rows["status"]),
    )
    # The events of a history lie in their order: the last that counts by then is the one before another key.
    events = _events(build_id).filter(pl.col("from_on") <= as_of)
    deciding = events.filter(pl.col("key").ne_missing(pl.col("key").shift(-1))).drop("from_on")
    known = standing.join(deciding, on="key", how="left", maintain_order="left").drop("key").lazy()
    every = pl.concat([known, _only_on_record(build_id, tier, as_of, known)], how="diagonal")
    return every.join(sizes(build_id).lazy(), on="example_id", how="left", maintain_order="left").collect()


def _only_on_record(build_id: str, tier: str, as_of: dt.date, known: pl.LazyFrame) -> pl.LazyFrame:
    """The histories of a tier that stand nowhere by a date, with the last that is on record of each.

    Who was only recommended, or shown once and never decided, counts nowhere, but must not look lost.
    """
    codes = _codes(build_id)
    return (
        _records(build_id)
        .lazy()
        .filter(pl.col("since_on") <= as_of)
        .with_columns(pl.lit(codes["tier"]).gather("title").alias("title"))
        .filter(pl.lit(not tier) | (pl.col("title") == tier))
        .join(known, on="example_id", how="anti", maintain_order="left")
        .unique("example_id", keep="last", maintain_order=True)
        .select(
            "example_id",
            "batch",
            "event_on",
            "title",
            is_new=pl.lit(False),
            area_code=pl.lit(codes["area"]).gather("area"),
            status=pl.lit(ON_RECORD),
        )
    )


@kept(2)
def _records(build_id: str) -> pl.DataFrame:
    return warehouse.query(build_id, "history_records")


@kept(2)
def _codes(build_id: str) -> dict[str, pl.Series]:
    """The codes of tiers and areas, each at the place of its number in the build."""
    found = warehouse.query(build_id, "code_numbers")
    places = pl.DataFrame({"number": range(int(found["number"].max()) + 1)})  # type: ignore[arg-type]
    return {
        str(kind): places.join(some, on="number", how="left", maintain_order="left")["code"]
        for (kind,), some in found.partition_by("kind", as_dict=True).items()
    }


@kept(2)
def _events(build_id: str) -> pl.DataFrame:
    """The events that a history can stand by, in order, their history, tier and kind as one ``key``."""
    found = warehouse.query(build_id, "event_windows")
    return found.select("from_on", "batch", "event_on", "valid_to", key=_key(pl.col("is_shown")))


def _key(is_shown: pl.Expr) -> pl.Expr:
    """A history, a tier (fewer than 100) and whether it is shown for it only: one number joins fast."""
    return (pl.col("example_id") * 100 + pl.col("title")) * 2 + is_shown.cast(pl.Int64)
