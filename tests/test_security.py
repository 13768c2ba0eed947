"""SECURITY.md names for every threat the tests that hold its protection: they must exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_test_that_the_threat_table_names_exists() -> None:
    lines = [line for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    named = [re.findall(r"`(test_\w+)`", line.rsplit("|", 2)[1]) for line in lines[2:]]
    assert len(named) > 15
    assert all(named)  # no threat without a test
    known = {
        node.name
        for path in (ROOT / "tests").glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert {name for names in named for name in names} - known == set()
