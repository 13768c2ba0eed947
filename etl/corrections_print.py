"""What the command line says of corrections: each record with what became of it in the build in force."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.corrections import Correction, correction_book
from etl.corrections_place import place_text
from etl.inbox import Inbox
from etl.own_areas import is_seen, is_seen_file
from etl.publish import Builds
from etl.records import Record
from etl.steps import read_sql
from tracker.about import correction_act
from tracker.catalog import Catalog
from tracker.text import word

_LANGUAGE = "zh"


def print_correction(correction: Correction, is_new: bool, data_folder: Path, catalog: Catalog, as_json: bool) -> None:
    """One correction that was taken in."""
    if as_json:
        said = correction.model_dump(mode="json") | {"correction_id": correction.correction_id, "is_new": is_new}
        print(json.dumps(said, ensure_ascii=False))
        return
    key = "correction.recorded" if is_new else "correction.unchanged"
    print(word(key, _LANGUAGE, correction=_line(correction, _names(data_folder), catalog)))


def print_corrections(data_folder: Path, catalog: Catalog, as_json: bool) -> None:
    """All records, with their state in the build in force."""
    if as_json:
        print(json.dumps(record_contents(data_folder, catalog), ensure_ascii=False))
        return
    states = _states(data_folder)
    names = _names(data_folder)
    records = correction_book(Inbox(data_folder)).records()
    for record in records:
        correction = record.said
        state = states.get(correction.correction_id, "unbuilt") if record.is_in_force else "withdrawn"
        line = _line(correction, names, catalog)
        who = word("correction.decided", _LANGUAGE, by=correction.by, on=correction.recorded_at.date())
        print(f"{line}  {who} {correction.reason}  {word(f'correction.state.{state}', _LANGUAGE)}")
        if record.withdrawal is not None:
            end = record.withdrawal
            who = word("correction.decided", _LANGUAGE, by=end.by, on=end.recorded_at.date())
            print("    " + word("correction.withdrawn_because", _LANGUAGE, who=who, reason=end.reason))


def record_contents(data_folder: Path, catalog: Catalog) -> list[dict[str, Any]]:
    """All records as JSON, each with its ``state`` in the build in force: None where it does not know it yet.

    Who sees some areas only is told of those about files and numbers of these.
    """
    states = _states(data_folder)
    inbox = Inbox(data_folder)
    files = {one.file_id: one.original_name for one in inbox.sidecars() if is_seen_file(one, catalog)}
    return [
        _content(record, states) | {"file": files.get(record.said.file_id or "")}
        for record in correction_book(inbox).records()
        if record.said.file_id in files or is_seen(record.said.area_code, catalog)
    ]


def _content(record: Record[Correction], states: dict[str, str]) -> dict[str, Any]:
    correction = record.said
    content = correction.model_dump(mode="json") | {
        "correction_id": correction.correction_id,
        "state": states.get(correction.correction_id) if record.is_in_force else "withdrawn",
    }
    if record.withdrawal is not None:
        content["withdrawal"] = record.withdrawal.model_dump(mode="json")
    return content


def _line(correction: Correction, names: dict[str, str], catalog: Catalog) -> str:
    """Which correction it is, where, and what becomes what."""
    return word(
        f"correction.{correction_act(correction.model_dump())}",
        _LANGUAGE,
        id=correction.correction_id,
        place=place_text(correction, names, catalog),
        expect=correction.expect or word("rule.blank", _LANGUAGE),
        to=correction.value or "",
    )


def _names(data_folder: Path) -> dict[str, str]:
    return {sidecar.file_id: sidecar.original_name for sidecar in Inbox(data_folder).sidecars()}


def _states(data_folder: Path) -> dict[str, str]:
    """The state of each correction in the build in force."""
    builds = Builds(data_folder)
    build_id = builds.current()
    if build_id is None:
        return {}
    with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
        try:
            return dict(connection.execute(read_sql("correction_state")).fetchall())
        except duckdb.CatalogException:
            # A build of an earlier version of the program knows no corrections.
            return {}


def print_applied(corrections: pl.DataFrame) -> None:
    """How many corrections a build applied, and how many apply no longer: these stand among the data debts."""
    if corrections.is_empty():
        return
    states = Counter(state for _, state in corrections.select("correction_id", "state").unique().iter_rows())
    print(word("correction.applied", _LANGUAGE, applied=states["applied"], withdrawn=states["withdrawn"],
               idle=states["not_needed"] + states["guard_failed"]))  # fmt: skip
