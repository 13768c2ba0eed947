"""Small worlds for the tests of formulas, and what the value SQL makes of them, each cell held against the replay."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import duckdb
import polars as pl
import pytest

from etl.steps import VALUE_COUNTING, load, run
from etl.value_store import value_tables
from tests.replay_formulas import Answer, Holder, Report, Seen, World, seen
from tracker.catalog import load as load_catalog
from tracker.catalog_models import Indicator, Text

D = dt.date
CITY, SEA, HILL, REST = "1", "11", "12", "1-unassigned"
PARENTS = {CITY: None, SEA: CITY, HILL: CITY, REST: CITY}
START, END = D(2020, 1, 1), D(2030, 1, 1)
MARCH, JUNE, YEAR_END = D(2025, 3, 31), D(2025, 6, 30), D(2025, 12, 31)
MONTHS = tuple(pl.date_range(D(2024, 12, 1), D(2026, 12, 1), "1mo", eager=True).dt.month_end())


def indicator(indicator_id: str, formula: str, unit: str = "percent", **fields: Any) -> Indicator:
    word = Text(zh="示例", en="example")
    values: dict[str, Any] = {"frequency": "quarter", "grace_months": 2, "direction": "higher", "decimals": 1}
    values |= {"name": word, "short": word, "definition": word, "evidence": "R"} | fields
    return Indicator(indicator_id=indicator_id, formula=formula, unit=unit, **values)  # type: ignore[arg-type]


INTENSITY = indicator(
    "intensity", "ratio_of_sums", population="srdi", numerator="research", denominator="revenue",
    minimum_coverage_percent=50, frequency="year", grace_months=6,
)  # fmt: skip
CONTROL = indicator(
    "control", "mean_of_enterprise_ratios", population="srdi", numerator="controlled", denominator="processes",
    minimum_coverage_percent=50,
)  # fmt: skip
TOOLS = indicator(
    "tools", "share_of_enterprises", population="srdi", numerator="uses_tools", minimum_coverage_percent=50
)
PATENTS = indicator("patents", "per_enterprise", "piece", population="srdi", numerator="patents_held")
OFFICERS = indicator(
    "officers_each", "per_enterprise", "person_per_enterprise", population="srdi", numerator="officers"
)
SHARE = indicator(
    "revenue_share", "ratio_of_sums", population="srdi", numerator="main_revenue", denominator="main_revenue_of_all",
    minimum_coverage_percent=50, frequency="year", grace_months=6,
)  # fmt: skip
LOAN_RATE = indicator("loan_rate", "ratio_of_sums", numerator="loans_given", denominator="loans_asked")
CHAINS = indicator("chains", "reported", numerator="chains_covered", denominator="chains_of_city")
PLATFORMS = indicator("platforms", "reported", "item")
LISTED = indicator("listed", "reported", "enterprise", frequency="event", grace_months=0)
TRAINED = indicator("trained", "reported", "person")
COURSES = indicator("courses", "reported", "item")
ENTRIES = indicator("entries", "growth", numerator="entered", frequency="year", grace_months=6)
AVERAGE = indicator("average", "growth", numerator="entered", frequency="year", grace_months=6, growth_base_year=2022)
BASES = {
    "intensity": "ratio", "control": "ratio", "tools": "ratio", "patents": "ratio", "officers_each": "ratio",
    "revenue_share": "ratio", "loan_rate": "ratio", "chains": "ratio", "platforms": "ever", "listed": "level",
    "trained": "annual", "courses": "new", "entries": "growth", "average": "growth",
}  # fmt: skip
OF_AREAS = frozenset(
    ("officers", "main_revenue_of_all", "loans_given", "loans_asked", "chains_covered", "chains_of_city", "entered")
)
ALL = (
    INTENSITY, CONTROL, TOOLS, PATENTS, OFFICERS, SHARE, LOAN_RATE, CHAINS, PLATFORMS, LISTED, TRAINED, COURSES,
)  # fmt: skip


def world(
    *indicators: Indicator,
    holders: tuple[Holder, ...] = (),
    answers: tuple[Answer, ...] = (),
    reports: tuple[Report, ...] = (),
    **fields: Any,
) -> World:
    return World(indicators, BASES, CITY, (SEA, HILL), PARENTS, OF_AREAS, holders, answers, reports, **fields)


def holds(enterprise: int, area: str = SEA, to_on: dt.date = END, **fields: Any) -> Holder:
    return Holder(enterprise, area, START, to_on, **fields)


def told(enterprise: int, period_end: dt.date, **measures: float | None) -> tuple[Answer, ...]:
    return tuple(Answer(enterprise, measure, period_end, value) for measure, value in measures.items())


class Counted:
    """What the SQL makes of a world, cell by cell; every cell that is looked at must equal the replay."""

    def __init__(self, known: World, months: tuple[dt.date, ...] = MONTHS) -> None:
        self.world = known
        with duckdb.connect() as connection:
            _fill(connection, known, months)
            for step in VALUE_COUNTING:
                run(connection, step)
            rows = connection.execute(
                "select indicator_id, area_code, period_end, basis, value, state, source_period_end, "
                "expected_units, reported_units, numerator, denominator from mart.observation"
            ).fetchall()
        self.cells = {row[:3]: row[4:] for row in rows}
        assert len(self.cells) == len(rows)
        assert all(row[3] == known.bases[row[0]] for row in rows)

    def cell(self, asked: Indicator, area: str, month_end: dt.date) -> tuple[float | None, str]:
        """Value and state of one cell."""
        found = self.check(asked, area, month_end)
        return found[0], found[1]

    def check(self, asked: Indicator, area: str, month_end: dt.date) -> tuple[Any, ...]:
        """One cell: value, state, source period, expected, reported, numerator, denominator."""
        found = self.cells[asked.indicator_id, area, month_end]
        expected: Seen = seen(self.world, asked, area, month_end)
        where = (asked.indicator_id, area, month_end, found, expected)
        assert found[1:5] == (expected.state, expected.source, expected.expected, expected.reported), where
        parts = (expected.value, expected.numerator, expected.denominator)
        for number, exact in zip((found[0], *found[5:]), parts, strict=True):
            assert (number is None) == (exact is None), where
            if exact is not None:
                assert number == pytest.approx(float(exact), rel=1e-9, abs=1e-9), where
        return found


def _fill(connection: duckdb.DuckDBPyConnection, known: World, months: tuple[dt.date, ...]) -> None:
    run(connection, "tables")
    connection.execute(
        "create table mart.observation (indicator_id varchar, area_code varchar, period_end date, basis varchar, "
        "value double, numerator double, denominator double, in_force integer, source_period_end date, "
        "expected_units integer, reported_units integer, state varchar)"
    )
    frames = {
        name: pl.DataFrame(rows, schema=schema, orient="row") for name, (rows, schema) in _tables(known, months).items()
    }
    nothing = dict.fromkeys(("sheet", "column", "reading_id"), pl.lit(None, pl.String))
    for name, frame in (frames | value_tables(frames.pop("enterprise_value").with_columns(**nothing))).items():
        load(connection, f"core.{name}", frame)


_TEXT, _DAY, _NUMBER, _WHOLE = pl.String, pl.Date, pl.Float64, pl.Int64
_INDICATOR = {
    "indicator_id": _TEXT, "formula": _TEXT, "unit": _TEXT, "population": _TEXT, "numerator": _TEXT,
    "denominator": _TEXT, "minimum_coverage_percent": _NUMBER, "frequency": _TEXT, "grace_months": pl.Int32,
    "growth_base_year": pl.Int32,
}  # fmt: skip

_HELD = {"enterprise_id": _WHOLE, "tier": _TEXT, "status": _TEXT, "from_on": _DAY, "to_on": _DAY, "area_code": _TEXT}
_EXAMPLE = {"enterprise_id": _WHOLE, "enterprises": pl.Int32}


def _tables(known: World, months: tuple[dt.date, ...]) -> dict[str, tuple[list[Any], dict[str, Any]]]:
    inside = [(a, above) for a in known.parents for above in (a, known.parents[a]) if above]
    held = [(h.enterprise, h.tier, h.status, h.from_on, h.to_on, h.area) for h in known.holders]
    units = [("plan", known.city, False), *(("plan", unit, True) for unit in known.units)]
    return {
        "indicator": ([i.model_dump(include=set(_INDICATOR)) for i in known.indicators], _INDICATOR),
        "measure_definition": ([(name, "area") for name in sorted(known.of_areas)], {"measure": _TEXT, "level": _TEXT}),
        "calendar": ([(month,) for month in months], {"month_end": _DAY}),
        # Events on record feed some yearly numbers; tests/test_activities.py has them.
        "activity": ([], {"activity": _TEXT, "held_on": _DAY, "area_code": _TEXT, "is_repeated": pl.Boolean}),
        "activity_indicator": ([], {"activity": _TEXT, "indicator_id": _TEXT}),
        "area": ([(code, True) for code in known.parents], {"area_code": _TEXT, "is_tracked": pl.Boolean}),
        "area_closure": (inside, {"area_code": _TEXT, "ancestor_code": _TEXT}),
        "plan": ([("plan", known.city)], {"plan_id": _TEXT, "area_code": _TEXT}),
        "plan_area": (units, {"plan_id": _TEXT, "area_code": _TEXT, "is_summed": pl.Boolean}),
        "target": (
            [("plan", i.indicator_id, known.city, known.bases[i.indicator_id]) for i in known.indicators],
            {"plan_id": _TEXT, "indicator_id": _TEXT, "area_code": _TEXT, "basis": _TEXT},
        ),
        "source_file": (list(known.received.items()), {"file_id": _TEXT, "received_on": _DAY}),
        "tenure": (held, _HELD),
        # Each stands for itself alone.
        "example_tenure": (held, _HELD),
        "example": ([(number, 1) for number in sorted({h.enterprise for h in known.holders})], _EXAMPLE),
        "enterprise_value": (
            [(a.enterprise, a.measure, a.period_end, a.value, a.file, n) for n, a in enumerate(known.answers)],
            {
                "enterprise_id": _WHOLE, "measure": _TEXT, "period_end": _DAY, "value": _NUMBER, "file_id": _TEXT,
                "row": pl.Int32,
            },
        ),
        "reported_value": (
            [
                (r.area, r.name, r.period_end, r.value, r.numerator, r.denominator, r.file, n, r.months)
                for n, r in enumerate(known.reports)
            ],
            {
                "area_code": _TEXT, "indicator_id": _TEXT, "period_end": _DAY, "value": _NUMBER, "numerator": _NUMBER,
                "denominator": _NUMBER, "file_id": _TEXT, "row": pl.Int32, "period_months": pl.Int32,
            },
        ),
    }  # fmt: skip


def lianyungang(seed: int) -> World:
    """Invented answers and reports for every indicator of the plan that is no tier count."""
    catalog = load_catalog()
    plan = catalog.plans["lianyungang"]
    draw = random.Random(seed)
    units = tuple(unit.area_code for unit in plan.areas if unit.is_summed)
    used = {target.indicator_id: target.basis for target in plan.targets}
    indicators = tuple(i for i in catalog.indicators.values() if i.indicator_id in used and i.formula != "tier_count")
    of_areas = frozenset(name for name, measure in catalog.measures.items() if measure.level == "area")
    measures = {
        name
        for i in indicators
        if i.formula != "reported"
        for name in (i.numerator, i.denominator)
        if name is not None and name not in of_areas
    }
    holders = [
        Holder(e, draw.choice(units), START, END, tier)
        for e in range(60)
        for tier in ("innovative", "srdi")[: 1 + e % 2]
    ]
    answers = [
        Answer(e, name, YEAR_END, draw.randrange(2 if name.startswith(("has_", "uses_")) else 90))
        for e in range(60)
        for name in sorted(measures)
        if draw.random() < 0.7
    ]
    reports = [
        Report(unit, name, YEAR_END, draw.randrange(1, 20), draw.randrange(10), 10)
        for unit in units
        for name in sorted(of_areas)
        if draw.random() < 0.9
    ]
    parents: dict[str, str | None] = {plan.area_code: None} | dict.fromkeys(units, plan.area_code)
    return World(
        indicators, used, plan.area_code, units, parents, of_areas, tuple(holders), tuple(answers), tuple(reports)
    )
