"""``python -m etl add`` and ``check``: files with what is stated of each, tried, annotated, or added and published."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from etl import report
from etl.add import Added, Statement, add_files
from etl.annotate import Read, read_file, write_annotated
from etl.build import Built
from etl.effect import publish, try_out
from etl.effect_print import print_effect
from etl.options import add_statement_options
from etl.own_areas import refuse_other
from etl.plan_add import CheckedPlan, plan_file, plan_record, print_plans, take_plan
from etl.refusal import Refusal
from etl.report_added import added_record, print_added
from etl.seen import seen
from tracker import jobs
from tracker.catalog import Catalog, data_folder, for_data_folder
from tracker.uploads import clean_label

_REFUSED = 1


@dataclass
class Entry:
    """Files of which the same is stated. ``number``: their place among the entries of ``--stated``.

    ``members``: what is stated of single files of an archive instead, by their names in it.
    """

    number: int
    paths: list[Path]
    statement: Statement
    members: dict[str, Statement] = field(default_factory=dict)
    plans: list[CheckedPlan] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether a file as a whole was not taken; refused rows of a list that was taken are another matter."""
        return any(a.status == "refused" for a in self.added) or any(plan.faults for plan in self.plans)

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all was refused."""
        return all(a.is_clean for a in self.added) and not any(plan.faults for plan in self.plans)


def add(options: argparse.Namespace) -> int:
    """Check the files, or keep them; beside that what the options ask for."""
    folder = data_folder()
    catalog = for_data_folder(folder)
    if not options.files and options.stated is None:
        raise Refusal("desk.no_files", {})
    effect: dict[str, Any] | None = None
    built: Built | None = None
    if options.keep and options.is_built:
        # Before anything is added: else the build of whoever is first would hold the files of those who wait.
        jobs.take_turn()
    with _entries(options) as entries:
        is_first_tried = not options.keep or options.is_built
        if is_first_tried:
            jobs.tell("checking")
            _take(entries, folder, catalog, keep=False)
        is_refused = any(entry.is_refused for entry in entries)
        if options.keep and not (options.is_built and is_refused):
            # Published together or not at all: a meeting must not see half of what somebody meant to load.
            _take(entries, folder, catalog, keep=True)
            is_refused = any(entry.is_refused for entry in entries)
            built = publish(folder) if options.is_built and not is_refused else None
        elif not options.keep and options.effect and not is_refused:
            effect = try_out(folder, lambda scratch, known: _take(_copies(entries), scratch, known, keep=True))
        copies: dict[Read, Path] = {}
        if not options.keep and options.annotate:
            sources = [path for entry in entries for path in entry.paths]
            checked = [added for entry in entries for added in entry.added]
            copies = write_annotated(options.annotate, checked, sources, options.language)
        _say(entries, effect, built, copies, options, catalog)
    return 0 if all(entry.is_clean for entry in entries) and not is_refused else _REFUSED


@contextmanager
def _entries(options: argparse.Namespace) -> Iterator[list[Entry]]:
    """The files of the command line, and those of ``--stated``, each under its own name."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = [pasted(Path(scratch)) if name == "-" else Path(name) for name in options.files]
        entries = [Entry(0, paths, statement_of(options))] if paths else []
        for number, given in enumerate(_given(options.stated)):
            place = Path(scratch) / str(number)
            place.mkdir()
            path = _named(Path(given["file"]), given.get("name"), place)
            try:
                members = {name: _statement(options) for name, options in given.get("members", {}).items()}
                entries.append(Entry(number, [path], _statement(given.get("options", [])), members))
            except Refusal as refusal:
                refused = [Added(path.name, "refused", refusal=refusal)]
                entries.append(Entry(number, [], Statement(), added=refused))
        yield entries


def _given(path: Path | None) -> list[dict[str, Any]]:
    if path is None:
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, list) or any("file" not in entry for entry in found):
            raise ValueError("no list of files")
    except (OSError, ValueError) as fault:
        raise Refusal("desk.bad_stated", {"file": str(path), "detail": str(fault)}) from fault
    return found


def _named(path: Path, name: str | None, place: Path) -> Path:
    """The file under the name that it came with, which says what it is."""
    if not name or not path.is_file():
        return path
    named = place / clean_label(name)
    try:
        os.link(path, named)
    except OSError:  # another file system
        shutil.copyfile(path, named)
    return named


def _statement(options: Sequence[str]) -> Statement:
    return statement_of(_stated_parser().parse_args(["-", *options]))


def _stated_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    add_statement_options(parser)
    return parser


def statement_of(options: argparse.Namespace) -> Statement:
    """What the options state about files."""
    fields = {name: getattr(options, name) for name in Statement.__dataclass_fields__}
    lists = {name: tuple(fields[name]) for name in ("excluding", "announced", "mapping")}
    return Statement(**{**fields, **lists})


def pasted(folder: Path) -> Path:
    """Rows pasted from WPS or a page arrive on standard input as text."""
    path = folder / "pasted.tsv"
    path.write_bytes(sys.stdin.buffer.read())
    return path


def _take(entries: list[Entry], folder: Path, catalog: Catalog, *, keep: bool) -> None:
    for entry in filter(lambda entry: entry.paths, entries):
        plans = [path for path in entry.paths if path.is_file() and plan_file(path, folder, catalog)]
        others = [path for path in entry.paths if path not in plans]
        look = None if keep else partial(seen, data_folder=folder, catalog=catalog)
        entry.added = add_files(others, entry.statement, folder, catalog, keep=keep, members=entry.members, look=look)
        try:
            refuse_other(plans[0].name if plans else "", [None] * len(plans), catalog)
            entry.plans = [take_plan(path, folder, catalog, keep=keep) for path in plans]
        except Refusal as refusal:
            entry.added += [Added(path.name, "refused", refusal=refusal) for path in plans]


def _copies(entries: list[Entry]) -> list[Entry]:
    return [Entry(entry.number, entry.paths, entry.statement, entry.members) for entry in entries]


def _say(
    entries: list[Entry],
    effect: dict[str, Any] | None,
    built: Built | None,
    copies: Mapping[Read, Path],
    options: argparse.Namespace,
    catalog: Catalog,
) -> None:
    if not options.json:
        if plans := [plan for entry in entries for plan in entry.plans]:
            print_plans(plans)
        print_added([added for entry in entries for added in entry.added], catalog)
        if effect is not None:
            print_effect(effect, catalog, as_json=False)
        if built is not None:
            report.print_built(built, catalog, as_json=False)
        if copies:
            print("\n".join(map(str, copies.values())))
        return
    files = [record for entry in entries for record in _records(entry, copies, options)]
    # One document, whatever the files are; what is asked beside them makes it an object.
    content: Any = files
    if not options.keep and options.effect:
        content = {"files": files, "effect": effect}
    if options.keep and options.is_built:
        content = {"files": files, "build": None if built is None else report.built_record(built)}
    print(json.dumps(content, ensure_ascii=False, default=str))


def _records(entry: Entry, copies: Mapping[Read, Path], options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    of_entry = {"entry": entry.number} if options.stated else {}
    for plan in entry.plans:
        yield of_entry | plan_record(plan, keep=options.keep)
    for added in entry.added:
        record = added_record(added)
        copy = {"annotated": str(copies[read_file(added)])} if read_file(added) in copies else {}
        yield of_entry | record | ({"seen": added.seen} if added.seen else {}) | copy
