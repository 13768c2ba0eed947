"""One target in words: the finding, what it takes from here, what is expected, and the frames of its figures. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from tracker import districts, findings, opinions, text
from tracker.charts.months import BurnUpWords
from tracker.look import STATUS_LOOKS
from tracker.pace import FLOWS
from tracker.text import word
from tracker.viewing import DEFAULT_RULE, Rule

Row = Mapping[str, Any]
_DUST = 1e-9


def finding(row: Row, language: str) -> str:
    """Value, gap and state of a target in one line: the title of its page and of its chart."""
    status = word(f"status.{row['status']}", language)
    if row["value"] is None:
        return word("indicators.finding_unknown", language, name=row["short"], status=status)
    parts = [findings.gap_phrase(row, language), status if language == "zh" else status.lower()]
    return word(
        "indicators.finding",
        language,
        name=row["short"],
        value=findings.value_phrase(row, language),
        rest=text.listed([part for part in parts if part], language),
    )


def what_it_takes(row: Row, as_of: dt.date, language: str) -> list[str]:
    """What stands in the way, and what is needed from here a month beside the best month there ever was."""
    if row["value"] is None or row["due_on"] <= as_of or row["status"] == "met":
        return []
    # What is needed a month, and that it never was reached, is said once: with the months that are left.
    is_said_below = opinions.reason(row) == "beyond_best_month"
    obstacle = "" if is_said_below else opinions.reason_in_words(row, language)
    lines = [obstacle] if obstacle else []
    needed, best = row["needed_per_month"], row["best_per_month"]
    if needed:
        amount = _needed(row, language)
        line = word("indicators.needed_per_month", language, left=row["months_left"], needed=amount)
        if best is not None:
            key = "never" if needed > best else "has_been"
            line += word(f"indicators.best_{key}", language, best=_amount(row, best, language))
        lines.append(line)
    return lines


def ahead_lines(row: Row, expiries: pl.DataFrame, rule: Rule, as_of: dt.date, language: str) -> list[str]:
    """What is expected at the due date, and how many titles end before it."""
    if row["due_on"] <= as_of:
        return []
    said = (
        [outlook(row, as_of, language)] if rule == DEFAULT_RULE else [word("indicators.outlook_default_only", language)]
    )
    ending = int(expiries["titles"].sum())
    if ending:
        said.append(word("indicators.expiring", language, number=ending))
    return [line for line in said if line]


def value(row: Row, language: str) -> str:
    """The value as pages print it."""
    return findings.value_phrase(row, language)


def task_rows(tasks: pl.DataFrame, as_of: dt.date, language: str) -> list[list[str]]:
    """The row of years: when each task is due, what it asks, what there was, how it stands. Empty for a single task."""
    if tasks.height < 2:
        return []
    # Nothing was done and nothing is missing in a year that has not begun.
    return [
        [
            _due(row, language),
            findings.target_phrase(row, language),
            "–" if row["value"] is None or as_of < row["starts_on"] else findings.value_phrase(row, language),
            "–" if as_of < row["starts_on"] else findings.gap_phrase(row, language),
            _task_status(row, as_of, language),
        ]
        for row in tasks.iter_rows(named=True)
    ]


def tasks_note(row: Row, language: str) -> str:
    """How several tasks of one target stand to each other: each year begins anew, or all are steps of one way."""
    return word(f"indicators.tasks_{'anew' if row['basis'] in FLOWS else 'each'}", language)


def _task_status(row: Row, as_of: dt.date, language: str) -> str:
    if as_of < row["starts_on"]:
        return word("indicators.task_ahead", language)
    status = row["status"]
    said = f"{STATUS_LOOKS[status].mark} {word(f'status.{status}', language)}"
    note = text.state_note(row["state"], language)
    return said if note is None else word("indicators.task_noted", language, status=said, note=note)


def _due(row: Row, language: str) -> str:
    due: dt.date = row["due_on"]
    is_year_end = (due.month, due.day) == (12, 31)
    return word("indicators.task_year", language, year=due.year) if is_year_end else text.day(due, language)


def export_table(history: pl.DataFrame, language: str) -> pl.DataFrame:
    """The months behind the burn-up as a table to save."""
    return history.select(
        pl.col("as_of").alias(word("app.as_of", language)),
        pl.col("value").alias(word("overview.column_value", language)),
        pl.col("expected_value").alias(word("indicators.column_expected", language)),
        pl.col("target_value").alias(word("overview.column_target", language)),
        pl.col("lead_points").alias(word("districts.column_lead_points", language)),
    )


def _amount(row: Row, value: float, language: str) -> str:
    return text.compact(value, row["unit"], row["decimals"], language)


def _needed(row: Row, language: str) -> str:
    return text.compact(text.rounded_up(row["needed_per_month"], 1), row["unit"], max(1, row["decimals"]), language)


def outlook(row: Row, as_of: dt.date, language: str) -> str:
    """Expected range and chance at the due date; empty after it, or where too little is known to say."""
    if row["due_on"] <= as_of or row["low_80"] is None:
        return ""
    said = word("indicators.expected", language, range=expected_range(row, language))
    if row["chance"] is None:
        return said
    return said + word("indicators.chance", language, chance=chance(row["chance"], language))


def expected_range(row: Row, language: str) -> str:
    """The 80% interval at the due date, always marked as calculated: ``18–24 家（测算）``.

    Too few points to say how far off it may be give a median without an interval: nothing to print.
    """
    low, high = (text.number(row[key], row["decimals"], language) for key in ("low_80", "high_80"))
    amount = word(f"unit.{row['unit']}.compact", language, number=low if low == high else f"{low}–{high}")
    return word("indicators.calculated", language, amount=amount)


def chance(probability: float, language: str) -> str:
    """A chance in percent, never certain: a model knows neither 0 nor 100."""
    percent = 100 * probability
    if percent < 1:
        return word("indicators.chance_below", language, percent=1)
    if percent > 99:
        return word("indicators.chance_above", language, percent=99)
    return f"{percent:.0f}%"


def burn_up_words(row: Row, as_of: dt.date, language: str) -> BurnUpWords:
    """The labels at the ends of the lines; a line without a meaning for this target gets none."""
    is_running = row["due_on"] > as_of
    is_open = is_running and row["status"] != "met" and row["value"] is not None
    has_pace = row["expected_value"] is not None
    needs = is_open and row["needed_per_month"] is not None
    expected = _amount(row, row["expected_value"], language) if has_pace else ""
    return BurnUpWords(
        actual=word("indicators.line_actual", language, value=findings.value_phrase(row, language)),
        target=word("indicators.line_target", language, target=findings.target_phrase(row, language)),
        pace=word("indicators.line_pace", language, value=expected) if has_pace else "",
        needed=word("indicators.line_needed", language, value=_needed(row, language)) if needs else "",
        forecast=word("indicators.line_forecast", language, range=expected_range(row, language))
        if is_running and row["low_80"] is not None
        else "",
        due=word("indicators.line_due", language, month=text.month(row["due_on"], language)),
        expiries=word("indicators.line_expiries", language),
    )


def opinion_rows(answers: pl.DataFrame, language: str) -> list[list[str]]:
    """Method, number and the publisher's class of each second opinion.

    Args:
        answers: ``method``, ``value``, ``class`` as ``queries/second_opinions.sql``.
    """
    rows = []
    for row in answers.iter_rows(named=True):
        is_ours = row["method"] == "linear_pace"
        said = f"state.{row['class']}" if is_ours else f"indicators.class_{row['class']}"
        value = _opinion_value(row["value"], is_ours, language)
        rows.append([word(f"indicators.method_{row['method']}", language), value, word(said, language)])
    return rows


def _opinion_value(value: float | None, is_points: bool, language: str) -> str:
    if value is None:
        return "–"
    return districts.points(value, language) if is_points else text.number(value, 2, language)


def contributions(parts: pl.DataFrame, row: Row, language: str) -> pl.DataFrame:
    """The frame of :func:`tracker.charts.areas.contributions`: each area's part of a number that parts add up to.

    What no area accounts for is a part of its own. Empty where the parts are no parts: rates, or more than the whole.
    """
    counted = parts.filter(pl.col("is_summed") & pl.col("value").is_not_null())
    total = float(counted["value"].sum())
    schema = {"name": pl.String, "value": pl.Float64, "label": pl.String}
    if row["value"] is None or counted.is_empty() or row["unit"] == "percent" or total > row["value"] + _DUST:
        return pl.DataFrame(schema=schema)
    values = list(counted.sort("value", descending=True, maintain_order=True).select("short", "value").iter_rows())
    if row["value"] - total > _DUST:
        values.append((word("indicators.no_area", language), row["value"] - total))
    return pl.DataFrame([(name, value, _amount(row, value, language)) for name, value in values], schema, orient="row")


def closing_rows(closing: Row, row: Row, language: str) -> list[list[str]]:
    """The deciding day side by side: what is in force, decided, under publicity, and what followed."""
    kinds = ("in_force", "awaiting", "decided", "publicity", "decided_later")
    return [[word(f"indicators.closing_{kind}", language), _amount(row, closing[kind], language)] for kind in kinds]


def closing_note(closing: Row, row: Row, language: str) -> list[str]:
    """Which basis decides, by whose decision, and whether another one would turn the answer."""
    said = [word("indicators.closing_basis", language, basis=word(f"indicators.basis_{closing['basis']}", language))]
    if closing["decided_by"] is not None:
        decided = {"by": closing["decided_by"], "on": text.day(closing["decided_on"], language)}
        said.append(word("indicators.closing_decided_by", language, **decided, reason=closing["reason"]))
    if closing["turns_by"] is not None:
        value = _amount(row, closing[f"value_{closing['turns_by']}"], language)
        basis = word(f"indicators.basis_{closing['turns_by']}", language)
        said.append(word("indicators.closing_turns", language, basis=basis, value=value))
    return said


def definition_pairs(row: Row, definition: Row, owners: list[str], language: str) -> list[tuple[str, str]]:
    """What the indicator means and where the target comes from."""
    pairs = {
        "definition": definition["definition"],
        "formula": word(f"formula.{definition['formula']}", language),
        "target": findings.target_phrase(row, language),
        "basis": text.listed(findings.counting_basis(row, language), language),
        "clause": " ".join(part for part in (text.section(row["section"], language), row["clause"]) if part),
        "owners": text.listed(owners, language),
        "caution": definition["caution"] or "",
    }
    return [(word(f"indicators.fact_{name}", language), said) for name, said in pairs.items() if said]
