"""Taking files in: parse, propose what a file is, ask for what its title does not say, judge its rows, keep it."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import polars as pl

from etl.areas import AreaResolver
from etl.assemble import ledger_outcome
from etl.build import counting_sources
from etl.form import read_form
from etl.form_add import form_readings, refuse_second_form
from etl.inbox import VALUE_KINDS, WHOLE, Event, Inbox, Kind, Reading, Sidecar, Step, content_id
from etl.ledger_add import is_ledger, ledger_reading
from etl.lists import judge
from etl.propose import Proposal, propose
from etl.reconcile import Source
from etl.refusal import Refusal
from etl.rows import ListRows
from etl.sandbox import Parsed, parse, unpack
from etl.sniff import is_zip_of_files
from etl.targets import judge_targets
from etl.value_history import asked_of_report
from etl.value_reading import report_reading, value_kind
from etl.values import judge_values
from tracker.catalog import Catalog
from tracker.catalog_models import Code

_ASKED = ("tier", "event", "event_on", "area_code")
_EXCLUDING = re.compile(r"不含([^）)]+)")


@dataclass(frozen=True)
class Statement:
    """What the person adding a file states about it; None is left to the title, or asked."""

    tier: Code | None = None
    event: Event | None = None
    kind: Kind | None = None
    batch: str | None = None
    cohort_year: int | None = None
    reviewed_cohort: int | None = None
    document_no: str | None = None
    event_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    year_day: str | None = None
    area: str | None = None
    excluding: tuple[str, ...] = ()
    announced: tuple[str, ...] = ()
    sheet: str | None = None
    period: str | None = None
    unit: str | None = None
    reason: str | None = None
    is_final: bool = False
    replaces: str | None = None
    issuer: str | None = None
    source: str | None = None
    received_from: str | None = None
    received_on: dt.date = field(default_factory=dt.date.today)


@dataclass(frozen=True)
class Added:
    """What became of one file. ``status``: added, reading_added, unchanged, checked, skipped or refused.

    ``asked``: values of a report that ask for a reason, as :func:`etl.value_history.asked_of_report` gives them.
    """

    name: str
    status: Literal["added", "reading_added", "unchanged", "checked", "skipped", "refused"]
    file_id: str | None = None
    reading: Reading | None = None
    rows: ListRows | None = None
    refusal: Refusal | None = None
    asked: pl.DataFrame | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing of the file was refused."""
        if self.refusal is not None:
            return False
        return self.rows is None or not (self.rows.counts["rejected"] or self.rows.counts.get("rejected_cells"))


def add_files(
    paths: Sequence[Path],
    statement: Statement,
    data_folder: Path,
    catalog: Catalog,
    *,
    keep: bool,
    is_demo: bool = False,
) -> list[Added]:
    """Take every file in, one after the other: a refused file does not stop the next.

    Args:
        paths: files, archives among them; each file of an archive is taken in by itself.
        statement: what is known about all of them.
        data_folder: where the inbox lies.
        catalog: areas, tiers, titles.
        keep: store the files (``add``) or only say what would happen (``check``).
        is_demo: the files are invented.
    """
    results: list[Added] = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, path in enumerate(paths):
            for name, source in _files_of(path, Path(scratch) / str(number), results):
                try:
                    results += _add_one(name, source, statement, data_folder, catalog, keep, is_demo)
                except Refusal as refusal:
                    is_skipped = refusal.code in ("read.lock_file", "form.untouched")
                    results.append(Added(name, "skipped" if is_skipped else "refused", refusal=refusal))
                except OSError as fault:
                    problem = Refusal("add.disk", {"file": name, "detail": fault.strerror or str(fault)})
                    results.append(Added(name, "refused", refusal=problem))
    return results


