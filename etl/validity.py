"""The validity that a title prints (有效期：2025年7月1日至2028年6月30日), whose days are never the day of an event."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from etl.clean import chinese_number, parse_day

# A day, or the month or year that stands in its place: it belongs to the validity too, but opens or ends none.
_TIME = (
    r"20\d\d年(?:\d{1,2}月(?:\d{1,2}日?)?)?|20\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|20\d\d[/.]\d{1,2}(?!\d)|20\d{6}(?!\d)"
)
_APART = re.compile(r"(?<=\d)\s*([年月])\s*(?=\d)|(?<=\d)\s+(?=日)")
_FROM, _TO = rf"(?P<start>{_TIME})", rf"(?P<end>{_TIME})"
_NUMBER_OF_YEARS = r"(?:[一二三四五六七八九十]|[1-9])年(?![度\d])"
_FOR, _FOR_BEHIND = rf"(?P<years>{_NUMBER_OF_YEARS})", rf"(?P<years_behind>{_NUMBER_OF_YEARS})"
_UNTIL = r"[起始,、;\s]*(?:有效期?)?(?:至|到|止|截[至止]|[-—–―~]){1,3}[为:\s]*"
_GAP = rf"(?:{_FOR}|[限间时为是自从由共计即起始至到止截:(,\s]){{0,12}}?"
_OTHER_DAY = "认定|公布|公示|发文|印发|发证|填报|制表"
_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"有效(?:期|时间){_GAP}{_FROM}{_UNTIL}{_TO}",
        rf"有效(?:期|时间){_GAP}[至到止](?:日期?)?[为:\s]*{_TO}",
        rf"有效(?:期|时间){_GAP}(?:(?<=[自从由]){_FROM}|(?P<start_named>{_TIME})(?=起))起?(?:,?(?:有效期)?为?期?{_FOR_BEHIND})?",
        rf"{_FROM}{_UNTIL}{_TO}[起止]?(?:期间|内)?有效",
        rf"[自从]{_FROM}起?,?(?:{_FOR}内?)?有效(?:期限?为?{_FOR_BEHIND})?",
        # Whatever else stands behind the word: its days are no days of an event either.
        rf"有效期(?!内|届满|到期)(?:(?!{_OTHER_DAY})[^\d。;,|)]|{_NUMBER_OF_YEARS}){{0,14}}?(?:{_TIME})",
    )
)


@dataclass(frozen=True)
class Validity:
    """From which day to which a title says that it is valid; None where it does not say so to the day."""

    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


def validity_in(text: str) -> tuple[Validity, str]:
    """The validity that a text states, and the text without the days of it.

    Args:
        text: in the normal form of :func:`etl.clean.with_digits`.
    """
    text = _APART.sub(r"\1", text)
    found: set[Validity] = set()
    for phrase in _PHRASES:
        while (hit := phrase.search(text)) is not None:
            found.add(_validity(hit))
            # The words stay: 有效期届满 says what the list is.
            text = text[: hit.start()] + re.sub(_TIME, "", hit[0]) + text[hit.end() :]
    stated = found - {Validity()}
    return stated.pop() if len(stated) == 1 else Validity(), text


def end_of(valid_from: dt.date, years: int) -> dt.date:
    """The last day of so many years, as SQL and Polars count: 29 February gives 28 February, less a day."""
    day = 28 if (valid_from.month, valid_from.day) == (2, 29) else valid_from.day
    return valid_from.replace(year=valid_from.year + years, day=day) - dt.timedelta(days=1)


def _validity(hit: re.Match[str]) -> Validity:
    said = {name: text for name, text in hit.groupdict().items() if text}
    start, end = said.get("start") or said.get("start_named"), said.get("end")
    valid_from, valid_to = parse_day(start or ""), parse_day(end or "")
    years = said.get("years") or said.get("years_behind")
    if valid_from is not None and end is None and years is not None:
        valid_to = end_of(valid_from, chinese_number(years.removesuffix("年")) or 0)
    is_backwards = valid_from is not None and valid_to is not None and valid_to < valid_from
    return Validity() if is_backwards else Validity(valid_from, valid_to)
