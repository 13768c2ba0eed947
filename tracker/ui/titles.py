"""Where no target is set: how many enterprises hold which title where."""

from __future__ import annotations

import polars as pl

from tracker import blocks, blocks_enterprises, ladder
from tracker import enterprises_words as words
from tracker.links import View
from tracker.text import word
from tracker.ui.reading import tier_counts
from tracker.warehouse import read


def titles_by_area(view: View) -> tuple[str, list[str]]:
    """The finding, and the parts of a table of tiers by area."""
    language = view.language
    tiers = read(view.build_id, "tiers", language=language)
    below = read(view.build_id, "area_units", plan_id=view.plan_id, area_code=view.area_code, language=language)
    counts = tier_counts(view)
    # A title that no indicator counts has lists all the same: its column would say that there are none.
    tiers = tiers.filter(pl.col("tier").is_in(counts["tier"].unique().implode())) if counts.height else tiers
    rows = ladder.areas_of(below, counts, view.area_code)
    return words.tiers_finding(counts, tiers, rows[0], language), [
        blocks.section(word("overview.titles_title", language), word("overview.titles_note", language)),
        blocks_enterprises.tier_table(counts, tiers, rows, view),
        blocks.caption([word("overview.titles_caption", language)]),
    ]
