"""Reporting sheets: what may stand in a cell, whose value it is, of when, and what becomes of it in a build."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.add import Statement, add_files
from etl.inbox import Reading
from etl.report_added import row_message
from etl.values import ValueRows, judge_values
from tests.read_inputs import book, read
from tests.value_worlds import CATALOG, LIST, judged, observed, refused, report, stated, values_of
from tests.worlds import RECEIVED_ON, add, built, rows, write_list
from tracker.text import LANGUAGES

D = dt.date
Q2, Q3, YEAR = D(2025, 6, 30), D(2025, 9, 30), D(2025, 12, 31)


@pytest.mark.parametrize(
    "half_year",
    [
        "盐城2025年上半年报表\n地区,智能车间数\n海州区,12",
        "盐城报表（2025年1—6月）\n地区,智能车间数\n海州区,12",
        "盐城报表\n地区,期间,智能车间数\n海州区,2025年上半年,12",
        "盐城2025年6月报表\n地区,1-6月智能车间数\n海州区,12",
        "指标,2025年上半年,2024年上半年\n智能车间数,12,3",
    ],
)
def test_a_report_keeps_how_long_its_period_lasts(tmp_path: Path, half_year: str) -> None:
    outcome = judged(tmp_path, half_year, "area_values", period_end=None, area_code="320706")
    assert set(outcome.accepted["period_months"]) == {6}
    assert outcome.accepted["period_end"][0] == Q2


# --- Layouts -----------------------------------------------------------------------------------------------------


def test_one_row_an_enterprise(tmp_path: Path) -> None:
    outcome = judged(
        tmp_path,
        """
        海州区2025年第三季度情况表,,,,,
        填报单位：海州区工信局,,,单位：万元,,
        序号,企业名称,营业收入,关键工序数,所属产业链,上年同期
        1,甲公司,"1,200.5",20,高端装备,1
        2,乙公司,,—,,1
        合计,,1200.5,20,,2
        """.replace("        ", ""),
        period_end=None,
    )
    assert stated(outcome) == [
        ("甲公司", "operating_revenue_10k_yuan", Q3, 1200.5),
        ("甲公司", "key_processes", Q3, 20.0),
        ("乙公司", "key_processes", Q3, None),
        ("甲公司", "industrial_chain", Q3, None),
    ]
    assert outcome.accepted["value_text"].to_list() == ["1,200.5", None, "—", "高端装备"]
    assert outcome.counts == {"read": 4, "accepted": 4, "out_of_area": 0, "rejected": 0, "duplicate": 0, "blank": 2}
    assert outcome.unread == ("上年同期",)


def test_years_in_captions_and_units_in_cells(tmp_path: Path) -> None:
    text = "企业名称,2023年研发费用（元）,2024年研发费用（元）\n甲公司,12000000,0.15亿元"
    assert stated(judged(tmp_path, text)) == [
        ("甲公司", "research_expense_10k_yuan", D(2023, 12, 31), 1200.0),
        ("甲公司", "research_expense_10k_yuan", D(2024, 12, 31), 1500.0),
    ]


def test_the_batch_of_a_title_is_no_period(tmp_path: Path) -> None:
    text = "企业名称,认定批次,获评年度,关键工序数\n甲公司,第五批,2023年,20"
    assert stated(judged(tmp_path, text)) == [("甲公司", "key_processes", Q3, 20.0)]
    (tmp_path / "b").mkdir()
    year = judged(tmp_path / "b", "企业名称,年度,关键工序数\n甲公司,2024年,20\n乙公司,去年,5")
    assert stated(year) == [("甲公司", "key_processes", D(2024, 12, 31), 20.0)]
    assert refused(year) == [(3, "B", "period_unreadable", 1)]


def test_one_value_a_row(tmp_path: Path) -> None:
    text = """企业名称,指标,单位,年度,季度,数值
甲公司,关键工序数,个,2025年,三季度,20
甲公司,营业收入,万元,2025年,2025Q2,1200
甲公司,研发费用,元,2025,前三季度,500000
甲公司,经营管理数字化,,2025,三季度,是
甲公司,利润总额,万元,2025,三季度,9
甲公司,研发费用,%,2025,三季度,5
甲公司,关键工序数,个,2025,五季度,20"""
    outcome = judged(tmp_path, text, period_end=None)
    assert stated(outcome) == [
        ("甲公司", "key_processes", Q3, 20.0),
        ("甲公司", "operating_revenue_10k_yuan", Q2, 1200.0),
        ("甲公司", "research_expense_10k_yuan", Q3, 50.0),
        ("甲公司", "has_digital_management", Q3, 1.0),
    ]
    assert refused(outcome) == [
        (6, "B", "measure_unknown", 1),
        (7, "C", "unit_differs", 1),
        (8, "E", "period_unreadable", 1),
    ]


def test_blanks_around_a_cell_change_nothing(tmp_path: Path) -> None:
    text = """企业名称,信用代码,指标,单位,年度,季度,数值
