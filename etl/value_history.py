"""What a report just taken in says that the build in force makes doubtful."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from etl.publish import Builds
from etl.steps import read_sql
from etl.value_questions import questions
from etl.values import ValueRows
from tracker.catalog import Catalog
from tracker.catalog_models import Code


def asked_of_report(rows: ValueRows, area_level: bool, data_folder: Path, catalog: Catalog) -> pl.DataFrame:
    """The values of a report that ask for a reason, alone or against the last values in force.

    Args:
        rows: the judged report.
        area_level: whether areas or enterprises state the values.
        data_folder: where the builds lie; without a build the report is compared with itself only.
        catalog: bounds of the measures.

    Returns:
        One row per question: question, name, measure, period_end, value, compared_with, sheet, row, column.
    """
    accepted = rows.accepted.with_row_index("value_no")
    subjects, before = _history(rows, area_level, data_folder)
    own = accepted.select(
        "value_no",
        "measure",
        "period_end",
        "value",
        "is_fraction",
        subject=subjects.gather(accepted["who"]),
        order=pl.lit(1),
        is_asked=pl.lit(True),
    )
    earlier = before.select(
        pl.lit(None, pl.UInt32).alias("value_no"),
        pl.col("measure").cast(accepted.schema["measure"], strict=False),
        "period_end",
        "value",
        is_fraction=pl.lit(False),
        subject="subject",
        order=pl.lit(0),
        is_asked=pl.lit(False),
    ).filter(pl.col("measure").is_not_null())
    found = questions(pl.concat([own, earlier]), catalog)
    asked = found.join(accepted, on="value_no", how="left", maintain_order="left")
    names = rows.who.select(pl.coalesce("name", pl.col("uscc_clean").cast(pl.String), "area_code").alias("name"))[
        "name"
    ]
    return asked.with_columns(name=names.gather(asked["who"])).select(
        "question", "name", "measure", "period_end", "value", "compared_with", "sheet", "row", "column"
    )


def _history(rows: ValueRows, area_level: bool, data_folder: Path) -> tuple[pl.Series, pl.DataFrame]:
    """A number for each of ``rows.who``, and the values in force of those that the build knows."""
    key: Code = "area_code" if area_level else "person"
    uscc = pl.col("uscc_clean").cast(pl.String)
    who = rows.who.select(area_code="area_code", person=pl.coalesce(uscc, "name_key"), name_key="name_key", uscc=uscc)
    number = who.select(pl.col(key).rank("dense").cast(pl.Int64).alias("subject"))["subject"]
    current = Builds(data_folder).current()
    nothing = pl.DataFrame(
        schema={"subject": pl.Int64, "measure": pl.String, "period_end": pl.Date, "value": pl.Float64}
    )
    if current is None:
        return number, nothing
    asked = who.with_columns(subject=number).unique()
    query = "area_values_in_force" if area_level else "enterprise_values_in_force"
    with duckdb.connect(str(Builds(data_folder).path(current)), read_only=True) as connection:
        connection.register("asked", asked.to_arrow())
        return number, connection.sql(read_sql(query)).pl().cast(nothing.schema)
