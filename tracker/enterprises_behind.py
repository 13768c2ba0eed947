"""What is behind a number: the enterprises, answers or reported cells that add up to it. Pure.

A number is a target in an area on a date under a rule. It is read from ``mart.observation`` as every page reads it;
what is listed here is read from the titles, values and cells themselves, so that the two can be compared.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from tracker import excerpt, warehouse
from tracker.keeping import kept
from tracker.pace import DIRECT_BASES, FLOWS
from tracker.viewing import Rule, counted, doubtful_values

_SAME = 1e-9
_DAYS_OF_A_YEAR = 366
_ANSWERS = {
    "enterprise_id": pl.Int64, "area_code": pl.String, "numerator": pl.Float64, "denominator": pl.Float64,
    "is_counted": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True)
class Definition:
    """The target behind a number and how its indicator is computed."""

    target_id: str
    indicator_id: str
    basis: str
    starts_on: dt.date
    due_on: dt.date
    starts: int
    target_value: float
    name: str
    unit: str
    decimals: int
    formula: str
    tier: str | None
    population: str | None
    numerator: str | None
    denominator: str | None
    numerator_from: str | None
    denominator_from: str | None
    is_count: bool | None
    scale: int | None
    growth_base_year: int | None
    numerator_name: str | None
    denominator_name: str | None
    population_name: str | None

    @property
    def is_title_count(self) -> bool:
        """Whether enterprises with a title are counted, and not values."""
        return self.formula == "tier_count"

    def counted_on(self, as_of: dt.date) -> dt.date:
        """The month end whose number stands for the target: of a year's own task, when that year is over, its last."""
        is_within_a_year = (self.due_on - self.starts_on).days < _DAYS_OF_A_YEAR
        is_yearly = self.basis in FLOWS or (self.starts > 1 and self.basis in DIRECT_BASES)
        if not (is_within_a_year and is_yearly):
            return as_of
        following = (self.due_on.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        return min(as_of, following - dt.timedelta(days=1))

    @property
    def starts_month(self) -> dt.date:
        """The first day of the month in which the target's period begins: flows are booked by month."""
        return self.starts_on.replace(day=1)


@dataclass(frozen=True)
class Behind:
    """What a number of values rests on.

    ``parts``: one row per period value that makes it up; ``answers``: one row per enterprise that was asked;
    ``cells``: one row per reported cell; ``ranking``: one row per area that a place is among, with its ``titles``.
    ``total`` is what they add up to, ``value`` what the pages print. ``doubtful_values``: how many of the values look
    like a mistaken unit.
    """

    value: float | None
    state: str
    parts: pl.DataFrame
    answers: pl.DataFrame
    cells: pl.DataFrame
    total: float | None
    ranking: pl.DataFrame
    doubtful_values: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether the list gives the number."""
        return _is_same(self.total, self.value)


@kept(256)
def definition(build_id: str, plan_id: str, target_id: str, as_of: dt.date, language: str) -> Definition | None:
    """The target behind a number; None where the plan has no such target."""
    found = warehouse.query(
        build_id, "number_definition", plan_id=plan_id, target_id=target_id, as_of=as_of, language=language
    )
    return Definition(**found.row(0, named=True)) if found.height else None


def title_count(build_id: str, number: Definition, area_code: str, as_of: dt.date, rule: Rule) -> float | None:
    """The number of a tier as the pages print it under a rule; None where no list reaches the area."""
    basis = "ever" if rule.basis == "ever" and number.basis == "in_force" else number.basis
    as_of = number.counted_on(as_of)
    found = _observations(build_id, number.indicator_id, area_code, basis, as_of)
    if found.is_empty() or found["period_end"][-1] != as_of or found["value"][-1] is None:
        return None
    if basis == "new":
        return float(found.filter(pl.col("period_end") >= number.starts_month)["value"].sum())
    return float(found.select(counted(rule)).to_series()[-1])


def counted_titles(rows: pl.DataFrame, number: Definition) -> pl.DataFrame:
    """Rows of :func:`tracker.enterprises.standing` with ``is_counted`` as this number counts.

    A target of new titles counts who was recognised for the first time in its period; all other counts are the rule's.
    """
    if number.basis != "new":
        return rows
    in_period = pl.col("first_on").is_between(number.starts_month, number.counted_on(dt.date.max))
    return rows.with_columns(is_counted=(pl.col("is_new") & in_period).fill_null(False))


def titles_rule(number: Definition, rule: Rule) -> Rule:
    """The rule by which the enterprises of a count are listed: flows and totals follow the first title."""
    return Rule(basis="ever") if number.basis in ("new", "ever") else rule


@kept(128)
def values_behind(
    build_id: str, plan_id: str, number: Definition, area_code: str, as_of: dt.date, language: str
) -> Behind:
    """What a ratio, mean, share, growth, place or reported value rests on."""
    as_of = number.counted_on(as_of)
    observed = _observations(build_id, number.indicator_id, area_code, number.basis, as_of)
    shown = observed.filter(pl.col("period_end") == as_of).to_dicts()
    value = _value(observed, number) if shown else None
    parts = _parts(build_id, plan_id, number, area_code, as_of, language, shown[0] if shown else None, value)
    answers = _answers(build_id, number, parts)
    # The same for every area.
    cells = warehouse.read(
        build_id,
        "number_cells",
        indicator_id=number.indicator_id,
        numerator=number.numerator,
        denominator=number.denominator,
        language=language,
    ).join(parts.select("area_code", "period_end"), on=["area_code", "period_end"], how="semi", maintain_order="left")
    ranking = _ranking(build_id, number, as_of, language)
    total = _place(ranking, area_code) if number.formula == "rank" else _total(number, parts, answers)
    state = shown[0]["state"] if shown else "no_data"
    doubtful = doubtful_values(build_id, as_of).filter(
        indicator_id=number.indicator_id, area_code=area_code, basis=number.basis
    )
    in_doubt = int(doubtful["doubtful_values"].sum())
    return Behind(value, state, parts, answers, cells, total, ranking, in_doubt)


def _ranking(build_id: str, number: Definition, as_of: dt.date, language: str) -> pl.DataFrame:
    """The areas that a place is among, best first; empty for any other number."""
    found = warehouse.read(build_id, "number_ranking", indicator_id=number.indicator_id, as_of=as_of, language=language)
    # Who sees one area only would see it first of one.
    return found.clear() if excerpt.is_excerpt(build_id) else found


def _place(ranking: pl.DataFrame, area_code: str) -> float | None:
    """The place once more: one behind everyone who has more; none in a race of one."""
    known = dict(ranking.filter(pl.col("titles").is_not_null()).select("area_code", "titles").iter_rows())
    if area_code not in known or len(known) < 2:
        return None
    return float(1 + sum(titles > known[area_code] for titles in known.values()))


def _observations(build_id: str, indicator_id: str, area_code: str, basis: str, as_of: dt.date) -> pl.DataFrame:
    return warehouse.query(
        build_id, "number_observations", indicator_id=indicator_id, area_code=area_code, basis=basis, as_of=as_of
    )


def _value(observed: pl.DataFrame, number: Definition) -> float | None:
    if number.basis == "new":
        if observed["state"][-1] not in ("ok", "partial"):
            return None  # nobody has told yet: no sum of nothing
        return float(observed.filter(pl.col("period_end") >= number.starts_month)["value"].fill_null(0).sum())
    last: float | None = observed["value"][-1]
    return last


def _parts(
    build_id: str,
    plan_id: str,
    number: Definition,
    area_code: str,
    as_of: dt.date,
    language: str,
    shown: dict[str, Any] | None,
    value: float | None,
) -> pl.DataFrame:
    """The area's own period value where the number is that, else the values of its units."""
    found = warehouse.query(
        build_id,
        "number_parts",
        plan_id=plan_id,
        indicator_id=number.indicator_id,
        area_code=area_code,
        basis=number.basis,
        as_of=as_of,
        language=language,
    )
    if shown is None or value is None:
        return found.clear()
    own, units = found.filter("is_own"), found.filter(~pl.col("is_own"))
    if number.basis == "new":
        in_period = pl.col("period_end") >= number.starts_month
        own, units = own.filter(in_period), units.filter(in_period)
        return own if _is_same(_sum(own["value"]), value) else units
    # The value that holds need not be of the newest period: one that too few have answered yet waits.
    newest = own.filter(pl.col("period_end") == shown["source_period_end"])
    if newest.height and _is_same(newest["value"][0], value):
        return newest
    units = units.filter(pl.col("period_end") == pl.col("held_on"))
    has_part = pl.col("value").is_not_null() if number.is_count else pl.col("denominator").is_not_null()
    units = units.filter(has_part)
    # What is out of date stays out of a sum, unless nothing fresher is left of any unit.
    return units if units["is_stale"].all() else units.filter(~pl.col("is_stale"))


def _answers(build_id: str, number: Definition, parts: pl.DataFrame) -> pl.DataFrame:
    """Who was asked, what each stated, and whether it counts in the formula."""
    if number.population is None:
        return pl.DataFrame(schema=_ANSWERS)
    asked = {
        "numerator": number.numerator if number.numerator_from == "enterprise" else None,
        "denominator": number.denominator if number.denominator_from == "enterprise" else None,
    }
    found = [
        warehouse.query(
            build_id, "number_answers", population=number.population, area_code=area, period_end=period_end, **asked
        )
        for area, period_end in parts.select("area_code", "period_end").iter_rows()
    ]
    has_answered = [pl.col(part).is_not_null() for part, measure in asked.items() if measure is not None]
    if number.formula == "mean_of_enterprise_ratios":
        has_answered.append(pl.col("denominator") > 0)
    is_counted = pl.all_horizontal(*has_answered) if has_answered else pl.lit(True)
    answers = pl.concat([pl.DataFrame(schema=_ANSWERS).drop("is_counted"), *found], how="vertical_relaxed")
    return answers.with_columns(is_counted=is_counted.fill_null(False))


def _total(number: Definition, parts: pl.DataFrame, answers: pl.DataFrame) -> float | None:
    """The formula once more, from what is listed."""
    if parts.is_empty():
        return None
    if number.is_count:
        return _sum(parts["value"])
    scale = number.scale or 1
    counted = answers.filter("is_counted")
    if number.formula == "mean_of_enterprise_ratios":
        mean = counted.select((pl.col("numerator") / pl.col("denominator")).mean()).item()
        return None if mean is None else scale * float(mean)
    top, bottom = fraction(number, parts, answers)
    if top is not None and bottom and number.formula == "growth":
        return float(scale * ((top / bottom) ** (1 / growth_years(number, parts)) - 1))
    if top is not None and bottom:
        return scale * top / bottom
    # A share that was reported as such, without its two parts.
    return _sum(parts["value"]) if parts.height == 1 else None


def growth_years(number: Definition, parts: pl.DataFrame) -> int:
    """Over how many years a growth is averaged: one, or those since its base year."""
    newest: dt.date = parts["period_end"].max()  # type: ignore[assignment]
    return 1 if number.growth_base_year is None else newest.year - number.growth_base_year


def fraction(number: Definition, parts: pl.DataFrame, answers: pl.DataFrame) -> tuple[float | None, float | None]:
    """Numerator and denominator of a ratio, each from where its formula takes it."""
    counted = answers.filter("is_counted")
    if number.numerator_from == "area":
        top = _sum(parts["numerator"])
    elif number.formula == "share_of_enterprises":
        top = float(counted.filter(pl.col("numerator") > 0).height)
    else:
        top = _sum(counted["numerator"])
    if number.denominator_from == "area":
        bottom = _sum(parts["denominator"])
    elif number.denominator_from == "enterprise":
        bottom = _sum(counted["denominator"])
    else:
        bottom = float(counted.height)
    return top, bottom


def narrowed_answers(answers: pl.DataFrame, answered: str) -> pl.DataFrame:
    """All who were asked (empty), those who count (``1``), or those who do not (``0``)."""
    return answers if not answered else answers.filter(pl.col("is_counted") == (answered == "1"))


def _sum(values: pl.Series) -> float | None:
    stated = values.drop_nulls()
    return float(stated.sum()) if len(stated) else None


def _is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _SAME * max(1.0, abs(one), abs(other))
