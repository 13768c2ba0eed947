"""The titles of one enterprise over time as a figure. Pure: words arrive from outside.

Solid is in force, hatched is publicity, an outline awaits review: the same in the list, by mark and word.
"""

from __future__ import annotations

import datetime as dt
from html import escape

import plotly.graph_objects as go
import polars as pl

from tracker.charts.frame import Frame, Picture, Trace, frame_words, framed
from tracker.look import DATA, INK, LINE, PAGE, SECONDARY, TITLE_LOOKS

_ROW_HEIGHT = 64
_LEFT = 144
_AXIS = 28
_MARGIN_DAYS = 120
_BAR_WIDTH = 0.44
_MILLISECONDS = 86_400_000


def title_timeline(bars: pl.DataFrame, events: pl.DataFrame, as_of: dt.date, today: str, frame: Frame) -> go.Figure:
    """Bars of validity by tier, events as marks under them, a line on the as-of date.

    Args:
        bars: ``row``, ``status``, ``from_on``, ``to_on``, ``words``, the top row first.
        events: ``row``, ``on``, ``words``; those of rows without a bar are left to the table below.
        as_of: where the line stands; ``today`` is its label.
    """
    rows = bars["row"].unique(maintain_order=True).to_list()
    place = {row: float(number) for number, row in enumerate(rows)}
    days = [as_of, *bars["from_on"], *bars["to_on"]]
    margin = dt.timedelta(days=_MARGIN_DAYS)
    marks = events.filter(pl.col("row").is_in(rows))
    height = _ROW_HEIGHT * max(len(rows), 1)
    layout = framed(height, left=_LEFT, right=8, below=_AXIS) | {
        "barmode": "overlay",
        "bargap": 0,
        "shapes": [_as_of_line(as_of)],
        "annotations": [
            *frame_words(frame, left=_LEFT, below=_AXIS),
            _label(as_of, today),
            *(_row_name(row, number) for row, number in place.items()),
        ],
        "xaxis": {
            "type": "date",
            "range": [(min(days) - margin).isoformat(), (max(days) + margin).isoformat()],
            "fixedrange": True,
            "gridcolor": LINE,
            "dtick": "M12",
            "tickformat": "%Y",
            "tickfont": {"size": 13, "color": SECONDARY},
            "side": "bottom",
        },
        "yaxis": {"visible": False, "range": [max(len(rows), 1) - 0.4, -0.6], "fixedrange": True},
    }
    return Picture([*(_bar(row, place) for row in bars.iter_rows(named=True)), _marks(marks, place)], layout)


def _bar(row: dict[str, object], place: dict[str, float]) -> Trace:
    start, end = row["from_on"], row["to_on"]
    assert isinstance(start, dt.date)
    assert isinstance(end, dt.date)
    look = TITLE_LOOKS[str(row["status"])]
    marker: dict[str, object] = {"color": look.fill, "line": {"color": look.text, "width": 2}}
    if row["status"] == "publicity":
        marker["pattern"] = {"shape": "/", "fgcolor": look.text, "bgcolor": PAGE, "size": 6}
    last = end - dt.timedelta(days=1)
    words = escape(str(row["words"]), quote=False)
    return {
        "type": "bar",
        "x": [(end - start).days * _MILLISECONDS],
        "base": [start.isoformat()],
        "y": [place[str(row["row"])]],
        "orientation": "h",
        "width": _BAR_WIDTH,
        "marker": marker,
        "hovertemplate": f"{words}<br>{start:%Y-%m-%d} – {last:%Y-%m-%d}<extra></extra>",
    }


def _marks(events: pl.DataFrame, place: dict[str, float]) -> Trace:
    return {
        "type": "scatter",
        "x": [day.isoformat() for day in events["on"]],
        "y": [place[row] + _BAR_WIDTH / 2 + 0.1 for row in events["row"]],
        "mode": "markers",
        "marker": {"symbol": "triangle-up", "size": 10, "color": INK},
        "customdata": events["words"].to_list(),
        "hovertemplate": "%{customdata}<br>%{x|%Y-%m-%d}<extra></extra>",
    }


def _as_of_line(as_of: dt.date) -> dict[str, object]:
    line = {"color": INK, "width": 1.5, "dash": "dot"}
    return {
        "type": "line",
        "x0": as_of.isoformat(),
        "x1": as_of.isoformat(),
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
    }


def _label(as_of: dt.date, today: str) -> dict[str, object]:
    place = {"x": as_of.isoformat(), "xanchor": "right", "xshift": -4, "y": 1, "yref": "paper", "yanchor": "top"}
    return place | {"text": escape(today, quote=False), "showarrow": False, "font": {"size": 13, "color": SECONDARY}}


def _row_name(row: str, number: float) -> dict[str, object]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": -_LEFT, "y": number, "yanchor": "middle"}
    return place | {
        "text": f"<b>{escape(row, quote=False)}</b>",
        "showarrow": False,
        "font": {"size": 15, "color": DATA},
    }
