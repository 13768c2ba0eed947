"""The settings of the demo (data/samples/*.yml) as typed models that refuse unknown keys."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, field_validator

from etl.inbox import Event
from tracker.catalog_models import Code, Model
from tracker.yaml_text import read_yaml

FOLDER = Path(__file__).resolve().parent.parent / "data" / "samples"
Form = Literal["flat", "blocks", "sheets", "province", "csv"]


class AreaStory(Model):
    """A reporting unit: how many enterprises it has and how easily they gain titles."""

    enterprises: int
    strength: float


class WorldStory(Model):
    """Who there is: the seed, the units and the parts of invented names."""

    seed: int
    mark: str
    code_area: str
    issuer: str
    city: Code
    areas: dict[Code, AreaStory]
    first_characters: str
    second_characters: str
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    new_place: str
    chains: tuple[str, ...]


class ListStory(Model):
    """One list: what it states, how it looks, and how the enterprises on it are chosen. No event: a pool.

    ``follows``: the list before it, most of whose enterprises stay.
    """

    name: str
    tier: Code
    event: Event | None = None
    batch: str | None = None
    on: dt.date
    received: int = 5
    window: tuple[dt.date, dt.date] | None = None
    cohort: int | None = None
    holding: Code | None = None
    named_on: str | None = None
    reviews: int | None = None
    follows: str | None = None
    take: int
    form: Form
    blank_row: int | None = None
    has_bad_rows: bool = False
    effect: Literal["rename", "move"] | None = None
    to: Code | None = None

    @property
    def received_on(self) -> dt.date:
        """The day on which the list came in."""
        return self.on + dt.timedelta(days=self.received)

    @property
    def is_final(self) -> bool:
        """Whether the list is the whole: a pool, or the result of a review, a publicity or a recommendation."""
        is_decision = self.event == "recognition" and self.named_on is not None
        return is_decision or self.event in (None, "review_passed")


class LedgerStory(Model):
    """A ledger of all titles up to a day; ``tiers``: what the group of columns of each title is called."""

    name: str
    on: dt.date
    received: int
    tiers: dict[Code, str]

    @property
    def received_on(self) -> dt.date:
        """The day on which the ledger came in."""
        return self.on + dt.timedelta(days=self.received)


class ListsStory(Model):
    """All lists of the demo in the order of their dates, those of one day as they stand; and the ledger."""

    lists: tuple[ListStory, ...] = Field(min_length=1)
    ledger: LedgerStory

    @field_validator("lists")
    @classmethod
    def _in_order(cls, lists: tuple[ListStory, ...]) -> tuple[ListStory, ...]:
        return tuple(sorted(lists, key=lambda story: story.on))


class KeyProcesses(Model):
    """How many key processes an enterprise has, and which share of them is under numerical control."""

    least: int
    most: int
    start: float
    end: float
    spread: float


class AnswerStory(Model):
    """A question of yes or no: how many percent say yes at first and at last, and since when nobody asks."""

    caption: str
    start: float
    end: float
    until: dt.date | None = None


class UnreadableStory(Model):
    """A cell that holds no number."""

    period_end: dt.date
    area: Code
    text: str


class EnterpriseQuarterStory(Model):
    """The quarterly report of enterprises."""

    name: str
    sheets_since: dt.date
    key_processes: KeyProcesses
    answers: tuple[AnswerStory, ...]
    unreadable: UnreadableStory


class YearStory(Model):
    """The levels of one year: percentages, and patents each."""

    received_on: dt.date
    research_percent: float
    patents: float
    ip_standard: float
    research_body: float
    revenue_share: float


class RevenueStory(Model):
    """What enterprises earn, in 万元, and the percentage of it that is their main business.

    ``main_spread`` is how far the highest percentage lies above the lowest, around ``main_percent``.
    """

    least: int
    most: int
    growth_percent: float
    main_percent: float
    main_spread: float


class EnterpriseYearStory(Model):
    """The yearly report of enterprises."""

    name: str
    years: dict[int, YearStory]
    revenue: RevenueStory


class CountStory(Model):
    """A count that districts report: running city totals of the quarters, and where each one stands."""

    caption: str
    totals: tuple[int, ...]
    places: tuple[Code, ...]


class OfficerStory(Model):
    """Service officers for each enterprise."""

    caption: str
    start: float
    end: float


class WrongUnitStory(Model):
    """The district and year whose figure is in 元."""

    area: Code
    year: int


class AreaRevenueStory(Model):
    """The revenue of all larger SMEs of a district; ``whole`` is what the row of the city is called."""

    caption: str
    whole: str
    in_yuan: WrongUnitStory


class AreaQuarterStory(Model):
    """The report of districts."""

    name: str
    counts: tuple[CountStory, ...]
    officers: OfficerStory
    revenue: AreaRevenueStory


class CityCountStory(Model):
    """A figure that a department of the city reports, quarter by quarter."""

    indicator: str
    unit: str
    values: tuple[int, ...]


class CityQuarterStory(Model):
    """The report of the city's departments."""

    name: str
    counts: tuple[CityCountStory, ...]


