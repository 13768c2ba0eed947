"""What a list says in words of its rows, sheets and batches: results of reviews, sheets that contradict each other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from etl.add import Added, Statement, add_files
from etl.propose import stated_batch
from tests.read_inputs import Rows, book
from tests.worlds import RECEIVED_ON, add, built, count, rows, write_list
from tracker import desk_board
from tracker.catalog import load

PASSED = ["通过", "合格", "同意", "复核通过", "通过复核", "复核合格", "予以通过"]
FAILED = ["不通过", "未通过", "不合格", "不予通过", "复核不通过", "复核未通过", "不同意", "未予通过"]
DAY = dt.date(2025, 12, 10)


def _with_words(folder: Path, words: list[str], event: str) -> Added:
    lines = [f"{place},甲{place:02d}公司,海州区,{word}" for place, word in enumerate(words, 1)]
    path = write_list(folder, "复核.csv", "\n".join(["序号,企业名称,所属县区,复核结果", *lines]))
    return add(folder / "data", path, event=event, event_on=DAY, reviewed_cohort=2022)


def _rules(added: Added) -> list[tuple[str, str]]:
    assert added.rows is not None
    return [(row["value"], row["rule"]) for row in added.rows.rejected.iter_rows(named=True)]


def test_who_passed_a_review_is_taken_and_who_did_not_is_refused_as_such(tmp_path: Path) -> None:
    others = ["新认定", "新认定通过", "待定"]
    added = _with_words(tmp_path, [*PASSED, *FAILED, *others], "review_passed")
    assert added.rows is not None
    assert added.rows.accepted["name"].to_list() == [f"甲{place:02d}公司" for place in range(1, len(PASSED) + 1)]
    expected = [(word, "not_passed") for word in FAILED] + [(word, "event_other") for word in others]
    assert _rules(added) == expected
    assert added.rows.counts["rejected"] == len(expected)
    built(tmp_path / "data")
    assert count(tmp_path / "data", "srdi", "320700", dt.date(2025, 12, 31)) == len(PASSED)
    kept = rows(tmp_path / "data", "select rule, count(*) from core.rejected_row group by rule order by rule")
    assert kept == [("event_other", len(others)), ("not_passed", len(FAILED))]


@pytest.mark.parametrize("event", ["recognition", "publicity", "recommended", "review_publicity"])
def test_nobody_who_did_not_pass_is_on_any_list(tmp_path: Path, event: str) -> None:
    assert _rules(_with_words(tmp_path, ["通过", "不通过"], event)) == [("不通过", "not_passed")]


def test_a_list_of_titles_that_end_takes_only_those_who_did_not_pass(tmp_path: Path) -> None:
    assert _rules(_with_words(tmp_path, [*FAILED, "通过", "复核通过"], "lapsed")) == [
        ("通过", "event_other"),
        ("复核通过", "event_other"),
    ]


def _sheet(title: str, *names: str, validity: str = "") -> Rows:
    head = [[title, ""], *([[validity, ""]] if validity else []), ["企业名称", "所属县区"]]
    return [*head, *([name, "海州区"] for name in names)]


def _taken(folder: Path, sheets: dict[str, Rows], **stated: Any) -> Added:
    path = folder / "名单.xlsx"
    book(path, sheets)
    given: dict[str, Any] = {"event": "recognition", "event_on": dt.date(2023, 7, 14), "area": "320700"} | stated
    statement = Statement(received_on=RECEIVED_ON, **given)
    [added] = add_files([path], statement, folder / "data", load(), keep=False)
    return added


FOURTH = "连云港市第四批国家级专精特新“小巨人”企业名单"
FIFTH = "连云港市第五批国家级专精特新“小巨人”企业名单"
TWO_BATCHES = {
    "第四批": _sheet(FOURTH, "甲一公司", validity="（有效期2022年7月1日至2025年6月30日）"),
    "第五批": _sheet(FIFTH, "乙一公司", "乙二公司", validity="（有效期2023年7月1日至2026年6月30日）"),
}


@pytest.mark.parametrize(("batch", "other"), [("第四批", "第五批"), ("5", "第四批"), (None, "第四批")])
def test_sheets_of_two_batches_are_never_one_list(tmp_path: Path, batch: str | None, other: str) -> None:
    added = _taken(tmp_path, TWO_BATCHES, batch=batch)
    assert added.refusal is not None
    assert (added.refusal.code, added.refusal.values["sheet"]) == ("add.sheet_differs", other)
    said = added.refusal.text("zh")
    assert f"工作表“{other}”" in said
    assert "--sheet" in said
    assert desk_board.state_of([{"status": "refused", "refused": added.refusal.code}]) == "asks"


def test_each_sheet_by_itself_is_a_list(tmp_path: Path) -> None:
    for sheet, batch, year, number in (("第四批", "4", 2022, 1), ("第五批", "5", 2023, 2)):
        for typed in (sheet, batch, None):
            added = _taken(tmp_path, TWO_BATCHES, batch=typed, sheet=sheet)
            assert added.rows is not None
            assert added.reading is not None
            assert added.rows.counts["accepted"] == number
            reading = added.reading
            assert (reading.batch, reading.cohort_year) == (batch, year)
            assert (reading.valid_from, reading.valid_to) == (dt.date(year, 7, 1), dt.date(year + 3, 6, 30))


@pytest.mark.parametrize(
    ("sheets", "stated"),
    [
        (
            {"新认定": FOURTH.replace("名单", "认定名单"), "复核": "连云港市第一批小巨人企业复核通过名单"},
            {"tier": "little_giant"},
        ),
        ({"甲": FOURTH, "乙": "连云港市2022年度创新型中小企业名单"}, {"tier": "little_giant", "batch": "4"}),
        ({"2022年": "连云港市创新型中小企业名单", "2023年": "连云港市创新型中小企业名单"}, {}),
    ],
)
def test_sheets_of_other_events_titles_and_years_are_told(
    tmp_path: Path, sheets: dict[str, str], stated: dict[str, str]
) -> None:
    added = _taken(tmp_path, {name: _sheet(title, name + "公司") for name, title in sheets.items()}, **stated)
    assert added.refusal is not None
    assert added.refusal.code == "add.sheet_differs"


def test_sheets_that_say_the_same_or_nothing_are_one_list(tmp_path: Path) -> None:
    alike = {"名单1": _sheet(FIFTH, "甲一公司"), "名单2": _sheet(FIFTH, "乙一公司")}
    summary: Rows = [["连云港市第四批汇总", ""], ["地区", "家数"], ["海州区", "1"]]
    for sheets, number in (
        (alike, 2),
        ({"海州": _sheet(FIFTH, "甲一公司"), "Sheet2": _sheet("", "乙一公司")}, 2),
        ({"第五批": _sheet(FIFTH, "甲一公司"), "汇总": summary}, 1),
    ):
        added = _taken(tmp_path, sheets)
        assert added.rows is not None, added.refusal
        assert added.rows.counts["accepted"] == number
    # All sheets print a publicity; that it was decided since is for a person to say, as of one sheet.
    public = {name: _sheet(FIFTH.replace("名单", "公示名单"), name + "公司") for name in ("名单1", "名单2")}
    added = _taken(tmp_path, public)
    assert added.reading is not None
    assert added.reading.event == "recognition"


@pytest.mark.parametrize(
    ("tier", "written", "kept"),
    [
        *(("little_giant", text, "5") for text in ["第五批", "第5批", "５", "05", "五", "第 五 批次", "2023年第五批"]),
        *(("srdi", text, "2025-1") for text in ["2025-1", "2025年第一批", "2025年度第1批", "2025-01"]),
        *(("srdi", text, text) for text in ["2025", "补充批"]),
        ("srdi", None, None),
    ],
)
def test_a_batch_as_people_write_it(tier: str, written: str | None, kept: str | None) -> None:
    assert stated_batch(load(), tier, written) == kept
