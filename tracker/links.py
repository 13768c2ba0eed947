"""What a person looks at, as codes, and the link that opens exactly that.

Numbers in designed tables are plain ``<a href>`` links: a click opens the page anew, in a session of its own. Measured
in Chromium with the demo and warm scripts: 1.3 to 1.9 s from the click to the finding while ten other programs shared
the two cores. What Streamlit 1.67 offers for a switch within the session is no better way for a number:
``st.page_link`` and ``st.switch_page`` take ``query_params`` but need a widget for each of some 300 cells, a fragment
cannot change the page, and a pushed history entry is undocumented and keeps the old filters, for a session's own state
wins over its link. A plain link can be copied, opened beside the page, reached by keyboard, and taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tracker import excerpt
from tracker.viewing import RULE_BASES, Rule

ON, OFF = "1", "0"
# The menu; a page is offered as soon as its file is there. The first page stands alone, without a section's name.
SECTIONS = {
    "first": ("overview",),
    "progress": ("districts", "indicators", "measures", "plans"),
    "enterprises": ("enterprises", "ladder", "candidates"),
    "meetings": ("meeting", "briefing"),
    "data": ("desk", "questions", "due", "builds"),
    "about": ("about", "rights", "audit"),
}
PAGES = tuple(name for names in SECTIONS.values() for name in names)
FIRST_PAGE = PAGES[0]
# Pages that open without a build: where people begin who have nothing yet, and those about people.
PAGES_WITHOUT_VIEW = ("desk", "rights", "audit")


@dataclass(frozen=True)
class View:
    """What a person looks at, as codes.

    ``build_id`` is what is read: a build, or what the person may see of it (:mod:`tracker.excerpt`).
    """

    build_id: str
    is_pinned: bool
    is_demo: bool
    data_cutoff: dt.date | None
    plan_id: str
    plan_area: str
    area_code: str
    as_of: dt.date
    target_id: str | None
    rule: Rule
    language: str
    is_draft: bool = False


def codes(view: View) -> dict[str, str]:
    """The codes of a link to a view, without those that say what is the default anyway.

    Plan and month always stand there: their defaults move with the data, and a link must not.
    """
    stated = {
        "lang": (view.language, "zh"),
        "plan": (view.plan_id, ""),
        "as_of": (view.as_of.isoformat(), ""),
        "area": (view.area_code, view.plan_area),
        "target": (view.target_id or "", ""),
        "basis": (view.rule.basis, RULE_BASES[0]),
        "publicity": (ON if view.rule.with_publicity else OFF, OFF),
        "awaiting": (ON if view.rule.with_awaiting else OFF, ON),
        "build": (excerpt.whole_id(view.build_id) if view.is_pinned else "", ""),
    }
    return {code: value for code, (value, default) in stated.items() if value != default}


def href(page: str, view: View, **changes: str | None) -> str:
    """The relative link to a page under a view.

    Args:
        page: one of :data:`PAGES`.
        view: what is looked at now.
        changes: codes that differ from it or belong to the page (``target``, ``area``, ``tier``, ``status`` …);
            None or an empty text leaves a code out, which is its default.
    """
    if changes.get("area") == view.plan_area:
        changes["area"] = None
    merged: Mapping[str, str | None] = {**codes(view), **changes}
    stated = {code: value for code, value in merged.items() if value}
    path = "" if page == FIRST_PAGE else page
    return f"./{path}?{urlencode(stated)}"
