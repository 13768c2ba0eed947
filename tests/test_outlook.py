"""The outlook by hand, by simulation and by slow obvious code: batches, flows, titles that end, trends."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from etl.steps import run
from tests.replay import ENDINGS, LADDER, TITLES, Event, FinalList, add_months, holding, with_lapses
from tests.test_counting import PARENTS, TIERS, any_event, any_final, count_by_sql, title
from tracker import outlook_trend
from tracker.batches import ListDate, StatedBatch, batches_left, rounds
from tracker.forecast import forecast_gamma_poisson
from tracker.forecast_sums import chance_between, cumulative_sums, quantiles
from tracker.outlook import Known, background, forecast
from tracker.outlook_flow import coming_titles, judged_rates

D = dt.date

# --- the next lists ---------------------------------------------------------------------------------------------------

YEARLY = [ListDate(D(2022, 8, 30), "4"), ListDate(D(2023, 8, 14), "5"), ListDate(D(2024, 10, 10), "6")]
HALF_YEARLY = [
    ListDate(D(2023, 12, 8), "2023"),
    ListDate(D(2024, 7, 5), "2024-1"),
    ListDate(D(2024, 12, 20), "2024-2"),
    ListDate(D(2025, 6, 20), "2025-1"),
]


def test_a_yearly_list_comes_again_a_year_later() -> None:
    assert batches_left([], YEARLY, D(2024, 12, 31), D(2026, 12, 31)) == [D(2025, 10, 10), D(2026, 10, 10)]


def test_a_list_of_this_year_is_no_longer_expected_this_year() -> None:
    assert batches_left([], YEARLY, D(2024, 10, 31), D(2024, 12, 31)) == []


def test_a_late_list_is_expected_next_month_until_given_up() -> None:
    assert batches_left([], YEARLY[:2], D(2024, 8, 31), D(2024, 12, 31)) == [D(2024, 9, 30)]
    assert batches_left([], YEARLY[:2], D(2025, 3, 31), D(2025, 7, 31)) == []


def test_two_lists_a_year_stay_two_although_this_year_has_had_one() -> None:
    assert batches_left([], HALF_YEARLY, D(2025, 6, 30), D(2025, 12, 31)) == [D(2025, 12, 20)]


def test_a_list_that_slips_into_january_belongs_to_its_year() -> None:
    slipped = [*HALF_YEARLY, ListDate(D(2026, 1, 16), "2025-2")]
    assert batches_left([], slipped, D(2026, 1, 31), D(2026, 12, 31)) == [D(2026, 6, 20)]


def test_a_stated_day_replaces_the_rhythm_of_its_year() -> None:
    stated = [StatedBatch("7", D(2025, 7, 1))]
    assert batches_left(stated, YEARLY, D(2024, 12, 31), D(2026, 12, 31)) == [D(2025, 7, 1), D(2026, 10, 10)]


def test_parts_of_one_batch_are_one_round() -> None:
    parts = [ListDate(D(2025, 1, 10), None), ListDate(D(2025, 3, 1), None), ListDate(D(2025, 4, 1), None)]
    assert [one.on for one in rounds(parts)] == [D(2025, 1, 10), D(2025, 4, 1)]
    assert len(rounds([ListDate(D(2025, 1, 10), "7"), ListDate(D(2025, 8, 1), "7")])) == 1


def test_nothing_is_expected_of_a_tier_without_lists() -> None:
    assert batches_left([], [], D(2024, 12, 31), D(2026, 12, 31)) == []


list_days = st.lists(st.dates(min_value=D(2018, 1, 1), max_value=D(2027, 12, 31)), max_size=12)


@given(days=list_days, as_of=st.dates(min_value=D(2019, 1, 1), max_value=D(2027, 12, 31)))
def test_lists_after_the_day_change_nothing(days: list[dt.date], as_of: dt.date) -> None:
    lists = [ListDate(day, None) for day in days]
    due_on = D(2028, 12, 31)
    expected = batches_left([], lists, as_of, due_on)
    assert expected == batches_left([], [one for one in lists if one.on <= as_of], as_of, due_on)
    assert expected == sorted(expected)
    assert all(as_of < day <= due_on for day in expected)


# --- sums of distributions --------------------------------------------------------------------------------------------


def summed(trials: list[int], shares: list[float], sizes: list[float], successes: list[float]) -> np.ndarray:
    [(rows, cumulative)] = cumulative_sums(
        np.array([trials]), np.array([shares]), np.array([sizes]), np.array([successes])
    )
    assert rows.tolist() == [0]
    return cumulative


@pytest.mark.parametrize(
    ("trials", "shares", "sizes", "successes"),
    [
        ([12], [0.83], [4.5], [0.5]),
        ([157, 40, 2], [0.83, 0.83, 0.57], [700.0, 0.5], [0.75, 0.6]),
        ([0], [1.0], [0.3], [0.1]),
    ],
)
def test_the_closed_form_agrees_with_a_simulation(
    trials: list[int], shares: list[float], sizes: list[float], successes: list[float]
) -> None:
    cumulative = summed(trials, shares, sizes, successes)
    draws = 200_000
    random = np.random.default_rng(20251231)
    total = sum(random.binomial(n, p, draws) for n, p in zip(trials, shares, strict=True)) + sum(
        random.negative_binomial(n, p, draws) for n, p in zip(sizes, successes, strict=True)
    )
    for share in (0.1, 0.5, 0.9):
        level = int(quantiles(cumulative, share)[0])
        exact = chance_between(cumulative, np.array([0]), np.array([level]), np.array([10**9]))[0]
        drawn = float(np.mean(total >= level))
        # Five standard errors of a share of that many draws.
        assert abs(drawn - exact) < 5 * math.sqrt(max(exact * (1 - exact), 1e-6) / draws)


@given(
    trials=st.integers(0, 60),
    share=st.sampled_from([0.0, 0.57, 0.83, 1.0]),
    size=st.floats(0.3, 40.0),
    success=st.floats(0.15, 0.95),
    level=st.integers(-3, 80),
)
@settings(deadline=None)
def test_the_transform_agrees_with_adding_term_by_term(
    trials: int, share: float, size: float, success: float, level: int
) -> None:
    cumulative = summed([trials], [share], [size], [success])
    kept = stats.binom.pmf(np.arange(trials + 1), trials, share)
    at_least = sum(kept[k] * stats.nbinom.sf(level - k - 1, size, success) for k in range(trials + 1))
    found = chance_between(cumulative, np.array([0]), np.array([level]), np.array([10**9]))[0]
    assert found == pytest.approx(at_least, abs=1e-8)


def test_nothing_due_and_nothing_coming_is_certain() -> None:
    cumulative = summed([0], [1.0], [0.0], [0.5])
    assert [int(quantiles(cumulative, share)[0]) for share in (0.1, 0.5, 0.9)] == [0, 0, 0]
    rows = np.array([0, 0])
    assert chance_between(cumulative, rows, np.array([0, 1]), np.array([9, 9])).tolist() == [1.0, 0.0]


# --- rates ------------------------------------------------------------------------------------------------------------


def test_a_whole_is_judged_as_the_gamma_poisson_forecast_judges_it() -> None:
    rates = judged_rates(np.array([[5.0, 3.0, 4.0]]), np.array([False]))
    assert (rates.shape[0], rates.rate[0], rates.dispersion[0]) == (12.5, 3.0, 1.0)
    size, success = coming_titles(rates.shape, rates.rate, rates.dispersion, np.array([2.0]))
    peer = forecast_gamma_poisson(remaining=8, observed_events=12, observed_years=3, years_left=2)
    cumulative = summed([0], [1.0], [float(size[0])], [float(success[0])])
    found = chance_between(cumulative, np.array([0]), np.array([8]), np.array([10**9]))[0]
    assert found == pytest.approx(peer.probability_target_met, abs=1e-9)
    assert (int(quantiles(cumulative, 0.1)[0]), int(quantiles(cumulative, 0.9)[0])) == peer.interval_80


def test_parts_share_a_prior_and_keep_their_sum() -> None:
    counts = np.array([[12.0, 12.0, 12.0], [6.0, 6.0, 6.0], [2.0, 2.0, 2.0], [4.0, 4.0, 4.0]])
    rates = judged_rates(counts, np.array([False, True, True, True]))
    # Means 6, 2, 4: mean 4, variance 4, less 4 / 3 of chance leaves 8 / 3: a prior of 4 / (8 / 3) = 1.5 rounds.
    assert rates.rate.tolist() == [3.0, 4.5, 4.5, 4.5]
    assert rates.shape.tolist() == [36.5, 24.0, 12.0, 18.0]
    assert sum(rates.shape[1:] / rates.rate[1:]) == pytest.approx(12)


def test_parts_that_differ_by_chance_alone_are_taken_as_alike() -> None:
    rates = judged_rates(np.array([[2.0, 2.0], [2.0, 1.0], [1.0, 2.0]]), np.array([True, True, True]))
    assert rates.rate.tolist() == [22.0, 22.0, 22.0]


def test_counts_that_vary_more_than_chance_widen_the_interval_and_keep_the_mean() -> None:
    steady = judged_rates(np.array([[30.0, 30.0, 30.0]]), np.array([False]))
    jumping = judged_rates(np.array([[45.0, 30.0, 15.0]]), np.array([False]))
    # Variance 225 over mean 30.
    assert (steady.dispersion[0], jumping.dispersion[0]) == (1.0, 7.5)
    size, success = coming_titles(jumping.shape, jumping.rate, jumping.dispersion, np.array([2.0]))
    mean = size * (1 - success) / success
    assert mean[0] == pytest.approx(2 * 90.5 / 3)
    assert (mean / success)[0] == pytest.approx(7.5 * mean[0] * (1 + 2 / 3))


def test_no_round_left_brings_nobody() -> None:
    size, _ = coming_titles(np.array([12.5]), np.array([3.0]), np.array([1.0]), np.array([0.0]))
    assert size.tolist() == [0.0]


# --- a target by hand -------------------------------------------------------------------------------------------------

AS_OF, DUE = D(2024, 12, 31), D(2025, 12, 31)
LISTS = pl.DataFrame(
    {"plan_id": "p", "tier": "srdi", "batch": None, "event_on": [D(2022, 9, 1), D(2023, 9, 1), D(2024, 9, 1)]},
    schema={"plan_id": pl.String, "tier": pl.String, "batch": pl.String, "event_on": pl.Date},
)


def known(lists: pl.DataFrame = LISTS) -> Known:
    """Twenty titles on 31 December 2024: ten end in 2025, two wait for their review, eight last."""
    of_city = {"tier": "srdi", "via_tier": "srdi", "area_code": "c"}
    days = lists["event_on"].to_list()
    ends = [("in_force", D(2025, 6, 30), 10), ("awaiting_review", D(2025, 8, 31), 2), ("in_force", D(2027, 6, 30), 8)]
    return Known(
        entries=pl.DataFrame(
            {**{k: [v] * len(days) for k, v in of_city.items()}, "first_on": days, "entries": [5, 3, 4][: len(days)]},
            schema_overrides={"entries": pl.Int32},
        ),
        lists=lists,
        stated=pl.DataFrame(schema={"tier": pl.String, "batch": pl.String, "expected_on": pl.Date}),
        inclusions=pl.DataFrame({"tier": ["srdi"], "via_tier": ["srdi"], "distance": [0]}),
        plan_areas=pl.DataFrame({"plan_id": ["p"], "area_code": ["c"], "is_summed": [False]}),
        title_ends=pl.DataFrame(
            [(*of_city.values(), AS_OF, status, end, add_months(end, 1), n) for status, end, n in ends],
            schema=[*of_city, "as_of", "status", "month_end", "takes_effect", "titles"],
            orient="row",
        ),
        observations=pl.DataFrame(
            schema={
                "indicator_id": pl.String,
                "area_code": pl.String,
                "basis": pl.String,
                "period_end": pl.Date,
                "source_period_end": pl.Date,
                "value": pl.Float64,
                "state": pl.String,
            }
        ),
    )


def ask(**changes: Any) -> pl.DataFrame:
    values = {
        "plan_id": "p",
        "indicator_id": "s",
        "tier": "srdi",
        "area_code": "c",
        "basis": "in_force",
        "unit": "enterprise",
        "as_of": AS_OF,
        "value": 20.0,
        "until": DUE,
        "comparator": "ge",
        "direction": "higher",
        "target_value": 22.0,
        "tolerance": None,
        "value_high": None,
        "pass_rate": None,
    } | changes
    floats = dict.fromkeys(("target_value", "tolerance", "value_high", "pass_rate"), pl.Float64)
    return pl.DataFrame([values], schema_overrides=floats)


def answer(lists: pl.DataFrame = LISTS, **changes: Any) -> dict[str, Any]:
    base = background(known(lists), {"srdi": 0.75}, [AS_OF], DUE)
    return forecast(ask(**changes), base).row(0, named=True)


def by_hand(target: int, due: int, pass_rate: float, size: float, success: float, certain: int) -> float:
    kept = stats.binom.pmf(np.arange(due + 1), due, pass_rate)
    return float(sum(kept[k] * stats.nbinom.sf(target - certain - k - 1, size, success) for k in range(due + 1)))


def test_a_target_by_hand() -> None:
    # Ten end and two wait: twelve reviews. One round is left, judged from 12 titles in 3 rounds.
    found = answer()
    assert found["chance"] == pytest.approx(by_hand(22, 12, 0.75, 12.5, 3 / 4, 8))
    assert (found["forecast_model"], found["forecast_points"]) == ("batches", 3)
    assert found["low_80"] <= found["low_50"] <= found["median"] <= found["high_50"] <= found["high_80"]


@pytest.mark.parametrize(
    ("changes", "at_least"),
    [
        ({"comparator": "gt"}, 23),
        ({"comparator": "approx", "tolerance": 2.0}, 20),
        ({"target_value": 21.2}, 22),
        ({"pass_rate": 1.0}, 22),
    ],
)
def test_the_comparator_and_the_scenario_decide(changes: dict[str, Any], at_least: int) -> None:
    rate = changes.get("pass_rate", 0.75)
    assert answer(**changes)["chance"] == pytest.approx(by_hand(at_least, 12, rate, 12.5, 3 / 4, 8))


def test_an_upper_bound_asks_for_the_other_tail() -> None:
    above = by_hand(23, 12, 0.75, 12.5, 3 / 4, 8)
    assert answer(comparator="le", direction="lower")["chance"] == pytest.approx(1 - above)


def test_before_the_next_round_only_reviews_are_open() -> None:
    found = answer(until=D(2025, 3, 31), target_value=20.0)
    # Only the two that wait are due by March; nobody new comes before September.
    assert found["chance"] == pytest.approx(0.75**2)
    assert found["high_80"] == 20


def test_a_decided_title_counts_from_the_month_its_window_begins() -> None:
    told = known()
    decided = told.title_ends.head(1).with_columns(
        status=pl.lit("decided"), takes_effect=D(2025, 2, 28), titles=pl.lit(3, dtype=pl.Int64)
    )
    told = replace(told, title_ends=pl.concat([told.title_ends, decided]))
    base = background(told, {"srdi": 1.0}, [AS_OF], DUE)
    asks = [ask(until=month, target_value=23.0) for month in (D(2025, 1, 31), D(2025, 2, 28))]
    assert [forecast(asked, base)["chance"].item() for asked in asks] == [0.0, 1.0]


def test_titles_ever_held_are_lost_by_no_review() -> None:
    found = answer(basis="ever", target_value=24.0)
    assert found["chance"] == pytest.approx(float(stats.nbinom.sf(3, 12.5, 3 / 4)))


def test_fewer_than_three_rounds_give_no_chance() -> None:
    found = answer(LISTS.head(2))
    assert (found["chance"], found["median"], found["forecast_model"]) == (None, None, "too_few_periods")
    assert found["forecast_points"] == 2


# --- trends -----------------------------------------------------------------------------------------------------------


def series(values: list[float]) -> pl.DataFrame:
    ends = [D(2023, 3, 31), D(2023, 6, 30), D(2023, 9, 30), D(2023, 12, 31), D(2024, 3, 31), D(2024, 6, 30)]
    frame = [("r", "c", "ratio", end, value) for end, value in zip(ends, values, strict=False)]
    points = pl.DataFrame(
        frame, schema=["indicator_id", "area_code", "basis", "source_period_end", "value"], orient="row"
    ).with_columns(state=pl.lit("ok"))
    # A period stands for three months: it is one point all the same.
    standing = [points.with_columns(period_end=pl.col("source_period_end").dt.offset_by(f"{m}mo")) for m in range(3)]
    return outlook_trend.reported_points(pl.concat(standing))


def trend_ask(**changes: Any) -> pl.DataFrame:
    return ask(indicator_id="r", tier=None, basis="ratio", unit="percent", as_of=D(2024, 7, 31), **changes)


def test_a_trend_agrees_with_the_textbook() -> None:
    values = [40.0, 41.5, 42.0, 44.2, 45.0, 47.1]
    found = outlook_trend.trend(outlook_trend.with_points(trend_ask(target_value=55.0), series(values)))
    x = np.array([0.0, 3, 6, 9, 12, 15])
    line = stats.linregress(x, values)
    at = 33.0
    left = np.array(values) - line.intercept - line.slope * x
    error = math.sqrt((left @ left) / 4 * (1 + 1 / 6 + (at - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()))
    centre = line.intercept + line.slope * at
    [row] = found.rows(named=True)
    assert row["median"] == pytest.approx(centre)
    assert row["low_80"] == pytest.approx(centre - stats.t.ppf(0.9, 4) * error)
    assert row["high_50"] == pytest.approx(centre + stats.t.ppf(0.75, 4) * error)
    assert row["chance"] == pytest.approx(stats.t.sf((55 - centre) / error, 4))


def test_a_share_of_a_whole_stays_within_it() -> None:
    steep = outlook_trend.with_points(trend_ask(target_value=100.0), series([60.0, 75.5, 81.0, 92.0, 99.0, 99.5]))
    [row] = outlook_trend.trend(steep).rows(named=True)
    assert (row["median"], row["high_80"]) == (100.0, 100.0)
    assert 0.5 < row["chance"] < 1


def test_values_that_never_moved_give_no_chance() -> None:
    still = outlook_trend.with_points(trend_ask(target_value=1.0), series([0.0] * 6))
    [row] = outlook_trend.trend(still).rows(named=True)
    assert (row["median"], row["chance"], row["low_80"], row["forecast_model"]) == (0.0, None, None, "no_spread")


def test_three_periods_give_scenarios_and_no_chance() -> None:
    points = outlook_trend.with_points(trend_ask(until=D(2024, 12, 31), target_value=60.0), series([40.0, 43.0, 44.5]))
    found = outlook_trend.scenarios(points)
    # Best 1 a month, worst 0.5, mean 0.75, from September 2023 to December 2024.
    assert dict(found.select("scenario", "median").rows()) == {"best": 59.5, "mean": 55.75, "worst": 52.0}


# --- titles that end --------------------------------------------------------------------------------------------------


def expiry_by_replay(events: list[Event], finals: list[FinalList], tier: str, day: dt.date) -> dict[Any, int]:
    """Counted enterprises by area, month of the last day and status, one enterprise at a time."""
    told = [event for event in with_lapses(events, finals) if event.on <= day]
    found: dict[Any, int] = {}
    for enterprise in {event.enterprise for event in told}:
        own = [event for event in told if event.enterprise == enterprise]
        held = holding(own, tier, day, finals)
        if held is None or held.status == "publicity":
            continue
        last = max(
            event.valid_to
            for event in own
            if event.event in TITLES
            and event.valid_to
            and event.tier in (LADDER[LADDER.index(tier) :] if tier in LADDER else (tier,))
            and day < add_months(event.valid_to + dt.timedelta(days=1), 12)
            and not any(e.event in ENDINGS and e.tier == event.tier and e.on > event.on for e in own)
        )
        if last < day:
            last = add_months(last + dt.timedelta(days=1), 12) - dt.timedelta(days=1)
        month_end = add_months(last.replace(day=1), 1) - dt.timedelta(days=1)
        area: str | None = held.area
        while area is not None:
            key = (area, month_end, held.status)
            found[key] = found.get(key, 0) + 1
            area = PARENTS[area]
    return found


@settings(max_examples=40, deadline=None)
@given(
    events=st.lists(any_event(), min_size=1, max_size=12),
    finals=st.lists(any_final(), max_size=2),
    day=st.dates(min_value=D(2019, 1, 1), max_value=D(2027, 12, 1)),
)
def test_titles_that_end_agree_with_the_replay(events: list[Event], finals: list[FinalList], day: dt.date) -> None:
    as_of = add_months(day.replace(day=1), 1) - dt.timedelta(days=1)
    with duckdb.connect() as connection:
        count_by_sql(connection, events, finals)
        run(connection, "title_end")
        run(connection, "expiry")
        for tier in TIERS:
            sql = "select area_code, month_end, titles, awaiting from mart.expiry where tier = ? and as_of = ?"
            found: dict[Any, int] = {}
            for area, month_end, titles, awaiting in connection.execute(sql, [tier, as_of]).fetchall():
                found |= {
                    (area, month_end, "in_force"): titles - awaiting,
                    (area, month_end, "awaiting_review"): awaiting,
                }
            expected = expiry_by_replay(events, finals, tier, as_of)
            assert {key: number for key, number in found.items() if number} == expected


def test_what_comes_later_does_not_change_what_was_known() -> None:
    first = title(D(2022, 7, 1), D(2025, 6, 30))
    later = [
        title(D(2025, 10, 15), D(2028, 6, 30), event="review_passed", valid_from=D(2025, 7, 1)),
        title(D(2025, 1, 5), D(2027, 12, 31), tier="little_giant"),
        Event(1, "srdi", "revoked", D(2026, 3, 1), "11"),
    ]
    seen = []
    for events in ([first], [first, *later]):
        with duckdb.connect() as connection:
            count_by_sql(connection, events, [])
            run(connection, "title_end")
            sql = "select * from title_end where as_of <= date '2024-12-31' order by all"
            seen.append(connection.sql(sql).fetchall())
    assert seen[0] == seen[1]
    assert seen[0]


@given(values=st.lists(st.floats(0, 100), min_size=2, max_size=12), months=st.integers(1, 30))
@settings(deadline=None)
def test_reports_of_later_periods_change_no_earlier_point(values: list[float], months: int) -> None:
    frame = pl.DataFrame(
        {
            "source_period_end": [add_months(D(2023, 1, 1), 3 * n) - dt.timedelta(days=1) for n in range(len(values))],
            "value": values,
        }
    ).with_columns(
        indicator_id=pl.lit("r"), area_code=pl.lit("c"), basis=pl.lit("ratio"), state=pl.lit("ok"),
        period_end=pl.col("source_period_end").dt.offset_by("2mo").dt.month_end(),
    )  # fmt: skip
    cut = add_months(D(2023, 1, 1), months)
    early = outlook_trend.reported_points(frame.filter(pl.col("period_end") < cut))
    assert early.equals(outlook_trend.reported_points(frame).filter(pl.col("known_on") < cut))
