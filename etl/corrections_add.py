"""Taking corrections in: what a person states becomes a record, once the place is found and prints what is expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from etl.add_reading import area_of, tier_of
from etl.areas import AreaResolver
from etl.build import counting_sources
from etl.corrections import Correction, correction_book, is_as_expected
from etl.corrections_apply import Cell, Outcome, cells_of, judged
from etl.corrections_place import Address, caption_letter, place_text, sheets_in, texts_at
from etl.form import Form, words
from etl.inbox import Inbox
from etl.parsed_rows import read_rows
from etl.periods import parse_period
from etl.records import in_force
from etl.refusal import Refusal
from etl.rows import AREA_FIELDS, REJECTION_SCHEMA, ListRows, Sheet
from etl.sandbox import Parsed
from etl.table import column_index, column_letter, column_name, squeezed
from etl.value_tables import MeasureNames
from tracker.catalog import Catalog

CORRECTION_REFUSED = "correction_refused"


@dataclass(frozen=True)
class Stated:
    """What a person states of one correction, as texts; None is left open.

    ``to`` None: the row is taken out, wherever in it ``column`` points; with ``is_emptied`` only that cell is emptied,
    with ``is_right`` what stands there is confirmed.
    """

    expect: str
    to: str | None
    reason: str
    by: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    enterprise: str | None = None
    area: str | None = None
    tier: str | None = None
    measure: str | None = None
    period: str | None = None
    is_right: bool = False
    is_emptied: bool = False

    @property
    def is_row_out(self) -> bool:
        """Whether the row is to go, and not only what stands in a cell."""
        return self.to is None and not self.is_right and not self.is_emptied


class Recorder:
    """Records corrections against the files that count now. The caller holds the lock of the inbox."""

    def __init__(self, data_folder: Path, catalog: Catalog) -> None:
        self._catalog = catalog
        self._inbox = Inbox(data_folder)
        self._book = correction_book(self._inbox)
        self._sources, _ = counting_sources(self._inbox, data_folder, catalog)
        self._areas = AreaResolver(catalog)
        self._names = {source.sidecar.file_id: source.sidecar.original_name for source in self._sources}
        self._known = in_force(self._book.records())
        self._taken: dict[tuple[Path, Cell], Correction] = {}
        self._take(judged(self._known, self._sources, catalog))

    def record(self, stated: Stated, *, keep: bool, origin: str | None = None) -> tuple[Correction, bool]:
        """Check a correction and keep it.

        Args:
            stated: what the person says.
            keep: write it down, or only check it.
            origin: the form that it came with.

        Returns:
            The correction, and whether it is new: one that says the same and holds already is returned instead.

        Raises:
            Refusal: where something is missing or unknown, nothing is there, or something else is printed.
        """
        correction = self._correction(stated, origin)
        same = next((known for known in self._known if known.says_the_same(correction)), None)
        if same is not None:
            return same, False
        outcomes = self._outcomes(correction)
        self._check_area(correction, outcomes)
        self._take(outcomes)
        self._known.append(correction)
        if keep:
            self._book.add(correction)
        return correction, True

    def _take(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.state == "applied":
                self._taken |= dict.fromkeys(_keys(outcome), outcome.correction)

    def _outcomes(self, correction: Correction) -> list[Outcome]:
        """Where it applies, at least one place.

        Raises:
            Refusal: where it applies nowhere, saying why.
        """
        outcomes = judged([correction], self._sources, self._catalog)
        first = outcomes[0]
        place = place_text(correction, self._names, self._catalog)
        others = [self._taken[key] for outcome in outcomes for key in _keys(outcome) if key in self._taken]
        if others:
            raise Refusal("correction.already", {"place": place, "correction": others[0].correction_id})
        if first.state == "applied":
            return outcomes
        printed = "、".join(dict.fromkeys(t for o in outcomes if o.place for t in o.place.printed if t)) or "–"
        values = {"expect": correction.expect or "–", "to": correction.value or "–", "printed": printed[:200]}
        raise Refusal(f"correction.{first.cause}", {"place": place, **values})

    def _check_area(self, correction: Correction, outcomes: Iterable[Outcome]) -> None:
        """Refuse what leaves a cell that says where a row belongs without an area.

        A text that names none would count nowhere; emptied, the row would count although its area was refused.
        """
        is_emptied = correction.action == "drop" and correction.column is not None
        if not is_emptied and (correction.value is None or self._areas.names_area(correction.value)):
            return
        for outcome in outcomes:
            if outcome.state != "applied" or outcome.place is None:
                continue
            at = outcome.place.address
            columns = (c for sheet in sheets_in(at.folder) if sheet["name"] == at.sheet for c in sheet["columns"])
            if any(c["letter"] in at.letters and c["field"] in AREA_FIELDS for c in columns):
                scope = next(s.reading.area_code for s in self._sources if s.sidecar.file_id == at.file_id)
                place = place_text(correction, self._names, self._catalog)
                known = "、".join(self._areas.parts_within(scope))
                code = "correction.emptied_area" if is_emptied else "correction.unknown_area"
                raise Refusal(code, {"place": place, "to": correction.value or "", "known": known})

    def _correction(self, stated: Stated, origin: str | None) -> Correction:
        for name in ("reason", "by"):
            if not getattr(stated, name).strip():
                raise Refusal(f"correction.missing_{name}", {})
        said = {
            "recorded_at": dt.datetime.now(),
            "by": stated.by.strip(),
            "reason": stated.reason.strip(),
            "action": "override" if stated.to is not None else "confirm" if stated.is_right else "drop",
            "expect": stated.expect,
            "value": stated.to,
            "origin": origin,
        }
        if (stated.to is not None, stated.is_right, stated.is_emptied).count(True) > 1 or (
            stated.to is not None and not stated.to.strip()
        ):
            raise Refusal("correction.to_or_drop", {})
        if stated.to is None and not stated.expect and not (stated.is_row_out and stated.file and stated.column):
            raise Refusal("correction.drop_without_expect", {})
        where = self._place(stated) if stated.file else self._subject(stated)
        return Correction.model_validate(said | where)

    def _place(self, stated: Stated) -> dict[str, Any]:
        """A place in a file: the sheet may be left open where there is one, the column may be its caption."""
        assert stated.file is not None
        sidecar = self._inbox.find(stated.file)
        source = next((s for s in self._sources if s.sidecar.file_id == sidecar.file_id), None)
        if source is None:
            raise Refusal("correction.file_gone", {"place": sidecar.original_name})
        sheets = {str(sheet["name"]): sheet for sheet in sheets_in(source.parsed) if sheet["columns"]}
        name = stated.sheet if stated.sheet is not None else next(iter(sheets)) if len(sheets) == 1 else None
        where = {"file": sidecar.original_name, "sheet": stated.sheet or "–"}
        if name is None or name not in sheets:
            known = "、".join(known or "–" for known in sheets)
            raise Refusal("correction.unknown_sheet", {**where, "known": known})
        if stated.row is None:
            raise Refusal("correction.missing_row", {})
        letter = None
        if stated.column:
            letter = caption_letter(sheets[name], stated.column) or stated.column.strip().upper()
            if column_index(letter) < 0:
                known = "、".join(f"{c['letter']} {c['header']}" for c in sheets[name]["columns"])
                raise Refusal("correction.unknown_column", {**where, "column": stated.column, "known": known})
        elif not stated.is_row_out:
            raise Refusal("correction.missing_column", {})
        at = Address(source.parsed, sidecar.file_id, name, stated.row, (letter,) if letter else ())
        place = {"file_id": at.file_id, "sheet": at.sheet, "row": at.row, "column": letter}
        if letter is None or not stated.is_row_out:
            return place
        return place | {"column": None, "expect": self._who_stands_at(at, sheets[name], stated.expect)}

    def _who_stands_at(self, at: Address, sheet: Sheet, expect: str) -> str:
        """What a row calls its enterprise, else what it says first: by that it is known once it is to be taken out.

        Raises:
            Refusal: where there is no such cell, or something else is printed in it.
        """
        row = replace(at, letters=())
        printed = texts_at([at, row])
        place = f"{self._names[at.file_id]} {at.sheet} {at.letters[0]}{at.row}"
        if at not in printed:
            raise Refusal("correction.row_gone", {"place": place})
        [text] = printed[at]
        if not is_as_expected(text, expect):
            raise Refusal("correction.differs", {"place": place, "expect": expect or "–", "printed": text or "–"})
        names = replace(at, letters=tuple(c["letter"] for c in sheet["columns"] if c["field"] == "name"))
        named = texts_at([names]).get(names, ()) if names.letters else ()
        return next(said for said in (*named, *printed[row]) if said)

    def _subject(self, stated: Stated) -> dict[str, Any]:
        """An enterprise with a title or a measure, or an area with a measure."""
        if bool(stated.enterprise) == bool(stated.area) or bool(stated.tier) == bool(stated.measure):
            raise Refusal("correction.where", {})
        if stated.tier:
            if stated.area:
                raise Refusal("correction.where", {})
            if not stated.is_row_out and not stated.column:
                raise Refusal("correction.missing_column", {})
            column = None if stated.is_row_out else stated.column
            said = {"enterprise": stated.enterprise, "period": stated.period, "column": column}
            return said | {"tier": tier_of("–", stated.tier, self._catalog)}
        named = MeasureNames(self._catalog, "area" if stated.area else "enterprise").read(stated.measure or "")
        if named is None:
            raise Refusal("correction.unknown_measure", {"measure": stated.measure})
        if parse_period(stated.period or "") is None:
            raise Refusal("values.bad_period", {"file": "–", "value": stated.period or "–"})
        subject: dict[str, Any] = {"enterprise": stated.enterprise}
        if stated.area:
            subject = {"area_code": area_of("–", stated.area, self._catalog)}
        return subject | {"measure": named.measure, "period": stated.period}


def _keys(outcome: Outcome) -> list[tuple[Path, Cell]]:
    """The cells that an outcome speaks of."""
    return [(outcome.place.address.folder, cell) for cell in cells_of(outcome.place)] if outcome.place else []


def record_form(form: Form, parsed: Parsed, file: str, data_folder: Path, catalog: Catalog, *, keep: bool) -> ListRows:
    """Record what a filled correction form states; a row that cannot be taken is refused with its cell.

    Rows in which nobody filled anything say nothing and are blank. ``duplicate`` counts what is on record already.
    """
    texts: dict[str, Any] = words()["corrections"]
    table = form.tables[0]
    columns = {squeezed(str(texts[key])): key for key in FORM_COLUMNS}
    sheet = next(sheet for sheet in sheets_in(parsed.folder) if sheet["name"] == table.sheet)
    places = {columns[key]: c["index"] for c in sheet["columns"] if (key := squeezed(c["header"])) in columns}
    rows = read_rows(parsed.folder).filter(pl.col("sheet") == table.sheet)
    recorder = Recorder(data_folder, catalog)
    counts = dict.fromkeys(("read", "accepted", "out_of_area", "rejected", "duplicate", "blank"), 0)
    rejected: list[dict[str, Any]] = []
    for row in rows.iter_rows(named=True):
        cells = {key: (row[column_name(index)] or "").strip() for key, index in places.items()}
        if not any(cells.get(key) for key in _FILLED):
            counts["blank"] += 1
            continue
        counts["read"] += 1
        try:
            _, is_new = recorder.record(_stated(cells, texts, catalog), keep=keep, origin=file)
            counts["accepted" if is_new else "duplicate"] += 1
        except Refusal as refusal:
            counts["rejected"] += 1
            column = column_letter(places[_FAULTY.get(refusal.code, "value")])
            rejected.append(
                dict.fromkeys(REJECTION_SCHEMA)
                | {"sheet": table.sheet, "row": row["row"], "column": column, "rule": CORRECTION_REFUSED}
                | {"value": refusal.text("zh"), "candidates": refusal.text("en"), "name_as_printed": cells["subject"]}
            )
    return ListRows(pl.DataFrame(), pl.DataFrame(rejected, schema=REJECTION_SCHEMA, orient="row"), counts, {})


FORM_COLUMNS = (
    "file_id", "file", "sheet", "row", "column", "subject", "what", "period", "problem",
    "expect", "action", "value", "reason", "by",
)  # fmt: skip
# The words of the form for what is done; it has no word for taking out that could mean the row or only its cell.
ACTION_WORDS = ("override", "drop", "emptied", "confirm")
_FILLED = ("action", "value", "reason", "by")
_FAULTY = {
    "correction.missing_reason": "reason",
    "correction.missing_by": "by",
    "correction.missing_row": "row",
    "correction.missing_column": "column",
    "correction.differs": "expect",
    "correction.row_gone": "row",
    "correction.unknown_sheet": "sheet",
    "correction.unknown_column": "column",
    "correction.action": "action",
    "inbox.unknown_file": "file_id",
}


def _stated(cells: Mapping[str, str], texts: Mapping[str, Any], catalog: Catalog) -> Stated:
    """One row of the form. What is filled in without a word for it is what should stand there."""
    known = {squeezed(str(texts[name])): name for name in ACTION_WORDS}
    action = known.get(squeezed(cells["action"] or texts["override"]))
    if action is None or (action == "override") != bool(cells["value"]):
        raise Refusal("correction.action", {name: texts[name] for name in ACTION_WORDS})
    to = cells["value"] if action == "override" else None
    common = Stated(cells["expect"], to, cells["reason"], cells["by"])
    common = replace(common, is_right=action == "confirm", is_emptied=action == "emptied")
    if cells["file_id"]:
        row = int(cells["row"]) if cells["row"].isdecimal() else None
        # The form cannot show a sheet without a name, as those of CSV files are.
        sheet, column = cells["sheet"] or None, cells["column"] or None
        return replace(common, file=cells["file_id"], sheet=sheet, row=row, column=column)
    subject, what = cells["subject"] or None, cells["what"] or None
    resolution = AreaResolver(catalog).resolve((subject,), None)
    is_area = resolution.area_code is not None and resolution.problem is None
    is_measure = MeasureNames(catalog, "area" if is_area else "enterprise").read(what or "") is not None
    return replace(
        common,
        area=subject if is_area else None,
        enterprise=None if is_area else subject,
        measure=what if is_measure else None,
        tier=None if is_measure else what,
        period=cells["period"] or None,
        column=cells["column"] or None,
    )
