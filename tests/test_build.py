"""From files to a published build, the way a section member meets it: one small list at a time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from etl.add import Statement, add_files, withdraw
from etl.inbox import Inbox
from etl.publish import Builds
from etl.refusal import Refusal
from tests.worlds import add, built, count, rows, write_list
from tracker.catalog import load

D = dt.date
HEAD = "序号,企业名称,所属县区\n"
THREE = HEAD + "1,甲公司,海州区\n2,乙公司,东海县\n3,丙公司,市开发区"
DAY = D(2023, 12, 31)


def test_a_list_becomes_counts_by_district(tmp_path: Path) -> None:
    result = add(tmp_path, write_list(tmp_path, "名单 一.csv", THREE))
    assert (result.status, result.rows and result.rows.counts["accepted"]) == ("added", 3)
    built(tmp_path)
    assert [count(tmp_path, "srdi", area, DAY) for area in ("320700", "320706", "320722", "320771", "320703")] == [
        3, 1, 1, 1, 0,
    ]  # fmt: skip
    assert count(tmp_path, "innovative", "320700", DAY) == 3


def test_a_tier_whose_lists_were_never_loaded_has_no_value(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", THREE))
    built(tmp_path)
    sql = "select distinct state, value from mart.observation where indicator_id = ? and basis = 'in_force'"
    assert rows(tmp_path, sql, "innovative_smes") == [("no_data", None)]


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = write_list(tmp_path, "a.csv", THREE)
    add(tmp_path, path)
    before = built(tmp_path)
    assert add(tmp_path, path).status == "unchanged"
    copy = write_list(tmp_path / "别处", "改名.csv", THREE)
    assert add(tmp_path, copy).status == "unchanged"
    after = built(tmp_path)
    assert after.readings.equals(before.readings)
    assert after.change.is_empty()


def test_a_publicity_list_confirmed_later_is_a_second_reading(tmp_path: Path) -> None:
    path = write_list(tmp_path, "a.csv", THREE)
    add(tmp_path, path, event="publicity", event_on=D(2023, 5, 1))
    built(tmp_path)
    assert [count(tmp_path, "srdi", "320700", DAY, c) for c in ("in_force", "publicity")] == [0, 3]
    assert add(tmp_path, path).status == "reading_added"
    changed = built(tmp_path).change
    assert [count(tmp_path, "srdi", "320700", DAY, c) for c in ("in_force", "publicity")] == [3, 0]
    assert changed.filter(changed["target_id"] == "srdi_smes")["value_after"].to_list() == [3.0]


def test_a_publicity_that_nobody_decides_becomes_a_data_debt(tmp_path: Path) -> None:
    """After its months it counts nowhere and is shown nowhere: without a debt nobody would know why."""
    first, later = D(2023, 7, 2), D(2024, 5, 21)
    three, one = write_list(tmp_path, "a.csv", THREE), write_list(tmp_path, "b.csv", HEAD + "1,乙公司,东海县")
    shown = add(tmp_path, three, event="publicity", event_on=D(2023, 5, 1), received_on=first)
    add(tmp_path, one, event_on=D(2023, 7, 1), received_on=first)
    asked = "select reading_id, tier, area_code, number from core.data_debt where kind = 'publicity_overdue'"
    built(tmp_path)
    assert rows(tmp_path, asked) == []  # the newest of all files is of 2023: the months are not over
    add(tmp_path, write_list(tmp_path, "c.csv", HEAD + "1,丁公司,海州区"), event_on=later, received_on=later)
    debts = built(tmp_path).debts
    assert rows(tmp_path, asked) == [(f"{shown.file_id}"[:16] + "-1", "srdi", "320700", 2)]
    assert debts.filter(debts["kind"] == "publicity_overdue")["number"].to_list() == [2]


def test_the_same_event_with_another_date_is_refused_until_the_first_is_withdrawn(tmp_path: Path) -> None:
    path = write_list(tmp_path, "a.csv", THREE)
    first = add(tmp_path, path)
    second = add(tmp_path, path, event_on=D(2023, 7, 1))
    assert second.refusal is not None
    assert second.refusal.code == "add.other_reading_of_same_event"
    assert first.file_id is not None
    withdraw(first.file_id, tmp_path, by="王工", reason="日期录错", reading_no=1)
    assert add(tmp_path, path, event_on=D(2023, 7, 1)).status == "reading_added"
    built(tmp_path)
    assert count(tmp_path, "srdi", "320700", D(2023, 6, 30)) == 0
    assert count(tmp_path, "srdi", "320700", DAY) == 3


def test_withdraw_and_restore_lose_nothing(tmp_path: Path) -> None:
    first = add(tmp_path, write_list(tmp_path, "a.csv", THREE))
    add(tmp_path, write_list(tmp_path, "b.csv", HEAD + "1,丁公司,赣榆县"), event_on=D(2023, 7, 1))
    built(tmp_path)
    assert count(tmp_path, "srdi", "320700", DAY) == 4
    assert first.file_id is not None
    withdraw(first.file_id, tmp_path, by="王工", reason="传错文件")
    built(tmp_path)
    assert count(tmp_path, "srdi", "320700", DAY) == 1
    [(withdrawn_on,)] = rows(tmp_path, "select withdrawn_on from core.source_file where original_name = 'a.csv'")
    assert withdrawn_on is not None
    with pytest.raises(Refusal) as refused:
        withdraw(first.file_id, tmp_path, by="王工", reason="再撤")
    assert refused.value.code == "inbox.already_withdrawn"
    withdraw(first.file_id, tmp_path, by="王工", reason="没有传错", undo=True)
    built(tmp_path)
    assert count(tmp_path, "srdi", "320700", DAY) == 4


def test_a_replacing_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    old = add(tmp_path, write_list(tmp_path, "a.csv", THREE))
    add(tmp_path, write_list(tmp_path, "b.csv", HEAD + "1,甲公司,海州区"), replaces=old.file_id)
    built(tmp_path)
    assert count(tmp_path, "srdi", "320700", DAY) == 1
    assert len(Inbox(tmp_path).sidecars()) == 2


def test_every_bad_row_keeps_its_rule_and_cell(tmp_path: Path) -> None:
    lines = (
        "序号,企业名称,统一社会信用代码,所属县区,有效期起,有效期止\n"
        "1,甲公司,91350100M000100Y44,海州区,,\n"
        "2,乙公司,91350100,海州区,,\n"
        "3,丙公司,,东山区,,\n"
        "4,,,海州区,,\n"
        "5,丁公司,,海州区,2023-06-01,2022-05-31\n"
        "6,戊公司,,海州区,2023年6月,\n"
        "7,己公司,,海州区,1923-06-01,\n"
        "8,庚公司,91350100M000100Y43,海州区,,\n"
        "9,庚公司,91350100M000100Y43,海州区,,\n"
        "10,辛公司,,南京市,,\n"
        ",,,,,\n"
        "11,壬公司,,,,"
    )
    result = add(tmp_path, write_list(tmp_path, "坏行.csv", lines))
    assert result.rows is not None
    found = {(row["row"], row["column"], row["rule"]) for row in result.rows.rejected.to_dicts()}
    assert found == {
        (2, "C", "uscc_check_digit"),
        (3, "C", "uscc_format"),
        (4, "D", "area_unknown"),
        (5, "B", "name_missing"),
        (6, "F", "valid_to_before_valid_from"),
        (7, "E", "date_unreadable"),
        (8, "E", "date_out_of_range"),
        (10, "B", "duplicate_in_list"),
    }
    assert result.rows.counts == {
        "read": 11, "accepted": 2, "out_of_area": 1, "rejected": 7, "duplicate": 1, "blank": 1,
    }  # fmt: skip
    assert not result.is_clean
    built(tmp_path)
    assert len(rows(tmp_path, "select * from core.rejected_row")) == 8
    # The row without a county is in the city's total and in a row of its own.
    assert [count(tmp_path, "srdi", area, DAY) for area in ("320700", "320706", "320700-unassigned")] == [2, 1, 1]


def test_an_announced_number_that_differs_is_a_printed_debt(tmp_path: Path) -> None:
    path = write_list(tmp_path, "a.csv", THREE)
    result = add(tmp_path, path, announced=("4", "海州区=1"))
    assert result.rows is not None
    assert result.rows.announced == {"total": (4, 3), "320706": (1, 1)}
    assert not result.rows.is_complete
    debts = built(tmp_path).debts.filter(kind="announced_differs").to_dicts()
    assert [(debt["number"], debt["detail"]) for debt in debts] == [(4, "3")]


def test_what_the_title_does_not_say_is_asked(tmp_path: Path) -> None:
    path = write_list(tmp_path, "名单.csv", THREE)
    [result] = add_files([path], Statement(), tmp_path, load(), keep=True)
    assert result.refusal is not None
    assert result.refusal.code == "add.missing"
    assert result.refusal.values["options"] == "--tier --event --on --area"
    # With what to give, in the language of the message.
    assert "--on 2024-09-02（公示或发文的日期" in result.refusal.text("zh")
    assert "--on 2024-09-02 (the day of the publicity" in result.refusal.text("en")
    assert not Inbox(tmp_path).sidecars()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ({"event_on": D(2026, 2, 1)}, "add.date_after_receipt"),
        ({"valid_from": D(2023, 6, 1), "valid_to": D(2023, 5, 1)}, "add.valid_to_before_valid_from"),
        ({"area": "连云港是"}, "add.unknown_area"),
        ({"tier": "giant"}, "add.unknown_tier"),
        ({"announced": ("很多",)}, "add.bad_announced"),
        ({"event": "review_passed", "is_final": True}, "add.final_without_cohort"),
    ],
)
def test_statements_that_cannot_be_right_are_refused(tmp_path: Path, statement: dict[str, object], code: str) -> None:
    result = add(tmp_path, write_list(tmp_path, "a.csv", THREE), **statement)
    assert result.refusal is not None
    assert result.refusal.code == code
    for language in ("zh", "en"):
        assert "a.csv" in result.refusal.text(language)
    assert not Inbox(tmp_path).sidecars()


def test_demo_and_real_never_mix(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", THREE))
    statement = Statement(tier="srdi", event="recognition", event_on=D(2023, 6, 1), area="320700")
    path = write_list(tmp_path, "b.csv", HEAD + "1,演示公司（示例）,海州区")
    [result] = add_files([path], statement, tmp_path, load(), keep=True, is_demo=True)
    assert result.refusal is not None
    assert result.refusal.code == "inbox.demo_into_real"


def test_a_rebuild_of_the_same_inbox_is_equal(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", THREE))
    add(tmp_path, write_list(tmp_path, "b.csv", HEAD + "1,甲公司,海州区\n2,戊公司,"), tier="little_giant")
    first, second = (_content(tmp_path) for _ in range(2))
    assert first == second


def _content(data_folder: Path) -> dict[str, list[tuple[object, ...]]]:
    built(data_folder)
    tables = rows(data_folder, "select schema_name, table_name from duckdb_tables() where schema_name <> 'meta'")
    return {f"{s}.{t}": sorted(rows(data_folder, f"select * from {s}.{t}"), key=str) for s, t in tables}


def test_a_row_without_county_takes_the_one_another_list_gives(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", HEAD + "1,甲公司,\n2,乙公司,"))
    add(tmp_path, write_list(tmp_path, "b.csv", HEAD + "1,甲公司,灌云"), tier="innovative", event_on=D(2023, 7, 1))
    built(tmp_path)
    assert count(tmp_path, "srdi", "320723", DAY) == 1
    assert count(tmp_path, "srdi", "320700-unassigned", DAY) == 1


def test_a_provincial_list_leaves_other_cities_out(tmp_path: Path) -> None:
    lines = "序号,企业名称,设区市\n1,甲公司,南京市\n2,乙公司,连云港市\n3,丙公司,无锡"
    result = add(tmp_path, write_list(tmp_path, "省.csv", lines), area="江苏省")
    assert result.rows is not None
    assert (result.rows.counts["accepted"], result.rows.counts["out_of_area"]) == (1, 2)
    assert result.rows.counts["rejected"] == 0


def test_a_list_by_city_tells_nothing_of_a_zone_inside_a_city(tmp_path: Path) -> None:
    lines = "序号,企业名称,设区市\n1,甲公司,南通市\n2,乙公司,苏州市\n3,丙公司,无锡市"
    add(tmp_path, write_list(tmp_path, "省.csv", lines), area="江苏省")
    built(tmp_path)
    sql = "select value from mart.observation where indicator_id = 'srdi_smes' and basis = 'in_force' "
    known = {
        "320600": 1,  # of Nantong, though not of which part
        "320700": 0,  # the whole province is listed and names nobody of Lianyungang
        "320576": None,  # whether 乙公司 is of the industrial park nobody says
    }
    assert {
        area: rows(tmp_path, sql + "and area_code = ? and period_end = ?", area, DAY)[0][0] for area in known
    } == known
    # One row that names the park shows that the list does tell its enterprises apart.
    named = "序号,企业名称,设区市,区县\n1,丁公司,苏州市,工业园区\n2,戊公司,苏州市,昆山市\n3,己公司,苏州市,"
    add(tmp_path, write_list(tmp_path, "省二.csv", named), area="江苏省")
    built(tmp_path)
    assert rows(tmp_path, sql + "and area_code = '320576' and period_end = ?", DAY) == [(1,)]


@pytest.mark.parametrize("content", ["", HEAD + "1,别的公司,海州区"])
def test_a_stored_file_that_was_altered_is_a_debt_and_stops_nothing(tmp_path: Path, content: str) -> None:
    first = add(tmp_path, write_list(tmp_path, "a.csv", THREE))
    add(tmp_path, write_list(tmp_path, "b.csv", HEAD + "1,丁公司,赣榆县"))
    assert first.file_id is not None
    Inbox(tmp_path).original(first.file_id).write_text(content, encoding="utf-8")
    debts = built(tmp_path).debts.filter(kind="file_unreadable")
    assert debts["detail"].to_list() == ["a.csv"]
    assert count(tmp_path, "srdi", "320700", DAY) == 1


def test_a_broken_sidecar_stops_the_build_and_keeps_the_old_one(tmp_path: Path) -> None:
    first = add(tmp_path, write_list(tmp_path, "a.csv", THREE))
    before = built(tmp_path).build_id
    (Inbox(tmp_path).folder / f"{first.file_id}.yml").write_text("readings: [", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        built(tmp_path)
    assert refused.value.code == "inbox.unreadable"
    # The place, and no words of a library in another language.
    assert refused.value.values["detail"] == "2:1"
    assert Builds(tmp_path).current() == before


def test_pool_entries_never_count(tmp_path: Path) -> None:
    result = add(tmp_path, write_list(tmp_path, "培育库名单.csv", THREE), event=None, kind="pool")
    assert result.status == "added"
    built(tmp_path)
    assert rows(tmp_path, "select count(*) from core.pool_entry") == [(3,)]
    assert rows(tmp_path, "select count(*) from core.recognition_event") == [(0,)]
    assert rows(tmp_path, "select count(*) from core.tenure") == [(0,)]


def test_every_target_stands_in_one_state_of_every_month(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", THREE))
    built(tmp_path)
    of_plan = "from mart.state_count where plan_id = 'lianyungang' and rank_group = 'total'"
    assert set(rows(tmp_path, f"select sum(targets) {of_plan} group by as_of")) == {(29,)}
    left = rows(tmp_path, "select distinct batches_left from mart.progress where target_id = 'srdi_smes'")
    # One list in June 2023 and nothing before it: then each June brings one, in 2024 and 2025.
    assert {(2,), (None,)} <= set(left)


def test_an_empty_inbox_builds_an_empty_overview(tmp_path: Path) -> None:
    built(tmp_path)
    assert rows(tmp_path, "select count(*) from core.recognition_event") == [(0,)]
    assert rows(tmp_path, "select count(*) from core.target where plan_id = 'lianyungang'") == [(29,)]


def test_a_sheet_without_a_row_of_data_is_refused(tmp_path: Path) -> None:
    lines = "县区,家数\n海州区,12\n东海县,7"
    result = add(tmp_path, write_list(tmp_path, "汇总.csv", lines), kind="list")
    assert result.refusal is not None
    assert result.refusal.code == "add.no_rows"
    assert not Inbox(tmp_path).sidecars()
