"""The months of a target for a projector, as SVG: it grows with its box, so letters keep their share of the screen.

Streamlit measures a Plotly figure in pixels of the screen and would draw it a second time smaller on a scaled stage.
Nothing here needs a pointer. Actual is solid, the plan an outline, what lies ahead dashed, as in every other picture.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape
from itertools import pairwise

import polars as pl

from tracker.charts.frame import letters_wide
from tracker.charts.months import FEWEST_PLACES, SHORTEST, BurnUpWords
from tracker.look import DATA, FONTS, INK, LINE, PAGE, SECONDARY
from tracker.months import month_end

_WIDTH, _HEIGHT = 900, 640
_LEFT, _RIGHT, _TOP, _BELOW = 84, 330, 40, 56
_LETTERS = 26
_LABEL_STEP = 36.0
_LABEL_GAP = 16
_LONGEST_JUMPS = 3
_FEWEST_YEARS, _MOST_DATES = 3, 5
_ACTUAL_WIDTH = 8
_FAN = "rgba(11,92,122,0.14)"
_Point = tuple[float, float]
_Box = tuple[float, float, float, float]  # left, top, right, bottom


class _Scale:
    """From days and values to places in the box; the highest may be the smaller number, as of places."""

    def __init__(self, first: dt.date, last: dt.date, lowest: float, highest: float) -> None:
        self._first, self._days = first, max((last - first).days, 1)
        self._lowest, self._span = lowest, (highest - lowest) or 1.0

    def x(self, day: dt.date) -> float:
        share = (day - self._first).days / self._days
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self._lowest) / self._span
        return round(_HEIGHT - _BELOW - share * (_HEIGHT - _TOP - _BELOW), 1)


def steps(
    history: pl.DataFrame, ahead: pl.DataFrame, due_on: dt.date, words: BurnUpWords, *, is_rank: bool = False
) -> str:
    """What was reached month by month, the pace asked for, the target, and what is expected at the due date.

    Args:
        history: ``as_of``, ``value``, ``target_value``, ``expected_value`` as :func:`tracker.charts.months.burn_up`.
        ahead: ``month_end``, ``low_80``, ``median``, ``high_80``; empty where nothing can be said.
        due_on: last day of the period.
        words: what stands at the ends of the lines; ``needed`` and ``expiries`` are not drawn here.
        is_rank: the values are places: the first stands at the top.
    """
    months: list[dt.date] = history["as_of"].to_list()
    numbers = [value for name in ("value", "target_value", "expected_value") for value in history[name].drop_nulls()]
    highest = max([*numbers, *ahead["high_80"].drop_nulls(), 1e-9]) * 1.08
    last = max(due_on, months[-1])
    # A single month has no span of its own: its year is shown, with the target over all of it.
    first = min(months[0], last - SHORTEST)
    worst = max([FEWEST_PLACES, *numbers])
    scale = _Scale(first, last, worst + 0.5, 0.5) if is_rank else _Scale(first, last, min([0.0, *numbers]), highest)
    is_whole = all(value == int(value) for name in ("value", "target_value") for value in history[name].drop_nulls())
    ticks = list(range(1, int(worst) + 1)) if is_rank else _round_ticks(highest, 1.0 if is_whole else 0.0)
    target = float(history["target_value"][-1])
    begins = [(first, target)] if len(months) == 1 else []
    known = history.filter(pl.col("expected_value").is_not_null() & (pl.col("as_of") <= due_on))
    pace = [*known.select("as_of", "expected_value").iter_rows(), (due_on, target)] if words.pace else []
    reached = list(history.filter(pl.col("value").is_not_null()).select("as_of", "value").iter_rows())
    pace_now = known["expected_value"][-1] if pace and known.height and months[-1] < due_on else None
    aims = _stairs(scale, [*begins, *history.select("as_of", "target_value").iter_rows(), (last, target)])
    paces = [(scale.x(day), scale.y(value)) for day, value in pace]
    medians = [(scale.x(day), scale.y(value)) for day, value in ahead.select("month_end", "median").iter_rows()]
    stairs = _stairs(scale, reached)
    parts = [
        *_axes(scale, first, last, ticks),
        _fan(scale, ahead),
        _path(aims, INK, 4),
        _path(paces, SECONDARY, 4, dash="12 8"),
        _path(medians, DATA, 4, dash="6 8"),
        _path(stairs, DATA, _ACTUAL_WIDTH),
        *([] if is_rank or not is_whole else _jumps(scale, reached, [aims, paces, medians, stairs])),
        *_ends(scale, target, pace_now, ahead, reached, words),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="{escape(FONTS)}">'
        f"{''.join(parts)}</svg>"
    )


def _axes(scale: _Scale, first: dt.date, last: dt.date, ticks: Sequence[float]) -> list[str]:
    parts = []
    for value in ticks:
        y = scale.y(value)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="{LINE}" stroke-width="2"/>')
        parts.append(_text(_LEFT - 12, y + 9, f"{value:,.10g}", SECONDARY, anchor="end"))
    dates = [_text(scale.x(day), _HEIGHT - 12, said, SECONDARY, anchor="middle") for day, said in _dates(first, last)]
    return parts + dates


def _dates(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """Where each year begins; of a short plan month ends, counted back from its last."""
    years = [dt.date(year, 1, 1) for year in range(first.year, last.year + 1) if first <= dt.date(year, 1, 1)]
    if len(years) >= _FEWEST_YEARS:
        each = -(-len(years) // _MOST_DATES)
        return [(day, str(day.year)) for day in years[::-1][::each]]
    months = 12 * (last.year - first.year) + last.month - first.month
    # A month is nearly twice as wide as a year.
    step = next(step for step in (1, 2, 3, 6, 12) if months < step * (_MOST_DATES - 1))
    ends = [month_end(last, -back) for back in range(0, months + 1, step)]
    return [(day, f"{day:%Y-%m}") for day in ends if day >= first]


def _round_ticks(highest: float, least: float) -> list[float]:
    size = max(_round_step(highest / 6), least)
    return [place * size for place in range(int(highest / size) + 1)]


def _round_step(rough: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** (len(str(int(rough))) - 1) if rough >= 1 else 0.1
    return next(power * step for step in (1, 2, 5, 10) if power * step >= rough)


def _fan(scale: _Scale, ahead: pl.DataFrame) -> str:
    if ahead.is_empty():
        return ""
    upper = [(scale.x(day), scale.y(value)) for day, value in ahead.select("month_end", "high_80").iter_rows()]
    lower = [(scale.x(day), scale.y(value)) for day, value in ahead.select("month_end", "low_80").iter_rows()]
    points = " ".join(f"{x},{y}" for x, y in [*upper, *reversed(lower)])
    return f'<polygon points="{points}" fill="{_FAN}" stroke="{DATA}" stroke-width="2" stroke-dasharray="6 8"/>'


def _stairs(scale: _Scale, values: Sequence[tuple[dt.date, float]]) -> list[tuple[float, float]]:
    """A value holds until the next one."""
    points: list[tuple[float, float]] = []
    for day, value in values:
        x, y = scale.x(day), scale.y(value)
        points += [(x, points[-1][1]), (x, y)] if points else [(x, y)]
    return points


def _path(points: Sequence[tuple[float, float]], colour: str, width: int, dash: str = "") -> str:
    if not points:
        return ""
    if len(points) == 1:  # a line of one point has no length
        return f'<circle cx="{points[0][0]}" cy="{points[0][1]}" r="{width}" fill="{colour}"/>'
    drawn = " ".join(f"{x},{y}" for x, y in points)
    style = f'stroke="{colour}" stroke-width="{width}"' + (f' stroke-dasharray="{dash}"' if dash else "")
    return f'<polyline points="{drawn}" fill="none" {style}/>'


def _jumps(scale: _Scale, reached: Sequence[tuple[dt.date, float]], lines: Sequence[Sequence[_Point]]) -> list[str]:
    """The largest steps of a count with their amounts, each where it lies on no line and no other; else left out."""
    found = [(later - earlier, day, earlier, later) for (_, earlier), (day, later) in pairwise(reached)]
    parts: list[str] = []
    taken: list[_Box] = []
    for amount, day, earlier, later in sorted(found, key=lambda jump: -abs(jump[0])):
        said = f"{'+' if amount > 0 else '−'}{abs(amount):,.0f}"
        places = _beside(scale.x(day), scale.y(earlier), scale.y(later), letters_wide(said) * _LETTERS)
        box = next((box for box in places if _is_free(box, lines, taken)), None)
        if not amount or box is None:
            continue
        taken.append(box)
        parts.append(_text(box[0], box[3] - 5, said, DATA))
        if len(parts) == _LONGEST_JUMPS:
            break
    return parts


def _beside(x: float, before: float, after: float, wide: float) -> list[_Box]:
    """Where the amount of a step may stand: left above it, beside its middle, right below it."""
    left, right, middle = x - 10 - wide, x + 10, (before + after) / 2
    corners = [
        (left, min(before, after) - 38),
        (left, middle - 15),
        (right, middle - 15),
        (right, max(before, after) - 36),
        (left, min(before, after) + 8),
        (right, min(before, after) + 8),
    ]
    return [(at, top, at + wide, top + 30) for at, top in corners]


def _is_free(box: _Box, lines: Sequence[Sequence[_Point]], taken: Sequence[_Box]) -> bool:
    left, top, right, bottom = box
    if left < _LEFT or right > _WIDTH - _RIGHT or top < 0 or bottom > _HEIGHT - _BELOW:
        return False
    near = _ACTUAL_WIDTH / 2
    wider = (left - near, top - near, right + near, bottom + near)
    return not any(_crosses(wider, *ends) for line in lines for ends in pairwise(line)) and not any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in taken
    )


def _crosses(box: _Box, start: _Point, end: _Point) -> bool:
    """Whether a straight line enters a box: the part of it that lies between both pairs of edges is not empty."""
    since, until = 0.0, 1.0
    for axis in (0, 1):
        low, high, way = box[axis] - start[axis], box[axis + 2] - start[axis], end[axis] - start[axis]
        if not way:
            if not low < 0 < high:
                return False
            continue
        near, far = sorted((low / way, high / way))
        since, until = max(since, near), min(until, far)
    return since < until


def _ends(
    scale: _Scale,
    target: float,
    pace: float | None,
    ahead: pl.DataFrame,
    reached: Sequence[tuple[dt.date, float]],
    words: BurnUpWords,
) -> list[str]:
    """Labels right of the plot at the height of their lines, pushed apart where they would cover each other."""
    ends = [(scale.y(target), words.target, INK)]
    if pace is not None:
        ends.append((scale.y(pace), words.pace, SECONDARY))
    if words.forecast and not ahead.is_empty():
        ends.append((scale.y(ahead["median"][-1]), words.forecast, DATA))
    if reached:
        ends.append((scale.y(reached[-1][1]), words.actual, DATA))
    parts: list[str] = []
    above = float(_TOP - _LABEL_STEP)
    for y, said, colour in sorted(ends, key=lambda end: end[0]):
        above = max(y, above + _LABEL_STEP)
        parts.append(_text(_WIDTH - _RIGHT + _LABEL_GAP, above + 9, said, colour, weight=700))
    return parts


def _text(x: float, y: float, said: str, colour: str, *, anchor: str = "start", weight: int = 400) -> str:
    """Letters on a white rim, which lifts them off the grid; what would run out of the picture is set smaller."""
    room = _WIDTH - x if anchor == "start" else _WIDTH
    size = min(_LETTERS, int(room / max(letters_wide(said), 1)))
    look = f'font-size="{size}" fill="{colour}" font-weight="{weight}" text-anchor="{anchor}"'
    rim = f'stroke="{PAGE}" stroke-width="6" stroke-linejoin="round" paint-order="stroke"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look} {rim}>{escape(said)}</text>'
