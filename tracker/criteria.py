"""Which conditions of the rules an enterprise meets, from what it stated: met, not met or unknown. Pure.

Logic of three values: what is not known can neither meet nor fail, unless the rest decides without it. No condition
is weighed against another, and nothing here becomes a score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from tracker.catalog_criteria import Criterion, Quantity, Test

MET, NOT_MET, UNKNOWN, WAIVED = "met", "not_met", "unknown", "waived"
RESULTS = (MET, NOT_MET, UNKNOWN)
# "The last year" of a rule: what is older than the year before last says nothing of it any more.
_NEWEST_YEARS = 3
_YEARS = 5
_PERCENT = 100


@dataclass(frozen=True)
class Version:
    """A version of the rules of one tier with its criteria in order; ``document`` and ``note`` in words."""

    version_id: str
    starts_on: dt.date
    ends_on: dt.date | None
    reviews_until: dt.date | None
    document: str
    note: str | None
    criteria: tuple[Criterion, ...]


def version_on(versions: Sequence[Version], day: dt.date, *, is_review: bool = False) -> Version:
    """The version in force on a day; of reviews the one that they still follow. The nearest where none is."""
    last = dt.date.max
    for version in versions:
        ends_on = version.ends_on or last
        if is_review:
            ends_on = max(ends_on, version.reviews_until or ends_on)
        if version.starts_on <= day <= ends_on:
            return version
    return versions[0] if day < versions[0].starts_on else versions[-1]


def result_column(criterion: Criterion) -> str:
    """The column of :func:`judged` that holds the result of a criterion."""
    return f"result:{criterion.criterion_id}"


def value_column(quantity: Quantity) -> str:
    """The column of :func:`judged` that holds what a quantity came to."""
    return f"value:{quantity.key}"


def year_column(quantity: Quantity) -> str:
    """The column of :func:`judged` that holds the newest year of a quantity."""
    return f"year:{quantity.key}"


def tests_of(criteria: Iterable[Criterion]) -> list[Test]:
    """All tests of criteria, in their order."""
    return [test for criterion in criteria for tests in criterion.any_of for test in tests]


def measures_of(criteria: Iterable[Criterion]) -> list[str]:
    """The measures that criteria look at, each once."""
    named = [name for test in tests_of(criteria) for name in (test.measure, test.per) if name is not None]
    return sorted(set(named))


def cells(values: pl.DataFrame) -> dict[str, pl.Series]:
    """The values of each measure and year, each at the place of its enterprise's number.

    Args:
        values: ``enterprise_id``, ``measure``, ``year``, ``value`` of whole years; of several statements of a year that
            of the largest ``newness`` counts.
    """
    length = int(values["enterprise_id"].max() or 0) + 1  # type: ignore[arg-type]
    nothing = pl.Series([None], dtype=pl.Float64).new_from_index(0, length)
    parts = values.partition_by("measure", "year", as_dict=True)
    return {_cell(str(measure), int(year)): _placed(nothing, part) for (measure, year), part in parts.items()}


def _placed(nothing: pl.Series, rows: pl.DataFrame) -> pl.Series:
    placed = nothing.clone().scatter(rows["enterprise_id"], rows["value"])
    if len(placed) - placed.null_count() == rows.height:
        return placed  # nobody stated twice, which is seen faster in the cells than among a million rows
    newest = rows.sort("newness").unique("enterprise_id", keep="last")
    return nothing.clone().scatter(newest["enterprise_id"], newest["value"])


def judged(
    names: pl.DataFrame,
    values: Mapping[str, pl.Series],
    titles: pl.DataFrame,
    criteria: Sequence[Criterion],
    as_of: dt.date,
    *,
    is_review: bool = False,
) -> pl.DataFrame:
    """Results and values of criteria for each name.

    Args:
        names: ``enterprise_id``, each once.
        values: see :func:`cells`.
        titles: ``enterprise_id``, ``tier`` held on the day, inclusively.
        criteria: what is asked.
        as_of: the day; values count that are of its year or the two before.
        is_review: whether holders are judged for a review, which waives some criteria.

    Returns:
        ``enterprise_id``; a result column for each criterion (:data:`RESULTS` or ``waived``), a value and a year column
        for each quantity.
    """
    wide = _wide(names, values, titles, tests_of(criteria), as_of)
    return wide.select("enterprise_id", *_columns(tuple(criteria), as_of.year, is_review))


# Writing the rules down as expressions takes as long as judging a thousand names by them.
@lru_cache(maxsize=64)
def _columns(criteria: tuple[Criterion, ...], this_year: int, is_review: bool) -> list[pl.Expr]:
    columns: dict[str, pl.Expr] = {}
    for test in tests_of(criteria):
        if (quantity := test.quantity) is not None:
            columns[value_column(quantity)] = _newest(quantity, this_year, lambda year, t=test: _shown(t, year))
            columns[year_column(quantity)] = _newest(quantity, this_year, lambda year: pl.lit(year, pl.Int32))
    for criterion in criteria:
        met = pl.any_horizontal(
            pl.all_horizontal(_verdict(test, this_year) for test in tests) for tests in criterion.any_of
        )
        result = pl.when(met.is_null()).then(pl.lit(UNKNOWN)).when(met).then(pl.lit(MET)).otherwise(pl.lit(NOT_MET))
        is_waived = is_review and criterion.is_waived_for_review
        columns[result_column(criterion)] = pl.lit(WAIVED) if is_waived else result
    return [column.alias(name) for name, column in columns.items()]


def _wide(
    names: pl.DataFrame, values: Mapping[str, pl.Series], titles: pl.DataFrame, tests: Sequence[Test], as_of: dt.date
) -> pl.DataFrame:
    """One row per name: a column per measure and year, and one per title whether it is held."""
    measures = {name for test in tests for name in (test.measure, test.per) if name is not None}
    asked = [_cell(measure, as_of.year - back) for measure in sorted(measures) for back in range(_YEARS)]
    nothing = pl.lit(None, pl.Float64)
    wide = names.select("enterprise_id").with_columns(
        (_of_enterprises(values[name]) if name in values else nothing).alias(name) for name in asked
    )
    for tier in sorted({test.holds for test in tests if test.holds is not None}):
        held = titles.filter(pl.col("tier") == tier).select("enterprise_id", pl.lit(True).alias(f"holds:{tier}"))
        wide = wide.join(held, on="enterprise_id", how="left", maintain_order="left")
    return wide.with_columns(pl.col("^holds:.*$").fill_null(False)) if any(t.holds for t in tests) else wide


def _of_enterprises(cell: pl.Series) -> pl.Expr:
    """The value of each enterprise; those with larger numbers than any in the cell stated nothing."""
    enterprise = pl.col("enterprise_id")
    return pl.lit(cell).gather(pl.when(enterprise < len(cell)).then(enterprise))


def _cell(measure: str, year: int) -> str:
    return f"{measure}|{year}"


def _of_year(quantity: Quantity, year: int) -> pl.Expr:
    """What was stated of a year, or its share of the other measure in percent."""
    value = pl.col(_cell(quantity.measure, year))
    if quantity.per is None:
        return value
    whole = pl.col(_cell(quantity.per, year))
    return pl.when(whole > 0).then(_PERCENT * value / whole)


def _newest(quantity: Quantity, this_year: int, of_year: object) -> pl.Expr:
    """An expression of the newest year of which the quantity is known; null where it is known of none."""
    years = range(this_year, this_year - _NEWEST_YEARS, -1)
    made = [(_of_year(quantity, year).is_not_null(), of_year(year)) for year in years]  # type: ignore[operator]
    return pl.coalesce(pl.when(is_known).then(value) for is_known, value in made)


def _parts(quantity: Quantity, year: int) -> list[pl.Expr]:
    """The quantity in its years, the newest first; growth in percent for ``growth``."""
    if quantity.how == "growth":
        return [_growth(quantity, year - back, 1) for back in range(quantity.years)]
    if quantity.how == "cagr":
        return [_growth(quantity, year, quantity.years)]
    return [_of_year(quantity, year - back) for back in range(quantity.years)]


def _growth(quantity: Quantity, year: int, years: int) -> pl.Expr:
    now, before = _of_year(quantity, year), _of_year(quantity, year - years)
    return pl.when((before > 0) & (now >= 0)).then(_PERCENT * ((now / before) ** (1 / years) - 1))


def _shown(test: Test, year: int) -> pl.Expr:
    """What is printed of a quantity: of each year's the one that decides, of a sum what is known of it."""
    assert test.quantity is not None
    parts = _parts(test.quantity, year)
    if test.how == "sum":
        return pl.sum_horizontal(parts)
    if test.how in ("mean", "growth"):
        return pl.mean_horizontal(parts, ignore_nulls=False)
    return pl.max_horizontal(parts) if test.at_least is None else pl.min_horizontal(parts)


