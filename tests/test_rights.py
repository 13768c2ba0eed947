"""Rights as a table against what was decided by hand; giving and taking them; the audit and its chain."""

from __future__ import annotations

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest

from etl.__main__ import main
from tracker import audit, desk, people
from tracker.links import PAGES
from tracker.people import Granted
from tracker.rights import (
    ACTIONS,
    COMMAND_ACTIONS,
    LEAST_ROLE,
    OWN_AREA_PAGES,
    READING_COMMANDS,
    ROLES,
    NotAllowed,
    Person,
    may,
    may_open,
)

# By hand, not from the code: what each role may do (L leader, S staff, E editor, A administrator).
EXPECTED = {
    "view": "LSEA",
    "export": "LSEA",
    "upload": "SEA",
    "load": "SEA",
    "decide": "SEA",
    "withdraw": "EA",
    "publish": "EA",
    "go_back": "EA",
    "report": "EA",
    "catalogue": "EA",
    "correct": "EA",
    "threshold": "EA",
    "target": "EA",
    "audit": "EA",
    "rights": "A",
}
# What each role opens, and which of these pages somebody opens who sees the own area only.
EXPECTED_PAGES = {
    **dict.fromkeys(("overview", "indicators", "ladder", "candidates", "enterprises", "briefing", "about"), "LSEA own"),
    **dict.fromkeys(("districts", "measures", "plans", "meeting"), "LSEA"),
    **dict.fromkeys(("desk", "questions"), "SEA own"),
    "builds": "LSEA",
    "due": "LSEA own",
    "audit": "EA",
    "rights": "A",
}
LETTER = dict(zip(ROLES, "LSEA", strict=True))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path))
    monkeypatch.delenv(desk.BY_PAGE, raising=False)
    return tmp_path


def test_every_action_is_for_the_roles_that_were_decided() -> None:
    assert set(ACTIONS) == set(EXPECTED)
    for action, letters in EXPECTED.items():
        allowed = "".join(LETTER[role] for role in ROLES if may(Person("甲", role), action))
        assert (action, allowed) == (action, letters)
        assert not may(None, action)
        assert not may(Person("甲", "unknown"), action)


def test_every_page_is_for_the_roles_that_were_decided() -> None:
    for page in set(EXPECTED_PAGES) & set(PAGES):
        letters, _, own = EXPECTED_PAGES[page].partition(" ")
        assert (page, "".join(LETTER[role] for role in ROLES if may_open(Person("甲", role), page))) == (page, letters)
        limited = Person("甲", "staff", ("320722",), sees_own_area=True)
        assert (page, may_open(limited, page)) == (page, bool(own))
        assert not may_open(None, page)
    assert set(PAGES) >= OWN_AREA_PAGES
    # A page that is added later compares areas until somebody has looked at it.
    assert not may_open(Person("甲", "staff", ("320722",), sees_own_area=True), "a_new_page")


@pytest.mark.parametrize(
    ("person", "action", "area", "expected"),
    [
        (Person("甲", "leader", may_export=False), "export", None, False),
        (Person("甲", "admin", may_export=False), "export", None, False),
        (Person("甲", "staff", ("320722",)), "load", "320722", True),
        (Person("甲", "staff", ("320722",)), "load", "320706", False),
        (Person("甲", "staff", ("320722",)), "load", None, False),
        (Person("甲", "staff"), "load", None, True),
        (Person("甲", "editor", ("320722",)), "load", "320706", True),
        (Person("甲", "staff", ("320722",)), "view", "320706", True),
        (Person("甲", "staff", ("320722",), sees_own_area=True), "view", "320706", False),
        (Person("甲", "staff", ("320722",), sees_own_area=True), "export", "320706", False),
        (Person("甲", "leader", ("320722",), sees_own_area=True), "view", "320722", True),
        (Person("甲", "editor", ("320722",), sees_own_area=True), "view", "320706", True),
        (Person("甲", "staff", (), sees_own_area=True), "view", "320706", True),
    ],
)
def test_areas_and_the_right_to_export_narrow_a_role(
    person: Person, action: str, area: str | None, expected: bool
) -> None:
    assert may(person, action, area) is expected


