"""``python -m deploy.audit``: known weaknesses of the installed packages, as pip-audit finds them at PyPI.

Where PyPI cannot be asked nothing is known, and that is said: a machine without internet must not look audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

# A network that swallows requests would hold up the check by the time-out of every package.
_SECONDS = 90


def weaknesses(answer: dict[str, Any]) -> tuple[list[str], int, int]:
    """What pip-audit's JSON says: a line a known weakness, how many packages were looked up, how many not."""
    packages = answer["dependencies"]
    looked_up = [package for package in packages if "vulns" in package]
    found = [
        f"{package['name']} {package['version']}: {weakness['id']} → {', '.join(weakness['fix_versions']) or '–'}"
        for package in looked_up
        for weakness in package["vulns"]
    ]
    return found, len(looked_up), len(packages) - len(looked_up)


def main() -> int:
    """Ask and print. Returns 1 where a weakness is known, 0 where none is or nobody could be asked."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
        found, looked_up, left = weaknesses(json.loads(done.stdout))
    except (ValueError, subprocess.TimeoutExpired):
        found, looked_up, left = [], 0, 1
    if left:
        print(f"pip-audit: {left} packages not looked up (PyPI cannot be asked from here); {looked_up} looked up")
    else:
        print(f"pip-audit: {looked_up} packages looked up, {len(found)} known weaknesses")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
