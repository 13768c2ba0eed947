"""The shapes of reporting sheets: which column holds which measure, of which area and period, in which unit.

Three shapes are read. Wide: one row an enterprise or area, one column a measure. Crossed: one row an indicator, one
column an area or a period. Long: one value a row, with columns 指标 and 数值. A column is what its caption says as a
whole; what no measure is called stays unread and is named, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from etl.areas import AreaResolver
from etl.inbox import Reading
from etl.periods import Span, parse_span, spans_in, without_periods
from etl.quantities import Unit, dimension_of, money_exponent, unit_of, units_in_caption, units_in_line
from etl.table import squeezed
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Measure

PLACE_FIELDS = ("province", "city", "county", "area")
# Columns that say whose value it is, of when and in what: never a value themselves.
_KEY_FIELDS = frozenset(
    {"sequence", "name", "former_name", "uscc", *PLACE_FIELDS, "indicator", "period", "batch", "unit"}
)

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_LEADING = re.compile(
    r"^(?:其中|本年度?|本季度?|本期|本月|当年|当期|报告期|截[至止](?:到|目前|期末|年底|月底|季末)?|[期年季月]末|年底|累计"
    r"|是否|已经|已|企业|专精特新企业|专精特新)"
)
_YEARLESS = re.compile(r"^(?:(?:\d{1,2}[-—–~至到]+)?\d{1,2}月(?:份|底|末)?|(?:前|第)?[一二三四]季度?|[上下]半年)")
_YEAR_CAPTION = re.compile(r"(?:数据|统计|报告|填报|所属)?(?:年度|年份|年)")
_TRAILING = re.compile(r"(?:总数量|总个数|数量|总数|个数|家数|人数|件数|条数|总额|合计|情况|是否|累计|数)$")


@dataclass(frozen=True)
class Named:
    """What a caption or an indicator cell names: a measure, and the unit and period that stand with it.

    ``month``: the last month of a period without a year (1-9月研发费用), which must be that of the sheet; ``months``:
    how many the period lasts.
    """

    measure: Code
    exponent: int | None
    period_end: dt.date | None
    month: int | None
    months: int | None = None


class MeasureNames:
    """The measures of one level by all the captions under which they may stand."""

    def __init__(self, catalog: Catalog, level: str) -> None:
        self._measures = {code: m for code, m in catalog.measures.items() if m.level == level}
        self._codes: dict[str, Code] = {}
        for code, measure in self._measures.items():
            for caption in (code, measure.name.zh, measure.name.en, *measure.captions):
                self._codes.setdefault(_caption_key(caption), code)
        self._known: dict[str, Named | None] = {}

    def read(self, caption: str) -> Named | None:
        """What a caption names, or None. A caption with a unit that does not fit the measure names something else."""
        if caption not in self._known:
            self._known[caption] = self._read(caption)
        return self._known[caption]

    def _read(self, caption: str) -> Named | None:
        levels = caption.split("/")
        spellings = ["".join(levels), *reversed(levels)]
        code = next((self._codes[key] for text in spellings if (key := _caption_key(text)) in self._codes), None)
        if code is None:
            return None
        measure, units = self._measures[code], units_in_caption(caption)
        exponent = column_exponent(measure, units)
        if units and exponent is None:
            return None
        if exponent is None and caption.strip() == code:
            # The name of a measure in the catalogue carries its unit.
            exponent = own_exponent(measure)
        span = _only(spans_in(caption))
        yearless = _YEARLESS.match(squeezed(caption))
        in_some_year = parse_span(f"2000年{yearless[0]}") if yearless else None
        month = in_some_year.ends_on.month if in_some_year else None
        months = next((known.months for known in (span, in_some_year) if known), None)
        return Named(code, exponent, span.ends_on if span else None, month, months)


def own_exponent(measure: Measure) -> int:
    """The power of ten of the measure's own unit: 4 for 万元, 0 for counts and percentages."""
    return money_exponent(measure.unit) or 0


def column_exponent(measure: Measure, units: Iterable[Unit]) -> int | None:
    """The power of ten in which a column states a measure; None where its units do not say it or do not fit."""
    if measure.kind != "number":
        return None
    fitting = {unit.exponent for unit in units if unit.dimension in (dimension_of(measure.unit), None)}
    return fitting.pop() if len(fitting) == 1 else None


# The captions of the catalogue are asked for again with every file.
@lru_cache(maxsize=16_384)
def _caption_key(caption: str) -> str:
    """A caption without what does not change its meaning: brackets, periods, 其中, 本年, 是否, 数, 情况."""
    text = _YEARLESS.sub("", without_periods(_BRACKETS.sub("", squeezed(caption))))
    text = "".join(character for character in text if character.isalnum()).upper()
    for affix in (_LEADING, _TRAILING):
        while (shorter := affix.sub("", text)) not in (text, ""):
            text = shorter
    return text


@dataclass(frozen=True)
class ValueColumn:
    """A column of values. What is None stands in the row: ``measure`` under 指标, ``area_code`` under 地区."""

    index: int
    letter: str
    measure: Code | None = None
    area_code: Code | None = None
    period_end: dt.date | None = None
    exponent: int | None = None
    period_months: int | None = None


