"""Pictures from the server: one browser for all of them, Chinese really drawn, refused in words where it cannot be."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator

import plotly.graph_objects as go
import pytest

from tracker.briefing import images
from tracker.briefing.images import ImagesRefused, Picture, drawn
from tracker.charts.frame import Frame, frame_words, framed
from tracker.text import word

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(autouse=True)
def _no_browser_left() -> Iterator[None]:
    yield
    images.stop()


def figure(title: str) -> go.Figure:
    made = go.Figure(go.Bar(x=[1, 2], y=[3, 1]))
    made.update_layout(framed(200), annotations=frame_words(Frame(title, "单位：家", "示例市\n演示数据")))
    return made


def dots(png: bytes) -> tuple[int, int]:
    name, width, height = struct.unpack(">4sII", png[12:24])
    assert name == b"IHDR"
    return width, height


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_pictures_in_every_kind_and_size_with_chinese_drawn() -> None:
    chart = figure("小巨人差 4 家")
    wanted = [Picture(chart, kind, size) for kind in images.KINDS for size in ("slide", "column")]
    # Two code points that no font has show what a missing character looks like: the same box twice.
    wanted += [Picture(figure(title), size="column") for title in ("国", "企", "\u0378", "\u0379")]
    files = drawn(wanted)
    slide, column, slide_svg, column_svg, slide_pdf, column_pdf, *characters = files
    assert dots(slide) == (2560, 1440)
    assert dots(column)[0] == 1842
    assert column[37:41] == b"pHYs"
    assert round(struct.unpack(">I", column[41:45])[0] * 0.0254) == 300
    assert b"https://" not in slide_svg + column_svg
    assert "小巨人差 4 家" in slide_svg.decode()
    assert 'width="589.6' in column_svg.decode()  # pixels of 96 to the inch: 156 mm
    assert slide_pdf.startswith(b"%PDF-")
    assert column_pdf.startswith(b"%PDF-")
    assert characters[2] == characters[3]
    assert len(set(characters)) == 3
    assert drawn(wanted[3:5]) == files[3:5]


def test_without_a_browser_the_pictures_are_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    with pytest.raises(ImagesRefused) as refused:
        drawn([Picture(figure("一"))])
    assert refused.value.reason == "no_browser"
    assert str(refused.value) == f"{word('refusal.images.no_browser', 'zh')}\n{word('refusal.images.no_browser', 'en')}"


class Boxes(images._Renderer):
    """A browser on a machine without a Chinese font."""

    def __init__(self) -> None: ...

    def draw(self, wanted: object) -> list[bytes]:
        return [b"box", b"box"]

    def close(self) -> None: ...


def test_without_a_chinese_font_the_pictures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_Renderer", Boxes)
    with pytest.raises(ImagesRefused) as refused:
        drawn([Picture(figure("一"))])
    assert refused.value.reason == "no_font"


def test_no_picture_needs_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    assert drawn([]) == []
