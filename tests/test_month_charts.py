"""The burn-up by its data: what is drawn solid, dashed, hatched, where it starts and where it ends."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest

from tracker.charts.frame import Frame, letters_wide
from tracker.charts.months import BurnUpWords, burn_up

pytestmark = pytest.mark.usefixtures("checked_pictures")
FRAME = Frame("小巨人 15 家，差 10 家", "家", "示例市 · 2025年3月 · 演示数据")
WORDS = BurnUpWords(
    "现有 15 家",
    "目标 25 家",
    "序时应有 21 家",
    "每月需 1.1 家",
    "预计 14–22 家（测算）",
    "2025年12月到期",
    "到期（家）",
)
DUE = dt.date(2025, 12, 31)
HISTORY = pl.DataFrame(
    {
        "as_of": [dt.date(2024, 12, 31), dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 31)],
        "value": [12.0, None, 14.0, 15.0],
        "target_value": [22.0, 22.0, 25.0, 25.0],
        "expected_value": [15.0, 16.0, 19.0, 21.0],
    }
)
AHEAD = pl.DataFrame(
    {
        "month_end": [dt.date(2025, 3, 31), DUE],
        "low_80": [15.0, 14.0],
        "low_50": [15.0, 16.0],
        "median": [15.0, 18.0],
        "high_50": [15.0, 20.0],
        "high_80": [15.0, 22.0],
    }
)
EXPIRIES = pl.DataFrame({"month_end": [dt.date(2025, 6, 30), DUE], "titles": [4, 1]})
NOTHING = AHEAD.clear()


def test_actual_is_solid_with_a_hole_where_nothing_is_known_and_the_rest_is_dashed() -> None:
    figure = burn_up(HISTORY, AHEAD, EXPIRIES, DUE, WORDS, FRAME)
    lines = [trace for trace in figure.data if trace.type == "scatter" and trace.line.width]
    target, pace, needed, actual, median = lines
    assert [line.line.dash for line in lines] == ["solid", "dash", "dot", "solid", "dash"]
    assert list(actual.y) == [12.0, None, 14.0, 15.0]
    assert not actual.connectgaps
    assert list(target.y) == [22.0, 22.0, 25.0, 25.0, 25.0]
    assert target.line.shape == actual.line.shape == "hv"
    assert (pace.x[-1], pace.y[-1]) == ("2025-12-31", 25.0)
    assert (list(needed.x), list(needed.y)) == (["2025-03-31", "2025-12-31"], [15.0, 25.0])
    assert list(median.y) == [15.0, 18.0]


def test_the_fan_is_hatched_and_closed() -> None:
    figure = burn_up(HISTORY, AHEAD, EXPIRIES, DUE, WORDS, FRAME)
    wide, narrow = [trace for trace in figure.data if trace.type == "scatter" and trace.fill == "toself"]
    assert list(wide.y) == [15.0, 22.0, 14.0, 15.0]
    assert list(narrow.y) == [15.0, 20.0, 16.0, 15.0]
    assert wide.fillpattern.shape == narrow.fillpattern.shape == "/"


def test_places_are_whole_and_begin_with_the_first() -> None:
    places = HISTORY.with_columns(value=pl.Series([3.0, None, 2.0, 1.0]), target_value=1.0, expected_value=None)
    words = replace(WORDS, pace="", needed="", forecast="")
    figure = burn_up(places, NOTHING, EXPIRIES.clear(), DUE, words, FRAME, is_rank=True)
    assert list(figure.layout.yaxis.tickvals) == [1, 2, 3]
    bottom, top = figure.layout.yaxis.range
    assert bottom > 3 > 1 > top > 0  # the first stands at the top: a line that rises is better
    now, target = (
        label for label in figure.layout.annotations if label.text in ("<b>现有 15 家</b>", "<b>目标 25 家</b>")
    )
    assert abs(now.y - target.y) / (bottom - top) * 360 >= 21.9
    assert all(top <= label.y <= bottom for label in (now, target))
    assert burn_up(HISTORY, NOTHING, EXPIRIES.clear(), DUE, words, FRAME).layout.yaxis.tickvals is None


def test_a_value_that_stands_alone_is_a_dot_where_a_line_would_draw_nothing() -> None:
    figure = burn_up(HISTORY, NOTHING, EXPIRIES.clear(), DUE, WORDS, FRAME)
    actual = next(trace for trace in figure.data if trace.mode == "lines+markers")
    assert [size > 0 for size in actual.marker.size] == [True, False, False, False]
    joined = HISTORY.with_columns(value=pl.Series([12.0, 13.0, None, None]))
    drawn = burn_up(joined, NOTHING, EXPIRIES.clear(), DUE, WORDS, FRAME)
    assert not [trace for trace in drawn.data if trace.mode == "lines+markers"]


def test_one_month_alone_is_drawn_in_a_year_with_its_target() -> None:
    figure = burn_up(HISTORY.tail(1), NOTHING, EXPIRIES.clear(), DUE, WORDS, FRAME)
    first, last = figure.layout.xaxis.range
    assert (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days > 334
    target = figure.data[0]
    assert (target.x[0], target.x[-1], set(target.y)) == (first, DUE.isoformat(), {25.0})


def test_large_numbers_are_written_out_and_have_room_on_the_left() -> None:
    amounts = HISTORY.with_columns(pl.col("value", "target_value", "expected_value") * 4_000_000)
    figure = burn_up(amounts, NOTHING, EXPIRIES.clear(), DUE, WORDS, FRAME)
    assert figure.layout.yaxis.tickformat == ",~f"  # with g Plotly wrote 6e+7
    assert figure.layout.margin.l > letters_wide("100,000,000") * figure.layout.yaxis.tickfont.size
    assert figure.layout.margin.l > burn_up(HISTORY, NOTHING, EXPIRIES.clear(), DUE, WORDS, FRAME).layout.margin.l
    assert {note.xshift for note in figure.layout.annotations if note.yref == "paper" and note.x == 0} == {
        -figure.layout.margin.l
    }


def test_what_cannot_be_said_is_not_drawn() -> None:
    words = replace(WORDS, pace="", needed="", forecast="")
    figure = burn_up(HISTORY, NOTHING, EXPIRIES.clear(), DUE, words, FRAME)
    assert [trace.type for trace in figure.data] == ["scatter", "scatter"]
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert not [text for text in texts if "测算" in text or "每月需" in text or "到期（家）" in text]


def test_labels_at_the_ends_do_not_cover_each_other() -> None:
    close = replace(WORDS, pace="序时应有 25 家")
    history = HISTORY.with_columns(expected_value=pl.lit(24.99), value=pl.lit(24.98))
    figure = burn_up(history, NOTHING, EXPIRIES.clear(), DUE, close, FRAME)
    heights = sorted(
        label.y for label in figure.layout.annotations if label.text.startswith("<b>") and label.yref is None
    )
    low, high = figure.layout.yaxis.range
    gaps = [(upper - lower) / (high - low) * 360 for lower, upper in pairwise(heights)]
    assert len(heights) == 4
    assert min(gaps) >= 21.9
    assert heights[-1] <= high


def test_expiries_are_outlined_and_numbered() -> None:
    figure = burn_up(HISTORY, AHEAD, EXPIRIES, DUE, WORDS, FRAME)
    bars = next(trace for trace in figure.data if trace.type == "bar")
    assert list(bars.y) == [1.0, 0.25]
    assert bars.marker.line.width == 1.5
    assert [label.text for label in figure.layout.annotations if label.yref == "y2"] == ["4", "1"]


def test_words_from_the_data_are_escaped() -> None:
    figure = burn_up(HISTORY, AHEAD, EXPIRIES, DUE, replace(WORDS, target="<b>&"), replace(FRAME, title="A<B"))
    words = " ".join(label.text for label in figure.layout.annotations)
    assert "&lt;b&gt;&amp;" in words
    assert "A&lt;B" in words
