"""``make bundle``: one .zip a platform with the program and everything it needs, for machines without internet.

uv resolves the versions, for it knows what each platform needs beside the shared list, where pip asks the machine that
it runs on; pip then fetches the wheels, which uv does not. What is unpacked starts by ``start.sh`` or ``启动.bat`` and
keeps its data beside the program: an upgrade replaces ``program`` and ``wheels`` and touches no data.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import etl

ROOT = Path(__file__).resolve().parent.parent
PYTHON_VERSION = "3.11"
_PROGRAM = ("app.py", "requirements.txt", "README.md", "CHANGELOG.md", "SECURITY.md")
_FOLDERS = (".streamlit", "pages", "tracker", "etl", "deploy", "docs", "static", "data/catalog", "data/locales")
_FOLDERS_OF_THE_DEMO = ("data/samples",)
_LEFT_OUT = ("__pycache__", "secrets.toml")
# Read and started by others than who unpacked it.
_READABLE, _EXECUTABLE = 0o100644 << 16, 0o100755 << 16


@dataclass(frozen=True)
class Platform:
    """A platform as uv names it, and the wheel tags that run on it, newest first."""

    uv_name: str
    wheel_tags: tuple[str, ...]
    starter: str


PLATFORMS = {
    "windows-x64": Platform("x86_64-pc-windows-msvc", ("win_amd64",), "启动.bat"),
    "linux-x86_64": Platform(
        "x86_64-manylinux_2_28", ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"), "start.sh"
    ),
    "linux-aarch64": Platform(
        "aarch64-manylinux_2_28",
        ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
        "start.sh",
    ),
}


def program_files() -> Iterator[tuple[str, Path]]:
    """The files of the program as (path in the bundle, file): what runs, its documents, nothing of tests or data."""
    for name in (*_PROGRAM, "data/forms.yml"):
        if (ROOT / name).is_file():
            yield f"program/{name}", ROOT / name
    for folder in (*_FOLDERS, *_FOLDERS_OF_THE_DEMO):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not any(part in _LEFT_OUT for part in path.parts):
                yield f"program/{path.relative_to(ROOT).as_posix()}", path


def bundle(name: str, out: Path) -> Path:
    """Write the bundle of a platform.

    Raises:
        subprocess.CalledProcessError: where a package cannot be resolved or fetched for that platform.
    """
    platform = PLATFORMS[name]
    target = out / f"tracker-{etl.VERSION}-{name}-python{PYTHON_VERSION}.zip"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wheels = _wheels(platform, Path(scratch))
        # Wheels are compressed already.
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for stored, path in program_files():
                archive.write(path, stored, zipfile.ZIP_DEFLATED)
            for wheel in wheels:
                archive.write(wheel, f"wheels/{wheel.name}")
            _write(archive, "python-version", PYTHON_VERSION.encode(), _READABLE)
            _write(archive, "version", etl.VERSION.encode(), _READABLE)
            _write(archive, platform.starter, (ROOT / "deploy" / platform.starter).read_bytes(), _EXECUTABLE)
    return target


def _write(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode
    archive.writestr(entry, content)


def _wheels(platform: Platform, scratch: Path) -> list[Path]:
    resolved, folder = scratch / "resolved.txt", scratch / "wheels"
    stated = ["--python-version", PYTHON_VERSION]
    resolve = "uv pip compile --quiet --no-header --no-annotate"
    _run(resolve, "--python-platform", platform.uv_name, *stated, "-o", str(resolved), str(ROOT / "requirements.txt"))
    tags = [option for tag in platform.wheel_tags for option in ("--platform", tag)]
    fetch = "pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all:"
    _run(fetch, *stated, *tags, "--dest", str(folder), "--requirement", str(resolved))
    return sorted(folder.glob("*.whl"))


def _run(command: str, *options: str) -> None:
    subprocess.run([sys.executable, "-m", *command.split(), *options], check=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bundles that are asked for and print where they lie."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bundle")
    parser.add_argument("platforms", nargs="*", metavar="PLATFORM", help="、".join(PLATFORMS))
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    options = parser.parse_args(arguments)
    unknown = set(options.platforms) - set(PLATFORMS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: 可选 / choose from {', '.join(PLATFORMS)}")
    for name in options.platforms or PLATFORMS:
        path = bundle(name, options.out)
        print(f"{path} ({path.stat().st_size / 1_000_000:.0f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
