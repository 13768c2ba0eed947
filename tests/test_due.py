"""Who owes which report: the SQL against slow Python on the demo, the states, the reminder, reports sent twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from etl.add import Added, Statement, add_files
from tests.demo import CITY, CLOSE, UNITS, Demo
from tests.test_pages import page_text
from tests.worlds import built, rows, write_list
from tracker import due, ui, warehouse
from tracker.catalog import load
from tracker.text import LANGUAGES

PAGES = Path(__file__).resolve().parent.parent / "pages"
PLAN = "lianyungang"
SINCE = dt.date(2024, 12, 31)
DAY = dt.date(2026, 1, 25)


def month_end(year: int, month: int) -> dt.date:
    years, months = divmod(12 * year + month, 12)
    return dt.date(years, months + 1, 1) - dt.timedelta(days=1)


@pytest.fixture
def folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    yield demo.folder
    ui.forget()


def parts_of(indicator: Any) -> list[str]:
    both = [name for name in (indicator.numerator, indicator.denominator) if name]
    return both if indicator.formula != "reported" or len(both) == 2 else [indicator.indicator_id]


def slow_reports(demo: Demo) -> set[tuple[Any, ...]]:
    """Who owes which measure of which period, when it was due and when it first came, one loop inside another."""
    catalog = load()
    events = {name for kind in catalog.activities.values() for name in kind.indicators}
    received = dict(demo.rows("select file_id, received_on from core.source_file"))
    stated = demo.rows("select area_code, indicator_id, period_end, file_id from core.reported_value")
    answers: dict[tuple[int, str, dt.date], list[dt.date]] = {}
    for who, name, end, file_id in demo.rows(
        "select enterprise_id, measure, period_end, file_id from core.enterprise_value"
    ):
        answers.setdefault((who, name, end), []).append(received[file_id])
    inside: dict[str, set[str]] = {}
    for code, above in demo.rows("select area_code, ancestor_code from core.area_closure"):
        inside.setdefault(above, set()).add(code)
    tenures = demo.rows(
        "select enterprise_id, tier, area_code, from_on, to_on from core.tenure where status <> 'publicity'"
    )
    ends = [month_end(2025, month) for month in range(1, 13)]
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    asked_of: dict[tuple[str, str, dt.date, dt.date], set[int]] = {}
    targets = demo.rows("select indicator_id, starts_on, due_on, owner_units from core.target where plan_id = ?", PLAN)
    for indicator_id in {row[0] for row in targets} - events:
        indicator = catalog.indicators[indicator_id]
        if indicator.formula in ("tier_count", "rank"):
            continue
        own = [row for row in targets if row[0] == indicator_id]
        for name in parts_of(indicator):
            measure = catalog.measures[name]
            every = {"month": 1, "quarter": 3, "year": 12}[measure.frequency]
            for end in ends:
                if end.month % every or not min(row[1] for row in own) <= end <= max(row[2] for row in own):
                    continue
                due_on = month_end(end.year, end.month + indicator.grace_months)
                if measure.level == "area":
                    names = {name, indicator_id}
                    ever = {area for area, told, _, _ in stated if told in names}
                    owners = [(unit, unit) for unit in UNITS if unit in ever]
                    if CITY in ever or not owners:
                        owners.append((min(row[3] for row in own).split(",")[0], CITY))
                    for reporter, area in owners:
                        came = [received[f] for a, told, e, f in stated if a == area and told in names and e == end]
                        found[reporter, "area", name, end] = (due_on, None, None, min(came, default=None))
                    continue
                for unit in UNITS:
                    asked_of.setdefault((unit, name, end, due_on), set()).update(
                        who
                        for who, tier, area, from_on, to_on in tenures
                        if tier == indicator.population and from_on <= end < to_on and area in inside[unit]
                    )
    # A measure that several tiers are asked for is asked once of whoever holds any of them.
    for (unit, name, end, due_on), asked in asked_of.items():
        if asked:
            came = [day for who in asked for day in answers.get((who, name, end), ())]
            number = sum((who, name, end) in answers for who in asked)
            found[unit, "enterprise", name, end] = (due_on, len(asked), number, min(came, default=None))
    return {(*key, *value) for key, value in found.items()}


def test_who_owes_what_as_sql_says_and_as_slow_python_says(demo: Demo, folder: Path) -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    told = warehouse.query(build_id, "due_reports", plan_id=PLAN, since=SINCE, until=CLOSE, language="zh")
    columns = ("reporter", "level", "measure", "period_end", "due_on", "asked", "answered", "received_on")
    slow = slow_reports(demo)
    assert len(slow) > 500
    assert set(told.select(columns).iter_rows()) == slow


def measures(*told: tuple[str, str, str, dt.date, dt.date, dt.date | None]) -> pl.DataFrame:
    names = ("reporter", "level", "measure_name", "period_end", "due_on", "received_on")
    schema: dict[str, Any] = dict.fromkeys(names[:3], pl.String) | dict.fromkeys(names[3:], pl.Date)
    frame = pl.DataFrame(told, schema=schema, orient="row")
    return frame.with_columns(
        reporter_name=pl.col("reporter"), area_code=pl.col("reporter"), measure="measure_name",
        frequency=pl.lit("quarter"), file_name=pl.lit("a.xlsx"),
        asked=pl.lit(None, pl.Int64), answered=pl.lit(None, pl.Int64),
    )  # fmt: skip


Q2, Q3, Q4 = dt.date(2025, 6, 30), dt.date(2025, 9, 30), dt.date(2025, 12, 31)
DUE2, DUE3, DUE4 = dt.date(2025, 8, 31), dt.date(2025, 11, 30), dt.date(2026, 2, 28)
TOLD = measures(
    ("甲", "area", "平台", Q3, DUE3, dt.date(2025, 11, 30)),
    ("乙", "area", "平台", Q3, DUE3, dt.date(2025, 12, 3)),
    ("丙", "area", "平台", Q3, DUE3, None),
    ("丁", "area", "平台", Q3, DUE3, dt.date(2025, 11, 1)),
    ("丁", "area", "车间", Q3, DUE3, None),
    ("甲", "area", "平台", Q4, DUE4, None),
    ("甲", "area", "平台", Q2, DUE2, None),
)


def test_every_state_of_a_report() -> None:
    found = due.reports(TOLD, DAY)
    said = {(row["reporter"], row["period_end"]): (row["state"], row["days"]) for row in found.iter_rows(named=True)}
    assert said == {
        ("甲", Q3): ("on_time", None),  # on the very day
        ("乙", Q3): ("late", 3),
        ("丙", Q3): ("missing", 56),
        ("丁", Q3): ("partial", 56),
        ("甲", Q4): ("open", None),
        ("甲", Q2): ("skipped", None),  # a later period came
    }
    assert due.owing(found) == {"丁": "丁", "丙": "丙"}
    assert due.finding(found, DAY, "zh") == "2 个单位欠报：1 份没有报，1 份缺项；1 份迟报（截至2026年1月25日）"


def test_a_reminder_names_what_is_missing_by_when_and_in_which_form() -> None:
    found = due.reports(TOLD, DAY)
    one = due.reminder(found, "丁", DAY, dt.date(2026, 2, 1), "zh")
    assert "丁：\n" in one
    assert (
        "1. 2025年第三季度部门报表，应于2025年11月30日前报送，已逾期 56 天，缺：车间。请用《填报表（部门）》填报。"
        in one
    )
    assert "请于2026年2月1日前补报" in one
    everybody = due.reminder(found, None, DAY, dt.date(2026, 2, 1), "en")
    assert "2 units" in everybody
    assert "Department report, Q3 2025: due on 30 Nov 2025, 56 days overdue. Missing: 车间." in everybody
    assert "甲" not in everybody


def handed_in(folder: Path, name: str, value: int, received_on: dt.date, replaces: str | None = None) -> Added:
    """A district's report of the fourth quarter."""
    lines = f"县区,智能车间数\n海州区,{value}"
    path = write_list(folder, name, lines)
    statement = Statement(
        kind="area_values", area="海州区", period="2025Q4", received_on=received_on, replaces=replaces
    )
    [added] = add_files([path], statement, folder, load(), keep=True)
    return added


