"""Deterministic invented data of any size, as the files that a data folder takes in: clearly marked （示例）.

Every enterprise is on the list of innovative SMEs, four in ten on that of SRDI SMEs, one in ten is a little giant:
half as many events again as enterprises. Each answers five questions, one value a row. One credit code in a thousand
is misprinted, so that refusals are part of what is measured.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl
import xlsxwriter

EVENTS_PER_ENTERPRISE = 1.5
VALUES_PER_ENTERPRISE = 5
RECEIVED_ON = dt.date(2025, 12, 31)
AREA = "连云港市"

# Weights of GB 32100 and GB 11714 and the characters that they count, as in etl/clean.py.
_ALPHABET = np.array(list("0123456789ABCDEFGHJKLMNPQRTUWXY"))
_CODE_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_PREFIX = "91320700"
# Reporting units and the share of enterprises that each has.
_AREAS = {
    "海州区": 0.18,
    "赣榆区": 0.15,
    "东海县": 0.16,
    "连云区": 0.08,
    "灌云县": 0.10,
    "灌南县": 0.10,
    "连云港经济技术开发区": 0.12,
    "连云港高新技术产业开发区": 0.05,
    "徐圩新区": 0.03,
    "连云港市云台山风景名胜区": 0.03,
}
_ROUNDS = [dt.date(year, month, 20) for year in range(2021, 2026) for month in (4, 10)]
_MISPRINTED_EVERY = 1_000
# A million enterprises' values: larger files are refused (etl/read_limits.py).
_ROWS_OF_A_FILE = 5_000_000


@dataclass(frozen=True)
class Notice:
    """A list of one tier as a file, and what the person adding it states."""

    path: Path
    tier: str
    rows: int
    area: str

    @property
    def options(self) -> list[str]:
        """The options of ``python -m etl add`` for it."""
        return ["--tier", self.tier, "--event", "recognition", "--on", "2025-10-20", "--area", self.area]


@dataclass(frozen=True)
class Invented:
    """The files of one data folder: notices, and the values of their enterprises."""

    notices: tuple[Notice, ...]
    values: tuple[Path, ...]
    enterprises: int


def credit_codes(numbers: np.ndarray) -> pl.Series:
    """Unified social credit codes with both check digits right, one for each number below a hundred million."""
    organisation = numbers[:, None] // 10 ** np.arange(7, -1, -1) % 10
    check = 11 - (organisation * _ORGANISATION_WEIGHTS).sum(axis=1) % 11
    check_value = np.where(check == 10, np.where(_ALPHABET == "X")[0][0], np.where(check == 11, 0, check))
    prefix = np.tile([int(digit) for digit in _PREFIX], (len(numbers), 1))
    values = np.column_stack([prefix, organisation, check_value])
    last = (31 - (values * _CODE_WEIGHTS).sum(axis=1) % 31) % 31
    characters = _ALPHABET[np.column_stack([values, last])]
    return pl.Series("统一社会信用代码", characters.astype("U1").view("U18").ravel())


def write_world(
    folder: Path,
    enterprises: int,
    values: int | None = None,
    area: str = AREA,
    parts: Mapping[str, float] = MappingProxyType(_AREAS),
) -> Invented:
    """Write the files of a data folder; the same numbers give the same bytes.

    Args:
        folder: an existing folder.
        enterprises: how many there are; one and a half events each.
        values: how many values in all; five for each enterprise where left out.
        area: what the lists are about.
        parts: its reporting units and the share of enterprises that each has.
    """
    random = np.random.default_rng(20251231)
    number = np.arange(1, enterprises + 1)
    codes = credit_codes(number)
    people = pl.DataFrame(
        {
            "企业名称": pl.select(pl.format("连云港虚构企业{}有限公司（示例）", pl.Series(number)))[:, 0],
            "统一社会信用代码": codes,
            "所属县区": random.choice(np.array(list(parts)), enterprises, p=list(parts.values())),
        }
    )
    order = random.permutation(enterprises)
    holders = {"innovative": enterprises, "srdi": enterprises * 4 // 10, "little_giant": enterprises // 10}
    notices = [
        Notice(folder / f"{tier}.csv", tier, _write_notice(folder / f"{tier}.csv", people[order[:count]], random), area)
        for tier, count in holders.items()
    ]
    written = _write_values(folder, codes, VALUES_PER_ENTERPRISE * enterprises if values is None else values, random)
    return Invented(tuple(notices), written, enterprises)


def write_champions(folder: Path, world: Invented, rows: int) -> Notice:
    """A further list of a world: so many of its enterprises become champions."""
    some = pl.read_csv(world.notices[0].path, n_rows=rows, infer_schema=False)
    path = folder / "champion.csv"
    some.write_csv(path)
    return Notice(path, "champion", rows, world.notices[0].area)


def _write_notice(path: Path, people: pl.DataFrame, random: np.random.Generator) -> int:
    """A list whose rows state their own days, of ten rounds in five years."""
    days = pl.Series("day", _ROUNDS, dtype=pl.Date)[random.integers(0, len(_ROUNDS), people.height)]
    is_misprinted = pl.col("序号") % _MISPRINTED_EVERY == _MISPRINTED_EVERY // 2
    code = pl.col("统一社会信用代码")
    people.with_row_index("序号", offset=1).with_columns(
        pl.when(is_misprinted).then(code.str.slice(0, 17) + "?").otherwise(code).alias("统一社会信用代码"),
        days.alias("认定时间"),
        days.alias("有效期起"),
        days.dt.offset_by("3y").dt.offset_by("-1d").alias("有效期止"),
    ).write_csv(path)
    return people.height


def _write_values(folder: Path, codes: pl.Series, count: int, random: np.random.Generator) -> tuple[Path, ...]:
    """One value a row: who, what, when, how much. In as many files as their largest number of rows asks for."""
    processes = random.integers(5, 60, count)
    controlled = (processes * random.uniform(0.2, 1, count)).astype(np.int64)
    asked = np.arange(count) % VALUES_PER_ENTERPRISE
    # Money with one decimal, counts whole: as sheets print them.
    money = random.integers(10_000, 900_000, count)
    of_group = np.arange(count) - asked
    number = pl.DataFrame({"asked": asked, "processes": processes[of_group], "controlled": controlled[of_group]})
    expense = pl.format("{}.{}", pl.Series(money // 100), pl.Series(money % 10))
    revenue = pl.format("{}.{}", pl.Series(money), pl.Series(money % 10))
    texts = number.select(
        pl.Series("企业", (np.arange(count) // VALUES_PER_ENTERPRISE) % len(codes)),
        pl.col("asked").replace_strict(dict(enumerate(_MEASURES)), return_dtype=pl.String).alias("指标"),
        pl.col("asked").replace_strict(dict(enumerate(_PERIODS)), return_dtype=pl.String).alias("报告期"),
        pl.when(pl.col("asked") == 0)
        .then(pl.col("processes").cast(pl.String))
        .when(pl.col("asked") == 1)
        .then(pl.col("controlled").cast(pl.String))
        .when(pl.col("asked") == 2)
        .then(expense)
        .when(pl.col("asked") == 3)
        .then(revenue)
        .otherwise((pl.col("processes") * 2).cast(pl.String))
        .alias("数值"),
    )
    rows = texts.select(codes.gather(texts["企业"]), "指标", "报告期", "数值")
    paths = []
    for place, first in enumerate(range(0, count, _ROWS_OF_A_FILE)):
        paths.append(folder / ("values.csv" if count <= _ROWS_OF_A_FILE else f"values_{place}.csv"))
        rows[first : first + _ROWS_OF_A_FILE].write_csv(paths[-1])
    return tuple(paths)


_MEASURES = ("关键工序数", "数控化关键工序数", "研发费用（万元）", "营业收入（万元）", "有效授权专利数")
_PERIODS = ("2025年第三季度", "2025年第三季度", "2024年", "2024年", "2024年")


def write_workbook(path: Path, rows: int) -> None:
    """A list as a workbook, with real dates, a title above the header and a remark in every row."""
    random = np.random.default_rng(20251231)
    days = pl.Series("认定时间", _ROUNDS, dtype=pl.Date)[random.integers(0, len(_ROUNDS), rows)]
    number = np.arange(1, rows + 1)
    columns = {
        "序号": number.tolist(),
        "企业名称": [f" 连云港虚构企业{i} 有限公司（示例）" for i in number],
        "统一社会信用代码": credit_codes(number).to_list(),
        "所属县区": random.choice(np.array(list(_AREAS)), rows).tolist(),
        "认定时间": days.to_list(),
        "有效期起": days.to_list(),
        "有效期止": days.dt.offset_by("3y").dt.offset_by("-1d").to_list(),
        "备注": [f"虚构 第{i % 7}类" for i in number],
    }
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("名单")
        sheet.write(0, 0, "连云港市创新型中小企业名单（示例）")
        sheet.write_row(1, 0, list(columns))
        for place, row in enumerate(zip(*columns.values(), strict=True), start=2):
            sheet.write_row(place, 0, row)
