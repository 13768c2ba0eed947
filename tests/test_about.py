"""Methods and sources: thresholds tried out, data debts, files, forecasts; on the page in both languages."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tests import invented_debts
from tests.demo import Demo
from tests.invented_build import CITY, PLAN_ID, THRESHOLDS, publish
from tests.test_pages import MAIN, link, page_text
from tracker import about, blocks_about, text, ui, viewing, warehouse, what_if
from tracker.findings import STATUSES
from tracker.links import View
from tracker.text import LANGUAGES, word, words

pytestmark = pytest.mark.usefixtures("own_data_folder")

SEPTEMBER, DUE = dt.date(2025, 9, 30), dt.date(2025, 12, 31)
SET = {**THRESHOLDS, "red_lamp_lead_points": -30.0}


@pytest.fixture
def build_id(tmp_path: Path) -> str:
    made = publish(tmp_path)
    invented_debts.add(tmp_path, made)
    return made


def opened(section: str, **codes: str) -> AppTest:
    """The page on a cold link."""
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    app.switch_page("about.py")
    for code, value in (codes | {"section": section}).items():
        app.query_params[code] = value
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(page_text(app).split())


# ---- thresholds tried out ------------------------------------------------------------------------------------------


def judged(*rows: tuple[str, str, str, float | None, dt.date]) -> pl.DataFrame:
    """Rows of a view: target, state, status, lead, due date."""
    return pl.DataFrame(
        [
            {
                "target_id": target,
                "area_code": CITY,
                "state": state,
                "status": status,
                "lead_points": lead,
                "due_on": due,
            }
            for target, state, status, lead, due in rows
        ],
        schema_overrides={"lead_points": pl.Float64},
    )


NOW = judged(
    ("a", "ahead", "ahead", 6.0, DUE),
    ("b", "behind", "behind", -31.0, DUE),
    ("c", "missed", "missed", -40.0, SEPTEMBER),
    ("d", "slightly_behind", "behind", None, DUE),
)
OTHERWISE = judged(
    ("a", "on_pace", "on_pace", 6.0, DUE),
    ("b", "behind", "behind", -31.0, DUE),
    ("c", "met", "met", 0.0, SEPTEMBER),
    ("d", "slightly_behind", "behind", None, DUE),
)


def test_a_running_task_flips_and_one_that_is_due_never_does() -> None:
    rows = what_if.compared(NOW, OTHERWISE, SEPTEMBER, SET, {"ahead_lead_points": 7.0})
    assert dict(rows.select("target_id", "has_flipped").iter_rows()) == {"a": True, "b": False, "c": False, "d": False}
    zero = dict.fromkeys(STATUSES, 0)
    assert what_if.counts(rows, after=False) == {**zero, "ahead": 1, "behind": 2, "missed": 1, "red": 1}
    assert what_if.counts(rows, after=True) == {**zero, "on_pace": 1, "behind": 2, "missed": 1, "red": 1}


def test_nothing_to_judge_and_nothing_changed_are_said_in_words() -> None:
    rows = what_if.compared(NOW, NOW, SEPTEMBER, SET, {})
    assert what_if.finding(rows, {}, SEPTEMBER, "zh") == word("about.what_if_unchanged", "zh")
    assert what_if.finding(rows, {"ahead_lead_points": 5.5}, SEPTEMBER, "zh").endswith("3 项任务判定都不变")
    assert what_if.finding(rows, {}, DUE, "zh") == word("about.what_if_all_due", "zh", month="2025年12月")
    assert what_if.finding(rows.clear(), {}, DUE, "zh") == word("about.what_if_no_targets", "zh")


def test_a_red_lamp_that_goes_out_is_a_flip_too() -> None:
    rows = what_if.compared(NOW, NOW, SEPTEMBER, SET, {"red_lamp_lead_points": -31.0})
    assert rows.filter("has_flipped")["target_id"].to_list() == ["b"]
    assert what_if.counts(rows, after=True)["red"] == 0
    without = what_if.compared(NOW, NOW, SEPTEMBER, THRESHOLDS, {})
    assert what_if.counts(without, after=False)["red"] == 0


@pytest.mark.parametrize(
    ("changed", "flips"),
    [
        ({}, {}),
        ({"slightly_behind_lead_points": -20.0}, {"giant": "slightly_behind", "champion": "slightly_behind"}),
        ({"on_pace_lead_points": -6.0}, {"innovative": "on_pace"}),
        ({"ratio_slightly_behind_percent": 95.0}, {"research": "behind", "chains": "behind"}),
        # 91.76 % of the days are over, 91.67 % of the months: nothing lies between.
        ({"pace_by_days": 1.0}, {}),
    ],
)
def test_the_build_judged_again_flips_exactly_what_lies_between(
    build_id: str, changed: dict[str, float], flips: dict[str, str]
) -> None:
    before = viewing.targets_at(build_id, PLAN_ID, SEPTEMBER, "zh", viewing.DEFAULT_RULE)
    after = viewing.targets_at(build_id, PLAN_ID, SEPTEMBER, "zh", viewing.DEFAULT_RULE, {**THRESHOLDS, **changed})
    rows = what_if.compared(before, after, SEPTEMBER, THRESHOLDS, changed)
    found = rows.filter(pl.col("state") != pl.col("state_after"))
    assert dict(found.select("target_id", "state_after").iter_rows()) == flips


@pytest.mark.parametrize("as_of", [dt.date(2024, 12, 31), dt.date(2025, 6, 30), DUE])
def test_the_demo_judged_again_by_its_own_thresholds_is_as_it_was(
    demo: Demo, as_of: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    made = warehouse.current_build_id()
    assert made is not None
    own = dict(warehouse.query(made, "thresholds", language="zh").select("threshold_id", "value").iter_rows())
    before = viewing.targets_at(made, "lianyungang", as_of, "zh", viewing.DEFAULT_RULE)
    after = viewing.targets_at(made, "lianyungang", as_of, "zh", viewing.DEFAULT_RULE, own)
    assert before.height > 50
    assert not what_if.compared(before, after, as_of, own, {})["has_flipped"].any()
    ui.forget()


@pytest.mark.parametrize(
    ("values", "expected"),
    [(SET, True), ({**SET, "ahead_lead_points": -1.0}, False), ({"red_lamp_lead_points": 0.0}, True)],
)
def test_thresholds_must_fall_from_ahead_to_the_red_lamp(values: dict[str, float], expected: bool) -> None:
    assert what_if.in_order(values) is expected


@settings(deadline=None)  # the first call reads the words of the language
@given(st.floats(-100, 100) | st.floats(-10.1, -9.9) | st.floats(4.9, 5.1), st.sampled_from([-10.0, 0.0, 5.0]))
def test_a_printed_lead_lies_on_the_same_side_of_every_threshold(lead: float, bound: float) -> None:
    row = {"lead_points": round(lead, 9), "lead_after": round(lead, 9)}
    shown = what_if.leads_phrase(row, what_if.bounds(THRESHOLDS, {}), "zh")
    printed = float(shown.removesuffix(" 个百分点").replace("−", "-").replace("+", ""))
    assert (printed > bound, printed < bound) == (row["lead_points"] > bound, row["lead_points"] < bound)


# ---- debts, files, corrections, forecasts --------------------------------------------------------------------------


def test_every_kind_of_debt_that_has_words_has_its_place() -> None:
    known = {key.removeprefix("debt.") for key in words("zh") if key.startswith("debt.")} - {"accepted"}
    placed = [kind for kinds in about.DEBTS.values() for kind in kinds]
    assert sorted(placed) == sorted(known)


def test_debts_stand_worst_first_and_open_ones_before_accepted(build_id: str) -> None:
    found = about.ranked_debts(warehouse.query(build_id, "debts", area_code=None, language="zh"))
    kinds = [(group, [row["kind"] for row in rows]) for group, rows in found]
    assert kinds == [
        ("missing", ["announced_differs", "rows_rejected"]),
        ("doubtful", ["same_name_other_code"]),
        ("assumed", ["window_estimated"]),
    ]


def test_a_debt_of_a_file_read_twice_says_of_which_list_and_is_saved_as_it_is_shown(
    build_id: str, tmp_path: Path
) -> None:
    with duckdb.connect(str(tmp_path / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute("insert into core.source_reading (reading_id, file_id, event)"
                           " values ('f1-2', 'f1', 'publicity')")  # fmt: skip
    table = about.debt_table(warehouse.query(build_id, "debts", area_code=None, language="zh"), "zh")
    assert list(table.iter_rows()) == [
        ("有数据未计入", "示例名单.xlsx：示例市公布 41 家，读到 40 家（认定）", "未处理"),
        ("有数据未计入", "示例名单.xlsx：退回 1 行（认定）", "张三 2026年1月11日接受：原件缺页"),
        ("数据待核实", "2 个名称对应多个信用代码，例如 示例公司", "未处理"),
        ("有保留地计入", "示例名单.xlsx：5 家的有效期未印明，按三年推算（认定）", "未处理"),
    ]


def test_complete_files_are_in_view_where_none_is_incomplete(build_id: str) -> None:
    readings = warehouse.query(build_id, "readings", language="zh")
    assert "<details>" in blocks_about.readings(readings, "zh")
    complete = readings.filter("is_complete")
    assert "<details>" not in blocks_about.readings(complete, "zh")
    assert "示例季报.xlsx" in blocks_about.readings(complete, "zh")


def test_corrections_that_no_longer_apply_stand_first(build_id: str) -> None:
    rows = warehouse.query(build_id, "corrections", language="zh")
    assert dict(about.correction_table(rows, "zh").select("更正内容", "是否生效").iter_rows()) == {
        "c1  示例名单.xlsx 名单 B3：“旧名”改为“新名”": "生效",
        "c2  示例名单.xlsx 名单 5：剔除整行（“某行”）": "不再适用",
    }
    shown = blocks_about.corrections(rows, "zh")
    assert shown.index("没有生效的更正 1 条") < shown.index("已生效的更正 1 条")


def test_readings_tell_complete_incomplete_and_withdrawn_apart(build_id: str, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute("insert into core.source_file (file_id, original_name, received_on, withdrawn_on)"
                           " values ('f3', '撤回.xlsx', date '2026-01-01', date '2026-01-02')")  # fmt: skip
    readings = warehouse.query(build_id, "readings", language="zh")
    table = about.reading_table(readings, "zh")
    assert dict(zip(table["文件"], table["是否完整"], strict=True)) == {
        "示例名单.xlsx": "不完整，张三 2026年1月11日接受：原件缺页",
        "示例季报.xlsx": "完整",
        "撤回.xlsx": "不计入",
    }
    first = table.filter(pl.col("文件") == "示例名单.xlsx")
    assert first.select("公布", "读取", "采用", "辖区外或剔除", "退回", "重复", "未填").row(0) == (
        "41", "40", "36", "2", "1", "1", "3"
    )  # fmt: skip
    assert about.sources_finding(readings, "zh") == "3 个文件，1 份名单或报表不完整"


@pytest.mark.parametrize(
    ("share", "of", "shown"),
    [(0.5, 2, "2 次中 1 次"), (0.9999, 5000, "99.99%"), (1.0, 50, "100%"), (0.001, 1000, "0.1%"), (0.894, 100, "89%")],
)
def test_a_share_of_few_is_a_count_and_nearly_all_is_not_all(share: float, of: int, shown: str) -> None:
    assert about.share_phrase(share, of, "zh") == shown


def test_forecasts_are_summed_up_by_hand(build_id: str) -> None:
    rows = warehouse.query(build_id, "reliability", plan_id=PLAN_ID)
    # 40 forecasts, 27 of 30 likely ones and 3 of 10 unlikely ones came true; (10 x 0.8 + 30 x 0.9) / 40 = 0.875.
    assert about.forecast_finding(rows, "zh") == (
        "过去 40 次预测中，说机会在八成以上的 30 次实现了 90%；说不到两成的 10 次实现了 30%；八成区间装下了 88% 的结果"
    )
    assert about.forecast_finding(rows.clear(), "zh") == word("about.forecasts_none", "zh")
    score = {"inside_share": 0.875, "brier": 0.125}
    # 30 of 40 came true: always naming 75 % scores 0.1875, which 0.125 beats; unlikely ones came 25 points too often.
    assert about.trust_phrase(score, rows, "zh") == "区间大致可信；机会的高低可以参考；说机会很小的，实际比说的多"
    assert "没有参考价值" in about.trust_phrase(score | {"brier": 0.19}, rows, "zh")
    assert "偏窄" in about.trust_phrase(score | {"inside_share": 0.7}, rows, "zh")


def test_every_field_that_a_plan_may_assume_has_a_reason_and_a_value() -> None:
    row = {
        "assumed": "basis,due_on,owner_units,tolerance,comparator,baseline_value,pace_basis",
        "basis": "in_force",
        "due_on": DUE,
        "owner_units": "a,b",
        "tolerance": 1.0,
        "comparator": "approx",
        "baseline_value": None,
        "pace_basis": "total",
        "unit": "enterprise",
        "decimals": 0,
    }
    assert [value for _, value in about.assumed_pairs(row, {"a": "甲局"}, "zh")] == [
        "有效期内", "2025年12月31日", "甲局、b", "1 家", "左右", "不知道，留空", "按总量计"
    ]  # fmt: skip
    fields = {key.removeprefix("field.") for key in words("zh") if key.startswith("field.")}
    assert fields == {key.removeprefix("about.why_") for key in words("zh") if key.startswith("about.why_")}


def test_the_note_links_to_the_debts_and_is_silent_without_any(build_id: str, tmp_path: Path) -> None:
    view = View(build_id, False, True, None, PLAN_ID, CITY, CITY, DUE, None, viewing.DEFAULT_RULE, "zh")
    note = ui.debt_note(view)
    assert "数据欠账 4 条" in note
    assert "about?" in note
    assert "section=debts" in note
    assert blocks_about.debt_note(0, 0, "x", "zh") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_of_debts_says_whether_it_is_of_one_area_or_of_all_plans(
    build_id: str, tmp_path: Path, language: str
) -> None:
    for area in (CITY, *warehouse.query(build_id, "areas", plan_id=PLAN_ID, language="zh")["area_code"]):
        view = View(build_id, False, True, None, PLAN_ID, area, CITY, DUE, None, viewing.DEFAULT_RULE, language)
        in_all, own = ui.debt_numbers(view)
        counts = [warehouse.query(build_id, "debts", area_code=of, language="zh").height for of in (None, area)]
        assert [in_all, own] == counts
        said = re.findall(r"\d+", re.sub(r"<[^>]+>", "", ui.debt_note(view)))
        assert [int(number) for number in said] == ([own] if own == in_all else [own, in_all])


# ---- the page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", about.SECTIONS)
def test_every_section_opens_on_a_cold_link(build_id: str, language: str, section: str) -> None:
    app = opened(section, lang=language)
    shown = said(app)
    assert build_id in shown
    assert word("app.demo", language) in shown
    assert link(app).get("section", about.SECTIONS[0]) == section
    expected = {
        "rules": [
            *(word(key, language) for key in ("formula.tier_count", "about.limit_late", "field.starts_on")),
            "ahead_lead_points",
        ],
        "what_if": [word("about.what_if_unsaved", language)],
        "debts": ["示例名单.xlsx", "91320799MA000004X0", "原件缺页"],
        "sources": ["示例季报.xlsx", word("about.complete", language)],
        "forecasts": ["90%", word("about.model_batches", language)],
    }
    for phrase in expected[section]:
        assert phrase in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", about.SECTIONS)
def test_a_build_without_debts_or_with_older_tables_says_so(tmp_path: Path, language: str, section: str) -> None:
    made = publish(tmp_path)
    with duckdb.connect(str(tmp_path / "builds" / f"{made}.duckdb")) as connection:
        for table in ("core.data_debt", "core.source_reading", "core.correction", "mart.reliability"):
            connection.execute(f"drop table if exists {table}")
    shown = said(opened(section, lang=language))
    if section in ("debts", "sources", "forecasts"):
        assert word("about.old_build", language) in shown
    ui.forget()  # lets go of the file, which is written again here
    invented_debts.add(tmp_path, made)
    with duckdb.connect(str(tmp_path / "builds" / f"{made}.duckdb")) as connection:
        connection.execute("drop table core.correction; delete from core.data_debt; delete from core.rejected_row;")
        connection.execute("delete from mart.reliability; delete from core.source_file")
    shown = said(opened(section, lang=language))
    expected = {
        "debts": ["about.debts_none", "about.refusals_none", "about.corrections_old"],
        "sources": ["about.sources_none"],
        "forecasts": ["about.forecasts_none"],
    }
    assert [key for key in expected.get(section, []) if word(key, language) not in shown] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_tried_thresholds_come_from_the_link_go_into_it_and_change_nothing_else(build_id: str, language: str) -> None:
    codes = {"lang": language, "as_of": "2025-09-30", "slightly_behind_lead_points": "-20"}
    app = opened("what_if", **codes)
    assert app.number_input(key="slightly_behind_lead_points").value == -20
    assert word("about.what_if_flips", language, number=2, total=23) in said(app)
    assert word("state.slightly_behind", language) in said(app)
    app.number_input(key="on_pace_lead_points").set_value(-6.0).run()
    assert link(app)["on_pace_lead_points"] == "-6"
    assert link(app)["slightly_behind_lead_points"] == "-20"
    app.switch_page("districts.py").run()
    assert "on_pace_lead_points" not in link(app)
    plain = AppTest.from_file(str(MAIN), default_timeout=30)
    plain.switch_page("districts.py")
    for code in ("lang", "as_of"):
        plain.query_params[code] = codes[code]
    assert said(app) == said(plain.run())


@pytest.mark.parametrize("value", ["much", "nan", "inf", "1e9"])
def test_a_threshold_that_is_no_number_falls_back_and_the_page_says_so(build_id: str, value: str) -> None:
    app = opened("what_if", as_of="2025-09-30", ahead_lead_points=value)
    assert app.number_input(key="ahead_lead_points").value == 5
    assert value in said(app)
    assert word("about.what_if_unchanged", "zh") in said(app)
    assert "ahead_lead_points" not in link(app)


def test_thresholds_out_of_order_are_not_tried(build_id: str) -> None:
    app = opened("what_if", as_of="2025-09-30", ahead_lead_points="-50")
    assert word("about.what_if_disorder", "zh") in said(app)
    assert word("about.what_if_counts", "zh") not in said(app)


def test_a_month_in_which_all_is_due_says_that_thresholds_decide_nothing(build_id: str) -> None:
    app = opened("what_if", as_of="2025-12-31", ahead_lead_points="50")
    assert "都已到期" in said(app)
    bodies = " ".join(element.proto.body for element in app.get("html"))
    assert "as_of=2025-09-30" in bodies


def test_one_area_tries_its_own_tasks_only(build_id: str) -> None:
    app = opened("what_if", as_of="2025-12-31", area="990002")
    assert "本范围目标 2 项" in said(app)
    assert "县区、功能板块任务" not in said(app)


@pytest.mark.parametrize("section", about.SECTIONS)
def test_an_empty_data_folder_says_what_to_run(section: str) -> None:
    assert word("app.empty_title", "zh") in said(opened(section))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demo_shows_every_section(demo: Demo, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    debts = demo.rows("select count(*) from core.data_debt")[0][0]
    shown = {section: said(opened(section, lang=language)) for section in about.SECTIONS}
    assert word("about.debts_number", language, number=debts, parts="") in shown["debts"]
    files = demo.rows("select count(*) from core.source_file")[0][0]
    incomplete = demo.rows("select count(*) from core.source_reading where not is_complete")[0][0]
    assert word("about.sources_incomplete", language, number=files, incomplete=incomplete) in shown["sources"]
    assert word("about.what_if_all_due", language, month=text.month(DUE, language)) in shown["what_if"]
    assert word("about.model_trend", language) in shown["forecasts"]
