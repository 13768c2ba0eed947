"""Seven real lists, as published: first as publicity, a month later as decisions. Skipped where they are absent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from etl.add import Statement, add_files
from etl.inbox import Event
from tests.replay import Event as ReplayEvent
from tests.replay import add_months, counts
from tests.worlds import built, count, rows
from tracker.catalog import Catalog, load

REAL = Path(__file__).resolve().parents[2] / "shared" / "real"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real lists (../shared/real) is not here")
D = dt.date

# file, whether a review, day of publicity, window, reviewed cohort, announced in all and by city (real/README.md)
LISTS: list[tuple[str, bool, dt.date, dt.date, dt.date, int | None, int, dict[str, int]]] = [
    (
        "浙江省第四批专精特新“小巨人”企业公示名单（不含宁波）.xlsx", False,
        D(2022, 8, 8), D(2022, 7, 1), D(2025, 6, 30),
        None, 502,
        {"杭州": 155, "温州": 55, "湖州": 44, "嘉兴": 70, "绍兴": 57, "金华": 35, "衢州": 13, "台州": 59, "丽水": 14},
    ),
    (
        "附件：宁波市第四批小巨人公示名单_1 (1).xls", False, D(2022, 8, 8), D(2022, 7, 1), D(2025, 6, 30),
        None, 101, {"宁波": 101},
    ),
    (
        "浙江省第五批专精特新“小巨人”企业公示名单（不含宁波）.xlsx", False,
        D(2023, 7, 14), D(2023, 7, 1), D(2026, 6, 30),
        None, 315,
        {"杭州": 117, "温州": 34, "湖州": 29, "嘉兴": 51, "绍兴": 26, "金华": 10, "衢州": 7, "舟山": 2, "台州": 28,
         "丽水": 11},
    ),
    (
        "浙江省第二批“小巨人”复核通过企业公示名单（不含宁波）.csv", True, D(2023, 7, 14), D(2023, 7, 1), D(2026, 6, 30),
        2020, 75, {},
    ),
    (
        "宁波市第二批“小巨人”复核通过企业公示名单.csv", True, D(2023, 7, 14), D(2023, 7, 1), D(2026, 6, 30),
        2020, 48, {"宁波": 48},
    ),
    (
        "浙江省第六批专精特新“小巨人”企业公示名单.xlsx", False, D(2024, 9, 2), D(2024, 7, 1), D(2027, 6, 30),
        None, 400,
        {"杭州": 157, "宁波": 66, "嘉兴": 51, "湖州": 30, "台州": 22, "绍兴": 22, "温州": 21, "衢州": 11, "金华": 10,
         "丽水": 9, "舟山": 1},
    ),
    (
        "浙江省第三批“小巨人”复核通过企业公示名单.xlsx", True, D(2024, 9, 2), D(2024, 7, 1), D(2027, 6, 30),
        2021, 279, {},
    ),
]  # fmt: skip
CITIES = {
    "杭州": "330100", "宁波": "330200", "温州": "330300", "嘉兴": "330400", "湖州": "330500", "绍兴": "330600",
    "金华": "330700", "衢州": "330800", "舟山": "330900", "台州": "331000", "丽水": "331100",
}  # fmt: skip
DAYS = [D(2023, 12, 31), D(2024, 12, 31), D(2025, 9, 30)]


def add_list(data_folder: Path, catalog: Catalog, number: int, *, decided: bool) -> Any:
    name, is_review, shown_on, valid_from, valid_to, cohort, announced, by_city = LISTS[number]
    shown: Event = "review_publicity" if is_review else "publicity"
    passed: Event = "review_passed" if is_review else "recognition"
    statement = Statement(
        event=passed if decided else shown,
        event_on=add_months(shown_on, 1) if decided else shown_on,
        valid_from=valid_from if decided else None,
        valid_to=valid_to if decided else None,
        reviewed_cohort=cohort,
        announced=(str(announced), *(f"{city}={number}" for city, number in by_city.items())),
    )
    [result] = add_files([REAL / name], statement, data_folder, catalog, keep=True)
    return result


def test_the_real_lists_reconcile(tmp_path: Path) -> None:
    catalog = load()
    for number, (name, *_, announced, by_city) in enumerate(LISTS):
        result = add_list(tmp_path, catalog, number, decided=False)
        assert result.refusal is None, (name, str(result.refusal))
        assert result.rows.counts["accepted"] == announced, (name, result.rows.counts, result.rows.rejected.to_dicts())
        assert result.rows.announced == {
            "total": (announced, announced),
            **{CITIES[city]: (size, size) for city, size in by_city.items()},
        }, name
        assert result.reading.tier == "little_giant"
    built(tmp_path)
    for day in DAYS:
        assert count(tmp_path, "little_giant", "330000", day) == 0
    assert count(tmp_path, "little_giant", "330000", D(2022, 8, 31), "publicity") == 603

    for number in range(len(LISTS)):
        assert add_list(tmp_path, catalog, number, decided=True).status == "reading_added"
    built(tmp_path)
    assert [count(tmp_path, "little_giant", "330000", day) for day in DAYS] == [1041, 1720, 1117]
    assert count(tmp_path, "little_giant", "330000", D(2025, 9, 30), "awaiting") == 603

    events = [
        ReplayEvent(*row)
        for row in rows(
            tmp_path,
            "select enterprise_id, tier, event, event_on, area_code, valid_from, valid_to, cohort_year, batch "
            "from core.recognition_event where not is_derived",
        )
    ]
    parents = {area.area_code: area.parent_code for area in catalog.areas.values()}
    for day in DAYS:
        expected = counts(events, "little_giant", day, parents)
        for code in CITIES.values():
            assert count(tmp_path, "little_giant", code, day) == expected.get((code, "in_force"), 0), (code, day)
            assert count(tmp_path, "little_giant", code, day, "awaiting") == expected.get((code, "awaiting_review"), 0)
