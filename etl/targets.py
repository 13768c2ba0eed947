"""From a filled decomposition form to tasks and baselines of areas, and to rejected cells that keep their rule.

A filled cell is accepted or rejected by a named rule; nothing else can happen to it. An empty cell says nothing: what
was handed down before stays.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from etl.clean import parse_day
from etl.form import words
from etl.parsed_rows import read_rows
from etl.quantities import money_exponent, with_numbers
from etl.refusal import Refusal
from etl.rows import REJECTION_SCHEMA, ListRows, first_broken
from etl.table import column_name, squeezed
from etl.target_tasks import (
    areas_of,
    baseline_sheet,
    document_sheet,
    due_on,
    is_whole,
    targets_of_year,
    year_sheet,
    years,
)
from tracker.catalog import Catalog
from tracker.catalog_models import Plan

_EARLIEST_DECISION = dt.date(2000, 1, 1)
# 工信部企业〔2026〕2号, in force since then: 坚持质量为先，不层层设定培育数量指标.
_NO_NUMBERS_HANDED_DOWN_SINCE = dt.date(2026, 4, 1)
_CELL_SCHEMA: dict[str, type[pl.DataType]] = {
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "code": pl.String,
    "area_code": pl.String,
    "text": pl.String,
}
_NUMBER_SCHEMA: dict[str, type[pl.DataType]] = {
    "sheet": pl.String,
    "row": pl.Int32,
    "column": pl.String,
    "value": pl.Float64,
    "problem": pl.String,
}
_TASK_SCHEMA: dict[str, type[pl.DataType]] = {
    "sheet": pl.String,
    "code": pl.String,
    "due_on": pl.Date,
    "unit": pl.String,
    "is_counted": pl.Boolean,
    "is_share": pl.Boolean,
    "own_value": pl.Float64,
}


@dataclass(frozen=True)
class Document:
    """By which document, on which day and by whom tasks were handed down."""

    document_no: str
    decided_on: dt.date
    decided_by: str


def read_document(folder: Path, file: str) -> Document:
    """The document that a decomposition form names.

    Args:
        folder: what the parsing child wrote.
        file: its name for messages.

    Raises:
        Refusal: naming what is missing, or a date that is none.
    """
    said = _document(folder)
    missing = "、".join(words()["targets"][key] for key, content in said.items() if not content)
    if missing:
        raise Refusal("form.document_missing", {"file": file, "sheet": document_sheet(), "items": missing})
    decided_on = parse_day(said["decided_on"])
    if decided_on is None or decided_on < _EARLIEST_DECISION:
        raise Refusal("form.document_date", {"file": file, "sheet": document_sheet(), "value": said["decided_on"]})
    return Document(said["document_no"], decided_on, said["decided_by"])


def _document(folder: Path) -> dict[str, str]:
    """What stands beside the three items of the sheet of the document, empty where nothing does."""
    rows = read_rows(folder).filter(pl.col("sheet") == document_sheet())
    said = {squeezed(item): (content or "").strip() for item, content in rows.select("c0", "c1").iter_rows() if item}
    return {key: said.get(words()["targets"][key], "") for key in ("document_no", "decided_on", "decided_by")}


@dataclass(frozen=True)
class TargetRows(ListRows):
    """The outcome of one form; ``counts`` are of filled cells.

    ``accepted``: one row per cell with target_id, area_code, due_on (null: a baseline), value (null: exempt from the
    task), sheet, row, column. ``plan_id``: whose targets; ``decided_by``: who handed them down. ``discouraged``: how
    many tasks hand down numbers of titled enterprises since the ministry asks not to: told, never refused.
    """

    plan_id: str = ""
    decided_by: str = ""
    discouraged: int = 0


def judge_targets(folder: Path, catalog: Catalog) -> TargetRows:
    """Judge every filled cell of a parsed decomposition form.

    Args:
        folder: what the parsing child wrote: ``rows.parquet`` and ``meta.json``.
        catalog: the plan, its targets and areas.
    """
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    plan_id = str(meta["form"]["plan_id"])
    plan = catalog.plans.get(plan_id)
    cells, blank = _cells(folder, meta["sheets"], plan, catalog)
    tasks = pl.DataFrame(_tasks(plan) if plan else [], schema=_TASK_SCHEMA, orient="row")
    read = cells.join(tasks, on=["sheet", "code"], how="left", maintain_order="left")
    whole_code = plan.area_code if plan else ""
    # What the plan itself says stands in the form and is nobody's answer.
    has_own = (pl.col("area_code") == whole_code) & pl.col("own_value").is_not_null()
    judged = _judged(read, has_own).filter(~(has_own & (pl.col("value") == pl.col("own_value")).fill_null(False)))
    accepted, rejected = judged.filter(pl.col("rule").is_null()), judged.filter(pl.col("rule").is_not_null())
    said = _document(folder)
    return TargetRows(
        accepted=accepted.select("area_code", "due_on", "value", "sheet", "row", "column", target_id="code"),
        rejected=rejected.select(
            "sheet", "row", "column", "rule", value="text", name_as_printed="code", candidates=pl.lit(None, pl.String)
        ).cast(REJECTION_SCHEMA),  # type: ignore[arg-type]
        counts={
            "read": judged.height,
            "accepted": accepted.height,
            "out_of_area": 0,
            "rejected": rejected.height,
            "duplicate": 0,
            "blank": blank,
        },
        announced={},
        plan_id=plan_id,
        decided_by=said["decided_by"],
        discouraged=_discouraged(accepted, parse_day(said["decided_on"]), plan, catalog),
    )


def _discouraged(accepted: pl.DataFrame, decided_on: dt.date | None, plan: Plan | None, catalog: Catalog) -> int:
    """How many tasks of areas are numbers of titled enterprises, handed down since the ministry asks not to."""
    if plan is None or decided_on is None or decided_on < _NO_NUMBERS_HANDED_DOWN_SINCE:
        return 0
    counted = [
        target.target_id for target in plan.targets if catalog.indicators[target.indicator_id].formula == "tier_count"
    ]
    is_task = pl.col("due_on").is_not_null() & pl.col("value").is_not_null() & (pl.col("area_code") != plan.area_code)
    return accepted.filter(is_task & pl.col("code").is_in(counted)).height


def _cells(
    folder: Path, sheets: list[Mapping[str, Any]], plan: Plan | None, catalog: Catalog
) -> tuple[pl.DataFrame, int]:
    """The filled cells below the captions of areas, and how many of them are empty."""
    texts = words()["targets"]
    captions = areas_of(plan, catalog) if plan else {}
    if plan:
        captions = captions | dict.fromkeys((texts["whole"], texts["whole_baseline"]), plan.area_code)
    rows = read_rows(folder)
    parts = [pl.DataFrame(schema=_CELL_SCHEMA)]
    for sheet in sheets:
        table = rows.filter((pl.col("sheet") == sheet["name"]) & pl.col("c0").is_not_null())
        columns = [column for column in sheet["columns"] if column["header"] in captions]
        for column in columns if sheet["name"] != document_sheet() else []:
            name = column_name(column["index"])
            cell = table.select("sheet", "row", code="c0", text=name).with_columns(
                column=pl.lit(column["letter"]), area_code=pl.lit(captions[column["header"]])
            )
            parts.append(cell.select(pl.col(key).cast(kind) for key, kind in _CELL_SCHEMA.items()))
    cells = pl.concat(parts)
    filled = cells.filter(pl.col("text").is_not_null()).sort("sheet", "row", "column")
    return filled, cells.height - filled.height


def _tasks(plan: Plan) -> list[tuple[Any, ...]]:
    """What every row of the sheets asks: when it is due, in which unit, and what the plan itself says there."""
    found: list[tuple[Any, ...]] = []
    baselines: dict[str, tuple[Any, ...]] = {}
    for year in years(plan):
        for code, target in targets_of_year(plan, year).items():
            is_share = target.basis == "ratio" and target.unit == "percent"
            asked = (target.unit, is_whole(target), is_share)
            own = target.value if plan.due_on(target).year == year else None
            found.append((year_sheet(year), code, due_on(plan, target, year), *asked, own))
            baselines.setdefault(code, (baseline_sheet(), code, None, *asked, target.baseline_value))
    return [*found, *baselines.values()]


def _in_own_unit(cells: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Numbers of the unit that the row names: 500 beside 亿元 is 500, and so is 500亿元."""
    return with_numbers(cells.with_columns(unit_exponent=pl.lit(money_exponent(unit) or 0, pl.Int32)), unit)