def test_a_command_is_refused_before_any_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("tracker.desk.subprocess.run", lambda *given, **named: started.append(given))
    staff = Person("李四", "staff", ("320722",))
    for arguments, area in (
        (["build"], None),
        (["use", "b1"], None),
        (["add", "a.csv"], None),
        (["add", "a.csv"], "320706"),
        (["add", "a.csv", "--build"], "320722"),
        (["withdraw", "f"], "320722"),
        (["rights", "grant", "李四", "admin"], None),
        (["command-of-tomorrow"], None),
    ):
        with pytest.raises(NotAllowed):
            desk.run(arguments, staff, areas=[area])
    assert started == []
    assert desk.permit(["add", "a.csv"], staff, ["320722"])[desk.BY_PAGE] == "李四"
    assert desk.permit(["files"], staff)
    assert desk.permit(["check", "a.csv"], staff)
    with pytest.raises(NotAllowed):
        desk.permit(["check", "a.csv"], Person("甲", "leader"))
    assert desk.permit(["add", "a.csv", "--build"], Person("王五", "editor"))


def test_rights_are_given_changed_taken_and_the_last_administrator_stays() -> None:
    assert people.person_of("王五") is None
    people.grant(Granted("王五", "admin"), "root", "command")
    people.grant(Granted(" 李四 ", "staff", ("320722",), may_export=False), "王五", "page")
    assert people.person_of("李四") == Person("李四", "staff", ("320722",), may_export=False)
    people.set_own_area_only(True, "王五", "page")
    known = people.person_of("李四")
    assert known is not None
    assert known.only_areas == ("320722",)
    people.grant(Granted("李四", "staff", ("320722",), sees_own_area=False), "王五", "page")
    known = people.person_of("李四")
    assert known is not None
    assert known.only_areas is None
    with pytest.raises(people.LastAdmin):
        people.revoke("王五", "王五", "page")
    with pytest.raises(people.LastAdmin):
        people.grant(Granted("王五", "editor"), "王五", "page")
    people.revoke("李四", "王五", "page")
    assert people.person_of("李四") is None
    with pytest.raises(people.NobodyOfThatName):
        people.revoke("李四", "王五", "page")
    assert [entry.subject.split()[0] for entry in audit.entries()] == [
        "revoke", "grant", "own_area_only", "grant", "grant",
    ]  # fmt: skip


