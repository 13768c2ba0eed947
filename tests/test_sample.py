"""The demo: what its files say at the close of the plan, counted a second time and found again in the files."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from etl.clean import uscc_faults
from etl.inbox import Inbox, content_id
from etl.refusal import Refusal
from etl.sample import sample_files, write_sample
from etl.sample_world import credit_code
from tests.demo import CITY, CLOSE, UNITS, Demo
from tests.replay import Event, FinalList, counts
from tests.replay_formulas import Answer, Holder, Report, World, seen
from tracker import ui, viewing, warehouse
from tracker.catalog import load
from tracker.progress import LEADER_STATE

pytestmark = pytest.mark.slow
D = dt.date

# What the leaders see at the close: target -> (value with one decimal, state).
PICTURE = {
    "innovative_smes": (979, "missed"),
    "srdi_smes": (189, "missed"),
    "little_giants": (24, "missed"),
    "manufacturing_champions": (5, "met"),
    "research_intensity": (4.8, "missed"),
    "patents_per_enterprise": (5.8, "met"),
    "digital_transformation_coverage": (95.9, "missed"),
    "numerical_control_rate": (51.3, "met"),
    "management_digitalisation_rate": (64.7, "met"),
    "digital_design_rate": (67.1, "missed"),
    "main_revenue_share": (46.9, "missed"),
    "chain_coverage": (90, "missed"),
    "provincial_platforms_and_bases": (11, "met"),
    "city_platforms_and_bases": (23, "met"),
    "research_body_coverage": (94.7, "missed"),
    "provincial_clusters": (1, "missed"),
    "jiangsu_premium_enterprises": (6, "met"),
    "mayor_quality_awards": (1, "met"),
    "ip_standard_share_srdi": (97.1, "missed"),
    "ip_standard_share_innovative": (97.1, "not_assessable"),
    "free_diagnosis_coverage": (100, "met"),
    "integration_standard_coverage": (55.7, "not_assessable"),
    "smart_workshops": (12, "met"),
    "smart_factories": (1, "met"),
    "star_cloud_enterprises": (52, "missed"),
    "listing_reserve_enterprises": (23, "met"),
    "equity_board_enterprises": (None, "no_data"),
    "listed_enterprises": (4, "met"),
    "service_officers_per_enterprise": (0.6, "met"),
}
# Of a title: in force, awaiting review, under publicity.
COUNTED = {
    "innovative": (968, 11, 0),
    "srdi": (149, 40, 26),
    "little_giant": (24, 0, 0),
    "champion": (5, 0, 0),
}


# --- the files ------------------------------------------------------------------------------------------------------


def test_no_file_is_refused_and_only_the_rows_that_should_be(demo: Demo) -> None:
    # One file is read twice: who leaves the province loses two titles.
    assert Counter(added.status for added in demo.added) == {"added": len(demo.added) - 1, "reading_added": 1}
    refused = demo.rows(
        "select original_name, rule, count(*) from core.rejected_row join core.source_file using (file_id) group by all"
    )
    assert {(name.split("（")[0], rule): number for name, rule, number in refused} == {
        ("连云港市2024年度创新型中小企业名单", "uscc_check_digit"): 1,
        ("连云港市2024年度创新型中小企业名单", "area_unknown"): 1,
        ("连云港市2024年度创新型中小企业名单", "name_missing"): 1,
        ("连云港市2024年度创新型中小企业名单", "duplicate_in_list"): 1,
        ("连云港市专精特新企业数字化情况季报", "number_unreadable"): 1,
    }


def test_the_same_settings_give_the_same_bytes(tmp_path: Path) -> None:
    catalog = load()
    hashes = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        hashes.append([content_id(path) for path, _ in sample_files(folder, catalog)])
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) == len(hashes[0]) - 1


def test_it_goes_into_an_empty_folder_only(demo: Demo) -> None:
    with pytest.raises(Refusal):
        write_sample(demo.folder, load())


def test_every_enterprise_is_marked_and_none_can_exist(demo: Demo) -> None:
    printed = demo.rows("select name from core.enterprise union all select name from core.enterprise_name")
    assert all(name.endswith("（示例）") for (name,) in printed)
    known = demo.rows(
        "select enterprise_id, name, uscc from core.enterprise where enterprise_id in ("
        " select enterprise_id from core.enterprise_area join core.area_closure using (area_code)"
        " where ancestor_code = $1 union select enterprise_id from core.pool_entry"
        " join core.area_closure using (area_code) where ancestor_code = $1)",
        CITY,
    )
    assert 1_400 < len(known) < 1_600
    assert len({name for _, name, _ in known}) == len(known)
    codes = pl.Series([code for _, _, code in known if code])
    assert len(codes) > 1_400
    assert codes.str.slice(2, 6).unique().to_list() == ["320799"]
    assert uscc_faults(codes).null_count() == len(codes)


def test_a_credit_code_has_both_check_digits() -> None:
    # By hand: MA000003 weighs 22*3 + 10*7 + 3*2 = 142, 142 mod 11 = 10, 11 - 10 = 1.
    code = credit_code("320799", 3)
    assert (len(code), code[:17]) == (18, "91320799MA0000031")
    wrong_last, wrong_inner = code[:-1] + ("1" if code[-1] == "0" else "0"), code[:16] + "0" + code[-1]
    faults = uscc_faults(pl.Series([code, wrong_last, wrong_inner]))
    assert faults.to_list() == [None, "uscc_check_digit", "uscc_check_digit"]


def test_all_ten_units_have_enterprises_and_one_is_far_behind(demo: Demo) -> None:
    held = dict(
        demo.rows(
            "select area_code, value from mart.observation join core.indicator using (indicator_id)"
            " where tier = 'srdi' and basis = 'in_force' and period_end = ?",
            CLOSE,
        )
    )
    assert sum(held[unit] for unit in UNITS) == held[CITY] == 189
    assert held["320723"] == min(held[unit] for unit in UNITS if unit != "320700-yuntaishan")
    # 灌云 has as many enterprises as 灌南 and half of its titles.
    assert 0 < 2 * held["320723"] <= held["320724"] + 1


# --- the close, a second time ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def events(demo: Demo) -> list[Event]:
    return [
        Event(*row)
        for row in demo.rows(
            "select enterprise_id, tier, event, event_on, area_code, valid_from, valid_to, cohort_year, batch"
            " from core.recognition_event where not is_derived"
        )
    ]


@pytest.fixture(scope="session")
def finals(demo: Demo) -> list[FinalList]:
    inside = demo.rows("select ancestor_code, area_code from core.area_closure")
    stated = demo.rows(
        "select tier, event, event_on, area_code, reviewed_cohort, batch from core.source_reading where is_final"
    )
    return [
        FinalList(tier, event, on, frozenset(part for whole, part in inside if whole == area), cohort, batch)
        for tier, event, on, area, cohort, batch in stated
    ]


@pytest.mark.parametrize("tier", COUNTED)
def test_titles_at_the_close_counted_twice(demo: Demo, events: list[Event], finals: list[FinalList], tier: str) -> None:
    parents = dict(demo.rows("select area_code, parent_code from core.area"))
    again = counts(events, tier, CLOSE, parents, finals)
    published = demo.rows(
        "select area_code, in_force, awaiting, publicity from mart.observation join core.indicator using (indicator_id)"
        " where tier = ? and basis = 'in_force' and period_end = ? and in_force is not null",
        tier,
        CLOSE,
    )
    for area, *numbers in published:
        statuses = ("in_force", "awaiting_review", "publicity")
        assert [again.get((area, status), 0) for status in statuses] == numbers, area
    assert tuple(again.get((CITY, status), 0) for status in statuses) == COUNTED[tier]


def test_all_targets_at_the_close(demo: Demo) -> None:
    found = demo.rows(
        "select target_id, round(value, 1), state from mart.progress where plan_id = 'lianyungang' and area_code = ?"
        " and as_of = ?",
        CITY,
        CLOSE,
    )
    assert {target: (value, state) for target, value, state in found} == PICTURE
    words = Counter(LEADER_STATE[state] for _, state in PICTURE.values())
    assert words == {"met": 14, "missed": 12, "not_reported": 3}


def test_rates_and_reported_values_at_the_close_computed_twice(demo: Demo) -> None:
    world = reported_world(demo)
    for indicator in world.indicators:
        [(value, state)] = demo.rows(
            "select value, state from mart.observation"
            " where indicator_id = ? and area_code = ? and period_end = ? and basis = ?",
            indicator.indicator_id,
            CITY,
            CLOSE,
            world.bases[indicator.indicator_id],
        )
        again = seen(world_of(world, indicator.numerator, indicator.denominator), indicator, CITY, CLOSE)
        assert (again.state, again.value is None) == (state, value is None), indicator.indicator_id
        if again.value is not None:
            assert value == pytest.approx(float(again.value), rel=1e-9), indicator.indicator_id


def reported_world(demo: Demo) -> World:
    """What the build holds, as the replay takes it."""
    catalog = load()
    plan = catalog.plans["lianyungang"]
    bases = {target.indicator_id: target.basis for target in plan.targets}
    indicators = (catalog.indicators[name] for name in bases)
    return World(
        indicators=tuple(indicator for indicator in indicators if indicator.formula != "tier_count"),
        bases=bases,
        city=CITY,
        units=UNITS,
        parents=dict(demo.rows("select area_code, parent_code from core.area")),
        of_areas=frozenset(name for name, measure in catalog.measures.items() if measure.level == "area"),
        holders=tuple(
            Holder(*row)
            for row in demo.rows("select enterprise_id, area_code, from_on, to_on, tier, status from core.tenure")
        ),
        answers=tuple(
            Answer(*row)
            for row in demo.rows(
                "select enterprise_id, measure, period_end, value, file_id from core.enterprise_value"
                " where value is not null and period_end >= date '2024-12-31'"
            )
        ),
        reports=tuple(
            Report(*row)
            for row in demo.rows(
                "select area_code, indicator_id, period_end, value, numerator, denominator, file_id"
                " from core.reported_value where period_end >= date '2025-06-30'"
            )
        ),
        received=dict(demo.rows("select file_id, received_on from core.source_file")),
    )


def world_of(world: World, *measures: str | None) -> World:
    """The same world with only these answers of the newest two periods that have any."""
    answers = [answer for answer in world.answers if answer.measure in measures]
    newest = sorted({answer.period_end for answer in answers})[-2:]
    return World(**{**vars(world), "answers": tuple(answer for answer in answers if answer.period_end in newest)})


# --- the story ------------------------------------------------------------------------------------------------------


def test_the_batch_under_publicity_would_meet_the_target(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    build_id = warehouse.current_build_id()
    assert build_id is not None
    try:
        shown = {
            switch: viewing.targets_at(build_id, "lianyungang", CLOSE, "zh", viewing.Rule(with_publicity=switch))
            for switch in (False, True)
        }
    finally:
        ui.forget()
    states = {
        switch: {row["target_id"]: row["state"] for row in frame.filter(pl.col("area_code") == CITY).to_dicts()}
        for switch, frame in shown.items()
    }
    assert [states[switch]["srdi_smes"] for switch in (False, True)] == ["missed", "met"]
    assert {target for target in states[True] if states[True][target] != states[False][target]} == {"srdi_smes"}


def test_the_decision_of_january_comes_late(demo: Demo) -> None:
    assert state_of(demo, "srdi_smes", D(2026, 1, 31)) == "met_late"


def test_before_the_close_leaders_saw_the_other_words_too(demo: Demo) -> None:
    found = demo.rows(
        "select distinct state from mart.progress where plan_id = 'lianyungang' and area_code = ? and as_of < ?"
        " and as_of >= date '2023-12-31'",
        CITY,
        CLOSE,
    )
    assert {LEADER_STATE[state] for (state,) in found} == {"met", "ahead", "on_pace", "behind", "not_reported"}


def state_of(demo: Demo, target_id: str, as_of: dt.date) -> str:
    [(state,)] = demo.rows(
        "select state from mart.progress where target_id = ? and area_code = ? and as_of = ?", target_id, CITY, as_of
    )
    return str(state)


def test_the_base_tier_was_met_in_summer_and_lost_by_its_review(demo: Demo) -> None:
    assert state_of(demo, "innovative_smes", D(2025, 6, 30)) == "met_early"
    lost = demo.rows("select count(*) from core.recognition_event where is_derived and tier = 'innovative'")
    assert lost == [(37,)]


def test_many_titles_end_in_2026(demo: Demo) -> None:
    ending = demo.rows(
        "select tier, count(*) from core.recognition_event"
        " where valid_to between date '2025-12-31' and date '2026-12-31'"
        " and event in ('recognition', 'review_passed')"
        " and area_code in (select area_code from core.area_closure where ancestor_code = ?) group by tier",
        CITY,
    )
    found = dict(ending)
    assert found["little_giant"] == 8
    assert found["champion"] == 4
    assert found["innovative"] > 250
    assert found["srdi"] > 40


def test_one_district_is_silent_and_one_wrote_yuan(demo: Demo) -> None:
    held = "select state from mart.observation where indicator_id = ? and area_code = ? and period_end = ?"
    assert demo.rows(held, "smart_workshops", "320724", D(2025, 6, 30)) == [("ok",)]
    assert demo.rows(held, "smart_workshops", "320724", CLOSE) == [("stale",)]
    assert demo.rows(held, "smart_workshops", CITY, CLOSE) == [("partial",)]
    [(kind, number, detail)] = demo.rows("select kind, number, detail from core.data_debt where kind = 'unit_jump'")
    assert (kind, number, detail.split()[0]) == ("unit_jump", 1, "[area:320703]")


def test_a_blank_row_of_the_original_is_a_debt(demo: Demo) -> None:
    debts = demo.rows("select number, detail from core.data_debt where kind = 'announced_differs'")
    assert debts == [(28, "27")]


def test_the_ledger_repeats_and_adds_nothing(demo: Demo) -> None:
    ledger = "core.source_file where kind = 'ledger' and original_name like '连云港市%'"
    [(read, accepted)] = demo.rows(f"select read, accepted from {ledger}")
    assert read == accepted > 80
    events = f"select count(*) from core.recognition_event where file_id in (select file_id from {ledger})"
    assert demo.rows(events) == [(0,)]


def test_who_is_renamed_or_moves_stays_one(demo: Demo) -> None:
    renamed = demo.rows(
        "select enterprise.name, enterprise_name.name"
        " from core.enterprise join core.enterprise_name using (enterprise_id)"
    )
    assert len(renamed) == 4
    assert all(now.startswith("江苏") and before.endswith(now[2:]) for now, before in renamed)
    moved = demo.rows("select count(*) from core.enterprise_area where valid_to is not null")
    assert moved == [(2,)]


def test_every_little_giant_of_the_close_stands_in_a_file(demo: Demo) -> None:
    found = demo.rows(
        "select file_id, sheet, row, name_as_printed from core.recognition_event"
        " where tier = 'little_giant' and counts_from <= ? and expires_on > ?"
        " and area_code in (select area_code from core.area_closure where ancestor_code = ?) and enterprise_id not in ("
        " select enterprise_id from core.recognition_event where tier = 'little_giant' and event = 'revoked')",
        CLOSE,
        CLOSE,
        CITY,
    )
    assert len(found) == 24
    inbox = Inbox(demo.folder)
    for file_id, sheet, row, name in found:
        book = fastexcel.read_excel(inbox.original(file_id).read_bytes())
        table = book.load_sheet(sheet, header_row=None).to_polars()
        assert name in table.row(row - 1)
