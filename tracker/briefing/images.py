"""Charts as PNG, SVG and PDF from the server, drawn by a Chromium that is started once and kept warm.

Only pictures need a browser and a Chinese font on the server; Word, PowerPoint and Excel do not. Where one is missing
the pictures are refused with what to do about it, rather than printed as boxes.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import os
import re
import struct
import threading
import zlib
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import plotly.graph_objects as go

from tracker.charts.frame import TEMPLATE, picture_size
from tracker.text import LANGUAGES, word

KINDS = ("png", "svg", "pdf")
START_SECONDS = 60.0
SECONDS_A_PICTURE = 30.0
# A Chromium without a profile calls its makers and search engines at start (seen: google.com, duckduckgo.com). A
# proxy that nobody serves ends each such call on this machine; the page itself and its scripts are local files.
_NOWHERE = "http://127.0.0.1:9"
_RIM = 20
_DOTS_PER_METRE = round(300 / 0.0254)
_SAME_DAY = b"D:20000101000000+00'00'"
_Result = TypeVar("_Result")


class ImagesRefused(Exception):
    """Pictures cannot be made here: ``no_browser``, ``no_font``, ``too_slow`` or ``failed``."""

    def __init__(self, reason: str) -> None:
        super().__init__("\n".join(word(f"refusal.images.{reason}", language) for language in LANGUAGES))
        self.reason = reason


@dataclass(frozen=True)
class Picture:
    """A figure to be drawn as ``png``, ``svg`` or ``pdf`` in the size ``slide`` or ``column``."""

    figure: go.Figure
    kind: str = "png"
    size: str = "slide"


def drawn(pictures: Sequence[Picture]) -> list[bytes]:
    """The pictures as files, in order. The first call starts a browser, which takes some seconds.

    A picture of one figure is the same file each time.

    Raises:
        ImagesRefused: where there is no Chromium or no Chinese font, or drawing takes too long.
    """
    if not pictures:
        return []
    files = _warm().draw([_request(picture) for picture in pictures])
    return [_settled(file, picture) for file, picture in zip(files, pictures, strict=True)]


def stop() -> None:
    """End the browser; the next picture starts another."""
    global _renderer
    with _starting:
        renderer, _renderer = _renderer, None
    if renderer is not None:
        renderer.close()


def _request(picture: Picture) -> tuple[dict[str, Any], dict[str, Any]]:
    """The figure with a rim, as a picture does not end at its first letter, and the size in which to draw it."""
    figure = picture.figure.to_dict()
    layout = figure["layout"]
    margin = {side: layout["margin"].get(side, 0) + _RIM for side in ("l", "r", "t", "b")}
    height = layout["height"] + 2 * _RIM
    figure |= {"layout": layout | {"margin": margin, "height": height}}
    return figure, {"format": picture.kind} | picture_size(picture.size, picture.kind, height)


class _Renderer:
    """A browser with a page per processor. It lives in a thread with a loop of its own.

    Kaleido's own server is not used: when its thread dies every later call waits for ever, and two callers at once
    may get each other's pictures.
    """

    def __init__(self) -> None:
        # Loaded here: most processes never draw a picture, and the import takes half a second.
        import kaleido
        from choreographer.errors import ChromeNotFoundError

        self._pages = min(os.cpu_count() or 1, 4)
        try:
            self._browser = kaleido.Kaleido(
                n=self._pages, timeout=SECONDS_A_PICTURE, mathjax=False, proxy_server=_NOWHERE
            )
        except ChromeNotFoundError:
            raise ImagesRefused("no_browser") from None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="images", daemon=True)
        self._thread.start()
        self._wait(self._browser.open(), START_SECONDS)

    def _wait(self, work: Coroutine[Any, Any, _Result], seconds: float) -> _Result:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except (TimeoutError, concurrent.futures.TimeoutError):
            future.cancel()
            raise ImagesRefused("too_slow") from None
        except Exception as fault:
            raise ImagesRefused("failed") from fault

    def draw(self, wanted: Sequence[tuple[go.Figure | dict[str, Any], dict[str, Any]]]) -> list[bytes]:
        async def all_of_them() -> list[bytes]:
            return list(await asyncio.gather(*(self._browser.calc_fig(figure, opts) for figure, opts in wanted)))

        return self._wait(all_of_them(), SECONDS_A_PICTURE * (1 + len(wanted) / self._pages))

    def close(self) -> None:
        try:
            self._wait(self._browser.close(), SECONDS_A_PICTURE)
        except ImagesRefused:
            pass  # It is being thrown away; the operating system ends it with this process.
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(SECONDS_A_PICTURE)
            if not self._thread.is_alive():
                self._loop.close()


_renderer: _Renderer | None = None
_starting = threading.Lock()


def _warm() -> _Renderer:
    global _renderer
    with _starting:
        if _renderer is None:
            started = _Renderer()
            if not _draws_chinese(started):
                started.close()
                raise ImagesRefused("no_font")
            _renderer = started
            atexit.register(stop)
        return _renderer


def _draws_chinese(renderer: _Renderer) -> bool:
    """Whether two different characters look different; without a font both are the same empty box."""
    figures = []
    for character in "国企":
        figure = go.Figure()
        figure.update_layout(template=TEMPLATE, xaxis={"visible": False}, yaxis={"visible": False})
        figure.add_annotation(text=character, showarrow=False, x=0.5, y=0.5)
        figures.append((figure, {"format": "png", "width": 64, "height": 64, "scale": 1}))
    first, second = renderer.draw(figures)
    return first != second


def _settled(file: bytes, picture: Picture) -> bytes:
    """The file without what differs from one drawing to the next, and a print-sized PNG with its dots per inch."""
    if picture.kind == "svg":
        found = re.search(rb'id="defs-([0-9a-f]{6})"', file)
        return file.replace(found[1], b"000000") if found else file
    if picture.kind == "pdf":
        return re.sub(rb"D:\d{14}\+00'00'", _SAME_DAY, file)
    return _with_dots_per_metre(file) if picture.size == "column" else file


def _with_dots_per_metre(png: bytes) -> bytes:
    """A PNG that says how large it prints, so that Word places it at the width of a column."""
    head = 8 + 25  # signature, then the one chunk that must come first
    body = b"pHYs" + struct.pack(">IIB", _DOTS_PER_METRE, _DOTS_PER_METRE, 1)
    return png[:head] + struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body)) + png[head:]
