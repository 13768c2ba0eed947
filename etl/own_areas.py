"""Of which areas a command may take files in, and of which it may tell, as the page that starts it says.

In the shell nothing is said, and nothing is cut. What is told is read from an excerpt of the build
(:mod:`tracker.excerpt`), as the pages of the same person are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import duckdb

from etl.inbox import Sidecar
from etl.publish import Builds
from etl.refusal import Refusal
from tracker.catalog import Catalog
from tracker.catalog_models import Code
from tracker.desk import BETWEEN, LOADS_FOR, SEES_ONLY
from tracker.text import listed
from tracker.warehouse import excerpt_of


def _said(name: str) -> tuple[Code, ...]:
    return tuple(filter(None, os.environ.get(name, "").split(BETWEEN)))


def seen_areas() -> tuple[Code, ...]:
    """The areas that may be told of; none named for all."""
    return _said(SEES_ONLY)


def is_seen(area_code: Code | None, catalog: Catalog) -> bool:
    """Whether an area may be told of: all where nothing is said, else those named and what lies inside them."""
    return not seen_areas() or _is_inside(area_code, seen_areas(), catalog)


def is_seen_file(sidecar: Sidecar, catalog: Catalog) -> bool:
    """Whether all that a file was read as is of areas that may be told of."""
    readings = sidecar.readings
    return not seen_areas() or (bool(readings) and all(is_seen(reading.area_code, catalog) for reading in readings))


def refuse_other(file: str, area_codes: Iterable[Code | None], catalog: Catalog) -> None:
    """Take in only what is of the areas of who asks.

    Args:
        file: what the file is called.
        area_codes: what it covers by each of its readings; None for no area of its own.
        catalog: names.

    Raises:
        Refusal: naming the area that is not theirs, or that the file is of no single area.
    """
    own = _said(LOADS_FOR)
    named = listed([catalog.areas[code].name.zh for code in own if code in catalog.areas], "zh") or "–"
    for code in area_codes if own else ():
        if code is None:
            raise Refusal("desk.no_single_area", {"file": file, "own": named})
        if not _is_inside(code, own, catalog):
            area = catalog.areas[code].name.zh if code in catalog.areas else code
            raise Refusal("desk.not_your_area", {"file": file, "area": area, "own": named})


def _is_inside(code: Code | None, own: Iterable[Code], catalog: Catalog) -> bool:
    return code in catalog.areas and any(catalog.is_within(code, scope) for scope in own if code)


def open_build(builds: Builds, build_id: str) -> duckdb.DuckDBPyConnection:
    """A build as who asks may read it."""
    path = builds.path(build_id)
    return excerpt_of(path, seen_areas()) if seen_areas() else duckdb.connect(str(path), read_only=True)
