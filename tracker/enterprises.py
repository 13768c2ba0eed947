"""Enterprises on a date: who stands where, narrowed by what a reader picks, grouped so that every cell adds up. Pure.

Where each history stands on a date is one small frame per tier and date (:mod:`tracker.enterprises_histories`); what a
reader picks is picked among histories first, and only the enterprises that are left become rows. So a list among a
million takes milliseconds. The frames are shared by all sessions and never changed in place.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from tracker import warehouse
from tracker.enterprises_histories import STATUSES, names, states
from tracker.keeping import kept
from tracker.names import text_key
from tracker.viewing import Rule

DIMENSIONS = ("area", "title", "status", "batch", "year", "chain")
COUNTED = ""  # the statuses that the viewer's rule counts
EVERY = "all"
MISSING = "-"  # the code of what no file states: no batch, no chain
CHAIN_MEASURE = "industrial_chain"
PAGE_ROWS = 25


@dataclass(frozen=True)
class Narrowing:
    """What a reader picked, as codes; an empty text picks nothing."""

    query: str = ""
    status: str = COUNTED
    area: str = ""
    title: str = ""
    batch: str = ""
    year: str = ""
    chain: str = ""
    move: str = ""
    measure: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether the list is no longer just what the rule counts. A measure alone adds a column."""
        return replace(self, measure="") != Narrowing()


def newest_values(build_id: str, measure: str, as_of: dt.date) -> pl.DataFrame:
    """One row per enterprise that stated a measure: its newest value up to a date."""
    return _newest_values(build_id, measure, stated_on(build_id, measure, as_of))


def stated_on(build_id: str, measure: str, as_of: dt.date) -> dt.date:
    """The newest day up to a date on which a measure is stated: until the next, all months share its values."""
    return max((day for day in _value_ends(build_id, measure) if day <= as_of), default=dt.date.min)


@kept(64)
def _value_ends(build_id: str, measure: str) -> list[dt.date]:
    return warehouse.query(build_id, "value_ends", measure=measure)["period_end"].to_list()


@kept(8)
def _newest_values(build_id: str, measure: str, day: dt.date) -> pl.DataFrame:
    return warehouse.query(build_id, "newest_values", measure=measure, as_of=day)


@kept(12)
def standings(build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date, rule: Rule) -> pl.DataFrame:
    """One row per history (``example_id``) of an area that ever had to do with a tier (``""``: any, then its highest).

    Returns:
        ``status`` and whether the rule counts it (``is_counted``), the title held (``title``), the reporting unit or,
        inside one, the part of it (``area``), ``batch``, ``year`` and ``event_on`` of the event that decides,
        ``valid_to``, how many ``enterprises`` it is of. Under the rule of titles ever held the area is that of the
        first title.
    """
    rows = states(build_id, tier, as_of)
    if rule.basis == "ever":
        rows = rows.with_columns(area_code=pl.coalesce("first_area_code", "area_code"))
    return placed(build_id, plan_id, area_code, rows, rule)


def standing(build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date, rule: Rule) -> pl.DataFrame:
    """One row per enterprise of the histories of :func:`standings`, see :func:`told`."""
    histories = standings(build_id, plan_id, area_code, tier, as_of, rule)
    return told(build_id, enterprises_of(build_id, histories), histories, as_of)


def enterprises_of(build_id: str, histories: pl.DataFrame, *choices: pl.Expr, query: str = "") -> pl.DataFrame:
    """One row per enterprise in pinyin order whose history meets some choices and whom a search finds.

    Returns:
        ``enterprise_id``, its ``place`` in that order, and the row of its history (``history_row``).
    """
    # As one piece of work: among thirty readers each small step waits for the others.
    chosen = histories.lazy().with_row_index("history_row").filter(*choices).collect()
    row_of = _nobody(build_id).clone().scatter(chosen["example_id"], chosen["history_row"])
    found = names(build_id).lazy().with_columns(pl.lit(row_of).gather("example_id").alias("history_row"))
    is_found = [pl.lit(_matches(build_id, query))] if query else []
    return (
        found.filter(pl.col("history_row").is_not_null(), *is_found)
        .select("enterprise_id", pl.col("place").set_sorted(), "history_row")
        .collect()
    )


@kept(3)
def _nobody(build_id: str) -> pl.Series:
    """A null for each number that the enterprise that stands for a history can have."""
    largest = names(build_id).select(pl.col("example_id").max().fill_null(0)).item()
    return pl.Series("history_row", [None], dtype=pl.UInt32).new_from_index(0, largest + 1)


