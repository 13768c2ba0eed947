"""What may stand in a cell or a caption of a reporting sheet, and what it means."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from etl.form import words
from etl.periods import parse_period, parse_span, periods_in, spans_in
from etl.quantities import Unit, dimension_of, unit_of, units_in_caption, with_numbers, with_yes_no
from etl.value_tables import MeasureNames, _caption_key
from tracker.catalog import load
from tracker.catalog_models import NUMBER_UNITS

D = dt.date
CATALOG = load()
Q2, Q3, YEAR = D(2025, 6, 30), D(2025, 9, 30), D(2025, 12, 31)


# --- What may stand in a cell ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "unit", "column", "value", "problem"),
    [
        ("1200", "10k_yuan", 4, 1200, None),
        ("1,200", "10k_yuan", 4, 1200, None),
        ("１，２００．５", "10k_yuan", 4, 1200.5, None),
        ("（1,200）", "10k_yuan", 4, -1200, None),
        ("-1200", "10k_yuan", 4, -1200, None),
        ("12000000", "10k_yuan", 0, 1200, None),
        ("1.1亿元", "10k_yuan", 4, 11000, None),
        ("1.2亿", "10k_yuan", None, 12000, None),
        ("3000万元", "10k_yuan", 0, 3000, None),
        ("￥4,350", "10k_yuan", 4, 0.435, None),
        ("1.5E+3", "10k_yuan", 8, 15000000, None),
        ("0.1", "10k_yuan", 8, 1000, None),
        ("1200", "10k_yuan", None, None, "unit_missing"),
        ("52.3%", "percent", 0, 52.3, None),
        ("5.2％", "percent", 0, 5.2, None),
        ("0.523", "percent", 0, 0.523, None),
        ("12家", "enterprise", 0, 12, None),
        ("12元", "enterprise", 0, None, "unit_differs"),
        ("52.3%", "10k_yuan", 4, None, "unit_differs"),
        ("1,20", "item", 0, None, "number_unreadable"),
        ("约100", "item", 0, None, "number_unreadable"),
        ("100+", "item", 0, None, "number_unreadable"),
        ("(5", "item", 0, None, "number_unreadable"),
        ("inf", "item", 0, None, "number_unreadable"),
        ("十二", "item", 0, None, "number_unreadable"),
        ("—", "item", 0, None, None),
        ("/", "item", 0, None, None),
        ("无", "item", 0, None, None),
        ("未填报", "item", 0, None, None),
        ("N/A", "item", 0, None, None),
    ],
)
def test_numbers(printed: str, unit: str, column: int | None, value: float | None, problem: str | None) -> None:
    frame = pl.DataFrame(
        {"text": [printed], "unit_exponent": [column]}, schema={"text": pl.String, "unit_exponent": pl.Int32}
    )
    assert with_numbers(frame, unit).select("value", "problem").row(0) == (value, problem)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        *((text, 1) for text in ["是", "√", "✓", "1", "1.0", "有", "已", "已开展", "已完成贯标", "Y", "TRUE"]),
        *((text, 0) for text in ["否", "×", "0", "无", "未", "没有", "未开展", "x", "FALSE"]),
        *((text, None) for text in ["—", "/", "未填报"]),
    ],
)
def test_yes_and_no(printed: str, value: float | None) -> None:
    assert with_yes_no(pl.DataFrame({"text": [printed]})).select("value", "problem").row(0) == (value, None)


@pytest.mark.parametrize("printed", ["不清楚", "2", "52%", "部分"])
def test_neither_yes_nor_no(printed: str) -> None:
    found = with_yes_no(pl.DataFrame({"text": [printed]})).select("value", "problem").row(0)
    assert found == (None, "yes_no_unreadable")


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        *(
            (text, Q3)
            for text in [
                "2025Q3",
                "2025-Q3",
                "2025年第三季度",
                "2025年三季度",
                "2025年前三季度",
                "2025-09",
                "2025.9",
                "202509",
            ]
        ),
        *(
            (text, Q3)
            for text in [
                "2025年9月",
                "二〇二五年九月",
                "2025年1-9月",
                "2025年1—9月",
                "截至2025年9月底",
                "2025-09-30",
                "2025年9月30日",
            ]
        ),
        *((text, YEAR) for text in ["2025", "2025年", "2025年度", "2025全年", "2025Q4", "2025年12月末"]),
        ("2025年上半年", Q2),
        ("截至2025年9月25日", D(2025, 9, 25)),
        *((text, None) for text in ["2025.1", "第三季度", "2025年13月", "45930", "九月", "2025年第五季度"]),
    ],
)
def test_periods_of_cells(printed: str, day: dt.date | None) -> None:
    assert parse_period(printed) == day


@pytest.mark.parametrize(
    ("printed", "days"),
    [
        ("海州区2025年第三季度专精特新企业情况统计表", [Q3]),
        ("2025年专精特新企业第三季度报表", [Q3]),
        ("连云港市三年行动计划（2023—2025年）2025年三季度调度表", [Q3]),
        ("截至2025年9月底", [Q3]),
        ("海州区202509报表.xlsx", [Q3]),
        ("2023-2025年行动计划", []),
        ("填报单位：海州区工信局 日期：2025年10月12日 单位：万元", []),
        ("20251012海州区报表.xlsx", []),
        ("连工信〔2025〕12号", []),
        ("2024年和2025年营业收入", [D(2024, 12, 31), YEAR]),
    ],
)
def test_periods_in_running_text(printed: str, days: list[dt.date]) -> None:
    assert periods_in(printed) == days


@pytest.mark.parametrize(
    ("printed", "months"),
    [
        *((text, 3) for text in ["2025Q3", "2025年第三季度", "2025年三季度", "2025年1季度", "2025年7-9月"]),
        *((text, 6) for text in ["2025年上半年", "2025年下半年", "2025年1-6月", "2025年1月至6月", "2025年前二季度"]),
        *((text, 9) for text in ["2025年前三季度", "2025年1-3季度", "2025年1—9月", "2025年一至三季度"]),
        *((text, 12) for text in ["2025", "2025年度", "2025全年"]),
        *((text, 1) for text in ["2025-09", "202509", "2025年9月", "截至2025年9月底"]),
        *((text, None) for text in ["2025-09-30", "2025年9月30日", "2025年11-2月"]),
    ],
)
def test_how_long_a_period_lasts(printed: str, months: int | None) -> None:
    span = parse_span(printed)
    assert span is not None
    assert span.months == months


def test_how_long_a_period_in_running_text_lasts() -> None:
    assert spans_in("盐城市2025年上半年技改投入") == [(Q2, 6)]
    assert spans_in("2025年技改投入前三季度报表") == [(Q3, 9)]
    assert spans_in("2025年1-6月情况表（2025年上半年）") == [(Q2, 6)]


# --- Captions and units ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caption", "level", "named"),
    [
        ("研发费用（万元）", "enterprise", ("research_expense_10k_yuan", 4, None)),
        ("2024年研发经费支出(元)", "enterprise", ("research_expense_10k_yuan", 0, D(2024, 12, 31))),
        ("其中：主营业务收入", "enterprise", ("main_business_revenue_10k_yuan", None, None)),
        ("是否实现经营管理数字化", "enterprise", ("has_digital_management", None, None)),
        ("智改数转项目/诊断", "enterprise", ("has_digital_transformation_project", None, None)),
        ("数字化情况/数字化研发设计工具", "enterprise", ("uses_digital_design_tools", None, None)),
        ("research_expense_10k_yuan", "enterprise", ("research_expense_10k_yuan", 4, None)),
        ("省级以上平台、基地数（个）", "area", ("provincial_platforms_and_bases", 0, None)),
        ("服务专员人数", "area", ("service_officers", None, None)),
        # Another figure, however much it looks like one of ours.
        ("关键工序数控化率（%）", "enterprise", None),
        ("研发费用占营业收入比重", "enterprise", None),
        ("研发投入（%）", "enterprise", None),
        ("上年营业收入", "enterprise", None),
        ("服务专员人数", "enterprise", None),
    ],
)
def test_what_captions_name(caption: str, level: str, named: tuple[Any, ...] | None) -> None:
    found = MeasureNames(CATALOG, level).read(caption)
    assert (found and (found.measure, found.exponent, found.period_end)) == named


def test_no_caption_means_two_measures() -> None:
    meanings: dict[tuple[str, str], set[str]] = {}
    for code, measure in CATALOG.measures.items():
        for caption in (measure.name.zh, *measure.captions):
            meanings.setdefault((measure.level, _caption_key(caption)), set()).add(code)
    assert {key: codes for key, codes in meanings.items() if len(codes) > 1} == {}


def test_every_reported_indicator_can_be_reported() -> None:
    names = MeasureNames(CATALOG, "area")
    for indicator in CATALOG.indicators.values():
        if indicator.formula == "reported":
            found = names.read(indicator.name.zh)
            assert found is not None
            assert found.measure == indicator.indicator_id


@pytest.mark.parametrize("unit", sorted(NUMBER_UNITS))
def test_the_unit_that_a_form_prints_is_understood_when_it_comes_back(unit: str) -> None:
    found = unit_of(words()["units"][unit])
    assert found is not None
    assert found.dimension == dimension_of(unit)


@pytest.mark.parametrize("printed", ["位", "位次", "名", "名次"])
def test_a_place_is_a_count(printed: str) -> None:
    assert unit_of(printed) == Unit("count", 0)
    assert units_in_caption(f"全省位次（{printed}）") == [Unit("count", 0)]
