"""The four other plans against tables typed from their texts, and every number of all five accounted for."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.plan_numbers import ASKED_IN_WORDS, NOT_QUANTITIES, QUANTITIES, WORDS
from tracker.catalog import Catalog, CatalogError, load
from tracker.catalog_models import Plan

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
NUMERALS = "0-9０-９〇零一二三四五六七八九十百千万亿两萬億兩"

# target, comparator, value, unit, basis, commitment, due (years: one each year), section
TARGETS = {
    "liangjiang": """
innovative_smes                 ge    3000  enterprise in_force binding      2025-12-31 一
srdi_smes                       ge    500   enterprise in_force binding      2025-12-31 一
little_giants                   ge    50    enterprise in_force binding      2025-12-31 一
newly_listed_enterprises        ge    5     enterprise new      binding      2025-12-31 一
market_entity_growth            ge    15    percent    growth   aspirational 2025-12-31 二（一）1
seed_enterprises_selected       ge    100   enterprise annual   binding      2022–2025  二（一）2
srdi_parks                      ge    10    item       ever     binding      2025-12-31 二（一）4
new_digital_workshops           ge    40    item       new      binding      2025-12-31 二（二）8
new_smart_factories             ge    5     item       new      binding      2025-12-31 二（二）8
new_green_factories             ge    10    item       new      binding      2025-12-31 二（二）8
technology_matchmaking_events   ge    4     event      annual   binding      2022–2025  二（二）9
new_technology_platforms        ge    5     item       new      binding      2025-12-31 二（二）10
quality_trainings               ge    2     time       annual   binding      2022–2025  二（三）11
quality_service_stations        ge    10    item       ever     binding      2025-12-31 二（三）12
station_served_enterprises      ge    50    enterprise annual   binding      2022–2025  二（三）12
listing_reserve_enterprises     ge    50    enterprise level    binding      2025-12-31 二（四）19
job_fairs                       ge    1     event      annual   binding      2022–2025  二（五）22
trainee_bases                   ge    30    item       ever     binding      2025-12-31 二（五）23
service_events                  ge    4     event      annual   binding      2022–2025  二（六）30
""",
    "suzhou_industrial_park": """
new_honours_city_rank           lead  1     rank       rank     binding      2023-12-31 一（二）
quality_smes_city_rank          lead  1     rank       rank     binding      2023-12-31 一（二）
job_fairs                       range 1–2   event      annual   binding      2022–2023  二（三）
""",
    "nantong": """
larger_industry_diagnosis_coverage      full 100 percent ratio binding      2025-12-31 举措四
larger_industry_demonstration_coverage  ge   10  percent ratio binding      2025-12-31 举措四
integration_level                       ge   70  index   level binding      2025-12-31 举措四
new_5g_projects                         ge   300 item    new   aspirational 2025-12-31 举措四
new_secondary_nodes                     ge   1   item    new   binding      2025-12-31 举措四
star_cloud_coverage                     ge   40  percent ratio aspirational 2025-12-31 举措四
""",
    "zhejiang": """
