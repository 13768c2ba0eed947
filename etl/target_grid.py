"""``python -m etl assign``: the tasks of one target by area and year, typed in a grid, kept as the form that they are.

What is typed is written into a decomposition form and added like any other: one path, one check, one record. A
document hands tasks down once, so a second grid of the same document takes the cells of the first along and replaces
its file, which is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etl.add import Statement, add_files
from etl.form import words
from etl.inbox import Inbox, Sidecar
from etl.options import day_of
from etl.refusal import Refusal
from etl.report import say
from etl.report_added import added_record, print_added
from etl.sandbox import parse
from etl.target_form import Answers, write_targets
from etl.target_tasks import targets_of_year, year_sheet, years
from etl.targets import Document, judge_targets
from etl.template import DEFAULT_PLAN, plan_of
from tracker.catalog import Catalog, data_folder, for_data_folder
from tracker.catalog_models import Code, Plan

Cells = dict[tuple[str, Code, Code], float | str]


def add_assign_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``assign``."""
    sub.add_argument("file", metavar="FILE.json", help=say("assign.file_option"))
    sub.add_argument("--plan", default=DEFAULT_PLAN, help=say("form.plan_option"))
    sub.add_argument("--target", required=True, help=say("trace.target_option"))
    sub.add_argument("--document", required=True, help=say("cli.document"))
    sub.add_argument("--on", required=True, type=day_of("--on"), metavar="YYYY-MM-DD", help=say("assign.on_option"))
    sub.add_argument("--by", required=True, help=say("assign.by_option"))
    sub.add_argument("--received-from", help=say("cli.received_from"))


def assign(options: argparse.Namespace) -> int:
    """Take the tasks of a target in: ``{"2025": {"320706": 8, "320722": "不考核"}}``.

    Raises:
        Refusal: where plan, target, year or area is not known, or the text is no such JSON.
    """
    folder = data_folder()
    catalog = for_data_folder(folder)
    plan = plan_of(options.plan, catalog)
    text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
    cells = dict(_cells(text, plan, options.target))
    document = Document(options.document.strip(), options.on, options.by.strip())
    earlier = _same_document(document, plan, Inbox(folder))
    kept = cells_of(earlier, folder, catalog) if earlier else {}
    is_demo = any(sidecar.is_demo for sidecar in Inbox(folder).sidecars())
    statement = Statement(
        received_from=options.received_from or options.by, replaces=earlier.file_id if earlier else None
    )
    with TemporaryDirectory() as scratch:
        path = write_targets(Path(scratch), plan, catalog, None, Answers(document, kept | cells))
        results = add_files([path], statement, folder, catalog, keep=False, is_demo=is_demo)
        # A grid is corrected where it is typed: with one bad cell nothing of it is kept.
        if all(result.is_clean for result in results):
            results = add_files([path], statement, folder, catalog, keep=True, is_demo=is_demo)
    if options.json:
        print(json.dumps([added_record(result) for result in results], ensure_ascii=False, default=str))
    else:
        print_added(results, catalog)
    return 0 if all(result.is_clean for result in results) else 1


def _cells(text: str, plan: Plan, target_id: str) -> Iterator[tuple[tuple[str, Code, Code], float | str]]:
    try:
        content: dict[str, dict[str, Any]] = json.loads(text)
        stated = [(int(year), area, value) for year, row in content.items() for area, value in row.items()]
    except (ValueError, AttributeError) as fault:
        raise Refusal("assign.no_json", {"detail": str(fault)}) from fault
    areas = [unit.area_code for unit in plan.areas if unit.is_summed]
    for year, area, value in stated:
        if year not in years(plan) or target_id not in targets_of_year(plan, year):
            raise Refusal("assign.no_task", {"target": target_id, "year": year, "plan": plan.short.zh})
        if area not in areas:
            raise Refusal("form.area_not_in_plan", {"area": area, "plan": plan.short.zh, "known": "、".join(areas)})
        if value is not None:
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            yield (year_sheet(year), target_id, area), value if is_number else str(value)


def _same_document(document: Document, plan: Plan, inbox: Inbox) -> Sidecar | None:
    """The file that counts and states the same document already."""
    mine = ("targets", plan.area_code, document.document_no, document.decided_on)
    for sidecar in inbox.counting():
        for reading in sidecar.active_readings():
            if (reading.kind, reading.area_code, reading.document_no, reading.event_on) == mine:
                return sidecar
    return None


def cells_of(sidecar: Sidecar, folder: Path, catalog: Catalog) -> Cells:
    """What a form that was taken in states, cell by cell."""
    original = Inbox(folder).original(sidecar.file_id)
    parsed = parse(original, sidecar.original_name, folder / "parsed", tuple(catalog.headers.values()))
    exempt = str(words()["targets"]["exempt"])
    rows = judge_targets(parsed.folder, catalog).accepted.iter_rows(named=True)
    return {
        (row["sheet"], row["target_id"], row["area_code"]): exempt if row["value"] is None else row["value"]
        for row in rows
    }
