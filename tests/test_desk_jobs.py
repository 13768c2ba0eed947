"""The data desk without its page: uploads, jobs, trials. Loss, duplication and silent change must be impossible.

``DESK_KILLS=50 pytest tests/test_desk_jobs.py -k killed`` kills a publication at fifty moments in place of two.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from etl.__main__ import main
from etl.inbox import Inbox
from etl.publish import Builds
from tests.test_publish import read_whole_build
from tests.worlds import add, built, rows, write_list
from tracker import blocks_effect, desk_board, jobs, uploads
from tracker.catalog import load
from tracker.rights import NotAllowed, Person
from tracker.text import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
PERSON = Person("张三", "admin")
KILLS = int(os.environ.get("DESK_KILLS", "2"))
HEAD = "序号,企业名称,所属县区\n"
TITLE = "连云港市专精特新中小企业认定名单"
STATED = {"tier": "srdi", "event": "recognition", "event_on": "2023-06-01", "area": "320700", "batch": "2023-1"}
SHELL = ("--tier=srdi", "--event=recognition", "--on=2023-06-01", "--area=320700")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    return tmp_path


def lines(first: int, last: int) -> bytes:
    """A list of invented enterprises by number."""
    return (HEAD + "\n".join(f"{n},第{n}号（示例）公司,海州区" for n in range(first, last))).encode()


def dropped(name: str, content: bytes, **stated: str) -> uploads.Upload:
    """A file on the desk, with what is stated of it."""
    return uploads.state(uploads.keep(name, content, "张三"), {**STATED, **stated}, "张三")


def holders(folder: Path) -> list[str]:
    """Everybody who holds the title in the build in force."""
    sql = "select distinct name from core.tenure join core.enterprise using (enterprise_id) where tier = 'srdi'"
    return sorted(name for (name,) in rows(folder, sql))


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """The exit code of a command and the one JSON document that it prints."""
    capsys.readouterr()
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file of a data folder but the desk's own and what was parsed, which counts for nothing by itself."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in ("desk", "parsed")
    }


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("附件：第五批“小巨人”名单_1 (1).xls", "附件：第五批“小巨人”名单_1 (1).xls"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("．．／名单.xlsx", "名单.xlsx"),
        ("a\u202egpj.xls", "agpj.xls"),
        ("行\n二\x00.csv", "行二.csv"),
        ("", "_"),
        ("名" * 100 + ".xlsx", "名" * 65 + ".xlsx"),
    ],
)
def test_a_name_is_only_a_label(name: str, label: str) -> None:
    assert uploads.clean_label(name) == label


def test_an_upload_is_kept_once_and_survives_a_damaged_record(folder: Path) -> None:
    first = uploads.keep("名单.csv", lines(1, 3), "张三")
    again = uploads.keep("名单 (1).csv", lines(1, 3), "李四")
    assert first.file_id == again.file_id == hashlib.sha256(lines(1, 3)).hexdigest()
    assert [upload.name for upload in uploads.every()] == ["名单 (1).csv"]
    (uploads.folder() / f"{first.file_id}.json").write_text("{", encoding="utf-8")
    [found] = uploads.every()
    assert found.path.read_bytes() == lines(1, 3)
    uploads.set_aside(found, "张三")
    assert uploads.every() == []
    assert uploads.keep("名单.csv", lines(1, 3), "张三").file_id == first.file_id
    assert len(uploads.every()) == 1


def test_what_was_stated_of_a_source_is_remembered_for_its_next_file(folder: Path) -> None:
    uploads.remember(
        "某市第五批名单_1 (1).xlsx", {"tier": "srdi", "event_on": "2024-01-01", "mapping": {"主体": "name"}}, "张三"
    )
    stated, _, by = uploads.remembered("某市第十二批名单.xlsx")
    assert (dict(stated), by) == ({"tier": "srdi", "mapping": {"主体": "name"}}, "张三")
    assert uploads.keep("某市第六批名单.xlsx", b"x", "").stated == stated
    assert uploads.remembered("别的名单.xlsx")[0] == {}


@pytest.mark.skipif(os.name == "nt", reason="file size limits are a POSIX matter")
def test_a_full_disk_keeps_nothing_half_and_says_so(folder: Path) -> None:
    program = "from tracker import uploads; uploads.keep('a.csv', b'x' * 300_000, '')"
    limited = f'ulimit -f 100; exec {sys.executable} -c "{program}"'
    done = subprocess.run(["bash", "-c", limited], cwd=ROOT, capture_output=True, check=False)
    assert b"File too large" in done.stderr
    assert [path.name for path in uploads.folder().iterdir() if path.name != ".lock"] == []
    given = folder / "given.json"
    given.write_text(json.dumps([desk_board.entry_of(dropped("名单.csv", lines(3, 9)))]), encoding="utf-8")
    limited = f"ulimit -f 1000; exec {sys.executable} -m etl add --stated {given} --build --json"
    done = subprocess.run(["bash", "-c", limited], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert "磁盘" in answer["zh"]
    assert "disk" in answer["en"]
    assert (Builds(folder).all(), Builds(folder).current()) == ([], None)
    assert [item.upload.name for item in desk_board.board(PERSON).items] == ["名单.csv"]


def test_a_trial_moves_nothing_and_publishing_gives_just_what_it_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(folder, write_list(folder, "a.csv", lines(1, 4).decode()), batch="2022-1")
    before = built(folder).build_id
    given = folder / "given.json"
    entry = desk_board.entry_of(dropped("名单.csv", lines(3, 9) + "\n9,,海州区".encode(), batch="2023-1"))
    given.write_text(json.dumps([entry]), encoding="utf-8")
    untouched = fingerprint(folder)
    code, tried = said(capsys, "check", "--stated", str(given), "--effect")
    assert fingerprint(folder) == untouched
    assert code == 1  # a row was refused, and is said to be
    assert [row["rule"] for row in tried["files"][0]["rejected"]] == ["name_missing"]
    effect = tried["effect"]
    assert (effect["before"]["build_id"], effect["pending"]) == (before, None)
    came = [row["name"] for row in effect["names"] if row["amount"] > 0 and row["tier"] == "srdi"]
    assert sorted(came) == [f"第{n}号（示例）公司" for n in range(4, 9)]
    assert {row["area_code"] for row in effect["names"]} == {"320706"}
    moved = {(r["indicator_id"], r["area_code"]): (r["value_before"], r["value_after"]) for r in effect["targets"]}
    assert moved["srdi_smes", "320700"] == (3.0, 8.0)
    assert [debt["kind"] for debt in effect["debts"]["new"]] == ["rows_rejected", "window_estimated"]
    _, published = said(capsys, "add", "--stated", str(given), "--build")
    build = published["build"]
    assert build["inputs_hash"] == effect["inputs_hash"]
    assert build["change"] == effect["targets"]
    # Pressed twice: nothing is added, and there is no third build.
    _, again = said(capsys, "add", "--stated", str(given), "--build")
    assert again["files"][0]["status"] == "unchanged"
    assert again["build"]["build_id"] == build["build_id"]
    assert len(Builds(folder).all()) == 2


def test_the_first_trial_says_what_will_be_there_and_reads_columns_as_a_person_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_list(folder / "in", f"{TITLE}.csv", "序号,持有主体,所属县区\n1,甲公司,海州区")
    code, [refused] = said(capsys, "check", str(path), *SHELL)
    assert (code, refused["refused"]) == (1, "add.no_rows")
    assert [column["field"] for column in refused["seen"]["sheets"][0]["columns"]] == ["sequence", None, "county"]
    _, refused = said(capsys, "check", str(path), "--map", "持有主体=老板")
    assert refused[0]["refused"] == "desk.unknown_field"
    _, tried = said(capsys, "check", str(path), *SHELL, "--map", "持有主体=name", "--effect")
    assert tried["files"][0]["reading"]["mapping"] == {"持有主体": "name"}
    assert tried["effect"]["before"] is None
    assert {(row["part"], row["name"], row["area_code"]) for row in tried["effect"]["names"]} == {
        ("first", "甲公司", "320706")
    }
    values = {(r["indicator_id"], r["area_code"]): r["value_after"] for r in tried["effect"]["targets"]}
    assert values["srdi_smes", "320700"] == 1.0
    assert sorted(path.name for path in folder.iterdir()) == ["desk", "in", "inbox", "parsed"]
    assert list((folder / "desk" / "scratch").iterdir()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_list_after_a_build_of_a_plan_alone_is_tried_and_shown(
    folder: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    built(folder)  # without any file, as after a plan by its form: no month is there to compare with
    path = write_list(folder / "in", f"{TITLE}.csv", "序号,企业名称,所属县区\n1,甲公司,海州区")
    _, tried = said(capsys, "check", str(path), *SHELL, "--effect")
    assert tried["effect"]["before"]["as_of"] is None
    [row] = [r for r in tried["effect"]["targets"] if (r["indicator_id"], r["area_code"]) == ("srdi_smes", "320700")]
    assert (row["value_before"], row["value_after"], row["as_of_before"]) == (None, 1.0, row["as_of"])
    assert "甲公司" in "".join(blocks_effect.parts(tried["effect"], load(), None, language))


def test_one_refused_file_holds_back_all_that_were_to_be_published_with_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = dropped("名单.csv", lines(1, 4)), dropped("别的.csv", lines(4, 6), event_on="2099-01-01")
    odd = dropped("再来.csv", lines(6, 8), event_on="去年")
    given = folder / "given.json"
    given.write_text(json.dumps([desk_board.entry_of(upload) for upload in (good, bad, odd)]), encoding="utf-8")
    code, answer = said(capsys, "add", "--stated", str(given), "--build")
    assert (code, answer["build"]) == (1, None)
    assert [r.get("refused") for r in answer["files"]] == [None, "add.date_after_receipt", "add.bad_day"]
    assert Inbox(folder).sidecars() == []
    assert Builds(folder).all() == []


def test_each_file_of_an_archive_has_a_statement_of_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, first in (("一.csv", 1), ("二.csv", 4), ("三.csv", 7)):
            archive.writestr(name, lines(first, first + 3))
    upload = dropped("名单.zip", buffer.getvalue())
    own = {**STATED, "event_on": "2024-05-01", "batch": "2024-1"}
    upload = uploads.state(upload, {**upload.stated, "members": {"二.csv": own}}, "张三")
    given = folder / "given.json"
    given.write_text(json.dumps([desk_board.entry_of(upload)]), encoding="utf-8")
    code, records = said(capsys, "check", "--stated", str(given))
    assert code == 0
    assert [(record["file"], record["reading"]["event_on"], record["reading"]["batch"]) for record in records] == [
        ("一.csv", "2023-06-01", "2023-1"),
        ("二.csv", "2024-05-01", "2024-1"),
        ("三.csv", "2023-06-01", "2023-1"),
    ]
    assert [record["seen"]["sheets"][0]["rows"] for record in records] == [3, 3, 3]
    assert desk_board.Item(upload, records, None).members == ["一.csv", "二.csv", "三.csv"]


def test_plans_and_lists_together_are_one_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = write_list(folder / "in", "plan.yml", "plans:\n  - {plan_id: x}")
    path = write_list(folder / "in", f"{TITLE}.csv", lines(1, 4).decode())
    code, answer = said(capsys, "check", str(plan), str(path), *SHELL)
    assert code == 1
    assert [(record["file"], record["status"]) for record in answer] == [
        ("plan.yml", "refused"),
        (path.name, "checked"),
    ]
    seen = answer[1]["seen"]
    assert (seen["proposed"]["event"], seen["because"]["event"]) == ("recognition", "file_name")


@pytest.mark.parametrize(("language", "why"), [("zh", "企业名称为空"), ("en", "The enterprise name is blank")])
def test_the_annotated_copy_has_every_row_in_its_place_and_says_why(
    folder: Path, capsys: pytest.CaptureFixture[str], language: str, why: str
) -> None:
    content = f"{TITLE}\n{HEAD}1,=1+1公司,海州区\n2,,东海县\n3,丙公司,东山区"
    path = write_list(folder / "in", "a.csv", content)
    out = folder / "out.xlsx"
    main(["check", str(path), *SHELL, "--annotate", str(out), "--language", language])
    [*table] = python_calamine.CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    assert table[0][0] == TITLE
    assert table[1][:3] == ["序号", "企业名称", "所属县区"]
    assert [row[1] for row in table[2:]] == ["=1+1公司", "", "丙公司"]
    assert table[2][3] == ""
    assert str(table[3][3]).startswith(f"B4 {why}")
    assert "东山区" in str(table[4][3])


def test_each_file_of_an_archive_has_an_annotated_copy_of_its_own(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, faulty = lines(1, 3).decode(), f"{HEAD}2,,东海县"
    path = folder / "in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("名单.csv", whole)
        archive.writestr("名单.txt", faulty)
        archive.writestr("一/名单.csv", faulty)
    _, answer = said(capsys, "check", str(path), *SHELL, "--annotate", str(folder / "out"))
    copies = {record["file"]: Path(record["annotated"]) for record in answer}
    assert [copy.name for copy in copies.values()] == ["名单_批注.xlsx", "名单_批注_2.xlsx", "一_名单_批注.xlsx"]
    tables = {
        file: python_calamine.CalamineWorkbook.from_path(str(copy)).get_sheet_by_index(0).to_python()
        for file, copy in copies.items()
    }
    assert {file: str(table[1][3:]) for file, table in tables.items()} == {
        "名单.csv": "['']",
        "名单.txt": "['B2 企业名称为空。请补上名称。']",
        "一_名单.csv": "['B2 企业名称为空。请补上名称。']",
    }


def test_a_damaged_record_of_the_inbox_stops_all_with_a_clear_word(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = add(folder, write_list(folder, "a.csv", lines(1, 4).decode()))
    (folder / "inbox" / f"{added.file_id}.yml").write_text("file_id: [", encoding="utf-8")
    given = folder / "given.json"
    given.write_text(json.dumps([desk_board.entry_of(dropped("名单.csv", lines(4, 6)))]), encoding="utf-8")
    for arguments in (["check", "--stated", str(given), "--effect"], ["add", "--stated", str(given), "--build"]):
        code, answer = said(capsys, *arguments)
        [refused] = answer["files"]
        assert (code, refused["refused"]) == (1, "inbox.unreadable")
        assert "从备份恢复" in refused["zh"]
    assert Builds(folder).all() == []


def test_a_list_withdrawn_from_the_middle_leaves_the_numbers_of_never_having_had_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / "other"
    lists = [("a.csv", lines(1, 5), "2022-1"), ("b.csv", lines(4, 9), "2023-1"), ("c.csv", lines(8, 12), "2024-1")]
    for name, content, batch in lists:
        path = write_list(folder / "in", name, content.decode())
        middle = add(folder, path, batch=batch) if batch == "2023-1" else None
        if middle is not None:
            file_id = str(middle.file_id)
        else:
            add(folder, path, batch=batch)
            add(other, path, batch=batch)
    built(other)
    decided = ("withdraw", file_id, "--reason", "报错了", "--by", "张三")
    _, first = said(capsys, *decided, "--build")
    code, again = said(capsys, *decided, "--build")
    assert (code, again["build"]["build_id"]) == (0, first["build"]["build_id"])
    for table, key in (("mart.observation", "all"), ("mart.progress", "all")):
        ours, theirs = (rows(place, f"select * from {table} order by {key}") for place in (folder, other))
        assert ours == theirs
    assert holders(folder) == holders(other)


def test_nothing_is_started_for_who_has_no_right_to_it(folder: Path) -> None:
    upload = dropped("名单.csv", lines(1, 4))
    asked = desk_board.Withdrawal("0" * 64, "名单.csv", undo=False)
    staff = Person("李四", "staff")
    with pytest.raises(NotAllowed):
        desk_board.start_publishing([upload], staff)
    for is_trial in (True, False):
        with pytest.raises(NotAllowed):
            desk_board.start_withdrawal(asked, staff, "发错了", is_trial=is_trial)
    assert jobs.every() == []


def kill_at(job_id: str, stages: int, seconds: float) -> jobs.Job:
    """Kill a job some time after it has said so many stages, so that every stage is hit on any machine."""
    own = jobs.folder() / job_id
    until = time.monotonic() + 60
    while time.monotonic() < until and not (own / "exit").exists():
        told = (own / "stages").read_text(encoding="utf-8").count("\n") if (own / "stages").exists() else 0
        if told >= stages:
            time.sleep(seconds)
            os.kill(int((own / "pid").read_text(encoding="ascii")), signal.SIGKILL)
            break
        time.sleep(0.01)
    return jobs.wait(job_id)


@pytest.mark.slow
def test_a_killed_publication_loses_nothing_and_doubles_nothing(folder: Path) -> None:
    add(folder, write_list(folder, "a.csv", lines(1, 4).decode()), batch="2022-1")
    built(folder)
    dice = random.Random(20251231)
    asked = [dropped("名单.csv", lines(4, 9)), dropped("再来.csv", lines(9, 12), batch="2024-1")]
    interrupted, is_out = 0, False
    for kill in range(KILLS):
        before, had = read_whole_build(Builds(folder)), holders(folder)
        # Stages: reading, checking, counting, checking, publishing; 0 is before it says anything.
        ended = kill_at(desk_board.start_publishing(asked, PERSON), kill % 6, dice.random() * 0.6)
        interrupted += ended.state == "interrupted"
        current = read_whole_build(Builds(folder))
        is_out = is_out or desk_board.is_published(ended)
        # The old build, or the new one whole: the pointer may have moved just before the end.
        assert len(holders(folder)) == (len(had) if current == before else 11)
        # Whatever was not published for certain is on the desk still.
        names = {item.upload.name for item in desk_board.board(PERSON).items}
        assert names == (set() if is_out else {"名单.csv", "再来.csv"})
    final = jobs.wait(desk_board.start_publishing(asked, PERSON))
    assert desk_board.is_published(final)
    assert (final.by, final.names) == ("张三", tuple(u.name for u in sorted(asked, key=lambda u: u.file_id)))
    assert holders(folder) == sorted(f"第{n}号（示例）公司" for n in range(1, 12))
    assert sorted(s.original_name for s in Inbox(folder).sidecars()) == ["a.csv", "再来.csv", "名单.csv"]
    assert all(len(sidecar.readings) == 1 for sidecar in Inbox(folder).sidecars())
    assert desk_board.board(PERSON).items == []
    assert not list(Builds(folder).folder.glob("*.part*"))
    assert interrupted >= KILLS // 2


def test_several_people_publish_at_once_and_take_turns(folder: Path) -> None:
    every = [[dropped(f"名单{n}.csv", lines(4 * n, 4 * n + 4), batch=f"2023-{n}")] for n in range(1, 4)]
    started = [desk_board.start_publishing(asked, Person(f"第{n}人", "admin")) for n, asked in enumerate(every, 1)]
    assert desk_board.start_publishing(every[0], Person("第1人", "admin")) == started[0]  # pressed twice while it runs
    places: list[int] = []
    until = time.monotonic() + 120
    while (waiting := jobs.queue(jobs.every())) and time.monotonic() < until:
        places.append(len([job for job in waiting if job.state == "waiting"]))
        assert [job.job_id for job in waiting] == started[-len(waiting) :]
        time.sleep(0.4)
    ended = [jobs.wait(job_id) for job_id in started]
    assert all(desk_board.is_published(job) for job in ended)
    assert max(places) == 2
    assert len(holders(folder)) == 12
    assert len(Builds(folder).all()) == 3
    # Each published its own file and nobody else's.
    assert [[r["original_name"] for r in (desk_board.build_of(job) or {})["readings"]] for job in ended] == [
        [f"名单{n}.csv" for n in range(1, last + 1)] for last in range(1, 4)
    ]
