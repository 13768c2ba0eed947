"""Outlines of areas, as a unit may supply them: ``catalog/boundaries.geojson`` in the data folder; none is shipped.

A map in public use in China needs an approval number (审图号), so a pack that does not name its source and its number
is not drawn.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from tracker.catalog import data_folder

Point = tuple[float, float]
Ring = tuple[Point, ...]


class BoundaryFault(ValueError):
    """A pack that cannot be drawn. ``key`` names the message, ``values`` what stands in it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class Boundaries:
    """Rings of longitude and latitude in degrees by area code: outer ones run anticlockwise, holes clockwise."""

    source: str
    approval_number: str
    rings: Mapping[str, tuple[Ring, ...]]


_Position = Annotated[list[float], Field(min_length=2)]
_Ring = Annotated[list[_Position], Field(min_length=3)]  # closed by us where a file leaves it open


class _Polygon(BaseModel):
    type: Literal["Polygon"]
    coordinates: list[_Ring]

    def polygons(self) -> list[list[_Ring]]:
        return [self.coordinates]


class _MultiPolygon(BaseModel):
    type: Literal["MultiPolygon"]
    coordinates: list[list[_Ring]]

    def polygons(self) -> list[list[_Ring]]:
        return self.coordinates


class _Properties(BaseModel):
    area_code: str


class _Feature(BaseModel):
    properties: _Properties
    geometry: Annotated[_Polygon | _MultiPolygon, Field(discriminator="type")]


class _Pack(BaseModel):
    source: str = Field(min_length=1)
    approval_number: str = Field(min_length=1)
    features: list[_Feature]


def boundary_file() -> Path:
    """Where a pack is looked for."""
    return data_folder() / "catalog" / "boundaries.geojson"


def read_boundaries(file: Path, codes: Collection[str]) -> Boundaries:
    """The outlines of the areas asked for.

    Args:
        file: GeoJSON (RFC 7946) whose collection also has ``source`` and ``approval_number`` and whose features have
            ``area_code`` as a property.
        codes: areas to keep.

    Raises:
        BoundaryFault: the file is no such GeoJSON, or none of its areas is asked for.
    """
    try:
        pack = _Pack.model_validate(json.loads(file.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as fault:
        raise BoundaryFault("boundaries.unreadable", file=file.name, detail=str(fault)) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BoundaryFault("boundaries.invalid", file=file.name, place=place, number=fault.error_count()) from fault
    rings: dict[str, tuple[Ring, ...]] = {}
    for feature in pack.features:
        if (code := feature.properties.area_code) in codes:
            rings[code] = (*rings.get(code, ()), *_rings(feature.geometry.polygons()))
    if not rings:
        raise BoundaryFault("boundaries.other_areas", file=file.name)
    return Boundaries(pack.source, pack.approval_number, rings)


def twice_the_area(ring: Ring) -> float:
    """Twice the area within a closed ring in square degrees: positive where it runs anticlockwise (shoelace)."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def label_point(rings: tuple[Ring, ...]) -> Point:
    """The centroid of the largest ring: where the name of an area is written."""
    ring = max(rings, key=twice_the_area)
    doubled = twice_the_area(ring)
    if doubled == 0:
        return ring[0]
    steps = list(pairwise(ring))
    crossed = [x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in steps]
    x = sum((a[0] + b[0]) * cross for (a, b), cross in zip(steps, crossed, strict=True))
    y = sum((a[1] + b[1]) * cross for (a, b), cross in zip(steps, crossed, strict=True))
    return x / (3 * doubled), y / (3 * doubled)


def _rings(polygons: list[list[list[list[float]]]]) -> list[Ring]:
    """Rings that run as RFC 7946 asks; many files from before 2016 run the other way, which would fill the holes."""
    found: list[Ring] = []
    for polygon in polygons:
        for place, positions in enumerate(polygon):
            ring: Ring = tuple((position[0], position[1]) for position in positions)
            if ring[0] != ring[-1]:
                ring = (*ring, ring[0])
            is_anticlockwise = twice_the_area(ring) > 0
            found.append(ring if is_anticlockwise == (place == 0) else ring[::-1])
    return found
