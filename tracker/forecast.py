"""The chance of meeting a target, and how many new recognitions to expect. Pure; the same input, the same numbers.

Closed forms only: the tails are regularised incomplete gamma and beta functions, which stay exact to some thirteen
digits for counts of any size, where summing terms would not.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import betainc, gammainc, gammaincc  # type: ignore[import-untyped]

# A cumulative chance that equals a quantile's share in exact arithmetic may fall short of it by binary dust.
_DUST = 1e-12


@dataclass(frozen=True)
class PoissonForecast:
    """Result of `forecast_poisson`: a chance between 0 and 1, and counts of new recognitions."""

    probability_target_met: float
    expected_new: float
    median_new: int
    interval_80: tuple[int, int]


@dataclass(frozen=True)
class GammaPoissonForecast:
    """Result of `forecast_gamma_poisson`: a chance between 0 and 1, and counts of new recognitions."""

    probability_target_met: float
    mean_new: float
    median_new: int
    interval_80: tuple[int, int]


def forecast_poisson(*, remaining: int, rate_per_year: float, years_left: float) -> PoissonForecast:
    """Chance that at least `remaining` recognitions come, where their yearly rate is known.

    P(N >= k) for N ~ Poisson(rate x years). Years may be batches throughout: lists come out once or twice a year,
    and after the last one before the due date nothing is left to hope for. The interval runs from the 10% to
    the 90% quantile. It takes the rate as certain; a rate counted from a few years needs `forecast_gamma_poisson`.

    Args:
        remaining: recognitions still needed; 0 or less means met, chance 1.
        rate_per_year: expected recognitions a year.
        years_left: years (or batches) until the due date.

    Raises:
        ValueError: a negative or infinite rate or time.
    """
    _refuse_negative_or_infinite(rate_per_year, years_left)
    expected = rate_per_year * years_left

    def chance_of_at_most(count: int) -> float:
        return float(gammaincc(count + 1.0, expected))

    return PoissonForecast(
        probability_target_met=float(gammainc(remaining, expected)) if remaining > 0 else 1.0,
        expected_new=expected,
        median_new=_quantile(chance_of_at_most, 0.5),
        interval_80=(_quantile(chance_of_at_most, 0.1), _quantile(chance_of_at_most, 0.9)),
    )


def forecast_gamma_poisson(
    *,
    remaining: int,
    observed_events: int,
    observed_years: float,
    years_left: float,
    prior_shape: float = 0.5,
    prior_rate: float = 0.0,
) -> GammaPoissonForecast:
    """Chance that at least `remaining` recognitions come, where the rate is only known from a few years.

    The rate has a Gamma(prior_shape, prior_rate) prior (Jeffreys by default), so the new recognitions are negative
    binomial with size prior_shape + observed_events and success probability
    (prior_rate + observed_years) / (prior_rate + observed_years + years_left). Source: Gelman et al., Bayesian
    Data Analysis, 3rd ed., ch. 2. The interval runs from the 10% to the 90% quantile.

    Args:
        remaining: recognitions still needed; 0 or less means met, chance 1.
        observed_events: recognitions counted in the observed time.
        observed_years: years (or batches) in which they were counted.
        years_left: years (or batches) until the due date.
        prior_shape: prior events; several areas with a common rate are pooled through it.
        prior_rate: prior years.

    Raises:
        ValueError: a negative or infinite number, or no time or no events at all, observed or prior: such a rate
            has no distribution.
    """
    _refuse_negative_or_infinite(observed_events, observed_years, years_left, prior_shape, prior_rate)
    size, years_known = prior_shape + observed_events, prior_rate + observed_years
    if size == 0 or years_known == 0:
        raise ValueError("a rate needs observed or prior years, and observed or prior events")
    share_known, share_left = years_known / (years_known + years_left), years_left / (years_known + years_left)

    def chance_of_at_most(count: int) -> float:
        return float(betainc(size, count + 1.0, share_known))

    return GammaPoissonForecast(
        probability_target_met=float(betainc(remaining, size, share_left)) if remaining > 0 else 1.0,
        mean_new=size * years_left / years_known,
        median_new=_quantile(chance_of_at_most, 0.5),
        interval_80=(_quantile(chance_of_at_most, 0.1), _quantile(chance_of_at_most, 0.9)),
    )


def _refuse_negative_or_infinite(*numbers: float) -> None:
    if not all(0 <= number < math.inf for number in numbers):
        raise ValueError(f"rates, counts, years and priors are finite and not negative: {numbers}")


def _quantile(chance_of_at_most: Callable[[int], float], share: float) -> int:
    """The smallest count that is not exceeded with at least the given chance."""
    limit = 1
    while chance_of_at_most(limit) < share:
        limit *= 2
    return bisect_left(range(limit + 1), share - _DUST, key=chance_of_at_most)
