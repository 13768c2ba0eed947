"""Where no target is set: how many enterprises hold which title where."""

from __future__ import annotations

import polars as pl

from tracker import blocks, blocks_enterprises, ladder
from tracker import enterprises_words as words
from tracker.catalog_derived import UNASSIGNED_SUFFIX
from tracker.links import View, href
from tracker.text import word
from tracker.ui.reading import tier_counts
from tracker.warehouse import read


def lapsed_caption(view: View, tier: str) -> str:
    """How many were shown for a tier and never decided, as small print; empty where there is nobody."""
    said = ladder.lapsed_note(view.build_id, tier, view.area_code, view.as_of, view.language)
    return blocks.caption(said) if said else ""


def unplaced_note(view: View, tier: str) -> str:
    """How many holders of a title lists place in the whole alone, with the way to their names; empty where none."""
    code = f"{view.plan_area}{UNASSIGNED_SUFFIX}"
    counts = ladder.tier_counts(view.build_id, view.plan_area, view.as_of, view.rule)
    found = counts.filter(tier=tier, area_code=code)["value"].drop_nulls()
    number = int(found[0]) if len(found) else 0
    if not number:
        return ""
    said = word("districts.unplaced", view.language, number=number)
    target = href("enterprises", view, target=None, tier=tier, part=code)
    return blocks_enterprises.remark(said, word("districts.unplaced_names", view.language), target)


def titles_by_area(view: View) -> tuple[str, list[str]]:
    """The finding, and the parts of a table of tiers by area."""
    language = view.language
    tiers = read(view.build_id, "tiers", language=language)
    below = read(view.build_id, "area_units", plan_id=view.plan_id, area_code=view.area_code, language=language)
    counts = tier_counts(view)
    # A title that no indicator counts has lists all the same: its column would say that there are none.
    tiers = tiers.filter(pl.col("tier").is_in(counts["tier"].unique().implode())) if counts.height else tiers
    rows = ladder.areas_of(below, counts, view.area_code)
    has_unplaced = any(code.endswith(UNASSIGNED_SUFFIX) for code, _ in rows)
    return words.tiers_finding(counts, tiers, rows[0], language), [
        blocks.section(word("overview.titles_title", language), word("overview.titles_note", language)),
        blocks_enterprises.tier_table(counts, tiers, rows, view),
        blocks.caption(
            [
                word("overview.titles_caption", language),
                *([word("overview.lapsed_caption", language)] if counts["lapsed_publicity"].sum() else []),
                *([word("overview.unplaced_caption", language)] if has_unplaced else []),
            ]
        ),
    ]
