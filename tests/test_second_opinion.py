"""The second opinions on columns against the functions that reproduce their publishers, one row at a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_progress import THRESHOLDS, observed, targets
from tracker import methods, second_opinion
from tracker.progress import assessed

D = dt.date
values = st.integers(-20, 60).map(float) | st.decimals(-20, 60, places=2).map(float)
cases = st.lists(
    st.fixed_dictionaries(
        {
            "base": values, "current": values, "target": values, "sign": st.sampled_from([1, -1]),
            "years": st.integers(1, 5), "more_years": st.integers(0, 5),
            "earlier": st.lists(values, min_size=5, max_size=5),
        }
    ),
    min_size=1, max_size=60,
)  # fmt: skip
DIRECTIONS: dict[int, Any] = {1: "increase", -1: "decrease"}


def answers(rows: list[dict[str, Any]], expressions: tuple[pl.Expr, pl.Expr]) -> list[tuple[float | None, Any]]:
    """Value and class of each row by the expressions of a method."""
    value, label = expressions
    return pl.DataFrame(rows).select(value=value, label=label).rows()


@settings(deadline=None)
@given(rows=cases)
def test_every_method_on_columns_agrees_with_its_publisher(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row |= {"all_years": row["years"] + row["more_years"], "years_left": row["more_years"]}
        row["first"] = row["earlier"][0]
    found = {name: answers(rows, getattr(second_opinion, name)()) for name in ("eurostat", "un_progress_chart")}
    found |= {name: answers(rows, getattr(second_opinion, name)()) for name in ("opensdg", "destatis")}
    for place, row in enumerate(rows):
        years = {"base_year": 0, "current_year": row["years"], "target_year": row["all_years"]}
        numbers = {"base_value": row["base"], "current_value": row["current"], "target": row["target"]}
        direction = DIRECTIONS[row["sign"]]
        eurostat = methods.eurostat_cagr_with_target(**years, **numbers, direction=direction)
        same(found["eurostat"][place], eurostat.ratio, eurostat.category)
        un = methods.un_progress_chart_2023_target(**years, **numbers, direction=direction)
        same(found["un_progress_chart"][place], un.ratio, un.score)
        weather = methods.destatis_weather(
            last_six_values=[*row["earlier"], row["current"]], current_year=0, target=row["target"],
            target_year=row["more_years"], direction=direction,
        )  # fmt: skip
        same(found["destatis"][place], weather.missed_share_of_remaining_distance, weather.symbol)
        if row["base"] and row["target"]:
            opensdg = methods.opensdg_cagr_with_target(
                series=[(0, row["base"]), (row["years"], row["current"])], target=row["target"], base_year=0,
                target_year=row["all_years"], direction="positive" if row["sign"] > 0 else "negative",
            )  # fmt: skip
            is_finite = opensdg.progress_value is not None and abs(opensdg.progress_value) != float("inf")
            same(found["opensdg"][place], opensdg.progress_value if is_finite else None, opensdg.series_status)


def same(found: tuple[float | None, Any], value: float | None, label: Any) -> None:
    """The same number; and where there is one, the same class."""
    if value is None:
        assert found[0] is None or found[0] != found[0]
        return
    assert found[0] == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert found[1] == label


def opinions(history: dict[dt.date, float | None], **changes: Any) -> dict[tuple[dt.date, str], Any]:
    """Value and class by as-of date and method, of one target with these values."""
    seen = observed(history, {changes.get("basis", "in_force")})
    rows = second_opinion.second_opinions(assessed(targets(changes), seen, THRESHOLDS), seen, THRESHOLDS)
    return {(row["as_of"], row["method"]): (row["value"], row["class"]) for row in rows.to_dicts()}


def test_a_doubling_target_is_behind_the_line_and_on_track_by_its_rate() -> None:
    # Base 100 at the end of 2022, 200 at the end of 2025: after one year 126 of the 133.3 on the line, and
    # 100 x 2^(1/3) = 125.99 on the curve.
    doubling = {"value": 200.0, "baseline_value": 100.0}
    found = opinions({D(2023, 12, 31): 126.0, D(2024, 6, 30): 126.0}, **doubling)
    ratio, label = found[D(2023, 12, 31), "eurostat_cagr_with_target"]
    assert (ratio, label) == (pytest.approx(0.26 / (2 ** (1 / 3) - 1)), "significant_progress")
    assert found[D(2023, 12, 31), "opensdg_cagr_with_target"] == (pytest.approx(ratio), "substantial_progress")
    # 365 of 1096 days, not a third: 2024 is a leap year.
    assert found[D(2023, 12, 31), "linear_pace"] == (pytest.approx(26 - 100 * 365 / 1096), "slightly_behind")
    # 100 x 1.26^3 = 200.04: the whole change and a little more.
    assert found[D(2023, 12, 31), "un_progress_chart_2023_target"] == (pytest.approx(1.000376), "3")
    # Half a year later: years are months / 12.
    half = (1.26 ** (1 / 1.5) - 1) / (2 ** (1 / 3) - 1)
    assert found[D(2024, 6, 30), "eurostat_cagr_with_target"] == (pytest.approx(half), "moderate_progress")


def test_weather_needs_six_values_a_year_apart() -> None:
    history = {D(2019 + year, 6, 30): 10.0 + year for year in range(6)}
    found = opinions(dict(history), value=20.0)
    # 15 now and 1 a year more: 16.5 at the end of 2025, 3.5 short of the 5 still to go.
    assert found == {(D(2024, 6, 30), "destatis_weather"): (pytest.approx(0.7), "cloudy")}
    assert opinions(history | {D(2021, 6, 30): None}, value=20.0) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"comparator": "range", "value_high": 30.0, "baseline_value": 10.0},
        {"basis": "annual", "comparator": "le", "direction": "lower", "value": 30.0},
        {"starts_on": D(2025, 1, 1), "baseline_value": 10.0},
        {"due_on": D(2024, 6, 30), "baseline_value": 10.0},
    ],
)
def test_ranges_caps_and_periods_that_do_not_run_have_no_second_opinion(changes: dict[str, Any]) -> None:
    assert opinions({D(2024, 6, 30): 18.0}, **changes) == {}


def test_a_zero_base_has_a_pace_and_no_rate() -> None:
    found = opinions({D(2023, 12, 31): 3.0}, value=10.0, baseline_value=0.0)
    assert {method for _, method in found} == {"linear_pace"}


def test_a_flow_starts_at_nothing() -> None:
    found = opinions({D(2024, 6, 30): 18.0}, basis="annual", due_on=D(2024, 12, 31), value=30.0, baseline_value=25.0)
    assert found == {(D(2024, 6, 30), "linear_pace"): (pytest.approx(60 - 100 * 182 / 366), "ahead")}