def test_the_command_gives_the_first_rights(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rights", "grant", "王五", "admin"]) == 0
    assert main(["rights", "grant", "李四", "staff", "--area", "东海县", "--own-area", "yes", "--no-export"]) == 0
    known = people.person_of("李四")
    assert known == Person("李四", "staff", ("320722",), may_export=False, sees_own_area=True)
    assert main(["rights", "grant", "赵六", "staff", "--own-area", "yes"]) == 1
    assert main(["rights", "grant", "赵六", "staff", "--area", "东山区"]) == 1
    assert main(["rights", "revoke", "王五"]) == 1
    assert main(["rights", "revoke", "李四"]) == 0
    capsys.readouterr()
    assert main(["rights", "list"]) == 0
    assert capsys.readouterr().out == "王五 系统管理员\n"


def test_entries_are_never_changed_and_a_change_by_force_shows(folder: Path) -> None:
    for number in range(4):
        audit.record("甲", "export", f"名单{number}.xlsx")
    assert audit.chain().broken_at is None
    assert len(audit.chain().newest_hash) == 64
    file = sqlite3.connect(folder / "office.sqlite", isolation_level=None)
    for forbidden in ("UPDATE audit SET person = '乙' WHERE entry = 2", "DELETE FROM audit WHERE entry = 2"):
        with pytest.raises(sqlite3.IntegrityError):
            file.execute(forbidden)
    file.execute("DROP TRIGGER audit_not_changed")
    file.execute("UPDATE audit SET person = '乙' WHERE entry = 2")
    assert audit.chain().broken_at == 2
    file.execute("UPDATE audit SET person = '甲' WHERE entry = 2")
    assert audit.chain().broken_at is None
    file.execute("DROP TRIGGER audit_not_removed")
    file.execute("DELETE FROM audit WHERE entry = 3")
    file.close()
    assert audit.chain().broken_at == 4


def test_entries_that_were_cut_off_are_missed(folder: Path) -> None:
    assert audit.head() == audit.Head(0, "")
    for number in range(3):
        audit.record("甲", "export", f"名单{number}.xlsx")
    known = audit.head()
    audit.record("甲", "export", "后来.xlsx")
    assert (known.entry, audit.chain(known).broken_at) == (3, None)
    file = sqlite3.connect(folder / "office.sqlite", isolation_level=None)
    file.execute("DROP TRIGGER audit_not_removed")
    file.execute("DELETE FROM audit WHERE entry > 2")
    file.close()
    assert audit.chain().broken_at is None
    assert audit.chain(known).broken_at == 3
    # Others written in their place do not hide it.
    for number in range(2):
        audit.record("乙", "export", f"别的{number}.xlsx")
    assert audit.chain().broken_at is None
    assert audit.chain(known).broken_at == 3


def test_the_audit_stays_in_order_when_the_clock_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for at in ("2026-03-02T10:00:00", "2026-03-01T09:00:00", "2026-03-02T11:00:00"):
        monkeypatch.setattr(audit, "now", lambda at=at: at)
        audit.record("甲", "export", "名单.xlsx")
    times = [entry.at for entry in reversed(audit.entries())]
    assert times == ["2026-03-02T10:00:00", "2026-03-02T10:00:00", "2026-03-02T11:00:00"]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert audit.chain().broken_at is None


def test_commands_that_change_something_are_kept_with_who_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "名单.csv"
    path.write_text("序号,企业名称,所属县区\n1,甲公司,海州区", encoding="utf-8")
    stated = [str(path), "--tier", "srdi", "--event", "recognition", "--on", "2023-06-01", "--area", "连云港市"]
    assert main(["check", *stated]) == 0
    assert audit.entries() == []
    assert main(["add", *stated, "--json"]) == 0
    monkeypatch.setenv(desk.BY_PAGE, "李四")
    file_id = next((folder / "inbox").glob("*.yml")).stem
    assert main(["withdraw", file_id, "--reason", "重复", "--by", "别人"]) == 0
    assert main(["withdraw", "none", "--reason", "重复", "--by", "别人"]) == 1
    assert main(["files"]) == 0
    kept = [(entry.person, entry.action, entry.source, entry.subject) for entry in reversed(audit.entries())]
    assert kept[0] == (
        audit.os_user(), "load", "command",
        "add 名单.csv --tier srdi --event recognition --on 2023-06-01 --area 连云港市",
    )  # fmt: skip
    assert kept[1] == ("李四", "withdraw", "page", f"withdraw 名单.csv ({file_id[:12]}) 重复")
    assert len(kept) == 2
    assert [entry.person for entry in audit.entries("李", "withdraw")] == ["李四"]
    assert audit.entries("", "publish") == []
    (folder / "office.sqlite").write_bytes(b"damaged" * 100)
    capsys.readouterr()
    assert main(["withdraw", file_id, "--reason", "重复", "--by", "李四", "--undo"]) == 1
    said = capsys.readouterr()
    assert "审计" in said.err
    assert "audit" in said.err


def test_every_command_is_known_to_the_rights() -> None:
    from etl.__main__ import _parser  # its commands are its own

    commands = next(action.choices for action in _parser(is_brief=True)._actions if action.choices)
    known = set(COMMAND_ACTIONS) | set(READING_COMMANDS) | {"restore"}
    assert set(commands) - known == set()
    assert set(COMMAND_ACTIONS.values()) <= set(LEAST_ROLE)
    assert {LEAST_ROLE[action] for action in ACTIONS} <= set(ROLES)
