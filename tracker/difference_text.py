"""A difference in words: which part of it came from what, with the names behind. Pure."""

from __future__ import annotations

from tracker import text
from tracker.difference import totals
from tracker.explained import Difference
from tracker.findings import Row
from tracker.notice_debts import named
from tracker.text import word

_SAME = 1e-9
_SHOWN = 2


def difference_line(target: Row, difference: Difference, language: str, *, is_short: bool = False) -> str:
    """One target's value then and now, every part of the difference with its sign, and what else was set anew.

    Args:
        target: a row of :func:`tracker.viewing.targets_at`.
        difference: :func:`tracker.explained.explain` of it.
        language: of the words.
        is_short: without the names of the target and of enterprises, and of the parts only the first.
    """
    parts = [
        _part(part, amount, None if is_short else difference, target, language) for part, amount in _amounts(difference)
    ]
    for key, amount in (("restated", difference.restated), ("since", difference.since)):
        if abs(amount) > _SAME:
            shown = _signed(amount, target, language)
            parts.append(word("difference.part", language, part=word(f"difference.{key}", language), amount=shown))
    if difference.target_before is not None and difference.target_before != difference.target_after:
        both = (difference.target_before, difference.target_after)
        before, after = (_value(value, target, language, None) for value in both)
        parts.append(word("difference.target_changed", language, before=before, after=after))
    parts += [
        word("difference.threshold_changed", language, threshold=key, before=f"{old:g}", after=f"{new:g}")
        for key, old, new in difference.thresholds
    ]
    moved = {
        "before": _value(difference.value_before, target, language, difference.target_before),
        "after": _value(difference.value_after, target, language, difference.target_after),
    }
    separator = word("difference.separator", language)
    if not is_short:
        return word("difference.line", language, name=target["name"], **moved, parts=separator.join(parts))
    first = parts[:_SHOWN] + ([word("difference.others", language)] if len(parts) > _SHOWN else [])
    return word("difference.short", language, **moved, parts=separator.join(first))


def _amounts(difference: Difference) -> list[tuple[str, int]]:
    """Each part that adds and each that takes away: a part may do both, and its sum would hide it."""
    sides = [(part, (came, went)) for part, came, went in totals(difference.names)]
    return [(part, amount) for part, both in sides for amount in both if amount]


def _part(part: str, amount: int, difference: Difference | None, target: Row, language: str) -> str:
    said = {"part": word(f"difference.{part}", language), "amount": _signed(amount, target, language)}
    if difference is None:
        return word("difference.part", language, **said)
    rows = difference.names.filter((difference.names["part"] == part) & (difference.names["amount"] * amount > 0))
    return word("difference.part_named", language, **said, names=named(rows["name"].to_list(), language))


def _value(value: float | None, target: Row, language: str, target_value: float | None) -> str:
    if value is None:
        return word("status.not_reported", language)
    # Never rounded onto its target: the state beside it would deny it.
    return text.compact(value, target["unit"], target["decimals"], language, target_value)


def _signed(amount: float, target: Row, language: str) -> str:
    return ("+" if amount > 0 else "−") + text.distance(amount, target["unit"], target["decimals"], language)