def _judged(cells: pl.DataFrame, has_own: pl.Expr) -> pl.DataFrame:
    """Add ``value`` and ``rule``."""
    plain = pl.col("text").str.normalize("NFKC").str.replace_all(r"\s", "")
    is_exempt = plain.is_in(list(words()["targets"]["exempt_words"])) & pl.col("due_on").is_not_null()
    cells = cells.with_columns(is_exempt=is_exempt)
    numbers = pl.concat(
        [
            _in_own_unit(part, str(unit or "item")).select("sheet", "row", "column", "value", "problem")
            for (unit,), part in cells.partition_by("unit", as_dict=True).items()
        ]
        or [pl.DataFrame(schema=_NUMBER_SCHEMA)]
    )
    value = pl.col("value")
    breaks = {
        "target_unknown": pl.col("unit").is_null(),
        "target_unreadable": ~pl.col("is_exempt") & (pl.col("problem").is_not_null() | value.is_null()),
        "target_of_plan": has_own & (value != pl.col("own_value")).fill_null(True),
        "below_minimum": value < 0,
        # Nothing to do is no task of zero: a share of zero could never be told.
        "target_zero": pl.col("due_on").is_not_null() & (value == 0),
        "not_whole": pl.col("is_counted") & (value != value.round()),
        "target_fraction": pl.col("is_share") & (value > 0) & (value <= 1),
        "above_maximum": pl.col("is_share") & (value > 100),
    }
    return cells.join(numbers, on=["sheet", "row", "column"], how="left", maintain_order="left").with_columns(
        rule=first_broken(breaks)
    )
