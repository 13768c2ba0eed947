"""A new plan by a form or by YAML: what is filled in comes back, every mistake is told at once with its place."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from etl.__main__ import main
from etl.add import Statement, add_files
from etl.areas import AreaResolver
from etl.build import build
from etl.plan_add import CheckedPlan, checked_in_words, take_plan
from etl.plan_form import Cells, example, write_plan_form
from etl.refusal import Refusal
from etl.template import write_reports
from tests.form_inputs import captions, opened, row_of
from tracker.catalog import for_data_folder, load
from tracker.text import LANGUAGES

D = dt.date


def filled(folder: Path, cells: Cells) -> Path:
    return write_plan_form(folder / "forms", load(), cells)


def test_the_example_of_the_form_comes_back_as_a_plan_that_the_catalogue_takes(
    own_data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = filled(own_data_folder, example())
    assert main(["check", str(path)]) == 0
    assert not (own_data_folder / "catalog").exists()
    assert main(["add", str(path)]) == 0
    assert "example_city" in capsys.readouterr().out
    catalog = for_data_folder(own_data_folder)
    plan = catalog.plans["example_city"]
    assert (plan.short.zh, plan.short.en, plan.area_code) == ("示例市", "Example", "329900")
    assert (plan.starts_on, plan.ends_on, plan.assumed) == (D(2026, 1, 1), D(2028, 12, 31), ("starts_on",))
    assert [(unit.area_code, unit.rank_group, unit.is_summed) for unit in plan.areas] == [
        ("329900", "total", False), ("329901", "county", True), ("329902", "zone", True),
    ]  # fmt: skip
    zone = catalog.areas["329902"]
    assert (zone.parent_code, zone.short.zh, zone.aliases) == ("329900", "乙高新区", ("乙区", "乙高新园"))
    resolver = AreaResolver(catalog)
    for printed in ("乙高新技术产业开发区", "乙高新区", "乙区", "示例市乙高新园"):
        assert resolver.resolve((printed,), "329900").area_code == "329902"
    stock, *salons = plan.targets
    assert (stock.indicator_id, stock.value, stock.basis, stock.is_headline) == ("srdi_smes", 300, "in_force", True)
    # A yearly task without a due date stands for each year of the plan.
    assert [(t.due_on, t.value, t.value_high) for t in salons] == [(D(y, 12, 31), 2, 4) for y in (2026, 2027, 2028)]
    assert [plan.units[unit].zh for unit in salons[0].owner_units] == ["市工信局（示例）", "市人社局（示例）"]
    new = catalog.indicators[salons[0].indicator_id]
    assert (new.name.zh, new.name.en, new.unit, new.frequency) == ("企业家沙龙", "Salons", "event", "quarter")
    # Once it is there, its code is taken.
    assert main(["check", str(path)]) == 1


def with_mistakes() -> Cells:
    """The example with one mistake after the other."""
    cells: dict[str, Any] = copy.deepcopy(example())
    plan, targets = cells["plan"][0], cells["targets"]
    plan |= {"plan_id": "Yan Cheng", "ends_on": D(2025, 1, 1), "is_draft": "也许", "name_zh": None, "area": "桃花源"}
    cells["units"].append({"name_zh": "市人社局（示例）"})
    cells["areas"].append({"area": "无名县", "rank_group": "县区", "is_summed": "是"})
    stock, salons = targets
    targets.append(stock | {"unit": "个", "value": "三百", "owners": "市无此局"})
    targets.append(stock | {"comparator": "左右"})
    targets.append(stock | {"comparator": "全覆盖", "value": 90, "due_on": "年底"})
    targets.append(salons | {"indicator": "新指标", "value_high": None, "frequency": None})
    return cells


# Sheet, row as Excel counts, column, rule.
MISTAKES = {
    ("计划", 5, "B", "plan_id"),
    ("计划", 6, "B", "required"),
    ("计划", 10, "B", "area_unknown"),
    ("计划", 12, "B", "ends_before"),
    ("计划", 13, "B", "no_choice"),
    ("责任单位", 7, "A", "twice"),
    ("下级地区", 7, "A", "part_unknown"),
    ("目标", 7, "C", "unit_differs"),
    ("目标", 7, "E", "no_number"),
    ("目标", 7, "Q", "owner_unknown"),
    # The copies of one row stand for the same target on the same day.
    *((("目标", row, "A", "twice")) for row in (7, 8, 9)),
    ("目标", 8, "G", "needs_tolerance"),
    ("目标", 9, "E", "full_is_100"),
    ("目标", 9, "J", "no_day"),
    ("目标", 10, "F", "needs_value_high"),
    ("目标", 10, "S", "new_indicator_needs"),
}


def test_every_mistake_is_told_at_once_with_its_cell_in_both_languages(own_data_folder: Path) -> None:
    checked = take_plan(filled(own_data_folder, with_mistakes()), own_data_folder, load(), keep=True)
    assert {(fault.sheet, fault.row, fault.column, fault.rule) for fault in checked.faults} == MISTAKES
    assert checked.path is None
    assert not (own_data_folder / "catalog").exists()
    for language in LANGUAGES:
        head, *lines = checked_in_words(checked, language)
        assert str(len(MISTAKES)) in head
        assert len(set(lines)) == len(MISTAKES)
        assert any("目标" in line and "三百" in line for line in lines)


def test_a_code_given_twice_is_told_with_both_rows(own_data_folder: Path) -> None:
    cells: dict[str, Any] = copy.deepcopy(example())
    cells["areas"] += [
        {"area": "丙县", "code": "329901", "rank_group": "县区", "is_summed": "是"},
        {"area": "昆山市", "rank_group": "县区", "is_summed": "是", "short_zh": "昆"},
    ]
    checked = take_plan(filled(own_data_folder, cells), own_data_folder, load(), keep=True)
    assert {(fault.sheet, fault.row, fault.column, fault.rule) for fault in checked.faults} == {
        ("下级地区", 7, "B", "code_twice"),
        ("下级地区", 8, "A", "area_elsewhere"),
        ("下级地区", 8, "F", "area_has_names"),
    }
    said = "\n".join(checked_in_words(checked, "zh"))
    assert "代码 329901 已是第 5 行“甲县”的，“丙县”不能再用" in said


def test_a_form_of_an_earlier_version_has_no_place_for_short_names(own_data_folder: Path) -> None:
    path = filled(own_data_folder, example())
    book = openpyxl.load_workbook(path)
    book["下级地区"].delete_cols(6, 2)
    book.save(path)
    checked = take_plan(path, own_data_folder, load(), keep=True)
    assert checked.faults == []
    assert for_data_folder(own_data_folder).areas["329902"].short.zh == "乙高新技术产业开发区"


def without_sense() -> Cells:
    """The example where every cell is of its kind, and they do not fit each other."""
    cells: dict[str, Any] = copy.deepcopy(example())
    stock, salons = cells["targets"]
    cells["areas"][0]["code"] = "jia"
    cells["areas"] += [{"area": "昆山市", "rank_group": "县区", "is_summed": "是"}, cells["areas"][1]]
    cells["targets"] = [
        stock | {"due_on": D(2031, 1, 1)},
        stock | {"basis": "比率", "value": -3},
        salons | {"value": 4, "value_high": 2, "due_on": D(2027, 1, 1), "starts_on": D(2027, 6, 1)},
        salons | {"indicator": "清水指数", "basis": "有效期内"},
        stock | {"indicator": "国家专精特新“小巨人”企业数", "comparator": "领先", "value": 1},
        stock | {"indicator": "国家制造业单项冠军数", "basis": "位次"},
    ]
    return cells


def test_what_does_not_fit_together_is_told_with_its_cell(own_data_folder: Path) -> None:
    checked = take_plan(filled(own_data_folder, without_sense()), own_data_folder, load(), keep=True)
    assert {(fault.sheet, fault.row, fault.column, fault.rule) for fault in checked.faults} == {
        ("下级地区", 5, "B", "area_code"),
        ("下级地区", 7, "A", "area_elsewhere"),
        ("下级地区", 8, "A", "twice"),
        ("目标", 5, "J", "outside_plan"),
        ("目标", 6, "E", "negative"),
        ("目标", 6, "H", "basis_differs"),
        ("目标", 7, "F", "high_below"),
        ("目标", 7, "J", "ends_before"),
        ("目标", 8, "H", "basis_differs"),
        ("目标", 9, "D", "rank_together"),
        ("目标", 10, "H", "rank_together"),
    }
    assert checked.path is None


def test_a_sheet_that_is_gone_and_a_head_that_was_changed_are_told_and_nothing_is_guessed(
    own_data_folder: Path,
) -> None:
    path = filled(own_data_folder, example())
    book = openpyxl.load_workbook(path)
    book["责任单位"].title = "单位"
    book["目标"]["E4"].value = "数"
    book.save(path)
    checked = take_plan(path, own_data_folder, load(), keep=True)
    assert {(fault.sheet, fault.row, fault.column, fault.rule) for fault in checked.faults} == {
        ("责任单位", None, None, "no_sheet"),
        ("目标", 4, "E", "head_changed"),
    }
    assert checked_in_words(checked, "zh")[1].strip().startswith("责任单位：没有这个工作表")


def test_a_form_that_nobody_filled_in_says_what_is_required(own_data_folder: Path) -> None:
    checked = take_plan(filled(own_data_folder, {}), own_data_folder, load(), keep=True)
    required = {(fault.sheet, fault.row) for fault in checked.faults if fault.rule == "required"}
    assert required == {("计划", row) for row in (5, 6, 8, 10, 11, 12, 15)}
    assert "no_targets" in {fault.rule for fault in checked.faults}


YAML = """
plans:
  - plan_id: example_city
    name: {zh: 示例计划（示例）, en: Example plan}
    short: {zh: 示例, en: Example}
    area_code: "329900"
    starts_on: 2026-01-01
    ends_on: 2028-12-31
    source: {zh: 虚构, en: invented}
    units: {bureau: {zh: 市工信局, en: Bureau}}
    areas:
      - {area_code: "329900", rank_group: total, is_summed: false, sort: 0}
      - {area_code: "329901", rank_group: county, is_summed: true, sort: 1}
    targets:
      - target_id: srdi_smes
        indicator_id: srdi_smes
        comparator: ge
        value: 300
        unit: enterprise
        basis: in_force
        commitment: binding
        wording: {zh: 达到, en: reach}
        clause: {zh: 数量目标, en: number}
        section: 一
        owner_units: [bureau]
