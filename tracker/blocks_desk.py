"""Designed parts of the data desk as HTML. Pure: what lies on the desk in, markup out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tracker import blocks, blocks_about, desk_words, text
from tracker.catalog import Catalog
from tracker.desk_board import Item, Record, is_doubtful, state_of
from tracker.desk_words import COUNTS
from tracker.jobs import Job
from tracker.look import STATUS_LOOKS
from tracker.text import word

_SHOWN_FAULTS = 50
_STATE_LOOKS = {
    "checking": "on_pace", "unchecked": "on_pace", "asks": "behind", "refused": "missed", "broken": "missed",
    "faulty": "behind", "doubtful": "behind", "ready": "met", "here": "not_reported", "empty": "not_reported",
}  # fmt: skip
_JOB_LOOKS = {"done": "met", "refused": "missed", "interrupted": "missed", "running": "on_pace", "waiting": "on_pace"}


def upload_table(items: Sequence[Item], catalog: Catalog, language: str) -> str:
    """Every file on the desk: what it is taken for, what became of its rows, what there is to do."""
    captions = [word(f"desk.column_{name}", language) for name in ("file", "taken_for", *COUNTS, "state")]
    rows = [line for item in items for line in _upload_lines(item, catalog, language)]
    return f'<div class="tt-uploads">{blocks.table(captions, rows)}</div>'


def _upload_lines(item: Item, catalog: Catalog, language: str) -> list[str]:
    records: Sequence[Record] = item.records or [{}]
    came = text.listed([desk_words.came_at(item.upload), *filter(None, [item.upload.by])], language)
    sent = "" if item.upload.sent is None else desk_words.sent_phrase(item.upload, language)
    lines = []
    for place, record in enumerate(records):
        # An archive holds several lists; its own name stands once.
        name = item.upload.name if not place else ""
        inner = desk_words.sheet_name(record, item.upload.name) if len(records) > 1 else ""
        below = filter(None, [inner] if place else [came, sent, inner])
        small = "".join(f"<small>{escape(said)}</small>" for said in below)
        counts = record.get("counts") or {}
        numbers = "".join(_count(record, key, language) if counts else "<td>–</td>" for key in COUNTS)
        taken = desk_words.reading_phrase(record, catalog, language) if record else "–"
        code = state_of([record]) if inner else item.state
        state = mark(_STATE_LOOKS[code], word(f"desk.state_{code}", language))
        lines.append(
            f'<tr><th scope="row">{escape(name)}{small}</th><td>{escape(taken)}</td>{numbers}<td>{state}</td></tr>'
        )
    return lines


def _count(record: Record, key: str, language: str) -> str:
    counts, number = record["counts"], int(record["counts"].get(key, 0))
    cells = int(counts.get("rejected_cells", 0)) if key == "rejected" else 0
    kind = ' class="is-gap"' if number + cells and key in ("rejected", "duplicate") else ""
    # Rows add up to those that were read; the cells of a ledger are others, and stand in rows that may be taken.
    below = f"<small>{escape(word('desk.rejected_cells', language, number=cells))}</small>" if cells else ""
    return f"<td{kind}>{number}{below}</td>"


def mark(status: str, said: str) -> str:
    """A state in words, with the mark and colour of one of the six of targets."""
    look = STATUS_LOOKS[status]
    return f'<span class="tt-status" style="color:var(--{status}-text)">{look.mark} {escape(said)}</span>'


def proposal_table(rows: Sequence[tuple[str, str, str]], language: str) -> str:
    """What the file itself says it is, and where that stands."""
    captions = [word(f"desk.column_{name}", language) for name in ("field", "proposed", "because")]
    return f'<div class="tt-words tt-proposed">{blocks.table(captions, blocks.plain_rows(rows))}</div>'


def fault_table(record: Record, language: str) -> str:
    """The refused cells: where, what stands there, what is wrong and what to do."""
    faults: Sequence[Record] = record.get("rejected") or ()
    if not faults:
        return ""
    captions = [word(f"desk.column_{name}", language) for name in ("cell", "enterprise", "printed", "why")]
    lines = [
        [_cell(fault), str(fault["name_as_printed"] or "–"), str(fault["value"] or "–"), str(fault[language])]
        for fault in faults[:_SHOWN_FAULTS]
    ]
    more = len(faults) - _SHOWN_FAULTS
    below = blocks.caption([word("desk.more_faults", language, number=more)]) if more > 0 else ""
    title = blocks.section(word("desk.faults", language, number=len(faults)), word("desk.faults_note", language))
    return f'{title}<div class="tt-words tt-faults">{blocks.table(captions, blocks.plain_rows(lines))}</div>{below}'


def asked_table(record: Record, catalog: Catalog, language: str) -> str:
    """The values that look wrong: where each stands, what it is and what it was before."""
    rows = desk_words.asked_rows(record, catalog, language)
    if not rows:
        return ""
    captions = [word(f"desk.column_{name}", language) for name in ("cell", "reporter", "measure", "odd")]
    more = len(rows) - _SHOWN_FAULTS
    below = blocks.caption([word("desk.more_asked", language, number=more)]) if more > 0 else ""
    note = word("desk.asked_note" if is_doubtful(record) else "desk.asked_explained", language)
    title = blocks.section(word("desk.asked", language, number=len(rows)), note)
    shown = blocks.plain_rows(rows[:_SHOWN_FAULTS])
    return f'{title}<div class="tt-words tt-faults">{blocks.table(captions, shown)}</div>{below}'


def _cell(fault: Record) -> str:
    place = f"{fault['column'] or ''}{fault['row']}"
    return f"{fault['sheet']} {place}" if fault["sheet"] else place


def job_table(jobs: Sequence[Job], queue: Sequence[Job], language: str) -> str:
    """Who asked for what, when, and how far it is."""
    captions = [word(f"desk.column_{name}", language) for name in ("job", "by", "started", "about", "state")]
    rows = []
    for job in jobs:
        state = job.state if job.is_open else desk_words.outcome(job)
        about = _cut(job.names, language)
        cells = [word(f"desk.job_{job.kind}", language), job.by or "–", f"{job.started:%Y-%m-%d %H:%M:%S}", about]
        plain = "".join(f"<td>{escape(cell)}</td>" for cell in cells[1:])
        shown = mark(_JOB_LOOKS[state], desk_words.job_line(job, queue, language))
        rows.append(f'<tr class="is-plain"><th scope="row">{escape(cells[0])}</th>{plain}<td>{shown}</td></tr>')
    return f'<div class="tt-words tt-jobs">{blocks.table(captions, rows)}</div>'


def _cut(names: Sequence[str], language: str) -> str:
    if len(names) <= 1:
        return names[0] if names else "–"
    return word("desk.and_others", language, name=names[0], number=len(names))


def file_table(files: Sequence[Record], catalog: Catalog, language: str) -> str:
    """Every file that was taken in: what each of its readings is, whether it counts, and who withdrew it."""
    if not files:
        return blocks.paragraph(word("desk.files_none", language))
    captions = [word(f"desk.column_{name}", language) for name in ("file", "taken_for", "received", "state")]
    lines = []
    for record in files:
        readings = [
            desk_words.reading_phrase({"reading": reading}, catalog, language) for reading in record["readings"]
        ]
        is_out = desk_words.is_withdrawn(record)
        in_force = "counts" if any(map(desk_words.is_counted, record["readings"])) else "never_counted"
        key = in_force if record["counts"] else "withdrawn" if is_out else "replaced"
        state = mark("met" if key == "counts" else "not_reported", word(f"desk.file_{key}", language))
        steps = [step for step in record["history"] if step["action"] != "accept"]
        if steps:
            said = {"by": steps[-1]["by"], "on": steps[-1]["on"], "reason": steps[-1]["reason"]}
            action = steps[-1]["action"]
            state += f"<small>{escape(word(f'desk.step_{action}', language, **said))}</small>"
        taken = "".join(f"<div>{escape(reading)}</div>" for reading in readings)
        name = f"{escape(record['original_name'])}<small>{escape(record['file_id'][:12])}</small>"
        cells = f'<td>{taken}</td><td class="is-tight">{escape(record["received_on"])}</td><td>{state}</td>'
        lines.append(f'<tr class="is-plain"><th scope="row">{name}</th>{cells}</tr>')
    return f'<div class="tt-words">{blocks.table(captions, lines)}</div>'


def problems(lines: Sequence[str]) -> str:
    """Messages of refusals, one under the other."""
    return "".join(map(blocks.notice, lines))


def remarks(lines: Sequence[str]) -> str:
    """What is to be known, in short."""
    return blocks_about.points(lines) if lines else ""