甲公司,,关键工序数,个,2025年,三季度,20
甲公司,,营业收入,%,2025年,三季度,20
甲公司,,不知所云,个,2025年,三季度,20
甲公司,,关键工序数,个,2025年,某季度,20
乙公司,,关键工序数,个,2025年,三季度,廿
乙公司,,所属产业链,,2025年,三季度,高端装备
乙公司,,经营管理数字化,,2025年,三季度,是
丙公司,12,关键工序数,个,2025年,三季度,4"""
    plain = judged(tmp_path, text, period_end=None)
    (tmp_path / "wide").mkdir()
    lines = (line.split(",") for line in text.splitlines())
    wide = "\n".join(",".join(f" {cell}　 " if cell else "" for cell in cells) for cells in lines)
    spaced = judged(tmp_path / "wide", wide, period_end=None)
    assert (plain.counts["accepted"], plain.counts["rejected"]) == (3, 5)
    assert spaced.counts == plain.counts
    assert spaced.who.equals(plain.who)
    assert spaced.accepted.equals(plain.accepted)
    assert spaced.rejected.equals(plain.rejected)


def test_areas_by_indicators(tmp_path: Path) -> None:
    text = """地区,智能车间（个）,服务专员数,样本数
海州区,3,12,40
连云,2,—,10
市直,1,,
全市,9,40,
南京市,1,,"""
    outcome = judged(tmp_path, text, "area_values")
    assert stated(outcome) == [
        ("320706", "smart_workshops", Q3, 3.0),
        ("320703", "smart_workshops", Q3, 2.0),
        ("320700", "smart_workshops", Q3, 9.0),
        ("320706", "service_officers", Q3, 12.0),
        ("320703", "service_officers", Q3, None),
        ("320700", "service_officers", Q3, 40.0),
    ]
    assert outcome.accepted["sample_size"].to_list() == [40, 10, None, 40, 10, None]
    assert refused(outcome) == [(4, "A", "area_unknown", 1)]
    assert (outcome.counts["read"], outcome.counts["out_of_area"]) == (8, 1)


def test_indicators_by_areas_and_indicators_by_periods(tmp_path: Path) -> None:
    crossed = judged(
        tmp_path, "指标名称,单位,海州区,市开发区\n智能车间数,个,3,2\n规上中小企业主营业务收入,亿元,1.5,2", "area_values"
    )
    assert stated(crossed) == [
        ("320706", "smart_workshops", Q3, 3.0),
        ("320706", "main_business_revenue_of_larger_smes_10k_yuan", Q3, 15000.0),
        ("320771", "smart_workshops", Q3, 2.0),
        ("320771", "main_business_revenue_of_larger_smes_10k_yuan", Q3, 20000.0),
    ]
    folder = tmp_path / "b"
    folder.mkdir()
    periods = judged(
        folder, "指标,2025年二季度,2025年三季度\n智能车间,1,3", "area_values", area_code="320706", period_end=None
    )
    assert stated(periods) == [("320706", "smart_workshops", Q2, 1.0), ("320706", "smart_workshops", Q3, 3.0)]


def test_long_form_of_areas_with_parts(tmp_path: Path) -> None:
    text = "指标,地区,数值,样本数,分子,分母\n产业链配套覆盖率,海州区,,,9,10\n产业链配套覆盖率,东海县,90%,十,,"
    outcome = judged(tmp_path, text, "area_values")
    assert outcome.accepted.select("value", "numerator", "denominator").rows() == [(None, 9.0, 10.0)]
    assert refused(outcome) == [(3, "D", "part_unreadable", 1)]


def test_every_sheet_of_a_workbook_has_its_own_period(tmp_path: Path) -> None:
    table: list[list[Any]] = [["企业名称", "关键工序数"], ["甲公司", 20]]
    sheets: dict[str, list[list[Any]]] = {
        "2025年二季度": table,
        "2025年三季度": [["企业名称", "关键工序数"], ["甲公司", 21.0]],
        "说明": [["填写说明"]],
    }
    read(book(tmp_path / "a.xlsx", sheets))
    stated_reading = Reading(reading_no=1, kind="enterprise_values", area_code="320700", added_on=RECEIVED_ON)
    outcome = judge_values(tmp_path / "parsed a.xlsx", stated_reading, RECEIVED_ON, CATALOG)
    assert stated(outcome) == [("甲公司", "key_processes", Q2, 20.0), ("甲公司", "key_processes", Q3, 21.0)]


# --- What is refused ---------------------------------------------------------------------------------------------


def test_every_bad_cell_keeps_its_rule_and_all_values_add_up(tmp_path: Path) -> None:
    text = """企业名称,信用代码,所属县区,报告期,关键工序,数控化关键工序,经营管理数字化,营业收入,研发费用（万元）
