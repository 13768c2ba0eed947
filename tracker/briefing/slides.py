"""A briefing as PowerPoint: summary, what is behind, a slide a target, areas, expiries, sources. Native and editable.

Every number is one of the content; tables that are too long for a slide go on on the next, and none loses a row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from tracker import findings, text
from tracker.briefing import tables
from tracker.briefing.content import Comparison, Content, History
from tracker.briefing.content_charts import (
    Typeface,
    comparison_chart,
    comparison_title,
    expiry_chart,
    history_chart,
    wholes,
)
from tracker.briefing.master import Box
from tracker.briefing.settled import settled
from tracker.briefing.slide_parts import RIGHT, SMALLEST, Cell, Deck, Layout, laid_out, lines_in, text_height
from tracker.briefing.tables import Table
from tracker.look import PANEL, SECONDARY, STATUS_LOOKS
from tracker.text import word

_ROWS = 12
_FIRST = 3
_OWNERS = {"zh": 2, "en": 1}  # a name takes three times the room in English
_UNIT_HEIGHT = 0.28
_TABLE_PARTS, _BETWEEN = (0.52, 0.57, 0.62), 0.2  # of a slide with chart and table, and inches between them
_BAR_HEIGHT, _AROUND_BARS = 0.6, 1.2  # inches of a picture
_MOST_BEHIND = 7  # rows of a table that is discussed one by one
_FINDING_SIZES = (28, 24, 20, 18, 16)
_PRINTED_ON = dt.datetime(2000, 1, 1)


def presentation(content: Content, template: bytes | None = None) -> bytes:
    """The slides of a briefing, the same file each time.

    Args:
        content: what they print.
        template: the unit's own .pptx, of which master, layouts, size and fonts are taken and slides left out.

    Raises:
        TemplateRefused: see :func:`tracker.briefing.master.master`.
    """
    mark = word("briefing.foot_separator", content.language).join(content.facts.marks(content.language))
    deck = Deck(template, content.foot, mark, content.language)
    properties = deck.made.core_properties
    properties.title, properties.author = content.notice.title, content.selection.unit
    properties.created = properties.modified = _PRINTED_ON
    _summary(deck, content)
    _behind(deck, content)
    for history in content.histories:
        _history(deck, content, history)
    _table(deck, content.targets, content.language)
    if content.area_counts is not None:
        _table(deck, content.area_counts, content.language)
    for comparison in content.comparisons:
        _comparison(deck, content, comparison)
    _expiries(deck, content)
    if content.forecasts is not None:
        _table(deck, content.forecasts, content.language)
    lines = [Cell(line) for line in content.explanation]
    _paragraphs(deck, word("slides.sources", content.language), lines, SMALLEST)
    return settled(deck.saved())


def _summary(deck: Deck, content: Content) -> None:
    """Title, the finding, six counts, the first of what is behind, and the words of the unit that sends it."""
    slide = deck.slide(content.notice.title)
    body, language, chosen = deck.body, content.language, content.selection
    issue = word("briefing.issue", language, issue=chosen.issue) if chosen.issue else ""
    about = " · ".join(said for said in (chosen.unit, issue, content.notice.subtitle) if said)
    deck.text(slide, about, Box(body.left, body.top, body.width, 0.4), SMALLEST, SECONDARY)
    finding = Box(body.left, body.top + 0.45, body.width, 1.2)
    sizes = (size for size in _FINDING_SIZES if text_height(content.finding, size, body.width, is_bold=True) <= 1.2)
    size = next(sizes, SMALLEST)
    deck.text(slide, content.finding, finding, size, is_bold=True)
    top = finding.top + finding.height + 0.1
    _counts(deck, slide, content, Box(body.left, top, body.width, 1.25))
    lines = [Cell(line) for line in chosen.paragraph.split("\n") if line]
    for row in content.behind.head(_FIRST).iter_rows(named=True):
        target, value = findings.target_phrase(row, language), findings.value_phrase(row, language)
        reached = word("need.reported", language, value=value, target=target)
        said = text.listed([reached, gap] if (gap := findings.gap_phrase(row, language)) else [reached], language)
        lines.append(Cell(word("notice.named", language, name=row["name"]) + said))
    _paragraphs(deck, content.notice.title, lines, 18, slide, top + 1.4)


def _counts(deck: Deck, slide: object, content: Content, box: Box) -> None:
    """The six words with how many targets stand under each; a zero stays quiet."""
    gap = 0.15
    width = (box.width - gap * (len(content.counts) - 1)) / len(content.counts)
    words = findings.count_words(content.facts.own, content.language)
    said = [f"{STATUS_LOOKS[status].mark} {words[status]}" for status in content.counts]
    size = 16 if max(lines_in(line, 16, width) for line in said) == 1 else SMALLEST
    for place, (status, number) in enumerate(content.counts.items()):
        look = STATUS_LOOKS[status]
        colour = look.text if number else SECONDARY
        lines = [Cell(str(number), colour, is_bold=True, size=28), Cell(said[place], colour)]
        tile = Box(box.left + place * (width + gap), box.top, width, box.height)
        deck.lines(slide, lines, tile, size, fill=look.fill if number else PANEL)


def _state_word(status: str, language: str) -> str:
    return f"{STATUS_LOOKS[status].mark} {word(f'status.{status}', language)}"


def _behind(deck: Deck, content: Content) -> None:
    """What is behind or missed, the worst first, with its responsible units."""
    language = content.language
    title = word("slides.behind", language, number=content.behind.height)
    if content.behind.is_empty():
        unknown = content.counts["not_reported"]
        if unknown < content.facts.own.height:
            key = "slides.none_behind_known" if unknown else "slides.none_behind"
            deck.text(deck.slide(word(key, language)), content.finding, deck.body, 20)
        return
    head = [
        word(f"slides.column_{name}", language) for name in ("number", "target", "value", "gap", "status", "owners")
    ]
    rows = [
        [
            Cell(str(row["number"])),
            Cell(f"{row['name']}\n{findings.target_phrase(row, language)}"),
            Cell(findings.value_phrase(row, language)),
            Cell(findings.gap_phrase(row, language), is_bold=True),
            _state_cell(str(row["status"]), _state_word(str(row["status"]), language)),
            Cell(_owners(row, content), SECONDARY),
        ]
        for row in content.behind.iter_rows(named=True)
    ]
    _pages(deck, title, "", head, rows, most=_MOST_BEHIND)


def _owners(row: findings.Row, content: Content) -> str:
    """The first responsible units, and how many there are; the document has them all."""
    names = findings.owners(row, content.facts.units)
    return findings.owners_phrase(names, _OWNERS[content.language], content.language)


def _state_cell(status: str, said: str) -> Cell:
    look = STATUS_LOOKS[status]
    return Cell(said, look.text, look.fill, is_bold=True)


def _history(deck: Deck, content: Content, history: History) -> None:
    """One target: what was reached month by month, the pace asked for, the target."""
    language, row, table = content.language, history.target, history.table
    slide = deck.slide(history.finding)
    body = deck.body
    looks = findings.target_phrase(row, language), findings.value_phrase(row, language)
    state = Cell(_state_word(str(row["status"]), language), STATUS_LOOKS[str(row["status"])].text, is_bold=True)
    reached = word("need.reported", language, value=looks[1], target=looks[0])
    said = [Cell(f"{row['name']} · {row['area_short']} · {reached}"), state]
    if notes := findings.notes(row, content.selection.as_of, content.selection.rule, language):
        said.append(Cell(text.listed(notes, language), SECONDARY))
    height = sum(text_height(line.text, 16, body.width, is_bold=line.is_bold) for line in said) + 0.05
    deck.lines(slide, said, Box(body.left, body.top, body.width, height), 16)
    room = Box(body.left, body.top + height, body.width, body.height - height - 0.05)
    deck.text(slide, table.unit, Box(body.left, room.top, body.width, 0.35), SMALLEST, SECONDARY)
    if table.frame.height:
        deck.chart(slide, history_chart(history, _face(deck)), room, history.finding)


def _face(deck: Deck) -> Typeface:
    return Typeface(*deck.font, SMALLEST)


def _comparison(deck: Deck, content: Content, comparison: Comparison) -> None:
    """The areas on one target: bars of value and target beside the same numbers as a table."""
    table, language = comparison.table, content.language
    area, target, value, gap = table.frame.columns[:4]
    head = [area, target, value, gap, word("briefing.column_status", language)]
    # The whole outgrows its parts: it leads the table and stays out of the bars.
    whole = wholes(comparison)
    rows = []
    for place, printed in enumerate(table.printed.select(head).iter_rows()):
        cells = _printed_cells(printed, head, language)
        rows.append([replace(cell, is_bold=True) for cell in cells] if place < whole else cells)
    body = deck.body
    unit = tables.unit_line([comparison.target["unit"]], language)
    lines = word("slides.with_unit", language, caption=table.caption, unit=unit)
    top = text_height(lines, SMALLEST, body.width) + 0.1
    title = comparison_title(comparison, language)
    if comparison.is_rank:
        _pages(deck, title, lines, head, rows, most=_ROWS, right=(1, 2, 3))
        return
    layout = _beside(head, rows, replace(body, height=body.height - top))
    half = sum(layout.widths)
    for first, last in layout.pages:
        slide = deck.slide(title)
        deck.text(slide, lines, Box(body.left, body.top, body.width, top), SMALLEST, SECONDARY)
        right = Box(body.left + body.width - half, body.top + top, half, body.height - top)
        deck.table(slide, head, rows, layout, (first, last), right, right=(1, 2, 3))
        drawn = slice(max(first, whole), last)
        number = drawn.stop - drawn.start
        chart = comparison_chart(comparison, _face(deck), drawn)
        height = min(body.height - top, _BAR_HEIGHT * number + _AROUND_BARS)
        deck.chart(slide, chart, Box(body.left, body.top + top, body.width - half - _BETWEEN, height), title)


def _beside(head: Sequence[str], rows: Sequence[Sequence[Cell]], room: Box) -> Layout:
    """A table beside its picture: on the fewest slides, with the fewest lines, and of such widths the least."""
    tried = [laid_out(head, rows, room.width * part, room.height, _ROWS) for part in _TABLE_PARTS]
    return min(tried, key=lambda layout: (len(layout.pages), layout.lines, sum(layout.widths)))


def _printed_cells(row: Sequence[str], head: Sequence[str], language: str) -> list[Cell]:
    """Cells of a printed row; the state is one of the six words with its mark and colours.

    The finer state behind it stands in Word and Excel: from the back row six words are read, no remarks on them.
    """
    state = word("briefing.column_status", language)
    return [
        _printed_state(said, language) if name == state else Cell(said) for name, said in zip(head, row, strict=True)
    ]


def _printed_state(said: str, language: str) -> Cell:
    named = {word(f"status.{status}", language): status for status in STATUS_LOOKS}
    status = named[max((name for name in named if said.startswith(name)), key=len)]
    return _state_cell(status, _state_word(status, language))


def _table(deck: Deck, table: Table, language: str) -> None:
    """A whole table with its unit at the top right, on as many slides as its rows need."""
    printed = table.narrow
    rows = [_printed_cells(row, printed.columns, language) for row in printed.iter_rows()]
    right = [place for place, name in enumerate(printed.columns) if name in table.numeric]
    _pages(deck, table.caption, table.unit, printed.columns, rows, most=_ROWS, right=right)


def _pages(
    deck: Deck,
    title: str,
    unit: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    most: int,
    right: Sequence[int] = (),
) -> None:
    body = deck.body
    above = _UNIT_HEIGHT if unit else 0.0
    room = replace(body, top=body.top + above, height=body.height - above)
    layout = laid_out(head, rows, body.width, room.height, most)
    for page in layout.pages:
        slide = deck.slide(title)
        if unit:
            deck.text(slide, unit, replace(body, height=above), SMALLEST, SECONDARY, align=RIGHT)
        deck.table(slide, head, rows, layout, page, room, right)


def _expiries(deck: Deck, content: Content) -> None:
    """Titles that end in the next months: a chart by month, a table by area."""
    months = content.expiries_by_month
    if months is not None:
        body, printed = deck.body, months.narrow
        room = replace(body, top=body.top + _UNIT_HEIGHT, height=body.height - _UNIT_HEIGHT)
        rows = [[Cell(said) for said in row] for row in printed.iter_rows()]
        layout = _beside(printed.columns, rows, room)
        beside = sum(layout.widths)
        right = replace(room, left=body.left + body.width - beside, width=beside)
        for page in layout.pages:
            slide = deck.slide(months.caption)
            deck.text(slide, months.unit, replace(body, height=_UNIT_HEIGHT), SMALLEST, SECONDARY, align=RIGHT)
            deck.table(slide, printed.columns, rows, layout, page, right, right=range(1, printed.width))
            chart = expiry_chart(months, _face(deck))
            deck.chart(slide, chart, replace(room, width=body.width - beside - _BETWEEN), months.caption)
    # Of one area the months say it all.
    if content.expiries is not None and content.facts.is_whole:
        _table(deck, content.expiries, content.language)


def _paragraphs(
    deck: Deck, title: str, lines: Sequence[Cell], size: float, slide: object = None, top: float | None = None
) -> None:
    """Lines of text: from a height of a slide that is there already, and on with further slides of the title."""
    body = deck.body
    for line in lines:
        height = text_height(line.text, size, body.width) + 0.04
        if slide is None or top is None or (top + height > body.top + body.height and top > body.top):
            slide, top = deck.slide(title), body.top
        deck.lines(slide, [line], Box(body.left, top, body.width, height), size)
        top += height
