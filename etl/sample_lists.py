"""The lists and the ledger of the demo in the shapes of real ones: headings, a sheet an area, blank and bad rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path

from etl.sample_files import Cell, Sheet, plain, write_csv, write_workbook
from etl.sample_settings import LedgerStory, ListStory, WorldStory
from etl.sample_world import Enterprise, Line, Listed, Span
from tracker.catalog import Catalog
from tracker.catalog_models import Code

PROVINCE = "320000"
_NUMERALS = "一二三四五六七八九十"
# Enterprises of other cities on lists of the whole province: out of area, and as invented as ours.
_OTHER_CITIES = ("320300", "320800", "320900")
_PER_OTHER_CITY = 6
_YEAR_DIGITS = 4
# The city's own lists print codes; what the province and the ministry publish has none.
_TIERS_WITH_CODES = ("innovative", "champion")


@dataclass(frozen=True)
class ListWriter:
    """Writes lists into a folder."""

    folder: Path
    names: WorldStory
    catalog: Catalog

    def write(self, listed: Listed) -> Path:
        """Write a list in the form that its story names. Returns the file."""
        story, lines = listed.story, listed.lines
        issuer = self._area(PROVINCE if story.form == "province" else self.names.city)
        title = f"{issuer}{story.name}{self.names.mark}"
        if story.form == "csv":
            path = self.folder / f"{title}.csv"
            write_csv(path, self._flat(title, story, lines))
            return path
        path = self.folder / f"{title}.xlsx"
        if story.form == "sheets":
            write_workbook(path, self._sheets(title, lines))
        elif story.form == "blocks":
            write_workbook(path, [self._blocks(title, lines)])
        elif story.form == "province":
            write_workbook(path, [self._province(title, lines)])
        else:
            write_workbook(path, [self._flat(title, story, lines)])
        return path

    def write_ledger(self, story: LedgerStory, enterprises: Iterable[Enterprise]) -> Path:
        """Write a ledger of the titles that some enterprises have gained so far. Returns the file."""
        rows: list[list[Cell]] = []
        for number, enterprise in enumerate(enterprises, start=1):
            row: list[Cell] = [number, enterprise.name, enterprise.uscc, self._area(enterprise.area)]
            for tier in story.tiers:
                spans = [span for span in enterprise.spans if span.tier == tier]
                row += [",".join(map(_statement, spans)) or "—", spans[-1].valid_to.isoformat() if spans else "—"]
            rows.append(row)
        header = plain("序号", "企业名称", "统一社会信用代码", "所属县区")
        header += [(group, caption) for group in story.tiers.values() for caption in ("批次", "有效期至")]
        title = f"{self._area(self.names.city)}{story.name}（{story.on.year}年底）{self.names.mark}"
        path = self.folder / f"{title}.xlsx"
        write_workbook(path, [Sheet("台账", [title], header, rows, [["注：全部为虚构示例。"]])])
        return path

    def _area(self, code: Code) -> str:
        return self.catalog.areas[code].name.zh

    def _flat(self, title: str, story: ListStory, lines: Sequence[Line]) -> Sheet:
        """One table with a column of districts."""
        records = [
            {
                "原企业名称": e.former_name,
                "企业名称": e.name,
                "统一社会信用代码": e.uscc,
                "所属县区": self._area(e.area),
            }
            for e in lines
        ]
        if story.has_bad_rows:
            records = _with_bad_rows(records)
        has_codes = story.event is None or story.tier in _TIERS_WITH_CODES
        left_out = {"统一社会信用代码"} if not has_codes else set()
        left_out |= {"原企业名称"} if story.effect != "rename" else set()
        captions = [caption for caption in records[0] if caption not in left_out]
        # The original counts a row that holds nothing.
        numbers = (number for number in count(1) if number != story.blank_row)
        rows: list[list[Cell]] = [
            [number, *(record[caption] for caption in captions)]
            for number, record in zip(numbers, records, strict=False)
        ]
        if story.blank_row is not None:
            rows.insert(story.blank_row - 1, [])
        closing: list[list[Cell]] = [["合计", f"{len(rows)}家"], ["注：本名单全部为虚构示例。"]]
        return Sheet("名单", [title], plain("序号", *captions), rows, closing)

    def _sheets(self, title: str, lines: Sequence[Line]) -> list[Sheet]:
        """A sheet an area, numbered anew on each."""
        found = []
        for code, members in _by_area(lines):
            rows: list[list[Cell]] = [[number, line.name, line.uscc] for number, line in enumerate(members, start=1)]
            titles = [title, f"填报单位：{self._area(code)}"]
            header = plain("序号", "企业名称", "统一社会信用代码")
            found.append(Sheet(self._area(code), titles, header, rows, [["小计", f"{len(rows)}家"]]))
        return found

    def _blocks(self, title: str, lines: Sequence[Line]) -> Sheet:
        """One table with a heading for each area, numbered anew under each."""
        rows: list[list[Cell]] = []
        for numeral, (code, members) in zip(_NUMERALS, _by_area(lines), strict=False):
            rows.append([f"{numeral}、{self._area(code)}（{len(members)}家）"])
            rows += [[number, line.name] for number, line in enumerate(members, start=1)]
        closing = [[f"注：共{len(lines)}家，全部为虚构示例。"]]
        return Sheet("名单", [title], plain("序号", "企业名称"), rows, closing)

    def _province(self, title: str, lines: Sequence[Line]) -> Sheet:
        """A list of the province: blocks of cities, numbered through, and nobody's district."""
        cities = {self.names.city: [line.name for line in lines]}
        for code in _OTHER_CITIES:
            short = self.catalog.areas[code].short.zh
            cities[code] = [f"{short}外地{n:03d}有限公司{self.names.mark}" for n in range(1, _PER_OTHER_CITY + 1)]
        rows: list[list[Cell]] = []
        numbers = count(1)
        for numeral, (code, names) in zip(_NUMERALS, cities.items(), strict=False):
            rows.append([f"{numeral}、{self._area(code)}（{len(names)}家）"])
            rows += [[next(numbers), name] for name in names]
        total = sum(map(len, cities.values()))
        return Sheet("名单", ["附件", f"{title}（共{total}家）"], plain("序号", "企业名称"), rows)


def _by_area(lines: Iterable[Line]) -> list[tuple[Code, list[Line]]]:
    return [(code, list(group)) for code, group in groupby(lines, key=lambda line: line.area)]


def _with_bad_rows(records: list[dict[str, str | None]]) -> list[dict[str, str | None]]:
    """With a wrong check digit in the second row; at the end an unknown area, no name, and a row printed twice."""
    first, second, third, *others = records
    code = second["统一社会信用代码"] or ""
    second = second | {"统一社会信用代码": code[:-1] + ("1" if code[-1] == "0" else "0")}
    name = (third["企业名称"] or "").replace("有限", "实业有限")
    nobody = {"统一社会信用代码": None}
    bad = [third | nobody | {"企业名称": name, "所属县区": "东山区"}, third | nobody | {"企业名称": None}, first]
    return [first, second, third, *others, *bad]


def _statement(span: Span) -> str:
    """What a ledger writes of one title: 第三批, 2021年, 2022年复核."""
    batch = span.batch or ""
    year = batch if len(batch) == _YEAR_DIGITS else str(span.counts_from.year)
    if span.is_review:
        return f"{year}年复核"
    return f"{batch}年" if batch == year else f"第{_NUMERALS[int(batch) - 1]}批"
