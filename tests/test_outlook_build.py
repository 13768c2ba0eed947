"""The outlook of a build: only what each month knew, the names behind the numbers, and how past forecasts fared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.publish import Builds
from tests.worlds import add, built, rows, write_list
from tracker import enterprises, ui
from tracker.enterprises_moved import expiring
from tracker.outlook_view import plan_outlook, target_outlook

D = dt.date
CITY = "320700"
AREAS = ("海州区", "东海县", "灌云县", "市开发区")
CUT = D(2024, 6, 30)
OUTLOOK = "median, low_50, high_50, low_80, high_80, chance, forecast_model, forecast_points"
# Tier, day, batch, first and last number of the enterprises on the list.
ROUNDS = (
    ("srdi", D(2021, 9, 1), "2021", 1, 6),
    ("srdi", D(2022, 9, 1), "2022", 7, 14),
    ("srdi", D(2023, 9, 1), "2023", 15, 19),
    ("srdi", D(2024, 9, 1), "2024", 20, 28),
    ("srdi", D(2025, 9, 1), "2025", 29, 33),
    ("little_giant", D(2021, 10, 20), "3", 1, 2),
    ("little_giant", D(2022, 10, 20), "4", 7, 8),
    ("little_giant", D(2023, 10, 20), "5", 3, 4),
    ("little_giant", D(2025, 10, 20), "7", 15, 16),
)
# Of the twelve reviewed in 2024 and 2025 three fail.
REVIEWS = (("srdi", D(2024, 9, 20), 2021, (1, 2, 3, 4, 6)), ("srdi", D(2025, 9, 20), 2022, (7, 8, 9, 11, 12, 13)))


def fill(folder: Path, until: dt.date) -> None:
    """Take in every list dated up to a day."""
    for tier, on, batch, first, last in ROUNDS:
        if on <= until:
            path = write_list(folder / "lists", f"{tier}-{batch}.csv", _lines(range(first, last + 1)))
            add(folder, path, tier=tier, event_on=on, batch=batch, valid_from=on, valid_to=_end(on))
    for tier, on, cohort, passed in REVIEWS:
        if on <= until:
            path = write_list(folder / "lists", f"review-{cohort}.csv", _lines(passed))
            statement = {"event": "review_passed", "reviewed_cohort": cohort, "is_final": True}
            add(folder, path, tier=tier, event_on=on, valid_from=on, valid_to=_end(on), **statement)
    built(folder)


def _end(on: dt.date) -> dt.date:
    return on.replace(year=on.year + 3) - dt.timedelta(days=1)


def _lines(numbers: Any) -> str:
    lines = [f"{place},连云港第{n}实验有限公司,{AREAS[n % 4]}" for place, n in enumerate(numbers, start=1)]
    return "序号,企业名称,所属县区\n" + "\n".join(lines)


@dataclass(frozen=True)
class World:
    whole: Path
    cut: Path

    @property
    def build_id(self) -> str:
        current = Builds(self.whole).current()
        assert current is not None
        return current


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = World(tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("cut"))
    fill(found.whole, D(2026, 1, 1))
    fill(found.cut, CUT)
    return found


@pytest.fixture
def build_id(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TRACKER_DATA", str(world.whole))
    yield world.build_id
    ui.forget()


@pytest.mark.parametrize(
    ("table", "columns", "month"),
    [
        ("mart.progress", f"plan_id, target_id, area_code, due_on, as_of, {OUTLOOK}", "as_of"),
        ("mart.forecast_path", "*", "as_of"),
        ("mart.forecast_scenario", "*", "as_of"),
        ("mart.expiry", "*", "as_of"),
        ("mart.hindcast", "*", "month_end"),
    ],
)
def test_a_build_of_less_data_says_the_same_of_the_months_it_knows(
    world: World, table: str, columns: str, month: str
) -> None:
    sql = f"select {columns} from {table} where {month} <= ? order by all"
    before, after = (rows(folder, sql, CUT) for folder in (world.cut, world.whole))
    assert before == after
    assert before


def test_a_forecast_is_given_once_three_rounds_are_known(world: World) -> None:
    sql = (
        f"select as_of, {OUTLOOK} from mart.progress"
        " where target_id = 'srdi_smes' and area_code = ? and as_of in (?, ?, ?) order by as_of"
    )
    two, three, over = rows(world.whole, sql, CITY, D(2023, 8, 31), D(2023, 9, 30), D(2025, 12, 31))
    assert two[1:] == (None, None, None, None, None, None, "too_few_periods", 2)
    assert three[7:] == ("batches", 3)
    assert three[4] < three[1] < three[5]
    assert over[7:] == ("period_over", None)


def test_after_the_last_round_before_the_due_date_only_reviews_are_open(world: World) -> None:
    # The reviews of 2025 are over, and the next list of SRDI enterprises comes in September 2026.
    sql = (
        "select value, median, low_80, high_80, chance from mart.progress"
        " where target_id = 'srdi_smes' and area_code = ? and as_of = ?"
    )
    [(value, median, low, high, chance)] = rows(world.whole, sql, CITY, D(2025, 10, 31))
    assert (median, low, high, chance) == (value, value, value, 0.0)


def test_a_higher_review_rate_never_lowers_the_chance(world: World) -> None:
    sql = (
        "select target_id, as_of, chance, median from mart.forecast_scenario"
        " where pass_rate is not null order by target_id, area_code, due_on, as_of, pass_rate"
    )
    found = pl.DataFrame(rows(world.whole, sql), schema=["target_id", "as_of", "chance", "median"], orient="row")
    groups = found.group_by("target_id", "as_of", maintain_order=True)
    ordered = [frame for _, frame in groups if frame["median"].is_sorted() and frame["chance"].is_sorted()]
    assert len(ordered) == found.select(pl.struct("target_id", "as_of").n_unique()).item()
    assert found["median"].n_unique() > 1


def test_the_fan_widens_by_rounds_and_ends_in_the_forecast(world: World, build_id: str) -> None:
    fan = target_outlook(build_id, "lianyungang", "srdi_smes", CITY, D(2024, 1, 31)).fan
    assert fan["month_end"].to_list()[:2] == [D(2024, 2, 29), D(2024, 3, 31)]
    width = fan["high_80"] - fan["low_80"]
    assert width.head(7).to_list() == [0.0] * 7
    assert width.to_list()[7] > 0
    sql = f"select {OUTLOOK} from mart.progress where target_id = 'srdi_smes' and area_code = ? and as_of = ?"
    [final] = rows(world.whole, sql, CITY, D(2024, 1, 31))
    last = fan.row(-1, named=True)
    assert (last["median"], last["low_80"], last["high_80"]) == (final[0], final[3], final[4])


def test_areas_of_the_plan_without_a_task_have_a_fan_too(build_id: str) -> None:
    fan = target_outlook(build_id, "lianyungang", "srdi_smes", "320706", D(2024, 1, 31)).fan
    assert fan["month_end"].max() == D(2025, 12, 31)


def test_the_names_behind_the_titles_that_end(world: World, build_id: str) -> None:
    as_of, until = D(2024, 8, 31), D(2025, 8, 31)
    expiry = plan_outlook(build_id, "lianyungang", as_of).expiry
    for tier in ("srdi", "little_giant"):
        for area in (CITY, "320706", "320722"):
            ending = expiry.filter(
                (pl.col("tier") == tier) & (pl.col("area_code") == area) & (pl.col("month_end") <= until)
            )
            names = expiring(build_id, "lianyungang", area, tier, as_of, until)
            assert names.height == ending["titles"].sum()
            assert (names["status"] == "awaiting_review").sum() == ending["awaiting"].sum()
    # Of the six of 2021, whose window ends this very day, four became little giants and stay in the count.
    names = expiring(build_id, "lianyungang", CITY, "srdi", as_of, as_of)
    assert enterprises.with_names(build_id, names)["name"].sort().to_list() == [
        "连云港第5实验有限公司",
        "连云港第6实验有限公司",
    ]
    assert set(names["valid_to"]) == {D(2024, 8, 31)}


def test_past_forecasts_are_scored_against_what_came(world: World, build_id: str) -> None:
    past = pl.concat(
        target_outlook(build_id, "lianyungang", target, CITY, CUT).past for target in ("srdi_smes", "little_giants")
    )
    sql = "select value from mart.progress where target_id = 'srdi_smes' and area_code = ? and as_of = ?"
    first = past.row(0, named=True)
    assert rows(world.whole, sql, CITY, first["month_end"]) == [(first["value"],)]
    assert first["outcome"] == (first["value"] >= first["level"])
    scores = plan_outlook(build_id, "lianyungang", CUT).scores
    for model, horizon, forecasts, brier, inside in scores.rows():
        own = past.filter(pl.col("horizon_months") == horizon).rows(named=True)
        errors = [(row["chance"] - row["outcome"]) ** 2 for row in own]
        assert (model, forecasts) == ("batches", len(own))
        assert brier == pytest.approx(sum(errors) / len(errors))
        assert inside == pytest.approx(sum(row["low_80"] <= row["value"] <= row["high_80"] for row in own) / len(own))
    assert scores["horizon_months"].to_list() == [6, 12]


def test_reliability_counts_every_forecast_once(world: World, build_id: str) -> None:
    plan = plan_outlook(build_id, "lianyungang", CUT)
    assert plan.reliability["forecasts"].sum() == rows(world.whole, "select count(*) from mart.hindcast")[0][0]
    assert plan.targets.filter(pl.col("target_id") == "srdi_smes")["forecast_model"].to_list() == ["batches"]
