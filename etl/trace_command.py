"""``python -m etl trace``: a number of any kept build as a workbook of names and rows, with the files they stand in."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

from etl.file_names import clean_names
from etl.inbox import Inbox, Sidecar
from etl.refusal import Refusal
from etl.report import say
from etl.report_command import Asked, asked_of
from etl.template import DEFAULT_PLAN
from tracker import export, warehouse
from tracker.catalog import data_folder
from tracker.text import LANGUAGES, word
from tracker.trace import Trace, trace


def add_trace_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``trace``."""
    sub.add_argument("--build", metavar="BUILD_ID", help=say("notice.build_option"))
    sub.add_argument("--plan", default=DEFAULT_PLAN, help=say("notice.plan_option"))
    sub.add_argument("--target", required=True, help=say("trace.target_option"))
    sub.add_argument("--area", help=say("trace.area_option"))
    sub.add_argument("--as-of", type=_month, metavar="2025-12", help=say("notice.as_of_option"))
    sub.add_argument("--lang", choices=LANGUAGES, default="zh")
    sub.add_argument("--out", type=Path, default=Path("trace"), help=say("trace.out_option"))


def _month(text: str) -> dt.date:
    """A month (2025-12) or a day of it."""
    return dt.date.fromisoformat(text if len(text) > len("2025-12") else f"{text}-01")


def write_trace(options: argparse.Namespace) -> int:
    """Write the workbook and the original files into a folder, or a zip where ``--out`` ends in .zip.

    Raises:
        Refusal: where there is no such build, plan, target, area or month, or the build cannot be read.
    """
    try:
        asked = asked_of(options)
        plans = warehouse.query(asked.build_id, "plans", language="en")
        whole = dict(plans.select("plan_id", "area_code").iter_rows())[asked.plan_id]
        area_code = asked.area_code or whole
        found = trace(asked.build_id, asked.plan_id, options.target, area_code, asked.as_of, asked.language)
    except warehouse.BuildUnreadable as fault:
        raise Refusal("notice.unreadable_build", {"build_id": options.build or "–"}) from fault
    if found is None:
        known = warehouse.query(asked.build_id, "rule_targets", plan_id=asked.plan_id)["target_id"].unique().sort()
        raise Refusal("trace.unknown_target", {"target": options.target, "known": "、".join(known)})
    if found.value is None:
        raise Refusal("trace.no_number", {"target": options.target, "area": area_code, "on": asked.as_of})
    files = _originals(found.file_ids)
    name = word("trace.file", asked.language, target=options.target, area=area_code, as_of=f"{asked.as_of:%Y-%m}")
    book = export.workbook(found.sheets, [*found.said, *_missing(found, files, asked)])
    _write(options.out, f"{name}.xlsx", book, files, word("trace.folder", asked.language))
    said = {
        "out": str(options.out),
        "value": found.value,
        "total": found.total,
        "adds_up": found.adds_up,
        "files": [file for file, _ in files],
        "build_id": asked.build_id,
    }
    print(json.dumps(said, ensure_ascii=False) if options.json else say("trace.written", number=len(files), **said))
    return 0


def _originals(file_ids: Iterable[str]) -> list[tuple[str, Path]]:
    """The files of the inbox under their cleaned original names, withdrawn and replaced ones included."""
    inbox = Inbox(data_folder())
    sidecars: list[Sidecar] = [found for code in file_ids if (found := inbox.get(code)) is not None]
    there = [sidecar for sidecar in sidecars if inbox.original(sidecar.file_id).is_file()]
    names = clean_names([sidecar.original_name for sidecar in there])
    return [(name, inbox.original(sidecar.file_id)) for name, sidecar in zip(names, there, strict=True)]


def _missing(found: Trace, files: list[tuple[str, Path]], asked: Asked) -> list[str]:
    """What to say of files that the inbox no longer holds."""
    number = len(found.file_ids) - len(files)
    return [word("trace.files_missing", asked.language, number=number)] if number else []


def _write(out: Path, book_name: str, book: bytes, files: list[tuple[str, Path]], folder: str) -> None:
    if out.suffix.lower() == ".zip":
        out.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(book_name, book)
            for name, path in files:
                archive.write(path, f"{folder}/{name}")
        return
    (out / folder).mkdir(parents=True, exist_ok=True)
    (out / book_name).write_bytes(book)
    for name, path in files:
        (out / folder / name).write_bytes(path.read_bytes())
