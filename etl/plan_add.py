"""Taking a plan in: a filled form or a catalogue file is checked against everything known, all mistakes at once."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from etl.form import words
from etl.plan_form import texts
from etl.plan_read import PlanEntries, PlanFault, read_plan
from etl.refusal import Refusal
from etl.sandbox import parse
from tracker.catalog import Catalog, CatalogError, Fault, load
from tracker.text import LANGUAGES, word
from tracker.yaml_text import read_yaml

SUFFIXES = (".yml", ".yaml")
_TARGET = re.compile(r"plans\.0\.targets\.(\d+)(?:\.(.*))?$")
_AREA = re.compile(r"plans\.0\.areas\.(\d+)(?:\.(.*))?$")


class _Plain(yaml.SafeDumper):
    """YAML as a person writes it: what is said twice stands twice."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never an anchor."""
        return True


@dataclass(frozen=True)
class CheckedPlan:
    """What became of one file: the plan it holds, its mistakes, and where it was written (None: only checked)."""

    name: str
    plan_id: str
    targets: int
    faults: list[PlanFault]
    path: Path | None = None


def plan_file(path: Path, data_folder: Path, catalog: Catalog) -> bool:
    """Whether a file is a plan: a filled plan form, or a file of the catalogue."""
    if path.suffix.lower() in SUFFIXES:
        return True
    if path.suffix.lower() not in (".xlsx", ".et"):
        return False
    try:
        parsed = parse(path, path.name, data_folder / "parsed", tuple(catalog.headers.values()))
    except (Refusal, OSError):
        return False  # told by adding it
    return (parsed.meta.get("form") or {}).get("form") == "plan"


def take_plan(path: Path, data_folder: Path, catalog: Catalog, *, keep: bool) -> CheckedPlan:
    """Check a plan, and keep it in the catalogue of the data folder where nothing is wrong.

    Args:
        path: a filled form or a YAML file.
        data_folder: whose ``catalog/`` gets the plan.
        catalog: everything known so far.
        keep: whether to write; without it the plan is only checked.
    """
    folder = data_folder / "catalog"
    if path.suffix.lower() in SUFFIXES:
        return _take_yaml(path, folder, keep)
    parsed = parse(path, path.name, data_folder / "parsed", tuple(catalog.headers.values()))
    entries = read_plan(parsed.folder, catalog)
    name = f"{entries.plan_id or 'plan'}.yml"
    content = yaml.dump(entries.content, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)
    found = _faults_of(name, content, folder)
    # What a row is blamed for already is not told a second time in the words of the catalogue.
    blamed = {(fault.sheet, fault.row) for fault in entries.faults}
    # What stands twice is told by the form, where it stands the second time.
    of_rows = [_in_form(fault, entries) for fault in found if not fault.problem.startswith("stands twice")]
    more = [fault for fault in of_rows if not blamed or (fault.row and (fault.sheet, fault.row) not in blamed)]
    faults = [*entries.faults, *more]
    targets = len(entries.content["plans"][0]["targets"])
    kept = _write(folder / name, content) if keep and not faults else None
    return CheckedPlan(path.name, entries.plan_id, targets, faults, kept)


def _take_yaml(path: Path, folder: Path, keep: bool) -> CheckedPlan:
    try:
        content = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as fault:
        raise Refusal("plan.unreadable", {"file": path.name, "detail": str(fault)}) from fault
    found = _faults_of(path.name, content, folder)
    lines = _lines(content)
    faults = [
        PlanFault(path.name, _line(lines, fault.key), fault.key, "catalog", _problem_values(fault)) for fault in found
    ]
    plans = [] if faults else (read_yaml(content) or {}).get("plans") or []
    plan_id = str(plans[0].get("plan_id")) if plans else ""
    targets = sum(len(plan.get("targets") or []) for plan in plans)
    kept = _write(folder / path.name, content) if keep and not faults else None
    return CheckedPlan(path.name, plan_id, targets, faults, kept)


def _faults_of(name: str, content: str, folder: Path) -> list[Fault]:
    """What is wrong with a file beside the additions that the data folder has already."""
    with tempfile.TemporaryDirectory() as scratch:
        if folder.is_dir():
            shutil.copytree(folder, scratch, dirs_exist_ok=True)
        (Path(scratch) / name).write_text(content, encoding="utf-8")
        try:
            load(Path(scratch))
        except CatalogError as error:
            return error.faults
    return []


