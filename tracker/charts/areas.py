"""Areas side by side as figures. Pure: words arrive in the frames; colour is for the state alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from html import escape

import plotly.graph_objects as go
import polars as pl

from tracker.charts.frame import Frame, Picture, Trace, frame_words, framed, letters_wide
from tracker.charts.points import lone_dots
from tracker.look import DATA, INK, LINE, PAGE, SECONDARY, STATUS_LOOKS

ROW_HEIGHT = 36
# A bar far beyond the others would make them unreadable; it runs to the edge, its label tells the number.
WIDEST_POINTS = 100.0
_LEFT = 176
_NAMES = 112
_RIGHT = 120
# What the bars say stands in a column of its own: at the ends of the bars a narrow chart cut it off.
_SAID = 168
_PERCENT_LABELS = 40
_TILE_COLUMNS = 4
_TILE_HEIGHT = 104
_TILE_ROOM = 92  # pixels for words in a tile on a screen of 1366
_LEAST_SHARE = 0.8  # of their size letters keep before a text takes two lines
_PART_HEIGHT = 32
_PLOT_HEIGHT = 176
_MOST_YEARS = 2
_PLOT_COLUMNS, _FEWER_COLUMNS = 6, 4
_SHORT_NAME = 10  # Latin letters, of which a Chinese one takes two, as in GB 18030
_PLAIN = {"showarrow": False, "borderpad": 0, "align": "left", "xanchor": "left"}
_FIXED = {"fixedrange": True, "visible": False}


def lead_bars(rows: pl.DataFrame, zero: str, frame: Frame) -> go.Figure:
    """Ranked bars of lead or lag, groups apart, from a zero line that means on pace.

    Args:
        rows: as :func:`tracker.districts.lead_frame`; a null lead is an area that has not reported.
        zero: what the zero line stands for.
        frame: the words around the picture.
    """
    places = dict(_places(rows))
    leads = [None if lead is None else max(min(lead, WIDEST_POINTS), -WIDEST_POINTS) for lead in rows["lead"]]
    known = [0.0, *(lead for lead in leads if lead is not None)]
    spread = (max(known) - min(known)) or 1.0
    bars: Trace = {
        "type": "bar",
        "x": [lead or 0.0 for lead in leads],
        "y": [places[index] for index in range(rows.height)],
        "orientation": "h",
        "width": 0.56,
        "marker": {"color": [STATUS_LOOKS[status].text for status in rows["status"]], "line": {"width": 0}},
        "hoverinfo": "skip",
    }
    annotations = _group_titles(rows, places, _LEFT)
    for index, row in enumerate(rows.iter_rows(named=True)):
        annotations += _lead_words(row, places[index])
    last = max(places.values(), default=0.0)
    line = {"type": "line", "x0": 0, "x1": 0, "y0": 0.4, "y1": last + 0.5, "line": {"color": INK, "width": 2}}
    annotations.append(
        {
            "text": escape(zero, quote=False),
            "x": 0,
            "y": 0.1,
            "showarrow": False,
            "font": {"size": 13, "color": SECONDARY},
        }
    )
    layout = framed(ROW_HEIGHT * (last + 1), left=_LEFT, right=_SAID) | {
        "annotations": [*annotations, *frame_words(frame, left=_LEFT)],
        "shapes": [line],
        "xaxis": _FIXED | {"range": [min(known) - 0.02 * spread, max(known) + 0.02 * spread]},
        "yaxis": _FIXED | {"range": [last + 0.5, -0.5]},
    }
    return Picture([bars], layout)


def _places(rows: pl.DataFrame) -> Iterator[tuple[int, float]]:
    """The height of each row: a group's title takes a row of its own above its areas."""
    place, group = -1.0, None
    for index, name in enumerate(rows["group"]):
        place += 1.0 if name == group else 2.0
        group = name
        yield index, place


def _group_titles(rows: pl.DataFrame, places: dict[int, float], left: int) -> list[dict[str, object]]:
    titles: list[dict[str, object]] = []
    group = None
    for index, name in enumerate(rows["group"]):
        if name != group:
            title = {"text": f"<b>{escape(name, quote=False)}</b>", "font": {"size": 14, "color": SECONDARY}}
            titles.append(_PLAIN | title | {"x": 0, "xref": "paper", "xshift": -left, "y": places[index] - 0.9})
        group = name
    return titles


