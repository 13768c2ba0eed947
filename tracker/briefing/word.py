"""A briefing as a Word document: the page of GB/T 9704, or the unit's own template filled at its names."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from tracker import text
from tracker.briefing import columns, office_charts, tables
from tracker.briefing.content import Comparison, Content
from tracker.briefing.content_charts import Typeface, comparison_chart, comparison_title, history_chart, wholes
from tracker.briefing.office_charts import OfficeChart
from tracker.briefing.settled import settled
from tracker.briefing.tables import Table
from tracker.briefing.templates import opened
from tracker.briefing.word_parts import (
    FANGSONG,
    chart,
    clean,
    fonts,
    height_mm,
    name_fallbacks,
    paragraph,
    style_ids,
    table,
)
from tracker.districts import groups_in_words
from tracker.notice import tight
from tracker.text import word

# Where a unit's own template takes the text; see docs/briefing-templates.md.
BOOKMARKS = {"title": "标题", "subtitle": "副标题", "unit": "编发单位", "issue": "期号", "day": "日期", "body": "正文"}
_MADE_ON = dt.datetime(2000, 1, 1)
_PAGE_NUMBER_PT = 14
_HISTORY_MM, _AREA_MM, _HEAD_MM = 80, 6, 26
_PAGE_MM = 200  # for a chart with its title and foot
_LONG_NAME = 16  # characters beside a chart on one line
# A table shares its page with its chart where the bars keep that height: the page, and what stands around both.
_LEAST_AREA_MM, _TEXT_MM, _AROUND_MM, _ANNEX_MM = 4.5, 225, 48, 24
_FACE = Typeface("Times New Roman", "宋体", 10)


def document(content: Content, template: bytes | None = None) -> bytes:
    """The Word file of a briefing; made twice from the same content it is the same.

    Raises:
        TemplateRefused: the template is no .docx file.
    """
    return settled(_Writer(content, template).written())


class _Writer:
    """A document under construction: elements in order, then placed into page or template."""

    def __init__(self, content: Content, template: bytes | None) -> None:
        self.content = content
        self.language = content.language
        self.has_template = template is not None
        self.document = docx.Document() if template is None else opened(template, "word", docx.Document)
        self.styles = style_ids(self.document)
        self.elements: list[Any] = []
        self.charts = 0
        # Without a month there is nothing to draw, and no chart may be empty.
        self.histories = [history for history in content.histories if history.table.frame.height]

    def written(self) -> bytes:
        filled = self._fill_bookmarks()
        if not self.has_template:
            _set_page(self.document, self.content.marks)
        elif self.content.marks:
            _mark_headers(self.document, self.content.marks)
        self._head(filled)
        self._body()
        self._end()
        self._annexes()
        self._place()
        self._explanation()
        name_fallbacks(self.document)
        self._properties()
        buffer = io.BytesIO()
        self.document.save(buffer)
        return buffer.getvalue()

    def _add(self, said: str, style: str, **options: Any) -> None:
        self.elements.append(paragraph(said, self.styles[style], **options))

    def _add_table(self, made: Table | None, **options: bool) -> None:
        self.elements += [] if made is None else table(made, self.styles, **options)

    def _add_chart(self, picture: OfficeChart, height_mm: int, title: str, unit: str) -> None:
        self.charts += 1
        title = tight(title, self.language)
        self._add(title, "caption")
        if unit:  # else the table above says it
            self._add(unit, "unit")
        parts = office_charts.parts(picture)
        self.elements.append(chart(self.document, self.charts, parts, height_mm, title, self.styles["picture"]))
        self._add(self.content.foot, "foot")

    def _words(self) -> dict[str, str]:
        chosen = self.content.selection
        issue = word("briefing.issue", self.language, issue=chosen.issue) if chosen.issue else ""
        notice = self.content.notice
        day = text.day(self.content.facts.day, self.language)
        return {"title": notice.title, "subtitle": notice.subtitle, "unit": chosen.unit, "issue": issue, "day": day}

    def _fill_bookmarks(self) -> set[str]:
        """Write title, unit, issue and day at the template's bookmarks; returns those that it has."""
        filled = set()
        for key, said in self._words().items():
            start = _bookmark(self.document, BOOKMARKS[key])
            if start is not None:
                # What nobody stated leaves the template's own words standing.
                if said:
                    _fill(start, said)
                filled.add(key)
        return filled

    def _head(self, filled: set[str]) -> None:
        words = self._words()
        for mark in self.content.marks if self.has_template else ():
            self._add(mark, "mark")
        if words["issue"] and "issue" not in filled:
            self._add(words["issue"], "issue")
            if words["unit"] and "unit" not in filled:
                self.elements.append(_headed(words["unit"], words["day"], self.styles["head"]))
        for key in ("title", "subtitle"):
            if key not in filled:
                self._add(words[key], key)

    def _body(self) -> None:
        content = self.content
        for line in filter(None, content.selection.paragraph.splitlines()):
            self._add(line, "body")
        after = {
            "areas": content.area_counts,
            "expiries": content.expiries if content.facts.is_whole else content.expiries_by_month,
            "forecast": content.forecasts,
        }
        for part in content.notice.sections:
            self._add(part.heading, "heading")
            for line in part.paragraphs:
                self._add(line, "body")
            self._add_table(after.get(part.key))

    def _annex_titles(self) -> list[str]:
        content = self.content
        titles = [content.targets.caption]
        if content.comparisons:
            titles.append(
                word("briefing.annex_areas", self.language, groups=groups_in_words(content.facts.areas, self.language))
            )
        if self.histories:
            titles.append(word("briefing.annex_histories", self.language))
        return [*titles, *(annex.title for annex in content.annexes)]

    def _end(self) -> None:
        """The 附件 line a blank line under the text, then who sends it and the day, four characters from the right."""
        self._add("", "body")
        lead, unit = word("briefing.annex_lead", self.language), self.content.selection.unit
        found = self._annex_titles()
        for number, title in enumerate(found, start=1):
            blank = "　" * len(lead) if self.language == "zh" else ""
            item = word("notice.item", self.language, number=number, text=title)
            # Neither a signature nor the last annex stands alone on a page.
            self._add(f"{lead if number == 1 else blank}{item}", "annexes", is_kept=bool(unit) or number < len(found))
        if unit:
            self._add("", "body", is_kept=True)
            self._add(unit, "signed", indent_right_chars=2, is_kept=True)
            self._add(self._words()["day"], "signed", indent_right_chars=4)

    def _annexes(self) -> None:
        content = self.content
        titles = iter(enumerate(self._annex_titles(), start=1))
        self._annex_head(next(titles))
        self._add_table(content.targets, is_titled=True)
        if content.comparisons:
            self._annex_head(next(titles))
            for place, comparison in enumerate(content.comparisons):
                self._add_comparison(comparison, 0 if place else _ANNEX_MM)
        if self.histories:
            self._annex_head(next(titles))
            for history in self.histories:
                self._add_chart(history_chart(history, _FACE), _HISTORY_MM, history.finding, history.table.unit)
        for numbered, annex in zip(titles, content.annexes, strict=True):
            self._annex_head(numbered)
            self._add_table(annex.table)

    def _add_comparison(self, comparison: Comparison, above_mm: float) -> None:
        """The areas on one target: the table, with its chart on one page where both find room."""
        if comparison.is_rank:
            self._add_table(comparison.table)
            return
        names = comparison.table.frame.to_series(0)[wholes(comparison) :]
        # Names that take two lines get the room.
        lines = 1 + (max(map(columns.width, names)) > _LONG_NAME)
        left = _TEXT_MM - above_mm - _AROUND_MM - height_mm(comparison.table) - _HEAD_MM
        is_kept = left >= _LEAST_AREA_MM * lines * len(names)
        self._add_table(comparison.table, is_kept=is_kept)
        height = min(_AREA_MM * lines, left / len(names)) if is_kept else _AREA_MM * lines
        self._add_area_charts(comparison, height, "" if is_kept else comparison.target["unit"])

    def _add_area_charts(self, comparison: Comparison, area_mm: float, unit: str) -> None:
        """The areas on one target as bars; a chart goes on on the next page."""
        number = comparison.rows.height
        most = int((_PAGE_MM - _HEAD_MM) // area_mm)
        parts = -(-number // most)
        for part in range(parts):
            first, last = (wholes(comparison) + number * place // parts for place in (part, part + 1))
            picture = comparison_chart(comparison, _FACE, slice(first, last))
            title = comparison_title(comparison, self.language)
            said = tables.unit_line([unit], self.language) if unit else ""
            self._add_chart(picture, int(_HEAD_MM + area_mm * (last - first)), title, said)

    def _annex_head(self, numbered: tuple[int, str]) -> None:
        number, title = numbered
        self._add(word("briefing.annex_number", self.language, number=number), "annex")
        self._add(title, "annex_title")

    def _explanation(self) -> None:
        """The last page, behind all that a template ends with: it can be taken out before the briefing is sent."""
        end = self.document.element.body.get_or_add_sectPr()
        end.addprevious(paragraph(word("briefing.explanation", self.language), self.styles["annex"]))
        for line in [*self.content.marks, *self.content.explanation]:
            end.addprevious(paragraph(line, self.styles["note"]))

    def _place(self) -> None:
        """Before the bookmark of the body where the template has one, else at the end."""
        start = _bookmark(self.document, BOOKMARKS["body"])
        body = self.document.element.body
        anchor = None if start is None else next(start.iterancestors(qn("w:p")), None)
        if anchor is None:
            anchor = body.get_or_add_sectPr()
            if not self.has_template:
                for child in body.findall(qn("w:p")):
                    body.remove(child)
        for element in self.elements:
            anchor.addprevious(element)
        if anchor.tag == qn("w:p") and not "".join(anchor.itertext()).strip():
            body.remove(anchor)

    def _properties(self) -> None:
        about = self.document.core_properties
        about.title, about.author = self.content.notice.title, self.content.selection.unit
        about.subject = word("app.build", self.language, build_id=self.content.selection.build_id)
        about.comments, about.keywords, about.last_modified_by = "\n".join(self.content.marks), "", ""
        about.created = about.modified = _MADE_ON
        about.language = "zh-CN" if self.language == "zh" else "en"


def _bookmark(document: Any, name: str) -> Any | None:
    return next((at for at in document.element.body.iter(qn("w:bookmarkStart")) if at.get(qn("w:name")) == name), None)


def _fill(start: Any, said: str) -> None:
    """Write at a bookmark in the look of the text that it marks, which the new text takes the place of."""
    made = parse_xml(f'<w:r {nsdecls("w")}><w:t xml:space="preserve">{clean(said)}</w:t></w:r>')
    marked = []
    for place in start.itersiblings():
        if place.tag == qn("w:bookmarkEnd") and place.get(qn("w:id")) == start.get(qn("w:id")):
            break
        marked.append(place)
    else:
        marked = []  # it ends in another paragraph, and what lies between is more than a word to fill in
    runs = [place for place in marked if place.tag == qn("w:r")]
    if runs and (look := runs[0].find(qn("w:rPr"))) is not None:
        made.insert(0, deepcopy(look))
    for run in runs:
        run.getparent().remove(run)
    start.addnext(made)


def _headed(unit: str, day: str, style_id: str) -> Any:
    """Who sends it at the left, the day at the right, a red line under both."""
    made = paragraph("", style_id)
    line = '<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="C00000"/></w:pBdr>'
    tabs = '<w:tabs><w:tab w:val="right" w:pos="8845"/></w:tabs>'
    made.find(qn("w:pPr")).find(qn("w:pStyle")).addnext(parse_xml(f"<w:x {nsdecls('w')}>{line}{tabs}</w:x>"))
    holder = made.find(qn("w:pPr")).find(qn("w:x"))
    for child in reversed(list(holder)):
        holder.addnext(child)
    made.find(qn("w:pPr")).remove(holder)
    run = made.find(qn("w:r"))
    made.replace(run, parse_xml(f"<w:r {nsdecls('w')}><w:t>{clean(unit)}</w:t><w:tab/><w:t>{clean(day)}</w:t></w:r>"))
    return made


def _set_page(document: Any, marks: Sequence[str]) -> None:
    """A4 with the margins of GB/T 9704, page numbers outside, the marks of data and plan at the head of every page."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        _replace(footer, _page_number(side))
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        _replace(header, _header_marks(marks))
    defaults = document.styles.element.find(".//" + qn("w:rPrDefault") + "/" + qn("w:rPr"))
    for tag in ("w:rFonts", "w:lang"):
        for old in defaults.findall(qn(tag)):
            defaults.remove(old)
    defaults.insert(0, parse_xml(fonts(FANGSONG)))
    defaults.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'))


def _mark_headers(document: Any, marks: Sequence[str]) -> None:
    """The marks of data and plan under whatever the template has at the head of its pages."""
    for place, section in enumerate(document.sections):
        headers = [section.header]
        if document.settings.odd_and_even_pages_header_footer:
            headers.append(section.even_page_header)
        if section.different_first_page_header_footer:
            headers.append(section.first_page_header)
        for header in headers:
            if place == 0 or not header.is_linked_to_previous:
                header.is_linked_to_previous = False
                header._element.append(_header_marks(marks))


def _replace(holder: Any, made: Any) -> None:
    for old in holder._element.findall(qn("w:p")):
        holder._element.remove(old)
    holder._element.append(made)


def _page_number(side: str) -> Any:
    size = f'<w:rPr>{fonts("宋体")}<w:sz w:val="{2 * _PAGE_NUMBER_PT}"/></w:rPr>'
    field = "".join(
        f"<w:r>{size}{inside}</w:r>"
        for inside in (
            "<w:t>— </w:t>".replace("<w:t>", '<w:t xml:space="preserve">'),
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
            '<w:t xml:space="preserve"> —</w:t>',
        )
    )
    # One character in from the edge, as the standard has it.
    indent = f'<w:ind w:{side}Chars="100" w:{side}="{20 * _PAGE_NUMBER_PT}"/>'
    return parse_xml(f'<w:p {nsdecls("w")}><w:pPr>{indent}<w:jc w:val="{side}"/></w:pPr>{field}</w:p>')


def _header_marks(marks: Sequence[str]) -> Any:
    said = "<w:br/>".join(f"<w:t>{clean(mark)}</w:t>" for mark in marks)
    look = f'<w:rPr>{fonts("黑体")}<w:color w:val="9A5B00"/><w:sz w:val="18"/></w:rPr>'
    return parse_xml(f'<w:p {nsdecls("w")}><w:pPr><w:jc w:val="center"/></w:pPr><w:r>{look}{said}</w:r></w:p>')
