"""What the rows of :func:`tracker.viewing.targets_at` say, in words: counts, the finding, gaps, notes. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from tracker import text
from tracker.progress import LEADER_STATE, PACED_BASES
from tracker.text import word
from tracker.viewing import Rule

Row = Mapping[str, Any]
# The six words of official notices (as codes), in the order in which leaders read them.
STATUSES = ("met", "ahead", "on_pace", "behind", "missed", "not_reported")
IN_NEED = ("missed", "behind")
_SAME = 1e-9
STATE_THRESHOLDS = (
    "ahead_lead_points",
    "on_pace_lead_points",
    "slightly_behind_lead_points",
    "ratio_slightly_behind_percent",
)


def status_counts(targets: pl.DataFrame) -> dict[str, int]:
    """How many targets stand under each of the six words, zeros included."""
    counts = dict(targets.group_by("status").len().iter_rows())
    return {status: counts.get(status, 0) for status in STATUSES}


def unjudged(targets: pl.DataFrame) -> int:
    """How many of those under 未报送 have data all the same, which are out of date or of too few to judge by."""
    return targets.filter((pl.col("status") == "not_reported") & (pl.col("state") == "not_assessable")).height


def count_words(targets: pl.DataFrame, language: str) -> dict[str, str]:
    """What :func:`status_counts` count, in words: who has reported is not said not to have."""
    words = {status: word(f"status.{status}", language) for status in STATUSES}
    if unjudged(targets):
        words["not_reported"] = word("status.not_reported_or_unjudged", language)
    return words


def doubted(targets: pl.DataFrame, language: str) -> str:
    """How many of the completed targets rest on a value in doubt, in brackets behind their number; else nothing."""
    if "doubtful_values" not in targets.columns:
        return ""
    number = targets.filter((pl.col("status") == "met") & (pl.col("doubtful_values") > 0)).height
    return word("finding.met_in_doubt", language, number=number) if number else ""


def most_in_need(targets: pl.DataFrame, number: int) -> pl.DataFrame:
    """The targets to push first: headline before others, promises before ambitions, then by share missing.

    The share of the target that is missing compares enterprises with percentages; it orders and is never printed.
    """
    missing_share = (pl.col("gap").abs() / pl.col("target_value").abs()).fill_null(1.0)
    return (
        targets.filter(pl.col("status").is_in(IN_NEED))
        .sort(
            pl.col("is_headline").not_(),
            pl.col("commitment") == "aspirational",
            -missing_share,
            maintain_order=True,
        )
        .head(number)
    )


def finding(targets: pl.DataFrame, language: str) -> str:
    """The first line of the page: how many are done, how many are not, and which gap is the widest."""
    counts = status_counts(targets)
    total = targets.height
    if counts["met"] == total:
        return word("finding.all_met", language, total=total) + doubted(targets, language)
    silent = "_or_unjudged" if unjudged(targets) else ""
    if counts["not_reported"] == total:
        return word(f"finding.none_reported{silent}", language, total=total)
    parts = [word("finding.met", language, total=total, met=counts["met"]) + doubted(targets, language)]
    named = [status for status in ("missed", "behind") if counts[status]] or ["on_pace", "not_reported"]
    # A finding that rests on few of the targets says so.
    if 2 * counts["not_reported"] > total and "not_reported" not in named:
        named.append("not_reported")
    counts["on_pace"] += counts["ahead"]
    keys = {status: f"finding.{status}{silent if status == 'not_reported' else ''}" for status in named}
    parts += [word(keys[status], language, number=counts[status]) for status in named if counts[status]]
    sentence = word("finding.part_separator", language).join(parts)
    worst = most_in_need(targets, 1).to_dicts()
    if not worst:
        return sentence
    key = "finding.worst_headline" if worst[0]["is_headline"] else "finding.worst"
    return sentence + word(key, language, name=worst[0]["short"], gap=gap_phrase(worst[0], language))


def value_phrase(row: Row, language: str, *, is_tight: bool = False) -> str:
    """The value with its unit, or the word for a value that nobody reported; never a zero in its place.

    One that rests on a value of a mistaken unit is marked wherever it is printed; :func:`doubts` says why.
    """
    if row["value"] is None:
        return word("status.not_reported", language)
    amount = text.compact(row["value"], row["unit"], row["decimals"], language, row["target_value"])
    return marked(row, amount, language, is_tight=is_tight)


def marked(row: Row, shown: str, language: str, *, is_tight: bool = False) -> str:
    """What is printed of a value, marked where the value is in doubt; with a sign alone where there is no room."""
    if not row.get("doubtful_values"):
        return shown
    return word("note.doubtful_sign" if is_tight else "note.doubtful_value", language, shown=shown)


def target_phrase(row: Row, language: str) -> str:
    """The target with the plan's qualifier; the verb of a plain promise (培育 1000 家) is left out."""
    is_plain = row["comparator"] == "ge" and row["commitment"] != "aspirational"
    return text.target_phrase(
        row["target_value"],
        row["value_high"],
        row["comparator"],
        "" if is_plain else row["wording"],
        row["unit"],
        row["decimals"],
        language,
    )


