"""The ladder and the candidates on the demo: every number opens names that add up to it."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import openpyxl
import polars as pl
import pytest

from tests.demo import CITY, CLOSE, UNITS, Demo
from tests.replay_ladder import BELOW
from tests.test_demo_pages import PLAN, view_of
from tests.test_pages_enterprises import opened, shown
from tracker import candidates, candidates_words, enterprises, enterprises_moved, export, ladder, ui, warehouse
from tracker.enterprises_words import Labels
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
            within = str(codes.get("part", area))
            rows = enterprises_moved.moved(build_id(), PLAN, area, within, tier, as_of, DEFAULT_RULE, move)
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
    assert "列出 692 家" in shown(opened("enterprises", as_of="2025-12-31", move="pool_stock"))
    assert "exit" in shown(opened("enterprises", as_of="2025-12-31", move="exit"))


def test_expiries_are_those_of_the_build(demo: Demo) -> None:
    found = ladder.expiring(build_id(), PLAN, CLOSE)
    assert found["little_giant", CITY] == 7
    names = enterprises_moved.moved(build_id(), PLAN, CITY, CITY, "little_giant", CLOSE, DEFAULT_RULE, "expiring")
    assert names.height == 7


def standing_by_hand(demo: Demo, tier: str, below: str, day: dt.date) -> dict[str, set[int]]:
    """Who stands where, from the rows of core and sets alone; nobody stands twice."""
    here = f"area_code in (select area_code from core.area_closure where ancestor_code = '{CITY}')"
    held = (
        "select enterprise_id from core.tenure"
        f" where {here} and tier = ? and status = any(?) and from_on <= ? and to_on > ?"
    )

    def names(sql: str, *parameters: object) -> set[int]:
        return {enterprise for (enterprise,) in demo.rows(sql, *parameters)}

    holders = names(held, tier, ["in_force", "awaiting_review"], day, day)
    dated = (
        f"select enterprise_id from core.recognition_event where {here} and tier = ? and event = ? and event_on <= ?"
    )
    groups = {
        "publicity": names(held, tier, ["publicity"], day, day),
        # The batch of the demo has a final list: after it nobody stands recommended.
        "recommended": names(dated, tier, "recommended", day) if day < dt.date(2025, 10, 15) else set(),
        "pool": names(
            f"select enterprise_id from core.pool_entry where {here} and level = ? and entered_on <= ?"
            " and (left_on is null or left_on > ?)",
            *(tier, day, day),
        ),
        "below": names(held, below, ["in_force", "awaiting_review"], day, day),
    }
    seen = set(holders)
    for group in groups:
        groups[group] -= seen
        seen |= groups[group]
    return groups


@pytest.mark.parametrize(
    ("tier", "below", "day", "recommended"),
    [
        ("srdi", "innovative", CLOSE, 0),
        ("little_giant", "srdi", dt.date(2025, 6, 30), 7),
        ("little_giant", "srdi", CLOSE, 0),
        ("champion", "little_giant", CLOSE, 0),
        ("innovative", "", CLOSE, 0),
    ],
)
def test_candidates_are_those_of_the_replay(demo: Demo, tier: str, below: str, day: dt.date, recommended: int) -> None:
    found = candidates.candidates(build_id(), PLAN, CITY, tier, day)
    groups = {
        standing: set(found.filter(pl.col("standing") == standing)["enterprise_id"])
        for standing in candidates.STANDINGS
    }
    expected = standing_by_hand(demo, tier, below, day)
    assert groups == expected
    assert len(groups["recommended"]) == recommended
    numbers = candidates.numbers_by_area(found, CITY)
    # The build counts the same without the names.
    order = ["area_code", "standing"]
    counted = candidates.numbers_by_tier(build_id(), PLAN, CITY, day)[tier]
    assert counted.sort(order).equals(numbers.sort(order))
    parts = [candidates.standing_numbers(numbers, code) for code in numbers["area_code"].unique() if code != CITY]
    whole = candidates.standing_numbers(numbers, CITY)
    assert {key: sum(part[key] for part in parts) for key in whole} == whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_candidates_open_from_a_target_in_both_languages(language: str) -> None:
    app = opened("candidates", lang=language, as_of="2025-12-31", target="little_giant")
    page = shown(app)
    expected = {
        "zh": "小巨人差 1 家：公示 0 家，已推荐 0 家，可推荐 165 家",
        "en": "0 recommended, 165 could be recommended",
    }
    assert expected[language] in page
    assert word("app.demo", language) in page
    assert {"zh": "工信部企业〔2026〕2号", "en": "[2026] No. 2"}[language] in page
    # Reviews of 2026 are still judged by the rules of 2022.
    assert {"zh": "工信部企业〔2022〕63号", "en": "[2022] No. 63"}[language] in page
    if language == "en":
        left = [one for one in re.findall(r"[\u4e00-\u9fff]{2,}", page) if not one.endswith("公司") and one != "示例"]
        assert left == []


def test_a_result_narrows_the_list_to_as_many_as_it_says() -> None:
    app = opened("candidates", as_of="2025-12-31", tier="little_giant")
    body = "".join(part.proto.body for part in app.get("html")).replace("&amp;", "&")
    found = [(dict(parse_qsl(urlsplit(target).query)), int(number)) for target, number in HREF.findall(body)]
    narrowing = [(codes, number) for codes, number in found if codes.get("result") == "not_met"]
    assert narrowing
    codes, number = narrowing[0]
    assert word("candidates.names_title", "zh", number=number) in shown(opened("candidates", **codes))


def test_the_workbook_has_a_sheet_a_group_and_text_stays_text() -> None:
    view = view_of("2025-12-31")
    place = (build_id(), PLAN, CITY, "little_giant", CLOSE)
    version = candidates.versions(build_id(), "little_giant", "zh")[-1]
    rows = enterprises.with_names(build_id(), candidates.judged(*place, version))
    rows = rows.with_columns(name=pl.lit("=1+1"))
    holders = enterprises.with_names(build_id(), candidates.judged(*place, version, is_review=True))
    labels = Labels({code: code for code in (*UNITS, CITY)}, {}, "zh")
    sheets = candidates_words.sheets([(rows, version), (holders, version)], ui.units_of_measures(view), labels)
    assert list(sheets) == ["公示中", "已推荐", "培育库", "下一层级", "即将到期"]
    assert sum(sheets[name].height for name in list(sheets)[:4]) == rows.height
    book = openpyxl.load_workbook(io.BytesIO(export.workbook(sheets, ["演示数据"])))
    sheet = book["培育库"]
    assert (sheet["A1"].value, sheet["A4"].value, sheet["A4"].data_type) == ("演示数据", "=1+1", "s")
    assert sheet.freeze_panes == "B4"
    [column] = [cell.column for cell in sheet[3] if cell.value == "营收\n≥5000 万元"]
    assert re.fullmatch(r"(不?符合\n[\d,]+ 万元\n2025|未知)", sheet.cell(4, column).value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_list_tells_is_said_beside_the_numbers_of_rungs_with_a_list(language: str) -> None:
    seen = {"as_of": CLOSE, "area_code": CITY}
    moves = pl.DataFrame([seen | {"rung": "srdi", "is_known": True}, seen | {"rung": "innovative", "is_known": False}])
    lists = [
        ("srdi", CITY, CLOSE, "review", dt.date(2025, 8, 14), 75),
        ("srdi", CITY, CLOSE, "unreviewed", dt.date(2022, 9, 8), 1200),
        ("srdi", UNITS[0], CLOSE, "review", dt.date(2025, 8, 14), 9),
        ("innovative", CITY, CLOSE, "held", dt.date(2025, 8, 14), 75),
    ]
    schema = ["rung", "area_code", "as_of", "kind", "listed_on", "enterprises"]
    rungs = (("innovative", "创新型"), ("srdi", "专精特新"))
    shown_ladder = ladder.Ladder(
        rungs=rungs, now=moves, years=moves.clear(), targets={}, candidates={}, expiring={}, areas=[],
        doubts=pl.DataFrame(lists, schema, orient="row"),
    )  # fmt: skip
    found = ladder.doubts(shown_ladder, "srdi", CITY, CLOSE)
    lines = ladder.doubt_lines(shown_ladder, found["rungs"], language)
    assert lines == ladder.doubt_lines(shown_ladder, found["areas"], language)
    expected = {
        "zh": ["75 家首次见于2025年8月14日的复核通过名单", "1200 家（2022年9月8日认定或复核通过）"],
        "en": ["75 of the entered", "1,200 of those that left (title of 8 Sep 2022)"],
    }[language]
    assert [said in line for said, line in zip(expected, reversed(lines), strict=True)] == [True, True]
