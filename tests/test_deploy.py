"""What carries the program to where it runs: starting, the offline bundle, the examples for a server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy import audit, bundle, start
from deploy.bundle import PLATFORMS, program_files
from tests.proxy import write_configuration

ROOT = Path(__file__).resolve().parent.parent


def test_real_data_are_shown_as_soon_as_there_are_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_DATA", raising=False)
    assert start.chosen_folder(tmp_path, is_real=False) == tmp_path / "demo"
    assert start.chosen_folder(tmp_path, is_real=True) == tmp_path
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.yml").touch()
    assert start.chosen_folder(tmp_path, is_real=False) == tmp_path
    monkeypatch.setenv("TRACKER_DATA", str(tmp_path / "别处"))
    assert start.chosen_folder(tmp_path, is_real=False) == tmp_path / "别处"


@pytest.mark.parametrize(
    ("is_demo", "is_built", "expected"),
    [
        (True, False, [("etl", "sample"), ("etl", "build"), ("streamlit", "run")]),
        (False, False, [("etl", "build"), ("streamlit", "run")]),
        (True, True, [("streamlit", "run")]),
        (False, True, [("streamlit", "run")]),
    ],
)
def test_a_first_build_is_made_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_demo: bool, is_built: bool, expected: list[tuple[str, str]]
) -> None:
    monkeypatch.delenv("TRACKER_DATA", raising=False)
    if not is_demo:
        (tmp_path / "inbox").mkdir()
        (tmp_path / "inbox" / "a.yml").touch()
    folder = tmp_path / "demo" if is_demo else tmp_path
    if is_built:
        (folder / "builds").mkdir(parents=True)
        (folder / "builds" / "current").write_text("b\n", encoding="ascii")
    ran: list[tuple[Path, str, str]] = []

    def run(folder: Path, module: str, *arguments: str) -> int:
        ran.append((folder, module, arguments[0]))
        return 0

    monkeypatch.setattr(start, "_run", run)
    assert start.main(["--data", str(tmp_path)]) == 0
    assert ran == [(folder, module, first) for module, first in expected]
    assert not is_built or (folder / "builds" / "current").exists()


def test_who_stops_the_start_stops_what_it_started(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n")
    code = (
        f"import sys, pathlib; from deploy import start; sys.exit(start._run(pathlib.Path({str(tmp_path)!r}), 'waits'))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{start.ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, cwd=start.ROOT, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        child = int(started.stdout.readline())
        started.terminate()
        started.wait(20)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_the_first_day_with_real_data_serves_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_DATA", raising=False)
    ran: list[str] = []

    def run(folder: Path, module: str, *arguments: str) -> int:
        ran.append(module)
        return 0

    monkeypatch.setattr(start, "_run", run)
    assert start.main(["--data", str(tmp_path), "--real"]) == 0
    assert ran == ["streamlit"]


def test_a_failed_build_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_DATA", raising=False)
    monkeypatch.setattr(start, "_run", lambda folder, module, *arguments: 7)
    assert start.main(["--data", str(tmp_path)]) == 7


def test_the_bundle_holds_what_runs_and_nothing_of_anybody() -> None:
    stored = {name for name, _ in program_files()}
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if kept.returncode:
        pytest.skip("no git checkout: what belongs to the program is not known")
    committed = set(kept.stdout.decode().split("\0"))
    ours = {name.removeprefix("program/") for name in stored}
    assert ours <= committed
    needed = {name for name in committed if name.endswith((".py", ".sql", ".yml")) and not name.startswith("tests/")}
    assert {name for name in needed if not name.startswith(("benchmarks/", ".ci/"))} <= ours
    assert ".streamlit/config.toml" in ours


def test_the_starters_are_whole() -> None:
    assert {platform.starter for platform in PLATFORMS.values()} == {"start.sh", "启动.bat"}
    assert subprocess.run(["sh", "-n", ROOT / "deploy" / "start.sh"], check=False).returncode == 0
    lines = (ROOT / "deploy" / "启动.bat").read_bytes().split(b"\n")
    assert all(line.endswith(b"\r") for line in lines[:-1])  # cmd.exe loses its labels in files without


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_bundle_is_read_and_started_by_everybody(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "a-1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    wheel.chmod(0o644)
    monkeypatch.setattr(bundle, "_wheels", lambda platform, scratch: [wheel])
    monkeypatch.setattr(bundle, "program_files", lambda: iter([("program/app.py", ROOT / "app.py")]))
    with zipfile.ZipFile(bundle.bundle(name, tmp_path / "dist")) as packed:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in packed.infolist()}
    starter = modes.pop(PLATFORMS[name].starter)
    assert starter == 0o755
    assert sorted(modes) == ["program/app.py", "python-version", "version", f"wheels/{wheel.name}"]
    assert all(mode & 0o444 == 0o444 for mode in modes.values())


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_takes_the_example(tmp_path: Path) -> None:
    written = write_configuration(tmp_path, 8080, 8443, (8501, 8502))
    command = ["nginx", "-t", "-c", str(written), "-p", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_an_audit_says_what_it_knows_and_what_not() -> None:
    answer = {
        "dependencies": [
            {"name": "a", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]},
            {"name": "b", "version": "2.0", "vulns": []},
            {"name": "c", "skip_reason": "not found"},
        ]
    }
    assert audit.weaknesses(answer) == (["a 1.0: CVE-1 → 1.1"], 2, 1)
