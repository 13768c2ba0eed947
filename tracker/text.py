"""Words, numbers, dates and units in both languages. Pure: the language is always an argument."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from tracker.yaml_text import read_yaml

LOCALES_DIR = Path(__file__).resolve().parent.parent / "data" / "locales"
LANGUAGES = ("zh", "en")

# States that say more than their leaders' word; the tables print them beside it.
STATES_WITH_NOTE = ("met_early", "met_late", "slightly_behind", "going_backwards", "not_started", "not_assessable")

# How the plans number their clauses: 二（三）12, 三、10, 举措四.
_DIGITS = "一二三四五六七八九十"
_SECTION = re.compile(rf"(政策|举措)?([{_DIGITS}]+)(?:（([{_DIGITS}]+)）)?、?([0-9]+)?")
_SECTION_KINDS = {"政策": "section.policy", "举措": "section.action", None: "section.numbered"}
_EXTRA_DECIMALS = 3
_SAME = 1e-9


@lru_cache(maxsize=len(LANGUAGES))
def words(language: str) -> dict[str, str]:
    """Every interface word of a language by its dotted key (``overview.title``)."""
    content = read_yaml((LOCALES_DIR / f"{language}.yml").read_text(encoding="utf-8"))
    return dict(_flatten(content, ""))


def _flatten(content: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in content.items():
        if isinstance(value, dict):
            pairs.extend(_flatten(value, f"{prefix}{key}."))
        else:
            pairs.append((f"{prefix}{key}", str(value)))
    return pairs


def word(key: str, language: str, **values: object) -> str:
    """The phrase under a key with its ``{placeholders}`` filled.

    Raises:
        KeyError: where the language has no such phrase; a missing word is a mistake, never shown as its key.
    """
    return words(language)[key].format(**values)


def section(printed: str, language: str) -> str:
    """The number of a clause as it is written in a language: ``二（三）12`` is ``Sec. 2.3.12`` in English.

    A clause that is numbered in another way stays as it is printed.
    """
    found = _SECTION.fullmatch(printed.strip())
    if language == "zh" or found is None:
        return printed
    kind, part, below, item = found.groups()
    numbers = [*(str(_numeral(numeral)) for numeral in (part, below) if numeral), *([item] if item else [])]
    return word(_SECTION_KINDS[kind], language, number=".".join(numbers))


def _numeral(printed: str) -> int:
    """A Chinese numeral below one hundred."""
    tens, ten, ones = printed.rpartition("十")
    return (10 * (_DIGITS.index(tens) + 1 if tens else 1) if ten else 0) + (_DIGITS.index(ones) + 1 if ones else 0)


def number(value: float, decimals: int, language: str, target: float | None = None) -> str:
    """A number as a person writes it, never rounded onto or across its target.

    49.96 against 50 prints 49.96 at one decimal, 99.6 against 100 prints 99.6 at none: a printed number must not
    claim what the state beside it denies. Thousands are grouped from 10,000 in Chinese, from 1,000 in English.
    """
    shown = rounded(value, decimals, target)
    grouping = "," if abs(shown) >= (10_000 if language == "zh" else 1_000) else ""
    return f"{shown:{grouping}f}".replace("-", "−")


def rounded_up(value: float, decimals: int) -> float:
    """A need to some decimals: 0.31 a month is not 0.3, or the target would be missed by its own plan."""
    scale = 10.0**decimals
    return math.ceil(round(value * scale, 6)) / scale


def rounded(value: float, decimals: int, target: float | None = None) -> Decimal:
    """A number to the decimals in which :func:`number` prints it."""
    exact = Decimal(repr(round(float(value), 9)))
    plain = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if target is None or abs(float(exact) - target) < _SAME:
        return plain + 0
    below = float(exact) < target
    for extra in range(_EXTRA_DECIMALS + 1):
        shown = exact.quantize(Decimal(1).scaleb(-decimals - extra), ROUND_HALF_UP)
        if (float(shown) < target) if below else (float(shown) > target):
            return shown + 0
    step = Decimal(1).scaleb(-decimals - _EXTRA_DECIMALS)
    return exact.quantize(step, ROUND_FLOOR if below else ROUND_CEILING)


def quantity(value: float, unit: str, decimals: int, language: str, target: float | None = None) -> str:
    """A number with its unit: ``936 家``, ``54.6%``, ``1 enterprise``."""
    shown = number(value, decimals, language, target)
    form = "one" if shown == "1" else "many"
    return word(f"unit.{unit}.{form}", language, number=shown)


def compact(value: float, unit: str, decimals: int, language: str, target: float | None = None) -> str:
    """A number with its unit where it is one sign long (``936 家``, ``54.6%``), else the number alone."""
    return word(f"unit.{unit}.compact", language, number=number(value, decimals, language, target))


def distance(amount: float, unit: str, decimals: int, language: str, sign: str = "") -> str:
    """How far apart two values are; percentages differ by percentage points, not by percent."""
    gap_unit = {"percent": "percentage_point", "rank": "places"}.get(unit, unit)
    shown = number(abs(amount), decimals, language, target=0)
    return word(f"unit.{gap_unit}.compact", language, number=sign + shown)


def changes(
    values: Sequence[float], unit: str, decimals: int, language: str, targets: Sequence[float | None] = ()
) -> tuple[list[str], list[str]]:
    """Values that follow each other as printed, and the signed steps between them.

    A step is the difference of the printed values, so that who reckons it from the page finds the same: 4.446 and
    4.792 are 4.4 and 4.8, and +0.4 apart. Values that differ and would print alike get further decimals: 4.41, 4.44.

    Args:
        values: in order.
        unit: of the values.
        decimals: as many as the values usually have.
        language: of the words.
        targets: the target of each value, onto which it is never rounded; none is without.
    """
    aims = list(targets) or [None] * len(values)
    for more in range(_EXTRA_DECIMALS + 1):
        shown = [rounded(value, decimals + more, aim) for value, aim in zip(values, aims, strict=True)]
        steps = [after - before for before, after in pairwise(shown)]
        if all(step or before == after for step, (before, after) in zip(steps, pairwise(values), strict=True)):
            break
    # Each is printed from its rounded self: rounding it once more against its target changes nothing.
    ends = [compact(float(value), unit, _places(value), language) for value in shown]
    return ends, [signed(float(step), unit, _places(step), language) for step in steps]


def signed(amount: float, unit: str, decimals: int, language: str) -> str:
    """A change with its sign: ``+2 家``, ``−0.3 个百分点``."""
    return distance(amount, unit, decimals, language, "−" if amount < 0 else "+")


def _places(shown: Decimal) -> int:
    return max(0, -int(shown.as_tuple().exponent))


def target_phrase(
    value: float, value_high: float | None, comparator: str, wording: str, unit: str, decimals: int, language: str
) -> str:
    """A target with the plan's qualifier where it decides the judgement: ``超过 50%``, ``5 家左右``, ``全覆盖``.

    A verb such as 培育 before a plain lower bound decides nothing and is passed as an empty ``wording``.
    """
    amount = compact(value, unit, _needed_decimals(value, decimals), language)
    if comparator == "range" and value_high is not None:
        low = number(value, _needed_decimals(value, decimals), language)
        high = compact(value_high, unit, _needed_decimals(value_high, decimals), language)
        amount = word("target.between", language, low=low, high=high)
    return word(f"target.{comparator}", language, amount=amount, wording=wording).strip()


def _needed_decimals(value: float, most: int) -> int:
    """A plan writes 50% and 0.5, never 50.0% and 0.50."""
    return next((places for places in range(most) if abs(value - round(value, places)) < _SAME), most)


def state_note(state: str, language: str) -> str | None:
    """What the leaders' word leaves out (met late, below the baseline …), None where it says all."""
    return word(f"state.{state}", language) if state in STATES_WITH_NOTE else None


