"""Who could be next for a tier: names under publicity, recommended, in the pool, on the rung below; and at risk. Pure.

A name stands once, at the nearest of these places. ``possible`` counts the last two: who could be recommended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from tracker import batches, criteria, enterprises, enterprises_histories, warehouse
from tracker.catalog_criteria import Criterion
from tracker.criteria import Version
from tracker.enterprises_moved import EXPIRY_MONTHS, expiring
from tracker.keeping import kept
from tracker.months import month_end

STANDINGS = ("publicity", "recommended", "pool", "below")
AT_RISK = "at_risk"
GROUPS = (*STANDINGS, AT_RISK)
POSSIBLE = "possible"
# Far enough for the next batch of a tier that is recognised once in two years.
_AHEAD_DAYS = 3 * 366


@kept(16)
def candidates(build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date) -> pl.DataFrame:
    """One row per name, by where it stands and then by name: nothing here says who is better.

    Returns:
        ``enterprise_id``, ``standing``, ``area`` (a unit or part of the viewed one), ``since_on``, ``example_id`` (the
        enterprise that stands for all of its history), ``revoked_on`` (the day on which a title was taken from it
        within three years). Shared, never changed in place.
    """
    histories = _histories(build_id, plan_id, area_code, tier, as_of)
    rows = enterprises.with_histories(enterprises.enterprises_of(build_id, histories), histories)
    return rows.sort(pl.col("standing").cast(pl.Enum(STANDINGS)), "place").drop("tier", "place")


@kept(32)
def numbers_by_tier(build_id: str, plan_id: str, area_code: str, as_of: dt.date) -> dict[str, pl.DataFrame]:
    """How many names stand where, by tier: see :func:`numbers_by_area`."""
    # Of a nation they are millions, and a ladder prints none of their names.
    histories = _histories(build_id, plan_id, area_code, "", as_of)
    counted = histories.join(enterprises_histories.sizes(build_id), on="example_id")
    parts = _numbers(counted, area_code, pl.col("enterprises").sum(), "tier").partition_by("tier", as_dict=True)
    return {str(tier): rows.drop("tier") for (tier,), rows in parts.items()}


def _histories(build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date) -> pl.DataFrame:
    """One row per tier and history whose enterprises may come to it: where they stand nearest."""
    found = warehouse.query(build_id, "candidates", tier=tier, area_code=area_code, as_of=as_of)
    return found.join(_groups(build_id, plan_id, area_code), on="area_code", how="inner").drop("area_code")


@kept(64)
def _groups(build_id: str, plan_id: str, area_code: str) -> pl.DataFrame:
    """``area_code`` and the ``area`` under which it is listed: its unit of the plan, inside one unit its own part."""
    units = warehouse.query(build_id, "area_units", plan_id=plan_id, area_code=area_code, language="zh")
    is_unit = units["unit_code"].n_unique() == 1
    return units.select("area_code", area=pl.col("area_code") if is_unit else pl.col("unit_code"))


def numbers_by_area(rows: pl.DataFrame, whole: str) -> pl.DataFrame:
    """``area_code``, ``standing``, ``number``: of the whole and of each unit or part of it."""
    return _numbers(rows, whole, pl.len())


def _numbers(rows: pl.DataFrame, whole: str, number: pl.Expr, *by: str) -> pl.DataFrame:
    number = number.cast(pl.Int64).alias("number")
    # What lies in the whole without a unit is a row of its own; the whole is never one of its parts.
    parts = rows.lazy().filter(pl.col("area") != whole).group_by(*by, area_code="area", standing="standing")
    total = rows.lazy().group_by(*by, area_code=pl.lit(whole), standing="standing")
    return pl.concat([total.agg(number), parts.agg(number)], how="vertical_relaxed").collect()


def standing_numbers(numbers: pl.DataFrame, area_code: str) -> dict[str, int]:
    """How many of an area stand where, zeros included, and how many could be recommended."""
    return with_possible(
        dict(numbers.filter(pl.col("area_code") == area_code).select("standing", "number").iter_rows())
    )


def with_possible(found: Mapping[str, int]) -> dict[str, int]:
    """Every standing, zeros included, and how many could be recommended."""
    counts = {standing: int(found.get(standing, 0)) for standing in STANDINGS}
    return {**counts, POSSIBLE: counts["pool"] + counts["below"]}


@kept(16)
def at_risk(build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date) -> pl.DataFrame:
    """Holders whose title ends within the next months, as :func:`candidates`, with ``month_end``; the soonest first."""
    found = expiring(build_id, plan_id, area_code, tier, as_of, month_end(as_of, EXPIRY_MONTHS))
    return found.join(_groups(build_id, plan_id, area_code), on="area_code", maintain_order="left").select(
        "enterprise_id",
        "example_id",
        pl.lit(AT_RISK).alias("standing"),
        "area",
        "month_end",
        since_on=pl.lit(None, pl.Date),
        revoked_on=pl.lit(None, pl.Date),
    )


@kept(32)
def versions(build_id: str, tier: str, language: str) -> tuple[Version, ...]:
    """The versions of the rules of a tier in the build, oldest first."""
    found = warehouse.query(build_id, "rule_versions", tier=tier, language=language)
    return tuple(
        Version(
            **row,
            criteria=tuple(
                Criterion.model_validate_json(definition)
                for definition in warehouse.query(build_id, "criteria", version_id=row["version_id"])["definition"]
            ),
        )
        for row in found.iter_rows(named=True)
    )


@kept(64)
def coming_on(build_id: str, plan_id: str, tier: str, as_of: dt.date) -> dt.date | None:
    """The day on which the next batch of a tier is expected; None where its lists have no rhythm yet."""
    lists = warehouse.query(build_id, "list_dates", plan_id=plan_id, as_of=as_of).filter(pl.col("tier") == tier)
    stated = warehouse.query(build_id, "stated_batches").filter(pl.col("tier") == tier)
    left = batches.batches_left(
        [batches.StatedBatch(*row) for row in stated.select("batch", "expected_on").iter_rows()],
        [batches.ListDate(*row) for row in lists.select("event_on", "batch").iter_rows()],
        as_of,
        as_of + dt.timedelta(days=_AHEAD_DAYS),
    )
    return left[0] if left else None


@kept(16)
def judged(
    build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date, version: Version, *, is_review: bool = False
) -> pl.DataFrame:
    """Names with the results of a version of the rules: candidates, or for a review the holders at risk."""
    rows = (at_risk if is_review else candidates)(build_id, plan_id, area_code, tier, as_of)
    values: dict[str, pl.Series] = {}
    for measure in criteria.measures_of(version.criteria):
        values |= _values(build_id, measure, enterprises.stated_on(build_id, measure, as_of))
    asked = {test.holds for test in criteria.tests_of(version.criteria)}
    titles = _titles(build_id, as_of).filter(pl.col("tier").is_in(asked))
    held = rows.select("enterprise_id", "example_id").join(titles, on="example_id").drop("example_id")
    results = criteria.judged(rows, values, held, version.criteria, as_of, is_review=is_review)
    return rows.join(results, on="enterprise_id", how="left", maintain_order="left")


# Candidates and those at risk are judged by the same values, and so are the months until the next values are stated.
# Eight measures of half a dozen days: what readers of different months ask in turns must not push each other out.
@kept(48)
def _values(build_id: str, measure: str, day: dt.date) -> dict[str, pl.Series]:
    """The values of a measure up to the newest day on which it is stated; of each year the newest statement."""
    found = warehouse.query(build_id, "criterion_values", measure=measure, as_of=day)
    return criteria.cells(found.with_columns(measure=pl.lit(measure)))


@kept(4)
def _titles(build_id: str, as_of: dt.date) -> pl.DataFrame:
    return warehouse.query(build_id, "titles_held", as_of=as_of)


def result_numbers(rows: pl.DataFrame, version: Version) -> list[tuple[Criterion, dict[str, int]]]:
    """How many names meet each criterion, do not, or are not known to."""
    found = []
    for criterion in version.criteria:
        counts = dict(rows[criteria.result_column(criterion)].value_counts().iter_rows())
        found.append((criterion, {result: int(counts.get(result, 0)) for result in criteria.RESULTS}))
    return found


def narrowed(rows: pl.DataFrame, version: Version, standing: str, criterion_id: str, result: str) -> pl.DataFrame:
    """The names at one place and with one result; empty codes narrow nothing."""
    if standing:
        rows = rows.filter(pl.col("standing") == standing)
    for criterion in version.criteria:
        if criterion.criterion_id == criterion_id and result:
            rows = rows.filter(pl.col(criteria.result_column(criterion)) == result)
    return rows
