"""What a plan states beside its targets, as HTML: its rules with their numbers, the figures that it reports. Pure."""

from __future__ import annotations

from html import escape

import polars as pl

from tracker import blocks, text
from tracker.findings import Row
from tracker.text import word

_MOST_DECIMALS = 2
_YUAN = {"10k_yuan": 10_000, "100m_yuan": 100_000_000}
_SHORT = ("clause", "period")
_TIGHT = ' class="is-tight"'


def rules(found: pl.DataFrame, language: str) -> list[str]:
    """The rules that are no targets: rows of ``queries/plan_rules.sql``; nothing where there are none."""
    if found.is_empty():
        return []
    rows = []
    for _, numbers in found.group_by("rule_id", maintain_order=True):
        first = numbers.row(0, named=True)
        said = [_labelled(row, language) for row in numbers.iter_rows(named=True) if row["value"] is not None]
        rows.append(
            [
                word(f"plan_rules.kind_{first['kind']}", language),
                text.section(first["section"], language),
                first["said"],
                word("plan_rules.separator", language).join(said) or "–",
            ]
        )
    return _table("rules", ("kind", "clause", "rule", "numbers"), rows, language)


def references(found: pl.DataFrame, language: str) -> list[str]:
    """The figures that a plan reports: rows of ``queries/plan_references.sql``; nothing where there are none."""
    if found.is_empty():
        return []
    rows = [
        [row["said"], text.section(row["section"], language), figure(row, language), _period(row, language)]
        for row in found.iter_rows(named=True)
    ]
    return _table("references", ("figure", "clause", "numbers", "period"), rows, language)


def figure(row: Row, language: str) -> str:
    """A number as the plan states it, with its bound: ``不超过 4000 万元``, ``20–50 万元``."""
    shown = _amount(row["value"], row["unit"], language)
    if row["value_high"] is not None:
        low = _number(row["value"], row["unit"], language)
        return word("target.between", language, low=low, high=_amount(row["value_high"], row["unit"], language))
    return shown if row["comparator"] == "eq" else word(f"plan_rules.{row['comparator']}", language, amount=shown)


def _labelled(row: Row, language: str) -> str:
    shown = figure(row, language)
    return shown if row["label"] is None else word("plan_rules.labelled", language, label=row["label"], amount=shown)


def _amount(value: float, unit: str, language: str) -> str:
    if unit in _YUAN and language == "en":
        return word("plan_rules.yuan", language, number=_number(value, unit, language))
    return text.quantity(value, unit, _decimals(value), language)


def _number(value: float, unit: str, language: str) -> str:
    """The number alone; English has no 万 and no 亿: 50 万元 are 500,000 yuan."""
    if unit in _YUAN and language == "en":
        return text.number(value * _YUAN[unit], 0, language)
    return text.number(value, _decimals(value), language)


def _decimals(value: float) -> int:
    return 0 if value == int(value) else _MOST_DECIMALS


def _period(row: Row, language: str) -> str:
    if row["ends_on"] is None:
        return "–"
    last = text.day(row["ends_on"], language)
    if row["starts_on"] is None:
        return word("plan_rules.by", language, last=last)
    return word("plan_rules.from_to", language, first=text.day(row["starts_on"], language), last=last)


def _table(name: str, columns: tuple[str, ...], rows: list[list[str]], language: str) -> list[str]:
    captions = [word(f"plan_rules.column_{column}", language) for column in columns]
    title, note = (word(f"plan_rules.{name}_{part}", language, number=len(rows)) for part in ("title", "note"))
    lines = []
    for first, *others in rows:
        cells = (
            f"<td{_TIGHT if column in _SHORT else ''}>{escape(cell)}</td>"
            for column, cell in zip(columns[1:], others, strict=True)
        )
        lines.append(f'<tr class="is-plain"><th scope="row">{escape(first)}</th>{"".join(cells)}</tr>')
    return [blocks.section(title, note), f'<div class="tt-words">{blocks.table(captions, lines)}</div>']
