"""The reports of the demo: a workbook a quarter, tables a year, of enterprises, districts and departments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path

from etl.inbox import Kind
from etl.sample_answers import Answers
from etl.sample_files import Cell, Sheet, plain, write_csv, write_workbook
from etl.sample_settings import AnswerStory
from etl.sample_world import Enterprise
from tracker.catalog import Catalog
from tracker.catalog_models import Code

_QUARTERS = "一二三四"
_DECEMBER = 12
_NOTE = "注：空白为未报送；全部为虚构示例。"


@dataclass(frozen=True)
class Report:
    """A written report: of whom, and when it came in."""

    path: Path
    kind: Kind
    received_on: dt.date


@dataclass(frozen=True)
class Reporter:
    """Writes reports into a folder."""

    folder: Path
    answers: Answers
    catalog: Catalog

    def write(self, quarter: dt.date) -> Iterator[Report]:
        """The reports of a quarter; with the last one of a year those of the year."""
        yield self._enterprise_quarter(quarter)
        if quarter.month == _DECEMBER:
            quarters = [day for day in self.answers.story.quarters if day.year == quarter.year]
            yield self._enterprise_year(quarter)
            yield self._area_year(quarters)
            yield self._department_year(quarters)

    def _enterprise_quarter(self, quarter: dt.date) -> Report:
        """Key processes, and questions of yes or no: at first one table with headings, later a sheet a district."""
        story, ask = self.answers.story.enterprise_quarter, self.answers
        asked = [answer for answer in story.answers if answer.until is None or quarter <= answer.until]
        header = plain("序号", "企业名称", "统一社会信用代码")
        header += [("关键工序（个）", "关键工序数"), ("关键工序（个）", "其中：数控化关键工序数")]
        header += [("数字化情况（是/否）", answer.caption) for answer in asked]
        by_area = [
            (code, self._enterprise_rows(quarter, asked, list(members)))
            for code, members in groupby(ask.answering(quarter), key=lambda enterprise: enterprise.area)
        ]
        title = f"{story.name}（{_in_words(quarter)}）"
        if quarter >= story.sheets_since:
            sheets = [
                Sheet(self._area(code), [title, f"填报单位：{self._area(code)}"], header, rows, _closing(rows))
                for code, rows in by_area
            ]
        else:
            table: list[list[Cell]] = []
            for code, rows in by_area:
                table += [[f"{self._area(code)}（{len(rows)}家）"], *rows]
            sheets = [Sheet("汇总", [title], header, table, [[_NOTE]])]
        path = self._path(title, "xlsx")
        write_workbook(path, sheets)
        return Report(path, "enterprise_values", self._received_on(quarter))

    def _enterprise_rows(
        self, quarter: dt.date, asked: Sequence[AnswerStory], enterprises: Sequence[Enterprise]
    ) -> list[list[Cell]]:
        ask, odd = self.answers, self.answers.story.enterprise_quarter.unreadable
        levels = [(answer.caption, ask.level(answer.start, answer.end, quarter)) for answer in asked]
        rows: list[list[Cell]] = []
        for number, enterprise in enumerate(enterprises, start=1):
            total, controlled = ask.key_processes(enterprise, quarter)
            is_odd = (number, enterprise.area, quarter) == (1, odd.area, odd.period_end)
            said = [ask.yes_or_no(enterprise, caption, percent) for caption, percent in levels]
            rows.append([*_who(number, enterprise), odd.text if is_odd else total, controlled, *said])
        return rows

    def _enterprise_year(self, quarter: dt.date) -> Report:
        """One table as old systems export it, money in 万元."""
        story, ask, year = self.answers.story.enterprise_year, self.answers, quarter.year
        level = story.years[year]
        captions = [
            "序号",
            "企业名称",
            "统一社会信用代码",
            "所属县区",
            "研发费用（万元）",
            "营业收入（万元）",
            "主营业务收入（万元）",
        ]
        captions += ["有效授权专利数（件）", "知识产权贯标", "市级以上研发机构", "所属产业链"]
        rows: list[list[Cell]] = []
        for number, enterprise in enumerate(ask.answering(quarter), start=1):
            money = ask.money(enterprise, year)
            standard = ask.yes_or_no(enterprise, "standard", level.ip_standard)
            body = ask.yes_or_no(enterprise, "research body", level.research_body)
            said: list[Cell] = [ask.patents(enterprise, year), standard, body, ask.chain(enterprise)]
            amounts = [money.research, money.revenue, money.main]
            rows.append([*_who(number, enterprise), self._area(enterprise.area), *amounts, *said])
        title = f"{story.name}（{year}年度）"
        path = self._path(title, "csv")
        write_csv(path, Sheet("", [title], plain(*captions), rows, [[_NOTE]]))
        return Report(path, "enterprise_values", level.received_on)

    def _area_year(self, quarters: list[dt.date]) -> Report:
        """A workbook of the districts: a sheet for each quarter, and one for the year."""
        story, year = self.answers.story, quarters[-1].year
        path = self._path(f"{story.area_quarter.name}（{year}年）", "xlsx")
        write_workbook(path, [*map(self._area_quarter, quarters), self._area_revenue(quarters[-1])])
        return Report(path, "area_values", story.enterprise_year.years[year].received_on)

    def _area_quarter(self, quarter: dt.date) -> Sheet:
        """All districts in one table; the row of one that does not report stays empty."""
        story, ask = self.answers.story.area_quarter, self.answers
        rows: list[list[Cell]] = []
        sums = [0] * (len(story.counts) + 1)
        for number, code in enumerate(ask.names.areas, start=1):
            counts = [*(ask.count(count, code, quarter) for count in story.counts), ask.officers(code, quarter)]
            if ask.is_silent(code, quarter):
                counts = []
            rows.append([number, self._area(code), *counts])
            sums = [total + more for total, more in zip_longest(sums, counts, fillvalue=0)]
        captions = ["序号", "县区", *(count.caption for count in story.counts), story.officers.caption]
        titles = [f"{story.name}（{_in_words(quarter)}）"]
        closing: list[list[Cell]] = [["合计", None, *sums], [_NOTE]]
        return Sheet(_in_words(quarter), titles, plain(*captions), rows, closing)

    def _area_revenue(self, quarter: dt.date) -> Sheet:
        """The statistics of the year, with a row of the whole city."""
        story, year = self.answers.story.area_quarter.revenue, quarter.year
        amounts = self.answers.revenue_of_areas(year)
        rows: list[list[Cell]] = [[1, story.whole, sum(amounts.values())]]
        if year == story.in_yuan.year:
            amounts[story.in_yuan.area] *= 10_000
        for number, (code, amount) in enumerate(amounts.items(), start=2):
            rows.append([number, self._area(code), None if self.answers.is_silent(code, quarter) else amount])
        titles = [f"规上中小企业经营情况（{year}年度）"]
        return Sheet(f"{year}年度", titles, plain("序号", "县区", story.caption), rows, [[_NOTE]])

    def _department_year(self, quarters: list[dt.date]) -> Report:
        """One value a row, as departments of the city hand it in."""
        story = self.answers.story.city_quarter
        rows: list[list[Cell]] = [
            [_in_words(quarter), count.indicator, count.unit, count.values[place]]
            for place, quarter in enumerate(self.answers.story.quarters)
            if quarter in quarters
            for count in story.counts
        ]
        title = f"{story.name}（{quarters[-1].year}年）"
        path = self._path(title, "xlsx")
        header = plain("报告期", "指标名称", "计量单位", "数值")
        write_workbook(path, [Sheet("报表", [title], header, rows, [[_NOTE]])])
        return Report(path, "area_values", self._received_on(quarters[-1]))

    def _area(self, code: Code) -> str:
        return self.catalog.areas[code].name.zh

    def _path(self, title: str, ending: str) -> Path:
        names = self.answers.names
        return self.folder / f"{self._area(names.city)}{title}{names.mark}.{ending}"

    def _received_on(self, quarter: dt.date) -> dt.date:
        return quarter + dt.timedelta(days=self.answers.story.received_days)


def _closing(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    return [["合计", f"{len(rows)}家"], [_NOTE]]


def _who(number: int, enterprise: Enterprise) -> list[Cell]:
    return [number, enterprise.name, enterprise.uscc]


def _in_words(quarter: dt.date) -> str:
    return f"{quarter.year}年第{_QUARTERS[quarter.month // 3 - 1]}季度"
