"""The questions of the build in force that only a person can decide, each with the rows that raise it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from etl.answers import Answer, Evidence, Question, answer_book, identity_questions
from etl.inbox import Inbox
from etl.own_areas import is_seen
from etl.publish import Builds
from etl.records import in_force
from etl.refusal import Refusal
from etl.steps import read_sql
from tracker.catalog import Catalog
from tracker.names import text_key

_MOST_EVIDENCE = 200
_EVIDENCE = tuple(Evidence.model_fields)


@dataclass(frozen=True)
class Asked:
    """A question of the build in force: the name it is about, and its newest answer where it has one already."""

    question: Question
    subject: str
    answer: Answer | None

    def as_seen(self, catalog: Catalog) -> Asked | None:
        """The question as who asks may read it; None where none of its rows is of their areas."""
        shown = seen_of(self.question, catalog)
        if shown == self.question:
            return self
        return replace(self, question=shown, subject=shown.evidence[-1].name or "–") if shown.evidence else None


def asked_questions(data_folder: Path) -> tuple[str, list[Asked]]:
    """The build in force, and every question that it leaves open; answers recorded since stand with theirs.

    Questions that were answered before the build are not among them: their answers are on record.

    Raises:
        Refusal: where there is no build yet.
    """
    builds = Builds(data_folder)
    build_id = builds.in_force()
    answers = {answer.question.question_id: answer for answer in in_force(answer_book(Inbox(data_folder)).records())}
    with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
        try:
            built_with = {row[0] for row in connection.execute("select question_id from core.answer").fetchall()}
        except duckdb.CatalogException as fault:
            raise Refusal("answer.old_build", {"build_id": build_id}) from fault
        found = [*_identity(connection), *_areas(connection)]
    return build_id, [
        Asked(question, subject, answers.get(question.question_id))
        for question, subject in found
        if question.question_id not in built_with or question.question_id not in answers
    ]


def seen_of(question: Question, catalog: Catalog) -> Question:
    """A question with only the rows of areas that may be told of, and what these rows say."""
    rows = tuple(row for row in question.evidence if is_seen(row.area_code, catalog))
    if len(rows) == len(question.evidence):
        return question
    names = {text_key(row.name or "") for row in rows}
    return question.model_copy(
        update={
            "evidence": rows,
            "codes": tuple(code for code in question.codes if code in {row.uscc for row in rows}),
            "names": tuple(name for name in question.names if name in names),
            "areas": tuple(code for code in question.areas if is_seen(code, catalog)),
        }
    )


def find_questions(question_ids: Sequence[str], data_folder: Path) -> list[Question]:
    """Questions of the build in force by their ids, each once.

    Raises:
        Refusal: where the build asks no such thing.
    """
    _, asked = asked_questions(data_folder)
    known = {one.question.question_id: one.question for one in asked}
    for question_id in question_ids:
        if question_id not in known:
            raise Refusal("answer.no_question", {"question": question_id})
    return [known[question_id] for question_id in dict.fromkeys(question_ids)]


def _identity(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Question, str]]:
    for question in identity_questions(connection.sql("select * from core.identity_question").pl()):
        found = connection.execute(read_sql("question_event"), {"codes": list(question.codes)}).pl().to_dicts()
        rows = [row for row in found if row["uscc"] or text_key(row["name"] or "") in question.names]
        shown = tuple(Evidence(**row) for row in rows[-_MOST_EVIDENCE:])
        subject = next((row["name"] for row in reversed(rows) if row["name"]), None) or (*question.names, "")[0]
        yield question.model_copy(update={"evidence": shown}), subject


def _areas(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Question, str]]:
    rows = connection.execute(read_sql("question_area")).pl().to_dicts()
    for _, group in groupby(rows, key=lambda row: (row["uscc"], row["name_key"])):
        stretches = [list(some) for _, some in groupby(group, key=lambda row: row["area_code"])]
        # A list of changes that says where an enterprise went answers the question itself.
        if len(stretches) == 1 or any(some[0]["event"] != "change" for some in stretches[1:]):
            yield _area_question([row for some in stretches for row in some])


def _area_question(rows: list[dict[str, Any]]) -> tuple[Question, str]:
    """One enterprise: where its lists place it in the order of their days, each stretch once."""
    first = rows[0]
    printed = [row["area_code"] for row in rows]
    question = Question(
        kind=first["kind"],
        codes=(first["uscc"],) if first["uscc"] else (),
        names=() if first["uscc"] else (first["name_key"],),
        areas=tuple(code for code, _ in groupby(printed)),
        evidence=tuple(Evidence(**{name: row[name] for name in _EVIDENCE}) for row in rows[-_MOST_EVIDENCE:]),
    )
    return question, first["subject"]
