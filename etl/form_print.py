"""What the command line says of forms that were written, and of tasks against the whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from etl.form_report import Written
from etl.target_tasks import areas_of
from tracker.catalog import Catalog
from tracker.catalog_models import Code
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


def print_sums(sums: pl.DataFrame, catalog: Catalog) -> None:
    """The tasks of the units against the whole, a line a target and due date; 加压 is allowed."""
    if not sums.is_empty():
        print(word("form.sums", _LANGUAGE))
    for row in sums.iter_rows(named=True):
        plan = catalog.plans[row["plan_id"]]
        target = next(target for target in plan.targets if target.target_id == row["target_id"])
        difference = row["difference"]
        kind = "alone" if difference is None else "above" if difference > 0 else "below" if difference < 0 else "equal"
        counts = {"exempt": row["units_exempt"], "without": row["units_without"]}
        line = word(
            f"form.sum_{kind}",
            _LANGUAGE,
            due_on=row["due_on"],
            indicator=catalog.indicators[target.indicator_id].short.in_language(_LANGUAGE),
            units=f"{row['units_value']:g}",
            whole="–" if row["whole_value"] is None else f"{row['whole_value']:g}",
            difference=f"{abs(difference or 0):g}",
            open=word("form.sum_open", _LANGUAGE, **counts) if any(counts.values()) else "",
        )
        print("  " + line)
