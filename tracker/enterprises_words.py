"""What the enterprises page says: names of groups, the number as a sum, equations, lists as tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from tracker import findings, text
from tracker.enterprises import DIMENSIONS, EVERY, MISSING, Narrowing
from tracker.enterprises_behind import Behind, Definition, fraction, growth_years
from tracker.text import word

_MOST_DECIMALS = 4
_SHOWN_PARTS = 12


@dataclass(frozen=True)
class Labels:
    """The names of everything a list can be grouped by, in one language."""

    areas: Mapping[str, str]
    tiers: Mapping[str, str]
    language: str

    def of(self, dimension: str, code: str) -> str:
        """The name of a code; what no file states is named as that."""
        if code == MISSING:
            return word("enterprises.missing", self.language)
        if dimension == "area":
            return self.areas.get(code, code)
        if dimension == "title":
            return self.tiers.get(code, code)
        if dimension == "status":
            return word(f"enterprises.status_{code}", self.language)
        if dimension == "batch":
            return batch_name(code, self.language)
        if dimension == "year":
            return word("enterprises.year_name", self.language, year=code)
        return code


def batch_name(code: str | None, language: str) -> str:
    """``5`` as 第5批, ``2025-1`` as 2025年第1批, ``2023`` as 2023年度; anything else as printed."""
    if not code:
        return "–"
    if found := re.fullmatch(r"(20\d\d)-(\d+)", code):
        return word("enterprises.batch_of_year", language, year=found[1], number=found[2])
    if re.fullmatch(r"20\d\d", code):
        return word("enterprises.batch_year", language, year=code)
    return word("enterprises.batch_number", language, number=code) if code.isdigit() else code


def list_finding(statuses: list[tuple[str, int]], counted: int, picked: Narrowing, name: str, labels: Labels) -> str:
    """The first line: the number and the parts it is the sum of (``创新型 979 家 = 有效期内 968 + 到期待复核 11``).

    A list that was narrowed or widened is not the number: it says what it lists, and beside it the number.

    Args:
        statuses: how many of the list stand where, as :func:`tracker.enterprises.status_numbers`.
        counted: how many the rule counts in all.
        picked: what was chosen.
        name: whose number it is.
        labels: the names of statuses.
    """
    language = labels.language
    total = word("enterprises.number", language, name=name, number=_enterprises(counted, language))
    if not picked.is_narrow:
        return _summed(total, statuses, labels)
    shown = _enterprises(sum(number for _, number in statuses), language)
    listed = _summed(word("enterprises.listed", language, number=shown), statuses, labels)
    return word("enterprises.beside_total", language, listed=listed, total=total)


def _enterprises(number: int, language: str) -> str:
    return text.quantity(number, "enterprise", 0, language)


def _summed(phrase: str, statuses: list[tuple[str, int]], labels: Labels) -> str:
    language = labels.language
    parts = [
        word("enterprises.part", language, name=labels.of("status", status), number=text.number(number, 0, language))
        for status, number in statuses
    ]
    return phrase if not parts else word("enterprises.sum", language, number=phrase, parts=" + ".join(parts))


def plain_number(value: float | None, language: str) -> str:
    """A stated value with the decimals it has, four at most."""
    if value is None:
        return "–"
    places = next((n for n in range(_MOST_DECIMALS) if abs(value - round(value, n)) < 1e-9), _MOST_DECIMALS)
    return text.number(value, places, language)


def amount(value: float | None, unit: str, language: str) -> str:
    """A stated value with its unit."""
    if value is None:
        return "–"
    if unit == "yes_no":
        return word("unit.yes_no.one" if value > 0 else "unit.yes_no.many", language)
    return word(f"unit.{unit}.compact", language, number=plain_number(value, language))


def equation(number: Definition, behind: Behind, language: str) -> str:
    """A ratio or reported value as the calculation that gives it."""
    if behind.value is None:
        return word("enterprises.no_value", language, name=number.name)
    shown = text.compact(behind.value, number.unit, number.decimals, language, number.target_value)
    shown = findings.marked({"doubtful_values": behind.doubtful_values}, shown, language)
    named = word("enterprises.number", language, name=number.name, number=shown)
    calculation = _calculation(number, behind, language)
    return named if calculation is None else word("enterprises.sum", language, number=named, parts=calculation)


def _calculation(number: Definition, behind: Behind, language: str) -> str | None:
    if number.is_count or (number.formula == "reported" and behind.parts["denominator"].null_count()):
        if behind.parts.height < 2:
            return None
        shown = (
            behind.parts.group_by("area_short", maintain_order=True)
            .agg(pl.col("value").sum())
            .filter(pl.col("value") != 0)
        )
        parts = [
            word("enterprises.part", language, name=row["area_short"], number=plain_number(row["value"], language))
            for row in shown.head(_SHOWN_PARTS).iter_rows(named=True)
        ]
        return " + ".join(parts)
    counted = behind.answers.filter("is_counted")
    if number.formula == "mean_of_enterprise_ratios":
        total = counted.select((pl.col("numerator") / pl.col("denominator")).sum()).item()
        return word(
            "enterprises.mean",
            language,
            total=plain_number(round(float(total), _MOST_DECIMALS), language),
            number=text.quantity(counted.height, "enterprise", 0, language),
        )
    if number.formula == "rank":
        own = behind.ranking.filter(pl.col("place") == behind.value)["titles"]
        return word("enterprises.rank", language, titles=plain_number(own[0], language), areas=behind.ranking.height)
    top, bottom = fraction(number, behind.parts, behind.answers)
    if number.formula == "growth":
        years = growth_years(number, behind.parts)
        numbers = {"top": plain_number(top, language), "bottom": plain_number(bottom, language), "years": years}
        return word(f"enterprises.growth{'_average' if years > 1 else ''}", language, **numbers)
    names = numerator_name(number, language), denominator_name(number, language)
    sides = [
        word("enterprises.part", language, name=name, number=plain_number(side, language))
        for name, side in zip(names, (top, bottom), strict=True)
    ]
    return " ÷ ".join(sides)


def numerator_name(number: Definition, language: str) -> str:
    """What stands above the line."""
    return number.numerator_name or word("enterprises.numerator", language)


def denominator_name(number: Definition, language: str) -> str:
    """What stands below the line: a measure, all holders of the title, or those of them who answered."""
    if number.denominator_name:
        return number.denominator_name
    key = "enterprises.answered" if number.denominator_from == "answered" else "enterprises.holders"
    return word(key, language, tier=number.population_name or "")


def coverage(number: Definition, behind: Behind, language: str) -> str:
    """How many of those asked have answered, and how many count."""
    return word(
        "enterprises.coverage",
        language,
        asked=behind.answers.height,
        counted=behind.answers.filter("is_counted").height,
        tier=number.population_name or "",
    )


def list_name(number: Definition | None, tier: str, labels: Labels) -> str:
    """Whose number the first line tells."""
    if number is not None:
        return number.name
    return labels.tiers[tier] if tier else word("enterprises.any_title", labels.language)


def counting(number: Definition | None, rule: list[str], language: str) -> list[str]:
    """How the titles are counted: a target of new or ever held titles is so under every rule of the viewer."""
    if number is not None and number.basis in ("new", "ever"):
        return [word(f"basis.{number.basis}", language)]
    return [text.listed(rule, language)]


def value_notes(number: Definition, behind: Behind, language: str) -> list[str]:
    """How a value is computed, and what is wrong with it."""
    notes = [word(f"formula.{number.formula}", language)]
    if behind.state in ("partial", "stale", "sample_too_small"):
        notes.append(word(f"enterprises.state_{behind.state}", language))
    notes += findings.doubts({"doubtful_values": behind.doubtful_values}, language)
    return notes if behind.adds_up else [*notes, word("enterprises.not_traced", language)]


def picked_phrases(picked: Narrowing, number: Definition | None, labels: Labels) -> list[tuple[str, str]]:
    """The number that the reader came from and each choice that narrows it, as (its code in the link, its words)."""
    language = labels.language
    found = []
    if number is not None:
        found.append(("target", word("enterprises.picked_target", language, name=number.name)))
    if picked.query:
        found.append(("q", word("enterprises.picked_query", language, query=picked.query)))
    if picked.move:
        found.append(("move", word(f"enterprises.move_{picked.move}", language)))
    for dimension in DIMENSIONS:
        code = getattr(picked, dimension)
        if code:
            every = word("enterprises.every_status", language)
            name = every if code == EVERY else labels.of(dimension, code)
            found.append(("part" if dimension == "area" else dimension, _named(dimension, name, language)))
    return found


def _named(dimension: str, name: str, language: str) -> str:
    return word("enterprises.picked", language, dimension=word(f"enterprises.by_{dimension}", language), name=name)


def list_table(rows: pl.DataFrame, labels: Labels, measure_name: str | None) -> pl.DataFrame:
    """The list as it is saved: every column in words, days as days."""
    language = labels.language

    def renamed(dimension: str) -> pl.Expr:
        return pl.col(dimension).replace_strict(
            {code: labels.of(dimension, code) for code in rows[dimension].unique()}, return_dtype=pl.String
        )

    columns: dict[str, Any] = {
        "name": pl.col("name"),
        "uscc": pl.col("uscc"),
        "former_names": pl.col("former_names"),
        "area": renamed("area"),
        "title": renamed("title"),
        "status": renamed("status"),
        "batch": renamed("batch"),
        "event_on": pl.col("event_on"),
        "valid_to": pl.col("valid_to"),
        "chain": renamed("chain"),
    }
    saved = {word(f"enterprises.column_{name}", language): column for name, column in columns.items()}
    if measure_name is not None:
        saved[measure_name] = pl.col("value")
    return rows.select(column.alias(name) for name, column in saved.items())


def answer_table(rows: pl.DataFrame, number: Definition, labels: Labels) -> pl.DataFrame:
    """The answers as they are saved."""
    language = labels.language
    yes, no = (word(f"enterprises.{key}", language) for key in ("counts", "not_answered"))
    areas = {code: labels.of("area", code) for code in rows["area_code"].unique()}
    columns = {
        "name": pl.col("name"),
        "uscc": pl.col("uscc"),
        "area": pl.col("area_code").replace_strict(areas, return_dtype=pl.String),
    }
    saved = {word(f"enterprises.column_{name}", language): column for name, column in columns.items()}
    if number.numerator_from == "enterprise":
        saved[numerator_name(number, language)] = pl.col("numerator")
    if number.denominator_from == "enterprise":
        saved[denominator_name(number, language)] = pl.col("denominator")
    saved[word("enterprises.column_counts", language)] = pl.when("is_counted").then(pl.lit(yes)).otherwise(pl.lit(no))
    return rows.select(column.alias(name) for name, column in saved.items())


def tiers_finding(counts: pl.DataFrame, tiers: pl.DataFrame, area: tuple[str, str], language: str) -> str:
    """The first line where nothing is targeted: how many enterprises of each tier, the highest first."""
    code, name = area
    numbers = {row["tier"]: row["value"] for row in counts.filter(area_code=code).iter_rows(named=True)}
    parts = [
        word(
            "enterprises.part",
            language,
            name=row["short"],
            number=text.quantity(numbers[row["tier"]], "enterprise", 0, language),
        )
        for row in tiers.reverse().iter_rows(named=True)
        if numbers.get(row["tier"]) is not None
    ]
    if not parts:
        return word("overview.no_titles", language, area=name)
    return word("overview.titles", language, area=name, parts=text.listed(parts, language))
