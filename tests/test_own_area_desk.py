"""Who sees the own area only, at the desk: they load, check and try their own files, and are told of nothing else."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from etl.__main__ import main
from etl.inbox import Inbox
from tests.worlds import add, built, write_list
from tracker import desk, desk_board, jobs, office_objections, people, ui, uploads, warehouse
from tracker.office_objections import Number
from tracker.people import Granted
from tracker.rights import COMMAND_ACTIONS, CUT_COMMANDS, READING_COMMANDS, NotAllowed, Person
from tracker.text import word
from tracker.ui import gate, waiting_reads

MAIN = Path(__file__).resolve().parent.parent / "pages" / "main.py"
OWN, OTHER = "320722", "320706"
STAFF = Person("东海张三", "staff", (OWN,), sees_own_area=True)
EDITOR = Person("市局李四", "editor")
TITLE = "连云港市专精特新中小企业认定名单"
HEAD = "序号,企业名称,统一社会信用代码,所属县区"
# What must never reach them: names, codes and files of the other district, and its name.
FOREIGN = re.compile("海州|乙公司|丙公司|丁公司|91320706MA1AAAAA")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both districts' lists in a build, each with a refused row; a list of the other district that is not built yet."""
    own = tmp_path_factory.mktemp("own")
    lists = {
        "东海一": (OWN, f"{HEAD}\n1,甲公司,,东海县\n2,,,东海县"),
        "海州一": (OTHER, f"{HEAD}\n1,乙公司,,海州区\n2,,,海州区"),
        # The same enterprise in both: a question whose rows are of two districts.
        "海州二": (OTHER, f"{HEAD}\n1,甲公司,,海州区"),
    }
    for name, (area, lines) in lists.items():
        day = dt.date(2024 if name == "海州二" else 2023, 6, 1)
        add(own, write_list(own / "files", f"{name}.csv", lines), area=area, event_on=day)
    built(own)
    add(own, write_list(own / "files", "海州三.csv", f"{HEAD}\n1,丙公司,,海州区"), area=OTHER, batch="2025-1")
    return own


