"""What leaders decide about a target that has come due: which titles count on its day. Dated records, only added to.

By rule the titles in force decide. Another basis is a decision of people, with a day, a name and a reason; it is kept
in the inbox beside the files, printed with the number, and holds from its own day on, so that an earlier meeting's
assessment can be shown again. A later decision takes the place of an earlier one; none is ever removed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from etl.inbox import Inbox, read_record
from etl.refusal import Refusal
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Model

ClosingBasis = Literal["in_force", "decided", "with_publicity"]
_SCHEMA: dict[str, type[pl.DataType]] = {
    "decision_no": pl.Int32,
    "plan_id": pl.String,
    "target_id": pl.String,
    "basis": pl.String,
    "reason": pl.String,
    "decided_by": pl.String,
    "decided_on": pl.Date,
}


class ClosingDecision(Model):
    """Which titles count for a target at its due date: in force; or decided too; or under publicity as well."""

    decision_no: int
    plan_id: Code
    target_id: Code
    basis: ClosingBasis
    reason: str
    decided_by: str
    decided_on: dt.date


@dataclass(frozen=True)
class Decisions:
    """The folder of decisions in the inbox of a data folder: one file each, numbered as they came."""

    data_folder: Path

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return Inbox(self.data_folder).folder / "decisions"

    def all(self) -> list[ClosingDecision]:
        """Every decision in the order in which they were recorded.

        Raises:
            Refusal: where one cannot be read; a build without it would publish another state.
        """
        return [read_record(path, ClosingDecision) for path in sorted(self.folder.glob("*.yml"))]

    def record(
        self,
        catalog: Catalog,
        *,
        plan_id: str,
        target_id: str,
        basis: ClosingBasis,
        reason: str,
        decided_by: str,
        decided_on: dt.date,
    ) -> ClosingDecision:
        """Add one decision. The next build judges by it from its day on.

        Raises:
            Refusal: where there is no such target, it counts no titles, or the day lies ahead.
        """
        _refuse_other_targets(catalog, plan_id, target_id)
        if decided_on > dt.date.today():
            raise Refusal("closing.decision_ahead", {"on": decided_on})
        inbox = Inbox(self.data_folder)
        with inbox.lock():
            decision = ClosingDecision(
                decision_no=len(self.all()) + 1,
                plan_id=plan_id,
                target_id=target_id,
                basis=basis,
                reason=reason,
                decided_by=decided_by,
                decided_on=decided_on,
            )
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{decision.decision_no:05d}.yml"
            inbox.write_record(path, decision.model_dump(mode="json"))
        return decision


def decision_frame(decisions: Iterable[ClosingDecision]) -> pl.DataFrame:
    """``core.closing_decision``: one row per decision."""
    return pl.DataFrame([decision.model_dump() for decision in decisions], schema=_SCHEMA, orient="row")


def _refuse_other_targets(catalog: Catalog, plan_id: str, target_id: str) -> None:
    plan = catalog.plans.get(plan_id)
    if plan is None:
        raise Refusal("form.unknown_plan", {"plan": plan_id, "known": "、".join(catalog.plans)})
    counted = [
        target.target_id
        for target in plan.targets
        if target.basis == "in_force" and catalog.indicators[target.indicator_id].formula == "tier_count"
    ]
    if target_id not in counted:
        raise Refusal("closing.not_counted", {"target": target_id, "known": "、".join(dict.fromkeys(counted))})
