"""The enterprises page and what links to it, as a reader gets it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from tests.invented_build import publish
from tests.test_pages import DEFAULT, MAIN, link, page_text
from tracker import warehouse
from tracker.text import LANGUAGES, word

pytestmark = pytest.mark.usefixtures("own_data_folder")

HREF = re.compile(r'href="([^"]+)"')


@pytest.fixture
def build_id(tmp_path: Path) -> str:
    return publish(tmp_path)


def opened(name: str = "enterprises", **codes: str) -> AppTest:
    """A page on a cold link with these codes."""
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    app.switch_page(f"{name}.py")
    for code, value in codes.items():
        app.query_params[code] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    return " ".join(page_text(app).split())


def links(app: AppTest, page: str) -> list[dict[str, str]]:
    """The codes of all links of the designed parts to a page."""
    found = [address.replace("&amp;", "&") for part in app.get("html") for address in HREF.findall(part.proto.body)]
    return [dict(parse_qsl(urlsplit(one).query)) for one in found if urlsplit(one).path == f"./{page}"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", "创新型中小企业 936 家 = 有效期内 924 + 到期待复核 12"),
        ("en", "Innovative SMEs: 936 enterprises = in force 924 + awaiting review 12"),
    ],
)
def test_a_number_opens_the_names_that_add_up_to_it(build_id: str, language: str, expected: str) -> None:
    overview = opened("overview", lang=language, as_of="2025-12-31")
    [codes, *_] = [codes for codes in links(overview, "enterprises") if codes["target"] == "innovative"]
    assert expected in shown(opened(**codes))


def test_every_number_of_the_overview_opens_a_page_that_says_it(build_id: str) -> None:
    found = {tuple(sorted(codes.items())) for codes in links(opened("overview", as_of="2025-12-31"), "enterprises")}
    assert len(found) > 20
    for codes in found:
        page = shown(opened(**dict(codes)))
        assert "=" in page or "填报值" in page, codes
        assert word("enterprises.not_traced", "zh") not in page


def test_the_rule_goes_with_the_link(build_id: str) -> None:
    app = opened(target="giant", publicity="1")
    assert "国家专精特新“小巨人”企业 24 家 = 有效期内 21 + 公示 3" in shown(app)
    app.segmented_control(key="basis").set_value("ever").run()
    assert "27 家 = 有效期内 21 + 已失效 6" in shown(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cold_link_carries_every_choice(build_id: str, language: str) -> None:
    codes = {
        "plan": "example", "as_of": "2025-12-31", "area": "990003", "q": "slqy", "tier": "innovative",
        "status": "awaiting_review", "batch": "2022", "year": "2022", "chain": "-", "rows": "area",
        "columns": "status", "sort": "expiry",
    }  # fmt: skip
    codes |= {"lang": "en"} if language == "en" else {}
    app = opened(**codes)
    assert link(app) == codes
    first_line = {
        "zh": "列出 12 家 = 到期待复核 12（创新型 34 家）",
        "en": "12 enterprises listed = awaiting review 12 (Innovative: 34 enterprises)",
    }
    assert first_line[language] in shown(app)
    back = {code: value for code, value in links(app, "enterprises")[-1].items() if code != "enterprise"}
    assert back.items() <= codes.items()


def test_english_pages_hold_no_chinese_beside_names_and_what_files_print(build_id: str) -> None:
    for codes in ({}, {"target": "giant"}, {"target": "control"}, {"rows": "area", "columns": "year"}):
        left = re.findall(r"[\u4e00-\u9fff]+", shown(opened(lang="en", **codes)))
        assert {word for word in left if word not in ("示例企业", "号有限公司", "旧名示例厂", "示例", "一", "号")} <= {
            "海洋装备", "新材料"
        }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("tier", "mayor"), ("status", "rich"), ("batch", "ninth"), ("year", "1066"), ("chain", "silk"),
        ("part", "nowhere"), ("title", "baron"), ("rows", "colour"), ("columns", "colour"), ("sort", "beauty"),
        ("enterprise", "nobody"),         ("measure", "luck"),
    ],
)  # fmt: skip
def test_an_unknown_code_falls_back_and_says_so(build_id: str, code: str, value: str) -> None:
    app = opened(**{code: value, "rows": "area"} if code == "columns" else {code: value})
    assert value in shown(app)
    assert "各类企业" in shown(app)
    assert code not in link(app) or link(app)[code] != value
    app.run()
    assert value not in shown(app)


def test_a_limit_that_is_no_number_is_told(build_id: str) -> None:
    app = opened(measure="key_processes", **{"from": "many"})
    assert "from=many" in shown(app)
    assert link(app) == DEFAULT | {"measure": "key_processes"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_list_says_so(build_id: str, language: str) -> None:
    page = shown(opened(lang=language, q="没有这家"))
    assert word("enterprises.empty", language) in page
    assert {"zh": "列出 0 家（各类企业", "en": "0 enterprises listed (Enterprises of all tiers"}[language] in page


def test_a_widened_list_is_not_told_as_the_number(build_id: str) -> None:
    page = shown(opened(target="giant", status="all"))
    assert "列出 31 家 = 有效期内 21 + 公示 3 + 已失效 6 + 培育库 1（国家专精特新“小巨人”企业 21 家）" in page


def test_a_search_finds_a_former_name_and_names_those_outside(build_id: str) -> None:
    app = opened(q="旧名示例")
    assert "曾用名：旧名示例厂" in shown(app)
    assert "列出 1 家 = 到期待复核 1（各类企业" in shown(app)
    assert "另有 1 家符合条件" in shown(opened(q="wdmslc"))


def test_a_list_is_paged_and_a_shorter_one_begins_anew(build_id: str) -> None:
    app = opened(tier="innovative", page="3")
    assert link(app)["page"] == "3"
    assert sum(part.proto.body.count('class="is-enterprise"') for part in app.get("html")) == 25
    app.text_input(key="q").set_value("slqy93").run()
    assert not app.exception
    assert "page" not in link(app)


def test_names_from_files_are_shown_not_run(build_id: str) -> None:
    app = opened(q="企业2号", status="all")
    bodies = " ".join(part.proto.body for part in app.get("html"))
    assert "=示例&lt;b&gt;一&lt;/b&gt;号" in bodies
    assert "<b>一</b>" not in bodies


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_profile_opens_from_the_list_and_leads_back(build_id: str, language: str) -> None:
    codes = next(codes for codes in links(opened(q="企业1号", lang=language), "enterprises") if "enterprise" in codes)
    app = opened(**codes)
    page = shown(app)
    for phrase in ("示例企业1号有限公司", "919900000000000001", "示例名单.xlsx", "旧名示例厂", "B40"):
        assert phrase in page
    assert word("profile.rejected", language) in page
    assert len(app.get("plotly_chart")) == 1
    back = links(app, "enterprises")[0]
    assert back == {code: value for code, value in codes.items() if code != "enterprise"}
    assert link(app) == codes


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_without_targets_shows_titles_by_area(build_id: str, tmp_path: Path, language: str) -> None:
    with duckdb.connect(str(tmp_path / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute("delete from core.target")
        connection.execute("delete from mart.progress")
    app = opened("overview", lang=language, as_of="2025-12-31")
    page = shown(app)
    assert word("overview.titles_title", language) in page
    assert {"zh": "小巨人 21 家", "en": "Little giants 21 enterprises"}[language] in page
    assert word("enterprises.no_list", language) in page
    codes = next(codes for codes in links(app, "enterprises") if codes.get("tier") == "giant" and "area" in codes)
    assert codes["area"] == "990001"
    number = {"zh": "小巨人 8 家 = 有效期内 8", "en": "Little giants: 8 enterprises = in force 8"}
    assert number[language] in shown(opened(**codes))


def test_an_area_without_tasks_shows_its_titles(build_id: str, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute("delete from core.target where area_code = '990092'")
        connection.execute("delete from mart.progress where area_code = '990092'")
    assert "临港区：创新型 60 家" in shown(opened("overview", area="990092", as_of="2025-12-31"))


def test_a_plan_nobody_has_data_for_is_not_offered(build_id: str, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute(
            "insert into core.plan select * replace ('empty' as plan_id, '1' as area_code) from core.plan"
        )
    app = opened("overview")
    assert app.selectbox(key="plan").options == ["示例市 2023–2025"]
    assert link(app)["plan"] == "example"


def test_a_build_of_an_older_version_is_told_apart_from_a_damaged_one(build_id: str, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute("alter table core.enterprise drop column initials")
    with pytest.raises(warehouse.BuildOutdated):
        warehouse.query(build_id, "enterprise_names")


def test_streamlit_words_come_in_the_language_of_the_page(build_id: str) -> None:
    scripts = {
        language: next(
            part.proto.body for part in opened(lang=language).get("html") if "trackerWords" in part.proto.body
        )
        for language in LANGUAGES
    }
    assert '"No results": "没有匹配项"' in scripts["zh"]
    assert '"没有匹配项": "No results"' in scripts["en"]
