from __future__ import annotations

import datetime as dt

import plotly.graph_objects as go
import polars as pl
import pytest

from tracker import blocks, findings, look
from tracker.charts.bullets import WIDEST_SHARE, bullet_rows
from tracker.charts.frame import Picture, config, picture_size
from tracker.text import word
from tracker.viewing import DEFAULT_RULE, Rule

pytestmark = pytest.mark.usefixtures("checked_pictures")
DUE = dt.date(2025, 12, 31)


def target(**changes: object) -> dict[str, object]:
    """One row of viewing.targets_at: 21 of 25 little giants at the due date."""
    row: dict[str, object] = {
        "target_id": "giant", "area_code": "990000", "area_short": "示例市", "short": "小巨人",
        "name": "国家“小巨人”企业",
        "comparator": "ge", "value": 21.0, "judged_value": 21.0, "target_value": 25.0, "value_high": None, "gap": 4.0,
        "unit": "enterprise", "decimals": 0, "direction": "higher", "basis": "in_force", "commitment": "binding",
        "origin": "plan", "wording": "培育形成", "due_on": DUE, "expected_value": 20.0, "state": "missed",
        "status": "missed", "is_headline": True, "owner_units": "industry,science", "awaiting": 0, "publicity": 0,
        "expected_units": None, "reported_units": None, "observation_state": "ok", "source_period_end": None,
    }  # fmt: skip
    return row | changes


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    floats = ("value", "judged_value", "target_value", "value_high", "gap", "expected_value")
    schema = dict.fromkeys(floats, pl.Float64) | dict.fromkeys(("expected_units", "reported_units"), pl.Int32)
    return pl.DataFrame(rows, schema_overrides={**schema, "source_period_end": pl.Date})


UNREPORTED = target(value=None, gap=None, judged_value=None, state="no_data", status="not_reported")
STALE = target(state="not_assessable", status="not_reported", observation_state="stale")
MET = target(value=31.0, gap=-6.0, state="met", status="met", short="专精特新")


def bullets(*rows: dict[str, object], as_of: dt.date = DUE) -> go.Figure:
    return bullet_rows(findings.bullet_frame(frame(*rows), as_of, "zh"), "示例市 · 演示数据")


def test_a_value_that_cannot_be_judged_has_no_bar() -> None:
    small = target(state="not_assessable", status="not_reported", gap=None, observation_state="sample_too_small")
    assert findings.share(small) is None
    assert findings.share(target()) == 0.84
    assert findings.share(target(value=None, state="no_data")) is None


@pytest.mark.parametrize(("language", "said"), [("zh", "数据已过期"), ("en", "out of date")])
def test_a_value_out_of_date_stands_in_the_chart_as_in_the_table(language: str, said: str) -> None:
    stale = target(state="not_assessable", status="not_reported", gap=4.0, observation_state="stale")
    rows = findings.bullet_frame(frame(stale), DUE, language)
    assert rows.select("share", "value", "gap").row(0) == (None, findings.value_phrase(stale, language), said)
    texts = [note.text for note in bullet_rows(rows, "").layout.annotations]
    assert sum(rows["value"][0] in text for text in texts) == 1


def test_a_task_due_before_the_final_date_stands_beside_the_value() -> None:
    row = target(interim_due_on=dt.date(2024, 12, 31), interim_target_value=18.0, interim_state="slightly_behind")
    found = findings.notes(row, dt.date(2024, 6, 30), DEFAULT_RULE, "zh")
    assert found == ["2024年12月任务 18 家：未达序时"]


def test_bars_are_shares_of_the_target_from_zero() -> None:
    figure = bullets(target(), MET, target(value=90.0, gap=-65.0))
    track, actual = figure.data
    assert list(actual.x) == [0.84, 1.24, WIDEST_SHARE]
    assert list(track.x) == [WIDEST_SHARE] * 3
    assert list(figure.layout.xaxis.range) == [0, WIDEST_SHARE]


def test_a_value_that_nobody_reported_has_no_bar_and_no_zero() -> None:
    figure = bullets(UNREPORTED)
    words = [annotation.text for annotation in figure.layout.annotations]
    assert list(figure.data[0].marker.color) == [look.STATUS_LOOKS["not_reported"].fill]
    assert "–" in words
    assert any("未报送" in word for word in words)
    assert not any("0 家" in word for word in words)


