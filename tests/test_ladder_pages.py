"""The ladder and the candidates on the demo: every number opens names that add up to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import polars as pl
import pytest

from tests.demo import CITY, CLOSE, UNITS, Demo
from tests.replay_ladder import BELOW
from tests.test_demo_pages import PLAN
from tests.test_pages_enterprises import opened, shown
from tracker import enterprises, ladder, ui, warehouse
from tracker.text import LANGUAGES, word
from tracker.viewing import DEFAULT_RULE

HREF = re.compile(r'href="([^"]+)">([\d,]+)</a>')


@pytest.fixture(autouse=True)
def data_folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    yield
    ui.forget()


def build_id() -> str:
    found = warehouse.current_build_id()
    assert found is not None
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("area", ["", UNITS[0]])
def test_the_ladder_opens_in_both_languages(language: str, area: str) -> None:
    app = opened("ladder", lang=language, as_of="2025-12-31", area=area, tier="srdi")
    page = shown(app)
    assert word("app.demo", language) in page
    assert len(app.get("plotly_chart")) == (2 if area else 3)
    if not area:
        expected = {
            "zh": "专精特新 189 家：当年晋级 27 家、新进 0 家、退出 3 家；差 11 家",
            "en": "SRDI: 189 enterprises; this year 27 promoted",
        }
        assert expected[language] in page


def test_every_number_of_the_ladder_is_the_length_of_its_list() -> None:
    app = opened("ladder", as_of="2025-12-31", tier="little_giant")
    body = "".join(part.proto.body for part in app.get("html")).replace("&amp;", "&")
    found = [(urlsplit(target), int(number)) for target, number in HREF.findall(body)]
    listed = [(dict(parse_qsl(link.query)), number) for link, number in found if link.path == "./enterprises"]
    assert len(listed) > 60
    for codes, number in listed:
        area, tier, move = codes.get("area", CITY), codes.get("tier", ""), codes.get("move", "")
        as_of = pl.Series([codes["as_of"]]).str.to_date()[0]
        if move:
            within = codes.get("part", area)
            rows = enterprises.moved(build_id(), PLAN, area, within, tier, as_of, DEFAULT_RULE, move)
        else:
            rows = enterprises.standing(build_id(), PLAN, area, tier, as_of, DEFAULT_RULE).filter("is_counted")
        assert rows.height == number, codes


def test_the_names_of_every_area_and_rung_add_up_to_the_ladder(demo: Demo) -> None:
    sql = """
        select * from mart.ladder_move
        where as_of = cast(? as date) and area_code in (select area_code from core.plan_area where plan_id = ?)
    """
    for as_of in ("2024-12-31", "2026-01-31"):
        for row in demo.rows(sql, as_of, PLAN):
            rung, area, day, before, entries, moved_in, promotions, exits, moved_out, stock, _ = row
            asked = {"rung": rung, "below": BELOW[rung], "area_code": area, "as_of": day}
            found = warehouse.query(build_id(), "ladder_names", **asked)["kind"].to_list()
            kinds = ("moved_in", "promotion", "moved_out")
            assert [found.count(kind) for kind in kinds] == [moved_in, promotions, moved_out]
            assert found.count("entry") + moved_in == entries
            assert found.count("exit") + moved_out == exits
            assert found.count("stays") + entries + promotions == stock
            assert found.count("stays") + exits == before


def test_a_list_of_the_ladder_says_what_it_lists() -> None:
    page = shown(opened("enterprises", as_of="2025-12-31", tier="srdi", move="exit"))
    assert "列出 3 家 = 已失效 3（专精特新 189 家）" in page
    assert word("enterprises.move_exit", "zh") in page
    assert "列出 925 家" in shown(opened("enterprises", as_of="2025-12-31", move="pool_stock"))
    assert "exit" in shown(opened("enterprises", as_of="2025-12-31", move="exit"))


def test_expiries_are_those_of_the_build(demo: Demo) -> None:
    found = ladder.expiring(build_id(), PLAN, CLOSE)
    assert found["little_giant", CITY] == 7
    names = enterprises.moved(build_id(), PLAN, CITY, CITY, "little_giant", CLOSE, DEFAULT_RULE, "expiring")
    assert names.height == 7
