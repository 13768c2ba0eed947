"""梯度培育: who stands on which rung, who came, rose and left, what is missing and who could be next."""

import streamlit as st

from tracker import blocks, blocks_ladder, districts, ladder, text, ui
from tracker.enterprises_histories import POOL
from tracker.text import word

view = ui.current_view()
language = view.language
plan = ui.plan_of(view)
shown = ui.ladder_of(view)
names = dict(shown.rungs)
area = shown.areas[0][1]


def say(key: str, **values: object) -> str:
    return word(f"ladder.{key}", language, **values)


def draw(part: str, title: str) -> None:
    """One of the three figures."""
    if part in figures:
        file_name = say("file", name=area, title=title, as_of=f"{view.as_of:%Y-%m}")
        ui.draw_figure(figures[part], key=part, file_name=file_name, alt=f"{title} {finding}")


head = st.container()
top = st.container(key="ladder_top")
with st.container(key="ladder_rung", width=320):
    rung = ui.pick_rung(view)
finding = ladder.finding(shown, rung, view.area_code, language)
figures = ui.ladder_figures(view, rung)
place = [plan["name"], area, text.as_of(view.as_of, view.data_cutoff, language)]
tags = [blocks.tag(word("app.demo", language), "demo")] if view.is_demo else []
with head:
    ui.html(blocks.header(" · ".join(place), [*tags, blocks.tag(say("rule"), "rule")], finding))
    ui.html(ui.lapsed_caption(view, rung))
with top:
    left, right = st.columns([11, 10], gap="large")
with left:
    draw("rungs", say("rungs_title", year=view.as_of.year))
with right:
    ui.html(blocks.section(say("gaps_title"), say("gaps_note")), blocks_ladder.gap_cards(shown, view))
with st.container(key="ladder_middle"):
    left, right = st.columns(2, gap="large")
with left:
    draw("years", say("years_title", name=names[rung]))
with right:
    draw("areas", say("areas_title", name=names[rung], year=view.as_of.year))

by_area = [(name, rung, code, shown.move(rung, code)) for code, name in shown.areas]
by_rung = [(name, code, view.area_code, shown.move(code, view.area_code)) for code, name in reversed(shown.rungs)]
by_year = [
    (name, rung, view.area_code, row)
    for name, row in ladder.year_rows(shown, rung, view.area_code, view.as_of, language)
]
doubts = ladder.doubts(shown, rung, view.area_code, view.as_of)
for title, column, rows, with_gap in (
    (say("table_rungs"), "rung", by_rung, True),
    (say("table_areas", name=names[rung]), "area", by_area, True),
    (say("table_years", name=names[rung]), "year", by_year, False),
):
    ui.html(
        blocks.section(title, say("table_note")),
        blocks_ladder.move_table(say(f"column_{column}"), rows, shown, view, with_gap=with_gap),
        blocks.caption(ladder.doubt_lines(shown, doubts[f"{column}s"], language)),
    )
with st.container(horizontal=True):
    ui.offer_table(
        view,
        lambda: ladder.export_table(shown, language),
        [finding, say("rule"), say("table_note"), *ladder.doubt_lines(shown, doubts["rungs"], language)],
        districts.file_name(area, say("title"), view.as_of, language),
    )
if rung != POOL:
    months = {"month": text.month(view.as_of, language), "until": text.month(ladder.until(view.as_of), language)}
    ui.html(
        blocks.section(say("expiries_title", name=names[rung]), say("expiries_note", **months)),
        blocks_ladder.expiry_table(ui.expiring_names(view, rung), shown.areas, rung, view),
    )
ui.html(blocks.footer(ui.footer_lines(view, plan["source"])))
