"""Values that may be wrong: each asks for a reason, by ``add`` and by ``build``, and none is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from etl.add import Added, Statement, add_files
from etl.report import debt_line
from etl.report_added import asked_message
from tests.read_inputs import book
from tests.value_worlds import CATALOG, LIST, report
from tests.worlds import RECEIVED_ON, add, built, write_list
from tracker.text import LANGUAGES

D = dt.date
HEAD = "企业名称,营业收入（万元）,主营业务收入（万元）,有效授权专利数\n"


def asked(result: Added) -> list[tuple[str, str, float, float | None]]:
    assert result.asked is not None
    return [(r["question"], r["name"], r["value"], r["compared_with"]) for r in result.asked.to_dicts()]


def test_a_unit_jump_is_asked_about_by_add_and_by_build_and_not_refused(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "名单.csv", LIST))
    report(tmp_path, "海州区2024年度.csv", HEAD + "甲公司,1200,1000,5\n乙公司,900,800,5")
    built(tmp_path)
    text = HEAD + "甲公司,13000000,11000000,6\n乙公司,1000,800,5"
    result = report(tmp_path, "海州区2025年度.csv", text, reason="已电话核实")
    assert result.is_clean
    assert asked(result) == [
        ("implausible", "甲公司", 13000000.0, 10000000.0),
        ("unit_jump", "甲公司", 13000000.0, 1200.0),
        ("implausible", "甲公司", 11000000.0, 10000000.0),
        ("unit_jump", "甲公司", 11000000.0, 1000.0),
    ]
    published = built(tmp_path)
    [debt] = published.debts.filter(kind="unit_jump").to_dicts()
    assert (debt["number"], debt["area_code"]) == (2, "320706")
    assert "甲公司 B2: 1200 → 13000000 (已电话核实)" in debt_line(debt, published.readings, CATALOG)
    assert result.asked is not None
    for language in LANGUAGES:
        assert "13,000,000" in asked_message(result.asked.to_dicts()[0], CATALOG, language)


def questions_of(folder: Path, before: str, after: str, kind: str = "enterprise_values") -> list[tuple[str, float]]:
    """What two sheets of one file ask, the first of the second quarter and the second of the third."""
    sheets = {
        name: [line.split(",") for line in text.splitlines()]
        for name, text in (("2025年二季度", before), ("2025年三季度", after))
    }
    path = book(folder / "a.xlsx", sheets)
    statement = Statement(area="海州区", kind=kind, received_on=RECEIVED_ON)  # type: ignore[arg-type]
    [result] = add_files([path], statement, folder, CATALOG, keep=False)
    return [(question, value) for question, _, value, _ in asked(result)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # Revenue runs up within a year: it may grow and must not fall.
        ("1000,900,5", "1500,1400,5", []),
        ("1000,900,5", "800,700,5", [("cumulative_fall", 800.0), ("cumulative_fall", 700.0)]),
        ("1000,900,5", "1000,1001,5", [("part_above_whole", 1001.0)]),
        # More than four times as many patents, and at least ten more.
        ("1000,900,5", "1000,900,20", []),
        ("1000,900,5", "1000,900,21", [("large_change", 21.0)]),
        ("1000,900,1", "1000,900,9", []),
        ("1000,900,21", "1000,900,5", [("large_change", 5.0)]),
        ("1000,900,0", "1000,900,500", []),
        ("1000,900,5", "1000,900,50000", [("implausible", 50000.0), ("unit_jump", 50000.0)]),
    ],
)
def test_questions(tmp_path: Path, before: str, after: str, expected: list[tuple[str, float]]) -> None:
    assert questions_of(tmp_path, HEAD + "甲公司," + before, HEAD + "甲公司," + after) == expected


def test_revenue_is_compared_with_the_same_quarter_of_an_earlier_year(tmp_path: Path) -> None:
    text = (
        "企业名称,报告期,营业收入（万元）\n甲公司,2024Q1,100\n甲公司,2024Q4,4000\n甲公司,2025Q1,90\n甲公司,2025Q4,17000"
    )
    result = report(tmp_path, "海州区.csv", text)
    assert asked(result) == [("large_change", "甲公司", 17000.0, 4000.0)]


def test_what_was_ever_reached_never_falls(tmp_path: Path) -> None:
    found = questions_of(
        tmp_path,
        "指标,数值\n智能车间数,5\n上市后备企业数,5",
        "指标,数值\n智能车间数,4\n上市后备企业数,4",
        "area_values",
    )
    assert found == [("cumulative_fall", 4.0)]


@pytest.mark.parametrize(
    ("cells", "flagged"),
    [
        (("0.523", "0.9"), [0.523, 0.9]),
        (("0.523", "—", "0", "1"), [0.523, 1.0]),
        (("0.523", "52.3"), []),
        (("0.5%", "0.9"), []),
        (("50%",), []),
    ],
)
def test_percentages_that_look_like_fractions_are_flagged_and_never_scaled(
    tmp_path: Path, cells: tuple[str, ...], flagged: list[float]
) -> None:
    lines = [f"{area},{cell}" for area, cell in zip(("海州区", "连云区", "东海县", "灌云县"), cells, strict=False)]
    text = "地区,产业链配套覆盖率（%）\n" + "\n".join(lines)
    result = report(tmp_path, "连云港市2025Q3.csv", text)
    assert [(q, value) for q, _, value, _ in asked(result)] == [("percent_as_fraction", value) for value in flagged]
    assert result.is_clean
