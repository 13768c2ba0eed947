"""Why a name of theirs does not count with us: the one reason that lies nearest to the title.

In this order: the title is held elsewhere, has ended, is only shown, came later, stands on a row of ours that was
refused, was only recommended; another title is held; only the pool; never a title; the same name with another code;
not in any file of ours.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

_HELD = ("in_force", "awaiting_review")
_TITLES = ("recognition", "review_passed")
_ENDINGS = ("revoked", "lapsed", "moved_out")
# ``on``: since when; ``later_on``: the first day after the compared one on which the title counts; ``tiers``: codes.
_SCHEMA: dict[str, type[pl.DataType]] = {
    "place": pl.UInt32,
    "reason": pl.String,
    "on": pl.Date,
    "valid_to": pl.Date,
    "valid_to_estimated": pl.Boolean,
    "tiers": pl.String,
    "status": pl.String,
    "area_code": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "candidates": pl.String,
    "other_name": pl.String,
    "other_uscc": pl.String,
    "file": pl.String,
    "file_sheet": pl.String,
    "file_row": pl.Int32,
}


@dataclass(frozen=True)
class Known:
    """What the build knows, as the files ``etl/sql/compare_*.sql`` give it.

    ``tiers``: which count in the compared one. ``holders``: who counts in it in the area on the day. ``names``,
    ``titles``, ``events``, ``pool``: all of every enterprise that a name or code of theirs may mean. ``refused``: rows
    of our own lists that were refused, with ``name_key``. ``neighbours``: the enterprises of the area.
    """

    tiers: pl.DataFrame
    holders: pl.DataFrame
    names: pl.DataFrame
    titles: pl.DataFrame
    events: pl.DataFrame
    pool: pl.DataFrame
    refused: pl.DataFrame
    neighbours: pl.DataFrame


def reasons_of(alone: pl.DataFrame, known: Known, tier: str, day: dt.date) -> pl.DataFrame:
    """One row per row of ``alone``: its ``reason`` with the facts of it, ``area_code`` being where we have it.

    Args:
        alone: rows that count only with them, with whom they mean.
        known: what the build knows.
        tier: the tier that is compared.
        day: the last day of the month that is compared.
    """
    asked = alone.select("place", "enterprise_id").drop_nulls()
    titles = asked.join(known.titles, on="enterprise_id", maintain_order="left_right")
    events = asked.join(known.events, on="enterprise_id", maintain_order="left_right").drop("enterprise_id")
    later = _later(titles, events, tier, day)
    counting = known.tiers.filter("counts")["tier"].to_list()
    of_tier = pl.col("tier").is_in(counting) | pl.col("tier").is_null()
    names = alone.select("place", "name_key")
    refused = names.join(known.refused, on="name_key", maintain_order="left_right").with_columns(tiers="tier")
    recommended = events.filter(of_tier & (pl.col("event") == "recommended") & (pl.col("event_on") <= day))
    entered = asked.join(known.pool, on="enterprise_id", maintain_order="left_right")
    entered = entered.filter((pl.col("entered_on") <= day).fill_null(True))
    # We know the name under another credit code: one of both is wrong, or these are two enterprises.
    clash = alone.filter(pl.col("clash_id").is_not_null()).select(
        "place", other_name="clash_name", other_uscc="clash_uscc"
    )
    parts = [
        _elsewhere(titles, events, tier, day),
        _ended(titles, events, tier, day),
        _shown(titles, events, tier, day),
        later,
        _named("refused", refused.filter(of_tier)),
        _named("recommended", _last(recommended, "event_on").with_columns(on="event_on", tiers="tier")),
        _other_titles(titles, known.tiers, day),
        _named("pool", _last(entered, "entered_on").with_columns(on="entered_on", tiers="level")),
        _named("no_title", asked),
        _named("other_code", clash),
        _named("refused", refused.filter(~of_tier)),
        _named("not_found", alone.select("place")),
    ]
    found = pl.concat(parts).unique(subset="place", keep="first", maintain_order=True).sort("place")
    after = later.select("place", later_on="on")
    is_not_yet = ~pl.col("reason").is_in(["later", "other_area"])
    return found.join(after, on="place", how="left", maintain_order="left").with_columns(
        later_on=pl.when(is_not_yet).then("later_on")
    )


def _named(reason: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that have some of the facts as rows that have all of them."""
    rows = rows.with_columns(reason=pl.lit(reason))
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in _SCHEMA.items()
    )


