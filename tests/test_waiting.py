"""The page of what waits for a person: what it counts, what its grid states, objections, both languages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from etl.__main__ import main
from tests.demo import Demo
from tests.test_demo_pages import shown
from tracker import blocks_waiting, objections_words, office, office_objections, office_store, ui, waiting, warehouse
from tracker.office_objections import Number
from tracker.text import LANGUAGES, word
from tracker.ui import waiting_reads
from tracker.viewing import DEFAULT_RULE

PAGES = Path(__file__).resolve().parent.parent / "pages"
PLAN, CITY = "lianyungang", "320700"
NUMBER = Number(PLAN, CITY, "little_giants", dt.date(2025, 12, 31), "b1", 21.0)


@pytest.fixture
def folder(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The demo, with an office store of its own."""
    monkeypatch.setenv("TRACKER_DATA", str(demo.folder))
    for module in (office_store, office_objections):
        monkeypatch.setattr(module, "data_folder", lambda: tmp_path)
    yield tmp_path
    ui.forget()


def opened(page: str, language: str = "zh", **codes: str) -> AppTest:
    """A page of the demo; codes of its own stand in the session, as links put them there."""
    app = AppTest.from_file(str(PAGES / "main.py"), default_timeout=120)
    app.query_params["lang"] = language
    for code, value in codes.items():
        app.session_state[code] = value
    app.run()
    app.switch_page(f"{page}.py").run()
    assert not app.exception
    return app


def cell(**said: Any) -> dict[str, Any]:
    known = {
        "file_id": "f1", "file": "名单.csv", "sheet": "", "row": 3, "column": "C", "said_by": "rule",
        "said": "area_unknown", "value": "东山区", "candidates": "东海县", "number": None, "compared_with": None,
        "subject": "乙公司", "expect": "东山区",
    }  # fmt: skip
    return known | said


CELLS = [
    cell(),
    cell(row=4, subject="丙公司"),
    cell(row=5, said="duplicate_in_list", expect=None),
    cell(file_id="f2", row=6, said_by="measure", said="unit_jump", number=35e6, compared_with=3500.0, expect="3500"),
]


def test_a_filled_grid_says_what_is_corrected_and_nothing_else() -> None:
    to_do, others = waiting.correctable(CELLS, [])
    assert [one["row"] for one in to_do] == [3, 4, 6]
    assert len(to_do) + len(others) == len(CELLS)
    filled = waiting.grid(to_do, "zh").with_columns(
        value=pl.Series(["东海县", None, " "]),
        action=pl.Series([None, "drop", "emptied"]),
        reason=pl.Series([None, "重名", ""]),
    )
    said = waiting.stated(to_do, filled, "已核对", "王工")
    assert [(one["row"], one["to"], one["is_emptied"], one["reason"]) for one in said] == [
        (3, "东海县", False, "已核对"),
        (4, None, False, "重名"),
        (6, None, True, "已核对"),
    ]
    assert [
        one["is_right"] for one in waiting.stated(to_do, filled.with_columns(action=pl.lit("confirm")), "", "")
    ] == [True] * 3
    assert waiting.stated(to_do, waiting.grid(to_do, "zh"), "已核对", "王工") == []
    assert [one["row"] for one in waiting.narrowed(CELLS, "f1", "area_unknown")] == [3, 4]
    recorded = {"file_id": "f1", "sheet": None, "row": 3, "column": "C", "state": None}
    assert [one["row"] for one in waiting.correctable(CELLS, [recorded])[0]] == [4, 6]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_opens_and_counts_what_the_build_refused(folder: Path, demo: Demo, language: str) -> None:
    [(refused,)] = demo.rows("select count(*) from core.rejected_row")
    [(asked,)] = demo.rows("select count(*) from core.value_question where reason is null")
    app = opened("questions", language)
    for section in waiting.SECTIONS:
        app.segmented_control(key="section").set_value(section).run()
        assert not app.exception
        said = shown(app)
        assert word("app.demo", language) in said
        for key, number in (("refused", refused), ("asked", asked)):
            assert word(f"questions.number_{key}", language, number=number) in said
        assert (word("questions.cells_title", language) in said) == (section == "cells")
        if language == "en" and section == "objections":
            assert re.findall(r"[\u4e00-\u9fff]", said) == []


