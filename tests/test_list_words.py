"""What a list says in words of its rows, sheets and batches: results of reviews, sheets that contradict each other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from etl.add import Added
from tests.worlds import add, built, count, rows, write_list

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
