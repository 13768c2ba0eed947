"""What the command line prints: for people in Chinese (refusals in both languages), for programs as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl

from etl.build import Built
from etl.corrections_print import print_applied
from etl.form_print import print_sums
from etl.inbox import VALUE_KINDS, Inbox, Reading, Sidecar
from etl.own_areas import is_seen_file
from etl.refusal import Refusal
from tracker.about import debt_place
from tracker.catalog import Catalog, CatalogError
from tracker.text import LANGUAGES, day, word

LANGUAGE = "zh"
_CODE = re.compile(r"\[(?P<kind>area|indicator):(?P<code>[^]]+)\]")


def say(key: str, **values: object) -> str:
    """A phrase in the language of the command line."""
    return word(key, LANGUAGE, **values)


def print_line(key: str, as_json: bool, **values: object) -> None:
    """One sentence, or its values as JSON."""
    print(json.dumps(values, ensure_ascii=False, default=str) if as_json else say(key, **values))


def print_refusal(refusal: Refusal | CatalogError, as_json: bool) -> None:
    """A refusal in both languages, or as JSON."""
    if isinstance(refusal, CatalogError):
        faults = [str(fault) for fault in refusal.faults]
        if as_json:
            print(json.dumps({"refused": "catalog", "faults": faults}, ensure_ascii=False))
        else:
            print("\n".join([*(word("refusal.catalog", language) for language in LANGUAGES), *faults]))
        return
    print(json.dumps(refusal_record(refusal), ensure_ascii=False, default=str) if as_json else str(refusal))


def refusal_record(refusal: Refusal) -> dict[str, Any]:
    return {"refused": refusal.code, **refusal.values, **{code: refusal.text(code) for code in LANGUAGES}}


def counts_key(kind: str) -> str:
    """Reports count values, ledgers rows and titles, everything else rows."""
    own = {"ledger": "added.ledger_counts", "targets": "form.targets_counts", "corrections": "correction.counts"}
    own |= dict.fromkeys(("tasks", "activities"), "tasks.counts")
    return "measure.counts" if kind in VALUE_KINDS else own.get(kind, "added.counts")


def print_files(folder: Path, catalog: Catalog, as_json: bool) -> None:
    """All files of the inbox with their readings and whether they count."""
    inbox = Inbox(folder)
    counting = {sidecar.file_id for sidecar in inbox.counting()}
    sidecars = [sidecar for sidecar in inbox.sidecars() if is_seen_file(sidecar, catalog)]
    if as_json:
        files = [{**s.model_dump(mode="json"), "counts": s.file_id in counting} for s in sidecars]
        print(json.dumps(files, ensure_ascii=False))
        return
    for sidecar in sidecars:
        state = _file_state(sidecar, sidecar.file_id in counting)
        print(f"{sidecar.file_id[:12]}  {sidecar.received_on}  {say(f'files.{state}')}  {sidecar.original_name}")
        for reading in sidecar.readings:
            mark = "" if sidecar.withdrawn(reading.reading_no) is None else say("files.reading_withdrawn")
            print(f"    {reading.reading_no}. {_reading_summary(reading, catalog)} {mark}".rstrip())


def _file_state(sidecar: Sidecar, counts: bool) -> str:
    """Whether a file counts, and where it is only read: of publicity and pools nothing is ever counted."""
    if not counts:
        return "does_not_count"
    return "counts" if any(_is_counted(reading) for reading in sidecar.active_readings()) else "never_counted"


def _is_counted(reading: Reading) -> bool:
    return reading.kind != "pool" and reading.event not in ("publicity", "review_publicity", "recommended")


def _reading_summary(reading: Reading, catalog: Catalog) -> str:
    tier = catalog.tiers[reading.tier].short.in_language(LANGUAGE) if reading.tier in catalog.tiers else ""
    day = str(reading.event_on or "")
    if reading.kind in VALUE_KINDS:
        said = [say(f"measure.{reading.kind}"), str(reading.period_end or say("measure.own_period"))]
    elif reading.kind == "ledger":
        said = [say("event.ledger"), tier, day]
    elif reading.kind == "targets":
        said = [say("files.targets"), reading.document_no or "", day]
    elif reading.kind in ("tasks", "activities"):
        said = [say(f"files.{reading.kind}")]
    else:
        event = say(f"event.{reading.event}") if reading.event else say("event.pool")
        said = [tier, event, say("files.batch", batch=reading.batch) if reading.batch else "", day]
    area = catalog.areas[reading.area_code].short.in_language(LANGUAGE) if reading.area_code in catalog.areas else ""
    return " ".join(filter(None, [*said, area]))


def built_record(built: Built) -> dict[str, Any]:
    """A new build, for programs: what was read, which published numbers moved, what is uncertain."""
    return {
        "build_id": built.build_id,
        "previous_build_id": built.previous_id,
        "inputs_hash": built.inputs_hash,
        "readings": built.readings.to_dicts(),
        "change": built.change.to_dicts(),
        "debts": built.debts.to_dicts(),
        "target_sums": built.target_sums.to_dicts(),
        "corrections": built.corrections.to_dicts(),
        "publicity_difference": built.publicity_difference.to_dicts(),
    }


def print_built(built: Built, catalog: Catalog, as_json: bool) -> None:
    """The new build: what was read, which published numbers moved, what is uncertain."""
    if as_json:
        print(json.dumps(built_record(built), ensure_ascii=False, default=str))
        return
    print(say("cli.in_force", build_id=built.build_id))
    for row in built.readings.iter_rows(named=True):
        day = row["event_on"] or row["period_end"] or "–"
        complete = say("built.complete" if row["is_complete"] else "built.incomplete")
        print(f"  {day} {row['original_name']}: {say(counts_key(row['kind']), **row)}{complete}")
    print_applied(built.corrections)
    # Against nothing there is no change: the first build prints none.
    if built.previous_id is not None:
        print_changes(built.change.to_dicts(), catalog)
    _print_publicity_difference(built.publicity_difference, catalog)
    print_sums(built.target_sums, catalog)
    print(say("built.debts" if built.debts.height else "built.no_debts", number=built.debts.height))
    for row in sorted(built.debts.iter_rows(named=True), key=lambda debt: debt_place(debt["kind"])):
        print("  " + debt_line(row, built.readings, catalog))


def _print_publicity_difference(names: pl.DataFrame, catalog: Catalog) -> None:
    """Of every batch whose final list differs from its publicity list: who left, who came."""
    keys = ["tier", "event", "batch", "publicity_on", "final_on"]
    for key, rows in names.group_by(keys, maintain_order=True):
        tier, event, batch, publicity_on, final_on = key
        dropped, added = (rows.filter(side)["name"].to_list() for side in ("in_publicity", "in_final"))
        line = say(
            "closing.publicity_difference",
            tier=catalog.tiers[str(tier)].short.in_language(LANGUAGE),
            event=say(f"event.{event}"),
            batch=batch or "–",
            publicity_on=day(publicity_on, LANGUAGE),
            final_on=day(final_on, LANGUAGE),
            dropped=len(dropped),
            added=len(added),
        )
        print("\n    ".join([line, *(f"− {name}" for name in dropped), *(f"+ {name}" for name in added)]))


def print_changes(changes: list[dict[str, Any]], catalog: Catalog) -> None:
    """Which published numbers differ from the build before."""
    print(say("built.changes" if changes else "built.no_changes", number=len(changes)))
    for row in changes:
        print("  " + _change_line(row, catalog))


def _change_line(row: dict[str, Any], catalog: Catalog) -> str:
    known = catalog.indicators.get(row["indicator_id"])
    indicator = known.short.in_language(LANGUAGE) if known else row["indicator_id"]
    value = [("–" if row[key] is None else f"{row[key]:g}") for key in ("value_before", "value_after")]
    state = [say(f"state.{row[key]}") if row[key] else "–" for key in ("state_before", "state_after")]
    states = f"  {state[0]} → {state[1]}" if row["target_id"] else ""
    area = catalog.areas[row["area_code"]].short.in_language(LANGUAGE)
    # A month, not its last day: the running month has no last day yet.
    months = [f"{month:%Y-%m}" for month in dict.fromkeys((row["as_of_before"], row["as_of"])) if month]
    return f"{' → '.join(months)} {area} {indicator}: {value[0]} → {value[1]}{states}"


def _name(code: re.Match[str], catalog: Catalog) -> str:
    """The name of an area or indicator that a detail gives as ``[area:320703]``."""
    named = (catalog.areas if code["kind"] == "area" else catalog.indicators)[code["code"]]
    return named.name.in_language(LANGUAGE)


def debt_line(row: dict[str, Any], readings: pl.DataFrame, catalog: Catalog) -> str:
    """One data debt as a sentence."""
    # Some debts are of no single reading.
    is_here = pl.col("reading_id").eq_missing(pl.lit(row["reading_id"], pl.String))
    names = readings.filter(is_here)["original_name"].to_list()
    area = catalog.areas.get(row["area_code"] or "")
    tier = catalog.tiers.get(row["tier"] or "")
    line = say(
        f"debt.{row['kind']}",
        file=names[0] if names else "–",
        area=area.name.in_language(LANGUAGE) if area else "–",
        tier=tier.short.in_language(LANGUAGE) if tier else "–",
        number=row["number"],
        detail=_CODE.sub(lambda code: _name(code, catalog), row["detail"] or ""),
    )
    if row["accepted_by"] is None:
        return line
    acceptance = {"by": row["accepted_by"], "on": row["accepted_on"], "reason": row["accept_reason"]}
    return line + say("debt.accepted", **acceptance)
