"""What a plan states beside its targets: rules with their numbers, and figures that it reports."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import model_validator

from tracker.catalog_base import Code, Model, Text


class Figure(Model):
    """A number with its unit that a plan states without asking for it: ``eq`` as it stands, or a bound or span."""

    value: float
    value_high: float | None = None
    unit: Code
    comparator: Literal["eq", "ge", "gt", "le", "range"] = "eq"

    @model_validator(mode="after")
    def _high_belongs_to_a_range(self) -> Self:
        if (self.comparator == "range") != (self.value_high is not None):
            raise ValueError("`value_high` belongs to comparator range, and only there")
        return self


class RuleValue(Figure):
    """One number of a rule: for the holders of a title (``tier``), or what ``label`` says it is."""

    tier: Code | None = None
    label: Text | None = None


class Rule(Model):
    """A reward, ceiling, bonus, class, condition or promise that the plan states and that is no target."""

    rule_id: Code
    kind: Literal["reward", "ceiling", "bonus", "class", "condition", "promise"]
    text: Text
    section: str
    values: tuple[RuleValue, ...] = ()


class ReferenceValue(Figure):
    """A figure that the plan reports: what was there or came in ``starts_on`` to ``ends_on``, as far as it says.

    ``indicator_id``: the indicator whose definition it fits; most fit none.
    """

    reference_id: Code
    text: Text
    section: str
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    indicator_id: Code | None = None
