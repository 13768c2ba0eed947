"""What the layout promises, held by walking the syntax trees and comparing the languages."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracker import catalog
from tracker.text import LANGUAGES, words

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = re.compile(r"{(\w+)}")


APP = ROOT / "app.py"


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, ``from a import b`` as ``a.b``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def breaches(paths: list[Path], *forbidden: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name in imported(path)
        if name.split(".")[0] in forbidden
    ]


def without(paths: list[Path], *names: str) -> list[Path]:
    return [path for path in paths if str(path.relative_to(ROOT)) not in names]


def is_charts(path: Path) -> bool:
    parts = path.relative_to(ROOT / "tracker").parts
    return parts[0] in ("charts", "briefing")


def is_ui(path: Path) -> bool:
    return path.relative_to(ROOT).parts[:2] == ("tracker", "ui")


def test_pages_and_etl_meet_only_in_the_build() -> None:
    assert breaches(sources("pages"), "etl") == []
    assert breaches(sources("etl"), "pages") == []
    assert breaches(sources("tracker"), "pages", "etl") == []


def test_streamlit_stays_at_the_edge() -> None:
    assert breaches([path for path in sources("tracker", "etl") if not is_ui(path)], "streamlit") == []


def test_only_the_warehouse_and_the_etl_read_a_database() -> None:
    inside = without(sources("tracker", "pages"), "tracker/warehouse.py")
    assert breaches([*inside, APP], "duckdb") == []


def test_only_the_office_store_is_kept_in_sqlite() -> None:
    assert breaches([*without(sources("tracker", "pages", "etl"), "tracker/office_store.py"), APP], "sqlite3") == []


def test_figures_are_built_in_charts() -> None:
    # ui names the type of the figures it draws and builds none.
    drawing = [path for path in sources("tracker") if not is_charts(path) and not is_ui(path)]
    assert breaches([*drawing, *sources("pages", "etl"), APP], "plotly") == []
    assert not [name for path in sources("tracker", "pages") for name in imported(path) if "plotly.express" in name]


@pytest.mark.parametrize("path", [*sources("pages", "tracker", "etl"), APP], ids=lambda path: path.name)
def test_a_file_can_be_seen_whole(path: Path) -> None:
    limit = 120 if path.parent.name == "pages" else 400
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


def test_no_file_hides_a_module_of_the_standard_library() -> None:
    names = {path.stem for path in [*sources("pages"), APP]} | {"pages", "tracker", "etl"}
    assert names & sys.stdlib_module_names == set()


@pytest.mark.parametrize("path", sorted((ROOT / "tracker" / "queries").glob("*.sql")), ids=lambda path: path.name)
def test_a_query_says_what_one_row_is_and_builds_no_text(path: Path) -> None:
    statement = path.read_text(encoding="utf-8")
    assert statement.startswith("-- one row")
    assert "{" not in statement


def test_every_query_is_asked() -> None:
    asked = {
        node.value
        for path in [*sources("tracker", "pages"), APP]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert {path.stem for path in (ROOT / "tracker" / "queries").glob("*.sql")} - asked == set()


def test_both_languages_have_the_same_words_with_the_same_gaps() -> None:
    zh, en = (words(language) for language in LANGUAGES)
    assert sorted(zh) == sorted(en)
    assert [key for key in zh if set(PLACEHOLDER.findall(zh[key])) != set(PLACEHOLDER.findall(en[key]))] == []


def called_keys() -> Iterator[tuple[str, str]]:
    """Keys passed to ``word``; a key put together from a code ends in ``*`` after its fixed beginning."""
    for path in [*sources("tracker", "pages", "etl"), APP]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "word":
                key = node.args[0]
                choices = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
                for choice in choices:
                    match choice:
                        case ast.Constant(value=str(literal)):
                            yield path.name, literal
                        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
                            yield path.name, f"{beginning}*"


def test_every_word_that_the_code_asks_for_exists() -> None:
    known = words("zh")
    asked = list(called_keys())
    assert len(asked) > 50
    missing = [
        (file, key)
        for file, key in asked
        if key not in known and not (key.endswith("*") and any(name.startswith(key[:-1]) for name in known))
    ]
    assert missing == []


def test_every_unit_basis_and_field_of_the_catalogue_has_words() -> None:
    known = words("zh")
    entries = catalog.load()
    targets = [target for plan in entries.plans.values() for target in plan.targets]
    units = {target.unit for target in targets} | {threshold.unit for threshold in entries.thresholds.values()}
    needed = {f"unit.{unit}.{form}" for unit in units for form in ("one", "many", "compact")}
    needed |= {f"basis.{target.basis}" for target in targets}
    needed |= {f"field.{name}" for target in targets for name in target.assumed}
    needed |= {f"formula.{indicator.formula}" for indicator in entries.indicators.values()}
    needed |= {f"evidence.{indicator.evidence}" for indicator in entries.indicators.values()}
    assert needed - set(known) == set()
