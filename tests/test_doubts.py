"""What must stand beside a number: publicities never decided, values of a mistaken unit, rows without a county."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.publish import Builds
from tests.demo import CLOSE, Demo
from tests.value_worlds import report
from tests.worlds import add, built, rows, write_list
from tracker import (
    blocks,
    blocks_areas,
    districts,
    enterprises_behind,
    excerpt,
    findings,
    ladder,
    ui,
    viewing,
    warehouse,
)
from tracker import enterprises_profile as profiles
from tracker import enterprises_words as words
from tracker.briefing import tables
from tracker.links import View
from tracker.text import LANGUAGES, word
from tracker.ui.titles import titles_by_area, unplaced_note
from tracker.viewing import DEFAULT_RULE

D = dt.date
CITY, HAIZHOU, LIANYUN, PLAN = "320700", "320706", "320703", "lianyungang"
HEAD = "企业名称,所属县区\n"
RECEIVED, SHOWN, OVER = D(2026, 1, 12), D(2024, 3, 1), D(2025, 3, 31)


@pytest.fixture(autouse=True)
def clean_caches() -> Iterator[None]:
    yield
    ui.forget()


def current(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TRACKER_DATA", str(folder))
    build_id = Builds(folder).current()
    assert build_id is not None
    return build_id


@pytest.fixture
def shown_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Six on a publicity list: 乙 is recognised in time, 丁 late, 戊 leaves, 己 holds the title already."""
    names = "甲公司,海州区\n乙公司,海州区\n丙公司,东海县\n丁公司,东海县\n戊公司,海州区\n己公司,海州区"
    add(tmp_path, write_list(tmp_path, "公示.csv", HEAD + names), event="publicity", event_on=SHOWN, batch="6")
    for name, lines, event, day in (
        ("早.csv", "己公司,海州区", "recognition", D(2023, 6, 1)),
        ("认定.csv", "乙公司,海州区", "recognition", D(2024, 6, 1)),
        ("迁出.csv", "戊公司,海州区", "moved_out", D(2024, 7, 1)),
        ("迟.csv", "丁公司,东海县", "recognition", D(2025, 9, 1)),
    ):
        add(tmp_path, write_list(tmp_path, name, HEAD + lines), event=event, event_on=day)
    built(tmp_path)
    return current(tmp_path, monkeypatch)


def lapsed_slowly(folder: Path, tier: str, area: str, day: dt.date) -> int:
    """Enterprise by enterprise: shown, the months over, nothing decided since, and no title of the tier on the day."""
    inside = f"area_code in (select area_code from core.area_closure where ancestor_code = '{area}')"
    decisions = ("recognition", "review_passed", "revoked", "lapsed", "moved_out")
    number = 0
    for (enterprise,) in rows(folder, "select enterprise_id from core.enterprise"):
        events = rows(
            folder,
            f"select event, event_on, publicity_until from core.recognition_event where enterprise_id = ? and tier in"
            f" (select via_tier from core.tier_inclusion where tier = ?) and {inside} order by event_on",
            enterprise,
            tier,
        )
        ends = [until for event, _, until in events if event == "publicity" and until <= day]
        shown = [on for event, on, _ in events if event == "publicity"]
        decided = [on for event, on, _ in events if event in decisions and shown and shown[0] <= on <= day]
        held = rows(
            folder,
            "select 1 from core.tenure where enterprise_id = ? and tier = ? and from_on <= ? and to_on > ?",
            *(enterprise, tier, day, day),
        )
        number += bool(ends) and not decided and not held
    return number


