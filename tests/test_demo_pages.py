"""Districts and indicators on the demo: every target opens, in both languages, and says what the build says."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.demo import CITY, Demo
from tests.demo import CLOSE as CLOSE_DAY
from tests.test_pages import page_text
from tracker import blocks_meeting, findings, indicators, ui, warehouse
from tracker.links import View
from tracker.notice import assessment
from tracker.notice_facts import facts_at
from tracker.text import LANGUAGES, word
from tracker.viewing import DEFAULT_RULE, Rule

PAGES = Path(__file__).resolve().parent.parent / "pages"
MARKUP = re.compile(r"<(style|script)>.*?</\1>|<[^>]+>", re.DOTALL)
PLAN = "lianyungang"
MIDDLE, CLOSE = "2025-03-31", "2025-12-31"


@pytest.fixture(autouse=True)
def data_folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    yield
    ui.forget()


def opened(page: str, **codes: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "main.py"), default_timeout=60)
    for code, value in codes.items():
        app.query_params[code] = value
    app.run()
    app.switch_page(f"{page}.py").run()
    assert not app.exception
    return app


def test_a_page_that_ends_early_still_writes_its_choices_into_the_address() -> None:
    app = opened("districts", plan="nantong")
    assert "计划没有把目标分解到" in page_text(app)
    app.toggle(key="publicity_switch").set_value(True).run()
    assert app.query_params["publicity"] == "1"


def test_what_is_made_before_anybody_asks_is_what_the_first_reader_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    ui.warm_pages(build_id)
    asked: list[str] = []
    query = warehouse.query

    def counted(build_id: str, name: str, **parameters: object) -> pl.DataFrame:
        asked.append(name)
        return query(build_id, name, **parameters)

    monkeypatch.setattr(warehouse, "query", counted)
    seen = opened("overview").session_state["view"]
    assert seen == ui.usual_view(build_id, seen.plan_id, "zh")
    # Only what says since when something changed, and what the sidebar adds, was not there yet.
    assert not {"area_history", "beside", "outlook"} & set(asked)


@pytest.mark.parametrize("page", ["overview", "districts", "indicators", "enterprises"])
def test_a_view_that_was_seen_before_waits_for_no_frame(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(page).run()  # once more: the page has put the target that it opens on into the view
    asked: list[pl.DataFrame] = []
    lazy = pl.DataFrame.lazy

    def counted(frame: pl.DataFrame) -> pl.LazyFrame:
        asked.append(frame)
        return lazy(frame)

    monkeypatch.setattr(pl.DataFrame, "lazy", counted)
    app.run()
    assert not app.exception
    assert asked == []


def shown(app: AppTest) -> str:
    return " ".join(MARKUP.sub(" ", element.proto.body) for element in app.get("html"))


def view_of(as_of: str, rule: Rule = DEFAULT_RULE, language: str = "zh", area: str = CITY) -> View:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    day = pl.Series([as_of]).str.to_date()[0]
    return View(build_id, False, True, None, PLAN, CITY, area, day, None, rule, language)


@pytest.mark.parametrize("page", ["overview", "indicators"])
def test_a_target_whose_forecast_has_no_interval_says_none(page: str) -> None:
    view = view_of(MIDDLE)
    ahead = ui.read(view.build_id, "outlook", plan_id=PLAN, as_of=view.as_of)
    without = ahead.filter(
        pl.col("median").is_not_null() & pl.col("low_80").is_null() & (pl.col("due_on") > view.as_of)
    )
    target = without.filter(pl.col("area_code") != CITY).row(0, named=True)
    app = opened(page, as_of=MIDDLE, area=target["area_code"], target=target["target_id"])
    assert app.session_state["view"].area_code == target["area_code"]
    assert app.get("plotly_chart")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("as_of", [MIDDLE, CLOSE])
@pytest.mark.parametrize("page", ["districts", "indicators"])
def test_a_page_opens_with_its_figures_and_the_demo_mark(page: str, as_of: str, language: str) -> None:
    app = opened(page, lang=language, as_of=as_of)
    words = shown(app)
    assert word("app.demo", language) in words
    figures = app.get("plotly_chart")
    assert len(figures) == {"districts": 4, "indicators": 2}[page]
    for figure in figures:
        spec = figure.proto.spec.encode().decode("unicode_escape")
        assert word("app.demo", language) in spec
    if language == "en":
        # The plan's section numbers and the two languages' names of the switch stay as they are.
        left = re.sub(r"[一二三四五六七八九十]+（[一二三四五六七八九十]+）", "", words)
        assert re.findall(r"[\u4e00-\u9fff]+", left.replace("（示例）", "")) == []


@pytest.mark.parametrize("as_of", [MIDDLE, CLOSE])
def test_every_target_of_the_plan_opens_and_prints_the_value_of_the_build(demo: Demo, as_of: str) -> None:
    known = demo.rows(
        "select target_id, value from mart.progress where plan_id = ? and area_code = ? and as_of = ? and is_current",
        PLAN,
        CITY,
        as_of,
    )
    assert len(known) == 29
    view = view_of(as_of)
    app = opened("indicators", as_of=as_of)
    for target_id, value in known:
        app.selectbox(key="target").set_value(target_id).run()
        assert not app.exception
        row = ui.targets_at(view.build_id, PLAN, view.as_of, "zh", DEFAULT_RULE).row(
            by_predicate=(pl.col("target_id") == target_id) & (pl.col("area_code") == CITY), named=True
        )
        assert row["value"] == value
        assert indicators.finding(row, "zh") in shown(app)


@pytest.mark.parametrize("rule", [DEFAULT_RULE, Rule(with_publicity=True), Rule(with_awaiting=False), Rule("ever")])
def test_the_parts_of_a_count_add_up_to_it_under_every_rule(rule: Rule) -> None:
    for as_of in (MIDDLE, CLOSE):
        view = view_of(as_of, rule)
        rows = ui.targets_at(view.build_id, PLAN, view.as_of, "zh", rule).filter(pl.col("area_code") == CITY)
        with_parts = []
        for target_id in rows.filter(pl.col("unit") != "percent")["target_id"]:  # rates have no parts
            found = ui.one_target(replace(view, target_id=target_id), None)
            if found.parts.height:
                with_parts.append(found.row["indicator_id"])
                assert found.parts["value"].sum() == pytest.approx(found.row["value"])
        assert {"innovative_smes", "srdi_smes", "little_giants"} <= set(with_parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_closing_assessment_of_the_demo_reads_as_it_was_approved(language: str) -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    said = assessment(facts_at(build_id, PLAN, None, CLOSE_DAY, language), language).lines()
    approved = Path(__file__).parent / "golden" / f"demo_closing.{language}.txt"
    # The last line names the build, which is another one every time.
    assert said[:-1] == approved.read_text(encoding="utf-8").splitlines()
    assert build_id in said[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_large_number_of_a_meeting_is_the_value_and_nothing_else(demo: Demo, language: str) -> None:
    build_id = warehouse.current_build_id()
    assert build_id is not None
    seen = 0
    for plan_id in ("lianyungang", "liangjiang", "suzhou_industrial_park", "nantong", "zhejiang"):
        for row in ui.targets_at(build_id, plan_id, CLOSE_DAY, language, DEFAULT_RULE).iter_rows(named=True):
            if row["value"] is not None:
                large = blocks_meeting.target_number(row, CLOSE_DAY, language).partition("</b>")[0]
                assert html.unescape(re.sub(r"<[^>]+>", "", large)) == findings.value_phrase(row, language)
                seen += row["area_code"] in (CITY, "330000")
    assert seen > 30
