"""Publishing survives any kill: a reader sees a whole build, always.

``PUBLISH_KILLS=50 pytest tests/test_publish.py -k kills`` kills fifty builds in place of five.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from etl.publish import Builds
from etl.refusal import Refusal
from tests.worlds import add, built, write_list

KILLS = int(os.environ.get("PUBLISH_KILLS", "5"))
ROOT = Path(__file__).resolve().parent.parent
LINES = "序号,企业名称,所属县区\n" + "\n".join(f"{i},第{i}公司,海州区" for i in range(1, 400))


def start_build(data_folder: Path, **settings: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TRACKER_DATA": str(data_folder), **settings}
    command = [sys.executable, "-m", "etl", "build"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def read_whole_build(builds: Builds) -> str:
    """Read the build in force as a page does and hold it against its own manifest."""
    current = builds.current()
    assert current is not None
    with duckdb.connect(str(builds.path(current)), read_only=True) as connection:
        assert connection.sql("select build_id from meta.build").fetchall() == [(current,)]
        for name, expected in connection.sql("select table_name, row_count from meta.table_count").fetchall():
            assert connection.sql(f"select count(*) from {name}").fetchall() == [(expected,)]
        assert connection.sql("select count(*) from mart.progress where state is null").fetchall() == [(0,)]
    return current


@pytest.mark.slow
def test_many_kills_and_never_a_broken_read(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", LINES))
    built(tmp_path)
    builds = Builds(tmp_path)
    reads: list[str] = []
    faults: list[Exception] = []
    stop = threading.Event()

    def read_on() -> None:
        while not stop.is_set():
            try:
                reads.append(read_whole_build(builds))
            except Exception as fault:  # whatever a reader meets is what this test is about
                faults.append(fault)
            time.sleep(0.02)  # as a reader who looks, not as one who takes a processor from the builds

    reader = threading.Thread(target=read_on)
    reader.start()
    dice = random.Random(20251231)
    began = time.monotonic()
    process = start_build(tmp_path)
    process.communicate()
    whole_seconds = time.monotonic() - began
    killed = 0
    while killed < KILLS:
        process = start_build(tmp_path)
        time.sleep(dice.uniform(0.2, 1.0) * whole_seconds)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.communicate()
    stop.set()
    reader.join()
    assert not faults
    assert len(reads) > KILLS
    output, _ = start_build(tmp_path).communicate()
    assert read_whole_build(builds) in output.decode()
    assert not list(builds.folder.glob("*.part*"))


@pytest.mark.skipif(os.name == "nt", reason="file size limits are a POSIX matter")
def test_a_full_disk_leaves_the_old_build_and_says_so(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", LINES))
    before = built(tmp_path).build_id
    limited = f"ulimit -f 1000; exec {sys.executable} -m etl build"  # blocks of 1 KiB: less than one build
    done = subprocess.run(
        ["bash", "-c", limited],
        cwd=ROOT,
        env={**os.environ, "TRACKER_DATA": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    assert "生成失败" in done.stdout.decode()
    assert "build failed" in done.stdout.decode()
    assert read_whole_build(Builds(tmp_path)) == before
    assert not list(Builds(tmp_path).folder.glob("*.part*"))


def test_going_back_is_moving_the_pointer(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", LINES))
    first = built(tmp_path).build_id
    second = built(tmp_path).build_id
    builds = Builds(tmp_path)
    assert (builds.current(), builds.all()) == (second, [first, second])
    builds.point_to(first)
    assert read_whole_build(builds) == first
    with pytest.raises(Refusal) as refused:
        builds.point_to("../../etc/passwd")
    assert refused.value.code == "build.unknown"
    # Where somebody removed the file of the build in force, the next is built and compares with nothing.
    builds.path(first).unlink()
    third = built(tmp_path)
    assert (third.previous_id, builds.current()) == (None, third.build_id)


def test_two_builders_take_turns(tmp_path: Path) -> None:
    add(tmp_path, write_list(tmp_path, "a.csv", LINES))
    builders = [start_build(tmp_path) for _ in range(2)]
    outputs = [process.communicate()[0].decode() for process in builders]
    assert [process.returncode for process in builders] == [0, 0], outputs
    assert len(Builds(tmp_path).all()) == 2
    read_whole_build(Builds(tmp_path))


def test_a_build_comes_after_all_others_though_the_clock_was_put_back(tmp_path: Path) -> None:
    builds = Builds(tmp_path)
    builds.folder.mkdir(parents=True)
    assert builds.new_id("123456789") < "29990101"
    for build_id in ("29981231T235959999-ffffff", "another"):
        builds.path(build_id).touch()
    assert builds.new_id("123456789") == "29990101T000000000-123456"


def test_what_a_killed_build_spilled_is_removed_by_the_next(tmp_path: Path) -> None:
    builds = Builds(tmp_path)
    spilled = builds.folder / "20260101T000000000-abcdef.part.tmp"
    spilled.mkdir(parents=True)
    (spilled / "duckdb_temp_storage.tmp").write_bytes(b"half")
    with builds.lock():
        assert list(builds.folder.glob("*.part*")) == []
