"""Designed parts of the enterprises page, and of an overview without targets, as HTML. Everything is escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import polars as pl

from tracker import excerpt, text
from tracker.blocks import link, plain_rows, section, table
from tracker.catalog_derived import UNASSIGNED_SUFFIX
from tracker.enterprises import MISSING, codes_in, grouped
from tracker.enterprises_behind import Definition
from tracker.enterprises_histories import ON_RECORD, STATUSES
from tracker.enterprises_profile import Profile, event_table, rejected_table, value_table
from tracker.enterprises_words import Labels, amount, batch_name, denominator_name, numerator_name, plain_number
from tracker.findings import Row
from tracker.links import View, href
from tracker.look import TITLE_LOOKS
from tracker.text import word

MOST_PERIODS = 6
_LONG = ("printed", "reason")  # columns of facts whose texts are long
MOST_COLUMNS = 10  # of a table of groups: what comes after goes together, so that every row still adds up

# By the name of a plan the results of its rules, as :func:`tracker.enterprises_rules.rules_of` gives them.
Rules = Mapping[str, Iterable[tuple[str, str, list[str]]]]


def chips(found: Sequence[tuple[str, str]], view: View, picked: Mapping[str, str]) -> str:
    """Each choice that narrows the list, with a link that takes it back; of a number, the way to its files."""
    items = [
        f'<li>{escape(phrase)} <a href="{escape(href("enterprises", view, **{**picked, code: None}))}" '
        f'aria-label="{escape(word("enterprises.take_back", view.language, choice=phrase))}">✕</a></li>'
        for code, phrase in found
    ]
    if view.target_id and not excerpt.is_excerpt(view.build_id):
        items.append(f"<li>{link(word('builds.make_trace', view.language), href('builds', view, part='trace'))}</li>")
    return f'<ul class="tt-chips">{"".join(items)}</ul>' if items else ""


def remark(phrase: str, shown: str, target: str) -> str:
    """A quiet sentence, if any, and a link after it."""
    return f'<p class="tt-caption">{escape(phrase)} {link(shown, target)}</p>'


def status_word(status: str, labels: Labels) -> str:
    """Mark and word of where a title stands."""
    look = TITLE_LOOKS[status]
    return f'<span class="tt-status" style="color:{look.text}">{look.mark} {escape(labels.of("status", status))}</span>'


def enterprise_table(
    rows: pl.DataFrame, labels: Labels, view: View, carried: Mapping[str, str], measure: tuple[str, str] | None
) -> str:
    """A page of the list: name with code and former names, area, title, status, batch, days, chain, value."""
    language = labels.language
    if rows.is_empty():
        return f'<p class="tt-empty">{escape(word("enterprises.empty", language))}</p>'
    columns = ["name", "area", "title", "status", "batch", "event_on", "valid_to", "chain"]
    captions = [word(f"enterprises.column_{column}", language) for column in columns]
    captions += [measure[0]] if measure else []
    lines = []
    for row in rows.iter_rows(named=True):
        cells = [
            _name_cell(row, view, carried, language),
            f'<td class="is-tight">{escape(labels.of("area", row["area"]))}</td>',
            f'<td class="is-tight">{escape(labels.of("title", row["title"]))}</td>',
            f"<td>{status_word(row['status'], labels)}</td>",
            f'<td class="is-tight">{escape(batch_name(_known(row["batch"]), language))}</td>',
            f'<td class="is-day">{_day(row["event_on"])}</td>',
            f'<td class="is-day">{_day(row["valid_to"])}</td>',
            f'<td class="is-tight">{escape(_known(row["chain"]) or "–")}</td>',
        ]
        if measure:
            cells.append(f'<td class="is-tight">{escape(amount(row["value"], measure[1], language))}</td>')
        lines.append(f'<tr class="is-enterprise">{"".join(cells)}</tr>')
    is_explained = (rows["status"] == ON_RECORD).any()
    note = f'<p class="tt-caption">{escape(word("enterprises.on_record_note", language))}</p>' if is_explained else ""
    return table(captions, lines) + note


def _known(code: str | None) -> str | None:
    return None if code == MISSING else code


def _day(day: dt.date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else "–"


def _name_cell(row: Row, view: View, carried: Mapping[str, str], language: str) -> str:
    small = [row["uscc"]] if row["uscc"] else []
    if row["former_names"]:
        small.append(word("enterprises.formerly", language, names=row["former_names"]))
    lines = "".join(f"<small>{escape(line)}</small>" for line in small)
    target = href("enterprises", view, **{**carried, "enterprise": row["code"]})
    return f'<th scope="row">{link(row["name"], target)}{lines}</th>'


def groups(rows: pl.DataFrame, down: str, across: str, labels: Labels, view: View, carried: Mapping[str, str]) -> str:
    """The list by one or two groupings, each code in its order."""
    order = list(labels.areas)

    def codes(dimension: str) -> list[str]:
        found = codes_in(rows, dimension)
        if dimension == "area":
            return sorted(found, key=lambda code: order.index(code) if code in order else len(order))
        if dimension == "status":
            return [code for code in STATUSES if code in found]
        if dimension == "title":
            return [code for code in labels.tiers if code in found]
        return found

    pairs = (across, codes(across)) if across else None
    return group_table(grouped(rows, down, across), (down, codes(down)), pairs, labels, view, carried)


def group_table(
    groups: pl.DataFrame,
    down: tuple[str, Sequence[str]],
    across: tuple[str, Sequence[str]] | None,
    labels: Labels,
    view: View,
    carried: Mapping[str, str],
) -> str:
    """Enterprises by one or two groupings with their sums; every number opens the names behind it.

    Args:
        groups: ``down``, ``across``, ``number`` as :func:`tracker.enterprises.grouped`.
        down: the dimension of the rows and its codes in order; ``across`` that of the columns.
    """
    language = labels.language
    numbers = {(row[0], row[1]): row[2] for row in groups.select("down", "across", "number").iter_rows()}
    codes = list(across[1]) if across else []
    shown, rest = codes[:MOST_COLUMNS], codes[MOST_COLUMNS:]

    def cell(number: int, **choice: str) -> str:
        return "<td>–</td>" if not number else f"<td>{link(text.number(number, 0, language), to(**choice))}</td>"

    def to(**choice: str) -> str:
        changes = {**carried, **choice}
        return href("enterprises", view, **by_code(changes, view))

    def row_of(codes_down: Sequence[str], choice: Mapping[str, str], head: str, kind: str = "") -> str:
        def total(columns: Sequence[str]) -> int:
            return sum(numbers.get((one, other), 0) for one in codes_down for other in columns)

        cells = [cell(total([code]), **choice, **({across[0]: code} if across else {})) for code in shown]
        cells += [f"<td>{text.number(total(rest), 0, language)}</td>"] if rest else []
        every = total(codes or [""])
        return f'<tr{kind}><th scope="row">{escape(head)}</th>{"".join(cells)}{cell(every, **choice)}</tr>'

    heads = [labels.of(across[0], code) for code in shown] if across else []
    heads += [word("enterprises.others", language)] if rest else []
    captions = [word(f"enterprises.by_{down[0]}", language), *heads, word("enterprises.total", language)]
    lines = [row_of([code], {down[0]: code}, labels.of(down[0], code)) for code in down[1]]
    lines.append(row_of(down[1], {}, word("enterprises.total", language), ' class="is-total"'))
    return f'<div class="tt-groups">{table(captions, lines)}</div>'


def by_code(changes: Mapping[str, str], view: View) -> dict[str, str | None]:
    """Codes of a link: a unit of the plan becomes the viewed area, a part of one or what no unit has a choice there."""
    codes: dict[str, str | None] = dict(changes)
    area = codes.pop("area", None)
    if area is None or area == view.area_code:
        return codes
    is_unit = view.area_code == view.plan_area and not area.endswith(UNASSIGNED_SUFFIX)
    return codes | {"area" if is_unit else "part": area}


def answer_table(rows: pl.DataFrame, number: Definition, labels: Labels, view: View) -> str:
    """Who was asked for a ratio, what each stated, and whether it counts."""
    language = labels.language
    if rows.is_empty():
        return f'<p class="tt-empty">{escape(word("enterprises.empty", language))}</p>'
    captions = [word("enterprises.column_name", language), word("enterprises.column_area", language)]
    top = number.numerator_from == "enterprise"
    bottom = number.denominator_from == "enterprise"
    captions += [numerator_name(number, language)] if top else []
    captions += [denominator_name(number, language)] if bottom else []
    captions.append(word("enterprises.column_counts", language))
    lines = []
    is_yes_no = number.formula == "share_of_enterprises"
    for row in rows.iter_rows(named=True):
        cells = [
            _name_cell(row, view, {}, language),
            f'<td class="is-tight">{escape(labels.of("area", row["area_code"]))}</td>',
        ]
        if top:
            value = row["numerator"]
            stated = amount(value, "yes_no", language) if is_yes_no else plain_number(value, language)
            cells.append(f'<td class="is-tight">{escape(stated)}</td>')
        if bottom:
            cells.append(f'<td class="is-tight">{escape(plain_number(row["denominator"], language))}</td>')
        key = "enterprises.counts" if row["is_counted"] else "enterprises.not_answered"
        quiet = "" if row["is_counted"] else ' class="is-quiet"'
        cells.append(f"<td{quiet}>{escape(word(key, language))}</td>")
        lines.append(f'<tr class="is-enterprise">{"".join(cells)}</tr>')
    return table(captions, lines)


def ranking_table(ranking: pl.DataFrame, language: str) -> str:
    """The areas that a place is among: place, area, titles; who has no list has no place."""
    captions = [word(f"enterprises.column_{column}", language) for column in ("place", "area", "titles")]
    rows = [
        ["–" if place is None else str(place), name, plain_number(titles, language)]
        for name, titles, place in ranking.select("area_name", "titles", "place").iter_rows()
    ]
    return section(word("enterprises.ranking", language)) + table(captions, plain_rows(rows))


def cell_table(cells: pl.DataFrame, language: str) -> str:
    """The reported cells: area, what, value, period, and where in which file it stands."""
    captions = [
        word(f"enterprises.column_{column}", language)
        for column in ("area", "measure", "value", "period", "file", "sheet", "cell")
    ]
    rows = [
        [
            row["area_short"],
            row["name"],
            amount(row["value"], row["unit"], language) if row["value"] is not None else _fraction(row, language),
            _day(row["period_end"]),
            row["original_name"] or "–",
            row["sheet"] or "–",
            f"{row['column'] or ''}{row['row'] or ''}",
        ]
        for row in cells.iter_rows(named=True)
    ]
    return table(captions, plain_rows(rows))


def _fraction(row: Row, language: str) -> str:
    return f"{plain_number(row['numerator'], language)} / {plain_number(row['denominator'], language)}"


def tier_table(counts: pl.DataFrame, tiers: pl.DataFrame, areas: Iterable[tuple[str, str]], view: View) -> str:
    """Tiers by areas: how many count, and beside each how many await review or are shown; each opens its names.

    Args:
        counts: as :func:`tracker.ladder.tier_counts`.
        tiers: ``tier``, ``short`` in order.
        areas: code and name in order, the whole first.
    """
    found = {(row["area_code"], row["tier"]): row for row in counts.iter_rows(named=True)}
    captions = [word("enterprises.column_area", view.language), *tiers["short"]]
    lines = []
    for place, (code, name) in enumerate(areas):
        cells = [_tier_cell(found.get((code, tier)), code, tier, view) for tier in tiers["tier"]]
        kind = ' class="is-total"' if place == 0 else ""
        lines.append(f'<tr{kind}><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    return f'<div class="tt-tiers">{table(captions, lines)}</div>'


def _tier_cell(row: Row | None, area_code: str, tier: str, view: View) -> str:
    language = view.language
    if row is None or row["value"] is None:
        return f'<td class="is-quiet">{escape(word("enterprises.no_list", language))}</td>'
    codes = {"area": area_code, "tier": tier}
    shown = link(text.number(row["value"], 0, language), href("enterprises", view, **by_code(codes, view)))
    beside = []
    for status, number in (("awaiting_review", row["awaiting"]), ("publicity", row["publicity"])):
        if number:
            phrase = word(f"enterprises.beside_{status}", language, number=text.number(number, 0, language))
            target = href("enterprises", view, **by_code(codes | {"status": status}, view))
            beside.append(f"<small>{link(phrase, target)}</small>")
    if row["lapsed_publicity"]:
        phrase = word("enterprises.beside_lapsed", language, number=text.number(row["lapsed_publicity"], 0, language))
        beside.append(f"<small>{escape(phrase)}</small>")
    return f'<td class="is-number">{shown}{"".join(beside)}</td>'


def profile_parts(found: Profile, rules: Rules, language: str) -> list[str]:
    """What rules give it; events, values, refused rows, each with the file, sheet and cell where it stands."""
    parts = [
        *_rule_parts(rules, language),
        section(word("profile.events", language), word("profile.events_note", language)),
        frame_table(event_table(found, language), language),
    ]
    if found.values.height:
        parts.append(section(word("profile.values", language), word("profile.values_note", language)))
        parts += [value_grid(rows, language) for _, rows in found.values.group_by("frequency", maintain_order=True)]
        newest = value_table(found, language).sort("period", descending=True, maintain_order=True)
        parts.append(
            f"<details><summary>{escape(word('profile.sources', language, number=newest.height))}</summary>"
            f"{frame_table(newest, language)}</details>"
        )
    if found.rejected.height:
        parts.append(section(word("profile.rejected", language), word("profile.rejected_note", language)))
        parts.append(frame_table(rejected_table(found, language), language))
    return parts


def _rule_parts(rules: Rules, language: str) -> list[str]:
    """What the rules of plans give the enterprise, each plan under its name and marked as computed."""
    parts = []
    for plan, lines in rules.items():
        parts.append(section(word("plan_rule.title", language, plan=plan), word("plan_rule.note", language)))
        rows = [
            f'<tr class="is-plain"><th scope="row">{escape(caption)}</th><td>{escape(said)}'
            f"{''.join(f'<small>{escape(line)}</small>' for line in left_open)}</td></tr>"
            for caption, said, left_open in lines
        ]
        parts.append(table(["", ""], rows))
    return parts


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Captions and texts side by side: who the enterprise is."""
    items = "".join(f"<div><dt>{escape(caption)}</dt><dd>{escape(shown)}</dd></div>" for caption, shown in pairs)
    return f'<dl class="tt-facts">{items}</dl>'