甲公司,,海州区,2025Q3,abc,10.5,不知道,5,—
乙公司,91350100M000100Y44,海州区,2025Q3,5,5,是,5,5
,,海州区,2025Q3,5,,,,
丙公司,,海州区,2025Q4,-5,5,,,
丁公司,,海州区,2026Q4,5,,,,
戊公司,,南京市,2025Q3,5,5,,,
己公司,,海州区,2025Q3,5,,,,
己公司,,海州区,2025Q3,5,6,,,
己公司,,海州区,2025Q3,,7,,,"""
    outcome = judged(tmp_path, text, period_end=None)
    assert sorted(refused(outcome)) == [
        (2, "E", "number_unreadable", 1),
        (2, "F", "not_whole", 1),
        (2, "G", "yes_no_unreadable", 1),
        (2, "H", "unit_missing", 1),
        (3, "B", "uscc_check_digit", 5),
        (4, "A", "name_missing", 1),
        (5, "E", "below_minimum", 1),
        (6, "E", "period_out_of_range", 1),
        (9, "E", "duplicate_value", 1),
        (9, "F", "value_conflict", 1),
        (10, "F", "value_conflict", 1),
    ]
    counts = outcome.counts
    assert counts["read"] == counts["accepted"] + counts["out_of_area"] + counts["rejected"] + counts["duplicate"] == 20
    assert (counts["out_of_area"], counts["duplicate"], counts["rejected"]) == (2, 1, 14)
    assert outcome.rejected["number"].sum() == counts["rejected"] + counts["duplicate"]
    for row in outcome.rejected.iter_rows(named=True):
        assert all("a.csv" in row_message(row, "a.csv", language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("name", "text", "statement", "code", "options"),
    [
        ("a.csv", "企业名称,关键工序数\n甲公司,5", {}, "add.missing", "--area --period"),
        ("海州区2025Q3.csv", "企业名称,营业收入\n甲公司,5", {}, "add.missing", "--unit"),
        ("海州区2025Q3.csv", "企业名称,指标,数值\n甲公司,营业收入,5", {}, "add.missing", "--unit"),
        ("海州区.csv", "企业名称,关键工序数\n甲公司,5", {"period": "三季度"}, "values.bad_period", None),
        ("海州区.csv", "企业名称,关键工序数\n甲公司,5", {"period": "2026Q2"}, "values.period_after_receipt", None),
        ("海州区2025Q3.csv", "企业名称,营业收入\n甲公司,5", {"unit": "斤"}, "values.bad_unit", None),
        ("海州区2025Q3.csv", "企业名称,利润\n甲公司,5", {"kind": "enterprise_values"}, "values.no_measure", None),
    ],
)
def test_what_a_report_does_not_say_is_asked(
    tmp_path: Path, name: str, text: str, statement: dict[str, Any], code: str, options: str | None
) -> None:
    result = report(tmp_path, name, text, **statement)
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.values.get("options")) == (code, options)
    assert all(name in result.refusal.text(language) for language in LANGUAGES)


def test_what_is_stated_fills_what_the_report_leaves_open(tmp_path: Path) -> None:
    result = report(tmp_path, "a.csv", "企业名称,营业收入\n甲公司,50000", area="海州区", period="2025", unit="元")
    assert result.reading is not None
    assert (result.reading.kind, result.reading.period_end, result.reading.area_code) == (
        "enterprise_values",
        YEAR,
        "320706",
    )
    assert isinstance(result.rows, ValueRows)
    assert stated(result.rows) == [("甲公司", "operating_revenue_10k_yuan", YEAR, 5.0)]


def test_a_list_stays_a_list_whatever_columns_it_has(tmp_path: Path) -> None:
    path = write_list(tmp_path, "a.csv", "企业名称,所属县区,营业收入（万元）\n甲公司,海州区,5")
    assert add(tmp_path, path).reading.kind == "list"  # type: ignore[union-attr]
    named = write_list(tmp_path, "连云港市2025年专精特新中小企业认定名单.csv", "企业名称,营业收入（万元）\n甲公司,6")
    [result] = add_files([named], Statement(event_on=D(2025, 6, 1)), tmp_path, CATALOG, keep=True)
    assert result.reading is not None
    assert result.reading.kind == "list"


# --- In a build --------------------------------------------------------------------------------------------------


def test_a_list_and_a_sheet_become_rates(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "名单.csv", LIST))
    text = """连云港市2025年第三季度专精特新企业填报表,,,,
