"""How the areas of a plan stand to each other on one target: order, ranks, who has not reported. Pure.

Counties and zones rank apart: a zone of forty enterprises and a county of four hundred are not in one race. Ties
share a rank; an area that has not reported has none, and is named instead of being put last.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import polars as pl

from tracker import findings, text
from tracker.text import word

RANK_GROUPS = ("county", "city", "street", "zone")
# How many of those that lag alike are named; of more the number is said.
_TIED_SHOWN = 3
_LEAD_DECIMALS = 9
MONTHS_BEFORE = 3  # review meetings are quarterly: a rank is compared with the one of the quarter before


def ranked(now: pl.DataFrame, before: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Rank the areas that have a task on one target.

    Args:
        now: rows of one target as :func:`tracker.viewing.targets_at`, the whole plan's own row included or not.
        before: the same at an earlier date; may be empty.
        areas: ``area_code``, ``rank_group`` in administrative order.

    Returns:
        One row per area with a task, counties before zones, best first, areas without a value last; with ``lead``
        (points ahead of the pace, or where the target has no pace the distance beyond the target in its own unit),
        ``rank``, ``rank_before`` and ``places_gained``.
    """
    order = areas.select("area_code", "rank_group").with_row_index("administrative")
    rows = _with_rank(now.join(order, on="area_code", how="inner"))
    earlier = _with_rank(before.join(order, on="area_code", how="inner")).select("area_code", rank_before="rank")
    return (
        rows.join(earlier, on="area_code", how="left", maintain_order="left")
        .with_columns(places_gained=pl.col("rank_before") - pl.col("rank"))
        .sort(_group_order(), pl.col("rank"), "administrative", nulls_last=True)
    )


def _with_rank(rows: pl.DataFrame) -> pl.DataFrame:
    rows = rows.filter(pl.col("rank_group").is_in(RANK_GROUPS))
    is_known = pl.col("status") != "not_reported"
    return rows.with_columns(
        lead=pl.when(is_known).then(pl.coalesce("lead_points", -pl.col("gap"))).cast(pl.Float64)
    ).with_columns(rank=pl.col("lead").rank("min", descending=True).over("rank_group").cast(pl.Int64))


def _group_order() -> pl.Expr:
    return pl.col("rank_group").replace_strict({group: place for place, group in enumerate(RANK_GROUPS)})


def groups_in_words(areas: pl.DataFrame, language: str) -> str:
    """The kinds of units that a plan has, as a heading names them: 县区、功能板块; 设区市."""
    present = areas["rank_group"].unique().to_list()
    return text.listed(
        [word(f"districts.group_{group}", language) for group in RANK_GROUPS if group in present], language
    )


def finding(rows: pl.DataFrame, language: str) -> str:
    """How many areas are short and which lags most: the first line of the page."""
    counts = findings.status_counts(rows)
    short = [status for status in (*findings.IN_NEED, "not_reported") if counts[status]]
    about = {"target": rows["short"][0], "areas": rows.height}
    if not short:
        return word("districts.none_short", language, **about)
    parts = [
        word("districts.count", language, status=word(f"status.{status}", language).lower(), number=counts[status])
        for status in short
    ]
    sentence = word("districts.finding", language, counts=text.listed(parts, language), **about)
    then = worst(rows, language)
    return word("districts.joined", language, first=sentence, then=then) if then else sentence


def worst(rows: pl.DataFrame, language: str) -> str:
    """The area that lags most, or all that lag as much, and by how much; empty where none does."""
    behind = rows.filter(pl.col("status").is_in(findings.IN_NEED))
    lead = pl.col("lead").round(_LEAD_DECIMALS)
    tied = behind.filter(lead.eq_missing(lead.min())) if behind.height else behind
    if not tied.height:
        return ""
    names = tied["area_short"].to_list()
    # The same lag in points may be of tasks of other sizes: then no amount is said of all.
    amounts = {(pace_gap(row, language), _is_running(row)) for row in tied.iter_rows(named=True)}
    areas = text.listed(names[:_TIED_SHOWN], language)
    if len(names) > _TIED_SHOWN:
        areas = word("districts.and_others", language, areas=areas, number=len(names))
    if len(amounts) > 1:
        return word("districts.worst_of_all", language, areas=areas)
    [(lag, is_running)] = amounts
    key = ("worst" if len(names) == 1 else "worst_tied") + ("_running" if is_running else "")
    return word(f"districts.{key}", language, area=areas, lead=lag)