def test_a_line_of_past_months_stands_under_a_value_and_not_where_nobody_reported() -> None:
    rows = findings.bullet_frame(frame(target(), UNREPORTED | {"target_id": "silent"}), DUE, "zh", {})
    rows = rows.with_columns(past=pl.Series([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    lines = [shape for shape in bullet_rows(rows, "示例市").layout.shapes if shape.type == "path"]
    assert [line.yanchor for line in lines] == [0]


def test_the_pace_mark_stands_only_while_the_period_runs() -> None:
    after = bullets(target())
    before = bullets(target(), as_of=dt.date(2025, 9, 30))
    assert {shape.x0 for shape in after.layout.shapes} == {1.0}
    assert {shape.x0 for shape in before.layout.shapes} == {1.0, 0.8}


def test_words_beside_a_bar_say_what_the_build_says() -> None:
    words = " ".join(annotation.text for annotation in bullets(target()).layout.annotations)
    for expected in ("国家“小巨人”企业", "目标 25 家", "21 家", "到期未完成", "差 4 家", "演示数据", "✖"):
        assert expected in words


def test_a_figure_with_a_wrong_property_is_found_here_and_its_parts_are_sent_as_they_are() -> None:
    with pytest.raises(ValueError, match="hight"):
        Picture([{"type": "bar", "x": [1], "hight": 2}], {})
    figure = bullets(target())
    assert figure.to_dict() == go.Figure(figure.data, figure.layout).to_dict()


def test_names_are_escaped() -> None:
    figure = bullets(target(name="<b>A&B</b>"))
    assert "&lt;b&gt;A&amp;B&lt;/b&gt;" in figure.layout.annotations[1].text


def test_the_camera_saves_under_a_telling_name_and_nothing_else_is_offered() -> None:
    settings = config("主要目标_示例市_2025-12", "png", "slide", 424)
    picture = settings["toImageButtonOptions"]
    assert isinstance(picture, dict)
    assert (picture["format"], picture["filename"]) == ("png", "主要目标_示例市_2025-12")
    assert settings["modeBarButtons"] == [["toImage"]]
    assert settings["displaylogo"] is False


@pytest.mark.parametrize("figure_height", [100, 540, 541, 700.5, 1300, 4001])
def test_a_saved_picture_has_the_promised_dots(figure_height: float) -> None:
    slide = picture_size("slide", "png", figure_height)
    assert slide["height"] >= figure_height
    # A browser cuts off what is left of a dot.
    assert [int(slide[side] * slide["scale"]) for side in ("width", "height")] == [2560, 1440]
    column = picture_size("column", "png", figure_height)
    assert int(column["width"] * column["scale"]) == 1842  # 156 mm at 300 dots per inch
    assert column["height"] == int(figure_height)
    vector = picture_size("column", "svg", figure_height)
    assert vector["width"] * vector["scale"] / 96 * 25.4 == pytest.approx(156)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("status", look.STATUS_LOOKS)
def test_every_status_can_be_read(status: str) -> None:
    colours = look.STATUS_LOOKS[status]
    assert contrast(colours.text, look.PAGE) >= 4.5
    assert contrast(look.INK, colours.fill) >= 4.5


@pytest.mark.parametrize("colour", [look.SECONDARY, look.FAINT])
def test_quiet_text_can_be_read_on_page_and_panel(colour: str) -> None:
    assert contrast(colour, look.PAGE) >= 4.5
    assert contrast(look.SECONDARY, look.PANEL) >= 4.5


@pytest.mark.parametrize(
    ("changes", "phrase"),
    [
        ({}, "差 4 家"),
        ({"value": 31.0, "gap": -6.0, "status": "met"}, "超 6 家"),
        ({"value": 25.0, "gap": 0.0, "status": "met"}, "达到目标"),
        ({"value": None, "gap": None, "status": "not_reported"}, ""),
        (
            {"value": 49.96, "target_value": 50.0, "gap": 0.04, "unit": "percent", "comparator": "gt"},
            "低 0.04 个百分点",
        ),
        ({"value": 50.0, "target_value": 50.0, "gap": 0.0, "unit": "percent", "comparator": "gt"}, "持平，须超过"),
        ({"value": 54.6, "target_value": 50.0, "gap": -4.6, "unit": "percent", "status": "met"}, "高 4.6 个百分点"),
        ({"value": 4.0, "target_value": 5.0, "gap": 1.0, "comparator": "approx", "status": "met"}, "达到目标"),
        ({"value": 9.0, "target_value": 7.0, "gap": 2.0, "direction": "lower"}, "差 2 家"),
    ],
)
def test_a_gap_in_words(changes: dict[str, object], phrase: str) -> None:
    row = target(**{"decimals": 1, **changes}) if changes.get("unit") == "percent" else target(**changes)
    assert findings.gap_phrase(row, "zh") == phrase


@pytest.mark.parametrize(("language", "said"), [("zh", "2\u00a0项有数据，无法评价"), ("en", "2 not assessable")])
def test_the_count_of_what_nobody_reported_says_how_much_of_it_has_data(language: str, said: str) -> None:
    counted = blocks.status_counts(frame(STALE, STALE, UNREPORTED, MET), language)
    assert f">3<small>{said}</small></b>" in counted
    assert "<small>" not in blocks.status_counts(frame(UNREPORTED, MET), language)
    assert findings.count_words(frame(STALE), language)["not_reported"] != word("status.not_reported", language)
    assert findings.count_words(frame(UNREPORTED), language)["not_reported"] == word("status.not_reported", language)


def test_the_finding_counts_and_names_the_widest_gap_of_the_main_targets() -> None:
    small = target(target_id="award", short="质量奖", value=0.0, gap=1.0, target_value=1.0, is_headline=False)
    assert findings.finding(frame(target(), MET, small, UNREPORTED), "zh") == (
        "4 项目标完成 1 项，2 项到期未完成；最需要推动的主要目标是小巨人，差 4 家"
    )
    assert findings.finding(frame(MET, small), "en") == (
        "1 of 2 targets completed, 1 missed; to push first: 质量奖, 1 short"
    )
    assert findings.finding(frame(MET, small, *[UNREPORTED] * 3), "zh") == (
        "5 项目标完成 1 项，1 项到期未完成，3 项未报送；最需要推动的是质量奖，差 1 家"
    )
    assert findings.finding(frame(MET, MET), "zh") == "2 项目标全部完成"
    # A target that is only met by a value of a mistaken unit is not said to be done without a word.
    sure, doubted = MET | {"doubtful_values": 0}, MET | {"doubtful_values": 2}
    behind = target(doubtful_values=3, short="质量奖", gap=1.0)
    assert findings.finding(frame(sure, doubted, behind), "zh").startswith(
        "3 项目标完成 2 项（其中 1 项数据待核实），1 项到期"
    )
    assert findings.finding(frame(doubted, doubted), "zh") == "2 项目标全部完成（其中 2 项数据待核实）"
    assert findings.finding(frame(sure, doubted), "en") == (
        "All 2 targets completed (1 of them on data to be verified)"
    )
    assert findings.finding(frame(UNREPORTED, UNREPORTED), "zh") == "2 项目标均未报送"
    assert findings.finding(frame(UNREPORTED, STALE), "zh") == "2 项目标均未报送或无法评价"
    assert findings.finding(frame(MET, STALE, STALE), "en") == (
        "1 of 3 targets completed, 2 not reported or not assessable"
    )
    on_pace = target(state="on_pace", status="on_pace")
    assert findings.finding(frame(MET, on_pace), "zh") == "2 项目标完成 1 项，1 项达到序时"


def test_an_ambition_stands_behind_a_promise_in_what_to_push() -> None:
    ambition = target(target_id="clusters", value=0.0, gap=25.0, commitment="aspirational")
    near = target(target_id="near", value=24.0, gap=1.0)
    order = findings.most_in_need(frame(ambition, near, target(), MET), 3)["target_id"].to_list()
    assert order == ["giant", "near", "clusters"]


@pytest.mark.parametrize(
    ("changes", "rule", "expected"),
    [
        ({}, DEFAULT_RULE, []),
        ({"awaiting": 12}, DEFAULT_RULE, ["含到期待复核 12 家"]),
        ({"awaiting": 12}, Rule(with_awaiting=False), ["未含到期待复核 12 家"]),
        ({"awaiting": 12, "publicity": 3}, Rule(basis="ever"), []),
        ({"publicity": 3}, DEFAULT_RULE, ["另有公示 3 家"]),
        ({"publicity": 3}, Rule(with_publicity=True), ["含公示 3 家"]),
        (
            {"observation_state": "partial", "expected_units": 10, "reported_units": 8},
            DEFAULT_RULE,
            ["10 个单位报送 8 个"],
        ),
        (
            {"observation_state": "stale", "source_period_end": dt.date(2024, 12, 31), "state": "not_assessable"},
            DEFAULT_RULE,
            ["有数据，无法评价", "数据为 2024年12月，已过期"],
        ),
    ],
)
def test_what_stands_beside_a_value(changes: dict[str, object], rule: Rule, expected: list[str]) -> None:
    assert findings.notes(target(**changes), DUE, rule, "zh") == expected


def test_after_the_due_date_the_value_that_decided_stands_beside_todays() -> None:
    late = target(value=26.0, judged_value=21.0, gap=-1.0, state="met_late", status="met")
    found = findings.notes(late, dt.date(2026, 1, 31), DEFAULT_RULE, "zh")
    assert found == ["逾期后完成", "到期日为 21 家"]


def test_areas_that_are_short_are_named_with_their_gap() -> None:
    rows = frame(
        target(area_short="甲区", value=1.0, gap=3.0),
        target(area_short="乙县", value=None, gap=None, status="not_reported"),
        target(area_short="丙县", value=5.0, gap=-1.0, status="met"),
        target(area_short="丁县", value=1.0, gap=5.0),
        target(area_short="戊县", value=1.0, gap=1.0),
    )
    assert findings.where(target(), rows, "zh") == "丁县差 5 家、甲区差 3 家、戊县差 1 家、另有 1 个单位"
    assert findings.where(target(), rows.clear(), "zh") == ""


def test_responsible_units_are_named_the_leading_one_first() -> None:
    names = {"industry": "市工信局", "science": "市科技局"}
    assert findings.owners(target(), names) == ["市工信局", "市科技局"]
    assert findings.owners(target(owner_units=None), names) == []
