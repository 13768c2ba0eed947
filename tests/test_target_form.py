"""Tasks of districts: typed into the decomposition form, read back as versions, exemptions and sums of a build."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from etl.__main__ import main
from etl.add import Added
from etl.inbox import Inbox
from etl.report_added import added_record, print_added
from etl.target_form import Answers, write_targets
from etl.targets import Document, TargetRows
from etl.template import write_targets_form
from tests.form_inputs import HEADER, captions, hand_in, opened, refusal_of, start, type_in
from tests.worlds import built, rows
from tracker import desk_words
from tracker.catalog import load

D = dt.date
LAST, MIDDLE, BASE = "2025年", "2024年", "基数"
GIANTS, CHAMPIONS, CONTROL, LISTED = (
    "国家专精特新“小巨人”企业数", "国家制造业单项冠军数", "专精特新企业关键工序数控化率", "上市专精特新企业",
)  # fmt: skip
UNITS = ("海州", "连云", "赣榆", "东海", "灌云", "灌南", "经开区", "高新区", "徐圩", "云台山")
DOCUMENT, DECIDED, END = "连专精特新办〔2023〕1号", D(2023, 3, 1), D(2025, 12, 31)
Cells = Mapping[tuple[str, str, str], Any]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("started")
    start(folder)
    return folder


@pytest.fixture
def folder(started: Path, tmp_path: Path) -> Path:
    return shutil.copytree(started, tmp_path / "data")


def filled(folder: Path, cells: Cells, document: str | None = DOCUMENT, on: Any = DECIDED) -> Path:
    """A form with (sheet, indicator, caption) -> what is typed, and its document."""
    path = write_targets_form(folder, folder / "forms", load(), "lianyungang")
    named = f"{document} {on} {len(cells)}.xlsx".replace("/", "-")
    with opened(path, folder / named) as book:
        for (sheet, indicator, caption), value in cells.items():
            type_in(book[sheet], "指标名称", {(indicator, caption): value})
        for item, value in (("文号", document), ("下达日期", on), ("下达单位", "市中小企业办")):
            type_in(book["任务文件"], "项目", {(item, "内容"): value})
    return folder / named


def handed_down(folder: Path, cells: Cells, document: str = DOCUMENT, on: dt.date = DECIDED) -> Added:
    """Fill in a form and add it."""
    [result] = hand_in(folder, filled(folder, cells, document, on))
    return result


def tasks(folder: Path) -> set[tuple[Any, ...]]:
    """Entered targets of the build: target, area, due date, value, baseline, decision."""
    columns = "target_id, area_code, due_on, value, baseline_value, decided_on"
    return set(rows(folder, f"select {columns} from core.target where origin = 'entered'"))


def exemptions(folder: Path) -> set[tuple[Any, ...]]:
    """Exemptions of the build: target, area, due date, decision."""
    return set(rows(folder, "select target_id, area_code, due_on, decided_on from core.target_exemption"))


def progress_of(folder: Path, area: str, as_of: dt.date, due_on: dt.date = END) -> list[tuple[Any, ...]]:
    """Target and state of an area's tasks on a day."""
    sql = "select target_id, target_value, state from mart.progress where area_code = ? and as_of = ? and due_on = ?"
    return rows(folder, sql + " order by target_id", area, as_of, due_on)


def test_what_is_filled_in_becomes_targets_of_the_areas(folder: Path) -> None:
    result = handed_down(
        folder,
        {
            (LAST, GIANTS, "海州"): 8,
            (LAST, GIANTS, "东海"): "不考核",
            (MIDDLE, GIANTS, "海州"): 6,
            (LAST, CONTROL, "海州"): 52.5,
            (BASE, GIANTS, "海州"): 3,
        },
    )
    assert (result.status, result.is_clean) == ("added", True)
    assert result.reading is not None
    assert (result.reading.kind, result.reading.tier, result.reading.event) == ("targets", None, None)
    assert result.rows is not None
    assert {key: result.rows.counts[key] for key in ("read", "accepted", "rejected")} == {
        "read": 5, "accepted": 5, "rejected": 0,
    }  # fmt: skip
    built(folder)
    decided = D(2023, 3, 1)
    assert tasks(folder) == {
        ("little_giants", "320706", D(2025, 12, 31), 8.0, 3.0, decided),
        ("little_giants", "320706", D(2024, 12, 31), 6.0, 3.0, decided),
        ("numerical_control_rate", "320706", D(2025, 12, 31), 52.5, None, decided),
    }
    assert exemptions(folder) == {("little_giants", "320722", D(2025, 12, 31), decided)}
    sql = (
        'select document_no, decided_by, comparator, baseline_on, starts_on, sheet, row, "column" from core.target '
        "where area_code = '320706' and target_id = 'numerical_control_rate'"
    )
    assert rows(folder, sql) == [
        ("连专精特新办〔2023〕1号", "市中小企业办", "gt", D(2022, 12, 31), D(2023, 1, 1), LAST, 12, "F")
    ]


