"""The master of slides: the layout that a briefing takes, and its places for title, content, foot and marks.

A plain 16:9 page, or the unit's own .pptx with its layouts and named places; see docs/briefing-templates.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.util import Inches

from tracker.briefing.templates import TemplateRefused, opened

LAYOUT = "简报"
# Placeholders of the layout by name; those that it lacks stand where the plain page has them.
PLACES = {"content": "简报内容", "foot": "简报表注", "number": "简报页码", "marks": "简报标记"}
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
# Day, foot and number belong to the layout and are not copied onto slides.
_QUIET = (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE)
_WIDE = (40 / 3, 7.5)
_LEAST_WIDTH, _LEAST_HEIGHT = 6.0, 3.0  # inches; a table of numbers in 14 points is not read in less


@dataclass(frozen=True)
class Box:
    """A place on a slide in inches."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Master:
    """An empty presentation, the layout of its slides, and where things stand on them."""

    presentation: Any
    layout: Any
    is_own: bool
    places: dict[str, Box]

    def box(self, name: str) -> Box:
        """Where ``title``, ``content``, ``foot``, ``number`` or ``marks`` stand."""
        return self.places[name]


def master(template: bytes | None) -> Master:
    """The unit's own master without its slides, or the plain one.

    Raises:
        TemplateRefused: the file is no .pptx, has no layout with a title, or too little room for a table.
    """
    if template is None:
        made = Presentation()
        made.slide_width, made.slide_height = Inches(_WIDE[0]), Inches(_WIDE[1])
        layout = _titled(made.slide_layouts)
    else:
        made = opened(template, "slides", Presentation)
        _remove_slides(made)
        layout = _own_layout(made)
    found = Master(made, layout, template is not None, _places(made, layout, is_own=template is not None))
    content = found.box("content")
    if content.width < _LEAST_WIDTH or content.height < _LEAST_HEIGHT:
        raise TemplateRefused("room")
    return found


def _remove_slides(made: Any) -> None:
    """A template is its master and layouts; slides that it shows as examples are no part of a briefing."""
    ids = made.slides._sldIdLst
    for slide_id in list(ids):
        made.part.drop_rel(slide_id.rId)
        ids.remove(slide_id)


def _own_layout(made: Any) -> Any:
    """The layout of the name, of any of the masters; else the simplest one with a title."""
    layouts = [layout for one in made.slide_masters for layout in one.slide_layouts]
    named = next((layout for layout in layouts if layout.name == LAYOUT), None)
    if named is not None and _title(named) is None:
        raise TemplateRefused("title")
    layout = named or (_titled(layouts) if layouts else None)
    if layout is None or _title(layout) is None:
        raise TemplateRefused("layout")
    return layout


def _titled(layouts: Any) -> Any:
    """The layout with a title and the fewest other places to fill."""

    def order(layout: Any) -> tuple[bool, int]:
        kinds = [place.placeholder_format.type for place in layout.placeholders]
        return _title(layout) is None, len([kind for kind in kinds if kind not in (*_TITLES, *_QUIET)])

    return min(layouts, key=order)


def _title(layout: Any) -> Any | None:
    return next((place for place in layout.placeholders if place.placeholder_format.type in _TITLES), None)


def _places(made: Any, layout: Any, *, is_own: bool) -> dict[str, Box]:
    width, height = (float(side / Inches(1)) for side in (made.slide_width, made.slide_height))
    margin = 0.045 * width
    title = Box(margin, 0.4, width - 2 * margin, 1.0)
    if is_own:
        title = _box(_title(layout)) or title
    top = title.top + title.height + 0.15
    below = height - 0.55
    places = {
        "content": Box(title.left, top, title.width, height - 0.7 - top),
        "foot": Box(title.left, below, title.width - 0.8, 0.4),
        "number": Box(title.left + title.width - 0.8, below, 0.8, 0.4),
        "marks": Box(title.left, 0.1, title.width, 0.35),
    }
    own = {place.name: _box(place) for place in layout.placeholders} if is_own else {}
    content = own.get(PLACES["content"])
    if content is not None and (under := content.top + content.height + 0.05) + 0.4 <= height:
        # Under its content a unit's own page may have a band or a crest.
        places["foot"] = Box(content.left, under, content.width - 0.8, 0.4)
        places["number"] = Box(content.left + content.width - 0.8, under, 0.8, 0.4)
    return {"title": title} | {name: own.get(PLACES[name]) or box for name, box in places.items()}


def _box(place: Any) -> Box | None:
    """Where a placeholder stands, itself or by its master; None where neither says."""
    sides = (place.left, place.top, place.width, place.height)
    return None if None in sides else Box(*(float(side / Inches(1)) for side in sides))