def pace_gap(row: dict[str, Any], language: str) -> str:
    """How far a value is from what its pace asks for by now, in its unit: whole enterprises, rounded against the area.

    At the due date this is the gap to the target. A target without a pace is measured against itself.
    """
    if row["status"] == "not_reported":
        return ""
    if not _is_running(row):
        return findings.gap_phrase(row, language)
    scale = 10 ** row["decimals"]
    amount = math.floor(distance_ahead(row) * scale) / scale
    if amount == 0:
        # Less than one whole enterprise ahead is still ahead, as its bar shows.
        return word("districts.on_pace" if distance_ahead(row) == 0 else "districts.barely_ahead", language)
    key = "gap.beyond" if amount > 0 else "gap.short"
    return word(key, language, amount=text.distance(amount, row["unit"], row["decimals"], language))


def distance_ahead(row: dict[str, Any]) -> float:
    """How far a value lies beyond what its pace asks for, at the due date beyond the target, in its own unit."""
    if not _is_running(row):
        return -float(row["gap"])
    ahead = round(row["value"] - row["expected_value"], 9)
    return float(-ahead if row["direction"] == "lower" else ahead)


def _is_running(row: dict[str, Any]) -> bool:
    return row["expected_value"] is not None and row["expected_value"] != row["target_value"]


def lead_label(row: dict[str, Any], language: str) -> str:
    """The end of a bar: the amount, and the points where the target has a pace; their unit stands above the chart."""
    parts = [pace_gap(row, language)]
    if row["lead_points"] is not None and row["status"] != "not_reported":
        parts.append(signed(row["lead_points"], language))
    label = word("districts.separator", language).join(part for part in parts if part)
    return findings.marked(row, label, language, is_tight=True)


def signed(lead_points: float, language: str) -> str:
    """Points with their sign, never rounded onto the pace line."""
    return ("+" if lead_points > 0 else "") + text.number(lead_points, 1, language, target=0)


def points(lead_points: float, language: str) -> str:
    """Percentage points with their sign always printed."""
    return word("districts.points", language, number=signed(lead_points, language))


def without_report(rows: pl.DataFrame, language: str) -> str:
    """The areas with a task and no report, by name; empty where all have reported."""
    names = rows.filter(pl.col("status") == "not_reported")["area_short"].to_list()
    return word("districts.without_report", language, areas=text.listed(names, language)) if names else ""


def without_task(rows: pl.DataFrame, areas: pl.DataFrame, language: str) -> str:
    """The areas that have no task on this target, by name; empty where all have one."""
    others = areas.filter(pl.col("rank_group").is_in(RANK_GROUPS)).join(rows, on="area_code", how="anti")
    names = others["short"].to_list()
    return word("districts.without_task", language, areas=text.listed(names, language)) if names else ""


def doubtful(rows: pl.DataFrame, language: str) -> str:
    """The areas whose value may rest on a mistaken unit, by name; empty where there is none."""
    names = [row["area_short"] for row in rows.iter_rows(named=True) if row.get("doubtful_values")]
    return word("districts.doubtful", language, areas=text.listed(names, language)) if names else ""


def lead_frame(rows: pl.DataFrame, language: str) -> pl.DataFrame:
    """The frame of :func:`tracker.charts.areas.lead_bars`: one row per area in the order of :func:`ranked`."""
    return pl.DataFrame(
        [
            {
                "group": word(f"districts.group_{row['rank_group']}", language),
                "rank": "–" if row["rank"] is None else str(row["rank"]),
                "change": _change(row["places_gained"]),
                "name": row["area_short"],
                "lead": row["lead"],
                "label": lead_label(row, language) or word("status.not_reported", language),
                "status": row["status"],
            }
            for row in rows.iter_rows(named=True)
        ],
        schema_overrides={"lead": pl.Float64},
    )


def _change(places_gained: int | None) -> str:
    if not places_gained:
        return ""
    return f"↑{places_gained}" if places_gained > 0 else f"↓{-places_gained}"