areas:
  - {area_code: "329900", kind: city, name: {zh: 示例市, en: Example}, short: {zh: 示例, en: Example}}
  - {area_code: "329901", parent_code: "329900", kind: county, name: {zh: 甲县, en: A}, short: {zh: 甲县, en: A}}
"""


def checked_yaml(folder: Path, text: str) -> CheckedPlan:
    path = folder / "example_city.yml"
    path.write_text(text, encoding="utf-8")
    return take_plan(path, folder, load(), keep=True)


def test_one_yaml_file_is_a_plan_as_well(own_data_folder: Path) -> None:
    checked = checked_yaml(own_data_folder, YAML)
    assert (checked.faults, checked.plan_id, checked.targets) == ([], "example_city", 1)
    assert "example_city" in for_data_folder(own_data_folder).plans


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("value: 300", "valeu: 300", 18, "没有这个键"),
        ("unit: enterprise", "unit: item", 19, "单位写成“item”"),
        ("owner_units: [bureau]", "owner_units: [office]", 25, "没有责任单位“office”"),
        ("indicator_id: srdi_smes", "indicator_id: dreams", 16, "没有指标“dreams”"),
        ("ends_on: 2028-12-31", "ends_on: 年底", 8, "不是日期"),
        ("is_summed: false, sort: 0}", "is_summed: true, sort: 0}", 12, "重复相加"),
    ],
)
def test_a_mistake_in_yaml_is_told_with_its_line_and_in_chinese(
    own_data_folder: Path, right: str, wrong: str, line: int, said: str
) -> None:
    assert right in YAML
    checked = checked_yaml(own_data_folder, YAML.replace(right, wrong, 1))
    assert checked.path is None
    assert not (own_data_folder / "catalog").exists()
    assert any(said in fault.text("zh") for fault in checked.faults), [f.text("zh") for f in checked.faults]
    assert line in {fault.row for fault in checked.faults}, [(f.row, f.column) for f in checked.faults]


def test_tasks_of_a_plan_come_in_a_file_of_their_own(own_data_folder: Path) -> None:
    checked_yaml(own_data_folder, YAML)
    path = own_data_folder / "tasks.yml"
    task = "{measure_id: fair, title: {zh: 招聘, en: Fair}, section: 一, owner_units: [bureau], targets: [srdi_smes]}"
    path.write_text(f"plan_measures: [{{plan_id: example_city, measures: [{task}]}}]", encoding="utf-8")
    known = for_data_folder(own_data_folder)
    checked = take_plan(path, own_data_folder, known, keep=True)
    assert [checked_in_words(checked, language)[0].partition("added")[0] for language in LANGUAGES] == [
        f"tasks.yml：已加入（不含新计划），写在 {checked.path}。下一步：python -m etl build",
        "tasks.yml: ",
    ]
    assert for_data_folder(own_data_folder).plan_measures["example_city"].measures[0].measure_id == "fair"


def test_what_is_no_yaml_is_told_and_not_kept(own_data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = own_data_folder / "broken.yml"
    path.write_text("plans: [", encoding="utf-8")
    assert main(["check", str(path), "--json"]) == 1
    [said] = json.loads(capsys.readouterr().out)
    assert "YAML" in said["faults"][0]["zh"]


PLACE = """
indicators:
  - indicator_id: place_in_province
    name: {zh: 优质中小企业数全省位次, en: Place in the province}
    short: {zh: 全省位次, en: Place}
    unit: rank
    decimals: 0
    direction: lower
    formula: reported
    frequency: year
    grace_months: 2
    evidence: R
    definition: {zh: 全省位次, en: place}
