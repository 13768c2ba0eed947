"""What the command line prints: for people in Chinese (refusals in both languages), for programs as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl

from etl.add import Added
from etl.build import Built
from etl.corrections_add import CORRECTION_REFUSED
from etl.corrections_print import print_applied
from etl.form_print import print_sums
from etl.inbox import VALUE_KINDS, WHOLE, Inbox, Reading, Sidecar
from etl.own_areas import is_seen_file
from etl.refusal import Refusal
from tracker.about import debt_place
from tracker.catalog import Catalog, CatalogError
from tracker.text import LANGUAGES, day, word

LANGUAGE = "zh"
_SHOWN_ROWS = 20
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
    print(json.dumps(_refusal(refusal), ensure_ascii=False, default=str) if as_json else str(refusal))


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {"refused": refusal.code, **refusal.values, **{code: refusal.text(code) for code in LANGUAGES}}


def print_added(results: list[Added], catalog: Catalog) -> None:
    """What became of each file, with every refused row and every announced number that is not met."""
    for result in results:
        print(
            f"{result.name}: {say(f'added.{result.status}')}" + (f" [{result.file_id[:12]}]" if result.file_id else "")
        )
        if result.refusal is not None:
            print(str(result.refusal))
        if result.reading is not None:
            print("  " + _reading_line(result, catalog))
            _print_beside(result.reading, catalog)
        if result.rows is not None:
            # A form of corrections has rows and is read as nothing else.
            kind = result.reading.kind if result.reading else "corrections"
            print("  " + say(_counts_key(kind), **result.rows.counts))
            if kind == "ledger" and result.rows.unread:
                print("  " + say("added.unread", columns=say("app.list_separator").join(result.rows.unread)))
            _print_announced(result, catalog)
            _print_rejected(result)
        _print_twins(result)
        if result.asked is not None:
            _print_asked(result, catalog)


def _counts_key(kind: str) -> str:
    """Reports count values, ledgers rows and titles, everything else rows."""
    own = {"ledger": "added.ledger_counts", "targets": "form.targets_counts", "corrections": "correction.counts"}
    own |= dict.fromkeys(("tasks", "activities"), "tasks.counts")
    return "measure.counts" if kind in VALUE_KINDS else own.get(kind, "added.counts")


def _reading_line(result: Added, catalog: Catalog) -> str:
    reading = result.reading
    assert reading is not None
    if reading.kind in VALUE_KINDS:
        return say(
            "measure.reading",
            kind=say(f"measure.{reading.kind}"),
            period=reading.period_end or say("measure.own_period"),
            area=catalog.areas[reading.area_code].name.in_language(LANGUAGE),
        )
    if reading.kind == "targets":
        area = catalog.areas[reading.area_code].name.in_language(LANGUAGE)
        return say("form.targets_reading", document=reading.document_no, on=reading.event_on, area=area)
    if reading.kind in ("tasks", "activities"):
        area = catalog.areas[reading.area_code].name.in_language(LANGUAGE)
        return say(f"tasks.reading_{reading.kind}", area=area)
    if reading.kind == "ledger":
        return say(
            "added.ledger_reading",
            area=catalog.areas[reading.area_code].name.in_language(LANGUAGE),
            tier=catalog.tiers[reading.tier].name.in_language(LANGUAGE) if reading.tier else "–",
            on=reading.event_on or "–",
            year_day=reading.year_day or "–",
        )
    return say(
        "added.reading",
        tier=catalog.tiers[reading.list_tier].name.in_language(LANGUAGE),
        event=say(f"event.{reading.event}") if reading.event else say("event.pool"),
        batch=reading.batch or "–",
        on=reading.event_on,
        area=catalog.areas[reading.area_code].name.in_language(LANGUAGE),
        valid_from=reading.valid_from or "–",
        valid_to=reading.valid_to or "–",
    )


def _print_beside(reading: Reading, catalog: Catalog) -> None:
    """What else a list was taken for: the areas that it leaves out, the cohort that it reviews, that it is final."""
    excluded = [catalog.areas[code].name.in_language(LANGUAGE) for code in reading.excluding]
    said = [say("added.excluding", areas=say("app.list_separator").join(excluded))] if excluded else []
    said += [say("added.reviewed_cohort", year=reading.reviewed_cohort)] if reading.reviewed_cohort else []
    said += [say("added.is_final")] if reading.is_final else []
    if said:
        print("  " + say("app.list_separator").join(said))


def _print_announced(result: Added, catalog: Catalog) -> None:
    rows = result.rows
    assert rows is not None
    met = sum(announced == read for announced, read in rows.announced.values())
    if met:
        print("  " + say("added.announced_met", number=met))
    for scope, (announced, read) in rows.announced.items():
        if announced != read:
            name = say("added.whole") if scope == WHOLE else catalog.areas[scope].name.in_language(LANGUAGE)
            for language in LANGUAGES:
                print("  " + word("added.announced_differs", language, scope=name, announced=announced, read=read))


def _print_twins(result: Added) -> None:
    """Other files that say the same: the corrected file does not take the place of the first by itself."""
    for twin in result.twins:
        for language in LANGUAGES:
            values = {"file": result.name, "other": twin.original_name, "file_id": twin.file_id[:12]}
            print("  " + word(f"added.twin_{_twin_key(result)}", language, **values))


def _twin_key(result: Added) -> str:
    """What helps: a file that is not kept yet can still be added in the place of the other."""
    return "checked" if result.status == "checked" else "added"


def _print_rejected(result: Added) -> None:
    rows = result.rows
    assert rows is not None
    for row in rows.rejected.head(_SHOWN_ROWS).iter_rows(named=True):
        for language in LANGUAGES:
            print("  " + row_message(row, result.name, language))
    if rows.rejected.height > _SHOWN_ROWS:
        print("  " + say("added.more_rejected", number=rows.rejected.height - _SHOWN_ROWS))


def _print_asked(result: Added, catalog: Catalog) -> None:
    """The columns that nobody reads, and the values that ask for a reason."""
    assert result.asked is not None
    if result.rows is not None and result.rows.unread:
        print("  " + say("measure.unread", captions=say("app.list_separator").join(result.rows.unread)))
    if result.asked.is_empty():
        return
    print("  " + say("measure.asked", number=result.asked.height))
    for row in result.asked.head(_SHOWN_ROWS).iter_rows(named=True):
        for language in LANGUAGES:
            print("  " + asked_message(row, catalog, language))
    if result.asked.height > _SHOWN_ROWS:
        print("  " + say("measure.more_asked", number=result.asked.height - _SHOWN_ROWS))


def asked_message(row: dict[str, Any], catalog: Catalog, language: str) -> str:
    """Which value asks for a reason, where it stands and why, in one language."""
    where = word(
        "measure.asked_where",
        language,
        name=row["name"],
        measure=catalog.measures[row["measure"]].name.in_language(language),
        period=row["period_end"],
        sheet=row["sheet"] or "–",
        column=row["column"],
        row=row["row"],
    )
    numbers = {name: "–" if row[name] is None else f"{row[name]:,.10g}" for name in ("value", "compared_with")}
    return where + word(f"measure.{row['question']}", language, **numbers)


def row_message(row: dict[str, Any], file_name: str, language: str) -> str:
    """Where a row was refused, by which rule, and what to do, in one language."""
    where = word(
        "rule.where",
        language,
        file=file_name,
        sheet=row["sheet"] or "–",
        row=row["row"],
        column=row["column"] or "–",
    )
    return where + _what(row, language)


def _said(row: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a refused row and what to do, by language."""
    return {language: rule_message(row, language) for language in LANGUAGES}


