"""Which states would flip under other thresholds, and how the counts would move. Pure; nothing is saved anywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise

import polars as pl

from tracker import findings, text
from tracker.findings import Row
from tracker.text import word

# What decides a state or a lamp, as in the catalogue; the leads from best to worst.
LEADS = ("ahead_lead_points", "on_pace_lead_points", "slightly_behind_lead_points", "red_lamp_lead_points")
PACE_BY_DAYS = "pace_by_days"
DECIDING = (*LEADS, "ratio_slightly_behind_percent", PACE_BY_DAYS)
RED = "red_lamp_lead_points"
_KEYS = ["target_id", "area_code"]


def in_order(thresholds: Mapping[str, float]) -> bool:
    """Whether the leads fall from ahead to the red lamp; any other order would leave a state without a lead."""
    leads = [thresholds[name] for name in LEADS if name in thresholds]
    return all(better >= worse for better, worse in pairwise(leads))


def compared(
    before: pl.DataFrame,
    after: pl.DataFrame,
    as_of: dt.date,
    thresholds: Mapping[str, float],
    changed: Mapping[str, float],
) -> pl.DataFrame:
    """Every target and area with how it is judged now and how it would be.

    Thresholds divide the tasks that still run. One that is due is judged by its value and comparator alone, so its
    row stays as it is, with any decision on what counts at its due date.

    Args:
        before: rows of :func:`tracker.viewing.targets_at` by the build's thresholds.
        after: the same rows judged again by ``changed``.
        as_of: the month end of both.
        thresholds: the build's values by threshold id.
        changed: those that differ.

    Returns:
        The rows of ``before`` with ``state_after``, ``status_after``, ``lead_after``, ``is_red``, ``is_red_after``
        (further behind than the red lamp) and ``has_flipped``.
    """
    judged = after.select(*_KEYS, state_after="state", status_after="status", lead_after="lead_points")
    is_running = pl.col("due_on") > as_of
    kept = {"state_after": "state", "status_after": "status", "lead_after": "lead_points"}
    later = {**thresholds, **changed}
    return (
        before.join(judged, on=_KEYS, how="left", maintain_order="left")
        .with_columns(pl.when(is_running).then(name).otherwise(now).alias(name) for name, now in kept.items())
        .with_columns(
            is_red=_is_red("status", "lead_points", thresholds) & is_running,
            is_red_after=_is_red("status_after", "lead_after", later) & is_running,
        )
        .with_columns(
            has_flipped=(pl.col("state") != pl.col("state_after")) | (pl.col("is_red") != pl.col("is_red_after"))
        )
    )


def _is_red(status: str, lead: str, thresholds: Mapping[str, float]) -> pl.Expr:
    if RED not in thresholds:
        return pl.lit(False)
    return ((pl.col(status) == "behind") & (pl.col(lead) < thresholds[RED])).fill_null(False)


def running(rows: pl.DataFrame, as_of: dt.date) -> int:
    """How many tasks still run, so that thresholds decide about them."""
    return rows.filter(pl.col("due_on") > as_of).height


def counts(rows: pl.DataFrame, *, after: bool) -> dict[str, int]:
    """The six counts of leaders' words, and ``red``: how many of those behind are further back than the red lamp."""
    status, red = ("status_after", "is_red_after") if after else ("status", "is_red")
    return {**findings.status_counts(rows.select(status=status)), "red": int(rows[red].sum())}


def finding(rows: pl.DataFrame, changed: Mapping[str, float], as_of: dt.date, language: str) -> str:
    """What the change of thresholds does, in one sentence."""
    if rows.is_empty():
        return word("about.what_if_no_targets", language)
    if not running(rows, as_of):
        return word("about.what_if_all_due", language, month=text.month(as_of, language))
    if not changed:
        return word("about.what_if_unchanged", language)
    flipped = int(rows["has_flipped"].sum())
    key = "about.what_if_flips" if flipped else "about.what_if_no_flip"
    return word(key, language, number=flipped, total=running(rows, as_of))


def changes_in_words(thresholds: pl.DataFrame, changed: Mapping[str, float], language: str) -> list[str]:
    """Each changed threshold with its value before and after."""
    return [
        word(
            "about.what_if_change",
            language,
            name=row["name"],
            before=threshold_value(row["value"], row["unit"], language),
            after=threshold_value(changed[row["threshold_id"]], row["unit"], language),
        )
        for row in thresholds.iter_rows(named=True)
        if row["threshold_id"] in changed
    ]


def threshold_value(value: float, unit: str, language: str) -> str:
    """A threshold with its unit and all its decimals; yes or no in words."""
    if unit == "yes_no":
        return word("about.yes" if value else "about.no", language)
    decimals = next(places for places in range(10) if round(value, places) == round(value, 9))
    return text.quantity(value, unit, decimals, language)


def state_phrase(state: str, is_red: bool, language: str) -> str:
    """A state in words, with its lamp."""
    said = word(f"state.{state}", language)
    return word("about.with_red", language, state=said) if is_red else said


def bounds(thresholds: Mapping[str, float], changed: Mapping[str, float]) -> list[float]:
    """The leads that divide the states, now and after: no printed lead is rounded onto or across one of them."""
    return [values[name] for values in (thresholds, {**thresholds, **changed}) for name in LEADS if name in values]


def flip_table(rows: pl.DataFrame, between: Sequence[float], language: str) -> pl.DataFrame:
    """The flips as they are saved: columns named in words.

    Args:
        rows: as :func:`compared`.
        between: see :func:`bounds`.
    """
    columns = ("area", "indicator", "target", "current", "lead", "from", "to")
    lines = [
        [
            row["area_short"],
            row["name"],
            findings.target_phrase(row, language),
            findings.value_phrase(row, language),
            leads_phrase(row, between, language),
            state_phrase(row["state"], row["is_red"], language),
            state_phrase(row["state_after"], row["is_red_after"], language),
        ]
        for row in rows.filter("has_flipped").iter_rows(named=True)
    ]
    names = [word(f"about.column_{column}", language) for column in columns]
    return pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")


def leads_phrase(row: Row, between: Sequence[float], language: str) -> str:
    """The lead in points; with the new one where pace by days moves it; a dash for rates, which have none."""
    shown = [_points(row[name], between, language) for name in ("lead_points", "lead_after") if row[name] is not None]
    return word("about.separator_to", language).join(dict.fromkeys(shown)) or "–"


def _points(lead: float, between: Sequence[float], language: str) -> str:
    nearest = min((0.0, *between), key=lambda bound: abs(bound - lead))
    shown = text.number(lead, 1, language, target=nearest)
    return word("districts.points", language, number=f"+{shown}" if lead > 0 else shown)
