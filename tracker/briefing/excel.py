"""A briefing as an Excel workbook: every number behind it, one sheet a table, with native charts and name lists."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import polars as pl

from tracker import enterprises, enterprises_behind, enterprises_words, export, warehouse
from tracker.briefing.content import Comparison, Content, History
from tracker.briefing.content_charts import comparison_title
from tracker.briefing.office_charts import FEW, gap_beside
from tracker.briefing.tables import BLANK, Table
from tracker.enterprises_words import Labels
from tracker.look import DATA, INK, LINE, SECONDARY
from tracker.text import word

_CHART_PIXELS = {"width": 760, "height": 360}
_FONT = {"name": "Microsoft YaHei", "size": 10}
_MOST_IN_SHEET_NAME = 31
_MOST_IN_FOOTER = 220  # characters, of 255 with what stands around them
_TEXT_COLUMN = 76
_LINES_ABOVE = 3  # caption, unit, foot
_LINE_POINTS = 16
_DASH = {"type": "long_dash", "size": 14, "fill": {"color": INK}, "border": {"color": INK}}
# The first place stands at the top, and no place zero is printed.
_FIRST_ON_TOP = {"reverse": True, "crossing": "max", "major_unit": 1, "num_format": "0;;"}
_MOST_LABELS = 8  # months under a chart


def workbook(content: Content) -> bytes:
    """The Excel file of a briefing; made twice from the same content it is the same. Text is never run."""
    buffer = io.BytesIO()
    book = export.new_book(buffer)
    looks = export.looks(book)
    sheets = _Sheets(book, looks, content)
    sheets.text()
    sheets.table(content.targets)
    for table in (content.area_counts, content.expiries, content.expiries_by_month, content.forecasts):
        if table is not None:
            sheets.table(table)
    for comparison in content.comparisons:
        sheet = sheets.table(comparison.table)
        sheets.area_chart(sheet, comparison)
    for history in content.histories:
        name = word("briefing.sheet_months", content.language, name=history.table.name)
        sheet = sheets.table(history.table, name=name)
        if history.table.frame.height:
            sheets.month_chart(sheet, history)
    for annex in content.annexes:
        sheets.table(annex.table, title=annex.title)
    for name, lines, frame in _enterprise_lists(content):
        sheets.frame(name, lines, frame)
    sheets.lines(word("briefing.explanation", content.language), content.explanation)
    book.set_properties({**export.SAME_DAY, "title": content.notice.title, "author": content.selection.unit})
    book.close()
    return buffer.getvalue()


class _Sheets:
    """The sheets of a workbook under construction; every one begins with the marks of data and plan."""

    def __init__(self, book: Any, looks: dict[str, Any], content: Content) -> None:
        self.book, self.looks, self.content = book, looks, content
        self.names: set[str] = set()

    def _new(self, name: str) -> Any:
        """A sheet, on paper with the marks, the basis and the build on every page.

        Names that agree in their first 31 characters get a number.
        """
        plain = export.sheet_name(name)
        shown, number = plain, 2
        while shown.lower() in self.names:
            end = f"_{number}"
            shown, number = plain[: _MOST_IN_SHEET_NAME - len(end)] + end, number + 1
        self.names.add(shown.lower())
        sheet = self.book.add_worksheet(shown)
        language, chosen = self.content.language, self.content.selection
        foot = [self.content.foot, word("app.build", language, build_id=chosen.build_id)]
        marks = word("briefing.foot_separator", language).join(self.content.facts.marks(language))
        sheet.set_header(f"&R&8{_in_footer(marks)}", {"margin": 0.3})
        # Two lines: on an upright page the page number stands beside them.
        sheet.set_footer(f"&L&8{_in_footer(chr(10).join(foot))}&R&8&P / &N", {"margin": 0.25})
        return sheet

    def text(self) -> None:
        """The text of the notice."""
        said = [part for section in self.content.notice.sections for part in (section.heading, *section.paragraphs)]
        opening = filter(None, self.content.selection.paragraph.splitlines())
        notice = self.content.notice
        lines = [notice.title, notice.subtitle, self.content.finding, *opening, *said]
        self.lines(word("briefing.sheet_text", self.content.language), lines)

    def lines(self, name: str, lines: Any) -> None:
        """A sheet of text, one paragraph a row."""
        sheet = self._new(name)
        sheet.set_column(0, 0, _TEXT_COLUMN)
        for row, line in enumerate([*self.content.marks, *lines]):
            sheet.write_string(row, 0, line, self.looks["text"])
            # A row does not grow by itself in every program.
            sheet.set_row(row, _LINE_POINTS * export.lines_of(line, _TEXT_COLUMN - 4))
        sheet.set_paper(export.A4)

    def table(self, table: Table, *, name: str = "", title: str = "") -> Any:
        """A sheet with one table; its title or caption, unit and foot above it."""
        about = f"{title} {table.caption}" if title else table.caption
        sheet = self.frame(name or table.name, [about, table.unit, table.foot], table.frame)
        self._reasons(sheet, table)
        return sheet

    def _reasons(self, sheet: Any, table: Table) -> None:
        """Where a number is lacking for a reason that is printed, the reason: 不考核."""
        for place, name in enumerate(table.frame.columns):
            cells = zip(table.frame[name], table.printed[name], strict=True)
            for row, (value, said) in enumerate(cells, start=self._top() + 1):
                if value is None and said not in ("", BLANK):
                    sheet.write_string(row, place, said, self.looks["reason"])

    def frame(self, name: str, lines: list[str], frame: pl.DataFrame) -> Any:
        """A sheet with lines above a table of numbers."""
        sheet = self._new(name)
        notes = [*self.content.marks, *lines]
        for row, line in enumerate(notes):
            sheet.write_string(row, 0, line, self.looks["note"])
        export.write_table(sheet, frame, len(notes) + 1, self.looks)
        return sheet

    def _top(self) -> int:
        """The row of a table's headings, as :meth:`table` writes it."""
        return len(self.content.marks) + _LINES_ABOVE + 1

    def _series(self, sheet: Any, table: Table, column: int, since: int = 0, **look: Any) -> dict[str, Any]:
        """A series of a chart: a column of the table from a row on, with the values that Excel shows at first."""
        name, first, last = sheet.get_name(), self._top() + 1 + since, self._top() + table.frame.height
        return {
            "name": [name, self._top(), column],
            "categories": [name, first, 0, last, 0],
            "values": [name, first, column, last, column],
            "categories_data": _cached(table.printed.to_series(0).to_list()[since:]),
            "values_data": _cached(table.frame.to_series(column).to_list()[since:]),
            **look,
        }

    def area_chart(self, sheet: Any, comparison: Comparison) -> None:
        """Actual as bars, target as a mark, area by area; the whole would dwarf them. Places have no bars."""
        if comparison.is_rank:
            return
        table = comparison.table
        whole = table.frame.height - comparison.rows.height
        chart = self.book.add_chart({"type": "column"})
        chart.add_series(self._series(sheet, table, 2, whole, fill={"color": DATA}, gap=60))
        line = self.book.add_chart({"type": "line"})
        line.add_series(self._series(sheet, table, 1, whole, line={"none": True}, marker=_DASH))
        title = comparison_title(comparison, self.content.language)
        axis = _whole_steps(table.frame[whole:, 1:3])
        self._place(sheet, (self._top() + table.frame.height + 2, 0), chart, line, title, axis=axis)
        sheet.fit_to_pages(1, 1)

    def month_chart(self, sheet: Any, history: History) -> None:
        """Actual as bars, places as points; pace dashed, target as a line, month by month."""
        table = history.table
        chart = self.book.add_chart({"type": "line" if history.is_rank else "column"})
        dot = {"type": "circle", "size": 7, "fill": {"color": DATA}, "border": {"color": DATA}}
        points = {"line": {"color": DATA, "width": 2}, "marker": dot}
        bars = {"fill": {"color": DATA}, "gap": gap_beside(table.frame.height)}
        chart.add_series(self._series(sheet, table, 1, **(points if history.is_rank else bars)))
        line = self.book.add_chart({"type": "line"})
        # A line of one value has no length: it is drawn as a dash.
        mark: dict[str, Any] = {"marker": _DASH} if table.frame.height == 1 else {}
        if table.frame.to_series(2).is_not_null().any():
            dashes = {"color": SECONDARY, "width": 2, "dash_type": "dash"}
            line.add_series(self._series(sheet, table, 2, line=dashes))
        line.add_series(self._series(sheet, table, 3, line={"color": INK, "width": 2}, **mark))
        every = -(-table.frame.height // _MOST_LABELS)
        axis = _FIRST_ON_TOP if history.is_rank else _whole_steps(table.frame[:, [1, 3]])
        # Below the headings, which are printed again on every page with what lies over them.
        self._place(sheet, (self._top() + 1, table.frame.width + 1), chart, line, history.finding, every, axis)

    def _place(
        self, sheet: Any, cell: tuple[int, int], chart: Any, line: Any, title: str, every: int = 1,
        axis: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        chart.combine(line)
        chart.set_title({"name": title, "name_font": {**_FONT, "size": 12, "bold": True}, "overlay": False})
        chart.set_legend({"position": "top", "font": _FONT})
        steps = {"interval_unit": every, "interval_tick": every}
        chart.set_x_axis({"num_font": _FONT, "text_axis": True, "num_format": "yyyy-mm", **steps})
        # Bars begin at zero, or their lengths would lie.
        grid = {"visible": True, "line": {"color": LINE}}
        chart.set_y_axis({"min": 0, "num_font": _FONT, "major_gridlines": grid, **axis})
        chart.set_size(_CHART_PIXELS)
        chart.show_blanks_as("gap")
        sheet.insert_chart(*cell, chart, {"description": title})


def _in_footer(said: str) -> str:
    """Text of a printed header or footer, in which ``&`` begins a command, and digits behind one its size."""
    return " " + said.replace("&", "&&")[:_MOST_IN_FOOTER]


def _whole_steps(amounts: pl.DataFrame) -> dict[str, Any]:
    """The axis of few whole numbers has no half of one."""
    known = [value for column in amounts for value in column.drop_nulls()]
    return {"major_unit": 1} if max(known, default=0) <= FEW and all(value == int(value) for value in known) else {}


def _cached(values: list[Any]) -> list[Any]:
    return ["" if value is None else value for value in values]


def _enterprise_lists(content: Content) -> Iterator[tuple[str, list[str], pl.DataFrame]]:
    """Who is counted for every count of titles of the area: name of the sheet, lines above it, the list."""
    chosen, facts = content.selection, content.facts
    language, key = content.language, (chosen.build_id, chosen.plan_id)
    places = warehouse.query(
        chosen.build_id, "area_units", plan_id=chosen.plan_id, area_code=facts.plan["area_code"], language=language
    ).select("area_code", "short")
    tiers = warehouse.query(chosen.build_id, "tiers", language=language).select("tier", "short")
    labels = Labels(dict(places.iter_rows()), dict(tiers.iter_rows()), language)
    for row in facts.own.iter_rows(named=True):
        number = enterprises_behind.definition(*key, row["target_id"], chosen.as_of, language)
        if number is None or not number.is_title_count or row["value"] is None:
            continue
        rule = enterprises_behind.titles_rule(number, chosen.rule)
        rows = enterprises.standing(*key, facts.area_code, str(number.tier), chosen.as_of, rule)
        counted = enterprises_behind.counted_titles(rows, number).filter("is_counted")
        named = enterprises.with_names(chosen.build_id, enterprises.ordered(chosen.build_id, counted, "name"))
        name = word("briefing.sheet_names", language, name=row["short"])
        yield name, [row["name"], content.foot], enterprises_words.list_table(named, labels, None)
