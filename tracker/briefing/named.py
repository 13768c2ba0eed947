"""Named briefings: a selection without its month, kept in the office store and made again a month later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tracker.briefing.selection import Selection
from tracker.viewing import Rule

# What belongs to one issue and not to the name: the next one has another month, build and number.
_OF_ONE_ISSUE = ("as_of", "build_id", "compared_with", "issue")


def kept(selection: Selection) -> dict[str, Any]:
    """A selection as it is stored; the month compared with is so many months before, whatever the month."""
    values = {name: value for name, value in asdict(selection).items() if name not in _OF_ONE_ISSUE}
    before = selection.compared_with
    return {**values, "months_before": None if before is None else _months(selection.as_of) - _months(before)}


def restored(stored: Mapping[str, Any], as_of: dt.date, build_id: str) -> Selection:
    """A stored selection for a month of a build."""
    values = {name: value for name, value in stored.items() if name != "months_before"}
    values |= {name: tuple(values.get(name, ())) for name in ("area_codes", "target_ids")}
    values["rule"] = Rule(**values.get("rule", {}))
    back = stored.get("months_before")
    earlier = None if back is None else _month_end(_months(as_of) - back)
    return Selection(**values, as_of=as_of, build_id=build_id, compared_with=earlier)


def _months(day: dt.date) -> int:
    return 12 * day.year + day.month - 1


def _month_end(months: int) -> dt.date:
    year, month = divmod(months + 1, 12)
    return dt.date(year, month + 1, 1) - dt.timedelta(days=1)
