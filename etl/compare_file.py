"""One name list, in any shape that the ETL reads, against the build in force. Nothing of it is kept."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.add_reading import area_of, tier_of
from etl.clean import with_name_key
from etl.compare import Comparison, compare
from etl.compare_reason import Known
from etl.inbox import Reading
from etl.ledger import SheetTitles, with_heading_tier
from etl.ledger_cells import is_none
from etl.ledger_titles import TitleReader
from etl.own_areas import open_build, refuse_other
from etl.publish import Builds
from etl.refusal import Refusal
from etl.rows import IDENTITY_FIELDS, Sheet, cells, sheets_of, with_area, with_identity
from etl.sandbox import parse
from etl.steps import read_sql
from tracker.catalog import Catalog
from tracker.catalog_models import Code

_BESIDE = ("blank", "block", "total", "note")
_TITLE_FIELDS = ("title", "title_level")
# What a row says whose columns of titles are blank.
_NONE = "none"


@dataclass(frozen=True)
class TheirList:
    """``rows`` as :func:`etl.compare.compare` takes them; ``beside``: how many rows are no data, by kind."""

    rows: pl.DataFrame
    beside: dict[str, int]


@dataclass(frozen=True)
class Build:
    """The build that is compared with."""

    build_id: str
    built_at: dt.datetime
    is_demo: bool
    data_cutoff: dt.date | None
    first_month_end: dt.date
    last_month_end: dt.date


@dataclass(frozen=True)
class Compared:
    """A comparison with all that must be said beside it. ``on_pages``: the number that the pages print, None where
    they print none of this tier."""

    file: str
    tier: Code
    area_code: Code
    day: dt.date
    build: Build
    on_pages: int | None
    beside: dict[str, int]
    result: Comparison


def compare_file(path: Path, tier: str, area: str, as_of: str | None, data_folder: Path, catalog: Catalog) -> Compared:
    """Compare a file with the build in force.

    Args:
        path: their list.
        tier: code or name of the tier.
        area: code or name of the area.
        as_of: a month (``2025-12``) or its last day; None for the last whole month of the build.
        data_folder: whose build.
        catalog: areas, tiers, captions, titles.

    Raises:
        Refusal: where the file cannot be read, tier, area or month are not known, there is nothing to compare with, or
            who asks works for other areas only.
    """
    if not path.is_file():
        raise Refusal("add.no_such_file", {"file": str(path)})
    tier_code, area_code = tier_of(path.name, tier, catalog), area_of(path.name, area, catalog)
    assert tier_code is not None
    assert area_code is not None
    refuse_other(path.name, [area_code], catalog)
    builds = Builds(data_folder)
    build_id = builds.in_force()
    with open_build(builds, build_id) as connection:
        build = Build(**connection.sql(read_sql("compare_build")).pl().row(0, named=True))
        day = _day(as_of, build)
        on_pages = _on_pages(connection, tier_code, area_code, day, catalog)
        with tempfile.TemporaryDirectory() as scratch:
            theirs = read_list(path, Path(scratch), tier_code, area_code, day, catalog)
        known = known_of(connection, theirs.rows, tier_code, area_code, day)
    result = compare(theirs.rows, known, tier_code, day)
    if on_pages is not None and on_pages != result.counts["ours"]:
        detail = f"compare: {result.counts['ours']} <> {on_pages}"
        raise Refusal("internal", {"file": path.name, "detail": detail})
    return Compared(path.name, tier_code, area_code, day, build, on_pages, theirs.beside, result)


def _day(as_of: str | None, build: Build) -> dt.date:
    """The month end that is meant: pages have numbers of no other days."""
    months = pl.date_range(build.first_month_end.replace(day=1), build.last_month_end, "1mo", eager=True)
    ends: list[dt.date] = months.dt.month_end().to_list()
    if as_of is None:
        whole = [end for end in ends if build.data_cutoff is None or end <= build.data_cutoff]
        return max(whole or ends)
    found = next((end for end in ends if as_of in (f"{end:%Y-%m}", f"{end:%Y-%m-%d}")), None)
    if found is None:
        span = {"first": f"{ends[0]:%Y-%m}", "last": f"{ends[-1]:%Y-%m}"}
        raise Refusal("compare.as_of", {"value": as_of, **span})
    return found


def _on_pages(
    connection: duckdb.DuckDBPyConnection, tier: Code, area_code: Code, day: dt.date, catalog: Catalog
) -> int | None:
    """The number on the pages.

    Raises:
        Refusal: where the pages say that there are no data: none is not zero.
    """
    counted = {indicator.tier for indicator in catalog.indicators.values() if indicator.formula == "tier_count"}
    if tier not in counted:
        return None
    rows = connection.execute(read_sql("compare_count"), {"tier": tier, "area_code": area_code, "day": day}).fetchall()
    if not rows:
        names = {"area": catalog.areas[area_code].name.zh, "tier": catalog.tiers[tier].name.zh}
        raise Refusal("compare.no_count", {**names, "month": f"{day:%Y-%m}"})
    return int(rows[0][1])


def read_list(path: Path, scratch: Path, tier: Code, area_code: Code, day: dt.date, catalog: Catalog) -> TheirList:
    """Read their list.

    Args:
        path: the file.
        scratch: an empty folder for what the parsing child writes.
        tier: a row whose own cells or heading name another title is not of it.
        area_code: a row whose own cells or heading name a place outside it is elsewhere.
        day: what a title of those days means.
        catalog: captions, titles, areas.
    """
    folder = parse(path, path.name, scratch, tuple(catalog.headers.values())).folder
    reading = Reading(reading_no=1, kind="ledger", tier=tier, area_code=area_code, added_on=day)
    sheets = sheets_of(folder, reading)
    reader = TitleReader(catalog, reading, day)
    known = (column["field"] for sheet in sheets for column in sheet["columns"] if column["field"])
    rows = cells(folder, sheets, dict.fromkeys((*IDENTITY_FIELDS, *_TITLE_FIELDS, *known)))
    if rows.is_empty():
        raise Refusal("add.no_rows", {"file": path.name})
    rows = with_area(with_identity(with_heading_tier(rows, sheets, reader)), reading, catalog)
    is_number = pl.col("uscc_is_number").fill_null(False) & pl.col("uscc").is_not_null()
    rows = (
        rows.hstack(_said(rows, sheets, reader, tier, catalog))
        .with_columns(
            place=pl.int_range(pl.len(), dtype=pl.UInt32),
            is_elsewhere=(pl.col("area_scope") == "outside").fill_null(False),
            code_fault=pl.when(is_number).then(pl.lit("uscc_number_cell")).otherwise("uscc_fault"),
            title_printed=pl.concat_str("title_level", "title", ignore_nulls=True),
            area_printed=pl.concat_str("city", "area", "county", ignore_nulls=True),
        )
        .with_columns(uscc_clean=pl.when(pl.col("code_fault").is_null()).then("uscc_clean"))
    )
    beside = {kind: sum(sheet["counts"][kind] for sheet in sheets) for kind in _BESIDE}
    return TheirList(rows.select(*_KEPT), beside)


_KEPT = (
    "place", "sheet", "row", "name", "former_name", "uscc", "title_printed", "area_printed", "name_key",
    "former_name_key", "uscc_clean", "code_fault", "is_of_tier", "tiers_said", "is_elsewhere",
)  # fmt: skip


def _counting(tier: Code, catalog: Catalog) -> frozenset[Code]:
    """The tiers whose holders count in a tier: itself, and on the ladder every higher one."""
    rank = catalog.tiers[tier].ladder_rank
    higher = (t.tier for t in catalog.tiers.values() if rank and t.ladder_rank and t.ladder_rank > rank)
    return frozenset([tier, *higher])


def _said(rows: pl.DataFrame, sheets: list[Sheet], reader: TitleReader, tier: Code, catalog: Catalog) -> pl.DataFrame:
    """Of every row ``tiers_said`` and ``is_of_tier``: whether the list itself has it in the tier or a higher one.

    It says so in its title column, in the columns of the tier where it has such, or in headings where these part
    several titles. Where it says nothing, or what nobody knows, it is the list that the person says it is.
    """
    tiers = _counting(tier, catalog)
    groups = {sheet["name"]: SheetTitles.of(sheet).groups for sheet in sheets}
    parts_titles = rows["heading_tier"].n_unique() > 1
    is_of_tier: list[bool] = []
    tiers_said: list[str] = []
    for row in rows.iter_rows(named=True):
        columns = groups[row["sheet"]]
        said: set[Code | None] = set()
        if tier in columns:
            said = {_NONE, *(title for title, names in columns.items() if _is_filled(row, title, names))}
        if row["title"] or row["title_level"]:
            said.add(reader.tier_of(row["title_level"], row["title"], None)[0])
        elif tier not in columns and parts_titles:
            said.add(row["heading_tier"])
        is_of_tier.append(said <= {None} or bool(said & tiers))
        tiers_said.append(",".join(sorted(filter(None, said))))
    return pl.DataFrame({"is_of_tier": is_of_tier, "tiers_said": tiers_said})


def _is_filled(row: dict[str, Any], title: Code, names: Iterable[str]) -> bool:
    return any(text and not is_none(text) for text in (row[f"{title}.{name}"] for name in names))


def known_of(
    connection: duckdb.DuckDBPyConnection, rows: pl.DataFrame, tier: Code, area_code: Code, day: dt.date
) -> Known:
    """Everything that the build knows of their rows, and of the area."""

    def asked(name: str, **parameters: object) -> pl.DataFrame:
        return connection.execute(read_sql(name), parameters).pl()

    keys = pl.concat([rows["name_key"], rows["former_name_key"]]).drop_nulls().unique(maintain_order=True).to_list()
    usccs = rows["uscc_clean"].drop_nulls().unique(maintain_order=True).to_list()
    names = asked("compare_name", name_keys=keys, usccs=usccs)
    ids = names["enterprise_id"].unique(maintain_order=True).to_list()
    return Known(
        tiers=asked("compare_tier", tier=tier),
        holders=asked("compare_holder", tier=tier, area_code=area_code, day=day),
        names=names,
        titles=asked("compare_title", enterprise_ids=ids),
        events=asked("compare_event", enterprise_ids=ids),
        pool=asked("compare_pool", enterprise_ids=ids, day=day),
        refused=with_name_key(asked("compare_refused"), "name", "name_key"),
        neighbours=asked("compare_neighbour", area_code=area_code),
    )