def told(build_id: str, rows: pl.DataFrame, histories: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """The rows of :func:`enterprises_of` with what is known of their histories, and the ``chain`` of each."""
    known = histories.drop("example_id", "enterprises", strict=False)
    return with_histories(_chained(build_id, rows, as_of), known)


def with_histories(rows: pl.DataFrame, histories: pl.DataFrame) -> pl.DataFrame:
    """The rows of :func:`enterprises_of` with what is known of their histories."""
    known = histories.drop(*rows.columns, strict=False)[rows["history_row"]]
    return pl.concat([rows.drop("history_row"), known], how="horizontal")


def _chained(build_id: str, rows: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    chains = _chains(build_id, stated_on(build_id, CHAIN_MEASURE, as_of))
    return rows.with_columns(chain=pl.lit(chains).gather("place").cast(pl.String))


@kept(4)
def _chains(build_id: str, day: dt.date) -> pl.Series:
    """The chain of each enterprise, in the order of their names; few words, each kept once."""
    stated = _newest_values(build_id, CHAIN_MEASURE, day)
    found = names(build_id).select("enterprise_id").join(stated, on="enterprise_id", how="left", maintain_order="left")
    return found["value_text"].fill_null(MISSING).cast(pl.Categorical)


def placed(build_id: str, plan_id: str, area_code: str, rows: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The rows inside a viewed area with their group there, and whether the rule counts them."""
    units = warehouse.read(build_id, "area_units", plan_id=plan_id, area_code=area_code, language="zh")
    # Inside one unit the groups are its parts; in the whole they are the units.
    is_unit = units["unit_code"].n_unique() == 1
    group = pl.col("area_code") if is_unit else pl.col("unit_code")
    inside = rows.join(units.select("area_code", area=group), on="area_code", how="inner", maintain_order="left")
    return inside.with_columns(
        is_counted=_is_counted(rule),
        year=pl.col("event_on").dt.year().cast(pl.String).fill_null(MISSING),
        batch=pl.col("batch").fill_null(MISSING),
    )


def _is_counted(rule: Rule) -> pl.Expr:
    if rule.basis == "ever":
        return pl.col("first_on").is_not_null()
    counted = ["in_force"]
    counted += ["awaiting_review"] if rule.with_awaiting else []
    counted += ["publicity"] if rule.with_publicity else []
    return pl.col("status").is_in(counted)


def narrowed(build_id: str, histories: pl.DataFrame, picked: Narrowing, as_of: dt.date) -> pl.DataFrame:
    """The rows of :func:`enterprises_of` that meet every choice; with a measure also its newest ``value``."""
    rows = enterprises_of(build_id, histories, *_choices(picked), query=picked.query)
    return _stating(build_id, rows, picked, as_of)


def narrowed_moves(build_id: str, rows: pl.DataFrame, picked: Narrowing, as_of: dt.date) -> pl.DataFrame:
    """Those of :func:`moved` who meet every choice, as :func:`narrowed`; ``history_row`` is their own row there."""
    chosen = rows.with_row_index("history_row").filter(*_choices(picked))
    found = matching(build_id, chosen.select("enterprise_id", "place", "history_row"), picked.query)
    return _stating(build_id, found, picked, as_of)


def _stating(build_id: str, rows: pl.DataFrame, picked: Narrowing, as_of: dt.date) -> pl.DataFrame:
    """The rows whose enterprises state what is picked."""
    if picked.chain:
        rows = _chained(build_id, rows, as_of).filter(pl.col("chain") == picked.chain).drop("chain")
    if not picked.measure:
        return rows
    values = newest_values(build_id, picked.measure, as_of).select("enterprise_id", "value", value_on="period_end")
    rows = rows.join(values, on="enterprise_id", how="left", maintain_order="left")
    limits = []
    if picked.at_least is not None:
        limits.append(pl.col("value") >= picked.at_least)
    if picked.at_most is not None:
        limits.append(pl.col("value") <= picked.at_most)
    return rows.filter(*limits)


def outside(build_id: str, histories: pl.DataFrame, picked: Narrowing, as_of: dt.date) -> int:
    """How many enterprises meet the choices but stand outside what the rule counts: they must not look lost."""
    if picked.status != COUNTED or picked.move:
        return 0
    others = histories.filter(~pl.col("is_counted"))
    return narrowed(build_id, others, replace(picked, status=EVERY), as_of).height


def matching(build_id: str, rows: pl.DataFrame, query: str) -> pl.DataFrame:
    """The rows whose enterprise is found by name, former name, credit code or pinyin initials."""
    if not query:
        return rows
    found = names(build_id).filter(_matches(build_id, query))
    return rows.join(found, on="enterprise_id", how="semi", maintain_order="left")


def _choices(picked: Narrowing) -> list[pl.Expr]:
    """What is picked of where a history stands."""
    chosen = {name: getattr(picked, name) for name in ("area", "title", "batch", "year")}
    choices = [pl.col(name) == code for name, code in chosen.items() if code]
    if picked.status == COUNTED:
        # Who left is counted by no rule, and is what the number of the ladder lists.
        choices += [] if picked.move else [pl.col("is_counted")]
    elif picked.status != EVERY:
        choices.append(pl.col("status") == picked.status)
    return choices


@kept(64)
def _matches(build_id: str, query: str) -> pl.Series:
    """Of each row of :func:`names`, whether name, former name, credit code or initials hold every word of a query."""
    words = [text_key(word) for word in query.split()]
    holds = [pl.col("search_key").str.contains(word, literal=True) for word in words if word]
    return names(build_id).select(pl.all_horizontal(pl.col("place").is_not_null(), *holds)).to_series()


def status_numbers(rows: pl.DataFrame, histories: pl.DataFrame) -> list[tuple[str, int]]:
    """How many rows stand in each status, in the order of :data:`STATUSES`; only those that occur."""
    of_status = rows.lazy().select(pl.lit(histories["status"]).gather("history_row").alias("status"))
    counts = dict(of_status.group_by("status").len().collect().iter_rows())
    return [(status, counts[status]) for status in STATUSES if status in counts]


def grouped(rows: pl.DataFrame, down: str, across: str) -> pl.DataFrame:
    """One row per pair of groups that holds enterprises: ``down``, ``across``, ``number``. All pairs add up."""
    return (
        rows.select(down=pl.col(down), across=pl.col(across) if across else pl.lit(""))
        .group_by("down", "across")
        .agg(number=pl.len().cast(pl.Int64))
        .sort("down", "across")
    )


def ordered(build_id: str, rows: pl.DataFrame, order: str) -> pl.DataFrame:
    """The rows in an order: ``name`` (pinyin), ``newest`` event, ``expiry`` (soonest), ``value`` (largest)."""
    if "place" not in rows.columns:
        rows = rows.join(names(build_id).select("enterprise_id", "place"), on="enterprise_id", how="left")
    if order == "newest":
        return rows.sort("event_on", "place", descending=[True, False], nulls_last=True)
    if order == "expiry":
        return rows.sort("valid_to", "place", nulls_last=True)
    if order == "value" and "value" in rows.columns:
        return rows.sort("value", "place", descending=[True, False], nulls_last=True)
    return rows.sort("place")


def page_rows(rows: pl.DataFrame, page: int) -> pl.DataFrame:
    """The rows of a page of a list; pages count from 1."""
    return rows.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)


def page_of(build_id: str, rows: pl.DataFrame, page: int) -> pl.DataFrame:
    """The rows of a page of a list, with names."""
    return with_names(build_id, page_rows(rows, page))


def with_names(build_id: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``code``, ``name``, ``uscc`` and ``former_names``."""
    # A page has 25 rows: finding their names first is faster than a join with all names.
    found = names(build_id).filter(pl.col("enterprise_id").is_in(rows["enterprise_id"].implode()))
    named = found.select("enterprise_id", "code", "name", "uscc", "former_names")
    return rows.join(named, on="enterprise_id", how="left", maintain_order="left")


def number_of_pages(rows: pl.DataFrame) -> int:
    """How many pages a list has, an empty one included."""
    return max(1, -(-rows.height // PAGE_ROWS))


def choices_of(build_id: str, histories: pl.DataFrame, dimension: str, as_of: dt.date) -> list[str]:
    """The codes that a list can be narrowed by in a dimension, as :func:`codes_in`."""
    if dimension != "chain":
        return codes_in(histories, dimension)
    # The one dimension in which enterprises of one history differ; often nobody states any.
    if newest_values(build_id, CHAIN_MEASURE, as_of).is_empty():
        return [MISSING] if histories.height else []
    return codes_in(_chained(build_id, enterprises_of(build_id, histories), as_of), dimension)


def codes_in(rows: pl.DataFrame, dimension: str) -> list[str]:
    """The codes that occur in a dimension: newest batch and year first, the commonest chain first, missing last."""
    codes: list[str]
    if dimension == "chain":
        codes = (
            rows["chain"].value_counts(sort=True).sort("count", "chain", descending=[True, False])["chain"].to_list()
        )
    else:
        codes = sorted(rows[dimension].unique().to_list(), reverse=True)
    return [code for code in codes if code != MISSING] + ([MISSING] if MISSING in codes else [])
