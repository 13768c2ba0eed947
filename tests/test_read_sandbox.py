"""The reading process: what it keeps, what it reuses, and that a hostile file hurts nothing but itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import etl.read_server
import etl.sandbox
from etl.read_limits import Limits
from etl.read_server import ReadServer
from etl.refusal import Refusal
from etl.sandbox import PARSER_VERSION, parse, shipped_headers, unpack
from tests.read_inputs import book, kept, read, read_text
from tests.test_read_files import worksheet_package
from tracker.catalog_models import Header

LIST = "序号,企业名称,县区\n1,甲一机械有限公司,海州区\n2,乙二电子有限公司,东海县\n"
posix_only = pytest.mark.skipif(sys.platform != "linux", reason="memory limits and kill -9 are tried on Linux only")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "收 件"
    folder.mkdir()
    path = folder / "名单 第五批（1）.csv"
    path.write_bytes(LIST.encode("gb18030"))
    return path


def test_result_is_kept_under_content_and_version_and_used_again(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "解 析" / "parsed"
    first = parse(source, source.name, root)
    assert first.folder.name.startswith(f"{first.content_hash}-v{PARSER_VERSION}")
    assert sorted(path.name for path in first.folder.iterdir()) == ["meta.json", "rows.parquet"]
    assert kept(first.folder).column("name") == ["甲一机械有限公司", "乙二电子有限公司"]
    assert first.meta["encoding"] == "gb18030"
    assert [path.name for path in root.iterdir()] == [first.folder.name]

    monkeypatch.setattr(etl.sandbox, "_run_child", lambda job: pytest.fail("parsed twice"))
    assert parse(source, "另一个名字.csv", root) == first


def test_other_captions_are_another_result(source: Path, tmp_path: Path) -> None:
    plain = parse(source, source.name, tmp_path / "parsed")
    mapped = parse(source, source.name, tmp_path / "parsed", mapping={"县区": ""})
    assert plain.folder != mapped.folder
    assert [c["field"] for c in mapped.meta["sheets"][0]["columns"]] == ["sequence", "name", None]
    headers = [*shipped_headers(), Header(field="city", captions=("县区",))]
    assert parse(source, source.name, tmp_path / "parsed", headers).meta["sheets"][0]["columns"][2]["field"] == "city"


def test_refusal_of_the_child_arrives_and_nothing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "名单.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(Refusal) as caught:
        parse(path, "我的名单.pdf", tmp_path / "parsed")
    assert caught.value == Refusal("read.document", {"file": "我的名单.pdf", "kind": "PDF"})
    assert list((tmp_path / "parsed").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "code"), [("~$a.xlsx", b"x", "read.lock_file"), ("a.csv", b"", "read.empty")]
)
def test_some_files_need_no_child(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refusal) as caught:
        parse(path, name, tmp_path / "parsed")
    assert caught.value.code == code
    assert not (tmp_path / "parsed").exists()


@posix_only
def test_memory_of_the_child_is_limited(tmp_path: Path) -> None:
    """The look at cell references is switched off here: what it would miss still hurts only the child."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    name_space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{name_space}"><sheetData>{rows}</sheetData></worksheet>'
    path = worksheet_package(tmp_path / "远.xlsx", xml)
    with pytest.raises(Refusal) as caught:
        parse(path, path.name, tmp_path / "parsed", limits=Limits(rows=10**7, columns=10**5, cells=10**12))
    assert caught.value.code == "read.memory"


def project_of(reader: str, folder: Path) -> Path:
    """A project folder with another program in the place of the reader."""
    (folder / "etl").mkdir()
    (folder / "etl" / "__init__.py").touch()
    (folder / "etl" / "parse.py").write_text(reader, encoding="utf-8")
    shutil.copy(Path(etl.read_server.__file__), folder / "etl" / "read_server.py")
    return folder


