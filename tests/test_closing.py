"""What counts at the due date: the closing table against its replay, decisions of leaders, publicity lists."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.__main__ import main
from etl.decisions import Decisions
from etl.refusal import Refusal
from etl.steps import load, run
from tests.replay import Event, FinalList
from tests.replay_closing import closing
from tests.test_counting import CITY, HILL, PARENTS, SEA, TIERS, any_event, any_final, count_by_sql, title
from tests.worlds import add, built, rows, write_list
from tracker.catalog import load as load_catalog
from tracker.closing import closing_table

D = dt.date
COLUMNS = ("in_force", "awaiting", "decided", "publicity", "decided_later")
DUE = D(2025, 12, 31)
HEAD = "序号,企业名称,所属县区\n"


def close_by_sql(
    connection: duckdb.DuckDBPyConnection, events: list[Event], finals: list[FinalList], dues: list[dt.date]
) -> None:
    count_by_sql(connection, events, finals)
    targets = [
        {"plan_id": "p", "target_id": tier, "indicator_id": tier, "area_code": area, "due_on": due}
        for tier in TIERS
        for area in PARENTS
        for due in dues
    ]
    schema = {"decided_on": pl.Date, "exempt_on": pl.Date, "due_on": pl.Date}
    frame = pl.DataFrame(targets, schema_overrides={"due_on": pl.Date}).with_columns(
        basis=pl.lit("in_force"), **{name: pl.lit(None, kind) for name, kind in schema.items() if name != "due_on"}
    )
    load(connection, "core.target", frame)
    run(connection, "closing")


def closed(
    connection: duckdb.DuckDBPyConnection, tier: str, area: str, due: dt.date, as_of: dt.date
) -> dict[str, int | None]:
    [row] = connection.execute(
        f"select {', '.join(COLUMNS)} from mart.closing "
        "where target_id = ? and area_code = ? and due_on = ? and as_of = ?",
        [tier, area, due, as_of],
    ).fetchall()
    return dict(zip(COLUMNS, row, strict=True))


def counts_of(**counts: int) -> dict[str, int]:
    return dict.fromkeys(COLUMNS, 0) | counts


def test_each_enterprise_stands_in_one_column_and_the_later_decision_beside() -> None:
    shown = [Event(n, "srdi", "publicity", D(2025, 12, 5), SEA, batch="2") for n in (1, 2)]
    events = [
        *shown,
        title(D(2026, 1, 16), D(2028, 12, 31), enterprise=1, batch="2"),
        # Named on the final list and not on the publicity list.
        title(D(2026, 1, 16), D(2028, 12, 31), enterprise=3, batch="2", area=HILL),
        # Decided before the due date, with a window that begins after it, and still under publicity.
        Event(4, "srdi", "publicity", D(2025, 11, 1), SEA, batch="1"),
        title(D(2025, 12, 20), D(2028, 12, 31), enterprise=4, batch="1", valid_from=D(2026, 1, 1)),
        title(D(2023, 1, 1), D(2025, 12, 31), enterprise=5),
        title(D(2022, 10, 1), D(2025, 9, 30), enterprise=6, area=HILL),
        # Nobody holds the lower tier itself; a list of it is enough for its count to be known.
        Event(7, "innovative", "recommended", D(2023, 1, 1), SEA),
    ]
    with duckdb.connect() as connection:
        close_by_sql(connection, events, [], [DUE])
        found = [closed(connection, "srdi", CITY, DUE, month) for month in (DUE, D(2026, 1, 31), D(2026, 3, 31))]
        hill = closed(connection, "srdi", HILL, DUE, D(2026, 1, 31))
        lower = closed(connection, "innovative", CITY, DUE, D(2026, 1, 31))
    assert found[0] == counts_of(in_force=2, awaiting=1, decided=1, publicity=2)
    assert found[1] == found[2] == counts_of(in_force=2, awaiting=1, decided=1, publicity=2, decided_later=2)
    assert hill == counts_of(in_force=1, awaiting=1, decided_later=1)
    assert lower == found[1]


def test_before_the_due_date_it_is_the_count_of_the_month() -> None:
    with duckdb.connect() as connection:
        close_by_sql(connection, [title(D(2023, 1, 1), D(2024, 12, 31))], [], [DUE])
        assert closed(connection, "srdi", SEA, DUE, D(2023, 6, 30)) == counts_of(in_force=1)
        assert closed(connection, "srdi", SEA, DUE, D(2025, 1, 31)) == counts_of(in_force=1, awaiting=1)
        assert closed(connection, "srdi", SEA, DUE, D(2022, 11, 30))["in_force"] is None


@settings(max_examples=30, deadline=None)
@given(
    events=st.lists(any_event(), min_size=1, max_size=14),
    finals=st.lists(any_final(), max_size=2),
    due=st.sampled_from([D(2022, 6, 30), D(2023, 12, 31), D(2024, 12, 31)]),
    months=st.integers(-14, 20),
)
def test_closing_agrees_with_its_replay(
    events: list[Event], finals: list[FinalList], due: dt.date, months: int
) -> None:
    month = due.year * 12 + due.month + months
    as_of = D(month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    with duckdb.connect() as connection:
        close_by_sql(connection, events, finals, [due])
        for tier in TIERS:
            expected = closing(events, finals, tier, due, as_of, PARENTS)
            for area in PARENTS:
                found = closed(connection, tier, area, due, as_of)
                if found["in_force"] is None:  # no list of the tier itself was ever there by then
                    assert not any(event.tier == tier and event.on <= min(due, as_of) for event in events)
                for column in COLUMNS:
                    assert found[column] in (None, expected[area, column]), (tier, area, column)


@pytest.mark.parametrize(
    ("comparator", "counts", "basis", "turns_by"),
    [
        ("ge", (21, 2, 3), "in_force", "with_publicity"),
        ("ge", (23, 2, 3), "in_force", "decided"),
        ("ge", (25, 2, 3), "in_force", None),
        ("gt", (20, 2, 3), "in_force", None),
        ("ge", (21, 2, 1), "in_force", None),
        ("ge", (23, 2, 3), "decided", None),
        ("ge", (21, 2, 3), "decided", "with_publicity"),
        ("ge", (21, 2, 3), "with_publicity", None),
    ],
)
def test_what_would_turn_an_unmet_task_is_named(
    comparator: str, counts: tuple[int, int, int], basis: str, turns_by: str | None
) -> None:
    row = dict(zip(("in_force", "decided", "publicity"), counts, strict=True))
    frame = pl.DataFrame(
        [row | {"target_value": 25.0, "comparator": comparator, "direction": "higher", "basis": basis}]
    ).with_columns(tolerance=pl.lit(None, pl.Float64), value_high=pl.lit(None, pl.Float64))
    [found] = closing_table(frame).to_dicts()
    assert found["turns_by"] == turns_by
    assert found["value_with_publicity"] == sum(counts)


def srdi_world(folder: Path) -> None:
    """Two SRDI SMEs in force at the due date, one under publicity and recognised later, one left out, one let in."""
    add(folder, write_list(folder, "a.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县"))
    shown = write_list(folder, "公示.csv", HEAD + "1,丙公司,海州区\n2,丁公司,海州区")
    add(folder, shown, event="publicity", event_on=D(2025, 12, 5), batch="2025-2")
    final = write_list(folder, "认定.csv", HEAD + "1,丙公司,海州区\n2,戊公司,灌云县")
    add(folder, final, event_on=D(2026, 1, 8), batch="2025-2", is_final=True)


@pytest.mark.parametrize(
    ("basis", "judged_value"), [(None, 2.0), ("in_force", 2.0), ("decided", 2.0), ("with_publicity", 4.0)]
)
def test_a_decision_judges_from_its_own_day_on_and_the_trace_says_so(
    tmp_path: Path, basis: str | None, judged_value: float
) -> None:
    srdi_world(tmp_path)
    if basis:
        Decisions(tmp_path).record(
            load_catalog(),
            plan_id="lianyungang",
            target_id="srdi_smes",
            basis=basis,  # type: ignore[arg-type]
            reason="公示即计",
            decided_by="专班",
            decided_on=D(2026, 1, 10),
        )
    built(tmp_path)
    sql = (
        "select as_of, judged_value, value, trace from mart.progress where plan_id = 'lianyungang' "
        "and target_id = 'srdi_smes' and as_of >= date '2025-12-31' order by as_of"
    )
    at_due, after = rows(tmp_path, sql)
    assert at_due[1:3] == (2.0, 2.0)
    assert (after[0], after[1], after[2]) == (D(2026, 1, 31), judged_value, 4.0)
    assert f'"closing_basis":{"null" if basis is None else chr(34) + basis + chr(34)}' in after[3]
    assert '"closing_basis":null' in at_due[3]
    table = rows(tmp_path, "select in_force, publicity, decided_later from mart.closing where as_of = ?", after[0])
    assert (2, 2, 2) in table


def test_a_newer_decision_replaces_an_older_one_and_both_stay(tmp_path: Path) -> None:
    srdi_world(tmp_path)
    decisions = Decisions(tmp_path)
    for basis, day in (("with_publicity", 8), ("in_force", 9)):
        named = {"plan_id": "lianyungang", "target_id": "srdi_smes", "reason": "定", "decided_by": "专班"}
        decisions.record(load_catalog(), basis=basis, decided_on=D(2026, 1, day), **named)  # type: ignore[arg-type]
    assert [decision.decision_no for decision in decisions.all()] == [1, 2]
    built(tmp_path)
    sql = "select judged_value from mart.progress where target_id = 'srdi_smes' and as_of = date '2026-01-31'"
    assert rows(tmp_path, sql + " and plan_id = 'lianyungang'") == [(2.0,)]


@pytest.mark.parametrize(
    ("plan_id", "target_id", "day", "code"),
    [
        ("nowhere", "srdi_smes", D(2026, 1, 8), "form.unknown_plan"),
        ("lianyungang", "rd_intensity", D(2026, 1, 8), "closing.not_counted"),
        ("lianyungang", "srdi_smes", D(2999, 1, 1), "closing.decision_ahead"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    tmp_path: Path, plan_id: str, target_id: str, day: dt.date, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        Decisions(tmp_path).record(
            load_catalog(),
            plan_id=plan_id,
            target_id=target_id,
            basis="decided",
            reason="定",
            decided_by="专班",
            decided_on=day,
        )
    assert refused.value.code == code
    assert all(refused.value.text(language) for language in ("zh", "en"))
    assert Decisions(tmp_path).all() == []


def test_an_unreadable_decision_stops_the_build(tmp_path: Path) -> None:
    srdi_world(tmp_path)
    folder = Decisions(tmp_path).folder
    folder.mkdir()
    (folder / "00001.yml").write_text("basis: [", encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        built(tmp_path)
    assert refused.value.code == "inbox.unreadable"


def test_a_decision_is_recorded_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    said = ["--target", "srdi_smes", "--basis", "decided", "--reason", "定", "--by", "专班会议", "--on", "2026-01-10"]
    assert main(["decide", *said]) == 0
    assert "以“已发文（含有效期未开始）”认定，专班会议 2026-01-10" in capsys.readouterr().out
    assert main(["decide", *said[2:], "--target", "rd_intensity"]) == 1


def test_a_final_list_is_compared_with_its_publicity_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    srdi_world(tmp_path)
    # A list of another batch has nothing to do with it.
    add(tmp_path, write_list(tmp_path, "c.csv", HEAD + "1,己公司,海州区"), event_on=D(2026, 1, 9), batch="2025-3")
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    assert main(["build"]) == 0
    printed = capsys.readouterr().out
    assert "专精特新认定（批次 2025-2，2025年12月5日公示，2026年1月8日发文）" in printed
    assert [line.strip() for line in printed.splitlines() if line.startswith("    ")] == ["− 丁公司", "+ 戊公司"]
    sql = (
        "select enterprise.name, in_publicity, in_final, publicity_row, final_row, shown.original_name, "
        "decided.original_name from mart.publicity_difference join core.enterprise using (enterprise_id) "
        "join core.source_file as shown on shown.file_id = publicity_file_id "
        "join core.source_file as decided on decided.file_id = final_file_id order by name"
    )
    assert rows(tmp_path, sql) == [
        ("丁公司", True, False, 3, None, "公示.csv", "认定.csv"),
        ("戊公司", False, True, None, 3, "公示.csv", "认定.csv"),
    ]


def test_who_lapses_by_a_final_review_list_does_not_stand_on_it(tmp_path: Path) -> None:
    window = {"valid_from": D(2022, 7, 1), "valid_to": D(2025, 6, 30), "event_on": D(2022, 7, 1)}
    add(tmp_path, write_list(tmp_path, "a.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县"), **window)
    review = {"reviewed_cohort": 2022, "batch": "2025"}
    both = write_list(tmp_path, "复核公示.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县")
    add(tmp_path, both, event="review_publicity", event_on=D(2025, 10, 1), **review)
    passed = write_list(tmp_path, "复核通过.csv", HEAD + "1,甲公司,海州区")
    add(tmp_path, passed, event="review_passed", event_on=D(2025, 11, 1), is_final=True, **review)
    built(tmp_path)
    sql = "select name, event, in_publicity from mart.publicity_difference join core.enterprise using (enterprise_id)"
    assert rows(tmp_path, sql) == [("乙公司", "review_passed", True)]


PUBLICITY, DECISION = D(2024, 11, 20), D(2025, 9, 30)


@pytest.mark.parametrize(
    ("others", "is_compared"),
    [
        ({}, True),
        # The list of the year after, a list of nobody knows which year, of one county only: perhaps another round.
        ({"cohort_year": 2025}, False),
        ({"cohort_year": None}, False),
        ({"area": "320722"}, False),
        # Later than a publicity can be decided.
        ({"event_on": D(2026, 1, 2)}, False),
    ],
)
def test_lists_without_a_batch_are_compared_where_only_they_can_belong_together(
    tmp_path: Path, others: dict[str, Any], is_compared: bool
) -> None:
    shown = write_list(tmp_path, "公示.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县")
    add(tmp_path, shown, event="publicity", event_on=PUBLICITY, cohort_year=2024)
    final = write_list(tmp_path, "认定.csv", HEAD + "1,甲公司,海州区\n2,丙公司,东海县")
    add(tmp_path, final, **{"event_on": DECISION, "cohort_year": 2024, **others})
    built(tmp_path)
    sql = (
        "select name, in_publicity from mart.publicity_difference join core.enterprise using (enterprise_id) order by 1"
    )
    assert rows(tmp_path, sql) == ([("丙公司", False), ("乙公司", True)] if is_compared else [])


def test_of_two_decisions_without_a_batch_neither_is_compared(tmp_path: Path) -> None:
    shown = write_list(tmp_path, "公示.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县")
    add(tmp_path, shown, event="publicity", event_on=PUBLICITY, cohort_year=2024)
    for name, day in (("甲公司", DECISION), ("乙公司", D(2025, 10, 8))):
        final = write_list(tmp_path, f"{name}.csv", HEAD + f"1,{name},海州区")
        add(tmp_path, final, event_on=day, cohort_year=2024)
    built(tmp_path)
    assert rows(tmp_path, "from mart.publicity_difference") == []
