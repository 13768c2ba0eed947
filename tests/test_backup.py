"""Loss and return: what is gone is said, a backup brings it back, and the numbers are the same."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from etl.__main__ import main
from etl.add import withdraw
from etl.backup import MANIFEST, back_up, restore
from etl.build import counting_sources
from etl.inbox import Inbox
from etl.inputs import kept_files
from etl.publish import Builds
from etl.refusal import Refusal
from etl.verify import faults_of
from tests.worlds import add, built, count, rows, write_list
from tracker import office, office_store, uploads
from tracker.catalog import load
from tracker.office_objections import Number, keep_file, object_to

HEAD = "序号,企业名称,所属县区\n"
DAY = dt.date(2023, 12, 31)
PLAN = "lianyungang"
FOLDERS = ("inbox", "catalog", "builds", "desk", "objections")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data folder with everything in it that one can hold, and its backup."""
    folder = tmp_path_factory.mktemp("data")
    patch = pytest.MonkeyPatch()
    patch.setenv("TRACKER_DATA", str(folder))
    add(folder, write_list(folder.parent, "a.csv", HEAD + "1,甲公司,海州区\n2,乙公司,东海县"))
    wrong = add(folder, write_list(folder.parent, "b.csv", HEAD + "1,丁公司,赣榆县"))
    reported = built(folder).build_id
    stated = ["--row", "2", "--column", "C", "--expect", "赣榆县", "--to", "灌云县", "--reason", "笔误", "--by", "甲"]
    assert main(["correct", str(wrong.file_id)[:12], *stated]) == 0
    basis = ["--target", "srdi_smes", "--basis", "decided", "--reason", "会议定", "--by", "乙", "--on", "2024-01-15"]
    assert main(["decide", *basis]) == 0
    meeting = office.open_meeting(PLAN, "调度会", dt.date(2024, 1, 15), reported, DAY)
    office.decide(meeting, office.Asked("走访", "市工信局", dt.date(2024, 3, 31)), "甲")
    office.mark_reported(reported, PLAN, DAY, "调度会", dt.date(2024, 1, 15), "甲")
    number = Number(PLAN, "320706", "srdi_smes", DAY, reported, 1.0)
    evidence = keep_file("evidence", "证明.pdf", b"%PDF-")
    object_to(number, 2.0, "海州区", dt.date(2024, 1, 20), "少计一家", "甲", [evidence])
    upload = uploads.keep("待定.csv", HEAD.encode(), "甲")
    uploads.remember("待定.csv", {"tier": "srdi"}, "甲")
    assert uploads.get(upload.file_id) is not None
    assert main(["threshold", "ahead_lead_points", "6", "--by", "甲", "--reason", "会议定"]) == 0
    assert main(["use", reported, "--by", "甲", "--reason", "核对"]) == 0
    (folder / "catalog").mkdir()
    (folder / "catalog" / "note.yml").write_text("{}\n", encoding="utf-8")
    built(folder)
    archive = back_up(folder, folder.parent / "backups").path
    patch.undo()
    return folder, archive


def copied(folder: Path, target: Path, copy: Callable[[str, str], object] = shutil.copy2) -> Path:
    ignored = shutil.ignore_patterns("*.lock", ".lock", "parsed")
    shutil.copytree(folder, target, ignore=ignored, copy_function=copy)
    return target


def linked(source: str, target: str) -> None:
    """The same file under another name, for what is only read; SQLite writes into its own."""
    (shutil.copy2 if "office.sqlite" in source else os.link)(source, target)


def everything(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in kept_files(folder, *FOLDERS)}