@dataclass(frozen=True)
class Layout:
    """How one sheet is read.

    ``fields`` and ``letters``: where the known columns stand. ``period_end``, ``period_months`` and
    ``money_exponent`` hold for what rows and captions leave open. ``unread``: captions that nobody reads.
    """

    sheet: str
    fields: Mapping[str, int]
    letters: Mapping[str, str]
    columns: tuple[ValueColumn, ...]
    period_end: dt.date | None
    money_exponent: int | None
    unread: tuple[str, ...] = ()
    period_months: int | None = None

    @cached_property
    def names_period(self) -> bool:
        """Whether every value of the sheet finds its period."""
        in_rows = "period" in self.fields or "batch" in self.fields
        return in_rows or self.period_end is not None or all(c.period_end for c in self.columns)


@dataclass
class Shapes:
    """Reads the shape of sheets of one kind (``enterprise`` or ``area``), with one memory for all of them."""

    catalog: Catalog
    level: str
    names: MeasureNames = field(init=False)
    _resolver: AreaResolver = field(init=False)

    def __post_init__(self) -> None:
        self.names = MeasureNames(self.catalog, self.level)
        self._resolver = AreaResolver(self.catalog)

    def layout(self, sheet: Mapping[str, Any], reading: Reading | None, scope: Code | None) -> Layout:
        """How a sheet is read.

        Args:
            sheet: its entry in ``meta.json``.
            reading: what a person stated; None while the sheet is only being recognised.
            scope: the area of the report, in which bare names of areas are looked for.
        """
        named = [c for c in sheet["columns"] if c["field"] and not _is_batch(c)]
        fields = {c["field"]: c["index"] for c in named}
        letters = {c["field"]: c["letter"] for c in named}
        letters = {"period": letters["batch"]} | letters if "batch" in letters else letters
        own = sheet_span(sheet)
        period_end = (reading.period_end if reading else None) or (own.ends_on if own else None)
        stated_months = reading.period_months if reading else None
        own_months = own.months if own and own.ends_on == period_end else None
        columns = tuple(self._columns(sheet["columns"], fields, scope, period_end))
        used = {column.index for column in columns}
        unread = (c["header"] for c in sheet["columns"] if c["index"] not in used and not c["field"] and c["header"])
        stated_unit = unit_of(reading.money_unit) if reading and reading.money_unit else None
        return Layout(
            sheet=sheet["name"],
            fields=fields,
            letters=letters,
            columns=columns,
            period_end=period_end,
            money_exponent=stated_unit.exponent if stated_unit else _money_line([*sheet["titles"], *sheet["notes"]]),
            unread=tuple(unread),
            period_months=own_months if stated_months is None else stated_months,
        )

    def _columns(
        self,
        columns: Sequence[Mapping[str, Any]],
        fields: Mapping[str, int],
        scope: Code | None,
        period_end: dt.date | None,
    ) -> Iterable[ValueColumn]:
        is_crossed = "indicator" in fields
        for column in columns:
            index, letter, header = column["index"], column["letter"], column["header"]
            if column["field"] in _KEY_FIELDS or not header:
                continue
            if is_crossed:
                yield from self._crossed(index, letter, header, column["field"] == "value", scope)
            elif (named := self.names.read(header)) is not None and named.month in (
                None,
                period_end and period_end.month,
            ):
                yield ValueColumn(index, letter, named.measure, None, named.period_end, named.exponent, named.months)

    def _crossed(
        self, index: int, letter: str, header: str, is_value: bool, scope: Code | None
    ) -> Iterable[ValueColumn]:
        """A column of values beside a column of indicators: 数值, a period, or an area."""
        span = parse_span(header)
        if is_value or span is not None:
            ends_on, months = span or (None, None)
            yield ValueColumn(index, letter, period_end=ends_on, period_months=months)
        elif self.level == "area" and (code := self._area(header, scope)) is not None:
            yield ValueColumn(index, letter, area_code=code)

    def _area(self, header: str, scope: Code | None) -> Code | None:
        if squeezed(header) in WHOLE_WORDS:
            return scope
        text = header.split("/")[-1]
        resolution = self._resolver.resolve((text,), scope)
        return resolution.area_code if resolution.problem is None else None


def _is_batch(column: Mapping[str, Any]) -> bool:
    """Whether a column is the batch of a title (认定批次, 获评年度) and not the year of the values (年度)."""
    return column["field"] == "batch" and _YEAR_CAPTION.fullmatch(squeezed(column["header"])) is None


# Words for the whole area of the report. 市直 and 市本级 are parts of it and no word for it.
WHOLE_WORDS = frozenset({"全市", "全省", "全区", "全县", "全部", "总体", "全园区"})


def sheet_span(sheet: Mapping[str, Any]) -> Span | None:
    """The one period that titles and name of a sheet speak of."""
    return _only(span for text in (*sheet["titles"], sheet["name"]) for span in spans_in(text))


def _only(spans: Iterable[Span]) -> Span | None:
    """The one period of several mentions: all end on one day; None where they do not."""
    found = set(spans)
    months = {span.months for span in found if span.months is not None}
    if len({span.ends_on for span in found}) != 1:
        return None
    return Span(found.pop().ends_on, max(months, default=None))


def _money_line(texts: Iterable[str]) -> int | None:
    """The one unit of money that a line of the sheet states: 单位：万元."""
    exponents = {unit.exponent for text in texts for unit in units_in_line(text) if unit.dimension == "money"}
    return exponents.pop() if len(exponents) == 1 else None
