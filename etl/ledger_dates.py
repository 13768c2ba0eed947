"""On which days the statements of a ledger happened, and which of them a notice makes already.

A ledger repeats what notices said. A statement about an enterprise and title of which a notice of the same year,
batch or day is loaded is that notice's event: the notice counts, and where the ledger prints other days or another
batch, the difference becomes a data debt. Without a word for it (复核, 新认定) a statement may repeat either event, so
that a review never turns into a recognition.

The days of every other statement come, in this order, from

1. the row: its own day, else the first day of its own window (or of one validity before its end);
2. the notices of other files: the one date of that title, event and batch or year in an area that holds the row;
3. the catalogue: the usual window of that batch, marked as estimated;
4. the reading, for statements that name no year or the reading's own: ``event_on``, ``valid_from``, ``valid_to``. A
   mere √ says that the title is held, not since when: it counts from that day and never as new, unless the reading
   states an event;
5. the reading's ``year_day`` in the year named, marked as estimated.

What none of them dates is refused (``ledger_date_missing``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from etl.inbox import TITLE_EVENTS, Event, Reading
from etl.ledger import LedgerRows
from etl.ledger_cells import Claim, batch_of
from etl.ledger_claims import start_of
from etl.reconcile import Judged, Source
from etl.rows import EARLIEST_DAY
from etl.validity import end_of
from tracker.catalog import Catalog
from tracker.catalog_models import Code

DatedBy = Literal["row", "notice", "catalog", "reading", "held", "year", "unknown"]
Row = Mapping[str, Any]

_YEAR = dt.timedelta(days=366)
_FURTHEST = dt.timedelta(days=3660)
_DECIDED_SCHEMA: dict[str, type[pl.DataType]] = {
    "kind": pl.String,
    "event": pl.String,
    "batch": pl.String,
    "cohort_year": pl.Int32,
    "document_no": pl.String,
    "event_on": pl.Date,
    "valid_from_on": pl.Date,
    "valid_to_on": pl.Date,
    "valid_to_estimated": pl.Boolean,
    "dated_by": pl.String,
}
_DIFFERENCE_SCHEMA: dict[str, type[pl.DataType]] = {
    "reading_id": pl.String,
    "file_id": pl.String,
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "name_as_printed": pl.String,
    "tier": pl.String,
    "what": pl.String,
    "ledger_says": pl.String,
    "notice_says": pl.String,
    "notice_reading_id": pl.String,
}


@dataclass(frozen=True)
class Settled:
    """Rows with days, the outcomes with what was refused, and where ledgers and notices differ."""

    rows: pl.DataFrame
    judged: list[Judged]
    differences: pl.DataFrame


@dataclass(frozen=True)
class _Round:
    """One known act: a notice that is loaded, or a batch of the catalogue (no area, any event of a title)."""

    tier: Code
    event: Event | None
    batch: str | None
    batch_year: int | None
    number: int | None
    cohort_year: int
    event_on: dt.date
    valid_from: dt.date | None
    valid_to: dt.date | None
    area_code: Code | None = None
    excluding: tuple[Code, ...] = ()

    @property
    def dates(self) -> tuple[dt.date, dt.date | None, dt.date | None]:
        return self.event_on, self.valid_from, self.valid_to

    def nearness(self, claim: Claim) -> int | None:
        """0 where a statement is of this batch or year, 1 where only the year of publication is the same, else None."""
        is_other_batch = None not in (claim.number, self.number) and claim.number != self.number
        if is_other_batch and not claim.is_review:
            return None
        if claim.year is None:
            # A bare number means a batch only where batches are not counted anew each year.
            return 0 if claim.number is not None and claim.number == self.number and not self.batch_year else None
        if claim.year == self.cohort_year:
            return 0
        return 1 if claim.year == self.event_on.year else None


@dataclass(frozen=True)
class _Dates:
    """The days of one event and where they come from."""

    event_on: dt.date
    valid_from: dt.date
    valid_to: dt.date
    is_estimated: bool
    dated_by: DatedBy
    of_round: _Round | None


def settle_ledgers(rows: pl.DataFrame, judged: list[Judged], catalog: Catalog) -> Settled:
    """Give every statement of every ledger its days, or its refusal, or to the notice that makes it already.

    Args:
        rows: all rows of all readings with their enterprise; those of ledgers have a number in ``claim``.
        judged: the readings with their outcomes.
        catalog: batches and settings.
    """
    ledgers = {s.reading_id: (s, outcome) for s, outcome in judged if isinstance(outcome, LedgerRows)}
    if not ledgers:
        return Settled(rows, judged, pl.DataFrame(schema=_DIFFERENCE_SCHEMA))
    is_claim = pl.col("claim").is_not_null()
    claims = rows.filter(is_claim)
    notices = _notices(rows.filter(~is_claim & (pl.col("kind") == "list")), claims)
    rounds = _known_rounds(judged, catalog)
    deciders = {
        reading_id: _Decider(source, outcome.claims, notices, rounds, catalog)
        for reading_id, (source, outcome) in ledgers.items()
    }
    decided = [deciders[row["reading_id"]].decide(row) for row in claims.iter_rows(named=True)]
    known = pl.DataFrame([one or {} for one in decided], schema=_DECIDED_SCHEMA, orient="row")
    claims = claims.with_columns(known.get_columns()).filter(pl.col("kind").is_not_null())
    places = claims.select("reading_id", "sheet", "row").unique()
    outcomes: list[Judged] = []
    for source, outcome in judged:
        if isinstance(outcome, LedgerRows):
            decider = deciders[source.reading_id]
            here = places.filter(pl.col("reading_id") == source.reading_id).select("sheet", "row")
            outcome = outcome.settled(decider.refused, frozenset(here.iter_rows()), decider.repeated)
        outcomes.append((source, outcome))
    differences = [difference for decider in deciders.values() for difference in decider.differences]
    return Settled(
        rows=pl.concat([rows.filter(~is_claim), claims]),
        judged=outcomes,
        differences=pl.DataFrame(differences, schema=_DIFFERENCE_SCHEMA, orient="row"),
    )


def _notices(listed: pl.DataFrame, claims: pl.DataFrame) -> dict[tuple[str, Code], list[Row]]:
    """What notices say of the enterprises of the ledgers, by enterprise and title."""
    found: dict[tuple[str, Code], list[Row]] = {}
    mine = claims.select("enterprise_key", "tier").drop_nulls().unique()
    for row in listed.join(mine, on=["enterprise_key", "tier"], how="semi").iter_rows(named=True):
        found.setdefault((row["enterprise_key"], row["tier"]), []).append(row)
    return found


def _known_rounds(judged: Iterable[Judged], catalog: Catalog) -> list[_Round]:
    """Notices first, then the batches of the catalogue of which a day is known."""
    return [
        *(_round_of(source.reading) for source, _ in judged if source.reading.kind == "list"),
        *(
            _Round(
                tier=tier.tier,
                event=None,
                batch=batch.batch,
                batch_year=None,
                number=batch_of(batch.batch)[1],
                cohort_year=batch.cohort_year,
                event_on=day,
                valid_from=batch.valid_from,
                valid_to=batch.valid_to,
            )
            for tier in catalog.tiers.values()
            for batch in tier.batches
            if (day := batch.recognised_on or batch.valid_from) is not None
        ),
    ]


def _round_of(reading: Reading) -> _Round:
    year, number = batch_of(reading.batch) if reading.batch else (None, None)
    return _Round(
        tier=reading.list_tier,
        event=reading.event,
        batch=reading.batch,
        batch_year=year,
        number=number,
        cohort_year=reading.cohort_year or (reading.valid_from or reading.list_day).year,
        event_on=reading.list_day,
        valid_from=reading.valid_from,
        valid_to=reading.valid_to,
        area_code=reading.area_code,
        excluding=reading.excluding,
    )


class _Decider:
    """Decides the statements of one ledger, one after the other."""

    def __init__(
        self,
        source: Source,
        claims: Sequence[Claim],
        notices: Mapping[tuple[str, Code], list[Row]],
        rounds: Sequence[_Round],
        catalog: Catalog,
    ) -> None:
        self._reading = source.reading
        self._received_on = source.sidecar.received_on
        self._claims, self._notices, self._rounds, self._catalog = claims, notices, rounds, catalog
        self.refused: list[dict[str, Any]] = []
        self.differences: list[dict[str, Any]] = []
        self.repeated = 0

    def decide(self, row: Row) -> dict[str, Any] | None:
        """The days of a statement, those of the notice that it repeats, or None where it is refused."""
        claim = self._claims[row["claim"]]
        if row["kind"] == "pool":
            return self._pool(claim)
        event: Event = claim.event or self._reading.event or "recognition"
        notice = self._notice(row, claim, event)
        if notice is not None:
            self.repeated += 1
            self.differences += [self._difference(row, notice, *said) for said in _differences(claim, notice)]
            return {"kind": "mention", "event_on": notice["event_on"]}
        dates = self._dates(row, claim, event)
        rule = "ledger_date_missing" if dates is None else self._broken(dates)
        if dates is None or rule is not None:
            self.refused.append(self._refusal(row, claim, rule, dates))
            return None
        serving = self._reading if self._serves(claim) else None
        cohort = claim.year or (dates.of_round and dates.of_round.cohort_year) or (serving and serving.cohort_year)
        return {
            "kind": "ledger",
            "event": event,
            "batch": self._batch(row["tier"], claim, dates),
            "cohort_year": cohort or dates.valid_from.year,
            "document_no": claim.document_no or (serving and serving.document_no),
            "event_on": dates.event_on,
            "valid_from_on": dates.valid_from,
            "valid_to_on": dates.valid_to,
            "valid_to_estimated": dates.is_estimated,
            "dated_by": dates.dated_by,
        }

    def _pool(self, claim: Claim) -> dict[str, Any]:
        """A pool entry never counts, so its day may stay unknown: its enterprise is placed as of the receipt."""
        day = claim.day or (self._reading.event_on if self._serves(claim) else None)
        by: DatedBy = "row" if claim.day else "reading" if day else "unknown"
        return {"kind": "pool", "event_on": day or self._received_on, "dated_by": by}

    def _serves(self, claim: Claim) -> bool:
        """Whether what the reading states may speak of a statement: it names no year, or the reading's."""
        if claim.year is not None:
            return any(day and day.year == claim.year for day in (self._reading.event_on, self._reading.valid_from))
        return claim.number is None or claim.number == batch_of(self._reading.batch or "")[1]

    def _notice(self, row: Row, claim: Claim, event: Event) -> Row | None:
        """The notice of the same act, the nearest of several."""
        is_open = claim.event is None and self._reading.event is None
        events = TITLE_EVENTS if is_open else (event,)
        told = self._notices.get((row["enterprise_key"], row["tier"]), [])
        same = [n for n in told if n["event"] in events and self._is_same(claim, n)]
        day = claim.day or claim.valid_from or self._as_of
        return min(same, default=None, key=lambda n: (n["event"] != event, abs(n["event_on"] - day)))

    @property
    def _as_of(self) -> dt.date:
        """The day on which a mere √ held."""
        return self._reading.event_on or self._received_on

    def _is_same(self, claim: Claim, notice: Row) -> bool:
        if claim.year is not None:
            years = {notice["cohort_year"], notice["event_on"].year, notice["valid_from_on"].year}
            is_near = claim.day is not None and abs(claim.day - notice["event_on"]) < _YEAR
            return bool(claim.year in years or is_near)
        if claim.number is not None:
            return batch_of(notice["batch"] or "") == (None, claim.number)
        if (starts := self._starts(claim, notice["tier"])) is not None:
            return bool(abs(starts - notice["valid_from_on"]) < _YEAR)
        months = int(self._catalog.threshold("awaiting_review_months"))
        kept_to: dt.date = notice["valid_to_on"] + dt.timedelta(days=months * 366 / 12)
        return bool(notice["event"] in TITLE_EVENTS and notice["event_on"] <= self._as_of <= kept_to)

    def _starts(self, claim: Claim, tier: Code) -> dt.date | None:
        """The first day of the row's own window."""
        years = self._catalog.tiers[tier].validity_years
        return claim.valid_from or (start_of(claim.valid_to, years) if claim.valid_to else None)

    def _difference(self, row: Row, notice: Row, what: str, ledger_says: str, notice_says: str) -> dict[str, Any]:
        here = {name: row[name] for name in ("reading_id", "file_id", "sheet", "row", "column", "tier")}
        said = {"what": what, "ledger_says": ledger_says, "notice_says": notice_says}
        return here | said | {"name_as_printed": row["name"], "notice_reading_id": notice["reading_id"]}

    def _dates(self, row: Row, claim: Claim, event: Event) -> _Dates | None:
        starts = self._starts(claim, row["tier"])
        found = self._round(row, claim, event)
        is_notice = found is not None and found.area_code is not None
        reading = self._reading if self._serves(claim) else None
        by: DatedBy = "row"
        if claim.day is not None:
            day = claim.day
        elif starts is not None:
            is_near = found is not None and is_notice and abs(found.event_on - starts) < _YEAR
            day = found.event_on if found is not None and is_near else starts
        elif found is not None:
            day, by = found.event_on, "notice" if is_notice else "catalog"
        elif reading is not None and (stated := reading.event_on or reading.valid_from) is not None:
            day, by = stated, "held" if claim.is_bare and reading.event is None else "reading"
        elif self._reading.year_day is not None and claim.year is not None:
            day, by = dt.date.fromisoformat(f"{claim.year}-{self._reading.year_day}"), "year"
        else:
            return None
        window = claim if starts else found or reading
        printed_to = window.valid_to if window else None
        valid_from = starts or (window.valid_from if window else None) or day
        valid_to = printed_to or end_of(valid_from, self._catalog.tiers[row["tier"]].validity_years)
        is_usual = window is found is not None and not is_notice
        return _Dates(day, valid_from, valid_to, printed_to is None or is_usual, by, found)

    def _round(self, row: Row, claim: Claim, event: Event) -> _Round | None:
        """The one known act that a statement can be of: notices before the catalogue, the batch before the year."""
        events = (event, None) if event in TITLE_EVENTS else (event,)
        near: dict[tuple[bool, int], list[_Round]] = {}
        for known in self._rounds:
            if known.tier == row["tier"] and known.event in events and known.event_on <= self._received_on:
                nearness = known.nearness(claim)
                if nearness is not None and self._covers(known, row["area_code"]):
                    near.setdefault((known.area_code is None, nearness), []).append(known)
        for _, candidates in sorted(near.items()):
            in_month = [known for known in candidates if claim.month in (None, known.event_on.month)]
            chosen = in_month or candidates
            return chosen[0] if len({known.dates for known in chosen}) == 1 else None
        return None

    def _covers(self, known: _Round, area_code: Code) -> bool:
        if known.area_code is None:
            return True
        is_left_out = any(self._catalog.is_within(area_code, left_out) for left_out in known.excluding)
        return self._catalog.is_within(area_code, known.area_code) and not is_left_out

    def _broken(self, dates: _Dates) -> str | None:
        is_possible = EARLIEST_DAY <= dates.event_on <= self._received_on
        if not is_possible or not EARLIEST_DAY <= dates.valid_from <= self._received_on + _FURTHEST:
            return "date_out_of_range"
        return "valid_to_before_valid_from" if dates.valid_to < dates.valid_from else None

    def _refusal(self, row: Row, claim: Claim, rule: str | None, dates: _Dates | None) -> dict[str, Any]:
        value = claim.text
        if dates is not None:
            is_order = rule == "valid_to_before_valid_from"
            value = f"{dates.valid_from} > {dates.valid_to}" if is_order else f"{dates.event_on}"
        here = {name: row[name] for name in ("sheet", "row", "column")}
        return here | {"rule": rule, "value": value, "name_as_printed": row["name"], "candidates": None, "number": 1}

    def _batch(self, tier: Code, claim: Claim, dates: _Dates) -> str | None:
        """The batch as lists name it: ``5`` where batches are counted on, ``2025-1`` where each year begins anew."""
        if claim.number is not None:
            is_counted_on = bool(self._catalog.tiers[tier].batches) or claim.year is None
            return str(claim.number) if is_counted_on else f"{claim.year}-{claim.number}"
        if dates.of_round is not None:
            return dates.of_round.batch
        return self._reading.batch if self._serves(claim) else None


def _differences(claim: Claim, notice: Row) -> list[tuple[str, str, str]]:
    """What a ledger prints otherwise than the notice that makes the same statement: what, ledger, notice."""
    pairs = [
        ("event_on", claim.day, notice["event_on"]),
        ("valid_from", claim.valid_from, notice["valid_from_on"]),
        ("valid_to", claim.valid_to, notice["valid_to_on"]),
    ]
    found = [(what, f"{said}", f"{known}") for what, said, known in pairs if said is not None and said != known]
    if claim.month is not None and claim.day is None and claim.month != notice["event_on"].month:
        found.append(("event_on", f"{claim.year}-{claim.month:02d}", f"{notice['event_on']}"))
    number = batch_of(notice["batch"] or "")[1]
    if not claim.is_review and None not in (claim.number, number) and claim.number != number:
        found.append(("batch", f"{claim.number}", f"{number}"))
    return found
