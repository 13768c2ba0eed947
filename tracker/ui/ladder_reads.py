"""What the ladder page shows of a view: its rungs, moves, gaps and expiries, and their finished figures."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from tracker import enterprises, ladder, text
from tracker.candidates import numbers_by_tier
from tracker.charts.frame import Frame
from tracker.charts.ladder import move_bars
from tracker.enterprises_histories import POOL
from tracker.enterprises_moved import expiring
from tracker.keeping import kept
from tracker.ladder import Ladder
from tracker.links import View
from tracker.text import word
from tracker.ui.reading import targets_at
from tracker.ui.state import pick
from tracker.viewing import DEFAULT_RULE
from tracker.warehouse import read


def pick_rung(view: View) -> str:
    """The tier that the reader looks at closely; the highest of the ladder first."""
    found = ladder.tiers(view.build_id, view.language)
    names = dict(found.select("tier", "short").iter_rows())
    order = ["little_giant", *(tier for tier in reversed(names) if tier != "little_giant")]
    label = word("ladder.choose", view.language)
    return pick("tier", [tier for tier in order if tier in names], label, names.__getitem__)


@kept(32)
def ladder_of(view: View) -> Ladder:
    """All that the page shows of a view."""
    language = view.language
    tiers = ladder.tiers(view.build_id, language)
    units = read(view.build_id, "area_units", plan_id=view.plan_id, area_code=view.area_code, language=language)
    now, years = ladder.moves(view.build_id, view.plan_id, view.area_code, view.as_of)
    rows = targets_at(view.build_id, view.plan_id, view.as_of, language, DEFAULT_RULE)
    tier_of = dict(read(view.build_id, "tier_indicators").iter_rows())
    return Ladder(
        rungs=((POOL, word("ladder.pool", language)), *tiers.select("tier", "short").iter_rows()),
        now=now,
        years=years,
        targets=ladder.targets_by_tier(rows, tier_of),
        candidates=numbers_by_tier(view.build_id, view.plan_id, view.area_code, view.as_of),
        expiring=ladder.expiring(view.build_id, view.plan_id, view.as_of),
        areas=ladder.shown_areas(units, now, view.area_code),
        doubts=read(view.build_id, "ladder_doubts", plan_id=view.plan_id, area_code=view.area_code, as_of=view.as_of),
    )


@kept(32)
def expiring_names(view: View, tier: str) -> pl.DataFrame:
    """Names whose title of a tier ends within the next months: ``area``, ``code``, ``name``, ``month_end``."""
    until = ladder.until(view.as_of)
    found = expiring(view.build_id, view.plan_id, view.area_code, tier, view.as_of, until)
    units = read(view.build_id, "area_units", plan_id=view.plan_id, area_code=view.area_code, language="zh")
    is_unit = units["unit_code"].n_unique() == 1
    group = pl.col("area_code") if is_unit else pl.col("unit_code")
    placed = found.join(units.select("area_code", area=group), on="area_code", maintain_order="left")
    return enterprises.with_names(view.build_id, placed)


@kept(64)
def ladder_figures(view: View, rung: str) -> dict[str, go.Figure]:
    """The finished figures of a view: ``rungs``, and of one rung ``years`` and ``areas``."""
    chosen = view.language
    shown = ladder_of(view)
    name = dict(shown.rungs)[rung]
    rows = {
        "rungs": ladder.rung_rows(shown, view.area_code),
        "years": ladder.year_rows(shown, rung, view.area_code, view.as_of, chosen),
        "areas": ladder.area_rows(shown, rung),
    }
    heads = [word(f"ladder.head_{column}", chosen) for column in ladder.COLUMNS]
    unknown = word("ladder.unknown", chosen)
    doubts = ladder.doubts(shown, rung, view.area_code, view.as_of)
    return {
        part: move_bars(
            ladder.bar_rows(named, chosen),
            heads,
            unknown,
            _frame(view, part, name, shown.areas[0][1], is_doubtful=doubts[part].height > 0),
        )
        for part, named in rows.items()
        if named
    }


def _frame(view: View, part: str, name: str, area: str, *, is_doubtful: bool) -> Frame:
    chosen = view.language
    title = word(f"ladder.{part}_title", chosen, name=name, year=view.as_of.year)
    key = "ladder.note_years" if part == "years" else "ladder.note"
    above = [
        area,
        text.as_of(view.as_of, view.data_cutoff, chosen),
        *([word("app.demo", chosen)] if view.is_demo else []),
        *([word("ladder.doubtful", chosen)] if is_doubtful else []),
    ]
    foot = f"{' · '.join(above)}\n{word('ladder.rule', chosen)}"
    return Frame(title, word(key, chosen, month=text.month(view.as_of, chosen)), foot)
