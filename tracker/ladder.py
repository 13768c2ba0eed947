"""The ladder on a date: stock and moves of every rung by year and area, gaps, expiries; frames and words. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from tracker import findings, text, warehouse
from tracker.candidates import POSSIBLE, with_possible
from tracker.enterprises_moved import EXPIRY_MONTHS
from tracker.findings import Row
from tracker.keeping import kept
from tracker.months import month_end
from tracker.text import word
from tracker.viewing import Rule, counted, lapsed_publicity

COLUMNS = ("stock", "entries", "promotions", "exits")


@dataclass(frozen=True)
class Ladder:
    """Everything the page shows of one rung beside all others.

    ``rungs``: code and short name from the pool upwards. ``now``: rows of ``mart.ladder_move`` inside the area on the
    day; ``years``: of the area itself at the end of each year before. ``targets``: the target of each tier by area.
    ``candidates``: how many stand where, by tier and area. ``expiring``: titles that end within the next months, by
    tier and area. ``areas``: code and name, the whole first. ``doubts``: as ``queries/ladder_doubts.sql``.
    """

    rungs: tuple[tuple[str, str], ...]
    now: pl.DataFrame
    years: pl.DataFrame
    targets: Mapping[tuple[str, str], Row]
    candidates: Mapping[str, pl.DataFrame]
    expiring: Mapping[tuple[str, str], int]
    areas: Sequence[tuple[str, str]]
    doubts: pl.DataFrame

    def move(self, rung: str, area_code: str) -> Row | None:
        """Stock and moves of a rung in an area on the day; None where no list reaches it."""
        return self._moves.get((rung, area_code))

    @cached_property
    def _moves(self) -> dict[tuple[str, str], Row]:
        return {(row["rung"], row["area_code"]): row for row in self.now.filter("is_known").iter_rows(named=True)}

    def standing(self, tier: str, area_code: str) -> dict[str, int]:
        """How many in an area are shown, recommended, in the pool or on the rung below."""
        return with_possible(self._candidates.get((tier, area_code), {}))

    @cached_property
    def _candidates(self) -> dict[tuple[str, str], dict[str, int]]:
        found: dict[tuple[str, str], dict[str, int]] = {}
        for tier, numbers in self.candidates.items():
            for area_code, standing, number in numbers.select("area_code", "standing", "number").iter_rows():
                found.setdefault((tier, area_code), {})[standing] = number
        return found


@kept(8)
def tiers(build_id: str, language: str) -> pl.DataFrame:
    """``tier``, ``name``, ``short``, ``below``: the tiers of the ladder and beside it, lowest first."""
    return warehouse.query(build_id, "ladder_rungs", language=language)


def moves(build_id: str, plan_id: str, area_code: str, as_of: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of ``mart.ladder_move``: inside an area on a date, and of the area itself at the ends of years before."""
    found = warehouse.query(build_id, "ladder_moves", plan_id=plan_id, area_code=area_code, as_of=as_of)
    return found.filter(pl.col("as_of") == as_of), found.filter(pl.col("as_of") < as_of)


def shown_areas(units: pl.DataFrame, now: pl.DataFrame, area_code: str) -> list[tuple[str, str]]:
    """The rows of a table by area: the whole, its units or parts, and what has no unit only where something is."""
    moving = pl.sum_horizontal("entries", "promotions", "exits")
    return areas_of(units, now.select("area_code", value="stock", awaiting=moving, publicity=pl.lit(0)), area_code)


def expiring(build_id: str, plan_id: str, as_of: dt.date) -> dict[tuple[str, str], int]:
    """How many titles end within the next months, by tier and area; those that await review by the end of the wait."""
    rows = warehouse.query(build_id, "expiry", plan_id=plan_id, as_of=as_of)
    soon = rows.filter(pl.col("month_end") <= until(as_of)).group_by("tier", "area_code").agg(pl.col("titles").sum())
    return {(tier, area): titles for tier, area, titles in soon.iter_rows()}


def until(as_of: dt.date) -> dt.date:
    """The last day of the months ahead."""
    return month_end(as_of, EXPIRY_MONTHS)


