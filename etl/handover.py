"""``python -m etl handover``: one workbook with all that a successor must know.

Every file with its paper, what is open, what was decided, which thresholds hold and who changed them, what was
withdrawn, who owes which report, whose titles end within twelve months.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from etl.answers import answer_book
from etl.answers_command import answer_line, question_line
from etl.corrections import correction_book
from etl.decisions import Decisions
from etl.inbox import Inbox, Reading, Sidecar
from etl.publish import Builds
from etl.refusal import Refusal
from etl.report import say
from etl.thresholds import ThresholdBook, values_in_force
from tracker import about, due, enterprises, export, objections_words, office, office_store, text, warehouse, what_if
from tracker.catalog import Catalog, data_folder, for_data_folder
from tracker.desk_words import is_counted
from tracker.enterprises_moved import expiring
from tracker.enterprises_words import batch_name
from tracker.office_objections import Objection, objections
from tracker.text import LANGUAGES, word

_EXPIRY_MONTHS = 12
_DEFAULT = Path("handover.xlsx")
Cells = tuple[Any, ...]


def add_handover_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``handover``."""
    sub.add_argument("--out", type=Path, default=_DEFAULT, metavar="FILE.xlsx", help=say("handover.out_option"))
    sub.add_argument("--lang", choices=LANGUAGES, default="zh")


def write_handover(options: argparse.Namespace) -> int:
    """Write the workbook.

    Raises:
        Refusal: where nothing was published yet, or what stands beside the build cannot be read.
    """
    folder = data_folder()
    build_id = Builds(folder).in_force()
    book = Book(folder, for_data_folder(folder), build_id, options.lang)
    try:
        sheets = book.sheets()
    except warehouse.BuildUnreadable as fault:
        raise Refusal("notice.unreadable_build", {"build_id": build_id}) from fault
    except office_store.OfficeError as fault:
        raise Refusal("brief.office", {"file": "office.sqlite"}) from fault
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(export.workbook(sheets, book.said()))
    rows = {name: sheet.height for name, sheet in sheets.items()}
    if options.json:
        print(json.dumps({"out": str(options.out), "build_id": build_id, "rows": rows}, ensure_ascii=False))
    else:
        numbers = "、".join(f"{name} {number}" for name, number in rows.items())
        print(say("handover.written", out=options.out, numbers=numbers))
    return 0


