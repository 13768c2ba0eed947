"""The entries of the catalogue as frozen, typed models that refuse unknown keys."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, Self

from pydantic import Field, model_validator

from tracker.catalog_base import Code as Code
from tracker.catalog_base import Evidence
from tracker.catalog_base import Model as Model
from tracker.catalog_base import Text as Text
from tracker.catalog_rules import ReferenceValue, Rule

Comparator = Literal["ge", "gt", "approx", "range", "full", "le", "lead"]
Basis = Literal["in_force", "ever", "new", "annual", "level", "ratio", "growth", "rank"]
Commitment = Literal["binding", "expected", "aspirational"]
Formula = Literal[
    "tier_count",
    "ratio_of_sums",
    "mean_of_enterprise_ratios",
    "share_of_enterprises",
    "per_enterprise",
    "reported",
    "growth",
    "rank",
]
AreaKind = Literal["province", "city", "county", "zone", "unassigned"]
WHOLE_UNITS = frozenset({"enterprise", "item", "piece", "award", "person", "project", "event", "time"})
MONEY_UNITS = frozenset({"10k_yuan", "100m_yuan"})
SUMMED_BASES = frozenset({"in_force", "ever", "new", "annual", "level"})
NUMBER_UNITS = WHOLE_UNITS | MONEY_UNITS | {"percent", "person_per_enterprise", "index", "rank"}


class Indicator(Model):
    """What is measured, by which formula, over which enterprises.

    ``numerator`` and ``denominator`` name an enterprise measure or a reported value; ``population`` names the
    tier whose holders at the end of the period are asked. ``evidence`` grades the definition: A official text,
    B press, C consultant's page quoting the official text, R general knowledge (a setting, never a truth).
    ``captions`` are the columns under which areas report the value itself; only formula ``reported`` has any.

    Formula ``growth`` compares the numerator, which areas report, with the same period of the year before; with
    ``growth_base_year`` it is the average growth a year since then (年均). Formula ``rank`` is the place of an area
    ``among`` others by the tier count that is its numerator: by titles in force, or by those new in the calendar year
    (``rank_basis``); who is equal shares the better place.
    """

    indicator_id: Code
    name: Text
    short: Text
    unit: Code
    decimals: int = Field(ge=0, le=4)
    direction: Literal["higher", "lower"]
    formula: Formula
    tier: Code | None = None
    population: Code | None = None
    numerator: Code | None = None
    denominator: Code | None = None
    minimum_coverage_percent: float | None = Field(default=None, ge=0, le=100)
    frequency: Literal["event", "month", "quarter", "year"]
    grace_months: int = Field(ge=0, le=24)
    evidence: Evidence
    definition: Text
    caution: Text | None = None
    captions: tuple[str, ...] = ()
    growth_base_year: int | None = Field(default=None, ge=2000, le=2100)
    rank_basis: Literal["in_force", "new"] | None = None
    among: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _fields_fit_growth_and_rank(self) -> Self:
        is_growth, is_rank = self.formula == "growth", self.formula == "rank"
        if is_growth and (self.unit != "percent" or self.denominator or self.population):
            raise ValueError("formula growth is in percent of its numerator, without denominator and population")
        if self.growth_base_year is not None and not is_growth:
            raise ValueError("`growth_base_year` belongs to formula growth, and only there")
        if (self.rank_basis is not None, len(self.among) > 1) != (is_rank, is_rank):
            raise ValueError("`rank_basis` and `among` (two areas at least) belong to formula rank, and only there")
        if is_rank and (self.unit != "rank" or self.direction != "lower"):
            raise ValueError("formula rank is in unit rank, and a lower one is better")
        return self

    @model_validator(mode="after")
    def _fields_fit_the_formula(self) -> Self:
        if (self.formula == "tier_count") != (self.tier is not None):
            raise ValueError("`tier` belongs to formula tier_count, and only there")
        needs_parts = self.formula not in ("tier_count", "reported")
        if needs_parts and self.numerator is None:
            raise ValueError(f"formula {self.formula} needs a numerator")
        if self.formula in ("ratio_of_sums", "mean_of_enterprise_ratios") and self.denominator is None:
            raise ValueError(f"formula {self.formula} needs a denominator")
        asks_holders = self.formula in ("mean_of_enterprise_ratios", "share_of_enterprises", "per_enterprise")
        if asks_holders and self.population is None:
            raise ValueError(f"formula {self.formula} needs a population")
        if self.captions and self.formula != "reported":
            raise ValueError("`captions` belong to formula reported, and only there")
        return self


class Measure(Model):
    """Something that enterprises state of themselves or departments of an area, and under which captions.

    ``accumulates``: the value runs up within a year, or never falls at all. A value below ``minimum`` or above
    ``maximum`` is refused; one above ``plausible_up_to`` asks for a reason, and so does one above the measure that
    it is ``part_of``. Bounds are in ``unit``; yes is 1 and no is 0.
    """

    measure: Code
    name: Text
    level: Literal["enterprise", "area"]
    kind: Literal["number", "yes_no", "text"]
    unit: Code
    accumulates: Literal["within_year", "always"] | None = None
    frequency: Literal["month", "quarter", "year"]
    minimum: float = 0
    maximum: float | None = None
    plausible_up_to: float | None = None
    part_of: Code | None = None
    captions: tuple[str, ...] = ()

    @property
    def is_cumulative(self) -> bool:
        """Whether a later value of the year, or any later value, cannot be smaller."""
        return self.accumulates is not None

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers make sense: what is counted comes in one piece."""
        return self.unit in WHOLE_UNITS

    @model_validator(mode="after")
    def _unit_fits_the_kind(self) -> Self:
        if (self.kind == "number") == (self.unit in ("yes_no", "text")):
            raise ValueError("`unit` is yes_no or text for that kind, and only for it")
        has_bounds = self.maximum is not None or self.plausible_up_to is not None or self.part_of is not None
        if self.kind != "number" and (has_bounds or self.is_cumulative):
            raise ValueError("only a number has bounds and accumulates")
        return self


