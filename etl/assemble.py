"""All readings of the inbox as the frames of schema ``core``: enterprises, names, areas, events, refused rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import polars as pl

from etl.activities import judge_activities
from etl.answers import Answer
from etl.answers_apply import placed_as_decided, recoded, still_open
from etl.beside import beside
from etl.completeness import closed_books
from etl.day_questions import DAY_SCHEMA, day_questions
from etl.enterprise_core import areas_over_time, enterprises, former_names, in_order, numbered
from etl.identity import IDENTIFYING, identify
from etl.inbox import TITLE_EVENTS, TITLE_KINDS, VALUE_KINDS, Sidecar
from etl.ledger import LedgerRows, judge_ledger
from etl.ledger_dates import settle_ledgers
from etl.lists import judge
from etl.measure_core import Read, measure_frames
from etl.measure_reports import judge_reports
from etl.reconcile import Judged, Source, books
from etl.rows import CODE, ListRows, only_where
from etl.schemas import conforming
from etl.target_core import Decided, target_frames
from etl.targets import judge_targets
from etl.value_core import Valued, settle, stated_identities
from etl.values import ValueRows, judge_values
from tracker.catalog import Catalog
from tracker.catalog_derived import UNASSIGNED_SUFFIX


@dataclass(frozen=True)
class Core:
    """The frames of schema ``core`` that come from files, by table name."""

    frames: dict[str, pl.DataFrame]
    newest_day: dt.date | None


def area_closure(catalog: Catalog) -> pl.DataFrame:
    """One row per tracked area and each area it is part of, itself included."""
    pairs = [
        (code, above) for code in sorted(catalog.areas) if catalog.is_tracked(code) for above in catalog.ancestors(code)
    ]
    return pl.DataFrame(pairs, schema={"area_code": pl.String, "ancestor_code": pl.String}, orient="row")


def assemble(
    sources: Iterable[Source], sidecars: Iterable[Sidecar], catalog: Catalog, answers: Sequence[Answer] = ()
) -> Core:
    """Judge, identify and place every row of every reading.

    Args:
        sources: the readings that count.
        sidecars: all files of the inbox, withdrawn and replaced ones included: they stay listed.
        catalog: areas, tiers and settings.
        answers: what people decided about identities and areas, oldest first.
    """
    sources = list(sources)
    judged, valued, stamped = _judged(sources, catalog)
    decided: list[Decided] = [
        (source, judge_targets(source.parsed, catalog)) for source in sources if source.reading.kind == "targets"
    ]
    reported: list[Read] = [
        (source, judge_reports(source.parsed, source.sidecar.received_on, catalog))
        for source in sources
        if source.reading.kind == "tasks"
    ]
    held: list[Read] = [
        (source, judge_activities(source.parsed, source.sidecar.received_on, catalog))
        for source in sources
        if source.reading.kind == "activities"
    ]
    odd_days = [day_questions(source, rows.accepted, sources, catalog) for source, rows in judged + valued]
    rows = recoded(pl.concat([pl.DataFrame(schema=_ROW_SCHEMA), *stamped]), answers)
    del stamped
    # The rows of lists live on in one frame, those of values in another; millions should not be kept twice.
    judged = [(source, _without_copies(outcome)) for source, outcome in judged]
    counted = [(source, _without_copies(outcome)) for source, outcome in valued]
    stated = recoded(stated_identities(valued, rows), answers, "printed_name")
    identified = identify(pl.concat([rows.select(IDENTIFYING), stated], how="diagonal").select(IDENTIFYING))
    keys, codes, questions = identified.rows["enterprise_key"], identified.rows["uscc_clean"], identified.questions
    del identified
    settled = settle_ledgers(rows.with_columns(keys.head(rows.height)), judged, catalog)
    del rows
    judged, differences = settled.judged, settled.differences
    placed = placed_as_decided(_place(settled.rows, catalog), answers)
    del settled
    is_own = pl.col("kind") != "mention"  # what a ledger merely repeats names and places its enterprise, no more
    accepted = numbered(only_where(placed, pl.col("area_scope") == "inside"), is_own)
    ordered = in_order(only_where(accepted, is_own))
    enterprise = enterprises(ordered, codes)
    with ThreadPoolExecutor(1) as pool:
        settling = pool.submit(settle, valued, stated.with_columns(keys.tail(stated.height)), enterprise, catalog)
        frames = {
            "area_closure": area_closure(catalog),
            "enterprise": enterprise.select("enterprise_id", "uscc", "name", "name_key"),
            "enterprise_name": former_names(accepted, enterprise),
            "enterprise_area": areas_over_time(ordered),
            "pool_entry": _pool(accepted.filter(pl.col("kind") == "pool")),
            "reading_vague": _vague(placed, catalog),
            "identity_question": still_open(questions, answers),
            "ledger_difference": differences,
            "day_question": pl.concat([pl.DataFrame(schema=DAY_SCHEMA), *odd_days]),
        }
        del ordered
        values = settling.result()  # before the events, not beside them: both are copied whole once
    frames |= {
        "recognition_event": _events(only_where(accepted, pl.col("kind").is_in(["list", "ledger"])), catalog),
        **values.frames,
        **target_frames(decided, catalog),
        **measure_frames(reported, held),
        **books([*judged, *counted, *decided, *reported, *held], placed, values.refused, values.lost, catalog),
    }
    # Handing down tasks tells nothing new of enterprises: it does not make the data any newer.
    telling = [source for source in sources if source.reading.kind != "targets"] or sources
    days = [source.sidecar.received_on for source in telling] + accepted["event_on"].unique().to_list()
    return Core(closed_books(conforming(frames), sources, sidecars), max(days, default=None))


def _judged(sources: Sequence[Source], catalog: Catalog) -> tuple[list[Judged], list[Valued], list[pl.DataFrame]]:
    """The readings of titles and those of values with what became of their rows, and the accepted rows of titles."""

    def work(source: Source) -> tuple[ListRows, list[pl.DataFrame]]:
        outcome = _judge(source, catalog)
        # Here and not later: lists are judged sooner than the values beside them.
        return outcome, [_stamped(source, outcome)] if source.reading.kind in TITLE_KINDS else []

    large = [source for source in sources if source.reading.kind in (*TITLE_KINDS, *VALUE_KINDS)]
    found = list(zip(large, beside(large, work, Source.size), strict=True))
    judged = [(source, outcome) for source, (outcome, _) in found if source.reading.kind in TITLE_KINDS]
    valued = [(source, outcome) for source, (outcome, _) in found if isinstance(outcome, ValueRows)]
    return judged, valued, [rows for _, (_, stamped) in found for rows in stamped]


def _judge(source: Source, catalog: Catalog) -> ListRows:
    kind = source.reading.kind
    judge_rows = judge_values if kind in VALUE_KINDS else judge_ledger if kind == "ledger" else judge
    return judge_rows(source.parsed, source.reading, source.sidecar.received_on, catalog)


def _without_copies(outcome: ListRows) -> ListRows:
    return outcome if isinstance(outcome, LedgerRows) else replace(outcome, accepted=outcome.accepted.clear())


def ledger_outcome(ledger: Source, others: Iterable[Source], catalog: Catalog) -> ListRows:
    """What a build makes of the rows of a ledger beside other readings: its days depend on their notices."""
    lists = [source for source in others if source.reading.kind == "list"]
    judged = [(source, _judge(source, catalog)) for source in (*lists, ledger)]
    identified = identify(pl.concat([_stamped(source, outcome) for source, outcome in judged]))
    return settle_ledgers(identified.rows, judged, catalog).judged[-1][1]


_ROW_SCHEMA: dict[str, type[pl.DataType]] = {
    "reading_id": pl.String,
    "file_id": pl.String,
    "kind": pl.String,
    "tier": pl.String,
    "event": pl.String,
    "batch": pl.String,
    "cohort_year": pl.Int32,
    "sheet": pl.String,
    "row": pl.Int32,
    "name": pl.String,
    "name_key": pl.String,
    "former_name": pl.String,
    "former_name_key": pl.String,
    "uscc_clean": CODE,
    "title": pl.String,
    "document_no": pl.String,
    "event_on": pl.Date,
    "valid_from_on": pl.Date,
    "valid_to_on": pl.Date,
    "valid_to_estimated": pl.Boolean,
    "area_code": pl.String,
    "area_scope": pl.String,
    "column": pl.String,
    "claim": pl.Int32,
    "dated_by": pl.String,
}


def _stamped(source: Source, outcome: ListRows) -> pl.DataFrame:
    """The accepted rows of one reading with what the reading adds to each."""
    reading = source.reading
    marked = outcome.accepted.with_columns(reading_id=pl.lit(source.reading_id), file_id=pl.lit(source.sidecar.file_id))
    if isinstance(outcome, LedgerRows):
        claims = marked.with_columns(pl.col("uscc_clean").cast(CODE))
        return pl.concat([pl.DataFrame(schema=_ROW_SCHEMA), claims], how="diagonal")
    return marked.with_columns(
        column=pl.lit(None, pl.String),
        claim=pl.lit(None, pl.Int32),
        dated_by=pl.lit(None, pl.String),
        kind=pl.lit(reading.kind),
        tier=pl.lit(reading.tier),
        event=pl.lit(reading.event, pl.String),
        batch=pl.lit(reading.batch, pl.String),
        # The cohort under review next time is the year in which this title began, unless the sidecar says else.
        cohort_year=pl.coalesce(pl.lit(reading.cohort_year, pl.Int32), pl.col("valid_from_on").dt.year()),
        document_no=pl.coalesce("document_no", pl.lit(reading.document_no, pl.String)),
    ).select(pl.col(name).cast(kind) for name, kind in _ROW_SCHEMA.items())


def _place(rows: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """Give rows that name only a city or province the reporting unit that other lists give their enterprise.

    The newest known unit on or before the event counts, else the first one after it; only a unit inside the area
    that the row names. ``area_inferred`` marks it. What stays above the plans' areas is nobody's and leaves.
    """
    is_vague = pl.col("area_code").str.ends_with(UNASSIGNED_SUFFIX) | (pl.col("area_scope") == "above")
    if not rows.select(is_vague.any()).item():
        return rows.with_columns(area_inferred=pl.lit(False))
    rows = rows.with_row_index("row_index").with_columns(is_vague=is_vague)
    known = (
        rows.lazy()
        .filter(~pl.col("is_vague") & pl.col("enterprise_key").is_not_null())
        .select("enterprise_key", "event_on", known_code="area_code")
        .collect()
        .unique(subset=["enterprise_key", "event_on"], keep="first", maintain_order=True)
    )
    vague = rows.filter("is_vague").select("row_index", "enterprise_key", "event_on", "area_code")
    named = pl.col("area_code").str.strip_suffix(UNASSIGNED_SUFFIX)
    candidates = (
        vague.join(known, on="enterprise_key", suffix="_known")
        .with_columns(ancestor_code=named)
        .join(
            area_closure(catalog),
            left_on=["known_code", "ancestor_code"],
            right_on=["area_code", "ancestor_code"],
            how="semi",
        )
    )
    is_later = pl.col("event_on_known") > pl.col("event_on")
    days_away = (pl.col("event_on_known") - pl.col("event_on")).dt.total_days().abs()
    inferred = (
        candidates.with_columns(is_later=is_later, days_away=days_away)
        .sort("row_index", "is_later", "days_away", "known_code")
        .unique(subset="row_index", keep="first", maintain_order=True)
        .select("row_index", "known_code")
    )
    return (
        rows.join(inferred, on="row_index", how="left", maintain_order="left")
        .with_columns(
            area_code=pl.coalesce("known_code", "area_code"),
            area_inferred=pl.col("known_code").is_not_null(),
            area_scope=pl.when(pl.col("known_code").is_not_null())
            .then(pl.lit("inside"))
            .otherwise(pl.col("area_scope")),
        )
        .drop("row_index", "is_vague", "known_code")
    )


def _vague(placed: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """One row per reading and area around a plan's area that its rows name, and nothing finer inside it.

    A provincial list by city says 苏州市 and never which of its enterprises are the industrial park's: it tells
    nothing of the park, not that the park has none.
    """
    named = placed.filter(pl.col("area_scope") == "above").select(
        "reading_id", ancestor_code=pl.col("area_code").str.strip_suffix(UNASSIGNED_SUFFIX)
    )
    finer = placed.lazy().filter(pl.col("area_scope") == "inside").select("reading_id", "area_code").unique().collect()
    told = finer.join(area_closure(catalog), on="area_code").select("reading_id", "ancestor_code")
    vague = named.unique().join(told, on=["reading_id", "ancestor_code"], how="anti")
    return vague.rename({"ancestor_code": "area_code"}).sort("reading_id", "area_code")


def _events(rows: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """One row per event with the days that decide counting.

    ``counts_from``: the later of decision and window; ``expires_on``: the first day after the window;
    ``awaiting_until``: the first day on which an unreviewed title is no longer kept; ``publicity_until``: the first
    one on which an undecided publicity is over. ``dated_by``: what gave an event of a ledger its day.
    """
    months = int(catalog.threshold("awaiting_review_months"))
    publicity_months = int(catalog.threshold("publicity_months"))
    is_title = pl.col("event").is_in(TITLE_EVENTS)
    is_publicity = pl.col("event").is_in(["publicity", "review_publicity"])
    place = pl.format("{}-{}-{}", "reading_id", "sheet", "row")
    expires = pl.col("valid_to_on").dt.offset_by("1d")
    events = rows.select(
        event_id=pl.when(pl.col("claim").is_null()).then(place).otherwise(pl.format("{}-{}", place, "claim")),
        enterprise_id="enterprise_id",
        tier="tier",
        event="event",
        batch="batch",
        cohort_year="cohort_year",
        event_on="event_on",
        valid_from=pl.when(is_title).then("valid_from_on"),
        valid_to=pl.when(is_title).then("valid_to_on"),
        valid_to_estimated=is_title & pl.col("valid_to_estimated"),
        counts_from=pl.when(is_title).then(pl.max_horizontal("event_on", "valid_from_on")),
        expires_on=pl.when(is_title).then(expires),
        awaiting_until=pl.when(is_title).then(expires.dt.offset_by(f"{months}mo")),
        publicity_until=pl.when(is_publicity).then(pl.col("event_on").dt.offset_by(f"{publicity_months}mo")),
        is_derived=pl.lit(False),
        dated_by="dated_by",
        document_no="document_no",
        name_as_printed="name",
        title_as_printed="title",
        area_code="area_code",
        area_inferred="area_inferred",
        area_printed="area_printed",
        reading_id="reading_id",
        file_id="file_id",
        sheet="sheet",
        row="row",
        column="column",
    )
    return events.sort("event_id").with_row_index("event_number", offset=1)


def _pool(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per entry into a cultivation pool: never an event, never counted."""
    return rows.select(
        "enterprise_id",
        level="tier",
        entered_on=pl.when(pl.col("dated_by").ne_missing("unknown")).then("event_on"),
        left_on=pl.lit(None, pl.Date),
        area_code="area_code",
        reading_id="reading_id",
        file_id="file_id",
        sheet="sheet",
        row="row",
        column="column",
    ).sort("enterprise_id", "level", "entered_on", "file_id", "sheet", "row")