READERS = {
    "forked": "def load_readers(): pass\ndef main(): {action}",
    "while the readers are loaded": "def load_readers(): {action}",
    "by itself": "{action}",
}


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("import os; os.abort()", "read.crashed"),
        ("raise RuntimeError('13912345678')", "read.crashed"),
        ("import sys; sys.exit('memory allocation of 9 bytes failed')", "read.memory"),
        ("import time; time.sleep(30)", "read.timeout"),
    ],
)
@pytest.mark.parametrize("how", [how for how in READERS if sys.platform == "linux" or how == "by itself"])
def test_end_of_the_child_becomes_a_message(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str, code: str, how: str
) -> None:
    project = project_of(READERS[how].format(action=action), tmp_path)
    monkeypatch.setattr(etl.sandbox, "_PROJECT", project)
    monkeypatch.setattr(etl.sandbox, "_CAN_FORK", how != "by itself")
    with pytest.raises(Refusal) as caught:
        parse(source, source.name, tmp_path / "parsed", limits=Limits(seconds=1 if code == "read.timeout" else 60))
    assert caught.value.code == code
    assert source.name in caught.value.text("zh")
    assert "13912345678" not in str(caught.value)
    assert list((tmp_path / "parsed").iterdir()) == []


@posix_only
def test_a_child_knows_of_no_other_and_takes_none_with_it(tmp_path: Path) -> None:
    reader = """
import json, os, sys, time
seen = []
def load_readers(): pass
def main():
    seen.append(sys.stdin.read())
    if seen[0] == "crash": os.abort()
    if seen[0] == "slow": time.sleep(1)
    sys.stdout.write(json.dumps([os.getpid(), os.getppid(), seen]))
"""
    server = ReadServer(project_of(reader, tmp_path), 60)
    with ThreadPoolExecutor(3) as pool:
        ends = list(pool.map(lambda job: server.run(job, 60), [b"slow", b"first", b"crash", b"second"]))
    assert [ended.code for ended in ends] == [0, 0, -signal.SIGABRT, 0]
    answers = [json.loads(ended.answer) for ended in ends if ended.code == 0]
    assert [seen for _, _, seen in answers] == [["slow"], ["first"], ["second"]]
    assert len({pid for pid, _, _ in answers}) == 3
    assert len({parent for _, parent, _ in answers}) == 1
    server.close()