def _verdict(test: Test, this_year: int) -> pl.Expr:
    """True, false, or null where it cannot be known."""
    quantity = test.quantity
    if quantity is None:
        return pl.col(f"holds:{test.holds}") if test.holds is not None else pl.lit(None, pl.Boolean)
    return _newest(quantity, this_year, lambda year: _verdict_of_year(test, quantity, year))


def _verdict_of_year(test: Test, quantity: Quantity, year: int) -> pl.Expr:
    parts = _parts(quantity, year)
    if test.how in ("sum", "mean"):
        total = pl.sum_horizontal(parts) / (len(parts) if test.how == "mean" else 1)
        # Nobody states less than nothing: what is known may be enough already.
        is_whole = pl.all_horizontal(part.is_not_null() for part in parts)
        enough = _within(test, total)
        return pl.when(is_whole | (enough & pl.lit(test.at_least is not None))).then(enough)
    if test.how == "growth":
        return _within(test, pl.mean_horizontal(parts, ignore_nulls=False))
    return pl.all_horizontal(_within(test, part) for part in parts)


def _within(test: Test, value: pl.Expr) -> pl.Expr:
    """Boundary values meet the rule: 以上 and 以下 include the number."""
    # A share computed from what meets 3% exactly must not fail for the last bit.
    rounded = value.round(9)
    if test.at_least is not None:
        return rounded >= test.at_least
    return rounded < test.below if test.below is not None else rounded <= test.at_most
