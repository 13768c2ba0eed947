"""Bullet bars: each target on its own scale, with the line of its pace."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go
import polars as pl

from tracker.charts.frame import TEMPLATE, Picture, Trace, letters_wide
from tracker.look import DATA, INK, PAGE, PANEL, SECONDARY, STATUS_LOOKS

# A value far beyond its target must not shrink all other rows; its bar runs to the edge instead.
WIDEST_SHARE = 1.25
ROW_HEIGHT = 80
_RIGHT_MARGIN = 312
_STATUS_OFFSET = 132
_VALUE_SIZE = 24
# Room for the value between bar and status.
_VALUE_WIDTH = 108
_FOOT_HEIGHT = 24
_SPARK_WIDTH = 88
_SPARK_HEIGHT = 14
_SHORTEST_SPARK = 3
_AT_EDGE = {"xanchor": "left", "align": "left", "showarrow": False, "borderpad": 0, "borderwidth": 0}
# The bar stands in the lower part of its row, under the name.
_BAR_BELOW = 0.14


def bullet_rows(rows: pl.DataFrame, foot: str) -> go.Figure:
    """Bullet bars, one row per target, each on its own scale from zero to its target and a quarter beyond.

    Args:
        rows: as :func:`tracker.findings.bullet_frame`. ``share`` and ``expected_share`` are parts of the target;
            a null share is a value that nobody reported, or that is out of date: its track stays empty and grey.
        foot: the line that lets a saved picture stand alone: area, as-of date, basis, demonstration.
    """
    bars = [place + _BAR_BELOW for place in range(rows.height)]
    shares = [min(max(share or 0.0, 0.0), WIDEST_SHARE) for share in rows["share"]]
    is_reported = [share is not None for share in rows["share"]]
    tracks = [PANEL if known else STATUS_LOOKS["not_reported"].fill for known in is_reported]
    shapes: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = [_foot(foot)]
    for place, row in enumerate(rows.iter_rows(named=True)):
        if row["expected_share"] is not None:
            shapes += _line(place, min(row["expected_share"], WIDEST_SHARE), half_height=0.2, width=2)
        shapes += _line(place, 1.0, half_height=0.25, width=4)
        # A yearly task counts zero until it begins; under a value that nobody reported that would pass for data.
        shapes += _spark(place, row["past"]) if row["share"] is not None else []
        annotations += _words(place, row)
    layout: dict[str, object] = {
        "template": TEMPLATE,
        "shapes": shapes,
        "annotations": annotations,
        "barmode": "overlay",
        "height": ROW_HEIGHT * rows.height + _FOOT_HEIGHT,
        "margin": {"l": 1, "r": _RIGHT_MARGIN, "t": 0, "b": _FOOT_HEIGHT},
        "xaxis": {"visible": False, "range": [0, WIDEST_SHARE], "fixedrange": True},
        "yaxis": {"visible": False, "range": [rows.height - 0.5, -0.5], "fixedrange": True},
    }
    return Picture([_bars([WIDEST_SHARE] * rows.height, bars, tracks), _bars(shares, bars, DATA)], layout)


def _bars(lengths: list[float], places: list[float], colours: list[str] | str) -> Trace:
    bars: Trace = {"type": "bar", "x": lengths, "y": places, "orientation": "h", "width": 0.3}
    return bars | {"marker": {"color": colours, "line": {"width": 0}}, "hoverinfo": "skip"}


def _line(place: int, share: float, *, half_height: float, width: int) -> list[dict[str, object]]:
    """A line across a bar, on a white rim that lifts it off the bar and the track alike."""
    centre = place + _BAR_BELOW
    line = {"type": "line", "x0": share, "x1": share, "y0": centre - half_height, "y1": centre + half_height}
    return [line | {"line": {"color": PAGE, "width": width + 4}}, line | {"line": {"color": INK, "width": width}}]


def _foot(text: str) -> dict[str, object]:
    below = {"x": 0, "xref": "paper", "y": 0, "yref": "paper", "yanchor": "bottom", "yshift": -_FOOT_HEIGHT}
    return _AT_EDGE | below | {"text": escape(text, quote=False), "font": {"size": 13, "color": SECONDARY}}


def _words(place: int, row: dict[str, object]) -> list[dict[str, object]]:
    look = STATUS_LOOKS[str(row["status"])]
    left = _AT_EDGE | {"x": 0, "xref": "x", "y": place}
    right = left | {"x": 1, "xref": "paper"}
    name, target = (escape(str(row[key]), quote=False) for key in ("name", "target"))
    title = f"<b>{name}</b>  <span style='color:{SECONDARY};font-size:16px'>{target}</span>"
    status = f"<span style='color:{look.text}'><b>{look.mark} {row['status_word']}</b></span>"
    # What is out of date is said, and is as grey as what nobody reported: it decides nothing.
    is_judged = row["share"] is not None
    value = f"<b>{row['value']}</b>" if is_judged else row["value"]
    number = {"size": _value_size(str(row["value"])), "color": INK if is_judged else SECONDARY}
    outlook = escape(str(row["outlook"]), quote=False)
    return [
        left | {"text": title, "yshift": 25, "font": {"size": 18}},
        right | {"text": value, "xshift": 16, "yshift": -4, "font": number},
        right | {"text": status, "xshift": _STATUS_OFFSET, "yshift": 3, "font": {"size": 16}},
        right | {"text": row["gap"], "xshift": _STATUS_OFFSET, "yshift": -15, "font": {"size": 16, "color": SECONDARY}},
        right | {"text": outlook, "xshift": _STATUS_OFFSET, "yshift": -33, "font": {"size": 14, "color": SECONDARY}},
    ]


def _value_size(value: str) -> int:
    """The size at which a value keeps clear of its status: 548.2 亿元 is longer than 25 家."""
    return min(_VALUE_SIZE, int(_VALUE_WIDTH / max(letters_wide(value), 1)))


def _spark(place: int, past: list[float | None]) -> list[dict[str, object]]:
    """The last months as a line without a scale under the value: its shape, not its size, is what it tells."""
    known = [value for value in past if value is not None]
    if len(known) < _SHORTEST_SPARK:
        return []
    low, span = min(known), max(known) - min(known) or 1.0
    step = _SPARK_WIDTH / (len(known) - 1)
    points = [
        f"{16 + index * step:.1f},{-37 + _SPARK_HEIGHT * (value - low) / span:.1f}" for index, value in enumerate(known)
    ]
    anchor = {"xref": "paper", "xsizemode": "pixel", "xanchor": 1, "ysizemode": "pixel", "yanchor": place}
    return [{"type": "path", "path": "M" + "L".join(points), **anchor, "line": {"color": DATA, "width": 1.5}}]
