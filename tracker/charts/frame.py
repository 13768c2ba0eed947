"""What every picture carries so that it still makes sense when cut out of the page: finding, unit and area, source."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from tracker.look import FONTS, INK, PAGE, SECONDARY

_HEAD = 72  # pixels of title and subtitle
_FOOT = 48  # pixels of the last two lines

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


def config(file_name: str) -> dict[str, object]:
    """The mode bar: the camera button alone, which saves a picture twice the size of the screen's."""
    return {
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtons": [["toImage"]],
        "scrollZoom": False,
        "toImageButtonOptions": {"format": "png", "filename": file_name, "scale": 2},
    }


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
