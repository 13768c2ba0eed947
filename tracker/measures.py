"""The plans' tasks as their units report on them: who is late, who owes a report, what a unit answers for. Pure.

A row of :func:`judged` is one task and one unit that reports on it. A task stands as its leading unit says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from tracker import text
from tracker.text import word

Row = Mapping[str, Any]
# In the order in which a leader asks: what is late, what nobody reported, then the course of things.
STATUSES = ("delayed", "not_reported", "not_started", "under_way", "done")
CHOICES = ("all", "overdue", *STATUSES, "owed")
# Marks and colours are those of targets: one look for one meaning.
LOOKS = {
    "delayed": "behind",
    "not_reported": "not_reported",
    "not_started": "not_reported",
    "under_way": "on_pace",
    "done": "met",
}


def judged(rows: pl.DataFrame, as_of: dt.date, report_months: int) -> pl.DataFrame:
    """Add ``is_overdue`` and ``is_owed``.

    Overdue: due on or before the day and not reported as done. Owed: nothing was ever reported, or a task that is not
    done was last reported ``report_months`` months before the day or earlier.

    Args:
        rows: as ``queries/plan_tasks.sql``.
        as_of: the day looked at.
        report_months: how often units report, a setting.
    """
    is_open = pl.col("status") != "done"
    # The last day of a month is answered by the last day of another, whatever their lengths.
    limit = pl.lit(as_of).dt.offset_by(f"-{report_months}mo").dt.month_end()
    return rows.with_columns(
        is_overdue=(is_open & (pl.col("due_on") <= as_of)).fill_null(False),
        is_owed=pl.col("reported_on").is_null() | (is_open & (pl.col("reported_on") <= limit)),
    )


def by_task(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per task, as its leading unit says; ``others``: how many more report, ``owing``: who owes a report.

    Where areas lead together, the task stands as the one that is worst off.
    """
    order = pl.col("status").replace_strict({status: place for place, status in enumerate(STATUSES)})
    leading = rows.filter("is_lead").sort(order, maintain_order=True).unique("measure_id", maintain_order=True)
    about = rows.group_by("measure_id", maintain_order=True).agg(
        others=(~pl.col("is_lead")).sum(),
        owing=pl.col("name").filter(pl.col("is_owed")),
        **{f"others_{status}": ((pl.col("status") == status) & ~pl.col("is_lead")).sum() for status in STATUSES},
    )
    return about.join(leading, on="measure_id", how="left", maintain_order="left")


