"""The counting SQL against the slow replay: on hand-made cases and, under Hypothesis, on any history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.steps import TITLE_COUNTING, load, run
from tests.replay import LADDER, Event, FinalList, add_months, counts, ever_and_new
from tests.replay_ladder import PoolList

D = dt.date
CITY, SEA, HILL, REST = "1", "11", "12", "1-unassigned"
PARENTS = {CITY: None, SEA: CITY, HILL: CITY, REST: CITY}
TIERS = (*LADDER, "champion")
FIRST, LAST = D(2019, 1, 31), D(2027, 12, 31)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def count_by_sql(
    connection: duckdb.DuckDBPyConnection,
    events: list[Event],
    finals: list[FinalList],
    pools: Sequence[PoolList] = (),
) -> None:
    for schema in ("core", "mart", "meta"):
        connection.execute(f"drop schema if exists {schema} cascade")
    run(connection, "tables")
    readings = [
        {**_reading(f"file-{i:03d}", event.tier, event.event, event.on, "1"), "batch": event.batch}
        for i, event in enumerate(events)
    ]
    for number, final in enumerate(finals):
        for area in sorted(final.areas & {SEA, HILL, REST}):
            reading = _reading(f"final-{number}-{area}", final.tier, final.event, final.on, area)
            readings.append({**reading, "is_final": True, "reviewed_cohort": final.cohort, "batch": final.batch})
    for number, pool in enumerate(pools):
        reading = _reading(f"pool-{number}", pool.level, None, pool.on, pool.area)
        readings.append({**reading, "kind": "pool", "is_final": pool.is_final})
    frames = {
        "source_reading": pl.DataFrame(readings, schema=_READING, orient="row"),
        "reading_exclusion": pl.DataFrame(schema={"reading_id": pl.String, "area_code": pl.String}),
        # Lists by city that leave a zone open: tests/test_build.py has them.
        "reading_vague": pl.DataFrame(schema={"reading_id": pl.String, "area_code": pl.String}),
        "recognition_event": _events(events),
        "pool_entry": _pool_entries(pools),
        "source_file": pl.DataFrame(schema={"file_id": pl.String, "received_on": pl.Date}),
        "area": pl.DataFrame({"area_code": list(PARENTS), "is_tracked": [True] * len(PARENTS)}),
        "area_closure": pl.DataFrame(
            [(code, above) for code in PARENTS for above in (code, PARENTS[code]) if above],
            schema=["area_code", "ancestor_code"],
            orient="row",
        ),
        "tier_inclusion": pl.DataFrame(
            [
                (tier, via, LADDER.index(via) - LADDER.index(tier))
                for tier in LADDER
                for via in LADDER[LADDER.index(tier) :]
            ]
            + [("champion", "champion", 0)],
            schema=["tier", "via_tier", "distance"],
            orient="row",
        ),
        "indicator": pl.DataFrame({"indicator_id": TIERS, "tier": TIERS, "formula": ["tier_count"] * len(TIERS)}),
        "calendar": pl.DataFrame(
            {"month_end": pl.date_range(FIRST.replace(day=1), LAST, "1mo", eager=True).dt.month_end()}
        ),
    }
    for name, frame in frames.items():
        load(connection, f"core.{name}", frame)
    for step in TITLE_COUNTING:
        run(connection, step)


_READING = {
    "reading_id": pl.String, "file_id": pl.String, "kind": pl.String, "tier": pl.String, "event": pl.String,
    "batch": pl.String, "event_on": pl.Date, "area_code": pl.String,
    "is_final": pl.Boolean, "reviewed_cohort": pl.Int32,
}  # fmt: skip


def _pool_entries(pools: Sequence[PoolList]) -> pl.DataFrame:
    rows = [
        (enterprise, pool.level, pool.on, None, area, f"pool-{number}", f"pool-{number}", None, None, None)
        for number, pool in enumerate(pools)
        for enterprise, area in pool.members
    ]
    text = pl.String
    schema = {"enterprise_id": pl.Int64, "level": text, "entered_on": pl.Date, "left_on": pl.Date, "area_code": text}
    schema |= {"reading_id": text, "file_id": text, "sheet": text, "row": pl.Int32, "column": text}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _reading(reading_id: str, tier: str, event: str | None, on: dt.date, area: str) -> dict[str, object]:
    return {
        "reading_id": reading_id,
        "file_id": reading_id,
        "kind": "list",
        "tier": tier,
        "event": event,
        "event_on": on,
        "area_code": area,
        "is_final": False,
    }


def _events(events: list[Event]) -> pl.DataFrame:
    rows = []
    for number, event in enumerate(events):
        is_title = event.valid_from is not None and event.valid_to is not None
        expires = event.valid_to + dt.timedelta(days=1) if event.valid_to else None
        rows.append(
            {
                "event_id": f"{number:03d}",
                "enterprise_id": event.enterprise,
                "tier": event.tier,
                "event": event.event,
                "batch": event.batch,
                "cohort_year": event.cohort,
                "event_on": event.on,
                "valid_from": event.valid_from,
                "valid_to": event.valid_to,
                "valid_to_estimated": False,
                "counts_from": max(event.on, event.valid_from) if is_title and event.valid_from else None,
                "expires_on": expires,
                "awaiting_until": add_months(expires, 12) if expires else None,
                "publicity_until": add_months(event.on, 12),
                "is_derived": False,
                "area_code": event.area,
                "area_inferred": False,
                "reading_id": f"file-{number:03d}",
                "file_id": f"file-{number:03d}",
            }
        )
    day, text = pl.Date, pl.String
    schema = {"event_id": text, "enterprise_id": pl.Int64, "tier": text, "event": text, "batch": text}
    schema |= {"cohort_year": pl.Int32, "event_on": day, "valid_from": day, "valid_to": day}
    schema |= {"valid_to_estimated": pl.Boolean, "counts_from": day, "expires_on": day, "awaiting_until": day}
    schema |= {"publicity_until": day, "is_derived": pl.Boolean, "area_code": text, "area_inferred": pl.Boolean}
    frame = pl.DataFrame(rows, schema=schema | {"reading_id": text, "file_id": text}, orient="row")
    return frame.with_row_index("event_number", offset=1)


def observed(connection: duckdb.DuckDBPyConnection, tier: str, area: str, day: dt.date) -> dict[str, int]:
    row = connection.execute(
        "select in_force, awaiting, publicity, own_title from mart.observation "
        "where indicator_id = ? and area_code = ? and period_end = ? and basis = 'in_force'",
        [tier, area, day],
    ).fetchall()[0]
    return dict(zip(("in_force", "awaiting_review", "publicity", "own_title"), row, strict=True))


def title(on: dt.date, valid_to: dt.date, **fields: object) -> Event:
    values = {"enterprise": 1, "tier": "srdi", "event": "recognition", "area": SEA, "cohort": on.year} | fields
    return Event(on=on, valid_from=values.pop("valid_from", on), valid_to=valid_to, **values)  # type: ignore[arg-type]


def test_publicity_is_not_recognition(connection: duckdb.DuckDBPyConnection) -> None:
    shown = Event(1, "srdi", "publicity", D(2025, 12, 5), SEA, batch="2025-2")
    count_by_sql(connection, [shown], [])
    assert observed(connection, "srdi", CITY, D(2025, 12, 31)) == {
        "in_force": 0, "awaiting_review": 0, "publicity": 1, "own_title": 0,
    }  # fmt: skip


def test_counts_from_the_later_of_decision_and_window(connection: duckdb.DuckDBPyConnection) -> None:
    count_by_sql(connection, [title(D(2022, 12, 20), D(2025, 12, 31), valid_from=D(2023, 1, 1))], [])
    assert observed(connection, "srdi", SEA, D(2022, 12, 31))["in_force"] == 0
    assert observed(connection, "srdi", SEA, D(2023, 1, 31))["in_force"] == 1


def test_the_last_day_of_the_window_counts(connection: duckdb.DuckDBPyConnection) -> None:
    count_by_sql(connection, [title(D(2022, 7, 1), D(2025, 6, 30))], [])
    assert observed(connection, "srdi", SEA, D(2025, 6, 30))["in_force"] == 1
    july = observed(connection, "srdi", SEA, D(2025, 7, 31))
    assert (july["in_force"], july["awaiting_review"]) == (0, 1)
    assert observed(connection, "srdi", SEA, D(2026, 6, 30))["awaiting_review"] == 1
    assert observed(connection, "srdi", SEA, D(2026, 7, 31))["awaiting_review"] == 0


def test_final_review_list_ends_those_who_are_not_on_it(connection: duckdb.DuckDBPyConnection) -> None:
    stays = title(D(2022, 7, 1), D(2025, 6, 30), enterprise=1)
    leaves = title(D(2022, 7, 1), D(2025, 6, 30), enterprise=2)
    passed = title(D(2025, 10, 15), D(2028, 6, 30), enterprise=1, event="review_passed", valid_from=D(2025, 7, 1))
    final = FinalList("srdi", "review_passed", D(2025, 10, 15), frozenset({SEA, HILL, REST}), cohort=2022)
    count_by_sql(connection, [stays, leaves, passed], [final])
    assert observed(connection, "srdi", CITY, D(2025, 9, 30))["awaiting_review"] == 2
    after = observed(connection, "srdi", CITY, D(2025, 10, 31))
    assert (after["in_force"], after["awaiting_review"]) == (1, 0)
    derived = connection.sql("select enterprise_id, event_on from core.recognition_event where is_derived").fetchall()
    assert derived == [(2, D(2025, 10, 15))]


def test_higher_titles_count_in_lower_tiers_once(connection: duckdb.DuckDBPyConnection) -> None:
    both = [title(D(2023, 1, 1), D(2025, 12, 31)), title(D(2023, 6, 1), D(2026, 5, 31), tier="little_giant")]
    only_giant = title(D(2023, 6, 1), D(2026, 5, 31), tier="little_giant", enterprise=2)
    champion = title(D(2023, 6, 1), D(2026, 5, 31), tier="champion", enterprise=3)
    count_by_sql(connection, [*both, only_giant, champion], [])
    day = D(2023, 12, 31)
    assert observed(connection, "srdi", CITY, day)["in_force"] == 2
    assert observed(connection, "srdi", CITY, day)["own_title"] == 1
    assert observed(connection, "innovative", CITY, day)["in_force"] == 2
    assert observed(connection, "champion", CITY, day)["in_force"] == 1


def test_revocation_ends_and_a_new_recognition_begins_again(connection: duckdb.DuckDBPyConnection) -> None:
    events = [
        title(D(2022, 1, 1), D(2024, 12, 31)),
        Event(1, "srdi", "revoked", D(2023, 3, 10), SEA),
        title(D(2024, 2, 1), D(2027, 1, 31)),
    ]
    count_by_sql(connection, events, [])
    held = [observed(connection, "srdi", SEA, D(2023, month, 28 if month == 2 else 31))["in_force"] for month in (1, 3)]
    assert held == [1, 0]
    assert observed(connection, "srdi", SEA, D(2024, 2, 29))["in_force"] == 1


def test_review_without_recognition_is_in_force_and_ever_but_not_new(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    count_by_sql(connection, [title(D(2023, 7, 14), D(2026, 6, 30), event="review_passed")], [])
    rows = dict(
        connection.execute(
            "select basis, value from mart.observation "
            "where indicator_id = 'srdi' and area_code = ? and period_end = ?",
            [SEA, D(2023, 7, 31)],
        ).fetchall()
    )
    assert rows == {"in_force": 1.0, "ever": 1.0, "new": 0.0}


def test_an_area_before_its_first_list_has_no_data_instead_of_zero(connection: duckdb.DuckDBPyConnection) -> None:
    count_by_sql(connection, [title(D(2023, 7, 14), D(2026, 6, 30))], [])
    rows = connection.execute(
        "select state, value from mart.observation where indicator_id = 'srdi' and area_code = ? "
        "and basis = 'in_force' and period_end in (?, ?) order by period_end",
        [HILL, D(2023, 6, 30), D(2023, 7, 31)],
    ).fetchall()
    assert rows == [("no_data", None), ("ok", 0.0)]


days = st.dates(min_value=D(2019, 1, 1), max_value=D(2026, 12, 31))


@st.composite
def any_event(draw: st.DrawFn) -> Event:
    kind = draw(
        st.sampled_from(
            ["recognition"] * 4
            + ["review_passed"] * 2
            + ["publicity", "review_publicity", "revoked", "moved_out", "lapsed", "recommended", "change"]
        )
    )
    on = draw(days)
    start = on + dt.timedelta(days=draw(st.sampled_from([-40, 0, 0, 12, 200])))
    end = start + dt.timedelta(days=draw(st.sampled_from([0, 30, 400, 1094, 1095])))
    is_title = kind in ("recognition", "review_passed")
    return Event(
        enterprise=draw(st.integers(1, 4)),
        tier=draw(st.sampled_from(TIERS)),
        event=kind,
        on=on,
        area=draw(st.sampled_from([SEA, HILL, REST])),
        valid_from=start if is_title else None,
        valid_to=end if is_title else None,
        cohort=start.year if is_title else None,
        batch=draw(st.sampled_from([None, "5", "6"])),
    )


@st.composite
def any_final(draw: st.DrawFn) -> FinalList:
    event = draw(st.sampled_from(["review_passed", "recognition"]))
    areas = draw(st.sampled_from([frozenset({SEA}), frozenset({SEA, HILL, REST})]))
    is_review = event == "review_passed"
    return FinalList(
        tier=draw(st.sampled_from(TIERS)),
        event=event,
        on=draw(days),
        areas=areas,
        cohort=draw(st.integers(2019, 2024)) if is_review else None,
        batch=None if is_review else draw(st.sampled_from(["5", "6"])),
    )


@settings(max_examples=60, deadline=None)
@given(
    events=st.lists(any_event(), min_size=1, max_size=14),
    finals=st.lists(any_final(), max_size=2),
    some_days=st.lists(days, min_size=3, max_size=3),
)
def test_sql_agrees_with_the_replay(events: list[Event], finals: list[FinalList], some_days: list[dt.date]) -> None:
    with duckdb.connect() as connection:
        count_by_sql(connection, events, finals)
        for month_end in {add_months(day.replace(day=1), 1) - dt.timedelta(days=1) for day in some_days}:
            for tier in TIERS:
                _compare_stocks(connection, events, finals, tier, month_end)
                if any(event.tier == tier and event.on <= month_end for event in events):
                    _compare_flows(connection, events, tier, month_end)


def _compare_stocks(
    connection: duckdb.DuckDBPyConnection, events: list[Event], finals: list[FinalList], tier: str, day: dt.date
) -> None:
    expected = counts(events, tier, day, PARENTS, finals)
    for area in PARENTS:
        found = observed(connection, tier, area, day)
        for status in ("in_force", "awaiting_review", "publicity"):
            assert found[status] == expected.get((area, status), 0), (tier, area, status, day)


def _compare_flows(connection: duckdb.DuckDBPyConnection, events: list[Event], tier: str, day: dt.date) -> None:
    ever, new = ever_and_new(events, tier, day, day.replace(day=1))
    rows = connection.execute(
        "select basis, value, state from mart.observation "
        "where indicator_id = ? and area_code = ? and period_end = ? and basis in ('ever', 'new') order by basis",
        [tier, CITY, day],
    ).fetchall()
    assert rows == [("ever", len(ever), "ok"), ("new", len(new), "ok")]
