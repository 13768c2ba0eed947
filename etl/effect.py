"""What files would change, tried in a copy of the data folder; and publishing what was tried.

The copy shares the originals, the parsed rows and the build in force by links; sidecars and records are copied. So a
trial costs the counting and no disk, and nothing of it reaches the real folder: a file of the inbox is replaced and
never written into.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.build import Built, build, inputs_hash, last_built
from etl.inbox import Inbox
from etl.own_areas import is_seen, is_seen_file, open_build, seen_areas
from etl.publish import Builds
from etl.steps import read_sql
from tracker import about, jobs
from tracker.catalog import Catalog, for_data_folder
from tracker.difference import PART_SCHEMA
from tracker.explained import Moment, titles_between
from tracker.text import LANGUAGES
from tracker.warehouse import QUERIES_DIR

_OLD_SECONDS = 3600
Read = Callable[..., pl.DataFrame]


def publish(data_folder: Path) -> Built:
    """Build from everything in the inbox, unless the build in force says just that already.

    Pressing twice, or again after a crash, so adds nothing and makes no second build.
    """
    known = last_built(data_folder)
    return known if known is not None else build(data_folder)


def try_out(data_folder: Path, change: Callable[[Path, Catalog], object]) -> dict[str, Any]:
    """What a change of the inbox would do to the numbers.

    Args:
        data_folder: the real one, which stays as it is.
        change: makes the change in a copy of it.

    Returns:
        ``before`` and ``after`` (build and newest month), ``pending`` (files that count and are in no build yet),
        ``targets`` (as ``meta.change``: the newest month), ``history`` (earlier months that would differ too),
        ``tiers`` (holders by area and tier), ``names`` (who comes and goes, why),
        ``debts`` (new and gone, in both languages) and ``inputs_hash``: that of the build that publishing would make.
    """
    with _copy(data_folder) as scratch:
        before = Builds(scratch).current()
        change(scratch, for_data_folder(scratch))
        built = build(scratch)
        jobs.tell("checking")
        with _reader(scratch) as read:
            return _compared(scratch, built, before, read) | {
                "pending": _pending(data_folder, for_data_folder(data_folder), before, read)
            }


@contextmanager
def _copy(data_folder: Path) -> Iterator[Path]:
    """A data folder that reads like the real one and may be written to."""
    place = data_folder / "desk" / "scratch"
    place.mkdir(parents=True, exist_ok=True)
    for left in place.iterdir():
        # What a killed trial left behind; a running one is younger.
        if time.time() - left.stat().st_mtime > _OLD_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        inbox = Inbox(data_folder)
        with inbox.lock():
            _copy_inbox(inbox.folder, scratch / "inbox")
        if (data_folder / "catalog").is_dir():
            shutil.copytree(data_folder / "catalog", scratch / "catalog")
        (scratch / "parsed").mkdir()
        for folder in (data_folder / "parsed").glob("*-*"):
            (scratch / "parsed" / folder.name).symlink_to(folder.resolve(), target_is_directory=True)
        builds = Builds(data_folder)
        current = builds.current()
        if current is not None and builds.path(current).is_file():
            (scratch / "builds").mkdir()
            _link(builds.path(current), Builds(scratch).path(current))
            Builds(scratch).point_to(current)
        yield scratch


def _copy_inbox(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.suffix != ".part" and path.name != ".lock":
            copied = target / path.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".original":
                _link(path, copied)
            else:
                shutil.copyfile(path, copied)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


@contextmanager
def _reader(folder: Path) -> Iterator[Read]:
    """Reads named queries of any build of a folder, each once, as who asks may read it."""
    builds = Builds(folder)
    with ExitStack() as opened:

        @cache
        def connection_of(build_id: str) -> duckdb.DuckDBPyConnection:
            return opened.enter_context(closing(open_build(builds, build_id)))

        @cache
        def read(build_id: str, name: str, **parameters: object) -> pl.DataFrame:
            file = QUERIES_DIR / f"{name}.sql"
            statement = file.read_text(encoding="utf-8") if file.is_file() else read_sql(name)
            return connection_of(build_id).execute(statement, parameters).pl()

        yield read


def _compared(scratch: Path, built: Built, before: str | None, read: Read) -> dict[str, Any]:
    after = built.build_id
    newest_after = read(after, "effect_newest")["newest"][0]
    newest_before = read(before, "effect_newest")["newest"][0] if before else None
    known = [month for month in (newest_before, newest_after) if month is not None]
    earlier, later = (min(known), max(known)) if known else (None, None)
    catalog = for_data_folder(scratch)
    targets = (built.change if before else read(after, "effect_first", as_of=newest_after)).to_dicts()
    # Without the newest list the months end sooner: what stood in the last one is compared with what stands now.
    # A build of a plan alone has no month yet: nothing of it can be gone.
    has_fewer_months = newest_before is not None and newest_after is not None and earlier != newest_before
    gone = _fewer_months(before, after, newest_before, newest_after, read) if before and has_fewer_months else []
    return {
        "before": None if before is None else {"build_id": before, "as_of": newest_before},
        "after": {"as_of": newest_after},
        "inputs_hash": built.inputs_hash,
        "targets": [row for row in targets if is_seen(row["area_code"], catalog)] + gone,
        "history": _history(before, after, earlier, read),
        "tiers": _tiers(before, after, earlier, newest_after, read),
        "names": _names(before, after, newest_before or earlier, later, catalog, read),
        "debts": _debts(before, after, read),
    }


def _fewer_months(before: str, after: str, month_before: Any, month_after: Any, read: Read) -> list[dict[str, Any]]:
    """As ``meta.change``, of the newest month of each build where that of the later one lies before."""
    keys = ["plan_id", "indicator_id", "target_id", "area_code", "due_on"]
    then, now = read(before, "effect_progress", as_of=month_before), read(after, "effect_progress", as_of=month_after)
    both = now.join(then, on=keys, how="full", coalesce=True, suffix="_before")
    differs = pl.col("value").ne_missing(pl.col("value_before")) | pl.col("state").ne_missing(pl.col("state_before"))
    rows = both.filter(differs).sort(keys).rename({"value": "value_after", "state": "state_after"})
    return rows.with_columns(as_of_before=pl.lit(month_before), as_of=pl.lit(month_after)).to_dicts()


def _history(before: str | None, after: str, until: Any, read: Read) -> list[dict[str, Any]]:
    """One row per target and area of which earlier months would say something else: how many, the first, the last."""
    if before is None or until is None:
        return []
    keys = ["plan_id", "indicator_id", "target_id", "area_code", "due_on", "as_of"]
    then, now = (read(build_id, "effect_months", until=until) for build_id in (before, after))
    both = now.join(then, on=keys, how="full", coalesce=True, suffix="_before")
    differing = both.filter(pl.col("value").ne_missing(pl.col("value_before")))
    grouped = differing.group_by("plan_id", "indicator_id", "target_id", "area_code")
    spans = grouped.agg(months=pl.col("as_of").n_unique(), first=pl.col("as_of").min(), last=pl.col("as_of").max())
    return spans.sort("plan_id", "target_id", "area_code").to_dicts()


def _tiers(before: str | None, after: str, earlier: Any, later: Any, read: Read) -> list[dict[str, Any]]:
    """One row per area of a plan and tier of which a number differs: holders, awaiting review, under publicity."""
    keys = ["area_code", "tier"]
    values = ["value", "awaiting", "publicity"]
    now = read(after, "effect_tier", as_of=later)
    then = read(before, "effect_tier", as_of=earlier) if before else now.clear()
    both = now.join(then, on=keys, how="full", coalesce=True, suffix="_before", maintain_order="left_right")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in values)
    return both.filter(differs).to_dicts()


def _names(
    before: str | None, after: str, earlier: Any, later: Any, catalog: Catalog, read: Read
) -> list[dict[str, Any]]:
    """One row per enterprise, tier and city that counts only before or only after, with the reason and its district.

    Who sees some areas only is told of these in place of the cities.
    """
    found = []
    # Of a tier without lists nothing is published, though holders of higher titles are there.
    newest = read(after, "effect_newest")["newest"][0]
    moments = [(before, earlier)] if before else []
    published = {
        pair
        for b, day in [*moments, (after, newest)]
        for pair in read(b, "effect_tier", as_of=day).select("area_code", "tier").iter_rows()
    }
    counts = {i.tier: i.indicator_id for i in catalog.indicators.values() if i.formula == "tier_count" and i.tier}
    for area_code in sorted(seen_areas() or {plan.area_code for plan in catalog.plans.values()}):
        for tier, indicator_id in counts.items():
            if (area_code, tier) not in published:
                continue
            asked = {"indicator_id": indicator_id, "area_code": area_code}
            if before is None:
                names = read(after, "effect_holder", day=later, **asked)
            else:
                try:
                    names = titles_between(indicator_id, area_code, Moment(before, earlier), Moment(after, later), read)
                except (duckdb.BinderException, duckdb.CatalogException):
                    # An older version wrote the build in force: its numbers compare, its names do not.
                    names = pl.DataFrame(schema=PART_SCHEMA)
            if names.height:
                places = _places(before, earlier, read, **asked) | _places(after, later, read, **asked)
                for row in names.to_dicts():
                    place = places.get((row["uscc"], row["name"]), area_code)
                    found.append(row | {"tier": tier, "area_code": place})
    return found


def _places(build_id: str | None, day: Any, read: Read, **asked: str) -> dict[tuple[str | None, str], str]:
    """The district of every holder of a tier in an area, by credit code and name."""
    if build_id is None:
        return {}
    holders = read(build_id, "effect_holder", day=day, **asked)
    return {(uscc, name): code for uscc, name, code in holders.select("uscc", "name", "area_code").iter_rows()}


def _debts(before: str | None, after: str, read: Read) -> dict[str, list[dict[str, Any]]]:
    """The debts that appear and those that go, as sentences; one of which only the number differs does both."""
    sides: list[dict[tuple[str, str], dict[str, Any]]] = []
    for build_id in (before, after):
        said: dict[int, dict[str, Any]] = {}
        for language in LANGUAGES if build_id else ():
            try:
                rows = read(build_id, "debts", area_code=None, language=language).to_dicts()
            except (duckdb.BinderException, duckdb.CatalogException):
                rows = []
            for place, row in enumerate(rows):
                # Names of areas and tiers differ between the languages; the order of the rows does not.
                entry = said.setdefault(place, {"kind": row["kind"]})
                entry[language] = about.debt_phrase(row, language)
        sides.append({(entry["kind"], entry[LANGUAGES[0]]): entry for entry in said.values()})
    then, now = sides
    return {
        "new": [entry for key, entry in now.items() if key not in then],
        "gone": [entry for key, entry in then.items() if key not in now],
    }


def _pending(data_folder: Path, catalog: Catalog, before: str | None, read: Read) -> list[str] | None:
    """Files that were added or withdrawn since the build in force: they move numbers too.

    None where nothing waits; an empty list where only corrections or decisions do.
    """
    if before is None or inputs_hash(data_folder) == read(before, "build")["inputs_hash"][0]:
        return None
    counted = set(read(before, "effect_file")["file_id"])
    inbox = Inbox(data_folder)
    counting = {sidecar.file_id for sidecar in inbox.counting()}
    differing = counting ^ counted
    pending = [sidecar for sidecar in inbox.sidecars() if sidecar.file_id in differing]
    return [sidecar.original_name for sidecar in pending if is_seen_file(sidecar, catalog)]
