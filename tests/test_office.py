"""The office store: what is decided stays, whoever writes at the same time and whatever is built meanwhile."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.__main__ import main
from etl.publish import Builds
from tracker import audit, office, office_objections, office_store, people
from tracker.office import Asked, Meeting

ROOT = Path(__file__).resolve().parent.parent
PLAN = "lianyungang"
DAY = dt.date(2026, 1, 15)
AS_OF = dt.date(2025, 12, 31)
ASKED = Asked("逐户走访 5 家后备企业", "320706", dt.date(2026, 3, 31))
WRITER = """
import datetime as dt, sys
from tracker import office
meeting = office.open_meeting("lianyungang", "调度会", dt.date(2026, 1, 15), "b1", dt.date(2025, 12, 31))
for number in range(20):
    office.decide(meeting, office.Asked(f"{sys.argv[1]}{number}", "市工信局", dt.date(2026, 3, 31)), "甲")
"""


READER = """
from tracker import office
print(*[f"{one.asked.text} {one.asked.state} {one.version}" for one in office.decisions("lianyungang")], sep="|")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    return tmp_path


def meeting_on(day: dt.date, build_id: str = "b1") -> Meeting:
    return office.open_meeting(PLAN, "调度会", day, build_id, AS_OF)


def test_looking_leaves_no_file_behind(folder: Path) -> None:
    assert (office.meetings(PLAN), office.decisions(PLAN), office.reported(), office.briefings()) == ([], [], [], [])
    assert list(folder.iterdir()) == []


def test_what_anybody_writes_is_seen_at_once(folder: Path) -> None:
    """What pages ask at every run is kept until the file differs: for this process and for what others write."""
    assert (office_store.stamp(), people.operator()) == (None, "")
    for name in ("甲", "乙", "丙"):
        people.remember_operator(name)
        assert people.operator() == name
    before = office_store.stamp()
    assert (people.operator(), office_store.stamp()) == ("丙", before)
    subprocess.run(
        [sys.executable, "-c", "from tracker import people; people.remember_operator('丁')"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "TRACKER_DATA": str(folder)},
    )
    assert people.operator() == "丁"


def test_a_meeting_is_one_a_day_and_keeps_its_build() -> None:
    first = meeting_on(DAY)
    assert meeting_on(DAY, "b2") == first
    office.set_agenda(first.meeting_id, ["giants", "pool"])
    later = meeting_on(DAY + dt.timedelta(31))
    assert [meeting.agenda for meeting in office.meetings(PLAN)] == [None, ("giants", "pool")]
    assert office.coming_meeting(PLAN, DAY) == office.last_meeting(PLAN, later.held_on)
    assert office.coming_meeting(PLAN, DAY + dt.timedelta(1)) == later
    assert office.coming_meeting(PLAN, later.held_on + dt.timedelta(1)) is None
    assert office.last_meeting(PLAN, DAY) is None
    office.set_agenda(first.meeting_id, None)
    assert office.meetings(PLAN)[1] == first


def test_a_prepared_meeting_gets_another_name_and_day() -> None:
    first, other = meeting_on(DAY), meeting_on(DAY + dt.timedelta(1))
    office.set_agenda(first.meeting_id, ["giants"])
    decision = office.decide(first, ASKED, "甲")
    with pytest.raises(office.DayTaken):
        office.change_meeting(first, "推进会", other.held_on)
    with pytest.raises(office_store.Incomplete):
        office.change_meeting(first, " ", DAY)
    moved_to = DAY + dt.timedelta(7)
    office.change_meeting(first, " 推进会 ", moved_to)
    now = office.meetings(PLAN)[0]
    assert (now.meeting_id, now.name, now.held_on) == (first.meeting_id, "推进会", moved_to)
    assert (now.agenda, now.build_id) == (("giants",), "b1")
    assert office.decisions(PLAN, first.meeting_id) == [decision]


