"""The period that a figure is of: 2025年第三季度, 2025Q3, 2025年度, 截至2025年9月, 2025年1-9月."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import NamedTuple

from etl.clean import parse_day, with_digits

_YEAR = r"(?P<year>20\d\d)"
_DASH = r"[-—–~至到]+"
_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
# In order: the first form that fits a place decides, so that 2025年第三季度 is no year and 2025年1-9月 no January.
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_YEAR}年?度?(?P<since>前|1{_DASH}|一{_DASH})?第?(?P<quarter>[一二三四1-4])个?季(?:度|末)*",
        rf"{_YEAR}年?-?Q(?P<quarter>[1-4])(?!\d)",
        rf"{_YEAR}年?(?P<half>[上下])半年",
        rf"{_YEAR}年(?P<first>1?[0-9]?)月?{_DASH}(?P<month>1[0-2]|0?[1-9])月(?:份|底|末|止)*(?!\d|日)",
        rf"{_YEAR}年(?P<month>1[0-2]|0?[1-9])月(?:份|底|末|止)*(?!\d|日)",
        rf"{_YEAR}(?:年度|年(?!\d*月)|全年)(?:全年|底|末|终)?",
    )
)
# Only as a whole cell or option: inside a title these may be document numbers or days of writing.
_BARE_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?:FY)?{_YEAR}",
        # 2025.1 may be October that lost its zero in a number cell.
        rf"{_YEAR}[-/.](?P<month>1[0-2]|0[1-9]|[2-9])",
        rf"{_YEAR}[-/](?P<month>1)",
        rf"{_YEAR}(?P<month>0[1-9]|1[0-2])",
    )
)
_MONTH_IN_NAME = re.compile(rf"(?<!\d){_YEAR}[-_.]?(?P<month>0[1-9]|1[0-2])(?![-_./]?\d)")
_QUARTER_APART = re.compile(rf"{_YEAR}年[^0-9]{{0,30}}?(?P<since>前)?第?(?P<quarter>[一二三四])季度")
_YEAR_RANGE = re.compile(rf"20\d\d年?{_DASH}20\d\d年?|20\d\d年{_DASH}\d+年")
_DAY = r"20\d\d年\d{1,2}月\d{1,2}日|20\d\d[-/.]\d{1,2}[-/.]\d{1,2}|(?<!\d)20\d{6}(?!\d)"
_AS_OF_DAY = re.compile(rf"截[至止]到?(?:目前)?[::]?(?P<day>{_DAY})")
_WRITTEN_ON = re.compile(rf"(?:日期|时间)[::]?(?:{_DAY}|20\d\d年\d{{1,2}}月)|{_DAY}")
_DATE_DIGITS = 8
_BEFORE, _AFTER = re.compile(r"^(?:截[至止]到?|至|到)"), re.compile(r"(?:为止|止)$")


class Span(NamedTuple):
    """A period: its last day, and how many months it lasts where the words say so (上半年 is 6, 1—9月 is 9)."""

    ends_on: dt.date
    months: int | None


def parse_period(printed: str) -> dt.date | None:
    """The last day of the period that a cell or an option names; None where it names none.

    A day names itself. "2025.1" is None: as a number cell it may be January or October.
    """
    span = parse_span(printed)
    return span.ends_on if span else None


def parse_span(printed: str) -> Span | None:
    """As :func:`parse_period`, with the months."""
    text = _AFTER.sub("", _BEFORE.sub("", _squeezed(printed)))
    for form in (*_FORMS, *_BARE_FORMS):
        found = form.fullmatch(text)
        if found:
            return _span(found)
    # A number of five digits may be a date of Excel, or anything else.
    day = None if text.isdecimal() and len(text) != _DATE_DIGITS else parse_day(text) or parse_day(printed)
    return Span(day, None) if day else None


def periods_in(printed: str) -> list[dt.date]:
    """The last days of all periods that a running text names (a title, a caption, a file name), each once.

    A span of years is the life of a plan, and a day is the day of writing unless 截至 stands before it.
    """
    return list(dict.fromkeys(span.ends_on for span in spans_in(printed)))


def spans_in(printed: str) -> list[Span]:
    """As :func:`periods_in`, with the months."""
    text = _YEAR_RANGE.sub("|", _squeezed(printed))
    found = [Span(day, None) for hit in _AS_OF_DAY.finditer(text) if (day := parse_day(hit["day"])) is not None]
    text = _WRITTEN_ON.sub("|", _AS_OF_DAY.sub("|", text))
    for form in (*_FORMS[:-1], _QUARTER_APART, _FORMS[-1], _MONTH_IN_NAME):
        found += [_span(hit) for hit in form.finditer(text)]
        text = form.sub("|", text)
    return list(dict.fromkeys(found))


def without_periods(printed: str) -> str:
    """A caption without the periods that it names."""
    text = _squeezed(printed)
    for form in _FORMS:
        text = form.sub("", text)
    return text


def _squeezed(text: str) -> str:
    return "".join(with_digits(text).split()).upper()


def _span(found: re.Match[str]) -> Span:
    parts = found.groupdict()
    if parts.get("month"):
        month, first = int(parts["month"]), parts.get("first")
        months = 1 if first is None else month - int(first) + 1 if first else None
    elif parts.get("quarter"):
        month = _QUARTERS[parts["quarter"]]
        months = month if parts.get("since") else 3
    else:
        month, months = (6, 6) if parts.get("half") == "上" else (12, 6 if parts.get("half") else 12)
    year = int(parts["year"])
    # 2025年11-2月 is no span that anybody can count.
    known = months if months is not None and 0 < months <= month else None
    return Span(dt.date(year, month, calendar.monthrange(year, month)[1]), known)