def _write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(content, encoding="utf-8")
    part.replace(path)
    return path


def _problem_values(fault: Fault) -> dict[str, object]:
    return {"problem_zh": problem(fault.problem), "problem_en": fault.problem.removeprefix("Value error, ")}


def problem(said: str) -> str:
    """A mistake of the catalogue in Chinese; what has no phrase of its own stays as it is."""
    for pattern, phrase in words()["catalog_problems"].items():
        if found := re.search(pattern, said):
            return str(phrase).format(*found.groups())
    return said


def _in_form(fault: Fault, entries: PlanEntries) -> PlanFault:
    """A mistake of the catalogue by the row of the form that it comes from."""
    values = _problem_values(fault)
    sheets = texts()["sheets"]
    for pattern, sheet, rows in ((_TARGET, "targets", entries.target_rows), (_AREA, "areas", entries.area_rows)):
        if found := pattern.match(fault.key):
            place = int(found[1]) - (sheet == "areas")
            row = rows[place] if 0 <= place < len(rows) else None
            return PlanFault(sheets[sheet], row, found[2], "catalog", values)
    names = [target["target_id"] for target in entries.content["plans"][0]["targets"]]
    for name, row in zip(names, entries.target_rows, strict=True):
        if f".targets.{name}" in fault.key:
            column = fault.key.rsplit(".", 1)[-1]
            return PlanFault(sheets["targets"], row, None if column == name else column, "catalog", values)
    areas = entries.content["plans"][0]["areas"][1:]
    for area, row in zip(areas, entries.area_rows, strict=True):
        if fault.key.endswith(".areas") and fault.problem.startswith(f"{area['area_code']} "):
            return PlanFault(sheets["areas"], row, None, "catalog", values)
    return PlanFault(sheets["areas" if fault.key.endswith(".areas") else "plan"], None, fault.key, "catalog", values)


def _lines(content: str) -> dict[str, int]:
    """The line in which every key of a YAML file stands, by its dotted path; empty where it is no YAML."""
    try:
        root = yaml.compose(content)
    except yaml.YAMLError:
        return {}
    found: dict[str, int] = {}

    def walk(node: yaml.Node, path: str) -> None:
        found[path.removeprefix(".")] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                walk(value, f"{path}.{key.value}")
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                walk(value, f"{path}.{place}")
                for name in ("plan_id", "target_id", "indicator_id", "area_code"):
                    if isinstance(value, yaml.MappingNode):
                        named = [v.value for k, v in value.value if k.value == name]
                        if named:
                            walk(value, f"{path}.{named[0]}")
                            break

    if root is not None:
        walk(root, "")
    return found


def _line(lines: dict[str, int], key: str) -> int | None:
    """The line of a key, or of the nearest thing around it."""
    parts = key.split(".")
    return next((lines[".".join(parts[:n])] for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in lines), None)


def checked_in_words(checked: CheckedPlan, language: str) -> list[str]:
    """What became of a plan, one line a mistake."""
    if checked.faults:
        head = word("plan_form.refused", language, file=checked.name, number=len(checked.faults))
        return [head, *(f"  {fault.text(language)}" for fault in checked.faults)]
    key = "plan_form.checked" if checked.path is None else "plan_form.added"
    if not checked.plan_id:  # areas, indicators or tasks alone
        key += "_part"
    values = {"file": checked.name, "plan": checked.plan_id, "number": checked.targets, "path": checked.path or ""}
    return [word(key, language, **values)]


def plan_record(plan: CheckedPlan, *, keep: bool) -> dict[str, Any]:
    """What became of a plan, for programs."""
    return {
        "file": plan.name,
        "status": "refused" if plan.faults else "added" if keep else "checked",
        "plan_id": plan.plan_id,
        "path": str(plan.path) if plan.path else None,
        "faults": [
            {"sheet": fault.sheet, "row": fault.row, "column": fault.column, "rule": fault.rule}
            | {language: fault.text(language) for language in LANGUAGES}
            for fault in plan.faults
        ],
    }


def print_plans(plans: list[CheckedPlan]) -> None:
    """What became of each plan, in both languages."""
    for plan in plans:
        for language in LANGUAGES:
            print("\n".join(checked_in_words(plan, language)))
