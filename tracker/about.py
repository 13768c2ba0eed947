"""What the page on methods and sources says of a build, in words: debts, files, refused rows, forecasts. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import polars as pl

from tracker import text
from tracker.findings import Row
from tracker.notice_debts import debt_line
from tracker.text import word

SECTIONS = ("rules", "what_if", "debts", "sources", "forecasts")
LIMITS = (
    "files", "late", "waiting", "estimated", "reported", "same_enterprise", "pace", "forecast", "parts", "hindcast",
)  # fmt: skip
# Worst first: what is missing from a number, what may be wrong in it, what it counts with a reservation.
DEBTS: dict[str, tuple[str, ...]] = {
    "missing": (
        "file_unreadable", "file_given_up", "announced_differs", "rows_rejected", "values_rejected", "cells_rejected",
        "review_overdue", "publicity_overdue", "estimate_no_base_in_force", "estimate_no_base_pool",
        "activity_unrecorded",
    ),
    "doubtful": (
        "same_name_other_code", "same_code_other_name", "former_name_of_other_code", "unit_jump",
        "percent_as_fraction", "implausible", "part_above_whole", "cumulative_fall", "large_change",
        "review_before_batch", "step_before_earlier", "correction_differs", "correction_row_gone",
        "correction_file_gone", "ledger_differs", "activity_differs",
    ),
    "assumed": (
        "area_unassigned", "ledger_dated_by_year", "ledger_dated_by_held", "ledger_dated_by_catalog",
        "ledger_dated_by_notice", "window_estimated", "rows_repeated", "correction_superseded",
        "correction_already_so",
    ),
}  # fmt: skip
ENOUGH = 10  # counts below this are printed as counts, never as a percentage
COUNTS = ("announced", "read", "accepted", "out_of_area", "rejected", "duplicate", "blank")
# An 80% interval that holds less or more than this of what came was too narrow or too wide.
NARROW_BELOW, WIDE_ABOVE = 0.75, 0.90
# Chances that are further than this from what came true are worth a warning.
OFF_BY = 0.1
LIKELIEST = 4
# Where the words of an assumed code stand.
_CODED = {
    "basis": "basis",
    "comparator": "about.comparator",
    "commitment": "about.commitment",
    "pace_basis": "about.pace",
}


_PLACES = {kind: number for number, kind in enumerate(kind for kinds in DEBTS.values() for kind in kinds)}


def debt_place(kind: str) -> int:
    """Where a kind of debt stands among the others: what is missing first, what is counted with a reservation last."""
    return _PLACES[kind]


def ranked_debts(debts: pl.DataFrame) -> list[tuple[str, list[Row]]]:
    """The debts of a build under ``missing``, ``doubtful`` and ``assumed``; open ones before accepted, many before few.

    Args:
        debts: ``queries/debts.sql``.
    """
    rows = sorted(
        debts.iter_rows(named=True),
        key=lambda row: (
            debt_place(row["kind"]),
            row["accepted_by"] is not None,
            -row["number"],
            row["file_name"] or "",
        ),
    )
    groups: list[tuple[str, list[Row]]] = [
        (group, [row for row in rows if row["kind"] in kinds]) for group, kinds in DEBTS.items()
    ]
    return [(group, found) for group, found in groups if found]


def debts_finding(debts: pl.DataFrame, own: int, language: str) -> str:
    """How many debts there are in a build, of which weight, and how many of them (``own``) a briefing would list."""
    if debts.is_empty():
        return word("about.debts_none", language)
    parts = [word(f"about.debts_{group}_number", language, number=len(found)) for group, found in ranked_debts(debts)]
    said = word("about.debts_number", language, number=debts.height, parts=text.listed(parts, language))
    return said if own == debts.height else said + word("about.debts_own", language, number=own)


def debt_phrase(row: Row, language: str) -> str:
    """A debt as a sentence; of a file that was read twice, for which list."""
    line = debt_line(row, language)
    if row["event"] is None:
        return line
    return word("about.debt_of_event", language, debt=line, event=word(f"event.{row['event']}", language))


def accepted_phrase(row: Row, language: str) -> str:
    """Who accepted a debt or an incomplete file, when and why; what is open says so."""
    if row["accepted_by"] is None:
        return word("about.open", language)
    on = text.day(row["accepted_on"], language)
    return word("about.accepted_by", language, by=row["accepted_by"], on=on, reason=row["accept_reason"] or "–")


def debt_table(debts: pl.DataFrame, language: str) -> pl.DataFrame:
    """One row per debt, worst first, as it is saved."""
    lines = [
        [word(f"about.debts_{group}", language), debt_phrase(row, language), accepted_phrase(row, language)]
        for group, found in ranked_debts(debts)
        for row in found
    ]
    return _frame(("weight", "debt", "handled"), lines, language)


def _frame(columns: Iterable[str], lines: list[list[str]], language: str) -> pl.DataFrame:
    names = [word(f"about.column_{column}", language) for column in columns]
    return pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")


def refusal_table(refusals: pl.DataFrame, language: str) -> pl.DataFrame:
    """One row per refused row or cell: where it stands, what is wrong and what to do, the value as printed."""
    lines = [
        [
            row["original_name"] or "–",
            row["sheet"] or "–",
            "–" if row["row"] is None else str(row["row"]),
            row["column"] or "–",
            row["name_as_printed"] or "–",
            word("rule.blank", language) if row["value"] is None else row["value"],
            refusal_in_words(row, language),
        ]
        for row in refusals.iter_rows(named=True)
    ]
    return _frame(("file", "sheet", "row", "cell_column", "printed", "printed_value", "why"), lines, language)


def refusal_in_words(row: Row, language: str) -> str:
    """The rule that refused a row or cell, as a sentence that says what to do."""
    value = word("rule.blank", language) if row["value"] is None else row["value"]
    # The refusal of a correction is a whole sentence; its row holds the English one among the candidates.
    if row["rule"] == "correction_refused" and language == "en":
        value = row["candidates"]
    return word(f"rule.{row['rule']}", language, value=value, candidates=row["candidates"] or "–")


def reading_name(row: Row, language: str) -> str:
    """What a reading takes a file for: its list, or the kind of report."""
    if row["reading_id"] is None:
        return word("about.no_reading", language)
    parts = [row["tier_short"]] if row["tier_short"] else []
    if row["kind"] != "list":
        parts.append(word(f"about.kind_{row['kind']}", language))
    elif row["event"]:
        parts.append(word(f"event.{row['event']}", language))
    if row["batch"]:
        parts.append(word("files.batch", language, batch=row["batch"]))
    day = row["event_on"] or row["period_end"]
    parts += [f"{day:%Y-%m-%d}"] if day else []
    return " · ".join(filter(None, [" ".join(parts), row["area_short"]]))


def completeness(row: Row, language: str) -> str:
    """Whether a reading is complete, and who accepted that it is not."""
    if row["withdrawn_on"] is not None or row["is_complete"] is None:
        return word("about.not_counted", language)
    if row["is_complete"]:
        return word("about.complete", language)
    return word("about.incomplete", language, accepted=accepted_phrase(row, language))


def count_of(row: Row, name: str, language: str) -> str:
    """One number of a reading; cells of ledgers that were refused stand beside its refused rows.

    Where a list prints subtotals and no total, their sum stands for it and says so.
    """
    value = row[name]
    if name == "announced" and row["announced_parts"]:
        return word("about.announced_parts", language, number=value, parts=row["announced_parts"])
    if name == "rejected" and row["rejected_cells"]:
        return word("about.rejected_cells", language, rows=value or 0, cells=row["rejected_cells"])
    return "–" if value is None else str(value)


def reading_table(readings: pl.DataFrame, language: str) -> pl.DataFrame:
    """One row per file and reading with what became of its rows, as it is saved."""
    lines = [
        [
            row["original_name"],
            reading_name(row, language),
            row["issuer"] or "–",
            text.received(row["received_on"], row["withdrawn_on"], language),
            *(count_of(row, name, language) for name in COUNTS),
            completeness(row, language),
        ]
        for row in readings.iter_rows(named=True)
    ]
    return _frame(("file", "reading", "issuer", "received", *COUNTS, "complete"), lines, language)


def sources_finding(readings: pl.DataFrame, language: str) -> str:
    """How many files there are and how many readings of them are not complete."""
    if readings.is_empty():
        return word("about.sources_none", language)
    number = readings["original_name"].n_unique()
    open_readings = split_readings(readings)[0].height
    key = "about.sources_incomplete" if open_readings else "about.sources_complete"
    return word(key, language, number=number, incomplete=open_readings)


def split_readings(readings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Readings that count and are not complete; all others."""
    is_open = (~pl.col("is_complete") & pl.col("withdrawn_on").is_null()).fill_null(False)
    return readings.filter(is_open), readings.filter(~is_open)