@dataclass(frozen=True)
class Book:
    """The workbook of a data folder, a build and a language."""

    folder: Path
    catalog: Catalog
    build_id: str
    language: str

    def said(self) -> list[str]:
        """What the workbook is made from."""
        build = self._read("build").row(0, named=True)
        lines = [
            word("handover.title", self.language),
            word("trace.build", self.language, build_id=self.build_id, moment=f"{build['built_at']:%Y-%m-%d %H:%M}"),
            word("app.cutoff", self.language, day=text.day(build["data_cutoff"], self.language)),
        ]
        return [*([word("app.demo_explained", self.language)] if build["is_demo"] else []), *lines]

    def sheets(self) -> dict[str, pl.DataFrame]:
        """The tables by the name of their sheet."""
        made = {
            "files": self._frame(_FILES, self._files()),
            "open": self._open(),
            "refused": about.refusal_table(self._read("refusals"), self.language),
            "decisions": self._frame(_DECISIONS, self._decisions()),
            "thresholds": self._frame(_THRESHOLDS, self._thresholds()),
            "withdrawn": self._frame(_WITHDRAWN, self._withdrawn()),
            "due": self._due(),
            "expiries": self._frame(_EXPIRIES, self._expiries()),
        }
        return {word(f"handover.sheet_{name}", self.language): sheet for name, sheet in made.items()}

    def _read(self, name: str, **parameters: object) -> pl.DataFrame:
        return warehouse.query(self.build_id, name, **parameters)

    def _frame(self, columns: dict[str, type[pl.DataType]], rows: Iterable[Cells]) -> pl.DataFrame:
        schema = {word(f"handover.column_{name}", self.language): kind for name, kind in columns.items()}
        return export.without_empty_columns(pl.DataFrame(list(rows), schema=schema, orient="row"))

    def _area(self, code: str | None) -> str:
        area = self.catalog.areas.get(code or "")
        return area.short.in_language(self.language) if area else code or ""

    def _tier(self, code: str | None) -> str:
        tier = self.catalog.tiers.get(code or "")
        return tier.short.in_language(self.language) if tier else code or ""

    def _files(self) -> Iterator[Cells]:
        """One row per reading of every file that was ever received."""
        inbox = Inbox(self.folder)
        counting = {sidecar.file_id for sidecar in inbox.counting()}
        for sidecar in inbox.sidecars():
            for reading in sidecar.readings:
                yield self._file(sidecar, reading, sidecar.file_id in counting)

    def _file(self, sidecar: Sidecar, reading: Reading, counts: bool) -> Cells:
        is_active = counts and sidecar.withdrawn(reading.reading_no) is None
        known = f"handover.kind_{reading.kind}" if reading.event is None else f"event.{reading.event}"
        batch = batch_name(reading.batch, self.language) if reading.batch else ""
        window = [str(day) for day in (reading.valid_from, reading.valid_to) if day]
        return (
            sidecar.original_name,
            " ".join(filter(None, [word(known, self.language), self._tier(reading.tier), batch])),
            self._area(reading.area_code),
            sidecar.issuer,
            reading.document_no,
            reading.event_on,
            " – ".join(window) or None,
            reading.period_end,
            sidecar.received_on,
            " ".join(filter(None, [sidecar.received_from, sidecar.source])) or None,
            self._counting(reading, is_active),
            sidecar.file_id[:12],
        )

    def _counting(self, reading: Reading, is_active: bool) -> str:
        if is_active and not is_counted(reading.model_dump()):
            return word("desk.file_never_counted", self.language)
        return word("handover.counts" if is_active else "handover.does_not_count", self.language)

    def _open(self) -> pl.DataFrame:
        """What the build in force lacks or doubts, and the objections that nobody has decided."""
        debts = about.debt_table(self._read("debts", area_code=None, language=self.language), self.language)
        mark = word("handover.decision_objection", self.language)
        lines = [
            (mark, line, None)
            for found, areas, targets in self._objections()
            for line in objections_words.open_lines(found, areas, targets, self.language)
        ]
        return pl.concat([debts, pl.DataFrame(lines, schema=debts.schema, orient="row")])

    def _objections(self) -> Iterator[tuple[list[Objection], Mapping[str, str], Mapping[str, str]]]:
        """By plan the objections to its numbers, with the names of areas and targets."""
        areas = {code: area.short.in_language(self.language) for code, area in self.catalog.areas.items()}
        for plan_id, _, _, as_of in self._plans():
            targets = self._read("targets", plan_id=plan_id, as_of=as_of, language=self.language)
            yield objections(plan_id), areas, dict(targets.select("target_id", "name").iter_rows())

    def _decisions(self) -> Iterator[Cells]:
        """Everything that somebody decided and that stands: it acts on the numbers, or a meeting asked for it."""
        for closing in Decisions(self.folder).all():
            what = word(f"closing.{closing.basis}", self.language)
            said = word("handover.closing", self.language, plan=self._plan(closing.plan_id), target=closing.target_id)
            yield self._decided("closing", f"{said}{what}", closing.decided_by, closing.decided_on, closing.reason)
        for record in correction_book(Inbox(self.folder)).records():
            if record.is_in_force:
                made = record.said
                where = " ".join(filter(None, [self._file_name(made.file_id), made.sheet, made.enterprise]))
                cell = f"{made.column or ''}{made.row or ''}"
                act = about.correction_act(made.model_dump())
                becomes = made.value or word(f"questions.action_{act}", self.language)
                what = f"{where} {self._area(made.area_code)} {cell} {made.expect} → {becomes}"
                yield self._decided("correction", " ".join(what.split()), made.by, made.recorded_at.date(), made.reason)
        for answered in answer_book(Inbox(self.folder)).records():
            if answered.is_in_force:
                decided = answered.said
                asked_for = question_line(decided.question, self.catalog, self.language)
                what = f"{asked_for} → {answer_line(decided, self.catalog, self.language)}"
                yield self._decided("answer", what, decided.by, decided.recorded_at.date(), decided.reason)
        for sidecar in Inbox(self.folder).counting():
            for step in sidecar.history:
                if step.action == "accept":
                    yield self._decided("accepted", sidecar.original_name, step.by, step.on, step.reason)
        for plan_id, plan in self.catalog.plans.items():
            for decision in office.decisions(plan_id):
                asked = decision.asked
                due_on = text.day(asked.due_on, self.language)
                state = word(f"meeting.state_{asked.state}", self.language)
                known = plan.units.get(asked.responsible)
                unit = known.in_language(self.language) if known else asked.responsible
                why = word("handover.meeting_due", self.language, unit=unit, due_on=due_on, state=state)
                yield self._decided("meeting", asked.text, decision.created_by, decision.created_at.date(), why)

        for found, areas, targets in self._objections():
            for objection in found:
                if objection.state != "open":
                    end = objection.decisions[-1]
                    named = objections_words.name(objection, areas, targets, self.language)
                    numbers = objections_words.both_numbers(objection, self.language)
                    yield self._decided("objection", f"{named} · {numbers}", end.by, end.decided_on, end.note)

    def _decided(self, kind: str, what: str, by: str, on: dt.date, why: str) -> Cells:
        return word(f"handover.decision_{kind}", self.language), what, by, on, why

    def _plan(self, plan_id: str) -> str:
        plan = self.catalog.plans.get(plan_id)
        return plan.short.in_language(self.language) if plan else plan_id

    def _file_name(self, file_id: str | None) -> str:
        sidecar = Inbox(self.folder).get(file_id) if file_id else None
        return sidecar.original_name if sidecar else file_id or ""

    def _thresholds(self) -> Iterator[Cells]:
        edits = ThresholdBook(Inbox(self.folder)).all()
        values = values_in_force(self.catalog, edits)
        newest = {edit.threshold_id: edit for edit in edits}
        for key, threshold in self.catalog.thresholds.items():
            last = newest.get(key)
            shown = (what_if.threshold_value(v, threshold.unit, self.language) for v in (values[key], threshold.value))
            who = (last.by, last.recorded_at.date(), last.reason) if last else (None, None, None)
            yield threshold.name.in_language(self.language), *shown, *who, threshold.source.in_language(self.language)

    def _withdrawn(self) -> Iterator[Cells]:
        """Files and readings that do not count any more: who took them out when and why, or what replaced them."""
        inbox = Inbox(self.folder)
        sidecars = inbox.sidecars()
        newer = {sidecar.replaces: sidecar for sidecar in inbox.counting() if sidecar.replaces}
        for sidecar in sidecars:
            whole = sidecar.withdrawn()
            steps = [(None, whole)] if whole else [(r, sidecar.withdrawn(r.reading_no)) for r in sidecar.readings]
            for reading, step in steps:
                if step is not None:
                    part = None if reading is None else str(reading.reading_no)
                    yield sidecar.original_name, part, step.by, step.on, step.reason, sidecar.file_id[:12]
            if whole is None and sidecar.file_id in newer:
                by = newer[sidecar.file_id]
                why = word("handover.replaced", self.language, file=by.original_name)
                yield sidecar.original_name, None, None, by.received_on, why, sidecar.file_id[:12]

    def _plans(self) -> Iterator[tuple[str, str, str, dt.date]]:
        """Every plan that has numbers: its code, short name, area and last month that the data cover whole."""
        cutoff = self._read("build")["data_cutoff"][0]
        for row in self._read("plans", language=self.language).iter_rows(named=True):
            months = self._read("as_of_dates", plan_id=row["plan_id"])["as_of"].to_list()
            if months:
                as_of = next((month for month in months if month <= cutoff), months[0])
                yield row["plan_id"], row["short"], row["area_code"], as_of

    def _due(self) -> pl.DataFrame:
        """Who owes what, of every plan."""
        plan = word("handover.column_plan", self.language)
        found = []
        for plan_id, short, _, as_of in self._plans():
            rows = due.due_at(self.build_id, plan_id, as_of, self.language).rows
            owed = due.export_table(rows.filter(pl.col("state").is_in(due.OWED)), self.language)
            found.append(owed.select(pl.lit(short).alias(plan), pl.all()))
        return pl.concat(found)

    def _expiries(self) -> Iterator[Cells]:
        """Whose title ends within twelve months of the last whole month unless it is reviewed."""
        tiers = self._read("tiers", language=self.language)
        for plan_id, short, area_code, as_of in self._plans():
            until = pl.Series([as_of]).dt.offset_by(f"{_EXPIRY_MONTHS}mo").dt.month_end()[0]
            for tier, name in tiers.select("tier", "short").iter_rows():
                found = expiring(self.build_id, plan_id, area_code, tier, as_of, until)
                own = found.filter(pl.col("via_tier") == tier)
                for row in enterprises.with_names(self.build_id, own).iter_rows(named=True):
                    status = word(f"enterprises.status_{row['status']}", self.language)
                    area = row[f"area_{self.language}"]
                    yield short, row["name"], row["uscc"], area, name, status, row["valid_to"], row["month_end"]