def test_a_report_is_replaced_only_by_a_newer_one_of_its_period_and_both_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    first = handed_in(tmp_path, "旧.csv", 3, dt.date(2026, 1, 10))
    assert first.status == "added"
    assert handed_in(tmp_path, "新.csv", 5, dt.date(2026, 1, 20)).status == "added"
    # An older one that turns up later does not take the newer one's place.
    assert handed_in(tmp_path, "更早.csv", 2, dt.date(2026, 1, 5)).status == "added"
    same_day = handed_in(tmp_path, "同日.csv", 7, dt.date(2026, 1, 20))
    assert same_day.refusal is not None
    assert same_day.refusal.code == "report_version.same_day"
    older = handed_in(tmp_path, "倒填.csv", 8, dt.date(2026, 1, 1), replaces=first.file_id)
    assert older.refusal is not None
    assert older.refusal.code == "report_version.older"
    statement = Statement(kind="area_values", area="连云区", period="2025Q4", replaces=first.file_id)
    path = write_list(tmp_path, "连云.csv", "县区,智能车间数\n连云区,4")
    [other] = add_files([path], statement, tmp_path, load(), keep=True)
    assert other.refusal is not None
    assert other.refusal.code == "report_version.other_report"
    built(tmp_path)
    held = "select value from mart.period_value where area_code = '320706' and indicator_id = 'smart_workshops'"
    assert rows(tmp_path, held) == [(5.0,)]
    assert len(rows(tmp_path, "from core.reported_value")) == 3
    build_id = warehouse.current_build_id()
    assert build_id is not None
    versions = warehouse.query(build_id, "report_versions", plan_id=PLAN, language="zh")
    said = versions.select("original_name", "replacing", "replaced").rows()
    assert said == [("新.csv", 1, 0), ("旧.csv", 0, 1), ("更早.csv", 0, 1)]
    ui.forget()


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_who_owes_what_and_offers_the_reminder(folder: Path, language: str) -> None:
    app = AppTest.from_file(str(PAGES / "main.py"), default_timeout=60)
    app.query_params["lang"], app.query_params["as_of"] = language, str(CLOSE)
    app.run()
    app.switch_page("due.py").run()
    assert not app.exception
    shown, reminder = page_text(app), app.code[0].value
    expected = {
        "zh": (
            ["个单位欠报", "灌南县", "2025年第三季度", "欠报 56 天", "演示数据"],
            "应于2025年11月30日前报送，已逾期 56 天",
        ),
        "en": (["units owe reports", "Guannan County", "Q3 2025", "missing for 56 d"], "due on 30 Nov 2025, 56 days"),
    }
    for phrase in expected[language][0]:
        assert phrase in shown
    assert expected[language][1] in reminder