def by_unit(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per unit that reports: how many tasks, how many done, delayed, overdue and owed, and its last report."""
    return rows.group_by("reporter", "name", maintain_order=True).agg(
        tasks=pl.len(),
        leads=pl.col("is_lead").sum(),
        done=(pl.col("status") == "done").sum(),
        delayed=(pl.col("status") == "delayed").sum(),
        overdue=pl.col("is_overdue").sum(),
        owed=pl.col("is_owed").sum(),
        reported_on=pl.col("reported_on").max(),
    )


def narrowed(rows: pl.DataFrame, choice: str) -> pl.DataFrame:
    """The rows of :func:`by_task`, or of one unit, under a choice of :data:`CHOICES`."""
    if choice == "all":
        return rows
    if choice == "overdue":
        return rows.filter("is_overdue")
    if choice == "owed":
        return rows.filter(pl.col("owing").list.len() > 0 if "owing" in rows.columns else "is_owed")
    return rows.filter(pl.col("status") == choice)


def status_counts(rows: pl.DataFrame) -> dict[str, int]:
    """How many tasks stand under each status, zeros included."""
    counts = dict(rows.group_by("status").len().iter_rows())
    return {status: counts.get(status, 0) for status in STATUSES}


def finding(tasks: pl.DataFrame, rows: pl.DataFrame, language: str) -> str:
    """The first line of the page: how many tasks are done, delayed and overdue, and how many units owe a report."""
    counts = status_counts(tasks)
    parts = [word("measures.finding_done", language, total=tasks.height, done=counts["done"])]
    numbers = {"delayed": counts["delayed"], "overdue": int(tasks["is_overdue"].sum())}
    numbers["owing"] = rows.filter("is_owed")["reporter"].n_unique()
    parts += [word(f"measures.finding_{key}", language, number=number) for key, number in numbers.items() if number]
    return word("finding.part_separator", language).join(parts)


def unit_finding(name: str, rows: pl.DataFrame, targets: pl.DataFrame, language: str) -> str:
    """The first line of the page of one unit: its tasks and its targets."""
    parts = [word("measures.unit_tasks", language, total=rows.height, done=int((rows["status"] == "done").sum()))]
    numbers = {"overdue": int(rows["is_overdue"].sum()), "owed": int(rows["is_owed"].sum())}
    parts += [word(f"measures.unit_{key}", language, number=number) for key, number in numbers.items() if number]
    if targets.height:
        met = int((targets["status"] == "met").sum())
        parts.append(word("measures.unit_targets", language, total=targets.height, met=met))
    return word("measures.unit_finding", language, name=name, rest=word("finding.part_separator", language).join(parts))


def targets_of_unit(targets: pl.DataFrame, unit: str, plan_area: str) -> pl.DataFrame:
    """The targets that a unit answers for: an area those handed down to it, a department those that name it.

    Args:
        targets: rows of :func:`tracker.viewing.targets_at` of all areas.
        unit: code of a unit or an area.
        plan_area: the plan's own area, whose targets name departments.
    """
    is_own = pl.col("owner_units").fill_null("").str.split(",").list.contains(unit)
    return targets.filter(
        ((pl.col("area_code") == plan_area) & is_own)
        | ((pl.col("area_code") == unit) & (pl.col("area_code") != plan_area))
    )


def others_phrase(row: Row, language: str) -> str:
    """How the units beside the leading one stand: ``9 个配合单位：已完成 1，未报送 8``; empty where there are none."""
    if not row["others"]:
        return ""
    said = [
        word("measures.others_part", language, status=word(f"measures.status_{status}", language), number=number)
        for status in STATUSES
        if (number := row[f"others_{status}"])
    ]
    return word("measures.others", language, number=row["others"], rest=text.listed(said, language))


def due_phrase(row: Row, language: str) -> str:
    """The due date that the plan states, or that it states none."""
    return text.day(row["due_on"], language) if row["due_on"] else word("measures.no_due_on", language)


def export_table(rows: pl.DataFrame, served: Mapping[str, str], language: str) -> pl.DataFrame:
    """Tasks by unit as a table to save: every unit that reports, its newest report, the targets served."""
    statuses = {status: word(f"measures.status_{status}", language) for status in STATUSES}
    sections = {printed: text.section(printed, language) for printed in rows["section"].unique()}
    yes = pl.lit(word("measures.marked", language))
    role = pl.when("is_lead").then(pl.lit(word("measures.role_lead", language)))
    columns = {
        "section": pl.col("section").replace(sections),
        "task": pl.col("title"),
        "unit": pl.col("name"),
        "role": role.otherwise(pl.lit(word("measures.role_joint", language))),
        "due": pl.col("due_on"),
        "status": pl.col("status").replace_strict(statuses),
        "overdue": pl.when("is_overdue").then(yes),
        "reported": pl.col("reported_on"),
        "owed": pl.when("is_owed").then(yes),
        "note": pl.col("note"),
        "evidence": pl.col("evidence"),
        "targets": pl.col("measure_id").replace_strict(served, default=None, return_dtype=pl.String),
    }
    return rows.select(shown.alias(word(f"measures.column_{key}", language)) for key, shown in columns.items())


def export_records(records: pl.DataFrame, language: str) -> pl.DataFrame:
    """Events on record as a table to save: rows of ``queries/activity_records.sql``."""
    place = pl.format("{} {}", "sheet", "row")
    columns = [pl.col(name) for name in _RECORD_FIELDS] + [place]
    return records.select(
        shown.alias(word(f"activities.column_{name}", language))
        for name, shown in zip(RECORD_COLUMNS, columns, strict=True)
    )


RECORD_COLUMNS = ("held_on", "kind", "title", "area", "organiser", "participants", "enterprises", "file", "row")
_RECORD_FIELDS = (
    "held_on", "kind", "title", "area_short", "organiser", "participants", "enterprises", "original_name",
)  # fmt: skip