"""
PLACE_TARGET = """
      - target_id: place_in_province
        indicator_id: place_in_province
        comparator: le
        value: 3
        unit: rank
        basis: rank
        commitment: aspirational
        wording: {zh: 前三, en: top three}
        clause: {zh: 保持全省前三, en: stay among three}
        section: 一
        owner_units: [bureau]
"""


def _form_of(folder: Path, area: str) -> Path:
    catalog = for_data_folder(folder)
    [written] = write_reports(folder, folder / "forms", catalog, "example_city", "2026", area)
    return written.path


def test_a_place_among_others_is_reported_with_the_form_of_the_whole_alone(own_data_folder: Path) -> None:
    text = YAML.replace("\nareas:\n", PLACE_TARGET + "\nareas:\n").replace("\n\n", "\n") + PLACE
    assert checked_yaml(own_data_folder, text).faults == []
    catalog = for_data_folder(own_data_folder)
    build(own_data_folder)
    with pytest.raises(Refusal, match="2026"):
        _form_of(own_data_folder, "329901")
    path = _form_of(own_data_folder, "329900")
    with opened(path) as book:
        row = row_of(book["地区数据"], "指标名称", "优质中小企业数全省位次")
        book["地区数据"].cell(row, captions(book["地区数据"])["本期数"]).value = 3
        assert book["地区数据"].cell(row, captions(book["地区数据"])["单位"]).value == "位"
    statement = Statement(received_on=dt.date(2027, 1, 12))
    [added] = add_files([path], statement, own_data_folder, catalog, keep=False)
    assert added.rows is not None, added.refusal
    assert added.rows.rejected.is_empty()
    assert added.rows.accepted["value"].to_list() == [3.0]
