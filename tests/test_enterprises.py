"""Who is behind each number: lists that add up, search, groups, profiles."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.demo import Demo
from tests.invented_build import AS_OF_DATES, AWAITING, CITY, DUE, PLAN_ID, publish
from tracker import (
    enterprises,
    enterprises_behind,
    enterprises_histories,
    enterprises_profile,
    enterprises_words,
    ui,
    viewing,
    warehouse,
)
from tracker.enterprises import EVERY, Narrowing
from tracker.enterprises_words import Labels, batch_name
from tracker.viewing import Rule

RULES = [Rule(), Rule(with_publicity=True), Rule(with_awaiting=False), Rule(basis="ever")]


@pytest.fixture(autouse=True)
def clean_caches() -> Iterator[None]:
    yield
    ui.forget()


@pytest.fixture
def build_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    return publish(tmp_path)


def histories(build_id: str, tier: str = "innovative") -> pl.DataFrame:
    return enterprises.standings(build_id, PLAN_ID, CITY, tier, DUE, RULES[0])


def listed(build_id: str, tier: str = "innovative") -> pl.DataFrame:
    return enterprises.standing(build_id, PLAN_ID, CITY, tier, DUE, RULES[0])


def narrowed(build_id: str, picked: Narrowing, tier: str = "innovative") -> pl.DataFrame:
    every = histories(build_id, tier)
    return enterprises.told(build_id, enterprises.narrowed(build_id, every, picked, DUE), every, DUE)


def assert_every_list_adds_up(build_id: str, plan_id: str, dates: list[dt.date]) -> Counter[str]:
    """Each target of each area on each date under each rule, against what the pages print. Returns what was held."""
    held: Counter[str] = Counter()
    codes = warehouse.query(build_id, "areas", plan_id=plan_id, language="zh")["area_code"].to_list()
    for as_of in dates:
        shown = {
            (rule, row["target_id"], row["area_code"]): row["value"]
            for rule in RULES
            for row in viewing.targets_at(build_id, plan_id, as_of, "zh", rule).iter_rows(named=True)
        }
        for target_id in {key[1] for key in shown}:
            number = enterprises_behind.definition(build_id, plan_id, target_id, as_of, "zh")
            assert number is not None
            for area in codes:
                if number.is_title_count:
                    for rule in RULES:
                        value = enterprises_behind.title_count(build_id, number, area, as_of, rule)
                        rows = enterprises.standing(
                            build_id,
                            plan_id,
                            area,
                            str(number.tier),
                            as_of,
                            enterprises_behind.titles_rule(number, rule),
                        )
                        rows = enterprises_behind.counted_titles(rows, number)
                        where = (target_id, area, as_of, rule)
                        assert value is None or value == rows.filter("is_counted").height, where
                        assert shown.get((rule, target_id, area), value) == value, where
                        held["titles"] += value is not None
                else:
                    behind = enterprises_behind.values_behind(build_id, plan_id, number, area, as_of, "zh")
                    assert behind.adds_up, (target_id, area, as_of, behind.value, behind.total)
                    assert shown.get((RULES[0], target_id, area), behind.value) == behind.value
                    held[number.formula] += behind.value is not None
    return held


def test_every_list_of_the_invented_build_adds_up_to_its_number(build_id: str) -> None:
    held = assert_every_list_adds_up(build_id, PLAN_ID, list(AS_OF_DATES))
    assert held["titles"] > 100
    assert held["reported"] > 10
    assert held["mean_of_enterprise_ratios"] == len(AS_OF_DATES)


def test_every_list_of_the_demo_adds_up_to_its_number(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    build_id = warehouse.current_build_id()
    assert build_id is not None
    held = assert_every_list_adds_up(build_id, "lianyungang", [dt.date(2024, 6, 30), dt.date(2025, 12, 31)])
    formulas = {"titles", "reported", "ratio_of_sums", "mean_of_enterprise_ratios", "share_of_enterprises"}
    assert {formula for formula, number in held.items() if number > 5} >= formulas


def test_the_first_line_is_the_sum_of_its_parts(build_id: str) -> None:
    every = histories(build_id)
    statuses = enterprises.status_numbers(enterprises.narrowed(build_id, every, Narrowing(), DUE), every)
    assert statuses == [("in_force", 924), ("awaiting_review", AWAITING["innovative"])]
    labels = Labels({}, {}, "zh")
    line = enterprises_words.list_finding(statuses, 936, Narrowing(measure="key_processes"), "创新型", labels)
    assert line == "创新型 936 家 = 有效期内 924 + 到期待复核 12"
    line = enterprises_words.list_finding([("pool", 3)], 936, Narrowing(status="pool"), "创新型", labels)
    assert line == "列出 3 家 = 培育库 3（创新型 936 家）"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("示例企业1号", ["示例企业1号有限公司"]),
        ("slqy1hyxgs", ["示例企业1号有限公司"]),
        ("jmslc", ["示例企业1号有限公司"]),
        ("旧名示例", ["示例企业1号有限公司"]),
        ("919900000000000003", ["示例企业3号有限公司"]),
        ("企业1号 slqy1h", ["示例企业1号有限公司"]),
        ("没有这家", []),
    ],
)
def test_an_enterprise_is_found_by_name_former_name_code_and_initials(
    build_id: str, query: str, found: list[str]
) -> None:
    rows = narrowed(build_id, Narrowing(query=query, status=EVERY))
    assert enterprises.with_names(build_id, rows)["name"].to_list() == found


def test_a_search_says_who_stands_outside_what_counts(build_id: str) -> None:
    assert narrowed(build_id, Narrowing(query="wdmslc"), "giant").is_empty()
    assert enterprises.outside(build_id, histories(build_id, "giant"), Narrowing(query="wdmslc"), DUE) == 1
    [pool] = narrowed(build_id, Narrowing(query="wdmslc", status="pool"), "giant")["title"]
    assert pool == "giant"


def test_nobody_whom_a_file_names_is_missing_from_the_list_of_every_status(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was only recommended, or shown once and never decided, counts nowhere and must still be found."""
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    build_id, city = warehouse.current_build_id(), "320700"
    assert build_id is not None
    sql = """
        with named as (
            select enterprise_id, area_code, tier from core.recognition_event where event_on <= ? and not is_derived
            union all
            select enterprise_id, area_code, level from core.pool_entry where coalesce(entered_on <= ?, true)
        )
        select distinct enterprise_id from named
        where area_code in (select area_code from core.area_closure where ancestor_code = ?) and ? in ('', tier)
    """
    for day in (dt.date(2021, 12, 31), dt.date(2024, 6, 30), dt.date(2027, 6, 30)):
        for tier in ("", "srdi"):
            rows = enterprises.standing(build_id, "lianyungang", city, tier, day, RULES[0])
            named = {enterprise for (enterprise,) in demo.rows(sql, day, day, city, tier)}
            # Higher titles count in lower tiers.
            assert named == set(rows["enterprise_id"]) if not tier else named <= set(rows["enterprise_id"])
            beside = rows.filter(pl.col("status") == enterprises_histories.ON_RECORD)
            assert not beside["is_counted"].any()
    assert beside.height > 50


