"""``make bench``: every benchmark in turn, and their lines with what they ran on in ``benchmarks/RESULTS.md``.

``python -m benchmarks [name …]`` runs the named ones and writes the table of these. A benchmark that broke off stands
in the table by name. Ends with 1 where a limit is broken.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from benchmarks.measure import LINES_FILE, ROOT, Line

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
BENCHMARKS = {
    "etl": "Lists and values to a published build",
    "counts": "Titles in force at month ends",
    "progress": "Progress, second opinions and forecast",
    "pages": "Pages inside the server, and the first chart beside Dash",
    "sessions": "Many readers at once, and from the start to the first page",
    "briefings": "Documents and pictures",
}
_PACKAGES = (
    "streamlit", "duckdb", "polars", "plotly", "kaleido", "python-docx", "python-pptx", "xlsxwriter", "dash", "pandas",
    "openpyxl",
)  # fmt: skip


def main(names: list[str]) -> int:
    """Run the named benchmarks, all without any, and write the table."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"{', '.join(sorted(unknown))}: choose from {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    code, parts = 0, [_head()]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name in names or BENCHMARKS:
            file = Path(folder) / name
            environment = {**os.environ, LINES_FILE: str(file)}
            ended = subprocess.run(
                [sys.executable, "-m", f"benchmarks.bench_{name}"], cwd=ROOT, env=environment, check=False
            )
            lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            parts.append(table(BENCHMARKS[name], [json.loads(line) for line in lines], ended.returncode))
            code = max(code, min(1, abs(ended.returncode)))
            RESULTS.write_text("\n".join(parts), encoding="utf-8")
    return code


def table(title: str, lines: list[dict[str, object]], ended: int) -> str:
    """The lines of one benchmark as a table; how it ended where it broke off before it had any."""
    rows = [f"\n## {title}\n"]
    if not lines:
        return "\n".join([*rows, f"Broke off with {ended}.\n"])
    rows += [
        f"Load of the machine: {lines[-1]['load']}.\n",
        "| measured | value | limit | |",
        "| --- | ---: | ---: | --- |",
    ]
    for stated in lines:
        line = Line(**{key: value for key, value in stated.items() if key != "load"})  # type: ignore[arg-type]
        limit = "" if line.limit is None else f"{'≥' if line.is_least else '≤'} {line.limit:g}"
        mark = "**over**" if line.verdict == "over" else line.verdict
        rows.append(f"| {line.what} | {line.value:.2f} {line.unit} | {limit} | {mark} |")
    return "\n".join([*rows, ""])


def _head() -> str:
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    return (
        "# Measured\n\nOne run of `make bench`, or of `python -m benchmarks` with the parts below: medians of several "
        "turns, ratios of what was measured in the same run. “over” is said where a limit was not held.\n\n"
        f"- {_processor()}, {os.cpu_count()} processors, {memory:.0f} GiB; {platform.system()} {platform.release()}\n"
        f"- Python {platform.python_version()}; {packages}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _processor() -> str:
    """The name of the processor, where the system tells."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
