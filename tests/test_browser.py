"""What only a browser can tell: cold links, language, requests, console, layout. One server for all."""

from __future__ import annotations

import json
import shutil
import struct
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.server import served
from tests.invented_build import publish

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
SECONDS = 30
CUT_OFF = """() => [...document.querySelectorAll('.tt, .tt *')]
    .filter(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== 'inline')
    .map(part => part.className + ' ' + part.textContent.slice(0, 40))"""

AT_REST = "() => Promise.allSettled(document.getAnimations().map(one => one.finished)).then(() => null)"


@dataclass
class Visit:
    """A page with everything it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("data")
    publish(folder)
    with served(folder) as server:
        yield server.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(SECONDS * 1000)
    made = Visit(context.new_page())
    made.page.on("request", lambda request: made.requests.append(request.url))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    # Below a page, Streamlit probes its own health path relative to it first and gets a harmless 404.
    made.page.on(
        "console",
        lambda message: (
            made.complaints.append(message.text)
            if message.type == "error" and "/_stcore/" not in message.location["url"]
            else None
        ),
    )
    yield made
    context.close()


def opened(visit: Visit, address: str, path: str) -> Page:
    visit.page.goto(address + path)
    expect(visit.page.locator(".tt-finding")).to_be_visible()
    return visit.page


def test_a_cold_link_opens_in_english(visit: Visit, address: str) -> None:
    page = opened(visit, address, "/?lang=en&as_of=2025-12-31")
    expect(page.locator(".tt-finding")).to_contain_text("5 of 12 targets completed, 6 missed")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_test_id("stTopNavSection").filter(has_text="About")).to_be_visible()
    expect(page.get_by_text("创新型")).to_have_count(0)


def test_a_cold_link_to_another_page_passes_the_router(visit: Visit, address: str) -> None:
    page = opened(visit, address, "/about?lang=en")
    expect(page.locator(".tt-finding")).to_contain_text("Where each number comes from")
    expect(page.locator(".tt-tag.is-demo")).to_have_text("Demo data")
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".tt-finding")).to_contain_text("5 of 12 targets completed")


def test_the_language_switch_keeps_the_view(visit: Visit, address: str) -> None:
    page = opened(visit, address, "/?as_of=2025-12-31&area=990002")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("radio", name="English").click()
    expect(page.locator(".tt-finding")).to_contain_text("1 of 2 targets completed")
    expect(page).to_have_url(f"{address}/?lang=en&plan=example&as_of=2025-12-31&area=990002")


def test_nothing_is_asked_of_others_and_nothing_is_complained_about(visit: Visit, address: str) -> None:
    page = opened(visit, address, "/")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    page.goto(f"{address}/about")
    page.wait_for_selector(".tt-finding")
    page.wait_for_load_state("networkidle")
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    assert len(visit.requests) > 20
    assert [url for url in visit.requests if not url.startswith(own)] == []
    assert visit.complaints == []


def test_a_number_leads_to_its_names_and_to_one_enterprise(visit: Visit, address: str) -> None:
    page = opened(visit, address, "/?as_of=2025-12-31")
    number = page.locator("tr", has_text="创新型中小企业").locator("td.is-number a")
    expect(number).to_have_text("936 家")
    number.click()
    expect(page.locator(".tt-finding")).to_have_text("创新型中小企业 936 家 = 有效期内 924 + 到期待复核 12")
    page.get_by_role("searchbox", name="搜索企业").fill("旧名示例")
    expect(page.locator(".tt-finding")).to_have_text("列出 1 家 = 到期待复核 1（创新型中小企业 936 家）")
    page.get_by_role("link", name="示例企业1号有限公司").click()
    expect(page.locator(".tt-finding")).to_have_text("示例企业1号有限公司：创新型，到期待复核")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    with page.expect_download() as saved:
        page.get_by_role("button", name="下载 Excel").click()
    assert saved.value.suggested_filename == "一企一档_示例企业1号有限公司_2025-12.xlsx"
    page.go_back()
    expect(page.locator(".tt-finding")).to_have_text("列出 1 家 = 到期待复核 1（创新型中小企业 936 家）")
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in visit.requests if not url.startswith(own)] == []
    assert visit.complaints == []


def test_streamlit_speaks_the_language_of_the_page(visit: Visit, address: str) -> None:
    page = opened(visit, address, "/enterprises?tier=innovative")
    expect(page.get_by_role("button", name="下一页")).to_be_visible()
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("button", name="Next page")).to_be_visible()
    page.get_by_role("radio", name="中文").click()
    expect(page.get_by_role("button", name="下一页")).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["tier=innovative&rows=area&columns=year", "enterprise=919900000000000001"])
@pytest.mark.parametrize(("width", "height"), [(1093, 614), (1440, 900), (1920, 1080)])
def test_nothing_is_cut_off_among_the_enterprises(
    visit: Visit, address: str, width: int, height: int, path: str, language: str
) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    page = opened(visit, address, f"/enterprises?as_of=2025-12-31&lang={language}&{path}")
    page.wait_for_selector(".tt-foot")
    until = time.monotonic() + SECONDS
    while (cut := page.evaluate(CUT_OFF)) and time.monotonic() < until:
        page.wait_for_timeout(200)
    assert cut == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), [(1093, 614), (1440, 900), (1920, 1080)])
def test_nothing_is_cut_off_and_the_finding_stands_above_the_fold(
    visit: Visit, address: str, width: int, height: int, language: str
) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    page = opened(visit, address, f"/?as_of=2025-12-31&lang={language}")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    until = time.monotonic() + SECONDS
    while (cut := page.evaluate(CUT_OFF)) and time.monotonic() < until:
        page.wait_for_timeout(200)  # the sidebar may still be sliding in
    assert cut == []
    box = page.locator(".tt-counts").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < height


def test_words_of_the_chart_do_not_overlap(visit: Visit, address: str) -> None:
    page = opened(visit, address, "/?as_of=2025-09-30&lang=en")
    page.wait_for_selector(".js-plotly-plot .annotation-text")
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot .annotation-text')]
            .filter(text => text.textContent).map(text => {
            const box = text.getBoundingClientRect();
            return [box.left, box.top, box.right, box.bottom, text.textContent]})"""
    )
    frame = page.locator(".js-plotly-plot").bounding_box()
    assert frame is not None
    assert len(boxes) == 25
    overlapping = [
        (one[4], other[4])
        for place, one in enumerate(boxes)
        for other in boxes[place + 1 :]
        if min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 6
    ]
    assert overlapping == []
    assert [box[4] for box in boxes if box[2] > frame["x"] + frame["width"] + 1] == []


