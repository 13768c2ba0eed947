"""Second opinions and closed-form forecasts: peers' cases, our own hand-computed ones, and rules that always hold.

``pytest tests/test_methods.py --cases FILE`` runs any file of cases of the same form.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import forecast, methods
from tracker.states import PaceBands, State, state_by_straight_line

OWN_CASES = Path(__file__).resolve().parent / "cases" / "own_progress_cases.json"
SHARED_CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "progress_cases.json"
METHODS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        methods.linear_pace,
        methods.required_rate,
        methods.required_path_linear,
        methods.opensdg_cagr_with_target,
        methods.eurostat_cagr_with_target,
        methods.un_progress_chart_2023_target,
        methods.destatis_weather,
        methods.escap_current_status,
        forecast.forecast_poisson,
        forecast.forecast_gamma_poisson,
    )
}
Case = dict[str, Any]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "own_case" in metafunc.fixturenames:
        metafunc.parametrize("own_case", _cases(OWN_CASES))
    if "outside_case" in metafunc.fixturenames:
        named: Path | None = metafunc.config.getoption("--cases")
        if named is None and not SHARED_CASES.exists():
            absent = pytest.mark.skip(reason="no shared cases beside the repository and no --cases FILE given")
            metafunc.parametrize("outside_case", [pytest.param({}, marks=absent, id="none")])
        else:
            metafunc.parametrize("outside_case", _cases(named or SHARED_CASES))


def _cases(file: Path) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]


def _run(case: Case) -> None:
    method = METHODS.get(case["method"])
    if method is None:
        pytest.skip(f"method {case['method']} is not one of ours")
    result = dataclasses.asdict(method(**case["inputs"]))
    assert _differences(result, case["expected"], case["tolerance"]) == []


def _differences(result: Any, expected: Any, tolerance: float, where: str = "") -> list[str]:
    """Field by field what differs from the expected result; fields that are not expected are not compared."""
    if isinstance(expected, dict):
        absent = [f"{where}.{key} is absent" for key in expected if key not in result]
        shared = [key for key in expected if key in result]
        return absent + [
            line for key in shared for line in _differences(result[key], expected[key], tolerance, f"{where}.{key}")
        ]
    if isinstance(expected, list):
        if len(result) != len(expected):
            return [f"{where} has {len(result)} entries, not {len(expected)}"]
        pairs = enumerate(zip(result, expected, strict=True))
        return [line for i, (a, b) in pairs for line in _differences(a, b, tolerance, f"{where}[{i}]")]
    if expected in ("inf", "-inf"):
        expected = float(expected)
    is_number = isinstance(expected, (int, float)) and not isinstance(expected, bool)
    if is_number and isinstance(result, (int, float)) and not isinstance(result, bool):
        is_same = result == expected or abs(result - expected) <= tolerance
    else:
        is_same = type(result) is type(expected) and result == expected
    return [] if is_same else [f"{where} is {result!r}, not {expected!r}"]


def test_own_case(own_case: Case) -> None:
    _run(own_case)


def test_outside_case(outside_case: Case) -> None:
    _run(outside_case)


def test_every_method_has_own_cases() -> None:
    cases = json.loads(OWN_CASES.read_text(encoding="utf-8"))["cases"]
    assert {case["method"] for case in cases} == METHODS.keys()
    assert len({case["id"] for case in cases}) == len(cases)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"ratio": 1.1}, {"ratio": 1.0}),
        ({"ratio": math.inf}, {"ratio": "-inf"}),
        ({"ratio": math.inf}, {"ratio": 1.0}),
        ({"ratio": math.nan}, {"ratio": 1.0}),
        ({"ratio": None}, {"ratio": 0.0}),
        ({"ratio": 0.0}, {"ratio": None}),
        ({"met": 1}, {"met": True}),
        ({"label": "sun"}, {"label": "cloudy"}),
        ({}, {"ratio": None}),
        ({"path": {"2020": 1.0}}, {"path": {"2020": 1.0, "2021": 2.0}}),
        ({"interval": (0, 2)}, {"interval": [0, 3]}),
        ({"interval": (0, 2)}, {"interval": [0]}),
    ],
)
def test_a_wrong_result_is_noticed(result: Case, expected: Case) -> None:
    assert len(_differences(result, expected, 1e-6)) == 1


def test_a_case_of_a_foreign_method_is_skipped_with_its_name() -> None:
    case = {"id": "x-001", "method": "cityscore", "inputs": {}, "expected": {}, "tolerance": 0}
    with pytest.raises(pytest.skip.Exception, match="cityscore"):
        _run(case)


def test_dates_may_be_dates_or_text() -> None:
    numbers = {"base_value": 0.0, "target": 10.0, "current_value": 3.0}
    text = {"base_date": "2022-12-31", "target_date": "2023-12-31", "as_of": "2023-03-14"}
    dates = {name: dt.date.fromisoformat(date) for name, date in text.items()}
    assert methods.linear_pace(**text, **numbers) == methods.linear_pace(**dates, **numbers)  # type: ignore[arg-type]


def test_a_year_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="2020"):
        methods.opensdg_cagr_with_target(
            series=[(2020, 1), (2020, 2)], direction="positive", base_year=2020, target_year=2025, target=5
        )


def test_a_city_may_set_its_own_bands() -> None:
    strict = PaceBands(ahead_lead_points=20, on_pace_lead_points=10, slightly_behind_lead_points=5)
    numbers: dict[str, Any] = {"base": 0, "target": 100, "sign": 1, "elapsed": 0.5}
    states = [state_by_straight_line(current=current, **numbers, bands=strict) for current in (70, 60, 56, 55)]
    assert states == ["ahead", "on_pace", "slightly_behind", "behind"]


# Rules that hold for all inputs.

WORST_TO_BEST: tuple[State, ...] = (
    "going_backwards",
    "behind",
    "slightly_behind",
    "on_pace",
    "ahead",
    "met_early",
)
values = st.integers(-50, 50).map(float) | st.decimals(-50, 50, places=2).map(float)
positive_values = st.decimals(1, 1000, places=2).map(float)


@given(base=values, target=values, currents=st.tuples(values, values), day=st.integers(1, 1095))
def test_a_higher_value_never_lowers_completion_lead_or_state(
    base: float, target: float, currents: tuple[float, float], day: int
) -> None:
    as_of = dt.date(2022, 12, 31) + dt.timedelta(days=day)
    lower, higher = (
        methods.linear_pace(
            base_date="2022-12-31",
            base_value=base,
            target_date="2025-12-31",
            target=target,
            as_of=as_of,
            current_value=current,
        )
        # For a falling target the lower value is the better one.
        for current in sorted(currents, reverse=target < base)
    )
    assert WORST_TO_BEST.index(lower.our_state) <= WORST_TO_BEST.index(higher.our_state)
    if target != base:
        assert lower.achieved_share is not None
        assert higher.achieved_share is not None
        assert lower.lead_in_points is not None
        assert higher.lead_in_points is not None
        assert lower.achieved_share <= higher.achieved_share
        assert lower.lead_in_points <= higher.lead_in_points


@given(base=st.none() | values, current=values, target=values, sign=st.sampled_from([1, -1]), elapsed=st.floats(-1, 2))
def test_only_the_running_period_knows_a_pace(
    base: float | None, current: float, target: float, sign: int, elapsed: float
) -> None:
    state = state_by_straight_line(base=base, current=current, target=target, sign=sign, elapsed=elapsed)
    if elapsed <= 0:
        assert state == "not_started"
    elif elapsed >= 1:
        assert state == ("met" if sign * current >= sign * target else "missed")
    elif base is None and (sign < 0 or target <= 0):
        assert state in ("met_early", "not_assessable")
    else:
        assert state in WORST_TO_BEST


@given(
    series=st.dictionaries(st.integers(2015, 2030), st.none() | values, max_size=8).flatmap(
        lambda by_year: st.permutations(list(by_year.items()))
    ),
    target=values,
    direction=st.sampled_from(["positive", "negative"]),
)
def test_the_order_of_the_series_does_not_matter(
    series: list[tuple[int, float | None]], target: float, direction: Any
) -> None:
    settings: dict[str, Any] = {"direction": direction, "base_year": 2020, "target_year": 2025, "target": target}
    shuffled = methods.opensdg_cagr_with_target(series=series, **settings)
    assert shuffled == methods.opensdg_cagr_with_target(series=sorted(series), **settings)
    assert shuffled.progress_value is None or not math.isnan(shuffled.progress_value)
    assert shuffled.score is None or -5 <= shuffled.score <= 5


@given(base=positive_values, current=positive_values, target=positive_values, unit=st.sampled_from([0.01, 10_000.0]))
def test_positive_values_give_the_same_opinion_in_any_unit(
    base: float, current: float, target: float, unit: float
) -> None:
    years: dict[str, Any] = {"base_year": 2020, "current_year": 2022, "target_year": 2025}
    plain, scaled = (
        methods.eurostat_cagr_with_target(
            base_value=base * factor, current_value=current * factor, target=target * factor, **years
        )
        for factor in (1.0, unit)
    )
    assert plain.ratio is None or scaled.ratio == pytest.approx(plain.ratio, rel=1e-6, abs=1e-6)
    assert plain.actual_cagr == pytest.approx(scaled.actual_cagr)


@given(base=values, target=values, years=st.integers(1, 30))
def test_the_path_runs_straight_from_base_to_target(base: float, target: float, years: int) -> None:
    path = methods.required_path_linear(base_year=2020, base_value=base, target_year=2020 + years, target=target).path
    assert path["2020"] == base
    assert path[str(2020 + years)] == target
    due = list(path.values())
    steps = [after - before for before, after in itertools.pairwise(due)]
    assert steps == pytest.approx([(target - base) / years] * years, abs=1e-9)


@given(base=values, current=values, target=values, direction=st.sampled_from(["increasing", "decreasing"]))
def test_the_escap_scale_runs_from_0_at_the_base_to_10_at_the_target(
    base: float, current: float, target: float, direction: Any
) -> None:
    towards: Any = "increasing" if target > base else "decreasing"
    if base != target:
        ends: list[Any] = [
            methods.escap_current_status(base_value=base, current_value=at, target=target, direction=towards)
            for at in (base, target)
        ]
        assert [end.status_0_to_10 for end in ends] == pytest.approx([0, 10])
    result = methods.escap_current_status(base_value=base, current_value=current, target=target, direction=direction)
    assert result.status_0_to_10 is None or not math.isnan(result.status_0_to_10)


rates = st.floats(0, 500)
years_left = st.floats(0, 10)


@given(needed=st.tuples(st.integers(0, 2000), st.integers(0, 2000)), rate=rates, years=years_left)
def test_the_chance_falls_with_the_number_still_needed(needed: tuple[int, int], rate: float, years: float) -> None:
    fewer, more = sorted(needed)
    chances = [
        forecast.forecast_poisson(remaining=count, rate_per_year=rate, years_left=years).probability_target_met
        for count in (fewer, more)
    ]
    assert 1 >= chances[0] >= chances[1] - 1e-12 >= -1e-12
    chances = [
        forecast.forecast_gamma_poisson(
            remaining=count, observed_events=round(rate), observed_years=3, years_left=years
        ).probability_target_met
        for count in (fewer, more)
    ]
    assert 1 >= chances[0] >= chances[1] - 1e-12 >= -1e-12


@given(needed=st.integers(-5, 2000), rate=rates, horizons=st.tuples(years_left, years_left))
def test_the_chance_grows_with_the_time_left(needed: int, rate: float, horizons: tuple[float, float]) -> None:
    shorter, longer = (
        forecast.forecast_poisson(remaining=needed, rate_per_year=rate, years_left=years) for years in sorted(horizons)
    )
    assert shorter.probability_target_met <= longer.probability_target_met + 1e-12
    assert shorter.median_new <= longer.median_new
    sooner, later = (
        forecast.forecast_gamma_poisson(
            remaining=needed, observed_events=round(rate), observed_years=3, years_left=years
        )
        for years in sorted(horizons)
    )
    assert sooner.probability_target_met <= later.probability_target_met + 1e-12
    assert sooner.interval_80[1] <= later.interval_80[1]


@given(events=st.integers(0, 3000), seen=st.integers(1, 10), years=st.floats(0.01, 10))
def test_the_interval_agrees_with_the_chances(events: int, seen: int, years: float) -> None:
    known: dict[str, Any] = {"observed_events": events, "observed_years": seen, "years_left": years}
    result = forecast.forecast_gamma_poisson(remaining=0, **known)
    low, high = result.interval_80
    assert low <= result.median_new <= high
    for quantile, share in ((low, 0.1), (result.median_new, 0.5), (high, 0.9)):
        reach = forecast.forecast_gamma_poisson(remaining=quantile, **known).probability_target_met
        exceed = forecast.forecast_gamma_poisson(remaining=quantile + 1, **known).probability_target_met
        assert 1 - exceed >= share - 1e-9
        assert quantile == 0 or 1 - reach < share


def _tail(first_term: Decimal, ratio: Callable[[int], Decimal], remaining: int) -> float:
    """P(N >= remaining) by adding up the chance of every smaller count with fifty digits: slow and obvious."""
    term, below = first_term, Decimal(0)
    for count in range(remaining):
        below += term
        term *= ratio(count)
    return float(1 - below)


@pytest.mark.parametrize(("mean", "remaining"), [(4, 5), (20_000, 20_000), (20_000, 20_700), (20_000, 19_000)])
def test_poisson_tails_of_big_counts_are_exact(mean: int, remaining: int) -> None:
    with localcontext(prec=50):
        exact = _tail((-Decimal(mean)).exp(), lambda count: Decimal(mean) / (count + 1), remaining)
    chance = forecast.forecast_poisson(remaining=remaining, rate_per_year=mean / 4, years_left=4)
    assert chance.probability_target_met == pytest.approx(exact, rel=1e-11)


@pytest.mark.parametrize(("events", "remaining"), [(12, 5), (6000, 4000), (6000, 4300), (6000, 3800)])
def test_negative_binomial_tails_of_big_counts_are_exact(events: int, remaining: int) -> None:
    size, p = Decimal(events) + Decimal("0.5"), Decimal(3) / Decimal(5)
    with localcontext(prec=50):
        p = Decimal(3) / Decimal(5)
        exact = _tail(p**size, lambda count: (size + count) / (count + 1) * (1 - p), remaining)
    chance = forecast.forecast_gamma_poisson(
        remaining=remaining, observed_events=events, observed_years=3, years_left=2
    )
    assert chance.probability_target_met == pytest.approx(exact, rel=1e-11)


def test_an_unknown_rate_converges_to_a_known_one() -> None:
    known = forecast.forecast_poisson(remaining=24, rate_per_year=22, years_left=1)
    long_seen = forecast.forecast_gamma_poisson(
        remaining=24, observed_events=22_000_000, observed_years=1_000_000, years_left=1
    )
    assert long_seen.probability_target_met == pytest.approx(known.probability_target_met, abs=1e-5)
    assert long_seen.interval_80 == known.interval_80


@pytest.mark.parametrize(
    "numbers",
    [
        {"observed_events": -1, "observed_years": 3, "years_left": 1},
        {"observed_events": 1, "observed_years": 3, "years_left": -1},
        {"observed_events": 1, "observed_years": 3, "years_left": math.inf},
        {"observed_events": 1, "observed_years": 3, "years_left": math.nan},
        {"observed_events": 1, "observed_years": 0, "years_left": 1},
        {"observed_events": 0, "observed_years": 3, "years_left": 1, "prior_shape": 0.0},
    ],
)
def test_a_rate_without_a_distribution_is_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="years"):
        forecast.forecast_gamma_poisson(remaining=1, **numbers)


@pytest.mark.parametrize(("rate", "years"), [(-1.0, 1.0), (1.0, -1.0), (math.inf, 1.0), (math.nan, 1.0)])
def test_a_rate_that_is_no_rate_is_refused(rate: float, years: float) -> None:
    with pytest.raises(ValueError, match="rates"):
        forecast.forecast_poisson(remaining=1, rate_per_year=rate, years_left=years)