@pytest.fixture
def folder(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_DATA", str(made))
    return made


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that the desk starts for who sees the own area only."""
    for name, value in desk.cut_to(STAFF).items():
        monkeypatch.setenv(name, value)


def dropped(name: str, lines: str, by: Person = STAFF, **stated: str) -> uploads.Upload:
    upload = uploads.keep(name, lines.encode(), by.name, is_draft=by is STAFF)
    given = {"tier": "srdi", "event": "recognition", "event_on": "2025-06-01", "batch": "2025-2", **stated}
    return uploads.state(upload, given, by.name)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, Any]:
    capsys.readouterr()
    code = main([*arguments, "--json"])
    printed = capsys.readouterr().out
    return code, printed, json.loads(printed)


def given(folder: Path, upload: uploads.Upload) -> str:
    path = folder / "given.json"
    path.write_text(json.dumps([desk_board.entry_of(upload)]), encoding="utf-8")
    return str(path)


def test_a_trial_tells_of_the_own_area_only(folder: Path, cut: None, capsys: pytest.CaptureFixture[str]) -> None:
    stated = given(folder, dropped(f"{TITLE}.csv", f"{HEAD}\n1,戊公司,,东海县\n2,己公司,,东海县", area=OWN))
    code, printed, answer = said(capsys, "check", "--stated", stated, "--effect")
    assert (code, FOREIGN.findall(printed)) == (0, [])
    effect = answer["effect"]
    assert {row["area_code"] for part in ("targets", "history", "tiers") for row in effect[part]} == {OWN}
    [moved] = [row for row in effect["tiers"] if row["tier"] == "srdi"]
    # 甲公司 is counted where the newest list has it.
    assert (moved["value_before"], moved["value"]) == (0.0, 2.0)
    assert sorted(row["name"] for row in effect["names"]) == ["己公司", "戊公司"]
    # The other district's list that waits too is no matter of theirs.
    assert effect["pending"] == []


@pytest.mark.parametrize(
    ("area", "refused"), [(OTHER, "desk.not_your_area"), ("320700", "desk.not_your_area"), (OWN, None)]
)
def test_a_file_of_another_area_is_refused_in_words(
    folder: Path, cut: None, capsys: pytest.CaptureFixture[str], area: str, refused: str | None
) -> None:
    stated = given(folder, dropped(f"{TITLE}.csv", f"{HEAD}\n1,戊公司,,东海县", area=area))
    code, _, [record] = said(capsys, "check", "--stated", stated)
    assert (code, record.get("refused")) == (1 if refused else 0, refused)
    if refused:
        assert "您只负责东海县" in record["zh"]
        assert "you work for 东海县 only" in record["en"]
        assert "rejected" not in record
    before = [sidecar.file_id for sidecar in Inbox(folder).sidecars()]
    path = write_list(folder / "files", "计划.yml", "plans:\n  - {plan_id: x}")
    _, _, [plan] = said(capsys, "check", str(path))
    assert plan["refused"] == "desk.no_single_area"
    # Were the right to load ever given, the command itself would still take nothing of another area in.
    if refused:
        said(capsys, "add", "--stated", stated)
        assert [sidecar.file_id for sidecar in Inbox(folder).sidecars()] == before


def test_a_person_of_two_districts_loads_for_both_and_no_third(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person("两区王五", "staff", (OWN, OTHER))
    for name, value in desk.cut_to(person).items():
        monkeypatch.setenv(name, value)
    for area, refused in ((OWN, None), (OTHER, None), ("320703", "desk.not_your_area")):
        stated = given(folder, dropped(f"{TITLE}.csv", f"{HEAD}\n1,戊公司,,", by=person, area=area))
        _, _, [record] = said(capsys, "check", "--stated", stated)
        assert (area, record.get("refused")) == (area, refused)


def test_questions_refused_rows_and_files_are_those_of_the_own_area(
    folder: Path, cut: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as uncut:
        uncut.delenv(desk.SEES_ONLY)
        assert FOREIGN.search(said(capsys, "files")[1])
    _, printed, files = said(capsys, "files")
    assert [record["original_name"] for record in files] == ["东海一.csv"]
    _, cells_printed, cells = said(capsys, "corrections", "--open")
    assert [(cell["file"], cell["row"]) for cell in cells["cells"]] == [("东海一.csv", 3)]
    _, asked_printed, asked = said(capsys, "questions")
    [question] = asked["questions"]
    assert (question["kind"], question["subject"]) == ("area_conflict", "甲公司")
    assert [row["file"] for row in question["evidence"]] == ["东海一.csv"]
    assert FOREIGN.findall(printed + cells_printed + asked_printed) == []


def test_their_list_is_compared_with_what_they_may_see_of_ours(
    folder: Path, cut: None, capsys: pytest.CaptureFixture[str]
) -> None:
    # 乙公司 holds the title in another district: of that they are told nothing.
    path = write_list(folder / "theirs", "东海.csv", f"{HEAD}\n1,甲公司,,东海县\n2,乙公司,,东海县")
    asked = ["compare", str(path), "--tier=srdi", "--as-of=2023-12", f"--out={folder / 'out.xlsx'}"]
    code, printed, answer = said(capsys, *asked, f"--area={OWN}")
    assert code == 0
    assert (answer["counts"]["both"], answer["counts"]["only_theirs"], answer["counts"]["only_ours"]) == (1, 1, 0)
    assert FOREIGN.findall(printed.replace("乙公司", "")) == []
    code, printed, _ = said(capsys, *asked, f"--area={OTHER}")
    assert (code, json.loads(printed)["refused"]) == (1, "desk.not_your_area")


def test_who_brought_a_file_is_told_who_withdrew_or_put_it_away(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = dropped("东海一.csv", f"{HEAD}\n1,甲公司,,东海县", area=OWN)
    other = dropped("东海二.csv", f"{HEAD}\n1,戊公司,,东海县", area=OWN)
    uploads.set_aside(other, EDITOR.name)
    record = {"file_id": mine.file_id, "original_name": mine.name}
    done("publish", mine, EDITOR, {"files": [record], "build": {"build_id": "b"}})
    day = dt.date.today().isoformat()
    steps = [{"reading_no": None, "action": "withdraw", "by": EDITOR.name, "on": day, "reason": "不是终稿"}]
    monkeypatch.setattr(desk_board, "files_in_inbox", lambda person: [record | {"history": steps}])
    text = drawn(opened(STAFF, "desk", monkeypatch))
    assert f"被 {EDITOR.name} 撤回，不再计入：不是终稿" in text
    assert "您送来的“东海二.csv”" in text
    assert [one.what for one in desk_board.undone(EDITOR)] == []
    # Restored, or not theirs: there is nothing to tell.
    steps.append(steps[0] | {"action": "restore"})
    assert [(one.name, one.what) for one in desk_board.undone(STAFF)] == [("东海二.csv", "put_away")]


@pytest.mark.parametrize(
    "arguments",
    [["targets"], ["corrections"], ["plan"], ["report", "--all", "--period=2025"], ["report", f"--area={OTHER}"]],
)
def test_no_form_with_anything_of_another_area_is_made(
    folder: Path, cut: None, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code, _, answer = said(capsys, "template", *arguments, "--out", str(folder / "forms"))
    assert code == 1
    assert answer["refused"].startswith("desk.")
    assert not (folder / "forms").exists()


def test_no_other_command_is_started_for_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("tracker.desk.subprocess.run", lambda *given, **named: started.append(given))
    for command in (*COMMAND_ACTIONS, *READING_COMMANDS):
        for role in ("leader", "staff"):
            person = Person("甲", role, (OWN,), sees_own_area=True)
            if command not in CUT_COMMANDS:
                with pytest.raises(NotAllowed):
                    desk.run([command], person)
    assert started == []
    upload = dropped("名单.csv", f"{HEAD}\n1,戊公司,,东海县", area=OWN)
    with pytest.raises(NotAllowed):
        desk_board.start_publishing([upload], STAFF)
    with pytest.raises(NotAllowed):
        desk_board.start_withdrawal(desk_board.Withdrawal("0" * 64, "x", undo=False), STAFF, "x", is_trial=True)
    assert jobs.queue(jobs.every()) == []


@pytest.fixture
def own_folder(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder with people in it; what was published is shared, the desk is a new one."""
    for name in ("inbox", "builds", "parsed"):
        (tmp_path / name).symlink_to(made / name)
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    monkeypatch.setenv("TRACKER_USER_HEADER", "X-Remote-User")
    for granted in (Granted(STAFF.name, "staff", (OWN,), sees_own_area=True), Granted(EDITOR.name, "editor")):
        people.grant(granted, "root", "command")
    ui.forget()
    return tmp_path


def opened(person: Person, page: str, monkeypatch: pytest.MonkeyPatch, **codes: str) -> AppTest:
    monkeypatch.setattr(gate, "_headers", lambda header: [person.name.encode().decode("latin-1")])
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for code, value in codes.items():
        app.query_params[code] = value
        app.session_state[code] = value
    app.switch_page(f"{page}.py").run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> str:
    return "\n".join([*(str(element.proto) for element in app.get("html")), *map(str, app.main)])


def done(kind: str, upload: uploads.Upload, person: Person, answer: object) -> None:
    """What a job of the desk leaves when it has ended."""
    own = jobs.folder() / f"20260112T0930000000{len(jobs.every()):02}-a41f"
    own.mkdir(parents=True)
    began = {"kind": kind, "by": person.name, "started": "2026-01-12T09:30:00", "files": [upload.file_id]}
    began |= {"names": [upload.name], "cut": jobs.cut_of(person)}
    contents = {"job.json": began, "given.json": desk_board.given_of([upload]), "answer.json": answer, "exit": 0}
    for name, content in contents.items():
        (own / name).write_text(json.dumps(content), encoding="utf-8")


CHECKED = [{"entry": 0, "file": "x", "status": "checked", "counts": {"read": 1, "accepted": 1}}]
NOTHING: dict[str, Any] = {
    "targets": [],
    "history": [],
    "tiers": [],
    "names": [],
    "debts": {"new": [], "gone": []},
    "pending": None,
}


def test_a_district_sends_its_file_and_the_city_publishes_it(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = dropped("海州四.csv", f"{HEAD}\n1,丁公司,,海州区", by=EDITOR, area=OTHER)
    mine = dropped(f"{TITLE}.csv", f"{HEAD}\n1,戊公司,,东海县", area=OWN)
    effect = {**NOTHING, "before": {"build_id": warehouse.current_build_id()}}
    for upload, person in ((mine, STAFF), (mine, EDITOR), (theirs, EDITOR)):
        done("check", upload, person, CHECKED)
    done("effect", mine, STAFF, {"files": [], "effect": effect})
    # A trial of one person is shown to nobody who sees more or less.
    entry = desk_board.given_of([mine])
    assert desk_board.board(STAFF).preview(entry) is not None
    assert desk_board.board(EDITOR).preview(entry) is None
    app = opened(STAFF, "desk", monkeypatch, file=mine.file_id)
    assert FOREIGN.findall(drawn(app)) == []
    assert "desk_publish" not in {button.key for button in app.button}
    [area] = [box for box in app.selectbox if str(box.key).startswith("desk_area_")]
    assert area.options == ["按文件", "东海县"]
    next(button for button in app.button if button.key == "desk_send").click().run()
    assert not app.exception
    [sent] = [upload for upload in uploads.every() if upload.sent]
    assert (sent.file_id, STAFF.name in str(sent.sent)) == (mine.file_id, True)
    assert word("desk.sent", "zh", sent=sent.sent) in drawn(app)
    # Stated anew, it is to be sent again; what is not sent is not published unasked with the rest.
    uploads.state(sent, sent.stated, STAFF.name)
    [together] = opened(EDITOR, "desk", monkeypatch).multiselect
    assert (len(together.options), together.value) == (2, [theirs.file_id])


def test_files_and_objections_of_others_are_on_no_page_of_theirs(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = Number("lianyungang", OTHER, "srdi_smes", dt.date(2023, 6, 30), "b", 1.0)
    office_objections.object_to(number, 2.0, "海州区局", dt.date(2023, 7, 1), "少一家", EDITOR.name, [])
    # What these commands tell is tested above; each takes a second.
    nothing = {"build_id": "", "cells": [], "corrections": [], "questions": [], "answers": []}
    monkeypatch.setattr(waiting_reads, "_content", lambda command, language: nothing)
    for person, page, codes in (
        (STAFF, "desk", {"part": "files"}),
        (STAFF, "questions", {"section": "objections"}),
        (EDITOR, "questions", {"section": "objections"}),
    ):
        text = drawn(opened(person, page, monkeypatch, **codes))
        assert (person.name, page, bool(FOREIGN.search(text))) == (person.name, page, person is EDITOR)
        assert word("sign_in.page", "zh") not in text
