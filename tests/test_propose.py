"""Titles and file names of real lists, and the traps: unknown wordings and half-said things stay open."""

from __future__ import annotations

import datetime as dt

import pytest

from etl.propose import Proposal, propose, title_tier
from tracker.catalog import Catalog, load


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def _only_title(catalog: Catalog, title: str) -> Proposal:
    return propose(catalog, "名单.xlsx", [title])


CITIES = ("温州市", "丽水市", "杭州市", "宁波市", "台州市", "绍兴市", "湖州市", "嘉兴市", "衢州市", "金华市", "舟山市")


@pytest.mark.parametrize(
    ("file_name", "titles", "event", "batch", "cohort", "reviewed", "area"),
    [
        (
            "浙江省第四批专精特新“小巨人”企业公示名单（不含宁波）.xlsx",
            ["附件1", "浙江省第四批专精特新“小巨人”企业公示名单"],
            *("publicity", "4", 2022, None, "330000"),
        ),
        (
            "附件：宁波市第四批小巨人公示名单_1 (1).xls",
            ["宁波市第四批专精特新“小巨人”企业公示名单"],
            *("publicity", "4", 2022, None, "330200"),
        ),
        (
            "浙江省第五批专精特新“小巨人”企业公示名单（不含宁波）.xlsx",
            ["浙江省第五批专精特新“小巨人”企业公示名单（不含宁波）"],
            *("publicity", "5", 2023, None, "330000"),
        ),
        (
            "浙江省第六批专精特新“小巨人”企业公示名单.xlsx",
            [f"{city}第六批专精特新“小巨人”企业公示名单" for city in CITIES],
            *("publicity", "6", 2024, None, "330000"),
        ),
        (
            "浙江省第六批专精特新“小巨人”企业公示名单.xlsx",
            ["温州市第六批专精特新“小巨人”企业公示名单"],
            *("publicity", "6", 2024, None, "330300"),
        ),
        (
            "浙江省第二批“小巨人”复核通过企业公示名单（不含宁波）.csv",
            [],
            *("review_publicity", "2", None, 2020, "330000"),
        ),
        ("宁波市第二批“小巨人”复核通过企业公示名单.csv", [], *("review_publicity", "2", None, 2020, "330200")),
        (
            "浙江省第三批“小巨人”复核通过企业公示名单.xlsx",
            ["浙江省第三批专精特新“小巨人”复核通过企业公示名单"],
            *("review_publicity", "3", None, 2021, "330000"),
        ),
    ],
)
def test_the_real_lists(
    catalog: Catalog,
    file_name: str,
    titles: list[str],
    event: str,
    batch: str,
    cohort: int | None,
    reviewed: int | None,
    area: str,
) -> None:
    proposal = propose(catalog, file_name, titles)
    assert proposal.tier == "little_giant"
    assert (proposal.event, proposal.batch, proposal.area_code) == (event, batch, area)
    assert (proposal.cohort_year, proposal.reviewed_cohort) == (cohort, reviewed)
    assert proposal.event_on is None
    assert proposal.open_questions == (("event_on",) if cohort else ("event_on", "cohort_year"))


@pytest.mark.parametrize(
    ("title", "tier"),
    [
        ("连云港市2024年度创新型中小企业名单", "innovative"),
        ("2025年度第一批江苏省专精特新中小企业名单", "srdi"),
        ("省级专精特新企业名单", "srdi"),
        ("国家级专精特新‘小巨人’企业", "little_giant"),
        ("专精特新「小巨人」企业", "little_giant"),
        ("专精特新\"小巨人\"企业", "little_giant"),
        ("第三批小巨人企业名单", "little_giant"),
        ("国家制造业单项冠军示范企业名单", "champion"),
        ("第七批制造业单项冠军产品名单", "champion"),
        ("江苏省2019年度省级专精特新小巨人企业", "srdi"),
        ("2020年江苏省科技小巨人企业", "srdi"),
        ("连云港市市级专精特新小巨人企业", "city_title"),
        ("重庆市2023年市级专精特新中小企业", "srdi"),
        ("苏州市2023年市级专精特新中小企业", "city_title"),
        ("海州区区级专精特新企业", "district_title"),
    ],
)  # fmt: skip
def test_tier_by_level_title_issuer_and_year(catalog: Catalog, title: str, tier: str) -> None:
    assert _only_title(catalog, title).tier == tier


