"""A nation on one machine: 3,000,000 enterprises in 3,000 areas with 15,000,000 values, built and looked at.

``python -m benchmarks.bench_national [--enterprises 3000000] [--areas 3000] [--folder …]`` writes a catalogue of
provinces, cities and counties and their files, builds them once and reads the pages of the nation's plan. Takes about
half an hour and 10 GB of disk, therefore ``make bench`` leaves it out; ends with 1 where a limit is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import yaml

from benchmarks import timed_app
from benchmarks.bench_etl import first_build, take_in
from benchmarks.bench_pages import SEARCH_OF_A_MILLION_MS, page_runs
from benchmarks.invented import write_world
from benchmarks.measure import Line, told
from benchmarks.server import served
from etl.publish import Builds
from tracker.catalog import CATALOG_DIR
from tracker.yaml_text import read_yaml

ENTERPRISES, AREAS = 3_000_000, 3_000
GIGABYTES = 6.0
PLAN, NATION = "nation", "990000"
_PROVINCES, _CITIES = 31, 300
_FIRST_DAY = date(2020, 1, 1)
_SYLLABLES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
_MODEL = CATALOG_DIR / "plans" / "lianyungang.yml"


def main() -> int:
    """Build a nation and read its pages. Returns 0 when every limit holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_national", description=__doc__.splitlines()[0])
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    parser.add_argument("--areas", type=int, default=AREAS)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--folder", type=Path, help="where the scratch files lie")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as scratch:
        return told(bench_national(Path(scratch), options.enterprises, options.areas, options.runs))


def write_catalog(folder: Path, areas: int) -> list[str]:
    """A catalogue of a nation with a plan for it. Returns the names of its counties.

    Args:
        folder: a data folder; the catalogue becomes its ``catalog/``.
        areas: how many provinces, cities and counties there are in all.
    """
    names = iter("".join(syllables) for syllables in product(_SYLLABLES, repeat=3))
    made = [_area(NATION, None, "province", "虚构全国", 0)]
    provinces = [_area(f"99p{place:02}", NATION, "province", next(names) + "省", place) for place in range(_PROVINCES)]
    cities = [
        _area(f"99c{place:03}", provinces[place % _PROVINCES]["area_code"], "city", next(names) + "市", place)
        for place in range(min(_CITIES, (areas - _PROVINCES) // 2))
    ]
    counties = [
        _area(f"99x{place:04}", cities[place % len(cities)]["area_code"], "county", next(names) + "县", place)
        for place in range(areas - len(provinces) - len(cities))
    ]
    made += [*provinces, *cities, *counties]
    place = folder / "catalog"
    place.mkdir(parents=True)
    catalog = {"areas": made, "plans": [_plan([area["area_code"] for area in provinces])]}
    (place / "nation.yml").write_text(yaml.safe_dump(catalog, allow_unicode=True), encoding="utf-8")
    return [county["name"]["zh"] for county in counties]


def _area(code: str, parent: str | None, kind: str, name: str, sort: int) -> dict[str, Any]:
    words = {"zh": name, "en": code}
    return {"area_code": code, "parent_code": parent, "kind": kind, "name": words, "short": words, "sort": sort}


def _plan(provinces: list[str]) -> dict[str, Any]:
    """A shipped plan as the nation's, six years long, with a task of every province for one of its targets."""
    [plan] = read_yaml(_MODEL.read_text(encoding="utf-8"))["plans"]
    words = {"zh": "虚构全国（示例）", "en": "Invented nation"}
    plan |= {"plan_id": PLAN, "name": words, "short": words, "area_code": NATION, "starts_on": _FIRST_DAY}
    units = [NATION, *provinces]
    plan["areas"] = [
        {"area_code": code, "rank_group": "county" if place else "total", "is_summed": place > 0, "sort": place}
        for place, code in enumerate(units)
    ]
    first = plan["targets"][0]
    plan["targets"] += [first | {"area_code": code, "is_headline": False} for code in provinces]
    return {key: value for key, value in plan.items() if key not in ("rules", "references")}


def bench_national(scratch: Path, enterprises: int, areas: int, runs: int) -> list[Line]:
    """The nation's files to a published build, once, and the server time of its pages."""
    files, data = scratch / "files", scratch / "data"
    files.mkdir()
    counties = write_catalog(data, areas)
    world = write_world(files, enterprises, area=NATION, parts=dict.fromkeys(counties, 1 / len(counties)))
    added = take_in(world, data, NATION)
    cost = first_build(data)
    build_id = Builds(data).current()
    assert build_id is not None
    file = Builds(data).path(build_id)
    with duckdb.connect(str(file), read_only=True) as connection:
        [held] = connection.sql(
            "select (select count(*) from core.enterprise) as enterprises, "
            "(select count(*) from core.area where is_tracked) as areas, "
            "(select count(*) from core.calendar) as months, "
            "(select count(*) from mart.observation) as observations"
        ).fetchall()
    title = f"{held[0]:,} enterprises x {held[1]:,} areas x {held[2]} months"
    lines = [
        Line(f"{title}: etl add of {world.enterprises * 5:,} values", added.seconds, "s"),
        Line(f"{title}: first build", cost.seconds, "s"),
        Line(f"{title}: its processor time", cost.processor_seconds, "s"),
        Line(f"{title}: most memory of the build", cost.peak_bytes / 1e9, "GB", GIGABYTES),
        Line(f"{title}: size of the build", file.stat().st_size / 1e9, "GB"),
        Line(f"{title}: numbers counted", held[3], ""),
    ]
    with served(data, ("benchmarks.timed_app",)) as server:
        lines += asyncio.run(page_runs(server, data / timed_app.FILE, "nation", runs, PLAN, SEARCH_OF_A_MILLION_MS))
    return lines


if __name__ == "__main__":
    sys.exit(main())