def month(date: dt.date, language: str) -> str:
    """``2025年12月`` or ``Dec 2025``."""
    return word("date.month", language, year=date.year, month=_month_name(date, language))


def day(date: dt.date, language: str) -> str:
    """``2025年12月31日`` or ``31 Dec 2025``."""
    return word("date.day", language, year=date.year, month=_month_name(date, language), day=date.day)


def _month_name(date: dt.date, language: str) -> str:
    return word("date.months", language).split(",")[date.month - 1]


def as_of(date: dt.date, data_cutoff: dt.date | None, language: str) -> str:
    """An as-of month; the running one is printed with its data cut-off, because its end lies ahead."""
    if data_cutoff is not None and data_cutoff < date:
        return word("date.running", language, month=month(date, language), day=data_cutoff.day)
    return month(date, language)


def received(on: dt.date, withdrawn_on: dt.date | None, language: str) -> str:
    """When a file came in, and when it was withdrawn if it was."""
    if withdrawn_on is None:
        return day(on, language)
    withdrawn = word("date.withdrawn", language, day=day(withdrawn_on, language))
    return listed([day(on, language), withdrawn], language)


def data_marks(language: str, *, is_demo: bool, is_draft: bool, in_full: bool = False) -> list[str]:
    """What must stand on everything that leaves the program: that the data are invented, that the plan is a draft."""
    end = "_explained" if in_full else ""
    return [word(f"app.{mark}{end}", language) for mark, is_so in (("demo", is_demo), ("draft", is_draft)) if is_so]


def listed(names: list[str], language: str) -> str:
    """Names in one line, joined as the language joins them."""
    return word("app.list_separator", language).join(names)
