"""A difference in words: which part of it came from what, with the names behind. Pure."""

from __future__ import annotations

import datetime as dt

from tracker import catalog, text
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
    before, after, steps = _ends(difference, target, language)
    parts += [
        word("difference.part", language, part=word(f"difference.{key}", language), amount=step)
        for key, step in steps.items()
    ]
    if difference.target_before is not None and difference.target_before != difference.target_after:
        both = (difference.target_before, difference.target_after)
        old, new = (_value(value, target, language, None) for value in both)
        parts.append(word("difference.target_changed", language, before=old, after=new))
    names = {code: threshold.name.in_language(language) for code, threshold in catalog.load().thresholds.items()}
    parts += [
        word(
            "difference.threshold_changed", language, threshold=names.get(key, key), before=f"{old:g}", after=f"{new:g}"
        )
        for key, old, new in difference.thresholds
    ]
    separator = word("difference.separator", language)
    shown = parts
    if is_short:
        shown = parts[:_SHOWN] + ([word("difference.others", language)] if len(parts) > _SHOWN else [])
    said = word("difference.parts", language, parts=separator.join(shown)) if shown else ""
    key = "difference.ends_of_units" if difference.units else "difference.ends"
    line = word(key, language, before=before, after=after) + said
    return line if is_short else word("notice.named", language, name=target["name"]) + line


def _ends(difference: Difference, target: Row, language: str) -> tuple[str, str, dict[str, str]]:
    """The value then and now as printed, and by what other data and the months since moved it."""
    moved = {"restated": difference.restated, "since": difference.since}
    moved = {key: amount for key, amount in moved.items() if abs(amount) > _SAME}
    first, last = difference.value_before, difference.value_after
    goals = (difference.target_before, difference.target_after)
    if difference.units:
        sums = zip((first, last), goals, difference.units, strict=True)
        before, after = (
            _of_units(_value(value, target, language, goal), units, language) for value, goal, units in sums
        )
        return before, after, {}
    if any(difference.stale):
        sides = zip((first, last), goals, difference.stale, strict=True)
        before, after = (_of_month(_value(value, target, language, goal), day, language) for value, goal, day in sides)
        return before, after, {}
    if first is None or last is None or not moved:
        before, after = (
            _value(value, target, language, goal) for value, goal in zip((first, last), goals, strict=True)
        )
        # What nobody reported is no zero to which something was added; names still add up to a count.
        counted = moved if difference.names.height else {}
        return before, after, {key: _signed(amount, target, language) for key, amount in counted.items()}
    between = [first + difference.restated] if len(moved) > 1 else []
    aims = [goals[0], *(None for _ in between), goals[1]]
    ends, steps = text.changes([first, *between, last], target["unit"], target["decimals"], language, aims)
    return ends[0], ends[-1], dict(zip(moved, steps, strict=True))


def _amounts(difference: Difference) -> list[tuple[str, int]]:
    """Each part that adds and each that takes away: a part may do both, and its sum would hide it."""
    sides = [(part, (came, went)) for part, came, went in totals(difference.names)]
    return [(part, amount) for part, both in sides for amount in both if amount]


def _part(part: str, amount: int, difference: Difference | None, target: Row, language: str) -> str:
    said = {"part": word(f"difference.{part}", language), "amount": _signed(amount, target, language)}
    if difference is None:
        return word("difference.part", language, **said)
    rows = difference.names.filter((difference.names["part"] == part) & (difference.names["amount"] * amount > 0))
    names = rows["name"].drop_nulls().to_list()
    return word("difference.part_named", language, **said, names=named(names, language, abs(amount)))


def _of_month(shown: str, day: dt.date | None, language: str) -> str:
    """A value that is older than its month says of when it is."""
    if day is None:
        return shown
    return word("difference.of_month", language, value=shown, month=text.month(day, language))


def _of_units(shown: str, units: tuple[int, int], language: str) -> str:
    """A sum says of how many units it is."""
    reported, expected = units
    return word("difference.of_units", language, value=shown, reported=reported, expected=expected)


def _value(value: float | None, target: Row, language: str, target_value: float | None) -> str:
    if value is None:
        return word("status.not_reported", language).lower()
    # Never rounded onto its target: the state beside it would deny it.
    return text.compact(value, target["unit"], target["decimals"], language, target_value)


def _signed(amount: float, target: Row, language: str) -> str:
    return text.signed(amount, target["unit"], target["decimals"], language)
