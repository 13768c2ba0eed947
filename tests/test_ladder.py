"""The ladder counted twice: SQL against the slow replay, and what must add up in every area and year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.steps import load, run
from tests.replay import LADDER, Event, FinalList, add_months
from tests.replay_ladder import BELOW, PoolList, doubt_of, history, move_of
from tests.test_counting import (
    CITY,
    HILL,
    PARENTS,
    SEA,
    any_event,
    any_final,
    count_by_sql,
    days,
    title,
)
from tracker import warehouse
from tracker.charts.frame import Frame
from tracker.charts.ladder import move_bars

pytestmark = pytest.mark.usefixtures("checked_pictures")
D = dt.date
MOVES = ("entry", "moved_in", "promotion", "exit", "moved_out")


def counted(
    connection: duckdb.DuckDBPyConnection, events: list[Event], finals: list[FinalList], pools: list[PoolList]
) -> list[dict[str, Any]]:
    """``mart.ladder_move`` of a history."""
    count_by_sql(connection, events, finals, pools)
    tiers = [(tier, BELOW[tier] if BELOW[tier] != "pool" else None) for tier in BELOW if tier != "pool"]
    ranks = [LADDER.index(tier) + 1 if tier in LADDER else None for tier, _ in tiers]
    schema = {"tier": pl.String, "recruits_from": pl.String}
    load(connection, "core.tier", pl.DataFrame(tiers, schema, orient="row").with_columns(ladder_rank=pl.Series(ranks)))
    run(connection, "ladder_move")
    return connection.sql("from mart.ladder_move").pl().to_dicts()


def one(rows: list[dict[str, Any]], rung: str, area: str, as_of: dt.date) -> dict[str, int]:
    [found] = [row for row in rows if (row["rung"], row["area_code"], row["as_of"]) == (rung, area, as_of)]
    return {key: found[key] for key in ("stock_before", "entries", "promotions", "exits", "stock")}


def moved(stock_before: int, entries: int, promotions: int, exits: int, stock: int) -> dict[str, int]:
    return {
        "stock_before": stock_before, "entries": entries, "promotions": promotions, "exits": exits, "stock": stock,
    }  # fmt: skip


def pool(on: dt.date, *members: tuple[int, str], area: str = CITY, **fields: Any) -> PoolList:
    return PoolList(on, members, area, **fields)


def test_who_comes_from_the_rung_below_is_promoted() -> None:
    events = [
        title(D(2023, 3, 1), D(2026, 2, 28), tier="innovative"),
        title(D(2024, 6, 1), D(2027, 5, 31)),
        title(D(2024, 6, 1), D(2027, 5, 31), enterprise=2),
    ]
    with duckdb.connect() as connection:
        rows = counted(connection, events, [], [pool(D(2023, 1, 10), (1, SEA))])
    assert one(rows, "pool", CITY, D(2023, 12, 31)) == moved(0, 1, 0, 0, 1)
    assert one(rows, "innovative", CITY, D(2023, 12, 31)) == moved(0, 0, 1, 0, 1)
    assert one(rows, "srdi", CITY, D(2024, 5, 31)) == moved(0, 0, 0, 0, 0)
    assert one(rows, "srdi", CITY, D(2024, 12, 31)) == moved(0, 1, 1, 0, 2)
    assert one(rows, "innovative", CITY, D(2024, 12, 31)) == moved(1, 1, 0, 0, 2)
    assert one(rows, "srdi", HILL, D(2024, 12, 31)) == moved(0, 0, 0, 0, 0)


def test_who_comes_back_within_the_year_has_neither_left_nor_come() -> None:
    events = [
        title(D(2022, 1, 1), D(2024, 12, 31)),
        Event(1, "srdi", "revoked", D(2023, 3, 10), SEA),
        title(D(2023, 9, 1), D(2026, 8, 31)),
    ]
    with duckdb.connect() as connection:
        rows = counted(connection, events, [], [])
    assert one(rows, "srdi", SEA, D(2023, 6, 30)) == moved(1, 0, 0, 1, 0)
    assert one(rows, "srdi", SEA, D(2023, 12, 31)) == moved(1, 0, 0, 0, 1)


def test_a_move_between_areas_is_an_exit_of_one_and_an_entry_of_the_other() -> None:
    events = [
        title(D(2022, 1, 1), D(2023, 12, 31)),
        title(D(2024, 1, 1), D(2026, 12, 31), area=HILL, event="review_passed"),
    ]
    with duckdb.connect() as connection:
        rows = counted(connection, events, [], [])
    assert one(rows, "srdi", SEA, D(2024, 12, 31)) == moved(1, 0, 0, 1, 0)
    assert one(rows, "srdi", HILL, D(2024, 12, 31)) == moved(0, 1, 0, 0, 1)
    assert one(rows, "srdi", CITY, D(2024, 12, 31)) == moved(1, 0, 0, 0, 1)
    [hill] = [row for row in rows if (row["rung"], row["area_code"], row["as_of"]) == ("srdi", HILL, D(2024, 12, 31))]
    assert (hill["moved_in"], hill["moved_out"]) == (1, 0)


def test_before_its_first_list_a_rung_is_not_known() -> None:
    with duckdb.connect() as connection:
        rows = counted(connection, [title(D(2023, 7, 14), D(2026, 6, 30))], [], [pool(D(2024, 1, 10), (2, SEA))])
    known = {(row["rung"], row["as_of"]): row["is_known"] for row in rows if row["area_code"] == CITY}
    assert [known["srdi", D(2023, 6, 30)], known["srdi", D(2023, 7, 31)]] == [False, True]
    assert [known["pool", D(2023, 12, 31)], known["pool", D(2024, 1, 31)]] == [False, True]
    assert not known["innovative", D(2025, 12, 31)]


POOLS = [
    pool(D(2023, 3, 1), (1, SEA), (2, SEA), (3, HILL), (4, SEA)),
    # The whole list of one county ends nobody's stay in another.
    pool(D(2024, 3, 1), (1, SEA), (4, SEA), area=SEA, is_final=True),
    # A part of the whole says nothing of those whom it leaves out.
    pool(D(2024, 9, 1), (1, SEA)),
    pool(D(2025, 3, 1), (1, HILL), (3, HILL), is_final=True),
]


def test_who_leaves_the_pool_when() -> None:
    """1 moves to the other county, 2 is left out, 3 stays, 4 gains the title; a lower title would end no stay."""
    events = [
        title(D(2024, 6, 1), D(2027, 5, 31), enterprise=4),
        title(D(2024, 6, 1), D(2027, 5, 31), enterprise=3, tier="innovative"),
    ]
    with duckdb.connect() as connection:
        rows = counted(connection, events, [], POOLS)
        left = connection.sql("select enterprise_id, entered_on, left_on from core.pool_entry order by all").fetchall()
    assert left == [
        (1, D(2023, 3, 1), D(2025, 3, 1)),
        (1, D(2024, 3, 1), D(2025, 3, 1)),
        (1, D(2024, 9, 1), D(2025, 3, 1)),
        (1, D(2025, 3, 1), None),
        (2, D(2023, 3, 1), D(2024, 3, 1)),
        (3, D(2023, 3, 1), None),
        (3, D(2025, 3, 1), None),
        (4, D(2023, 3, 1), D(2024, 6, 1)),
        (4, D(2024, 3, 1), D(2024, 6, 1)),
    ]
    assert one(rows, "pool", CITY, D(2023, 12, 31)) == moved(0, 4, 0, 0, 4)
    assert one(rows, "pool", CITY, D(2024, 12, 31)) == moved(4, 0, 0, 2, 2)
    assert one(rows, "pool", SEA, D(2025, 12, 31)) == moved(1, 0, 0, 1, 0)
    assert one(rows, "pool", HILL, D(2025, 12, 31)) == moved(1, 1, 0, 0, 2)
    assert one(rows, "pool", CITY, D(2025, 12, 31)) == moved(2, 0, 0, 0, 2)


def test_a_pool_without_a_day_stood_when_its_file_came_in() -> None:
    """Only what comes after the file can end it; what the title of its pool is called decides, and null is none."""
    with duckdb.connect() as connection:
        count_by_sql(connection, [title(D(2024, 6, 1), D(2027, 5, 31), enterprise=n) for n in (1, 2)], [])
        connection.execute("insert into core.source_file values ('before', '2024-05-01'), ('after', '2024-07-01')")
        entry = "insert into core.pool_entry (enterprise_id, level, area_code, file_id) values (?, ?, '11', ?)"
        connection.executemany(entry, [[1, "srdi", "before"], [2, "srdi", "after"], [2, None, "before"]])
        run(connection, "pool_exit")
        left = connection.sql("select enterprise_id, level, left_on from core.pool_entry order by all").fetchall()
    assert left == [(1, "srdi", D(2024, 6, 1)), (2, "srdi", None), (2, None, None)]


@st.composite
def any_pool(draw: st.DrawFn) -> PoolList:
    area = draw(st.sampled_from([CITY, SEA, HILL]))
    inside = [SEA, HILL] if area == CITY else [area]
    members = draw(st.dictionaries(st.integers(1, 4), st.sampled_from(inside), max_size=4))
    level = draw(st.sampled_from(["innovative", "srdi"]))
    return pool(draw(days), *members.items(), area=area, level=level, is_final=draw(st.booleans()))


@settings(max_examples=20, deadline=None)
@given(
    events=st.lists(any_event(), min_size=1, max_size=12),
    finals=st.lists(any_final(), max_size=1),
    pools=st.lists(any_pool(), max_size=4),
    day=days,
)
def test_the_ladder_agrees_with_the_replay_and_adds_up(
    events: list[Event], finals: list[FinalList], pools: list[PoolList], day: dt.date
) -> None:
    with duckdb.connect() as connection:
        rows = counted(connection, events, finals, pools)
    for row in rows:
        assert row["stock_before"] + row["entries"] + row["promotions"] - row["exits"] == row["stock"], row
        assert min(row[name] for name in ("entries", "moved_in", "promotions", "exits", "moved_out", "stock")) >= 0
    stocks = {(row["rung"], row["area_code"], row["as_of"]): row["stock"] for row in rows}
    as_of = add_months(day.replace(day=1), 1) - dt.timedelta(days=1)
    known = history(events, finals, pools, PARENTS)
    enterprises = {event.enterprise for event in events} | {number for pool in pools for number, _ in pool.members}
    for row in rows:
        if row["as_of"] != as_of:
            continue
        rung, area = row["rung"], row["area_code"]
        assert row["stock_before"] == stocks.get((rung, area, D(as_of.year - 1, 12, 31)), 0)
        assert row["stock"] == sum(known.is_in(enterprise, rung, area, as_of) for enterprise in enterprises)
        found = [move_of(known, enterprise, rung, area, as_of) for enterprise in enterprises]
        number = {kind: found.count(kind) for kind in MOVES}
        assert row["entries"] == number["entry"] + number["moved_in"]
        assert row["exits"] == number["exit"] + number["moved_out"]
        assert [row[name] for name in ("moved_in", "moved_out")] == [number["moved_in"], number["moved_out"]]
        assert row["promotions"] == number["promotion"]


def doubts(
    connection: duckdb.DuckDBPyConnection, events: list[Event], finals: list[FinalList], as_of: dt.date
) -> dict[tuple[str, str, str, dt.date], int]:
    """Enterprises by tier, area, kind and day of the list, as ``queries/ladder_doubts.sql`` counts them."""
    count_by_sql(connection, events, finals)
    load(connection, "core.plan", pl.DataFrame({"plan_id": ["p"], "starts_on": [D(2023, 1, 1)]}))
    sql = (warehouse.QUERIES_DIR / "ladder_doubts.sql").read_text(encoding="utf-8")
    rows = connection.execute(sql, {"plan_id": "p", "area_code": CITY, "as_of": as_of}).fetchall()
    return {(*row[:2], *row[3:5]): row[5] for row in rows if row[2] == as_of}


def test_who_is_first_seen_on_a_review_list_held_the_title_before() -> None:
    events = [
        title(D(2023, 8, 14), D(2026, 6, 30), event="review_passed"),
        title(D(2023, 8, 14), D(2026, 6, 30), event="review_passed", enterprise=2, area=HILL),
        title(D(2023, 8, 14), D(2026, 6, 30), enterprise=3),
    ]
    with duckdb.connect() as connection:
        assert doubts(connection, events, [], D(2024, 12, 31)) == {}
    with duckdb.connect() as connection:
        found = doubts(connection, events, [], D(2023, 12, 31))
    of_tier = {area: number for (tier, area, *_), number in found.items() if tier == "srdi"}
    assert of_tier == {CITY: 2, SEA: 1, HILL: 1}
    assert {key[2:] for key in found} == {("review", D(2023, 8, 14))}


def test_who_left_because_no_review_list_came_may_hold_the_title_still() -> None:
    events = [title(D(2022, 7, 1), D(2023, 6, 30), enterprise=number) for number in (1, 2, 3)]
    events += [
        Event(2, "srdi", "revoked", D(2024, 2, 1), SEA),
        title(D(2024, 3, 1), D(2027, 2, 28), enterprise=3, event="review_passed"),
    ]
    with duckdb.connect() as connection:
        assert doubts(connection, events, [], D(2024, 6, 30)) == {}
    with duckdb.connect() as connection:
        found = doubts(connection, events, [], D(2024, 7, 31))
    assert {key: number for key, number in found.items() if key[:2] == ("srdi", CITY)} == {
        ("srdi", CITY, "unreviewed", D(2022, 7, 1)): 1
    }
    # A final, complete review list says who lost the title: then it is known.
    final = FinalList("srdi", "review_passed", D(2024, 5, 1), frozenset([SEA]), cohort=2022)
    with duckdb.connect() as connection:
        assert doubts(connection, events[:1], [final], D(2024, 7, 31)) == {}


@settings(max_examples=40, deadline=None)
@given(events=st.lists(any_event(), min_size=1, max_size=12), finals=st.lists(any_final(), max_size=1), day=days)
def test_what_no_list_tells_agrees_with_the_replay(events: list[Event], finals: list[FinalList], day: dt.date) -> None:
    as_of = add_months(day.replace(day=1), 1) - dt.timedelta(days=1)
    with duckdb.connect() as connection:
        found = doubts(connection, events, finals, as_of)
    known = history(events, finals, [], PARENTS)
    expected: dict[tuple[str, str, str, dt.date], int] = {}
    for tier in (tier for tier in BELOW if tier != "pool"):
        for area in PARENTS:
            for enterprise in {event.enterprise for event in events}:
                if doubt := doubt_of(known, enterprise, tier, area, as_of):
                    key = (tier, area, *doubt)
                    expected[key] = expected.get(key, 0) + 1
    assert found == expected


def test_bars_of_all_columns_share_one_scale_and_stand_beside_their_numbers() -> None:
    rows = pl.DataFrame(
        [("小巨人", True, [24, 0, 2, 2], ["24", "0", "2", "2"]), ("单项冠军", False, [0] * 4, ["0"] * 4)],
        schema={"name": pl.String, "is_known": pl.Boolean, "numbers": pl.List(pl.Int64), "labels": pl.List(pl.String)},
        orient="row",
    )
    figure = move_bars(rows, ["存量", "新进", "晋级", "退出"], "无名单", Frame("标题", "单位：家", "演示数据"))
    assert [list(bar.x) for bar in figure.data] == [[24, 0], [0, 0], [2, 0], [2, 0]]
    starts = [bar.base[0] for bar in figure.data]
    assert starts == sorted(set(starts))
    placed = {(note.text, note.y): note.x for note in figure.layout.annotations}
    assert placed["24", 0] == starts[0] + 24
    assert placed["无名单", 1] < placed["24", 0]
    # A rung without a list is a grey band and no zero.
    assert ("0", 1) not in placed
    assert [(shape.y0, shape.y1) for shape in figure.layout.shapes if shape.type == "rect"] == [(0.7, 1.3)]
