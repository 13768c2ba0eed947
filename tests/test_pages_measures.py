"""The tasks page on the demo: what a leader sees, all that a unit answers for, and the rules beside the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.demo import Demo
from tests.test_pages import page_text
from tracker import blocks_rules, measures, ui
from tracker.text import LANGUAGES

PAGES = Path(__file__).resolve().parent.parent / "pages"
AS_OF = dt.date(2025, 12, 31)

# Task, unit, whether it leads, due, newest report: status and day.
ROWS = [
    ("a", "lead", True, AS_OF, "done", dt.date(2025, 1, 31)),
    ("a", "joint", False, AS_OF, "not_reported", None),
    ("b", "lead", True, AS_OF, "under_way", dt.date(2025, 12, 1)),
    ("b", "joint", False, AS_OF, "done", dt.date(2025, 9, 30)),
    ("c", "other", True, dt.date(2026, 1, 31), "delayed", dt.date(2025, 9, 30)),
    ("d", "other", True, None, "not_started", dt.date(2025, 10, 1)),
]


def rows() -> pl.DataFrame:
    names = ("measure_id", "reporter", "is_lead", "due_on", "status", "reported_on")
    found = pl.DataFrame(ROWS, schema=names, orient="row").with_columns(name=pl.col("reporter"))
    return measures.judged(found, AS_OF, report_months=3)


def test_who_is_overdue_and_who_owes() -> None:
    found = {(row["measure_id"], row["reporter"]): row for row in rows().iter_rows(named=True)}
    assert {key for key, row in found.items() if row["is_overdue"]} == {("a", "joint"), ("b", "lead")}
    # Never reported; or not done, and the last report is a whole quarter old.
    assert {key for key, row in found.items() if row["is_owed"]} == {("a", "joint"), ("c", "other")}


def test_a_task_stands_as_its_leading_unit_says() -> None:
    tasks = measures.by_task(rows())
    said = tasks.select("measure_id", "status", "is_overdue", "others", "owing").rows()
    assert said == [
        ("a", "done", False, 1, ["joint"]),
        ("b", "under_way", True, 1, []),
        ("c", "delayed", False, 0, ["other"]),
        ("d", "not_started", False, 0, []),
    ]
    assert measures.finding(tasks, rows(), "zh") == "4 项任务完成 1 项，1 项滞后，1 项超期未完成，2 个单位欠报"
    shown = {choice: measures.narrowed(tasks, choice)["measure_id"].to_list() for choice in measures.CHOICES}
    assert shown == {
        "all": ["a", "b", "c", "d"],
        "overdue": ["b"],
        "delayed": ["c"],
        "not_reported": [],
        "not_started": ["d"],
        "under_way": ["b"],
        "done": ["a"],
        "owed": ["a", "c"],
    }
    assert measures.others_phrase(tasks.row(0, named=True), "zh") == "1 个配合单位：未报送 1"


def test_units_that_report() -> None:
    units = {row["name"]: row for row in measures.by_unit(rows()).iter_rows(named=True)}
    assert {
        name: (row["tasks"], row["leads"], row["done"], row["overdue"], row["owed"]) for name, row in units.items()
    } == {"lead": (2, 2, 1, 1, 0), "joint": (2, 0, 1, 1, 1), "other": (2, 2, 0, 0, 1)}


@pytest.fixture
def folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    yield demo.folder
    ui.forget()


def opened(language: str, **codes: str) -> AppTest:
    """The tasks page on a cold link."""
    app = AppTest.from_file(str(PAGES / "main.py"), default_timeout=60)
    app.query_params["lang"], app.query_params["as_of"] = language, str(AS_OF)
    if "plan" in codes:
        app.query_params["plan"] = codes["plan"]
    app.run()
    for code, value in codes.items():
        app.query_params[code] = value
    app.switch_page("measures.py").run()
    assert not app.exception
    return app


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_and_one_unit(folder: Path, language: str) -> None:
    expected = {
        "zh": [
            "12 项任务完成 3 项，2 项滞后，4 项超期未完成",
            "第二个产业集群未获省级认定",
            "13 个配合单位",
            "从未填报",
            "演示数据",
        ],
        "en": [
            "3 of 12 tasks done, 2 delayed, 4 overdue",
            "Strengthen chains through supply cooperation",
            "Other units (13)",
            "never",
        ],
    }
    shown = page_text(opened(language))
    for phrase in expected[language]:
        assert phrase in shown
    unit = opened(language, unit="city_industry", status="delayed")
    of_unit = {
        "zh": ["市工业和信息化局：11 项任务完成 1 项", "协作配套强链", "历次填报", "免费诊断完成七成", "负责的目标"],
        "en": [
            "Municipal Bureau of Industry and Information Technology: 1 of 11 tasks done",
            "All reports",
            "Targets of the unit",
        ],
    }
    shown = page_text(unit)
    for phrase in of_unit[language]:
        assert phrase in shown
    codes = {code: value if isinstance(value, str) else value[0] for code, value in unit.query_params.items()}
    assert (codes["unit"], codes["status"]) == ("city_industry", "delayed")


@pytest.mark.slow
def test_events_of_every_kind_stand_on_the_page_with_their_place(folder: Path, demo: Demo) -> None:
    shown = page_text(opened("zh", plan="liangjiang"))
    held = demo.rows(
        "select title, held_on, row from core.activity where not is_repeated and held_on <= ? order by held_on", AS_OF
    )
    assert f"{len(held)} 次，最新的在前" in shown
    for title, day, row in held:
        assert f"{day.year}年{day.month}月{day.day}日" in shown
        assert title in shown
        assert f"活动 {row}" in shown
    # The newest stands first.
    assert shown.index(held[-1][0]) < shown.index(held[0][0])


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        ((500.0, None, "10k_yuan", "ge"), "不低于 500 万元", "at least 5,000,000 yuan"),
        ((4000.0, None, "10k_yuan", "le"), "不超过 4000 万元", "at most 40,000,000 yuan"),
        ((20.0, 50.0, "10k_yuan", "range"), "20–50 万元", "200,000–500,000 yuan"),
        ((17.14, None, "100m_yuan", "eq"), "17.14 亿元", "1,714,000,000 yuan"),
        ((1.0, None, "100m_yuan", "gt"), "超过 1 亿元", "more than 100,000,000 yuan"),
        ((15000.0, None, "item", "eq"), "15,000 个", "15,000"),
    ],
)
def test_a_figure_of_a_plan_is_printed_as_the_plan_means_it(
    number: tuple[float, float | None, str, str], zh: str, en: str
) -> None:
    row = dict(zip(("value", "value_high", "unit", "comparator"), number, strict=True))
    assert (blocks_rules.figure(row, "zh"), blocks_rules.figure(row, "en")) == (zh, en)


@pytest.mark.slow
def test_the_rules_and_reported_figures_of_a_plan_stand_below_its_tasks(folder: Path) -> None:
    shown = page_text(opened("zh", plan="nantong"))
    for phrase in (
        "不作为目标的规定",
        "单项冠军 100 万元",
        "补助上限 不超过 4000 万元",
        "响应 2 个工作日",
        "计划报告的参考数",
        "619 家",
    ):
        assert phrase in shown
    # A rule without numbers still stands there, and what a plan does not have is not announced.
    shown = page_text(opened("en", plan="suzhou_industrial_park"))
    assert "(no amount stated)" in shown
    assert "Figures that the plan reports" not in shown
