"""``python -m etl report-mark``: a build's numbers were reported at a meeting, and the build is kept from then on."""

from __future__ import annotations

import argparse
import datetime as dt

from etl.options import day_of
from etl.publish import Builds
from etl.refusal import Refusal
from etl.report import print_line, say
from etl.template import DEFAULT_PLAN
from tracker import office, office_store
from tracker.catalog import data_folder


def add_mark_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``report-mark``."""
    sub.add_argument("build_id", metavar="BUILD_ID")
    sub.add_argument("--plan", default=DEFAULT_PLAN, help=say("notice.plan_option"))
    sub.add_argument("--as-of", type=day_of("--as-of"), metavar="YYYY-MM-DD", help=say("meeting_mark.as_of_option"))
    sub.add_argument("--meeting", help=say("meeting_mark.meeting_option"))
    sub.add_argument("--on", type=day_of("--on"), metavar="YYYY-MM-DD", help=say("meeting_mark.on_option"))
    sub.add_argument("--by", required=True, help=say("cli.by"))
    sub.add_argument("--undo", action="store_true", help=say("meeting_mark.undo_option"))


def mark_reported(options: argparse.Namespace) -> int:
    """Mark a build as reported at a meeting, or take its marks back."""
    build_id: str = options.build_id
    builds = Builds(data_folder())
    if build_id not in builds.all():
        raise Refusal("build.unknown", {"build_id": build_id, "known": "、".join(builds.all()) or "–"})
    as_of: dt.date | None = options.as_of
    try:
        if options.undo:
            taken_back = office.unmark_reported(build_id, options.by)
            print_line("meeting_mark.undone", options.json, build_id=build_id, number=taken_back)
            return 0
        if as_of is None or options.on is None or not (options.meeting or "").strip():
            raise Refusal("mark.incomplete", {})
        office.mark_reported(build_id, options.plan, as_of, options.meeting, options.on, options.by)
    except office_store.OfficeError as fault:
        raise Refusal("mark.office", {"detail": f"{type(fault).__name__} {fault}".strip()}) from fault
    print_line("meeting_mark.marked", options.json, build_id=build_id, meeting=options.meeting)
    return 0
