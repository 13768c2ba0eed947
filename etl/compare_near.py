"""The nearest name, for a person to look at: never a match.

Names of one city differ in a few characters that stand anywhere, and share the rest (place, trade, legal form). So a
few candidates are taken by the pairs of characters they share, rare pairs counting more, and are then compared
character by character without the legal form.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

_LEGAL_FORM = re.compile(r"(?:集团)?(?:股份)?(?:有限)?(?:责任)?(?:公司)?(?:\([^()]*\))?$")
_LIKENESS = 0.8
_CANDIDATES = 20


def nearest(names: Sequence[str], known: Sequence[str]) -> list[int | None]:
    """For each name the place of the most similar one among ``known``, None where nothing comes near.

    Args:
        names: names in the form of :func:`etl.clean.text_key`.
        known: those to choose from, in the same form; of equally near ones the first is taken.
    """
    cores = [_core(name) for name in known]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, core in enumerate(cores):
        for pair in _pairs(core):
            holders[pair].append(place)
    weights = {pair: math.log(1 + len(cores) / len(places)) for pair, places in holders.items()}
    return [_nearest(_core(name), cores, holders, weights) for name in names]


def _nearest(core: str, cores: Sequence[str], holders: dict[str, list[int]], weights: dict[str, float]) -> int | None:
    shared: Counter[int] = Counter()
    for pair in _pairs(core) & weights.keys():
        for place in holders[pair]:
            shared[place] += weights[pair]  # type: ignore[assignment]
    by_weight = sorted(shared, key=lambda place: (-shared[place], place))[:_CANDIDATES]
    likeness = {place: _likeness(core, cores[place]) for place in by_weight}
    best = max(likeness, key=lambda place: (likeness[place], -place), default=None)
    return best if best is not None and likeness[best] >= _LIKENESS else None


def _likeness(one: str, other: str) -> float:
    """The share of characters that two names have in common in the same order; an abbreviation is as near as a slip."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _core(name: str) -> str:
    return _LEGAL_FORM.sub("", name) or name


def _pairs(core: str) -> set[str]:
    return {core[place : place + 2] for place in range(len(core) - 1)} or {core}