def _files_of(path: Path, scratch: Path, results: list[Added]) -> Iterator[tuple[str, Path]]:
    if not path.is_file():
        results.append(Added(path.name, "refused", refusal=Refusal("add.no_such_file", {"file": str(path)})))
        return
    if not is_zip_of_files(path):
        yield path.name, path
        return
    scratch.mkdir(parents=True)
    try:
        members = unpack(path, scratch)
    except Refusal as refusal:
        results.append(Added(path.name, "refused", refusal=refusal))
        return
    yield from members


def _add_one(
    name: str, source: Path, statement: Statement, data_folder: Path, catalog: Catalog, keep: bool, is_demo: bool
) -> list[Added]:
    """One file: one reading, but of a form one for each of its tables."""
    parsed = parse(source, name, data_folder / "parsed", tuple(catalog.headers.values()))
    inbox = Inbox(data_folder)
    with inbox.lock():
        inbox.refuse_mixture(is_demo)
        form = read_form(parsed.meta, name, catalog)
        if form is not None:
            readings = form_readings(form, parsed.folder, name, statement, catalog)
        else:
            readings = [_reading(name, parsed, statement, catalog, number=1)]
        added = [_add_reading(name, source, parsed, r, statement, inbox, catalog, keep, is_demo) for r in readings]
    # The grey columns of a form are its own and no oversight.
    return [replace(a, rows=replace(a.rows, unread=())) if form and a.rows else a for a in added]


def _add_reading(
    name: str,
    source: Path,
    parsed: Parsed,
    reading: Reading,
    statement: Statement,
    inbox: Inbox,
    catalog: Catalog,
    keep: bool,
    is_demo: bool,
) -> Added:
    file_id = content_id(source)
    known = inbox.get(file_id)
    reading = reading.model_copy(update={"reading_no": len(known.readings) + 1 if known else 1})
    received_on = max(known.received_on if known else statement.received_on, statement.received_on)
    rows, asked = _judged(parsed, reading, received_on, inbox.data_folder, catalog)
    if rows.counts["read"] == 0:
        raise Refusal("add.no_rows", {"file": name})
    same = next((r for r in known.active_readings() if r.says_the_same(reading)), None) if known else None
    if same is not None:
        return Added(name, "unchanged", file_id, same, rows, asked=asked)
    _refuse_second_claim(name, known, reading)
    replaces = inbox.find(statement.replaces).file_id if statement.replaces else None
    refuse_second_form(reading, name, file_id, replaces, inbox.counting())
    if not keep:
        return Added(name, "checked", file_id, reading, rows, asked=asked)
    if known is None:
        sidecar = Sidecar(
            file_id=file_id,
            original_name=name,
            issuer=statement.issuer,
            source=statement.source,
            received_from=statement.received_from,
            received_on=statement.received_on,
            is_demo=is_demo,
            replaces=replaces,
            readings=(reading,),
        )
    else:
        sidecar = known.model_copy(update={"readings": (*known.readings, reading)})
    inbox.store(source, sidecar)
    return Added(name, "reading_added" if known else "added", file_id, reading, rows, asked=asked)


def _judged(
    parsed: Parsed, reading: Reading, received_on: dt.date, data_folder: Path, catalog: Catalog
) -> tuple[ListRows, pl.DataFrame | None]:
    """The rows of a file under a reading; of a report also the values that ask for a reason."""
    if reading.kind == "ledger":
        file = Sidecar(file_id=parsed.content_hash, original_name="", received_on=received_on)
        others, _ = counting_sources(Inbox(data_folder), data_folder, catalog)
        return ledger_outcome(Source(file, reading, parsed.folder), others, catalog), None
    if reading.kind == "targets":
        return judge_targets(parsed.folder, catalog), None
    if reading.kind not in VALUE_KINDS:
        return judge(parsed.folder, reading, received_on, catalog), None
    values = judge_values(parsed.folder, reading, received_on, catalog)
    return values, asked_of_report(values, reading.kind == "area_values", data_folder, catalog)