def _lead_words(row: dict[str, object], place: float) -> list[dict[str, object]]:
    left, right = _PLAIN | {"xref": "paper", "x": 0, "y": place}, _PLAIN | {"xref": "paper", "x": 1, "y": place}
    name, label = escape(str(row["name"]), quote=False), escape(str(row["label"]), quote=False)
    look = STATUS_LOOKS[str(row["status"])]
    return [
        left | {"text": str(row["rank"]), "xshift": -_LEFT, "font": {"size": 15, "color": SECONDARY}},
        left | {"text": f"<b>{name}</b>", "xshift": -_LEFT + 28, "font": {"size": 15}},
        left | {"text": str(row["change"]), "xshift": -40, "font": {"size": 14, "color": SECONDARY}},
        right | {"text": f"<b>{look.mark}</b> {label}", "xshift": 12, "font": {"size": 14, "color": look.text}},
    ]


def dumbbells(rows: pl.DataFrame, frame: Frame) -> go.Figure:
    """Where each area began, where it is and where it has to be, on one scale from zero.

    Args:
        rows: as :func:`tracker.districts.dumbbell_frame`. An unknown base leaves its mark out.
        frame: the words around the picture.
    """
    places = dict(_places(rows))
    numbers = [value for column in ("base", "now", "target") for value in rows[column].drop_nulls()]
    longest = max([*numbers, 1.0])
    shapes: list[dict[str, object]] = []
    annotations = _group_titles(rows, places, _NAMES)
    for index, row in enumerate(rows.iter_rows(named=True)):
        shapes += _dumbbell_lines(row, places[index])
        annotations += _dumbbell_words(row, places[index], longest)
    ends = [
        _dots(rows, places, "base", {"color": PAGE, "size": 12, "line": {"color": DATA, "width": 2}}),
        _dots(rows, places, "now", {"color": DATA, "size": 14, "line": {"width": 0}}),
    ]
    last = max(places.values(), default=0.0)
    layout = framed(ROW_HEIGHT * (last + 1), left=_NAMES, right=_RIGHT) | {
        "shapes": shapes,
        "annotations": [*annotations, *frame_words(frame, left=_NAMES)],
        "xaxis": _FIXED | {"range": [-0.06 * longest, 1.06 * longest]},
        "yaxis": _FIXED | {"range": [last + 0.5, -0.5]},
    }
    return Picture(ends, layout)


def _dots(rows: pl.DataFrame, places: dict[int, float], column: str, marker: dict[str, object]) -> Trace:
    heights = [places[index] for index in range(rows.height)]
    dots: Trace = {"type": "scatter", "x": rows[column].to_list(), "y": heights, "mode": "markers"}
    return dots | {"marker": marker, "hoverinfo": "skip"}


def _dumbbell_lines(row: dict[str, object], place: float) -> list[dict[str, object]]:
    guide = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": place, "y1": place, "layer": "below"}
    lines: list[dict[str, object]] = [guide | {"line": {"color": LINE, "width": 1}}]
    if row["base"] is not None and row["now"] is not None:
        between = {"type": "line", "x0": row["base"], "x1": row["now"], "y0": place, "y1": place, "layer": "below"}
        lines.append(between | {"line": {"color": DATA, "width": 4}})
    tick = {"type": "line", "x0": row["target"], "x1": row["target"], "y0": place - 0.3, "y1": place + 0.3}
    return [*lines, tick | {"line": {"color": INK, "width": 4}}]


def _dumbbell_words(row: dict[str, object], place: float, longest: float) -> list[dict[str, object]]:
    left = _PLAIN | {"xref": "paper", "x": 0, "y": place}
    name = escape(str(row["name"]), quote=False)
    status = STATUS_LOOKS[str(row["status"])]
    is_known = row["now"] is not None
    said = f"<b>{escape(str(row['now_label']), quote=False)}</b>" if is_known else status.mark
    target = f" / {escape(str(row['target_label']), quote=False)}"
    words = [
        left | {"text": f"<b>{name}</b>", "xshift": -_NAMES, "font": {"size": 15}},
        left | {"text": said + target, "x": 1, "xshift": 8, "font": {"size": 14}},
    ]
    base, now = row["base"], row["now"]
    # The label of the base would cover a mark that stands close to it; the table below has the number.
    if isinstance(base, float) and isinstance(now, float) and abs(now - base) > 0.08 * longest:
        is_left = base < now
        look: dict[str, object] = {"text": escape(str(row["base_label"]), quote=False)}
        where = {"x": base, "y": place, "showarrow": False, "xanchor": "right" if is_left else "left"}
        words.append(look | where | {"xshift": -10 if is_left else 10, "font": {"size": 13, "color": SECONDARY}})
    return words


