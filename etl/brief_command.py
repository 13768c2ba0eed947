"""``python -m etl brief``: the documents of a plan, of some areas, or of each area in one go."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.add_reading import area_of
from etl.refusal import Refusal
from etl.report import say
from etl.report_command import Asked, asked_of, month_within, months_of
from etl.template import DEFAULT_PLAN
from tracker import office, office_store, warehouse
from tracker.briefing.content import NoTargets, content
from tracker.briefing.documents import ENDINGS, checked_template, made
from tracker.briefing.images import KINDS, ImagesRefused
from tracker.briefing.named import restored
from tracker.briefing.package import package, pictures
from tracker.briefing.selection import Selection
from tracker.briefing.templates import TemplateRefused
from tracker.text import LANGUAGES, word


def add_brief_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``brief``."""
    day = dt.date.fromisoformat
    sub.add_argument("--plan", help=say("notice.plan_option"))
    sub.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help=say("notice.as_of_option"))
    areas = sub.add_mutually_exclusive_group()
    areas.add_argument("--area", help=say("notice.area_option"))
    areas.add_argument("--each-area", action="store_true", help=say("brief.each_area_option"))
    for kind in ENDINGS:
        sub.add_argument(f"--{kind}", action="append_const", dest="kinds", const=kind, help=say(f"brief.{kind}_option"))
    sub.add_argument("--all", action="store_const", dest="kinds", const=list(ENDINGS), help=say("brief.all_option"))
    sub.add_argument("--images", action="append", choices=KINDS, default=[], help=say("brief.images_option"))
    sub.add_argument("--zip", action="store_true", help=say("brief.zip_option"))
    sub.add_argument("--name", help=say("brief.name_option"))
    sub.add_argument(
        "--template", type=Path, action="append", default=[], metavar="FILE", help=say("brief.template_option")
    )
    sub.add_argument("--build", metavar="BUILD_ID", help=say("notice.build_option"))
    sub.add_argument("--since", type=day, metavar="YYYY-MM-DD", help=say("brief.since_option"))
    sub.add_argument("--forecast", action="store_true", help=say("brief.forecast_option"))
    for name in ("title", "unit", "issue", "paragraph"):
        sub.add_argument(f"--{name}", help=say(f"brief.{name}_option"))
    sub.add_argument("--lang", choices=LANGUAGES)
    sub.add_argument("--out", type=Path, default=Path("briefings"), help=say("brief.out_option"))


def brief(options: argparse.Namespace) -> int:
    """Write the documents that were asked for. Returns 0: areas without a task are named and no fault.

    Raises:
        Refusal: where there is no such build, plan, month, area, name or template, nothing to write about, or where
            pictures cannot be made; the documents are then written all the same.
    """
    try:
        return _brief(options)
    except warehouse.BuildUnreadable as fault:
        raise Refusal("notice.unreadable_build", {"build_id": str(fault)}) from fault
    except ImagesRefused as fault:
        raise Refusal(f"images.{fault.reason}") from fault
    except office_store.OfficeError as fault:
        raise Refusal("brief.office", {"file": "office.sqlite"}) from fault


def _brief(options: argparse.Namespace) -> int:
    stored = _stored(options.name)
    options.plan = options.plan or stored.get("plan_id") or DEFAULT_PLAN
    options.lang = options.lang or stored.get("language") or LANGUAGES[0]
    asked = asked_of(options)
    selection = _selection(asked, stored, options)
    templates = _templates(options.template)
    kinds = list(dict.fromkeys(options.kinds or ENDINGS))
    options.out.mkdir(parents=True, exist_ok=True)
    selections = list(_each(asked, selection)) if options.each_area else [selection]
    files, skipped = [], []
    refused: ImagesRefused | None = None
    for place, one in enumerate(selections, start=1):
        try:
            found = content(one)
        except NoTargets as fault:
            if not options.each_area:
                raise Refusal("notice.no_task", {"plan": asked.plan_id, "area": str(fault)}) from fault
            skipped.append(str(fault))
            continue
        written = dict(made(found, kind, templates) for kind in kinds)
        try:
            written |= pictures(found, options.images)
        except ImagesRefused as fault:
            refused = fault  # of pictures only: the documents are written all the same
        if options.zip:
            written = dict([package(found, written)])
        for name, document in written.items():
            (options.out / name).write_bytes(document)
            files.append(str(options.out / name))
            if not options.json:
                print(say("brief.written", place=place, total=len(selections), file=options.out / name), flush=True)
    _print_end(asked, files, skipped, options.json)
    if refused is not None:
        raise refused
    return 0


def _stored(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    known = {briefing.name: dict(briefing.selection) for briefing in office.briefings()}
    if name not in known:
        raise Refusal("brief.unknown_name", {"name": name, "known": "、".join(known) or "–"})
    return known[name]


def _selection(asked: Asked, stored: dict[str, Any], options: argparse.Namespace) -> Selection:
    """The stored selection where there is one; what the options say goes before it."""
    own = {name: getattr(options, name) for name in ("title", "unit", "issue", "paragraph")}
    stated: dict[str, Any] = {name: value for name, value in own.items() if value is not None}
    stated |= {"plan_id": asked.plan_id, "language": asked.language}
    if options.area:
        stated["area_codes"] = (asked.area_code,)
    if options.since:
        stated["compared_with"] = month_within(options.since, months_of(asked.build_id, asked.plan_id))
        if stated["compared_with"] >= asked.as_of:
            raise Refusal("notice.since_later", {"since": stated["compared_with"], "on": asked.as_of})
    if options.forecast:
        stated["with_forecast"] = True
    kept = stored or {"plan_id": asked.plan_id}
    return replace(restored(kept, asked.as_of, asked.build_id), **stated)


def _each(asked: Asked, selection: Selection) -> Iterator[Selection]:
    """The selection of each area below the whole, in administrative order."""
    areas = warehouse.query(asked.build_id, "areas", plan_id=asked.plan_id, language=asked.language)
    for code, group in areas.select("area_code", "rank_group").iter_rows():
        if group != "total":
            yield replace(selection, area_codes=(area_of("--area", code, asked.catalog) or code,))


def _templates(files: list[Path]) -> dict[str, bytes]:
    """The unit's own templates by kind of document, known to be fillable."""
    found: dict[str, bytes] = {}
    for file in files:
        if not file.is_file():
            raise Refusal("brief.template_missing", {"file": file})
        template = file.read_bytes()
        try:
            kind = checked_template(file.name, template)
        except TemplateRefused as fault:
            raise Refusal(f"brief.template_{fault.reason}", {"file": file}) from fault
        if kind in found:
            raise Refusal("brief.template_twice", {"file": file})
        found[kind] = template
    return found


def _print_end(asked: Asked, files: list[str], skipped: list[str], as_json: bool) -> None:
    if as_json:
        said = {"build_id": asked.build_id, "as_of": asked.as_of, "files": files, "without_task": skipped}
        print(json.dumps(said, ensure_ascii=False, default=str))
    elif skipped:
        print(say("brief.without_task", areas=word("app.list_separator", asked.language).join(skipped)))