def bare_target(row: Row, language: str) -> str:
    """The target without its unit, for a cell whose row or table names the unit: ``1000``, ``超过 50``, ``全覆盖``."""
    return target_phrase({**row, "unit": "bare"}, language)


def gap_phrase(row: Row, language: str) -> str:
    """How far the value lies from the target, in the indicator's own unit: ``差 4 家``, ``高 4.6 个百分点``.

    Within a tolerance (5 家左右, 4 reached) nothing is missing; at exactly 50 of 超过 50 something still is.
    """
    if row["value"] is None or row["gap"] is None:
        return ""
    is_higher = row["value"] > row["target_value"]
    is_good_side = is_higher == (row["direction"] == "higher")
    is_done = row["status"] == "met"
    if abs(row["gap"]) < _SAME or row["value"] == row["target_value"] or (is_done and not is_good_side):
        return word("gap.met" if is_done or row["comparator"] != "gt" else "gap.equal_not_met", language)
    gap, decimals = printed_gap(row)
    amount = text.distance(gap, row["unit"], decimals, language)
    if row["unit"] == "percent":
        return word("gap.higher" if is_higher else "gap.lower", language, amount=amount)
    return word("gap.beyond" if is_good_side else "gap.short", language, amount=amount)


def short_gap(row: Row, language: str, place: str = "gap") -> str:
    """The gap without its unit, for a cell whose row names the unit: ``差 21``, ``低 46.0``.

    ``place`` is the page or document of the words: where there is room, English says ``21 short`` instead of ``−21``.
    """
    if row["value"] is None or row["gap"] is None:
        return ""
    gap, decimals = printed_gap(row)
    amount = text.number(gap, decimals, language, target=0)
    if row["unit"] == "percent":
        is_higher = row["value"] > row["target_value"]
        return word(f"{place}.cell_higher" if is_higher else f"{place}.cell_lower", language, amount=amount)
    return word(f"{place}.cell_short", language, amount=amount)


def printed_gap(row: Row) -> tuple[float, int]:
    """How far the value lies from the target, as a reader reckons it from both as printed, and its decimals.

    46.85 of 50 prints as 46.9, 3.1 short; 12.547 against 12.5 prints as 12.55, 0.05 beyond, not 0.1.
    """
    value, target, decimals = float(row["value"]), float(row["target_value"]), int(row["decimals"])
    if abs(abs(value - target) - abs(row["gap"])) > _SAME:
        return abs(float(row["gap"])), decimals  # of a range, or of a target that asks for more than its number
    gap = abs(text.rounded(value, decimals, target) - Decimal(repr(target))).normalize()
    return float(gap), max(decimals, -int(gap.as_tuple().exponent))


def notes(row: Row, as_of: dt.date, rule: Rule, language: str) -> list[str]:
    """What must stand beside a value: the finer state, titles awaiting review, incomplete or old data."""
    found = [note] if (note := text.state_note(row["state"], language)) else []
    is_in_force = rule.basis == "in_force" and row["basis"] == "in_force"
    if is_in_force and row["awaiting"]:
        key = "note.awaiting_in" if rule.with_awaiting else "note.awaiting_out"
        found.append(word(key, language, number=row["awaiting"]))
    if is_in_force and row["publicity"]:
        key = "note.publicity_in" if rule.with_publicity else "note.publicity_out"
        found.append(word(key, language, number=row["publicity"]))
    if is_in_force and row.get("lapsed_publicity"):
        found.append(word("note.publicity_lapsed", language, number=row["lapsed_publicity"]))
    found += doubts(row, language)
    if row["observation_state"] == "partial" and row["expected_units"]:
        reported, expected = row["reported_units"] or 0, row["expected_units"]
        found.append(word("note.partial", language, reported=reported, expected=expected))
    if row["observation_state"] == "stale" and row["source_period_end"]:
        found.append(word("note.stale", language, month=text.month(row["source_period_end"], language)))
    if row["observation_state"] == "sample_too_small":
        found.append(word("note.sample_too_small", language))
    if row["comparator"] == "range" and row["value"] is not None and row["value"] > row["value_high"]:
        found.append(word("note.above_range", language))
    is_over = row["due_on"] < as_of
    if is_over and row["judged_value"] is not None and row["judged_value"] != row["value"]:
        judged = text.compact(row["judged_value"], row["unit"], row["decimals"], language, row["target_value"])
        found.append(word("note.judged", language, value=judged))
    if row.get("interim_due_on") is not None:
        due_on = text.month(row["interim_due_on"], language)
        task = text.compact(row["interim_target_value"], row["unit"], row["decimals"], language)
        status = word(f"status.{LEADER_STATE[row['interim_state']]}", language)
        found.append(word("note.interim", language, due_on=due_on, task=task, status=status))
    return found


def doubts(row: Row, language: str) -> list[str]:
    """That a value rests on one of a mistaken unit, wherever it is printed; nothing of a sound one."""
    number = row.get("doubtful_values")
    return [word("note.doubtful", language, number=number)] if number else []