def test_progress_of_districts_appears_and_an_exempt_district_has_none(folder: Path) -> None:
    handed_down(
        folder, {(LAST, "省级专精特新中小企业数", "海州"): 2, (LAST, "省级专精特新中小企业数", "东海"): "不考核"}
    )
    built(folder)
    assert progress_of(folder, "320706", D(2023, 2, 28)) == []
    # The lists came in October 2025: a form that came later says nothing about December.
    assert progress_of(folder, "320706", D(2025, 10, 31)) == [("srdi_smes", 2.0, "met_early")]
    assert progress_of(folder, "320722", D(2025, 10, 31)) == []
    assert progress_of(folder, "320703", D(2025, 10, 31)) == []
    assert progress_of(folder, "320706", D(2025, 12, 31)) == []


def test_a_new_version_is_a_new_file_and_the_past_keeps_the_old_one(folder: Path) -> None:
    srdi = "省级专精特新中小企业数"
    handed_down(folder, {(LAST, srdi, "海州"): 2, (LAST, srdi, "东海"): 1, (BASE, srdi, "海州"): 1})
    handed_down(folder, {(LAST, srdi, "海州"): 5, (LAST, srdi, "东海"): "不考核"}, "2号", D(2024, 6, 15))
    built(folder)
    # The second document says nothing of the baseline, so it stays.
    assert tasks(folder) == {
        ("srdi_smes", "320706", D(2025, 12, 31), 2.0, 1.0, D(2023, 3, 1)),
        ("srdi_smes", "320722", D(2025, 12, 31), 1.0, None, D(2023, 3, 1)),
        ("srdi_smes", "320706", D(2025, 12, 31), 5.0, 1.0, D(2024, 6, 15)),
    }
    assert progress_of(folder, "320706", D(2024, 5, 31))[0][1] == 2.0
    assert progress_of(folder, "320706", D(2024, 6, 30))[0][1] == 5.0
    assert len(progress_of(folder, "320722", D(2024, 5, 31))) == 1
    assert progress_of(folder, "320722", D(2024, 6, 30)) == []
    handed_down(folder, {(LAST, srdi, "东海"): 3}, "3号", D(2025, 2, 1))
    built(folder)
    assert progress_of(folder, "320722", D(2025, 1, 31)) == []
    assert progress_of(folder, "320722", D(2025, 2, 28))[0][1] == 3.0


def test_a_baseline_that_comes_later_restates_the_tasks_it_belongs_to(folder: Path) -> None:
    handed_down(folder, {(LAST, GIANTS, "海州"): 8, (MIDDLE, GIANTS, "海州"): 6, (LAST, CHAMPIONS, "海州"): 2})
    handed_down(folder, {(BASE, GIANTS, "海州"): 3, (BASE, GIANTS, "全市基数"): 13}, "2号", D(2024, 6, 15))
    built(folder)
    newest = {row for row in tasks(folder) if row[-1] == D(2024, 6, 15)}
    assert newest == {
        ("little_giants", "320706", D(2025, 12, 31), 8.0, 3.0, D(2024, 6, 15)),
        ("little_giants", "320706", D(2024, 12, 31), 6.0, 3.0, D(2024, 6, 15)),
        ("little_giants", "320700", D(2025, 12, 31), 25.0, 13.0, D(2024, 6, 15)),
    }


