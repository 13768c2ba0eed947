"""Designed parts of a page as HTML. Pure: rows and words in, markup out. Everything from data is escaped."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from html import escape

import polars as pl

from tracker import findings, opinions, text
from tracker.findings import Row
from tracker.links import View, href
from tracker.look import STATUS_LOOKS
from tracker.text import word

_MICRO_SCALE = 80  # percent of the micro bar that the target stands at, as in the large bullets


def block(*parts: str) -> str:
    """Parts in the scope of the stylesheet."""
    return f'<div class="tt">{"".join(parts)}</div>'


def header(title: str, tags: Iterable[str], finding: str) -> str:
    """What is looked at, small; the finding, large. The last tag of a demonstration says so."""
    return (
        f'<div class="tt-head"><h1>{escape(title)}</h1>{"".join(tags)}</div><p class="tt-finding">{escape(finding)}</p>'
    )


def tag(label: str, kind: str) -> str:
    """A short mark beside the title: ``demo`` or ``rule``."""
    return f'<span class="tt-tag is-{kind}">{escape(label)}</span>'


def status_counts(targets: pl.DataFrame, language: str) -> str:
    """Six counts of targets in the words of notices. Only what exists has colour; a zero is grey.

    Beside those that nobody reported stands how many of them have data that cannot be judged.
    """
    items = []
    unjudged = findings.unjudged(targets)
    split = f"<small>{escape(word('status.unjudged', language, number=unjudged))}</small>" if unjudged else ""
    for status, number in findings.status_counts(targets).items():
        look = STATUS_LOOKS[status]
        style = f' style="color:var(--{status}-text)"' if number else ""
        label = f"{look.mark} {escape(word(f'status.{status}', language))}"
        zero = "" if number else " is-zero"
        beside = split if status == "not_reported" else ""
        items.append(f'<li class="tt-count{zero}"><span{style}>{label}</span><b{style}>{number}{beside}</b></li>')
    return f'<ul class="tt-counts">{"".join(items)}</ul>'


def section(title: str, note: str = "") -> str:
    """A heading with its explanation on the same line."""
    return f'<div class="tt-section"><h2>{escape(title)}</h2><span>{escape(note)}</span></div>'


def link(shown: str, target: str) -> str:
    """A number or name as a link; without a target it stays text."""
    return f'<a href="{escape(target)}">{escape(shown)}</a>' if target else escape(shown)


def number_link(row: Row, view: View) -> str:
    """Where the enterprises, answers or cells behind a target's number stand; empty where there is no number."""
    if row["value"] is None:
        return ""
    return href("enterprises", view, target=row["target_id"], area=row["area_code"])


def need_cards(
    targets: pl.DataFrame,
    area_rows: pl.DataFrame,
    unit_names: Mapping[str, str],
    counting: Container[str],
    view: View,
) -> str:
    """The targets to push first: name, gap, where it is missing, what stands in the way, who is responsible.

    Args:
        counting: the indicators that count the holders of a title; of these the candidates are one link away.
    """
    language = view.language
    cards = []
    for row in targets.iter_rows(named=True):
        value = findings.value_phrase(row, language)
        target = findings.target_phrase(row, language)
        gap = escape(findings.gap_phrase(row, language))
        reported = word("need.reported", language, value=value, target=target)
        lines = [
            f"<strong><span>{escape(row['name'])}</span>"
            f'<span style="color:var(--{row["status"]}-text)">{gap}</span></strong>',
            f"<p>{link(reported, number_link(row, view))}</p>",
        ]
        if where := findings.where(row, area_rows, language):
            lines.append(f"<p>{escape(where)}</p>")
        if obstacle := opinions.reason_in_words(row, language):
            lines.append(f"<p>{escape(obstacle)}</p>")
        responsible = findings.owners_phrase(findings.owners(row, unit_names), 2, language)
        owners = word("need.owners", language, owners=responsible)
        lines.append(f'<p class="is-quiet">{escape(owners)}</p>')
        if row["indicator_id"] in counting:
            to_names = href("candidates", view, target=row["target_id"], area=row["area_code"])
            lines.append(f"<p>{link(word('candidates.takes_link', language), to_names)}</p>")
        cards.append(f'<li class="tt-card is-{row["status"]}">{"".join(lines)}</li>')
    if not cards:
        return f'<p class="tt-caption">{escape(word("overview.need_none", language))}</p>'
    return f'<ul class="tt-cards">{"".join(cards)}</ul>'


