"""The preview of a publication as HTML: numbers before and after, who comes and goes, debts. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

from tracker import blocks, blocks_about, excerpt, text
from tracker.catalog import Catalog
from tracker.links import View, href
from tracker.progress import LEADER_STATE
from tracker.text import word

Row = dict[str, Any]
_SHOWN, _SHOWN_NAMES, _SHOWN_DEBTS = 24, 12, 10


def finding(effect: Row, language: str) -> str:
    """How many numbers would move and who comes and goes, in one line."""
    came = sum(row["amount"] > 0 for row in effect["names"])
    number = len(effect["targets"])
    if not number and not effect["names"]:
        return word("desk.effect_nothing", language)
    return word("desk.effect_finding", language, number=number, came=came, went=len(effect["names"]) - came)


def parts(effect: Row, catalog: Catalog, view: View | None, language: str) -> list[str]:
    """Everything that the trial found, as designed parts."""
    pending = effect["pending"]
    told = []
    if effect["before"] is None:
        told.append(word("desk.effect_first", language))
    if pending is not None:
        key = "desk.effect_pending" if pending else "desk.effect_pending_records"
        told.append(word(key, language, files=text.listed(pending[:5], language)))
    shown = _shown_view(effect, view)
    return [
        "".join(map(blocks.notice, told)),
        _targets(effect, catalog, shown, language),
        _tiers(effect, catalog, language),
        _history(effect, catalog, language),
        _names(effect, catalog, shown, language),
        _debts(effect, language),
    ]


def _shown_view(effect: Row, view: View | None) -> View | None:
    """The view to link from: only where the page shows the build that was compared with."""
    before = effect["before"]
    is_same = view is not None and before and excerpt.whole_id(view.build_id) == before["build_id"]
    return view if is_same else None


def _targets(effect: Row, catalog: Catalog, view: View | None, language: str) -> str:
    """The numbers that move: of the newest month of both builds, and where the data reach further, of the months."""
    rows = effect["targets"]
    title = blocks.section(word("desk.effect_targets", language), word("desk.effect_targets_note", language))
    if not rows:
        return title + blocks.paragraph(word("desk.effect_targets_none", language))
    made = [title]
    # The same month tells what the files change; the newest against the newest also what the time between did.
    for months in sorted({(row["as_of_before"], row["as_of"]) for row in rows}, key=lambda pair: pair[1]):
        of_months = [row for row in rows if (row["as_of_before"], row["as_of"]) == months]
        made.append(_month_table(of_months, catalog, view, language))
    return f'<div class="tt-effect">{"".join(made)}</div>'


def _month_table(rows: list[Row], catalog: Catalog, view: View | None, language: str) -> str:
    roots = {plan.area_code for plan in catalog.plans.values()}
    ordered = sorted(rows, key=lambda row: row["area_code"] not in roots)
    months = [text.month(_day(rows[0][key]), language) for key in ("as_of_before", "as_of")]
    is_same = months[0] == months[1]
    said = months[0] if is_same else word("desk.effect_months", language, before=months[0], after=months[1])
    captions = [
        word(f"desk.column_{name}", language)
        for name in ("area", "indicator", "before", "after", "moved", "state_before", "state_after")
    ]
    with_plan = len({row["plan_id"] for row in rows}) > 1
    numbers = Counter(map(_number_of, rows))
    # The same number stands against the task of each year: which line is which year's must be seen.
    lines = [_target_line(row, catalog, view, with_plan, numbers[_number_of(row)] > 1, language) for row in ordered]
    table = blocks.table(captions, lines[:_SHOWN])
    if len(lines) > _SHOWN:
        summary = word("desk.more_numbers", language, number=len(lines) - _SHOWN)
        table += blocks_about.folded(summary, blocks.table(captions, lines[_SHOWN:]))
    return f'<p class="tt-effect-month">{escape(said)}</p>{table}'


def _number_of(row: Row) -> tuple[str, ...]:
    return row["plan_id"], row["indicator_id"], row["area_code"]


def _target_line(row: Row, catalog: Catalog, view: View | None, with_plan: bool, with_due: bool, language: str) -> str:
    indicator, plan = catalog.indicators.get(row["indicator_id"]), catalog.plans.get(row["plan_id"])
    unit, decimals = (indicator.unit, indicator.decimals) if indicator else ("enterprise", 0)

    before, after = row["value_before"], row["value_after"]
    ends = ["–" if value is None else text.compact(value, unit, decimals, language) for value in (before, after)]
    moved = "–"
    if before is not None and after is not None and before != after:
        ends, [moved] = text.changes([before, after], unit, decimals, language)
    target = ""
    if view is not None and before is not None and row["target_id"]:
        stated = {"plan": row["plan_id"], "target": row["target_id"], "area": row["area_code"]}
        target = href("enterprises", view, **stated, as_of=row["as_of_before"])
    name = indicator.short.in_language(language) if indicator else row["indicator_id"]
    due = text.month(_day(row["due_on"]), language) if with_due and row["due_on"] else ""
    of_year = f"<small>{escape(word('indicators.line_due', language, month=due))}</small>" if due else ""
    of_plan = f"<small>{escape(plan.short.in_language(language))}</small>" if plan and with_plan else ""
    states = "".join(f"<td>{_state(row[key], language)}</td>" for key in ("state_before", "state_after"))
    return (
        f'<tr><th scope="row">{escape(area_name(catalog, row["area_code"], language))}{of_plan}</th>'
        f"<td>{escape(name)}{of_year}</td>"
        f'<td class="is-figure">{blocks.link(ends[0], target)}</td>'
        f'<td class="is-figure"><b>{escape(ends[1])}</b></td>'
        f'<td class="is-figure">{escape(moved)}</td>{states}</tr>'
    )


def _state(code: str | None, language: str) -> str:
    return blocks.status_mark(LEADER_STATE[code], language) if code in LEADER_STATE else "–"


def _day(day: str) -> dt.date:
    return dt.date.fromisoformat(day[:10])


def area_name(catalog: Catalog, code: str, language: str) -> str:
    """The short name of an area, its code where a new plan brings it."""
    area = catalog.areas.get(code)
    return area.short.in_language(language) if area else code


def _tiers(effect: Row, catalog: Catalog, language: str) -> str:
    """Holders awaiting review and names under publicity, where these differ: they stand beside the count."""
    keys = ("awaiting", "publicity")
    rows = [row for row in effect["tiers"] if any((row[key] or 0) != (row[f"{key}_before"] or 0) for key in keys)]
    if not rows:
        return ""
    captions = [word(f"desk.column_{name}", language) for name in ("area", "title", "awaiting", "publicity")]
    lines = [
        [
            area_name(catalog, row["area_code"], language),
            catalog.tiers[row["tier"]].short.in_language(language),
            *(f"{row[f'{key}_before'] or 0} → {row[key] or 0}" for key in keys),
        ]
        for row in rows
    ]
    title = blocks.section(word("desk.effect_beside", language), word("desk.effect_beside_note", language))
    return f'{title}<div class="tt-words">{blocks.table(captions, blocks.plain_rows(lines))}</div>'


def _history(effect: Row, catalog: Catalog, language: str) -> str:
    rows = effect["history"]
    if not rows:
        return ""
    first, last = (pick(_day(row[key]) for row in rows) for pick, key in ((min, "first"), (max, "last")))
    span = {"first": text.month(first, language), "last": text.month(last, language)}
    names = [
        area_name(catalog, row["area_code"], language)
        + (
            catalog.indicators[row["indicator_id"]].short.in_language(language)
            if row["indicator_id"] in catalog.indicators
            else ""
        )
        for row in rows
    ]
    said = word("desk.effect_history", language, number=len(rows), **span)
    return blocks.section(word("desk.effect_earlier", language), said) + blocks_about.folded(
        word("desk.effect_history_which", language), blocks.paragraph(text.listed(list(dict.fromkeys(names)), language))
    )


def _names(effect: Row, catalog: Catalog, view: View | None, language: str) -> str:
    made = []
    for tier, held in catalog.tiers.items():
        of_tier = [row for row in effect["names"] if row["tier"] == tier]
        sides = {
            "came": [row for row in of_tier if row["amount"] > 0],
            "went": [row for row in of_tier if row["amount"] < 0],
        }
        for side, rows in sides.items():
            if rows:
                said = {"tier": held.short.in_language(language), "number": len(rows)}
                made.append(blocks.section(word(f"desk.effect_{side}", language, **said)))
                made.append(_name_table(rows, catalog, view, language))
    return "".join(made)


def _name_table(rows: Sequence[Row], catalog: Catalog, view: View | None, language: str) -> str:
    captions = [
        word(f"desk.column_{name}", language) for name in ("enterprise", "city", "reason", "changed_on", "from")
    ]
    lines = [_name_line(row, catalog, view, language) for row in rows]
    table = f'<div class="tt-words">{blocks.table(captions, lines[:_SHOWN_NAMES])}</div>'
    if len(lines) <= _SHOWN_NAMES:
        return table
    summary = word("desk.more_enterprises", language, number=len(lines) - _SHOWN_NAMES)
    return table + blocks_about.folded(
        summary, f'<div class="tt-words">{blocks.table(captions, lines[_SHOWN_NAMES:])}</div>'
    )


def _name_line(row: Row, catalog: Catalog, view: View | None, language: str) -> str:
    # Who goes is in the build in force and has a page of its own there; who comes has none yet.
    is_known = view is not None and row["amount"] < 0 and row["uscc"]
    target = href("enterprises", view, enterprise=row["uscc"]) if view is not None and is_known else ""
    part = word("desk.part_first", language) if row["part"] == "first" else word(f"difference.{row['part']}", language)
    where = " ".join(filter(None, [row["file_name"], f"#{row['row']}" if row["row"] else ""])) or "–"
    on = text.day(_day(row["changed_on"]), language) if row["changed_on"] else "–"
    cells = [area_name(catalog, row["area_code"], language), part, on, where]
    plain = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="is-plain"><th scope="row">{blocks.link(row["name"], target)}</th>{plain}</tr>'


def _debts(effect: Row, language: str) -> str:
    made = []
    for side in ("new", "gone"):
        rows = effect["debts"][side]
        if rows:
            made.append(blocks.section(word(f"desk.effect_debts_{side}", language, number=len(rows))))
            made.append(blocks_about.points(row[language] for row in rows[:_SHOWN_DEBTS]))
            if len(rows) > _SHOWN_DEBTS:
                summary = word("desk.more_debts", language, number=len(rows) - _SHOWN_DEBTS)
                made.append(blocks_about.folded(summary, blocks_about.points(r[language] for r in rows[_SHOWN_DEBTS:])))
    return "".join(made)
