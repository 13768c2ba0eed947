"""Designed parts of the page of candidates as HTML: how many meet what, and the names. Everything is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import polars as pl

from tracker import blocks, candidates_words, criteria, text
from tracker.candidates import result_numbers
from tracker.candidates_words import is_reported, unreported
from tracker.catalog_criteria import Criterion
from tracker.criteria import MET, NOT_MET, RESULTS, UNKNOWN, Version
from tracker.enterprises_words import Labels
from tracker.findings import Row
from tracker.links import View, href
from tracker.look import STATUS_LOOKS
from tracker.text import word

# The looks of results are those of statuses: what is not known is as grey as what nobody reported.
_LOOKS = {MET: "met", NOT_MET: "missed"}


def criterion_table(rows: pl.DataFrame, version: Version, view: View, picked: Mapping[str, str]) -> str:
    """Each criterion in full with how many meet it, do not, are unknown; each number narrows the list to them."""
    language = view.language
    captions = [word("candidates.column_criterion", language)]
    captions += [word(f"candidates.result_{result}", language) for result in RESULTS]
    captions.append(word("candidates.column_unreported", language))
    lines = []
    for criterion, numbers in result_numbers(rows, version):
        cells = []
        for result in RESULTS:
            shown = text.number(numbers[result], 0, language)
            codes = {**picked, "criterion": criterion.criterion_id, "result": result}
            target = href("candidates", view, target=None, **codes) if numbers[result] else ""
            cells.append(f'<td class="is-number">{blocks.link(shown, target)}</td>')
        missing = text.listed(unreported(criterion, language), language)
        lines.append(
            f'<tr><th scope="row">{escape(criterion.name.in_language(language))}</th>{"".join(cells)}'
            f'<td class="is-quiet">{escape(missing or "–")}</td></tr>'
        )
    return f'<div class="tt-moves">{blocks.table(captions, lines)}</div>'


def name_table(
    rows: pl.DataFrame, every: pl.DataFrame, version: Version, units: Mapping[str, str], labels: Labels, view: View
) -> str:
    """One row a name: where it stands, and the result and the value of each criterion that anything is known of.

    Args:
        rows: the names of one page of the list.
        every: the whole list: a criterion that is unknown of everybody in it is named below and has no column.
    """
    language = labels.language
    if rows.is_empty():
        return f'<p class="tt-empty">{escape(word("candidates.empty", language))}</p>'
    silent = [
        criterion
        for criterion in version.criteria
        if not is_reported(criterion) or (every[criteria.result_column(criterion)] == UNKNOWN).all()
    ]
    asked = [criterion for criterion in version.criteria if criterion not in silent]
    captions = [word(f"candidates.column_{column}", language) for column in ("name", "standing")]
    captions += [criterion.short.in_language(language) for criterion in asked]
    lines = [
        f'<tr class="is-enterprise">{_name_cell(row, labels, view)}{_standing_cell(row, language)}'
        f"{''.join(_result_cell(row, criterion, units, language) for criterion in asked)}</tr>"
        for row in rows.iter_rows(named=True)
    ]
    return f'<div class="tt-candidates">{blocks.table(captions, lines)}</div>{_not_reported(silent, language)}'


def _name_cell(row: Row, labels: Labels, view: View) -> str:
    beside = [labels.of("area", row["area"])]
    if row["revoked_on"] is not None:
        beside.append(word("candidates.revoked", labels.language, day=text.day(row["revoked_on"], labels.language)))
    small = "".join(f"<small>{escape(line)}</small>" for line in beside)
    target = href("enterprises", view, target=None, enterprise=row["code"])
    return f'<th scope="row">{blocks.link(row["name"], target)}{small}</th>'


def _standing_cell(row: Row, language: str) -> str:
    since = row.get("month_end") or row["since_on"]
    small = f"<small>{since:%Y-%m}</small>" if since is not None else ""
    standing = word(f"candidates.standing_{row['standing']}", language)
    return f"<td>{escape(standing)}{small}</td>"


def _result_cell(row: Row, criterion: Criterion, units: Mapping[str, str], language: str) -> str:
    result = row[criteria.result_column(criterion)]
    status = _LOOKS.get(result, "not_reported")
    said, years = candidates_words.values(row, criterion, units, language)
    small = "".join(f"<small>{escape(line)}</small>" for line in (said, years) if line)
    shown = f"{STATUS_LOOKS[status].mark} {word(f'candidates.result_{result}', language)}"
    return f'<td><span class="tt-status" style="color:var(--{status}-text)">{escape(shown)}</span>{small}</td>'


def _not_reported(silent: Sequence[Criterion], language: str) -> str:
    """The criteria that have no column: unknown of everybody."""
    if not silent:
        return ""
    names = text.listed([criterion.short.in_language(language) for criterion in silent], language)
    return blocks.caption([word("candidates.not_reported", language, names=names)])