new_ip_demonstration_enterprises  ge  100   enterprise annual   expected     2024–2028  二、7
new_ip_advantage_enterprises      ge  100   enterprise annual   expected     2024–2028  二、7
ip_pledge_financing_100m_yuan     ge  500   100m_yuan  annual   expected     2024–2028  二、7
patent_intensive_products         ge  1000  item       annual   expected     2024–2028  二、7
patent_intensive_sales_100m_yuan  ge  1000  100m_yuan  annual   expected     2024–2028  二、7
chain_matchmaking_events          ge  100   event      annual   expected     2024–2028  二、8
county_digital_samples            ge  30    item       ever     expected     2028-12-31 三、10
new_equity_board_enterprises      ge  1500  enterprise new      expected     2028-12-31 五、15
listing_reserve_served            ge  300   enterprise new      expected     2028-12-31 五、15
mother_fund_100m_yuan             ge  100   100m_yuan  level    expected     2028-12-31 五、15
""",
}
# the unit that leads each target, where the text names one for the clause; else that of the project that carries it
LEADS = {
    "liangjiang": {
        "market_regulation": 4,
        "industry_promotion": 8,
        "investment_group": 1,
        "science_innovation": 2,
        "modern_services": 2,
        "social_security": 2,
    },
    "suzhou_industrial_park": {"economic_development": 2, "human_resources": 1},
    "nantong": {"city_industry": 6},
    "zhejiang": {"market_regulation": 5, "industry_department": 2, "financial_regulation": 3},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def expected_rows(table: str) -> set[tuple[object, ...]]:
    rows: set[tuple[object, ...]] = set()
    for line in table.strip().splitlines():
        target_id, comparator, value, unit, basis, commitment, due, section = line.split()
        low, _, high = value.partition("–")
        first, _, last = due.partition("–")
        days = [f"{year}-12-31" for year in range(int(first), int(last) + 1)] if last else [due]
        for day in days:
            bounds = (float(low), float(high) if high else None)
            due_on = dt.date.fromisoformat(day)
            rows.add((target_id, comparator, *bounds, unit, basis, commitment, due_on, section))
    return rows


@pytest.mark.parametrize("plan_id", TARGETS)
def test_the_targets_are_those_of_the_text(catalog: Catalog, plan_id: str) -> None:
    plan = catalog.plans[plan_id]
    found = {
        (t.target_id, t.comparator, t.value, t.value_high, t.unit, t.basis, t.commitment, plan.due_on(t), t.section)
        for t in plan.targets
    }
    assert found == expected_rows(TARGETS[plan_id])
    assert len(found) == len(plan.targets)


@pytest.mark.parametrize("plan_id", LEADS)
def test_the_responsible_unit_leads_each_target(catalog: Catalog, plan_id: str) -> None:
    leads = {t.target_id: t.owner_units[0] for t in catalog.plans[plan_id].targets}
    counted = {unit: list(leads.values()).count(unit) for unit in leads.values()}
    assert counted == LEADS[plan_id]


def test_periods_and_what_they_rest_on(catalog: Catalog) -> None:
    known = {p.plan_id: (p.starts_on.year, p.ends_on.year, p.is_draft, p.assumed) for p in catalog.plans.values()}
    assert known == {
        "lianyungang": (2023, 2025, False, ("name", "starts_on")),
        "liangjiang": (2022, 2025, False, ("starts_on", "ends_on")),
        "suzhou_industrial_park": (2022, 2023, False, ("starts_on", "ends_on")),
        "nantong": (2024, 2025, False, ("name", "starts_on", "ends_on")),
        "zhejiang": (2024, 2028, True, ("starts_on", "ends_on")),
    }
    assert next(iter(known)) == "lianyungang"
    assert catalog.plans["nantong"].issued_on == dt.date(2024, 8, 29)


def test_what_no_text_states_is_named_as_assumed(catalog: Catalog) -> None:
    for plan_id in TARGETS:
        for target in catalog.plans[plan_id].targets:
            states_count = target.basis in ("in_force", "ever")
            assert states_count == ("basis" in target.assumed) or target.basis in ("level", "new"), target.target_id
            assert (target.baseline_on is not None) == ("baseline_on" in target.assumed), target.target_id
            assert target.baseline_value is None
    # Clauses with "by 2025" in their own clause need no reading of their due date.
    liangjiang = {t.target_id: t.assumed for t in catalog.plans["liangjiang"].targets}
    assert {name for name, assumed in liangjiang.items() if "due_on" in assumed} == {
        "market_entity_growth",
        "srdi_parks",
        "quality_service_stations",
        "listing_reserve_enterprises",
    }


def test_every_clause_and_indicator_is_explained_in_both_languages(catalog: Catalog) -> None:
    is_chinese = re.compile(r"[\u4e00-\u9fff]")
    for plan_id in TARGETS:
        plan = catalog.plans[plan_id]
        texts = [plan.name, plan.short, plan.source, *plan.units.values()]
        texts += [text for target in plan.targets for text in (target.clause, target.wording)]
        texts += [rule.text for rule in plan.rules] + [reference.text for reference in plan.references]
        texts += [value.label for rule in plan.rules for value in rule.values if value.label is not None]
        indicators = [catalog.indicators[target.indicator_id] for target in plan.targets]
        texts += [text for i in indicators for text in (i.name, i.short, i.definition, i.caution) if text is not None]
        assert all(indicator.caution for indicator in indicators)
        for text in texts:
            assert is_chinese.search(text.zh), text
            assert not is_chinese.search(text.en), text


def test_rules_of_classes_bonus_and_reward_can_be_reckoned_with(catalog: Catalog) -> None:
    rules = {rule.rule_id: rule for plan in catalog.plans.values() for rule in plan.rules}
    classes = {value.tier: value.value for value in rules["classes_of_enterprises"].values}
    assert classes == {"little_giant": 1, "srdi": 1, "city_title": 2, "district_title": 2, None: 3}
    bonus = {(v.tier, v.unit): v.value for v in rules["land_use_evaluation_bonus"].values}
    assert bonus == {
        ("little_giant", "grade"): 1,
        ("little_giant", "year"): 3,
        ("srdi", "point"): 2,
        ("city_title", "point"): 1,
        ("district_title", "point"): 1,
    }
    reward = {value.tier: (value.value, value.unit) for value in rules["recognition_reward"].values}
    amounts = {"champion": 100.0, "little_giant": 50.0, "srdi": 20.0}
    assert reward == {tier: (amount, "10k_yuan") for tier, amount in amounts.items()}


def test_overlapping_areas_stand_in_one_total_only(catalog: Catalog) -> None:
    for plan in catalog.plans.values():
        summed = [unit.area_code for unit in plan.areas if unit.is_summed]
        assert {catalog.areas[code].parent_code for code in summed} == {plan.area_code}
        assert plan.area_code not in summed
    roots = [plan.area_code for plan in catalog.plans.values()]
    assert not any(catalog.is_within(one, other) for one in roots for other in roots if one != other)
    hosts = {code: area.located_in for code, area in catalog.areas.items() if area.located_in is not None}
    assert hosts["320576-suxiang"] == "320507"
    assert {hosts[code] for code in ("500000-shuitu", "500000-longxing", "500000-yufu")} == {
        "500109",
        "500112",
        "500105",
    }
    # 相城区 is only ranked with the park and is no part of it; the hosts in Chongqing are not tracked at all.
    assert not catalog.is_within("320507", "320576")
    assert not any(catalog.is_tracked(code) for code in ("500105", "500109", "500112"))


def figures(plan: Plan, name: str) -> set[float | None]:
    """All numbers of the target, rule or reference of that name; of ``window:NAME`` the years of its period."""
    if name.startswith("window:"):
        return {float(years) for years in windows(plan, name.removeprefix("window:"))}
    bounds = [(target.value, target.value_high) for target in plan.targets if target.target_id == name]
    bounds += [(value.value, value.value_high) for r in plan.rules if r.rule_id == name for value in r.values]
    bounds += [
        (reference.value, reference.value_high) for reference in plan.references if reference.reference_id == name
    ]
    return {number for pair in bounds for number in pair}


def windows(plan: Plan, name: str) -> list[int]:
    spans = [(plan.starts(t), plan.due_on(t)) for t in plan.targets if t.target_id == name]
    spans += [(r.starts_on, r.ends_on) for r in plan.references if r.reference_id == name and r.starts_on and r.ends_on]
    return [(end + dt.timedelta(days=1)).year - start.year for start, end in spans]


@pytest.mark.parametrize("plan_id", QUANTITIES)
def test_every_quantity_of_the_text_is_in_the_catalogue(catalog: Catalog, plan_id: str) -> None:
    plan = catalog.plans[plan_id]
    listed: set[str] = set()
    for line in QUANTITIES[plan_id].strip().splitlines():
        printed, *pairs = line.split()
        assert pairs, line
        for pair in pairs:
            name, _, number = pair.rpartition("=")
            assert float(number) in figures(plan, name), (printed, pair)
            listed.add(name)
    asked = {name for line in ASKED_IN_WORDS[plan_id].strip().splitlines() for name in line.split()[1:]}
    known = {t.target_id for t in plan.targets} | {r.rule_id for r in plan.rules}
    known |= {r.reference_id for r in plan.references}
    assert asked <= known
    # What is left is said without a number and without asking it of all or every year: to lead, to go unpunished.
    assert (
        known - listed - asked
        == {
            "lianyungang": {"first_offence"},
            "liangjiang": set(),
            "suzhou_industrial_park": {"new_honours_city_rank", "quality_smes_city_rank", "first_recognition_reward"},
            "nantong": set(),
            "zhejiang": {"service_officer"},
        }[plan_id]
    )


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the texts of the plans (../shared/seeds) are not here")
@pytest.mark.parametrize("plan_id", QUANTITIES)
def test_every_number_of_the_text_is_accounted_for(plan_id: str) -> None:
    text = (SEEDS / f"{plan_id}.txt").read_text(encoding="utf-8")
    for pattern, reason in NOT_QUANTITIES[plan_id].items():
        text, found = re.subn(pattern, "·", text, flags=re.MULTILINE)
        assert found, f"{pattern} ({reason}) stands nowhere in the text"
    printed = [line.split()[0] for line in QUANTITIES[plan_id].strip().splitlines()]
    for snippet in sorted(printed, key=len, reverse=True):
        text, found = re.subn(rf"(?<![{NUMERALS}.]){re.escape(snippet)}", "·", text, count=1)
        assert found, f"{snippet} stands less often in the text than in the list"
    left = [text[max(0, m.start() - 6) : m.end() + 6] for m in re.finditer(rf"[{NUMERALS}]+", text)]
    assert left == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the texts of the plans (../shared/seeds) are not here")
@pytest.mark.parametrize("plan_id", ASKED_IN_WORDS)
def test_what_the_text_asks_of_all_or_every_year_is_accounted_for(plan_id: str) -> None:
    text = (SEEDS / f"{plan_id}.txt").read_text(encoding="utf-8")
    snippets = [line.split()[0] for line in ASKED_IN_WORDS[plan_id].strip().splitlines()]
    for snippet in sorted(snippets, key=len, reverse=True):
        text, found = re.subn(re.escape(snippet), "·", text, count=1)
        assert found, f"{snippet} stands less often in the text than in the list"
    assert [text[max(0, m.start() - 6) : m.end() + 6] for m in re.finditer(WORDS, text)] == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the texts of the plans (../shared/seeds) are not here")
@pytest.mark.parametrize("plan_id", QUANTITIES)
def test_no_sentence_of_the_text_stands_in_the_catalogue(catalog: Catalog, plan_id: str) -> None:
    """Facts and figures may be told again, sentences not: no clause, rule or title repeats 14 signs of the text."""
    text = re.sub(r"\W", "", (SEEDS / f"{plan_id}.txt").read_text(encoding="utf-8"))
    plan, tasks = catalog.plans[plan_id], catalog.plan_measures[plan_id].measures
    said = [t.clause.zh for t in plan.targets] + [r.text.zh for r in plan.rules] + [r.text.zh for r in plan.references]
    for line in (re.sub(r"\W", "", words) for words in said + [task.title.zh for task in tasks]):
        assert not [line[i : i + 14] for i in range(len(line) - 13) if line[i : i + 14] in text], line


# The plan's own word where it decides how a number is read: not "at least" but above, about, to lead, of all.
QUALIFIERS = {
    "超过": {"research_intensity", "numerical_control_rate", "management_digitalisation_rate", "main_revenue_share"},
    "左右": {"listed_enterprises"},
    "全覆盖": {
        *("digital_transformation_coverage", "chain_coverage", "research_body_coverage", "ip_standard_share_srdi"),
        *("free_diagnosis_coverage", "integration_standard_coverage"),
    },
    "争创": {"provincial_clusters"},
    "力争": {"service_officers_per_enterprise", "market_entity_growth", "new_5g_projects", "star_cloud_coverage"},
    "确保": {"larger_industry_demonstration_coverage"},
    "覆盖率100%": {"larger_industry_diagnosis_coverage"},
    "保持领先": {"new_honours_city_rank", "quality_smes_city_rank"},
}


def test_the_word_that_decides_stands_with_its_target_and_with_no_other(catalog: Catalog) -> None:
    found: dict[str, set[str]] = {}
    for target in (target for plan in catalog.plans.values() for target in plan.targets):
        found.setdefault(target.wording.zh, set()).add(target.target_id)
    assert {word: found[word] for word in QUALIFIERS} == QUALIFIERS
    of_a_bound = [found[word] for word in found if word not in QUALIFIERS]
    ends = {target.target_id: target.comparator for plan in catalog.plans.values() for target in plan.targets}
    assert {ends[name] for names in of_a_bound for name in names} == {"ge", "range"}


BROKEN_RULES = """
plans:
  - plan_id: broken
    name: {zh: 坏计划, en: Broken plan}
    short: {zh: 坏, en: Broken}
    area_code: "320700"
    starts_on: 2024-01-01
    ends_on: 2025-12-31
    source: {zh: 测试, en: Test}
    units: {}
    areas: []
    targets: []
    rules:
      - {rule_id: one, kind: bonus, text: {zh: 甲, en: A}, section: 一, values: [{value: 1, unit: point, tier: nobody}]}
      - {rule_id: one, kind: bonus, text: {zh: 乙, en: B}, section: 一}
    references:
      - {reference_id: two, text: {zh: 丙, en: C}, section: 一, value: 1, unit: item, indicator_id: nothing}
      - {reference_id: three, text: {zh: 丁, en: D}, section: 一, value: 1, unit: item, indicator_id: job_fairs}
