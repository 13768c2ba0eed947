"""What the page and the workbook of candidates say: the finding, the rules, results with value and year. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tracker import criteria, findings, text
from tracker.candidates import AT_RISK, STANDINGS
from tracker.catalog_criteria import Criterion, Quantity, Test
from tracker.criteria import Version
from tracker.enterprises_words import Labels, amount
from tracker.findings import Row
from tracker.text import word

_PERCENT_HOWS = ("growth", "cagr")


def finding(name: str, target: Row | None, counts: Mapping[str, int], ending: int, language: str) -> str:
    """The first line: the gap, then who is how near, then who may be lost."""
    gap = findings.gap_phrase(target, language) if target is not None else ""
    numbers = {key: text.number(number, 0, language) for key, number in counts.items()}
    head = word("candidates.finding_gap", language, name=name, gap=gap) if gap else name
    said = word("candidates.finding", language, head=head, names=word("ladder.names_line", language, **numbers))
    return said + word("candidates.finding_risk", language, number=text.number(ending, 0, language))


def rules_in_words(version: Version, coming_on: dt.date | None, language: str) -> list[str]:
    """Which version is applied, since when, why, and what else is known of it."""
    said = [version_name(version, language)]
    if coming_on is not None:
        said.append(word("candidates.coming", language, month=text.month(coming_on, language)))
    return [*said, version.note] if version.note else said


def version_name(version: Version, language: str) -> str:
    """The document with its days of force."""
    starts = text.day(version.starts_on, language)
    if version.ends_on is None:
        return word("candidates.version_since", language, document=version.document, starts=starts)
    ends = text.day(version.ends_on, language)
    return word("candidates.version_until", language, document=version.document, starts=starts, ends=ends)


def unreported(criterion: Criterion, language: str) -> list[str]:
    """What a criterion asks for and nobody reports here."""
    return [test.unreported.in_language(language) for test in criteria.tests_of([criterion]) if test.unreported]


def is_reported(criterion: Criterion) -> bool:
    """Whether anything here can ever decide it."""
    return any(test.unreported is None for test in criteria.tests_of([criterion]))


def values(row: Row, criterion: Criterion, units: Mapping[str, str], language: str) -> tuple[str, str]:
    """What a criterion rests on in words, and of which years; both empty where nothing is known."""
    shown: dict[str, str] = {}
    years: list[str] = []
    for test in criteria.tests_of([criterion]):
        quantity = test.quantity
        if quantity is None or quantity.key in shown:
            continue
        value, year = row[criteria.value_column(quantity)], row[criteria.year_column(quantity)]
        if value is not None:
            shown[quantity.key] = _amount(test, quantity, value, units, language)
            years.append(_years(quantity, year))
    return text.listed(list(shown.values()), language), text.listed(list(dict.fromkeys(years)), language)


def _amount(test: Test, quantity: Quantity, value: float, units: Mapping[str, str], language: str) -> str:
    is_percent = quantity.per is not None or quantity.how in _PERCENT_HOWS
    unit = "percent" if is_percent else units[quantity.measure]
    if unit == "yes_no":
        return amount(value, unit, language)
    limit = next(one for one in (test.at_least, test.at_most, test.below) if one is not None)
    return text.compact(value, unit, 1 if unit == "percent" else 0, language, limit)


def _years(quantity: Quantity, year: int) -> str:
    first = year - quantity.years + (0 if quantity.how in _PERCENT_HOWS else 1)
    return f"{year}" if first == year else f"{first}–{year}"


def sheets(
    groups: Sequence[tuple[pl.DataFrame, Version]], units: Mapping[str, str], labels: Labels
) -> dict[str, pl.DataFrame]:
    """One table a group: a row a name, a column a criterion: its result, the value and the year on a line each.

    Args:
        groups: candidates and holders at risk, named and judged, each with the version that judged them.
    """
    language = labels.language
    (candidates, version), (holders, review_version) = groups
    tables = {
        word(f"candidates.standing_{standing}", language): _sheet(
            candidates.filter(pl.col("standing") == standing), version, units, labels
        )
        for standing in STANDINGS
    }
    return {
        **tables,
        word(f"candidates.standing_{AT_RISK}", language): _sheet(holders, review_version, units, labels),
    }


def _sheet(rows: pl.DataFrame, version: Version, units: Mapping[str, str], labels: Labels) -> pl.DataFrame:
    language = labels.language
    days = ("since_on", "month_end", "revoked_on") if "month_end" in rows.columns else ("since_on", "revoked_on")
    captions = {key: word(f"candidates.column_{key}", language) for key in ("name", "uscc", "area", *days)}
    columns: dict[str, list[Any]] = {caption: [] for caption in captions.values()}
    # A criterion breaks before its limit, so that a dozen of them fit on a page.
    asked = {criterion: criterion.short.in_language(language).replace(" ", "\n", 1) for criterion in version.criteria}
    columns |= {caption: [] for caption in asked.values()}
    for row in rows.iter_rows(named=True):
        for key, caption in captions.items():
            columns[caption].append(labels.of("area", row[key]) if key == "area" else row[key])
        for criterion, caption in asked.items():
            result = word(f"candidates.result_{row[criteria.result_column(criterion)]}", language)
            said = (result, *values(row, criterion, units, language))
            columns[caption].append("\n".join(part for part in said if part))
    schema = {caption: pl.Date if key in days else pl.String for key, caption in captions.items()}
    return pl.DataFrame(columns, schema=schema | dict.fromkeys(asked.values(), pl.String))
