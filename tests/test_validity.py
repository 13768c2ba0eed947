"""A validity that a title prints is read as such; its days are never the day of recognition."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from etl.add import Added, Statement, add_files
from etl.inbox import Reading
from etl.propose import propose
from etl.validity import end_of
from tests.worlds import write_list
from tracker.catalog import Catalog, load

START, END = dt.date(2025, 7, 1), dt.date(2028, 6, 30)
TITLE = "连云港市第七批专精特新“小巨人”企业认定名单"
WHOLE = [
    "有效期：2025年7月1日至2028年6月30日",
    "有效期为2025年7月1日—2028年6月30日",
    "有效期： 2025 年 7 月 1 日 至 2028 年 6 月 30 日",
    "有效期2025.7.1-2028.6.30",
    "有效期：2025-07-01至2028-06-30",
    "有效期2025/7/1～2028/6/30",
    "有效期自2025年7月1日起至2028年6月30日止",
    "有效期三年：2025年7月1日起",
    "有效期三年，自2025年7月1日起",
    "有效期自2025年7月1日起3年",
    "自2025年7月1日起三年内有效",
    "自2025年7月1日起，有效期三年",
    "有效期三年（2025年7月1日至2028年6月30日）",
    "有效时间：二〇二五年七月一日至二〇二八年六月三十日",
    "有效期起：2025-07-01 有效期止：2028-06-30",
    "2025年7月1日至2028年6月30日有效",
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.mark.parametrize("phrase", WHOLE)
@pytest.mark.parametrize("shape", ["（{}）", "{}", "{}。"])
def test_a_validity_opens_and_ends_and_dates_no_recognition(catalog: Catalog, phrase: str, shape: str) -> None:
    printed = shape.format(phrase)
    for titles in ([TITLE, printed], [TITLE + printed]):
        proposal = propose(catalog, "名单.xlsx", titles)
        assert (proposal.valid_from, proposal.valid_to, proposal.event_on) == (START, END, None)
        assert (proposal.batch, proposal.cohort_year) == ("7", 2025)
        assert "event_on" in proposal.open_questions


@pytest.mark.parametrize("phrase", WHOLE)
def test_the_day_beside_a_validity_is_the_day_of_recognition(catalog: Catalog, phrase: str) -> None:
    for titles in ([TITLE, f"（{phrase}）", "2025年10月15日"], [f"{TITLE}（{phrase}） 2025年10月15日"]):
        proposal = propose(catalog, "名单.xlsx", titles)
        assert (proposal.valid_from, proposal.valid_to) == (START, END)
        assert proposal.event_on == dt.date(2025, 10, 15)


@pytest.mark.parametrize(
    ("printed", "valid_to", "event_on"),
    [
        ("（有效期至2028年6月30日）", END, None),
        ("（有效期截止日期：2028年6月30日）", END, None),
        ("（有效期2025年7月至2028年6月）", None, None),
        ("（有效期统一调整为2025年7月1日至2028年6月30日）", None, None),
        ("（有效期三年 2025年10月15日）", None, None),
        ("（有效期：2028年7月1日至2025年6月30日）", None, None),
        ("（认定日期：2024年6月18日，有效期三年。共15家。）", None, dt.date(2024, 6, 18)),
        ("（有效期3年，认定日期2024年6月18日）", None, dt.date(2024, 6, 18)),
        ("有效期内企业（截至2025年6月30日）", None, dt.date(2025, 6, 30)),
        ("公示期2025年12月5日至2025年12月11日，有效期三年", None, dt.date(2025, 12, 5)),
        ("2025年7月1日至2028年6月30日", None, None),
    ],
)
def test_half_a_validity_and_days_that_are_none(
    catalog: Catalog, printed: str, valid_to: dt.date | None, event_on: dt.date | None
) -> None:
    proposal = propose(catalog, "名单.xlsx", [TITLE, printed])
    assert (proposal.valid_from, proposal.valid_to, proposal.event_on) == (None, valid_to, event_on)


def test_the_years_of_a_validity_are_not_those_of_the_title(catalog: Catalog) -> None:
    proposal = propose(
        catalog, "名单.xlsx", ["江苏省2024年度专精特新中小企业名单（有效期2025年1月1日至2027年12月31日）"]
    )
    assert (proposal.cohort_year, proposal.valid_from) == (2024, dt.date(2025, 1, 1))


@pytest.mark.parametrize("line", ["2025年10月15日", "江苏省工业和信息化厅 2025年10月15日", "二〇二五年十月十五日"])
def test_the_line_at_the_foot_dates_a_list_whose_titles_name_no_day(catalog: Catalog, line: str) -> None:
    assert propose(catalog, "名单.xlsx", [TITLE], notes=["注：共2家", line]).event_on == dt.date(2025, 10, 15)
    dated = propose(catalog, "名单.xlsx", [TITLE, "2025年9月30日"], notes=[line])
    assert dated.event_on == dt.date(2025, 9, 30)


@pytest.mark.parametrize("line", ["填表日期：2025年10月15日", "有效期至2028年6月30日", "2025年10月", "2025年2月30日"])
def test_other_lines_at_the_foot_date_nothing(catalog: Catalog, line: str) -> None:
    assert propose(catalog, "名单.xlsx", [TITLE], notes=[line]).event_on is None


def test_three_years_end_a_day_before_the_fourth() -> None:
    assert end_of(START, 3) == END
    assert end_of(dt.date(2024, 2, 29), 3) == dt.date(2027, 2, 27)


def _added(folder: Path, lines: str, **stated: Any) -> Added:
    statement = Statement(event="recognition", received_on=dt.date(2025, 11, 1), **stated)
    [added] = add_files([write_list(folder, "名单.csv", lines)], statement, folder / "data", load(), keep=False)
    return added


def _reading(folder: Path, lines: str, **stated: Any) -> Reading:
    reading = _added(folder, lines, **stated).reading
    assert reading is not None
    return reading


def test_a_list_is_taken_in_with_its_validity(tmp_path: Path) -> None:
    head = f"{TITLE},,\n（有效期：2025年7月1日至2028年6月30日）,,\n序号,企业名称,所属地区\n1,甲一机械有限公司,海州区\n"
    asked = _added(tmp_path, head).refusal
    assert asked is not None
    assert (asked.code, asked.values["options"]) == ("add.missing", "--on")
    reading = _reading(tmp_path, head + ",,\n,,2025年10月15日\n")
    assert (reading.event_on, reading.valid_from, reading.valid_to) == (dt.date(2025, 10, 15), START, END)
    assert (reading.batch, reading.cohort_year) == ("7", 2025)
    stated = _reading(tmp_path, head, event_on=dt.date(2025, 10, 9), valid_to=dt.date(2028, 12, 31))
    assert (stated.event_on, stated.valid_to) == (dt.date(2025, 10, 9), dt.date(2028, 12, 31))
