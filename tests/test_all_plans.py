"""Every page opens for every plan of the demo, in both languages, and its first line says something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.demo import Demo
from tracker import ui
from tracker.catalog import load
from tracker.links import PAGES
from tracker.text import LANGUAGES, word

pytestmark = pytest.mark.slow
MAIN = Path(__file__).resolve().parent.parent / "pages" / "main.py"
MARKUP = re.compile(r"<(style|script)>.*?</\1>|<[^>]+>", re.DOTALL)
FINDING = re.compile(r'<p class="tt-finding">(.*?)</p>', re.DOTALL)
PLANS = list(load().plans)
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture(autouse=True)
def data_folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    yield
    ui.forget()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
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
        body = " ".join(element.proto.body for element in app.get("html"))
        findings = FINDING.findall(body)
        assert findings, (page, plan_id)
        assert all(findings), (page, plan_id)
        assert word("app.demo", language) in body
        assert (word("app.draft", language) in body) == (plan_id == "zhejiang" or page == "plans"), (page, plan_id)
        if language == "en":
            assert not CHINESE.findall(findings[0].replace("（示例）", "")), findings
