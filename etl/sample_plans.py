"""The demo of the other plans: a ledger of titles, one report and one decomposition form for each, all invented."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import Literal

from pydantic import Field

from etl.form import words
from etl.sample_files import Cell, Sheet, plain, write_workbook
from etl.sample_settings import FOLDER
from etl.sample_world import credit_code
from etl.target_form import Answers, write_targets
from etl.target_tasks import year_sheet
from etl.targets import Document
from tracker.allocation import largest_remainder
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Model, Plan
from tracker.yaml_text import read_yaml

Figure = float | None
# On which day of a year a title is decided, and what its columns of a ledger are called.
_DECIDED = {"innovative": (5, 20), "srdi": (8, 25), "little_giant": (10, 16)}
_LOCAL_DAY, _POOL_DAY = (6, 15), (3, 10)
_TITLES = {"innovative": "创新型中小企业", "srdi": "专精特新中小企业", "little_giant": "国家级“小巨人”"}
# A ladder: who holds the third title gained the first two in the years before.
_YEARS_BEFORE = {"innovative": 0, "srdi": 1, "little_giant": 2}
_COLUMNS = ("认定时间", "有效期至")
_NONE = "—"
_VALID_YEARS = 3
_NOTE = "注：空白为未报送；全部为虚构示例。"
_RECEIVED_DAYS = 20
_LAST_DAY = dt.date(2026, 1, 20)


class TasksStory(Model):
    """One document: tasks by year and target, a cell for each unit in the order of the plan."""

    file: str
    document_no: str
    decided_on: dt.date
    decided_by: str
    years: dict[int, dict[Code, tuple[float | str, ...]]]


class LocalStory(Model):
    """Of those with the lowest title alone: how many first hold a title of the district, how many next are pooled."""

    title: str
    holders: int
    pooled: int


class PlanStory(Model):
    """What one plan's demo tells; years in order, a number of each list for each of them."""

    code_area: str
    years: tuple[int, ...]
    spread: dict[Code, float]
    ledger_area: Code | None = None
    others: dict[Code, int] = Field(default_factory=dict)
    local: LocalStory | None = None
    before: dict[Code, float] = Field(default_factory=dict)
    titles: dict[Code, tuple[int, ...]]
    values: dict[Code, tuple[Figure, ...]]
    units: dict[Code, dict[int, tuple[Figure, ...]]] = Field(default_factory=dict)
    tasks: TasksStory | None = None


class PlansStory(Model):
    """All of them, with the parts of invented names."""

    mark: str
    first_characters: str
    second_characters: str
    trades: tuple[str, ...]
    plans: dict[Code, PlanStory]


@dataclass(frozen=True)
class Written:
    """A file of the demo: what it is, of which area, when it came in."""

    path: Path
    kind: Literal["ledger", "area_values", "targets"]
    area: Code
    received_on: dt.date


def plans_story() -> PlansStory:
    """The settings."""
    return PlansStory.model_validate(read_yaml((FOLDER / "plans.yml").read_text(encoding="utf-8")))


def write_plans(folder: Path, catalog: Catalog) -> Iterator[Written]:
    """Write the files of every plan into a folder."""
    story = plans_story()
    for plan_id, told in story.plans.items():
        writer = _Writer(folder, catalog.plans[plan_id], catalog, story, told)
        yield writer.ledger()
        yield writer.report()
        if told.tasks is not None:
            yield writer.tasks(told.tasks)


def _window(day: dt.date) -> list[Cell]:
    """The day of a title and its last day."""
    return [day.isoformat(), (day.replace(year=day.year + _VALID_YEARS) - dt.timedelta(days=1)).isoformat()]