class AreaEstimate(Model):
    """By what the tasks of areas are estimated where nobody has handed any down.

    ``base``: the enterprises that hold a title (``in_force``) or stand in the pool for it (``pool``); ``tier`` names
    the title and ``counted_on`` the month end of the count.
    """

    base: Literal["in_force", "pool"]
    tier: Code
    counted_on: dt.date

    @model_validator(mode="after")
    def _counted_on_is_a_month_end(self) -> Self:
        if (self.counted_on + dt.timedelta(days=1)).day != 1:
            raise ValueError("`counted_on` is no last day of a month")
        return self


class Target(Model):
    """One figure of a plan, with the words that decide how it is judged.

    ``wording`` is the plan's own qualifier (超过, 左右, 全覆盖 …) and travels with the number. ``assumed`` names
    the fields that the plan does not state. ``value`` is a percentage as 50, a count as 1000. An annual target
    without ``due_on`` stands for one a year, from its start to the end of the plan.
    """

    target_id: Code
    indicator_id: Code
    area_code: Code | None = None
    comparator: Comparator
    value: float
    value_high: float | None = None
    tolerance: float | None = Field(default=None, ge=0)
    unit: Code
    basis: Basis
    starts_on: dt.date | None = None
    due_on: dt.date | None = None
    baseline_on: dt.date | None = None
    baseline_value: float | None = None
    pace_basis: Literal["increment", "total", "none"] | None = None
    commitment: Commitment
    origin: Literal["plan", "entered", "estimated"] = "plan"
    decided_on: dt.date | None = None
    decided_by: str | None = None
    assumed: tuple[str, ...] = ()
    wording: Text
    clause: Text
    section: str
    owner_units: tuple[Code, ...]
    is_headline: bool = False
    area_estimate: AreaEstimate | None = None

    @model_validator(mode="after")
    def _numbers_fit_the_comparator(self) -> Self:
        if (self.comparator == "range") != (self.value_high is not None):
            raise ValueError("`value_high` belongs to comparator range, and only there")
        if self.value_high is not None and self.value_high < self.value:
            raise ValueError("`value_high` lies below `value`")
        if (self.comparator == "approx") != (self.tolerance is not None):
            raise ValueError("comparator approx needs a tolerance, and only it has one")
        if self.comparator == "full" and self.value != 100:
            raise ValueError("comparator full means 100 percent")
        if (self.basis == "rank") != (self.unit == "rank"):
            raise ValueError("basis rank is in unit rank, and only it is")
        if self.starts_on and self.due_on and self.due_on <= self.starts_on:
            raise ValueError("`due_on` does not lie after `starts_on`")
        if self.area_estimate and (self.unit not in WHOLE_UNITS or self.basis in ("ratio", "growth", "rank")):
            raise ValueError("`area_estimate` belongs to numbers of things: ratios and ranks cannot be divided")
        if self.area_estimate and self.area_code is not None:
            raise ValueError("`area_estimate` belongs to the target of the whole area")
        return self


