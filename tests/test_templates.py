"""Reporting forms: what they hold, and that what is typed into them comes back exactly, cell by cell."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.__main__ import main
from etl.form import Form, Period, Table, period_name, words
from etl.form_owed import owed
from etl.inbox import Inbox, Reading
from etl.refusal import Refusal
from etl.template import write_reports
from etl.values import judge_values
from tests.form_inputs import HEADER, captions, hand_in, opened, refusal_of, row_of, start, type_in
from tests.read_inputs import book, read
from tests.worlds import built, rows
from tracker.catalog import load

D = dt.date
ENTERPRISES, INNOVATIVE, AREA = "企业数据（专精特新）", "企业数据（创新型）", "地区数据"
FIRST, SECOND = "甲一机械有限公司", "乙二电子有限公司"


def form(folder: Path, area: str = "海州区", period: str = "2025Q4") -> Path:
    """The form of one area."""
    [written] = write_reports(folder, folder / "forms", load(), "lianyungang", period, area)
    return written.path


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("started")
    start(folder)
    return folder


@pytest.fixture
def folder(started: Path, tmp_path: Path) -> Path:
    return shutil.copytree(started, tmp_path / "data")


def answered(folder: Path) -> set[tuple[Any, ...]]:
    """What the build knows of enterprises: name, measure, period, value."""
    sql = (
        "select enterprise.name, value.measure, value.period_end, value.value from core.enterprise_value as value "
        "join core.enterprise as enterprise using (enterprise_id)"
    )
    return set(rows(folder, sql))


def reported(folder: Path) -> set[tuple[Any, ...]]:
    """What the build knows of areas: area, measure, period, value, sample size."""
    return set(rows(folder, "select area_code, indicator_id, period_end, value, sample_size from core.reported_value"))


def entry_columns(path: Path, sheet: str) -> dict[str, int]:
    """The columns that are asked for, by caption."""
    about = openpyxl.load_workbook(path)[sheet]
    return {
        text: column for text, column in captions(about).items() if not about.cell(HEADER + 1, column).protection.locked
    }


def test_a_form_lists_what_the_area_owes_and_nothing_else(folder: Path) -> None:
    path = form(folder)
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == ["表单标识", "填报说明", ENTERPRISES, INNOVATIVE, AREA, "示例"]
    sheet = made[ENTERPRISES]
    assert [[sheet.cell(row, column).value for column in (2, 3)] for row in (5, 6)] == [
        [SECOND, None],
        [FIRST, "91350100M000100Y43"],
    ]
    assert list(entry_columns(path, ENTERPRISES)) == [
        "智改数转项目或诊断（是/否）", "关键工序数（个）", "数控化关键工序数（个）", "经营管理数字化（是/否）",
        "数字化研发设计工具（是/否）", "智改数转免费诊断（是/否）", "两化融合贯标（是/否）", "营业收入（万元）",
        "研发费用（万元）", "主营业务收入（万元）", "有效授权专利数（件）", "市级以上研发机构（是/否）",
        "知识产权贯标（是/否）",
    ]  # fmt: skip
    # A holder of the base title alone is asked only what the plan asks of holders of the base title.
    assert made[INNOVATIVE].cell(5, 2).value == "戊五科技有限公司"
    assert list(entry_columns(path, INNOVATIVE)) == ["知识产权贯标（是/否）"]
    names = [cell.value for cell in made[AREA]["C"][HEADER:]]
    assert len(names) == 15
    assert {"市重点产业链数", "服务专员数", "规上中小企业主营业务收入"} < set(names)
    assert "市重点产业链专精特新配套覆盖率" not in names


def test_a_quarter_within_the_year_asks_no_yearly_figures(folder: Path) -> None:
    path = form(folder, period="2025Q3")
    assert INNOVATIVE not in openpyxl.load_workbook(path).sheetnames
    assert not any("研发费用" in caption for caption in entry_columns(path, ENTERPRISES))
    yearly = form(folder, period="2025")
    assert list(entry_columns(yearly, ENTERPRISES))[:2] == ["营业收入（万元）", "研发费用（万元）"]


@pytest.mark.parametrize("period", ["2025Q4", "2025Q3", "2025"])
@pytest.mark.parametrize("area", ["海州区", "连云港市"])
def test_everything_filled_in_comes_back_exactly(folder: Path, period: str, area: str) -> None:
    catalog = load()
    path = form(folder, area, period)
    asked = owed(catalog.plans["lianyungang"], catalog, Period.parse(period))
    measures = {m.name.zh: m for found in (*asked.by_tier.values(), asked.of_areas) for m in found}
    ends_on, code = Period.parse(period).ends_on, {"海州区": "320706", "连云港市": "320700"}[area]
    expected: set[tuple[Any, ...]] = set()
    expected_of_area: set[tuple[Any, ...]] = set()
    number = 100
    with opened(path, folder / "随便什么名字 (2).xlsx") as book:
        for name in book.sheetnames:
            if not name.startswith("企业数据"):
                continue
            sheet = book[name]
            for caption, column in entry_columns(path, name).items():
                measure = measures[caption.split("（")[0]]
                for row in range(HEADER + 1, sheet.max_row + 1):
                    number += 1
                    is_choice = measure.kind == "yes_no"
                    value = number % 2 if is_choice else number if measure.is_whole else number + 0.25
                    sheet.cell(row, column).value = ("是" if value else "否") if is_choice else value
                    expected.add((sheet.cell(row, 2).value, measure.measure, ends_on, float(value)))
        sheet = book[AREA]
        for row in range(HEADER + 1, sheet.max_row + 1):
            measure = measures[str(sheet.cell(row, 3).value)]
            sheet.cell(row, 5).value, sheet.cell(row, 8).value = row + 3, row if row % 2 else None
            expected_of_area.add((code, measure.measure, ends_on, row + 3.0, row if row % 2 else None))
    results = hand_in(folder, folder / "随便什么名字 (2).xlsx")
    assert all(result.is_clean and result.status in ("added", "reading_added") for result in results)
    assert all(result.rows is not None and result.rows.unread == () for result in results)
    built(folder)
    assert answered(folder) == expected
    assert reported(folder) == expected_of_area
    assert len(expected_of_area) == {"2025Q4": 15, "2025Q3": 14, "2025": 1}[period]


def test_empty_cells_say_nothing(folder: Path) -> None:
    path = form(folder)
    with opened(path) as book:
        type_in(
            book[ENTERPRISES],
            "企业名称",
            {(FIRST, "关键工序数（个）"): 8, (SECOND, "智改数转项目或诊断（是/否）"): "是"},
        )
    [result] = hand_in(folder, path)
    assert result.rows is not None
    assert result.rows.counts["accepted"] == 2
    built(folder)
    assert answered(folder) == {
        (FIRST, "key_processes", D(2025, 12, 31), 8.0),
        (SECOND, "has_digital_transformation_project", D(2025, 12, 31), 1.0),
    }
    assert reported(folder) == set()


@pytest.mark.parametrize("sheet", [None, "示例", "填报说明"])
def test_an_untouched_form_adds_nothing_and_says_so(folder: Path, sheet: str | None) -> None:
    path = form(folder)
    if sheet is not None:
        with opened(path) as book:
            for cell in ("D4", "E4", "F9"):
                book[sheet][cell] = 77
    files = len(Inbox(folder).sidecars())
    results = hand_in(folder, path)
    assert refusal_of(results) == "form.untouched"
    assert results[0].status == "skipped"
    assert len(Inbox(folder).sidecars()) == files


def test_the_same_form_again_changes_nothing_and_a_corrected_one_counts(folder: Path) -> None:
    path = form(folder)
    with opened(path) as book:
        type_in(book[ENTERPRISES], "企业名称", {(FIRST, "关键工序数（个）"): 8, (FIRST, "数控化关键工序数（个）"): 2})
    hand_in(folder, path)
    assert [result.status for result in hand_in(folder, path)] == ["unchanged"]
    with opened(path) as book:
        type_in(
            book[ENTERPRISES], "企业名称", {(FIRST, "关键工序数（个）"): 9, (FIRST, "数控化关键工序数（个）"): None}
        )
    hand_in(folder, path, received_on=D(2026, 1, 20))
    built(folder)
    later = openpyxl.load_workbook(form(folder, period="2026Q1"))[ENTERPRISES]
    row, columns = row_of(later, "企业名称", FIRST), captions(later)
    # The newest word, and where it says nothing the word before it.
    assert later.cell(row, columns["关键工序数（个）"] + 1).value == 9
    assert later.cell(row, columns["数控化关键工序数（个）"] + 1).value == 2


def test_last_period_stands_grey_and_locked_beside_each_cell_and_is_not_read(folder: Path) -> None:
    path = form(folder, period="2025Q3")
    with opened(path) as book:
        type_in(
            book[ENTERPRISES], "企业名称", {(FIRST, "关键工序数（个）"): 8, (FIRST, "经营管理数字化（是/否）"): "否"}
        )
        type_in(book[AREA], "指标名称", {("服务专员数", "本期数"): 5})
    hand_in(folder, path)
    built(folder)
    path = form(folder)
    sheet = openpyxl.load_workbook(path)[ENTERPRISES]
    row, column = row_of(sheet, "企业名称", FIRST), captions(sheet)["关键工序数（个）"]
    cell, beside = sheet.cell(row, column), sheet.cell(row, column + 1)
    assert (cell.value, cell.protection.locked) == (None, False)
    assert (beside.value, beside.protection.locked, beside.fill.fgColor.rgb) == (8, True, "FFF0F0F0")
    assert sheet.cell(HEADER, column + 1).value == "上期\n（2025年第三季度）"
    assert sheet.cell(row, captions(sheet)["经营管理数字化（是/否）"] + 1).value == "否"
    area = openpyxl.load_workbook(path)[AREA]
    row = row_of(area, "指标名称", "服务专员数")
    assert [area.cell(row, column).value for column in (5, 6, 7)] == [None, 5, "2025年第三季度"]
    assert refusal_of(hand_in(folder, path)) == "form.untouched"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((ENTERPRISES, "A2", "填报单位：东海县　报告期：2025年第四季度"), "form.title_differs"),
        ((ENTERPRISES, "A2", "填报单位：海州区　报告期：2026年第一季度"), "form.title_differs"),
        ((AREA, "A2", None), "form.title_differs"),
        (("表单标识", "B3", "320722"), "form.edited"),
        (("表单标识", "B4", "2026Q1"), "form.edited"),
    ],
)
def test_area_and_period_cannot_be_changed_by_hand(
    folder: Path, change: tuple[str, str, str | None], code: str
) -> None:
    path = form(folder)
    with opened(path) as book:
        sheet, cell, value = change
        type_in(book[ENTERPRISES], "企业名称", {(FIRST, "关键工序数（个）"): 8})
        book[sheet][cell] = value
    assert refusal_of(hand_in(folder, path)) == code


def test_other_things_that_cannot_be_trusted_are_refused(folder: Path) -> None:
    path = form(folder)
    with opened(path) as book:
        type_in(book[ENTERPRISES], "企业名称", {(FIRST, "关键工序数（个）"): 8})
    assert refusal_of(hand_in(folder, path, area="东海县")) == "form.stated_differs"
    assert refusal_of(hand_in(folder, path, period="2025Q3")) == "form.stated_differs"
    assert refusal_of(hand_in(folder, path, received_on=D(2025, 12, 20))) == "values.period_after_receipt"
    assert hand_in(folder, path, area="海州", period="2025年第四季度")[0].status == "added"
    with opened(path, folder / "改名.xlsx") as book:
        book[ENTERPRISES].title = "Sheet1"
    assert refusal_of(hand_in(folder, folder / "改名.xlsx")) == "form.sheet_missing"
    with opened(path, folder / "插行.xlsx") as book:
        book[ENTERPRISES].insert_rows(1, 5)
    assert refusal_of(hand_in(folder, folder / "插行.xlsx")) in ("form.sheet_missing", "form.title_differs")
    with opened(path, folder / "只剩一页.xlsx") as book:
        for name in (ENTERPRISES, INNOVATIVE, AREA):
            del book[name]
    assert refusal_of(hand_in(folder, folder / "只剩一页.xlsx")) == "form.sheet_missing"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 2}, "form.newer"),
        ({"plan_id": "nowhere"}, "form.unknown_code"),
        ({"area_code": "999999"}, "form.unknown_code"),
        ({"tables": (Table(sheet="数据", kind="targets", header_row=2),)}, "form.edited"),
        ({}, "form.title_differs"),
    ],
)
def test_a_form_of_another_program_or_catalogue_is_refused(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    table = Table(sheet="数据", kind="area_values", header_row=2)
    values = {"form": "report", "plan_id": "lianyungang", "area_code": "320706", "period": "2025Q4", "build_id": "–"}
    said = Form.model_construct(**{**values, "version": 1, "tables": (table,), **change}).cells()
    rows_of_table = [["海州区"], ["县区", "指标名称", "本期数"], ["海州区", "服务专员数", 4]]
    path = book(tmp_path / "表.xlsx", {"数据": rows_of_table, "表单标识": said}, hidden=("表单标识",))
    assert refusal_of(hand_in(tmp_path, path)) == code


def test_a_bad_cell_is_refused_by_its_place_and_the_rest_is_taken(folder: Path) -> None:
    path = form(folder)
    with opened(path) as book:
        answers = {
            (FIRST, "关键工序数（个）"): "八个吧",
            (SECOND, "关键工序数（个）"): 7.5,
            (FIRST, "营业收入（万元）"): 1200,
        }
        type_in(book[ENTERPRISES], "企业名称", answers)
    [result] = hand_in(folder, path)
    assert result.rows is not None
    assert [(row["row"], row["column"], row["rule"]) for row in result.rows.rejected.to_dicts()] == [
        (5, "F", "not_whole"),
        (6, "F", "number_unreadable"),
    ]
    assert result.rows.counts["accepted"] == 1


def test_a_name_that_looks_like_a_formula_stays_a_name(folder: Path) -> None:
    path = form(folder, "东海县")
    cell = openpyxl.load_workbook(path)[ENTERPRISES].cell(5, 2)
    assert (cell.value, cell.data_type) == ("=丙三公司", "s")
    with opened(path, folder / "东海.xlsx") as book:
        book[ENTERPRISES].cell(5, captions(book[ENTERPRISES])["关键工序数（个）"]).value = 3
        # openpyxl would write it as a formula; Excel and WPS keep the text.
        book[ENTERPRISES].cell(5, 2).data_type = "s"
    assert hand_in(folder, folder / "东海.xlsx")[0].is_clean


def test_only_cells_to_fill_are_open_and_every_sheet_is_ready_to_print(folder: Path) -> None:
    book = openpyxl.load_workbook(form(folder))
    assert book["表单标识"].sheet_state == "veryHidden"
    open_cells = 0
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.protection.sheet
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        for row in sheet.iter_rows():
            for cell in row:
                if name in ("填报说明", "示例"):
                    continue
                if not cell.protection.locked:
                    assert cell.value is None
                    assert cell.fill.fgColor.rgb == "FFFFF9DB"
                    open_cells += 1
    assert open_cells == 2 * 13 + 1 + 2 * 15
    for name, pane in ((ENTERPRISES, "D5"), (INNOVATIVE, "D5"), (AREA, "D5")):
        assert book[name].freeze_panes == pane
        assert book[name].print_title_rows == "$4:$4"
    assert book["示例"]["A1"].value == "示例，均为虚构，不要在本页填写"


def test_cells_say_what_they_want_and_stop_what_cannot_be(folder: Path) -> None:
    sheet = openpyxl.load_workbook(form(folder))[ENTERPRISES]
    by_name = {rule.promptTitle: rule for rule in sheet.data_validations.dataValidation}
    assert len(by_name) == 13
    choice, count, money = (by_name[name] for name in ("经营管理数字化", "数控化关键工序数", "研发费用"))
    assert (choice.type, choice.formula1) == ("list", '"是,否"')
    assert (count.type, count.operator, count.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert (money.type, money.formula1) == ("decimal", "0")
    assert money.prompt.startswith("填2025年度数。单位：万元。不超过“营业收入”。")
    assert count.prompt.startswith("填2025年第四季度数。")


def test_every_wording_fits_into_its_box_and_every_unit_has_a_word() -> None:
    catalog = load()
    units = {measure.unit for measure in catalog.measures.values()}
    units |= {target.unit for plan in catalog.plans.values() for target in plan.targets}
    assert units <= set(words()["units"])
    assert all(len(measure.name.zh) <= 32 for measure in catalog.measures.values())


def test_ten_forms_at_once_take_seconds(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(folder))
    started = time.perf_counter()
    arguments = ["template", "report", "--all", "--period", "2025Q4", "--out", str(folder / "ten"), "--json"]
    assert main(arguments) == 0
    assert time.perf_counter() - started < 10
    forms = json.loads(capsys.readouterr().out)
    assert len({entry["area_code"] for entry in forms}) == 10
    assert all(Path(entry["path"]).exists() for entry in forms)
    assert [entry["enterprises"] for entry in forms if entry["area_code"] == "320706"] == [3]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["report", "--period", "2025Q4"], "form.area_or_all"),
        (["report", "--period", "2025Q4", "--area", "海州区", "--all"], "form.area_or_all"),
        (["report", "--period", "去年", "--all"], "form.period"),
        (["report", "--period", "2025-11", "--all"], "form.nothing_due"),
        (["report", "--period", "2025Q4", "--area", "杭州市"], "form.area_not_in_plan"),
        (["report", "--period", "2025Q4", "--area", "东山区"], "form.area_not_in_plan"),
        (["report", "--period", "2025Q4", "--all", "--plan", "nowhere"], "form.unknown_plan"),
    ],
)
def test_wrong_orders_are_refused_with_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, arguments: list[str], code: str
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(folder))
    assert main(["template", *arguments, "--out", str(folder / "none"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["refused"] == code
    assert not (folder / "none").exists()


def test_without_a_build_nobody_knows_the_enterprises(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        form(tmp_path)
    assert refused.value.code == "build.none"


def test_periods() -> None:
    quarter = Period.parse("2025q1")
    assert (quarter.ends_on, quarter.end_before("quarter"), quarter.asks_for("year")) == (
        D(2025, 3, 31),
        D(2024, 12, 31),
        False,
    )
    assert Period.parse("2025Q4").end_before("year") == D(2024, 12, 31)
    assert Period.parse("2024-02").ends_on == D(2024, 2, 29)
    assert period_name("month", D(2024, 2, 29)) == "2024年2月"


@pytest.fixture(scope="module")
def empty_form(started: Path) -> Path:
    return form(started)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    revenue=st.one_of(st.none(), st.decimals(min_value=0, max_value=9_999_999, places=4).map(float)),
    processes=st.one_of(st.none(), st.integers(min_value=0, max_value=1000)),
    is_digital=st.sampled_from([None, "是", "否"]),
    platforms=st.one_of(st.none(), st.integers(min_value=0, max_value=10**6)),
)
def test_any_numbers_come_back_as_they_were_typed(
    empty_form: Path, revenue: float | None, processes: int | None, is_digital: str | None, platforms: int | None
) -> None:
    wanted = {
        "operating_revenue_10k_yuan": revenue,
        "key_processes": processes,
        "has_digital_management": None if is_digital is None else float(is_digital == "是"),
        "provincial_platforms_and_bases": platforms,
    }
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "填好.xlsx"
        with opened(empty_form, path) as book:
            answers = {
                "营业收入（万元）": revenue,
                "关键工序数（个）": processes,
                "经营管理数字化（是/否）": is_digital,
            }
            type_in(book[ENTERPRISES], "企业名称", {(FIRST, caption): value for caption, value in answers.items()})
            type_in(book[AREA], "指标名称", {("省级以上公共服务示范平台和双创示范基地", "本期数"): platforms})
        read(path)
        found: dict[str, float] = {}
        for number, (kind, sheet) in enumerate((("enterprise_values", ENTERPRISES), ("area_values", AREA)), start=1):
            values = {"reading_no": number, "kind": kind, "sheet": sheet, "area_code": "320706"}
            reading = Reading.model_validate(values | {"period_end": D(2025, 12, 31), "added_on": D(2026, 1, 12)})
            outcome = judge_values(path.parent / f"parsed {path.name}", reading, D(2026, 1, 12), load())
            assert outcome.rejected.is_empty()
            found |= dict(outcome.accepted.select("measure", "value").iter_rows())
    assert found == {measure: value for measure, value in wanted.items() if value is not None}
