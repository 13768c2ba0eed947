"""Which targets newly fell behind: worse than at the month end before, or than the build before said. Pure."""

from __future__ import annotations

import polars as pl

from tracker import findings
from tracker.findings import Row
from tracker.notice import tight
from tracker.text import word

# From best to worst. What nobody knows has no place.
_ORDER = (
    "met",
    "met_early",
    "met_late",
    "ahead",
    "on_pace",
    "not_started",
    "slightly_behind",
    "behind",
    "going_backwards",
    "missed",
)
_FIRST_BEHIND = _ORDER.index("slightly_behind")


def newly_behind(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The targets that are behind or missed and stood better, or nobody knew how they stood, ``before``.

    Args:
        now: rows of :func:`tracker.viewing.targets_at`.
        before: the same at an earlier month end, or in an earlier build; without rows where there is none.

    Returns:
        The rows of ``now`` with ``state_before``, worst first.
    """
    rank = {state: place for place, state in enumerate(_ORDER)}
    earlier = before.select("target_id", "area_code", state_before="state")
    place, place_before = (
        pl.col(name).replace_strict(rank, default=None, return_dtype=pl.Int8) for name in ("state", "state_before")
    )
    return (
        now.join(earlier, on=["target_id", "area_code"], how="left", maintain_order="left")
        .filter((place >= _FIRST_BEHIND) & (place_before.is_null() | (place_before < place)))
        .sort(place, descending=True, maintain_order=True)
    )


def alert_line(row: Row, language: str) -> str:
    """One target that newly fell behind: where, what, from which state to which, and how much is missing."""
    before = word(f"state.{row['state_before']}", language) if row["state_before"] else "–"
    line = word(
        "notice.alert",
        language,
        area=row["area_short"],
        name=row["name"],
        before=before,
        after=word(f"state.{row['state']}", language),
        gap=findings.gap_phrase(row, language),
    )
    return tight(line, language)
