"""Months counted on the calendar."""

from __future__ import annotations

import calendar
import datetime as dt

_MONTHS = 12


def month_end(day: dt.date, months: int) -> dt.date:
    """The last day of the month that lies so many months after that of a day; before it where negative."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])
