"""A refused row fixed in the grid and a question decided in the browser; the next build does what the page said."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import served
from tests.test_answers import DAY, FIRST, SECOND, THIRD
from tests.test_browser import CHROMIUM, Visit, browser, visit
from tests.worlds import add, built, count, rows, write_list

__all__ = ["browser", "visit"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
# A command of the ETL is a process of its own, and machines are shared.
MILLISECONDS = 90_000
CITY = "320700"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lists with a district that nobody knows and with questions."""
    own = tmp_path_factory.mktemp("waiting")
    add(own, write_list(own / "files", "一.csv", f"{FIRST}\n己公司,,东山区"))
    add(own, write_list(own / "files", "二.csv", SECOND), event_on=dt.date(2024, 6, 1))
    built(own)
    return own


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as server:
        yield server.address


def settled(page: Page) -> None:
    """Wait until nothing runs."""
    app = page.locator('[data-testid="stApp"]')
    expect(page.locator(".tt-foot")).to_be_visible(timeout=MILLISECONDS)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=MILLISECONDS)


def test_a_row_is_fixed_and_a_question_decided(visit: Visit, address: str, folder: Path) -> None:
    page = visit.page
    page.goto(f"{address}/questions")
    settled(page)
    expect(page.locator(".tt-finding")).to_contain_text("退回 1 处")
    grid = page.locator('[data-testid="stDataFrame"]')
    grid.click(position={"x": 60, "y": 60})
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    # The editor of a cell is loaded when the first one opens.
    editor = page.locator(".gdg-input")
    editor.first.fill("东海县")
    editor.first.press("Enter")
    expect(editor).to_have_count(0)
    # The grid hands what was typed on a moment after its editor has closed.
    page.wait_for_timeout(1_000)
    page.get_by_label("理由（表中没有单独写理由的用这个）").fill("与执照核对")
    page.get_by_label("经办人（姓名）").first.fill("王工")
    page.get_by_role("button", name="记录更正").click()
    expect(page.get_by_text("这一行将被采纳")).to_be_visible(timeout=MILLISECONDS)
    settled(page)

    before = count(folder, "srdi", CITY, DAY)
    page.goto(f"{address}/questions?section=questions&kind=same_name_other_code&as_of={DAY}")
    settled(page)
    page.locator('[data-testid="stSelectbox"]').filter(has_text="以哪个信用代码为准").get_by_role("combobox").click()
    page.get_by_role("option", name=THIRD).click()
    page.get_by_role("button", name="看家数怎样变化").click()
    expect(page.get_by_text(re.compile("连云港 专精特新 −1"))).to_be_visible(timeout=MILLISECONDS)
    page.get_by_label("理由").first.fill("换发执照")
    page.get_by_label("经办人（姓名）").first.fill("王工")
    page.get_by_role("button", name="记录决定").click()
    expect(page.get_by_text("尚未生成")).to_be_visible(timeout=MILLISECONDS)

    built(folder)
    # One more by the fixed row, one fewer by the decision.
    assert count(folder, "srdi", CITY, DAY) == before + 1 - 1
    sql = "select name from core.enterprise where name in ('己公司', '乙公司') order by name"
    assert rows(folder, sql) == [("乙公司",), ("己公司",)]
    page.goto(f"{address}/questions?section=questions")
    settled(page)
    expect(page.get_by_text("已生效")).to_be_visible(timeout=MILLISECONDS)
    assert "退回" not in page.locator(".tt-finding").inner_text()
    elsewhere = [url for url in visit.requests if not url.startswith((address, "data:", "blob:"))]
    assert (elsewhere, visit.complaints) == ([], [])