def contributions(rows: pl.DataFrame, frame: Frame) -> go.Figure:
    """The parts of a number by area, longest first, on one scale from zero.

    Args:
        rows: as :func:`tracker.indicators.contributions`.
        frame: the words around the picture.
    """
    places = list(range(rows.height))
    bars: Trace = {"type": "bar", "x": rows["value"].to_list(), "y": places, "orientation": "h", "width": 0.56}
    bars |= {"marker": {"color": DATA}, "hoverinfo": "skip"}
    words: list[dict[str, object]] = []
    for place, (name, value, label) in enumerate(rows.select("name", "value", "label").iter_rows()):
        where = {"x": 0, "xref": "paper", "y": place, "xshift": -_NAMES, "font": {"size": 15}}
        words.append(_PLAIN | where | {"text": escape(name, quote=False)})
        words.append(_PLAIN | {"x": value, "y": place, "xshift": 8, "text": f"<b>{label}</b>", "font": {"size": 14}})
    layout = framed(_PART_HEIGHT * rows.height, left=_NAMES, right=72) | {
        "annotations": [*words, *frame_words(frame, left=_NAMES)],
        "xaxis": _FIXED | {"range": [0, max(rows["value"])]},
        "yaxis": _FIXED | {"range": [rows.height - 0.5, -0.5]},
    }
    return Picture([bars], layout)


def tiles(rows: pl.DataFrame, frame: Frame) -> go.Figure:
    """One equal square per area: status by fill, mark and word, value printed. Size says nothing, as it should.

    Args:
        rows: as :func:`tracker.districts.tile_frame`; a null status is an area without a task.
        frame: the words around the picture.
    """
    shapes: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    place, group, line = 0, None, -1
    for row in rows.iter_rows(named=True):
        if row["group"] != group or place == _TILE_COLUMNS:
            place, line = 0, line + 1
        group = row["group"]
        look = STATUS_LOOKS[row["status"]] if row["status"] else None
        box: dict[str, object] = {
            "type": "rect",
            "x0": place + 0.03,
            "x1": place + 0.97,
            "y0": line + 0.04,
            "y1": line + 0.96,
        }
        edge: dict[str, object] = {"color": LINE, "width": 1} if look is None else {"width": 0}
        shapes += [box | {"fillcolor": look.fill if look else PAGE, "line": edge, "layer": "below"}]
        centre: dict[str, object] = {"x": place + 0.5, "showarrow": False}
        mark, colour = (f"{look.mark} ", look.text) if look else ("", SECONDARY)
        for said, is_bold, height, wanted, ink in (
            (row["name"], True, 0.2, 15, INK),
            (row["value"], True, 0.48, 20, INK),
            (f"{mark}{row['word']}", False, 0.78, 14, colour),
        ):
            text, size = _in_tile(said, wanted)
            shown = f"<b>{text}</b>" if is_bold else text
            words: dict[str, object] = {"text": shown, "y": line + height, "font": {"size": size, "color": ink}}
            annotations.append(centre | words)
        place += 1
    layout = framed(_TILE_HEIGHT * (line + 1)) | {
        "shapes": shapes,
        "annotations": [*annotations, *frame_words(frame)],
        "xaxis": _FIXED | {"range": [0, _TILE_COLUMNS]},
        "yaxis": _FIXED | {"range": [line + 1, 0]},
    }
    return Picture([], layout)


