"""What the data desk says: what a file is taken for and why, what its check found, what would move. Pure."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracker import desk_board, jobs, text
from tracker.catalog import Catalog
from tracker.desk_board import Board, Record, Undone
from tracker.enterprises_words import batch_name
from tracker.jobs import Job
from tracker.text import word
from tracker.uploads import Upload
from tracker.waiting import doubt

COUNTS = ("read", "accepted", "out_of_area", "rejected", "duplicate", "blank")
# What is registered and never counted: said wherever somebody might wonder why no number moves.
NEVER_COUNTED = ("publicity", "review_publicity", "recommended")
# What a file proposes only where it prints it; nobody asks for it else.
_SELDOM_PRINTED = ("valid_from", "valid_to", "document_no", "reviewed_cohort")


def finding(board: Board, language: str) -> str:
    """The first line: how many files wait, and what the first of them needs."""
    if not board.items:
        return word("desk.finding_none", language)
    states = [item.state for item in board.items]
    needs = [
        word(f"desk.finding_{state}", language, number=states.count(state))
        for state in ("asks", "refused", "broken", "faulty", "doubtful", "checking", "ready", "here", "empty")
        if state in states
    ]
    return word("desk.finding", language, number=len(states), needs=text.listed(needs, language))


def told_apart(files: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What to call files by id; of several with one name also when each came and how its id begins.

    Args:
        files: by id the name, and when it came.
    """
    names = [name for name, _ in files.values()]
    return {
        code: name if names.count(name) == 1 else f"{name}（{came} · {code[:6]}）"
        for code, (name, came) in files.items()
    }


def upload_names(uploads: Iterable[Upload]) -> dict[str, str]:
    """What to call uploads, by id."""
    return told_apart({upload.file_id: (upload.name, came_at(upload)) for upload in uploads})


def came_at(upload: Upload) -> str:
    """When an upload came, to the minute."""
    return upload.opened[:16].replace("T", " ")


def sent_phrase(upload: Upload, language: str) -> str:
    """Whether a file by somebody who may not publish was sent to those who do."""
    return word("desk.sent" if upload.sent else "desk.not_sent", language, sent=upload.sent or "")


def reading_phrase(record: Record, catalog: Catalog, language: str) -> str:
    """What a file is taken for: tier, event, batch, day, area."""
    if "plan_id" in record:
        return word("desk.kind_plan", language)
    if "form" in record or record.get("refused") == "form.untouched":
        return word(f"desk.kind_{record.get('form', 'empty_form')}", language)
    said: Mapping[str, Any] = record.get("reading") or (record.get("seen") or {}).get("proposed") or {}
    kind = said.get("kind", "list")
    tier = catalog.tiers.get(said.get("tier") or "")
    area = catalog.areas.get(said.get("area_code") or "")
    event = said.get("event")
    parts = [
        "" if kind == "list" else word(f"desk.kind_{kind}", language),
        tier.short.in_language(language) if tier else "",
        word(f"event.{event}", language) if event else "",
        batch_name(said["batch"], language) if said.get("batch") else "",
        day_phrase(said.get("event_on") or said.get("period_end"), language),
        area.short.in_language(language) if area else "",
    ]
    return " · ".join(filter(None, parts)) or "–"


def says_itself(record: Record) -> bool:
    """Whether a file is a form that says of itself all that could be stated of it: of a plan, or of corrections."""
    return "plan_id" in record or "form" in record


def sheet_name(record: Record, upload_name: str | None = None) -> str:
    """Which of several lists one is: its sheet where it is one of the file itself, else its file with the sheet."""
    sheet = (record.get("reading") or {}).get("sheet") or ""
    file = str(record.get("file", ""))
    return sheet or file if file == upload_name else " ".join(filter(None, [file, sheet]))


def day_phrase(day: str | None, language: str) -> str:
    """A day as a command printed it, in words; empty where there is none."""
    return text.day(dt.date.fromisoformat(day[:10]), language) if day else ""


def refusal_lines(record: Record, language: str) -> list[str]:
    """Why a file as a whole was not taken."""
    faults = record.get("faults") or []
    if record.get("refused") == "add.missing":
        # On the page the fields have names; the options are the shell's.
        fields = {option: field for field, option in desk_board.OPTIONS.items()}
        asked = [word(f"desk.field_{fields[option]}", language) for option in str(record["options"]).split()]
        return [word("desk.missing", language, file=record["file"], fields=text.listed(asked, language))]
    said = [str(record[language])] if record.get("refused") else [str(fault[language]) for fault in faults]
    return [_in_fields(line, language) for line in said]


def _in_fields(said: str, language: str) -> str:
    """A message of the shell with its options called as the fields of the page."""
    fields = {"--received-on": "received_on", **{option: field for field, option in desk_board.OPTIONS.items()}}

    def named(option: re.Match[str]) -> str:
        field = fields.get(option[0])
        return word("desk.field_quoted", language, field=word(f"desk.field_{field}", language)) if field else option[0]

    return re.sub(r"--[a-z-]+", named, said)


def is_counted(reading: Mapping[str, Any]) -> bool:
    """Whether anything is counted of what a file is read as; of publicity, recommendations and the pool nothing is."""
    return reading.get("kind") != "pool" and reading.get("event") not in NEVER_COUNTED


