"""From a filled sheet of activities to records of events, and to rejected rows that keep their rule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from etl.areas import AreaResolver
from etl.form import words
from etl.form_rows import Broken, Cells, choice_in, day_in, form_said, judge_rows
from etl.quantities import with_numbers
from etl.rows import ListRows
from etl.table import squeezed
from tracker.catalog import Catalog
from tracker.catalog_models import Code

TO_FILL = ("held_on", "activity", "name", "area", "organiser", "participants", "enterprises", "note")
ACTIVITY_SCHEMA: dict[str, type[pl.DataType]] = {
    "held_on": pl.Date,
    "activity": pl.String,
    "title": pl.String,
    "title_key": pl.String,
    "area_code": pl.String,
    "organiser": pl.String,
    "participants": pl.Int64,
    "enterprises": pl.Int64,
    "note": pl.String,
}


def kinds(catalog: Catalog) -> dict[str, Code]:
    """What people write in the column of kinds, the names first."""
    named = {kind.name.zh: code for code, kind in catalog.activities.items()}
    return named | {said: code for code, kind in catalog.activities.items() for said in kind.words}


def judge_activities(folder: Path, received_on: dt.date, catalog: Catalog) -> ListRows:
    """Judge every filled row of a parsed sheet of activities.

    One event may stand in the sheets of several organisers; a build counts it once (``title_key`` is compared).

    Args:
        folder: what the parsing child wrote.
        received_on: no event can be later.
        catalog: kinds and areas.
    """
    texts: dict[str, Any] = words()["activities"]
    home = form_said(folder)["area_code"]
    resolver, choices = AreaResolver(catalog), kinds(catalog)

    def judge(cells: Cells) -> dict[str, Any]:
        day = day_in(cells, "held_on", received_on)
        activity = choice_in(cells, "activity", choices, "activity_missing", "activity_unknown")
        if not cells["name"]:
            raise Broken("activity_name_missing", "name")
        area_code, key = _area(cells, home, resolver, catalog), squeezed(cells["name"])
        return {
            "held_on": day,
            "activity": activity,
            "title": cells["name"],
            "title_key": key,
            "area_code": area_code,
            "organiser": cells["organiser"] or None,
            "participants": _count(cells, "participants"),
            "enterprises": _count(cells, "enterprises"),
            "note": cells["note"] or None,
            "repeated": (day, activity, key, area_code),
        }

    return judge_rows(folder, texts, TO_FILL, (), judge, ACTIVITY_SCHEMA)


def _area(cells: Cells, home: Code, resolver: AreaResolver, catalog: Catalog) -> Code:
    """Where an event was: the area named, that of the form where none is."""
    found = resolver.resolve((cells["area"],), home)
    if found.problem is not None:
        raise Broken(f"area_{found.problem}", "area", found.candidates)
    code = found.area_code or home
    if not catalog.is_within(code, home):
        raise Broken("activity_elsewhere", "area")
    return code


def _count(cells: Cells, key: str) -> int | None:
    """A whole number of people or enterprises; an empty cell says nothing."""
    if not cells[key]:
        return None
    read = with_numbers(pl.DataFrame({"text": [cells[key]], "unit_exponent": [0]}), "item").row(0, named=True)
    if read["problem"] is not None or read["value"] is None:
        raise Broken("number_unreadable", key)
    value = float(read["value"])
    if value < 0 or value != int(value):
        raise Broken("activity_count", key)
    return int(value)