def _in_tile(said: str, size: int) -> tuple[str, int]:
    """A text on one line of its tile, else on two, and the size of its letters: none runs into the next tile."""
    fitting = int(_TILE_ROOM / max(letters_wide(said), 1))
    if fitting >= _LEAST_SHARE * size:
        return escape(said, quote=False), min(size, fitting)
    seams = [place for place, sign in enumerate(said) if sign == " " and place > 2] or [(len(said) + 1) // 2]
    lines = min(((said[:at], said[at:].strip()) for at in seams), key=lambda pair: max(map(letters_wide, pair)))
    widest = max(map(letters_wide, lines))
    return "<br>".join(escape(line, quote=False) for line in lines), min(size - 1, int(_TILE_ROOM / widest))


def multiples(rows: pl.DataFrame, frame: Frame) -> go.Figure:
    """Percent of the own target by month, one small plot an area, all on one scale; the whole comes first.

    Args:
        rows: as :func:`tracker.districts.multiples_frame`: ``place``, ``short``, ``as_of``, ``done``, ``pace`` in
            percent of the target in force at that month.
        frame: the words around the picture.
    """
    plots = rows.partition_by("place", maintain_order=True)
    longest = max((len(name.encode("gb18030")) for name in rows["short"].unique()), default=0)
    columns = _PLOT_COLUMNS if longest <= _SHORT_NAME else _FEWER_COLUMNS
    lines = -(-len(plots) // columns)
    highest = max([100.0, *rows["done"].drop_nulls()])
    layout = framed(_PLOT_HEIGHT * lines, left=_PERCENT_LABELS)
    traces: list[Trace] = []
    annotations: list[dict[str, object]] = []
    for index, plot in enumerate(plots):
        column, line = index % columns, index // columns
        axis = "" if index == 0 else str(index + 1)
        left, top = column / columns, 1 - line / lines
        x_domain = [left, left + 0.88 / columns]
        y_domain = [top - 0.72 / lines, top - 0.2 / lines]
        names = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        traces += _multiple_lines(plot, names, dash_pace=True)
        axes = {"fixedrange": True, "showgrid": False, "zeroline": False, "tickfont": {"size": 12, "color": SECONDARY}}
        ticks = _month_ticks(plot["as_of"].to_list())
        layout |= {
            f"xaxis{axis}": axes | ticks | {"domain": x_domain, "anchor": names["yaxis"]},
            f"yaxis{axis}": axes
            | {
                "domain": y_domain,
                "anchor": names["xaxis"],
                "range": [0, highest * 1.05],
                "tickvals": [0, 100],
                "ticktext": ["0", "100%"],
            }
            | {"showgrid": True, "gridcolor": LINE, "showticklabels": column == 0},
        }
        annotations += _multiple_words(plot, left, top)
    layout["annotations"] = [*annotations, *frame_words(frame, left=_PERCENT_LABELS)]
    return Picture(traces, layout)


def _multiple_lines(plot: pl.DataFrame, names: dict[str, str], *, dash_pace: bool) -> list[Trace]:
    months = _as_texts(plot["as_of"].to_list())  # dates took Plotly ten times as long to send, in each rerun
    pace = {"color": SECONDARY, "width": 1.5, "dash": "dash" if dash_pace else "solid"}
    done = {"color": DATA, "width": 3, "shape": "hv"}
    reached = plot["done"].to_list()
    lines: Trace = {"type": "scatter", "x": months, "mode": "lines", "hoverinfo": "skip", **names}
    return [
        lines | {"y": plot["pace"].to_list(), "line": pace},
        lines | {"y": reached, "line": done} | lone_dots(reached, DATA),
    ]


def _month_ticks(months: list[dt.date]) -> dict[str, object]:
    """The year in the middle of a single one, else the first month of each year, at most some of them."""
    within = months[0].year == months[-1].year
    first = [months[len(months) // 2]] if within else [month for month in months if month.month == 1]
    shown = first[:: max(1, -(-len(first) // _MOST_YEARS))]
    return {"tickvals": _as_texts(shown), "ticktext": [str(month.year) for month in shown]}


def _as_texts(days: list[dt.date]) -> list[str]:
    return [day.isoformat() for day in days]


def _multiple_words(plot: pl.DataFrame, left: float, top: float) -> list[dict[str, object]]:
    newest = plot["done"][-1]
    now = "–" if newest is None else f"{_floored(newest)}%"
    name = escape(str(plot["short"][0]), quote=False)
    where = _PLAIN | {"x": left, "xref": "paper", "y": top, "yref": "paper", "yanchor": "top"}
    return [where | {"text": f"<b>{name}</b>  {now}", "font": {"size": 15}}]


def _floored(percent: float) -> int:
    """Percent without decimals, never rounded up to a whole that is not reached."""
    return int(percent + 1e-9)
