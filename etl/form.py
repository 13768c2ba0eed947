"""What a form of ours is: written by the program into a hidden sheet, and known again under any file name.

The hidden sheet says which form it is, of which plan, area and period, from which build, and where its tables stand.
A seal over all of it shows whether somebody edited it. Area and period also stand in the title of every table; people
edit those when they take last quarter's file again, so both must agree.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Self

from pydantic import ValidationError, model_validator

from etl.form_sheet import SEAL, seal, table_entry, tables
from etl.refusal import Refusal
from etl.table import squeezed
from tracker.catalog import CATALOG_DIR, Catalog
from tracker.catalog_models import Code, Model
from tracker.catalog_tasks import Reporter, reporter_name, units_of
from tracker.yaml_text import read_yaml

# Raised with every change of a form that this program could not read back.
FORM_VERSION = 1
FormKind = Literal["report", "targets", "corrections", "tasks", "activities"]
Frequency = Literal["month", "quarter", "year"]
_WORDS = CATALOG_DIR.parent / "forms.yml"
_PERIOD = re.compile(r"(?P<year>20\d\d)(?:Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")
_MONTHS: dict[Frequency, int] = {"month": 1, "quarter": 3, "year": 12}
_QUARTERS = "一二三四"
_VALUE_TABLES = {"enterprise_values", "area_values"}


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The wording of all forms. They are filled in by Chinese offices and exist in Chinese only."""
    content: dict[str, Any] = read_yaml(_WORDS.read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True)
class Period:
    """The period of a report: ``2025Q4``, ``2025-11``, or ``2025`` for the figures of the year alone."""

    code: str
    frequency: Frequency
    ends_on: dt.date

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period that a code names.

        Raises:
            Refusal: where it is no such code.
        """
        code = text.strip().upper()
        found = _PERIOD.fullmatch(code)
        if found is None:
            raise Refusal("form.period", {"period": text})
        quarter, month = found["quarter"], found["month"]
        last_month = int(month) if month else 3 * int(quarter) if quarter else 12
        return cls(code, "month" if month else "quarter" if quarter else "year", _end(int(found["year"]), last_month))

    def asks_for(self, frequency: Frequency) -> bool:
        """Whether figures of this frequency are due: all whose own period ends with this one, of a year its own."""
        if self.frequency == "year":
            return frequency == "year"
        return _MONTHS[frequency] <= _MONTHS[self.frequency] or (
            self.frequency == "quarter" and frequency == "year" and self.ends_on.month == 12
        )

    def end_before(self, frequency: Frequency) -> dt.date:
        """The last day of the period of this frequency before the one that ends with this."""
        months = 12 * self.ends_on.year + self.ends_on.month - 1 - _MONTHS[frequency]
        return _end(months // 12, months % 12 + 1)


def _end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def period_name(frequency: Frequency, ends_on: dt.date) -> str:
    """A period in words, by its last day: 2025年第四季度."""
    if frequency == "year":
        return f"{ends_on.year}年度"
    if frequency == "quarter":
        return f"{ends_on.year}年第{_QUARTERS[(ends_on.month - 1) // 3]}季度"
    return f"{ends_on.year}年{ends_on.month}月"


class Table(Model):
    """A sheet of a form that is filled in: what is read from it, and the row that holds its captions."""

    sheet: str
    kind: Literal["enterprise_values", "area_values", "targets", "corrections", "tasks", "activities"]
    header_row: int


class Form(Model):
    """A form.

    ``report`` asks an area for the values of a period, ``targets`` for the tasks of all areas, ``corrections`` what
    files should have said; its period is the build that it was made from. ``tasks`` asks a ``unit`` how its tasks of
    the plan stand, ``activities`` what events there were.
    """

    form: FormKind
    plan_id: Code
    area_code: Code
    unit: Code | None = None
    period: str
    version: int = FORM_VERSION
    build_id: str
    tables: tuple[Table, ...]

    @model_validator(mode="after")
    def _tables_fit_the_form(self) -> Self:
        kinds = {table.kind for table in self.tables}
        if not self.tables or not kinds <= (_VALUE_TABLES if self.form == "report" else {self.form}):
            raise ValueError("a table of another form")
        if (self.form == "tasks") != (self.unit is not None):
            raise ValueError("`unit` belongs to the form of tasks, and only there")
        return self

    def cells(self) -> list[tuple[str, str]]:
        """The rows of the hidden sheet: what it says of the form, and the seal over it."""
        said = [(name, str(value)) for name in _SAID if (value := getattr(self, name)) is not None]
        said += [table_entry(table.sheet, table.kind, table.header_row) for table in self.tables]
        return [*said, (SEAL, seal(said))]

    def title_line(self, catalog: Catalog) -> str:
        """The line above every table that says whose and of when it is; compared when the form comes back."""
        area = catalog.areas[self.area_code].name.zh
        if self.unit is not None:
            plan = catalog.plans[self.plan_id]
            name = reporter_name(Reporter(self.unit, self.area_code), plan, catalog, "zh")
            return str(words()["tasks"]["title_line"]).format(unit=name, plan=plan.name.zh)
        if self.form != "report":
            return str(words()[self.form]["title_line"]).format(area=area, period=self.period)
        period = Period.parse(self.period)
        named = period_name(period.frequency, period.ends_on)
        return str(words()["report"]["title_line"]).format(area=area, period=named)


_SAID = ("form", "plan_id", "area_code", "unit", "period", "version", "build_id")


def read_form(meta: Mapping[str, Any], file: str, catalog: Catalog) -> Form | None:
    """The form that a parsed file is, None for any other file.

    Raises:
        Refusal: where its hidden sheet was edited or is of a newer program, where the catalogue does not know its
            plan or area, where a table is missing, or where a title says another area or period.
    """
    said = dict(meta.get("form") or {})
    if not said:
        return None
    is_sealed = said.pop(SEAL, None) == seal(said.items())
    version = said.get("version", "")
    if is_sealed and version.isdecimal() and int(version) > FORM_VERSION:
        raise Refusal("form.newer", {"file": file, "version": version})
    found = [{"sheet": sheet, "kind": kind, "header_row": row} for sheet, kind, row in tables(said)]
    try:
        form = Form.model_validate({name: said.get(name) for name in _SAID} | {"tables": found})
    except ValidationError:
        is_sealed = False
    if not is_sealed:
        raise Refusal("form.edited", {"file": file})
    for code, known in ((form.plan_id, catalog.plans), (form.area_code, catalog.areas)):
        if code not in known:
            raise Refusal("form.unknown_code", {"file": file, "value": code})
    if form.unit is not None and form.unit not in units_of(catalog.plans[form.plan_id], catalog):
        raise Refusal("form.unknown_code", {"file": file, "value": form.unit})
    _check_tables(form, meta, file, catalog)
    return form


def _check_tables(form: Form, meta: Mapping[str, Any], file: str, catalog: Catalog) -> None:
    sheets = {sheet["name"]: sheet for sheet in meta["sheets"]}
    expected = form.title_line(catalog)
    for table in form.tables:
        sheet = sheets.get(table.sheet)
        if sheet is None or table.header_row not in sheet["header_rows"]:
            raise Refusal("form.sheet_missing", {"file": file, "sheet": table.sheet})
        found = " ".join(sheet["titles"])
        if squeezed(expected) not in squeezed(found):
            raise Refusal(
                "form.title_differs",
                {"file": file, "sheet": table.sheet, "expected": expected, "found": found or "–"},
            )
