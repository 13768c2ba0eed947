"""Estimated tasks: only where a plan asks for them and nobody has decided, and in a form until a person confirms it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from etl.__main__ import main
from tests.form_inputs import hand_in, opened, refusal_of, row_of, start, type_in
from tests.worlds import add, built, rows, write_list
from tracker.catalog import CATALOG_DIR, CatalogError, for_data_folder, load

D = dt.date
PLAN = CATALOG_DIR / "plans" / "lianyungang.yml"
# Of the four holders 海州 has two and 东海 one; the fourth is in no district.
HOLDERS = {"base": "in_force", "tier": "srdi", "counted_on": D(2023, 6, 30)}
FIRST = D(2024, 3, 1)
SRDI, LAST = "省级专精特新中小企业数", "2025年"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("started")
    start(folder)
    return folder


@pytest.fixture
def folder(started: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = shutil.copytree(started, tmp_path / "data")
    monkeypatch.setenv("TRACKER_DATA", str(data))
    return data


def ask_for(folder: Path, **rules: dict[str, Any]) -> None:
    """Override the plan: by which rule the tasks of some targets are estimated."""
    content = yaml.safe_load(PLAN.read_text(encoding="utf-8"))
    for target in content["plans"][0]["targets"]:
        if target["target_id"] in rules:
            target["area_estimate"] = rules[target["target_id"]]
    (folder / "catalog").mkdir(exist_ok=True)
    path = folder / "catalog" / "plan.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def estimated(folder: Path) -> set[tuple[Any, ...]]:
    """Estimated targets of the build: target, area, value."""
    return set(rows(folder, "select target_id, area_code, value from core.target where origin = 'estimated'"))


def sums(folder: Path) -> list[tuple[Any, ...]]:
    """Of every target: sum, whole, difference; units with a task, exempt, without, estimated."""
    return rows(folder, "select * exclude (plan_id, target_id, due_on) from core.target_sum order by target_id")


def form(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The form with estimates, as the command writes it."""
    assert main(["template", "targets", "--estimate", "--out", str(folder / "forms"), "--json"]) == 0
    return Path(json.loads(capsys.readouterr().out)["path"])


def decide(path: Path, cells: dict[tuple[str, str], Any], on: dt.date = FIRST) -> None:
    """Name the document of a form and type into its last year."""
    with opened(path) as book:
        for item, value in (("文号", f"{on}号"), ("下达日期", on), ("下达单位", "市中小企业办")):
            type_in(book["任务文件"], "项目", {(item, "内容"): value})
        type_in(book[LAST], "指标名称", cells)


def test_no_shipped_plan_asks_for_estimates(folder: Path) -> None:
    assert all(target.area_estimate is None for plan in load().plans.values() for target in plan.targets)
    assert estimated(folder) == set()
    assert rows(folder, "select * from core.target_estimate") == []


