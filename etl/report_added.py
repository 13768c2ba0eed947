"""What the command line prints of files that are taken in: what they were read as, what was refused, what is asked."""

from __future__ import annotations

from functools import partial
from typing import Any

from etl.add import Added
from etl.corrections_add import CORRECTION_REFUSED
from etl.inbox import VALUE_KINDS, WHOLE, Reading
from etl.report import LANGUAGE, counts_key, refusal_record, say
from etl.targets import TargetRows
from tracker.catalog import Catalog
from tracker.text import LANGUAGES, day, word

_SHOWN_ROWS = 20


def print_added(results: list[Added], catalog: Catalog) -> None:
    """What became of each file, with every refused row and every announced number that is not met."""
    for result in results:
        print(
            f"{result.name}: {say(f'added.{result.status}')}" + (f" [{result.file_id[:12]}]" if result.file_id else "")
        )
        if result.refusal is not None:
            print(str(result.refusal))
        if result.reading is not None:
            print("  " + _reading_line(result, catalog))
            _print_beside(result.reading, catalog)
        if result.rows is not None:
            # A form of corrections has rows and is read as nothing else.
            kind = result.reading.kind if result.reading else "corrections"
            print("  " + say(counts_key(kind), **result.rows.counts))
            if kind == "ledger" and result.rows.unread:
                print("  " + say("added.unread", columns=say("app.list_separator").join(result.rows.unread)))
            _print_announced(result, catalog)
            _print_rejected(result)
        _print_twins(result)
        _print_days(result)
        _print_discouraged(result)
        if result.asked is not None:
            _print_asked(result, catalog)


def _reading_line(result: Added, catalog: Catalog) -> str:
    reading = result.reading
    assert reading is not None
    if reading.kind in VALUE_KINDS:
        return say(
            "measure.reading",
            kind=say(f"measure.{reading.kind}"),
            period=reading.period_end or say("measure.own_period"),
            area=catalog.areas[reading.area_code].name.in_language(LANGUAGE),
        )
    if reading.kind == "targets":
        area = catalog.areas[reading.area_code].name.in_language(LANGUAGE)
        return say("form.targets_reading", document=reading.document_no, on=reading.event_on, area=area)
    if reading.kind in ("tasks", "activities"):
        area = catalog.areas[reading.area_code].name.in_language(LANGUAGE)
        return say(f"tasks.reading_{reading.kind}", area=area)
    if reading.kind == "ledger":
        return say(
            "added.ledger_reading",
            area=catalog.areas[reading.area_code].name.in_language(LANGUAGE),
            tier=catalog.tiers[reading.tier].name.in_language(LANGUAGE) if reading.tier else "–",
            on=reading.event_on or "–",
            year_day=reading.year_day or "–",
        )
    return say(
        "added.reading",
        tier=catalog.tiers[reading.list_tier].name.in_language(LANGUAGE),
        event=say(f"event.{reading.event}") if reading.event else say("event.pool"),
        batch=reading.batch or "–",
        on=reading.event_on,
        area=catalog.areas[reading.area_code].name.in_language(LANGUAGE),
        valid_from=reading.valid_from or "–",
        valid_to=reading.valid_to or "–",
    )


def _print_beside(reading: Reading, catalog: Catalog) -> None:
    """What else a list was taken for: the areas that it leaves out, the cohort that it reviews, that it is final."""
    excluded = [catalog.areas[code].name.in_language(LANGUAGE) for code in reading.excluding]
    said = [say("added.excluding", areas=say("app.list_separator").join(excluded))] if excluded else []
    said += [say("added.reviewed_cohort", year=reading.reviewed_cohort)] if reading.reviewed_cohort else []
    said += [say("added.is_final")] if reading.is_final else []
    if said:
        print("  " + say("app.list_separator").join(said))


def _print_announced(result: Added, catalog: Catalog) -> None:
    rows = result.rows
    assert rows is not None
    met = sum(announced == read for announced, read in rows.announced.values())
    if met:
        print("  " + say("added.announced_met", number=met))
    for scope, (announced, read) in rows.announced.items():
        if announced != read:
            name = say("added.whole") if scope == WHOLE else catalog.areas[scope].name.in_language(LANGUAGE)
            for language in LANGUAGES:
                print("  " + word("added.announced_differs", language, scope=name, announced=announced, read=read))


def _print_twins(result: Added) -> None:
    """Other files that say the same: the corrected file does not take the place of the first by itself."""
    for twin in result.twins:
        for language in LANGUAGES:
            values = {"file": result.name, "other": twin.original_name, "file_id": twin.file_id[:12]}
            print("  " + word(f"added.twin_{_twin_key(result)}", language, **values))


def _twin_key(result: Added) -> str:
    """What helps: a file that is not kept yet can still be added in the place of the other."""
    return "checked" if result.status == "checked" else "added"


def _print_days(result: Added) -> None:
    """The days that look odd; nothing is refused for them."""
    for row in [] if result.days is None else result.days.to_dicts():
        for language in LANGUAGES:
            print("  " + day_message(row, result.name, language))