def rule_words(rule: Rule, language: str) -> list[str]:
    """How titles are counted under a rule, in words: nothing is counted without saying so."""
    if rule.basis == "ever":
        return [word("basis.ever_long", language)]
    awaiting = "basis.with_awaiting" if rule.with_awaiting else "basis.without_awaiting"
    more = [word(awaiting, language), *([word("basis.with_publicity", language)] if rule.with_publicity else [])]
    # As names of switches they begin with a capital, as parts of a list they do not.
    return [word("basis.in_force_long", language), *(label[:1].lower() + label[1:] for label in more)]


def counting_basis(row: Row, language: str) -> list[str]:
    """How a count is taken (in force, ever, new …); ratios and levels have only one way."""
    return [word(f"basis.{row['basis']}", language)] if row["basis"] in PACED_BASES else []


def owners(row: Row, unit_names: Mapping[str, str]) -> list[str]:
    """The responsible units by name, the leading one first."""
    return [unit_names[code] for code in (row["owner_units"] or "").split(",") if code]


def owners_phrase(names: list[str], shown: int, language: str) -> str:
    """The first of the responsible units by name; where there are more, how many in all."""
    line = text.listed(names[:shown], language)
    return line if len(names) <= shown else word("need.owners_cut", language, owners=line, number=len(names))


def where(row: Row, area_rows: pl.DataFrame, language: str) -> str:
    """Which areas are short on a target, the widest gap first; empty where no area has a task."""
    short = area_rows.filter(
        (pl.col("target_id") == row["target_id"]) & pl.col("status").is_in((*IN_NEED, "not_reported"))
    ).sort(pl.col("gap").abs(), descending=True, nulls_last=True, maintain_order=True)
    phrases = [
        word("need.area", language, area=area["area_short"], gap=gap_phrase(area, language) or value)
        for area in short.head(3).iter_rows(named=True)
        for value in [word(f"state.{area['state']}", language)]
    ]
    if short.height > len(phrases):
        phrases.append(word("need.more_areas", language, number=short.height - len(phrases)))
    return text.listed(phrases, language)


def bullet_frame(
    targets: pl.DataFrame,
    as_of: dt.date,
    language: str,
    outlooks: Mapping[str, str] | None = None,
    past: Mapping[str, list[float | None]] | None = None,
) -> pl.DataFrame:
    """One row per bullet bar: share of the target, share expected by now, and the words around the bar.

    Args:
        targets: rows of :func:`tracker.viewing.targets_at`.
        as_of: the date looked at.
        language: of the words.
        outlooks: the expected range in words by target id; without one the line stays empty.
        past: the values of the last months by target id, oldest first, for the small line.
    """
    return pl.DataFrame(
        [
            {
                "name": row["name"],
                "target": word("chart.target", language, target=target_phrase(row, language)),
                "share": share(row),
                "expected_share": _expected_share(row, as_of),
                "value": value_phrase(row, language) if row["value"] is not None else "–",
                "status": row["status"],
                "status_word": word(f"status.{row['status']}", language),
                "gap": _why_not_judged(row, language) or gap_phrase(row, language),
                "outlook": (outlooks or {}).get(row["target_id"], ""),
                "past": (past or {}).get(row["target_id"], []),
            }
            for row in targets.iter_rows(named=True)
        ],
        schema_overrides={"share": pl.Float64, "expected_share": pl.Float64, "past": pl.List(pl.Float64)},
    )


def share(row: Row) -> float | None:
    """The value as a share of the target, for bars: none where there is no value that can be judged."""
    is_judged = row["value"] is not None and row["state"] != "not_assessable"
    if is_judged and row["comparator"] == "lead":
        # The second place is half of the first, not twice of it.
        return float(row["target_value"] / row["value"])
    return float(row["value"] / row["target_value"]) if is_judged else None


def bullets_in_words(targets: pl.DataFrame, language: str) -> str:
    """The bullet chart as one sentence, for those who cannot see it."""
    rows = [
        word(
            "chart.bullet_alt",
            language,
            name=row["name"],
            value=value_phrase(row, language),
            target=target_phrase(row, language),
            status=word(f"status.{row['status']}", language),
        )
        for row in targets.iter_rows(named=True)
    ]
    return word("chart.bullets_alt", language, rows=text.listed(rows, language))


def rules_in_words(thresholds: pl.DataFrame, language: str) -> list[str]:
    """The numbers that divide the states, as they are printed under every table."""
    return [
        word("overview.rule", language, name=row["name"], value=text.quantity(row["value"], row["unit"], 0, language))
        for row in thresholds.filter(pl.col("threshold_id").is_in(STATE_THRESHOLDS)).iter_rows(named=True)
    ]


def _why_not_judged(row: Row, language: str) -> str:
    """Why a value that stands there has no bar: it is out of date, or of too few; empty where it has one."""
    is_shown = row["value"] is not None and row["state"] == "not_assessable"
    is_known = row["observation_state"] in ("stale", "sample_too_small")
    return word(f"enterprises.state_{row['observation_state']}", language) if is_shown and is_known else ""


def _expected_share(row: Row, as_of: dt.date) -> float | None:
    if row["due_on"] <= as_of or row["expected_value"] is None:
        return None
    return float(row["expected_value"] / row["target_value"])