def test_the_sum_of_the_districts_stands_against_the_city(folder: Path, capsys: Any, monkeypatch: Any) -> None:
    cells = {(LAST, GIANTS, unit): 3 for unit in UNITS[:9]} | {(LAST, GIANTS, "云台山"): "不考核"}
    cells |= {(LAST, CHAMPIONS, "海州"): 3, (LAST, CONTROL, "海州"): 60, (LAST, LISTED, "海州"): 5}
    cells |= {(MIDDLE, CHAMPIONS, "海州"): 2, (MIDDLE, CHAMPIONS, "全市目标"): 4, ("2023年", CHAMPIONS, "海州"): 1}
    handed_down(folder, cells)
    monkeypatch.setenv("TRACKER_DATA", str(folder))
    assert main(["build"]) == 0
    found = rows(folder, "select * exclude (plan_id, units_estimated) from core.target_sum order by due_on, target_id")
    end, middle = D(2025, 12, 31), D(2024, 12, 31)
    assert found == [
        ("manufacturing_champions", D(2023, 12, 31), 1.0, None, None, 1, 0, 9),
        ("manufacturing_champions", middle, 2.0, 4.0, -2.0, 1, 0, 9),
        ("listed_enterprises", end, 5.0, 5.0, 0.0, 1, 0, 9),
        ("little_giants", end, 27.0, 25.0, 2.0, 9, 1, 0),
        ("manufacturing_champions", end, 3.0, 5.0, -2.0, 1, 0, 9),
    ]
    printed = capsys.readouterr().out
    assert "2025-12-31 小巨人：合计 27，全市 25，加压 2（1 个单位不考核，0 个单位未下达）" in printed
    assert "2025-12-31 单项冠军：合计 3，全市 5，少 2（0 个单位不考核，9 个单位未下达）" in printed
    assert "2023-12-31 单项冠军：合计 1，全市没有这一年的目标" in printed
    assert "2025-12-31 上市企业：合计 5，与全市相等" in printed
    # "About 5" is said of the city; a district with a task of 5 must reach 5.
    sql = "select comparator, tolerance from core.target where target_id = 'listed_enterprises' order by comparator"
    assert rows(folder, sql) == [("approx", 1.0), ("ge", None)]


def test_bad_cells_are_refused_by_their_place_and_the_rest_counts(folder: Path) -> None:
    result = handed_down(
        folder,
        {
            (LAST, GIANTS, "海州"): "八家左右",
            (LAST, GIANTS, "连云"): 2.5,
            (LAST, GIANTS, "赣榆"): -1,
            (LAST, CONTROL, "海州"): 0.5,
            (LAST, CONTROL, "连云"): 120,
            (LAST, GIANTS, "全市目标"): 30,
            (BASE, GIANTS, "海州"): "不考核",
            (LAST, GIANTS, "灌云"): 0,
            (BASE, GIANTS, "东海"): 0,
            (LAST, GIANTS, "东海"): "4家",
        },
    )
    assert result.rows is not None
    assert {(row["sheet"], row["row"], row["column"], row["rule"]) for row in result.rows.rejected.to_dicts()} == {
        (LAST, 7, "F", "target_unreadable"),
        (LAST, 7, "G", "not_whole"),
        (LAST, 7, "H", "below_minimum"),
        (LAST, 7, "J", "target_zero"),
        (LAST, 12, "F", "target_fraction"),
        (LAST, 12, "G", "above_maximum"),
        (LAST, 7, "E", "target_of_plan"),
        (BASE, 7, "F", "target_unreadable"),
    }
    assert not result.is_clean
    built(folder)
    assert tasks(folder) == {("little_giants", "320722", D(2025, 12, 31), 4.0, 0.0, D(2023, 3, 1))}
    assert len(rows(folder, "select * from core.rejected_row")) == 8


@pytest.mark.parametrize(
    ("document", "on", "code"),
    [
        (None, D(2023, 3, 1), "form.document_missing"),
        ("1号", None, "form.document_missing"),
        ("1号", "前年三月", "form.document_date"),
        ("1号", D(2026, 2, 1), "form.document_after_receipt"),
    ],
)
def test_a_task_needs_a_document_and_its_day(folder: Path, document: str | None, on: Any, code: str) -> None:
    path = filled(folder, {(LAST, GIANTS, "海州"): 8}, document, on)
    assert refusal_of(hand_in(folder, path)) == code


@pytest.mark.parametrize(("decided_on", "discouraged"), [(D(2026, 3, 31), 0), (D(2026, 4, 1), 2)])
def test_numbers_of_titled_enterprises_handed_down_since_the_new_rules_are_told_and_taken(
    folder: Path, capsys: pytest.CaptureFixture[str], decided_on: dt.date, discouraged: int
) -> None:
    cells: dict[tuple[str, str, str], Any] = {
        (LAST, GIANTS, "海州"): 8, (LAST, GIANTS, "东海"): 7, (LAST, GIANTS, "连云"): "不考核",
        (LAST, CONTROL, "海州"): 55, (BASE, GIANTS, "海州"): 3,
    }  # fmt: skip
    [result] = hand_in(folder, filled(folder, cells, DOCUMENT, decided_on), received_on=D(2026, 5, 1))
    assert isinstance(result.rows, TargetRows)
    assert (result.status, result.rows.counts["accepted"], result.rows.discouraged) == ("added", 5, discouraged)
    print_added([result], load())
    printed = capsys.readouterr().out
    record = added_record(result)
    for language, part in (("zh", "不层层设定培育数量指标"), ("en", "level by level")):
        assert (part in printed) == (part in " ".join(desk_words.notes(record, load(), language))) == bool(discouraged)


