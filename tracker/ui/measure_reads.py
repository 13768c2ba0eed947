"""What the tasks page shows of a view: tasks as units report on them, the targets they serve, the reader's choices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from tracker import measures
from tracker.enterprises_behind import Definition
from tracker.links import View
from tracker.text import word
from tracker.ui.reading import targets_at
from tracker.ui.state import pick
from tracker.warehouse import read, read_if_there


@dataclass(frozen=True)
class Tasks:
    """The tasks of a plan on a date: ``rows`` by unit that reports, and the targets that each task serves."""

    rows: pl.DataFrame
    served: dict[str, list[dict[str, Any]]]

    def served_names(self) -> dict[str, str]:
        """The short names of the targets that each task serves, for a table to save."""
        return {task: "、".join(row["short"] for row in rows) for task, rows in self.served.items()}


def tasks_of(view: View) -> Tasks:
    """The tasks of the plan of a view, judged on its date."""
    rows = read(view.build_id, "plan_tasks", plan_id=view.plan_id, as_of=view.as_of, language=view.language)
    thresholds = read(view.build_id, "thresholds", language=view.language)
    months = thresholds.filter(pl.col("threshold_id") == "task_report_months")["value"][0]
    whole = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    known = {row["target_id"]: row for row in whole.filter(pl.col("area_code") == view.plan_area).to_dicts()}
    served: dict[str, list[dict[str, Any]]] = {}
    for task, target in read(view.build_id, "task_targets", plan_id=view.plan_id).iter_rows():
        if target in known:
            served.setdefault(task, []).append(known[target])
    return Tasks(measures.judged(rows, view.as_of, int(months)), served)


def records_behind(view: View, number: Definition) -> pl.DataFrame:
    """The events on record that a number counts, in the viewed area and year; none for what counts no events."""
    return _records(view, number.indicator_id, view.as_of.replace(month=1, day=1))


def records_of(view: View) -> pl.DataFrame:
    """Every event on record in the viewed area up to its date, the newest first."""
    return _records(view, None, dt.date.min).reverse()


def _records(view: View, indicator_id: str | None, since: dt.date) -> pl.DataFrame:
    parameters = {"area_code": view.area_code, "indicator_id": indicator_id, "since": since}
    found = read_if_there(view.build_id, "activity_records", **parameters, as_of=view.as_of, language=view.language)
    return pl.DataFrame() if found is None else found


def pick_unit(view: View, rows: pl.DataFrame) -> tuple[str, str]:
    """The unit that the reader picks, and its name; two empty texts for all."""
    stands_for_areas = rows.filter(pl.col("unit") != pl.col("reporter"))["unit"].unique().to_list()
    named = dict(read(view.build_id, "units", plan_id=view.plan_id, language=view.language).iter_rows())
    names = dict(rows.select("reporter", "name").unique(maintain_order=True).iter_rows())
    names |= {code: name for code, name in named.items() if code not in stands_for_areas}
    everybody = word("measures.all_units", view.language)
    label = word("measures.unit", view.language)
    unit = pick("unit", ["", *names], label, lambda code: names.get(code, everybody))
    return unit, names.get(unit, "")


def pick_status(view: View) -> str:
    """Which tasks the reader wants to see, one of :data:`tracker.measures.CHOICES`."""
    label = word("measures.status", view.language)
    return pick("status", measures.CHOICES, label, lambda choice: word(f"measures.status_{choice}", view.language))
