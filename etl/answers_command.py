"""The commands ``questions`` and ``answer``: what only a person can decide, decisions, what they would move."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import polars as pl
from pydantic import ValidationError

from etl import report
from etl.add_reading import area_of
from etl.answers import CHOICES, Answer, Choice, Question, answer_book
from etl.answers_effect import Moved, effect_of
from etl.clean import uscc_faults
from etl.inbox import Inbox
from etl.options import add_decision_options, day_of
from etl.own_areas import is_seen
from etl.questions import asked_questions, find_questions, seen_of
from etl.records import Record, in_force
from etl.refusal import Refusal
from etl.rows import with_unassigned_part
from tracker.catalog import Catalog, data_folder, for_data_folder
from tracker.names import text_key
from tracker.text import word

_LANGUAGE = "zh"


def add_answer_options(sub: argparse.ArgumentParser) -> None:
    """Which question, and what is decided."""
    say = report.say
    sub.add_argument("questions", nargs="*", metavar="QUESTION_ID", help=say("answer.question_option"))
    sub.add_argument("--choice", choices=get_args(Choice), help=say("answer.choice_option"))
    sub.add_argument("--name", help=say("answer.name_option"))
    sub.add_argument("--code", help=say("answer.code_option"))
    sub.add_argument("--area", help=say("answer.area_option"))
    sub.add_argument(
        "--from", type=day_of("--from"), dest="from_on", metavar="YYYY-MM-DD", help=say("answer.from_option")
    )
    sub.add_argument("--effect", type=day_of("--effect"), metavar="YYYY-MM-DD", help=say("answer.effect_option"))
    sub.add_argument("--withdraw", metavar="ANSWER_ID", help=say("answer.withdraw_option"))
    add_decision_options(sub)


def questions(options: argparse.Namespace) -> int:
    """Print the open questions of the build in force and all answers on record."""
    folder = data_folder()
    catalog = for_data_folder(folder)
    build_id, asked = asked_questions(folder)
    records = answer_book(Inbox(folder)).records()
    if options.json:
        contents = [
            _question(shown.question)
            | {"subject": shown.subject, "answer_id": shown.answer.record_id if shown.answer else None}
            # Known by what is asked, of which who sees some areas only is told a part.
            | {"question_id": one.question.question_id}
            for one in asked
            if (shown := one.as_seen(catalog))
        ]
        built = _built_with(folder, [one.question for one in asked], records)
        answers = [
            _record(record, built)
            for record in reversed(records)
            if seen_of(record.said.question, catalog) == record.said.question
            and (record.said.area_code is None or is_seen(record.said.area_code, catalog))
        ]
        print(json.dumps({"build_id": build_id, "questions": contents, "answers": answers}, ensure_ascii=False))
        return 0
    if not asked:
        print(word("answer.none_open", _LANGUAGE))
    for one in asked:
        print(f"{one.question.question_id}  {one.subject}  {question_line(one.question, catalog)}")
    for record in records:
        said = record.said
        who = word("correction.decided", _LANGUAGE, by=said.by, on=said.recorded_at.date())
        lines = question_line(said.question, catalog), answer_line(said, catalog)
        print("  ".join([said.record_id, *lines, f"{who} {said.reason}"]))
    return 0


def answer(options: argparse.Namespace) -> int:
    """Record one answer to some questions, a record for each or none; say what they would move; or withdraw one."""
    folder = data_folder()
    catalog = for_data_folder(folder)
    book = answer_book(Inbox(folder))
    if options.withdraw:
        ended = book.withdraw(options.withdraw, options.by, options.reason, dt.datetime.now())
        report.print_line("answer.withdrawn", options.json, answer=ended.record_id)
        return 0
    if not options.questions or not options.choice:
        raise Refusal("answer.what", {})
    made = [_answer(question, options, catalog) for question in find_questions(options.questions, folder)]
    if options.effect:
        _print_effect(effect_of(made, options.effect, folder, catalog), catalog, options.json)
        return 0
    with book.inbox.lock():
        known = {one.question.question_id: one for one in in_force(book.records())}
        for said in made:
            if earlier := known.get(said.question.question_id):
                raise Refusal("answer.already", {"answer": earlier.record_id, "by": earlier.by})
        for said in made:
            book.add(said)
    recorded = "、".join(said.record_id for said in made)
    report.print_line("answer.recorded", options.json, answer=recorded, decided=answer_line(made[0], catalog))
    return 0


def _answer(question: Question, options: argparse.Namespace, catalog: Catalog) -> Answer:
    """The answer that the options state.

    Raises:
        Refusal: where it does not fit the question, a code is wrong or an area is not known.
    """
    code = text_key(options.code).upper() if options.code else None
    if code is not None and uscc_faults(pl.Series([code]))[0] is not None:
        raise Refusal("answer.code", {"code": options.code})
    area = with_unassigned_part(area_of("–", options.area, catalog), catalog) if options.area else None
    is_vague = area is not None and catalog.areas[area].kind == "unassigned" and question.kind == "area_unassigned"
    if area is not None and (is_vague or not catalog.is_tracked(area)):
        raise Refusal("answer.area", {"area": options.area})
    from_on = options.from_on
    if from_on is None and options.choice == "area" and question.kind == "area_unassigned":
        # No list has it elsewhere: it belongs there from the first day that any names it.
        from_on = min((row.event_on for row in question.evidence if row.event_on), default=None)
    stated = {
        "recorded_at": dt.datetime.now(),
        "by": options.by,
        "reason": options.reason,
        "question": question,
        "choice": options.choice,
        "name": text_key(options.name) if options.name else None,
        "code": code,
        "area_code": area,
        "from_on": from_on,
    }
    try:
        return Answer.model_validate(stated)
    except ValidationError as fault:
        choices = "、".join(CHOICES[question.kind])
        raise Refusal("answer.does_not_fit", {"choices": choices, "detail": fault.errors()[0]["msg"]}) from fault


def _question(question: Question) -> dict[str, Any]:
    choices = list(CHOICES[question.kind])
    return question.model_dump(mode="json") | {"question_id": question.question_id, "choices": choices}


def _record(record: Record[Answer], built: set[str]) -> dict[str, Any]:
    said, end = record.said, record.withdrawal
    state = "withdrawn" if end else "built" if said.record_id in built else "unbuilt"
    return said.model_dump(mode="json") | {
        "answer_id": said.record_id,
        "question": _question(said.question),
        "state": state,
        "withdrawal": end.model_dump(mode="json") if end else None,
    }


def _built_with(folder: Path, asked: list[Question], records: list[Record[Answer]]) -> set[str]:
    """The answers that the build in force knows: their questions are not asked any more."""
    still = {question.question_id for question in asked}
    return {record.said.record_id for record in records if record.said.question.question_id not in still}


def question_line(question: Question, catalog: Catalog, language: str = _LANGUAGE) -> str:
    """A question in a line."""
    known = [catalog.areas[code].name.in_language(language) for code in question.areas if code in catalog.areas]
    areas = "、".join(known)
    parts = ["、".join(question.codes), "、".join(question.names), areas]
    return " ".join([word(f"question.{question.kind}", language), *filter(None, parts)])


def answer_line(said: Answer, catalog: Catalog, language: str = _LANGUAGE) -> str:
    """An answer in a line."""
    return word(
        f"question.decided_{said.question.kind}_{said.choice}",
        language,
        name=said.name or "–",
        code=said.code or "–",
        area=catalog.areas[said.area_code].name.in_language(language) if said.area_code in catalog.areas else "–",
        day=said.from_on or "–",
    )


def _print_effect(moved: list[Moved], catalog: Catalog, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(one) for one in moved], ensure_ascii=False))
        return
    for one in moved:
        names = catalog.areas[one.area_code].name.zh, catalog.tiers[one.tier].short.zh
        print(" ".join([*names, f"{one.before} → {one.after}"]))
