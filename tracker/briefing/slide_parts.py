"""The parts of a slide: title, text, table, native chart, mark of invented data, each fitted to its box.

PowerPoint does not shrink text by itself when a file is opened, so sizes and heights are reckoned here, generously.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches

from tracker.briefing import columns
from tracker.briefing.master import Box, master
from tracker.briefing.office_charts import OfficeChart, chart_data, chart_type, finish
from tracker.look import INK, LINE, PAGE, PANEL, SECONDARY
from tracker.notice import tight

_LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
LEFT, RIGHT = "l", "r"
SMALLEST = 14  # points; smaller is not read from the back row
_TITLE_SIZES = (28, 24, 20, 18, 16, SMALLEST)
_TABLE_SIZES = (18, 16, SMALLEST)
_LINE_HEIGHT = 1.45  # of Noto Sans CJK and Microsoft YaHei, in parts of the size
_LATIN_HEIGHT = 1.25  # of Arial, reckoned generously
_FIRST_SIGN = 0x2190  # from here on Arial has no characters
_MOST_STRETCHED = 1.4  # of a row, where a table leaves room below
_CELL_MARGIN = 0.08
_TILE_MARGIN = 0.15
_ROW_EDGES = 0.08  # above and below the text of a row
_POINTS = 72.0
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid" of every PowerPoint
_OWN_FONT = "Microsoft YaHei"
# Words of English take a third less room in a face of their own than in the Chinese one.
_LATIN_FONTS = {"zh": _OWN_FONT, "en": "Arial"}
# What XML cannot hold; a name pasted from elsewhere may carry one.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Cell:
    """A line or printed cell: its text and its look; a size where it differs from those around it.

    Without a ``colour`` it has that of the master.
    """

    text: str
    colour: str = INK
    fill: str = PAGE
    is_bold: bool = False
    size: float = 0.0


@dataclass(frozen=True)
class Layout:
    """How a table is set: size in points; columns, head and rows in inches; first and last row of each page."""

    size: float
    widths: list[float]
    head: float
    heights: list[float]
    pages: list[tuple[int, int]]
    lines: int


@dataclass
class Deck:
    """A presentation under construction, on the unit's own master or a plain one of 16:9.

    ``body`` is the room between title and foot. ``foot`` and ``mark`` stand on every slide.

    Raises:
        TemplateRefused: see :func:`tracker.briefing.master.master`.
    """

    template: bytes | None
    foot: str
    mark: str
    language: str
    made: Any = field(init=False)
    font: tuple[str, str] = field(init=False)
    body: Box = field(init=False)

    def __post_init__(self) -> None:
        self._master = master(self.template)
        self.made = self._master.presentation
        self.font = ("+mn-lt", "+mn-ea") if self.template else (_LATIN_FONTS[self.language], _OWN_FONT)
        self.body = self._master.box("content")

    def slide(self, title: str) -> Any:
        """A new slide with its title, the foot, its number and the marks of data and plan."""
        slide = self.made.slides.add_slide(self._master.layout)
        for place in list(slide.placeholders):
            if place._element is not slide.shapes.title._element:
                place._element.getparent().remove(place._element)
        box, shape = self._master.box("title"), slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = (
            Inches(side) for side in (box.left, box.top, box.width, box.height)
        )
        fits = (size for size in _TITLE_SIZES if text_height(title, size, box.width, is_bold=True) <= box.height)
        size = next(fits, SMALLEST)
        # On the unit's own master a title has the colour and weight of the master.
        look = Cell(title, colour="") if self.template else Cell(title, is_bold=True)
        self._write(shape.text_frame, [look], size, anchor=MSO_ANCHOR.MIDDLE)
        self.text(slide, self.foot, self._master.box("foot"), SMALLEST, SECONDARY)
        self.text(slide, str(len(self.made.slides)), self._master.box("number"), SMALLEST, SECONDARY, align=RIGHT)
        if self.mark:
            self.text(slide, self.mark, self._master.box("marks"), SMALLEST, SECONDARY, align=RIGHT)
        return slide

    def text(
        self,
        slide: Any,
        said: str,
        box: Box,
        size: float,
        colour: str = INK,
        *,
        is_bold: bool = False,
        align: str = LEFT,
    ) -> None:
        """Lines of text in a box."""
        self.lines(slide, [Cell(line, colour, is_bold=is_bold) for line in said.split("\n")], box, size, align=align)

    def lines(
        self, slide: Any, lines: Sequence[Cell], box: Box, size: float, *, fill: str = "", align: str = LEFT
    ) -> None:
        """Paragraphs of their own look in a box."""
        shape = slide.shapes.add_textbox(*(Inches(side) for side in (box.left, box.top, box.width, box.height)))
        if fill:
            shape.fill.solid()
            shape.fill.fore_color.rgb = _rgb(fill)
        self._write(shape.text_frame, lines, size, anchor=MSO_ANCHOR.TOP, align=align)
        if fill:
            # A box that shows keeps its size and begins at its top: side by side all stay level, whatever they hold.
            shape.text_frame.auto_size = MSO_AUTO_SIZE.NONE
            shape.text_frame.margin_top = Inches(_TILE_MARGIN)

    def _write(self, frame: Any, lines: Sequence[Cell], size: float, *, anchor: Any, align: str = LEFT) -> None:
        frame.word_wrap = True
        frame.vertical_anchor = anchor
        frame.margin_left = frame.margin_right = Inches(_CELL_MARGIN)
        frame.margin_top = frame.margin_bottom = Inches(0.02)
        body = frame._txBody
        for old in body.findall(qn("a:p")):
            body.remove(old)
        said = "".join(self._paragraph(line, line.text, size, align) for line in lines)
        body.extend(parse_xml(f"<a:x {nsdecls('a')}>{said}</a:x>"))

    def _paragraph(self, look: Cell, said: str, size: float, align: str) -> str:
        """A paragraph as XML: python-pptx takes milliseconds for a run, and a deck has thousands."""
        plain = escape(_NOT_IN_XML.sub("", tight(said, self.language)))
        size = int((look.size or size) * 100)
        fill = f'<a:solidFill><a:srgbClr val="{look.colour[1:]}"/></a:solidFill>' if look.colour else ""
        weight = f' b="{int(look.is_bold)}"' if look.colour else ""
        run = (
            f'<a:rPr lang="{_LANGUAGES[self.language]}" sz="{size}"{weight}>{fill}'
            f'<a:latin typeface="{self.font[0]}"/><a:ea typeface="{self.font[1]}"/></a:rPr>'
        )
        return f'<a:p><a:pPr algn="{align}"/><a:r>{run}<a:t>{plain}</a:t></a:r></a:p>'

    def chart(self, slide: Any, chart: OfficeChart, box: Box, alt: str) -> None:
        """A native chart with its data sheet, and a sentence for those who cannot see it."""
        sides = (Inches(side) for side in (box.left, box.top, box.width, box.height))
        frame = slide.shapes.add_chart(chart_type(chart), *sides, chart_data(chart))
        finish(frame.chart._chartSpace, chart)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)

    def table(
        self, slide: Any, head: Sequence[str], rows: Sequence[Sequence[Cell]], layout: Layout, page: tuple[int, int],
        box: Box, right: Sequence[int] = (),
    ) -> None:  # fmt: skip
        """The rows of one page of a table at the top of a box; ``right`` are the columns of numbers."""
        first, last = page
        widths, heights = layout.widths, [layout.head, *layout.heights[first:last]]
        shown = [[Cell(said, SECONDARY, PANEL, is_bold=True) for said in head], *rows[first:last]]
        sides = (Inches(side) for side in (box.left, box.top, sum(widths), sum(heights)))
        shape = slide.shapes.add_table(1, 1, *sides)
        aligned = [RIGHT if place in right else LEFT for place in range(len(head))]
        grid = "".join(f'<a:gridCol w="{Inches(width)}"/>' for width in widths)
        made = "".join(
            f'<a:tr h="{Inches(height)}">{"".join(map(self._cell, row, aligned, [layout.size] * len(row)))}</a:tr>'
            for row, height in zip(shown, heights, strict=True)
        )
        old = shape._element.find(".//" + qn("a:tbl"))
        settings = f'<a:tblPr firstRow="1"><a:tableStyleId>{_NO_STYLE}</a:tableStyleId></a:tblPr>'
        xml = f"<a:tbl {nsdecls('a')}>{settings}<a:tblGrid>{grid}</a:tblGrid>{made}</a:tbl>"
        old.getparent().replace(old, parse_xml(xml))

    def _cell(self, cell: Cell, align: str, size: float) -> str:
        lines = "".join(self._paragraph(cell, line, size, align) for line in cell.text.split("\n"))
        edge = f'<a:lnB w="9525"><a:solidFill><a:srgbClr val="{LINE[1:]}"/></a:solidFill></a:lnB>'
        fill = f'<a:solidFill><a:srgbClr val="{cell.fill[1:]}"/></a:solidFill>'
        side, top = Inches(_CELL_MARGIN), Inches(0.03)
        return (
            f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{lines}</a:txBody>"
            f'<a:tcPr marL="{side}" marR="{side}" marT="{top}" marB="{top}" anchor="ctr">{edge}{fill}</a:tcPr></a:tc>'
        )

    def saved(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        self.made.save(buffer)
        return buffer.getvalue()


def laid_out(head: Sequence[str], rows: Sequence[Sequence[Cell]], width: float, room: float, most: int) -> Layout:
    """A table as large as its room allows, on as many pages as its rows need; no row is ever left out.

    Letters grow while no text takes a line more and no page is added; then rows grow towards the foot of the fullest
    page, by the same share on all.

    Args:
        head: the headings.
        rows: the cells.
        width: of the table, in inches.
        room: the height for it on each page, in inches.
        most: rows on one page.
    """
    *larger, found = (_layout(head, rows, width, room, most, size) for size in _TABLE_SIZES)
    fits = (one for one in larger if len(one.pages) == len(found.pages) and one.lines <= found.lines)
    found = next(fits, found)
    fullest = max((found.head + sum(found.heights[first:last]) for first, last in found.pages), default=room)
    stretched = max(1.0, min(_MOST_STRETCHED, room / fullest))
    return replace(found, head=found.head * stretched, heights=[height * stretched for height in found.heights])


def _layout(
    head: Sequence[str], rows: Sequence[Sequence[Cell]], width: float, room: float, most: int, size: float
) -> Layout:
    widths = column_widths(head, rows, width, size)
    shown = [[Cell(said, is_bold=True) for said in head], *rows]
    above, *heights = (_row_height(row, widths, size) for row in shown)
    lines = sum(
        lines_in(cell.text, size, wide, is_bold=cell.is_bold)
        for row in shown
        for cell, wide in zip(row, widths, strict=True)
    )
    return Layout(size, widths, above, heights, divided(heights, room - above, most), lines)


def divided(heights: Sequence[float], room: float, most: int) -> list[tuple[int, int]]:
    """First and last of each group of rows that fits a room; a row higher than the room stands alone.

    The groups are as even as their number allows: two rows alone on a last slide look like a mistake.
    """
    found = _filled(heights, room, most)
    even = math.ceil(len(heights) / len(found)) if found else most
    evened = _filled(heights, room, min(even, most))
    return evened if len(evened) == len(found) else found


def _filled(heights: Sequence[float], room: float, most: int) -> list[tuple[int, int]]:
    groups, start, used = [], 0, 0.0
    for place, height in enumerate(heights):
        if place > start and (used + height > room or place - start == most):
            groups.append((start, place))
            start, used = place, 0.0
        used += height
    return [*groups, (start, len(heights))] if heights else []


def text_height(said: str, size: float, width: float, *, is_bold: bool = False) -> float:
    """Inches that a text takes in a box of a width, reckoned generously."""
    high = _LATIN_HEIGHT if all(ord(character) < _FIRST_SIGN for character in said) else _LINE_HEIGHT
    return lines_in(said, size, width, is_bold=is_bold) * size * high / _POINTS


def lines_in(said: str, size: float, width: float, *, is_bold: bool = False) -> int:
    """How many lines a text takes in a box of a width in inches."""
    return columns.lines_in(said, (width - 2 * _CELL_MARGIN) * _POINTS / size, is_bold)


def column_widths(head: Sequence[str], rows: Sequence[Sequence[Cell]], room: float, size: float) -> list[float]:
    """Inches of the columns of a table that fills a room."""
    margins = 2 * _CELL_MARGIN * len(head)
    free = (room - margins) * _POINTS / size
    places = range(len(head))
    cells = [[row[place].text for row in rows] for place in places]
    bold = [place for place in places if any(row[place].is_bold for row in rows)]
    widths = columns.column_widths(head, cells, free, bold)
    return [width / free * (room - margins) + 2 * _CELL_MARGIN for width in widths]


def _row_height(row: Sequence[Cell], widths: Sequence[float], size: float) -> float:
    heights = (
        text_height(cell.text, size, width, is_bold=cell.is_bold) for cell, width in zip(row, widths, strict=True)
    )
    return max(heights) + _ROW_EDGES


def _rgb(colour: str) -> Any:
    return RGBColor.from_string(colour[1:])
