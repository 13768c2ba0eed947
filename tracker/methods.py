"""Second opinions: how other published methods judge the same target. Pure: numbers in, a frozen result out.

Every method is reproduced with its own edge cases, so that its answer can be compared with the publisher's. Where
that answer misleads, the page shows `our_state` instead; each docstring says when and why. `our_state` always
follows `state_by_straight_line`, whatever the method says. None means that a number does not exist; a reader
never gets NaN. A value of year t is the value at the end of year t.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tracker.opensdg import OpenSdgProgress as OpenSdgProgress
from tracker.opensdg import opensdg_cagr_with_target as opensdg_cagr_with_target
from tracker.states import (
    DEFAULT_BANDS,
    SIGN_OF_DIRECTION,
    Direction,
    PaceBands,
    State,
    elapsed_share,
    latest_value_until,
    sign_towards,
    state_by_straight_line,
)

# Ratios are compared after rounding: one of exactly 0.95 must not fall on either side by binary chance.
RATIO_DECIMALS = 12
EUROSTAT_CLASSES = ((0.95, "significant"), (0.60, "moderate"), (0.0, "insufficient"))
UN_THRESHOLDS = MappingProxyType({"on_track": 0.95, "fair": 0.1})
DESTATIS_YEARLY_CHANGES = 5


def _compound_rate(later: float, earlier: float, years: float) -> float | None:
    """Yearly compound growth; None for a zero base, a change of sign or no time between."""
    if earlier == 0 or years <= 0 or later / earlier < 0:
        return None
    return float((later / earlier) ** (1 / years) - 1)


@dataclass(frozen=True)
class LinearPace:
    """Result of `linear_pace`; shares are fractions, the lead is in points of the whole way and in the unit."""

    elapsed_share: float | None
    expected_value: float | None
    achieved_share: float | None
    lead_in_points: float | None
    lead_in_units: float | None
    pace_ratio: float | None
    our_state: State


def linear_pace(
    *,
    base_date: dt.date | str,
    base_value: float,
    target_date: dt.date | str,
    target: float,
    as_of: dt.date | str,
    current_value: float,
    direction: Direction | None = None,
    bands: PaceBands = DEFAULT_BANDS,
) -> LinearPace:
    """序时进度 by days: share of the way made against the share of time gone.

    Days are counted from base_date (the last day before the period) to as_of: 2023-12-31 is day 365 of 1096
    for 2023 to 2025, not exactly one third, because 2024 is a leap year. `lead_in_units` is current minus
    expected, so for a falling target a negative number is good news. Dates may be ISO text.

    Our state stands instead in five cases. After the target date the elapsed share stays at 1 and a missed target
    still shows a "lead": `missed` (or `met`; one value cannot tell `met_late`). Base equals target: nothing to share,
    None; base beyond it: the share falls as the value rises; both are `met_early` while the value holds, else
    `going_backwards`. Worse than the base: a negative share, `going_backwards`. Until base_date: `not_started`.

    Args:
        direction: inferred from base and target where None; a base already beyond the target needs it.
    """
    start, end, now = (_as_date(date).toordinal() for date in (base_date, target_date, as_of))
    elapsed = elapsed_share(start, end, now)
    gone = None if elapsed is None else min(max(elapsed, 0.0), 1.0)
    way = target - base_value
    made = (current_value - base_value) / way if way else None
    expected = None if gone is None else base_value + way * gone
    return LinearPace(
        elapsed_share=gone,
        expected_value=expected,
        achieved_share=made,
        lead_in_points=None if made is None or gone is None else 100 * (made - gone),
        lead_in_units=None if expected is None else current_value - expected,
        pace_ratio=made / gone if made is not None and gone else None,
        our_state=state_by_straight_line(
            base=base_value,
            current=current_value,
            target=target,
            sign=sign_towards(target, base_value, direction),
            elapsed=elapsed,
            bands=bands,
        ),
    )


def _as_date(date: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(date) if isinstance(date, str) else date


@dataclass(frozen=True)
class RequiredRate:
    """Result of `required_rate`: a compound rate as a fraction a year, and units a year."""

    required_compound_annual_rate: float | None
    required_absolute_per_year: float | None
    our_state: State | None


def required_rate(*, base_year: int, base_value: float, target_year: int, target: float) -> RequiredRate:
    """What a year must bring from the base to the target, as a compound rate and in units (WHO, billionaiRe).

    `our_state` is `not_assessable` where the compound rate means nothing: a zero base makes it infinite as in
    the R original, base and target of opposite sign or a period without length leave none. The units a year hold
    for any base. Otherwise None: without an observed value there is no state to show.
    """
    years = target_year - base_year
    rate = _compound_rate(target, base_value, years)
    if base_value == 0 and target > 0 and years > 0:
        rate = math.inf
    return RequiredRate(
        required_compound_annual_rate=rate,
        required_absolute_per_year=(target - base_value) / years if years > 0 else None,
        our_state=None if rate is not None and math.isfinite(rate) else "not_assessable",
    )


@dataclass(frozen=True)
class RequiredPath:
    """Result of `required_path_linear`: the value due at the end of each year, by the year as text."""

    path: dict[str, float]
    our_state: State | None


def required_path_linear(*, base_year: int, base_value: float, target_year: int, target: float) -> RequiredPath:
    """The straight line from base to target, one value a year, both ends included (WHO, billionaiRe).

    A target year that is not after the base year leaves no path: empty, `not_assessable`. Otherwise `our_state`
    is None: the line itself says nothing about what was achieved.
    """
    years = target_year - base_year
    if years <= 0:
        return RequiredPath(path={}, our_state="not_assessable")
    step = (target - base_value) / years
    path = {str(base_year + passed): base_value + step * passed for passed in range(years)}
    return RequiredPath(path={**path, str(target_year): float(target)}, our_state=None)


@dataclass(frozen=True)
class EurostatProgress:
    """Result of `eurostat_cagr_with_target`; rates are fractions a year."""

    actual_cagr: float | None
    required_cagr: float | None
    ratio: float | None
    category: str | None
    our_state: State


def eurostat_cagr_with_target(
    *,
    base_year: int,
    base_value: float,
    current_year: int,
    current_value: float,
    target_year: int,
    target: float,
    direction: Direction | None = None,
    bands: PaceBands = DEFAULT_BANDS,
) -> EurostatProgress:
    """Ratio of the observed compound rate to the required one (Eurostat, EU SDG monitoring report, annex).

    The bounds 0.95, 0.60 and 0 are known second-hand, through the Statistics Canada text.

    Our state stands instead where values are not strictly positive (a new district starts at zero: no compound
    rate exists), where base equals target (nothing is required: no ratio), after the target year (Eurostat has no
    "missed"), where the base is already beyond the target (a further rise reads "moving away"; Eurostat shows reached
    targets apart), and over short doubling plans, where the ratio is easier than the straight line.

    Args:
        direction: inferred from base and target where None; a base already beyond the target needs it.
    """
    is_positive = min(base_value, current_value, target) > 0
    actual = _compound_rate(current_value, base_value, current_year - base_year) if is_positive else None
    required = _compound_rate(target, base_value, target_year - base_year) if is_positive else None
    ratio = actual / required if actual is not None and required else None
    return EurostatProgress(
        actual_cagr=actual,
        required_cagr=required,
        ratio=ratio,
        category=None if ratio is None else _eurostat_category(ratio),
        our_state=state_by_straight_line(
            base=base_value,
            current=current_value,
            target=target,
            sign=sign_towards(target, base_value, direction),
            elapsed=elapsed_share(base_year, target_year, current_year),
            bands=bands,
        ),
    )


def _eurostat_category(ratio: float) -> str:
    reached = (f"{name}_progress" for low, name in EUROSTAT_CLASSES if round(ratio, RATIO_DECIMALS) >= low)
    return next(reached, "moving_away")


@dataclass(frozen=True)
class UnProgressChart:
    """Result of `un_progress_chart_2023_target`: score 3 met or on track, 2 fair, 1 stagnation or regression."""

    actual_cagr: float | None
    expected_value_at_target_year: float | None
    ratio: float | None
    score: int | None
    target_met: bool
    our_state: State


def un_progress_chart_2023_target(
    *,
    base_year: int,
    base_value: float,
    current_year: int,
    current_value: float,
    target_year: int,
    target: float,
    direction: Direction,
    thresholds: Mapping[str, float] = UN_THRESHOLDS,
    bands: PaceBands = DEFAULT_BANDS,
) -> UnProgressChart:
    """Share of the needed change reached at the target year if the compound rate goes on (UN, 2023).

    Source: UN SDG Progress Chart 2023 technical note, read in the EUSTAT text that applies it. A latest value
    that meets the target scores 3 whatever the trend. The rule that one point short of 0% or 100% counts as met
    is left out: the unit is not known here, and 99.6 is never 100 with us.

    Our state stands instead with a zero base or a change of sign (no compound rate: all None), where base equals
    target (no needed change to share), from the target year on (a missed target still scores 2 or, with 95% of
    the way made, 3: `missed`), and where 10% of the needed change earns "fair" although the plan is `behind`.
    """
    sign = SIGN_OF_DIRECTION[direction]
    years, whole_years = current_year - base_year, target_year - base_year
    rate = _compound_rate(current_value, base_value, years)
    expected = None
    if rate is not None and whole_years > 0:
        # The same as current x (1 + rate) ^ (years left), but it also stands a current value of zero.
        expected = base_value * (current_value / base_value) ** (whole_years / years)
    needed = target - base_value
    ratio = (expected - base_value) / needed if expected is not None and needed else None
    is_met = sign * current_value >= sign * target
    return UnProgressChart(
        actual_cagr=rate,
        expected_value_at_target_year=expected,
        ratio=ratio,
        score=3 if is_met else _un_score(ratio, thresholds),
        target_met=is_met,
        our_state=state_by_straight_line(
            base=base_value,
            current=current_value,
            target=target,
            sign=sign,
            elapsed=elapsed_share(base_year, target_year, current_year),
            bands=bands,
        ),
    )


def _un_score(ratio: float | None, thresholds: Mapping[str, float]) -> int | None:
    if ratio is None:
        return None
    if round(ratio, RATIO_DECIMALS) >= thresholds["on_track"]:
        return 3
    return 2 if round(ratio, RATIO_DECIMALS) >= thresholds["fair"] else 1


@dataclass(frozen=True)
class DestatisWeather:
    """Result of `destatis_weather`; `missed_by` is in the values' unit, negative beyond the target."""

    mean_annual_change: float | None
    projected_value: float | None
    missed_by: float | None
    missed_share_of_remaining_distance: float | None
    symbol: str | None
    our_state: State