@posix_only
def test_who_no_longer_waits_leaves_no_child_behind(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    reader = f"""
import os, pathlib, time
def load_readers(): pass
def main():
    pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))
    time.sleep(60)
"""
    server = ReadServer(project_of(reader, tmp_path), 60)
    with pytest.raises(TimeoutError):
        server.run(b"", 1)
    with ThreadPoolExecutor(1) as pool:
        pid_file.unlink()
        asked = pool.submit(server.run, b"", 60)
        while not (pid_file.exists() and pid_file.read_text()):
            time.sleep(0.01)
        # As when the whole program is killed: the server hears of it and ends what it began.
        server._control.shutdown(socket.SHUT_RDWR)
        assert asked.result().code == 0
    assert not server.is_running
    while Path(f"/proc/{pid_file.read_text()}").exists():
        time.sleep(0.01)
    server.close()


@posix_only
def test_a_server_that_has_ended_is_started_again(source: Path, tmp_path: Path) -> None:
    first = parse(source, source.name, tmp_path / "parsed")
    [server] = etl.sandbox._SERVERS
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait()
    assert parse(source, source.name, tmp_path / "once more").meta == first.meta
    assert [server] != etl.sandbox._SERVERS


def test_without_a_server_a_file_reads_the_same(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = parse(source, source.name, tmp_path / "parsed")
    monkeypatch.setattr(etl.sandbox, "_CAN_FORK", False)
    second = parse(source, source.name, tmp_path / "once more")
    assert second.meta == first.meta
    assert second.rows_path.read_bytes() == first.rows_path.read_bytes()


@posix_only
def test_kill_leaves_nothing_half(source: Path, tmp_path: Path) -> None:
    root = tmp_path / "parsed"
    call = f"parse(Path({str(source)!r}), 'a', Path({str(root)!r}))"
    program = f"from pathlib import Path; from etl.sandbox import parse; {call}"
    project = Path(etl.sandbox.__file__).parent.parent
    with subprocess.Popen([sys.executable, "-c", program], cwd=project, start_new_session=True) as parent:
        while not list(root.glob(".parsing-*")):
            assert parent.poll() is None
            time.sleep(0.005)
        os.killpg(parent.pid, signal.SIGKILL)
    left = list(root.iterdir())
    assert [path.name[:9] for path in left] == [".parsing-"]
    os.utime(left[0], (0, 0))
    done = parse(source, source.name, root)
    assert list(root.iterdir()) == [done.folder]


def test_archive_is_unpacked_under_numbers(tmp_path: Path) -> None:
    path = tmp_path / "附件 1.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("2023/", "")
        package.writestr("2023/甲州/名单.csv", LIST)
        package.writestr("../../etc/名单.csv", LIST)
        package.writestr("/绝对\\路径.csv", LIST)
        package.writestr("__MACOSX/._名单.csv", "x")
        package.writestr("2023/~$名单.xlsx", "x")
        package.writestr("2023/.DS_Store", "x")
    into = tmp_path / "out"
    into.mkdir()
    members = unpack(path, into)
    assert [name for name, _ in members] == ["2023_甲州_名单.csv", "etc_名单.csv", "绝对_路径.csv"]
    assert [stored for _, stored in members] == [into / f"{number:05d}" for number in (1, 2, 3)]
    assert {stored.read_text(encoding="utf-8") for _, stored in members} == {LIST}
    assert sorted(into.iterdir()) == [stored for _, stored in members]


def test_archive_with_names_in_gbk(tmp_path: Path) -> None:
    name = "小巨人名单.csv"
    printed = name.encode("gbk")
    path = tmp_path / "gbk.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("x" * len(printed), LIST)
    path.write_bytes(path.read_bytes().replace(b"x" * len(printed), printed))
    (tmp_path / "out").mkdir()
    assert [found for found, _ in unpack(path, tmp_path / "out")] == [name]


@pytest.mark.parametrize(
    ("members", "limits", "code"),
    [
        ({}, Limits(), "read.empty_zip"),
        ({"a/": b""}, Limits(), "read.empty_zip"),
        ({"里.zip": "zip"}, Limits(), "read.nested_zip"),
        ({"a.csv": b" " * 30_000_000}, Limits(), "read.bomb"),
        ({"a.csv": b"1" * 3000, "b.csv": b"2" * 3000}, Limits(unpacked_bytes=5000), "read.bomb"),
        ({"a.csv": b"1", "b.csv": b"2"}, Limits(zip_entries=1), "read.bomb"),
    ],
)
def test_archives_that_are_refused(tmp_path: Path, members: dict[str, bytes | str], limits: Limits, code: str) -> None:
    inner = tmp_path / "inner"
    with zipfile.ZipFile(inner, "w") as package:
        package.writestr("名单.csv", LIST)
    path = tmp_path / "包.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, inner.read_bytes() if content == "zip" else content)
    (tmp_path / "out").mkdir()
    with pytest.raises(Refusal) as caught:
        unpack(path, tmp_path / "out", limits)
    assert caught.value.code == code
    assert path.name in caught.value.text("en")


def test_encrypted_archive(tmp_path: Path) -> None:
    path = tmp_path / "密.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("名单.csv", LIST)
    content = bytearray(path.read_bytes())
    # Bit 0 of the flags in the local header and in the directory says that an entry is encrypted.
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    (tmp_path / "out").mkdir()
    with pytest.raises(Refusal) as caught:
        unpack(path, tmp_path / "out")
    assert caught.value.code == "read.password"


names = st.text("甲乙丙丁戊己连云港市海州区（）()·A1 ", min_size=1, max_size=8).map(lambda text: f"{text}有限公司")
areas = st.sampled_from(["海州区", "东海县", "连云 区", "", "市直", "赣榆（区）"])
tables = st.lists(st.tuples(names, areas), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=tables, form=st.sampled_from(["xlsx", "utf-8", "gb18030", "utf-16"]), delimiter=st.sampled_from(",\t;"))
def test_any_small_table_reads_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], form: str, delimiter: str
) -> None:
    folder = tmp_path_factory.mktemp("表")
    if form == "xlsx":
        got = read(book(folder / "a.xlsx", {"Sheet1": [["企业名称", "县区"], *rows]}))
    else:
        got = read_text(folder, "\n".join(delimiter.join(row) for row in [("企业名称", "县区"), *rows]), form)
    assert got.column("name") == [name for name, _ in rows]
    assert got.column("county") == [area or None for _, area in rows]
    assert got.rows["row"].to_list() == list(range(2, len(rows) + 2))
