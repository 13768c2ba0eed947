"""Who owes which report: due dates, receipt, lateness, and the words that ask for what is missing.

A row of :func:`reports` is one report: what a unit owes for a period, as enterprises' answers or as figures of its
own; a row of ``queries/due_reports.sql`` is one measure of it. The day looked at is never today's: it is the day up to
which the data go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from tracker import excerpt, measures, text, warehouse
from tracker.months import month_end
from tracker.text import word

Row = Mapping[str, Any]
# What is owed first. ``partial``: some of it came; ``skipped``: it never came, but a later period did, so that nobody
# need ask for it any more.
STATES = ("missing", "partial", "late", "open", "on_time", "skipped")
OWED = ("missing", "partial")
CHOICES = ("all", *STATES)
LEVELS = ("enterprise", "area", "task")
LOOKS = {
    "missing": "missed",
    "partial": "behind",
    "late": "behind",
    "open": "not_reported",
    "on_time": "met",
    "skipped": "not_reported",
}
_KEYS = ["reporter", "reporter_name", "area_code", "level", "frequency", "period_end", "due_on"]
_SHOWN_MEASURES = 4
_MONTHS = 12


@dataclass(frozen=True)
class Due:
    """Every report of the last twelve months, and the day up to which receipts are known."""

    rows: pl.DataFrame
    day: dt.date


def due_at(
    build_id: str,
    plan_id: str,
    as_of: dt.date,
    language: str,
    read: Callable[..., pl.DataFrame] = warehouse.query,
) -> Due:
    """What the units of a plan owe for the periods of twelve months up to a month end.

    Receipts are known up to the day of the build. Of a demonstration the data end earlier, and so does what is due.

    Raises:
        BuildOutdated: an older version wrote the build.
    """
    build = read(build_id, "build").row(0, named=True)
    day: dt.date = build["data_cutoff"] if build["is_demo"] else build["built_at"].date()
    since = month_end(as_of, -_MONTHS)
    asked = {"plan_id": plan_id, "language": language}
    # What a unit owes follows from the targets of the whole plan: an excerpt would know some of it only.
    owed = read(excerpt.whole_id(build_id), "due_reports", since=since, until=min(as_of, day), **asked)
    if excerpt.is_excerpt(build_id):
        owed = owed.filter(pl.col("reporter").is_in(read(build_id, "areas", **asked)["area_code"].implode()))
    rows = reports(owed, day)
    thresholds = read(build_id, "thresholds", language=language)
    months = int(thresholds.filter(pl.col("threshold_id") == "task_report_months")["value"][0])
    tasks = measures.judged(read(build_id, "plan_tasks", as_of=day, **asked), day, months)
    if tasks.height:
        told = task_reports(tasks, day, months)
        rows = pl.concat([rows, told.select(rows.columns).cast(rows.schema)])
    return Due(_worst_first(rows), day)


def reports(asked: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """What units owe, one row a report.

    Args:
        asked: as ``queries/due_reports.sql``.
        day: up to which receipts are known.

    Returns:
        ``reporter``, ``reporter_name``, ``area_code``, ``level``, ``frequency``, ``period_end``, ``due_on``;
        ``asked`` and ``received`` measures, ``missing`` their names; ``enterprises`` asked and ``answered`` by most;
        ``received_on`` (of the last measure that came), ``file_name``; ``state`` (one of :data:`STATES`) and ``days``
        (late, or owed since).
    """
    newest = pl.col("period_end").filter(pl.col("received_on").is_not_null()).max()
    asked = asked.with_columns(newest=newest.over("reporter", "level", "measure"))
    is_missing = pl.col("received_on").is_null()
    is_skipped = is_missing & (pl.col("period_end") < pl.col("newest")).fill_null(False)
    found = asked.group_by(_KEYS, maintain_order=True).agg(
        measures=pl.len().cast(pl.Int64),
        received=(~is_missing).sum().cast(pl.Int64),
        missing=pl.col("measure_name").filter(is_missing & ~is_skipped),
        enterprises=pl.col("asked").max(),
        answered=pl.col("answered").max(),
        received_on=pl.col("received_on").max(),
        file_name=pl.col("file_name").filter(pl.col("received_on") == pl.col("received_on").max()).first(),
    )
    owes = pl.col("missing").list.len() > 0
    is_due = pl.col("due_on") < day
    state = (
        pl.when(owes & is_due)
        .then(_owed())
        .when(owes)
        .then(pl.lit("open"))
        .when(pl.col("received") == 0)
        .then(pl.lit("skipped"))
        .when(pl.col("received_on") > pl.col("due_on"))
        .then(pl.lit("late"))
        .otherwise(pl.lit("on_time"))
    )
    return _with_days(found.with_columns(state=state), day)


def task_reports(rows: pl.DataFrame, day: dt.date, report_months: int) -> pl.DataFrame:
    """The reports on tasks that units owe, one row a unit, with the columns of :func:`reports`.

    Args:
        rows: :func:`tracker.measures.judged` on the day.
        day: the same day.
        report_months: how often units report on their tasks.
    """
    period_end = day if day == _month_end(day) else _month_end(day.replace(day=1) - dt.timedelta(days=1))
    next_due = pl.col("reported_on").min().dt.offset_by(f"{report_months}mo").dt.month_end()
    found = (
        rows.with_columns(newest=pl.col("reported_on").max().over("reporter"))
        .group_by("reporter", "name", maintain_order=True)
        .agg(
            measures=pl.len().cast(pl.Int64),
            received=(~pl.col("is_owed")).sum().cast(pl.Int64),
            missing=pl.col("title").filter(pl.col("is_owed")),
            due_on=pl.col("reported_on").filter(pl.col("is_owed")).min(),
            next_due=next_due,
            received_on=pl.col("reported_on").max(),
        )
    )
    owes = pl.col("missing").list.len() > 0
    nothing = pl.lit(None, pl.Int64)
    return _with_days(
        found.select(
            "reporter",
            reporter_name="name",
            area_code=pl.lit(None, pl.String),
            level=pl.lit("task"),
            frequency=pl.lit("task"),
            period_end=pl.lit(period_end),
            due_on=pl.when(owes)
            .then(pl.col("due_on").dt.offset_by(f"{report_months}mo").dt.month_end())
            .otherwise("next_due"),
            measures="measures",
            received="received",
            missing="missing",
            enterprises=nothing,
            answered=nothing,
            received_on="received_on",
            file_name=pl.lit(None, pl.String),
            state=pl.when(owes).then(_owed()).otherwise(pl.lit("on_time")),
        ),
        day,
    )


def _owed() -> pl.Expr:
    """What a report that is due and not complete is: nothing of it came, or a part."""
    return pl.when(pl.col("received") == 0).then(pl.lit("missing")).otherwise(pl.lit("partial"))


def _with_days(rows: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    since = pl.when(pl.col("state").is_in(OWED)).then(pl.lit(day)).otherwise(pl.col("received_on"))
    is_counted = pl.col("state").is_in([*OWED, "late"])
    days = pl.when(is_counted).then((since - pl.col("due_on")).dt.total_days())
    return _worst_first(rows.with_columns(days=days))


def _worst_first(rows: pl.DataFrame) -> pl.DataFrame:
    order = {state: place for place, state in enumerate(STATES)}
    return rows.sort(pl.col("state").replace_strict(order, return_dtype=pl.Int8), maintain_order=True)


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def counts(rows: pl.DataFrame) -> dict[str, int]:
    """How many reports stand in each state, zeros included."""
    found = dict(rows.group_by("state").len().iter_rows())
    return {state: found.get(state, 0) for state in STATES}


def owing(rows: pl.DataFrame) -> dict[str, str]:
    """The units that owe something that is due, by code: areas as they are numbered, then the others by name."""
    is_area = pl.col("reporter") == pl.col("area_code")
    order = pl.when(is_area).then("area_code").otherwise(pl.lit("~") + pl.col("reporter_name"))
    owed = rows.filter(pl.col("state").is_in(OWED)).sort(order, maintain_order=True)
    return dict(owed.select("reporter", "reporter_name").unique(maintain_order=True).iter_rows())


def finding(rows: pl.DataFrame, day: dt.date, language: str) -> str:
    """How many units owe how many reports, and how many came late."""
    number = counts(rows)
    said = {"day": text.day(day, language), "late": number["late"]}
    units = len(owing(rows))
    if not units:
        return word("due.finding_none", language, **said)
    return word("due.finding", language, units=units, reports=number["missing"], partial=number["partial"], **said)


def period_phrase(row: Row, language: str) -> str:
    """The period of a report: 2025年第四季度, 2025年度, 2025年11月."""
    end: dt.date = row["period_end"]
    if row["frequency"] == "task":
        return word("due.period_task", language, day=text.day(end, language))
    if row["frequency"] == "month":
        return text.month(end, language)
    if row["frequency"] == "quarter":
        return word(f"due.period_q{(end.month - 1) // 3 + 1}", language, year=end.year)
    return word("due.period_year", language, year=end.year)


def period_code(row: Row) -> str:
    """The period as the command that writes forms takes it: ``2025Q4``, ``2025``, ``2025-11``."""
    end: dt.date = row["period_end"]
    if row["frequency"] == "quarter":
        return f"{end.year}Q{(end.month - 1) // 3 + 1}"
    return str(end.year) if row["frequency"] == "year" else f"{end:%Y-%m}"


def report_phrase(row: Row, language: str) -> str:
    """What kind of report it is."""
    return word(f"due.level_{row['level']}", language)


def state_phrase(row: Row, language: str) -> str:
    """The state in words, with the days that a report was late or is overdue."""
    if row["state"] in OWED and row["due_on"] is None:
        return word("due.state_never" if row["state"] == "missing" else "due.state_partly_never", language)
    return word(f"due.state_{row['state']}", language, days=row["days"])


def missing_phrase(row: Row, language: str) -> str:
    """What is missing, by name; of a long list the first and the number."""
    names: list[str] = row["missing"]
    if not names:
        return ""
    shown = text.listed(names[:_SHOWN_MEASURES], language)
    if len(names) == row["measures"] and len(names) > _SHOWN_MEASURES:
        return word("due.missing_whole", language, number=len(names), names=shown)
    return shown if len(names) <= _SHOWN_MEASURES else word("due.missing_cut", language, names=shown, number=len(names))


def answered_phrase(row: Row, language: str) -> str:
    """How many of the enterprises that are asked have answered; empty for reports of areas."""
    if row["enterprises"] is None:
        return ""
    return word("due.answered", language, answered=row["answered"], asked=row["enterprises"])


def reminder(rows: pl.DataFrame, unit: str | None, day: dt.date, answer_by: dt.date, language: str) -> str:
    """The text that asks a unit, or all units that owe something, for what is due: what, by when, in which form.

    Args:
        rows: :func:`reports` and :func:`task_reports` together.
        unit: the code of one unit; None for a notice to all.
        day: up to which receipts are known.
        answer_by: the day by which it is asked for.
        language: of the text.
    """
    owed = rows.filter(pl.col("state").is_in(OWED))
    units = owing(rows)
    said = {"day": text.day(day, language), "answer_by": text.day(answer_by, language)}
    if unit is not None:
        lines = _lines(owed.filter(pl.col("reporter") == unit), language)
        head = [word("due.remind_title", language), "", word("due.remind_to", language, unit=units[unit])]
        return "\n".join(
            [*head, word("due.remind_unit", language, **said), *lines, word("due.remind_end", language, **said)]
        )
    parts = [word("due.remind_title", language), "", word("due.remind_to_all", language)]
    parts.append(word("due.remind_all", language, number=len(units), reports=owed.height, **said))
    for place, (code, name) in enumerate(units.items(), start=1):
        parts.append(word("due.remind_group", language, place=place, unit=name))
        parts += _lines(owed.filter(pl.col("reporter") == code), language)
    return "\n".join([*parts, word("due.remind_end", language, **said)])


def _lines(owed: pl.DataFrame, language: str) -> list[str]:
    """One line a report: its name, due date, days overdue, what is missing and the form."""
    lines = []
    for place, row in enumerate(owed.iter_rows(named=True), start=1):
        key = "due.remind_line_never" if row["due_on"] is None else "due.remind_line"
        said = {
            "place": place,
            "period": period_phrase(row, language),
            "report": report_phrase(row, language),
            "due_on": "" if row["due_on"] is None else text.day(row["due_on"], language),
            "days": row["days"],
            "missing": missing_phrase(row, language),
            "form": word(f"due.form_{row['level']}", language),
        }
        lines.append(word(key, language, **said))
    return lines


def export_table(rows: pl.DataFrame, language: str) -> pl.DataFrame:
    """The reports as a table to save: unit, report, period, due date, receipt, file, state, what is missing."""
    names = ("unit", "report", "period", "due_on", "received_on", "file", "state", "answered", "missing")
    found = [
        (
            row["reporter_name"],
            report_phrase(row, language),
            period_phrase(row, language),
            row["due_on"],
            row["received_on"],
            row["file_name"],
            state_phrase(row, language),
            answered_phrase(row, language),
            text.listed(row["missing"], language),
        )
        for row in rows.iter_rows(named=True)
    ]
    captions = [word(f"due.column_{name}", language) for name in names]
    kinds = [pl.Date if name in ("due_on", "received_on") else pl.String for name in names]
    return pl.DataFrame(found, schema=dict(zip(captions, kinds, strict=True)), orient="row")
