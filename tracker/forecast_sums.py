"""Distributions of titles kept plus titles gained, many at once and exactly: binomials and negative binomials added.

The chances of each part are computed in closed form on 0, 1, 2, …; the parts are added by multiplying their
discrete Fourier transforms, which is a convolution without its double loop. Nothing is drawn at random: the same
input gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# A cumulative chance that equals a quantile's share in exact arithmetic may fall short of it by binary dust.
_DUST = 1e-10
# A block of distributions holds at most this many numbers.
_BLOCK = 1 << 21
# Beyond mean + 10 deviations + 25 / success probability less than 1e-10 of a negative binomial is left.
_DEVIATIONS, _TAIL = 10.0, 25.0
_TINY = 1e-300


def cumulative_sums(
    trials: Integers, shares: Floats, sizes: Floats, successes: Floats
) -> Iterator[tuple[Integers, Floats]]:
    """Cumulative chances of sums of independent binomials and negative binomials, block by block.

    Args:
        trials: titles due for review: one row per distribution, one column per binomial.
        shares: their chance to pass, of the same shape.
        sizes: size of each negative binomial, 0 for one that is always 0: one row per distribution.
        successes: its success probability, of the same shape.

    Yields:
        Row numbers, and for each of them the chance of at most 0, 1, 2, … in all.
    """
    limits = trials.sum(axis=1) + _upper_limits(sizes, successes).sum(axis=1)
    lengths = 2 ** np.ceil(np.log2(limits + 1)).astype(np.int64)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        step = max(1, _BLOCK // int(length))
        for start in range(0, len(rows), step):
            block = rows[start : start + step]
            yield block, _added(trials[block], shares[block], sizes[block], successes[block], int(length))


def _added(trials: Integers, shares: Floats, sizes: Floats, successes: Floats, length: int) -> Floats:
    # Room for the sum of all parts is in `length`; what a part has beyond it is the tail given up above.
    counts = np.arange(length)
    parts = [_binomial(counts, trials[:, [i]], shares[:, [i]]) for i in range(trials.shape[1]) if trials[:, i].any()]
    parts += [
        _negative_binomial(counts, sizes[:, [i]], successes[:, [i]]) for i in range(sizes.shape[1]) if sizes[:, i].any()
    ]
    if not parts:
        return np.ones((len(trials), length))
    whole = parts[0]
    if len(parts) > 1:
        transform = np.fft.rfft(whole)
        for part in parts[1:]:
            transform = transform * np.fft.rfft(part)
        whole = np.fft.irfft(transform, n=length)
    cumulative: Floats = np.minimum(np.cumsum(np.maximum(whole, 0.0), axis=1), 1.0)
    return cumulative


def _upper_limits(sizes: Floats, successes: Floats) -> Integers:
    mean = sizes * (1 - successes) / successes
    limits = mean + _DEVIATIONS * np.sqrt(mean / successes) + _TAIL / successes
    return np.where(sizes > 0, np.ceil(limits), 0).astype(np.int64)


def _binomial(counts: Integers, trials: Integers, share: Floats) -> Floats:
    log_factorials = gammaln(np.arange(len(counts) + 1) + 1.0)
    rest = np.maximum(trials - counts, 0)
    ways = log_factorials[trials] - log_factorials[counts] - log_factorials[rest]
    # A pass rate of 0 or 1 leaves one count only: the other powers vanish as they should.
    passed, failed = np.log(np.maximum(share, _TINY)), np.log(np.maximum(1 - share, _TINY))
    return np.where(counts <= trials, np.exp(ways + counts * passed + rest * failed), 0.0)


def _negative_binomial(counts: Integers, size: Floats, success: Floats) -> Floats:
    is_certain = size == 0
    known = np.where(is_certain, 1.0, size)
    ways = gammaln(known + counts) - gammaln(known) - gammaln(counts + 1.0)
    chances: Floats = np.exp(ways + known * np.log(success) + counts * np.log1p(-success))
    return np.where(is_certain, (counts == 0).astype(np.float64), chances)


def quantiles(cumulative: Floats, share: float) -> Integers:
    """For every row the smallest count that is not exceeded with at least the given chance."""
    counts: Integers = (cumulative >= share - _DUST).argmax(axis=1)
    return counts


def chance_between(cumulative: Floats, rows: Integers, lowest: Integers, highest: Integers) -> Floats:
    """For every asked row number the chance of a count from lowest to highest, both inclusive."""
    last = cumulative.shape[1] - 1

    def at_most(count: Integers) -> Floats:
        found = cumulative[rows, np.clip(count, 0, last)]
        return np.where(count < 0, 0.0, np.where(count > last, 1.0, found))

    chance: Floats = np.clip(at_most(highest) - at_most(lowest - 1), 0.0, 1.0)
    # What is left of the tail after adding is dust, and a certain thing is certain.
    return np.where(chance < _DUST, 0.0, np.where(chance > 1 - _DUST, 1.0, chance))
