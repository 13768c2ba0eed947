"""What the rules ask for a title, version by version, as entries of the catalogue (``criteria.yml``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from tracker.catalog_base import Code, Evidence, Model, Text

if TYPE_CHECKING:
    from tracker.catalog import Catalog

How = Literal["each", "sum", "mean", "growth", "cagr"]


class Quantity(Model):
    """What a test looks at: a stated measure, or its share of another in percent, over the newest whole years."""

    measure: Code
    per: Code | None = None
    years: int = Field(default=1, ge=1, le=3)
    how: How = "each"

    @property
    def key(self) -> str:
        """One text for one quantity, as the name of its column."""
        return f"{self.measure}/{self.per or ''}/{self.years}/{self.how}"


class Test(Model):
    """One comparison of a criterion: a quantity with a limit, a title that is held, or what nobody reports.

    ``unreported`` says in words what the rules ask for and no file of ours states: it is never met and never failed.
    """

    measure: Code | None = None
    per: Code | None = None
    years: int = Field(default=1, ge=1, le=3)
    how: How = "each"
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None
    holds: Code | None = None
    unreported: Text | None = None

    @property
    def quantity(self) -> Quantity | None:
        """What is compared; None for a title and for what nobody reports."""
        if self.measure is None:
            return None
        return Quantity(measure=self.measure, per=self.per, years=self.years, how=self.how)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if sum(one is not None for one in (self.measure, self.holds, self.unreported)) != 1:
            raise ValueError("a test names a measure, a title or what is unreported, and only one of them")
        limits = sum(limit is not None for limit in (self.at_least, self.at_most, self.below))
        if limits != (self.measure is not None):
            raise ValueError("a measure needs one limit, and only a measure has one")
        return self


class Criterion(Model):
    """One condition of a version of the rules: met where every test of one of its lists is."""

    criterion_id: Code
    name: Text
    short: Text
    is_waived_for_review: bool = False
    any_of: tuple[tuple[Test, ...], ...] = Field(min_length=1)


class RuleVersion(Model):
    """The rules for one title as they stand from a day on. ``reviews_until``: reviews follow them beyond their end."""

    version_id: Code
    tier: Code
    document: Text
    starts_on: dt.date
    ends_on: dt.date | None = None
    reviews_until: dt.date | None = None
    note: Text | None = None
    evidence: Evidence
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _days_follow_one_another(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("`ends_on` lies before `starts_on`")
        return self


def unknown_names(version: RuleVersion, tiers: set[Code], enterprise_measures: set[Code]) -> Iterator[tuple[str, str]]:
    """Titles and measures of a version that the catalogue does not have: the key and what is wrong."""
    if version.tier not in tiers:
        yield "tier", f"unknown tier {version.tier}"
    for criterion in version.criteria:
        for test in (test for tests in criterion.any_of for test in tests):
            if test.holds is not None and test.holds not in tiers:
                yield f"criteria.{criterion.criterion_id}", f"unknown tier {test.holds}"
            for measure in (test.measure, test.per):
                if measure is not None and measure not in enterprise_measures:
                    yield f"criteria.{criterion.criterion_id}", f"enterprises state no measure {measure}"


def rule_faults(catalog: Catalog) -> Iterator[tuple[tuple[str, Code], str, str]]:
    """What is wrong with the rules of batches: section and id of the entry, key, problem."""
    measures = {measure.measure for measure in catalog.measures.values() if measure.level == "enterprise"}
    for version in catalog.rule_versions.values():
        for key, problem in unknown_names(version, set(catalog.tiers), measures):
            yield ("rule_versions", version.version_id), f"rule_versions.{version.version_id}.{key}", problem
