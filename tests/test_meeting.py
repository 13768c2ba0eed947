"""The meeting: its agenda and words, its page in both languages, what is entered in it."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import shutil
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tests.demo import CITY, CLOSE, Demo
from tracker import meeting, office, office_store, viewing, warehouse
from tracker.charts.months import BurnUpWords
from tracker.charts.steps import steps
from tracker.months import month_end
from tracker.office import Asked
from tracker.text import LANGUAGES, word

PAGES = Path(__file__).resolve().parent.parent / "pages"
MARKUP = re.compile(r"<(style|script)>.*?</\1>|<[^>]+>", re.DOTALL)
PLAN_ID = "lianyungang"
TODAY = dt.date.today()
BEFORE = TODAY - dt.timedelta(40)
AHEAD = TODAY + dt.timedelta(20)
NEWER = "20991231T093000000-b52e33"


@pytest.fixture
def build_id(demo: Demo, own_data_folder: Path) -> str:
    """The demo's build in a data folder of the test's own."""
    made = (demo.folder / "builds" / "current").read_text(encoding="utf-8").strip()
    (own_data_folder / "builds").mkdir()
    return publish(own_data_folder, made, demo.folder / "builds" / f"{made}.duckdb")


def publish(folder: Path, build_id: str, file: Path) -> str:
    shutil.copyfile(file, folder / "builds" / f"{build_id}.duckdb")
    (folder / "builds" / "current").write_text(build_id, encoding="utf-8")
    return build_id


def opened(**codes: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "main.py"), default_timeout=60)
    app.switch_page("meeting.py")
    for code, value in {"as_of": "2025-12-31", **codes}.items():
        app.query_params[code] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    return " ".join(MARKUP.sub(" ", element.proto.body) for element in app.get("html"))


def targets() -> pl.DataFrame:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    rows = viewing.targets_at(build_id, PLAN_ID, CLOSE, "zh", viewing.DEFAULT_RULE)
    return rows.filter(pl.col("area_code") == CITY)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def last_meeting(build_id: str, state: str = "open") -> office.Decision:
    held = office.open_meeting(PLAN_ID, "第一次调度会", BEFORE, build_id, CLOSE)
    return office.decide(held, Asked("走访后备企业", "city_industry", BEFORE, state), "甲", "srdi_smes", "320723")


def test_the_agenda_begins_with_what_lags_and_can_be_set(build_id: str) -> None:
    rows = targets()
    order = meeting.agenda(rows, None)
    assert order[:2] == ["srdi_smes", "research_intensity"]
    assert set(rows.filter(pl.col("is_headline"))["target_id"]) <= set(order)
    assert meeting.agenda(rows, ["little_giants", "gone", "srdi_smes"]) == ["little_giants", "srdi_smes"]


@given(st.permutations(["a", "b", "c", "d"]), st.sampled_from("abcde"), st.sampled_from([-1, 0, 1]))
def test_moving_a_target_loses_no_other(order: list[str], target_id: str, step: int) -> None:
    found = meeting.moved(order, target_id, step)
    assert [other for other in found if other != target_id] == [other for other in order if other != target_id]
    if target_id not in order:
        assert found[-1] == target_id
    elif step == 0:
        assert target_id not in found
    else:
        assert found.index(target_id) == min(max(order.index(target_id) + step, 0), len(order) - 1)


def test_thirty_areas_become_the_ends_and_a_line_that_counts_the_others() -> None:
    row = {"unit": "enterprise", "decimals": 0, "direction": "higher", "comparator": "ge", "target_value": 10.0}
    rows = pl.DataFrame(
        [
            row
            | {"area_short": f"区{number}", "lead": None if number == 29 else float(number - 20), "lead_points": None}
            | {"value": None if number == 29 else float(number), "gap": 10.0 - number, "expected_value": None}
            | {"status": "not_reported" if number == 29 else "missed" if number < 10 else "met"}
            for number in range(30)
        ],
        schema_overrides={"expected_value": pl.Float64, "lead_points": pl.Float64},
        infer_schema_length=None,
    )
    lines, rest = meeting.area_lines(rows, 5, "zh")
    assert [line.name for line in lines] == ["区0", "区1", "区2", "区28"]
    assert (lines[0].ahead, lines[0].label) == (-10.0, "差 10 家")
    assert rest == "其余 26 个单位，其中 1 个未报送"
    lines, rest = meeting.area_lines(rows.tail(3), 5, "zh")
    assert [line.name for line in lines] == ["区27", "区28", "区29"]
    assert (lines[2].ahead, lines[2].label, rest) == (None, "未报送", "")


def test_the_picture_is_a_drawing_with_letters_for_a_room() -> None:
    days = [dt.date(2025, month, 28) for month in range(1, 8)]
    history = pl.DataFrame(
        {
            "as_of": days,
            "value": [10.0, 10.0, 14.0, 14.0, None, 13.0, 13.0],
            "target_value": [25.0] * 7,
            "expected_value": [None, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0],
        }
    )
    ahead = pl.DataFrame({"month_end": [days[-1], CLOSE], "low_80": [13.0, 15.0], "median": [13.0, 18.0]})
    words = BurnUpWords("现有 13 家", "目标 25 家 <", "序时 17 家", "", "预计 15–21 家", "", "")
    drawn = ElementTree.fromstring(steps(history, ahead.with_columns(high_80=pl.lit(21.0)), CLOSE, words))
    letters = [part for part in drawn.iter() if part.tag.endswith("text")]
    assert all(float(part.attrib["font-size"]) >= 24 for part in letters)
    assert {"现有 13 家", "目标 25 家 <", "序时 17 家", "预计 15–21 家", "+4", "−1"} <= {part.text for part in letters}


def test_the_first_place_stands_at_the_top_and_a_single_value_is_a_dot() -> None:
    days = [dt.date(2025, month, 28) for month in (1, 2)]
    history = pl.DataFrame(
        {"as_of": days, "value": [None, 2.0], "target_value": [1.0, 1.0], "expected_value": [None, None]},
        schema_overrides={"expected_value": pl.Float64},
    )
    ahead = pl.DataFrame(
        schema={"month_end": pl.Date, "low_80": pl.Float64, "median": pl.Float64, "high_80": pl.Float64}
    )
    words = BurnUpWords("第 2 位", "第 1 位", "", "", "", "", "")
    drawn = ElementTree.fromstring(steps(history, ahead, CLOSE, words, is_rank=True))
    at = {part.text: float(part.attrib["y"]) for part in drawn.iter() if part.tag.endswith("text")}
    assert at["1"] < at["2"] < at["3"]
    assert at["第 1 位"] < at["第 2 位"]
    assert [part.tag.rpartition("}")[2] for part in drawn.iter()].count("circle") == 1


NOTHING_AHEAD = pl.DataFrame(
    schema={"month_end": pl.Date, "low_80": pl.Float64, "median": pl.Float64, "high_80": pl.Float64}
)
PLAIN = BurnUpWords("现有", "目标", "序时", "", "", "", "")


def months_drawn(values: list[float | None], target: float, first: dt.date, due_on: dt.date) -> ElementTree.Element:
    """The picture of a target whose values from a month on are these, beside a straight pace."""
    days = [month_end(first, number) for number in range(len(values))]
    pace = [target * (number + 1) / 36 for number in range(len(values))]
    history = pl.DataFrame(
        {"as_of": days, "value": values, "target_value": target, "expected_value": pace},
        schema_overrides={"value": pl.Float64},
    )
    return ElementTree.fromstring(steps(history, NOTHING_AHEAD, due_on, PLAIN))


def said_in(drawn: ElementTree.Element) -> list[ElementTree.Element]:
    """The words of a picture."""
    return [part for part in drawn.iter() if part.tag.endswith("text")]


@given(
    st.lists(st.integers(min_value=-3, max_value=12), min_size=2, max_size=36),
    st.integers(min_value=1, max_value=90),
)
def test_no_amount_of_a_step_lies_on_a_line_or_on_another(changes: list[int], target: int) -> None:
    values: list[float | None] = [float(max(0, sum(changes[: place + 1]))) for place in range(len(changes))]
    drawn = months_drawn(values, float(target), dt.date(2023, 1, 31), dt.date(2025, 12, 31))
    boxes = []
    for part in said_in(drawn):
        if part.text and part.text[0] in "+−":
            left, bottom = float(part.attrib["x"]), float(part.attrib["y"])
            boxes.append((left, bottom - 20, left + 13 * len(part.text), bottom))
    points = []
    for line in (part.attrib["points"] for part in drawn.iter() if part.tag.endswith("polyline")):
        ends = [tuple(map(float, point.split(","))) for point in line.split()]
        for (x, y), (to_x, to_y) in itertools.pairwise(ends):
            points += [(x + (to_x - x) * share / 200, y + (to_y - y) * share / 200) for share in range(201)]
    for place, (left, top, right, bottom) in enumerate(boxes):
        assert not any(left < x < right and top < y < bottom for x, y in points)
        assert not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in boxes[:place]
        )


def test_a_short_plan_has_months_and_a_long_one_years_on_its_axis() -> None:
    def dates(first: dt.date, months: int) -> list[str]:
        letters = said_in(months_drawn([1.0] * months, 5.0, first, month_end(first, months - 1)))
        return [part.text or "" for part in letters if re.fullmatch(r"20\d\d(-\d\d)?", part.text or "")]

    assert dates(dt.date(2023, 1, 31), 36) == ["2025-12", "2024-12", "2023-12"]
    assert dates(dt.date(2025, 1, 31), 12) == ["2025-12", "2025-09", "2025-06", "2025-03"]
    assert dates(dt.date(2022, 12, 31), 37) == ["2025", "2024", "2023"]


def test_the_target_of_a_single_month_is_a_line_over_its_year() -> None:
    drawn = months_drawn([3.0], 5.0, dt.date(2025, 12, 31), dt.date(2025, 12, 31))
    [target, *_] = [part.attrib["points"].split() for part in drawn.iter() if part.tag.endswith("polyline")]
    first, last = (tuple(map(float, point.split(","))) for point in (target[0], target[-1]))
    assert last[0] - first[0] > 400
    assert first[1] == last[1]
    assert "2025-12" in [part.text for part in said_in(drawn)]


def test_a_count_has_no_half_on_its_axis() -> None:
    letters = said_in(months_drawn([0.0, 1.0], 2.0, dt.date(2025, 1, 31), dt.date(2025, 12, 31)))
    assert [part.text for part in letters if part.attrib["text-anchor"] == "end"][:3] == ["0", "1", "2"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_meeting_opens_with_counts_and_the_last_decisions(build_id: str, language: str) -> None:
    last_meeting(build_id)
    app = opened(lang=language)
    words = shown(app)
    assert "走访后备企业" in words
    assert word("meeting.state_open", language) in words
    assert {"zh": "市工业和信息化局", "en": "Municipal Bureau of Industry"}[language] in words
    assert {"zh": "（已逾期）", "en": "(overdue)"}[language] in words
    assert word("app.demo", language) in words
    assert app.query_params["build"] == build_id
    app = press(app, "meeting_next")
    words = shown(app)
    assert app.query_params["slide"] == "1"
    for phrase in {
        "zh": ["189 家", "目标 200 家", "到期未完成", "灌云", "差 12 家"],
        "en": ["189", "200", "missed", "Guanyun", "12 short"],
    }[language]:
        assert phrase in words
    [picture] = re.findall(r"base64,([^\"]+)", " ".join(element.proto.body for element in app.get("html")))
    assert b"<svg" in b64decode(picture)
    if language == "en":
        assert re.findall(r"[\u4e00-\u9fff]+", words) == []


def test_every_screen_of_the_agenda_opens_to_the_closing_one(build_id: str) -> None:
    app = opened()
    order = meeting.agenda(targets(), None)
    for place in range(1, len(order) + 2):
        app = press(app, "meeting_next")
        assert f"{place + 1} / {len(order) + 2}" in shown(app)
    assert "本次会议作出 0 项决定" in shown(app)
    assert app.button(key="meeting_next").disabled
    assert "1 / " in shown(opened(slide="none"))
    assert f"{len(order) + 2} / {len(order) + 2}" in shown(opened(slide="999"))


def test_a_decision_is_entered_changed_and_opens_the_next_meeting(build_id: str) -> None:
    app = opened(slide="1")
    app.text_area(key="decision_text_0").set_value("每月调度一次")
    app.selectbox(key="decision_unit_0").set_value("city_industry")
    app.date_input(key="decision_due_0").set_value(AHEAD)
    save = next(button for button in app.button if button.label == word("meeting.save", "zh"))
    save.click().run()
    assert "请填写完整" in shown(app)
    assert office.decisions(PLAN_ID) == []
    app.text_input(key="decision_by").set_value("甲")
    next(button for button in app.button if button.label == word("meeting.save", "zh")).click().run()
    [decision] = office.decisions(PLAN_ID)
    assert (decision.target_id, decision.asked) == ("srdi_smes", Asked("每月调度一次", "city_industry", AHEAD))
    assert "每月调度一次（市工业和信息化局）" in shown(app)
    app.selectbox(key=f"state_{decision.decision_id}_1").set_value("in_progress").run()
    press(app, "meeting_save_state")
    [decision] = office.decisions(PLAN_ID)
    assert (decision.asked.state, decision.changed_by, decision.version) == ("in_progress", "甲", 2)
    assert len(office.history(decision.decision_id)) == 2


def test_the_order_is_kept_for_everybody(build_id: str) -> None:
    app = opened()
    app.date_input(key="meeting_day").set_value(AHEAD).run()
    press(app, "meeting_prepare")
    app.selectbox(key="meeting_target").set_value("research_intensity").run()
    press(app, "meeting_up")
    [prepared] = office.meetings(PLAN_ID)
    assert prepared.agenda is not None
    assert prepared.agenda[:2] == ("research_intensity", "srdi_smes")
    assert prepared.held_on == AHEAD
    assert "研发强度" in shown(opened(slide="1"))
    app.selectbox(key="meeting_target").set_value("srdi_smes").run()
    press(app, "meeting_omit")
    assert "srdi_smes" not in (office.meetings(PLAN_ID)[0].agenda or ())
    press(app, "meeting_reset")
    assert office.meetings(PLAN_ID)[0].agenda is None
    app.text_input(key=f"meeting_name_{prepared.meeting_id}").set_value("推进会").run()
    press(app, "meeting_rename")
    assert office.meetings(PLAN_ID)[0].name == "推进会"


def test_a_reported_build_is_listed_and_can_be_compared_with(build_id: str, own_data_folder: Path) -> None:
    app = opened(slide="999")
    app.text_input(key="report_by").set_value("甲").run()
    press(app, "meeting_mark")
    [mark] = office.reported()
    assert (mark.build_id, mark.as_of, mark.held_on, mark.marked_by) == (build_id, CLOSE, TODAY, "甲")
    publish(own_data_folder, NEWER, (own_data_folder / "builds" / f"{build_id}.duckdb"))
    app = AppTest.from_file(str(PAGES / "main.py"), default_timeout=60).run()
    links = " ".join(element.proto.body for element in app.get("html"))
    assert f"build={build_id}" in links
    assert build_id in app.selectbox(key="since").options or any(
        "汇报" in option for option in app.selectbox(key="since").options
    )
    app = opened(build=build_id)
    assert "正在查看会上汇报的版本：调度会" in shown(app)
    assert "已有更新的数据" in shown(app)


def test_a_meeting_goes_on_with_its_build(build_id: str, own_data_folder: Path) -> None:
    app = opened()
    office.open_meeting(PLAN_ID, "调度会", TODAY, build_id, CLOSE)
    before = shown(app)
    publish(own_data_folder, NEWER, (own_data_folder / "builds" / f"{build_id}.duckdb"))
    app.run()
    assert app.query_params["build"] == build_id
    assert shown(app).replace(" ", "") != before.replace(" ", "")
    assert "已有更新的数据" in shown(app)
    # Opened anew from the menu on the same day.
    assert opened().query_params["build"] == build_id


def test_damaged_records_are_named_and_the_numbers_stay(build_id: str, own_data_folder: Path) -> None:
    (own_data_folder / "office.sqlite").write_bytes(b"damaged" * 100)
    app = AppTest.from_file(str(PAGES / "main.py"), default_timeout=60)
    with pytest.raises(office_store.OfficeUnreadable):
        office.reported()
    app.run()
    assert not app.exception
    assert "office.sqlite" in shown(app)


def test_the_foot_names_two_units_where_they_fit_and_always_says_how_many() -> None:
    short = ["市工业和信息化局", "各县（区）人民政府", "各功能板块管委会"]
    assert meeting.owners_line(short, "zh") == "责任单位：市工业和信息化局、各县（区）人民政府等 3 个单位"
    assert meeting.owners_line(short[:1], "zh") == "责任单位：市工业和信息化局"
    long = ["市" + "中小企业" * 7 + "局"] * 2
    assert meeting.owners_line(long, "zh") == f"责任单位：{long[0]}等 2 个单位"
