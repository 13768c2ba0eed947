"""The command line: ``python -m etl COMMAND``. What it prints is for people; ``--json`` is for programs."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from etl import report
from etl.add import Statement, add_files, withdraw
from etl.build import build
from etl.form import FormKind
from etl.form_print import print_report_forms, print_targets_form
from etl.inbox import Event, Kind
from etl.publish import Builds
from etl.refusal import Refusal
from etl.sample import write_sample
from etl.template import DEFAULT_PLAN, write_reports, write_targets_form
from tracker.catalog import CatalogError, data_folder, for_data_folder

REFUSED = 1


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0 only when nothing was refused."""
    _survive_any_console()
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (Refusal, CatalogError) as refusal:
        report.print_refusal(refusal, options.json)
        return REFUSED


def _survive_any_console() -> None:
    """A GBK console cannot print every character; it gets a replacement, never a crash in mid-report."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl", description=report.say("cli.about"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=report.say(f"cli.{name}"))
        sub.add_argument("--json", action="store_true", help=report.say("cli.json"))
        sub.set_defaults(command=run)
        return sub

    for name in ("add", "check"):
        _add_statement(command(name, _add))
        commands.choices[name].set_defaults(keep=name == "add")
    sub = command("withdraw", _withdraw)
    sub.add_argument("file_id")
    sub.add_argument("--reason", required=True)
    sub.add_argument("--by", required=True)
    sub.add_argument("--reading", type=int)
    sub.add_argument("--undo", action="store_true", help=report.say("cli.undo"))
    command("files", _files)
    command("build", _build)
    command("builds", _builds)
    command("use", _use).add_argument("build_id")
    command("sample", _sample)
    sub = command("template", _template)
    sub.add_argument("kind", choices=get_args(FormKind), help=report.say("form.kind_option"))
    sub.add_argument("--area", help=report.say("form.area_option"))
    sub.add_argument("--all", action="store_true", dest="is_all", help=report.say("form.all_option"))
    sub.add_argument("--period", metavar="2025Q4", default="", help=report.say("form.report_option"))
    sub.add_argument("--plan", default=DEFAULT_PLAN, help=report.say("form.plan_option"))
    sub.add_argument("--out", type=Path, default=Path("templates"), help=report.say("form.out_option"))
    return parser


def _add_statement(sub: argparse.ArgumentParser) -> None:
    day = dt.date.fromisoformat
    sub.add_argument("files", nargs="+", metavar="FILE", help=report.say("cli.files_argument"))
    sub.add_argument("--tier")
    sub.add_argument("--event", choices=get_args(Event))
    sub.add_argument("--kind", choices=get_args(Kind))
    sub.add_argument("--batch")
    sub.add_argument("--cohort", type=int, dest="cohort_year")
    sub.add_argument("--reviewed-cohort", type=int)
    sub.add_argument("--document", dest="document_no")
    sub.add_argument("--on", type=day, dest="event_on", metavar="YYYY-MM-DD")
    sub.add_argument("--valid-from", type=day, metavar="YYYY-MM-DD")
    sub.add_argument("--valid-to", type=day, metavar="YYYY-MM-DD")
    sub.add_argument("--year-day", metavar="MM-DD", help=report.say("added.year_day_option"))
    sub.add_argument("--area", help=report.say("cli.area"))
    sub.add_argument("--excluding", action="append", default=[], help=report.say("cli.excluding"))
    sub.add_argument("--announced", action="append", default=[], help=report.say("cli.announced"))
    sub.add_argument("--sheet")
    sub.add_argument("--period", metavar="2025Q3", help=report.say("measure.period_option"))
    sub.add_argument("--unit", help=report.say("measure.unit_option"))
    sub.add_argument("--reason", help=report.say("measure.reason_option"))
    sub.add_argument("--final", action="store_true", dest="is_final", help=report.say("cli.final"))
    sub.add_argument("--replaces", metavar="FILE_ID")
    sub.add_argument("--issuer")
    sub.add_argument("--source")
    sub.add_argument("--received-from")
    sub.add_argument("--received-on", type=day, default=dt.date.today(), metavar="YYYY-MM-DD")


def _add(options: argparse.Namespace) -> int:
    fields = {name: getattr(options, name) for name in Statement.__dataclass_fields__}
    statement = Statement(**{**fields, "excluding": tuple(options.excluding), "announced": tuple(options.announced)})
    folder = data_folder()
    catalog = for_data_folder(folder)
    with tempfile.TemporaryDirectory() as scratch:
        paths = [_pasted(Path(scratch)) if name == "-" else Path(name) for name in options.files]
        results = add_files(paths, statement, folder, catalog, keep=options.keep)
    report.print_added(results, catalog, options.json)
    return 0 if all(result.is_clean for result in results) else REFUSED


def _pasted(folder: Path) -> Path:
    """Rows pasted from WPS or a page arrive on standard input as text."""
    path = folder / "pasted.tsv"
    path.write_bytes(sys.stdin.buffer.read())
    return path


def _withdraw(options: argparse.Namespace) -> int:
    sidecar = withdraw(
        options.file_id,
        data_folder(),
        by=options.by,
        reason=options.reason,
        reading_no=options.reading,
        undo=options.undo,
    )
    key = "cli.restored" if options.undo else "cli.withdrawn"
    report.print_line(key, options.json, file=sidecar.original_name, file_id=sidecar.file_id)
    return 0


def _files(options: argparse.Namespace) -> int:
    report.print_files(data_folder(), options.json)
    return 0


def _build(options: argparse.Namespace) -> int:
    folder = data_folder()
    report.print_built(build(folder), for_data_folder(folder), options.json)
    return 0


def _builds(options: argparse.Namespace) -> int:
    builds = Builds(data_folder())
    current = builds.current()
    if options.json:
        _print_json({"current": current, "builds": builds.all()})
    else:
        for build_id in builds.all():
            print(("* " if build_id == current else "  ") + build_id)
    return 0


def _use(options: argparse.Namespace) -> int:
    builds = Builds(data_folder())
    with builds.lock():
        builds.point_to(options.build_id)
    report.print_line("cli.in_force", options.json, build_id=options.build_id)
    return 0


def _sample(options: argparse.Namespace) -> int:
    folder = data_folder()
    results = write_sample(folder, for_data_folder(folder))
    report.print_line("cli.sample_written", options.json, number=len(results), folder=str(folder))
    return 0


def _template(options: argparse.Namespace) -> int:
    folder = data_folder()
    catalog = for_data_folder(folder)
    if options.kind == "targets":
        path = write_targets_form(folder, options.out, catalog, options.plan)
        print_targets_form(path, options.plan, catalog, options.json)
        return 0
    if bool(options.area) == options.is_all:
        raise Refusal("form.area_or_all", {})
    written = write_reports(folder, options.out, catalog, options.plan, options.period, options.area)
    print_report_forms(written, options.out, catalog, options.json)
    return 0


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, default=str))


if __name__ == "__main__":
    sys.exit(main())
