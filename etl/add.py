"""Taking files in: parse, propose what a file is, ask for what its title does not say, judge its rows, keep it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import polars as pl

from etl.activities import judge_activities
from etl.add_reading import mapping_of, reading_of
from etl.assemble import ledger_outcome
from etl.build import counting_sources
from etl.corrections_add import record_form
from etl.day_questions import day_questions, later_steps, received_ahead
from etl.form import Form, read_form
from etl.form_add import form_readings, refuse_second_form
from etl.inbox import TITLE_KINDS, VALUE_KINDS, Event, Inbox, Kind, Reading, Sidecar, Step, content_id
from etl.lists import judge
from etl.measure_reports import judge_reports
from etl.own_areas import refuse_other
from etl.reconcile import Source
from etl.refusal import Refusal
from etl.report_versions import refuse_unclear_report
from etl.rows import ListRows
from etl.sandbox import Parsed, parse, unpack
from etl.sniff import is_zip_of_files
from etl.targets import judge_targets
from etl.value_history import asked_of_report
from etl.values import ValueRows, judge_values
from tracker.catalog import Catalog
from tracker.catalog_models import Code

Status = Literal["added", "reading_added", "unchanged", "checked", "skipped", "refused"]


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
    mapping: tuple[str, ...] = ()
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
    ``twins``: other files that count and say the same thing: one of them may have to go. ``days``: days that look odd,
    as :mod:`etl.day_questions` gives them.
    ``seen``: what the file shows of itself, where somebody asked for it. ``parsed``: its rows as they were read.
    """

    name: str
    status: Status
    file_id: str | None = None
    reading: Reading | None = None
    rows: ListRows | None = None
    refusal: Refusal | None = None
    asked: pl.DataFrame | None = None
    twins: tuple[Sidecar, ...] = ()
    days: pl.DataFrame | None = None
    seen: dict[str, Any] | None = None
    parsed: Parsed | None = None

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
    members: Mapping[str, Statement] | None = None,
    look: Callable[[str, Path, Statement], dict[str, Any] | None] | None = None,
) -> list[Added]:
    """Take every file in, one after the other: a refused file does not stop the next.

    Args:
        paths: files, archives among them; each file of an archive is taken in by itself.
        statement: what is known about all of them.
        data_folder: where the inbox lies.
        catalog: areas, tiers, titles.
        keep: store the files (``add``) or only say what would happen (``check``).
        is_demo: the files are invented.
        members: what is known about single files of an archive instead, by their names in it.
        look: tells what a file shows of itself.
    """
    results: list[Added] = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, path in enumerate(paths):
            for name, source in _files_of(path, Path(scratch) / str(number), results):
                stated = (members or {}).get(name, statement)
                try:
                    found = _add_one(name, source, stated, data_folder, catalog, keep, is_demo)
                except Refusal as refusal:
                    is_skipped = refusal.code in ("read.lock_file", "form.untouched")
                    found = [Added(name, "skipped" if is_skipped else "refused", refusal=refusal)]
                except OSError as fault:
                    problem = Refusal("add.disk", {"file": name, "detail": fault.strerror or str(fault)})
                    found = [Added(name, "refused", refusal=problem)]
                shown = look(name, source, stated) if look else None
                results += [replace(added, seen=shown) for added in found]
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
    mapping = mapping_of(name, statement.mapping, catalog)
    parsed = parse(source, name, data_folder / "parsed", tuple(catalog.headers.values()), mapping=mapping)
    inbox = Inbox(data_folder)
    with inbox.lock():
        form = read_form(parsed.meta, name, catalog)
        if form is not None and form.form == "corrections":
            # They speak of files that are here; nothing invented comes beside anything real.
            refuse_other(name, [None], catalog)
            return [_add_corrections(form, parsed, name, data_folder, catalog, keep)]
        inbox.refuse_mixture(is_demo)
        if form is not None:
            readings = form_readings(form, parsed.folder, name, statement, catalog)
        else:
            readings = [reading_of(name, parsed, statement, catalog, number=1)]
            readings = [reading.model_copy(update={"mapping": mapping}) for reading in readings]
        refuse_other(name, [reading.area_code for reading in readings], catalog)
        added = [_add_reading(name, source, parsed, r, statement, inbox, catalog, keep, is_demo) for r in readings]
    # The grey columns of a form are its own and no oversight.
    added = [replace(a, rows=replace(a.rows, unread=())) if form and a.rows else a for a in added]
    return [replace(a, parsed=parsed) for a in added]


