"""Questions that only a person can decide: who is who, and where an enterprise belongs; and the answers on record.

A question is known by what is asked and nothing else: the codes, names and areas that disagree. While these stay as
they are an answered question does not come back, however many files repeat them; it does when they change. Answers
are dated records in the inbox beside the files: they hold at every build until somebody withdraws them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import Any, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from etl.inbox import Inbox
from etl.records import Record, RecordBook, Said
from tracker.catalog_models import Code, Model

IdentityKind = Literal["same_code_other_name", "same_name_other_code", "former_name_of_other_code"]
AreaKind = Literal["area_conflict", "area_unassigned"]
Kind = IdentityKind | AreaKind
Choice = Literal["same", "not_same", "area", "as_printed"]
# In the order in which they are offered.
CHOICES: dict[Kind, tuple[Choice, ...]] = {
    "same_code_other_name": ("same", "not_same"),
    "same_name_other_code": ("same", "not_same"),
    "former_name_of_other_code": ("same", "not_same"),
    "area_conflict": ("area", "as_printed"),
    "area_unassigned": ("area", "as_printed"),
}


class Evidence(Model):
    """A row of a received file that bears on a question, as it is printed there and when its file came."""

    file_id: str
    file: str
    received_on: dt.date | None = None
    sheet: str | None = None
    row: int | None = None
    name: str | None = None
    uscc: str | None = None
    tier: Code | None = None
    event: str | None = None
    event_on: dt.date | None = None
    area_code: Code | None = None


class Question(Model):
    """What is asked: a kind, and the codes, names (as keys) and areas that disagree; with the rows that say so.

    Of an area question ``codes`` or else ``names`` hold the one enterprise, ``areas`` where it is said to belong in the
    order of days; of an unassigned one the city that has it.
    """

    kind: Kind
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    areas: tuple[Code, ...] = ()
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=200)

    @property
    def question_id(self) -> str:
        """The beginning of the hash of what is asked."""
        asked = [self.kind, sorted(self.codes), sorted(self.names), list(self.areas)]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()[:12]


class Answer(Said):
    """What somebody decided about a question, which it keeps as it was asked.

    ``same`` and ``not_same`` are about enterprises. ``same`` of several codes names the one that leads (``code``).
    ``not_same`` of one code names the enterprise whose rows carry it wrongly (``name``), with its own code where it
    is known; of one name it may say to which code the rows without one belong. ``area`` says where the enterprise
    belongs from a day on; ``as_printed`` that every list is right for its day.
    """

    question: Question
    choice: Choice
    name: str | None = None
    code: str | None = None
    area_code: Code | None = None
    from_on: dt.date | None = None

    @model_validator(mode="after")
    def _fits_its_question(self) -> Self:
        kind = self.question.kind
        if self.choice not in CHOICES[kind]:
            raise ValueError(f"{kind} cannot be answered with {self.choice}")
        if self.choice == "area" and (self.area_code is None or self.from_on is None):
            raise ValueError("an area needs a day from which the enterprise belongs to it")
        if self.choice == "same" and kind != "same_code_other_name" and self.code not in self.question.codes:
            raise ValueError("one of the codes leads")
        if self.choice == "not_same" and kind == "same_code_other_name" and self.name not in self.question.names:
            raise ValueError("one of the names has another code")
        return self

    @property
    def recodes(self) -> dict[tuple[str | None, str | None], str | None]:
        """(name key, code) as printed -> the code that is right; of a name None: any name, of a code None: no code."""
        question = self.question
        others = [code for code in question.codes if code != self.code]
        match question.kind, self.choice:
            case "same_code_other_name", "not_same":
                return {(self.name, code): self.code for code in question.codes}
            case "same_name_other_code", "same":
                return {(name, code): self.code for name in question.names for code in others}
            case "same_name_other_code", "not_same" if self.code is not None:
                return {(name, None): self.code for name in question.names}
            case "former_name_of_other_code", "same":
                return {(None, code): self.code for code in others}
        return {}


def answer_book(inbox: Inbox) -> RecordBook[Answer]:
    """The answers of an inbox."""
    return RecordBook(inbox, Answer, "answers", "answer")


def identity_questions(found: pl.DataFrame) -> list[Question]:
    """The questions of :func:`etl.identity.identify`, one for each row."""
    questions = []
    for row in found.iter_rows(named=True):
        others = row["others"]
        codes: list[str] = [row["uscc"]] if row["uscc"] else []
        names: list[str] = [row["name_key"]] if row["name_key"] else []
        (names if row["question"] == "same_code_other_name" else codes).extend(others)
        questions.append(Question(kind=row["question"], codes=tuple(codes), names=tuple(names)))
    return questions


_SCHEMA: dict[str, Any] = {
    "answer_id": pl.String,
    "question_id": pl.String,
    "kind": pl.String,
    "choice": pl.String,
    "codes": pl.String,
    "names": pl.String,
    "name": pl.String,
    "code": pl.String,
    "area_code": pl.String,
    "from_on": pl.Date,
    "reason": pl.String,
    "recorded_at": pl.Datetime("us"),
    "recorded_by": pl.String,
    "withdrawn_at": pl.Datetime("us"),
    "withdrawn_by": pl.String,
    "withdrawn_reason": pl.String,
}


def answer_frame(records: Iterable[Record[Answer]]) -> pl.DataFrame:
    """``core.answer``: one row per answer, withdrawn ones included."""
    rows = []
    for record in records:
        said, end = record.said, record.withdrawal
        rows.append(
            {
                "answer_id": said.record_id,
                "question_id": said.question.question_id,
                "kind": said.question.kind,
                "codes": "、".join(said.question.codes) or None,
                "names": "、".join(said.question.names) or None,
                **{name: getattr(said, name) for name in ("choice", "name", "code", "area_code", "from_on", "reason")},
                "recorded_at": said.recorded_at,
                "recorded_by": said.by,
                "withdrawn_at": end.recorded_at if end else None,
                "withdrawn_by": end.by if end else None,
                "withdrawn_reason": end.reason if end else None,
            }
        )
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
