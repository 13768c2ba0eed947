"""The demo's charts on a small screen: no word of them is cut off or turned, and no table runs out of its frame."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from benchmarks.server import served
from tests.demo import Demo
from tests.test_browser import CHROMIUM, SECONDS, Visit, browser, visit

__all__ = ["browser", "visit"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
# 1366 pixels at the 125 % of a laptop; so high that all charts are drawn.
SMALL = (1093, 2400)
CUT_WORDS = """() => [...document.querySelectorAll('.stPlotlyChart .js-plotly-plot')].flatMap(chart => {
    const frame = chart.getBoundingClientRect();
    return [...chart.querySelectorAll('svg text')].filter(text => text.textContent.trim()).filter(text => {
        const box = text.getBoundingClientRect();
        const isTurned = /rotate\\((?!0)/.test(text.getAttribute('transform') || '');
        return isTurned || box.left < frame.left - 1 || box.right > frame.right + 1;
    }).map(text => text.textContent)})"""
WIDE_TABLES = """() => [...document.querySelectorAll('.tt-scroll')]
    .filter(frame => frame.scrollWidth > frame.clientWidth + 1)
    .map(frame => frame.querySelector('thead').textContent)"""


@pytest.fixture(scope="module")
def address(demo: Demo) -> Iterator[str]:
    with served(demo.folder) as server:
        yield server.address


@pytest.mark.parametrize(
    ("path", "charts"),
    [
        ("districts?lang=zh", 4),
        ("districts?lang=en", 4),
        ("indicators?target=srdi_smes&lang=en", 2),
        ("ladder?lang=en", 3),
    ],
)
def test_no_word_of_a_chart_is_cut_off(visit: Visit, address: str, path: str, charts: int) -> None:
    page = visit.page
    page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
    page.goto(f"{address}/{path}&as_of=2025-12-31")
    expect(page.locator(".tt-foot")).to_be_visible()
    expect(page.locator(".stPlotlyChart .js-plotly-plot .main-svg .annotation-text").first).to_be_visible()
    expect(page.locator(".stPlotlyChart")).to_have_count(charts)
    until = time.monotonic() + SECONDS
    while (cut := page.evaluate(CUT_WORDS) + page.evaluate(WIDE_TABLES)) and time.monotonic() < until:
        page.wait_for_timeout(200)  # a chart is laid out again once its column has its width
    assert cut == []
