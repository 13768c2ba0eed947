"""Answers at work: codes as they should have been printed, and areas as a person decided them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import polars as pl

from etl.answers import Answer, identity_questions
from tracker.catalog_derived import UNASSIGNED_SUFFIX

_PRINTED = {"printed_name": pl.String, "printed_code": pl.String, "right_code": pl.String}


def recoded(rows: pl.DataFrame, answers: Sequence[Answer], name: str = "name_key") -> pl.DataFrame:
    """The rows with the credit codes that people decided; of two answers about the same the newer holds.

    Args:
        rows: with ``uscc_clean`` and the name's key.
        answers: those in force, oldest first.
        name: the column of the key; ``printed_name`` for what reporting sheets state (then ``printed_code`` is what
            they print, ``name_key`` is set to the name, and no rule remains).
    """
    right: dict[tuple[str | None, str | None], str | None] = {}
    for answer in answers:
        right |= answer.recodes
    if not right:
        return rows
    is_sheet = name == "printed_name"
    printed = "printed_code" if is_sheet else "uscc_clean"
    named = [(key, code, to) for (key, code), to in right.items() if key is not None]
    any_name = {code: to for (key, code), to in right.items() if key is None}
    table = pl.DataFrame(named, schema=_PRINTED, orient="row").with_columns(is_decided=pl.lit(True))
    keys = rows.select(printed_name=name, printed_code=pl.col(printed).cast(pl.String))
    found = keys.join(
        table, on=["printed_name", "printed_code"], how="left", nulls_equal=True, maintain_order="left"
    ).select("is_decided", "right_code")
    by_name = found["is_decided"].fill_null(False)
    by_code = keys["printed_code"].is_in(list(any_name)).fill_null(False) & ~by_name
    changed = rows.with_columns(
        uscc_clean=pl.when(by_name)
        .then(found["right_code"])
        .when(by_code)
        .then(keys["printed_code"].replace(any_name))
        .otherwise(pl.col("uscc_clean").cast(pl.String))
        .cast(rows.schema["uscc_clean"])
    )
    if not is_sheet:
        return changed
    is_changed = by_name | by_code
    nothing = pl.lit(None, pl.String)
    return changed.with_columns(
        name_key=pl.when(is_changed).then("printed_name").otherwise("name_key"),
        rule=pl.when(is_changed).then(nothing).otherwise("rule"),
        candidates=pl.when(is_changed).then(nothing).otherwise("candidates"),
    )


def still_open(questions: pl.DataFrame, answers: Iterable[Answer]) -> pl.DataFrame:
    """The identity questions that nobody answered, with ``question_id``."""
    answered = {answer.question.question_id for answer in answers}
    ids = [question.question_id for question in identity_questions(questions)]
    with_ids = questions.with_columns(pl.Series("question_id", ids, dtype=pl.String))
    return with_ids.filter(~pl.col("question_id").is_in(list(answered)))


def placed_as_decided(rows: pl.DataFrame, answers: Iterable[Answer]) -> pl.DataFrame:
    """Rows after placing, with the areas that people decided, and ``area_printed``: the code before, where it differs.

    What is decided of an enterprise holds from its day until the day of the next decision about it. Where nobody knew
    the county it fills in what no list says and leaves printed counties alone.

    Args:
        rows: with ``enterprise_key``, ``name_key``, ``event_on``, ``area_code`` and ``area_scope``.
        answers: those in force, oldest first.
    """
    rows = rows.with_columns(area_printed=pl.lit(None, pl.String))
    decided = [answer for answer in answers if answer.choice == "area"]
    if not decided:
        return rows
    stretches: dict[str, list[tuple[dt.date, str, bool]]] = {}
    for answer in decided:
        assert answer.from_on is not None
        assert answer.area_code is not None
        only_vague = answer.question.kind == "area_unassigned"
        stretches.setdefault(_key(answer, rows), []).append((answer.from_on, answer.area_code, only_vague))
    told = [
        (key, day, code, only_vague)
        for key, some in stretches.items()
        for day, (code, only_vague) in sorted({day: (code, vague) for day, code, vague in some}.items())
    ]
    schema = {"enterprise_key": pl.String, "from_on": pl.Date, "decided_code": pl.String, "only_vague": pl.Boolean}
    table = pl.DataFrame(told, schema=schema, orient="row").sort("from_on")
    keys = rows.select(pl.col("enterprise_key").cast(pl.String), "event_on").with_row_index("place").sort("event_on")
    found = keys.join_asof(
        table, left_on="event_on", right_on="from_on", by="enterprise_key", strategy="backward", check_sortedness=False
    ).sort("place")
    is_vague = pl.col("area_code").str.ends_with(UNASSIGNED_SUFFIX)
    rows = rows.hstack(found.select("decided_code", "only_vague"))
    is_decided = pl.col("decided_code").is_not_null() & (~pl.col("only_vague") | is_vague)
    return rows.with_columns(
        area_printed=pl.when(is_decided).then("area_code"),
        area_code=pl.when(is_decided).then("decided_code").otherwise("area_code"),
        area_scope=pl.when(is_decided).then(pl.lit("inside")).otherwise("area_scope"),
    ).drop("decided_code", "only_vague")


def _key(answer: Answer, rows: pl.DataFrame) -> str:
    """The enterprise that an area answer speaks of: its code, or the key that its name has today."""
    question = answer.question
    if question.codes:
        return question.codes[0]
    named = rows.filter((pl.col("name_key") == question.names[0]) & pl.col("enterprise_key").is_not_null())
    return str(named["enterprise_key"][0]) if named.height else question.names[0]
