"""Disagreements and reasons on hand-made rows: first the code and its numbers, then the sentence."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tracker import indicators, opinions
from tracker.text import LANGUAGES

DUE = dt.date(2025, 12, 31)
KEYS = {"target_id": "giant", "area_code": "1", "due_on": DUE}
ANSWERS = {
    "target_id": pl.String, "area_code": pl.String, "due_on": pl.Date, "method": pl.String, "value": pl.Float64,
    "class": pl.String,
}  # fmt: skip


def differing(
    lead_points: float | None,
    rate: tuple[float, str] | None = None,
    projection: tuple[float | None, str] | None = None,
    state: str = "behind",
) -> list[dict[str, Any]]:
    rows = pl.DataFrame(
        [{**KEYS, "state": state, "lead_points": lead_points}], schema_overrides={"lead_points": pl.Float64}
    )
    said = [
        (*KEYS.values(), method, *answer)
        for method, answer in ((opinions.RATE, rate), (opinions.PROJECTION, projection))
        if answer is not None
    ]
    answers = pl.DataFrame(said, schema=ANSWERS, orient="row")
    return opinions.disagreements(rows, answers, {"on_pace_lead_points": 0.0}).to_dicts()


def sentence(language: str = "zh", /, *args: Any, **fields: Any) -> str:
    [row] = differing(*args, **fields)
    return opinions.disagreement_in_words(row, language)


ENOUGH, SHORT = (1.003, "significant_progress"), (0.7, "moderate_progress")


def test_a_doubling_in_three_years_is_behind_the_line_and_on_track_by_its_rate() -> None:
    [row] = differing(-7.3, ENOUGH, (0.7, "cloudy"))
    assert (row["pace"], row["rate"], row["projection"]) == ("off_track", "on_track", "off_track")
    assert opinions.disagreement_in_words(row, "zh") == (
        "几种算法结论不一：按序时进度滞后 7.3 个百分点；按年均增速，已达所需增速的 1.00 倍，可以如期完成；"
        "按近五年平均变化推算，到期仍差现有差距的 70%。判定以序时进度为准。"
    )
    assert opinions.disagreement_in_words(row, "en") == (
        "The methods differ: by the schedule 7.3 pp behind; by yearly growth at 1.00 times the rate needed, enough to "
        "arrive in time; by the mean change of five years 70% of today's gap remains at the due date. The schedule "
        "decides the state."
    )


@pytest.mark.parametrize(
    "row",
    [
        (-7.3, SHORT, (0.7, "cloudy")),  # all say no
        (3.0, ENOUGH, (-0.2, "sun")),  # all say yes
        (-7.3, None, None),  # nothing to compare with
        (None, ENOUGH, None),
    ],
)
def test_methods_that_agree_or_stand_alone_say_nothing(row: tuple[Any, ...]) -> None:
    assert differing(*row) == []


@pytest.mark.parametrize("state", ["met_early", "met", "met_late", "missed"])
def test_what_is_decided_is_not_discussed(state: str) -> None:
    assert differing(-7.3, ENOUGH, state=state) == []


def test_numbers_are_not_rounded_onto_the_bound_that_they_miss() -> None:
    assert "只有所需增速的 0.949 倍，不能如期完成" in sentence("zh", 2.0, (0.949, "moderate_progress"))
    assert "滞后 0.04 个百分点" in sentence("zh", -0.04, ENOUGH)
    assert "按序时进度正好持平" in sentence("zh", 0.0, SHORT)


@pytest.mark.parametrize(
    ("projection", "phrase"),
    [
        ((-0.5, "sun"), "可以如期完成"),
        ((None, "sun"), "可以如期完成"),
        ((0.12, "slightly_cloudy"), "到期仍差现有差距的 12%，视为基本可达"),
        ((0.2, "slightly_cloudy"), "20%，视为基本可达"),
        ((0.201, "cloudy"), "到期仍差现有差距的 20.1%"),
        ((1.0, "thunderstorm"), "到期差距不会缩小"),
        ((1.4, "thunderstorm"), "到期差距不会缩小"),
    ],
)
def test_every_projection_has_its_words(projection: tuple[float | None, str], phrase: str) -> None:
    lead = -5.0 if projection[1] in ("sun", "slightly_cloudy") else 5.0
    assert phrase in sentence("zh", lead, None, projection)


def test_a_rate_may_stand_still_or_point_the_other_way() -> None:
    assert "没有增长" in sentence("zh", 1.0, (0.0, "insufficient_progress"))
    assert "方向与目标相反" in sentence("zh", 1.0, (-0.2, "moving_away"))


def row(**changes: Any) -> dict[str, Any]:
    """A count on its way: 9 to go, one batch left, eight months."""
    fields: dict[str, Any] = {
        "state": "behind", "baseline_value": 13.0, "lead_points": -12.5, "batches_left": 1, "needed_per_batch": 9.0,
        "best_per_batch": 12.0, "needed_per_month": 9 / 8, "best_per_month": 12.0, "unit": "enterprise", "decimals": 0,
    }  # fmt: skip
    return fields | changes


NO_TITLE = {"batches_left": None, "needed_per_batch": None, "best_per_batch": None}


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({}, "per_batch", "预计还有 1 批，每批须净增 9 家（历史最好 12 家）"),
        ({"batches_left": 2, "needed_per_batch": 4.5}, "per_batch", "预计还有 2 批，每批须净增 5 家（历史最好 12 家）"),
        (
            {"best_per_batch": 8.0}, "beyond_best_batch",
            "预计还有 1 批，每批须净增 9 家，超过历史最好的一批（8 家）",
        ),
        ({"batches_left": 0, "needed_per_batch": None}, "no_batch_left", "到期前预计不再有新批次"),
        ({"state": "going_backwards"}, "below_base", "低于起点（13 家）"),
        ({**NO_TITLE, "best_per_month": 1.0}, "beyond_best_month", "每月须净增 1.2 家，超过历史最好的一月（1 家）"),
        ({**NO_TITLE}, "behind_pace", "滞后序时进度 12.5 个百分点"),
        ({**NO_TITLE, "lead_points": None, "needed_per_month": None}, None, ""),
        ({"state": "met_early"}, None, ""),
        ({"state": "missed"}, None, ""),
        ({"state": "no_data"}, None, ""),
    ],
)  # fmt: skip
def test_the_hardest_obstacle_is_the_reason(changes: dict[str, Any], code: str | None, said: str) -> None:
    assert opinions.reason(row(**changes)) == code
    assert opinions.reason_in_words(row(**changes), "zh") == said
    for language in LANGUAGES:
        assert bool(opinions.reason_in_words(row(**changes), language)) == (code is not None)


def test_what_a_flow_needs_is_said_once() -> None:
    due = {"value": 3.0, "due_on": dt.date(2026, 12, 31), "status": "behind", "months_left": 8}
    takes = indicators.what_it_takes(row(**NO_TITLE, best_per_month=1.0) | due, dt.date(2026, 4, 30), "zh")
    assert takes == ["还剩 8 个月，每月需净增 1.2 家（历来最多 1 家，从未达到过）"]
    slow = indicators.what_it_takes(row(**NO_TITLE) | due, dt.date(2026, 4, 30), "zh")
    assert slow == ["滞后序时进度 12.5 个百分点", "还剩 8 个月，每月需净增 1.2 家（历来最多 12 家）"]