def _last(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    return rows.sort("place", column, nulls_last=False, maintain_order=True).unique(
        subset="place", keep="last", maintain_order=True
    )


def _granted(stretches: pl.DataFrame, events: pl.DataFrame, until: pl.Expr) -> pl.DataFrame:
    """Stretches, one a place, with the newest of the title's events that counted on the day ``until``."""
    of_title = events.filter(pl.col("event").is_in(_TITLES)).drop("area_code", "event")
    stretches = stretches.with_columns(until=until)
    found = stretches.select("place", "via_tier", "until").join(
        of_title, left_on=["place", "via_tier"], right_on=["place", "tier"], maintain_order="left_right"
    )
    newest = _last(found.filter(pl.col("counts_from") <= pl.col("until")), "event_on").drop("via_tier", "until")
    return stretches.join(newest, on="place", how="left", maintain_order="left").with_columns(tiers="via_tier")


def _held(titles: pl.DataFrame, tier: str) -> pl.DataFrame:
    return titles.filter((pl.col("tier") == tier) & pl.col("status").is_in(_HELD))


def _elsewhere(titles: pl.DataFrame, events: pl.DataFrame, tier: str, day: dt.date) -> pl.DataFrame:
    """The title is held on the day: it cannot be in the compared area, where it would count."""
    held = _held(titles, tier).filter((pl.col("from_on") <= day) & (pl.col("to_on") > day))
    return _named("other_area", _granted(held, events, pl.lit(day)).with_columns(on="event_on"))


def _ended(titles: pl.DataFrame, events: pl.DataFrame, tier: str, day: dt.date) -> pl.DataFrame:
    """The title was held and is no more: by an event on the very day on which it ended, else by time."""
    past = _last(_held(titles, tier).filter(pl.col("to_on") <= day), "to_on")
    past = _granted(past, events, pl.col("to_on").dt.offset_by("-1d")).with_columns(on="to_on")
    endings = events.filter(pl.col("event").is_in(_ENDINGS)).select(
        "place",
        via_tier="tier",
        on="event_on",
        ended_by=pl.when("is_derived").then(pl.lit("not_in_review")).otherwise("event"),
        **{f"ended_{name}": name for name in ("file", "file_sheet", "file_row")},
    )
    ended = past.join(endings, on=["place", "via_tier", "on"], how="left", maintain_order="left")
    is_event = pl.col("ended_by").is_not_null()
    ended = ended.with_columns(
        pl.when(is_event).then(f"ended_{name}").otherwise(name).alias(name)
        for name in ("file", "file_sheet", "file_row")
    )
    return _named("expired", ended).with_columns(reason=pl.Series(ended["ended_by"].fill_null("expired")))


def _shown(titles: pl.DataFrame, events: pl.DataFrame, tier: str, day: dt.date) -> pl.DataFrame:
    """The title was never held, only shown to the public, still or once."""
    is_shown = (pl.col("tier") == tier) & (pl.col("status") == "publicity") & (pl.col("from_on") <= day)
    shown = _last(titles.filter(is_shown), "from_on").with_columns(on="from_on", tiers="via_tier")
    sources = events.filter(pl.col("event").is_in(["publicity", "review_publicity"])).select(
        "place", "file", "file_sheet", "file_row", via_tier="tier", on="event_on"
    )
    sources = sources.unique(subset=["place", "via_tier", "on"], keep="first", maintain_order=True)
    return _named("publicity", shown.join(sources, on=["place", "via_tier", "on"], how="left", maintain_order="left"))


def _later(titles: pl.DataFrame, events: pl.DataFrame, tier: str, day: dt.date) -> pl.DataFrame:
    """The title counts only from a day after the compared one."""
    coming = _held(titles, tier).filter(pl.col("from_on") > day).sort("place", "from_on")
    coming = coming.unique(subset="place", keep="first", maintain_order=True)
    return _named("later", _granted(coming, events, pl.col("from_on")).with_columns(on="from_on"))


def _other_titles(titles: pl.DataFrame, tiers: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Other titles are held on the day: lower ones of the same ladder, or ones beside it."""
    is_own = pl.col("tier") == pl.col("via_tier")
    is_here = pl.col("status").is_in(_HELD) & (pl.col("from_on") <= day) & (pl.col("to_on") > day)
    known = tiers.with_row_index("rank").select("tier", "rank", "is_lower")
    held = titles.filter(is_own & is_here).join(known, on="tier").sort("place", "rank", descending=[False, True])
    found = held.group_by("place", maintain_order=True).agg(
        pl.col("area_code").first(), on=pl.col("from_on").first(), tiers=pl.col("tier"), lower=pl.col("is_lower").all()
    )
    lower = pl.when("lower").then(pl.lit("lower_tier")).otherwise(pl.lit("other_title"))
    found = found.with_columns(pl.col("tiers").list.join(","), reason=lower)
    return _named("lower_tier", found).with_columns(reason=found["reason"])