def _add_corrections(form: Form, parsed: Parsed, name: str, data_folder: Path, catalog: Catalog, keep: bool) -> Added:
    """A filled correction form: its rows become records, the file itself is not kept."""
    rows = record_form(form, parsed, name, data_folder, catalog, keep=keep)
    if rows.counts["read"] == 0:
        raise Refusal("form.untouched", {"file": name})
    is_new = rows.counts["accepted"] > 0
    status: Status = "unchanged" if rows.counts["duplicate"] == rows.counts["read"] else "refused"
    return Added(name, ("added" if keep else "checked") if is_new else status, rows=rows)


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
    rows, asked = judged_rows(parsed.folder, file_id, reading, received_on, inbox.data_folder, catalog)
    if rows.counts["read"] == 0:
        raise Refusal("add.no_rows", {"file": name})
    same = next((r for r in known.active_readings() if r.says_the_same(reading)), None) if known else None
    if same is not None:
        return Added(name, "unchanged", file_id, same, rows, asked=asked)
    _refuse_second_claim(name, known, reading)
    replaced = inbox.find(statement.replaces) if statement.replaces else None
    replaces = replaced.file_id if replaced else None
    refuse_second_form(reading, name, file_id, replaces, inbox.counting())
    if isinstance(rows, ValueRows):
        refuse_unclear_report(reading, rows, name, file_id, received_on, replaced, inbox, catalog)
    twins = _twins(reading, file_id, replaces, inbox.counting())
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
    days = _odd_days(Source(sidecar, reading, parsed.folder), rows, inbox, catalog)
    status: Status = "checked"
    if keep:
        inbox.store(source, sidecar)
        status = "reading_added" if known else "added"
    return Added(name, status, file_id, reading, rows, asked=asked, twins=twins, days=days)


def _odd_days(source: Source, rows: ListRows, inbox: Inbox, catalog: Catalog) -> pl.DataFrame:
    """Days that look odd: of this file beside those that count, and of those beside this one."""
    others = [
        # Where their rows lie does not matter: the day of the whole list is what is compared with.
        Source(sidecar, reading, source.parsed)
        for sidecar in inbox.counting()
        if sidecar.file_id != source.sidecar.replaces
        for reading in sidecar.active_readings()
    ]
    own = day_questions(source, rows.accepted, others, catalog)
    return pl.concat([own, later_steps(source, others, catalog), received_ahead(source, dt.date.today())])


def _twins(reading: Reading, file_id: str, replaces: str | None, others: Iterable[Sidecar]) -> tuple[Sidecar, ...]:
    """Other files that claim the same event in the same area: perhaps this one corrects them.

    Reports need no such question: of several statements of one value the newest holds.
    """
    if reading.kind not in TITLE_KINDS:
        return ()
    return tuple(
        sidecar
        for sidecar in others
        if sidecar.file_id not in (file_id, replaces)
        and any(_is_twin(reading, other) for other in sidecar.active_readings())
    )


def _is_twin(reading: Reading, other: Reading) -> bool:
    is_one_event = reading.batch is not None or reading.event_on == other.event_on
    return reading.is_of_the_same_event(other) and reading.area_code == other.area_code and is_one_event


def judged_rows(
    folder: Path, file_id: str, reading: Reading, received_on: dt.date, data_folder: Path, catalog: Catalog
) -> tuple[ListRows, pl.DataFrame | None]:
    """The rows of a parsed file under a reading; of a report also the values that ask for a reason."""
    if reading.kind == "ledger":
        file = Sidecar(file_id=file_id, original_name="", received_on=received_on)
        others, _ = counting_sources(Inbox(data_folder), data_folder, catalog)
        return ledger_outcome(Source(file, reading, folder), others, catalog), None
    if reading.kind == "targets":
        return judge_targets(folder, catalog), None
    if reading.kind == "tasks":
        return judge_reports(folder, received_on, catalog), None
    if reading.kind == "activities":
        return judge_activities(folder, received_on, catalog), None
    if reading.kind not in VALUE_KINDS:
        return judge(folder, reading, received_on, catalog), None
    values = judge_values(folder, reading, received_on, catalog)
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
