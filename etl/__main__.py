"""The command line: ``python -m etl COMMAND``. What it prints is for people; ``--json`` is for programs."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from etl import audit_log, report
from etl.add import withdraw
from etl.add_command import add, pasted
from etl.answers_command import add_answer_options, answer, questions
from etl.backup_command import (
    add_backup_options,
    add_restore_options,
    add_verify_options,
    run_backup,
    run_restore,
    run_verify,
)
from etl.build import build
from etl.builds_command import list_builds
from etl.compare_book import write_book
from etl.compare_file import compare_file
from etl.compare_print import print_comparison
from etl.completeness import accept
from etl.corrections_command import add_open_option, correct, corrections
from etl.corrections_form import write_corrections
from etl.effect import publish, try_out
from etl.effect_print import print_effect
from etl.engine import engine_of
from etl.form import FormKind
from etl.form_print import (
    print_activities_form,
    print_estimated_form,
    print_report_forms,
    print_targets_form,
    print_task_forms,
)
from etl.handover import add_handover_options, write_handover
from etl.inbox import Inbox
from etl.inputs import go_without
from etl.measure_form import write_task_forms
from etl.options import (
    add_correction_options,
    add_decision_options,
    add_effect_options,
    add_engine_options,
    add_load_options,
    add_statement_options,
)
from etl.own_areas import refuse_other, seen_areas
from etl.plan_form import write_plan_form
from etl.publish import Builds
from etl.refusal import Refusal
from etl.report_command import add_decide_options, add_report_options, decide, print_report
from etl.report_mark import add_mark_options, mark_reported
from etl.rights_command import add_rights_options, change_rights
from etl.sample import write_sample
from etl.target_grid import add_assign_options, assign
from etl.template import (
    DEFAULT_PLAN,
    plan_of,
    write_activities,
    write_estimated_form,
    write_reports,
    write_targets_form,
)
from etl.threshold_command import add_threshold_options, edit_threshold, list_thresholds
from etl.trace_command import add_trace_options, write_trace
from tracker import jobs
from tracker.catalog import CatalogError, data_folder, for_data_folder

REFUSED = 1
BEHIND_READERS = 10


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0 only when nothing was refused."""
    _survive_any_console()
    with jobs.attended():
        code = _answered(arguments)
        sys.stdout.flush()
        jobs.ended(code)
    return code