def test_an_objection_keeps_both_numbers_their_list_and_every_decision(folder: Path) -> None:
    content = "企业名称\n甲公司".encode()
    kept = office_objections.keep_file("list", "../海州名单.csv", content)
    sums = {"both": 1, "only_theirs": 2, "only_ours": 3}
    compared = office_objections.keep_file("comparison", "比对.xlsx", b"x", sums)
    day = dt.date(2026, 1, 15)
    office_objections.object_to(NUMBER, 24, "海州区工信局", day, "漏 3 家", "王工", [kept, compared])
    [objection] = office_objections.objections(PLAN)
    assert (objection.number, objection.theirs, objection.state) == (NUMBER, 24, "open")
    assert (kept.name, objection.files[0].path.read_bytes()) == ("海州名单.csv", content)
    names = {CITY: "连云港"}, {"little_giants": "小巨人"}
    [line] = objections_words.open_lines([objection], *names, "zh")
    assert line == "有异议未决：连云港 小巨人（2025年12月），系统 21，对方 24"
    assert line in blocks_waiting.open_objections([line], "./questions", "zh")
    assert objections_words.compared(objection, "zh") == "一致 1，只在对方 2，只在系统 3"
    with pytest.raises(office_store.Incomplete):
        office_objections.decide_objection(objection, "accepted", " ", day, "李处")
    office_objections.decide_objection(objection, "partly", "补 2 家", day, "李处")
    office_objections.decide_objection(objection, "rejected", "查无此事", day, "张局")
    [objection] = office_objections.objections(PLAN)
    assert [one.state for one in objection.decisions] == ["partly", "rejected"]
    assert objections_words.decision(objection, "zh") == "不采纳（张局 2026年1月15日）：查无此事"
    assert objections_words.open_lines([objection], *names, "zh") == []


def test_a_store_of_an_earlier_version_is_brought_up_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    with monkeypatch.context() as earlier:
        earlier.setattr(office_store, "_SCHEMAS", ("office.sql",))
        earlier.setattr(office_store, "SCHEMA_VERSION", 1)
        office.open_meeting(PLAN, "调度会", dt.date(2026, 1, 15), "b1", dt.date(2025, 12, 31))
    office_objections.object_to(NUMBER, 24, "海州区", dt.date(2026, 1, 15), "漏报", "王工", [])
    assert len(office.meetings(PLAN)) == len(office_objections.objections(PLAN)) == 1


def test_an_open_objection_stands_beside_the_number_that_it_is_about(folder: Path) -> None:
    build_id = str(warehouse.current_build_id())
    targets = ui.targets_at(build_id, PLAN, NUMBER.as_of, "zh", DEFAULT_RULE)
    target_id = targets.filter(pl.col("area_code") != CITY)["target_id"][0]
    number = dataclasses.replace(NUMBER, target_id=target_id)
    office_objections.object_to(number, 24, "海州区", dt.date(2026, 1, 15), "漏报", "王工", [])
    assert "有异议未决" in shown(opened("about", section="debts"))
    assert "有异议未决" in shown(opened("districts", target=target_id))


def test_ten_edits_are_one_command(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def command(*arguments: str) -> Any:
        main([*arguments, "--json"])
        return json.loads(capsys.readouterr().out)

    found = command("corrections", "--open")
    to_do, _ = waiting.correctable(found["cells"], found["corrections"])
    filled = waiting.grid(to_do, "zh").with_columns(action=pl.lit("drop"))
    batch = [one for one in waiting.stated(to_do, filled, "演示", "王工") if one["expect"]]
    path = tmp_path / "corrections.json"
    path.write_text(json.dumps(batch, ensure_ascii=False), encoding="utf-8")
    outcomes = command("correct", "--from", str(path), "--check")
    assert [one["status"] for one in outcomes] == ["recorded"] * len(batch)
    assert waiting.outcome_table(batch, outcomes, "en").height == len(batch) > 3
    assert command("corrections") == []


def test_a_damaged_inbox_is_not_told_as_nothing_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = {"build_id": "", "cells": [], "corrections": [], "questions": [], "answers": []}
    monkeypatch.setattr(waiting_reads, "_content", lambda command, language: nothing)
    said = shown(opened("questions"))
    assert word("questions.unreadable", "zh") in said
    assert word("questions.nothing", "zh") not in said


def test_what_is_only_checked_is_not_said_to_be_recorded_and_what_is_unbuilt_is_known() -> None:
    said = {"sheet": None, "row": 6, "column": "D", "expect": "东山区", "to": "东海县"}
    said |= {"is_right": False, "is_emptied": False}
    outcome = {"status": "recorded", "zh": "已记录更正 1。python -m etl build", "en": "", "expected": None}
    refused = {"status": "refused", "zh": "原值不同", "en": "", "expected": None}
    for is_check, word_said in ((True, "可以记录"), (False, "已记录")):
        table = waiting.outcome_table([said, said], [outcome, refused], "zh", is_check=is_check)
        assert table.to_series(2).to_list() == [word_said, "原值不同"]
    record = {
        "file": "名单.csv",
        "sheet": "",
        "row": 6,
        "column": "D",
        "action": "drop",
        "expect": "东山区",
        "value": None,
    }
    record |= dict.fromkeys(("enterprise", "area_code", "tier", "measure", "period", "state"))
    record |= {"correction_id": "c1", "reason": "非本市", "by": "王工", "recorded_at": "2026-01-15T09:00:00"}
    table = waiting.record_table([record, record | {"column": None}], "zh")
    assert table["位置"].to_list() == ["名单.csv D6", "名单.csv 6"]
    assert table["更正"].to_list() == ["清空“东山区”这一格", "剔除整行（“东山区”）"]
    assert not waiting.has_unbuilt([{"state": "applied"}, {"state": "withdrawn"}], [{"state": "built"}])
    assert waiting.has_unbuilt([{"state": None}], [])
    assert waiting.has_unbuilt([], [{"state": "built"}, {"state": "unbuilt"}])