def correction_table(corrections: pl.DataFrame, language: str) -> pl.DataFrame:
    """One row per correction and place: what, where, by whom, why, and whether it works."""
    lines = [
        [
            word(
                f"correction.{correction_act(row)}",
                language,
                id=row["correction_id"],
                place=_correction_place(row),
                expect=row["expected"] or word("rule.blank", language),
                to=row["new_value"] or "",
            ),
            word("correction.decided", language, by=row["recorded_by"], on=row["recorded_at"].date()),
            row["reason"] or "–",
            word(f"correction.state.{row['state']}", language),
        ]
        for row in corrections.iter_rows(named=True)
    ]
    return _frame(("correction", "decided", "reason", "works"), lines, language)


def correction_act(row: Row) -> str:
    """What a correction does, as its words are called: of taking out, whether a row, a title or a cell is meant."""
    if row["action"] != "drop":
        return str(row["action"])
    if row["column"] or row["measure"]:
        return "emptied"
    return "title_out" if row["tier"] else "drop"


def _correction_place(row: Row) -> str:
    cell = f"{row['column'] or ''}{row['row'] or ''}"
    stated = ("file_name", "sheet", "enterprise", "area_short", "tier_short", "measure_name", "period")
    return " ".join(
        str(part) for part in (*(row[name] for name in stated[:2]), cell, *(row[name] for name in stated[2:])) if part
    )


