"""Tasks and their units as HTML: counts, tables, the targets that a task serves. Pure: rows in, markup out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from tracker import blocks, measures, text
from tracker.links import View, href
from tracker.look import STATUS_LOOKS
from tracker.text import word

MOST_RECORDS = 60
Row = Mapping[str, Any]
# By task the targets that it serves, as rows of :func:`tracker.viewing.targets_at`.
Served = Mapping[str, Sequence[Row]]


def counts(numbers: Mapping[str, int], overdue: int, language: str) -> str:
    """How many tasks stand under each status, and how many are overdue whatever they stand under."""
    items = [(measures.LOOKS[status], f"measures.status_{status}", number) for status, number in numbers.items()]
    made = []
    for look, key, number in [*items, ("missed", "measures.status_overdue", overdue)]:
        style = f' style="color:var(--{look}-text)"' if number else ""
        zero = "" if number else " is-zero"
        label = f"{STATUS_LOOKS[look].mark} {escape(word(key, language))}"
        made.append(f'<li class="tt-count{zero}"><span{style}>{label}</span><b{style}>{number}</b></li>')
    return f'<ul class="tt-counts">{"".join(made)}</ul>'


def status_mark(status: str, language: str) -> str:
    """Mark and word of the status of a task in its colour."""
    look = measures.LOOKS[status]
    label = escape(word(f"measures.status_{status}", language))
    return f'<span class="tt-status" style="color:var(--{look}-text)">{STATUS_LOOKS[look].mark} {label}</span>'


def task_table(tasks: pl.DataFrame, served: Served, view: View) -> str:
    """The tasks of a plan, each as its leading unit says.

    Args:
        tasks: rows of :func:`tracker.measures.by_task`.
        served: the targets that each serves.
        view: what is looked at.
    """
    language = view.language
    rows = []
    for row in tasks.iter_rows(named=True):
        lead = blocks.link(row["name"], href("measures", view, unit=row["reporter"]))
        progress = _small([measures.others_phrase(row, language)])
        owing = row["owing"]
        owed = f"{len(owing)}" if owing else "–"
        cells = [
            f'<th scope="row">{escape(row["title"])}{_small([text.section(row["section"], language)])}</th>',
            f'<td class="is-owner">{lead}</td>',
            _due(row, language),
            f'<td class="is-tight">{status_mark(row["status"], language)}{_reported(row, language)}</td>',
            f'<td class="is-words">{escape(row["note"] or "–")}{progress}</td>',
            f'<td class="is-words">{_targets(served.get(row["measure_id"], ()), view)}</td>',
            f'<td class="is-tight" title="{escape(text.listed(owing, language))}">{owed}</td>',
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    columns = ("task", "lead", "due", "status", "note", "targets", "owing")
    return blocks.table([word(f"measures.column_{column}", language) for column in columns], rows)


def unit_task_table(rows: pl.DataFrame, served: Served, view: View) -> str:
    """The tasks of one unit, each as it says itself; the leading unit of the others stands beside."""
    language = view.language
    made = []
    for row in rows.iter_rows(named=True):
        role = word(f"measures.role_{'lead' if row['is_lead'] else 'joint'}", language)
        owed = [word("measures.status_owed", language)] if row["is_owed"] else []
        cells = [
            f'<th scope="row">{escape(row["title"])}{_small([text.section(row["section"], language)])}</th>',
            f'<td class="is-tight">{escape(role)}</td>',
            _due(row, language),
            f'<td class="is-tight">{status_mark(row["status"], language)}{_reported(row, language)}{_small(owed)}</td>',
            f'<td class="is-words">{escape(row["note"] or "–")}{_small([row["evidence"] or ""])}</td>',
            f'<td class="is-words">{_targets(served.get(row["measure_id"], ()), view)}</td>',
        ]
        made.append(f"<tr>{''.join(cells)}</tr>")
    columns = ("task", "role", "due", "status", "note", "targets")
    return blocks.table([word(f"measures.column_{column}", language) for column in columns], made)


def unit_table(units: pl.DataFrame, view: View) -> str:
    """Who reports and who owes: a line a unit, which opens all that it answers for."""
    language = view.language
    made = []
    for row in units.iter_rows(named=True):
        last = text.day(row["reported_on"], language) if row["reported_on"] else word("measures.never", language)
        numbers = [str(row[key]) if row[key] else "–" for key in ("tasks", "leads", "done", "delayed", "overdue")]
        owed = blocks.link(str(row["owed"]), href("measures", view, unit=row["reporter"], status="owed"))
        cells = [
            f'<th scope="row">{blocks.link(row["name"], href("measures", view, unit=row["reporter"]))}</th>',
            *(f'<td class="is-tight">{number}</td>' for number in numbers),
            f'<td class="is-tight">{owed if row["owed"] else "–"}</td>',
            f'<td class="is-tight">{escape(last)}</td>',
        ]
        made.append(f"<tr>{''.join(cells)}</tr>")
    columns = ("unit", "tasks", "leads", "done", "delayed", "overdue", "owed", "last")
    return blocks.table([word(f"measures.column_{column}", language) for column in columns], made)


def report_table(reports: pl.DataFrame, language: str) -> str:
    """Every report of a unit, old ones too, with the file that it stands in.

    Args:
        reports: as ``queries/task_reports.sql``.
        language: of the words.
    """
    rows = [
        [
            text.day(row["reported_on"], language),
            *(row["title"], word(f"measures.status_{row['status']}", language)),
            *(row["note"] or "–", row["evidence"] or "–", row["original_name"]),
        ]
        for row in reports.iter_rows(named=True)
    ]
    columns = ("reported", "task", "status", "note", "evidence", "file")
    return blocks.table([word(f"measures.column_{column}", language) for column in columns], blocks.plain_rows(rows))


def record_table(records: pl.DataFrame, note: str, language: str) -> list[str]:
    """Events on record: how many of which kind and where, then the first of them each with its place in a file.

    Args:
        records: as ``queries/activity_records.sql``.
        note: what they are.
        language: of the words.
    """
    counts = records.group_by("kind", "area_short", maintain_order=True).len()
    counts = counts.sort("len", descending=True, maintain_order=True)
    said = [
        word("activities.count", language, area=area, kind=kind, number=number)
        for kind, area, number in counts.iter_rows()
    ]
    rows = [
        [
            text.day(row["held_on"], language),
            *(row["kind"], row["title"], row["area_short"], row["organiser"] or "–"),
            *("–" if row[key] is None else str(row[key]) for key in ("participants", "enterprises")),
            f"{row['original_name']} · {row['sheet']} {row['row']}",
        ]
        for row in records.head(MOST_RECORDS).iter_rows(named=True)
    ]
    # File and row share a cell, so that long file names have room.
    captions = [word(f"activities.column_{column}", language) for column in measures.RECORD_COLUMNS[:-1]]
    cut = [word("activities.cut", language, shown=MOST_RECORDS)] if records.height > MOST_RECORDS else []
    return [
        blocks.section(word("activities.title", language), note),
        blocks.caption([text.listed(said, language), *cut]),
        blocks.table(captions, blocks.plain_rows(rows)),
    ]


def _due(row: Row, language: str) -> str:
    overdue = f'<small style="color:var(--missed-text)">{STATUS_LOOKS["missed"].mark} {{}}</small>'
    late = overdue.format(escape(word("measures.status_overdue", language))) if row["is_overdue"] else ""
    return f'<td class="is-tight">{escape(measures.due_phrase(row, language))}{late}</td>'


def _reported(row: Row, language: str) -> str:
    return _small([text.day(row["reported_on"], language)]) if row["reported_on"] else ""


def _targets(targets: Sequence[Row], view: View) -> str:
    """The targets that a task serves: mark, name as a link, the word of the state on pointing."""
    said = []
    for row in targets:
        look = STATUS_LOOKS[row["status"]]
        label = word(f"status.{row['status']}", view.language)
        target = href("indicators", view, target=row["target_id"], area=row["area_code"])
        mark = f'<i style="color:var(--{row["status"]}-text)">{look.mark}</i>'
        name = blocks.link(row["short"], target)
        said.append(f'<span class="tt-served" title="{escape(label)}">{mark}&nbsp;{name}</span>')
    return "".join(said) or "–"


def _small(lines: Sequence[str]) -> str:
    return "".join(f"<small>{escape(line)}</small>" for line in lines if line)
