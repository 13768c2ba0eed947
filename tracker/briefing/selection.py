"""What a briefing is asked about, and the names of its files. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from tracker.text import word
from tracker.viewing import DEFAULT_RULE, Rule

# What no file system takes, and what a shell or an archive would stumble over.
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\s《》]+')


@dataclass(frozen=True)
class Selection:
    """What a briefing is asked about, as codes, and the words of the office that sends it.

    ``area_codes``: none is the whole plan; one is that area's own briefing; several are the whole plan with only
    these in the tables of areas. ``target_ids``: none is every target. ``compared_with``: an earlier month end; None
    is a quarter before. ``title``, ``unit``, ``issue`` and ``paragraph`` are printed as they stand.
    """

    plan_id: str
    as_of: dt.date
    build_id: str
    language: str = "zh"
    rule: Rule = DEFAULT_RULE
    area_codes: tuple[str, ...] = ()
    target_ids: tuple[str, ...] = ()
    compared_with: dt.date | None = None
    title: str = ""
    unit: str = ""
    issue: str = ""
    paragraph: str = ""
    with_forecast: bool = False


def file_stem(plan: str, area: str, as_of: dt.date, language: str) -> str:
    """The name of a briefing's files without their ending: plan, area, month."""
    name = word("briefing.file", language, plan=plan, area=area, month=f"{as_of:%Y-%m}")
    return in_file_name(name)


def in_file_name(said: str) -> str:
    """Words as part of a file name on every system."""
    return _NOT_IN_FILE_NAMES.sub("_", said).strip("_. ")
