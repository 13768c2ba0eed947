"""``python -m etl builds``: every build, which is in force, and which are kept because a meeting saw them."""

from __future__ import annotations

import argparse
import json

from etl.publish import Builds
from etl.report import LANGUAGE, say
from tracker import office, office_store
from tracker.catalog import data_folder
from tracker.office import Reported
from tracker.text import day


def list_builds(options: argparse.Namespace) -> int:
    """Print the builds, oldest first; the one in force has a star."""
    builds = Builds(data_folder())
    current, known = builds.current(), builds.all()
    try:
        marks = [mark for mark in office.reported() if mark.build_id in known]
        kept = office.builds_to_keep(data_folder()) if office_store.store_exists() else set()
        fault = None
    except office_store.OfficeError as unreadable:
        marks, kept, fault = [], set(), f"{type(unreadable).__name__} {unreadable}".strip()
    if options.json:
        found = {
            "current": current,
            "builds": known,
            "kept": sorted(kept & set(known)),
            "reported": [_codes(mark) for mark in marks],
            "office_unreadable": fault,
            "moves": [move.model_dump(mode="json") for move in builds.moves()],
        }
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return 0
    for build_id in known:
        line = f"{'*' if build_id == current else ' '} {build_id}  {_why_kept(build_id, marks, kept)}"
        print(line.rstrip())
    if fault is not None:
        print(say("builds_list.unreadable", reason=fault))
    return 0


def _why_kept(build_id: str, marks: list[Reported], kept: set[str]) -> str:
    """The meetings at which a build was reported, or that a recent meeting used it; empty for any other."""
    own = [mark for mark in marks if mark.build_id == build_id]
    meetings = [
        say("builds_list.meeting", meeting=mark.meeting, day=day(mark.held_on, LANGUAGE), plan=mark.plan_id)
        for mark in own
    ]
    if meetings:
        return say("builds_list.reported", meetings="；".join(meetings))
    return say("builds_list.kept") if build_id in kept else ""


def _codes(mark: Reported) -> dict[str, str]:
    return {
        "build_id": mark.build_id,
        "plan_id": mark.plan_id,
        "as_of": mark.as_of.isoformat(),
        "meeting": mark.meeting,
        "held_on": mark.held_on.isoformat(),
        "marked_by": mark.marked_by,
    }
