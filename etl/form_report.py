"""The reporting form of an area for a period: its enterprises with the values they owe, and the values of the area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.form import Form, Period, Table, period_name, words
from etl.form_book import FIRST_ROW, HEADER_ROW, FormBook, ask, form_book, set_up, write_head
from etl.form_owed import Enterprise, Known, Owed, groups, measures_of
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Measure, Plan

_KEYS = 3  # columns before the first value: number, name, code
_EXAMPLES = 3


@dataclass(frozen=True)
class Written:
    """A form on disk: of which area, and how many enterprises and questions stand in it."""

    path: Path
    area_code: Code
    enterprises: int
    cells: int


def write_report(
    folder: Path, plan: Plan, area_code: Code, period: Period, asked: Owed, known: Known, catalog: Catalog
) -> Written:
    """Write the form of one area.

    Args:
        folder: where it goes.
        plan: whose targets it serves.
        area_code: a reporting unit of the plan, or its whole area.
        period: of which the values are.
        asked: what the plan asks for in that period.
        known: what the build in force knows.
        catalog: names, units and bounds.
    """
    texts = words()["report"]
    area = catalog.areas[area_code]
    enterprises = known.enterprises.get(area_code, [])
    sheets = {
        texts["enterprise_sheet"].format(tier=titles): (members, measures_of(asked, members))
        for titles, members in groups(enterprises, catalog).items()
    }
    kinds = dict.fromkeys(sheets, "enterprise_values")
    kinds |= {texts["area_sheet"]: "area_values"} if asked.of_areas else {}
    form = Form(
        form="report",
        plan_id=plan.plan_id,
        area_code=area_code,
        period=period.code,
        build_id=known.build_id,
        tables=tuple(
            Table.model_validate({"sheet": name, "kind": kind, "header_row": HEADER_ROW + 1})
            for name, kind in kinds.items()
        ),
    )
    path = folder / words()["file_names"]["report"].format(area=area.short.zh, period=period.code)
    with form_book(path, form, known.built_at) as book:
        writer = _Writer(book, period, asked, known, catalog)
        writer.guide(plan, sheets)
        for name, (members, measures) in sheets.items():
            writer.enterprises(name, members, measures)
        if asked.of_areas:
            writer.area(texts["area_sheet"], area_code)
        writer.example(next(iter(sheets.values()), ([], []))[1], area_code)
    cells = sum(len(members) * len(measures) for members, measures in sheets.values()) + len(asked.of_areas)
    return Written(path, area_code, len(enterprises), cells)


@dataclass(frozen=True)
class _Writer:
    book: FormBook
    period: Period
    asked: Owed
    known: Known
    catalog: Catalog

    @property
    def texts(self) -> dict[str, Any]:
        """The wording of this form."""
        found: dict[str, Any] = words()["report"]
        return found

    def guide(self, plan: Plan, sheets: dict[str, tuple[list[Enterprise], list[Measure]]]) -> None:
        """The instructions, and which sheets are waiting."""
        form = self.book.form
        values = {
            "area": self.catalog.areas[form.area_code].name.zh,
            "period": period_name(self.period.frequency, self.period.ends_on),
            "plan": plan.name.zh,
            "day": f"{self.known.day.year}年{self.known.day.month}月{self.known.day.day}日",
        }
        rows = {name: (len(members), len(measures)) for name, (members, measures) in sheets.items()}
        if self.asked.of_areas:
            rows[self.texts["area_sheet"]] = (1, len(self.asked.of_areas))
        lines = [line.format(**values) for line in self.texts["lines"]]
        waiting = (self.texts["tables_line"].format(sheet=name, rows=r, columns=c) for name, (r, c) in rows.items())
        self.book.guide(self.texts["title"], [*lines, f"{self.texts['tables_title']}：{'；'.join(waiting)}。"])

    def enterprises(self, name: str, members: Sequence[Enterprise], measures: Sequence[Measure]) -> None:
        """One row an enterprise; for every measure an empty cell and last period's value beside it."""
        sheet = self._sheet(name)
        self._enterprise_table(sheet, HEADER_ROW, members, measures)
        last_row = FIRST_ROW + len(members) - 1
        for place, measure in enumerate(measures):
            rule = self._rule(measure)
            ask(sheet, FIRST_ROW, last_row, _KEYS + 2 * place, rule, measure.name.zh, self._message(measure))
        set_up(sheet, [5, 34, 21, *([11, 11] * len(measures))], frozen_columns=_KEYS)

    def _sheet(self, name: str) -> Any:
        return self.book.sheet(name, self.texts["title"], self.book.form.title_line(self.catalog), self.texts["hint"])

    def _enterprise_table(
        self,
        sheet: Any,
        head: int,
        members: Sequence[Enterprise],
        measures: Sequence[Measure],
        answers: Sequence[Sequence[float | None]] | None = None,
    ) -> None:
        """Captions and rows below ``head``; ``answers`` are those of the example."""
        looks, texts = self.book.looks, self.texts
        captions = [(texts[key], looks.head) for key in ("sequence", "name", "uscc")]
        for measure in measures:
            before = period_name(measure.frequency, self.period.end_before(measure.frequency))
            captions += [(self._caption(measure), looks.head_to_fill)]
            captions += [(texts["previous"].format(period=before), looks.head_grey)]
        write_head(sheet, captions, row=head)
        for number, enterprise in enumerate(members, start=1):
            row = head + number
            sheet.write_number(row, 0, number, looks.centred)
            sheet.write_string(row, 1, enterprise.name, looks.text)
            if enterprise.uscc is None:
                sheet.write_blank(row, 2, None, looks.centred)
            else:
                sheet.write_string(row, 2, enterprise.uscc, looks.centred)
            for place, measure in enumerate(measures):
                answer = answers[number - 1][place] if answers else None
                self._fill(sheet, row, _KEYS + 2 * place, measure, answer)
                self._previous(sheet, row, _KEYS + 2 * place + 1, measure, enterprise.previous.get(measure.measure))

    def _fill(self, sheet: Any, row: int, column: int, measure: Measure, answer: float | None) -> None:
        """An empty cell to fill, or in the example a filled one."""
        looks = self.book.looks
        number = looks.fill_money if measure.unit.endswith("yuan") else looks.fill_number
        look = (looks.fill_count if measure.is_whole else number) if measure.kind == "number" else looks.fill_text
        if answer is None:
            sheet.write_blank(row, column, None, look)
        elif measure.kind == "yes_no":
            sheet.write_string(row, column, words()["common"]["answer_yes" if answer else "answer_no"], look)
        else:
            sheet.write_number(row, column, answer, look)

    def _previous(self, sheet: Any, row: int, column: int, measure: Measure, value: float | None) -> None:
        looks = self.book.looks
        if value is None:
            sheet.write_blank(row, column, None, looks.grey_text)
        elif measure.kind == "yes_no":
            sheet.write_string(row, column, words()["common"]["answer_yes" if value else "answer_no"], looks.grey_text)
        else:
            look = looks.grey_money if measure.unit.endswith("yuan") else looks.grey_number
            sheet.write_number(row, column, value, look)

    def area(self, name: str, area_code: Code) -> None:
        """One row a measure of the area, with its sample size where it comes from a sample."""
        sheet = self._sheet(name)
        self._area_table(sheet, HEADER_ROW, area_code, self.asked.of_areas)
        for row, measure in enumerate(self.asked.of_areas, start=FIRST_ROW):
            ask(sheet, row, row, 4, self._rule(measure), measure.name.zh, self._message(measure))
        last_row = FIRST_ROW + len(self.asked.of_areas) - 1
        sample = {"validate": "integer", "criteria": ">=", "value": 1}
        sample |= self._error(self.texts["count_error"].format(minimum=1))
        ask(sheet, FIRST_ROW, last_row, 7, sample, self.texts["sample_size"], self.texts["sample_message"])
        set_up(sheet, [5, 22, 34, 8, 13, 13, 15, 9, 58], frozen_columns=3)

    def _area_table(
        self,
        sheet: Any,
        head: int,
        area_code: Code,
        measures: Sequence[Measure],
        answers: Sequence[float | None] | None = None,
    ) -> None:
        """Captions and rows below ``head``; ``answers`` are those of the example."""
        looks, texts = self.book.looks, self.texts
        keys = ("sequence", "county", "indicator", "unit", "value", "previous_value", "previous_period", "sample_size")
        fills = {"value": looks.head_to_fill, "sample_size": looks.head_to_fill}
        greys = {"previous_value": looks.head_grey, "previous_period": looks.head_grey}
        captions = [(texts[key], (fills | greys).get(key, looks.head)) for key in keys]
        captions += [] if answers else [(texts["definition"], looks.head)]
        write_head(sheet, captions, row=head, height=30)
        units = words()["units"]
        for number, measure in enumerate(measures, start=1):
            row = head + number
            before = self.period.end_before(measure.frequency)
            previous = None if answers else self.known.previous.get((area_code, measure.measure))
            sheet.write_number(row, 0, number, looks.centred)
            sheet.write_string(row, 1, self.catalog.areas[area_code].name.zh, looks.text)
            sheet.write_string(row, 2, measure.name.zh, looks.text)
            sheet.write_string(row, 3, units[measure.unit], looks.centred)
            self._fill(sheet, row, 4, measure, answers[number - 1] if answers else None)
            self._previous(sheet, row, 5, measure, previous)
            sheet.write_string(row, 6, period_name(measure.frequency, before), looks.grey_text)
            sheet.write_blank(row, 7, None, looks.fill_count)
            if not answers:
                definition = self.asked.indicators[measure.measure].definition.zh
                sheet.write_string(row, 8, definition, looks.text)
                sheet.set_row(row, 15 * (1 + max(len(definition) // 28, len(measure.name.zh) // 17)) + 3)

    def example(self, measures: Sequence[Measure], area_code: Code) -> None:
        """Both tables as they look when filled in, with invented enterprises and numbers; never read."""
        common = words()["common"]
        sheet = self.book.book.add_worksheet(common["example"])
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, common["example_mark"], self.book.looks.alarm)
        head = 2
        # One measure of each unit says enough.
        shown = list({measure.unit: measure for measure in reversed(measures)}.values())[::-1]
        if shown:
            invented = [Enterprise(f"示例{mark}有限公司（虚构）", None, {}, frozenset()) for mark in "甲乙丙"]
            answers = [[_invented(m, row, place) for place, m in enumerate(shown)] for row in range(_EXAMPLES)]
            self._enterprise_table(sheet, head, invented, shown, answers)
            head += _EXAMPLES + 2
        of_area = self.asked.of_areas[:_EXAMPLES]
        if of_area:
            self._area_table(sheet, head, area_code, of_area, [_invented(m, 0, 0) for m in of_area])
        widths = [5, 34, 34, *([11, 15] * max(len(shown), 3))]
        set_up(sheet, widths, frozen_columns=0, header_row=None)

    def _caption(self, measure: Measure) -> str:
        return f"{measure.name.zh}\n（{words()['units'][measure.unit]}）"

    def _rule(self, measure: Measure) -> dict[str, Any]:
        """What Excel lets be typed: only what could not be true anyway is stopped, all else is asked about later."""
        common, texts = words()["common"], self.texts
        if measure.kind == "yes_no":
            choice = {"validate": "list", "source": [common["answer_yes"], common["answer_no"]]}
            return choice | self._error(texts["yes_no_error"])
        if measure.kind == "text":
            return {"validate": "any"}
        kind = {"validate": "integer" if measure.is_whole else "decimal"}
        minimum = f"{measure.minimum:g}"
        if measure.maximum is not None:
            bounds = {"criteria": "between", "minimum": measure.minimum, "maximum": measure.maximum}
            message = texts["range_error"].format(minimum=minimum, maximum=f"{measure.maximum:g}")
            return kind | bounds | self._error(message)
        message = texts["count_error" if measure.is_whole else "number_error"].format(minimum=minimum)
        return kind | {"criteria": ">=", "value": measure.minimum} | self._error(message)

    def _error(self, message: str) -> dict[str, Any]:
        return {"error_title": self.texts["error_title"], "error_message": message}

    def _message(self, measure: Measure) -> str:
        texts = self.texts
        parts = [texts["period_message"].format(period=period_name(measure.frequency, self.period.ends_on))]
        if measure.accumulates == "within_year" and measure.frequency != "year":
            parts.append(texts["running_message"])
        if measure.kind == "yes_no":
            return "".join([*parts, texts["yes_no_message"]])
        parts.append(texts["unit_message"].format(unit=words()["units"][measure.unit]))
        if measure.part_of is not None:
            parts.append(texts["part_message"].format(whole=self.catalog.measures[measure.part_of].name.zh))
        parts.append(texts["count_message" if measure.is_whole else "number_message"])
        return "".join(parts)


def _invented(measure: Measure, row: int, place: int) -> float | None:
    """A number of the right kind for the example; one cell stays empty, as it should where nothing is known."""
    if (row, place) == (_EXAMPLES - 1, 1):
        return None
    if measure.kind == "yes_no":
        return float((row + place) % 2 == 0)
    if measure.is_whole:
        # A part stands right of its whole and is smaller.
        return float(12 + 3 * row - (4 if measure.part_of else 0))
    return 1250.5 + 310 * row + 100 * place
