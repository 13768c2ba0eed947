"""Months on the calendar, against counting them one by one."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.months import month_end


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        ("2025-12-31", -3, "2025-09-30"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-02-28", 12, "2024-02-29"),
        ("2025-01-15", 0, "2025-01-31"),
        ("2025-01-31", -1, "2024-12-31"),
        ("2025-11-30", 1, "2025-12-31"),
    ],
)
def test_the_end_of_a_month_so_many_months_away(day: str, months: int, end: str) -> None:
    assert month_end(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(end)
