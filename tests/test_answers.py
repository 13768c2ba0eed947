"""Questions that a person decides: what they show, what a decision moves, that it holds and can be taken back."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.__main__ import main
from etl.answers import Answer, Question
from etl.answers_apply import placed_as_decided, recoded
from etl.build import last_built
from tests.worlds import add, built, count, rows, write_list
from tracker.catalog import data_folder

# 海州区, 东海县, 灌云县 and the whole city.
HAIZHOU, DONGHAI, GUANYUN, CITY = "320706", "320722", "320723", "320700"
DAY = dt.date(2024, 12, 31)
RIGHT, OTHER, THIRD = "91350100M000100Y43", "91320700MA1WABCD5K", "91320700MA1WABCE3E"
FIRST = f"""企业名称,统一社会信用代码,所属县区
甲公司,{RIGHT},海州区
乙公司,{OTHER},东海县
丙公司,,海州区
辛公司,,海州区
丁公司,,
庚公司,,"""
SECOND = f"""企业名称,统一社会信用代码,所属县区
戊公司,{RIGHT},东海县
乙公司,{THIRD},灌云县
丙公司,,东海县"""
MOVED = """企业名称,所属县区
辛公司,灌云县"""
MADE: dict[str, Any] = {"recorded_at": dt.datetime(2026, 1, 15, 9), "by": "王工", "reason": "核对执照"}


@pytest.fixture(scope="module")
def asked_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with one question of each kind."""
    folder = tmp_path_factory.mktemp("asked")
    add(folder, write_list(folder / "files", "一.csv", FIRST))
    add(folder, write_list(folder / "files", "二.csv", SECOND), event_on=dt.date(2024, 6, 1))
    moved = write_list(folder / "files", "迁址.csv", MOVED)
    add(folder, moved, event="change", event_on=dt.date(2024, 7, 1))
    built(folder)
    return folder


