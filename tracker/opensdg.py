"""The second opinion of Open SDG: a ratio of compound rates, with the peer's own edge cases. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tracker.states import (
    DEFAULT_BANDS,
    SIGN_OF_DIRECTION,
    PaceBands,
    State,
    elapsed_share,
    latest_value_until,
    state_by_straight_line,
)

OPENSDG_THRESHOLDS = MappingProxyType({"substantial": 0.95, "moderate": 0.6, "limited": 0.0})
OPENSDG_ZERO_SUBSTITUTE = 0.001


@dataclass(frozen=True)
class OpenSdgProgress:
    """Result of `opensdg_cagr_with_target`: the score runs from -5 to 5; `blank` is the peer's empty label."""

    progress_value: float | None
    series_status: str
    score: float | None
    indicator_status: str | None
    base_year_used: int
    base_value_used: float | None
    current_year_used: int | None
    current_value_used: float | None
    target_used: float
    our_state: State


def opensdg_cagr_with_target(
    *,
    series: Iterable[Sequence[int | float | None]],
    direction: Literal["positive", "negative"],
    base_year: int,
    target_year: int,
    target: float,
    thresholds: Mapping[str, float] = OPENSDG_THRESHOLDS,
    limit: float | None = None,
    defaults_used: Sequence[str] = (),
    bands: PaceBands = DEFAULT_BANDS,
) -> OpenSdgProgress:
    """Ratio of the observed compound rate to the required one (Open SDG 2.4, Statistics Canada).

    Source: open-sdg/sdg-build, sdg/ProgressMeasure.py. `limit` and `defaults_used` belong to the peer's settings
    and move nothing once there is a target. Thresholds move the label of the series and which of the two score
    lines applies; the indicator's label follows the score by fixed bounds.

    Our state stands instead where the peer misleads. Zero base: it becomes 0.001, so that one firm looks like
    huge growth and the result depends on the unit; we take the share of the way. Zero target: 0.001 as well.
    Base equals target: plus or minus infinity behind an ordinary label (None where nothing moved, the peer's
    NaN): `met_early` or `going_backwards`. Period over and unmet: the peer still says "moderate" and looks at the
    latest year; we ask for the value at the due date: `missed`, `met_late`. Base year missing: the peer takes
    the next year that has a value, which shortens the window; for us the base is unknown, and the whole value is
    compared with the target. Flat: the peer says "limited progress"; we say how far behind. Opposite signs, one
    point, a base year after all data or at the target year (the peer stops with an error in the last two): no
    rate exists; we judge by the line, or say `not_started`, `not_assessable`, `no_data`.

    Raises:
        ValueError: a year stands twice in the series.
    """
    sign = SIGN_OF_DIRECTION[direction]
    target_used = float(target) if target else OPENSDG_ZERO_SUBSTITUTE
    values = _values_by_year(series)
    current_year = max(values, default=None)
    current = None if current_year is None else values[current_year]
    base_year_used = min((year for year in values if year >= base_year), default=base_year)
    base = values.get(base_year_used)
    if base == 0:
        base = OPENSDG_ZERO_SUBSTITUTE
    progress = None
    is_achieved = False
    if current_year is not None and current is not None and base is not None:
        is_achieved = sign * current >= sign * target_used
        progress = _ratio(base, current, target_used, current_year - base_year_used, target_year - base_year_used, sign)
    score = 5.0 if is_achieved else _score(progress, thresholds["moderate"])
    return OpenSdgProgress(
        progress_value=progress,
        series_status="target_achieved" if is_achieved else _series_status(progress, thresholds),
        score=score,
        indicator_status="target_achieved" if is_achieved else _indicator_status(score),
        base_year_used=base_year_used,
        base_value_used=base,
        current_year_used=current_year,
        current_value_used=current,
        target_used=target_used,
        our_state=state_by_straight_line(
            base=values.get(base_year),
            current=current,
            target=target,
            sign=sign,
            elapsed=None if current_year is None else elapsed_share(base_year, target_year, current_year),
            value_at_due=latest_value_until(target_year, values),
            bands=bands,
        ),
    )


def _values_by_year(series: Iterable[Sequence[int | float | None]]) -> dict[int, float]:
    values: dict[int, float] = {}
    for year, value in series:
        if year is None or value is None:
            continue
        if int(year) in values:
            raise ValueError(f"year {int(year)} stands twice in the series")
        values[int(year)] = float(value)
    return values


def _ratio(
    base: float, current: float, target: float, years_observed: int, years_required: int, sign: int
) -> float | None:
    has_opposite_signs = base * current < 0
    if has_opposite_signs or years_observed < 1 or years_required == 0:
        return None
    observed = (current / base) ** (1 / years_observed) - 1
    # Target and base of opposite sign give a complex root; the peer takes its size, and so do we.
    required = abs((target / base) ** (1 / years_required) - 1)
    towards_target = sign * observed * (-1 if base < 0 else 1)
    if required == 0:
        return math.copysign(math.inf, towards_target) if observed else None
    return float(towards_target / required)


def _series_status(progress: float | None, thresholds: Mapping[str, float]) -> str:
    if progress is None:
        return "not_available"
    for name in ("substantial", "moderate", "limited"):
        if progress >= thresholds[name]:
            return f"{name}_progress"
    return "deterioration"


def _score(progress: float | None, moderate_from: float) -> float | None:
    if progress is None:
        return None
    if progress >= moderate_from:
        return min(7.1429 * progress - 4.2857, 5.0)
    return max(4.1667 * progress - 2.5, -5.0)


def _indicator_status(score: float | None) -> str | None:
    """The label by score; None outside -5 to 5, which only unusual thresholds can bring about."""
    if score is None:
        return "blank"
    if not -5 <= score <= 5:
        return None
    steps = ((2.5, "substantial_progress"), (0.0, "moderate_progress"), (-2.5, "limited_progress"))
    return next((label for lowest, label in steps if score >= lowest), "deterioration")
