"""What the page of plans side by side shows of a view: every plan at the viewed month under the viewed rule."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tracker import plan_comparison, viewing
from tracker.links import View
from tracker.text import word
from tracker.ui.reading import targets_at
from tracker.ui.state import select
from tracker.warehouse import read


@dataclass(frozen=True)
class SideBySide:
    """All plans of a build: their rows, the targets of their whole areas, and what they share."""

    plans: pl.DataFrame
    targets: pl.DataFrame
    titles: pl.DataFrame
    shared: pl.DataFrame

    @property
    def names(self) -> dict[str, str]:
        """Short names by id, in the order of the catalogue."""
        return dict(self.plans.select("plan_id", "short").iter_rows())

    def counts(self, indicator_id: str) -> dict[str, float]:
        """The number of titles of each plan's area; plans without lists are left out."""
        rows = self.titles.filter((pl.col("indicator_id") == indicator_id) & (pl.col("value") > 0))
        return dict(rows.select("plan_id", "value").iter_rows())


def plans_side_by_side(view: View) -> SideBySide:
    """Every plan at the month of a view."""
    plans = read(view.build_id, "plans", language=view.language)
    basis = "ever" if view.rule.basis == "ever" else "in_force"
    known = pl.col("plan_id").is_in(plans["plan_id"].to_list())
    titles = read(view.build_id, "plan_titles", as_of=view.as_of, basis=basis, language=view.language)
    titles = titles.filter(known).with_columns(value=viewing.counted(view.rule))
    targets = pl.concat(
        [
            targets_at(view.build_id, plan_id, view.as_of, view.language, view.rule)
            .filter(pl.col("area_code") == area_code)
            .with_columns(plan_id=pl.lit(plan_id))
            for plan_id, area_code in plans.select("plan_id", "area_code").iter_rows()
        ],
        how="diagonal_relaxed",
    )
    titles = titles.select("plan_id", "indicator_id", "name", "unit", "decimals", "value")
    shared = plan_comparison.shared_rows(targets, titles, plans["plan_id"].to_list())
    return SideBySide(plans, targets, titles, shared)


def pick_denominator(found: SideBySide, language: str) -> str:
    """What the reader wants numbers divided by: an indicator of titles, or nothing (empty)."""
    names = dict(found.titles.select("indicator_id", "name").iter_rows())
    known = [code for code in plan_comparison.DENOMINATORS if found.counts(code)]
    per = plan_comparison.PER

    def named(code: str) -> str:
        key = "plans.per" if code else "plans.as_they_are"
        return word(key, language, per=per, name=names.get(code, ""))

    return select("per", ["", *known], word("plans.denominator", language), named)