def status_mark(status: str, language: str) -> str:
    """Mark and word of a status in its colour."""
    look = STATUS_LOOKS[status]
    label = escape(word(f"status.{status}", language))
    return f'<span class="tt-status" style="color:var(--{status}-text)">{look.mark} {label}</span>'


def target_table(
    targets: pl.DataFrame,
    unit_names: Mapping[str, str],
    view: View,
) -> str:
    """All targets: indicator, target, value, gap, state, responsible unit, clause; that of the link is lifted out."""
    language = view.language
    columns = ("name", "target", "value", "gap", "status", "owners", "clause")
    captions = [word(f"overview.column_{column}", language) for column in columns]
    captions.insert(3, "")
    rows = []
    for row in targets.iter_rows(named=True):
        beside = findings.notes(row, view.as_of, view.rule, language)
        basis = _small(findings.counting_basis(row, language))
        value = findings.value_phrase(row, language) if row["value"] is not None else "–"
        cells = [
            f'<th scope="row">{escape(row["name"])}{_small(_origin(row, language))}</th>',
            f'<td class="is-tight">{escape(findings.target_phrase(row, language))}{basis}</td>',
            f'<td class="is-number">{link(value, number_link(row, view))}{_small(beside)}</td>',
            f'<td class="is-micro">{_micro(row)}</td>',
            f'<td class="is-tight">{escape(findings.gap_phrase(row, language))}</td>',
            f"<td>{status_mark(row['status'], language)}</td>",
            _owners_cell(findings.owners(row, unit_names), language),
            f'<td class="is-quiet" title="{escape(row["clause"])}">{escape(text.section(row["section"], language))}'
            f'<span class="is-wide"> {escape(row["clause"])}</span></td>',
        ]
        focused = ' class="is-focus"' if row["target_id"] == view.target_id else ""
        rows.append(f"<tr{focused}>{''.join(cells)}</tr>")
    return table(captions, rows)


def table(captions: Iterable[str], rows: Iterable[str]) -> str:
    """A plain table from finished rows; a wide one scrolls inside its own frame."""
    head = "".join(
        f'<th scope="col">{escape(caption)}</th>' if caption else '<td class="is-micro"></td>' for caption in captions
    )
    return f'<div class="tt-scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def plain_rows(rows: Iterable[Iterable[str]]) -> list[str]:
    """Rows of plain text, the first cell of each as its heading."""
    made = []
    for first, *others in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        made.append(f'<tr class="is-plain"><th scope="row">{escape(first)}</th>{cells}</tr>')
    return made


def _small(lines: list[str]) -> str:
    return "".join(f"<small>{escape(line)}</small>" for line in lines)


def _origin(row: Row, language: str) -> list[str]:
    return [word("overview.estimated", language)] if row["origin"] == "estimated" else []


def _owners_cell(names: list[str], language: str) -> str:
    others = _small([word("need.owners_others", language, number=len(names))]) if len(names) > 1 else ""
    title = escape(text.listed(names, language))
    return f'<td class="is-quiet is-owner" title="{title}">{escape(names[0]) if names else "–"}{others}</td>'


def _micro(row: Row) -> str:
    share = findings.share(row)
    if share is None:
        return '<span class="tt-micro"></span>'
    width = min(max(share * _MICRO_SCALE, 0), 100)
    return f'<span class="tt-micro"><i style="width:{width:.1f}%"></i><u></u></span>'


def area_matrix(area_rows: pl.DataFrame, areas: pl.DataFrame, view: View) -> str:
    """Targets by areas: quiet where things are well, loud with the missing amount where they are not.

    Args:
        area_rows: rows of all areas, the whole plan's included; only targets that some area has are shown.
        areas: the areas in order with their ``rank_group``; a line divides the groups.
    """
    found = {(row["target_id"], row["area_code"]): row for row in area_rows.iter_rows(named=True)}
    order = list(areas.select("area_code", "short", "rank_group").iter_rows())
    firsts = {code for (code, _, group), (_, _, before) in zip(order[1:], order, strict=False) if group != before}
    head = "".join(f'<th scope="col"{_first(code in firsts)}>{escape(short)}</th>' for code, short, _ in order)
    shared = area_rows.filter(pl.col("area_code") != order[0][0])["target_id"].unique()
    names = area_rows.filter(pl.col("target_id").is_in(shared.to_list())).unique("target_id", maintain_order=True)
    rows = []
    for target_id, name, unit in names.select("target_id", "name", "unit").iter_rows():
        cells = [_cell(found.get((target_id, code)), code in firsts, view) for code, _, _ in order]
        # The unit stands once, at the head of the row: ten cells of 个百分点 would push the zones off the screen.
        head_unit = word(f"unit.{'percentage_point' if unit == 'percent' else unit}.name", view.language)
        title = f"{escape(name)} <small>{escape(head_unit)}</small>"
        rows.append(f'<tr><th scope="row">{title}</th>{"".join(cells)}</tr>')
    return (
        f'<div class="tt-scroll"><table class="tt-matrix"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>{status_legend(view.language)}"
    )


