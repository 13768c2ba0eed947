"""The decomposition form: which tasks it asks for, and the workbook that asks. Targets by areas, a sheet a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from etl.form import Form, Table, words
from etl.form_book import FIRST_ROW, HEADER_ROW, FormBook, ask, form_book, set_up, write_head
from etl.target_tasks import (
    areas_of,
    baseline_on,
    baseline_sheet,
    document_sheet,
    due_on,
    is_summed,
    targets_of_year,
    year_sheet,
    years,
)
from etl.targets import Document
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Plan, Target

KEYS = ("code", "sequence", "indicator", "unit")
_WHOLE_COLUMN = len(KEYS)
_FIRST_AREA = _WHOLE_COLUMN + 1
_EXAMPLES = 3
# What is estimated shows as 测算 15 until the two cells of these names are filled in.
_DOCUMENT_NAMES = ("document_no", "document_date")
_ESTIMATED, _ESTIMATED_NUMBER = "#1F5C99", '"测算 "0'
_ESTIMATED_WIDTH, _RULE_WIDTH = 11, 52


@dataclass(frozen=True)
class Answers:
    """What a form says already when it is written: its document, and the cells by sheet, target and area.

    ``estimated_by``: by what the tasks of a target are estimated, in words. They are marked until a document is named.
    """

    document: Document | None
    cells: Mapping[tuple[str, Code, Code], float | str]
    estimated_by: Mapping[Code, str] = field(default_factory=dict)


def write_targets(
    folder: Path, plan: Plan, catalog: Catalog, build_id: str | None, answers: Answers | None = None
) -> Path:
    """Write the decomposition form of a plan.

    Args:
        folder: where it goes.
        plan: whose targets are handed down.
        catalog: names and units.
        build_id: the build in force, which the form only mentions.
        answers: what is filled in: estimates, or the invented tasks of the demo, a form like any others.
    """
    texts = words()["targets"]
    names = [document_sheet(), baseline_sheet(), *(year_sheet(year) for year in years(plan))]
    tables = [{"sheet": name, "kind": "targets", "header_row": HEADER_ROW + 1} for name in names]
    form = Form(
        form="targets",
        plan_id=plan.plan_id,
        area_code=plan.area_code,
        period=f"{plan.starts_on.year}—{plan.ends_on.year}年",
        build_id=build_id or "–",
        tables=tuple(map(Table.model_validate, tables)),
    )
    area = catalog.areas[plan.area_code].short.zh
    answers = answers or Answers(None, {})
    name = "targets_estimated" if answers.estimated_by else "targets"
    path = folder / str(words()["file_names"][name]).format(area=area)
    with form_book(path, form, dt.datetime.combine(plan.starts_on, dt.time())) as book:
        writer = _Writer(book, plan, catalog, texts, areas_of(plan, catalog), answers)
        lines = [*texts["lines"], *([texts["estimate_line"]] if answers.estimated_by else [])]
        book.guide(texts["title"], [line.format(plan=plan.name.zh) for line in lines])
        writer.document()
        writer.baselines()
        for year in years(plan):
            writer.tasks(year)
        writer.example()
    return path


@dataclass(frozen=True)
class _Writer:
    book: FormBook
    plan: Plan
    catalog: Catalog
    texts: dict[str, Any]
    areas: dict[str, Code]
    answers: Answers

    def _sheet(self, name: str, hint: str, title_column: int = 1) -> Any:
        """A sheet with its title; the first column of a table of tasks is hidden and cannot hold it."""
        line = self.book.form.title_line(self.catalog)
        return self.book.sheet(name, self.texts["title"], line, hint, title_column)

    def document(self) -> None:
        """Three cells that say by which document the tasks are handed down."""
        texts, looks = self.texts, self.book.looks
        sheet = self._sheet(document_sheet(), texts["lines"][1], title_column=0)
        keys = ("document_item", "document_content", "document_note")
        heads = (looks.head, looks.head_to_fill, looks.head)
        write_head(sheet, [(texts[key], look) for key, look in zip(keys, heads, strict=True)], height=24)
        for row, item in enumerate(fields(Document), start=FIRST_ROW):
            key, value = item.name, getattr(self.answers.document, item.name, None)
            sheet.set_row(row, 24)
            sheet.write_string(row, 0, texts[key], looks.centred)
            if isinstance(value, dt.date):
                sheet.write_datetime(row, 1, value, looks.fill_day)
            else:
                sheet.write(row, 1, value, looks.fill_day if key == "decided_on" else looks.fill_words)
            sheet.write_string(row, 2, texts[f"{key}_note"], looks.text)
        date = {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)} | self._error("date_error")
        ask(sheet, FIRST_ROW + 1, FIRST_ROW + 1, 1, date, texts["decided_on"], texts["decided_on_note"])
        set_up(sheet, [16, 44, 60], frozen_columns=0)

    def baselines(self) -> None:
        """What every area had when the plan began."""
        targets: dict[Code, Target] = {}
        for year in years(self.plan):
            targets = targets_of_year(self.plan, year) | targets
        days = {baseline_on(self.plan, target) for target in targets.values()}
        hint = self.texts["baseline_hint"].format(day="、".join(map(_day, sorted(days))))
        sheet = self._sheet(baseline_sheet(), hint)
        self._captions(sheet, HEADER_ROW, "whole_baseline", has_check=False)
        for row, target in enumerate(targets.values(), start=FIRST_ROW):
            self._keys(sheet, row, row - FIRST_ROW + 1, target)
            self._whole(sheet, row, target, target.baseline_value)
            self._tasks_of_areas(sheet, row, target)
        self._set_up(sheet, targets.values(), "baseline", has_check=False)

    def tasks(self, year: int) -> None:
        """What every area has to reach by the end of a year, with the sum against the whole."""
        targets = targets_of_year(self.plan, year)
        ends = {due_on(self.plan, target, year) for target in targets.values()}
        estimated = {code for name, code, _ in self.answers.cells if name == year_sheet(year)}
        rules = {code: rule for code, rule in self.answers.estimated_by.items() if code in estimated}
        hint = self.texts["estimate_hint" if rules else "year_hint"].format(day="、".join(map(_day, sorted(ends))))
        sheet = self._sheet(year_sheet(year), hint)
        self._captions(sheet, HEADER_ROW, "whole", has_check=True)
        for row, target in enumerate(targets.values(), start=FIRST_ROW):
            self._keys(sheet, row, row - FIRST_ROW + 1, target)
            self._whole(sheet, row, target, target.value if self.plan.due_on(target).year == year else None)
            self._check(sheet, row, target, self._tasks_of_areas(sheet, row, target))
        self._set_up(sheet, targets.values(), "task", has_check=True)
        if rules:
            self._mark_estimates(sheet, list(targets), rules)

    def example(self) -> None:
        """Three rows as they look when filled in, with invented numbers; never read."""
        common, looks = words()["common"], self.book.looks
        sheet = self.book.book.add_worksheet(common["example"])
        sheet.hide_gridlines(2)
        sheet.write_string(0, 1, common["example_mark"], looks.alarm)
        self._captions(sheet, 1, "whole", has_check=True)
        shown = list(targets_of_year(self.plan, self.plan.ends_on.year).values())[:_EXAMPLES]
        for row, target in enumerate(shown, start=2):
            self._keys(sheet, row, row - 1, target)
            self._whole(sheet, row, target, target.value)
            # The first row shows more than the whole, the others less.
            with_task = len(self.areas) - 1
            task = int(target.value / with_task) + (row == 2)
            sheet.write_row(row, _FIRST_AREA, [task] * with_task + [self.texts["exempt"]], looks.fill_number)
            self._check(sheet, row, target, task * with_task)
        set_up(sheet, self._widths(has_check=True), frozen_columns=0, header_row=None)
        sheet.set_column(0, 0, 0, None, {"hidden": True})

    def _area_columns(self) -> range:
        return range(_FIRST_AREA, _FIRST_AREA + len(self.areas))

    def _captions(self, sheet: Any, row: int, whole: str, has_check: bool) -> None:
        looks, texts = self.book.looks, self.texts
        captions = [(texts[key], looks.head) for key in (*KEYS, whole)]
        captions += [(area, looks.head_to_fill) for area in self.areas]
        if has_check:
            captions += [(texts["total"], looks.head_grey), (texts["check"], looks.head_grey)]
        write_head(sheet, captions, row=row, height=32)

    def _keys(self, sheet: Any, row: int, number: int, target: Target) -> None:
        looks = self.book.looks
        sheet.write_string(row, 0, target.target_id, looks.text)
        sheet.write_number(row, 1, number, looks.centred)
        sheet.write_string(row, 2, self.catalog.indicators[target.indicator_id].name.zh, looks.text)
        sheet.write_string(row, 3, words()["units"][target.unit], looks.centred)

    def _whole(self, sheet: Any, row: int, target: Target, value: float | None) -> None:
        """The plan's own number, locked; where it has none the city may state it."""
        if value is None:
            stated = self.answers.cells.get((sheet.get_name(), target.target_id, self.plan.area_code))
            sheet.write(row, _WHOLE_COLUMN, stated, self.book.looks.fill_number)
        else:
            sheet.write_number(row, _WHOLE_COLUMN, value, self.book.looks.grey_number)

    def _tasks_of_areas(self, sheet: Any, row: int, target: Target) -> float:
        """The cells to fill, one an area; the sum of what stands in them already."""
        tasks = [
            self.answers.cells.get((sheet.get_name(), target.target_id, area_code)) for area_code in self.areas.values()
        ]
        for column, task in zip(self._area_columns(), tasks, strict=True):
            sheet.write(row, column, task, self.book.looks.fill_number)
        return sum(task for task in tasks if isinstance(task, (int, float)))

    def _check(self, sheet: Any, row: int, target: Target, summed_up: float) -> None:
        """Excel adds up while people type, and the build adds up again; ``summed_up`` is shown until Excel has."""
        looks, texts = self.book.looks, self.texts
        columns = self._area_columns()
        total, check = columns[-1] + 1, columns[-1] + 2
        if not is_summed(target):
            for column in (total, check):
                sheet.write_string(row, column, texts["not_summed"], looks.grey_text)
            return
        tasks = xl_range(row, columns[0], row, columns[-1])
        whole, summed = xl_rowcol_to_cell(row, _WHOLE_COLUMN), xl_rowcol_to_cell(row, total)
        compared = (
            f'IF({summed}>{whole},"{texts["above"]} "&({summed}-{whole}),'
            f'IF({summed}<{whole},"{texts["below"]} "&({whole}-{summed}),"{texts["equal"]}"))'
        )
        sheet.write_formula(row, total, f"=SUM({tasks})", looks.formula, summed_up)
        sheet.write_formula(row, check, f'=IF(OR(COUNT({tasks})=0,{whole}=""),"",{compared})', looks.formula, "")

    def _mark_estimates(self, sheet: Any, codes: list[Code], rules: Mapping[Code, str]) -> None:
        """Estimates look like estimates until a document is named, and beside them stands by what they were made."""
        columns, looks = self._area_columns(), self.book.looks
        marked = self.book.book.add_format({"italic": True, "font_color": _ESTIMATED, "num_format": _ESTIMATED_NUMBER})
        cells = [xl_rowcol_to_cell(FIRST_ROW + row, 1, row_abs=True, col_abs=True) for row in range(2)]
        # A condition reaches another sheet by a name only.
        for name, cell in zip(_DOCUMENT_NAMES, cells, strict=True):
            self.book.book.define_name(name, f"='{document_sheet()}'!{cell}")
        unnamed = '=OR({}="",{}="")'.format(*_DOCUMENT_NAMES)
        rule_column = columns[-1] + 3
        sheet.write_string(HEADER_ROW, rule_column, self.texts["estimated_by"], looks.head_grey)
        for row, code in enumerate(codes, start=FIRST_ROW):
            if code in rules:
                look = {"type": "formula", "criteria": unnamed, "format": marked}
                sheet.conditional_format(row, columns[0], row, columns[-1], look)
                sheet.write_string(row, rule_column, rules[code], looks.grey_text)
        sheet.set_column(columns[0], columns[-1], _ESTIMATED_WIDTH)
        sheet.set_column(rule_column, rule_column, _RULE_WIDTH)

    def _widths(self, has_check: bool) -> list[float]:
        return [0, 5, 38, 8, 10, *([9] * len(self.areas)), *([11, 14] if has_check else [])]

    def _set_up(self, sheet: Any, targets: Iterable[Target], what: str, has_check: bool) -> None:
        columns, rows = self._area_columns(), list(targets)
        for row, target in enumerate(rows, start=FIRST_ROW):
            message = self.texts[f"{what}_message"].format(unit=words()["units"][target.unit])
            name = self.catalog.indicators[target.indicator_id].short.zh
            for first, last in ((_WHOLE_COLUMN, _WHOLE_COLUMN), (columns[0], columns[-1])):
                self._ask_cells(sheet, row, first, last, what, name, message)
        set_up(sheet, self._widths(has_check), frozen_columns=_WHOLE_COLUMN)
        # The code by which a row is known again; people go by the name beside it.
        sheet.set_column(0, 0, 0, None, {"hidden": True})
        if has_check:
            column, last_row = columns[-1] + 2, FIRST_ROW + len(rows) - 1
            below = {"type": "text", "criteria": "begins with", "value": self.texts["below"]}
            sheet.conditional_format(FIRST_ROW, column, last_row, column, below | {"format": self.book.looks.alarm})

    def _ask_cells(self, sheet: Any, row: int, first: int, last: int, what: str, name: str, message: str) -> None:
        cell = xl_rowcol_to_cell(row, first)
        is_number = f"AND(ISNUMBER({cell}),{cell}{'>' if what == 'task' else '>='}0)"
        allowed = f'OR({is_number},{cell}="{self.texts["exempt"]}")' if what == "task" else is_number
        rule = {"validate": "custom", "value": f"={allowed}", "input_title": name[:32], "input_message": message}
        sheet.data_validation(row, first, row, last, rule | self._error(f"{what}_error"))

    def _error(self, key: str) -> dict[str, Any]:
        return {"error_title": self.texts["error_title"], "error_message": self.texts[key], "error_type": "stop"}


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
