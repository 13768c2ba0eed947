from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from tests.invented_build import publish
from tracker import findings, office_store, ui, warehouse
from tracker.text import LANGUAGES, word
from tracker.ui import frame

pytestmark = pytest.mark.usefixtures("own_data_folder")

MAIN = Path(__file__).resolve().parent.parent / "pages" / "main.py"
DEFAULT = {"plan": "example", "as_of": "2025-12-31"}
MARKUP = re.compile(r"<(style|script)>.*?</\1>|<[^>]+>", re.DOTALL)


@pytest.fixture
def build_id(tmp_path: Path) -> str:
    return publish(tmp_path)


def opened(**codes: str) -> AppTest:
    """The app on a cold link with these codes."""
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    for code, value in codes.items():
        app.query_params[code] = value
    app.run()
    assert not app.exception
    return app


def page_text(app: AppTest) -> str:
    """All words of the designed parts of main page and sidebar."""
    blocks = [element.proto.body for element in app.get("html")]
    return " ".join(MARKUP.sub(" ", body) for body in blocks)


def link(app: AppTest) -> dict[str, str]:
    return {code: values[0] if isinstance(values, list) else values for code, values in app.query_params.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_says_the_finding_first(build_id: str, language: str) -> None:
    shown = page_text(opened(lang=language, as_of="2025-12-31"))
    expected = {
        "zh": [
            "12 项目标完成 5 项，6 项到期未完成；最需要推动的主要目标是小巨人，差 4 家",
            "市工信局",
            "差 28 家",
            "不考核",
        ],
        "en": [
            "5 of 12 targets completed, 6 missed; to push first among the main targets: Little giants, 4 short",
            "Industry Bureau",
            "28 short",
            "no task",
        ],
    }
    for phrase in expected[language]:
        assert phrase in shown
    for status in findings.STATUSES:
        assert word(f"status.{status}", language) in shown


def test_english_pages_hold_no_chinese_beside_names_of_the_law(build_id: str) -> None:
    shown = page_text(opened(lang="en"))
    # An enterprise has one name, which stands in either language.
    named = re.sub(r"示例企业\d+号有限公司", "", shown)
    left = re.findall(r"[\u4e00-\u9fff]+", named.replace("一（三）", ""))
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_that_are_nearly_there_are_not_printed_as_there(build_id: str, language: str) -> None:
    shown = page_text(opened(lang=language, as_of="2025-12-31"))
    assert "49.96%" in shown
    assert "99.6%" in shown
    assert "100%" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demo_mark_stands_on_every_page(build_id: str, language: str) -> None:
    app = opened(lang=language)
    mark = word("app.demo", language)
    assert mark in page_text(app)
    assert mark in app.get("plotly_chart")[0].proto.spec.encode().decode("unicode_escape")
    app.switch_page("about.py").run()
    assert not app.exception
    assert mark in page_text(app)


def test_real_data_carry_no_demo_mark(tmp_path: Path) -> None:
    publish(tmp_path, is_demo=False)
    assert word("app.demo", "zh") not in page_text(opened())


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_data_folder_says_what_to_run(language: str) -> None:
    app = opened(lang=language)
    shown = page_text(app)
    assert word("app.empty_title", language) in shown
    assert "python -m etl sample" in shown
    assert not app.selectbox
    app.segmented_control(key="lang").set_value("en" if language == "zh" else "zh").run()
    assert word("app.empty_title", "en" if language == "zh" else "zh") in page_text(app)


def test_a_build_without_numbers_says_so(build_id: str, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute("delete from mart.progress")
        connection.execute("delete from mart.observation")
    assert word("app.no_progress", "zh") in page_text(opened())


def test_a_switch_of_language_keeps_the_view(build_id: str) -> None:
    app = opened(as_of="2025-12-31", area="990002", publicity="1")
    before = link(app)
    app.segmented_control(key="lang").set_value("en").run()
    assert not app.exception
    assert link(app) == before | {"lang": "en"}
    assert app.selectbox(key="area").value == "990002"
    assert "West Hill" in page_text(app)


def test_a_cold_link_opens_exactly_the_view_that_wrote_it(build_id: str) -> None:
    codes = {
        "lang": "en", "plan": "example", "as_of": "2025-09-30", "basis": "ever", "target": "giant", "build": build_id
    }  # fmt: skip
    app = opened(**codes)
    assert link(app) == codes
    assert app.selectbox(key="as_of").value == "2025-09-30"
    assert app.segmented_control(key="basis").value == "ever"
    assert "is-focus" in " ".join(element.proto.body for element in app.get("html"))


def test_the_default_view_is_the_last_whole_month_and_the_link_names_it(build_id: str) -> None:
    # The month runs that holds the data cut-off; a link without plan and month would show others tomorrow.
    assert link(opened()) == DEFAULT


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("plan", "atlantis"),
        ("as_of", "2031-01-31"),
        ("as_of", "yesterday"),
        ("area", "nowhere"),
        ("target", "glory"),
        ("basis", "all"),
        ("publicity", "maybe"),
        ("awaiting", "perhaps"),
        ("lang", "volapük"),
        ("build", "../../etc/passwd"),
        ("build", "gone"),
    ],
)
def test_an_unknown_code_falls_back_and_says_so_once(build_id: str, code: str, value: str) -> None:
    app = opened(**{code: value})
    assert value in page_text(app)
    assert "12 项目标" in page_text(app)
    assert link(app) == DEFAULT
    app.run()
    assert value not in page_text(app)