def test_a_plan_that_asks_has_its_targets_divided(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask_for(folder, srdi_smes=HOLDERS, listed_enterprises=HOLDERS)
    assert main(["build"]) == 0
    # 200 x 2/3 = 133.3 and 66.7; 5 x 2/3 = 3.3 and 1.7. Who has no holder gets no task.
    assert estimated(folder) == {
        ("srdi_smes", "320706", 133.0),
        ("srdi_smes", "320722", 67.0),
        ("listed_enterprises", "320706", 3.0),
        ("listed_enterprises", "320722", 2.0),
    }
    assert sums(folder) == [(5.0, 5.0, 0.0, 0, 0, 8, 2), (200.0, 200.0, 0.0, 0, 0, 8, 2)]
    printed = capsys.readouterr().out
    assert "专精特新：合计 200，与全市相等（其中 2 个单位为测算，0 个单位不考核，8 个单位未下达）" in printed
    assert rows(folder, "select area_code, base, tier, base_on, base_value from core.target_estimate limit 1") == [
        ("320706", "in_force", "srdi", D(2023, 6, 30), 2.0)
    ]
    # "About 5" is said of the city; of an area's share it would be everything.
    sql = (
        "select distinct comparator, tolerance, decided_on, baseline_value from core.target where origin = 'estimated'"
    )
    assert rows(folder, sql) == [("ge", None, None, None)]
    sql = "select target_value, state from mart.progress where target_id = 'srdi_smes' and area_code = ? and as_of = ?"
    assert rows(folder, sql, "320706", D(2023, 1, 31)) == [(133.0, "no_data")]
    assert rows(folder, sql, "320706", D(2025, 9, 30)) == [(133.0, "behind")]
    assert rows(folder, sql, "320703", D(2025, 9, 30)) == []


def test_what_is_decided_is_never_estimated_and_the_others_share_the_rest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = form(folder, capsys)
    decide(path, {(SRDI, "海州"): 150, (SRDI, "连云"): "不考核", (SRDI, "东海"): None})
    assert hand_in(folder, path)[0].is_clean
    ask_for(folder, srdi_smes=HOLDERS)
    built(folder)
    assert estimated(folder) == {("srdi_smes", "320722", 50.0)}
    assert sums(folder)[-1] == (200.0, 200.0, 0.0, 1, 1, 7, 1)
    # A revision takes effect on the rest too; where nothing is left, nothing is estimated.
    path = form(folder, capsys)
    decide(path, {(SRDI, "海州"): 230}, on=D(2024, 9, 1))
    assert hand_in(folder, path)[0].is_clean
    built(folder)
    assert {row for row in estimated(folder) if row[0] == "srdi_smes"} == set()


def test_without_a_base_nothing_is_estimated_and_it_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    early = HOLDERS | {"counted_on": D(2019, 6, 30)}
    pool = HOLDERS | {"base": "pool"}
    ask_for(folder, srdi_smes=early, little_giants=early, smart_workshops=pool)
    assert main(["build"]) == 0
    assert estimated(folder) == set()
    found = rows(folder, "select kind, area_code, number, detail from core.data_debt where kind like 'estimate%'")
    assert sorted(found) == [
        ("estimate_no_base_in_force", "320700", 20, "2019-06-30"),
        ("estimate_no_base_pool", "320700", 10, "2023-06-30"),
    ]
    assert "连云港市：20 项区县任务应按 2019-06-30 有效期内专精特新企业数测算" in capsys.readouterr().out


def test_the_pool_as_a_base(folder: Path) -> None:
    lines = "序号,企业名称,所属县区\n1,己六药业有限公司,灌云县\n2,庚七药业有限公司,灌云县\n3,辛八药业有限公司,徐圩新区"
    path = write_list(folder, "培育库.csv", lines)
    add(folder, path, kind="pool", event=None, event_on=D(2023, 5, 1))
    ask_for(folder, smart_workshops=HOLDERS | {"base": "pool"})
    built(folder)
    assert estimated(folder) == {("smart_workshops", "320723", 7.0), ("smart_workshops", "320700-xuwei", 3.0)}
    assert sums(folder) == [(10.0, 10.0, 0.0, 0, 0, 8, 2)]


def test_a_form_with_estimates_hands_nothing_down_until_somebody_decides(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask_for(folder, srdi_smes=HOLDERS)
    path = form(folder, capsys)
    assert "测算稿" in path.name
    book = openpyxl.load_workbook(path)
    sheet = book[LAST]
    row = row_of(sheet, "指标名称", SRDI)
    assert [sheet.cell(row, column).value for column in (6, 7, 9)] == [133, None, 67]
    assert sheet.cell(row, 18).value == "按2023-06-30有效期内专精特新企业数分摊（最大余数法）"
    assert "不是下达的任务" in str(sheet["B3"].value)
    # Excel writes 测算 before the number until the two cells of the document are filled in.
    [look] = [rule for ranges in sheet.conditional_formatting if f"F{row}" in ranges for rule in ranges.rules]
    assert (look.formula, look.dxf.numFmt.formatCode) == (['OR(document_no="",document_date="")'], '"测算 "0')
    assert {name: book.defined_names[name].attr_text for name in ("document_no", "document_date")} == {
        "document_no": "'任务文件'!$B$5",
        "document_date": "'任务文件'!$B$6",
    }
    assert refusal_of(hand_in(folder, path)) == "form.document_missing"
    decide(path, {(SRDI, "海州"): 140})
    assert hand_in(folder, path)[0].is_clean
    built(folder)
    entered = rows(folder, "select area_code, value, decided_on from core.target where origin = 'entered'")
    assert set(entered) == {("320706", 140.0, FIRST), ("320722", 67.0, FIRST)}
    assert estimated(folder) == set()


def test_a_target_without_a_rule_goes_by_the_holders_of_its_own_title(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["template", "targets", "--estimate", "--out", str(folder / "forms")]) == 0
    printed = capsys.readouterr().out
    # When the plan began nobody was on a list yet.
    assert "专精特新：没有测算，缺少基数（按2022-12-31有效期内专精特新企业数分摊（最大余数法））" in printed
    assert "智能车间：没有测算，行动计划没有写明分摊依据（area_estimate）" in printed
    shutil.rmtree(folder / "builds")
    assert main(["template", "targets", "--estimate", "--out", str(folder / "forms")]) == 1
    assert "build" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "rule", "fault"),
    [
        ("numerical_control_rate", HOLDERS, "ratios"),
        ("srdi_smes", HOLDERS | {"counted_on": D(2023, 6, 29)}, "counted_on"),
        ("srdi_smes", HOLDERS | {"tier": "unicorn"}, "unknown tier unicorn"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_a_fault(folder: Path, target: str, rule: dict[str, Any], fault: str) -> None:
    ask_for(folder, **{target: rule})
    with pytest.raises(CatalogError) as raised:
        for_data_folder(folder)
    assert any(fault in str(found) for found in raised.value.faults)
