"""The enterprises behind a number of the ladder: who stays, comes, is promoted, goes, or may go soon. Pure."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tracker import warehouse
from tracker.enterprises import enterprises_of, placed, with_histories
from tracker.enterprises_histories import ON_RECORD, POOL, names, states
from tracker.keeping import kept
from tracker.months import month_end
from tracker.viewing import Rule

# What a number of the ladder lists, by its code in links: which kinds of queries/ladder_names.sql.
_STANDS = ("stays", "entry", "moved_in", "promotion")
MOVES = {"stock": _STANDS, "entry": ("entry", "moved_in"), "promotion": ("promotion",), "exit": ("exit", "moved_out")}
EXPIRING = "expiring"
MOVE_CODES = (*MOVES, *(f"{POOL}_{move}" for move in MOVES if move != "promotion"), EXPIRING)
EXPIRY_MONTHS = 12


@kept(12)
def moved(
    build_id: str, plan_id: str, area_code: str, within: str, tier: str, as_of: dt.date, rule: Rule, move: str
) -> pl.DataFrame:
    """The enterprises behind a number of the ladder with their histories, each in the area in which it is counted.

    Args:
        area_code: the viewed area.
        within: the area of the number: the viewed one or a part of it.
        tier: the tier of the number; of a number of the pool only how its enterprises are shown.
        move: one of :data:`MOVE_CODES`.
    """
    standing = states(build_id, tier, as_of).filter(pl.col("status") != ON_RECORD).drop("area_code")
    known = names(build_id).select("enterprise_id", "place", "example_id")
    behind = _behind_move(build_id, plan_id, within, tier, as_of, move)
    rows = behind.join(known, on="enterprise_id", how="left").join(standing, on="example_id", how="left").sort("place")
    # A pool that names no title of ours has no row among the states.
    rows = rows.with_columns(status=pl.col("status").fill_null(POOL))
    return placed(build_id, plan_id, area_code, rows, rule)


def _behind_move(build_id: str, plan_id: str, within: str, tier: str, as_of: dt.date, move: str) -> pl.DataFrame:
    """``enterprise_id`` and ``area_code`` of those behind a number of the ladder."""
    if move == EXPIRING:
        found = expiring(build_id, plan_id, within, tier, as_of, month_end(as_of, EXPIRY_MONTHS))
        return found.select("enterprise_id", "area_code")
    rung = POOL if move.startswith(f"{POOL}_") else tier
    below = dict(warehouse.query(build_id, "ladder_rungs", language="zh").select("tier", "below").iter_rows())
    lower = None if rung == POOL else below.get(rung) or POOL
    found = warehouse.query(build_id, "ladder_names", rung=rung, below=lower, area_code=within, as_of=as_of)
    kinds = MOVES[move.removeprefix(f"{POOL}_")]
    return found.filter(pl.col("kind").is_in(kinds)).select("enterprise_id", "area_code")


def expiring(build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date, until: dt.date) -> pl.DataFrame:
    """One row per enterprise counted in a tier whose last title ends by a day unless it is reviewed, the soonest first.

    Returns:
        ``enterprise_id``, ``place``, ``area_code`` with its names, ``status``, the tier of that title (``via_tier``),
        ``valid_to`` and the month in which it leaves the count (``month_end``). As many as ``mart.expiry`` counts.
    """
    asked = {"plan_id": plan_id, "area_code": area_code, "tier": tier, "as_of": as_of, "until": until}
    histories = warehouse.query(build_id, "expiring_histories", **asked)
    found = with_histories(enterprises_of(build_id, histories), histories)
    return found.sort("month_end", "area_sort", "place").drop("area_sort")
