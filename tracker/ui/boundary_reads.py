"""The areas of a target in their outlines, where the unit has supplied a pack of them."""

from __future__ import annotations

import plotly.graph_objects as go

from tracker import blocks, districts
from tracker.boundaries import BoundaryFault, boundary_file, read_boundaries
from tracker.charts.frame import Frame
from tracker.charts.outlines import outlined_areas
from tracker.keeping import kept
from tracker.links import View
from tracker.text import word
from tracker.ui.district_reads import areas_on_target
from tracker.ui.frame import draw_figure, html, picture_foot


def draw_outlines(view: View, alt: str) -> None:
    """The map, its source and approval number under it; what is wrong with the pack where it cannot be drawn."""
    file = boundary_file()
    if not file.is_file():
        return
    chosen = view.language
    try:
        figure = _figure(view, file.stat().st_mtime_ns)
    except BoundaryFault as fault:
        html(blocks.caption([word(fault.key, chosen, **fault.values)]))
        return
    name = districts.file_name(areas_on_target(view).name, word("districts.outlines_title", chosen), view.as_of, chosen)
    draw_figure(figure, key="outlines", file_name=name, alt=alt)


@kept(32)
def _figure(view: View, modified_ns: int) -> go.Figure:
    picture = areas_on_target(view)
    boundaries = read_boundaries(boundary_file(), picture.areas["area_code"].to_list())
    chosen = view.language
    tiles = districts.tile_frame(picture.rows, picture.areas, chosen)
    source = word("districts.outlines_source", chosen, source=boundaries.source, number=boundaries.approval_number)
    frame = Frame(
        word("districts.outlines_title", chosen),
        word("districts.outlines_note", chosen),
        f"{picture.name} · {source}\n{picture_foot(view)}",
    )
    return outlined_areas(tiles, boundaries, frame)
