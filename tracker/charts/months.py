"""One indicator over time as a figure. Pure: words arrive from outside, colours say actual, plan or forecast.

Actual is solid and dark, the plan an outline, what lies ahead dashed or hatched: in every chart, table and export.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go
import polars as pl

from tracker.charts.frame import Frame, Picture, Trace, frame_words, framed, letters_wide
from tracker.charts.points import lone_dots
from tracker.look import DATA, FAINT, INK, LINE, PAGE, SECONDARY

_HEIGHT = 360
_LEFT = 56
_RIGHT = 208
_AXIS = 24
_LABEL_PIXELS = 22.0
_LABEL_SIZE, _LABEL_SHIFT = 15, 8
_TICK_SIZE = 14
_HATCH = "rgba(11,92,122,0.45)"
_FAN_80 = "rgba(11,92,122,0.10)"
_FAN_50 = "rgba(11,92,122,0.22)"
# Expiries hang from the bottom fifth of the plot: they share the months with the curve, not its scale.
_EXPIRY_SHARE = 0.2
_LONG_DAYS = 4 * 366
_BAR_MILLISECONDS = 20 * 86_400_000
# A single value has no span of its own: its year is shown.
SHORTEST = dt.timedelta(days=334)
# A scale of places shows some room below, or one step would fill the picture.
FEWEST_PLACES = 3.0


@dataclass(frozen=True)
class BurnUpWords:
    """What stands at the end of each line, numbers included; an empty phrase leaves its line out."""

    actual: str
    target: str
    pace: str
    needed: str
    forecast: str
    due: str
    expiries: str


def burn_up(
    history: pl.DataFrame,
    ahead: pl.DataFrame,
    expiries: pl.DataFrame,
    due_on: dt.date,
    words: BurnUpWords,
    frame: Frame,
    *,
    is_rank: bool = False,
) -> go.Figure:
    """Steps of what is reached, the pace asked for, what it takes from now, the fan, the expiries ahead.

    Args:
        history: one row per month end up to the as-of date: ``as_of``, ``value``, ``target_value``,
            ``expected_value``; a null value is a month without one and leaves a hole.
        ahead: one row per month end from the as-of date to the due date: ``month_end``, ``low_80``, ``low_50``,
            ``median``, ``high_50``, ``high_80``; empty where nothing can be said.
        expiries: one row per month end ahead: ``month_end``, ``titles``; may be empty.
        due_on: last day of the period.
        words: what stands at the lines.
        frame: the words around the picture.
        is_rank: the values are places: the first stands at the top, and there is none between two.
    """
    last = max([due_on, *history["as_of"], *expiries["month_end"]])
    first = min([*history["as_of"], due_on, last - SHORTEST])
    traces, ends = _lines(history, due_on, words, first)
    traces += _fan(ahead)
    if not ahead.is_empty() and words.forecast:
        ends.append((float(ahead["median"][-1]), words.forecast, DATA))
    numbers = [
        value for column in ("value", "target_value", "expected_value") for value in history[column].drop_nulls()
    ]
    highest = max([*numbers, *ahead["high_80"].drop_nulls(), 1e-9]) * 1.15
    bottom, top = (max([FEWEST_PLACES, *numbers]) + 0.5, 0.5) if is_rank else (min([0.0, *numbers]), highest)
    bars = _expiry_bars(expiries, highest)
    axis = {"fixedrange": True, "zeroline": False, "tickfont": {"size": _TICK_SIZE, "color": SECONDARY}}
    places = {"tickvals": list(range(1, int(bottom) + 1))} if is_rank else {}
    widest = max((letters_wide(said) for _, said, _ in ends), default=0.0)
    right = max(_RIGHT, int(2 * _LABEL_SHIFT + widest * _LABEL_SIZE))
    left = max(_LEFT, int(2 * _LABEL_SHIFT + letters_wide(f"{top:,.0f}") * _TICK_SIZE))
    layout = framed(_HEIGHT, left=left, right=right, below=_AXIS) | {
        "shapes": [_due_line(due_on)],
        "annotations": [
            *frame_words(frame, left=left, below=_AXIS),
            _due_label(due_on, words.due),
            *_end_labels(ends, bottom, top),
            *_expiry_labels(expiries, words),
        ],
        "bargap": 0.3,
        "xaxis": axis
        | {"range": _days([first, last + dt.timedelta(days=15)]), "showgrid": False, **_month_ticks(first, last)}
        | {"ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)"},
        "yaxis": axis | {"range": [bottom, top], "gridcolor": LINE, "nticks": 6, "tickformat": ",~f"} | places,
        "yaxis2": axis | {"overlaying": "y", "range": [0, 1 / _EXPIRY_SHARE], "visible": False},
    }
    return Picture([*bars, *traces], layout)


def _month_ticks(first: dt.date, last: dt.date) -> dict[str, object]:
    """Years alone where several pass: a month beside each would leave no room between them."""
    if (last - first).days > _LONG_DAYS:
        return {"tickformat": "%Y", "dtick": "M12"}
    return {"tickformat": "%Y-%m", "nticks": 8}


def _days(days: Iterable[dt.date]) -> list[str]:
    """Days as text: as dates they took Plotly ten times as long to send, in each rerun."""
    return [day.isoformat() for day in days]


def _lines(
    history: pl.DataFrame, due_on: dt.date, words: BurnUpWords, first: dt.date
) -> tuple[list[Trace], list[tuple[float, str, str]]]:
    """Target, pace, need and actual, the actual last so that it lies on top, with the labels of their ends."""
    months = history["as_of"].to_list()
    target = float(history["target_value"][-1])
    # The target of a single month is drawn over the whole width.
    begins = [(first, target)] if len(months) == 1 else []
    steps = [*begins, *history.select("as_of", "target_value").iter_rows(), (max(due_on, months[-1]), target)]
    traces = [_line([day for day, _ in steps], [value for _, value in steps], INK, 2, "solid", shape="hv")]
    ends = [(target, words.target, INK)]
    if words.pace:
        known = history.filter(pl.col("expected_value").is_not_null() & (pl.col("as_of") <= due_on))
        traces.append(_line([*known["as_of"], due_on], [*known["expected_value"], target], SECONDARY, 2, "dash"))
        if months[-1] < due_on:
            ends.append((float(known["expected_value"][-1]), words.pace, SECONDARY))
    reached = history.filter(pl.col("value").is_not_null())
    if reached.is_empty():
        return traces, ends
    now = float(reached["value"][-1])
    if words.needed:
        traces.append(_line([reached["as_of"][-1], due_on], [now, target], FAINT, 2, "dot"))
        ends.append((now + (target - now) * 0.7, words.needed, FAINT))
    values = history["value"].to_list()
    traces.append(_line(months, values, DATA, 4, "solid", shape="hv") | lone_dots(values, DATA))
    return traces, [*ends, (now, words.actual, DATA)]


def _line(
    months: list[dt.date], values: list[float], colour: str, width: float, dash: str, *, shape: str = "linear"
) -> Trace:
    look = {"color": colour, "width": width, "dash": dash, "shape": shape}
    line: Trace = {"type": "scatter", "x": _days(months), "y": values, "mode": "lines", "line": look}
    return line | {"hoverinfo": "skip", "connectgaps": False}


def _fan(ahead: pl.DataFrame) -> list[Trace]:
    """Two hatched bands and a dashed median: a forecast must not look like a fact, in black and white either."""
    if ahead.is_empty():
        return []
    months = ahead["month_end"].to_list()
    bands: list[Trace] = []
    for low, high, fill in (("low_80", "high_80", _FAN_80), ("low_50", "high_50", _FAN_50)):
        outline = [*ahead[high], *reversed(ahead[low].to_list())]
        bands.append(
            {
                "type": "scatter",
                "x": _days([*months, *reversed(months)]),
                "y": outline,
                "mode": "lines",
                "line": {"width": 0},
                "fill": "toself",
                "fillcolor": fill,
                "fillpattern": {"shape": "/", "fgcolor": _HATCH, "bgcolor": fill, "size": 6, "solidity": 0.12},
                "hoverinfo": "skip",
            }
        )
    return [*bands, _line(months, ahead["median"].to_list(), DATA, 2, "dash")]


def _expiry_bars(expiries: pl.DataFrame, highest: float) -> list[Trace]:
    if expiries.is_empty():
        return []
    most = max(expiries["titles"])
    heights = [titles / most for titles in expiries["titles"]]
    look = {"color": PAGE, "line": {"color": SECONDARY, "width": 1.5}}
    return [
        {
            "type": "bar",
            "x": _days(expiries["month_end"]),
            "y": heights,
            "yaxis": "y2",
            "width": _BAR_MILLISECONDS,
            "marker": look,
            "hoverinfo": "skip",
        }
    ]


def _expiry_labels(expiries: pl.DataFrame, words: BurnUpWords) -> list[dict[str, object]]:
    if expiries.is_empty():
        return []
    look = {"showarrow": False, "font": {"size": 14, "color": SECONDARY}}
    return [
        look
        | {
            "text": str(titles),
            "x": month.isoformat(),
            "y": titles / max(expiries["titles"]),
            "yref": "y2",
            "yshift": 10,
        }
        for month, titles in expiries.select("month_end", "titles").iter_rows()
    ] + [
        look
        | {
            "text": escape(words.expiries, quote=False),
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": _LABEL_SHIFT,
        }
        | {"y": 0, "yref": "paper", "yanchor": "bottom"}
    ]


def _end_labels(ends: list[tuple[float, str, str]], bottom: float, top: float) -> list[dict[str, object]]:
    """Labels right of the plot at the height of their lines, pushed apart where they would cover each other."""
    step = _LABEL_PIXELS / _HEIGHT * abs(top - bottom)
    upward = 1 if top > bottom else -1  # places grow downward
    heights: list[float] = []
    ordered = sorted((end for end in ends if end[1]), key=lambda end: end[0] * upward)
    for value, _, _ in ordered:
        height = value * upward
        heights.append(max(height, heights[-1] + step) if heights else height)
    excess = max(0.0, heights[-1] - top * upward) if heights else 0.0
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": _LABEL_SHIFT, "align": "left", "showarrow": False}
    return [
        place
        | {
            "y": (height - excess) * upward,
            "text": f"<b>{escape(text, quote=False)}</b>",
            "font": {"size": _LABEL_SIZE, "color": colour},
        }
        for height, (_, text, colour) in zip(heights, ordered, strict=True)
    ]


def _due_line(due_on: dt.date) -> dict[str, object]:
    place = {
        "type": "line",
        "x0": due_on.isoformat(),
        "x1": due_on.isoformat(),
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "layer": "below",
    }
    return place | {"line": {"color": SECONDARY, "width": 1.5}}


def _due_label(due_on: dt.date, text: str) -> dict[str, object]:
    place = {"x": due_on.isoformat(), "y": 1, "yref": "paper", "yanchor": "top", "xanchor": "right", "showarrow": False}
    return place | {"text": escape(text, quote=False), "font": {"size": 14, "color": SECONDARY}}
