"""What the command line says of forms that were written, and of tasks against the whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from etl.form_report import Written
from etl.measure_form import WrittenTasks
from etl.target_core import SUM_SCHEMA
from etl.target_estimate import rule_in_words
from etl.target_tasks import areas_of
from etl.template import EstimatedForm
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Target
from tracker.text import word

_LANGUAGE = "zh"


def print_report_forms(written: Sequence[Written], folder: Path, catalog: Catalog, as_json: bool) -> None:
    """Every reporting form with how much stands in it."""
    if as_json:
        forms = [{**vars(form), "path": str(form.path)} for form in written]
        print(json.dumps(forms, ensure_ascii=False))
        return
    print(word("form.written", _LANGUAGE, number=len(written), folder=folder))
    for form in written:
        area = catalog.areas[form.area_code].name.in_language(_LANGUAGE)
        numbers = {"enterprises": form.enterprises, "cells": form.cells}
        print("  " + word("form.written_report", _LANGUAGE, path=form.path.name, area=area, **numbers))


def print_targets_form(path: Path, plan_id: Code, catalog: Catalog, as_json: bool) -> None:
    """Where the form for the tasks of the areas is."""
    plan = catalog.plans[plan_id]
    areas = len(areas_of(plan, catalog))
    if as_json:
        print(json.dumps({"path": str(path), "plan_id": plan_id, "areas": areas}, ensure_ascii=False))
        return
    print(word("form.written", _LANGUAGE, number=1, folder=path.parent))
    name = plan.name.in_language(_LANGUAGE)
    print("  " + word("form.written_targets", _LANGUAGE, path=path.name, plan=name, areas=areas))


def print_task_forms(written: Sequence[WrittenTasks], folder: Path, as_json: bool) -> None:
    """Every form of tasks with its unit and how many tasks it asks about."""
    if as_json:
        forms = [{"path": str(form.path), **vars(form.reporter), "tasks": form.tasks} for form in written]
        print(json.dumps(forms, ensure_ascii=False))
        return
    print(word("form.written", _LANGUAGE, number=len(written), folder=folder))
    for form in written:
        print("  " + word("tasks.written", _LANGUAGE, path=form.path.name, number=form.tasks))


def print_activities_form(path: Path, as_json: bool) -> None:
    """Where the sheet of activities is."""
    if as_json:
        print(json.dumps({"path": str(path)}, ensure_ascii=False))
        return
    print(word("form.written", _LANGUAGE, number=1, folder=path.parent))
    print("  " + path.name)


def print_estimated_form(form: EstimatedForm, plan_id: Code, catalog: Catalog, as_json: bool) -> None:
    """Where the form with estimates is, what was estimated by what, its sums, and what was not estimated and why."""
    if as_json:
        tasks = {made.target.target_id: made.tasks for made in form.estimates}
        print(json.dumps({"path": str(form.path), "plan_id": plan_id, "estimates": tasks}, ensure_ascii=False))
        return
    print_targets_form(form.path, plan_id, catalog, as_json)
    for made in form.estimates:
        names = {"indicator": _name(made.target, catalog), "rule": rule_in_words(made.rule, catalog, _LANGUAGE)}
        key = "without_base" if made.bases is None else "estimated" if made.tasks else "nothing_left"
        print("  " + word(f"allocation.{key}", _LANGUAGE, **names))
    for target in form.without_rule:
        print("  " + word("allocation.without_rule", _LANGUAGE, indicator=_name(target, catalog)))
    sums = [made.sums() for made in form.estimates if made.tasks]
    print_sums(pl.DataFrame(sums, schema=SUM_SCHEMA, orient="row"), catalog)


def _name(target: Target, catalog: Catalog) -> str:
    return catalog.indicators[target.indicator_id].short.in_language(_LANGUAGE)


def print_sums(sums: pl.DataFrame, catalog: Catalog) -> None:
    """The tasks of the units against the whole, a line a target and due date; 加压 is allowed."""
    if not sums.is_empty():
        print(word("form.sums", _LANGUAGE))
    is_of_many = sums["plan_id"].n_unique() > 1
    for row in sums.iter_rows(named=True):
        plan = catalog.plans[row["plan_id"]]
        target = next(target for target in plan.targets if target.target_id == row["target_id"])
        difference = row["difference"]
        kind = "alone" if difference is None else "above" if difference > 0 else "below" if difference < 0 else "equal"
        counts = {key: row[f"units_{key}"] for key in ("exempt", "without", "estimated")}
        estimated = word("form.sum_estimated", _LANGUAGE, number=counts["estimated"]) if counts["estimated"] else ""
        line = word(
            f"form.sum_{kind}",
            _LANGUAGE,
            due_on=row["due_on"],
            indicator=_name(target, catalog),
            units=_number(row["units_value"]),
            whole="–" if row["whole_value"] is None else _number(row["whole_value"]),
            difference=_number(abs(difference or 0)),
            open=word("form.sum_open", _LANGUAGE, **counts | {"estimated": estimated}) if any(counts.values()) else "",
        )
        print("  " + (f"{plan.short.in_language(_LANGUAGE)} {line}" if is_of_many else line))


def _number(value: float) -> str:
    return f"{value:,.10g}"
