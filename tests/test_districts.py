"""Areas on one target: ranks by group, words, and what the figures draw."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import districts
from tracker.charts import areas as area_charts
from tracker.charts.frame import Frame, letters_wide
from tracker.look import STATUS_LOOKS

pytestmark = pytest.mark.usefixtures("checked_pictures")
FRAME = Frame("小巨人：南桥差 3 家", "领先或滞后（百分点）", "示例市 · 2025年12月 · 演示数据")
AREAS = pl.DataFrame(
    {
        "area_code": ["990000", "990001", "990002", "990003", "990091", "990092"],
        "short": ["示例市", "东湖", "西山", "南桥", "高新", "临港"],
        "rank_group": ["total", "county", "county", "county", "zone", "zone"],
    }
)


def area(
    code: str, value: float | None, target: float, status: str, lead: float | None, **more: object
) -> dict[str, object]:
    names = dict(AREAS.select("area_code", "short").iter_rows())
    gap = None if value is None else target - value
    row = {"area_code": code, "area_short": names[code], "value": value, "target_value": target, "status": status}
    row |= {
        "expected_value": target,
        "lead_points": lead,
        "gap": gap,
        "baseline_value": 1.0,
        "short": "小巨人",
        "unit": "enterprise",
    }
    row |= {"decimals": 0, "direction": "higher", "comparator": "ge", "value_high": None, "wording": "达到"}
    return row | {"commitment": "binding"} | more


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    numbers = ("value", "gap", "lead_points", "baseline_value", "value_high")
    return pl.DataFrame(list(rows), schema_overrides=dict.fromkeys(numbers, pl.Float64))


NOW = frame(
    area("990000", 21, 25, "missed", -16.0),
    area("990003", 1, 4, "missed", -75.0),
    area("990001", 8, 7, "met", 14.3),
    area("990002", 8, 7, "met", 14.3),
    area("990091", None, 5, "not_reported", None),
    area("990092", 5, 5, "met", 0.0),
)
BEFORE = frame(
    area("990001", 5, 7, "behind", -10.0), area("990002", 6, 7, "on_pace", 1.0), area("990003", 4, 4, "met", 5.0)
)


def test_counties_and_zones_rank_apart_ties_share_and_the_silent_have_no_rank() -> None:
    rows = districts.ranked(NOW, BEFORE, AREAS)
    found = list(rows.select("area_code", "rank", "rank_before", "places_gained").iter_rows())
    assert found == [
        ("990001", 1, 3, 2),
        ("990002", 1, 2, 1),
        ("990003", 3, 1, -2),
        ("990092", 1, None, None),
        ("990091", None, None, None),
    ]


def test_a_target_without_pace_ranks_by_the_distance_to_it() -> None:
    rates = frame(
        area("990001", 49.0, 50, "missed", None),
        area("990002", 52.0, 50, "met", None),
        area("990003", 50.5, 50, "met", None),
    )
    rows = districts.ranked(rates, rates.clear(), AREAS)
    assert list(rows.select("area_code", "lead").iter_rows()) == [("990002", 2.0), ("990003", 0.5), ("990001", -1.0)]


@given(st.permutations(range(6)), st.lists(st.integers(-100, 100), min_size=5, max_size=5))
def test_the_order_of_rows_changes_no_rank_and_a_better_lead_never_ranks_lower(
    order: list[int], leads: list[int]
) -> None:
    codes = AREAS["area_code"].to_list()[1:]
    rows = frame(
        *[area(code, 5, 5, "met", lead) for code, lead in zip(codes, leads, strict=True)],
        area("990000", 1, 1, "met", 0),
    )
    plain = districts.ranked(rows, rows.clear(), AREAS)
    assert districts.ranked(rows[order], rows.clear(), AREAS).equals(plain)
    for _, group in plain.group_by("rank_group"):
        pairs = list(group.select("lead", "rank").iter_rows())
        assert all(rank == 1 + sum(other > lead for other, _ in pairs) for lead, rank in pairs)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", "小巨人：5 个单位中 1 个到期未完成、1 个未报送；南桥落后最多，差 3 家"),
        (
            "en",
            "小巨人: of 5 areas 1 missed, 1 not reported; 南桥 is furthest behind, 3 short",
        ),
    ],
)
def test_the_finding_counts_and_names_who_lags_most(language: str, expected: str) -> None:
    assert districts.finding(districts.ranked(NOW, BEFORE, AREAS), language) == expected


def test_the_silent_and_those_without_a_task_are_named() -> None:
    rows = districts.ranked(NOW.filter(pl.col("area_code") != "990092"), BEFORE, AREAS)
    assert districts.without_report(rows, "zh") == "有任务而未报送：高新"
    assert districts.without_task(rows, AREAS, "zh") == "不考核：临港"
    assert districts.without_report(rows.clear(), "zh") == ""


@pytest.mark.parametrize(
    ("lead", "shown"),
    [(0.0, "0.0 个百分点"), (12.54, "+12.5 个百分点"), (-0.04, "−0.04 个百分点"), (0.001, "+0.001 个百分点")],
)
def test_points_carry_their_sign_and_are_never_rounded_onto_the_pace(lead: float, shown: str) -> None:
    assert districts.points(lead, "zh") == shown


def test_the_bars_are_drawn_in_the_colour_of_the_state_and_cut_at_the_edge() -> None:
    rows = districts.ranked(
        frame(area("990001", 30, 5, "met", 500.0), area("990003", 1, 4, "missed", -75.0)), BEFORE, AREAS
    )
    figure = area_charts.lead_bars(districts.lead_frame(rows, "zh"), "达序时", FRAME)
    assert list(figure.data[0].x) == [100.0, -75.0]
    assert list(figure.data[0].marker.color) == [STATUS_LOOKS["met"].text, STATUS_LOOKS["missed"].text]
    words = " ".join(annotation.text for annotation in figure.layout.annotations)
    for phrase in ("+500.0", "差 3 家 · −75.0", "↓1", "县区", "达序时", FRAME.title, FRAME.subtitle, FRAME.foot):
        assert phrase in words


def test_an_area_without_a_report_has_a_row_and_no_bar() -> None:
    rows = districts.ranked(NOW, BEFORE, AREAS)
    figure = area_charts.lead_bars(districts.lead_frame(rows, "zh"), "达序时", FRAME)
    assert list(figure.data[0].x) == [14.3, 14.3, -75.0, 0.0, 0.0]
    assert sum("未报送" in annotation.text for annotation in figure.layout.annotations) == 1


def test_the_dumbbells_mark_base_now_and_target_and_leave_out_what_is_unknown() -> None:
    rows = districts.ranked(
        frame(area("990001", 8, 7, "met", 1.0), area("990091", None, 5, "not_reported", None, baseline_value=None)),
        BEFORE,
        AREAS,
    )
    figure = area_charts.dumbbells(districts.dumbbell_frame(rows, "zh"), FRAME)
    base, now = figure.data
    assert (list(base.x), list(now.x)) == ([1.0, None], [8.0, None])
    ticks = [shape.x0 for shape in figure.layout.shapes if shape.line.width == 4 and shape.y0 != shape.y1]
    assert ticks == [7.0, 5.0]


def test_every_area_has_a_tile_with_value_and_word() -> None:
    rows = districts.ranked(NOW.filter(pl.col("area_code") != "990092"), BEFORE, AREAS)
    tiles = districts.tile_frame(rows, AREAS, "zh")
    assert list(tiles.select("name", "value", "word").iter_rows()) == [
        ("东湖", "8 家", "已完成"),
        ("西山", "8 家", "已完成"),
        ("南桥", "1 家", "差 3 家"),
        ("高新", "–", "未报送"),
        ("临港", "–", "不考核"),
    ]
    figure = area_charts.tiles(tiles, FRAME)
    assert len(figure.layout.shapes) == tiles.height
    assert {round(shape.x1 - shape.x0, 9) for shape in figure.layout.shapes} == {0.94}


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("盐城经济技术开发区", "低 46.0 个百分点"),
        ("Hudong High-tech Industrial Development Zone", "46.0 pp below"),
        ("连云港徐圩新区（国家石化产业基地）管理委员会", "到期未完成"),
    ],
)
def test_no_word_of_a_tile_runs_into_the_next_and_none_is_lost(name: str, word: str) -> None:
    columns = {"group": "county", "name": name, "value": "548.2 亿元", "status": "missed", "word": word}
    figure = area_charts.tiles(pl.DataFrame([columns]), FRAME)
    shown = [(note.text, note.font.size) for note in figure.layout.annotations if note.x == 0.5]
    assert len(shown) == 3
    for text, size in shown:
        lines = re.sub("</?b>", "", text).split("<br>")
        assert max(map(letters_wide, lines)) * size <= 92
        assert size >= 5
    plain = [re.sub("</?b>|<br>| ", "", text) for text, _ in shown]
    assert plain == [said.replace(" ", "") for said in (name, "548.2 亿元", f"{STATUS_LOOKS['missed'].mark} {word}")]


def test_small_multiples_share_one_scale_and_the_whole_comes_first() -> None:
    months = [dt.date(2025, 11, 30), dt.date(2025, 12, 31)]
    history = pl.DataFrame(
        [
            {"area_code": code, "as_of": month, "value": value, "target_value": 8.0, "expected_value": 4.0}
            for code, value in (("990001", 2.0), ("990000", 12.0), ("990003", 7.99))
            for month in months
        ]
    )
    plots = districts.multiples_frame(history, districts.ranked(NOW, BEFORE, AREAS), AREAS)
    assert plots["short"].unique(maintain_order=True).to_list() == ["示例市", "东湖", "南桥"]
    assert plots["done"].to_list() == [150.0, 150.0, 25.0, 25.0, 99.875, 99.875]
    figure = area_charts.multiples(plots, FRAME)
    ranges = {tuple(figure.layout[f"yaxis{number}"].range) for number in ("", "2", "3")}
    assert len(ranges) == 1
    words = [annotation.text for annotation in figure.layout.annotations]
    assert "<b>南桥</b>  99%" in words  # 99.875 is not 100


def test_one_value_of_a_year_is_marked_and_the_year_is_told_once() -> None:
    months = [dt.date(2025, 9, 30), dt.date(2025, 10, 31), dt.date(2025, 11, 30), dt.date(2025, 12, 31)]
    plot = pl.DataFrame(
        {
            "place": [0] * 4 + [1] * 4,
            "short": ["示例市"] * 4 + ["东湖"] * 4,
            "as_of": months * 2,
            "done": [None, None, None, 103.0, 25.0, 50.0, None, None],
            "pace": [75.0, 83.0, 92.0, 100.0] * 2,
        }
    )
    figure = area_charts.multiples(plot, FRAME)
    _, once, _, often = figure.data
    assert (once.mode, list(once.marker.size)[:3], once.marker.size[3] > 0) == ("lines+markers", [0, 0, 0], True)
    assert often.mode == "lines"
    assert list(figure.layout.xaxis.ticktext) == ["2025"]
    over_new_year = plot.with_columns(as_of=pl.col("as_of").dt.offset_by("2mo"))
    assert list(area_charts.multiples(over_new_year, FRAME).layout.xaxis2.ticktext) == ["2026"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(57.0, "差 24 家"), (80.3, "差 1 家"), (80.6, "与序时持平"), (81.4, "略超序时"), (88.0, "超 7 家")],
)
def test_in_mid_period_the_amount_is_measured_against_the_pace_and_rounded_against_the_area(
    value: float, said: str
) -> None:
    running = area("990001", value, 110, "behind", -1.0, expected_value=80.6)
    assert districts.pace_gap(running, "zh") == said


def ranked_of(*rows: dict[str, object]) -> pl.DataFrame:
    return districts.ranked(frame(*rows), frame(*rows).clear(), AREAS)


def test_all_that_lag_alike_are_named() -> None:
    lags = [area(code, 0, 1, "missed", -100.0) for code in ("990001", "990002", "990003", "990091")]
    better = area("990092", 4, 5, "missed", -20.0)
    assert districts.worst(ranked_of(lags[0], better), "zh") == "东湖落后最多，差 1 家"
    assert districts.worst(ranked_of(*lags[:3], better), "zh") == "东湖、西山、南桥并列落后最多，均差 1 家"
    assert districts.worst(ranked_of(*lags, better), "zh") == "东湖、西山、南桥等 4 个单位并列落后最多，均差 1 家"
    assert districts.worst(ranked_of(*lags[:2], better), "en") == "东湖, 西山 are furthest behind, each 1 short"
    # As far behind in points, of tasks of other sizes: no amount is that of both.
    other = area("990002", 0, 3, "missed", -100.0)
    assert districts.worst(ranked_of(lags[0], other, better), "zh") == "东湖、西山并列落后最多"
    running = [area(code, 0, 4, "behind", -50.0, expected_value=2.0) for code in ("990001", "990002")]
    assert districts.worst(ranked_of(*running), "zh") == "东湖、西山并列落后最多，均比序时差 2 家"


def test_where_nobody_is_short_the_finding_is_a_sentence() -> None:
    rows = ranked_of(area("990001", 8, 7, "met", 14.3), area("990092", 5, 5, "met", 0.0))
    assert districts.finding(rows, "zh") == "小巨人：2 个单位均未落后，也没有未报送的"
    assert districts.finding(rows, "en") == "小巨人: of 2 areas none is behind or silent"


def test_less_than_one_enterprise_ahead_is_not_called_on_pace() -> None:
    ahead = area("990001", 3, 7, "on_pace", 5.6, expected_value=2.6)
    assert districts.lead_label(ahead, "zh") == "略超序时 · +5.6"
    assert districts.lead_label(ahead, "en") == "just ahead · +5.6"
    assert districts.lead_label(ahead | {"expected_value": 3.0, "lead_points": 0.0}, "zh") == "与序时持平 · 0.0"