def dumbbell_frame(rows: pl.DataFrame, language: str) -> pl.DataFrame:
    """The frame of :func:`tracker.charts.areas.dumbbells`: base, now and target of each area in one unit."""
    return pl.DataFrame(
        [
            {
                "group": word(f"districts.group_{row['rank_group']}", language),
                "name": row["area_short"],
                "base": row["baseline_value"],
                "now": row["value"] if row["status"] != "not_reported" else None,
                "target": row["target_value"],
                "base_label": _amount(row, "baseline_value", language),
                "now_label": findings.value_phrase(row, language, is_tight=True) if row["value"] is not None else "",
                "target_label": findings.target_phrase(row, language),
                "status": row["status"],
            }
            for row in rows.iter_rows(named=True)
        ],
        schema_overrides={"base": pl.Float64, "now": pl.Float64, "target": pl.Float64},
    )


def _amount(row: dict[str, Any], column: str, language: str) -> str:
    if row[column] is None:
        return ""
    return text.compact(row[column], row["unit"], row["decimals"], language)


def tile_frame(rows: pl.DataFrame, areas: pl.DataFrame, language: str) -> pl.DataFrame:
    """The frame of :func:`tracker.charts.areas.tiles`: every area in administrative order, with or without a task."""
    known = {row["area_code"]: row for row in rows.iter_rows(named=True)}
    tiles = []
    for code, short, group in areas.select("area_code", "short", "rank_group").iter_rows():
        if group not in RANK_GROUPS:
            continue
        row = known.get(code)
        status = None if row is None else row["status"]
        tiles.append(
            {
                "area_code": code,
                "group": word(f"districts.group_{group}", language),
                "name": short,
                "status": status,
                "value": _tile_value(row, language),
                "word": word("overview.no_task", language) if row is None else _tile_word(row, language),
            }
        )
    return pl.DataFrame(tiles, schema_overrides={"status": pl.String})


def _tile_value(row: dict[str, Any] | None, language: str) -> str:
    if row is None or row["value"] is None:
        return "–"
    return findings.value_phrase(row, language, is_tight=True)


def _tile_word(row: dict[str, Any], language: str) -> str:
    said = pace_gap(row, language) if row["status"] in findings.IN_NEED else ""
    return said or word(f"status.{row['status']}", language)


def multiples_frame(history: pl.DataFrame, rows: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """The frame of :func:`tracker.charts.areas.multiples`: percent of the target by area and month.

    Args:
        history: ``area_code``, ``as_of``, ``value``, ``target_value``, ``expected_value`` of one target.
        rows: as :func:`ranked`; areas in another order would be hard to find again.
        areas: for the whole's own name, which comes first.
    """
    whole = areas.filter(pl.col("rank_group") == "total").select("area_code", "short")
    ordered = rows.select("area_code", short="area_short")
    order = pl.concat([whole, ordered]).unique("area_code", keep="first", maintain_order=True).with_row_index("place")
    percent = 100 / pl.col("target_value")
    # The whole may have been counted long before its areas got tasks; one axis for all begins with theirs.
    since = history.filter(pl.col("area_code").is_in(ordered["area_code"].to_list()))["as_of"].min()
    return (
        history.join(order, on="area_code", how="inner")
        .filter((pl.col("target_value") > 0) & (pl.col("as_of") >= since))
        .with_columns(done=pl.col("value") * percent, pace=pl.col("expected_value") * percent)
        .sort("place", "as_of")
        .select("place", "short", "as_of", "done", "pace")
    )


def export_table(rows: pl.DataFrame, language: str) -> pl.DataFrame:
    """The numbers of the page as a table to save: one row per area with a task."""
    return rows.select(
        pl.col("area_short").alias(word("districts.column_area", language)),
        pl.col("rank").alias(word("districts.column_rank", language)),
        pl.col("target_value").alias(word("overview.column_target", language)),
        pl.col("baseline_value").alias(word("districts.column_base", language)),
        pl.col("value").alias(word("overview.column_value", language)),
        pl.col("gap").alias(word("overview.column_gap", language)),
        pl.col("lead_points").alias(word("districts.column_lead_points", language)),
        pl.col("status")
        .replace_strict({status: word(f"status.{status}", language) for status in findings.STATUSES})
        .alias(word("overview.column_status", language)),
    )


def file_name(target: str, what: str, as_of: dt.date, language: str) -> str:
    """The name under which a picture or table of one target is saved."""
    return word("districts.file", language, target=target, figure=what, month=f"{as_of:%Y-%m}")