def numbers(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables that a rebuild must repeat."""
    current = Builds(folder).current()
    assert current is not None
    with duckdb.connect(str(Builds(folder).path(current)), read_only=True) as connection:
        names = connection.sql(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('core', 'mart')"
        ).fetchall()
        return {name: sorted(connection.sql(f"from {name}").fetchall(), key=repr) for (name,) in names}


def test_a_restore_into_an_empty_folder_gives_the_same_files_and_the_same_numbers(
    kept: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, archive = kept
    restored = restore(archive, tmp_path / "new")
    assert (restored.replaced, restored.kept, restored.same) == ([], [], 0)
    assert everything(tmp_path / "new") == everything(folder)
    assert faults_of(tmp_path / "new", archive) == []
    before = numbers(folder)
    built(tmp_path / "new")
    assert numbers(tmp_path / "new") == before
    assert count(tmp_path / "new", "srdi", "320723", DAY) == 1  # the correction came along


def test_the_loss_of_any_file_is_named_and_the_backup_brings_it_back(kept: tuple[Path, Path], tmp_path: Path) -> None:
    folder, archive = kept
    names = [*everything(folder), "office.sqlite"]
    # files, correction, decision, threshold, catalogue, builds with pointer and moves, objection, an upload with its
    # record and memory, office
    assert len(names) == 2 * 2 + 1 + 1 + 1 + 1 + 4 + 1 + 3 + 1
    untold = []
    for number, name in enumerate(names):
        holed = copied(folder, tmp_path / str(number), linked)
        for path in holed.glob(f"{name}*"):
            path.unlink()  # with what SQLite keeps beside its file
        faults = faults_of(holed, archive)
        told = {fault.path: fault.code for fault in faults}
        assert name in told
        if told[name] == "in_backup":
            untold.append(name)
        assert all(fault.text("zh") and fault.text("en") for fault in faults)
        assert name in restore(archive, holed).returned
        assert faults_of(holed, archive) == []
        if name != "office.sqlite":
            assert everything(holed) == everything(folder)
    # Without a backup nobody can know of what no build rests on. The office store is missed for its audit.
    assert untold == ["catalog/note.yml", "builds/moves.jsonl", "desk/sources.jsonl"]


@pytest.mark.parametrize("name", ["a.original", "sidecar", "record", "build", "office.sqlite"])
def test_what_is_damaged_is_replaced_and_what_was_found_stays_beside_it(
    kept: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    folder, archive = kept
    holed = copied(folder, tmp_path / "holed")
    patterns = {"a.original": "inbox/*.original", "sidecar": "inbox/*.yml", "record": "inbox/corrections/*.yml"}
    path = sorted(holed.glob(patterns.get(name, "builds/*.duckdb" if name == "build" else name)))[-1]
    path.write_bytes(b"\x00broken: [" * 9)
    (holed / "office.sqlite-wal").unlink(missing_ok=True)
    stated = path.relative_to(holed).as_posix()
    assert faults_of(holed) != []
    assert restore(archive, holed).replaced == [stated]
    assert path.with_name(path.name + ".damaged").read_bytes().startswith(b"\x00broken")
    assert faults_of(holed, archive) == []


@pytest.mark.parametrize("is_newer", [False, True])
def test_an_office_store_comes_back_alone(kept: tuple[Path, Path], tmp_path: Path, is_newer: bool) -> None:
    """Neither what SQLite kept beside a lost file is read into it, nor what a newer version of the program wrote."""
    folder, archive = kept
    holed = copied(folder, tmp_path / "holed")
    file = holed / "office.sqlite"
    with sqlite3.connect(file) as later:
        later.execute("PRAGMA journal_mode = WAL")
        later.execute("INSERT INTO setting VALUES ('operator', '后来的人')")
        later.execute(f"PRAGMA user_version = {office_store.SCHEMA_VERSION + is_newer}")
        later.commit()
        beside = {ending: (holed / f"office.sqlite{ending}").read_bytes() for ending in ("-wal", "-shm")}
        whole = file.read_bytes()
    later.close()
    file.write_bytes(whole)
    for ending, content in beside.items():  # as a kill leaves them
        (holed / f"office.sqlite{ending}").write_bytes(content)
    if not is_newer:
        file.unlink()
    assert ("office.sqlite", "office_newer" if is_newer else "audit_altered") in {
        (fault.path, fault.code) for fault in faults_of(holed)
    }
    restored = restore(archive, holed)
    assert (restored.replaced if is_newer else restored.returned) == ["office.sqlite"]
    assert faults_of(holed, archive) == []
    with sqlite3.connect(file) as back:
        assert back.execute("SELECT count(*) FROM setting").fetchone() == (0,)
    assert is_newer or (holed / "office.sqlite-wal.damaged").read_bytes() == beside["-wal"]


def test_what_came_after_the_backup_stays(kept: tuple[Path, Path], tmp_path: Path) -> None:
    folder, archive = kept
    later = copied(folder, tmp_path / "later")
    sidecar = sorted((later / "inbox").glob("*.yml"))[0]
    newer = add(later, write_list(tmp_path, "c.csv", HEAD + "1,己公司,海州区"))
    withdraw(sidecar.stem, later, by="甲", reason="重复")
    restored = restore(archive, later)
    assert (restored.returned, restored.replaced) == ([], [])
    assert restored.kept == [f"inbox/{sidecar.name}"]
    assert Inbox(later).get(str(newer.file_id)) is not None


def test_a_build_refuses_an_inbox_of_which_a_part_is_gone(
    kept: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holed = copied(kept[0], tmp_path / "holed")
    monkeypatch.setenv("TRACKER_DATA", str(holed))
    before = Builds(holed).current()
    lost = sorted((holed / "inbox").glob("*.yml"))[0]
    lost.unlink()
    lost.with_suffix(".original").unlink()
    with pytest.raises(Refusal) as refused:
        built(holed)
    assert refused.value.code == "build.inputs_lost"
    assert refused.value.values["number"] == 2
    assert lost.name in refused.value.text("zh")
    assert Builds(holed).current() == before
    assert main(["build", "--without-lost"]) == 1  # nobody said who and why
    assert main(["build", "--without-lost", "--by", "丙", "--reason", "硬盘损坏"]) == 0
    assert rows(holed, "select number, detail from core.data_debt where kind = 'file_given_up'") == [(2, "丙 硬盘损坏")]
    built(holed)  # what was given up is not asked again


def test_a_half_lost_parse_is_read_again(kept: tuple[Path, Path], tmp_path: Path) -> None:
    folder = copied(kept[0], tmp_path / "holed")
    shutil.copytree(kept[0] / "parsed", folder / "parsed")
    catalog = load()
    for name in ("rows.parquet", "meta.json"):
        (sorted((folder / "parsed").glob(f"*/{name}"))[0]).unlink()
        sources, unreadable = counting_sources(Inbox(folder), folder, catalog)
        assert unreadable.is_empty()
        assert len(sources) == 2


def rewritten(archive: Path, target: Path, **changed: str) -> Path:
    """A copy of a backup whose manifest names other paths."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        manifest = json.loads(old.read(MANIFEST))
        for entry in manifest["files"]:
            stated = changed.get(entry["path"], entry["path"])
            new.writestr(stated, old.read(entry["path"]))
            entry["path"] = stated
        new.writestr(MANIFEST, json.dumps(manifest))
    return target


@pytest.mark.parametrize(
    "stated",
    ["../office.sqlite", "/etc/passwd", "builds/../../x", "inbox\\..\\..\\x", "C:/x", "other/x"],
)
def test_a_backup_that_names_files_elsewhere_is_refused(kept: tuple[Path, Path], tmp_path: Path, stated: str) -> None:
    archive = rewritten(kept[1], tmp_path / "hostile.zip", **{"office.sqlite": stated})
    with pytest.raises(Refusal) as refused:
        restore(archive, tmp_path / "data" / "folder")
    assert refused.value.code == "backup.no_backup"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [archive]


def test_a_damaged_or_foreign_archive_is_refused_and_changes_nothing(kept: tuple[Path, Path], tmp_path: Path) -> None:
    whole = kept[1].read_bytes()
    cut, altered, foreign = (tmp_path / name for name in ("cut.zip", "altered.zip", "foreign.zip"))
    cut.write_bytes(whole[: len(whole) // 2])
    with zipfile.ZipFile(kept[1]) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) if name != "office.sqlite" else b"x" * old.getinfo(name).file_size)
    with zipfile.ZipFile(foreign, "w") as new:
        new.writestr("list.csv", "x")
    for archive, code in ((cut, "no_backup"), (altered, "damaged"), (foreign, "no_backup")):
        with pytest.raises(Refusal) as refused:
            restore(archive, tmp_path / "data")
        assert refused.value.code == f"backup.{code}"
    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file()]


def test_a_backup_beside_the_data_is_refused(kept: tuple[Path, Path], tmp_path: Path) -> None:
    for target, folder, code in ((kept[0] / "x.zip", kept[0], "inside"), (tmp_path, tmp_path / "empty", "nothing")):
        with pytest.raises(Refusal) as refused:
            back_up(folder, target)
        assert refused.value.code == f"backup.{code}"