@pytest.mark.parametrize("day", [D(2024, 3, 31), D(2025, 2, 28), OVER, D(2025, 8, 31), D(2025, 9, 30)])
def test_publicities_that_nobody_decided_are_counted_as_by_hand(shown_only: str, tmp_path: Path, day: dt.date) -> None:
    found = viewing.lapsed_publicity(shown_only, day)
    for tier in ("srdi", "innovative"):
        for area in (CITY, HAIZHOU, "320722"):
            number = found.filter(tier=tier, area_code=area)["lapsed_publicity"].sum()
            assert number == lapsed_slowly(tmp_path, tier, area, day)
    assert found.filter(tier="srdi", area_code=CITY)["lapsed_publicity"].sum() == {OVER: 3, D(2025, 8, 31): 3}.get(
        day, 2 if day > OVER else 0
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_number_says_beside_it_how_many_were_never_decided(shown_only: str, language: str) -> None:
    said = word("note.publicity_lapsed", language, number=3)
    targets = viewing.targets_at(shown_only, PLAN, OVER, language, DEFAULT_RULE)
    [row] = targets.filter(target_id="srdi_smes", area_code=CITY).to_dicts()
    assert said in findings.notes(row, OVER, DEFAULT_RULE, language)
    assert ladder.lapsed_note(shown_only, "srdi", CITY, OVER, language) == [said]
    assert ladder.lapsed_note(shown_only, "srdi", CITY, SHOWN, language) == []
    view = View(shown_only, False, False, None, PLAN, CITY, CITY, OVER, None, DEFAULT_RULE, language)
    titles = html.unescape("".join(titles_by_area(view)[1]))
    assert word("enterprises.beside_lapsed", language, number=3) in titles
    assert word("overview.lapsed_caption", language) in titles


@pytest.mark.parametrize(
    ("name", "day", "key", "on"),
    [
        ("甲公司", OVER, "only_publicity", SHOWN),
        ("甲公司", SHOWN, "shown", None),
        ("丁公司", OVER, "only_publicity", SHOWN),
        ("丁公司", D(2025, 9, 30), "holds", None),
        ("己公司", OVER, "holds", None),
    ],
)
def test_an_enterprise_known_from_publicity_alone_is_told_as_that(
    shown_only: str, name: str, day: dt.date, key: str, on: dt.date | None
) -> None:
    found = profiles.profile(shown_only, name, "zh")
    assert found is not None
    said = profiles.highest_title(found, day, "zh")
    values: dict[str, Any] = {"name": name, "tier": "专精特新", "status": word("enterprises.status_in_force", "zh")}
    values |= {"day": "2024年3月1日"} if on else {}
    assert said == word(f"profile.{key}", "zh", **values)


def test_a_source_names_the_row_where_it_is_no_cell(shown_only: str) -> None:
    found = profiles.profile(shown_only, "丙公司", "zh")
    assert found is not None
    assert profiles.event_table(found, "zh").select("file", "cell").rows() == [("公示.csv", "第 4 行")]


def jump(folder: Path, more: str = "", **stated: Any) -> None:
    """A district that states its revenue ten thousand times too large; ``more``: other rows of the same report."""
    caption = "地区,规上中小企业主营业务收入（万元）\n"
    add(folder, write_list(folder, "名单.csv", HEAD + "甲公司,连云区\n乙公司,海州区"), event_on=D(2023, 6, 1))
    report(folder, "连云港市2024年度报表.csv", caption + "连云区,661799\n海州区,500000", area=CITY, period="2024")
    text = caption + "连云区,6996470000\n海州区,510000" + more
    report(folder, "连云港市2025年度报表.csv", text, area=CITY, period="2025", **stated)
    own = "企业名称,所属县区,主营业务收入（万元）\n甲公司,连云区,3000\n乙公司,海州区,2500"
    report(folder, "连云港市企业2025年度.csv", own, area=CITY, period="2025")
    built(folder)


def test_a_value_of_a_mistaken_unit_marks_the_numbers_that_rest_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jump(tmp_path)
    build_id = current(tmp_path, monkeypatch)
    found = viewing.doubtful_values(build_id, CLOSE)
    marked = {(area, number) for area, number in found.select("area_code", "doubtful_values").iter_rows()}
    # The city reports nothing itself: its number is the sum of the two.
    assert marked == {(LIANYUN, 1), (CITY, 1)}
    assert set(found["indicator_id"]) == {"main_revenue_share"}
    assert viewing.doubtful_values(build_id, D(2025, 11, 30)).is_empty()


@pytest.mark.parametrize(
    ("more", "stated", "areas"),
    [
        ("\n连云港市,1200000", {}, {LIANYUN}),  # the city's own number does not rest on it
        ("", {"reason": "已核实"}, set()),  # somebody has looked
    ],
)
def test_a_number_that_does_not_rest_on_the_value_is_not_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, stated: dict[str, str], areas: set[str]
) -> None:
    jump(tmp_path, more, **stated)
    assert set(viewing.doubtful_values(current(tmp_path, monkeypatch), CLOSE)["area_code"]) == areas


