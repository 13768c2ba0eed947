"""The plans' tasks: what the catalogue says of them, the form that asks a unit, and how its answers come back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from etl.add import Added, Statement, add_files
from etl.build import build
from etl.measure_form import last_reports, write_task_forms
from etl.publish import Builds
from etl.refusal import Refusal
from tests.form_inputs import HEADER, captions, opened
from tracker.catalog import Catalog, CatalogError, load
from tracker.catalog_tasks import Reporter, tasks_by_reporter

DAY = dt.date(2025, 9, 30)
YEAR_END = dt.date(2025, 12, 31)
SCIENCE = Reporter("city_science", "320700")

# Twelve, thirty, sixteen, four and twenty. Task, clause, leading unit and due date, read from the plans by hand.
BY_HAND: dict[str, list[tuple[str, str, str, dt.date | None]]] = {
    "lianyungang": [
        ("graded_cultivation", "二（一）", "市工业和信息化局", None),
        ("innovation_capacity", "二（二）", "市科技局", None),
        ("chain_cooperation", "二（三）", "市工业和信息化局", YEAR_END),
        ("quality_and_brands", "二（四）", "市市场监管局", None),
        ("intellectual_property", "二（五）", "市市场监管局", YEAR_END),
        ("digital_upgrading", "二（六）", "市工业和信息化局", YEAR_END),
        ("finance", "二（七）", "市地方金融监管局", YEAR_END),
        ("service_system", "二（八）", "市工业和信息化局", None),
        ("leadership", "三（一）", "市促进中小企业发展工作领导小组", None),
        ("policy_support", "三（二）", "市发展改革委", None),
        ("talent", "三（三）", "市委人才办", None),
        ("environment", "三（四）", "市委宣传部", None),
    ],
    "liangjiang": [
        (str(number), f"二（{part}）{number}", lead, YEAR_END if number in (8, 10, 23) else None)
        for part, numbered in {
            "一": {1: "市场监管局", 2: "产业促进局", 3: "产业促进局", 4: "两江投资集团", 5: "产业促进局"},
            "二": {6: "经济运行局", 7: "科技创新局", 8: "产业促进局", 9: "科技创新局", 10: "科技创新局"},
            "三": {11: "市场监管局", 12: "市场监管局", 13: "知识产权中心", 14: "两江投资集团", 15: "宣传部"},
            "四": {16: "两江产业集团", 17: "现代服务业局", 18: "两江产业集团", 19: "现代服务业局", 20: "两江产业集团"},
            "五": {21: "组织人事部", 22: "社会保障局", 23: "社会保障局", 24: "两江投资集团", 25: "宣传部"},
            "六": {26: "两江投资集团", 27: "政务中心", 28: "现代服务业局", 29: "产业促进局", 30: "产业促进局"},
        }.items()
        for number, lead in numbered.items()
    ],
    "suzhou_industrial_park": [
        ("chain_cooperation", "二（一）", "经发委", None),
        ("role_models", "二（一）", "经发委", None),
        ("industry_matchmaking", "二（一）", "经发委", None),
        ("credit", "二（二）", "金融局", None),
        ("listing", "二（二）", "金融局", None),
        ("overseas_talent", "二（三）", "组织部", None),
        ("talent_programme", "二（三）", "组织部", None),
        ("job_fairs", "二（三）", "人社局", None),
        ("diagnosis", "二（四）", "经发委", None),
        ("training", "二（四）", "经发委", None),
        ("service_window", "二（四）", "企服中心", None),
        ("salons", "二（四）", "经发委", None),
        ("land_use_evaluation", "二（四）", "经发委", None),
        ("intellectual_property", "二（五）", "科创委", None),
        ("upgrading", "二（五）", "经发委", None),
        ("platforms", "二（五）", "经发委", None),
    ],
    "nantong": [
        ("capital_market", "举措一", "市委金融办", None),
        ("talent", "举措二", "市人力资源社会保障局", None),
        ("intellectual_property", "举措三", "市知识产权局", None),
        ("digital_upgrading", "举措四", "市工业和信息化局", None),
    ],
    "zhejiang": [
        (str(number), f"{part}、{number}", lead, None)
        for part, numbered in {
            "一": {1: "省经信厅", 2: "省经信厅", 3: "省商务厅", 4: "省经信厅"},
            "二": {5: "省科技厅", 6: "省科技厅", 7: "省市场监管局", 8: "省经信厅"},
            "三": {9: "省市场监管局", 10: "省经信厅", 11: "省经信厅"},
            "四": {12: "省财政厅", 13: "省商务厅"},
            "五": {14: "省经信厅", 15: "省地方金融监管局", 16: "省地方金融监管局"},
            "六": {17: "省经信厅", 18: "省经信厅", 19: "省委人才办", 20: "省经信厅"},
        }.items()
        for number, lead in numbered.items()
    ],
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.mark.parametrize("plan_id", BY_HAND)
def test_every_task_of_a_plan_is_there(catalog: Catalog, plan_id: str) -> None:
    entry = catalog.plan_measures[plan_id]
    names = {**catalog.plans[plan_id].units, **entry.units}
    found = [(task.measure_id, task.section, names[task.owner_units[0]].zh, task.due_on) for task in entry.measures]
    assert found == BY_HAND[plan_id]


def test_every_target_of_lianyungang_is_served_by_one_task(catalog: Catalog) -> None:
    served = [target for task in catalog.plan_measures["lianyungang"].measures for target in task.targets]
    assert sorted(served) == sorted(target.target_id for target in catalog.plans["lianyungang"].targets)


def test_a_unit_of_areas_is_each_of_them(catalog: Catalog) -> None:
    asked = tasks_by_reporter(catalog.plans["lianyungang"], catalog)
    counties = [reporter.area_code for reporter in asked if reporter.unit == "county_governments"]
    assert counties == ["320706", "320703", "320707", "320722", "320723", "320724"]
    # The eight projects and the first safeguard.
    assert len(asked[Reporter("county_governments", "320706")]) == 9
    assert [task.measure_id for task in asked[SCIENCE]] == ["innovation_capacity", "finance"]


FAULTY = """
plan_measures:
  - plan_id: lianyungang
    units: {city_science: {zh: 科技局, en: Science}}
    units_of_areas: {nobody: ["310000"]}
    measures:
      - {measure_id: a, title: {zh: 甲, en: A}, section: 一, owner_units: [ghost], targets: [tea], assumed: [hue]}
      - {measure_id: a, title: {zh: 乙, en: B}, section: 二, owner_units: [city_tax, city_tax]}
  - {plan_id: atlantis, measures: []}
