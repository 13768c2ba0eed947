"""Ledgers: every shape of cell and of sheet, the days of what they state, and what notices say already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from etl.__main__ import main
from etl.add import Added, Statement, add_files, withdraw
from etl.ledger_cells import Claim, Title, batch_of
from etl.ledger_claims import claims_of
from etl.report_added import row_message
from tests.read_inputs import Rows, book
from tests.worlds import RECEIVED_ON, add, built, count, rows, write_list
from tracker.catalog import load

D = dt.date
GIANT = Title(("小巨人", "专精特新小巨人企业"), {1: 2019, 2: 2020, 3: 2021, 4: 2022, 5: 2023, 6: 2024, 7: 2025})
SRDI = Title(("专精特新", "专精特新中小企业"))
REVIEW = "review_passed"


def said(claim: Claim) -> dict[str, Any]:
    """What a statement says, without the cell and without what it does not say."""
    return {name: value for name, value in vars(claim).items() if value is not None and name not in ("field", "text")}


def of_cells(title: Title, **cells: str) -> list[dict[str, Any]]:
    claims, fault = claims_of(cells, title)
    assert fault is None, fault
    return [said(claim) for claim in claims]


# --- one cell -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["是", "√", "✓", "有", "1", "Y", "已认定", "有效期内", "专精特新中小企业，是"])
def test_a_mark_says_that_the_title_is_held(text: str) -> None:
    assert of_cells(SRDI, held=text) == [{}]


@pytest.mark.parametrize("text", ["否", "无", "—", "-", "／", "×", "未认定", "0", "N", "N/A"])
def test_a_negative_cell_says_nothing(text: str) -> None:
    assert of_cells(SRDI, held=text) == []
    assert of_cells(SRDI, batch=text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023年", [{"year": 2023}]),
        ("2023", [{"year": 2023}]),
        ("2023年度", [{"year": 2023}]),
        ("2025年，2021年", [{"year": 2025}, {"year": 2021}]),
        ("2021年 2024年", [{"year": 2021}, {"year": 2024}]),
        ("2025复核", [{"event": REVIEW, "year": 2025}]),
        ("2022年,2025复核", [{"year": 2022}, {"event": REVIEW, "year": 2025}]),
        ("2021/2024复核", [{"year": 2021}, {"event": REVIEW, "year": 2024}]),
        ("2022年新认定2025年复核", [{"event": "recognition", "year": 2022}, {"event": REVIEW, "year": 2025}]),
        ("2025年度第一批", [{"year": 2025, "number": 1}]),
        ("2024-2", [{"year": 2024, "number": 2}]),
        ("省三批", [{"number": 3}]),
        ("首批", [{"number": 1}]),
        ("第十二批", [{"number": 12}]),
        ("2025年第一批、2022年", [{"year": 2025, "number": 1}, {"year": 2022}]),
        ("2023-07-14", [{"year": 2023, "day": D(2023, 7, 14)}]),
        ("20230714", [{"year": 2023, "day": D(2023, 7, 14)}]),
        ("45121", [{"year": 2023, "day": D(2023, 7, 14)}]),
        ("2023年7月", [{"year": 2023, "month": 7}]),
        ("2023.12", [{"year": 2023, "month": 12}]),
        ("2023年（2023年12月8日）", [{"year": 2023, "day": D(2023, 12, 8)}]),
        ("2025年第二批（公示）", [{"event": "publicity", "year": 2025, "number": 2}]),
        ("2025年复核公示", [{"event": "review_publicity", "year": 2025}]),
        ("2025年复核未通过", [{"event": "lapsed", "year": 2025}]),
        ("2024年取消", [{"event": "revoked", "year": 2024}]),
        ("2021年（已到期）", [{"year": 2021}]),
        ("省级专精特新中小企业2023年", [{"year": 2023}]),
    ],
)
def test_each_batch_of_a_cell_is_one_statement(text: str, expected: list[dict[str, Any]]) -> None:
    assert of_cells(SRDI, batch=text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第五批", [{"year": 2023, "number": 5}]),
        ("5", [{"year": 2023, "number": 5}]),
        ("第五批专精特新“小巨人”企业", [{"year": 2023, "number": 5}]),
        ("第五批（2023年）", [{"year": 2023, "number": 5}]),
        ("第五批、2023年", [{"year": 2023, "number": 5}]),
        ("第五批、2024年3月20日", [{"year": 2023, "number": 5, "day": D(2024, 3, 20)}]),
        ("第四批,2025复核", [{"year": 2022, "number": 4}, {"event": REVIEW, "year": 2025}]),
        ("第四批2025复核", [{"year": 2022, "number": 4}, {"event": REVIEW, "year": 2025}]),
        ("第二批复核", [{"year": 2020, "number": 2}, {"event": REVIEW}]),
    ],
)
def test_batches_that_are_known_give_their_year(text: str, expected: list[dict[str, Any]]) -> None:
    assert of_cells(GIANT, batch=text) == expected


@pytest.mark.parametrize(
    ("cells", "rule", "field"),
    [
        ({"held": "天书"}, "ledger_cell_unreadable", "held"),
        ({"held": "23年"}, "ledger_cell_unreadable", "held"),
        ({"held": "2022-2025"}, "ledger_cell_unreadable", "held"),
        ({"held": "省级单项冠军"}, "ledger_cell_unreadable", "held"),
        ({"batch": "2023年13月"}, "ledger_cell_unreadable", "batch"),
        ({"batch": "2023年2月30日"}, "date_unreadable", "batch"),
        ({"batch": "第五批(2025年)"}, "ledger_contradiction", "batch"),
        ({"held": "否", "valid_to": "2026-06-30"}, "ledger_contradiction", "held"),
        ({"batch": "2023年", "recognised_on": "2020-03-01"}, "ledger_contradiction", "recognised_on"),
        ({"batch": "2023年", "recognised_on": "2023-03-01、2024-04-01"}, "ledger_contradiction", "recognised_on"),
        ({"batch": "2025复核", "event_word": "新认定"}, "ledger_contradiction", "event_word"),
        ({"batch": "2022年,2024年,2025年", "event_word": "新认定,复核"}, "ledger_contradiction", "event_word"),
        ({"batch": "2023年", "validity": "2026.06"}, "date_unreadable", "validity"),
        ({"batch": "2023年", "validity": "2023.07-2026.08"}, "date_unreadable", "validity"),
        ({"batch": "2023年", "validity": "长期"}, "date_unreadable", "validity"),
        (
            {"batch": "2023年", "valid_from": "2023-07-01", "valid_to": "2022-06-30"},
            "valid_to_before_valid_from",
            "valid_to",
        ),
        ({"batch": "2024年", "validity": "2021-01-01至2023-12-31"}, "ledger_contradiction", "validity"),
        ({"batch": "2020年", "validity": "2022-01-01至2024-12-31"}, "ledger_contradiction", "validity"),
        ({"held": "是", "validity": "2026-06-30"}, "ledger_contradiction", "validity"),
    ],
)
def test_what_cannot_be_taken_names_its_cell(cells: dict[str, str], rule: str, field: str) -> None:
    claims, fault = claims_of(cells, GIANT)
    assert claims == ()
    assert fault is not None
    assert (fault.rule, fault.field) == (rule, field)


# --- the cells of one title ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            {"batch": "第四批", "recognised_on": "2022-09-08", "validity": "2022-07-01至2025-06-30"},
            [
                {
                    "year": 2022,
                    "number": 4,
                    "day": D(2022, 9, 8),
                    "valid_from": D(2022, 7, 1),
                    "valid_to": D(2025, 6, 30),
                }
            ],
        ),
        (
            {"batch": "2022年,2025复核", "recognised_on": "2022-12-15", "validity": "2025.12-2028.11"},
            [
                {"year": 2022, "day": D(2022, 12, 15)},
                {"event": REVIEW, "year": 2025, "valid_from": D(2025, 12, 1), "valid_to": D(2028, 11, 30)},
            ],
        ),
        (
            {"recognised_on": "二〇二二年十二月十五日", "validity": "二〇二二年十二月十五日至二〇二五年十二月十四日"},
            [
                {
                    "year": 2022,
                    "day": D(2022, 12, 15),
                    "valid_from": D(2022, 12, 15),
                    "valid_to": D(2025, 12, 14),
                }
            ],
        ),
        (
            {"batch": "2025年,2021年", "recognised_on": "2021-12-20、2025-06-20"},
            [{"year": 2025, "day": D(2025, 6, 20)}, {"year": 2021, "day": D(2021, 12, 20)}],
        ),
        # The window is that of a review which the row does not name.
        (
            {"batch": "第二批", "validity": "2023-07-01至2026-06-30"},
            [
                {"year": 2020, "number": 2},
                {"event": REVIEW, "year": 2023, "valid_from": D(2023, 7, 1), "valid_to": D(2026, 6, 30)},
            ],
        ),
        (
            {"batch": "2022年", "reviewed_on": "2025年", "valid_to": "2028-12-14"},
            [{"year": 2022}, {"event": REVIEW, "year": 2025, "valid_to": D(2028, 12, 14)}],
        ),
        ({"held": "是", "reviewed_on": "2025年12月5日"}, [{"event": REVIEW, "year": 2025, "day": D(2025, 12, 5)}]),
        ({"held": "是", "batch": "2023年"}, [{"year": 2023}]),
        ({"batch": "2022年", "event_word": "复核"}, [{"event": REVIEW, "year": 2022}]),
        ({"batch": "2022年、2025年", "event_word": "复核"}, [{"year": 2022}, {"event": REVIEW, "year": 2025}]),
        (
            {"batch": "2022年、2025年", "event_word": "新认定、复核"},
            [{"event": "recognition", "year": 2022}, {"event": REVIEW, "year": 2025}],
        ),
        ({"batch": "2023年", "recognised_on": "2024-03-01"}, [{"year": 2023, "day": D(2024, 3, 1)}]),
        ({"batch": "2023年", "validity": "三年"}, [{"year": 2023}]),
        ({"batch": "2023年", "validity": "有效期至2026年6月30日"}, [{"year": 2023, "valid_to": D(2026, 6, 30)}]),
        (
            {"batch": "2023", "validity": "2023-2025"},
            [{"year": 2023, "valid_from": D(2023, 1, 1), "valid_to": D(2025, 12, 31)}],
        ),
        (
            {"valid_from": "2023年7月1日", "valid_to": "46203"},
            [{"valid_from": D(2023, 7, 1), "valid_to": D(2026, 6, 30)}],
        ),
        (
            {"batch": "2022年,2025复核", "document_no": "苏工信〔2025〕3号"},
            [{"year": 2022}, {"event": REVIEW, "year": 2025, "document_no": "苏工信〔2025〕3号"}],
        ),
        ({"batch": "—", "recognised_on": "2023-10-18"}, [{"year": 2023, "day": D(2023, 10, 18)}]),
    ],
)
def test_cells_of_a_title_complete_each_other(cells: dict[str, str], expected: list[dict[str, Any]]) -> None:
    assert of_cells(GIANT if "批" in cells.get("batch", "") else SRDI, **cells) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-1", (2025, 1)),
        ("5", (None, 5)),
        ("2022", (2022, None)),
        ("2025年度第一批", (2025, 1)),
        ("乱", (None, None)),
    ],
)
def test_the_batch_of_a_list_is_read_the_same_way(text: str, expected: tuple[int | None, int | None]) -> None:
    assert batch_of(text) == expected


# --- sheets -------------------------------------------------------------------------------------------------------


def add_ledger(folder: Path, path: Path, **statement: Any) -> Added:
    """Add a file of which nothing is stated but what the test states, with the area of the city."""
    values: dict[str, Any] = {"area": "320700", "received_on": RECEIVED_ON} | statement
    [result] = add_files([path], Statement(**values), folder, load(), keep=True)
    return result


def sheet(folder: Path, table: Rows, merges: Sequence[tuple[int, int, int, int]] = (), name: str = "台账") -> Path:
    return book(folder / "企业台账.xlsx", {name: table}, {name: merges})


Event = tuple[str, str, str, str | None, dt.date, dt.date, dt.date]


def events(folder: Path) -> list[Event]:
    """Enterprise, tier, event, batch, day and window of every event of the build."""
    return rows(
        folder,
        "select enterprise.name, event.tier, event.event, event.batch, event_on, event.valid_from, event.valid_to "
        "from core.recognition_event as event inner join core.enterprise as enterprise "
        "on enterprise.enterprise_id = event.enterprise_id order by 1, 5, 2",
    )


def refusals(result: Added) -> set[tuple[int, str | None, str, str | None]]:
    assert result.rows is not None, result.refusal
    return {(r["row"], r["column"], r["rule"], r["value"]) for r in result.rows.rejected.to_dicts()}


GROUPS: list[list[str | int]] = [
    ["序号", "企业名称", "县区", "创新型中小企业", "", "", "小巨人", "", "单项冠军"],
    ["", "", "", "批次", "认定时间", "有效期", "批次", "有效期", "批次"],
    [1, "甲公司", "海州区", "2023", "2023-10-18", "2023-10-18至2026-10-17", "第五批", "2023-07-01至2026-06-30", "否"],
    [2, "乙公司", "东海县", "2024", "2024-04-12", "", "", "", "第一批"],
]
GROUPED_EVENTS: list[Event] = [
    ("乙公司", "champion", "recognition", "1", D(2017, 1, 17), D(2017, 1, 17), D(2020, 1, 16)),
    ("乙公司", "innovative", "recognition", None, D(2024, 4, 12), D(2024, 4, 12), D(2027, 4, 11)),
    ("甲公司", "little_giant", "recognition", "5", D(2023, 7, 1), D(2023, 7, 1), D(2026, 6, 30)),
    ("甲公司", "innovative", "recognition", None, D(2023, 10, 18), D(2023, 10, 18), D(2026, 10, 17)),
]


def test_a_wide_ledger_with_a_header_of_two_rows(tmp_path: Path) -> None:
    merges = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 5), (0, 6, 0, 7)]
    result = add_ledger(tmp_path, sheet(tmp_path, GROUPS, merges))
    assert result.reading is not None
    assert (result.reading.kind, result.reading.tier, result.reading.event_on) == ("ledger", None, None)
    assert result.is_clean
    built(tmp_path)
    assert events(tmp_path) == GROUPED_EVENTS


def test_the_same_as_text_without_merged_cells(tmp_path: Path) -> None:
    lines = "\n".join(",".join(str(cell) for cell in row) for row in GROUPS)
    assert add_ledger(tmp_path, write_list(tmp_path, "企业台账.csv", lines)).is_clean
    built(tmp_path)
    assert events(tmp_path) == GROUPED_EVENTS


def test_one_cell_a_title_and_one_column_a_title_in_its_caption(tmp_path: Path) -> None:
    lines = (
        "企业名称,所属县区,是否创新型中小企业,专精特新中小企业认定时间,专精特新中小企业有效期至,国家级“小巨人”批次\n"
        "甲公司,海州区,2023年11月20日,2022-12-15,2025-12-14,第四批\n"
        "乙公司,灌云县,否,/,,无"
    )
    result = add_ledger(tmp_path, write_list(tmp_path, "汇总表.csv", lines))
    assert refusals(result) == set()
    assert result.rows is not None
    assert result.rows.counts["accepted"] == 2
    built(tmp_path)
    assert events(tmp_path) == [
        ("甲公司", "little_giant", "recognition", "4", D(2022, 7, 1), D(2022, 7, 1), D(2025, 6, 30)),
        ("甲公司", "srdi", "recognition", None, D(2022, 12, 15), D(2022, 12, 15), D(2025, 12, 14)),
        ("甲公司", "innovative", "recognition", None, D(2023, 11, 20), D(2023, 11, 20), D(2026, 11, 19)),
    ]


LONG = (
    "企业名称,统一社会信用代码,县区,称号,级别,认定年度,类别,认定时间,有效期起,有效期止,文号\n"
    "甲公司,91350100M000100Y43,海州区,专精特新中小企业,省级,2022,新认定,2022-12-15,2022-12-15,2025-12-14,苏工信〔2022〕9号\n"
    "甲公司,91350100M000100Y43,海州区,小巨人,国家级,第四批,新认定,2022-09-08,,,\n"
    "乙公司,,赣榆区,专精特新中小企业,省级,2025,复核,2025-12-20,2026-01-01,2028-12-31,\n"
    "丙公司,,东海县,专精特新,市级,2023,,2023-05-01,,,\n"
    "丁公司,,东海县,小巨人,省级,2023,,2023-05-01,,,\n"
    "戊公司,,东海县,瞪羚企业,,2023,,2023-05-01,,,\n"
    "己公司,,东海县,创新型中小企业、专精特新中小企业,,2023,,2023-05-01,,,\n"
    "庚公司,,东海县,,,2023,,2023-05-01,,,\n"
    "辛公司,,东海县,培育库,,,,2025-03-10,,,\n"
    "壬公司,,南京市,专精特新中小企业,省级,2023,,2023-05-01,,,\n"
    "甲公司,91350100M000100Y43,海州区,小巨人,国家级,第四批,新认定,2022-09-08,,,\n"
    "癸公司,,东山区,小巨人,国家级,第四批,,2022-09-08,,,"
)


def test_a_long_ledger_with_one_title_a_row(tmp_path: Path) -> None:
    result = add_ledger(tmp_path, write_list(tmp_path, "明细表.csv", LONG))
    assert refusals(result) == {
        (6, "D", "title_not_counted", "省级小巨人"),
        (7, "D", "title_unknown", "瞪羚企业"),
        (8, "D", "ledger_several_titles", "创新型中小企业、专精特新中小企业"),
        (9, "D", "ledger_title_missing", None),
        (12, "A", "duplicate_in_list", "甲公司"),
        (13, "C", "area_unknown", "东山区"),
    }
    assert result.rows is not None
    assert result.rows.counts == {
        "read": 12, "accepted": 5, "out_of_area": 1, "rejected": 5, "duplicate": 1, "blank": 0,
        "rejected_cells": 4, "stated": 5, "repeated": 0, "undated": 0,
    }  # fmt: skip
    built(tmp_path)
    assert events(tmp_path) == [
        ("丙公司", "city_title", "recognition", None, D(2023, 5, 1), D(2023, 5, 1), D(2026, 4, 30)),
        ("乙公司", "srdi", REVIEW, None, D(2025, 12, 20), D(2026, 1, 1), D(2028, 12, 31)),
        ("甲公司", "little_giant", "recognition", "4", D(2022, 9, 8), D(2022, 7, 1), D(2025, 6, 30)),
        ("甲公司", "srdi", "recognition", None, D(2022, 12, 15), D(2022, 12, 15), D(2025, 12, 14)),
    ]
    assert rows(tmp_path, "select level, entered_on from core.pool_entry") == [(None, D(2025, 3, 10))]
    [(document_no,)] = rows(
        tmp_path, "select document_no from core.recognition_event where tier = 'srdi' and event = 'recognition'"
    )
    assert document_no == "苏工信〔2022〕9号"


def test_long_and_wide_in_one_sheet(tmp_path: Path) -> None:
    lines = (
        "企业名称,县区,称号,认定时间,小巨人,单项冠军\n"
        "甲公司,海州区,专精特新中小企业,2022-12-15,第四批,\n"
        "乙公司,海州区,小巨人,2022-09-08,第四批,否\n"
        "丙公司,海州区,,2022-09-08,第四批,\n"
        "丁公司,海州区,,2022-09-08,第四批,第七批\n"
        "戊公司,海州区,,,,"
    )
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines))
    assert refusals(result) == {
        (5, "D", "ledger_title_missing", "2022-09-08"),
        (5, "F", "ledger_date_missing", "第七批"),
    }
    assert result.rows is not None
    assert result.rows.counts["accepted"] == 5
    built(tmp_path)
    assert [(*event[:2], event[4]) for event in events(tmp_path)] == [
        ("丁公司", "little_giant", D(2022, 7, 1)),
        ("丙公司", "little_giant", D(2022, 9, 8)),
        ("乙公司", "little_giant", D(2022, 9, 8)),
        ("甲公司", "little_giant", D(2022, 7, 1)),
        ("甲公司", "srdi", D(2022, 12, 15)),
    ]


def test_a_sheet_or_a_block_names_the_title_of_its_rows(tmp_path: Path) -> None:
    header = ["序号", "企业名称", "县区", "认定时间"]
    path = book(
        tmp_path / "企业台账.xlsx",
        {
            "创新型中小企业": [header, [1, "甲公司", "海州区", "2023-10-18"]],
            "名单": [
                header,
                ["一、国家级专精特新“小巨人”企业（1家）"],
                [1, "乙公司", "灌南县", "2022-09-08"],
                ["二、制造业单项冠军企业（1家）"],
                [1, "丙公司", "", "2022-12-30"],
            ],
        },
    )
    result = add_ledger(tmp_path, path)
    assert refusals(result) == set()
    built(tmp_path)
    assert [event[:2] for event in events(tmp_path)] == [
        ("丙公司", "champion"), ("乙公司", "little_giant"), ("甲公司", "innovative"),
    ]  # fmt: skip
    assert count(tmp_path, "champion", "320700-unassigned", D(2022, 12, 31)) == 1


def test_a_column_of_a_title_that_is_not_known_is_named(tmp_path: Path) -> None:
    lines = "企业名称,县区,创新型中小企业,小巨人,省级隐形冠军\n甲公司,海州区,2023-10-18,否,2019年"
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines))
    assert result.rows is not None
    assert result.rows.unread == ("E 省级隐形冠军",)


def test_the_reading_names_the_title_and_the_district_of_rows_that_do_not(tmp_path: Path) -> None:
    path = write_list(tmp_path, "海州区企业台账.csv", "企业名称,认定时间\n甲公司,2023-10-18")
    assert refusals(add_ledger(tmp_path, path)) == {(2, "A", "ledger_title_missing", None)}
    result = add_ledger(tmp_path / "stated", path, tier="innovative", area=None)
    assert result.reading is not None
    assert result.reading.area_code == "320706"
    built(tmp_path / "stated")
    assert count(tmp_path / "stated", "innovative", "320706", D(2023, 10, 31)) == 1


def test_a_title_of_the_past_is_told_by_its_level_and_year(tmp_path: Path) -> None:
    lines = "企业名称,称号,级别,认定时间\n甲公司,小巨人,省级,2019-12-20\n乙公司,小巨人,国家级,2019-06-05"
    assert add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines)).is_clean
    built(tmp_path)
    assert [event[:2] for event in events(tmp_path)] == [("乙公司", "little_giant"), ("甲公司", "srdi")]


def test_two_ledgers_of_the_same_titles_count_once(tmp_path: Path) -> None:
    lines = "企业名称,县区,专精特新中小企业,小巨人\n甲公司,海州区,2022-12-15,"
    add_ledger(tmp_path, write_list(tmp_path, "市台账.csv", lines))
    add_ledger(tmp_path, write_list(tmp_path, "区台账.csv", lines + "\n乙公司,海州区,2023-12-08,"), area="海州区")
    built(tmp_path)
    assert count(tmp_path, "srdi", "320706", D(2023, 12, 31)) == 2
    assert new_titles(tmp_path) == 2


def test_every_title_of_the_captions_is_one_of_the_catalogue() -> None:
    catalog = load()
    held = {field.removesuffix(".held") for field in catalog.headers if field.endswith(".held")}
    assert held == {*catalog.tiers, "pool"}


# --- what is a ledger ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lines", "statement", "kind"),
    [
        ("企业.csv", "企业名称,县区,创新型中小企业,小巨人\n甲公司,海州区,2023-10-18,第四批", {}, "ledger"),
        ("企业.csv", "企业名称,县区,称号\n甲公司,海州区,小巨人\n乙公司,海州区,单项冠军", {}, "ledger"),
        ("企业.csv", "企业名称,县区,小巨人批次\n甲公司,海州区,第四批", {}, "ledger"),
        ("企业台账.csv", "企业名称,县区,称号,年度\n甲公司,海州区,小巨人,2022", {}, "ledger"),
        ("专精特新“小巨人”企业汇总表.csv", "企业名称,县区,认定时间\n甲公司,海州区,2022-09-08", {}, "ledger"),
        # Tier and event are stated, or said by a title: one list.
        (
            "第四批专精特新“小巨人”企业认定名单.csv",
            "企业名称,县区,是否创新型,小巨人批次\n甲公司,海州区,是,第四批",
            {"event_on": D(2022, 9, 8)},
            "list",
        ),
        (
            "企业台账.csv",
            "企业名称,县区,认定时间\n甲公司,海州区,2022-09-08",
            {"tier": "srdi", "event": "recognition", "event_on": D(2022, 9, 8)},
            "list",
        ),
        ("企业.csv", "企业名称,县区,批次\n甲公司,海州区,2022", {"kind": "ledger", "tier": "srdi"}, "ledger"),
        ("培育库企业名单.csv", "企业名称,县区\n甲公司,海州区", {"tier": "srdi", "event_on": D(2025, 3, 1)}, "pool"),
    ],
)
def test_a_ledger_is_known_by_its_shape(
    tmp_path: Path, name: str, lines: str, statement: Mapping[str, Any], kind: str
) -> None:
    result = add_ledger(tmp_path, write_list(tmp_path, name, lines), **statement)
    assert result.refusal is None
    assert result.reading is not None
    assert result.reading.kind == kind


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ({"is_final": True}, "add.final_ledger"),
        ({"year_day": "02-29"}, "add.bad_year_day"),
        ({"year_day": "年底"}, "add.bad_year_day"),
        ({"tier": "giant"}, "add.unknown_tier"),
        ({"area": None}, "add.missing"),
    ],
)
def test_a_statement_that_a_ledger_cannot_have_is_refused(tmp_path: Path, statement: dict[str, Any], code: str) -> None:
    path = write_list(tmp_path, "台账.csv", "企业名称,县区,创新型中小企业,小巨人\n甲公司,海州区,2023-10-18,第四批")
    result = add_ledger(tmp_path, path, **statement)
    assert result.refusal is not None
    assert result.refusal.code == code
    assert all("台账.csv" in result.refusal.text(language) for language in ("zh", "en"))


# --- days ---------------------------------------------------------------------------------------------------------

YEARS = "企业名称,县区,专精特新中小企业,小巨人\n甲公司,海州区,2022年,第四批\n乙公司,东海县,√,"


def day_and_source(folder: Path) -> list[tuple[str, str, dt.date, dt.date, bool, str]]:
    return rows(
        folder,
        "select enterprise.name, event.tier, event.event_on, event.valid_to, event.valid_to_estimated, event.dated_by "
        "from core.recognition_event as event inner join core.enterprise as enterprise "
        "on enterprise.enterprise_id = event.enterprise_id where event.dated_by is not null order by 1, 2, 3",
    )


def test_a_year_alone_is_refused_and_the_message_says_what_to_add(tmp_path: Path) -> None:
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", YEARS))
    assert refusals(result) == {
        (2, "C", "ledger_date_missing", "2022年"),
        (3, "C", "ledger_date_missing", "√"),
    }
    assert result.rows is not None
    # A row of which a title is left is accepted, one of which nothing is left is not.
    assert [result.rows.counts[name] for name in ("accepted", "rejected", "rejected_cells")] == [1, 1, 2]
    assert not result.is_clean
    [row] = result.rows.rejected.filter(row=2).to_dicts()
    assert "第 2 行，C 列：“2022年”只有年度或批次" in row_message(row, "台账.csv", "zh")
    assert "--year-day" in row_message(row, "台账.csv", "en")
    built(tmp_path)
    assert day_and_source(tmp_path) == [
        ("甲公司", "little_giant", D(2022, 7, 1), D(2025, 6, 30), True, "catalog"),
    ]


def test_a_batch_known_from_a_notice_gives_its_dates(tmp_path: Path) -> None:
    notice = write_list(tmp_path, "名单.csv", "企业名称,县区\n丙公司,海州区")
    add(
        tmp_path, notice, event_on=D(2022, 12, 15), valid_from=D(2023, 1, 1), valid_to=D(2025, 12, 31), cohort_year=2022
    )
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", YEARS))
    assert refusals(result) == {(3, "C", "ledger_date_missing", "√")}
    debts = built(tmp_path).debts
    assert day_and_source(tmp_path)[1] == ("甲公司", "srdi", D(2022, 12, 15), D(2025, 12, 31), False, "notice")
    assert debts.filter(kind="ledger_dated_by_notice")["number"].to_list() == [1]


def test_a_notice_of_another_area_or_of_a_publicity_gives_none(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", "企业名称\n丙公司"), event_on=D(2022, 12, 15), area="320722")
    add(tmp_path, write_list(tmp_path, "b.csv", "企业名称\n丁公司"), event_on=D(2022, 11, 15), event="publicity")
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", YEARS))
    assert (2, "C", "ledger_date_missing", "2022年") in refusals(result)


def test_two_batches_of_one_year_leave_the_year_open_and_the_number_decides(tmp_path: Path) -> None:
    for batch, day in (("2024-1", D(2024, 7, 5)), ("2024-2", D(2024, 12, 20))):
        add(tmp_path, write_list(tmp_path, f"{batch}.csv", f"企业名称\n{batch}公司"), event_on=day, batch=batch)
    cells = ("甲公司,2024年,", "乙公司,2024年度第二批,", "丙公司,2024年7月,", "丁公司,2024年第三批,")
    lines = "\n".join(["企业名称,专精特新中小企业,小巨人", *cells])
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines))
    assert {(row, value) for row, _, _, value in refusals(result)} == {(2, "2024年"), (5, "2024年第三批")}
    built(tmp_path)
    assert [(name, day) for name, _, day, *_ in day_and_source(tmp_path)] == [
        ("丙公司", D(2024, 7, 5)), ("乙公司", D(2024, 12, 20)),
    ]  # fmt: skip


def test_the_reading_dates_what_names_no_other_year(tmp_path: Path) -> None:
    lines = "企业名称,专精特新中小企业,小巨人\n甲公司,√,\n乙公司,2025年,\n丙公司,2024年,"
    result = add_ledger(
        tmp_path,
        write_list(tmp_path, "台账.csv", lines),
        event_on=D(2025, 6, 20),
        valid_from=D(2025, 7, 1),
        valid_to=D(2028, 6, 30),
    )
    assert refusals(result) == {(4, "B", "ledger_date_missing", "2024年")}
    debts = built(tmp_path).debts
    assert day_and_source(tmp_path) == [
        ("乙公司", "srdi", D(2025, 6, 20), D(2028, 6, 30), False, "reading"),
        ("甲公司", "srdi", D(2025, 6, 20), D(2028, 6, 30), False, "held"),
    ]
    # A mere √ says that the title is held, not since when: it is never new.
    assert debts.filter(kind="ledger_dated_by_held")["detail"].to_list() == ["2025-06-20"]
    assert new_titles(tmp_path) == 1


def new_titles(folder: Path) -> int:
    """How many SRDI titles the whole city ever gained anew."""
    new = "select sum(value) from mart.observation where basis = 'new' and indicator_id = 'srdi_smes' and area_code = ?"
    [(found,)] = rows(folder, new, "320700")
    return int(found)


def test_an_agreed_day_dates_years_and_is_marked_as_estimated(tmp_path: Path) -> None:
    lines = '企业名称,专精特新中小企业,小巨人\n甲公司,"2025年,2021年",\n乙公司,√,'
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines), year_day="10-31")
    assert refusals(result) == {(3, "B", "ledger_date_missing", "√")}
    debts = built(tmp_path).debts
    assert day_and_source(tmp_path) == [
        ("甲公司", "srdi", D(2021, 10, 31), D(2024, 10, 30), True, "year"),
        ("甲公司", "srdi", D(2025, 10, 31), D(2028, 10, 30), True, "year"),
    ]
    assert debts.filter(kind="ledger_dated_by_year")["number"].to_list() == [2]
    assert count(tmp_path, "srdi", "320700", D(2025, 12, 31)) == 1


def test_days_that_cannot_be_are_refused(tmp_path: Path) -> None:
    lines = "企业名称,专精特新中小企业,小巨人\n甲公司,2027年,\n乙公司,2026-02-01,\n丙公司,2026年,\n丁公司,1998-01-01,"
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines), year_day="12-31")
    assert {(row, rule) for row, _, rule, _ in refusals(result)} == {
        (2, "date_out_of_range"),
        (3, "date_out_of_range"),
        (4, "date_out_of_range"),
        (5, "ledger_cell_unreadable"),
    }


# --- what notices say already -------------------------------------------------------------------------------------


def add_notices(folder: Path) -> None:
    """Two recognitions and a review, without counties but for one."""
    window = {"valid_from": D(2022, 12, 15), "valid_to": D(2025, 12, 14)}
    first = write_list(folder, "a.csv", "企业名称,县区\n甲公司,海州区\n乙公司,\n丙公司,东海县")
    add(folder, first, event_on=D(2022, 12, 15), batch="2022", **window)
    window = {"valid_from": D(2025, 12, 15), "valid_to": D(2028, 12, 14)}
    review = write_list(folder, "b.csv", "企业名称,县区\n甲公司,海州区")
    add(folder, review, event=REVIEW, event_on=D(2025, 12, 5), reviewed_cohort=2022, **window)
    giants = write_list(folder, "c.csv", "企业名称,县区\n丙公司,东海县")
    add(folder, giants, tier="little_giant", event_on=D(2023, 8, 14), batch="5")


SAME = (
    "企业名称,统一社会信用代码,县区,专精特新中小企业,小巨人\n"
    '甲公司,91350100M000100Y43,海州区,"2025年,2022年",\n'
    "乙公司,,灌南县,√,\n"
    "丙公司,,东海县,2022-12-15,第五批（2023年）"
)


def test_a_ledger_of_the_same_titles_changes_no_count(tmp_path: Path) -> None:
    counted = {}
    for name in ("notices", "both"):
        folder = tmp_path / name
        add_notices(folder)
        if name == "both":
            result = add_ledger(folder, write_list(folder, "台账.csv", SAME))
            assert refusals(result) == set()
            assert result.rows is not None
            assert (result.rows.counts["stated"], result.rows.counts["repeated"]) == (5, 5)
        debts = built(folder).debts
        assert debts.filter(kind="ledger_differs").is_empty()
        # The ledger gives a row its county, so only the city is compared.
        titles = "select indicator_id from core.indicator where formula = 'tier_count'"
        where = f"where area_code = '320700' and indicator_id in ({titles}) order by all"
        counted[name] = rows(folder, f"select * from mart.observation {where}")
    assert counted["both"] == counted["notices"]
    # What the ledger knows besides serves the notices: a credit code, and the county of a row without one.
    both = tmp_path / "both"
    assert rows(both, "select uscc from core.enterprise where name = '甲公司'") == [("91350100M000100Y43",)]
    assert count(both, "srdi", "320724", D(2023, 1, 31)) == 1
    assert len(rows(both, "select * from core.recognition_event where reading_id in "
                          "(select reading_id from core.source_reading where kind = 'ledger')")) == 0  # fmt: skip


def test_a_bare_year_repeats_a_review_and_makes_no_recognition_of_it(tmp_path: Path) -> None:
    review = write_list(tmp_path, "b.csv", "企业名称\n甲公司")
    add(tmp_path, review, event=REVIEW, event_on=D(2025, 12, 5), reviewed_cohort=2022)
    ledger = write_list(tmp_path, "台账.csv", "企业名称,专精特新中小企业,小巨人\n甲公司,2025年,")
    add_ledger(tmp_path, ledger, year_day="06-30")
    built(tmp_path)
    assert [event[2] for event in events(tmp_path)] == [REVIEW]
    assert new_titles(tmp_path) == 0


def test_where_a_ledger_contradicts_a_notice_the_notice_holds_and_the_difference_is_a_debt(tmp_path: Path) -> None:
    add_notices(tmp_path)
    lines = (
        "企业名称,县区,专精特新中小企业认定时间,专精特新中小企业有效期至,小巨人批次,小巨人认定时间\n"
        "甲公司,海州区,2022-11-30,2025-11-29,,\n"
        "丙公司,海州区,2022-12-15,2025-12-14,第六批,2023年9月"
    )
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines))
    assert refusals(result) == {(3, "F", "ledger_contradiction", "2023年9月")}
    debts = built(tmp_path).debts.filter(kind="ledger_differs").to_dicts()
    assert [(debt["tier"], debt["number"]) for debt in debts] == [("srdi", 1)]
    differences = 'select what, ledger_says, notice_says, row, "column" from core.ledger_difference order by 1'
    assert rows(tmp_path, differences) == [
        ("event_on", "2022-11-30", "2022-12-15", 2, "C"),
        ("valid_to", "2025-11-29", "2025-12-14", 2, "C"),
    ]
    assert [event[4] for event in events(tmp_path) if event[0] == "甲公司"] == [D(2022, 12, 15), D(2025, 12, 5)]


def test_a_ledger_stands_in_for_a_notice_that_is_withdrawn(tmp_path: Path) -> None:
    lines = "企业名称,县区,专精特新中小企业,小巨人\n甲公司,海州区,2022-12-20,"
    notice = add(tmp_path, write_list(tmp_path, "a.csv", "企业名称,县区\n甲公司,海州区"), event_on=D(2022, 12, 15))
    add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines))
    built(tmp_path)
    assert [event[4] for event in events(tmp_path)] == [D(2022, 12, 15)]
    assert notice.file_id is not None
    withdraw(notice.file_id, tmp_path, by="王工", reason="传错文件")
    built(tmp_path)
    assert [event[4] for event in events(tmp_path)] == [D(2022, 12, 20)]


def test_a_publicity_in_a_ledger_never_counts_and_ends_by_itself(tmp_path: Path) -> None:
    lines = "企业名称,县区,专精特新中小企业,小巨人\n甲公司,海州区,2024年12月5日公示,"
    add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines))
    built(tmp_path)
    for day, shown in ((D(2024, 12, 31), 1), (D(2025, 12, 31), 0)):
        assert count(tmp_path, "srdi", "320700", day, "publicity") == shown
        assert count(tmp_path, "srdi", "320700", day) == 0


def test_pool_columns_give_pool_entries_and_no_events(tmp_path: Path) -> None:
    lines = (
        "企业名称,县区,创新型中小企业,小巨人培育库,培育库,入库时间\n"
        "甲公司,海州区,,√,已入库,2025年3月10日\n"
        "乙公司,海州区,2023-10-18,,否,\n"
        "丙公司,海州区,,,是,"
    )
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines), kind="ledger")
    assert refusals(result) == set()
    built(tmp_path)
    entries = "select enterprise.name, level, entered_on from core.pool_entry inner join core.enterprise as enterprise "
    entries += "on enterprise.enterprise_id = pool_entry.enterprise_id order by all"
    assert rows(tmp_path, entries) == [
        ("丙公司", None, None), ("甲公司", "little_giant", None), ("甲公司", None, D(2025, 3, 10)),
    ]  # fmt: skip
    assert [event[:2] for event in events(tmp_path)] == [("乙公司", "innovative")]


def test_the_books_of_a_ledger_add_up_in_the_build(tmp_path: Path) -> None:
    lines = (
        "企业名称,统一社会信用代码,县区,专精特新中小企业,小巨人\n"
        "甲公司,,海州区,2022-12-15,天书\n"
        "乙公司,,海州区,天书,\n"
        "丙公司,91350100M000100Y44,海州区,2022-12-15,\n"
        "丁公司,,无锡市,2022-12-15,\n"
        "甲公司,,海州区,2022-12-15,\n"
        "戊公司,,江苏省,2022-12-15,"
    )
    result = add_ledger(tmp_path, write_list(tmp_path, "台账.csv", lines))
    assert result.rows is not None
    built(tmp_path)
    wanted = "read, accepted, out_of_area, rejected, duplicate, rejected_cells, stated, repeated, undated, unplaced"
    assert rows(tmp_path, f"select {wanted} from core.source_reading") == [(6, 1, 2, 2, 1, 2, 2, 0, 0, 1)]
    assert rows(tmp_path, "select rejected, rejected_cells from core.source_file") == [(2, 2)]
    assert len(rows(tmp_path, "select * from core.rejected_row")) == 4


def test_what_is_printed_of_a_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path / "data"))
    path = write_list(
        tmp_path, "台账.csv", "企业名称,县区,专精特新中小企业,小巨人,省级隐形冠军\n甲公司,海州区,2021年,天书,x"
    )
    assert main(["add", str(path), "--area", "连云港市", "--year-day", "12-31"]) == 1
    printed = capsys.readouterr().out
    assert "读作：台账，地区 连云港市；未写称号的按 –，未写日期的按 –，只写年度的从当年 12-31 起" in printed
    assert "称号 1 项，其中名单已有 0 项；退回单元格 1 个" in printed
    assert "没有读取：E 省级隐形冠军" in printed
    assert "第 2 行，D 列：单元格“天书”看不懂" in printed
    assert main(["build"]) == 0
    printed = capsys.readouterr().out
    assert "专精特新 1 项只写了年度，按约定从当年 12-31 起计算" in printed
    # The title ended years ago, so one debt is of no file.
    assert "海州区 专精特新：1 家到期满 12 个月仍无复核结果" in printed
    assert main(["files"]) == 0
    assert "1. 台账" in capsys.readouterr().out