def value_grid(values: pl.DataFrame, language: str) -> str:
    """Stated values over time: one row per measure, a micro column chart, the newest periods; places as tooltips.

    Args:
        values: rows of one frequency as ``queries/enterprise_values.sql``.
    """
    periods = sorted(values["period_end"].unique().to_list())[-MOST_PERIODS:]
    captions = [word("enterprises.column_measure", language), "", *(_period(day, values, language) for day in periods)]
    lines = []
    for (name,), rows in values.group_by("name", maintain_order=True):
        found = {row["period_end"]: row for row in rows.iter_rows(named=True)}
        cells = [_value_cell(found.get(day), language) for day in periods]
        spark = _spark([found[day]["value"] if day in found else None for day in periods])
        lines.append(
            f'<tr><th scope="row">{escape(str(name))}</th><td class="is-micro">{spark}</td>{"".join(cells)}</tr>'
        )
    return table(captions, lines)


def _period(day: dt.date, values: pl.DataFrame, language: str) -> str:
    is_yearly = values["frequency"][0] == "year"
    return word("enterprises.year_name", language, year=day.year) if is_yearly else text.month(day, language)


def _value_cell(row: Row | None, language: str) -> str:
    if row is None:
        return '<td class="is-quiet">–</td>'
    shown = row["value_text"] if row["kind"] == "text" else amount(row["value"], row["unit"], language)
    place = " ".join(filter(None, [row["original_name"], row["sheet"], f"{row['column'] or ''}{row['row'] or ''}"]))
    return f'<td class="is-tight" title="{escape(place)}">{escape(shown or "–")}</td>'