def _answered(arguments: list[str] | None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    try:
        options = _parser(is_brief="brief" in given[:1]).parse_args(given)
        command: Callable[[argparse.Namespace], int] = options.command
        code = command(options)
        sys.stdout.flush()
        if not audit_log.record(options.asked, options, sys.argv[1:] if arguments is None else arguments):
            return REFUSED
    except (Refusal, CatalogError) as refusal:
        report.print_refusal(refusal, as_json)
        return REFUSED
    except BrokenPipeError:
        # Whoever read the output (``| head``) has enough; what is left to print goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as fault:
        where = Path(str(fault.filename or data_folder())).name
        report.print_refusal(Refusal("add.disk", {"file": where, "detail": fault.strerror or str(fault)}), as_json)
        return REFUSED
    return code


def _survive_any_console() -> None:
    """A GBK console cannot print every character; it gets a replacement, never a crash in mid-report."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _parser(*, is_brief: bool = False) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl", description=report.say("cli.about"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=report.say(f"cli.{name}"))
        sub.add_argument("--json", action="store_true", help=report.say("cli.json"))
        sub.set_defaults(command=run, asked=name)
        return sub

    for name in ("add", "check"):
        add_statement_options(command(name, add))
        add_load_options(commands.choices[name], keep=name == "add")
        commands.choices[name].set_defaults(keep=name == "add")
    for name, run in (("withdraw", _withdraw), ("accept", _accept)):
        sub = command(name, run)
        sub.add_argument("file_id", metavar="FILE_ID", help=report.say("cli.file_id"))
        sub.add_argument("--reading", type=int, help=report.say("cli.reading"))
        add_decision_options(sub)
    add_effect_options(commands.choices["withdraw"])
    commands.choices["withdraw"].add_argument("--undo", action="store_true", help=report.say("cli.undo"))
    add_correction_options(command("correct", correct))
    add_open_option(command("corrections", corrections))
    command("questions", questions)
    add_answer_options(command("answer", answer))
    command("files", _files)
    sub = command("build", _build)
    sub.add_argument("--without-lost", action="store_true", help=report.say("cli.without_lost"))
    sub.add_argument("--by", help=report.say("cli.by"))
    sub.add_argument("--reason", help=report.say("cli.reason"))
    add_engine_options(sub)
    command("builds", list_builds)
    sub = command("use", _use)
    sub.add_argument("build_id")
    sub.add_argument("--by", help=report.say("cli.by"))
    sub.add_argument("--reason", help=report.say("cli.reason"))
    add_mark_options(command("report-mark", mark_reported))
    add_backup_options(command("backup", run_backup))
    add_restore_options(command("restore", run_restore))
    add_verify_options(command("verify", run_verify))
    command("sample", _sample)
    add_report_options(command("report", print_report))
    add_decide_options(command("decide", decide))
    sub = command("brief", _brief)
    if is_brief:
        # Documents and their pictures take a third of the time in which every command starts.
        from etl.brief_command import add_brief_options

        add_brief_options(sub)
    add_rights_options(command("rights", change_rights))
    add_threshold_options(command("threshold", edit_threshold))
    command("thresholds", list_thresholds)
    add_assign_options(command("assign", assign))
    add_handover_options(command("handover", write_handover))
    add_trace_options(command("trace", write_trace))
    sub = command("template", _template)
    sub.add_argument("kind", choices=(*get_args(FormKind), "plan"), help=report.say("form.kind_option"))
    sub.add_argument("--area", help=report.say("form.area_option"))
    sub.add_argument("--unit", help=report.say("tasks.unit_option"))
    sub.add_argument("--all", action="store_true", dest="is_all", help=report.say("form.all_option"))
    sub.add_argument("--period", metavar="2025Q4", default="", help=report.say("form.report_option"))
    sub.add_argument("--estimate", action="store_true", dest="is_estimated", help=report.say("allocation.option"))
    sub.add_argument("--plan", default=DEFAULT_PLAN, help=report.say("form.plan_option"))
    sub.add_argument("--out", type=Path, default=Path("templates"), help=report.say("form.out_option"))
    sub = command("compare", _compare)
    sub.add_argument("file", metavar="FILE", help=report.say("compare.file_option"))
    sub.add_argument("--tier", required=True, help=report.say("compare.tier_option"))
    sub.add_argument("--area", required=True, help=report.say("compare.area_option"))
    sub.add_argument("--as-of", metavar="2025-12", help=report.say("compare.as_of_option"))
    sub.add_argument("--out", type=Path, help=report.say("compare.out_option"))
    return parser


def _brief(options: argparse.Namespace) -> int:
    from etl.brief_command import brief

    return brief(options)


def _withdraw(options: argparse.Namespace) -> int:
    folder = data_folder()
    stated = {"by": options.by, "reason": options.reason, "reading_no": options.reading, "undo": options.undo}
    if options.effect:
        effect = try_out(folder, lambda scratch, _: withdraw(options.file_id, scratch, **stated))
        print_effect(effect, for_data_folder(folder), options.json)
        return 0
    if options.is_built:
        jobs.take_turn()
    try:
        sidecar = withdraw(options.file_id, folder, **stated)
    except Refusal as refusal:
        # Pressed twice, or again after a crash: what was decided stands, and is still to be published.
        if not options.is_built or refusal.code not in ("inbox.already_withdrawn", "inbox.not_withdrawn"):
            raise
        sidecar = Inbox(folder).find(options.file_id)
    key = "cli.restored" if options.undo else "cli.withdrawn"
    said = {"file": sidecar.original_name, "file_id": sidecar.file_id}
    built = publish(folder) if options.is_built else None
    if built is not None and options.json:
        _print_json(said | {"build": report.built_record(built)})
        return 0
    report.print_line(key, options.json, **said)
    if built is not None:
        report.print_built(built, for_data_folder(folder), as_json=False)
    return 0


def _accept(options: argparse.Namespace) -> int:
    sidecar, readings = accept(
        options.file_id, data_folder(), by=options.by, reason=options.reason, reading_no=options.reading
    )
    named = {"file": sidecar.original_name, "file_id": sidecar.file_id, "readings": readings, "by": options.by}
    report.print_line("cli.accepted", options.json, **named)
    return 0


def _files(options: argparse.Namespace) -> int:
    folder = data_folder()
    report.print_files(folder, for_data_folder(folder), options.json)
    return 0


def _build(options: argparse.Namespace) -> int:
    folder, engine = data_folder(), engine_of(options.engine, options.spark_master, options.spark_folder)
    if options.without_lost:
        if not ((options.by or "").strip() and (options.reason or "").strip()):
            raise Refusal("build.without_whom", {})
        go_without(folder, options.by, options.reason)
    jobs.take_turn()
    report.print_built(build(folder, engine), for_data_folder(folder), options.json)
    return 0


def _use(options: argparse.Namespace) -> int:
    builds = Builds(data_folder())
    with builds.lock():
        before = builds.current()
        builds.point_to(options.build_id)
        builds.record_move(before, options.build_id, options.by or "", options.reason or "")
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
    if seen_areas():
        # Of all forms these alone are made for one area and hold nothing of another.
        refuse_other(options.kind, [options.area if options.kind in ("report", "activities") else None], catalog)
    if options.kind == "plan":
        report.print_line("plan_form.written", options.json, path=str(write_plan_form(options.out, catalog)))
        return 0
    if options.kind == "corrections":
        plan = plan_of(options.plan, catalog)
        path, rows = write_corrections(folder, options.out, plan, catalog)
        report.print_line("correction.form_written", options.json, path=str(path), rows=rows)
        return 0
    if options.kind == "targets" and options.is_estimated:
        estimated = write_estimated_form(folder, options.out, catalog, options.plan)
        print_estimated_form(estimated, options.plan, catalog, options.json)
        return 0
    if options.kind == "targets":
        path = write_targets_form(folder, options.out, catalog, options.plan)
        print_targets_form(path, options.plan, catalog, options.json)
        return 0
    if options.kind == "tasks":
        if bool(options.unit) == options.is_all:
            raise Refusal("form.unit_or_all", {})
        plan = plan_of(options.plan, catalog)
        print_task_forms(write_task_forms(folder, options.out, plan, catalog, options.unit), options.out, options.json)
        return 0
    if options.kind == "activities":
        path = write_activities(options.out, catalog, options.plan, options.area)
        print_activities_form(path, options.json)
        return 0
    if bool(options.area) == options.is_all:
        raise Refusal("form.area_or_all", {})
    written = write_reports(folder, options.out, catalog, options.plan, options.period, options.area)
    print_report_forms(written, options.out, catalog, options.json)
    return 0


def _compare(options: argparse.Namespace) -> int:
    folder = data_folder()
    catalog = for_data_folder(folder)
    with tempfile.TemporaryDirectory() as scratch:
        path = pasted(Path(scratch)) if options.file == "-" else Path(options.file)
        compared = compare_file(path, options.tier, options.area, options.as_of, folder, catalog)
        written = write_book(options.out, path, compared, catalog)
    print_comparison(compared, written, catalog, options.json)
    return REFUSED if compared.result.counts["unreadable"] else 0


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, default=str))


if __name__ == "__main__":
    # Readers come first: a build beside the pages may take longer. Windows has no such call.
    if hasattr(os, "nice"):
        os.nice(BEHIND_READERS)
    sys.exit(main())
