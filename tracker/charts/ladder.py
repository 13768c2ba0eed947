"""Stock and moves side by side as aligned bars on one scale. Pure: words arrive from outside."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
import polars as pl

from tracker.charts.frame import Frame, Picture, Trace, frame_words, framed
from tracker.look import DATA, FAINT, INK, LINE, SECONDARY, STATUS_LOOKS

_ROW_HEIGHT = 40
_HEADS = 0.9  # rows that the heads of the columns take
_LEFT = 112
_RIGHT = 8
_BAR_WIDTH = 0.52
# Parts of all bars together: the narrowest column, and the room for a label behind each.
_NARROWEST = 0.19
_LABEL_ROOM = 0.3
_PLAIN = {"showarrow": False, "borderpad": 0, "align": "left", "xanchor": "left"}


def move_bars(rows: pl.DataFrame, heads: Sequence[str], unknown: str, frame: Frame) -> go.Figure:
    """One row per rung, year or area; a column for its stock and one for each kind of move, all on one scale.

    Args:
        rows: ``name``, ``is_known``, ``numbers`` (one per column), ``labels``; the top row first.
        heads: the names of the columns; the last one is who left, and is drawn apart.
        unknown: what is said of a row of which there is no list.
        frame: the words around the picture.
    """
    columns = range(len(heads))
    known = [row["numbers"] for row in rows.iter_rows(named=True) if row["is_known"]]
    most = [max((numbers[column] for numbers in known), default=0) for column in columns]
    total = sum(most) or 1
    widths = [max(one, _NARROWEST * total) + _LABEL_ROOM * total for one in most]
    starts = [sum(widths[:column]) for column in columns]
    bars = [_column(rows, column, starts[column], column == columns[-1]) for column in columns]
    annotations = frame_words(frame, left=_LEFT)
    for column in columns:
        annotations.append(_text(heads[column], starts[column], -_HEADS + 0.2, SECONDARY, 14))
    for place, row in enumerate(rows.iter_rows(named=True)):
        annotations.append(
            _PLAIN
            | {"x": 0, "xref": "paper", "xshift": -_LEFT, "y": place, "yanchor": "middle"}
            | {"text": f"<b>{escape(row['name'], quote=False)}</b>", "font": {"size": 15, "color": INK}}
        )
        if not row["is_known"]:
            annotations.append(_text(unknown, total * 0.01, place, STATUS_LOOKS["not_reported"].text, 14))
            continue
        for column in columns:
            annotations.append(_text(row["labels"][column], starts[column] + row["numbers"][column], place, INK, 15))
    lines = [
        {
            "type": "line", "x0": start, "x1": start, "y0": -0.5, "y1": rows.height - 0.5,
            "line": {"color": LINE, "width": 1},
        }
        for start in starts
    ]  # fmt: skip
    bands = [
        {
            "type": "rect", "x0": 0, "x1": sum(widths), "y0": place - 0.3, "y1": place + 0.3, "layer": "below",
            "fillcolor": STATUS_LOOKS["not_reported"].fill, "line": {"width": 0},
        }
        for place, is_known in enumerate(rows["is_known"])
        if not is_known
    ]  # fmt: skip
    layout = framed(_ROW_HEIGHT * (rows.height + _HEADS), left=_LEFT, right=_RIGHT) | {
        "barmode": "overlay",
        "shapes": [*bands, *lines],
        "annotations": annotations,
        "xaxis": {"visible": False, "range": [0, sum(widths)], "fixedrange": True},
        "yaxis": {"visible": False, "range": [rows.height - 0.5, -_HEADS], "fixedrange": True},
    }
    return Picture(bars, layout)


def _column(rows: pl.DataFrame, column: int, start: float, is_leaving: bool) -> Trace:
    return {
        "type": "bar",
        "x": [
            numbers[column] if known else 0
            for numbers, known in zip(rows["numbers"].to_list(), rows["is_known"], strict=True)
        ],
        "y": list(range(rows.height)),
        "base": [start] * rows.height,
        "orientation": "h",
        "width": _BAR_WIDTH,
        "marker": {"color": FAINT if is_leaving else DATA, "line": {"width": 0}},
        "hoverinfo": "skip",
    }


def _text(text: str, x: float, y: float, colour: str, size: int) -> dict[str, object]:
    place = {"x": x, "y": y, "yanchor": "middle", "xshift": 6 if y >= 0 else 0}
    return _PLAIN | place | {"text": escape(text, quote=False), "font": {"size": size, "color": colour}}
