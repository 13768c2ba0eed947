"""Every difference explained: months against their replay, builds so that nothing is left over, the change list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.__main__ import main
from etl.add import withdraw
from etl.steps import load
from tests.replay import Event, FinalList, holding, with_lapses
from tests.replay_difference import months
from tests.test_counting import CITY, HILL, PARENTS, SEA, any_event, any_final, count_by_sql, days, title
from tests.worlds import add, built, rows, write_list
from tracker import warehouse
from tracker.difference import PART_SCHEMA, Counted, between_builds, changed_thresholds, differing_buckets, totals
from tracker.difference_text import difference_line
from tracker.explained import Difference, Moment, _Count, explain, titles_between

D = dt.date
HEAD = "序号,企业名称,所属县区\n"
DUE = D(2025, 12, 31)
TIERS = ("innovative", "champion", "srdi")


def asked(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> pl.DataFrame:
    """The rows of a query of the tracker on a database of a test."""
    statement = (warehouse.QUERIES_DIR / f"{name}.sql").read_text(encoding="utf-8")
    return connection.sql(statement, params=parameters).pl()


def count_world(
    connection: duckdb.DuckDBPyConnection, events: Mapping[int, Event], finals: list[FinalList], received: set[int]
) -> None:
    """Count events that keep the names of their files whatever else is loaded.

    ``received`` are the files that this build knows of; those without an event in it are withdrawn.
    """
    count_by_sql(connection, list(events.values()), finals)
    connection.execute("create or replace temp table named (old varchar, new varchar)")
    for place, number in enumerate(events):
        connection.execute("insert into named values (?, ?)", [f"file-{place:03d}", f"file {number}"])
    for table in ("recognition_event", "source_reading"):
        connection.execute(
            f"update core.{table} set reading_id = new, file_id = new from named where reading_id = named.old"
        )
    connection.execute("update core.recognition_event set event_id = 'event ' || file_id where not is_derived")
    enterprises = sorted({event.enterprise for event in events.values()})
    load(connection, "core.enterprise", pl.DataFrame(
        {"enterprise_id": enterprises, "uscc": [None] * len(enterprises)}
        | {key: [f"示例公司{number % 100}" for number in enterprises] for key in ("name_key", "name")},
        schema={"enterprise_id": pl.Int64, "uscc": pl.String, "name_key": pl.String, "name": pl.String},
    ))  # fmt: skip
    files = [
        (f"file {number}", None if number in events else D(2026, 1, 1)) for number in sorted(received | set(events))
    ]
    finals_read = connection.sql("select distinct file_id from core.source_reading where is_final").fetchall()
    connection.execute("drop table core.source_file")  # that of the counted world has no names of files
    load(connection, "core.source_file", pl.DataFrame(
        [(file, file, on, None) for file, on in [*files, *((file, None) for (file,) in finals_read)]],
        schema={"file_id": pl.String, "original_name": pl.String, "withdrawn_on": pl.Date, "supersedes": pl.String},
        orient="row",
    ))  # fmt: skip


ALL_BUCKETS = tuple(range(16384))


def counted(
    connection: duckdb.DuckDBPyConnection,
    tier: str,
    area: str,
    day: dt.date,
    buckets: tuple[int, ...] = ALL_BUCKETS,
) -> Counted:
    named = {"indicator_id": tier, "day": day}
    everybody = tuple(connection.sql("select enterprise_id from core.enterprise").pl()["enterprise_id"])
    return Counted(
        holders=asked(
            connection,
            "difference_holders",
            area_code=area,
            basis="in_force",
            starts_on=D(2000, 1, 1),
            buckets=buckets,
            **named,
        ),
        events=asked(connection, "difference_events", ids=everybody, keys=(), **named),
        files=asked(connection, "difference_files"),
        thresholds={"awaiting_review_months": 12.0},
    )


@settings(max_examples=40, deadline=None)
@given(
    events=st.lists(any_event(), min_size=1, max_size=14),
    finals=st.lists(any_final(), max_size=2),
    two_days=st.lists(days, min_size=2, max_size=2).map(sorted),
    area=st.sampled_from([CITY, SEA, HILL]),
)
def test_two_days_of_a_build_agree_with_the_replay(
    events: list[Event], finals: list[FinalList], two_days: list[dt.date], area: str
) -> None:
    earlier, later = two_days
    with duckdb.connect() as connection:
        count_world(connection, dict(enumerate(events)), finals, set())
        for tier in TIERS:
            named = {"indicator_id": tier, "area_code": area, "earlier": earlier, "later": later}
            found = asked(connection, "difference_months", most=100, **named)
            expected = months(events, finals, tier, area, earlier, later, PARENTS)
            assert {(int(name[4:]), part, amount) for part, amount, name in found[:, :3].iter_rows()} == expected
            assert found.height == len(expected)
            first = {"indicator_id": tier, "area_code": area, "starts_on": earlier + dt.timedelta(days=1)}
            assert found["amount"].sum() == grown(connection, two_days, basis="in_force", **first)
            few_names_say_the_same(found, asked(connection, "difference_months", most=1, **named))
        # Titles that are new or were ever held, of the last tier.
        for basis in ("new", "ever"):
            found = asked(connection, "difference_first", most=100, basis=basis, **named)
            assert found["name"].null_count() == 0
            assert found["amount"].sum() == grown(connection, two_days, basis=basis, **first)
            few_names_say_the_same(found, asked(connection, "difference_first", most=1, basis=basis, **named))


def grown(connection: duckdb.DuckDBPyConnection, two_days: list[dt.date], **named: object) -> int:
    before, after = (asked(connection, "difference_holder_number", day=day, **named)["number"][0] for day in two_days)
    return int(after - before)


def few_names_say_the_same(found: pl.DataFrame, short: pl.DataFrame) -> None:
    """With one name a part, the amounts of the parts are those of all names, and the one is the first of its part."""
    rest = short.filter(pl.col("name").is_null())
    assert totals(short) == totals(found)
    assert (rest["amount"] != 0).all()
    sides = found.group_by("part", pl.col("amount") > 0).len()
    assert short.height == sides.height + sides.filter(pl.col("len") > 1).height
    kept = short.drop_nulls("name").select("name", "part", "amount", "changed_on", "file_name", "row")
    assert kept.join(found, on=kept.columns, how="semi", nulls_equal=True).height == sides.height
    assert (
        kept["changed_on"]
        .drop_nulls()
        .sort()
        .equals(
            found.group_by("part", pl.col("amount") > 0)
            .agg(pl.col("changed_on").min())["changed_on"]
            .drop_nulls()
            .sort()
        )
    )


def names_held(events: list[Event], finals: list[FinalList], tier: str, area: str, day: dt.date) -> set[str]:
    everything = with_lapses(events, finals)
    found = set()
    for enterprise in {event.enterprise for event in everything}:
        held = holding([event for event in everything if event.enterprise == enterprise], tier, day, finals)
        if held and held.status != "publicity" and area in (held.area, PARENTS[held.area]):
            found.add(f"示例公司{enterprise % 100}")
    return found


@settings(max_examples=40, deadline=None)
@given(
    events=st.lists(any_event(), min_size=1, max_size=12),
    finals=st.lists(any_final(), max_size=2),
    masks=st.tuples(st.integers(0, 2**12 - 1), st.integers(0, 2**12 - 1)),
    day=days,
    area=st.sampled_from([CITY, SEA]),
)
def test_nothing_is_left_over_between_two_builds(
    events: list[Event], finals: list[FinalList], masks: tuple[int, int], day: dt.date, area: str
) -> None:
    before, after = ({number: event for number, event in enumerate(events) if mask >> number & 1} for mask in masks)
    # Enterprises are numbered anew in every build.
    renumbered = {
        number: Event(**{**vars(event), "enterprise": event.enterprise + 100}) for number, event in after.items()
    }
    with duckdb.connect() as one, duckdb.connect() as other:
        count_world(one, before, finals, set())
        count_world(other, renumbered, finals, set(before))
        digests = [asked(build, "difference_digest") for build in (one, other)]

        def read(build_id: str, name: str, **parameters: object) -> pl.DataFrame:
            if name == "thresholds":
                return pl.DataFrame({"threshold_id": ["awaiting_review_months"], "value": [12.0]})
            return asked({"one": one, "other": other}[build_id], name, **parameters)

        for tier in TIERS:
            buckets = differing_buckets(*(digest.filter(pl.col("indicator_id") == tier) for digest in digests))
            found = between_builds(counted(one, tier, area, day, buckets), counted(other, tier, area, day, buckets))
            # Who asks only for what may differ is told the same.
            short = titles_between(tier, area, Moment("one", day), Moment("other", day), read)
            assert short.sort(pl.all()).equals(found.sort(pl.all()))
            held = [names_held(list(world.values()), finals, tier, area, day) for world in (before, after)]
            assert found["amount"].sum() == len(held[1]) - len(held[0])
            if before == after:
                assert not buckets
            elif held[0] != held[1]:
                assert buckets
            assert {(name, amount) for name, amount in found.select("name", "amount").iter_rows()} == {
                *((name, 1) for name in held[1] - held[0]),
                *((name, -1) for name in held[0] - held[1]),
            }
            parts = set(found["part"].to_list())
            if set(before) <= set(after):
                assert parts <= {"late"}
            elif set(after) <= set(before):
                assert parts <= {"withdrawn"}


def test_a_setting_that_ends_titles_is_named() -> None:
    events = {0: title(D(2022, 1, 1), D(2024, 12, 31))}
    with duckdb.connect() as one, duckdb.connect() as other:
        count_world(one, events, [], set())
        count_world(other, events, [], set())
        other.execute("update core.example_tenure set to_on = date '2025-02-01' where status = 'awaiting_review'")
        before = counted(one, "srdi", CITY, D(2025, 6, 30))
        after = counted(other, "srdi", CITY, D(2025, 6, 30))
        changed = Counted(after.holders, after.events, after.files, {"awaiting_review_months": 1.0})
    assert totals(between_builds(before, changed)) == [("threshold", 0, -1)]
    assert changed_thresholds(before.thresholds, changed.thresholds) == [("awaiting_review_months", 12.0, 1.0)]
    assert totals(between_builds(before, after)) == [("corrected", 0, -1)]
    # Another setting ends nothing, and neither does this one while a title is in force.
    otherwise = Counted(after.holders, after.events, after.files, {"awaiting_review_months": 12.0, "on_pace": 1.0})
    assert totals(between_builds(before, otherwise)) == [("corrected", 0, -1)]
    in_force = replace(before, holders=before.holders.with_columns(status=pl.lit("in_force")))
    assert totals(between_builds(in_force, changed)) == [("corrected", 0, -1)]


def test_an_identity_decision_is_named_though_a_setting_changed_too() -> None:
    events = {number: title(D(2022, 1, 1), D(2024, 12, 31)) for number in (0, 1)}
    apart = {number: Event(**{**vars(event), "enterprise": number}) for number, event in events.items()}
    with duckdb.connect() as one, duckdb.connect() as other:
        count_world(one, apart, [], set())
        count_world(other, events, [], set())
        for day, part in ((D(2024, 6, 30), "placed"), (D(2025, 6, 30), "placed_and_threshold")):
            before, after = (counted(build, "srdi", CITY, day) for build in (one, other))
            assert totals(between_builds(before, after)) == [("placed", 0, -1)]
            changed = Counted(after.holders, after.events, after.files, {"awaiting_review_months": 24.0})
            assert totals(between_builds(before, changed)) == [(part, 0, -1)]


def test_parts_are_told_apart_in_the_order_of_a_reader() -> None:
    parts = pl.DataFrame({"part": ["withdrawn", "moved", "moved", "recognised"], "amount": [-1, 1, -1, 1]})
    assert totals(parts) == [("recognised", 1, 0), ("moved", 1, -1), ("withdrawn", 0, -1)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    return tmp_path


def test_late_corrected_and_withdrawn_files_between_two_builds(folder: Path) -> None:
    old = add(folder, write_list(folder, "a.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县\n3,丙公司,海州区"))
    gone = add(folder, write_list(folder, "b.csv", HEAD + "1,丁公司,海州区"), event_on=D(2023, 6, 2))
    first = built(folder).build_id
    assert old.file_id
    assert gone.file_id
    withdraw(gone.file_id, folder, by="王工", reason="传错")
    corrected = write_list(folder, "a2.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县\n3,己公司,海州区")
    add(folder, corrected, replaces=old.file_id)
    add(folder, write_list(folder, "c.csv", HEAD + "1,戊公司,灌云县"), event_on=D(2023, 5, 1))
    second = built(folder).build_id
    key = ("lianyungang", "srdi_smes", "320700", DUE)
    found = explain(*key, Moment(first, D(2025, 12, 31)), Moment(second, D(2025, 12, 31)))
    assert (found.value_before, found.value_after, found.residual) == (4.0, 4.0, 0.0)
    assert {(row["part"], row["amount"], row["name"]) for row in found.names.to_dicts()} == {
        ("late", 1, "戊公司"),
        ("withdrawn", -1, "丁公司"),
        ("corrected", 1, "己公司"),
        ("corrected", -1, "丙公司"),
    }
    [late] = found.names.filter(part="late").to_dicts()
    assert (late["file_name"], late["row"], late["changed_on"]) == ("c.csv", 2, D(2023, 5, 1))
    # Two months of two builds: the data first, then the months.
    both = explain(*key, Moment(first, D(2023, 5, 31)), Moment(second, D(2023, 6, 30)))
    assert [(part, plus, minus) for part, plus, minus in totals(both.names)] == [("recognised", 3, 0), ("late", 1, 0)]
    assert both.residual == 0
    withdraw(gone.file_id, folder, by="王工", reason="没错", undo=True)
    third = built(folder).build_id
    back = explain(*key, Moment(second, D(2025, 12, 31)), Moment(third, D(2025, 12, 31)))
    assert totals(back.names) == [("restored", 1, 0)]
    with pytest.raises(ValueError, match="before"):
        explain(*key, Moment(second, D(2025, 12, 31)), Moment(second, D(2025, 11, 30)))


def test_the_report_explains_a_difference_and_alerts_what_fell_behind(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(folder, write_list(folder, "a.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县"))
    ended = write_list(folder, "b.csv", HEAD + "1,乙公司,东海县")
    add(folder, ended, event="revoked", event_on=D(2025, 12, 10))
    add(folder, write_list(folder, "c.csv", HEAD + "1,丙公司,海州区"), event_on=D(2025, 12, 12))
    built(folder)
    assert main(["report", "--as-of", "2025-12-31", "--since", "2025-11-30"]) == 0
    printed = capsys.readouterr().out
    assert "与2025年11月相比" in printed
    assert "省级专精特新中小企业数：由2家变为2家，新认定+1家（丙公司）；取消称号−1家（乙公司）" in printed
    assert main(["report", "--as-of", "2025-12-31", "--since", "2026-01-31"]) == 1
    assert main(["report", "--as-of", "2025-12-31", "--alerts"]) == 3
    assert "省级专精特新中小企业数：未达序时 → 到期未完成" in capsys.readouterr().out
    assert main(["report", "--as-of", "2025-10-31", "--alerts"]) == 0


def test_the_first_build_prints_no_change_list_and_the_next_counts_titles_without_targets(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build"]) == 0
    assert "与上一版本相比" not in capsys.readouterr().out
    assert main(["build"]) == 0
    assert "与上一版本相比，没有数字变化" in capsys.readouterr().out
    giants = write_list(folder, "浙江.csv", "序号,企业名称,设区市\n1,甲公司,杭州市\n2,乙公司,宁波市\n3,丙公司,杭州市")
    add(folder, giants, tier="little_giant", area="330000")
    change = built(folder).change
    found = {(row["area_code"], row["indicator_id"]): row["value_after"] for row in change.to_dicts()}
    assert found["330000", "little_giants"] == 3.0
    assert (found["330100", "little_giants"], found["330200", "little_giants"]) == (2.0, 1.0)
    assert change["target_id"].null_count() == change.height == 12  # the province and its eleven cities
    assert built(folder).change.is_empty()


def test_a_month_that_only_this_build_reaches_is_compared_with_the_newest_before(folder: Path) -> None:
    add(folder, write_list(folder, "a.csv", HEAD + "1,甲公司,海州区"), received_on=D(2025, 12, 12))
    built(folder)
    later = write_list(folder, "b.csv", HEAD + "1,乙公司,海州区")
    add(folder, later, event_on=D(2026, 1, 8), received_on=D(2026, 1, 9))
    change = built(folder).change.filter(target_id="srdi_smes")
    found = {row["as_of"]: (row["as_of_before"], row["value_before"], row["value_after"]) for row in change.to_dicts()}
    assert found[D(2026, 1, 31)] == (D(2025, 12, 31), 1.0, 2.0)
    assert D(2025, 12, 31) not in found
    assert len(rows(folder, "select distinct as_of from meta.change")) == 1


def changed(before: float | None, after: float | None, restated: float, since: float) -> Difference:
    return Difference(before, after, 5.0, 5.0, pl.DataFrame(schema=PART_SCHEMA), restated, since, [])


def test_a_line_adds_up_as_printed_and_nothing_is_added_to_what_nobody_reported() -> None:
    row = {"name": "研发强度", "unit": "percent", "decimals": 1}
    assert (
        difference_line(row, changed(4.446, 4.792, 0, 0.346), "zh") == "研发强度：由4.4%变为4.8%，期间变化+0.4 个百分点"
    )
    both = difference_line(row, changed(4.446, 4.792, 0.1, 0.246), "en")
    assert both == "研发强度: from 4.4% to 4.8%; later or corrected data +0.1 pp; change in the period +0.3 pp"
    assert difference_line(row, changed(None, 4.8, 0, 4.8), "zh", is_short=True) == "由未报送变为4.8%"
    assert difference_line(row, changed(4.8, None, -4.8, 0), "en") == "研发强度: from 4.8% to not reported"
    # What lies between an old value and a new one is no change of the period.
    old = replace(changed(4.446, 4.792, 0, 0.346), stale=(D(2023, 12, 31), None))
    assert difference_line(row, old, "zh") == "研发强度：由4.4%（2023年12月的数）变为4.8%"


def test_sums_of_other_units_are_not_told_as_a_change() -> None:
    row = {"name": "专场招聘会", "unit": "event", "decimals": 0}
    sums = replace(changed(18.0, 20.0, 0, 2.0), units=((9, 11), (11, 11)), stale=(None, D(2026, 3, 31)))
    line = "此前18 场（11 个单位中 9 个有数），现为20 场（11 个单位中 11 个有数），两次报送的单位不同，不作增减比较"
    assert difference_line(row, sums, "zh", is_short=True) == line
    english = difference_line(row, sums, "en")
    assert english.startswith("专场招聘会: 18")
    assert english.endswith("(11 of 11 units) now, not compared: other units have reported")


def test_whether_two_sums_are_of_the_same_units_is_read_from_the_build() -> None:
    state = {
        # Month, value, state, units that reported: two units' old values run out, then nothing fresher is left.
        D(2026, 5, 31): (10.0, "ok", 11), D(2026, 6, 30): (18.0, "partial", 9), D(2026, 8, 31): (19.0, "partial", 9),
        D(2026, 9, 30): (20.0, "stale", 11),
    }  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute(
            "create schema mart; create table mart.observation (indicator_id text, basis text, area_code text,"
            " period_end date, value double, state text,"
            " source_period_end date, reported_units int, expected_units int)"
        )
        for day, (value, said, reported) in state.items():
            for basis in ("level", "new"):
                connection.execute(
                    "insert into mart.observation values ('fairs', ?, '1', ?, ?, ?, date '2026-03-31', ?, 11)",
                    [basis, day, value, said, reported],
                )

        def read(_: str, name: str, **parameters: object) -> pl.DataFrame:
            return asked(connection, name, **parameters)

        def units(
            first: dt.date, last: dt.date, basis: str = "level"
        ) -> tuple[tuple[int, int], tuple[int, int]] | None:
            count = _Count("fairs", "1", basis, D(2026, 1, 1), False, read)
            return count.differing_units(Moment("b", first), Moment("b", last))

        assert units(D(2026, 5, 31), D(2026, 6, 30)) == ((11, 11), (9, 11))
        assert units(D(2026, 8, 31), D(2026, 9, 30)) == ((9, 11), (11, 11))
        # The same units, all units of two old values, and months that add up are compared.
        assert units(D(2026, 6, 30), D(2026, 8, 31)) is None
        assert units(D(2026, 5, 31), D(2026, 9, 30)) is None
        assert units(D(2026, 5, 31), D(2026, 6, 30), "new") is None


def test_a_changed_setting_is_called_by_its_name() -> None:
    row = {"name": "研发强度", "unit": "percent", "decimals": 1}
    moved = Difference(
        4.8, 4.8, 5.0, 5.0, pl.DataFrame(schema=PART_SCHEMA), 0, 0, [("ahead_lead_points", 5.0, 6.0)]
    )  # fmt: skip
    assert difference_line(row, moved, "zh").endswith("设定值“超序时进度不低于”由5改为6")


def test_of_many_names_a_line_prints_the_first_and_the_number_of_all() -> None:
    row = {"name": "小巨人", "unit": "enterprise", "decimals": 0}
    few = [("recognised", 1, name, None, None, None, None) for name in "甲乙丙丁戊"]
    names = [*few, ("recognised", 7, None, None, None, None, None)]
    moved = Difference(1.0, 13.0, 20.0, 20.0, pl.DataFrame(names, schema=PART_SCHEMA, orient="row"), 0, 0, [])
    assert moved.residual == 0
    assert difference_line(row, moved, "zh") == "小巨人：由1 家变为13 家，新认定+12 家（甲、乙、丙、丁、戊等12家）"
