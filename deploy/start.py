"""``python -m deploy.start``: show the real data, or the invented demo while there are none.

Real data lie in the data folder; the demo gets a folder of its own below it, for the two never mix. A build is made
when there is none yet.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = 8501


def chosen_folder(data: Path, *, is_real: bool) -> Path:
    """The folder to show: the one with real files, or where real ones are to come; else its demo.

    ``TRACKER_DATA`` names another.
    """
    stated = os.environ.get("TRACKER_DATA")
    if stated:
        return Path(stated).resolve()
    return data if is_real or _holds_files(data) else data / "demo"


def prepare(folder: Path, is_demo: bool) -> int:
    """Make a first build where files wait for one; an unfinished demo is made anew. Returns the last exit code."""
    if (folder / "builds" / "current").exists():
        return 0
    if is_demo:
        shutil.rmtree(folder, ignore_errors=True)
        code = _run(folder, "etl", "sample")
        if code:
            return code
    return _run(folder, "etl", "build") if is_demo or _holds_files(folder) else 0


def _holds_files(folder: Path) -> bool:
    return any((folder / "inbox").glob("*.yml"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare and serve until stopped. Returns the exit code of whatever ended it."""
    parser = argparse.ArgumentParser(prog="python -m deploy.start", description="准备数据并启动 / prepare and serve")
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="数据文件夹 / data folder")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument(
        "--real", action="store_true", help="真实数据，即使还没有文件 / real data, though none are there yet"
    )
    options = parser.parse_args(arguments)
    folder = chosen_folder(options.data.resolve(), is_real=options.real)
    code = prepare(folder, is_demo=folder == options.data.resolve() / "demo")
    if code:
        return code
    return _run(folder, "streamlit", "run", "app.py", "--server.port", str(options.port))


def _run(folder: Path, module: str, *arguments: str) -> int:
    environment = {**os.environ, "TRACKER_DATA": str(folder)}
    child = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=ROOT, env=environment)
    # Whoever stops this program means the one that it runs.
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.wait()
        return 0


if __name__ == "__main__":
    sys.exit(main())
