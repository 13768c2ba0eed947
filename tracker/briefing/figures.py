"""The figures of a briefing for pictures: those of the pages, named for files."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from tracker import findings, viewing
from tracker.briefing.content import Content
from tracker.briefing.selection import in_file_name
from tracker.charts import finished
from tracker.charts.bullets import bullet_rows
from tracker.text import word

_SPARK_MONTHS = 24


def figures(content: Content) -> dict[str, go.Figure]:
    """Every figure by the name of its file without the ending: targets, each target's months, areas on each target."""
    chosen, language = content.selection, content.language
    found = {_name(content, word("chart.bullets_title", language)): _bullets(content)}
    for history in content.histories:
        row = dict(history.target) | dict.fromkeys(("median", "low_50", "high_50", "low_80", "high_80"))
        found[_name(content, row["name"])] = finished.burn_up(
            row, history.months, _no_fan(), _no_expiries(), as_of=chosen.as_of, said=content.foot, language=language
        )
    for comparison in content.comparisons:
        name, due_on = comparison.target["name"], comparison.rows["due_on"][0]
        made = finished.area_figures(
            comparison.rows,
            content.facts.areas,
            viewing.history(
                chosen.build_id, chosen.plan_id, comparison.target["target_id"], due_on, chosen.as_of, chosen.rule
            ),
            name=name,
            as_of=chosen.as_of,
            compared_with=content.compared_with or chosen.as_of,
            said=content.foot,
            language=language,
        )
        for place, figure in made.items():
            found[_name(content, f"{name}_{word(f'districts.{place}_title', language)}")] = figure
    return found


def _name(content: Content, said: str) -> str:
    month = f"{content.selection.as_of:%Y-%m}"
    return in_file_name(f"{content.area}_{said}_{month}")


def _bullets(content: Content) -> go.Figure:
    rows = pl.DataFrame([history.target for history in content.histories], infer_schema_length=None)
    past = {
        history.target["target_id"]: history.months["value"].tail(_SPARK_MONTHS).to_list()
        for history in content.histories
    }
    frame = findings.bullet_frame(rows, content.selection.as_of, content.language, past=past)
    return bullet_rows(frame, f"{content.area} · {content.foot}")


def _no_fan() -> pl.DataFrame:
    """A forecast stands in pictures only where somebody chose to see it, which is on the page."""
    names = ("low_80", "low_50", "median", "high_50", "high_80")
    return pl.DataFrame(schema={"month_end": pl.Date, **dict.fromkeys(names, pl.Float64)})


def _no_expiries() -> pl.DataFrame:
    return pl.DataFrame(schema={"month_end": pl.Date, "titles": pl.Int64})