@pytest.mark.parametrize(
    ("title", "variant_id"),
    [
        ("重点“小巨人”企业名单（第二批）", "key_little_giant_support"),
        ("建议继续支持的国家级专精特新“小巨人”企业", "key_little_giant_support"),
        ("浙江省级制造业单项冠军", "champion_below_national"),
        ("单项冠军培育企业", "cultivation_candidate"),
        ("浙江省隐形冠军企业", "other_schemes"),
        ("2023年省级专精特新小巨人企业 浙江省", "provincial_little_giant"),
        ("重庆市2019年市级专精特新小巨人企业", "municipality_little_giant"),
        ("科技型中小企业名单", "technology_sme"),
        ("2026年科技和创新型中小企业", "technology_and_innovative"),
    ],
)
def test_titles_that_look_like_ours_and_are_none(catalog: Catalog, title: str, variant_id: str) -> None:
    proposal = _only_title(catalog, title)
    assert (proposal.tier, proposal.variant_id) == (None, variant_id)
    assert "tier" in proposal.open_questions


@pytest.mark.parametrize(
    "title",
    [
        "小巨人企业名单",
        "专精特新企业名单",
        "连云港市专精特新中小企业名单",
        "江苏省专精特新小巨人企业名单",
        "市级专精特新中小企业名单",
        "专精特新中小企业和创新型中小企业名单",
        "国家级专精特新小巨人企业、省级专精特新中小企业名单",
        "2025年第一批专精特新“小巨人”企业名单",
        "瞪羚企业名单",
    ],
)
def test_a_title_that_is_unknown_or_depends_on_what_is_not_said_is_never_guessed(catalog: Catalog, title: str) -> None:
    proposal = _only_title(catalog, title)
    assert (proposal.tier, proposal.variant_id) == (None, None)
    assert "tier" in proposal.open_questions


def test_a_pool_is_no_event_whatever_title_it_names(catalog: Catalog) -> None:
    proposal = propose(catalog, "连云港市培育库入库企业名单.xlsx", ["连云港市创新型中小企业认定名单"])
    assert proposal.is_pool
    assert (proposal.tier, proposal.event) == (None, None)
    assert "event" not in proposal.open_questions


@pytest.mark.parametrize(
    ("title", "event"),
    [
        ("专精特新中小企业拟认定名单", "publicity"),
        ("专精特新中小企业公示名单", "publicity"),
        ("关于公布2024年度专精特新中小企业名单的通知", "recognition"),
        ("创新型中小企业名单的公告", "recognition"),
        ("经公示无异议，认定下列专精特新中小企业", "recognition"),
        ("专精特新中小企业新认定名单", "recognition"),
        ("专精特新中小企业复核拟通过名单", "review_publicity"),
        ("专精特新中小企业复核通过名单", "review_passed"),
        ("专精特新中小企业复核名单", None),
        ("专精特新中小企业复核未通过名单", "lapsed"),
        ("关于取消部分企业专精特新中小企业称号的通知", "revoked"),
        ("拟取消专精特新中小企业称号企业公示", None),
        ("取消复核资格的专精特新中小企业名单", None),
        ("专精特新中小企业更名名单", "change"),
        ("专精特新中小企业跨省迁移名单", "moved_out"),
        ("拟推荐专精特新“小巨人”企业名单公示", "recommended"),
        ("专精特新中小企业推荐汇总表", "recommended"),
        ("专精特新中小企业不予通过名单", None),
        ("关于开展2025年专精特新中小企业认定工作的通知", None),
        ("专精特新中小企业名单", None),
        ("第二批专精特新中小企业和2022年度专精特新中小企业复核拟通过名单公示", None),
        ("第八批单项冠军企业和通过复核的第二批单项冠军企业名单的公示", None),
    ],
)
def test_words_of_events(catalog: Catalog, title: str, event: str | None) -> None:
    proposal = _only_title(catalog, title)
    assert proposal.event == event
    assert ("event" in proposal.open_questions) == (event is None)


