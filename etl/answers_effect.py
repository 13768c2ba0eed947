"""What an answer would move: who holds which tier where, counted anew for the enterprises that it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from etl.answers import Answer, answer_book
from etl.assemble import Core, assemble
from etl.build import counting_sources
from etl.corrections import correction_book
from etl.corrections_apply import corrected
from etl.definitions import definitions
from etl.inbox import Inbox
from etl.publish import Builds
from etl.records import in_force
from etl.steps import load, read_sql, run
from tracker.catalog import Catalog
from tracker.catalog_models import Code

# What counting the titles of a few enterprises takes; the rest of a build is left out.
_COUNTED = ("reading_area", "lapse", "removed_title", "history", "tenure")
_NEEDED = (
    "area_closure", "enterprise", "enterprise_name", "source_reading", "reading_exclusion",
)  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """How many hold a tier in an area on the day, in the build in force and after an answer."""

    tier: Code
    area_code: Code
    before: int
    after: int


def effect_of(made: Sequence[Answer], day: dt.date, data_folder: Path, catalog: Catalog) -> list[Moved]:
    """What the next build counts otherwise because of some answers, of the enterprises that they are about.

    Everything else on record that the build in force does not know yet counts with it, as it will in the next build.

    Args:
        made: not on record yet.
        day: whose holders are counted.
        data_folder: with a build in force.
        catalog: areas and tiers.
    """
    builds = Builds(data_folder)
    build_id = builds.in_force()
    keys = {name: [said for one in made for said in getattr(one.question, name)] for name in ("codes", "names")}
    keys["codes"] += [one.code for one in made if one.code]
    with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
        before = _held(connection, keys, day)
    inbox = Inbox(data_folder)
    sources, _ = counting_sources(inbox, data_folder, catalog)
    answers = [*in_force(answer_book(inbox).records()), *made]
    with corrected(sources, correction_book(inbox).records(), catalog, data_folder / "parsed") as changed:
        core = assemble(changed.sources, inbox.sidecars(), catalog, answers)
    with duckdb.connect() as connection:
        _count(connection, core, keys, catalog)
        after = _held(connection, keys, day)
    places = sorted(before.keys() | after.keys())
    counts = [Moved(tier, area, before.get((tier, area), 0), after.get((tier, area), 0)) for tier, area in places]
    return [moved for moved in counts if moved.before != moved.after]


def _count(connection: duckdb.DuckDBPyConnection, core: Core, keys: dict[str, list[str]], catalog: Catalog) -> None:
    """Count the titles of the enterprises with some codes or names, by the code that counts them in a build."""
    run(connection, "tables")
    frames = {**definitions(catalog), **core.frames}
    for name in (*_NEEDED, *definitions(catalog)):
        load(connection, f"core.{name}", frames[name])
    ids = [row[0] for row in connection.execute(read_sql("effect_enterprise"), keys).fetchall()]
    for name in ("recognition_event", "pool_entry"):
        load(connection, f"core.{name}", frames[name].filter(pl.col("enterprise_id").is_in(ids)))
    for step in _COUNTED:
        run(connection, step)


def _held(
    connection: duckdb.DuckDBPyConnection, keys: dict[str, list[str]], day: dt.date
) -> dict[tuple[Code, Code], int]:
    """By tier and area how many of the enterprises with some codes or names hold it on a day."""
    ids = [row[0] for row in connection.execute(read_sql("effect_enterprise"), keys).fetchall()]
    rows = connection.execute(read_sql("effect_count"), {"enterprise_ids": ids, "day": day}).fetchall()
    return {(tier, area): number for tier, area, number in rows}
