"""Corrections: what they change, what they leave alone, and what is said of them when they apply no longer."""

from __future__ import annotations

import datetime as dt
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.__main__ import main
from etl.add import Statement, add_files, withdraw
from etl.build import Built
from etl.corrections import Correction, correction_book, is_as_expected
from etl.corrections_add import Recorder, Stated
from etl.corrections_batch import Expected, record_batch
from etl.corrections_open import open_cells
from etl.inbox import Inbox
from etl.refusal import Refusal
from tests.form_inputs import HEADER, captions, opened
from tests.value_worlds import CATALOG, QUARTER_END, report, values_of
from tests.worlds import RECEIVED_ON, add, built, count, rows, write_list
from tracker.about import correction_act

LIST = "序号,企业名称,所属县区\n1,甲公司,海州区\n2,乙公司,东山区\n3,丙公司,东海县"
DAY = dt.date(2023, 12, 31)


def correct(data_folder: Path, **stated: Any) -> Correction:
    """Record one correction of 王工 unless the test says else."""
    values = {"to": None, "reason": "已核对", "by": "王工"} | stated
    return Recorder(data_folder, CATALOG).record(Stated(**values), keep=True)[0]


def refused(data_folder: Path, **stated: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        correct(data_folder, **stated)
    assert "{" not in str(refusal.value)
    assert not correction_book(Inbox(data_folder)).records()
    return refusal.value.code


def file_of(data_folder: Path, lines: str = LIST, name: str = "名单.csv", **statement: Any) -> str:
    """A list taken in: its file id."""
    added = add(data_folder, write_list(data_folder / "files", name, lines), **statement)
    assert added.file_id is not None
    return added.file_id


def traced(data_folder: Path) -> list[tuple[Any, ...]]:
    sql = 'select state, cause, row, "column", old_value, new_value from core.correction order by all'
    return rows(data_folder, sql)


def corrected_debts(published: Built) -> list[str]:
    return [kind for kind in published.debts["kind"] if kind.startswith("correction_")]


def test_an_overridden_cell_goes_through_the_same_checks_and_keeps_its_trace(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    assert built(tmp_path).readings["rejected"].to_list() == [1]
    correct(tmp_path, file=file, row=3, column="C", expect="东山区", to="东海县")
    published = built(tmp_path)
    assert published.readings.select("accepted", "rejected", "is_complete").row(0) == (3, 0, True)
    assert count(tmp_path, "srdi", "320722", DAY) == 2
    assert traced(tmp_path) == [("applied", None, 3, "C", "东山区", "东海县")]
    assert (published.change.height > 0, corrected_debts(published)) == (True, [])


def test_a_wrong_correction_is_rejected_like_a_wrong_cell(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    correct(tmp_path, file=file, row=3, column="所属县区", expect="东山区", to="连云区开发区")
    built(tmp_path)
    assert rows(tmp_path, "select rule, row, value from core.rejected_row") == [("area_ambiguous", 3, "连云区开发区")]


def test_a_text_that_names_no_area_is_no_area(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    for text in ("5", "西山区", "？", "名单"):
        with pytest.raises(Refusal, match=f"“{text}”不是属地.*海州区、连云区、赣榆区"):
            correct(tmp_path, file=file, row=3, column="C", expect="东山区", to=text)
    where = {"enterprise": "甲公司", "tier": "专精特新中小企业", "column": "所属县区", "expect": "海州区"}
    assert refused(tmp_path, **where, to="5") == "correction.unknown_area"
    correct(tmp_path, file=file, row=3, column="B", expect="乙公司", to="5")
    correct(tmp_path, file=file, row=3, column="C", expect="东山区", to="市直")


def test_a_dropped_row_is_no_longer_read_and_the_file_stays_as_it_came(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    original = Inbox(tmp_path).original(file).read_bytes()
    correct(tmp_path, file=file, row=3, expect="乙公司")
    counts = built(tmp_path).readings.select("read", "accepted", "out_of_area", "rejected", "is_complete").row(0)
    assert counts == (3, 2, 1, 0, True)
    assert Inbox(tmp_path).original(file).read_bytes() == original
    assert traced(tmp_path) == [("applied", None, 3, None, "乙公司", None)]


def test_who_is_taken_out_by_a_refused_cell_does_not_count_and_stays_visible(tmp_path: Path) -> None:
    """Neither word of people admits a row: taken out it leaves, and a cell with an area cannot be emptied."""
    lines = "企业名称,统一社会信用代码,所属县区\n甲公司,,海州区\n乙公司,,无名县"
    lines += "\n丙公司,91320902MA1XXXXXX1,东海县\n,,东海县"
    file = file_of(tmp_path, lines, announced=("4",))
    assert built(tmp_path).readings["rejected"].to_list() == [3]
    cell: dict[str, Any] = {"file": file, "row": 3, "column": "C", "expect": "无名县"}
    assert refused(tmp_path, **cell, is_emptied=True) == "correction.emptied_area"
    assert refused(tmp_path, **cell | {"expect": "东山区"}) == "correction.differs"
    out = [
        correct(tmp_path, **cell, reason="非本市"),
        correct(tmp_path, file=file, row=4, column="B", expect="91320902MA1XXXXXX1", reason="非本市"),
        # A cell without text can be what is wrong with a row: known by what else stands in it.
        correct(tmp_path, file=file, row=5, column="A", expect="", reason="空行"),
    ]
    assert [(one.column, one.expect) for one in out] == [(None, "乙公司"), (None, "丙公司"), (None, "东海县")]
    published = built(tmp_path)
    counts = published.readings.select("read", "accepted", "out_of_area", "rejected", "is_complete").row(0)
    assert counts == (4, 1, 3, 0, True)
    assert "announced_differs" not in published.debts["kind"]
    assert count(tmp_path, "srdi", "320700", DAY) == 1
    assert rows(tmp_path, "select row, rule, value, name_as_printed, number from core.rejected_row order by 1") == [
        (3, "row_dropped", "非本市（王工）", "乙公司", 0),
        (4, "row_dropped", "非本市（王工）", "丙公司", 0),
        (5, "row_dropped", "空行（王工）", "东海县", 0),
    ]
    assert open_cells(tmp_path, CATALOG)[1] == []


def test_only_the_cell_is_emptied_where_a_person_says_so(tmp_path: Path) -> None:
    lines = "企业名称,统一社会信用代码,所属县区\n甲公司,91320902MA1XXXXXX1,海州区"
    file = file_of(tmp_path, lines)
    correct(tmp_path, file=file, row=2, column="B", expect="91320902MA1XXXXXX1", is_emptied=True)
    assert built(tmp_path).readings.select("accepted", "rejected").row(0) == (1, 0)
    assert traced(tmp_path) == [("applied", None, 2, "B", "91320902MA1XXXXXX1", None)]
    assert rows(tmp_path, "select * from core.rejected_row") == []


def test_a_record_of_an_earlier_version_means_what_it_meant(tmp_path: Path) -> None:
    """Then a drop with a column emptied the cell; the row is taken out by a later record over it."""
    file = file_of(tmp_path)
    earlier = Correction(
        recorded_at=dt.datetime(2026, 1, 15, 9), by="王工", reason="非本市",
        action="drop", expect="东山区", file_id=file, sheet="", row=3, column="C",
    )  # fmt: skip
    correction_book(Inbox(tmp_path)).add(earlier)
    assert built(tmp_path).readings["accepted"].to_list() == [3]
    assert correction_act(earlier.model_dump()) == "emptied"
    later = correct(tmp_path, file=file, row=3, column="C", expect="东山区")
    assert correction_act(later.model_dump()) == "drop"
    assert built(tmp_path).readings.select("read", "accepted", "out_of_area").row(0) == (3, 2, 1)
    assert [row[:2] for row in traced(tmp_path)] == [("applied", None), ("not_needed", "superseded")]


def test_the_form_takes_rows_out_and_knows_no_word_that_could_mean_a_cell_or_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file_of(tmp_path, LIST + "\n4,丁公司,西山区")
    built(tmp_path)
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    main(["template", "corrections", "--out", str(tmp_path / "forms")])
    capsys.readouterr()
    [form] = (tmp_path / "forms").iterdir()
    with opened(form, tmp_path / "收回.xlsx") as book:
        sheet = book["更正"]
        column = captions(sheet)
        for row, act in ((HEADER + 1, "剔除整行"), (HEADER + 2, "删除")):
            assert sheet.cell(row, column["列"]).value == "C"
            for caption, text in (("处理", act), ("理由", "非本市"), ("更正人", "王工")):
                sheet.cell(row, column[caption]).value = text
    assert main(["add", str(tmp_path / "收回.xlsx")]) == 1
    printed = capsys.readouterr().out
    assert "记录 1，已有 0，退回 1" in printed
    assert "“剔除整行”（这一行不计）、“清空这一格”（整行照常计算）" in printed
    assert built(tmp_path).readings.select("accepted", "out_of_area", "rejected").row(0) == (2, 1, 1)


def test_a_code_typed_by_a_person_is_no_number_cell(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in (("企业名称", "统一社会信用代码", "所属县区"), ("甲公司", 913501000001000, "海州区")):
        sheet.append(line)
    path = tmp_path / "files" / "名单.xlsx"
    path.parent.mkdir()
    book.save(path)
    added = add(tmp_path, path)
    assert added.rows is not None
    assert added.rows.rejected["rule"].to_list() == ["uscc_number_cell"]
    correct(tmp_path, file=added.file_id, row=2, column="B", expect="913501000001000", to="91350100M000100Y43")
    built(tmp_path)
    assert rows(tmp_path, "select uscc from core.enterprise") == [("91350100M000100Y43",)]


@pytest.mark.parametrize("kind", ["pool", "ledger"])
def test_pools_and_ledgers(tmp_path: Path, kind: str) -> None:
    if kind == "pool":
        file = file_of(tmp_path, kind="pool", event=None)
        correct(tmp_path, file=file, row=3, column="C", expect="东山区", to="东海县")
        built(tmp_path)
        assert rows(tmp_path, "select area_code, count(*) from core.pool_entry group by all order by all") == [
            ("320706", 1),
            ("320722", 2),
        ]
        return
    lines = "企业名称,所属县区,小巨人批次,专精特新批次\n甲公司,海州区,第五批,2023年度\n乙公司,海州区,第伍批,2023年度"
    file = file_of(tmp_path, lines, "台账.csv", kind="ledger", tier=None, event=None, event_on=None, year_day="12-31")
    correct(tmp_path, file=file, row=3, column="C", expect="第伍批", to="第五批")
    correct(tmp_path, enterprise="甲公司", tier="小巨人", expect="第五批")
    built(tmp_path)
    held = rows(
        tmp_path,
        "select name_as_printed, tier from core.recognition_event order by name_as_printed, tier",
    )
    assert held == [("乙公司", "little_giant"), ("乙公司", "srdi"), ("甲公司", "srdi")]


def test_values_of_an_enterprise_and_of_an_area_by_whose_and_when(tmp_path: Path) -> None:
    file_of(tmp_path)
    report(
        tmp_path,
        "企业.csv",
        "企业名称,研发费用（万元）\n甲公司,35000000\n丙公司,约30",
        area="连云港市",
        period="2025Q3",
    )
    report(tmp_path, "地区.csv", "县区,服务专员数\n海州区,300\n东海县,4", area="连云港市", period="2025Q3")
    built(tmp_path)
    correct(tmp_path, enterprise="甲公司", measure="研发费用", period="2025Q3", expect="35,000,000", to="3500")
    correct(tmp_path, enterprise="丙公司", measure="研发费用", period="2025Q3", expect="约30", to="30")
    correct(tmp_path, area="海州区", measure="服务专员数", period="2025Q3", expect="300", to="3")
    built(tmp_path)
    assert [row[2] for row in values_of(tmp_path)] == [30.0, 3500.0]
    assert rows(tmp_path, "select value from core.reported_value order by 1") == [(3.0,), (4.0,)]
    assert {state for state, *_ in traced(tmp_path)} == {"applied"}


def test_a_doubtful_value_is_right_and_stays_with_its_reason(tmp_path: Path) -> None:
    file_of(tmp_path)
    for period, amount in (("2025Q2", 35), ("2025Q3", 350000)):
        lines = f"企业名称,研发费用（万元）\n甲公司,{amount}"
        report(tmp_path, f"{period}.csv", lines, area="连云港市", period=period)
    where: dict[str, Any] = {"enterprise": "甲公司", "measure": "研发费用", "period": "2025Q3", "expect": "350000"}
    [taken] = record_batch(
        [Stated(**where, to=None, reason="并购", by="王工", is_right=True)], tmp_path, CATALOG, keep=True
    )
    assert taken.expected == Expected("accepted")
    built(tmp_path)
    sql = "select question, reason, value from core.value_question"
    assert rows(tmp_path, sql) == [("unit_jump", "并购 (王工)", 350000.0)]
    assert traced(tmp_path) == [("applied", None, 2, "B", "350000", None)]


def test_each_correction_of_a_batch_says_what_becomes_of_its_row(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    common: dict[str, Any] = {"file": file, "column": "C", "reason": "已核对", "by": "王工"}
    batch = [
        Stated(**common, row=3, expect="东山区", to="东海县"),
        Stated(**common, row=2, expect="海州区", to="连云区开发区"),
        Stated(**common, row=4, expect="海州区", to="东海县"),
        Stated(**common, row=3, expect="东山区", to="灌云县"),
    ]
    outcomes = record_batch(batch, tmp_path, CATALOG, keep=False)
    fates = [one.expected.state if one.expected else None for one in outcomes]
    assert fates == ["accepted", "refused", None, None]
    assert outcomes[1].expected is not None
    assert outcomes[1].expected.rejections[0]["value"] == "连云区开发区"
    codes = [one.refusal.code if one.refusal else None for one in outcomes]
    assert codes == [None, None, "correction.already_so", "correction.already"]
    assert not correction_book(Inbox(tmp_path)).records()


def test_a_value_is_taken_out(tmp_path: Path) -> None:
    file_of(tmp_path)
    report(tmp_path, "企业.csv", "企业名称,研发费用（万元）\n甲公司,35\n丙公司,30", area="连云港市", period="2025Q3")
    correct(tmp_path, enterprise="甲公司", measure="研发费用", period="2025Q3", expect="35")
    built(tmp_path)
    assert [(row[0], row[2]) for row in values_of(tmp_path)] == [("丙公司", 30.0)]


def test_a_title_is_taken_from_an_enterprise_on_the_list_of_its_batch_alone(tmp_path: Path) -> None:
    file_of(tmp_path, batch="2023")
    file_of(tmp_path, LIST.replace("乙", "丁"), "另一份.csv", batch="2024", event_on=dt.date(2024, 6, 1))
    correct(tmp_path, enterprise="甲公司", tier="srdi", period="2024", expect="甲公司")
    built(tmp_path)
    sql = "select batch from core.recognition_event where name_as_printed = '甲公司'"
    assert rows(tmp_path, sql) == [("2023",)]


def test_a_correction_that_applies_no_longer_is_a_debt_and_stops_nothing(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    correct(tmp_path, file=file, row=3, column="C", expect="东山区", to="东海县")
    correct(tmp_path, enterprise="丙公司", tier="srdi", column="所属县区", expect="东海县", to="灌云县")
    withdraw(file, tmp_path, by="王工", reason="传错")
    repaired = LIST.replace("东山区", "东海县").replace("丙公司,东海县", "丙公司,赣榆区")
    file_of(tmp_path, repaired, "更正.csv")
    published = built(tmp_path)
    assert sorted(corrected_debts(published)) == ["correction_differs", "correction_file_gone"]
    assert published.readings["accepted"].to_list() == [3]
    assert [row[:2] for row in traced(tmp_path)] == [("guard_failed", "differs"), ("not_needed", "file_gone")]


def test_what_the_source_repaired_itself_is_no_longer_needed(tmp_path: Path) -> None:
    first = file_of(tmp_path)
    correct(tmp_path, enterprise="乙公司", tier="专精特新", column="所属县区", expect="东山区", to="东海县")
    assert corrected_debts(built(tmp_path)) == []
    withdraw(first, tmp_path, by="王工", reason="换成更正后的名单")
    file_of(tmp_path, LIST.replace("东山区", "东海县"), "更正后.csv")
    assert corrected_debts(built(tmp_path)) == ["correction_already_so"]
    assert traced(tmp_path) == [("not_needed", "already_so", 3, "C", "东海县", None)]


def test_a_withdrawn_correction_stays_on_record_and_changes_nothing(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    before = built(tmp_path)
    correction = correct(tmp_path, file=file, row=3, column="C", expect="东山区", to="东海县")
    book = correction_book(Inbox(tmp_path))
    at = dt.datetime(2026, 1, 15, 9)
    book.withdraw(correction.correction_id[:8], "李处", "核对有误", at)
    with pytest.raises(Refusal, match="已经撤回"):
        book.withdraw(correction.correction_id, "李处", "再撤", at)
    after = built(tmp_path)
    assert after.readings["rejected"].to_list() == before.readings["rejected"].to_list() == [1]
    sql = "select state, withdrawn_by, withdrawn_reason from core.correction"
    assert rows(tmp_path, sql) == [("withdrawn", "李处", "核对有误")]
    assert len(list(book.folder.iterdir())) == 2


def test_of_two_corrections_of_one_cell_the_newer_decides(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    first = correct(tmp_path, file=file, row=3, column="C", expect="东山区", to="东海县")
    with pytest.raises(Refusal, match=first.correction_id):
        correct(tmp_path, enterprise="乙公司", tier="srdi", column="所属县区", expect="东山区", to="灌云县")
    # Two people on two computers may still record both.
    later = first.model_copy(update={"value": "灌云县", "recorded_at": first.recorded_at + dt.timedelta(hours=1)})
    correction_book(Inbox(tmp_path)).add(later)
    assert corrected_debts(built(tmp_path)) == ["correction_superseded"]
    assert count(tmp_path, "srdi", "320723", DAY) == 1


def test_the_same_correction_twice_is_one(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    stated = {"file": file, "row": 3, "column": "C", "expect": "东山区", "to": "东海县"}
    assert correct(tmp_path, **stated) == correct(tmp_path, **stated, by="李处")
    assert len(correction_book(Inbox(tmp_path)).records()) == 1


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"row": 3, "column": "C", "expect": "东海县", "to": "x"}, "correction.differs"),
        ({"row": 9, "column": "C", "expect": "东海县", "to": "x"}, "correction.row_gone"),
        ({"row": 2, "column": "C", "expect": "海州", "to": "海州区"}, "correction.already_so"),
        ({"row": 3, "column": "地址", "expect": "东山区", "to": "x"}, "correction.unknown_column"),
        ({"row": 3, "sheet": "表2", "column": "C", "expect": "东山区", "to": "x"}, "correction.unknown_sheet"),
        ({"column": "C", "expect": "东山区", "to": "x"}, "correction.missing_row"),
        ({"row": 3, "expect": "东山区", "to": "x"}, "correction.missing_column"),
        ({"row": 3, "expect": ""}, "correction.drop_without_expect"),
        ({"row": 3, "expect": "东山区", "is_emptied": True}, "correction.missing_column"),
        ({"row": 3, "column": "C", "expect": "", "is_emptied": True}, "correction.drop_without_expect"),
        ({"row": 3, "column": "C", "expect": "x", "to": "y", "is_emptied": True}, "correction.to_or_drop"),
        ({"row": 3, "column": "C", "expect": "东山区", "to": " "}, "correction.to_or_drop"),
        ({"row": 3, "column": "C", "expect": "东山区", "to": "x", "by": " "}, "correction.missing_by"),
        ({"file": None, "enterprise": "甲公司", "expect": "x"}, "correction.where"),
        ({"file": None, "area": "海州区", "tier": "srdi", "expect": "x"}, "correction.where"),
        ({"file": None, "enterprise": "无", "tier": "srdi", "expect": "x"}, "correction.row_gone"),
        ({"file": None, "enterprise": "甲公司", "tier": "最牛", "expect": "x"}, "add.unknown_tier"),
        ({"file": None, "enterprise": "甲公司", "measure": "无", "expect": "x"}, "correction.unknown_measure"),
        ({"file": None, "enterprise": "甲公司", "measure": "研发费用", "expect": "x"}, "values.bad_period"),
    ],
)
def test_a_correction_that_cannot_be_meant_is_refused(tmp_path: Path, stated: dict[str, Any], code: str) -> None:
    file = file_of(tmp_path)
    if code == "correction.already_so":
        stated = stated | {"to": "海州区"}
    assert refused(tmp_path, **{"file": file} | stated) == code


def test_a_file_that_does_not_count_needs_no_correction(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    withdraw(file, tmp_path, by="王工", reason="传错")
    assert refused(tmp_path, file=file, row=3, column="C", expect="东山区", to="x") == "correction.file_gone"


TEXT = st.text(st.sampled_from("甲乙丙 东海县（）()A1.,"), max_size=6)


@given(TEXT, TEXT)
@settings(max_examples=200)
def test_a_guard_never_takes_a_blank_for_a_text_nor_one_number_for_another(printed: str, expected: str) -> None:
    assert is_as_expected(printed, printed)
    assert is_as_expected(printed, expected) == is_as_expected(expected, printed)
    if is_as_expected(printed, expected):
        assert bool(printed.strip(" ")) == bool(expected.strip(" "))


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_a_guard_reads_a_number_as_excel_shows_it(value: float) -> None:
    shown = f"{value:,.2f}"
    assert is_as_expected(repr(round(value, 2)), shown)
    assert not is_as_expected(repr(round(value, 2) + 1), shown) or math.isinf(value)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("2025-07-01", "2025/7/1"), ("甲（集团）公司", "甲(集团)公司"), ("0.523", "52.3%"), (None, "")],
)
def test_a_guard_knows_other_spellings_of_the_same(printed: str | None, expected: str) -> None:
    assert is_as_expected(printed, expected)


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(3)), st.lists(st.booleans(), min_size=3, max_size=3))
def test_corrections_change_their_own_cells_whatever_their_order(order: list[int], is_dropped: list[bool]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        file = file_of(data, LIST.replace("东山区", "赣榆区"))
        names = ["甲公司", "乙公司", "丙公司"]
        for place in order:
            changed = (
                {"expect": names[place]}
                if is_dropped[place]
                else {"expect": names[place], "to": f"新{place}", "column": "B"}
            )
            correct(data, file=file, row=place + 2, **changed)
        built(data)
        left = [(f"新{place}",) for place in range(3) if not is_dropped[place]]
        assert rows(data, "select name_as_printed from core.recognition_event order by 1") == left


def test_the_form_lists_what_was_refused_and_add_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file_of(tmp_path, LIST.replace("甲公司", ""))
    report(tmp_path, "企业.csv", "企业名称,研发费用（万元）\n丙公司,3", area="连云港市", period="2024")
    report(tmp_path, "企业2.csv", "企业名称,研发费用（万元）\n丙公司,30000", area="连云港市", period="2025")
    built(tmp_path)
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    assert main(["template", "corrections", "--out", str(tmp_path / "forms"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rows"] == 3
    form, filled = Path(said["path"]), tmp_path / "收回.xlsx"
    with opened(form, filled) as book:
        sheet = book["更正"]
        column = captions(sheet)
        for row in range(HEADER + 1, HEADER + 4):
            values = {"东山区": "东海县", "30000": "3", None: "己公司", "": "己公司"}
            sheet.cell(row, column["正确值"]).value = values[sheet.cell(row, column["原值"]).value]
            sheet.cell(row, column["理由"]).value = "已核对"
            sheet.cell(row, column["更正人"]).value = "王工"
        free = HEADER + 4
        for caption, text in (
            ("企业或地区", "丙公司"),
            ("称号或指标", "专精特新"),
            ("列", "所属县区"),
            ("原值", "东海县"),
        ):
            sheet.cell(free, column[caption]).value = text
        for caption, text in (("正确值", "灌云县"), ("理由", "已核对"), ("更正人", "王工")):
            sheet.cell(free, column[caption]).value = text
        sheet.cell(free + 1, column["正确值"]).value = "没有说改哪里"
    assert main(["add", str(filled)]) == 1
    printed = capsys.readouterr().out
    assert "读取 5 条更正：记录 4，已有 0，退回 1" in printed
    assert "row 9, column M: The reason (--reason) is missing." in printed
    assert main(["add", str(filled)]) == 1
    assert "记录 0，已有 4" in capsys.readouterr().out
    published = built(tmp_path)
    assert published.debts.filter(kind="unit_jump").is_empty()
    sql = "select name_as_printed, area_code from core.recognition_event order by 2, 1"
    assert rows(tmp_path, sql) == [("己公司", "320706"), ("乙公司", "320722"), ("丙公司", "320723")]
    assert main(["template", "corrections", "--out", str(tmp_path / "forms"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 0
    assert {origin for (origin,) in rows(tmp_path, "select origin from core.correction")} == {"收回.xlsx"}


def test_an_untouched_form_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file_of(tmp_path)
    built(tmp_path)
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    main(["template", "corrections", "--out", str(tmp_path / "forms")])
    [form] = (tmp_path / "forms").iterdir()
    [result] = add_files([form], Statement(received_on=RECEIVED_ON), tmp_path, CATALOG, keep=True)
    assert result.status == "skipped"


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    file = file_of(tmp_path)
    cell = (
        "correct",
        file[:8],
        "--row",
        "3",
        "--column",
        "所属县区",
        "--expect",
        "东山区",
        "--reason",
        "核对",
        "--by",
        "王工",
    )
    assert main([*cell]) == 1
    assert main([*cell, "--to", "东海县", "--drop"]) == 1
    assert main([*cell[:-6], "--to", "东海县", "--reason", "核对", "--by", "王工"]) == 1
    assert "没有写原值" in capsys.readouterr().out
    assert main([*cell, "--to", "东海县"]) == 0
    assert "名单.csv C3：“东山区”改为“东海县”" in capsys.readouterr().out
    assert main([*cell, "--to", "东海县"]) == 0
    assert "更正已有，没有变化" in capsys.readouterr().out
    assert main(["build"]) == 0
    assert "更正：生效 1 条，不再适用 0 条" in capsys.readouterr().out
    assert main(["corrections", "--json"]) == 0
    [said] = json.loads(capsys.readouterr().out)
    assert (said["state"], said["by"], said["expect"]) == ("applied", "王工", "东山区")
    assert main(["correct", "--withdraw", said["correction_id"][:8], "--reason", "有误", "--by", "李处"]) == 0
    assert main(["corrections"]) == 0
    assert "李处" in capsys.readouterr().out
    assert main(["correct", "--withdraw", "ffffff", "--reason", "有误", "--by", "李处"]) == 1


def test_an_altered_record_stops_the_build(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    correct(tmp_path, file=file, row=3, column="C", expect="东山区", to="东海县")
    [path] = correction_book(Inbox(tmp_path)).folder.iterdir()
    path.write_text(path.read_text(encoding="utf-8").replace("action: override", "action: erase"), encoding="utf-8")
    with pytest.raises(Refusal, match="无法读取"):
        built(tmp_path)


def test_of_values_the_corrected_one_is_the_one_in_force(tmp_path: Path) -> None:
    file_of(tmp_path)
    report(tmp_path, "企业.csv", "企业名称,研发费用（万元）\n甲公司,3", area="连云港市", period="2025Q3")
    correct(tmp_path, enterprise="甲公司", measure="研发费用", period="2025-09", expect="3", to="4")
    built(tmp_path)
    [(value, day)] = rows(tmp_path, "select value, period_end from core.enterprise_value")
    assert (value, day) == (4.0, QUARTER_END)
