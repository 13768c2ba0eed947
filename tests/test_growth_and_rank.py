"""Growth and places: the SQL against slow, obvious Python; each year of a yearly task judged on its own."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.steps import RANKING, run
from tests.formula_worlds import AVERAGE, CITY, ENTRIES, HILL, SEA, YEAR_END, Counted, D, world
from tests.replay_formulas import Report
from tests.test_progress import THRESHOLDS
from tracker.progress import progress

# --- Growth --------------------------------------------------------------------------------------------------------

YEARS = {2022: D(2022, 12, 31), 2024: D(2024, 12, 31), 2025: YEAR_END}


def entered(area: str, **values: float | None) -> tuple[Report, ...]:
    return tuple(Report(area, "entered", YEARS[int(year[1:])], value) for year, value in values.items())


def test_growth_compares_with_the_year_before_and_an_average_with_its_base_year() -> None:
    counted = Counted(world(ENTRIES, AVERAGE, reports=entered(SEA, y2022=100, y2024=150, y2025=172.8)))
    assert counted.check(ENTRIES, SEA, YEAR_END)[:2] == (pytest.approx(15.2), "ok")
    # 1.728 is 1.2 three times over.
    assert counted.check(AVERAGE, SEA, YEAR_END)[:2] == (pytest.approx(20.0), "ok")


def test_growth_of_the_whole_is_that_of_the_sums_and_never_a_mean_of_percentages() -> None:
    reports = (*entered(SEA, y2024=900, y2025=990), *entered(HILL, y2024=100, y2025=200))
    counted = Counted(world(ENTRIES, reports=reports))
    # 10 % and 100 %: together 1,190 of 1,000.
    assert counted.check(ENTRIES, CITY, YEAR_END)[:2] == (pytest.approx(19.0), "ok")


def test_without_the_year_before_there_is_no_growth_and_of_nothing_neither() -> None:
    counted = Counted(world(ENTRIES, reports=(*entered(SEA, y2025=10), *entered(HILL, y2024=0, y2025=10))))
    assert counted.cell(ENTRIES, SEA, YEAR_END) == (None, "not_reported")
    assert counted.cell(ENTRIES, HILL, YEAR_END) == (None, "no_data")


amounts = st.none() | st.integers(0, 500).map(float)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from([CITY, SEA, HILL]), st.sampled_from(list(YEARS)), amounts), max_size=9))
def test_growth_of_any_reports_is_that_of_the_replay(said: list[tuple[str, int, float | None]]) -> None:
    months = (D(2024, 12, 31), D(2025, 6, 30), YEAR_END, D(2026, 12, 31))
    reports = tuple(Report(area, "entered", YEARS[year], value) for area, year, value in said)
    counted = Counted(world(ENTRIES, AVERAGE, reports=reports), months)
    for asked, area, month in itertools.product((ENTRIES, AVERAGE), (CITY, SEA, HILL), months):
        counted.check(asked, area, month)


# --- Places --------------------------------------------------------------------------------------------------------

MONTHS = (D(2024, 11, 30), D(2024, 12, 31), D(2025, 1, 31), D(2025, 2, 28))
Counts = dict[tuple[str, dt.date], float | None]


def by_month(of_areas: Mapping[str, Sequence[float | None]]) -> Counts:
    return {(area, month): v for area, of in of_areas.items() for month, v in zip(MONTHS, of, strict=True)}


def places(counts: Counts, basis: str) -> Counts:
    """The places that the SQL gives, by area and month."""
    schema = {
        "indicator_id": pl.String, "area_code": pl.String, "period_end": pl.Date, "basis": pl.String,
        "value": pl.Float64, "numerator": pl.Float64, "denominator": pl.Float64, "source_period_end": pl.Date,
        "expected_units": pl.Int32, "reported_units": pl.Int32, "state": pl.String,
    }  # fmt: skip
    seen = [
        {
            "indicator_id": "titles",
            "area_code": area,
            "period_end": month,
            "basis": basis,
            "value": value,
            "state": "no_data" if value is None else "ok",
        }
        for (area, month), value in counts.items()
    ]
    areas = sorted({area for area, _ in counts})
    tables = {
        "core.indicator": pl.DataFrame(
            [("place", "rank", "titles", basis), ("titles", "tier_count", None, None)],
            schema=["indicator_id", "formula", "numerator", "rank_basis"],
            orient="row",
        ),
        "core.indicator_among": pl.DataFrame({"indicator_id": ["place"] * len(areas), "area_code": areas}),
        "mart.observation": pl.DataFrame(seen, schema=schema),
    }
    with duckdb.connect() as connection:
        connection.execute("create schema core; create schema mart")
        for name, frame in tables.items():
            connection.register("incoming", frame.to_arrow())
            connection.execute(f"create table {name} as select * from incoming")
        for step in RANKING:
            run(connection, step)
        found = connection.execute(
            "select area_code, period_end, value, state from mart.observation where indicator_id = 'place'"
        ).fetchall()
    assert all((value is None) == (state == "not_reported") for _, _, value, state in found)
    return {(area, month): value for area, month, value, _ in found}


def place_by_hand(counts: Counts, basis: str, area: str, month: dt.date) -> float | None:
    """One more than the areas that have more; no place without a count, and none where nobody else has one."""

    def titles(one: str) -> float | None:
        if counts[one, month] is None or basis == "in_force":
            return counts[one, month]
        of_year = [value for (who, day), value in counts.items() if who == one and day.year == month.year <= 9999]
        days = [day for who, day in counts if who == one and day.year == month.year]
        return sum(value or 0 for value, day in zip(of_year, days, strict=True) if day <= month)

    everyone = {one: titles(one) for one, day in counts if day == month}
    known = {one: number for one, number in everyone.items() if number is not None}
    if area not in known or len(known) < 2:
        return None
    return 1.0 + sum(number > known[area] for number in known.values())


def test_equals_share_the_better_place_and_the_next_one_is_left_out() -> None:
    counts: Counts = {(area, MONTHS[0]): float(titles) for area, titles in zip("abcd", (5, 7, 5, 4), strict=True)}
    assert places(counts, "in_force") == {(a, MONTHS[0]): p for a, p in zip("abcd", (2, 1, 2, 4), strict=True)}


def test_new_titles_are_counted_from_the_first_of_january() -> None:
    counts: Counts = {
        (a, m): v for a, of in (("a", (9, 9, 0, 1)), ("b", (0, 0, 2, 0))) for m, v in zip(MONTHS, of, strict=True)
    }
    assert [places(counts, "new")["a", month] for month in MONTHS] == [1.0, 1.0, 2.0, 2.0]


@settings(max_examples=15)
@given(
    st.lists(st.tuples(*[st.none() | st.integers(0, 3).map(float)] * len(MONTHS)), min_size=1, max_size=4),
    st.sampled_from(["in_force", "new"]),
)
def test_places_of_any_counts_are_those_by_hand(of_areas: list[tuple[float | None, ...]], basis: str) -> None:
    counts: Counts = {
        (a, m): v for a, of in zip("abcd", of_areas, strict=False) for m, v in zip(MONTHS, of, strict=True)
    }
    assert places(counts, basis) == {key: place_by_hand(counts, basis, *key) for key in counts}


# --- Each year on its own ------------------------------------------------------------------------------------------


def yearly(basis: str, years: tuple[int, ...] = (2023, 2024, 2025), **fields: Any) -> pl.DataFrame:
    """A task for each year, of the same number."""
    common = {
        "plan_id": "p", "target_id": "t", "indicator_id": "i", "area_code": "1", "comparator": "ge", "value": 4.0,
        "value_high": None, "tolerance": None, "basis": basis, "baseline_on": None, "baseline_value": None,
        "pace_basis": None, "decided_on": None, "direction": "higher", "tier": None,
    }  # fmt: skip
    rows = [common | {"starts_on": D(year, 1, 1), "due_on": D(year, 12, 31)} | fields for year in years]
    texts = {"pace_basis": pl.String, "tier": pl.String, "decided_on": pl.Date, "baseline_on": pl.Date}
    numbers = dict.fromkeys(("value_high", "tolerance", "baseline_value"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides={**texts, **numbers})


def seen(basis: str, values: dict[dt.date, tuple[float, dt.date]]) -> pl.DataFrame:
    """Month end -> value and the end of the period that it tells of."""
    return pl.DataFrame(
        [("i", "1", basis, month, value, "ok", source) for month, (value, source) in values.items()],
        schema=["indicator_id", "area_code", "basis", "period_end", "value", "state", "source_period_end"],
        orient="row",
    )


def states(rows: pl.DataFrame, as_of: dt.date) -> dict[int, tuple[float | None, str, bool]]:
    found = rows.filter(pl.col("as_of") == as_of).sort("due_on")
    return {d.year: (v, s, c) for d, v, s, c in found.select("due_on", "value", "state", "is_current").iter_rows()}


def test_an_annual_task_is_judged_year_by_year_and_begins_anew() -> None:
    ends = [D(2023, 12, 31), D(2024, 6, 30), D(2024, 12, 31), D(2025, 2, 28)]
    values = seen("annual", {end: (value, end) for end, value in zip(ends, (5.0, 1.0, 3.0, 4.0), strict=True)})
    rows = progress(yearly("annual"), values, THRESHOLDS)
    assert states(rows, ends[0]) == {
        2023: (5.0, "met", True), 2024: (0.0, "not_started", False), 2025: (0.0, "not_started", False),
    }  # fmt: skip
    # Half a year asks for two of four; the five of the year before count no more, and stay its own.
    assert states(rows, ends[1])[2023] == (5.0, "met", False)
    assert states(rows, ends[1])[2024] == (1.0, "behind", True)
    # What comes in 2025 never mends 2024.
    assert states(rows, ends[3]) == {
        2023: (5.0, "met", False), 2024: (3.0, "missed", False), 2025: (4.0, "met_early", True),
    }  # fmt: skip


@pytest.mark.parametrize("basis", ["growth", "rank"])
def test_growth_and_place_of_a_year_are_not_judged_by_the_figure_of_the_year_before(basis: str) -> None:
    ends = [D(2023, 12, 31), D(2024, 12, 31), D(2025, 12, 31)]
    # The figure of 2023 still holds at the end of 2024, when nobody has told of that year yet.
    values = seen(basis, {ends[0]: (5.0, ends[0]), ends[1]: (5.0, ends[0]), ends[2]: (2.0, ends[2])})
    rows = progress(yearly(basis), values, THRESHOLDS)
    assert states(rows, ends[1]) == {
        2023: (5.0, "met", False), 2024: (None, "no_data", True), 2025: (None, "no_data", False),
    }  # fmt: skip
    assert states(rows, ends[2])[2025] == (2.0, "missed", True)
    assert states(rows, ends[2])[2023] == (5.0, "met", False)


def test_a_single_rate_of_a_plan_of_one_year_still_takes_what_holds() -> None:
    values = seen("growth", {D(2023, 12, 31): (5.0, D(2022, 12, 31))})
    rows = progress(yearly("growth", (2023,)), values, THRESHOLDS)
    assert states(rows, D(2023, 12, 31)) == {2023: (5.0, "met", True)}