def _spark(values: Sequence[float | None]) -> str:
    """Columns from zero, the newest dark; nothing where there is no number to draw."""
    most = max((abs(value) for value in values if value is not None), default=0.0)
    if not most or sum(value is not None for value in values) < 2:
        return ""
    columns = "".join(f'<i style="height:{100 * max(value or 0, 0) / most:.0f}%"></i>' for value in values)
    return f'<span class="tt-spark">{columns}</span>'


def frame_table(frame: pl.DataFrame, language: str) -> str:
    """A table of facts in words; both ends of a window share a cell, and so do file, sheet and cell of a source."""
    merged = [column for column in frame.columns if column not in _MERGED]
    captions = [word(f"enterprises.column_{_CAPTIONS.get(column, column)}", language) for column in merged]
    lines = []
    for row in frame.iter_rows(named=True):
        cells = "".join(_fact(column, row) for column in merged)
        lines.append(f'<tr class="is-fact">{cells}</tr>')
    return table(captions, lines)


# The second and third part of a merged cell, and what its column is called.
_MERGED = ("valid_to", "sheet", "cell")
_CAPTIONS = {"valid_from": "window", "file": "source"}


def _fact(column: str, row: Row) -> str:
    if column == "valid_from":
        days = "".join(f"<div>{_day(row[end])}</div>" for end in ("valid_from", "valid_to") if row[end])
        return f'<td class="is-day">{days or "–"}</td>'
    if column == "file":
        place = " ".join(filter(None, [row["sheet"], row["cell"]]))
        return f"<td>{escape(_shown(row['file']))}<small>{escape(place)}</small></td>"
    kind = "is-day" if isinstance(row[column], dt.date) else "is-long" if column in _LONG else "is-tight"
    return f'<td class="{kind}">{escape(_shown(row[column]))}</td>'


def _shown(cell: object) -> str:
    return _day(cell) if isinstance(cell, dt.date) else str(cell) if cell is not None else "–"