def announced_lines(record: Record, catalog: Catalog, language: str) -> list[str]:
    """Each number that the issuer announces beside the rows that were read."""
    lines = []
    for scope, (announced, read) in (record.get("announced") or {}).items():
        area = catalog.areas.get(scope)
        named = area.short.in_language(language) if area else word("desk.whole", language)
        key = "desk.announced_met" if announced == read else "desk.announced_differs"
        lines.append(word(key, language, scope=named, announced=announced, read=read))
    return lines


def notes(record: Record, catalog: Catalog, language: str) -> list[str]:
    """What must be known of a list before it is published."""
    reading = record.get("reading") or {}
    said = []
    if not is_counted(reading):
        said.append(word("desk.never_counted", language))
    excluded = [catalog.areas[code].short.in_language(language) for code in reading.get("excluding") or ()]
    said += [word("desk.excluding", language, areas=text.listed(excluded, language))] if excluded else []
    if record.get("twins"):
        said.append(word("desk.twins", language))
    said += [odd[language] for odd in record.get("days") or ()]
    if record.get("discouraged"):
        said.append(word("form.discouraged", language, number=record["discouraged"]))
    if record.get("unread"):
        said.append(word("desk.unread", language, columns=text.listed(list(record["unread"]), language)))
    personal = (record.get("seen") or {}).get("personal")
    said += [word("desk.personal", language, columns=text.listed(personal, language))] if personal else []
    return said


def asked_rows(record: Record, catalog: Catalog, language: str) -> list[tuple[str, str, str, str]]:
    """The values that look wrong: cell, enterprise or area, measure and period, and what is odd about each."""
    rows = []
    for value in record.get("asked") or ():
        cell = f"{value['sheet'] or ''} {value['column']}{value['row']}".strip()
        measure = catalog.measures[value["measure"]].name.in_language(language)
        what = text.listed([measure, day_phrase(value["period_end"], language)], language)
        rows.append(
            (cell, str(value["name"]), what, doubt(value["question"], value["value"], value["compared_with"], language))
        )
    return rows


def proposals(record: Record, catalog: Catalog, language: str) -> list[tuple[str, str, str]]:
    """What the file itself proposes: field, value, and where that stands; what it leaves open says so."""
    seen = record.get("seen") or {}
    proposed, because = seen.get("proposed") or {}, seen.get("because") or {}
    rows = []
    for field in ("tier", "event", "batch", "event_on", "area_code", *_SELDOM_PRINTED):
        value = proposed.get(field)
        if value is None and field in _SELDOM_PRINTED:
            continue
        shown = "–" if value is None else value_phrase(field, str(value), catalog, language)
        key = because.get(field, "nowhere")
        rows.append((word(f"desk.field_{field}", language), shown, word(f"desk.because_{key}", language)))
    return rows


def value_phrase(field: str, value: str, catalog: Catalog, language: str) -> str:
    """A proposed or stated value in words."""
    if field == "tier" and value in catalog.tiers:
        return catalog.tiers[value].short.in_language(language)
    if field in ("area", "area_code") and value in catalog.areas:
        return catalog.areas[value].name.in_language(language)
    if field == "event":
        return word(f"event.{value}", language)
    if field == "batch":
        return batch_name(value, language)
    return day_phrase(value, language) if field in ("event_on", "valid_from", "valid_to") else value


def job_line(job: Job, queue: Sequence[Job], language: str) -> str:
    """What a job is at: its stage, or its place among those who wait and who is before."""
    if job.state == "waiting":
        place = next(number for number, other in enumerate(queue) if other.job_id == job.job_id)
        before = queue[0]
        named = {"place": place, "by": before.by or "–", "kind": word(f"desk.job_{before.kind}", language)}
        return word("desk.waiting", language, **named)
    if job.state == "running":
        stage = job.stage if job.stage in jobs.STAGES else "reading"
        return word(f"desk.stage_{stage}", language)
    return word(f"desk.state_{outcome(job)}", language)


def outcome(job: Job) -> str:
    """How a job ended, as a code: a publication with refused rows is a publication."""
    if job.state == "interrupted":
        return "interrupted"
    if job.kind in jobs.PUBLISHING:
        return "done" if desk_board.build_of(job) else "refused"
    if job.kind == "effect":
        return "done" if desk_board.effect_of(job) else "refused"
    return "done" if job.answer().content is not None else "interrupted"


def refused_lines(job: Job, language: str) -> list[str]:
    """Why a job did nothing, as its command says it."""
    answer = job.answer()
    refusal = answer.refusal(language)
    if refusal:
        return [refusal]
    content = answer.content.get("files") if isinstance(answer.content, dict) else answer.content
    if isinstance(content, list):
        return [line for record in content for line in refusal_lines(record, language)]
    return [word("desk.broken", language, detail=answer.detail[-300:] or "–")]


def own_lines(undone: Sequence[Undone], language: str) -> list[str]:
    """What others did with the files that the reader brought."""
    return [
        word(
            f"desk.own_{one.what}",
            language,
            name=one.name,
            by=one.by or "–",
            on=day_phrase(one.on, language),
            reason=one.reason,
        )
        for one in undone
    ]


def is_withdrawn(record: Record) -> bool:
    """Whether a file of the inbox as a whole is withdrawn, and may be restored."""
    steps = [step["action"] for step in record["history"] if step["reading_no"] is None and step["action"] != "accept"]
    return bool(steps) and steps[-1] == "withdraw"


def inbox_fault(said: str, language: str) -> str:
    """Why the list of files cannot be shown, in the words of the command where it had any."""
    try:
        return str(json.loads(said)[language])
    except (ValueError, KeyError, TypeError):
        return word("desk.broken", language, detail=said[-300:] or "–")