def destatis_weather(
    *,
    last_six_values: Sequence[float | None],
    current_year: int,
    target: float,
    target_year: int,
    direction: Direction,
    bands: PaceBands = DEFAULT_BANDS,
) -> DestatisWeather:
    """Weather symbol: the miss at the target year if the mean of the last five yearly changes goes on.

    Source: dns-indikatoren.de/en/status. The miss is compared with the distance still to go: under 5% (or
    reached) `sun`, up to 20% `slightly_cloudy`, more `cloudy`; no change or the wrong way `thunderstorm`. It is
    linear, so zero and negative values do no harm.

    Our state stands instead from the target year on, when nothing is left to project (an unmet target reads
    `cloudy`, we say `missed`), and with fewer than six values, for which the published exception could not be
    read: the numbers are None, `not_assessable`, or `no_data` without a latest value. The plan's own base is
    unknown to this method, so our line starts at the first of the six values, also for a younger plan.
    """
    sign = SIGN_OF_DIRECTION[direction]
    values = list(last_six_values[-(DESTATIS_YEARLY_CHANGES + 1) :])
    known = [value for value in values if value is not None]
    if len(known) <= DESTATIS_YEARLY_CHANGES:
        has_latest = bool(values) and values[-1] is not None
        return DestatisWeather(None, None, None, None, None, "not_assessable" if has_latest else "no_data")
    first, current, first_year = known[0], known[-1], current_year - DESTATIS_YEARLY_CHANGES
    mean_change = (current - first) / DESTATIS_YEARLY_CHANGES
    projected = current + mean_change * (target_year - current_year)
    missed_by = sign * (target - projected)
    distance = abs(target - current)
    share = missed_by / distance if distance else None
    is_met = sign * current >= sign * target
    is_over = target_year <= current_year
    return DestatisWeather(
        mean_annual_change=mean_change,
        projected_value=projected,
        missed_by=missed_by,
        missed_share_of_remaining_distance=share,
        symbol="sun" if is_met or share is None else _symbol(share, is_closer=sign * mean_change > 0),
        our_state=state_by_straight_line(
            base=first,
            current=current,
            target=target,
            sign=sign,
            elapsed=1.0 if is_over else elapsed_share(first_year, target_year, current_year),
            value_at_due=latest_value_until(target_year, dict(enumerate(known, start=first_year))),
            bands=bands,
        ),
    )


