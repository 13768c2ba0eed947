"""What makes a notice's numbers less certain, in sentences: data debts, and lists that disagree. Pure."""

from __future__ import annotations

import polars as pl

from tracker import text
from tracker.difference import SHOWN_NAMES
from tracker.findings import Row
from tracker.text import word


def debt_lines(debts: pl.DataFrame, language: str) -> list[str]:
    """Each data debt of ``queries/debts.sql`` as a sentence."""
    return [debt_line(row, language) for row in debts.iter_rows(named=True)]


def publicity_lines(names: pl.DataFrame, language: str) -> list[str]:
    """Per batch, who stands on its publicity list or on its decided list only, as ``publicity_difference.sql``."""
    keys = ["tier_short", "event", "batch", "publicity_on", "final_on"]
    lines = []
    for key, rows in names.group_by(keys, maintain_order=True):
        tier, event, batch, publicity_on, final_on = key
        dropped, added = (rows.filter(side)["name"].to_list() for side in ("in_publicity", "in_final"))
        said = word(
            "closing.publicity_difference",
            language,
            tier=tier,
            event=word(f"event.{event}", language),
            batch=batch or "–",
            publicity_on=text.day(publicity_on, language),
            final_on=text.day(final_on, language),
            dropped=len(dropped),
            added=len(added),
        )
        who = {"dropped": dropped, "added": added}
        phrases = [word(f"notice.{key}", language, names=named(names, language)) for key, names in who.items() if names]
        lines.append(said + word("notice.area_separator", language).join(["", *phrases]))
    return lines


def debt_line(row: Row, language: str) -> str:
    """One data debt of ``queries/debts.sql`` as a sentence."""
    blank = {name: row[name] or "–" for name in ("file_name", "area_short", "tier_short")}
    return word(
        f"debt.{row['kind']}",
        language,
        file=blank["file_name"],
        area=blank["area_short"],
        tier=blank["tier_short"],
        number=row["number"],
        detail=row["detail"] or "",
    )


def named(names: list[str], language: str, number: int | None = None) -> str:
    """Some names in one line, the rest as their number.

    Args:
        names: those that are known by name.
        language: of the words.
        number: how many there are where not all are known by name.
    """
    number = len(names) if number is None else number
    shown = names[:SHOWN_NAMES]
    line = text.listed(shown, language)
    return line if number <= len(shown) else word("notice.names_cut", language, names=line, number=number)
