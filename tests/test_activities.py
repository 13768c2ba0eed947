"""Events on record: the sheet, what is refused, and the counts that feed annual targets, against plain Python."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from etl.activity_form import write_activities_form
from etl.add import Added, Statement, add_files
from etl.sample_settings import measures_story
from etl.steps import read_sql
from tests.demo import Demo
from tests.worlds import built, rows, write_list
from tracker.catalog import Catalog, load

AREA = "500000-liangjiang"
RECEIVED = dt.date(2026, 1, 8)
COLUMNS = ("held_on", "activity", "name", "area", "organiser", "participants", "enterprises", "note")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def checked(folder: Path, catalog: Catalog, *records: tuple[Any, ...]) -> Added:
    rows = tuple(dict(zip(COLUMNS, record, strict=False)) for record in records)
    path = write_activities_form(folder / "forms", catalog.plans["liangjiang"], AREA, catalog, rows)
    [added] = add_files([path], Statement(received_on=RECEIVED), folder, catalog, keep=False)
    return added


def test_the_sheet_offers_kinds_and_areas(tmp_path: Path, catalog: Catalog) -> None:
    path = write_activities_form(tmp_path, catalog.plans["liangjiang"], AREA, catalog)
    sheet = openpyxl.load_workbook(path)["活动"]
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert lists[0].startswith('"招聘会,对接活动,技术对接')
    assert "鸳鸯" in lists[1]


def test_faults_are_refused_with_their_cell(tmp_path: Path, catalog: Catalog) -> None:
    day = dt.date(2025, 5, 6)
    added = checked(
        tmp_path,
        catalog,
        (day, "招聘会", "春季专场", "礼嘉街道", "社保局", 300, 40),
        (day, " 专场招聘会 ", "春季专场", "", "社保局"),
        (day, "招聘会", "春季专场", "礼嘉街道"),
        (None, "招聘会", "夏季专场"),
        (dt.date(2026, 2, 1), "招聘会", "明年专场"),
        (day, "庙会", "春季庙会"),
        (day, "培训", ""),
        (day, "培训", "外地培训", "连云港市海州区"),
        (day, "培训", "人数培训", "", "", "约50"),
        (day, "培训", "半个人", "", "", 2.5),
        ("五月", "培训", "日期不清"),
        (day, None, "没有类别"),
    )
    assert added.rows is not None
    counts = {name: added.rows.counts[name] for name in ("read", "accepted", "rejected", "duplicate")}
    assert counts == {"read": 12, "accepted": 2, "rejected": 9, "duplicate": 1}
    assert list(added.rows.rejected.select("row", "column", "rule").iter_rows()) == [
        (8, "A", "day_missing"),
        (9, "A", "date_out_of_range"),
        (10, "B", "activity_unknown"),
        (11, "C", "activity_name_missing"),
        (12, "D", "activity_elsewhere"),
        (13, "F", "number_unreadable"),
        (14, "F", "activity_count"),
        (15, "A", "date_unreadable"),
        (16, "B", "activity_missing"),
    ]
    # Without an area it was held for the whole.
    assert added.rows.accepted["area_code"].to_list() == ["500112019", AREA]


EVENTS = [
    ("job_fair", dt.date(2025, 1, 20), "A1", False),
    ("job_fair", dt.date(2025, 2, 28), "A", False),
    ("job_fair", dt.date(2025, 2, 28), "A", True),
    ("visit", dt.date(2025, 2, 1), "A1", False),
    ("job_fair", dt.date(2024, 12, 31), "A2", False),
]
MONTHS = [dt.date(2024, 12, 31), dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 31)]
INSIDE = {"A": {"A", "A1", "A2"}, "A1": {"A1"}, "A2": {"A2"}}


def test_counts_run_within_the_year_and_add_up_to_the_whole() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema core; create schema mart;"
            " create table core.activity (activity text, held_on date, area_code text, is_repeated boolean);"
            " create table core.activity_indicator as select 'job_fair' as activity, 'fairs' as indicator_id;"
            " create table core.area_closure (area_code text, ancestor_code text);"
            " create table core.calendar (month_end date)"
        )
        connection.executemany("insert into core.activity values (?, ?, ?, ?)", EVENTS)
        connection.executemany("insert into core.calendar values (?)", [[month] for month in MONTHS])
        pairs = [[part, whole] for whole, parts in INSIDE.items() for part in parts]
        connection.executemany("insert into core.area_closure values (?, ?)", pairs)
        connection.execute(read_sql("activity_count"))
        found = connection.sql("select area_code, period_end, value from mart.activity_count").fetchall()
    expected = [
        (area, month, float(number))
        for area, inside in INSIDE.items()
        for month in MONTHS
        if (
            number := sum(
                kind == "job_fair" and not repeated and where in inside and day.year == month.year and day <= month
                for kind, day, where, repeated in EVENTS
            )
        )
    ]
    assert sorted(found) == sorted(expected)


@pytest.mark.slow
def test_the_demo_s_records_are_the_values_of_its_annual_targets(demo: Demo, catalog: Catalog) -> None:
    names = {kind.name.zh: kind for kind in catalog.activities.values()}
    [story] = measures_story().activities
    counted = Counter(indicator for record in story.records for indicator in names[str(record[1])].indicators)
    sql = (
        "select indicator_id, value from mart.progress where plan_id = 'liangjiang' and area_code = ?"
        " and as_of = date '2025-12-31' and due_on = as_of and indicator_id in"
        " (select indicator_id from core.activity_indicator)"
    )
    assert dict(demo.rows(sql, AREA)) == counted
    assert sum(counted.values()) == len(story.records) - 1  # the salon feeds no target


def test_what_records_and_reports_disagree_on_is_a_debt(tmp_path: Path, catalog: Catalog) -> None:
    """礼嘉 reports 3 fairs and recorded 1; 鸳鸯 reports 2 and recorded none, so that the whole leaves them out."""
    record = dict(zip(COLUMNS, (dt.date(2025, 5, 6), "招聘会", "春季专场", "礼嘉街道"), strict=False))
    sheet = write_activities_form(tmp_path / "forms", catalog.plans["liangjiang"], AREA, catalog, (record,))
    lines = "地区,专场招聘会场数（场）\n礼嘉街道,3\n鸳鸯街道,2\n人和街道,0"
    report = write_list(tmp_path, "报表.csv", lines)
    for path, statement in (
        (sheet, Statement(received_on=RECEIVED)),
        (report, Statement(kind="area_values", area=AREA, period="2025-12", received_on=RECEIVED)),
    ):
        [added] = add_files([path], statement, tmp_path, catalog, keep=True)
        assert added.rows is not None
        assert added.rows.rejected.is_empty()
    built(tmp_path)
    debts = rows(tmp_path, "select kind, area_code, number, detail from core.data_debt order by kind")
    assert debts == [
        ("activity_differs", "500112019", 3, "[indicator:job_fairs] 2025-12-31 1"),
        ("activity_unrecorded", "500112007", 2, "[indicator:job_fairs] 2025-12-31"),
    ]
    whole = "select value from mart.progress where target_id = 'job_fairs' and area_code = ? and as_of = '2025-12-31'"
    assert rows(tmp_path, whole + " and due_on = as_of", AREA) == [(1.0,)]
