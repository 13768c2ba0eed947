"""What pages and documents read of the outlook: a plan on a date, one target in one area, and whose titles end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from tracker import warehouse

SCORED = ["forecast_model", "horizon_months"]


@dataclass(frozen=True)
class PlanOutlook:
    """``targets``: queries/outlook.sql; ``expiry``: queries/expiry.sql; ``reliability``: queries/reliability.sql."""

    targets: pl.DataFrame
    expiry: pl.DataFrame
    reliability: pl.DataFrame

    @property
    def scores(self) -> pl.DataFrame:
        """See :func:`scores_of`."""
        return scores_of(self.reliability)


def scores_of(reliability: pl.DataFrame) -> pl.DataFrame:
    """One row per model and horizon: forecasts, Brier score and share inside the 80% interval over all chances."""
    weight = pl.col("forecasts")
    return (
        reliability.group_by(SCORED)
        .agg(
            forecasts=weight.sum(),
            brier=(pl.col("brier") * weight).sum() / weight.sum(),
            inside_share=(pl.col("inside_share") * weight).sum() / weight.sum(),
        )
        .sort(SCORED)
    )


@dataclass(frozen=True)
class TargetOutlook:
    """``fan``: queries/forecast.sql; ``scenarios``: forecast_scenarios.sql; ``past``: hindcast.sql."""

    fan: pl.DataFrame
    scenarios: pl.DataFrame
    past: pl.DataFrame


def plan_outlook(build_id: str, plan_id: str, as_of: dt.date) -> PlanOutlook:
    """What to expect of every target of a plan, which titles end in the next two years, and how far to trust it."""
    return PlanOutlook(
        targets=warehouse.query(build_id, "outlook", plan_id=plan_id, as_of=as_of),
        expiry=warehouse.query(build_id, "expiry", plan_id=plan_id, as_of=as_of),
        reliability=warehouse.query(build_id, "reliability", plan_id=plan_id),
    )


def target_outlook(build_id: str, plan_id: str, target_id: str, area_code: str, as_of: dt.date) -> TargetOutlook:
    """The fan, the scenarios and the past forecasts of one target in one area."""
    keys = {"plan_id": plan_id, "target_id": target_id, "area_code": area_code}
    return TargetOutlook(
        fan=warehouse.query(build_id, "forecast", **keys, as_of=as_of),
        scenarios=warehouse.query(build_id, "forecast_scenarios", **keys, as_of=as_of),
        past=warehouse.query(build_id, "hindcast", **keys),
    )
