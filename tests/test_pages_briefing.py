"""The briefing page: it shows the text of its files, and a choice can be kept and taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.demo import CLOSE, Demo
from tests.test_pages import page_text
from tests.test_pages_enterprises import opened
from tracker import office, office_store, ui, warehouse
from tracker.briefing.content import content
from tracker.briefing.named import restored
from tracker.text import word


@pytest.fixture
def build_id(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The demo, with an office store of its own."""
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    monkeypatch.setattr(office_store, "data_folder", lambda: tmp_path)
    yield str(warehouse.current_build_id())
    ui.forget()


def pressed(app: Any, name: str) -> None:
    [button] = [button for button in app.button if button.label == word(f"briefing.{name}", "zh")]
    button.click().run()


def offered(app: Any) -> list[str]:
    return [button.label for button in app.get("download_button")]


def test_the_zip_is_offered_with_or_without_pictures(build_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    app = opened("briefing", as_of="2025-12-31")
    app.multiselect(key="briefing_targets").set_value(["little_giants"]).run()
    app.multiselect(key="briefing_images").set_value(["png"])
    pressed(app, "archive_make")
    assert not app.exception
    assert word("refusal.images.no_browser", "zh") in page_text(app)
    label = word("briefing.save_archive", "zh", number=3)
    assert label in offered(app)
    app.text_input(key="briefing_title").set_value("另一份").run()
    assert label not in offered(app)  # that zip has the old title


def test_the_text_is_shown_and_the_choice_is_kept(build_id: str) -> None:
    app = opened("briefing", as_of="2025-12-31")
    assert word("briefing.preview", "zh") in page_text(app)
    app.text_input(key="briefing_title").set_value("专精特新月报").run()
    assert "专精特新月报" in page_text(app)
    pressed(app, "keep")
    assert word("briefing.kept_incomplete", "zh") in page_text(app)
    by_label = {field.label: field for field in app.text_input}
    by_label[word("briefing.name", "zh")].set_value("月报")
    by_label[word("app.operator", "zh")].set_value("王主任")
    pressed(app, "keep")
    assert not app.exception
    [kept] = office.briefings()
    assert (kept.name, kept.changed_by, kept.selection["plan_id"]) == ("月报", "王主任", "lianyungang")
    again = opened("briefing", as_of="2025-12-31")
    again.selectbox(key="briefing_named").set_value("月报").run()
    assert again.text_input(key="briefing_title").value == "专精特新月报"
    said = content(restored(kept.selection, CLOSE, build_id)).notice
    assert all(part.heading in page_text(again) for part in said.sections)
