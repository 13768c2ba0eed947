"""The picture of the README, from the demo: ``python -m docs.screenshots`` writes ``docs/overview.png``.

Always the same month and size, so that a new picture differs only where the page does.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from benchmarks.bench_pages import demo_build
from benchmarks.server import served

PICTURES = {"overview.png": "/?plan=lianyungang&as_of=2025-09-30"}
SIZE: ViewportSize = {"width": 1440, "height": 900}


def main() -> int:
    """Take the pictures. Returns 1 where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium on this machine")
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        served(demo_build(Path(folder))) as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
    ):
        for name, path in PICTURES.items():
            page = browser.new_page(viewport=SIZE)
            page.goto(server.address + path)
            page.wait_for_selector(".js-plotly-plot .main-svg")
            page.wait_for_selector(".tt-foot")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1_000)  # the sidebar slides in
            page.screenshot(path=Path(__file__).parent / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