"""


def test_rules_and_references_that_fit_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text(BROKEN_RULES, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load(tmp_path)
    assert [str(fault) for fault in caught.value.faults] == [
        "broken.yml: plans.broken.rules.one: stands twice",
        "broken.yml: plans.broken.rules.one.values: unknown tier nobody",
        "broken.yml: plans.broken.references.two.indicator_id: unknown indicator nothing",
        "broken.yml: plans.broken.references.three.unit: is item, the indicator's is event",
    ]


def test_yearly_growing_and_ranked_values_are_read_as_such(catalog: Catalog) -> None:
    fairs, entities = catalog.measures["job_fairs"], catalog.measures["newly_registered_market_entities"]
    assert (fairs.accumulates, fairs.is_whole) == ("within_year", True)
    assert (entities.accumulates, entities.is_whole) == ("within_year", True)
    assert catalog.indicators["market_entity_growth"].growth_base_year == 2021
    # The park is ranked with all that stands beside it in Suzhou.
    beside = {
        code for code, area in catalog.areas.items() if area.parent_code == "320500" and area.kind != "unassigned"
    }
    assert set(catalog.indicators["quality_smes_city_rank"].among) == beside
    assert catalog.measures["star_cloud_coverage"].maximum == 100
    assert catalog.measures["srdi_parks"].accumulates == "always"
