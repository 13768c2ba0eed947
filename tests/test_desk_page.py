"""The page of the data desk: on the first day, in a demonstration, and with files of one's own."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.invented_build import publish
from tracker import about, audit, blocks_desk, desk_board, desk_words, jobs, uploads
from tracker.catalog import load as load_catalog
from tracker.rights import Person
from tracker.text import LANGUAGES, word

pytestmark = pytest.mark.usefixtures("own_data_folder")
MAIN = Path(__file__).resolve().parent.parent / "pages" / "main.py"
MARKUP = re.compile(r"<(style|script)>.*?</\1>|<[^>]+>", re.DOTALL)
LIST = "序号,企业名称,所属县区\n1,甲（示例）公司,海州区\n2,,东海县\n"
PERSON = Person("张三", "admin")
CJK = re.compile(r"[\u4e00-\u9fff]+")


def opened(**codes: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for code, value in codes.items():
        app.query_params[code] = value
    # Codes of the page, which a link to another page does not carry.
    if "part" in codes:
        app.session_state["part"] = codes["part"]
    app.run()
    app.switch_page("desk.py").run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    return " ".join(MARKUP.sub(" ", element.proto.body) for element in app.get("html"))


def ended() -> None:
    """Wait for everything that runs."""
    for job in jobs.every():
        jobs.wait(job.job_id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_the_first_day_the_desk_is_where_one_begins(language: str) -> None:
    empty = AppTest.from_file(str(MAIN), default_timeout=30)
    empty.query_params["lang"] = language
    empty.run()
    assert word("app.empty_desk", language) in shown(empty)
    app = opened(lang=language)
    assert word("desk.finding_none", language) in shown(app)
    assert word("desk.first_steps", language) in shown(app)
    assert len(app.get("file_uploader")) == 1
    for part, said in (("files", "files_none"), ("log", "log_none")):
        other = opened(lang=language, part=part)
        assert word(f"desk.{said}", language) in shown(other)
        assert language == "zh" or CJK.findall(shown(other)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_demonstration_takes_nothing_in_and_says_how_to_start(tmp_path: Path, language: str) -> None:
    publish(tmp_path)
    app = opened(lang=language)
    assert word("desk.demo_title", language) in shown(app)
    assert "make run REAL=1" in shown(app)
    assert app.get("file_uploader") == []


def test_a_dropped_list_is_on_disk_at_once_and_asks_for_what_it_does_not_say() -> None:
    app = opened()
    app.text_input(key="desk_by").set_value("张三").run()
    app.file_uploader[0].set_value(("../名单.csv", LIST.encode(), "text/csv")).run()
    assert not app.exception
    [upload] = uploads.every()
    assert (upload.name, upload.by, upload.path.read_bytes()) == ("_名单.csv", "张三", LIST.encode())
    ended()
    app.run()
    fields = [word(f"desk.field_{name}", "zh") for name in ("tier", "event", "event_on", "area")]
    assert word("desk.missing", "zh", file="_名单.csv", fields="、".join(fields)) in shown(app)
    for element, value in (("tier", "srdi"), ("event", "recognition"), ("area", "320700")):
        next(box for box in app.selectbox if str(box.key).startswith(f"desk_{element}_")).set_value(value)
    next(box for box in app.date_input if str(box.key).startswith("desk_event_on_")).set_value(dt.date(2023, 6, 1))
    next(button for button in app.button if button.label == word("desk.save_statement", "zh")).click().run()
    assert not app.exception
    ended()
    app.run()
    # Another browser, another day: everything is as it was left.
    assert word("rule.name_missing", "zh") in shown(app)
    assert word("rule.name_missing", "zh") in shown(opened())
    assert [item.state for item in desk_board.board(PERSON).items] == ["faulty"]
    english = shown(opened(lang="en"))
    assert word("desk.state_faulty", "en") in english
    assert set(CJK.findall(english.replace("_名单.csv", "").replace("张三", ""))) <= {"东海县"}
    next(button for button in app.button if button.label == word("desk.set_aside", "zh")).click().run()
    assert word("desk.finding_none", "zh") in shown(app)
    assert upload.path.is_file()


def test_a_file_that_cannot_be_read_asks_for_nothing_and_can_be_put_aside() -> None:
    app = opened()
    app.text_input(key="desk_by").set_value("张三").run()
    # The beginning of a workbook, cut off.
    app.file_uploader[0].set_value(("名单.xlsx", b"PK\x03\x04" + b"\x00" * 40, "application/zip")).run()
    ended()
    app.run()
    assert not app.exception
    assert word("refusal.read.damaged", "zh", file="名单.xlsx") in shown(app)
    assert word("desk.unreadable", "zh") in shown(app)
    labels = [button.label for button in app.button]
    assert word("desk.save_statement", "zh") not in labels
    assert not [box for box in app.selectbox if str(box.key).startswith("desk_tier_")]
    next(button for button in app.button if button.label == word("desk.set_aside", "zh")).click().run()
    assert word("desk.finding_none", "zh") in shown(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_publication_that_was_cut_short_says_what_is_in_force_and_how_to_go_on(tmp_path: Path, language: str) -> None:
    # What a kill leaves: a job that began, holds no lock any more and never said how it ended.
    own = jobs.folder() / "20260112T093000000000-a41f"
    own.mkdir(parents=True)
    started = dt.datetime.now().isoformat()
    record = {
        "kind": "publish",
        "by": "张三",
        "files": [],
        "names": ["名单.csv"],
        "started": started,
    }
    (own / "job.json").write_text(json.dumps(record), encoding="utf-8")
    (own / "stages").write_text("2026-01-12T09:30:00 counting\n", encoding="utf-8")
    build_id = publish(tmp_path, is_demo=False)
    words = shown(opened(lang=language))
    said = {"job": word("desk.job_publish", language), "by": "张三", "build_id": build_id}
    at = started[11:16]
    assert word("desk.last_interrupted", language, at=at, **said) in words
    assert word("desk.state_interrupted", language) in shown(opened(lang=language, part="log"))


def a_record(**more: object) -> dict[str, object]:
    """A report as its check says it: one revenue that looks like yuan for 10,000 yuan."""
    asked = {
        "question": "unit_jump", "name": "甲（示例）公司", "measure": "operating_revenue_10k_yuan",
        "period_end": "2025-12-31", "value": 34474000.0, "compared_with": 3134.0,
        "sheet": "企业数据", "row": 5, "column": "R",
    }  # fmt: skip
    reading = {"kind": "enterprise_values", "sheet": "企业数据", "reason": None}
    return {"file": "报表.xlsx", "status": "checked", "counts": {}, "reading": reading, "asked": [asked], **more}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_doubtful_value_is_shown_with_its_cell_until_somebody_says_why_it_is_right(language: str) -> None:
    record = a_record()
    assert desk_board.state_of([record]) == "doubtful"
    table = blocks_desk.asked_table(record, load_catalog(), language)
    for said in ("企业数据 R5", "甲（示例）公司", "34,474,000", "3,134", word("desk.asked_note", language)):
        assert said in table
    assert {"zh": "可能把元填成万元", "en": "perhaps yuan for 10,000 yuan"}[language] in table
    explained = a_record(reading={"kind": "enterprise_values", "reason": "并购"})
    assert desk_board.state_of([explained]) == "ready"
    assert word("desk.asked_explained", language) in blocks_desk.asked_table(explained, load_catalog(), language)
    assert blocks_desk.asked_table(a_record(asked=[]), load_catalog(), language) == ""


def test_a_report_of_the_same_day_can_say_which_file_it_replaces_or_when_it_came() -> None:
    zh = "请加 --replaces 524576fe4cb1；不是同一天收到的，请用 --received-on 写明，或用 --out"
    refused = {"status": "refused", "refused": "report_version.same_day", "file_id": "524576fe4cb1", "zh": zh}
    assert desk_board.state_of([refused]) == "asks"
    assert desk_board.replaceable(refused) == ["524576fe4cb1"]
    # Options that are no field of the page stay as they are.
    said = "请加 “替换此前文件” 524576fe4cb1；不是同一天收到的，请用 “收到日期” 写明，或用 --out"
    assert desk_words.refusal_lines(refused, "zh") == [said]
    upload = uploads.keep("报表.csv", LIST.encode(), "张三")
    assert f"--received-on={upload.opened[:10]}" in desk_board.entry_of(upload)["options"]
    stated = uploads.state(upload, {"received_on": "2026-01-20", "replaces": "524576fe4cb1"}, "张三")
    options = desk_board.entry_of(stated)["options"]
    assert {"--received-on=2026-01-20", "--replaces=524576fe4cb1"} <= set(options)


def test_of_a_workbook_each_list_is_called_by_its_sheet_and_of_an_archive_by_its_file() -> None:
    record = a_record()
    assert desk_words.sheet_name(record, "报表.xlsx") == "企业数据"
    assert desk_words.sheet_name(record, "一包.zip") == "报表.xlsx 企业数据"
    assert desk_words.sheet_name({"file": "报表.xlsx"}, "报表.xlsx") == "报表.xlsx"


def test_files_of_one_name_are_told_apart_by_when_they_came_and_what_they_are() -> None:
    files = {"aaaaaa11": ("名单.xlsx", "2026-11-01"), "bbbbbb22": ("名单.xlsx", "2026-11-23"), "c": ("报表.xlsx", "")}
    assert desk_words.told_apart(files) == {
        "aaaaaa11": "名单.xlsx（2026-11-01 · aaaaaa）",
        "bbbbbb22": "名单.xlsx（2026-11-23 · bbbbbb）",
        "c": "报表.xlsx",
    }


def test_an_empty_form_is_not_on_record_and_a_form_of_corrections_says_what_it_is() -> None:
    empty = {"file": "填报表.xlsx", "status": "skipped", "refused": "form.untouched"}
    known = {"file": "名单.xlsx", "status": "unchanged"}
    assert [desk_board.state_of(records) for records in ([empty], [known], [empty, known])] == ["empty", "here", "here"]
    form = {"file": "更正.xlsx", "status": "checked", "form": "corrections"}
    said = [desk_words.reading_phrase(record, load_catalog(), "zh") for record in (empty, form)]
    assert said == ["空白表格", "数据更正表"]
    assert [desk_words.says_itself(record) for record in (form, {"plan_id": "x"}, known)] == [True, True, False]


def test_refused_rows_and_refused_cells_of_a_ledger_are_not_one_number() -> None:
    counts = {"read": 19, "accepted": 17, "out_of_area": 0, "rejected": 2, "duplicate": 0, "blank": 0}
    upload = uploads.Upload("f1", "台账.xlsx", 1, "张三", "2026-01-15T09:00:00", {})
    record = {"file": "台账.xlsx", "status": "checked", "counts": counts | {"rejected_cells": 2}, "reading": {}}
    table = blocks_desk.upload_table([desk_board.Item(upload, [record], None)], load_catalog(), "zh")
    assert '<td class="is-gap">2<small>另退回 2 格</small></td>' in table
    row = {"announced_parts": None, **counts, "rejected_cells": 2}
    assert [about.count_of(row, name, "zh") for name in ("read", "rejected")] == ["19", "2，另 2 格"]


def test_one_statement_serves_several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_board, "start_checks", lambda items, person: False)
    first, second, third = (uploads.keep(f"{name}.csv", f"{name}\n{LIST}".encode(), "张三") for name in "甲乙丙")
    uploads.state(second, {"announced": ["2"], "tier": "innovative"}, "张三")
    app = opened()
    next(box for box in app.selectbox if box.label == word("desk.pick_file", "zh")).set_value(first.file_id).run()
    next(box for box in app.selectbox if str(box.key).startswith("desk_tier_")).set_value("srdi")
    next(box for box in app.text_input if str(box.key).startswith("desk_announced_")).set_value("7")
    next(box for box in app.multiselect if str(box.key).startswith("desk_also_")).set_value([second.file_id])
    next(button for button in app.button if button.label == word("desk.save_statement", "zh")).click().run()
    assert not app.exception
    stated = {upload.file_id: upload.stated for upload in uploads.every()}
    # What is said of both goes to both; how many names a list announces stays its own.
    assert (stated[first.file_id]["tier"], stated[first.file_id]["announced"]) == ("srdi", ["7"])
    assert (stated[second.file_id]["tier"], stated[second.file_id]["announced"]) == ("srdi", ["2"])
    assert stated[third.file_id] == {}


def test_the_audit_says_whose_file_was_published(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = uploads.keep("海州报表.csv", LIST.encode(), "海州经办", is_draft=True)
    sent = uploads.send(kept, "海州经办")
    ready = desk_board.Board([desk_board.Item(sent, [{"status": "checked", "file": sent.name}], None)], [], PERSON)
    monkeypatch.setattr(desk_board, "board", lambda person: ready)
    monkeypatch.setattr(desk_board, "start_checks", lambda items, person: False)
    monkeypatch.setattr(desk_board, "start_publishing", lambda asked, person: "20260112T093000000000-a41f")
    monkeypatch.setattr("tracker.ui.desk_screen._shown_effect", lambda *given: True)
    app = opened()
    app.text_input(key="desk_by").set_value("张三").run()
    app.button(key="desk_publish").click().run()
    assert not app.exception
    [entry] = audit.entries("", "publish", None, None)
    assert (entry.person, entry.subject) == ("张三", f"海州报表.csv {desk_words.sent_phrase(sent, 'zh')}")
    assert "海州经办" in entry.subject
