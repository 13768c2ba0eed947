"""The same charts in Dash: what the app is compared with.

``python -m benchmarks.dash_peer PORT`` serves the charts of the overview, the districts and the indicators page of the
build in force, seven in all, as the same figures from the same rows, kept once they are made. Only the
charts: the app's pages carry tables and words beside them.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go
import polars as pl
import waitress
from dash import Dash, Input, Output, dcc, html

from tracker import findings, indicators, viewing, warehouse
from tracker.charts import areas as area_charts
from tracker.charts import finished
from tracker.charts.bullets import bullet_rows
from tracker.charts.frame import Frame
from tracker.districts import ranked
from tracker.outlook_view import target_outlook

PLAN, LANGUAGE, TARGET = "lianyungang", "zh", "innovative_smes"
AS_OF = dt.date(2025, 9, 30)
_RULE = viewing.DEFAULT_RULE


@dataclass(frozen=True)
class Rows:
    """What the charts of a date are drawn from: the headline targets of the whole, and one target with its areas.

    ``row`` is that target of the whole with its forecast; ``past``, ``fan`` and ``parts`` are its months, its forecast
    by month and its areas.
    """

    build_id: str
    areas: pl.DataFrame
    headline: pl.DataFrame
    target: pl.DataFrame
    row: dict[str, Any]
    past: pl.DataFrame
    fan: pl.DataFrame
    parts: pl.DataFrame

    @property
    def past_of_whole(self) -> pl.DataFrame:
        """The months of the target without those of its areas."""
        return self.past.filter(area_code=self.row["area_code"])


@lru_cache(maxsize=64)
def rows_at(as_of: dt.date) -> Rows:
    """The rows of a date."""
    build_id = warehouse.current_build_id()
    assert build_id is not None
    targets = viewing.targets_at(build_id, PLAN, as_of, LANGUAGE, _RULE)
    areas = warehouse.query(build_id, "areas", plan_id=PLAN, language=LANGUAGE)
    whole = areas["area_code"][0]
    target = targets.filter(target_id=TARGET)
    row = target.row(by_predicate=pl.col("area_code") == whole, named=True)
    known = warehouse.query(build_id, "outlook", plan_id=PLAN, as_of=as_of)
    mine = known.filter(target_id=TARGET, area_code=whole)
    row |= mine.row(0, named=True) if mine.height else dict.fromkeys(("median", "low_80", "high_80", "chance"))
    parts = warehouse.query(
        build_id,
        "area_observations",
        plan_id=PLAN,
        indicator_id=row["indicator_id"],
        basis=row["basis"],
        as_of=as_of,
        language=LANGUAGE,
    )
    return Rows(
        build_id=build_id,
        areas=areas,
        headline=targets.filter((pl.col("area_code") == whole) & pl.col("is_headline")),
        target=target,
        row=row,
        past=viewing.history(build_id, PLAN, TARGET, target["due_on"][0], as_of, _RULE),
        fan=target_outlook(build_id, PLAN, TARGET, whole, as_of).fan,
        parts=parts,
    )


@lru_cache(maxsize=64)
def figures(page: str, as_of: dt.date) -> list[go.Figure]:
    """The charts of a page on a date."""
    rows = rows_at(as_of)
    if page == "/":
        values = {
            target_id: viewing.history(rows.build_id, PLAN, target_id, due_on, as_of, _RULE)
            .filter(area_code=rows.row["area_code"])["value"]
            .tail(24)
            .to_list()
            for target_id, due_on in rows.headline.select("target_id", "due_on").iter_rows()
        }
        return [bullet_rows(findings.bullet_frame(rows.headline, as_of, LANGUAGE, past=values), "")]
    if page == "/districts":
        in_order = ranked(rows.target, rows.target.clear(), rows.areas)
        name = str(rows.row["name"])
        drawn = finished.area_figures(
            in_order, rows.areas, rows.past, name=name, as_of=as_of, compared_with=as_of, said="", language=LANGUAGE
        )
        return list(drawn.values())
    expiries = pl.DataFrame(schema={"month_end": pl.Date, "titles": pl.Int64})
    past = rows.past_of_whole
    return [
        finished.burn_up(rows.row, past, rows.fan, expiries, as_of=as_of, said="", language=LANGUAGE),
        area_charts.contributions(indicators.contributions(rows.parts, rows.row, LANGUAGE), Frame("", "", "")),
    ]


def app() -> Dash:
    """The pages by their paths; the date is picked in a list."""
    made = Dash(__name__)
    months = [dt.date(2025, month, 1) - dt.timedelta(days=1) for month in range(2, 13)]
    made.layout = html.Div(
        [
            dcc.Location(id="where"),
            dcc.Dropdown([day.isoformat() for day in months], AS_OF.isoformat(), id="as_of", clearable=False),
            html.Div(id="charts"),
        ]
    )

    @made.callback(Output("charts", "children"), Input("where", "pathname"), Input("as_of", "value"))
    def draw(page: str, as_of: str) -> list[dcc.Graph]:
        return [dcc.Graph(figure=figure) for figure in figures(page, dt.date.fromisoformat(as_of))]

    return made


if __name__ == "__main__":
    waitress.serve(app().server, host="127.0.0.1", port=int(sys.argv[1]), threads=4)