def _refuse_second_claim(name: str, known: Sidecar | None, reading: Reading) -> None:
    """The same list with other dates or another area is a correction, and corrections are never silent."""
    for earlier in known.active_readings() if known else ():
        if earlier.is_of_the_same_event(reading):
            values = {
                "file": name,
                "file_id": known.file_id[:12] if known else "",
                "reading_no": earlier.reading_no,
            }
            raise Refusal("add.other_reading_of_same_event", values)


def _reading(name: str, parsed: Parsed, statement: Statement, catalog: Catalog, number: int) -> Reading:
    """Merge what the person states with what title and file name say; ask for the rest.

    Raises:
        Refusal: naming what is missing and the options that supply it.
    """
    meta: dict[str, Any] = {**parsed.meta}
    sheets = [s for s in meta["sheets"] if not s["is_hidden"] and statement.sheet in (None, s["name"])]
    titles = [title for sheet in sheets for title in sheet["titles"]]
    proposal = propose(catalog, name, titles)
    area_code = _area(name, statement.area, catalog) or proposal.area_code
    values: dict[str, Any] = {
        "tier": statement.tier or proposal.tier,
        "event": statement.event or proposal.event,
        "event_on": statement.event_on or proposal.event_on,
        "area_code": area_code,
    }
    kind = statement.kind or _proposed_kind(name, parsed.folder, proposal, statement, sheets, catalog)
    if kind == "targets":
        raise Refusal("form.not_a_form", {"file": name})
    if kind == "enterprise_values" or kind == "area_values":
        return report_reading(name, parsed.folder, sheets, kind, area_code, statement, number, catalog)
    if kind == "ledger":
        ledger = ledger_reading(name, sheets, area_code, statement, proposal, number, catalog)
        announced = _announced(name, sheets, statement, ledger.area_code, catalog)
        excluding = _excluding(name, titles, statement, catalog)
        return ledger.model_copy(update={"announced": announced, "excluding": excluding})
    if kind == "pool":
        values["event"] = None
    missing = [key for key in _ASKED if values[key] is None and not (key == "event" and kind == "pool")]
    if missing:
        raise Refusal(
            "add.missing",
            {"file": name, "title": (titles or ["–"])[0], "options": " ".join(map(_option, missing))},
        )
    if values["tier"] not in catalog.tiers:
        raise Refusal("add.unknown_tier", {"file": name, "tier": values["tier"], "known": ", ".join(catalog.tiers)})
    _refuse_bad_dates(name, statement, values["event_on"])
    reviewed = statement.reviewed_cohort or proposal.reviewed_cohort
    if statement.is_final and values["event"] == "review_passed" and reviewed is None:
        raise Refusal("add.final_without_cohort", {"file": name})
    return Reading(
        reading_no=number,
        kind=kind,
        sheet=statement.sheet,
        batch=statement.batch or proposal.batch,
        cohort_year=statement.cohort_year or _cohort(proposal, statement),
        reviewed_cohort=reviewed,
        document_no=statement.document_no or proposal.document_no,
        valid_from=statement.valid_from,
        valid_to=statement.valid_to,
        excluding=_excluding(name, titles, statement, catalog),
        announced=_announced(name, sheets, statement, values["area_code"], catalog),
        is_final=statement.is_final,
        added_on=statement.received_on,
        **values,
    )


def _proposed_kind(
    name: str,
    folder: Path,
    proposal: Proposal,
    statement: Statement,
    sheets: list[dict[str, Any]],
    catalog: Catalog,
) -> Kind:
    """What title and columns make of a file. A list of an event stays one, whatever columns it has besides."""
    values = value_kind(sheets, catalog)
    if is_ledger(name, folder, sheets, statement, proposal, values is not None, catalog):
        return "ledger"
    if proposal.is_pool:
        return "pool"
    names_event = statement.tier or statement.event or statement.event_on or proposal.event
    return (None if names_event else values) or "list"


def _option(missing: str) -> str:
    return {"tier": "--tier", "event": "--event", "event_on": "--on", "area_code": "--area"}[missing]