def _symbol(missed_share: float, *, is_closer: bool) -> str:
    share = round(missed_share, RATIO_DECIMALS)
    if not is_closer:
        return "thunderstorm"
    if share < 0.05:
        return "sun"
    return "slightly_cloudy" if share <= 0.20 else "cloudy"


@dataclass(frozen=True)
class EscapStatus:
    """Result of `escap_current_status`: 0 at the base, 10 at the target; not cut on either side."""

    status_0_to_10: float | None
    our_state: State


def escap_current_status(
    *,
    base_value: float,
    current_value: float,
    target: float,
    direction: Literal["increasing", "decreasing"],
    parity: bool = False,
) -> EscapStatus:
    """Share of the needed change made so far, on a scale to 10 (ESCAP, as in the UNICEF MENARO script).

    Parity targets (a ratio of 1, say) count the distance on either side. Base equals target: plus or minus
    infinity as in the R original, None where nothing moved.

    The scale has no time: 5 of 10 is early in the first year and late in the last. So our state is only what holds
    without dates: `met`, `going_backwards` (further away than the base), else `not_assessable`; it also
    stands in for the infinities.
    """
    sign = SIGN_OF_DIRECTION[direction]
    way = abs(target - base_value)
    # Parity has no better side: only a smaller distance is progress, and only none at all is met.
    progress = way - abs(target - current_value) if parity else sign * (current_value - base_value)
    is_met = current_value == target if parity else sign * current_value >= sign * target
    status = 10 * progress / way if way else None
    if not way and progress:
        status = math.copysign(math.inf, progress)
    state: State = "not_assessable"
    if is_met:
        state = "met"
    elif progress < 0:
        state = "going_backwards"
    return EscapStatus(status_0_to_10=status, our_state=state)