def test_switches_recount_and_name_their_rule(build_id: str) -> None:
    app = opened(as_of="2025-12-31")
    assert "21 家 另有公示 3 家" in " ".join(page_text(app).split())
    app.toggle(key="publicity_switch").set_value(True).run()
    assert link(app) == DEFAULT | {"publicity": "1"}
    assert "24 家 含公示 3 家" in " ".join(page_text(app).split())
    app.segmented_control(key="basis").set_value("ever").run()
    assert not app.exception
    assert word("basis.ever_long", "zh") in page_text(app)
    assert not app.toggle


def test_the_page_switch_keeps_the_view(build_id: str) -> None:
    app = opened(lang="en", as_of="2025-12-31")
    app.toggle(key="awaiting_switch").set_value(False).run()
    app.switch_page("about.py").run()
    app.switch_page("overview.py").run()
    assert not app.exception
    assert link(app) == DEFAULT | {"lang": "en", "awaiting": "0"}


def test_a_pinned_build_stays_until_it_is_let_go(build_id: str, tmp_path: Path) -> None:
    app = opened(build=build_id)
    newest = publish(tmp_path, "20260213T093000000-b52f33")
    app.run()
    assert f"数据版本 {build_id}" in page_text(app)
    app.button[0].click().run()
    assert f"数据版本 {newest}" in page_text(app)
    assert link(app) == DEFAULT


def test_an_unpinned_session_moves_to_a_new_build_on_its_next_rerun(build_id: str, tmp_path: Path) -> None:
    app = opened()
    newest = publish(tmp_path, "20260213T093000000-b52f33")
    app.run()
    assert f"数据版本 {newest}" in page_text(app)


def test_an_area_has_its_own_overview(build_id: str) -> None:
    app = opened(area="990002", as_of="2025-12-31")
    assert "2 项目标完成 1 项，1 项到期未完成；最需要推动的主要目标是创新型，差 28 家" in page_text(app)


def test_a_failure_is_told_to_the_reader_in_words(build_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(frame, "html", lambda *parts: shown.extend(parts))
    assert ui.show_failure(warehouse.QueryTooSlow("x"))
    assert ui.show_failure(ValueError("secret detail"))
    assert word("app.slow_text", "zh") in shown[0]
    assert word("app.failure_text", "zh") in shown[1]
    assert "secret detail" not in " ".join(shown)
    # After an upgrade or on the way back from one: what to do.
    assert ui.show_failure(warehouse.BuildOutdated("b1"))
    assert ui.show_failure(office_store.OfficeNewer(9))
    assert word("app.outdated_text", "zh") in shown[2]
    assert word("office.newer", "zh") in shown[3]
