"""Who could be next for a tier: names under publicity, recommended, in the pool, on the rung below; and at risk. Pure.

A name stands once, at the nearest of these places. ``possible`` counts the last two: who could be recommended.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import polars as pl

from tracker import warehouse

STANDINGS = ("publicity", "recommended", "pool", "below")
AT_RISK = "at_risk"
GROUPS = (*STANDINGS, AT_RISK)
POSSIBLE = "possible"


@lru_cache(maxsize=16)
def candidates(build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date) -> pl.DataFrame:
    """One row per name: ``enterprise_id``, ``standing``, ``area`` (a unit or part of the viewed one), ``since_on``.

    ``revoked_on`` is the day on which a title was taken from it within three years. Shared, never changed in place.
    """
    units = warehouse.query(build_id, "area_units", plan_id=plan_id, area_code=area_code, language="zh")
    is_unit = units["unit_code"].n_unique() == 1
    group = pl.col("area_code") if is_unit else pl.col("unit_code")
    found = warehouse.query(build_id, "candidates", tier=tier, area_code=area_code, as_of=as_of)
    return found.join(units.select("area_code", area=group), on="area_code", how="inner", maintain_order="left").drop(
        "area_code"
    )


def numbers_by_area(rows: pl.DataFrame, whole: str) -> pl.DataFrame:
    """``area_code``, ``standing``, ``number``: of the whole and of each unit or part of it."""
    parts = rows.group_by(area_code="area", standing="standing").len("number")
    total = (
        rows.group_by("standing").len("number").select(area_code=pl.lit(whole), standing="standing", number="number")
    )
    # What lies in the whole without a unit is a row of its own; the whole is never one of its parts.
    return pl.concat([total, parts.filter(pl.col("area_code") != whole)], how="vertical_relaxed")


def standing_numbers(numbers: pl.DataFrame, area_code: str) -> dict[str, int]:
    """How many of an area stand where, zeros included, and how many could be recommended."""
    found = dict(numbers.filter(pl.col("area_code") == area_code).select("standing", "number").iter_rows())
    counts = {standing: int(found.get(standing, 0)) for standing in STANDINGS}
    return {**counts, POSSIBLE: counts["pool"] + counts["below"]}


def forget() -> None:
    """Empty the cache of this module."""
    candidates.cache_clear()