def test_an_untouched_form_and_an_edited_one(folder: Path) -> None:
    path = write_targets_form(folder, folder / "forms", load(), "lianyungang")
    assert refusal_of(hand_in(folder, path)) == "form.untouched"
    assert refusal_of(hand_in(folder, filled(folder, {}))) == "form.untouched"
    path = filled(folder, {(LAST, GIANTS, "海州"): 8})
    with opened(path) as book:
        book[LAST]["B2"] = "下发单位：南通市　规划期：2023—2025年"
    assert refusal_of(hand_in(folder, path)) == "form.title_differs"
    with opened(path) as book:
        book[LAST]["B2"] = "下发单位：连云港市　规划期：2023—2025年"
        book[LAST].cell(7, 1).value = "big_giants"
    [result] = hand_in(folder, path)
    assert result.rows is not None
    assert set(result.rows.rejected["rule"]) == {"target_unknown"}


def test_one_document_hands_tasks_down_once(folder: Path) -> None:
    first = handed_down(folder, {(LAST, GIANTS, "海州"): 8})
    again = filled(folder, {(LAST, GIANTS, "海州"): 9, (LAST, GIANTS, "东海"): 1})
    results = hand_in(folder, again)
    assert refusal_of(results) == "form.document_twice"
    assert results[0].refusal is not None
    assert str(first.file_id)[:12] in results[0].refusal.text("zh")
    assert hand_in(folder, again, replaces=first.file_id)[0].status == "added"
    built(folder)
    assert {row[3] for row in tasks(folder)} == {9.0, 1.0}
    assert len(Inbox(folder).counting()) == 3


def test_the_form_itself(folder: Path) -> None:
    path = write_targets_form(folder, folder / "forms", load(), "lianyungang")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["表单标识", "填报说明", "任务文件", BASE, "2023年", MIDDLE, LAST, "示例"]
    sheet = book[LAST]
    columns = captions(sheet)
    assert tuple(columns)[5:] == (*UNITS, "各单位合计", "合计与全市相比")
    assert sheet.column_dimensions["A"].hidden
    assert [sheet.cell(7, columns[name]).value for name in ("指标名称", "单位", "全市目标", "海州")] == [
        GIANTS,
        "家",
        25,
        None,
    ]
    assert [sheet.cell(7, columns[name]).protection.locked for name in ("全市目标", "海州", "各单位合计")] == [
        True,
        False,
        True,
    ]
    assert not book[MIDDLE].cell(7, columns["全市目标"]).protection.locked
    assert sheet.cell(7, columns["各单位合计"]).value == "=SUM(F7:O7)"
    assert sheet.cell(12, columns["各单位合计"]).value == "不相加"
    rule = next(rule for rule in sheet.data_validations.dataValidation if "F7" in rule.sqref)
    assert (rule.type, rule.formula1) == ("custom", 'OR(AND(ISNUMBER(F7),F7>0),F7="不考核")')
    assert sheet.max_row == HEADER + len(load().plans["lianyungang"].targets)


def test_a_form_that_is_written_with_answers_is_read_like_one_filled_by_hand(folder: Path) -> None:
    cells: dict[tuple[str, str, str], float | str] = {
        (LAST, "little_giants", "320706"): 8,
        (LAST, "little_giants", "320722"): "不考核",
    }
    answers = Answers(Document("=1号", DECIDED, "市中小企业办"), cells)
    catalog = load()
    path = write_targets(folder, catalog.plans["lianyungang"], catalog, None, answers)
    assert hand_in(folder, path)[0].is_clean
    built(folder)
    assert tasks(folder) == {("little_giants", "320706", END, 8.0, None, DECIDED)}
    assert exemptions(folder) == {("little_giants", "320722", END, DECIDED)}
    assert rows(folder, "select distinct document_no from core.target_exemption") == [("=1号",)]


def test_every_plan_has_its_form(folder: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(folder))
    for plan_id in load().plans:
        arguments = ["template", "targets", "--plan", plan_id, "--out", str(folder / plan_id), "--json"]
        assert main(arguments) == 0
        assert Path(json.loads(capsys.readouterr().out)["path"]).exists()