def _first(is_first: bool, *classes: str) -> str:
    names = [*classes, *(["is-first"] if is_first else [])]
    return f' class="{" ".join(names)}"' if names else ""


def _cell(row: Row | None, is_first: bool, view: View) -> str:
    language = view.language
    if row is None:
        return f"<td{_first(is_first, 'is-empty')}>{escape(word('overview.no_task', language))}</td>"
    look = STATUS_LOOKS[row["status"]]
    label = word(f"status.{row['status']}", language)
    gap = findings.gap_phrase(row, language)
    shown = findings.short_gap(row, language) if row["status"] in findings.IN_NEED else look.mark
    if row["status"] == "not_reported":
        shown = label
    said = [
        row["area_short"],
        row["name"],
        label,
        gap or label,
        *_origin(row, language),
        *findings.doubts(row, language),
    ]
    title = text.listed(said, language)
    if row["origin"] == "estimated":
        shown = word("overview.estimated_cell", language, shown=shown)
    shown = findings.marked(row, shown, language, is_tight=True)
    return (
        f'<td{_first(is_first)} style="background:var(--{row["status"]}-fill)" title="{escape(title)}">'
        f"{link(shown, number_link(row, view))}</td>"
    )


def status_legend(language: str) -> str:
    """What the marks of targets mean, a line under what uses them."""
    marks = " ".join(f"<span>{status_mark(status, language)}</span>" for status in STATUS_LOOKS)
    return f'<p class="tt-caption">{marks}</p>'


def change_list(lines: list[str], language: str) -> str:
    """What differs from an earlier moment, one line a target with every part of the difference."""
    if not lines:
        return f'<p class="tt-caption">{escape(word("overview.changes_none", language))}</p>'
    return f'<ul class="tt-list">{"".join(f"<li>{escape(line)}</li>" for line in lines)}</ul>'


def caption(lines: Iterable[str]) -> str:
    """Small print under a table or chart, each remark kept whole."""
    spans = " ".join(f"<span>{escape(line)}</span>" for line in lines)
    return f'<p class="tt-caption">{spans}</p>' if spans else ""


def paragraph(*lines: str) -> str:
    """Running text of readable width."""
    return f'<p class="tt-prose">{"<br>".join(map(escape, lines))}</p>'


def document(lines: Iterable[str]) -> str:
    """A text of many paragraphs as it will be printed; an empty line parts them."""
    shown = (f"<p>{escape(line)}</p>" if line else '<p class="is-gap"></p>' for line in lines)
    return f'<div class="tt-document">{"".join(shown)}</div>'


def footer(lines: Iterable[str]) -> str:
    """The last lines of a page: basis, cut-off, source."""
    return f'<p class="tt-foot">{"<br>".join(map(escape, lines))}</p>'


def side(lines: Iterable[str]) -> str:
    """Small print of the sidebar."""
    return "".join(f'<p class="tt-side">{escape(line)}</p>' for line in lines)


def notice(message: str) -> str:
    """A quiet line that something was not as asked."""
    return f'<p class="tt-notice" role="status">{escape(message)}</p>'


def panel(
    title: str, message: str, commands: Mapping[str, list[str]] | None = None, way_out: tuple[str, str] | None = None
) -> str:
    """A whole page that says why there is nothing to see, where to go on (words, link), and what to run."""
    steps = "".join(
        f"<h2>{escape(caption)}</h2><pre>{escape(chr(10).join(lines))}</pre>"
        for caption, lines in (commands or {}).items()
    )
    go_on = f'<p class="is-way-out">{link(*way_out)}</p>' if way_out else ""
    return f'<div class="tt-panel"><h1>{escape(title)}</h1><p>{escape(message)}</p>{go_on}{steps}</div>'
