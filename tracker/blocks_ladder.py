"""Designed parts of the ladder as HTML: cards of gaps, tables of moves, expiries. Everything is escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape

import polars as pl

from tracker import blocks, findings, text
from tracker.blocks_enterprises import by_code
from tracker.candidates import POSSIBLE
from tracker.enterprises_histories import POOL
from tracker.enterprises_moved import EXPIRING
from tracker.findings import Row
from tracker.ladder import Ladder
from tracker.links import View, href
from tracker.text import word

_SHOWN_NAMES = 6
# What the ladder counts is fixed: its links must not take along another rule, or the target of another page.
_PLAIN_RULE: dict[str, str | None] = {"target": None, "basis": None, "publicity": None, "awaiting": None}
_MOVE_OF = {"entries": "entry", "promotions": "promotion", "exits": "exit", "stock": "stock"}


def names_link(view: View, rung: str, area_code: str, column: str, as_of: dt.date) -> str:
    """Where the enterprises behind a number of the ladder stand.

    Args:
        column: ``stock_before`` and ``stock`` open who stands there, the others who came or went.
        as_of: the day of the row.
    """
    if column == "stock_before":
        column, as_of = "stock", dt.date(as_of.year - 1, 12, 31)
    codes: dict[str, str] = {"area": area_code, "as_of": as_of.isoformat()}
    if rung == POOL:
        codes["move"] = f"{POOL}_{_MOVE_OF[column]}"
    else:
        codes["tier"] = rung
        codes |= {"move": _MOVE_OF[column]} if column != "stock" else {}
    return href("enterprises", view, **_PLAIN_RULE, **by_code(codes, view))


def candidates_link(view: View, tier: str, area_code: str, **codes: str) -> str:
    """The page of candidates of a tier and area."""
    return href("candidates", view, target=None, **by_code({"tier": tier, "area": area_code, **codes}, view))


def gap_cards(ladder: Ladder, view: View) -> str:
    """One card a tier, the highest first: its gap, who stands where, what ends soon."""
    language = view.language
    cards = []
    for rung, name in reversed(ladder.rungs):
        row = ladder.move(rung, view.area_code)
        if rung == POOL or row is None:
            continue
        target = ladder.targets.get((rung, view.area_code))
        value = text.quantity(row["stock"], "enterprise", 0, language)
        status = "on_pace" if target is None else target["status"]
        gap = "" if target is None else findings.gap_phrase(target, language)
        head = (
            word("ladder.gap_line", language, name=name, value=value, gap=gap)
            if gap
            else word("ladder.gap_free", language, name=name, value=value)
        )
        counts = ladder.standing(rung, view.area_code)
        line = word("ladder.names_line", language, **{key: text.number(n, 0, language) for key, n in counts.items()})
        ending = ladder.expiring.get((rung, view.area_code), 0)
        soon = word("ladder.expiring_line", language, number=text.number(ending, 0, language))
        to_names = candidates_link(view, rung, view.area_code)
        to_ending = _expiring_link(view, rung, view.area_code)
        cards.append(
            f'<li class="tt-card is-{status}"><strong><span>{escape(head)}</span></strong>'
            f"<p>{blocks.link(line, to_names)}</p>"
            f'<p class="is-quiet">{blocks.link(soon, to_ending) if ending else escape(soon)}</p></li>'
        )
    return f'<ul class="tt-cards">{"".join(cards)}</ul>'


def _expiring_link(view: View, tier: str, area_code: str) -> str:
    codes = {"tier": tier, "area": area_code, "move": EXPIRING}
    return href("enterprises", view, **_PLAIN_RULE, **by_code(codes, view))


def move_table(
    head: str, named: Sequence[tuple[str, str, str, Row | None]], ladder: Ladder, view: View, *, with_gap: bool
) -> str:
    """Stock before, moves and stock of each row, every number a link to its names.

    Args:
        head: what the rows are.
        named: name, rung, area and row of ``mart.ladder_move`` (None: no list) of each.
        with_gap: also gap, candidates and expiries, which are known of the viewed day only.
    """
    language = view.language
    columns = ["before", "entries", "promotions", "exits", "stock"]
    columns += ["gap", "possible", "expiring"] if with_gap else []
    captions = [head, *(word(f"ladder.column_{column}", language) for column in columns)]
    lines = []
    for name, rung, area_code, row in named:
        cells = "".join(_move_cells(row, rung, area_code, view)) if row is not None else _no_list(language)
        if with_gap:
            cells += _gap_cells(ladder, rung, area_code, view)
        lines.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    return f'<div class="tt-moves">{blocks.table(captions, lines)}</div>'


def _no_list(language: str) -> str:
    return f'<td class="is-quiet" colspan="5">{escape(word("ladder.unknown", language))}</td>'


def _move_cells(row: Row, rung: str, area_code: str, view: View) -> list[str]:
    language = view.language
    cells = []
    for column in ("stock_before", "entries", "promotions", "exits", "stock"):
        number = row[column]
        shown = text.number(number, 0, language)
        moved = {"entries": "moved_in", "exits": "moved_out"}.get(column)
        beside = ""
        if moved and row[moved]:
            phrase = word(f"ladder.{moved}", language, number=text.number(row[moved], 0, language))
            beside = f"<small>{escape(phrase)}</small>"
        to_names = names_link(view, rung, area_code, column, row["as_of"]) if number else ""
        cells.append(f'<td class="is-number">{blocks.link(shown, to_names)}{beside}</td>')
    return cells


def _gap_cells(ladder: Ladder, rung: str, area_code: str, view: View) -> str:
    language = view.language
    if rung == POOL:
        return "<td>–</td>" * 3
    target = ladder.targets.get((rung, area_code))
    gap = findings.gap_phrase(target, language) if target is not None else word("overview.no_task", language)
    possible = ladder.standing(rung, area_code)[POSSIBLE]
    ending = ladder.expiring.get((rung, area_code), 0)
    to_names = candidates_link(view, rung, area_code) if possible else ""
    to_ending = _expiring_link(view, rung, area_code) if ending else ""
    return (
        f'<td class="is-tight">{escape(gap or "–")}</td>'
        f'<td class="is-number">{blocks.link(text.number(possible, 0, language), to_names)}</td>'
        f'<td class="is-number">{blocks.link(text.number(ending, 0, language), to_ending)}</td>'
    )


def expiry_table(names: pl.DataFrame, areas: Sequence[tuple[str, str]], tier: str, view: View) -> str:
    """Titles of a tier that end soon by area, the first names of each with their month; the number opens all.

    Args:
        names: ``area``, ``code``, ``name``, ``month_end`` in the order of the months.
        areas: code and name of the rows, the whole first.
    """
    language = view.language
    if names.is_empty():
        return f'<p class="tt-empty">{escape(word("ladder.expiries_none", language))}</p>'
    by_area = names.partition_by("area", as_dict=True, maintain_order=True)
    lines = []
    for area_code, area_name in areas:
        of_area = names if area_code == view.area_code else by_area.get((area_code,))
        if of_area is None:
            continue
        number = blocks.link(text.number(of_area.height, 0, language), _expiring_link(view, tier, area_code))
        shown = [
            blocks.link(
                word("ladder.ends_in", language, name=row["name"], month=text.month(row["month_end"], language)),
                href("enterprises", view, target=None, enterprise=row["code"]),
            )
            for row in of_area.head(_SHOWN_NAMES).iter_rows(named=True)
        ]
        more = word("ladder.more_names", language, number=text.number(of_area.height, 0, language))
        shown += [escape(more)] if of_area.height > _SHOWN_NAMES else []
        is_total = ' class="is-total"' if area_code == view.area_code else ""
        listed = escape(word("app.list_separator", language)).join(shown) if area_code != view.area_code else ""
        lines.append(
            f'<tr{is_total}><th scope="row">{escape(area_name)}</th><td class="is-number">{number}</td>'
            f"<td>{listed}</td></tr>"
        )
    captions = [word(f"ladder.column_{column}", language) for column in ("area", "number", "names")]
    return f'<div class="tt-words">{blocks.table(captions, lines)}</div>'
