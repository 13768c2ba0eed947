"""What a filled plan form may say besides the kinds of its cells: sheets, areas and targets that fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from etl.plan_form import columns, texts
from etl.table import squeezed
from tracker.catalog import Catalog
from tracker.catalog_models import Code

_AREA_CODE = re.compile(r"\d{6}(-[a-z0-9-]+)?|\d{9}|\d{12}")
# How a number of each formula may be counted; all others are rates and levels that are reached or not.
_BASES_OF = {
    "tier_count": ("in_force", "ever", "new", "annual"),
    "growth": ("growth",),
    "rank": ("rank",),
    "reported": ("ever", "new", "annual", "level", "ratio", "growth", "rank"),
}
# Column of the form, rule, and what its words name.
Found = Iterator[tuple[str, str, dict[str, object]]]


def heads_of(meta: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The heads of every sheet of a parsed book, by its name and the letter of the column."""
    return {
        sheet["name"]: {column["letter"]: column["header"] or "" for column in sheet["columns"]}
        for sheet in meta["sheets"]
    }


def changed_heads(heads: Mapping[str, str], sheet: str) -> list[tuple[str, str]]:
    """Letters of the columns of a table whose head no longer says what stands below, with what belongs there.

    A form of an earlier version may end before a column that need not be filled.
    """
    asked = zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", columns(sheet).values(), strict=False)
    return [
        (letter, caption)
        for letter, (caption, _) in asked
        if squeezed(caption) not in squeezed(heads.get(letter, "")) and (letter in heads or caption.startswith("* "))
    ]


def area_faults(code: Code | None, new_code: object, whole: Code, catalog: Catalog) -> Found:
    """What is wrong with the place of a unit: a code that is none, or an area of somewhere else."""
    if code is None:
        if new_code and not _AREA_CODE.fullmatch(str(new_code)):
            yield "code", "area_code", {"value": new_code}
    elif code in catalog.areas and whole and (whole not in catalog.areas or not catalog.is_within(code, whole)):
        parent = catalog.areas[code].parent_code
        yield "area", "area_elsewhere", {"parent": catalog.areas[parent].name.zh if parent else "–"}


def target_faults(values: Mapping[str, Any], period: tuple[Any, Any], formula: str) -> Found:
    """What does not fit in a row of targets: its days, its numbers, and how it is counted.

    Args:
        values: the cells of the row by key, empty where they are missing or wrong.
        period: first and last day of the plan; None where the form does not say.
        formula: of its indicator; a new one is reported by areas.
    """
    first, last = period
    for key in ("starts_on", "due_on"):
        day = values.get(key)
        if day and first and last and first < last and not first <= day <= last:
            yield key, "outside_plan", {"value": day, "first": first, "last": last}
    if values.get("starts_on") and values.get("due_on") and values["due_on"] <= values["starts_on"]:
        yield "due_on", "ends_before", {"value": values["due_on"]}
    low, high = values.get("value"), values.get("value_high")
    if low is not None and low < 0:
        yield "value", "negative", {"value": f"{low:g}"}
    if low is not None and high is not None and high < low:
        yield "value_high", "high_below", {"value": f"{high:g}", "low": f"{low:g}"}
    basis, is_rank = values.get("basis"), values.get("basis") == "rank"
    if basis and values.get("unit") and is_rank != (values["unit"] == "rank"):
        yield "basis", "rank_together", {}
    elif basis and values.get("comparator") == "lead" and not is_rank:
        yield "comparator", "rank_together", {}
    elif basis and basis not in (fitting := _BASES_OF.get(formula, ("ratio",))):
        names = {code: said for said, code in texts()["choices"]["basis"].items()}
        yield (
            "basis",
            "basis_differs",
            {"value": values.get("indicator"), "choices": "、".join(names[code] for code in fitting)},
        )
