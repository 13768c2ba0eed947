"""Areas that overlap or lie inside one another: an enterprise is counted once in a whole, a report is added up once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.assemble import area_closure
from tests.worlds import add, built, rows, write_list
from tracker.catalog import Catalog, CatalogError, load

D = dt.date
PARK, ZONES = "320576", ("320576-gaomao", "320576-dushuhu", "320576-suxiang")
HOST = "320507"  # 苏相合作区 lies in 相城区 and reports to the park
LAST = D(2023, 12, 31)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@given(held=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 200)), max_size=40))
@settings(max_examples=40)
def test_the_units_of_every_plan_and_the_unassigned_make_up_its_whole_and_nobody_twice(
    catalog: Catalog, held: list[tuple[int, int]]
) -> None:
    inside = set(area_closure(catalog).iter_rows())
    codes = sorted(code for code in catalog.areas if catalog.is_tracked(code))
    # Each enterprise stands in one area at a time: the last one that was said of it.
    stands = {enterprise: codes[place % len(codes)] for enterprise, place in held}

    def count(area: str) -> int:
        return sum((where, area) in inside for where in stands.values())

    for plan in catalog.plans.values():
        summed = [unit.area_code for unit in plan.areas if unit.is_summed]
        in_units = [enterprise for enterprise, where in stands.items() for unit in summed if (where, unit) in inside]
        assert len(in_units) == len(set(in_units))
        whole = {enterprise for enterprise, where in stands.items() if (where, plan.area_code) in inside}
        assert len(whole) == count(plan.area_code)
        assert sum(map(count, summed)) == len(in_units) <= len(whole)
        assert set(in_units) <= whole


def test_a_zone_inside_another_district_counts_for_the_one_it_reports_to(tmp_path: Path) -> None:
    """苏相合作区 lies in 相城区: its enterprises are the park's, and the host does not get them as well."""
    lines = "企业名称,县区\n甲公司,苏相合作区\n乙公司,相城区\n丙公司,独墅湖科教创新区\n"
    add(tmp_path, write_list(tmp_path, "苏州市名单.csv", lines), event_on=D(2023, 1, 10), area="320500")
    # The same enterprise once more, on the park's own list of the year after.
    own = "企业名称,县区\n甲公司,苏相合作区\n"
    add(tmp_path, write_list(tmp_path, "苏州工业园区名单.csv", own), event_on=D(2023, 8, 10), area=PARK)
    built(tmp_path)
    found = dict(
        rows(
            tmp_path,
            "select area_code, in_force from mart.observation join core.indicator using (indicator_id)"
            " where tier = 'srdi' and basis = 'in_force' and period_end = ? and in_force > 0",
            LAST,
        )
    )
    assert {code: found.get(code, 0) for code in (PARK, *ZONES, HOST)} == {
        PARK: 2, ZONES[0]: 0, ZONES[1]: 1, ZONES[2]: 1, HOST: 1,
    }  # fmt: skip
    assert found["320500"] == 3


def test_two_units_of_one_total_of_which_one_reports_to_the_other_are_a_fault(tmp_path: Path) -> None:
    text = """
plans:
  - plan_id: twice
    name: {zh: 示例（示例）, en: Example}
    short: {zh: 示例, en: Example}
    area_code: "320500"
    starts_on: 2024-01-01
    ends_on: 2025-12-31
    source: {zh: 虚构, en: invented}
    units: {}
    targets: []
    areas:
      - {area_code: "320500", rank_group: total, is_summed: false, sort: 0}
      - {area_code: "320576", rank_group: zone, is_summed: true, sort: 1}
      - {area_code: "320576-gaomao", rank_group: zone, is_summed: %s, sort: 2}
"""
    path = tmp_path / "twice.yml"
    path.write_text(text % "true", encoding="utf-8")
    with pytest.raises(CatalogError, match="320576-gaomao reports to 320576: what both report would be added up twice"):
        load(tmp_path)
    path.write_text(text % "false", encoding="utf-8")
    assert "twice" in load(tmp_path).plans
