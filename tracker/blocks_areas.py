"""The table of the areas on one target as HTML. Pure: rows in, markup out."""

from __future__ import annotations

from html import escape

import polars as pl

from tracker import blocks, districts, findings
from tracker.links import View
from tracker.text import word


def area_table(rows: pl.DataFrame, view: View) -> str:
    """Rank, task, value, gap, lead and state of each area; the value opens the enterprises behind it.

    Args:
        rows: as :func:`tracker.districts.ranked`.
        view: what is looked at.
    """
    language = view.language
    columns = ("districts.column_rank", "districts.column_area", "overview.column_target", "overview.column_value")
    more = ("overview.column_gap", "districts.column_lead", "overview.column_status")
    made = []
    for row in rows.iter_rows(named=True):
        value = findings.value_phrase(row, language) if row["value"] is not None else "–"
        lead = "–" if row["lead_points"] is None else districts.points(row["lead_points"], language)
        cells = [
            f"<td>{'–' if row['rank'] is None else row['rank']}</td>",
            f'<th scope="row">{escape(row["area_short"])}{_marked(row["origin"], language)}</th>',
            f'<td class="is-tight">{escape(findings.target_phrase(row, language))}</td>',
            f'<td class="is-number">{blocks.link(value, blocks.number_link(row, view))}</td>',
            f'<td class="is-tight">{escape(findings.gap_phrase(row, language))}</td>',
            f'<td class="is-tight">{escape(lead)}</td>',
            f"<td>{blocks.status_mark(row['status'], language)}</td>",
        ]
        made.append(f"<tr>{''.join(cells)}</tr>")
    return blocks.table([word(key, language) for key in (*columns, *more)], made)


def _marked(origin: str, language: str) -> str:
    return f"<small>{escape(word('overview.estimated', language))}</small>" if origin == "estimated" else ""
