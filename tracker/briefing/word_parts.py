"""The pieces of a Word document that python-docx has no word for: styles with Chinese fonts, whole tables, charts.

Paragraphs and tables are written as XML at once: python-docx looks every cell up anew, and a list of a thousand names
would take a minute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.enum.style import WD_STYLE_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from tracker.briefing import columns
from tracker.briefing.tables import Table

# Fonts of GB/T 9704 and what stands in for them where they are not installed.
SONG_TITLE, FANGSONG, HEITI, KAITI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
FALLBACKS = {
    SONG_TITLE: "方正小标宋_GBK,华文中宋,宋体",
    FANGSONG: "仿宋,FangSong,华文仿宋",
    HEITI: "SimHei,华文黑体",
    KAITI: "楷体,KaiTi,华文楷体",
}
LATIN = "Times New Roman"
TEXT_WIDTH = 8845  # twips: the 156 mm of the text block
TEXT_WIDTH_EMU = 156 * 36000
# Twips of a Chinese character of a table by style: 五号, or 小五 where it is worth it; never smaller.
_CELL_SIZES = {"cell": 210, "small_cell": 180}
_POINT_MM = 25.4 / 72
_WORTH_SMALL = 0.7  # of the height in the larger letters
_PADDING = 135  # the margins of a cell and its line
_WHOLE_ROWS = 12  # a table of so few rows is not torn apart
_LAST_ROWS = 3  # go together onto the last page: one row alone there looks like a mistake
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHART_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_SHEET_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package"
_FONT_TABLE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_DATA_LINK = b'<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData>'
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class StyleLook:
    """A paragraph style: East Asian font, size, alignment, lines in points (exact, or at least), first-line indent."""

    font: str
    size_pt: float
    alignment: str = "both"
    line_pt: float = 28.95
    is_exact: bool = True
    indent_chars: int = 0
    before_pt: float = 0
    after_pt: float = 0
    is_bold: bool = False
    colour: str = ""
    outline: int | None = None
    keeps_next: bool = False
    breaks_page: bool = False


# The names under which a unit's own template may bring its own looks; see docs/briefing-templates.md.
STYLES = {
    "title": ("简报标题", StyleLook(SONG_TITLE, 22, "center", 34, after_pt=4)),
    "subtitle": ("简报副标题", StyleLook(KAITI, 16, "center", after_pt=16)),
    "issue": ("简报期号", StyleLook(FANGSONG, 16, "center")),
    "head": ("简报编发", StyleLook(FANGSONG, 16, "left", after_pt=18)),
    "body": ("简报正文", StyleLook(FANGSONG, 16, indent_chars=2)),
    "heading": ("简报一级标题", StyleLook(HEITI, 16, indent_chars=2, outline=0, keeps_next=True)),
    "annexes": ("简报附件说明", StyleLook(FANGSONG, 16, "left", indent_chars=2)),
    "signed": ("简报落款", StyleLook(FANGSONG, 16, "right")),
    "annex": ("简报附件", StyleLook(HEITI, 16, "left", outline=0, breaks_page=True, keeps_next=True)),
    "annex_title": ("简报附件标题", StyleLook(SONG_TITLE, 18, "center", 30, after_pt=6, keeps_next=True)),
    "caption": ("简报表题", StyleLook(HEITI, 12, "center", 20, before_pt=8, keeps_next=True)),
    "unit": ("简报表格单位", StyleLook(FANGSONG, 10.5, "right", 16, keeps_next=True)),
    "cell": ("简报表格", StyleLook(FANGSONG, 10.5, "left", 15, is_exact=False)),
    "small_cell": ("简报小表格", StyleLook(FANGSONG, 9, "left", 13, is_exact=False)),
    "foot": ("简报表注", StyleLook(FANGSONG, 9, "left", 14, after_pt=8)),
    "picture": ("简报图", StyleLook(FANGSONG, 10.5, "center", 12, is_exact=False, keeps_next=True)),
    "note": ("简报说明", StyleLook(FANGSONG, 12, line_pt=20, indent_chars=2)),
    "mark": ("简报演示标记", StyleLook(HEITI, 10.5, "center", 16, colour="9A5B00")),
}


def style_ids(document: Any) -> dict[str, str]:
    """The ids of the styles of a briefing; those that the document lacks are made."""
    found = {}
    for key, (name, look) in STYLES.items():
        if name not in [style.name for style in document.styles]:
            _add_style(document, name, look)
        found[key] = document.styles[name].style_id
    return found


def _add_style(document: Any, name: str, look: StyleLook) -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = None
    style.font.size, style.font.bold, style.quick_style = Pt(look.size_pt), look.is_bold, True
    properties = style.element.get_or_add_rPr()
    properties.insert(0, parse_xml(fonts(look.font)))
    if look.colour:
        properties.append(parse_xml(f'<w:color {nsdecls("w")} w:val="{look.colour}"/>'))
    rule = "exact" if look.is_exact else "atLeast"
    spacing = f'w:before="{_twips(look.before_pt)}" w:after="{_twips(look.after_pt)}" w:line="{_twips(look.line_pt)}"'
    first = _twips(look.indent_chars * look.size_pt)
    indent = f'<w:ind w:firstLineChars="{100 * look.indent_chars}" w:firstLine="{first}"/>'
    parts = [
        "<w:keepNext/>" if look.keeps_next else "",
        "<w:pageBreakBefore/>" if look.breaks_page else "",
        '<w:widowControl w:val="0"/><w:overflowPunct/><w:adjustRightInd w:val="0"/><w:snapToGrid w:val="0"/>',
        f'<w:spacing {spacing} w:lineRule="{rule}"/>',
        indent if look.indent_chars else "",
        f'<w:jc w:val="{look.alignment}"/>',
        "" if look.outline is None else f'<w:outlineLvl w:val="{look.outline}"/>',
    ]
    old = style.element.find(qn("w:pPr"))
    made = parse_xml(f"<w:pPr {nsdecls('w')}>{''.join(parts)}</w:pPr>")
    if old is not None:
        style.element.remove(old)
    properties.addprevious(made)


def fonts(east_asian: str) -> str:
    """The fonts of a run: Chinese by its own name, letters and figures in the Latin one."""
    return f'<w:rFonts {nsdecls("w")} w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}" w:eastAsia="{east_asian}"/>'


def _twips(points: float) -> int:
    return round(points * 20)


def clean(said: str) -> str:
    """Text as XML may hold it; what a person pasted may contain control characters."""
    return escape(_NOT_IN_XML.sub("", said))


def paragraph(said: str, style_id: str, *, indent_right_chars: int = 0, is_kept: bool = False) -> Any:
    """One paragraph; a line break in the text is a line break in the document."""
    own = f'<w:ind w:rightChars="{100 * indent_right_chars}" w:right="{320 * indent_right_chars}"/>'
    extra = ("<w:keepNext/>" if is_kept else "") + (own if indent_right_chars else "")
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{clean(line)}</w:t>' for line in said.split("\n"))
    return parse_xml(
        f"<w:p {nsdecls('w')}><w:pPr><w:pStyle w:val={quoteattr(style_id)}/>{extra}</w:pPr><w:r>{lines}</w:r></w:p>"
    )


def table(made: Table, styles: Mapping[str, str], *, is_titled: bool = False, is_kept: bool = False) -> list[Any]:
    """Caption, unit at the top right, the table with its head on every page, basis and cut-off under it.

    Args:
        made: the table.
        styles: as :func:`style_ids`.
        is_titled: the caption stands above already.
        is_kept: the table stays on one page with what follows it.
    """
    shown = made.narrow
    cell, widths = column_widths(made)
    style = quoteattr(styles[cell])
    right = [name in made.numeric for name in shown.columns]
    head = _row(shown.columns, widths, ["center"] * shown.width, style, is_head=True)
    is_whole = is_kept or shown.height <= _WHOLE_ROWS
    places = ["right" if at else "left" for at in right]
    rows = [
        _row(row, widths, places, style, is_kept=is_whole or place >= shown.height - _LAST_ROWS)
        for place, row in enumerate(shown.iter_rows())
    ]
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    body = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/>{margins}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{''.join(rows)}</w:tbl>"
    )
    above = [] if is_titled else [paragraph(made.caption, styles["caption"])]
    above += [paragraph(made.unit, styles["unit"])] if made.unit else []
    return [*above, body, paragraph(made.foot, styles["foot"], is_kept=is_kept)]


def _row(
    cells: Sequence[str],
    widths: Sequence[int],
    places: Sequence[str],
    style: str,
    *,
    is_head: bool = False,
    is_kept: bool = False,
) -> str:
    kept = "<w:keepNext/>" if is_kept or is_head else ""
    bold = "<w:rPr><w:b/></w:rPr>" if is_head else ""
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val={style}/>{kept}<w:jc w:val="{place}"/></w:pPr>'
        f'<w:r>{bold}<w:t xml:space="preserve">{clean(cell)}</w:t></w:r></w:p></w:tc>'
        for cell, width, place in zip(cells, widths, places, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if is_head else ''}</w:trPr>{made}</w:tr>"


def column_widths(made: Table) -> tuple[str, list[int]]:
    """The style of a printed table's cells and twips of each column.

    Letters are the smaller ones where words would break in the larger, or the table becomes much lower.
    """
    large, small = (_set_in(made, size) for size in _CELL_SIZES.values())
    is_large = large[0] and small[1] >= _WORTH_SMALL * large[1]
    return ("cell", large[2]) if is_large else ("small_cell", small[2])


def _set_in(made: Table, size: int) -> tuple[bool, int, list[int]]:
    """A table in a size of letters: whether its words stay whole, its height in twips, its columns."""
    head, cells = made.narrow.columns, [list(column) for column in made.narrow.iter_columns()]
    free = (TEXT_WIDTH - _PADDING * len(head)) / size
    widths = columns.column_widths(head, cells, free)
    lines = sum(max(map(columns.lines_in, row, widths)) for row in zip(*cells, strict=True))
    return columns.least_room(head, cells) <= free, lines * size, [int(size * width) + _PADDING for width in widths]


def height_mm(made: Table) -> float:
    """How high the rows of a printed table are, reckoned generously."""
    style, widths = column_widths(made)
    room = [(width + 1 - _PADDING) / _CELL_SIZES[style] for width in widths]  # of which a part of a twip was cut
    rows = [made.narrow.columns, *made.narrow.iter_rows()]
    lines = sum(max(map(columns.lines_in, row, room)) for row in rows)
    return (lines * STYLES[style][1].line_pt + len(rows)) * _POINT_MM


def chart(document: Any, number: int, parts: tuple[bytes, bytes], height_mm: int, alt: str, style_id: str) -> Any:
    """A paragraph with a native chart, its data sheet inside the document.

    Args:
        document: that gets the chart's parts.
        number: of the chart in the document, from one.
        parts: :func:`tracker.briefing.office_charts.parts`.
        height_mm: the chart is as wide as the text.
        alt: what the chart says, for those who cannot see it.
        style_id: of the paragraph.
    """
    xml, sheet = parts
    package = document.part.package
    space = xml.replace(
        b"</c:chartSpace>", b'<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )
    made = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, space, package)
    embedded = Part(PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{number}.xlsx"), _SHEET_TYPE, sheet, package)
    made.relate_to(embedded, _SHEET_KIND)
    relation = document.part.relate_to(made, _CHART_KIND)
    size = f'cx="{TEXT_WIDTH_EMU}" cy="{height_mm * 36000}"'
    return parse_xml(
        f"<w:p {nsdecls('w', 'wp', 'a', 'r')}><w:pPr><w:pStyle w:val={quoteattr(style_id)}/></w:pPr><w:r><w:drawing>"
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f'<wp:docPr id="{1000 + number}" name="Chart {number}" descr={quoteattr(_NOT_IN_XML.sub("", alt))}/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="{relation}"/>'
        f"</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def name_fallbacks(document: Any) -> None:
    """Tell Word which fonts stand in where those of the standard are missing."""
    for relation in document.part.rels.values():
        if relation.reltype == _FONT_TABLE:
            known = relation.target_part.blob
            made = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
                f'<w:family w:val="auto"/><w:pitch w:val="default"/></w:font>'
                for name, others in FALLBACKS.items()
                if f'w:name="{name}"'.encode() not in known
            )
            relation.target_part._blob = known.replace(b"</w:fonts>", made.encode() + b"</w:fonts>")
