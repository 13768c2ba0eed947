"""Areas in their outlines, filled by state. The outlines are a pack that the unit supplies."""

from __future__ import annotations

import math
from html import escape

import plotly.graph_objects as go
import polars as pl

from tracker.boundaries import Boundaries, label_point, twice_the_area
from tracker.charts.frame import Frame, Picture, Trace, frame_words, framed
from tracker.look import INK, LINE, PAGE, SECONDARY, STATUS_LOOKS

_HEIGHT = 420
_HIDDEN = {"visible": False, "fixedrange": True}


def outlined_areas(rows: pl.DataFrame, boundaries: Boundaries, frame: Frame) -> go.Figure:
    """Each area as its outline, filled by its state, with name, mark and value; the largest is drawn first.

    Args:
        rows: ``area_code``, ``name``, ``value``, ``word`` and ``status`` as :func:`tracker.districts.tile_frame`; a
            null status is an area without a task. Areas without an outline are left to the tiles beside.
        boundaries: the outlines in degrees.
        frame: the words around the picture.
    """
    known = [row for row in rows.iter_rows(named=True) if row["area_code"] in boundaries.rings]
    # A zone lies inside a county: drawn after it, or it would be hidden.
    known.sort(key=lambda row: -max(twice_the_area(ring) for ring in boundaries.rings[row["area_code"]]))
    traces: list[Trace] = []
    annotations: list[dict[str, object]] = []
    latitudes: list[float] = []
    for row in known:
        rings = boundaries.rings[row["area_code"]]
        look = STATUS_LOOKS[row["status"]] if row["status"] else None
        longitude: list[float | None] = []
        latitude: list[float | None] = []
        for ring in rings:
            longitude += [*(x for x, _ in ring), None]
            latitude += [*(y for _, y in ring), None]
            latitudes += [y for _, y in ring]
        traces.append(
            {
                "type": "scatter",
                "x": longitude,
                "y": latitude,
                "mode": "lines",
                "fill": "toself",
                "fillcolor": look.fill if look else PAGE,
                "line": {"color": SECONDARY if look else LINE, "width": 1.5},
                "hoverinfo": "skip",
            }
        )
        x, y = label_point(rings)
        mark, colour = (f"{look.mark} ", look.text) if look else ("", SECONDARY)
        name, value = (escape(str(row[key]), quote=False) for key in ("name", "value"))
        said = f"<b>{name}</b><br><span style='color:{colour}'>{mark}{value}</span>"
        annotations.append({"x": x, "y": y, "text": said, "showarrow": False, "font": {"size": 14, "color": INK}})
    # A degree of longitude is shorter than one of latitude by the cosine of the latitude.
    middle = math.radians(sum(latitudes) / len(latitudes))
    layout = framed(_HEIGHT) | {
        "annotations": [*annotations, *frame_words(frame)],
        "xaxis": _HIDDEN,
        "yaxis": _HIDDEN | {"scaleanchor": "x", "scaleratio": 1 / math.cos(middle)},
    }
    return Picture(traces, layout)