def targets_by_tier(rows: pl.DataFrame, tier_of: Mapping[str, str]) -> dict[tuple[str, str], Row]:
    """The target of each tier and area: that of the stock where there is one.

    Args:
        rows: as :func:`tracker.viewing.targets_at`, under the rule by which the ladder counts.
        tier_of: the tier of each indicator that counts one.
    """
    found: dict[tuple[str, str], Row] = {}
    for row in rows.sort(pl.col("basis") != "in_force", maintain_order=True).iter_rows(named=True):
        if row["indicator_id"] in tier_of:
            found.setdefault((tier_of[row["indicator_id"]], row["area_code"]), row)
    return found


def doubts(ladder: Ladder, rung: str, area_code: str, as_of: dt.date) -> dict[str, pl.DataFrame]:
    """Who came or went though no list tells when: of all rungs by a day, of one rung on it and by year, for an area."""
    known = pl.concat([ladder.now, ladder.years]).filter("is_known").select("rung", "area_code", "as_of")
    own = ladder.doubts.filter(pl.col("area_code") == area_code).join(
        known, on=known.columns, how="semi", maintain_order="left"
    )
    on_day = own.filter(pl.col("as_of") == as_of)
    return {
        "rungs": on_day,
        "areas": on_day.filter(pl.col("rung") == rung),
        "years": own.filter(pl.col("rung") == rung),
    }


def doubt_lines(ladder: Ladder, doubts: pl.DataFrame, language: str) -> list[str]:
    """One line for each list that leaves open when its enterprises came or went, the highest rung first."""
    return [
        word(
            f"ladder.doubt_{row['kind']}",
            language,
            name=name,
            month=text.month(row["as_of"], language),
            number=text.number(row["enterprises"], 0, language),
            day=text.day(row["listed_on"], language),
        )
        for rung, name in reversed(ladder.rungs)
        for row in doubts.filter(pl.col("rung") == rung).sort("as_of", "listed_on").iter_rows(named=True)
    ]


def finding(ladder: Ladder, rung: str, area_code: str, language: str) -> str:
    """The first line: stock and moves of a rung, its gap, and who could be next."""
    name = dict(ladder.rungs)[rung]
    row = ladder.move(rung, area_code)
    if row is None:
        return word("ladder.finding_unknown", language, name=name)
    numbers = {column: text.number(row[column], 0, language) for column in COLUMNS}
    said = word("ladder.finding", language, name=name, **numbers)
    if doubtful := int(doubts(ladder, rung, area_code, row["as_of"])["areas"]["enterprises"].sum()):
        said += word("ladder.finding_doubt", language, number=text.number(doubtful, 0, language))
    target = ladder.targets.get((rung, area_code))
    if target is None:
        return said
    gap = findings.gap_phrase(target, language)
    said += word("ladder.finding_gap", language, gap=gap) if gap else ""
    possible = ladder.standing(rung, area_code)[POSSIBLE]
    return said + word("ladder.finding_candidates", language, number=text.number(possible, 0, language))


def bar_rows(named: Sequence[tuple[str, Row | None]], language: str) -> pl.DataFrame:
    """The frame of :func:`tracker.charts.ladder.move_bars`.

    Args:
        named: what each row is called, and its row of ``mart.ladder_move``; None where there is no list.
    """
    rows: list[dict[str, Any]] = []
    for name, row in named:
        numbers = [row[column] for column in COLUMNS] if row is not None else [0] * len(COLUMNS)
        labels = [text.number(number, 0, language) for number in numbers]
        rows.append({"name": name, "is_known": row is not None, "numbers": numbers, "labels": labels})
    schema: dict[str, Any] = {"name": pl.String, "is_known": pl.Boolean}
    schema |= {"numbers": pl.List(pl.Int64), "labels": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=schema)


def rung_rows(ladder: Ladder, area_code: str) -> list[tuple[str, Row | None]]:
    """Every rung of an area, the highest first: a ladder is read from its top."""
    return [(name, ladder.move(rung, area_code)) for rung, name in reversed(ladder.rungs)]