@pytest.mark.parametrize(
    ("title", "batch", "cohort", "reviewed"),
    [
        ("2025年度第一批江苏省专精特新中小企业公示", "2025-1", 2025, None),
        ("2025年第二批江苏省专精特新中小企业公示", "2025-2", 2025, None),
        ("专精特新中小企业省三批公示", "3", None, None),
        ("第七批专精特新“小巨人”企业公示", "7", 2025, None),
        ("2022年第四批专精特新“小巨人”企业公示", "4", 2022, None),
        ("第十二批专精特新“小巨人”企业公示", "12", None, None),
        ("2023年第二批“小巨人”复核通过企业公示", "2", 2023, 2020),
        ("2025年公示2022年度专精特新中小企业复核通过企业", None, 2025, 2022),
        ("2022年度专精特新中小企业复核通过企业公示", None, None, None),
        ("2022年度专精特新中小企业复核通过企业 苏工信企业〔2025〕110号", None, None, 2022),
        ("2025年度专精特新中小企业复核通过企业 浙经信企业〔2026〕4号", None, 2025, None),
    ],
)
def test_batches_and_cohorts(
    catalog: Catalog, title: str, batch: str | None, cohort: int | None, reviewed: int | None
) -> None:
    proposal = _only_title(catalog, title)
    assert (proposal.batch, proposal.cohort_year, proposal.reviewed_cohort) == (batch, cohort, reviewed)


def test_document_number_and_date_only_where_printed(catalog: Catalog) -> None:
    proposal = propose(
        catalog,
        "浙江省专精特新中小企业名单_2025-12-30.xlsx",
        ["浙江省专精特新中小企业认定名单"],
        ["根据浙经信企业〔2026〕4号", "共2157家"],
    )
    assert proposal.document_no == "浙经信企业〔2026〕4号"
    assert proposal.event_on == dt.date(2025, 12, 30)
    assert _only_title(catalog, "公示期2025年12月5日至12月11日 江苏省专精特新中小企业").event_on == dt.date(2025, 12, 5)
    assert _only_title(catalog, "公示期2025年12月5日至2025年12月11日 名单").event_on == dt.date(2025, 12, 5)
    assert _only_title(catalog, "2025年12月5日会议 2026年1月9日公示名单").event_on is None
    assert _only_title(catalog, "2025-12-05会议 2026-01-09公示名单").event_on is None
    assert _only_title(catalog, "2025年12月专精特新中小企业名单").event_on is None


def test_areas_that_contradict_each_other_are_asked(catalog: Catalog) -> None:
    proposal = propose(catalog, "杭州市名单.xlsx", ["宁波市第四批小巨人公示名单"])
    assert proposal.area_code is None
    assert "area_code" in proposal.open_questions
    assert propose(catalog, "宁波市、杭州市小巨人公示.xlsx", []).area_code is None


@pytest.mark.parametrize(
    ("title", "year", "area_code", "expected"),
    [
        ("专精特新“小巨人”企业", 2023, "330000", (True, "little_giant")),
        ("省级专精特新小巨人企业", 2020, "320700", (True, "srdi")),
        ("省级专精特新小巨人企业", 2023, "320700", (True, None)),
        ("省级专精特新小巨人企业", None, "320700", (False, None)),
        ("市级专精特新", 2023, "500000", (True, "srdi")),
        ("市级专精特新", 2023, "320700", (True, "city_title")),
        ("市级专精特新", 2023, None, (False, None)),
        ("培育库", 2023, "320700", (True, None)),
        ("瞪羚企业", 2023, "320700", (False, None)),
    ],
)
def test_title_of_a_row(
    catalog: Catalog, title: str, year: int | None, area_code: str | None, expected: tuple[bool, str | None]
) -> None:
    assert title_tier(catalog, title, year, area_code) == expected