def _print_discouraged(result: Added) -> None:
    """Numbers of titled enterprises that are handed down though the ministry asks not to."""
    if isinstance(result.rows, TargetRows) and result.rows.discouraged:
        for language in LANGUAGES:
            print("  " + word("form.discouraged", language, number=result.rows.discouraged))


def day_message(row: dict[str, Any], file_name: str, language: str) -> str:
    """Which day looks odd, where it stands, why, and what to do, in one language."""
    place = "row" if row["row"] is not None else "list"
    where = word(
        f"day.where_{place}",
        language,
        file=file_name,
        sheet=row["sheet"] or "–",
        row=row["row"],
        column=row["column"] or "–",
    )
    days = {name: day(row[name], language) for name in ("day", "compared_with")}
    year, other = row["compared_with"].year, row["other"]
    what = word(f"day.{row['question']}", language, **days, number=row["number"], year=year, other=other)
    return where + what + word(f"day.do_{place}", language)


def _print_rejected(result: Added) -> None:
    rows = result.rows
    assert rows is not None
    for row in rows.rejected.head(_SHOWN_ROWS).iter_rows(named=True):
        for language in LANGUAGES:
            print("  " + row_message(row, result.name, language))
    if rows.rejected.height > _SHOWN_ROWS:
        print("  " + say("added.more_rejected", number=rows.rejected.height - _SHOWN_ROWS))


def _print_asked(result: Added, catalog: Catalog) -> None:
    """The columns that nobody reads, and the values that ask for a reason."""
    assert result.asked is not None
    if result.rows is not None and result.rows.unread:
        print("  " + say("measure.unread", captions=say("app.list_separator").join(result.rows.unread)))
    if result.asked.is_empty():
        return
    print("  " + say("measure.asked", number=result.asked.height))
    for row in result.asked.head(_SHOWN_ROWS).iter_rows(named=True):
        for language in LANGUAGES:
            print("  " + asked_message(row, catalog, language))
    if result.asked.height > _SHOWN_ROWS:
        print("  " + say("measure.more_asked", number=result.asked.height - _SHOWN_ROWS))


def asked_message(row: dict[str, Any], catalog: Catalog, language: str) -> str:
    """Which value asks for a reason, where it stands and why, in one language."""
    where = word(
        "measure.asked_where",
        language,
        name=row["name"],
        measure=catalog.measures[row["measure"]].name.in_language(language),
        period=row["period_end"],
        sheet=row["sheet"] or "–",
        column=row["column"],
        row=row["row"],
    )
    numbers = {name: "–" if row[name] is None else f"{row[name]:,.10g}" for name in ("value", "compared_with")}
    return where + word(f"measure.{row['question']}", language, **numbers)


def row_message(row: dict[str, Any], file_name: str, language: str) -> str:
    """Where a row was refused, by which rule, and what to do, in one language."""
    where = word(
        "rule.where",
        language,
        file=file_name,
        sheet=row["sheet"] or "–",
        row=row["row"],
        column=row["column"] or "–",
    )
    return where + _what(row, language)


def _said(row: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a refused row and what to do, by language."""
    return {language: rule_message(row, language) for language in LANGUAGES}


def rule_message(row: dict[str, Any], language: str) -> str:
    """By which rule a row was refused, and what to do, as a sentence of its own."""
    said = _what(row, language)
    return said[:1].upper() + said[1:]


def _what(row: dict[str, Any], language: str) -> str:
    value = row["value"] if row["value"] is not None else word("rule.blank", language)
    if row["rule"] == CORRECTION_REFUSED and language == "en":
        # The refusal of a correction is a whole sentence, and its row has it in both languages.
        value = row["candidates"]
    return word(
        f"rule.{row['rule']}", language, value=value, candidates=row["candidates"] or word("rule.none", language)
    )


def added_record(result: Added) -> dict[str, Any]:
    """What became of a file, for programs."""
    content: dict[str, Any] = {"file": result.name, "status": result.status, "file_id": result.file_id}
    if result.reading is not None:
        content["reading"] = result.reading.model_dump(mode="json")
    if result.reading is None and result.rows is not None:
        content["form"] = "corrections"
    if result.rows is not None:
        content |= {
            "counts": result.rows.counts,
            "announced": result.rows.announced,
            "is_complete": result.rows.is_complete,
            "rejected": [row | _said(row) for row in result.rows.rejected.to_dicts()],
            "unread": result.rows.unread,
        }
    if isinstance(result.rows, TargetRows) and result.rows.discouraged:
        content["discouraged"] = result.rows.discouraged
    if result.asked is not None:
        content["asked"] = result.asked.to_dicts()
    if result.twins:
        content["twins"] = [twin.file_id for twin in result.twins]
    if result.days is not None and result.days.height:
        said = {language: partial(day_message, file_name=result.name, language=language) for language in LANGUAGES}
        content["days"] = [
            row | {language: say_day(row) for language, say_day in said.items()} for row in result.days.to_dicts()
        ]
    if result.refusal is not None:
        content |= refusal_record(result.refusal)
    return content
