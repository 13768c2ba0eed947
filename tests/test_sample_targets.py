"""The demo's tasks of districts: what two documents handed down, and the story that the area matrix tells of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from etl.inbox import Inbox
from etl.sample_settings import targets_story, world_story
from tests.demo import CITY, CLOSE, UNITS, Demo
from tracker.progress import LEADER_STATE

pytestmark = pytest.mark.slow
D = dt.date
MIDDLE = D(2024, 12, 31)
FAR_BEHIND, SILENT, WROTE_YUAN, ZONE, SCENIC = "320723", "320724", "320703", "320700-gaoxin", "320700-yuntaishan"
TARGETS = (
    "innovative_smes", "srdi_smes", "little_giants", "manufacturing_champions", "numerical_control_rate",
    "main_revenue_share", "smart_workshops", "star_cloud_enterprises",
)  # fmt: skip


def states(demo: Demo, area: str, as_of: dt.date) -> dict[str, str]:
    """The state of every task of an area on a day."""
    sql = "select target_id, state from mart.progress where plan_id = 'lianyungang' and area_code = ? and as_of = ?"
    return dict(demo.rows(sql, area, as_of))


def test_two_documents_come_as_forms_and_nothing_of_them_is_refused(demo: Demo) -> None:
    forms = [added for added in demo.added if added.reading and added.reading.kind == "targets"]
    assert len(forms) == 4
    assert all(added.is_clean and added.name.endswith("（示例）.xlsx") for added in forms)
    forms = [added for added in forms if added.name.startswith("连云港市")]
    assert [added.reading.document_no for added in forms if added.reading] == [
        "连专精特新办〔2023〕2号（示例）",
        "连专精特新办〔2024〕5号（示例）",
    ]
    assert sum(sidecar.readings[0].kind == "targets" for sidecar in Inbox(demo.folder).sidecars()) == 4


def test_the_units_stand_against_the_city(demo: Demo) -> None:
    sums = "select target_id, units_value, difference from core.target_sum where plan_id = ? order by target_id"
    found = demo.rows(sums, "lianyungang")
    assert found == [
        ("innovative_smes", 1035, 35),
        ("little_giants", 27, 2),
        ("manufacturing_champions", 5, 0),
        ("smart_workshops", 10, 0),
        ("srdi_smes", 202, 2),
        ("star_cloud_enterprises", 56, -4),
    ]


def test_the_past_keeps_the_task_of_its_time(demo: Demo) -> None:
    sql = "select target_value from mart.progress where target_id = ? and area_code = ? and as_of = ?"
    changed = {
        ("innovative_smes", FAR_BEHIND): (125, 110),
        ("innovative_smes", "320771"): (95, 105),
        ("srdi_smes", FAR_BEHIND): (20, 16),
        ("srdi_smes", "320771"): (22, 26),
    }
    for (target, area), (before, after) in changed.items():
        assert demo.rows(sql, target, area, D(2023, 1, 31)) == []
        assert demo.rows(sql, target, area, D(2024, 3, 31)) == [(before,)]
        assert demo.rows(sql, target, area, D(2024, 4, 30)) == [(after,)]
    assert demo.rows(sql, "little_giants", "320700-xuwei", D(2024, 3, 31)) == [(1,)]
    assert demo.rows(sql, "little_giants", "320700-xuwei", D(2024, 4, 30)) == []


def test_the_stated_baselines_are_those_of_the_lists(demo: Demo) -> None:
    [first, *_] = targets_story().documents
    for target, stated in first.baselines.items():
        counted = demo.rows(
            "select area_code, value from mart.observation join core.indicator using (indicator_id)"
            " where indicator_id = ? and basis = 'in_force' and period_end = date '2022-12-31'",
            target,
        )
        assert dict(zip(world_story().areas, stated, strict=True)).items() <= dict(counted).items()


def test_the_matrix_at_the_close(demo: Demo) -> None:
    seen = {unit: states(demo, unit, CLOSE) for unit in UNITS}
    assert seen[SCENIC] == {}
    assert all(set(found) <= set(TARGETS) for found in seen.values())
    # Who is far behind misses everything, and by much.
    assert set(seen[FAR_BEHIND].values()) == {"missed"}
    far = demo.rows(
        "select target_id, value / target_value from mart.progress"
        " where area_code = ? and as_of = ? and target_id in ('srdi_smes', 'numerical_control_rate')",
        FAR_BEHIND,
        CLOSE,
    )
    assert all(share < 0.6 for _, share in far)
    # Who is silent has only what the city's lists and last year's figures say.
    silent = [target for target, state in seen[SILENT].items() if LEADER_STATE[state] == "not_reported"]
    assert sorted(silent) == ["numerical_control_rate", "smart_workshops", "star_cloud_enterprises"]
    assert set(seen[ZONE].values()) == {"met"}
    assert Counter(LEADER_STATE[state] for found in seen.values() for state in found.values()) == {
        "met": 38, "missed": 25, "not_reported": 3,
    }  # fmt: skip


def test_a_wrong_unit_looks_like_the_worst_of_all(demo: Demo) -> None:
    gaps = dict(
        demo.rows(
            "select area_code, gap from mart.progress where target_id = 'main_revenue_share' and as_of = ?", CLOSE
        )
    )
    assert max(gaps, key=lambda area: gaps[area]) == WROTE_YUAN
    assert gaps[WROTE_YUAN] > 45


def test_a_zone_met_its_tasks_before_their_time(demo: Demo) -> None:
    early = {target for target, state in states(demo, ZONE, MIDDLE).items() if state == "met_early"}
    assert {"srdi_smes", "little_giants", "star_cloud_enterprises"} <= early
    # Another met one early and lost it again.
    assert [states(demo, "320771", day)["srdi_smes"] for day in (D(2025, 6, 30), CLOSE)] == ["met_early", "missed"]


def test_a_year_before_the_end_every_word_is_in_the_matrix(demo: Demo) -> None:
    for areas in ([CITY], UNITS):
        words = {LEADER_STATE[state] for area in areas for state in states(demo, area, MIDDLE).values()}
        assert words >= {"met", "ahead", "on_pace", "behind"}
