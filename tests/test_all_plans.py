"""Every page opens for every plan of the demo, in both languages, and its first line says something."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.demo import Demo
from tests.test_enterprises import assert_every_list_adds_up
from tracker import ui, warehouse
from tracker.catalog import load
from tracker.links import PAGES
from tracker.text import LANGUAGES, word
from tracker.viewing import DEFAULT_RULE, tasks_of_target

pytestmark = pytest.mark.slow
MAIN = Path(__file__).resolve().parent.parent / "pages" / "main.py"
MARKUP = re.compile(r"<(style|script)>.*?</\1>|<[^>]+>", re.DOTALL)
FINDING = re.compile(r'<p class="tt-finding">(.*?)</p>', re.DOTALL)
PLANS = list(load().plans)
# Pages whose first line is a finding; the others are looked at by tests of their own.
WITH_FINDING = ("overview", "districts", "indicators", "enterprises", "plans", "about")
# What these show is of no single plan; their own tests open them in both languages.
OF_NO_PLAN = ("desk", "questions", "builds", "rights", "audit")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture(autouse=True)
def data_folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    yield
    ui.forget()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [page for page in PAGES if page not in OF_NO_PLAN])
def test_a_page_opens_for_every_plan(page: str, language: str) -> None:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params["lang"] = language
    app.query_params["as_of"] = "2025-12-31"
    app.run()
    if page != PAGES[0]:
        app.switch_page(f"{page}.py").run()
    for plan_id in PLANS:
        app.selectbox(key="plan").set_value(plan_id).run()
        assert not app.exception, (page, plan_id, language, app.exception[0].value)
        if page not in WITH_FINDING:
            continue
        body = " ".join(element.proto.body for element in app.get("html"))
        findings = FINDING.findall(body)
        assert findings, (page, plan_id)
        assert all(findings), (page, plan_id)
        assert word("app.demo", language) in body
        assert (word("app.draft", language) in body) == (plan_id == "zhejiang" or page == "plans"), (page, plan_id)
        if language == "en":
            assert not CHINESE.findall(findings[0].replace("（示例）", "")), findings


def test_the_matrix_shows_the_year_that_runs_and_no_year_hides_another() -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    for year, task in ((2024, 10), (2025, 11)):
        as_of = dt.date(year, 12, 31)
        rows = ui.targets_at(build_id, "zhejiang", as_of, "zh", DEFAULT_RULE)
        assert not rows.select("target_id", "area_code").is_duplicated().any()
        fairs = rows.filter((pl.col("target_id") == "chain_matchmaking_events") & (pl.col("area_code") == "330300"))
        [row] = fairs.to_dicts()
        assert (row["due_on"], row["target_value"]) == (as_of, task)
        tasks = tasks_of_target(build_id, "zhejiang", "chain_matchmaking_events", "330300", as_of, "zh", DEFAULT_RULE)
        assert [due.year for due in tasks["due_on"]] == [2024, 2025]


def test_every_number_of_every_plan_is_what_is_listed_behind_it() -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    held: Counter[str] = Counter()
    for plan_id in PLANS[1:]:
        held += assert_every_list_adds_up(build_id, plan_id, [dt.date(2025, 12, 31)])
    assert held["growth"]
    assert held["rank"]
    assert held["reported"] > 30