@pytest.mark.parametrize("down", enterprises.DIMENSIONS)
@pytest.mark.parametrize("across", ["", *enterprises.DIMENSIONS])
def test_groups_add_up_and_each_cell_is_the_list_it_opens(build_id: str, down: str, across: str) -> None:
    rows = narrowed(build_id, Narrowing(status=EVERY), "")
    groups = enterprises.grouped(rows, down, across)
    assert groups["number"].sum() == rows.height
    for first, second, number in groups.head(5).iter_rows():
        picked = Narrowing(**{"status": EVERY, across or down: second or first, down: first})
        assert narrowed(build_id, picked, "").height == number


def test_a_measure_limits_the_list_to_both_ends_included(build_id: str) -> None:
    def names(low: float | None, high: float | None) -> int:
        picked = Narrowing(measure="key_processes_controlled", at_least=low, at_most=high)
        return narrowed(build_id, picked, "srdi").height

    assert names(4996, 4996) == 2
    assert names(4996.1, None) == 0
    assert names(None, None) == 231


def test_pages_of_a_list_hold_every_row_once(build_id: str) -> None:
    rows = enterprises.ordered(build_id, listed(build_id), "newest")
    pages = [enterprises.page_of(build_id, rows, page) for page in range(1, enterprises.number_of_pages(rows) + 1)]
    shown = pl.concat(pages)["enterprise_id"]
    assert shown.to_list() == rows["enterprise_id"].to_list()
    assert shown.is_unique().all()
    assert rows["event_on"].drop_nulls().is_sorted(descending=True)