class ReportStory(Model):
    """All reports of the demo."""

    first_quarter: dt.date
    last_quarter: dt.date
    received_days: int
    answered_percent: float
    silent_after: dict[Code, dt.date]
    lead: dict[Code, float]
    enterprise_quarter: EnterpriseQuarterStory
    enterprise_year: EnterpriseYearStory
    area_quarter: AreaQuarterStory
    city_quarter: CityQuarterStory

    @cached_property
    def quarters(self) -> list[dt.date]:
        """The ends of all quarters."""
        ends = pl.date_range(self.first_quarter, self.last_quarter, "3mo", eager=True)
        return ends.dt.month_end().to_list()


class TargetStory(Model):
    """One document that hands tasks down: a cell for each unit, in the order of the units of the world."""

    file: str
    document_no: str
    decided_on: dt.date
    decided_by: str
    received: int
    baselines: dict[Code, tuple[float, ...]] = Field(default_factory=dict)
    tasks: dict[Code, tuple[float | str | None, ...]]

    @property
    def received_on(self) -> dt.date:
        """The day on which the form came in."""
        return self.decided_on + dt.timedelta(days=self.received)


class TargetsStory(Model):
    """All decomposition forms of the demo."""

    documents: tuple[TargetStory, ...]


class MeasureStory(Model):
    """One form of a unit: by task its status, and in words its progress and its evidence."""

    plan_id: Code
    unit: Code
    area_code: Code | None = None
    day: dt.date
    received: int = 6
    answers: dict[Code, tuple[str, ...]]

    @property
    def received_on(self) -> dt.date:
        """The day on which the form came in."""
        return self.day + dt.timedelta(days=self.received)


class ActivityStory(Model):
    """One sheet of activities, which came in on a ``day``: an event a row, in the order of the columns."""

    plan_id: Code
    day: dt.date
    records: tuple[tuple[dt.date | str | int | None, ...], ...]


class MeasuresStory(Model):
    """All forms of tasks and sheets of activities of the demo."""

    reports: tuple[MeasureStory, ...]
    activities: tuple[ActivityStory, ...]


def world_story() -> WorldStory:
    """Who there is."""
    return WorldStory.model_validate(_read("world.yml"))


def lists_story() -> ListsStory:
    """The lists and the ledger."""
    return ListsStory.model_validate(_read("lists.yml"))


def report_story() -> ReportStory:
    """The reports."""
    return ReportStory.model_validate(_read("reports.yml"))


def targets_story() -> TargetsStory:
    """The tasks of districts and zones."""
    return TargetsStory.model_validate(_read("targets.yml"))


def measures_story() -> MeasuresStory:
    """Status reports and activities."""
    return MeasuresStory.model_validate(_read("measures.yml"))


def _read(name: str) -> object:
    return read_yaml((FOLDER / name).read_text(encoding="utf-8"))
