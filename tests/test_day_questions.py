"""Days that look odd: asked about when a file is added and in every build; never refused, and none in order."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from etl.add import Added
from etl.day_questions import QUESTIONS
from etl.report import debt_line
from etl.report_added import added_record, day_message
from tests.worlds import add, built, rows, write_list
from tracker import about, desk_words
from tracker.catalog import load
from tracker.text import LANGUAGES

D = dt.date
PLAIN = "企业名称,所属县区\n甲公司,海州区\n乙公司,东海县"
REVIEWED = "企业名称,所属县区,复核时间\n甲公司,海州区,2024-09-02\n乙公司,东海县,2021-03-01"
PUBLICITY = {"event": "publicity", "event_on": D(2024, 9, 2), "batch": "6"}
DECISION = {"event": "recognition", "event_on": D(2024, 10, 2), "batch": "6"}
REVIEW = {"event": "review_passed", "event_on": D(2024, 9, 2), "batch": "3", "reviewed_cohort": 2021}


def asked(result: Added) -> list[tuple[Any, ...]]:
    assert result.refusal is None
    assert result.rows is not None
    assert result.rows.counts["accepted"] == 2
    assert result.days is not None
    return result.days.select("question", "number", "day", "compared_with", "sheet", "row", "column").rows()


def owed(folder: Path) -> list[tuple[Any, ...]]:
    """What a build owes for odd days; every row counts all the same."""
    built(folder)
    kinds = ", ".join(f"'{kind}'" for kind in QUESTIONS)
    return rows(folder, f"select kind, number, detail from core.data_debt where kind in ({kinds})")


def test_a_review_dated_before_its_batch_is_asked_about_as_a_whole_list(tmp_path: Path) -> None:
    path = write_list(tmp_path, "复核.csv", PLAIN)
    result = add(tmp_path, path, **REVIEW | {"event_on": D(2014, 9, 2)})
    assert asked(result) == [("review_before_batch", 2, D(2014, 9, 2), D(2021, 12, 31), None, None, None)]
    assert owed(tmp_path) == [("review_before_batch", 2, "2014-09-02 / 2021-12-31")]
    assert rows(tmp_path, "select count(*) from core.recognition_event where event_on = date '2014-09-02'") == [(2,)]


def test_a_row_with_a_day_of_its_own_is_named_by_its_cell(tmp_path: Path) -> None:
    result = add(tmp_path, write_list(tmp_path, "复核.csv", REVIEWED), **REVIEW)
    assert result.days is not None
    [row] = result.days.to_dicts()
    assert (row["question"], row["number"], row["day"], row["row"], row["column"]) == (
        "review_before_batch",
        1,
        D(2021, 3, 1),
        3,
        "C",
    )
    assert owed(tmp_path) == [("review_before_batch", 1, " C3: 2021-03-01 / 2021-12-31")]
    for language, place, deed in (("zh", "第 3 行，C 列", "更正这一格"), ("en", "row 3, column C", "correct the cell")):
        said = day_message(row, "复核.csv", language)
        assert place in said
        assert deed in said
        # The desk says the same.
        assert said in desk_words.notes(added_record(result), load(), language)


@pytest.mark.parametrize("is_decision_first", [False, True])
def test_a_decision_dated_before_its_publicity_is_asked_about_whichever_comes_first(
    tmp_path: Path, is_decision_first: bool
) -> None:
    early = DECISION | {"event_on": D(2024, 8, 2)}
    shown, decided = write_list(tmp_path, "公示.csv", PLAIN), write_list(tmp_path, "认定.csv", PLAIN + "\n")
    decided.write_text(PLAIN + "\n\n", encoding="utf-8")  # another file, though it says the same
    order = [(shown, PUBLICITY), (decided, early)]
    results = [add(tmp_path, path, **stated) for path, stated in (order[::-1] if is_decision_first else order)]
    assert asked(results[0]) == []
    question, number = ("step_after_later", 0) if is_decision_first else ("step_before_earlier", 2)
    assert asked(results[1]) == [(question, number, D(2024, 8, 2), D(2024, 9, 2), None, None, None)]
    other = "认定.csv" if is_decision_first else "公示.csv"
    assert all(other in said[language] for said in added_record(results[1])["days"] for language in LANGUAGES)
    assert owed(tmp_path) == [("step_before_earlier", 2, "2024-08-02 / 2024-09-02 公示.csv")]


@pytest.mark.parametrize(
    "later",
    [
        DECISION,  # in order
        DECISION | {"event_on": D(2024, 9, 2)},  # on the very day
        DECISION | {"event_on": D(2021, 8, 2), "batch": "3"},  # of another batch
        DECISION | {"event_on": D(2024, 8, 2), "batch": None, "cohort_year": 2024},  # nobody says of which
        DECISION | {"event_on": D(2024, 8, 2), "tier": "little_giant"},  # another title
        REVIEW,
    ],
)
def test_days_in_order_and_lists_of_other_batches_are_not_asked_about(tmp_path: Path, later: dict[str, Any]) -> None:
    path = write_list(tmp_path, "名单.csv", PLAIN)
    assert asked(add(tmp_path, path, **PUBLICITY)) == []
    assert asked(add(tmp_path, path, **later)) == []
    assert owed(tmp_path) == []


def test_lists_that_leave_each_other_out_do_not_follow_each_other(tmp_path: Path) -> None:
    """A province without Ningbo, and Ningbo by itself: one may decide before the other is shown."""
    province = write_list(tmp_path, "省.csv", "企业名称,所属市\n甲公司,杭州市\n乙公司,温州市")
    ningbo = write_list(tmp_path, "甬.csv", "企业名称,所属市\n丙公司,宁波市\n丁公司,宁波市")
    stated = {"tier": "little_giant", "batch": "6"}
    early = D(2024, 8, 2)
    add(tmp_path, ningbo, event="recognition", event_on=early, area="330200", **stated)
    apart = add(tmp_path, province, **PUBLICITY | stated, area="330000", excluding=("宁波市",))
    assert asked(apart) == []
    meant = write_list(tmp_path, "全省.csv", "企业名称,所属市\n甲公司,杭州市\n戊公司,宁波市")
    assert [row[0] for row in asked(add(tmp_path, meant, **PUBLICITY | stated, area="330000"))] == ["step_after_later"]


def test_a_file_received_on_a_day_that_lies_ahead_is_asked_about(tmp_path: Path) -> None:
    today = dt.date.today()
    soon = today + dt.timedelta(days=40)
    result = add(tmp_path, write_list(tmp_path, "名单.csv", PLAIN), event_on=soon, received_on=soon)
    assert asked(result) == [("received_ahead", 0, soon, today, None, None, None)]
    assert owed(tmp_path) == []  # what a build owes does not depend on the day on which it is made


def test_every_question_is_a_debt_with_words(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "复核.csv", PLAIN), **REVIEW | {"event_on": D(2014, 9, 2)})
    found = built(tmp_path)
    [debt] = found.debts.filter(kind="review_before_batch").to_dicts()
    assert "复核.csv" in debt_line(debt, found.readings, load())
    assert set(QUESTIONS) <= set(about.DEBTS["doubtful"])
