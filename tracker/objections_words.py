"""Objections in words: what both sides say, their list against ours, what was decided. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from tracker import text
from tracker.office_objections import Objection
from tracker.text import word


def table(
    objections: Iterable[Objection], areas: Mapping[str, str], targets: Mapping[str, str], language: str
) -> pl.DataFrame:
    """One row per objection: the number, both readings, who raised it when and why, its list, what was decided."""
    lines = [
        (
            text.listed([areas.get(one.number.area_code, one.number.area_code), _target(one, targets)], language),
            text.month(one.number.as_of, language),
            *_both(one),
            f"{one.raised_by} {text.day(one.raised_on, language)}",
            one.note,
            compared(one, language),
            decision(one, language),
        )
        for one in objections
    ]
    columns = ("number", "as_of", "ours", "theirs", "raised", "note", "list", "decision")
    names = [word(f"questions.column_{column}", language) for column in columns]
    return pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")


def _both(one: Objection) -> tuple[str, str]:
    """Our number and theirs."""
    return "–" if one.number.ours is None else f"{one.number.ours:,.10g}", f"{one.theirs:,.10g}"


def both_numbers(one: Objection, language: str) -> str:
    """Our number, theirs, and whose it is with the reason given."""
    ours, theirs = _both(one)
    said = {"ours": ours, "theirs": theirs, "raised_by": one.raised_by, "note": one.note}
    return word("questions.both_numbers", language, **said)


def _target(one: Objection, targets: Mapping[str, str]) -> str:
    return targets.get(one.number.target_id, one.number.target_id)


def name(one: Objection, areas: Mapping[str, str], targets: Mapping[str, str], language: str) -> str:
    """An objection as a choice: whose number of when, and how it stands."""
    area = areas.get(one.number.area_code, one.number.area_code)
    state = word(f"questions.state_{one.state}", language)
    return " · ".join([area, _target(one, targets), text.month(one.number.as_of, language), state])


def compared(one: Objection, language: str) -> str:
    """How the list of an objection stands against ours, or that there is none."""
    found = next((file.outcome for file in one.files if file.role == "comparison"), None)
    if found is None:
        return word("questions.no_list", language)
    return word("questions.compared", language, **{name: found.get(name, 0) for name in COMPARED})


# Of the sums of a comparison: in both lists, on theirs only, on ours only.
COMPARED = ("both", "only_theirs", "only_ours")


def decision(one: Objection, language: str) -> str:
    """What was decided about an objection, by whom and when; that nobody has yet."""
    said = word(f"questions.state_{one.state}", language)
    if not one.decisions:
        return said
    newest = one.decisions[-1]
    day = text.day(newest.decided_on, language)
    return word("questions.decided_by", language, state=said, by=newest.by, day=day, note=newest.note)


def open_lines(
    objections: Iterable[Objection],
    areas: Mapping[str, str],
    targets: Mapping[str, str],
    language: str,
    key: str = "questions.open_objection",
) -> list[str]:
    """One line per open objection, to stand beside the number that it is about, in the words of ``key``."""
    return [
        word(
            key,
            language,
            area=areas.get(one.number.area_code, one.number.area_code),
            target=_target(one, targets),
            month=text.month(one.number.as_of, language),
            **dict(zip(("ours", "theirs"), _both(one), strict=True)),
        )
        for one in objections
        if one.state == "open"
    ]