@dataclass(frozen=True)
class _Writer:
    folder: Path
    plan: Plan
    catalog: Catalog
    names: PlansStory
    story: PlanStory

    def ledger(self) -> Written:
        """All enterprises with the day and the last day of each title: the years before a higher one had the lower."""
        rows: list[list[Cell]] = []
        numbers, brands = count(1), self._brands()
        for tier, by_year in self.story.titles.items():
            for year, gained in zip(self.story.years, by_year, strict=True):
                units = largest_remainder(gained, self.story.spread, list(self.story.spread))
                for code, number in units.items():
                    rows += [self._enterprise(next(numbers), next(brands), code, tier, year) for _ in range(number)]
        for code, number in self.story.others.items():
            years = cycle(self.story.years[:2])
            rows += [
                self._enterprise(next(numbers), next(brands), code, "innovative", next(years)) for _ in range(number)
            ]
        header = plain("序号", "企业名称", "统一社会信用代码", "所属地区")
        header += plain(*(f"{title}{what}" for title in _TITLES.values() for what in _COLUMNS))
        if self.story.local is not None:
            header += plain(*(f"{self.story.local.title}{what}" for what in _COLUMNS), "培育库", "入库时间")
            rows = list(self._with_local(rows, self.story.local))
        area = self.story.ledger_area or self.plan.area_code
        named = self.catalog.areas[area].name.zh
        title = f"{named}优质中小企业梯度培育台账（{self.story.years[-1]}年底）{self.names.mark}"
        path = self.folder / f"{title}.xlsx"
        write_workbook(path, [Sheet("台账", [title], header, rows, [[_NOTE]])])
        return Written(path, "ledger", area, self._received_on(self.story.years[-1]))

    def _enterprise(self, number: int, brand: str, code: Code, tier: Code, year: int) -> list[Cell]:
        area = self.catalog.areas[code]
        name = f"{area.short.zh}{brand}有限公司{self.names.mark}"
        cells: list[Cell] = [number, name, credit_code(self.story.code_area, number), area.name.zh]
        for title in _TITLES:
            before = _YEARS_BEFORE[tier] - _YEARS_BEFORE[title]
            if before < 0:
                cells += [_NONE, _NONE]
                continue
            # A lower title was gained before, or is renewed until the higher one stands.
            day = dt.date(max(year - before, year - _VALID_YEARS + 1), *_DECIDED[title])
            cells += _window(day)
        return cells

    def _with_local(self, rows: list[list[Cell]], local: LocalStory) -> Iterator[list[Cell]]:
        """The rows of a ledger with the district's own title and the pool, for its own enterprises."""
        year, own = self.story.years[-1], {self.catalog.areas[code].name.zh for code in self.story.spread}
        numbers = count()
        for row in rows:
            has_one_title = row[3] in own and row.count(_NONE) == len(_COLUMNS) * (len(_TITLES) - 1)
            number = next(numbers) if has_one_title else local.holders + local.pooled
            title = _window(dt.date(year, *_LOCAL_DAY)) if number < local.holders else [_NONE, _NONE]
            is_pooled = local.holders <= number < local.holders + local.pooled
            yield [*row, *title, *(["是", dt.date(year, *_POOL_DAY).isoformat()] if is_pooled else [_NONE, _NONE])]

    def _brands(self) -> Iterator[str]:
        """Words of names, no two alike within a plan."""
        pairs = [a + b for a in self.names.first_characters for b in self.names.second_characters]
        brands = [pair + trade for pair in pairs for trade in self.names.trades]
        random.Random(self.plan.plan_id).shuffle(brands)
        return iter(brands)

    def report(self) -> Written:
        """One workbook: the figures of the whole one a row, and a sheet of units for every year."""
        rows: list[list[Cell]] = []
        for code, by_year in self.story.values.items():
            measure = self.catalog.measures[code]
            named, unit = measure.name.zh, self._unit(measure.unit)
            rows += [[period, named, unit, value] for period, value in self._periods(code, by_year)]
        sheets = [Sheet("全区", ["重点工作报表"], plain("报告期", "指标名称", "计量单位", "数值"), rows, [[_NOTE]])]
        sheets += [self._of_units(year) for year in self.story.years if self.story.units]
        title = f"{self._area}专精特新重点工作报表（{self.story.years[0]}—{self.story.years[-1]}年）{self.names.mark}"
        path = self.folder / f"{title}.xlsx"
        write_workbook(path, sheets)
        return Written(path, "area_values", self.plan.area_code, self._received_on(self.story.years[-1]))

    def _periods(self, code: Code, by_year: tuple[Figure, ...]) -> Iterator[tuple[str, Figure]]:
        """A figure for every year; what runs up within the year also for its middle."""
        measure = self.catalog.measures[code]
        if code in self.story.before:
            yield f"{self.story.years[0] - 1}年", self.story.before[code]
        for year, value in zip(self.story.years, by_year, strict=True):
            if value is not None and measure.accumulates == "within_year" and measure.frequency != "year":
                yield f"{year}年6月", value // 2
            yield f"{year}年" if measure.frequency == "year" else f"{year}年12月", value

    def _of_units(self, year: int) -> Sheet:
        figures = [by_year[year] for by_year in self.story.units.values()]
        measures = [self.catalog.measures[code] for code in self.story.units]
        captions = [f"{measure.name.zh}（{self._unit(measure.unit)}）" for measure in measures]
        names = [self.catalog.areas[code].name.zh for code in self.story.spread]
        rows: list[list[Cell]] = [
            [number, name, *values] for number, (name, *values) in enumerate(zip(names, *figures, strict=True), start=1)
        ]
        title = f"各单位重点工作报表（{year}年12月）"
        return Sheet(f"{year}年", [title], plain("序号", "地区", *captions), rows, [[_NOTE]])

    def tasks(self, story: TasksStory) -> Written:
        """The filled decomposition form."""
        cells = {
            (year_sheet(year), target_id, area): task
            for year, by_target in story.years.items()
            for target_id, tasks in by_target.items()
            for area, task in zip(self.story.spread, tasks, strict=True)
        }
        document = Document(story.document_no, story.decided_on, story.decided_by)
        written = write_targets(self.folder, self.plan, self.catalog, None, Answers(document, cells))
        path = written.rename(self.folder / f"{self._area}{story.file}{self.names.mark}.xlsx")
        return Written(path, "targets", self.plan.area_code, story.decided_on + dt.timedelta(days=_RECEIVED_DAYS))

    @property
    def _area(self) -> str:
        return self.catalog.areas[self.plan.area_code].name.zh

    def _unit(self, unit: Code) -> str:
        """The word of a form, where it is a unit that reports print; an index and a place have none."""
        return "" if unit in ("index", "rank") else str(words()["units"][unit])

    def _received_on(self, year: int) -> dt.date:
        return min(dt.date(year, 12, 31) + dt.timedelta(days=_RECEIVED_DAYS), _LAST_DAY)
