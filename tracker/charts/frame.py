"""What every picture carries so that it still makes sense when cut out of the page: finding, unit and area, source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

import plotly.graph_objects as go

from tracker.look import FONTS, INK, PAGE, SECONDARY

Trace = dict[str, object]
PICTURE_SIZES = ("slide", "column")
_SLIDE_PIXELS = 2560
_SLIDE_INCHES = 40 / 3  # the width of a 16:9 page of PowerPoint
_LEAST_SLIDE_STEP = 60
_COLUMN_MM = 156.0  # GB/T 9704: a page of 210 mm with margins of 28 and 26 mm
_COLUMN_PIXELS = 737
_COLUMN_SCALE = 2.5
_MM_PER_INCH = 25.4
_VECTOR_DPI = 96.0  # pixels of an SVG to the inch
_HEAD = 72  # pixels of title and subtitle
_FOOT = 48  # pixels of the last two lines
_WIDE, _NARROW = 1.0, 0.58  # of a Chinese and of any other sign against their size
_WIDE_FROM = "\u2e80"
_PLAIN_SIGN = "\ufe0e"  # asks for a sign without colours and takes no room

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONTS, "size": 14, "color": INK},
        "paper_bgcolor": PAGE,
        "plot_bgcolor": PAGE,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
        "hoverlabel": {"font": {"family": FONTS, "size": 14}},
    }
)


def picture_size(size: str, kind: str, figure_height: float) -> dict[str, float]:
    """The layout of a saved picture, as Plotly takes it in the browser and on the server.

    A figure is laid out again for its target, never stretched: at least as high as on the page, so that rows keep
    apart, and the wide one at least 960 x 540, so that a label of 14 pixels reads 28 on a projector of 1080 lines.

    Args:
        size: ``slide``, 16:9, 2560 x 1440 pixels; or ``column``, the 156 mm between the margins of an official A4
            page at 300 dots per inch, 1842 pixels wide and as high as the figure needs.
        kind: ``png`` counts dots; ``svg`` and ``pdf`` have no dots and get the printed width.
        figure_height: pixels of the figure on the page.

    Returns:
        ``width`` and ``height`` of the layout in pixels, ``scale`` from them to the picture.
    """
    if size == "column":
        width, height = _COLUMN_PIXELS, int(figure_height)
        scale = _COLUMN_SCALE if kind == "png" else _COLUMN_MM / _MM_PER_INCH * _VECTOR_DPI / width
    else:
        step = max(_LEAST_SLIDE_STEP, math.ceil(figure_height / 9))
        width, height = 16 * step, 9 * step
        scale = (_SLIDE_PIXELS if kind == "png" else _SLIDE_INCHES * _VECTOR_DPI) / width
    # A browser cuts off what is left of a dot: 2559.9999 would become 2559.
    return {"width": width, "height": height, "scale": scale * (1 + 1e-12)}


def config(file_name: str, kind: str, size: str, figure_height: float) -> dict[str, object]:
    """The mode bar: the camera button alone, which saves the chart in the kind and size that the reader chose."""
    picture = {"format": kind, "filename": file_name} | picture_size(size, kind, figure_height)
    return {
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtons": [["toImage"]],
        "scrollZoom": False,
        "toImageButtonOptions": picture,
    }


class Picture(go.Figure):  # type: ignore[misc]  # Plotly states no types
    """A finished figure: nobody changes it, so what is sent of it is made once and not in each rerun.

    Traces and layout are not checked while a reader waits, as Plotly's check of every property took nine tenths of the
    time (10 of 11 ms for 60 labels). tests/test_charts.py checks what each builder makes.
    """

    def __init__(self, traces: Sequence[Trace], layout: dict[str, object]) -> None:
        super().__init__(traces, layout, _validate=False)

    def to_dict(self) -> dict[str, object]:
        """Traces and layout as Plotly takes them; the parts are shared and not to be changed in place."""
        return dict(self._sent)

    @cached_property
    def _sent(self) -> dict[str, object]:
        return dict(super().to_dict())


@dataclass(frozen=True)
class Frame:
    """The words around a chart: the finding, what is shown in which unit, a foot of two lines with date and basis."""

    title: str
    subtitle: str
    foot: str


def framed(plot_height: float, *, left: int = 0, right: int = 0, below: int = 0) -> dict[str, object]:
    """The layout of a framed picture: template, height and margins; its words are :func:`frame_words`.

    Args:
        plot_height: pixels of the plot itself.
        left, right: margins in pixels.
        below: pixels that axis labels take under the plot.
    """
    return {
        "template": TEMPLATE,
        "height": int(plot_height) + _HEAD + _FOOT + below,
        "margin": {"l": left, "r": right, "t": _HEAD, "b": _FOOT + below},
    }


def letters_wide(said: str) -> float:
    """About how wide a text is against the size of its letters: a Chinese one is as wide as it is high."""
    return sum(_WIDE if sign >= _WIDE_FROM else _NARROW for sign in said if sign != _PLAIN_SIGN)


def frame_words(frame: Frame, *, left: int = 0, below: int = 0) -> list[dict[str, object]]:
    """Finding and unit above the plot, area, date and basis under it, all from the picture's left edge.

    Args:
        frame: the words.
        left: the left margin in pixels, as given to :func:`framed`.
        below: pixels that axis labels take under the plot.
    """
    edge = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": -left, "yref": "paper", "align": "left"}
    plain = edge | {"showarrow": False, "borderpad": 0}
    above = plain | {"y": 1, "yanchor": "bottom"}
    title = {"text": f"<b>{escape(frame.title, quote=False)}</b>", "yshift": 36, "font": {"size": 18, "color": INK}}
    quiet = {"text": escape(frame.subtitle, quote=False), "yshift": 14, "font": {"size": 14, "color": SECONDARY}}
    foot = {
        "text": escape(frame.foot, quote=False).replace("\n", "<br>"),
        "yshift": -8 - below,
        "font": {"size": 13, "color": SECONDARY},
    }
    return [above | title, above | quiet, plain | {"y": 0, "yanchor": "top"} | foot]
