"""Where the ways of judging a target differ, and what stands in its way: codes and numbers first, words at the edge.

The straight line is what review meetings think in and decides the state; the rate ratio and the projection are second
opinions. A doubling in three years is on track by its rate and behind the line after one year: then both are said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tracker import text
from tracker.methods import EUROSTAT_CLASSES
from tracker.text import word

Row = Mapping[str, Any]
KEYS = ["target_id", "area_code", "due_on"]
RATE, PROJECTION = "eurostat_cagr_with_target", "destatis_weather"
_RATE_ON_TRACK, _RATE_WORD = EUROSTAT_CLASSES[0]
# With the publisher sun and slightly cloudy count as on track, the others as off track.
_SYMBOLS_ON_TRACK = ("sun", "slightly_cloudy")
_SHARE_ON_TRACK_PERCENT = 20
_DECIDED = ("met", "met_early", "met_late", "missed")
_NO_DUST = 9


def disagreements(rows: pl.DataFrame, opinions: pl.DataFrame, thresholds: Mapping[str, float]) -> pl.DataFrame:
    """The targets of one as-of date on which straight line, rate ratio and projection do not agree.

    Args:
        rows: target_id, area_code, due_on, state and lead_points, as ``mart.progress``.
        opinions: target_id, area_code, due_on, method, value and class, as ``mart.second_opinion``.
        thresholds: ``on_pace_lead_points`` is read.

    Returns:
        One row per target, area and due date that is still open and has two different answers: ``pace``, ``rate`` and
        ``projection`` (``on_track``, ``off_track``, null where the method has no answer) with ``lead_points``,
        ``rate_ratio`` and ``missed_share``.
    """
    for method, value, label in ((RATE, "rate_ratio", "rate_class"), (PROJECTION, "missed_share", "symbol")):
        answers = opinions.filter(pl.col("method") == method)
        answers = answers.select(*KEYS, pl.col("value").alias(value), pl.col("class").alias(label))
        rows = rows.join(answers, on=KEYS, how="left", maintain_order="left")
    rows = rows.with_columns(
        pace=_verdict(pl.col("lead_points") >= thresholds["on_pace_lead_points"]),
        rate=_verdict(pl.col("rate_class") == f"{_RATE_WORD}_progress"),
        projection=_verdict(pl.col("symbol").is_in(_SYMBOLS_ON_TRACK)),
    )
    answers_given = pl.concat_list("pace", "rate", "projection").list.drop_nulls().list.n_unique()
    return rows.filter((answers_given > 1) & ~pl.col("state").is_in(_DECIDED)).select(
        *KEYS, "pace", "rate", "projection", "lead_points", "rate_ratio", "missed_share"
    )


def _verdict(is_on_track: pl.Expr) -> pl.Expr:
    return pl.when(is_on_track).then(pl.lit("on_track")).when(~is_on_track).then(pl.lit("off_track"))


def disagreement_in_words(row: Row, language: str) -> str:
    """One row of :func:`disagreements` as one sentence: what each method says, and which one decides."""
    parts = [_pace(row, language)]
    if row["rate"] is not None:
        parts.append(_rate(row, language))
    if row["projection"] is not None:
        parts.append(_projection(row, language))
    said = word("opinion.separator", language).join(part for part in parts if part)
    return word("opinion.differ", language, said=said)


def _pace(row: Row, language: str) -> str:
    lead = row["lead_points"]
    if lead is None:
        return ""
    if round(lead, _NO_DUST) == 0:
        return word("opinion.pace_even", language)
    points = text.distance(lead, "percent", 1, language)
    return word("opinion.pace_ahead" if lead > 0 else "opinion.pace_behind", language, points=points)


def _rate(row: Row, language: str) -> str:
    if row["rate_ratio"] <= 0:
        return word("opinion.rate_away" if row["rate_ratio"] < 0 else "opinion.rate_flat", language)
    ratio = text.number(row["rate_ratio"], 2, language, target=_RATE_ON_TRACK)
    return word("opinion.rate_enough" if row["rate"] == "on_track" else "opinion.rate_short", language, ratio=ratio)


def _projection(row: Row, language: str) -> str:
    share = row["missed_share"]
    if share is None or share <= 0:
        return word("opinion.projection_reaches", language)
    if share >= 1:
        return word("opinion.projection_away", language)
    missed = text.number(100 * share, 0, language, target=_SHARE_ON_TRACK_PERCENT)
    key = "opinion.projection_nearly" if row["projection"] == "on_track" else "opinion.projection_misses"
    return word(key, language, share=missed)


def reason(row: Row) -> str | None:
    """What stands in the way of a target that is not met: a code, the hardest obstacle first.

    Args:
        row: state, baseline_value, lead_points, batches_left, needed_per_batch, best_per_batch, needed_per_month and
            best_per_month, as ``mart.progress``.

    Returns:
        ``below_base``, ``no_batch_left``, ``beyond_best_batch`` and ``beyond_best_month`` (more is needed than was
        ever seen), ``per_batch``, ``behind_pace``; None for what is decided, cannot be judged, or is only short of a
        rate.
    """
    if row["state"] not in ("behind", "slightly_behind", "going_backwards", "on_pace", "ahead"):
        return None
    if row["state"] == "going_backwards":
        return "below_base"
    if row["batches_left"] == 0:
        return "no_batch_left"
    if row["needed_per_batch"] is not None and row["best_per_batch"] is not None:
        is_beyond = row["needed_per_batch"] > row["best_per_batch"]
        return "beyond_best_batch" if is_beyond else "per_batch"
    per_month, best = row["needed_per_month"], row["best_per_month"]
    if row["batches_left"] is None and per_month is not None and best is not None and per_month > best:
        return "beyond_best_month"
    return "behind_pace" if row["lead_points"] is not None and row["lead_points"] < 0 else None


def reason_in_words(row: Row, language: str) -> str:
    """The reason of a target with its numbers, empty where there is none to name.

    Args:
        row: as :func:`reason`, with ``unit`` and ``decimals``.
    """
    code = reason(row)
    if code is None:
        return ""
    numbers: dict[str, object] = {"left": row["batches_left"]}
    if code == "below_base":
        numbers["base"] = text.compact(row["baseline_value"], row["unit"], row["decimals"], language)
    elif code in ("per_batch", "beyond_best_batch"):
        numbers |= _needed(row, "batch", 0, language)
    elif code == "beyond_best_month":
        numbers |= _needed(row, "month", 1, language)
    elif code == "behind_pace":
        numbers["points"] = text.distance(row["lead_points"], "percent", 1, language)
    return word(f"opinion.reason_{code}", language, **numbers)


def _needed(row: Row, per: str, decimals: int, language: str) -> dict[str, object]:
    """What is needed, rounded up so that it suffices, and the best so far."""
    needed, best = text.rounded_up(row[f"needed_per_{per}"], decimals), row[f"best_per_{per}"]
    return {
        "needed": text.compact(needed, row["unit"], decimals, language),
        "best": text.compact(best, row["unit"], 0, language),
    }
