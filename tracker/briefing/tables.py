"""The tables of a briefing: each as numbers for a workbook and as printed text, with its unit and its foot. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from tracker import districts, findings, text
from tracker.findings import Row
from tracker.pace import PACED_BASES
from tracker.text import word

BLANK = "–"
_LEAST_FOR_PERCENT = 10  # a share of fewer than ten says less than the count itself


@dataclass(frozen=True)
class Table:
    """A table with what stands around it.

    ``frame`` holds numbers, ``printed`` the same cells as text, both under the same headings and of equal height.
    ``unit`` stands at the top right; ``wide`` are columns that only a workbook has room for.
    """

    name: str
    caption: str
    unit: str
    frame: pl.DataFrame
    printed: pl.DataFrame
    foot: str
    wide: tuple[str, ...] = ()

    @property
    def numeric(self) -> set[str]:
        """The columns that hold numbers and are set at the right."""
        return {name for name, kind in self.frame.schema.items() if kind.is_numeric()}

    @property
    def narrow(self) -> pl.DataFrame:
        """The printed cells of the columns that a page has room for."""
        return self.printed.drop(self.wide)


class _Rows:
    """Rows under construction: each cell is a raw value and its printed form."""

    def __init__(self, *columns: tuple[str, type[pl.DataType]]) -> None:
        self.schema = dict(columns)
        self.raw: list[list[Any]] = []
        self.said: list[list[str]] = []

    def add(self, *cells: tuple[Any, str]) -> None:
        self.raw.append([value for value, _ in cells])
        self.said.append([shown for _, shown in cells])

    def table(self, name: str, caption: str, unit: str, foot: str, wide: tuple[str, ...] = ()) -> Table:
        frame = pl.DataFrame(self.raw, schema=self.schema, orient="row")
        printed = pl.DataFrame(self.said, schema=dict.fromkeys(self.schema, pl.String), orient="row")
        return Table(name, caption, unit, frame, printed, foot, wide)


def target_table(rows: pl.DataFrame, units: Mapping[str, str], foot: str, language: str) -> Table:
    """Every target of an area in the order of the plan."""
    names = [_column(name, language) for name in ("number", "target_name", "unit", "target", "value", "gap")]
    more = [_column(name, language) for name in ("completion", "lead", "status", "owners", "clause")]
    kinds = [pl.Int64, pl.String, pl.String, pl.Float64, pl.Float64, pl.Float64, pl.Float64, pl.Float64]
    built = _Rows(*zip([*names, *more], [*kinds, pl.String, pl.String, pl.String], strict=True))
    for number, row in enumerate(rows.iter_rows(named=True), start=1):
        owners = text.listed(findings.owners(row, units), language)
        unit = word(f"unit.{row['unit']}.name", language)
        built.add(
            (number, str(number)),
            (row["name"], row["name"]),
            (unit, unit),
            *_progress_cells(row, language),
            (owners, owners),
            (row["clause"], row["clause"] or BLANK),
        )
    title = word("briefing.table_targets", language)
    foot = _with_doubts(foot, ((row["name"], row) for row in rows.iter_rows(named=True)), language)
    codes = rows["unit"].to_list()
    return _progress_table(built, title, title, codes, foot, language, (more[-2], more[-1]))


def comparison_table(
    target: Row, whole: Sequence[Row], rows: pl.DataFrame, areas: pl.DataFrame, foot: str, language: str
) -> Table:
    """The areas on one target: the whole first, counties in administrative order, then zones."""
    names = [_column(name, language) for name in ("area", "target", "value", "gap", "completion", "lead", "status")]
    kinds = [pl.String, pl.Float64, pl.Float64, pl.Float64, pl.Float64, pl.Float64, pl.String]
    built = _Rows(*zip([*names, _column("rank", language)], [*kinds, pl.Int64], strict=True))
    ranked = {row["area_code"]: row for row in rows.iter_rows(named=True)}
    shown = [
        *((row, None) for row in whole),
        *((ranked[code], ranked[code]["rank"]) for code in areas["area_code"] if code in ranked),
    ]
    for row, rank in shown:
        built.add(
            (row["area_short"], row["area_short"]),
            *_progress_cells(row, language),
            (rank, BLANK if rank is None else str(rank)),
        )
    groups = districts.groups_in_words(areas, language)
    foot = _with_doubts(foot, ((row["area_short"], row) for row, _ in shown), language)
    caption = word("briefing.table_areas_of", language, target=target["name"], groups=groups)
    return _progress_table(built, str(target["short"]), caption, [target["unit"]], foot, language)


def _with_doubts(foot: str, rows: Iterable[tuple[str, Row]], language: str) -> str:
    """The foot of a table with the rows whose value may rest on a mistaken unit: a workbook has bare numbers."""
    names = [name for name, row in rows if row.get("doubtful_values")]
    if not names:
        return foot
    doubts = word("briefing.foot_doubtful", language, names=text.listed(names, language))
    return word("briefing.foot_separator", language).join([foot, doubts])


def _progress_table(
    built: _Rows, name: str, caption: str, units: Sequence[str], foot: str, language: str, wide: tuple[str, ...] = ()
) -> Table:
    """A table of progress cells; a page has no room for shares and leads that no row has, and says what a lead is."""
    table = built.table(name, caption, "", foot, wide)
    share, lead = (_column(column, language) for column in ("completion", "lead"))
    empty = tuple(column for column in (share, lead) if table.printed[column].is_in([BLANK]).all())
    has_lead = lead not in empty
    unit = unit_line(units, language, "unit_progress" if has_lead else "unit")
    if has_lead:
        foot = word("briefing.foot_separator", language).join([foot, word("briefing.foot_lead", language)])
    return replace(table, unit=unit, foot=foot, wide=wide + empty)


def _progress_cells(row: Row, language: str) -> list[tuple[Any, str]]:
    """Target, value, gap, completion in percent, points ahead of the pace, state."""
    value = None if row["status"] == "not_reported" else row["value"]
    decimals, aim = row["decimals"], row["target_value"]
    is_share = row["basis"] in PACED_BASES and aim is not None and aim >= _LEAST_FOR_PERCENT
    completion = (
        round(100 * row["completion"], 9) if value is not None and is_share and row["completion"] is not None else None
    )
    lead = None if value is None else row["lead_points"]
    # Met is met: "about 5" with 4 lacks nothing, and a surplus is no negative shortfall.
    gap = None if value is None or row["status"] == "met" else row["gap"]
    state = word(f"status.{row['status']}", language)
    note = text.state_note(row["state"], language)
    label = word("briefing.estimated", language) if row["origin"] == "estimated" else ""
    return [
        (aim, findings.bare_target(row, language) + label),
        (
            value,
            BLANK if value is None else findings.marked(row, text.number(value, decimals, language, aim), language),
        ),
        (gap, findings.short_gap(row, language, "briefing") if gap else BLANK),
        (completion, BLANK if completion is None else text.number(completion, 1, language, 100)),
        (lead, BLANK if lead is None else districts.signed(lead, language)),
        (state, state if note is None else word("briefing.state_note", language, state=state, note=note)),
    ]


def count_table(targets: pl.DataFrame, areas: pl.DataFrame, foot: str, language: str) -> Table | None:
    """How many targets of each area stand under each of the six words; None where no area but the whole has any."""
    with_task = areas.filter(pl.col("area_code").is_in(targets["area_code"].unique().to_list()))
    if with_task.height < 2:
        return None
    states = list(findings.count_words(targets, language).values())
    columns = [_column("area", language), _column("total", language), *states]
    built = _Rows(*zip(columns, [pl.String, *[pl.Int64] * (1 + len(states))], strict=True))
    for code, short in areas.select("area_code", "short").iter_rows():
        rows = targets.filter(pl.col("area_code") == code)
        counts = [rows.height, *findings.status_counts(rows).values()]
        exempt = word("overview.no_task", language)
        cells = [(number, str(number)) for number in counts] if rows.height else _blanks(len(counts), exempt)
        built.add((short, short), *cells)
    title = word("briefing.table_area_counts", language, groups=districts.groups_in_words(areas, language))
    return built.table(title, title, word("briefing.unit_targets", language), foot)


def _blanks(number: int, first: str) -> list[tuple[Any, str]]:
    return [(None, first), *[(None, BLANK)] * (number - 1)]


def history_table(row: Row, months: pl.DataFrame, foot: str, language: str) -> Table:
    """The months of a target: actual, pace, target."""
    names = [_column(name, language) for name in ("month", "value", "expected", "target")]
    built = _Rows(*zip(names, [pl.Date, pl.Float64, pl.Float64, pl.Float64], strict=True))
    for month in months.iter_rows(named=True):
        amounts = [month[name] for name in ("value", "expected_value", "target_value")]
        built.add(
            (month["as_of"], text.month(month["as_of"], language)),
            *((amount, _number(amount, row, language)) for amount in amounts),
        )
    caption = word("briefing.table_history", language, target=row["name"])
    unit = unit_line([row["unit"]], language)
    return built.table(str(row["short"]), caption, unit, foot)


def expiry_table(rows: pl.DataFrame, areas: pl.DataFrame, tiers: pl.DataFrame, foot: str, language: str) -> Table:
    """How many titles of each tier end in the next twelve months, by area."""
    built = _Rows((_column("area", language), pl.String), *((name, pl.Int64) for name in tiers["name"]))
    for code, short in areas.select("area_code", "short").iter_rows():
        here = rows.filter(pl.col("area_code") == code)
        if here.height:
            built.add((short, short), *_titles(here, tiers, language))
    return built.table(*_expiry_words("areas", language), foot)


def expiry_month_table(rows: pl.DataFrame, tiers: pl.DataFrame, foot: str, language: str) -> Table:
    """How many titles of each tier end in each of the next twelve months in which any does."""
    built = _Rows((_column("month", language), pl.Date), *((name, pl.Int64) for name in tiers["name"]))
    for month in rows["month_end"].unique().sort():
        here = rows.filter(pl.col("month_end") == month)
        built.add((month, text.month(month, language)), *_titles(here, tiers, language))
    return built.table(*_expiry_words("months", language), foot)


def _titles(rows: pl.DataFrame, tiers: pl.DataFrame, language: str) -> Iterable[tuple[int, str]]:
    counts = dict(rows.group_by("tier").agg(pl.col("titles").sum()).iter_rows())
    numbers = [counts.get(tier, 0) for tier in tiers["tier"]]
    return [(number, text.number(number, 0, language)) for number in numbers]


def _expiry_words(kind: str, language: str) -> tuple[str, str, str]:
    unit = unit_line(["enterprise"], language)
    return (
        word(f"briefing.table_expiries_{kind}_name", language),
        word(f"briefing.table_expiries_{kind}", language),
        unit,
    )


def forecast_table(rows: Sequence[Row], foot: str, language: str) -> Table:
    """What is expected at the due date, every heading marked 测算."""
    names = [_column(name, language) for name in ("target_name", "unit", "target", "value", "median", "low", "high")]
    kinds = [pl.String, pl.String, *[pl.Float64] * 5]
    built = _Rows(*zip(names, kinds, strict=True))
    for row in rows:
        unit = word(f"unit.{row['unit']}.name", language)
        ahead = [row[name] for name in ("median", "low_80", "high_80")]
        built.add(
            (row["name"], row["name"]),
            (unit, unit),
            (row["target_value"], findings.bare_target(row, language)),
            (row["value"], _number(row["value"], row, language)),
            # As in the sentence: what is expected has no state that rounding could deny.
            *((amount, text.number(amount, row["decimals"], language)) for amount in ahead),
        )
    title = word("briefing.heading_forecast", language)
    return built.table(title, title, unit_line([row["unit"] for row in rows], language), foot)


def annex_table(names: pl.DataFrame, places: pl.DataFrame, title: str, period: str, foot: str, language: str) -> Table:
    """Enterprises by reporting unit in administrative order, higher tiers first."""
    order = places.select("area_code", "short", unit_place="place", unit_code="unit_code")
    shorts = dict(places.select("area_code", "short").iter_rows())
    rows = names.join(order, on="area_code", how="left", maintain_order="left")
    positions = dict(places.select("area_code", "place").iter_rows())
    rows = rows.with_columns(
        district=pl.col("unit_code").replace_strict(shorts, default=pl.col("short")),
        position=pl.col("unit_code").replace_strict(positions, default=pl.col("unit_place")),
    ).sort("position", maintain_order=True)
    columns = [
        _column(name, language) for name in ("number", "area", "enterprise", "tier", "change", "batch", "day", "uscc")
    ]
    kinds = [pl.Int64, pl.String, pl.String, pl.String, pl.String, pl.String, pl.Date, pl.String]
    built = _Rows(*zip(columns, kinds, strict=True))
    for number, row in enumerate(rows.iter_rows(named=True), start=1):
        change = word(f"briefing.change_{row['change']}", language)
        if row["is_derived"]:
            change = word("briefing.change_derived", language, change=change)
        texts = [row["district"], row["name"], row["tier_short"], change, row["batch"]]
        built.add(
            (number, str(number)),
            *((said, said or BLANK) for said in texts),
            (row["changed_on"], f"{row['changed_on']:%Y-%m-%d}"),
            (row["uscc"], row["uscc"] or BLANK),
        )
    return built.table(
        title,
        period,
        unit_line(["enterprise"], language),
        foot,
        (columns[5], columns[7]),
    )


def _number(amount: float | None, row: Row, language: str) -> str:
    """Never rounded onto the target: the state beside it would deny it."""
    return BLANK if amount is None else text.number(amount, row["decimals"], language, row["target_value"])


def unit_line(units: Sequence[str], language: str, key: str = "unit") -> str:
    """``单位：家、%``: every unit that occurs in a table, from their codes."""
    names = [word(f"unit.{unit}.name", language) for unit in dict.fromkeys(units)]
    return word(f"briefing.{key}", language, units=text.listed(names, language))


def _column(name: str, language: str) -> str:
    return word(f"briefing.column_{name}", language)