def test_an_answer_of_a_mistaken_unit_marks_the_area_of_its_enterprise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "企业名称,所属县区,营业收入（万元）,研发费用（万元）\n"
    add(tmp_path, write_list(tmp_path, "名单.csv", HEAD + "甲公司,海州区\n乙公司,东海县"), event_on=D(2023, 6, 1))
    for year, research in ((2024, "50"), (2025, "500000")):
        text = head + f"甲公司,海州区,1000,{research}\n乙公司,东海县,900,45"
        report(tmp_path, f"连云港市{year}年度.csv", text, area=CITY, period=str(year))
    built(tmp_path)
    found = viewing.doubtful_values(current(tmp_path, monkeypatch), CLOSE)
    marked = {(indicator, area) for indicator, area in found.select("indicator_id", "area_code").iter_rows()}
    assert marked == {("research_intensity", HAIZHOU), ("research_intensity", CITY)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_marked_value_is_marked_wherever_it_is_printed(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """The demo's 连云区 states its revenue in yuan: pages, charts, meeting and briefing say so."""
    build_id = current(demo.folder, monkeypatch)
    targets = viewing.targets_at(build_id, PLAN, CLOSE, language, DEFAULT_RULE)
    areas = warehouse.read(build_id, "areas", plan_id=PLAN, language=language)
    rows_of = targets.filter(target_id="main_revenue_share")
    assert rows_of.filter(rows_of["doubtful_values"] > 0)["area_code"].to_list() == [LIANYUN]
    for area, times in ((LIANYUN, 1), (HAIZHOU, 0)):
        # Who sees one area only is told of its values, and of no other's.
        own = viewing.doubtful_values(excerpt.id_of(build_id, [area]), CLOSE)
        assert own["area_code"].to_list() == [area] * times
    [row] = rows_of.filter(area_code=LIANYUN).to_dicts()
    [sound] = rows_of.filter(area_code=HAIZHOU).to_dicts()
    mark = word("note.doubtful_value", language, shown="").strip()
    sign = word("note.doubtful_sign", language, shown="").strip()
    assert findings.value_phrase(row, language).endswith(mark)
    assert mark not in findings.value_phrase(sound, language)
    assert findings.doubts(row, language)[0] in findings.notes(row, CLOSE, DEFAULT_RULE, language)
    view = View(build_id, False, True, None, PLAN, CITY, CITY, CLOSE, "main_revenue_share", DEFAULT_RULE, language)
    assert f" {sign}</a>" in blocks.area_matrix(targets, areas, view)
    ranked = districts.ranked(rows_of, rows_of, areas)
    assert mark in blocks_areas.area_table(ranked, view)
    assert districts.doubtful(ranked, language) == word("districts.doubtful", language, areas=row["area_short"])
    assert [label.endswith(sign) for label in districts.lead_frame(ranked, language)["label"]].count(True) == 1
    table = tables.comparison_table(row, [], ranked, areas, "", language)
    [printed] = [line for line in table.printed.iter_rows() if line[0] == row["area_short"]]
    assert mark in "".join(printed)
    assert word("briefing.foot_doubtful", language, names=row["area_short"]) in table.foot
    number = enterprises_behind.definition(build_id, PLAN, "main_revenue_share", CLOSE, language)
    assert number is not None
    behind = enterprises_behind.values_behind(build_id, PLAN, number, LIANYUN, CLOSE, language)
    assert findings.doubts(row, language)[0] in words.value_notes(number, behind, language)
    assert mark in words.equation(number, behind, language)


def test_who_has_no_county_is_told_with_the_way_to_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", HEAD + "甲公司,海州区\n乙公司,连云港市\n丙公司,"), event_on=SHOWN)
    built(tmp_path)
    build_id = current(tmp_path, monkeypatch)
    view = View(build_id, False, False, None, PLAN, CITY, CITY, OVER, "srdi_smes", DEFAULT_RULE, "zh")
    said = unplaced_note(view, "srdi")
    assert word("districts.unplaced", "zh", number=2) in said
    assert "part=320700-unassigned" in said
    assert unplaced_note(view, "little_giant") == ""
    parts = {
        row["area_code"]: row["value"] for row in ladder.tier_counts(build_id, CITY, OVER, DEFAULT_RULE).to_dicts()
    }
    assert parts[CITY] == parts[HAIZHOU] + 2
