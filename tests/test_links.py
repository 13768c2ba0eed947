from __future__ import annotations

import datetime as dt
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from tracker.links import View, codes, href
from tracker.viewing import Rule

VIEW = View(
    build_id="b1", is_pinned=False, is_demo=False, data_cutoff=None, plan_id="example", plan_area="990000",
    area_code="990000", as_of=dt.date(2025, 12, 31), target_id=None, rule=Rule(), language="zh",
)  # fmt: skip


def asked(link: str) -> dict[str, str]:
    return {code: values[0] for code, values in parse_qs(urlsplit(link).query).items()}


def test_a_link_leaves_out_what_is_the_default_but_never_plan_and_month() -> None:
    assert codes(VIEW) == {"plan": "example", "as_of": "2025-12-31"}


def test_a_link_carries_all_that_differs() -> None:
    view = replace(
        VIEW, is_pinned=True, area_code="990002", target_id="giant", language="en",
        rule=Rule(with_publicity=True, with_awaiting=False),
    )  # fmt: skip
    assert codes(view) == {
        "lang": "en", "plan": "example", "as_of": "2025-12-31", "area": "990002", "target": "giant",
        "publicity": "1", "awaiting": "0", "build": "b1",
    }  # fmt: skip


@pytest.mark.parametrize(("page", "path"), [("overview", "./"), ("enterprises", "./enterprises"), ("about", "./about")])
def test_a_link_is_relative_and_opens_its_page(page: str, path: str) -> None:
    assert urlsplit(href(page, VIEW)).path == path


def test_changes_replace_codes_and_nothing_empty_stands_in_a_link() -> None:
    view = replace(VIEW, area_code="990002", target_id="giant")
    changed = asked(href("enterprises", view, target=None, status="", q="海 州&1", area="990003"))
    assert changed == {"plan": "example", "as_of": "2025-12-31", "area": "990003", "q": "海 州&1"}


def test_the_whole_plan_is_no_code() -> None:
    assert "area" not in asked(href("enterprises", replace(VIEW, area_code="990002"), area="990000"))
