from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tracker.charts.frame import Frame
from tracker.charts.titles import title_timeline

pytestmark = pytest.mark.usefixtures("checked_pictures")
D = dt.date
BARS = pl.DataFrame(
    [
        ("小巨人", "publicity", D(2025, 8, 1), D(2025, 12, 31), "公示"),
        ("专精特新", "in_force", D(2022, 7, 1), D(2025, 7, 1), "有效期内"),
        ("专精特新", "awaiting_review", D(2025, 7, 1), D(2025, 12, 31), "到期待复核"),
    ],
    schema=["row", "status", "from_on", "to_on", "words"],
    orient="row",
)
EVENTS = pl.DataFrame(
    [("专精特新", D(2022, 7, 1), "认定"), ("创新型", D(2021, 1, 1), "认定")],
    schema=["row", "on", "words"],
    orient="row",
)
AS_OF = D(2025, 12, 31)


def test_each_stretch_is_a_bar_of_its_days_and_its_look() -> None:
    *bars, marks = title_timeline(BARS, EVENTS, AS_OF, "2025年12月", Frame("题", "注", "脚")).data
    assert [bar.base[0] for bar in bars] == ["2025-08-01", "2022-07-01", "2025-07-01"]
    assert [bar.x[0] / 86_400_000 for bar in bars] == [152, 1096, 183]
    assert [bar.y[0] for bar in bars] == [0.0, 1.0, 1.0]
    shown, in_force, awaiting = (bar.marker for bar in bars)
    assert shown.pattern.shape == "/"
    assert in_force.pattern.shape is None
    assert awaiting.color == "#FFFFFF"  # an outline
    assert in_force.color != awaiting.color
    # A window is printed to its last day, as its notice does.
    assert "2022-07-01 – 2025-06-30" in bars[1].hovertemplate
    # An event without a bar of its tier is left to the table.
    assert list(marks.x) == ["2022-07-01"]


def test_the_line_stands_on_the_date_and_the_words_are_escaped() -> None:
    figure = title_timeline(BARS, EVENTS, AS_OF, "<b>", Frame("a<b>", "", ""))
    [line] = figure.layout.shapes
    assert (line.x0, line.x1) == ("2025-12-31", "2025-12-31")
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert "&lt;b&gt;" in texts
    assert "<b>a&lt;b&gt;</b>" in texts


def test_an_enterprise_without_titles_is_an_empty_frame() -> None:
    figure = title_timeline(BARS.clear(), EVENTS, AS_OF, "", Frame("", "", ""))
    assert [len(trace.x) for trace in figure.data] == [0]