def test_every_version_of_a_decision_is_kept() -> None:
    made = office.decide(meeting_on(DAY), ASKED, "甲", "giants", "320706")
    closed = Asked(ASKED.text, ASKED.responsible, ASKED.due_on, "closed")
    changed = office.change_decision(made, closed, "乙")
    assert (made.target_id, made.area_code, made.asked, made.created_by) == ("giants", "320706", ASKED, "甲")
    assert (changed.asked, changed.created_by, changed.changed_by, changed.version) == (closed, "甲", "乙", 2)
    assert office.decisions(PLAN) == [changed]
    assert [(version.asked, version.by) for version in office.history(made.decision_id)] == [
        (ASKED, "甲"),
        (closed, "乙"),
    ]


def test_who_read_an_older_version_is_told_and_overwrites_nothing() -> None:
    made = office.decide(meeting_on(DAY), ASKED, "甲")
    theirs = office.change_decision(made, Asked("改为走访 8 家", "320706", ASKED.due_on), "乙")
    with pytest.raises(office.DecisionChanged):
        office.change_decision(made, ASKED, "丙")
    assert office.decisions(PLAN) == [theirs]


def test_an_empty_text_leaves_nothing_half_written() -> None:
    meeting = meeting_on(DAY)
    with pytest.raises(office_store.Incomplete):
        office.decide(meeting, Asked("  ", "320706", ASKED.due_on), "甲")
    assert office.decisions(PLAN) == []
    assert office.decide(meeting, ASKED, "甲").version == 1


texts = st.text(min_size=1, max_size=60).filter(lambda text: text.strip() and "\0" not in text)


@settings(max_examples=20)
@given(st.lists(st.tuples(texts, st.sampled_from(office.STATES)), min_size=1, max_size=4))
def test_whatever_is_written_is_read_again(versions: list[tuple[str, str]]) -> None:
    asked = [Asked(text, "市工信局", ASKED.due_on, state) for text, state in versions]
    decision = office.decide(meeting_on(DAY), asked[0], "甲")
    for each in asked[1:]:
        decision = office.change_decision(decision, each, "甲")
    read = [(version.asked.text, version.asked.state) for version in office.history(decision.decision_id)]
    assert read == [(text.strip(), state) for text, state in versions]
    assert decision in office.decisions(PLAN)


def test_two_processes_writing_at_once_lose_nothing(folder: Path) -> None:
    environment = {**os.environ, "TRACKER_DATA": str(folder)}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, name], cwd=ROOT, env=environment) for name in ("甲", "乙")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(office.meetings(PLAN)) == 1
    assert sorted(decision.asked.text for decision in office.decisions(PLAN)) == sorted(
        f"{name}{number}" for name in ("甲", "乙") for number in range(20)
    )


def test_decisions_outlive_a_build_and_a_restart(folder: Path) -> None:
    decision = office.decide(meeting_on(DAY), ASKED, "甲")
    office.change_decision(decision, dataclasses.replace(ASKED, state="closed"), "乙")
    assert main(["build"]) == 0
    environment = {**os.environ, "TRACKER_DATA": str(folder), "PYTHONIOENCODING": "utf-8"}
    restarted = subprocess.run([sys.executable, "-c", READER], cwd=ROOT, env=environment, capture_output=True)
    assert restarted.stdout.decode().strip() == f"{ASKED.text} closed 2"


def test_a_damaged_or_newer_file_is_named_and_left_alone(folder: Path) -> None:
    file = folder / "office.sqlite"
    file.write_bytes(b"no database at all" * 100)
    for attempt in (lambda: office.decisions(PLAN), lambda: meeting_on(DAY)):
        with pytest.raises(office_store.OfficeUnreadable, match=r"office\.sqlite"):
            attempt()
    assert file.read_bytes() == b"no database at all" * 100
    file.unlink()
    meeting_on(DAY)
    newer = bytearray(file.read_bytes())
    newer[60:64] = (office_store.SCHEMA_VERSION + 1).to_bytes(4, "big")  # user_version in the header of the file
    (folder / "office.sqlite-wal").unlink(missing_ok=True)
    file.write_bytes(newer)
    with pytest.raises(office_store.OfficeNewer):
        office.decisions(PLAN)


