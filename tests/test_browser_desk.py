"""The whole path in a browser: drop, explain, try, publish, withdraw; a real list where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import served
from tests.test_browser import CHROMIUM, CUT_OFF, Visit, browser, visit
from tests.worlds import rows

__all__ = ["browser", "visit"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
REAL = Path(__file__).resolve().parents[2] / "shared" / "real"
REAL_LIST = "浙江省第五批专精特新“小巨人”企业公示名单（不含宁波）.xlsx"
INVENTED = "浙江省第五批专精特新“小巨人”企业公示名单.csv"
LINES = "序号,企业名称,所属地区/市\n" + "\n".join(f"{n},第{n}号（示例）公司,杭州市" for n in range(1, 13))
LONG = 120_000


def the_list(kind: str, folder: Path) -> tuple[Path, int]:
    """The list and how many it names."""
    if kind == "real":
        path = REAL / REAL_LIST
        if not path.is_file():
            pytest.skip("no shared real lists here")
        return path, 315
    path = folder / INVENTED
    path.write_text(LINES, encoding="utf-8")
    return path, 12


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click(timeout=LONG)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["real" if (REAL / REAL_LIST).is_file() else "invented"])
def test_from_the_first_list_to_its_withdrawal(
    visit: Visit, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, number = the_list(kind, tmp_path)
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("TRACKER_DATA", str(folder))
    page = visit.page
    with served(folder) as server:
        page.goto(f"{server.address}/")
        page.get_by_role("link", name="到“数据”页拖入名单").click()
        expect(page.locator(".tt-finding")).to_have_text("没有待发布的文件")
        expect(page.get_by_text("每个文件不超过 50 MB")).to_be_visible()
        page.get_by_label("经办人（姓名）").fill("张三")
        page.keyboard.press("Enter")
        page.locator("input[type=file]").first.set_input_files(path)
        expect(page.locator(".tt-finding")).to_have_text("1 份文件待发布：1 份要补充说明", timeout=LONG)
        page.get_by_label("事项", exact=True).click()
        page.get_by_role("option", name="认定", exact=True).click()
        page.locator("[data-testid=stDateInput]").filter(has_text="发文或公示日期").locator(
            "[role=spinbutton]"
        ).first.click()
        page.keyboard.type("20230815")
        press(page, "保存并重新检查")
        expect(page.locator(".tt-finding")).to_have_text("1 份文件待发布：1 份可以发布", timeout=LONG)
        press(page, "试算发布后的变化")
        expect(page.locator(".tt-jobs")).to_be_visible()
        # The browser is closed and another one opened: the trial goes on, and the desk is as it was left.
        page.goto("about:blank")
        page.goto(f"{server.address}/desk")
        expect(page.locator(".tt-effect-finding")).to_contain_text(f"进入 {number} 家次", timeout=LONG)
        page.get_by_label("经办人（姓名）").fill("张三")
        page.keyboard.press("Enter")
        assert page.evaluate(CUT_OFF) == []
        press(page, "发布")
        expect(page.locator(".tt-finding")).to_have_text("没有待发布的文件", timeout=LONG)
        expect(page.get_by_text("与试算一致")).to_be_visible()
        held = "select count(distinct enterprise_id) from core.tenure where tier = 'little_giant'"
        assert rows(folder, held) == [(number,)]
        page.goto(f"{server.address}/desk?part=files")
        page.get_by_label("经办人（姓名）").fill("李四")
        page.keyboard.press("Enter")
        page.get_by_label("撤回的原因").fill("发错了")
        page.keyboard.press("Enter")
        press(page, "试算撤回后的变化")
        expect(page.locator(".tt-effect-finding")).to_contain_text(f"退出 {number} 家次", timeout=LONG)
        press(page, "撤回并发布")
        expect(page.get_by_text("李四 撤回：发错了")).to_be_visible(timeout=LONG)
        assert rows(folder, held) == [(0,)]
        assert len(os.listdir(folder / "inbox")) >= 2
    assert visit.complaints == []