activities:
  - {activity: job_fair, name: {zh: 招聘会, en: Job fair}, words: [集市], indicators: [innovative_smes]}
  - {activity: market, name: {zh: 集市, en: Market}}
"""


def test_every_fault_of_tasks_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(FAULTY, encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        load(tmp_path)
    told = {str(fault) for fault in refused.value.faults}
    at = "own.yml: plan_measures.lianyungang"
    assert told == {
        f"{at}.units.city_science: is a unit of the plan already",
        f"{at}.units_of_areas: unknown unit nobody",
        f"{at}.units_of_areas: no area of the plan: 310000",
        f"{at}.measures.a: stands twice",
        f"{at}.measures.a.owner_units: unknown unit ghost",
        f"{at}.measures.a.owner_units: city_tax stands twice",
        f"{at}.measures.a.targets: unknown target tea",
        f"{at}.measures.a.assumed: no fields of a task: hue",
        "own.yml: plan_measures.atlantis: unknown plan atlantis",
        "own.yml: activities.job_fair.indicators: no indicator that areas report: innovative_smes",
        "own.yml: activities.market.words: 集市 also means job_fair",
    }


Rows = dict[str, dict[str, Any]]


def filled(folder: Path, name: str, rows: Rows, unit: str = "市科技局") -> Path:
    """A form of a unit with something typed into the rows of some tasks, saved under a name of its own."""
    catalog = load()
    [written] = write_task_forms(folder, folder / "forms", catalog.plans["lianyungang"], catalog, unit)
    with opened(written.path, folder / name) as book:
        sheet = book["任务进展"]
        columns = captions(sheet)
        for row in range(HEADER + 1, sheet.max_row + 1):
            for caption, value in rows.get(sheet.cell(row, 1).value, {}).items():
                sheet.cell(row, columns[caption]).value = value
    return folder / name


def taken(folder: Path, path: Path, received_on: dt.date) -> Added:
    [added] = add_files([path], Statement(received_on=received_on), folder, load(), keep=True)
    return added


def reports(folder: Path) -> list[tuple[Any, ...]]:
    builds = Builds(folder)
    with duckdb.connect(str(builds.path(builds.current() or "")), read_only=True) as connection:
        said = "measure_id, status, reported_on, note, evidence, sheet, row"
        return connection.sql(f"select {said} from core.measure_report order by reported_on, measure_id").fetchall()


FIRST: Rows = {
    "innovation_capacity": {"本次状态": "进行中", "填报日期": DAY, "进展情况": "已有九成企业建成研发机构"},
    "finance": {
        "本次状态": "滞后",
        "填报日期": "2025年9月30日",
        "进展情况": "资金未到位",
        "佐证材料": "纪要3号",
    },
}
SECOND: Rows = {"innovation_capacity": {"本次状态": "已完成", "填报日期": YEAR_END}}


def test_a_newer_report_replaces_the_older_one_in_view_and_the_old_is_kept(tmp_path: Path) -> None:
    first = taken(tmp_path, filled(tmp_path, "first.xlsx", FIRST), dt.date(2025, 10, 9))
    assert first.rows is not None
    assert (first.is_clean, first.rows.counts["accepted"]) == (True, 2)
    build(tmp_path)
    assert reports(tmp_path) == [
        ("finance", "delayed", DAY, "资金未到位", "纪要3号", "任务进展", 6),
        ("innovation_capacity", "under_way", DAY, "已有九成企业建成研发机构", None, "任务进展", 5),
    ]
    # The next form tells how the tasks stood; an empty row says nothing new.
    path = filled(tmp_path, "second.xlsx", SECOND)
    sheet = openpyxl.load_workbook(path)["任务进展"]
    columns = captions(sheet)
    assert sheet.cell(5, columns["上次填报"]).value == "进行中（2025-09-30）已有九成企业建成研发机构"
    assert taken(tmp_path, path, dt.date(2026, 1, 9)).status == "added"
    build(tmp_path)
    assert len(reports(tmp_path)) == 3
    newest = {task: said.status for (task, _), said in last_reports(tmp_path, "lianyungang").items()}
    assert newest == {"innovation_capacity": "done", "finance": "delayed"}
    assert taken(tmp_path, path, dt.date(2026, 1, 10)).status == "unchanged"


def test_faults_are_refused_with_their_cell_and_take_nothing_else_along(tmp_path: Path) -> None:
    rows: Rows = {
        "graded_cultivation": {"填报日期": DAY},
        "innovation_capacity": {"本次状态": "快了", "填报日期": DAY},
        "chain_cooperation": {"本次状态": "进行中"},
        "digital_upgrading": {"本次状态": "进行中", "填报日期": "去年"},
        "finance": {"本次状态": "进行中", "填报日期": YEAR_END},
        "service_system": {"本次状态": "滞后", "填报日期": DAY},
        "policy_support": {"本次状态": " 进行中 ", "填报日期": DAY},
    }
    path = filled(tmp_path, "faults.xlsx", rows, "city_industry")
    with opened(path) as book:
        # A row taken from the form of another unit.
        book["任务进展"].cell(15, 1).value = "leadership"
        book["任务进展"].cell(15, captions(book["任务进展"])["本次状态"]).value = "已完成"
    added = taken(tmp_path, path, dt.date(2025, 10, 9))
    assert added.rows is not None
    found = list(added.rows.rejected.select("row", "column", "rule", "value").iter_rows())
    assert found == [
        (5, "I", "task_status_missing", None),
        (6, "I", "task_status_unknown", "快了"),
        (7, "J", "day_missing", None),
        (10, "J", "date_unreadable", "去年"),
        (11, "J", "date_out_of_range", "2025-12-31"),
        (12, "K", "task_note_missing", None),
        (15, "C", "task_unknown", "营商环境与典型宣传"),
    ]
    assert added.rows.counts == {"read": 8, "accepted": 1, "out_of_area": 0, "rejected": 7, "duplicate": 0, "blank": 3}


def test_an_empty_form_and_an_unknown_unit_are_refused(tmp_path: Path) -> None:
    catalog = load()
    assert taken(tmp_path, filled(tmp_path, "empty.xlsx", {}), DAY).status == "skipped"
    for unit in ("市海洋局", "320700"):
        with pytest.raises(Refusal) as refused:
            write_task_forms(tmp_path, tmp_path, catalog.plans["lianyungang"], catalog, unit)
        assert refused.value.code == "form.unknown_unit"
