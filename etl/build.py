"""One build: all readings of the inbox and the catalogue as one DuckDB file, checked and then published."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

import etl
from etl.answers import Answer, answer_book, answer_frame
from etl.assemble import Core, assemble
from etl.beside import beside
from etl.corrections import Correction, correction_book
from etl.corrections_apply import corrected, with_confirmed, with_dropped
from etl.decisions import Decisions, decision_frame
from etl.definitions import definitions
from etl.engine import Engine
from etl.inbox import Inbox, Sidecar
from etl.inputs import given_up_frame, input_frame, refuse_loss
from etl.measure_core import measure_definitions
from etl.publish import Builds
from etl.reconcile import Source
from etl.records import Record, in_force
from etl.refusal import Refusal
from etl.sandbox import PARSER_VERSION, parse
from etl.steps import COMPARING, COUNTING, SQL, TITLE_COUNTING, TITLE_MOVES, VALUE_COUNTING, load, read_sql, run
from etl.target_estimate import add_estimates
from etl.thresholds import ThresholdBook, edit_frame, with_edits
from etl.value_store import value_tables
from tracker import audit, jobs
from tracker.catalog import Catalog, for_data_folder
from tracker.catalog_models import Model
from tracker.progress import PROGRESS_COLUMNS, Lists, assessed
from tracker.second_opinion import second_opinions

KEEP_BUILDS = 20
# Below this, handing work to a second thread takes longer than the work: a build of three lists takes 2.4 s of time and
# 2.9 s of processors with two threads, 1.9 and 2.2 s with one; the demo takes the same with either.
_FEW_ROWS = 10_000
# Large tables of which the counting of titles needs nothing: they are written while it runs.
_BESIDE_TITLES = ("enterprise_value", "enterprise_area", "enterprise", "enterprise_name")
# What the counting of millions of rows needs beyond this goes through a temporary file beside the build.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",
    "memory_limit": "1200MB",
}


@dataclass(frozen=True)
class Built:
    """A published build: its id, what moved against the one before (``meta.change``), tasks against the whole."""

    build_id: str
    previous_id: str | None
    inputs_hash: str
    change: pl.DataFrame
    debts: pl.DataFrame
    readings: pl.DataFrame
    target_sums: pl.DataFrame
    publicity_difference: pl.DataFrame
    corrections: pl.DataFrame


def build(data_folder: Path, count: Engine | None = None) -> Built:
    """Build from everything in the inbox and publish.

    Args:
        data_folder: with the inbox.
        count: what runs the counting SQL instead of DuckDB.

    Raises:
        Refusal: where the inbox cannot be read, the disk is full or a check fails. The build in force stays.
        CatalogError: where the catalogue has faults.
    """
    shipped = for_data_folder(data_folder)
    builds = Builds(data_folder)
    with builds.lock():
        refuse_loss(data_folder)
        rested_on = input_frame(data_folder)
        jobs.tell("counting")
        inbox = Inbox(data_folder)
        edits = ThresholdBook(inbox).all()
        catalog = with_edits(shipped, edits)
        sidecars = inbox.sidecars()
        decisions = Decisions(data_folder).all()
        sources, unreadable = counting_sources(inbox, data_folder, catalog)
        records = correction_book(inbox).records()
        answers = answer_book(inbox).records()
        with corrected(sources, records, catalog, data_folder / "parsed") as changed:
            core = assemble(changed.sources, sidecars, catalog, in_force(answers))
        decided = {
            "closing_decision": decision_frame(decisions),
            "correction": changed.frame,
            "given_up_file": given_up_frame(data_folder),
            "threshold_edit": edit_frame(edits, shipped),
            "answer": answer_frame(answers),
            "value_question": with_confirmed(core.frames["value_question"], changed.frame),
            "rejected_row": with_dropped(core.frames["rejected_row"], changed.frame, core.frames["source_reading"]),
        }
        core = replace(core, frames={**core.frames, **decided})
        hashed = _hash_of(sidecars, decisions, records, answers, edits)
        build_id = builds.new_id(hashed)
        previous_id = builds.current()
        if previous_id is not None and not builds.path(previous_id).is_file():
            previous_id = None  # its file was removed by hand: there is nothing to compare with
        part = builds.unfinished(build_id)
        try:
            _write(part, core, unreadable, catalog, builds.path(previous_id) if previous_id else None, count)
            _describe(part, data_folder, build_id, previous_id, hashed, catalog, core, sidecars, rested_on)
            jobs.tell("checking")
            built = _verify(part, build_id, previous_id)
            jobs.tell("publishing")
            builds.publish(build_id, KEEP_BUILDS)
        except (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, OSError) as fault:
            raise Refusal("build.failed", {"detail": str(fault).splitlines()[0]}) from fault
        except duckdb.Error as fault:
            raise Refusal("internal", {"file": build_id, "detail": str(fault).splitlines()[0]}) from fault
        finally:
            builds.remove_unfinished()
    return built


def counting_sources(inbox: Inbox, data_folder: Path, catalog: Catalog) -> tuple[list[Source], pl.DataFrame]:
    """Every reading that counts with its parsed rows, and the files that can no longer be read.

    What was parsed once is not parsed again. A file that a newer parser refuses must not stop the other lists: it
    is left out and printed as a data debt.
    """
    captions = tuple(catalog.headers.values())

    def read(sidecar: Sidecar) -> list[Source | str]:
        original, found = inbox.original(sidecar.file_id), list[Source | str]()
        for reading in sidecar.active_readings():
            try:
                parsed = parse(
                    original, sidecar.original_name, data_folder / "parsed", captions, mapping=reading.mapping
                )
            except (Refusal, OSError) as fault:
                found.append(fault.code if isinstance(fault, Refusal) else "add.disk")
                continue
            is_same = parsed.content_hash == sidecar.file_id
            found.append(Source(sidecar, reading, parsed.folder) if is_same else "altered")
        return found

    sidecars, sizes = inbox.counting(), inbox.sizes()
    found = beside(sidecars, read, lambda sidecar: sizes.get(sidecar.file_id, 0))
    results = [(sidecar.file_id, result) for sidecar, some in zip(sidecars, found, strict=True) for result in some]
    sources = [result for _, result in results if isinstance(result, Source)]
    unreadable = [(file_id, result) for file_id, result in results if isinstance(result, str)]
    schema = {"file_id": pl.String, "reason": pl.String}
    return sources, pl.DataFrame(unreadable, schema=schema, orient="row").unique(maintain_order=True)


def inputs_hash(data_folder: Path) -> str:
    """What a build from the inbox as it is now would have as ``meta.build.inputs_hash``."""
    inbox = Inbox(data_folder)
    decisions, edits = Decisions(data_folder).all(), ThresholdBook(inbox).all()
    return _hash_of(inbox.sidecars(), decisions, correction_book(inbox).records(), answer_book(inbox).records(), edits)


def last_built(data_folder: Path) -> Built | None:
    """The build in force, where building again would make the same: same inbox, catalogue and version."""
    builds = Builds(data_folder)
    current = builds.current()
    if current is None or not builds.path(current).is_file():
        return None
    said = [inputs_hash(data_folder), for_data_folder(data_folder).content_hash, etl.VERSION]
    try:
        with duckdb.connect(str(builds.path(current)), read_only=True) as connection:
            asked = "select inputs_hash, catalog_hash, version, previous_build_id from meta.build"
            *known, previous = connection.sql(asked).fetchall()[0]
            return _built(connection, current, previous) if known == said else None
    except duckdb.Error:
        return None  # damaged, or of an older version: then it is built again


def _hash_of(
    sidecars: Sequence[Model],
    decisions: Sequence[Model],
    corrections: Sequence[Record[Correction]],
    answers: Sequence[Record[Answer]],
    edits: Sequence[Model],
) -> str:
    """The hash of everything that a build is made from beside the catalogue, as it was read."""
    digest = hashlib.sha256(f"{PARSER_VERSION}".encode())
    corrected_by = [said for correction in corrections for said in correction.all()]
    answered_by = [said for answer in answers for said in answer.all()]
    for one in (*sidecars, *decisions, *corrected_by, *answered_by, *edits):
        digest.update(one.model_dump_json().encode())
    return digest.hexdigest()


def _write(
    part: Path, core: Core, unreadable: pl.DataFrame, catalog: Catalog, previous: Path | None, count: Engine | None
) -> None:
    with duckdb.connect(str(part), config=_CONFIG) as connection:
        if sum(frame.height for frame in core.frames.values()) < _FEW_ROWS:
            connection.execute("set threads = 1")
        run(connection, "tables")
        frames = {
            **definitions(catalog),
            **measure_definitions(catalog),
            **core.frames,
            "unreadable_file": unreadable,
            "calendar": _calendar(core, catalog),
        }
        batches = frames["batch"]
        # Each frame is let go once it is a table: with the counting behind it, all would not fit into memory.
        core.frames.clear()
        large = {name: frames.pop(name) for name in _BESIDE_TITLES}
        with ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
            loaded = pool.submit(_load_beside, cursor, large)
            for name in tuple(frames):
                load(connection, f"core.{name}", frames.pop(name))
            if count is None:
                run(connection, *TITLE_COUNTING)
                loaded.result()
                valued = pool.submit(run, cursor, *VALUE_COUNTING)
                run(connection, *TITLE_MOVES)
                valued.result()
                run(connection, *COMPARING)
            else:
                loaded.result()
                count(connection, COUNTING, part.with_name(f"{part.name}.counting"))
        run(connection, "data_debt")
        add_estimates(connection, catalog)
        _assess(connection, catalog, batches)
        if previous is None:
            run(connection, "no_change")
        else:
            # ATTACH takes no bound parameter; the path is the data folder's own, with quotes doubled.
            connection.execute("attach '{}' as before (read_only)".format(str(previous).replace("'", "''")))
            run(connection, "change")
            connection.execute("detach before")


def _load_beside(cursor: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]) -> None:
    """Load the frames of :data:`_BESIDE_TITLES`, each let go once it is a table."""
    # Only a build spells names; the dictionaries of pinyin take a third of the time in which every command starts.
    from etl.initials import with_initials

    for name, frame in value_tables(frames.pop("enterprise_value")).items():
        load(cursor, f"core.{name}", frame)
    load(cursor, "core.enterprise_area", frames.pop("enterprise_area"))
    for name in tuple(frames):
        load(cursor, f"core.{name}", with_initials(frames.pop(name)))


def _assess(connection: duckdb.DuckDBPyConnection, catalog: Catalog, batches: pl.DataFrame) -> None:
    """Progress, outlook and second opinions of every target, from what is counted."""
    # Only a build looks ahead; the functions of its distributions take a fifth of the time in which a command starts.
    from etl.outlook import OUTLOOK_COLUMNS, with_outlook

    thresholds = {key: threshold.value for key, threshold in catalog.thresholds.items()}
    targets = connection.sql(read_sql("target_with_direction")).pl()
    observations = connection.sql(read_sql("observation_asked")).pl()
    list_dates = connection.sql(read_sql("list_date")).pl()
    load(connection, "mart.list_date", list_dates)
    closing = connection.sql(read_sql("closing_decided")).pl()
    lists = Lists(list_dates, batches)
    rows = assessed(targets, observations, thresholds, lists, closing)
    rows = with_outlook(connection, rows, observations, lists, thresholds)
    load(connection, "mart.progress", rows.select(PROGRESS_COLUMNS + OUTLOOK_COLUMNS))
    load(connection, "mart.second_opinion", second_opinions(rows, observations, thresholds))
    run(connection, "state_count")


def _calendar(core: Core, catalog: Catalog) -> pl.DataFrame:
    """Month ends from the earlier of first event and first plan start to the month of the newest data."""
    newest = core.newest_day
    events = core.frames["recognition_event"]["event_on"]
    starts = [plan.starts_on for plan in catalog.plans.values()]
    first = min((day for day in (events.min(), *starts) if isinstance(day, dt.date)), default=None)
    if newest is None or first is None:
        return pl.DataFrame(schema={"month_end": pl.Date})
    months = pl.date_range(first.replace(day=1), max(newest, first), "1mo", eager=True)
    return pl.DataFrame({"month_end": months.dt.month_end()})


def _describe(
    part: Path,
    data_folder: Path,
    build_id: str,
    previous_id: str | None,
    inputs_hash: str,
    catalog: Catalog,
    core: Core,
    sidecars: list[Sidecar],
    rested_on: pl.DataFrame,
) -> None:
    frame = pl.DataFrame(
        {
            "build_id": [build_id],
            "built_at": [dt.datetime.now()],
            "inputs_hash": [inputs_hash],
            "catalog_hash": [catalog.content_hash],
            "version": [etl.VERSION],
            "is_demo": [any(sidecar.is_demo for sidecar in sidecars)],
            "data_cutoff": [core.newest_day],
            "previous_build_id": [previous_id],
        },
        schema_overrides={"data_cutoff": pl.Date, "previous_build_id": pl.String},
    )
    with duckdb.connect(str(part)) as connection:
        load(connection, "meta.build", frame)
        load(connection, "meta.input", rested_on)
        # What shows later that entries of the audit were cut off: it lies outside the store that they are in.
        newest = audit.head(data_folder)
        load(connection, "meta.audit_head", pl.DataFrame({"entry": [newest.entry], "hash": [newest.hash]}))
        tables = connection.sql("select schema_name, table_name from duckdb_tables()").fetchall()
        counts = _counts(connection, [f"{schema}.{name}" for schema, name in sorted(tables)])
        schema = {"table_name": pl.String, "row_count": pl.Int64}
        manifest = pl.DataFrame(list(counts.items()), schema=schema, orient="row")
        load(connection, "meta.table_count", manifest)
        connection.execute("checkpoint")


def _counts(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> dict[str, int]:
    """The rows of tables, named by DuckDB itself or by the manifest, never by a person."""
    each = [f"select '{table}' as table_name, count(*) as row_count from {table}" for table in tables]
    return dict(connection.sql(" union all ".join(each)).fetchall())


def _verify(part: Path, build_id: str, previous_id: str | None) -> Built:
    """Open the finished file as a reader would: every check must find nothing, every table its rows."""
    with duckdb.connect(str(part), read_only=True) as connection:
        paths = sorted((SQL / "checks").glob("*.sql"))
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda path: _wrong_rows(connection, path), paths))
        for path, wrong in zip(paths, found, strict=True):
            if wrong:
                raise Refusal("build.check_failed", {"check": path.stem, "rows": f"{wrong}"})
        expected = dict(connection.sql("select table_name, row_count from meta.table_count").fetchall())
        counted = _counts(connection, list(expected))
        for name, rows in expected.items():
            if counted[name] != rows:
                raise Refusal("build.check_failed", {"check": name, "rows": f"{rows}"})
        return _built(connection, build_id, previous_id)


def _wrong_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[object, ...]]:
    """The first rows that a check finds, through a cursor of its own: others run beside it."""
    with connection.cursor() as cursor:
        return cursor.sql(path.read_text(encoding="utf-8")).fetchmany(3)


def _built(connection: duckdb.DuckDBPyConnection, build_id: str, previous_id: str | None) -> Built:
    """What there is to say of a build."""
    return Built(
        build_id=build_id,
        previous_id=previous_id,
        inputs_hash=connection.sql("select inputs_hash from meta.build").fetchall()[0][0],
        change=connection.sql("select * from meta.change").pl(),
        debts=connection.sql("select * from core.data_debt").pl(),
        readings=connection.sql(read_sql("reading_report")).pl(),
        target_sums=connection.sql("select * from core.target_sum").pl(),
        publicity_difference=connection.sql(read_sql("publicity_report")).pl(),
        corrections=connection.sql("select * from core.correction").pl(),
    )