class PlanArea(Model):
    """A reporting unit of a plan: in which group it is ranked and whether it is part of the total."""

    area_code: Code
    rank_group: Literal["total", "county", "zone", "city", "street"]
    is_summed: bool
    sort: int


class Plan(Model):
    """One government plan: its period, its source, its reporting units and its targets.

    ``sort``: its place among the plans; the first is the one that opens.
    """

    plan_id: Code
    sort: int = 0
    name: Text
    short: Text
    area_code: Code
    starts_on: dt.date
    ends_on: dt.date
    is_draft: bool = False
    issued_on: dt.date | None = None
    document_no: str | None = None
    assumed: tuple[str, ...] = ()
    source: Text
    units: dict[Code, Text]
    areas: tuple[PlanArea, ...]
    targets: tuple[Target, ...]
    rules: tuple[Rule, ...] = ()
    references: tuple[ReferenceValue, ...] = ()

    def due_on(self, target: Target) -> dt.date:
        """The target's own due date, else the end of the plan."""
        return target.due_on or self.ends_on

    def starts(self, target: Target) -> dt.date:
        """The target's own start, else the start of the plan."""
        return target.starts_on or self.starts_on


class Area(Model):
    """An administrative area or a zone that reports.

    ``parent_code`` is the unit it reports to, ``located_in`` the area it lies in geographically (高新区 reports
    to the city and lies in 海州区). An abolished area keeps its code with ``valid_to`` and names its successor.
    ``aliases`` are other spellings, former names and bureaus that stand in the area column of real lists.
    ``shares_name_with``: an older area that is called the same; from ``valid_from`` the bare name means either.
    """

    area_code: Code
    parent_code: Code | None = None
    located_in: Code | None = None
    kind: AreaKind
    name: Text
    short: Text
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor: Code | None = None
    shares_name_with: Code | None = None
    sort: int = 0
    aliases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _shares_a_name_from_a_day(self) -> Self:
        if self.shares_name_with is not None and self.valid_from is None:
            raise ValueError("`shares_name_with` needs `valid_from`, the day from which the name means either")
        return self


class TitleVariant(Model):
    """A wording under which a title is printed. The first variant in file order that fits decides.

    ``tier`` None means: looks like a title of ours and is none (pool, expired provincial scheme, support fund).
    """

    variant_id: Code
    pattern: str
    tier: Code | None
    level: Literal["national", "provincial", "city", "district", "any"]
    issuers: tuple[Code, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    evidence: Evidence
    note: Text

    @model_validator(mode="after")
    def _pattern_compiles(self) -> Self:
        try:
            re.compile(self.pattern)
        except re.error as fault:
            raise ValueError(f"pattern is no regular expression: {fault}") from None
        return self


class Batch(Model):
    """One round of recognitions. ``valid_from``/``valid_to`` are the usual window, used only as a hint."""

    batch: Code
    cohort_year: int
    expected_on: dt.date | None = None
    recognised_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    evidence: Evidence


class Tier(Model):
    """A title. ``ladder_rank`` orders the tiers that count in one another; titles beside the ladder have none.

    ``recruits_from`` names the title whose holders are recommended for this one; the first tier of the ladder takes
    them from the cultivation pool and names none.
    """

    tier: Code
    name: Text
    short: Text
    ladder_rank: int | None = None
    recruits_from: Code | None = None
    sort: int
    validity_years: int
    issuer_level: Literal["national", "provincial", "city", "district"]
    evidence: Evidence
    batches: tuple[Batch, ...] = ()


class Threshold(Model):
    """A number that decides a state or a period of grace; printed under every table that depends on it."""

    threshold_id: Code
    value: float
    unit: Code
    name: Text
    source: Text
    evidence: Evidence


class Header(Model):
    """A column that real files have: the field it feeds and the captions under which it appears."""

    field: Code
    captions: tuple[str, ...]
    is_personal: bool = False
