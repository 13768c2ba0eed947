"""The outlook at build time: the counting SQL behind it, the settings, and its tables of schema ``mart``."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import polars as pl

from etl.steps import load, read_sql
from tracker.outlook import Known
from tracker.outlook_rows import outlook
from tracker.progress import Lists

OUTLOOK_COLUMNS = (
    "median",
    "low_50",
    "high_50",
    "low_80",
    "high_80",
    "chance",
    "forecast_model",
    "forecast_points",
)
_PERCENT = 100
_SURVIVAL = ("survival_batch_1", "survival_batch_2", "survival_batch_3", "survival_zhejiang_2022")


def with_outlook(
    connection: duckdb.DuckDBPyConnection,
    rows: pl.DataFrame,
    observations: pl.DataFrame,
    lists: Lists,
    thresholds: Mapping[str, float],
) -> pl.DataFrame:
    """Fill mart.forecast_path, forecast_scenario, hindcast and reliability.

    Args:
        connection: the one through which the titles and values of a build were counted.
        rows: :func:`tracker.progress.assessed`.
        observations: ``mart.observation``.
        lists: lists of new titles.
        thresholds: value by threshold id; those of reviews are read.

    Returns:
        The rows with their outlook (:data:`OUTLOOK_COLUMNS`).
    """
    known = Known(
        entries=connection.sql(read_sql("first_entry")).pl(),
        lists=lists.dates,
        stated=lists.stated,
        inclusions=connection.sql("select * from core.tier_inclusion").pl(),
        plan_areas=connection.sql("select * from core.plan_area").pl(),
        title_ends=connection.sql("select * from title_end").pl(),
        observations=observations,
    )
    tiers = known.inclusions["tier"].unique().to_list()
    pass_rates = {tier: thresholds[f"review_pass_{tier}_percent"] / _PERCENT for tier in tiers}
    survival = {name: thresholds[f"{name}_percent"] / _PERCENT for name in _SURVIVAL}
    found = outlook(rows, known, pass_rates, survival)
    load(connection, "mart.forecast_path", found.path)
    load(connection, "mart.forecast_scenario", found.scenario)
    load(connection, "mart.hindcast", found.hindcast)
    load(connection, "mart.reliability", found.reliability)
    return found.rows
