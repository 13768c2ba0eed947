"""Progress by hand: every expected number stands beside the rule that gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.progress import LEADER_STATE, progress

D = dt.date
HALF_WAY = D(2024, 6, 30)
THRESHOLDS = {
    "ahead_lead_points": 5.0,
    "on_pace_lead_points": 0.0,
    "slightly_behind_lead_points": -10.0,
    "ratio_slightly_behind_percent": 90.0,
}
TARGET: dict[str, Any] = {
    "plan_id": "p", "target_id": "t", "indicator_id": "i", "area_code": "1", "comparator": "ge", "value": 25.0,
    "value_high": None, "tolerance": None, "basis": "in_force", "starts_on": D(2023, 1, 1), "due_on": D(2025, 12, 31),
    "baseline_on": D(2022, 12, 31), "baseline_value": None, "pace_basis": None, "decided_on": None,
    "exempt_on": None, "direction": "higher",
}  # fmt: skip
SCHEMA: dict[str, type[pl.DataType]] = {
    "plan_id": pl.String, "target_id": pl.String, "indicator_id": pl.String, "area_code": pl.String,
    "comparator": pl.String, "value": pl.Float64, "value_high": pl.Float64, "tolerance": pl.Float64,
    "basis": pl.String, "starts_on": pl.Date, "due_on": pl.Date, "baseline_on": pl.Date,
    "baseline_value": pl.Float64, "pace_basis": pl.String, "decided_on": pl.Date, "exempt_on": pl.Date,
    "direction": pl.String,
}  # fmt: skip


def assess(values: Mapping[dt.date, float | None], *targets: dict[str, Any], state: str = "ok") -> list[dict[str, Any]]:
    """Progress of targets (changes to TARGET) whose indicator has these values at month ends, in as-of order."""
    rows = [{**TARGET, **changes} for changes in (targets or ({},))]
    observations = pl.DataFrame(
        [
            ("i", "1", day, basis, value, state if value is not None else "no_data")
            for day, value in values.items()
            for basis in {row["basis"] for row in rows}
        ],
        schema={
            "indicator_id": pl.String, "area_code": pl.String, "period_end": pl.Date, "basis": pl.String,
            "value": pl.Float64, "state": pl.String,
        },
        orient="row",
    )  # fmt: skip
    return progress(pl.DataFrame(rows, schema=SCHEMA, orient="row"), observations, THRESHOLDS).to_dicts()


def state_of(observed: float | None, as_of: dt.date = HALF_WAY, /, **changes: Any) -> str:
    return str(assess({as_of: observed}, changes)[0]["state"])


def test_increment_pace_with_a_stated_baseline() -> None:
    # Base 13, target 25: 18 is 72.0 % of the total and 5/12 = 41.67 % of the increment; 18 of 36 months are 50 %.
    [row] = assess({D(2024, 6, 30): 18.0}, {"baseline_value": 13.0})
    assert row["completion"] == pytest.approx(0.72)
    assert row["increment_completion"] == pytest.approx(5 / 12)
    assert row["elapsed"] == 0.5
    assert row["expected_value"] == pytest.approx(19.0)
    assert row["lead_points"] == pytest.approx(-8.3333333, abs=1e-6)
    assert row["gap"] == 7
    assert row["needed_per_month"] == pytest.approx(7 / 18)
    assert row["state"] == "slightly_behind"
    assert row["baseline_source"] == "stated"


def test_own_count_is_the_baseline_where_lists_reach_back() -> None:
    rows = assess({D(2022, 12, 31): 13.0, D(2024, 6, 30): 19.0})
    assert (rows[1]["baseline_value"], rows[1]["baseline_source"]) == (13.0, "own_count")
    assert (rows[1]["lead_points"], rows[1]["state"]) == (0.0, "on_pace")


def test_without_baseline_pace_goes_by_the_total() -> None:
    # 53.3 % after nine of twelve months is 21.7 points behind: the form of the city's own notice of 2019.
    row = assess(
        {D(2019, 9, 30): 53.3},
        {"value": 100.0, "starts_on": D(2019, 1, 1), "due_on": D(2019, 12, 31), "baseline_on": D(2018, 12, 31)},
    )[0]
    assert row["elapsed"] == 0.75
    assert row["lead_points"] == pytest.approx(-21.7)
    assert (row["pace_basis_used"], row["state"]) == ("total", "behind")


@pytest.mark.parametrize(
    ("comparator", "target", "value", "is_met"),
    [
        ("gt", 50.0, 50.0, False),
        ("gt", 50.0, 50.000001, True),
        ("ge", 50.0, 50.0, True),
        ("ge", 50.0, 49.9999999999, True),
        ("ge", 50.0, 49.99, False),
        ("full", 100.0, 99.6, False),
        ("full", 100.0, 100.0, True),
        ("le", 5.0, 5.0, True),
        ("le", 5.0, 5.1, False),
        ("lead", 1.0, 1.0, True),
        ("lead", 1.0, 2.0, False),
    ],
)
def test_comparators_are_read_literally(comparator: str, target: float, value: float, is_met: bool) -> None:
    found = state_of(value, D(2025, 12, 31), comparator=comparator, value=target, basis="ratio")
    assert found == ("met" if is_met else "missed")


def test_about_five_and_ranges() -> None:
    about = {"comparator": "approx", "value": 5.0, "tolerance": 1.0, "basis": "level"}
    assert state_of(4.0, D(2025, 12, 31), **about) == "met"
    assert state_of(3.9, D(2025, 12, 31), **about) == "missed"
    band = {"comparator": "range", "value": 1.0, "value_high": 2.0, "basis": "annual"}
    assert [state_of(v, D(2025, 12, 31), **band) for v in (0.0, 1.0, 2.0, 3.0)] == ["missed", "met", "met", "missed"]


def test_after_the_due_date_the_value_on_it_decides() -> None:
    values = {D(2025, 12, 31): 24.0, D(2026, 1, 31): 25.0}
    rows = assess(values)
    assert [row["state"] for row in rows] == ["missed", "met_late"]
    assert (rows[1]["value"], rows[1]["judged_value"]) == (25.0, 24.0)
    lost_later = assess({D(2025, 12, 31): 25.0, D(2026, 1, 31): 20.0})
    assert [row["state"] for row in lost_later] == ["met", "met"]


def test_states_before_the_due_date() -> None:
    base = {"baseline_value": 13.0}
    assert state_of(25.0, **base) == "met_early"
    assert state_of(12.0, **base) == "going_backwards"
    assert state_of(19.6, **base) == "ahead"  # (6.6/12 − 0.5) × 100 = exactly 5 points
    assert state_of(19.0, **base) == "on_pace"
    assert state_of(18.99, **base) == "slightly_behind"
    assert state_of(17.8, **base) == "behind"  # exactly −10 points
    assert state_of(None) == "no_data"
    assert state_of(10.0, D(2022, 12, 31)) == "not_started"


def test_ratios_have_no_pace() -> None:
    ratio = {"basis": "ratio", "comparator": "gt", "value": 50.0}
    assert [state_of(v, **ratio) for v in (51.0, 50.0, 45.0, 44.9)] == [
        "met_early", "slightly_behind", "slightly_behind", "behind",
    ]  # fmt: skip
    assert assess({D(2024, 6, 30): 45.0}, ratio)[0]["lead_points"] is None


def test_a_sample_too_small_or_a_stale_value_is_not_assessed() -> None:
    for state in ("sample_too_small", "stale"):
        row = assess({D(2024, 6, 30): 60.0}, {"basis": "ratio", "value": 50.0}, state=state)[0]
        assert row["state"] == "not_assessable"


def test_new_in_the_period_counts_from_its_start() -> None:
    values = {D(2022, 12, 31): 9.0, D(2023, 1, 31): 2.0, D(2023, 2, 28): 3.0}
    rows = assess(values, {"basis": "new", "value": 10.0})
    assert [row["value"] for row in rows] == [0.0, 2.0, 5.0]


def test_the_past_keeps_the_target_of_its_time() -> None:
    values = {D(2024, 5, 31): 18.0, D(2024, 6, 30): 18.0}
    rows = assess(values, {}, {"value": 30.0, "decided_on": D(2024, 6, 15)})
    assert [row["target_value"] for row in rows] == [25.0, 30.0]


def test_an_area_exempted_later_has_no_task_from_that_day_on_until_it_gets_a_new_one() -> None:
    values = dict.fromkeys((D(2024, 4, 30), D(2024, 5, 31), D(2024, 6, 30)), 18.0)
    exempt = {"decided_on": D(2023, 3, 1), "exempt_on": D(2024, 5, 15)}
    assert [row["as_of"] for row in assess(values, exempt)] == [D(2024, 4, 30)]
    rows = assess(values, exempt, {"value": 30.0, "decided_on": D(2024, 6, 15)})
    assert [(row["as_of"], row["target_value"]) for row in rows] == [(D(2024, 4, 30), 25.0), (D(2024, 6, 30), 30.0)]


def test_falling_targets() -> None:
    lower = {"direction": "lower", "comparator": "le", "value": 5.0, "basis": "level"}
    assert [state_of(v, D(2025, 12, 31), **lower) for v in (4.0, 5.0, 6.0)] == ["met", "met", "missed"]
    assert assess({D(2024, 6, 30): 6.0}, lower)[0]["gap"] == 1.0


def test_every_state_has_a_word_for_leaders() -> None:
    assert set(LEADER_STATE.values()) == {"met", "ahead", "on_pace", "behind", "missed", "not_reported"}


ORDER = ["going_backwards", "behind", "slightly_behind", "on_pace", "ahead", "met_early"]


@given(
    low=st.floats(0, 60),
    more=st.floats(0, 30),
    base=st.one_of(st.none(), st.floats(0, 24)),
    month=st.integers(1, 11),
    comparator=st.sampled_from(["ge", "gt"]),
)
def test_a_higher_value_never_gives_a_worse_state(
    low: float, more: float, base: float | None, month: int, comparator: str
) -> None:
    day = D(2024, month, 28 if month == 2 else 30)
    day = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    states = [state_of(v, day, baseline_value=base, comparator=comparator) for v in (low, low + more)]
    assert ORDER.index(states[0]) <= ORDER.index(states[1])