@pytest.fixture
def world(asked_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same for one test, which may write."""
    folder = tmp_path / "data"
    shutil.copytree(asked_world, folder)
    monkeypatch.setenv("TRACKER_DATA", str(folder))
    return folder


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What a command prints as JSON."""
    main([*arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def by_kind(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """The last question of each kind, with the ids of all of them."""
    questions = command(capsys, "questions")["questions"]
    return {
        one["kind"]: {**one, "ids": [other["question_id"] for other in questions if other["kind"] == one["kind"]]}
        for one in questions
    }


def decide(capsys: pytest.CaptureFixture[str], question: dict[str, Any], *options: str) -> Any:
    return command(capsys, "answer", *question["ids"], *options, "--reason", "核对执照", "--by", "王工")


def numbers() -> dict[str, int]:
    """The provincial SRDI SMEs that the build in force counts, by area."""
    return {area: count(data_folder(), "srdi", area, DAY) for area in (CITY, HAIZHOU, DONGHAI, GUANYUN)}


def test_each_question_stands_with_its_rows_and_its_choices(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = by_kind(capsys)
    assert sorted(found) == ["area_conflict", "area_unassigned", "same_code_other_name", "same_name_other_code"]
    conflict = next(one for one in command(capsys, "questions")["questions"] if one["names"] == ["丙公司"])
    assert conflict["areas"] == [HAIZHOU, DONGHAI]
    printed = [(row["file"], row["row"], row["area_code"], row["event_on"]) for row in conflict["evidence"]]
    assert printed == [("一.csv", 4, HAIZHOU, "2023-06-01"), ("二.csv", 4, DONGHAI, "2024-06-01")]
    assert found["same_name_other_code"]["codes"] == [OTHER, THIRD]
    assert found["area_unassigned"]["areas"] == [CITY]
    # A list of changes says where 辛公司 went: that is no question.
    assert "辛公司" not in {one["subject"] for one in command(capsys, "questions")["questions"]}


def test_decisions_do_what_was_said_of_them_survive_builds_and_can_be_taken_back(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = numbers()
    found = by_kind(capsys)
    day = DAY.isoformat()
    choices = {
        "same_code_other_name": ("--choice", "not_same", "--name", "戊公司"),
        "same_name_other_code": ("--choice", "same", "--code", THIRD),
        # Both that the list leaves without a district at once, from the day of that list.
        "area_unassigned": ("--choice", "area", "--area", "灌云县"),
    }
    said: dict[str, int] = {}
    for kind, options in choices.items():
        for moved in decide(capsys, found[kind], *options, "--effect", day):
            if moved["tier"] == "srdi":
                said[moved["area_code"]] = said.get(moved["area_code"], 0) + moved["after"] - moved["before"]
        decide(capsys, found[kind], *options)
    assert last_built(world) is None
    unassigned = [
        one for one in command(capsys, "questions")["answers"] if one["question"]["kind"] == "area_unassigned"
    ]
    assert [(one["question"]["names"], one["from_on"]) for one in unassigned] == [
        (["庚公司"], "2023-06-01"),
        (["丁公司"], "2023-06-01"),
    ]
    assert said[CITY] == 0  # one more by parting, one fewer by joining
    built(world)
    assert last_built(world) is not None
    after = numbers()
    assert {area: after[area] - before[area] for area in after} == {area: said.get(area, 0) for area in after}
    names = rows(world, "select name, uscc from core.enterprise order by name")
    assert names == [
        ("丁公司", None),
        ("丙公司", None),
        ("乙公司", THIRD),
        ("庚公司", None),
        ("戊公司", None),
        ("甲公司", RIGHT),
        ("辛公司", None),
    ]
    told = command(capsys, "questions")
    assert not {one["question_id"] for one in told["questions"]} & {found[kind]["question_id"] for kind in choices}
    assert {one["state"] for one in told["answers"]} == {"built"}
    debts = {kind for (kind,) in rows(world, "select distinct kind from core.data_debt")}
    assert not debts & {"same_code_other_name", "same_name_other_code", "area_unassigned"}

    for one in told["answers"]:
        command(capsys, "answer", "--withdraw", one["answer_id"], "--reason", "弄错了", "--by", "李处")
    built(world)
    assert numbers() == before
    assert {one["question_id"] for one in command(capsys, "questions")["questions"]} >= {
        found[kind]["question_id"] for kind in choices
    }


def test_without_questions_the_command_says_that_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    add(tmp_path, write_list(tmp_path / "files", "名单.csv", "企业名称,所属县区\n甲公司,海州区"))
    built(tmp_path)
    assert main(["questions"]) == 0
    assert capsys.readouterr().out == "没有需要人来判断的问题。\n"


def test_what_cannot_be_decided_is_refused_and_nothing_is_written(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = by_kind(capsys)
    refused = [
        ("same_code_other_name", ("--choice", "area"), "answer.does_not_fit"),
        ("same_code_other_name", ("--choice", "not_same", "--name", "无"), "answer.does_not_fit"),
        ("same_name_other_code", ("--choice", "same"), "answer.does_not_fit"),
        ("same_name_other_code", ("--choice", "same", "--code", "123"), "answer.code"),
        ("area_unassigned", ("--choice", "area", "--area", "连云港市", "--from", "2024-1-1"), "answer.area"),
    ]
    for kind, options, code in refused:
        assert decide(capsys, found[kind], *options)["refused"] == code
    # Of several either all are taken or none.
    several = {"ids": [found["area_unassigned"]["question_id"], "0" * 12]}
    assert decide(capsys, several, "--choice", "as_printed")["refused"] == "answer.no_question"
    assert not (world / "inbox" / "answers").exists()
    decide(capsys, found["same_code_other_name"], "--choice", "same")
    assert decide(capsys, found["same_code_other_name"], "--choice", "same")["refused"] == "answer.already"


def test_a_question_is_the_same_in_any_order_and_another_once_what_is_asked_changes() -> None:
    one = Question(kind="same_name_other_code", codes=("A", "B"), names=("甲",))
    assert one.question_id == Question(kind="same_name_other_code", codes=("B", "A"), names=("甲",)).question_id
    others = [
        one.model_copy(update={"codes": ("A", "B", "C")}),
        one.model_copy(update={"names": ("乙",)}),
        one.model_copy(update={"kind": "former_name_of_other_code"}),
    ]
    assert len({one.question_id, *(other.question_id for other in others)}) == 4
    places = [Question(kind="area_conflict", codes=("A",), areas=areas) for areas in (("1", "2"), ("2", "1"))]
    assert places[0].question_id != places[1].question_id


def slowly_recoded(row: tuple[str, str | None], answers: list[Answer]) -> str | None:
    """What the newest answer about a row's name and code, else about its code, says; else the code itself."""
    name, code = row
    for key in ((name, code), (None, code)):
        for answer in reversed(answers):
            if key in answer.recodes:
                return answer.recodes[key]
    return code


def test_codes_are_changed_as_the_newest_answer_says_and_no_others() -> None:
    def question(kind: str, *codes: str, names: str = "") -> Question:
        return Question.model_validate({"kind": kind, "codes": codes, "names": tuple(names)})

    answers = [
        Answer(question=question("same_name_other_code", "A", "B", names="甲"), choice="same", code="A", **MADE),
        Answer(question=question("same_code_other_name", "A", names="乙丙"), choice="not_same", name="丙", **MADE),
        Answer(question=question("former_name_of_other_code", "C", "D"), choice="same", code="C", **MADE),
        Answer(question=question("same_name_other_code", "E", "F", names="丁"), choice="not_same", code="F", **MADE),
        Answer(question=question("same_name_other_code", "B", "A", names="甲"), choice="same", code="B", **MADE),
    ]
    printed = [(name, code) for name in ("甲", "乙", "丙", "丁", "戊") for code in (None, *"ABCDEF")]
    frame = pl.DataFrame(printed, schema={"name_key": pl.String, "uscc_clean": pl.String}, orient="row")
    found = recoded(frame, answers)["uscc_clean"].to_list()
    # The first answer still turns B into A for 甲, the last one A into B: of two about one row the newer holds.
    assert found == [slowly_recoded(row, answers) for row in printed]
    assert dict(zip(printed, found, strict=True))["丁", None] == "F"


def test_an_area_holds_from_its_day_until_the_next_decision() -> None:
    conflict = Question(kind="area_conflict", codes=("A",), areas=(HAIZHOU, DONGHAI))
    vague = Question(kind="area_unassigned", names=("乙",), areas=(CITY,))

    def decided(question: Question, area: str, from_on: dt.date) -> Answer:
        return Answer(question=question, choice="area", area_code=area, from_on=from_on, **MADE)

    answers = [
        decided(conflict, DONGHAI, dt.date(2023, 1, 1)),
        decided(conflict, GUANYUN, dt.date(2025, 1, 1)),
        decided(vague, GUANYUN, dt.date(2023, 1, 1)),
    ]
    lines = [
        ("A", "甲", 2022, HAIZHOU, HAIZHOU),
        ("A", "甲", 2023, HAIZHOU, DONGHAI),
        ("A", "甲", 2026, HAIZHOU, GUANYUN),
        ("乙", "乙", 2024, f"{CITY}-unassigned", GUANYUN),
        ("乙", "乙", 2024, HAIZHOU, HAIZHOU),
        ("丙", "丙", 2024, f"{CITY}-unassigned", f"{CITY}-unassigned"),
    ]
    frame = pl.DataFrame(
        [(key, name, dt.date(year, 6, 1), area, "inside") for key, name, year, area, _ in lines],
        schema=["enterprise_key", "name_key", "event_on", "area_code", "area_scope"],
        orient="row",
    )
    placed = placed_as_decided(frame, answers)
    assert placed["area_code"].to_list() == [after for *_, after in lines]
    assert placed["area_printed"].to_list() == [before if before != after else None for _, _, _, before, after in lines]