_TEXT, _DAY = pl.String, pl.Date
_FILES: dict[str, type[pl.DataType]] = {
    "file": _TEXT, "reads": _TEXT, "area": _TEXT, "issuer": _TEXT, "document_no": _TEXT, "event_on": _DAY,
    "valid": _TEXT, "period_end": _DAY, "received_on": _DAY, "source": _TEXT, "counts": _TEXT, "file_id": _TEXT,
}  # fmt: skip
_DECISIONS: dict[str, type[pl.DataType]] = {"kind": _TEXT, "what": _TEXT, "by": _TEXT, "on": _DAY, "why": _TEXT}
_THRESHOLDS: dict[str, type[pl.DataType]] = {
    "threshold": _TEXT, "value": _TEXT, "default": _TEXT, "by": _TEXT, "on": _DAY, "why": _TEXT, "source": _TEXT,
}  # fmt: skip
_WITHDRAWN: dict[str, type[pl.DataType]] = {
    "file": _TEXT, "reading": _TEXT, "by": _TEXT, "on": _DAY, "why": _TEXT, "file_id": _TEXT,
}  # fmt: skip
_EXPIRIES: dict[str, type[pl.DataType]] = {
    "plan": _TEXT, "enterprise": _TEXT, "uscc": _TEXT, "area": _TEXT, "tier": _TEXT, "status": _TEXT, "valid_to": _DAY,
    "month_end": _DAY,
}  # fmt: skip