企业名称,关键工序数,数控化关键工序数,营业收入（万元）,研发费用（元）
甲公司,20,11,"12,000",8400000
乙公司,4,1,1亿元,—
丙公司,10,10,"5,000",3000000"""
    result = report(tmp_path, "a.csv", text)
    assert (result.status, result.is_clean) == ("added", True)
    debts = built(tmp_path).debts
    assert set(debts["kind"]) <= {"window_estimated"}
    # The mean of 55%, 25% and 100%; the pooled parts stand beside it.
    value, *rest = observed(tmp_path, "numerical_control_rate", "320700", Q3)
    assert value == pytest.approx(60.0, abs=1e-9)
    assert rest == [22.0, 34.0, 3, 3, "ok"]
    assert observed(tmp_path, "numerical_control_rate", "320706", Q3)[:3] == (40.0, 12.0, 24.0)
    # 乙公司 stated revenue and no research: it did not answer, so only 12,000 and 5,000 are the denominator.
    value, *rest = observed(tmp_path, "research_intensity", "320700", Q3)
    assert value == pytest.approx(100 * (840 + 300) / 17000, abs=1e-9)
    assert rest == [1140.0, 17000.0, 3, 2, "ok"]


def test_reports_of_districts_are_added_up(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "名单.csv", LIST))
    report(tmp_path, "海州区2025Q3.csv", "指标,数值\n智能车间数,3\n服务专员数,1")
    report(tmp_path, "东海县2025Q3.csv", "指标,数值\n智能车间数,2\n服务专员数,1")
    built(tmp_path)
    assert observed(tmp_path, "smart_workshops", "320700", Q3)[0] == 5.0
    assert observed(tmp_path, "smart_workshops", "320700", Q3)[-1] == "partial"
    assert observed(tmp_path, "service_officers_per_enterprise", "320706", Q3)[:3] == (0.5, 1.0, 2.0)


def test_the_newer_of_two_sheets_holds_and_the_older_stays(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "名单.csv", LIST))
    head = "企业名称,关键工序数,数控化关键工序数\n"
    report(tmp_path, "海州区2025Q3.csv", head + "甲公司,10,5\n乙公司,10,5", received_on=D(2025, 10, 10))
    report(tmp_path, "海州区2025年三季度更正.csv", head + "甲公司,10,9", received_on=D(2025, 10, 20))
    built(tmp_path)
    assert observed(tmp_path, "numerical_control_rate", "320706", Q3)[0] == pytest.approx(70.0)
    assert len([value for value in values_of(tmp_path) if value[0] == "甲公司"]) == 4


def test_values_of_enterprises_on_no_list_are_refused_until_one_names_them(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "名单.csv", LIST))
    result = report(tmp_path, "海州区2025Q3.csv", "企业名称,关键工序数,数控化关键工序数\n丁公司,10,5\n甲公司,8,4")
    assert result.rows is not None
    assert result.rows.counts["accepted"] == 4
    debts = built(tmp_path).debts
    assert rows(tmp_path, "select rule, value, row, number from core.rejected_row") == [
        ("enterprise_unknown", "丁公司", 2, 2)
    ]
    assert rows(tmp_path, "select accepted, rejected from core.source_reading where kind = 'enterprise_values'") == [
        (2, 2)
    ]
    assert debts.filter(kind="values_rejected")["number"].to_list() == [2]
    add(tmp_path, write_list(tmp_path, "b.csv", "企业名称,所属县区\n丁公司,海州区"), tier="innovative")
    built(tmp_path)
    assert rows(tmp_path, "select count(*) from core.rejected_row") == [(0,)]
    assert ("丁公司", "key_processes", 10.0, "B", 2) in values_of(tmp_path)


CODE, NEW_CODE = "91350100M000100Y43", "91320706M000100X6H"


def test_a_sheet_gives_a_listed_enterprise_the_code_that_its_list_left_out(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "名单.csv", LIST))
    text = f"企业名称,统一社会信用代码,关键工序数\n甲公司,{CODE},10\n,{CODE},"
    report(tmp_path, "海州区2025Q3.csv", text)
    built(tmp_path)
    assert rows(tmp_path, "select uscc from core.enterprise where name = '甲公司'") == [(CODE,)]
    assert values_of(tmp_path) == [("甲公司", "key_processes", 10.0, "C", 2)]


def test_a_sheet_neither_joins_nor_parts_enterprises(tmp_path: Path) -> None:
    listed = f"企业名称,统一社会信用代码,所属县区\n甲公司,{CODE},海州区\n乙公司,,海州区"
    add(tmp_path, write_list(tmp_path, "名单.csv", listed))
    # The code of 甲公司 beside the name of 乙公司, and a new code beside the name of 甲公司.
    text = f"企业名称,统一社会信用代码,关键工序数\n乙公司,{CODE},10\n甲公司,{NEW_CODE},20"
    result = report(tmp_path, "海州区2025Q3.csv", text)
    assert result.is_clean
    built(tmp_path)
    assert rows(tmp_path, "select count(*), count(uscc) from core.enterprise") == [(2, 1)]
    assert values_of(tmp_path) == [("甲公司", "key_processes", 10.0, "C", 2)]
    assert rows(tmp_path, "select rule, value, candidates from core.rejected_row") == [
        ("enterprise_code_differs", "甲公司", CODE)
    ]


def test_two_codes_for_one_codeless_name_leave_it_codeless_and_its_values_known(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "名单.csv", LIST))
    head = "企业名称,统一社会信用代码,关键工序数\n"
    report(tmp_path, "海州区2025Q2.csv", head + f"甲公司,{CODE},10")
    report(tmp_path, "海州区2025Q3.csv", head + f"甲公司,{NEW_CODE},11")
    built(tmp_path)
    assert rows(tmp_path, "select uscc from core.enterprise where name = '甲公司'") == [(None,)]
    assert [value[2] for value in values_of(tmp_path)] == [10.0, 11.0]


def test_a_provincial_sheet_leaves_unknown_enterprises_out_of_area(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "名单.csv", LIST))
    report(tmp_path, "江苏省2025Q3.csv", "企业名称,关键工序数\n甲公司,10\n南京某公司,5", area="江苏省")
    built(tmp_path)
    sql = "select accepted, out_of_area, rejected from core.source_reading where kind = 'enterprise_values'"
    assert rows(tmp_path, sql) == [(1, 1, 0)]


# --- Any values --------------------------------------------------------------------------------------------------


def printed_forms(value: Decimal) -> st.SearchStrategy[str]:
    """The ways in which one amount in 万元 may be printed in a column of 万元."""
    yuan, hundred_million = value.scaleb(4), value.scaleb(-4)
    forms = [f"{value:f}", f"{value:,f}", f"{value:f}万元", f"{yuan:,f}元", f"{hundred_million:f}亿元", f" {value:f} "]
    return st.sampled_from(forms)


amounts = st.decimals(min_value=0, max_value=10**7, places=4)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), values=st.lists(st.one_of(st.none(), amounts), min_size=1, max_size=12))
def test_what_is_printed_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, values: list[Decimal | None]
) -> None:
    folder = tmp_path_factory.mktemp("values")
    lines = ["企业名称,研发费用（万元）"]
    for number, value in enumerate(values):
        printed = data.draw(st.sampled_from(["—", "/", "无"]) if value is None else printed_forms(value))
        lines.append(f'第{number}公司,"{printed}"')
    outcome = judged(folder, "\n".join(lines))
    assert outcome.accepted["value"].to_list() == [None if value is None else float(value) for value in values]


def test_a_hundred_thousand_values_one_a_row(tmp_path: Path) -> None:
    """Exactly as many and the same sums as were written, whatever pieces they are read in."""
    number = 100_000
    codes = [f"第{i // 5}公司" for i in range(number)]
    counts = ["key_processes", "key_processes_numerically_controlled", "valid_granted_patents"]
    measures = [*counts, "operating_revenue_10k_yuan", "has_digital_management"]
    frame = pl.DataFrame(
        {
            "企业名称": codes,
            "指标": measures * (number // 5),
            "报告期": ["2025Q3"] * number,
            "数值": [str(i % 7) if i % 5 < 4 else "是" for i in range(number)],
        }
    )
    outcome = judged(tmp_path, frame.write_csv())
    assert outcome.counts["accepted"] == number
    sums = outcome.accepted.group_by(pl.col("measure").cast(pl.String)).agg(pl.col("value").sum())
    expected = {m: float(sum(i % 7 for i in range(k, number, 5))) for k, m in enumerate(measures[:4])}
    assert dict(sums.iter_rows()) == expected | {"has_digital_management": number / 5}