def test_the_camera_saves_what_the_sidebar_says(visit: Visit, address: str) -> None:
    page = opened(visit, address, "/?as_of=2025-12-31")

    def saved() -> tuple[str, bytes]:
        # Plotly draws the saved one off the page; while a changed one is being drawn, the old one still stands.
        chart = page.locator(".stPlotlyChart .js-plotly-plot").filter(visible=True)
        chart.hover()
        with page.expect_download() as picture:
            chart.locator(".modebar-btn").click()
        return picture.value.suggested_filename, picture.value.path().read_bytes()

    name, png = saved()
    assert name == "主要目标_示例市_2025-12.png"
    assert struct.unpack(">4sII", png[12:24]) == (b"IHDR", 2560, 1440)
    page.get_by_text("图表存图").click()
    expect(page.get_by_role("radio", name="SVG")).to_be_visible()
    page.evaluate(AT_REST)  # what is still sliding into place does not take a click
    for choice in ("公文版心", "SVG"):
        page.get_by_role("radio", name=choice).check()
    until = time.monotonic() + SECONDS
    while not (drawn := saved())[0].endswith(".svg"):
        assert time.monotonic() < until
    root = ElementTree.fromstring(drawn[1])
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.attrib["width"]) / 96 * 25.4 == pytest.approx(156)
    assert "创新型中小企业" in "".join(root.itertext())


def test_health_headers_and_compression(address: str) -> None:
    with urllib.request.urlopen(f"{address}/health") as answer:
        said = json.load(answer)
        assert said.pop("is_warm") in (True, False)
        assert said == {"status": "ok", "build_id": "20260112T093000000-a41f22"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    with urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
    script = page.split('src="./static/js/')[1].split('"')[0]
    request = urllib.request.Request(f"{address}/static/js/{script}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["content-encoding"] == "gzip"