@pytest.mark.parametrize("version", range(1, office_store.SCHEMA_VERSION))
def test_a_store_of_an_older_version_opens_with_all_that_it_holds(
    folder: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    """An upgrade: what an older version of the program kept is there, and what came since can be written."""
    with monkeypatch.context() as older:
        older.setattr(office_store, "_SCHEMAS", office_store._SCHEMAS[:version])
        older.setattr(office_store, "SCHEMA_VERSION", version)
        made = office.decide(meeting_on(DAY), ASKED, "甲")
        if version > 1:
            people.grant(people.Granted("甲", "admin", ("320722",)), "root", "command")
        assert sqlite3.connect(folder / "office.sqlite").execute("PRAGMA user_version").fetchone() == (version,)
    assert office.decisions(PLAN) == [made]
    assert [(one.name, one.role, one.areas) for one in people.people()] == [("甲", "admin", ("320722",))][: version - 1]
    people.grant(people.Granted("乙", "editor"), "甲", "page")
    assert office_objections.file_names(folder) == []
    assert audit.chain() == audit.Chain(version, audit.head().hash, None)
    assert office_store.is_readable(folder)


def test_a_build_of_a_meeting_outlives_publishing(folder: Path) -> None:
    builds = Builds(folder)
    builds.folder.mkdir()

    def publish(build_id: str) -> list[str]:
        builds.unfinished(build_id).write_bytes(b"whole")
        builds.publish(build_id, keep=2)
        return builds.all()

    publish("b1")
    office.mark_reported("b1", PLAN, AS_OF, "调度会", DAY, "甲")
    for build_id in ("b2", "b3"):
        publish(build_id)
        meeting_on(DAY + dt.timedelta(int(build_id[1])), build_id)
    assert publish("b4") == ["b1", "b2", "b3", "b4"]
    meeting_on(DAY + dt.timedelta(4), "b4")  # b2 is now the build of the last meeting but two
    assert publish("b5") == ["b1", "b2", "b3", "b4", "b5"]
    assert publish("b6") == ["b1", "b3", "b4", "b5", "b6"]
    assert office.unmark_reported("b1", "甲") == 1
    assert office.reported() == []
    assert publish("b7") == ["b3", "b4", "b6", "b7"]
    (folder / "office.sqlite").write_bytes(b"damaged" * 100)
    assert publish("b8") == ["b3", "b4", "b6", "b7", "b8"]


def test_a_named_briefing_is_replaced_by_name() -> None:
    office.save_briefing("月报", {"targets": ["giants"]}, "甲")
    office.save_briefing("月报", {"targets": []}, "乙")
    [briefing] = office.briefings()
    assert (briefing.name, briefing.selection, briefing.changed_by) == ("月报", {"targets": []}, "乙")
    office.remove_briefing("月报")
    assert office.briefings() == []


def test_the_command_marks_a_build_and_takes_the_mark_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "builds").mkdir()
    (folder / "builds" / "b1.duckdb").touch()
    stated = ["report-mark", "b1", "--as-of", "2025-12-31", "--meeting", "调度会", "--on", "2026-01-15", "--by", "甲"]
    assert main(stated) == 0
    capsys.readouterr()
    assert main(["builds"]) == 0
    assert capsys.readouterr().out.splitlines() == ["  b1  已汇报：调度会（2026年1月15日，lianyungang）"]
    assert main(["builds", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["kept"], [mark["meeting"] for mark in listed["reported"]]) == (["b1"], ["调度会"])
    [mark] = office.reported()
    assert (mark.build_id, mark.plan_id, mark.as_of, mark.held_on, mark.meeting) == ("b1", PLAN, AS_OF, DAY, "调度会")
    assert main(["report-mark", "b1", "--undo", "--by", "甲"]) == 0
    assert office.reported() == []
    assert main(["report-mark", "b1", "--by", "甲"]) == 1
    assert main([*stated[:1], "b2", *stated[2:]]) == 1
    printed = capsys.readouterr().out
    assert "--meeting" in printed
    assert "b2" in printed
    (folder / "office.sqlite").write_bytes(b"damaged" * 100)
    assert main(stated) == 1
    assert "office.sqlite" in capsys.readouterr().out
