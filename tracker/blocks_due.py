"""Designed parts of the page on what is due as HTML. Pure: rows and words in, markup out."""

from __future__ import annotations

from html import escape

import polars as pl

from tracker import blocks, due, text
from tracker.findings import Row
from tracker.look import STATUS_LOOKS
from tracker.text import word

_COUNTED = 5  # what was skipped need not be asked for; it stands in the table
_COLUMNS = ("unit", "report", "period", "due_on", "received_on", "state", "missing")


def counts(rows: pl.DataFrame, language: str) -> str:
    """The number of units that owe something, then of the reports in each state."""
    owing = len(due.owing(rows))
    items = [_count("missed" if owing else "", word("due.count_units", language), owing)]
    for state, number in list(due.counts(rows).items())[:_COUNTED]:
        items.append(_count(due.LOOKS[state] if number else "", word(f"due.count_{state}", language), number))
    return f'<ul class="tt-counts">{"".join(items)}</ul>'


def _count(look: str, label: str, number: int) -> str:
    style = f' style="color:var(--{look}-text)"' if look else ""
    mark = f"{STATUS_LOOKS[look].mark} " if look else ""
    zero = "" if number else " is-zero"
    return f'<li class="tt-count{zero}"><span{style}>{mark}{escape(label)}</span><b{style}>{number}</b></li>'


def report_table(rows: pl.DataFrame, language: str) -> str:
    """Every report: whose, of when, due when, come when in which file, its state and what is missing."""
    captions = [word(f"due.column_{name}", language) for name in _COLUMNS]
    table = blocks.table(captions, [_row(row, language) for row in rows.iter_rows(named=True)])
    return f'<div class="tt-due">{table}</div>'


def _row(row: Row, language: str) -> str:
    look = due.LOOKS[row["state"]]
    shown = escape(due.state_phrase(row, language))
    days = [text.day(row[name], language) if row[name] else "–" for name in ("due_on", "received_on")]
    file = f"<small>{escape(row['file_name'])}</small>" if row["file_name"] else ""
    answered = due.answered_phrase(row, language)
    missing = due.missing_phrase(row, language)
    beside = f"<small>{escape(answered)}</small>" if answered else ""
    name, report = escape(row["reporter_name"]), escape(due.report_phrase(row, language))
    return (
        f'<tr class="is-plain"><th scope="row">{name}</th><td class="is-tight">{report}</td>'
        f'<td class="is-tight">{escape(due.period_phrase(row, language))}</td>'
        f'<td class="is-tight">{days[0]}</td><td>{days[1]}{file}</td>'
        f'<td><span class="tt-status" style="color:var(--{look}-text)">{STATUS_LOOKS[look].mark} {shown}</span></td>'
        f"<td>{escape(missing)}{beside}</td></tr>"
    )


def version_table(rows: pl.DataFrame, language: str) -> str:
    """Reports of which there are several: which holds, which was replaced and is kept."""
    captions = [
        word(f"due.column_{name}", language) for name in ("area", "report", "period", "file", "received_on", "holds")
    ]
    lines = []
    for row in rows.iter_rows(named=True):
        if row["replaced_by"]:
            holds = word("due.version_replaced", language, file=row["replaced_by"])
        else:
            holds = word("due.version_values", language, replacing=row["replacing"], replaced=row["replaced"])
        period = text.day(row["period_end"], language) if row["period_end"] else "–"
        level = due.report_phrase(row, language)
        day = text.day(row["received_on"], language)
        lines.append([row["area_short"] or "–", level, period, row["original_name"], day, holds])
    return blocks.table(captions, blocks.plain_rows(lines))