def year_rows(ladder: Ladder, rung: str, area_code: str, as_of: dt.date, language: str) -> list[tuple[str, Row | None]]:
    """A rung at the end of each year and on the day, oldest first; a year without a list is None."""
    past = ladder.years.filter(pl.col("rung") == rung).sort("as_of").iter_rows(named=True)
    named = [(text.month(row["as_of"], language), row if row["is_known"] else None) for row in past]
    return [*named, (text.month(as_of, language), ladder.move(rung, area_code))]


def area_rows(ladder: Ladder, rung: str) -> list[tuple[str, Row | None]]:
    """A rung in each area, without the whole."""
    return [(name, ladder.move(rung, code)) for code, name in ladder.areas[1:]]


def export_table(ladder: Ladder, language: str) -> pl.DataFrame:
    """Every rung by area on the day and by year, as a table to save."""
    names, areas = dict(ladder.rungs), dict(ladder.areas)
    rows = pl.concat([ladder.years, ladder.now]).filter(pl.col("is_known") & pl.col("area_code").is_in(list(areas)))
    order = {code: place for place, code in enumerate(areas)}
    rungs = {code: place for place, code in enumerate(names)}
    columns = {
        "rung": pl.col("rung").replace_strict(names),
        "area": pl.col("area_code").replace_strict(areas),
        "year": pl.col("as_of"),
        **{key: pl.col(name) for key, name in _SAVED.items()},
    }
    return rows.sort(pl.col("rung").replace_strict(rungs), pl.col("area_code").replace_strict(order), "as_of").select(
        column.alias(word(f"ladder.column_{name}", language)) for name, column in columns.items()
    )


_SAVED = {
    "before": "stock_before", "entries": "entries", "promotions": "promotions", "exits": "exits", "stock": "stock",
}  # fmt: skip


def tier_counts(build_id: str, area_code: str, as_of: dt.date, rule: Rule) -> pl.DataFrame:
    """One row per tier and area inside an area: ``value`` by the rule, what stands beside it: ``awaiting``,
    ``publicity`` and ``lapsed_publicity``."""
    found = warehouse.query(build_id, "tier_counts", area_code=area_code, as_of=as_of, basis=rule.basis)
    lapsed = lapsed_publicity(build_id, as_of).drop("indicator_id").unique(["tier", "area_code"])
    shown = found.join(lapsed, on=["tier", "area_code"], how="left", maintain_order="left")
    return shown.with_columns(value=counted(rule))


@kept(256)
def lapsed_note(build_id: str, tier: str, area_code: str, as_of: dt.date, language: str) -> list[str]:
    """How many were shown for a tier in an area and never decided, as a sentence; nothing where there is nobody.

    Shared by all sessions, so never changed in place.
    """
    is_asked = (pl.col("tier") == tier) & (pl.col("area_code") == area_code)
    found = lapsed_publicity(build_id, as_of).filter(is_asked)
    number = None if found.is_empty() else found["lapsed_publicity"][0]
    return [word("note.publicity_lapsed", language, number=number)] if number else []


def areas_of(units: pl.DataFrame, counts: pl.DataFrame, whole: str) -> list[tuple[str, str]]:
    """The rows of a table of tiers: the whole, then its units, inside a unit its parts; code and short name.

    Args:
        units: as ``queries/area_units.sql`` of the whole.
        counts: as :func:`tier_counts`; abolished areas and rows without a unit stand there only where they count.
        whole: the code of the viewed area.
    """
    is_unit = units["unit_code"].n_unique() == 1
    level = units.filter(pl.col("area_code") != whole).filter(
        pl.lit(is_unit) | (pl.col("area_code") == pl.col("unit_code"))
    )
    some = counts.filter(pl.sum_horizontal("value", "awaiting", "publicity") > 0)["area_code"].unique()
    shown = level.filter(pl.col("is_unit") | pl.col("area_code").is_in(some.implode()))
    first = units.filter(pl.col("area_code") == whole)
    return list(pl.concat([first, shown]).select("area_code", "short").iter_rows())