def assumed_value(row: Row, field: str, unit_names: Mapping[str, str], language: str) -> str:
    """The value that stands for a field which the plan does not state."""
    value = row[field]
    if value is None:
        return word("about.unknown", language)
    if isinstance(value, dt.date):
        return text.day(value, language)
    if field == "owner_units":
        return text.listed([unit_names.get(code, code) for code in value.split(",")], language)
    if isinstance(value, float):
        return text.compact(value, row["unit"], row["decimals"], language)
    return word(f"{_CODED[field]}.{value}", language) if field in _CODED else str(value)


def assumed_pairs(row: Row, unit_names: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    """Each assumed field of a target or plan in words, with its value."""
    return [
        (word(f"field.{field}", language), assumed_value(row, field, unit_names, language))
        for field in row["assumed"].split(",")
    ]


def assumed_fields(frames: Iterable[pl.DataFrame]) -> list[str]:
    """Every field that anything is assumed of, in the order of first appearance."""
    return list(dict.fromkeys(field for frame in frames for names in frame["assumed"] for field in names.split(",")))


def share_phrase(share: float, of: int, language: str) -> str:
    """A share of some forecasts: in percent, or as a count of fewer than ten; nearly all is never printed as all."""
    if of < ENOUGH:
        return word("about.share_of", language, number=round(share * of), of=of)
    return text.compact(100 * share, "percent", 0, language, target=100 if share > 0.5 else 0)


def forecast_finding(reliability: pl.DataFrame, language: str) -> str:
    """How far forecasts may be trusted, in one sentence: what was called likely, what unlikely, and the interval.

    Args:
        reliability: ``queries/reliability.sql``; the chance falls into fifths, 0 to 4.
    """
    total = int(reliability["forecasts"].sum()) if reliability.height else 0
    if not total:
        return word("about.forecasts_none", language)
    parts = []
    for key, chance_bin in (("about.forecasts_likely", LIKELIEST), ("about.forecasts_unlikely", 0)):
        rows = reliability.filter(pl.col("chance_bin") == chance_bin)
        if rows.height:
            number = int(rows["forecasts"].sum())
            share = _weighted(rows, "observed_share")
            shown = text.number(number, 0, language)
            parts.append(word(key, language, number=shown, share=share_phrase(share, number, language)))
    inside = share_phrase(_weighted(reliability, "inside_share"), total, language)
    parts.append(word("about.forecasts_inside", language, share=inside))
    joined = word("about.verdict_separator", language).join(parts)
    return word("about.forecasts_sentence", language, number=text.number(total, 0, language), parts=joined)


def _weighted(rows: pl.DataFrame, column: str) -> float:
    return float((rows[column] * rows["forecasts"]).sum()) / int(rows["forecasts"].sum())


def trust_phrase(score: Row, rows: pl.DataFrame, language: str) -> str:
    """What the scores of one model and horizon mean for a reader: how to take its interval and its chances.

    Chances are worth reading where their Brier score beats that of always naming the share that came true, s (1 - s).

    Args:
        score: a row of :func:`tracker.outlook_view.scores_of`.
        rows: its fifths of the chance in ``queries/reliability.sql``.
    """
    inside = score["inside_share"]
    interval = "narrow" if inside < NARROW_BELOW else "wide" if inside > WIDE_ABOVE else "fair"
    came_true = _weighted(rows, "observed_share")
    chances = "better" if score["brier"] < came_true * (1 - came_true) else "no_better"
    said = [word(f"about.interval_{interval}", language), word(f"about.chances_{chances}", language)]
    for row in rows.filter(pl.col("forecasts") >= ENOUGH).iter_rows(named=True):
        off = row["mean_chance"] - row["observed_share"]
        if row["chance_bin"] == 0 and off < -OFF_BY:
            said.append(word("about.low_too_low", language))
        if row["chance_bin"] == LIKELIEST and off > OFF_BY:
            said.append(word("about.high_too_high", language))
    return word("about.verdict_separator", language).join(said)