def rule_message(row: dict[str, Any], language: str) -> str:
    """By which rule a row was refused, and what to do, as a sentence of its own."""
    said = _what(row, language)
    return said[:1].upper() + said[1:]


def _what(row: dict[str, Any], language: str) -> str:
    value = row["value"] if row["value"] is not None else word("rule.blank", language)
    if row["rule"] == CORRECTION_REFUSED and language == "en":
        # The refusal of a correction is a whole sentence, and its row has it in both languages.
        value = row["candidates"]
    return word(
        f"rule.{row['rule']}", language, value=value, candidates=row["candidates"] or word("rule.none", language)
    )


def added_record(result: Added) -> dict[str, Any]:
    """What became of a file, for programs."""
    content: dict[str, Any] = {"file": result.name, "status": result.status, "file_id": result.file_id}
    if result.reading is not None:
        content["reading"] = result.reading.model_dump(mode="json")
    if result.rows is not None:
        content |= {
            "counts": result.rows.counts,
            "announced": result.rows.announced,
            "is_complete": result.rows.is_complete,
            "rejected": [row | _said(row) for row in result.rows.rejected.to_dicts()],
            "unread": result.rows.unread,
        }
    if result.asked is not None:
        content["asked"] = result.asked.to_dicts()
    if result.twins:
        content["twins"] = [twin.file_id for twin in result.twins]
    if result.refusal is not None:
        content |= _refusal(result.refusal)
    return content


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
        print(f"  {day} {row['original_name']}: {say(_counts_key(row['kind']), **row)}{complete}")
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
