"""Forms that are filled in row by row: what stands under their captions, judged one row after the other.

A filled row is accepted or rejected by the first rule that it breaks, with the cell; nothing else can happen to it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from etl.clean import parse_day
from etl.parsed_rows import read_rows
from etl.rows import EARLIEST_DAY, REJECTION_SCHEMA, ListRows
from etl.table import column_name, squeezed

Cells = Mapping[str, str]


class Broken(Exception):
    """A row breaks a rule: which, in which column of the form, and what may have been meant."""

    def __init__(self, rule: str, key: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(rule)
        self.rule = rule
        self.key = key
        self.candidates = candidates


def form_said(folder: Path) -> dict[str, str]:
    """What a parsed form says of itself in its hidden sheet."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return dict(meta["form"])


def judge_rows(
    folder: Path,
    texts: Mapping[str, Any],
    to_fill: Sequence[str],
    known: Sequence[str],
    judge: Callable[[Cells], dict[str, Any]],
    schema: Mapping[str, Any],
) -> ListRows:
    """Judge every filled row of the table of a form.

    Args:
        folder: what the parsing child wrote: ``rows.parquet`` and ``meta.json``.
        texts: the wording of the form: ``table_sheet``, and the caption of every column by its key.
        to_fill: the keys of columns that people fill; a row with nothing in them says nothing.
        known: the keys of columns that the form fills and a row is judged by.
        judge: from the texts of a row by key to what is accepted of it; raises :class:`Broken`. What it has in
            ``repeated`` is compared: a second row with the same is a repetition.
        schema: the columns of accepted rows beside sheet and row.
    """
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    name = str(texts["table_sheet"])
    sheet = next(sheet for sheet in meta["sheets"] if sheet["name"] == name)
    keys = {squeezed(str(texts[key])): key for key in (*to_fill, *known)}
    columns = {keys[caption]: c for c in sheet["columns"] if (caption := squeezed(c["header"])) in keys}
    rows = read_rows(folder).filter(pl.col("sheet") == name)
    counts = dict.fromkeys(("read", "accepted", "out_of_area", "rejected", "duplicate", "blank"), 0)
    accepted: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    seen: set[Any] = set()
    for row in rows.iter_rows(named=True):
        cells = {key: (row[column_name(column["index"])] or "").strip() for key, column in columns.items()}
        if not any(cells.get(key) for key in to_fill):
            counts["blank"] += 1
            continue
        counts["read"] += 1
        place = {"sheet": name, "row": row["row"]}
        try:
            found = judge(cells)
        except Broken as fault:
            counts["rejected"] += 1
            said = {"rule": fault.rule, "value": cells.get(fault.key) or None, "name_as_printed": _first(cells)}
            letter = columns[fault.key]["letter"] if fault.key in columns else None
            candidates = "、".join(fault.candidates) or None
            rejected.append(place | said | {"column": letter, "candidates": candidates})
            continue
        repeated = found.pop("repeated")
        counts["duplicate" if repeated in seen else "accepted"] += 1
        if repeated not in seen:
            accepted.append(found | place)
        seen.add(repeated)
    return ListRows(
        accepted=pl.DataFrame(accepted, schema={**schema, "sheet": pl.String, "row": pl.Int32}, orient="row"),
        rejected=pl.DataFrame(rejected, schema=REJECTION_SCHEMA, orient="row"),
        counts=counts,
        announced={},
    )


def _first(cells: Cells) -> str | None:
    """What a row is about: its first text."""
    return next((text for text in cells.values() if text), None)


def day_in(cells: Cells, key: str, received_on: dt.date) -> dt.date:
    """The day in a cell, not after the receipt of the form.

    Raises:
        Broken: where there is none, or one that cannot be.
    """
    if not cells[key]:
        raise Broken("day_missing", key)
    day = parse_day(cells[key])
    if day is None:
        raise Broken("date_unreadable", key)
    if not EARLIEST_DAY <= day <= received_on:
        raise Broken("date_out_of_range", key)
    return day


def choice_in(cells: Cells, key: str, choices: Mapping[str, str], missing: str, unknown: str) -> str:
    """The code of a word picked from a list.

    Raises:
        Broken: rule ``missing`` where the cell is empty, ``unknown`` for any other word.
    """
    if not cells[key]:
        raise Broken(missing, key)
    codes = {squeezed(said): code for said, code in choices.items()}
    code = codes.get(squeezed(cells[key]))
    if code is None:
        raise Broken(unknown, key, list(dict.fromkeys(choices)))
    return code
