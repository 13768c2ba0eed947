"""A whole meeting driven by keys on the demo, as a projector shows it: sizes, room, Esc, a publish in the middle."""

from __future__ import annotations

import re
import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from benchmarks.server import served
from tests.demo import Demo
from tests.test_browser import CHROMIUM, SECONDS, Visit, browser, visit

__all__ = ["browser", "visit"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
NEWER = "20991231T093000000-b52e33"
# The smallest letters in pixels of the stage, and whatever lies outside it or under the buttons.
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.st-key-meeting_stage .tt *')]
    .filter(part => [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(part => parseFloat(getComputedStyle(part).fontSize)))"""
SCALED = """() => {
    const width = document.querySelector('.st-key-meeting_stage').getBoundingClientRect().width;
    return Math.abs(width - innerWidth) < 2;
}"""
OUTSIDE = """() => {
    const floor = document.querySelector('.st-key-meeting_controls').getBoundingClientRect().top;
    return [...document.querySelectorAll('.st-key-meeting_stage .tt *')]
        .filter(part => part.getBoundingClientRect().height)
        .filter(part => {
            const box = part.getBoundingClientRect();
            return box.bottom > floor + 1 || box.right > innerWidth + 1 || part.scrollWidth > part.clientWidth + 1
                && !['inline', 'table-row-group'].includes(getComputedStyle(part).display);
        })
        .map(part => part.className + ' ' + part.textContent.slice(0, 40));
}"""


@pytest.fixture(scope="module")
def folder(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of its own with the demo's build: a meeting writes, and a build is published in the middle."""
    own = tmp_path_factory.mktemp("meeting")
    shutil.copytree(demo.folder / "builds", own / "builds")
    return own


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as server:
        yield server.address


def position(page: Page, place: int) -> None:
    expect(page.locator(".st-key-meeting_stage h1")).to_contain_text(
        re.compile(rf"^{place} / "), timeout=SECONDS * 1000
    )
    # The title comes first; what is below it may still be that of the screen before.
    app = page.locator('[data-testid="stApp"]')
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=SECONDS * 1000)


def outside(page: Page) -> list[str]:
    """What lies outside the screen, or under its buttons, once it has taken its size."""
    page.wait_for_function(SCALED)
    with suppress(TimeoutError):
        page.wait_for_function(f"({OUTSIDE})().length === 0", timeout=5_000)
    found: list[str] = page.evaluate(OUTSIDE)
    return found


def test_a_meeting_by_keys_on_a_projector(visit: Visit, address: str, folder: Path) -> None:
    page = visit.page
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{address}/meeting?as_of=2025-09-30")
    position(page, 1)
    expect(page.locator(".stSidebar")).to_be_hidden()
    page.wait_for_function("window.trackerMeeting && document.querySelector('.st-key-meeting_next button')")
    assert page.evaluate(SMALLEST) >= 28
    title = page.locator(".st-key-meeting_stage h1").inner_text()
    last = int(re.findall(r"/ (\d+)", title)[0])
    expect(page).to_have_url(re.compile(r"build="))
    build = re.findall(r"build=([\w-]+)", page.url)
    for place in range(2, last + 1):
        page.keyboard.press("ArrowRight")
        position(page, place)
        for width, height in ((1280, 720), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            assert outside(page) == [], f"screen {place} at {width}"
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        if place < last:
            assert page.evaluate(SMALLEST) >= 28
            assert page.locator(".tt-value b").evaluate("part => parseFloat(getComputedStyle(part).fontSize)") >= 72
            picture = page.locator(".tt-steps")
            source = b64decode(str(picture.get_attribute("src")).partition(",")[2]).decode()
            drawn = [float(size) for size in re.findall(r'font-size="([\d.]+)"', source)]
            box = picture.bounding_box()
            foot = page.locator(".st-key-meeting_foot").bounding_box()
            assert box is not None
            assert foot is not None
            assert box["y"] + box["height"] <= foot["y"]
            assert min(drawn) * box["width"] / float(re.findall(r'viewBox="0 0 (\d+)', source)[0]) >= 24
    page.keyboard.press("PageUp")
    position(page, last - 1)

    before = page.locator(".st-key-meeting_stage").inner_text()
    shutil.copyfile(folder / "builds" / f"{build[0]}.duckdb", folder / "builds" / f"{NEWER}.duckdb")
    (folder / "builds" / "current").write_text(NEWER, encoding="utf-8")
    expect(page.locator(".tt-newer")).to_be_visible(timeout=40_000)
    assert page.locator(".st-key-meeting_stage").inner_text() == before

    page.locator(".st-key-meeting_decide button").first.click()
    page.get_by_label("决定事项").fill("每月调度一次")
    page.keyboard.press("ArrowRight")
    position(page, last - 1)
    page.keyboard.press("Escape")
    position(page, last - 1)
    page.keyboard.press("Escape")
    expect(page.locator(".tt-need, .tt-cards").first).to_be_visible(timeout=SECONDS * 1000)
    expect(page).to_have_url(re.compile(rf"/\?.*as_of=2025-09-30.*build={build[0]}"))
    assert not page.url.startswith(f"{address}/meeting")
    elsewhere = [url for url in visit.requests if not url.startswith((address, "data:", "blob:"))]
    assert (elsewhere, visit.complaints) == ([], [])
