"""The native charts of a briefing, one for Word and PowerPoint alike: months of a target, areas on it, expiries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.briefing.content import Comparison, History
from tracker.briefing.office_charts import OfficeChart, Series
from tracker.briefing.tables import Table
from tracker.text import word


@dataclass(frozen=True)
class Typeface:
    """The fonts and size in points of a document's charts."""

    latin: str
    east_asian: str
    size_pt: int


_FEWEST_PLACES = 3.0


def history_chart(history: History, face: Typeface) -> OfficeChart:
    """The months of a target: actual as bars, pace dashed where there is one, target as a line.

    A place is no amount: instead of bars it has points, the first place at the top.
    """
    table, is_rank = history.table, history.is_rank
    months, actual, pace, target = table.frame.columns
    looks = ((actual, "points" if is_rank else "bar"), (pace, "dashes"), (target, "line"))
    shown = [(name, look) for name, look in looks if name == actual or table.frame[name].is_not_null().any()]
    places = [place for name, _ in shown for place in table.frame[name].drop_nulls()]
    return OfficeChart(
        categories=tuple(table.frame[months]),
        series=tuple(_series(table, name, look) for name, look in shown),
        labelled=actual,
        is_rank=is_rank,
        # Half a place below the last, whose number would else stand in the months.
        highest=max([_FEWEST_PLACES, *places]) + 0.5 if is_rank else None,
        size_pt=face.size_pt,
        latin=face.latin,
        east_asian=face.east_asian,
    )


def comparison_chart(comparison: Comparison, face: Typeface, rows: slice | None = None) -> OfficeChart:
    """Actual against target of the areas, in the order of the table; all parts of it share one scale.

    Args:
        comparison: what is drawn.
        face: its fonts.
        rows: of the table; without them all areas. The whole outgrows its parts and is to be left out.
    """
    frame = comparison.table.frame
    area, target, value = frame.columns[:3]
    parts = slice(wholes(comparison), frame.height)
    rows = rows or parts
    shown = [number for name in (target, value) for number in frame[name][parts].drop_nulls()]
    return OfficeChart(
        categories=tuple(frame[area][rows]),
        series=(_series(comparison.table, value, "bar", rows), _series(comparison.table, target, "outline", rows)),
        is_lying=True,
        highest=_axis_end(shown),
        size_pt=face.size_pt,
        latin=face.latin,
        east_asian=face.east_asian,
    )


def wholes(comparison: Comparison) -> int:
    """How many rows of the whole lead the table of a comparison."""
    return comparison.table.frame.height - comparison.rows.height


def comparison_title(comparison: Comparison, language: str) -> str:
    """The finding of a comparison that names its target, for the picture may be cut out."""
    name = word("notice.named", language, name=comparison.target["short"])
    return comparison.finding if comparison.target["short"] in comparison.finding else name + comparison.finding


def expiry_chart(table: Table, face: Typeface) -> OfficeChart:
    """Titles that end month by month, the tiers on top of each other."""
    months, *tiers = table.frame.columns
    return OfficeChart(
        categories=tuple(table.frame[months]),
        series=tuple(_series(table, name) for name in tiers),
        is_stacked=True,
        most_labels=5,  # it stands beside its table
        size_pt=face.size_pt,
        latin=face.latin,
        east_asian=face.east_asian,
    )


def _series(table: Table, name: str, look: str = "bar", rows: slice = slice(None)) -> Series:
    """A column of a table; with the decimals of its printed numbers, which are never rounded onto a target."""
    printed = [cell for cell in table.printed[name] if cell[-1:].isdigit()]
    decimals = [len(cell.partition(".")[2]) for cell in printed] or [0]
    # The label that is drawn is the last one; where thousands are grouped depends on the language.
    is_grouped = bool(printed) and "," in printed[-1]
    return Series(name, tuple(table.frame[name][rows]), look, max(decimals), decimals[-1], is_grouped)


def _axis_end(numbers: Sequence[float]) -> float:
    """Where an axis ends: a round number at or over the highest value."""
    highest = max(numbers, default=1.0)
    if highest <= 1:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(highest))
    return next(scale * step for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if scale * step >= highest)
