"""Values that no line reaches: between two holes a line has no length and draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_DOT = 9


def lone_dots(values: Sequence[float | None], colour: str) -> dict[str, Any]:
    """How a line trace of these values is drawn: with a dot at every value that has none beside it.

    Args:
        values: as they follow each other; None is a hole.
        colour: of the dots, that of the line.

    Returns:
        ``mode`` and, where a dot is needed, ``marker`` of a scatter trace.
    """
    around = [None, *values, None]
    sizes = [
        _DOT if value is not None and before is None and after is None else 0
        for before, value, after in zip(around, around[1:], around[2:], strict=False)
    ]
    if not any(sizes):
        return {"mode": "lines"}
    return {"mode": "lines+markers", "marker": {"size": sizes, "color": colour, "opacity": 1, "line": {"width": 0}}}