def test_a_ratio_names_who_answered_and_who_did_not(build_id: str) -> None:
    number = enterprises_behind.definition(build_id, PLAN_ID, "control", DUE, "zh")
    assert number is not None
    behind = enterprises_behind.values_behind(build_id, PLAN_ID, number, CITY, DUE, "zh")
    assert behind.answers["is_counted"].sum() == 2
    assert behind.answers.height == 231
    assert enterprises_behind.narrowed_answers(behind.answers, "0").height == 229
    assert enterprises_words.equation(number, behind, "zh") == "关键工序数控化率 49.96% = 2 家的比率合计 0.9992 ÷ 2 家"
    assert enterprises_words.coverage(number, behind, "zh") == "应填 231 家，计入 2 家"


def test_a_reported_value_names_its_cell(build_id: str) -> None:
    number = enterprises_behind.definition(build_id, PLAN_ID, "award", DUE, "en")
    assert number is not None
    behind = enterprises_behind.values_behind(build_id, PLAN_ID, number, CITY, DUE, "en")
    [cell] = behind.cells.select("original_name", "sheet", "column", "row", "value").rows()
    assert cell == ("示例名单.xlsx", "报表", "C", 4, 1.0)


def test_a_profile_tells_titles_values_sources_and_refusals(build_id: str) -> None:
    found = enterprises_profile.profile(build_id, "919900000000000001", "zh")
    assert found is not None
    assert enterprises_profile.highest_title(found, DUE, "zh") == "示例企业1号有限公司：创新型，到期待复核"
    assert ("曾用名", "旧名示例厂") in enterprises_profile.identity(found, "zh")
    assert enterprises_profile.event_table(found, "zh").select("file", "sheet", "cell").rows() == [
        ("示例名单.xlsx", "名单", "第 1 行")
    ]
    [refused] = enterprises_profile.rejected_table(found, "zh").rows()
    assert refused[-3:] == ("示例名单.xlsx", "名单", "B40")
    bars = enterprises_profile.timeline_rows(found, DUE, "zh")
    assert bars.select("status", "from_on", "to_on").rows() == [
        ("in_force", dt.date(2022, 7, 1), dt.date(2025, 7, 1)),
        # How long it will wait is not known: the bar ends on the date.
        ("awaiting_review", dt.date(2025, 7, 1), DUE),
    ]
    assert list(enterprises_profile.sheets(found, "en")) == ["Titles and where they stand", "Refused rows"]
    assert enterprises_profile.profile(build_id, "nobody", "zh") is None


def test_an_enterprise_without_a_code_is_named_by_its_name(build_id: str) -> None:
    found = enterprises_profile.profile(build_id, "无代码示例厂", "en")
    assert found is not None
    assert enterprises_profile.highest_title(found, DUE, "en") == "无代码示例厂: no title"


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("5", "第5批", "Batch 5"),
        ("2025-1", "2025年第1批", "2025, no. 1"),
        ("2023", "2023年度", "2023"),
        ("首批", "首批", "首批"),
        (None, "–", "–"),
    ],
)
def test_a_batch_is_named_as_people_name_it(code: str | None, zh: str, en: str) -> None:
    assert (batch_name(code, "zh"), batch_name(code, "en")) == (zh, en)
