"""What waits for a person, in words: refused cells to correct, questions to decide, objections. Pure.

Cells, corrections, questions and answers are what ``python -m etl corrections --open`` and ``questions`` print.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from tracker import about, text
from tracker.office_objections import Objection
from tracker.text import word

SECTIONS = ("cells", "questions", "objections")
ACTIONS = ("override", "drop", "emptied", "confirm")
Said = Mapping[str, Any]


def problem(cell: Said, language: str) -> str:
    """What a build says of a refused or doubtful cell, and what to do."""
    if cell["said_by"] == "rule":
        return about.refusal_in_words({**cell, "rule": cell["said"]}, language)
    return doubt(cell["said"], cell["number"], cell["compared_with"], language)


def doubt(question: str, value: float | None, compared_with: float | None, language: str) -> str:
    """Why a value asks for a reason, with the number that it was compared with."""
    shown = ["–" if number is None else f"{number:,.10g}" for number in (value, compared_with)]
    return word(f"measure.{question}", language, value=shown[0], compared_with=shown[1])


def rule_name(said: str, cells: Iterable[Said], language: str) -> str:
    """A rule as a choice: its sentence for the first cell that broke it."""
    return next(problem(cell, language) for cell in cells if cell["said"] == said)


def finding(cells: Sequence[Said], questions: Sequence[Said], objections: Sequence[Objection], language: str) -> str:
    """How much waits, of each kind."""
    refused = sum(cell["said_by"] == "rule" for cell in cells)
    counts = {
        "refused": refused,
        "asked": len(cells) - refused,
        "questions": sum(question["answer_id"] is None for question in questions),
        "objections": sum(objection.state == "open" for objection in objections),
    }
    parts = [word(f"questions.number_{name}", language, number=number) for name, number in counts.items() if number]
    return text.listed(parts, language) if parts else word("questions.nothing", language)


def narrowed(cells: Sequence[Said], file_id: str, said: str) -> list[Said]:
    """The cells of a file and of a rule; an empty code leaves its choice open."""
    return [cell for cell in cells if file_id in ("", cell["file_id"]) and said in ("", cell["said"])]


def correctable(cells: Sequence[Said], corrections: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """The cells that wait for a correction, and all others: nothing to correct, or one is on record already."""
    held = {_cell(record) for record in corrections if record["state"] is None}
    is_open = [cell["expect"] is not None and _cell(cell) not in held for cell in cells]
    return (
        [cell for cell, can in zip(cells, is_open, strict=True) if can],
        [cell for cell, can in zip(cells, is_open, strict=True) if not can],
    )


def _cell(said: Said) -> tuple[object, ...]:
    return said["file_id"], said["sheet"] or "", said["row"], said["column"]


def cell_name(said: Said) -> str:
    """Sheet and cell as Excel names them."""
    return " ".join(filter(None, (said["sheet"], f"{said['column'] or ''}{said['row'] or ''}")))


GRID = ("file", "cell", "subject", "problem", "expect", "value", "action", "reason")
TO_FILL = ("value", "action", "reason")


def grid(cells: Iterable[Said], language: str) -> pl.DataFrame:
    """One row per cell that waits for a correction, with empty fields for what is right, what is done and why."""
    lines = [
        (cell["file"], cell_name(cell), cell["subject"], problem(cell, language), cell["expect"], None, None, None)
        for cell in cells
    ]
    return pl.DataFrame(lines, schema=dict.fromkeys(GRID, pl.String), orient="row")


def stated(cells: Sequence[Said], filled: pl.DataFrame, reason: str, by: str) -> list[dict[str, Any]]:
    """The corrections that a filled grid states, as ``correct --from`` takes them.

    A row without an own reason has the common one. A value without a word for it is what should stand there.

    Args:
        cells: the cells of the grid, row by row.
        filled: the grid as it came back.
        reason: the common one.
        by: who corrects.
    """
    batch = []
    for cell, row in zip(cells, filled.iter_rows(named=True), strict=True):
        value = (row["value"] or "").strip()
        action = row["action"] or ("override" if value else None)
        if action is not None:
            batch.append(
                {
                    "file": cell["file_id"],
                    "sheet": cell["sheet"] or None,
                    "row": cell["row"],
                    "column": cell["column"],
                    "expect": cell["expect"],
                    "to": value if action == "override" else None,
                    "is_right": action == "confirm",
                    "is_emptied": action == "emptied",
                    "reason": (row["reason"] or "").strip() or reason,
                    "by": by,
                }
            )
    return batch


def outcome_table(
    batch: Sequence[Said], outcomes: Sequence[Said], language: str, *, is_check: bool = False
) -> pl.DataFrame:
    """One row per stated correction: where, what, whether it is taken and what the next build makes of its row.

    Args:
        is_check: nothing was recorded; it was only asked what would be.
    """
    taken = word("questions.outcome_would" if is_check else "questions.outcome_recorded", language)
    lines = [
        (
            cell_name(said),
            _change(said, language),
            # The message of the shell names the command that builds; here is a button for it.
            taken if one["status"] == "recorded" else one[language],
            expected(one.get("expected"), language),
        )
        for said, one in zip(batch, outcomes, strict=True)
    ]
    return _frame(("cell", "change", "outcome", "expected"), lines, language)


def _change(said: Said, language: str) -> str:
    action = "override" if said["to"] is not None else "confirm" if said["is_right"] else "drop"
    action = "emptied" if said["is_emptied"] else action
    return word(f"questions.change_{action}", language, expect=said["expect"] or "–", to=said["to"] or "–")


def expected(fate: Said | None, language: str) -> str:
    """What the next build makes of a corrected row."""
    if fate is None:
        return "–"
    reasons = [about.refusal_in_words(row, language) for row in fate["rejections"]]
    return word(f"questions.expected_{fate['state']}", language, reasons=text.listed(reasons, language))


def has_unbuilt(records: Iterable[Said], answers: Iterable[Said]) -> bool:
    """Whether a correction or decision is on record that no build has taken up yet."""
    return any(one["state"] is None for one in records) or any(one["state"] == "unbuilt" for one in answers)


def record_table(records: Iterable[Said], language: str) -> pl.DataFrame:
    """One row per correction on record: where, what, why, who, and how it stands in the build in force."""
    lines = [
        (
            record["correction_id"],
            place_name(record),
            word(
                f"questions.change_{about.correction_act(record)}",
                language,
                expect=record["expect"],
                to=record["value"] or "–",
            ),
            record["reason"],
            word("correction.decided", language, by=record["by"], on=record["recorded_at"][:10]),
            word(f"correction.state.{record['state'] or 'unbuilt'}", language),
        )
        for record in records
    ]
    return _frame(("id", "place", "change", "reason", "by", "state"), lines, language)


def place_name(record: Said) -> str:
    """Where a correction on record speaks of: file and cell, or whose what of when."""
    subject = (record["enterprise"], record["area_code"], record["tier"], record["measure"], record["period"])
    return " ".join(filter(None, (record["file"], *subject, cell_name(record))))


def evidence_table(question: Said, areas: Mapping[str, str], tiers: Mapping[str, str], language: str) -> pl.DataFrame:
    """One row per row of a file that raises a question, as printed."""
    lines = [
        (
            row["file"],
            " ".join(filter(None, (row["sheet"], str(row["row"] or "")))),
            row["received_on"] or "–",
            row["name"] or "–",
            row["uscc"] or "–",
            areas.get(row["area_code"] or "", row["area_code"] or "–"),
            _event(row, tiers, language),
        )
        for row in question["evidence"]
    ]
    return _frame(("file", "row", "received", "name", "code", "area", "event"), lines, language)


def _event(row: Said, tiers: Mapping[str, str], language: str) -> str:
    if row["event"] is None:
        return word("questions.refused_row", language)
    parts = (row["event_on"], tiers.get(row["tier"], row["tier"]), word(f"event.{row['event']}", language))
    return " ".join(filter(None, parts))


def asked(question: Said, areas: Mapping[str, str], language: str) -> str:
    """A question in a sentence, with all that disagrees."""
    readings = {
        "codes": text.listed(list(question["codes"]), language),
        "names": text.listed(list(question["names"]), language),
        "areas": " → ".join(areas.get(code, code) for code in question["areas"]),
    }
    return word(f"questions.asked_{question['kind']}", language, **readings)


def alike(questions: Iterable[Said], areas: Mapping[str, str], language: str) -> dict[str, list[str]]:
    """Questions that the rows of one file raise alike, where no list names a district: ids by file and place.

    Only what is asked of several enterprises; the most first.
    """
    found: dict[str, list[str]] = {}
    for one in questions:
        if one["kind"] != "area_unassigned":
            continue
        places = text.listed([areas.get(code, code) for code in one["areas"]], language)
        for file in dict.fromkeys(row["file"] for row in one["evidence"]):
            found.setdefault(f"{file} · {places}", []).append(one["question_id"])
    several = {group: ids for group, ids in found.items() if len(ids) > 1}
    return dict(sorted(several.items(), key=lambda pair: -len(pair[1])))


def queue_rows(questions: Iterable[Said], areas: Mapping[str, str], language: str) -> list[tuple[str, str, str, str]]:
    """Of each question its id, its subject, what is asked, and the day on which its newest file came."""
    return [
        (
            one["question_id"],
            one["subject"],
            asked(one, areas, language),
            max((row["received_on"] or "" for row in one["evidence"]), default="") or "–",
        )
        for one in questions
    ]


def decided(answer: Said, areas: Mapping[str, str], language: str) -> str:
    """An answer in a sentence."""
    day = answer["from_on"]
    return word(
        f"question.decided_{answer['question']['kind']}_{answer['choice']}",
        language,
        name=answer["name"] or "–",
        code=answer["code"] or word("questions.code_unknown", language),
        area=areas.get(answer["area_code"] or "", answer["area_code"] or "–"),
        day=text.day(dt.date.fromisoformat(day), language) if day else "–",
    )


def answer_table(answers: Iterable[Said], areas: Mapping[str, str], language: str) -> pl.DataFrame:
    """One row per answer on record, withdrawn ones included."""
    lines = [
        (
            answer["answer_id"],
            asked(answer["question"], areas, language),
            decided(answer, areas, language),
            answer["reason"],
            word("correction.decided", language, by=answer["by"], on=answer["recorded_at"][:10]),
            word(f"questions.answer_{answer['state']}", language),
        )
        for answer in answers
    ]
    return _frame(("id", "question", "decision", "reason", "by", "state"), lines, language)


def effect_lines(
    moved: Iterable[Said], areas: Mapping[str, str], tiers: Mapping[str, str], day: dt.date, language: str
) -> list[str]:
    """What an answer would move: by tier and area how many are counted now and then."""
    lines = [
        word(
            "questions.effect_line",
            language,
            area=areas.get(one["area_code"], one["area_code"]),
            tier=tiers.get(one["tier"], one["tier"]),
            change=f"{one['after'] - one['before']:+d}".replace("-", "−"),
        )
        for one in moved
        if one["area_code"] in areas
    ]
    on = text.day(day, language)
    return [word("questions.effect_title", language, day=on), *lines] if lines else [
        word("questions.effect_none", language, day=on)
    ]  # fmt: skip


def _frame(columns: Iterable[str], lines: Sequence[Sequence[Any]], language: str) -> pl.DataFrame:
    names = [word(f"questions.column_{column}", language) for column in columns]
    return pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")