def _cohort(proposal: Proposal, statement: Statement) -> int | None:
    """The cohort a title belongs to: the year its window opens, else the year of its batch."""
    return statement.valid_from.year if statement.valid_from else proposal.cohort_year


def _refuse_bad_dates(name: str, statement: Statement, event_on: dt.date) -> None:
    if event_on > statement.received_on:
        raise Refusal("add.date_after_receipt", {"file": name, "on": event_on, "received_on": statement.received_on})
    if statement.valid_from and statement.valid_to and statement.valid_to < statement.valid_from:
        window = {"valid_from": statement.valid_from, "valid_to": statement.valid_to}
        raise Refusal("add.valid_to_before_valid_from", {"file": name, **window})


def _area(name: str, text: str | None, catalog: Catalog) -> Code | None:
    if text is None or text in catalog.areas:
        return text
    resolution = AreaResolver(catalog).resolve((text,), None)
    if resolution.problem is not None or resolution.area_code is None:
        candidates = "、".join(resolution.candidates) or "–"
        raise Refusal("add.unknown_area", {"file": name, "area": text, "candidates": candidates})
    return resolution.area_code


def _excluding(name: str, titles: list[str], statement: Statement, catalog: Catalog) -> tuple[Code, ...]:
    """Areas that the list leaves to another issuer: stated, or printed as 不含宁波 in title or file name."""
    if statement.excluding:
        return tuple(code for text in statement.excluding if (code := _area(name, text, catalog)))
    printed = [part for text in (name, *titles) for found in _EXCLUDING.findall(text) for part in found.split("、")]
    resolver = AreaResolver(catalog)
    codes = [resolver.resolve((text,), None).area_code for text in dict.fromkeys(printed)]
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def _announced(
    name: str, sheets: list[dict[str, Any]], statement: Statement, area_code: Code, catalog: Catalog
) -> dict[str, int]:
    """The issuer's own numbers: as stated (``502``, ``杭州市=155``), else as printed in the file."""
    if statement.announced:
        return dict(_stated_number(name, text, catalog) for text in statement.announced)
    resolver = AreaResolver(catalog)
    found: dict[str, int] = {}
    for sheet in sheets:
        for item in sheet["announced"]:
            block = item["block"]
            code = resolver.resolve((block,), area_code).area_code if block else WHOLE
            if code is not None:
                # Two different totals in one file cannot both be met: the larger one stays and shows the gap.
                found[code] = max(item["number"], found.get(code, 0))
    return found


def _stated_number(name: str, text: str, catalog: Catalog) -> tuple[str, int]:
    scope, _, number = text.rpartition("=")
    if not number.strip().isdigit():
        raise Refusal("add.bad_announced", {"file": name, "value": text})
    code = _area(name, scope.strip(), catalog) if scope else WHOLE
    return code or WHOLE, int(number)


def withdraw(
    file_id: str, data_folder: Path, *, by: str, reason: str, reading_no: int | None = None, undo: bool = False
) -> Sidecar:
    """Mark a file or one reading as withdrawn, or take that back. The file itself stays.

    Raises:
        Refusal: where there is no such file or reading, or it is already so.
    """
    inbox = Inbox(data_folder)
    with inbox.lock():
        sidecar = inbox.find(file_id)
        numbers = [reading.reading_no for reading in sidecar.readings]
        if reading_no is not None and reading_no not in numbers:
            raise Refusal("inbox.unknown_reading", {"file": sidecar.original_name, "reading_no": reading_no})
        if (sidecar.withdrawn(reading_no) is None) == undo:
            code = "inbox.not_withdrawn" if undo else "inbox.already_withdrawn"
            raise Refusal(code, {"file": sidecar.original_name})
        step = Step(
            action="restore" if undo else "withdraw",
            on=dt.date.today(),
            by=by,
            reason=reason,
            reading_no=reading_no,
        )
        changed = sidecar.model_copy(update={"history": (*sidecar.history, step)})
        inbox.write(changed)
    return changed
