"""Enterprises on a date: who stands where, narrowed by what a reader picks, grouped so that every cell adds up. Pure.

One frame per tier and date is read and kept; every choice after that is a filter on it, so that a search among a
hundred thousand enterprises takes milliseconds. The frames are shared by all sessions and never changed in place.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from tracker import warehouse
from tracker.keeping import kept
from tracker.months import month_end
from tracker.names import text_key
from tracker.viewing import Rule, counted

STATUSES = ("in_force", "awaiting_review", "publicity", "lapsed", "pool")
DIMENSIONS = ("area", "title", "status", "batch", "year", "chain")
COUNTED = ""  # the statuses that the viewer's rule counts
EVERY = "all"
MISSING = "-"  # the code of what no file states: no batch, no chain
CHAIN_MEASURE = "industrial_chain"
PAGE_ROWS = 25
# What a number of the ladder lists, by its code in links: which kinds of queries/ladder_names.sql.
_STANDS = ("stays", "entry", "moved_in", "promotion")
MOVES = {"stock": _STANDS, "entry": ("entry", "moved_in"), "promotion": ("promotion",), "exit": ("exit", "moved_out")}
POOL = "pool"
EXPIRING = "expiring"
MOVE_CODES = (*MOVES, *(f"{POOL}_{move}" for move in MOVES if move != "promotion"), EXPIRING)
EXPIRY_MONTHS = 12


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


@kept(3)
def names(build_id: str) -> pl.DataFrame:
    """One row per enterprise: the code of its links, name, former names, search key, place in pinyin order."""
    found = warehouse.query(build_id, "enterprise_names")
    order = pl.struct("initials", "name").rank("ordinal").cast(pl.Int64)
    return found.with_columns(place=order)


@kept(8)
def _states(build_id: str, tier: str, as_of: dt.date) -> pl.DataFrame:
    """The rows of a tier on a date, their numbers turned back into codes and days."""
    codes = _codes(build_id)
    rows = warehouse.query(build_id, "enterprise_states", tier=tier, as_of=as_of)
    status = pl.col("status")
    standing = rows.select(
        "enterprise_id",
        "first_on",
        "is_new",
        key=pl.when(status != STATUSES.index(POOL)).then(_key(status == STATUSES.index("publicity"))),
        area_code=codes["area"].gather(rows["area"]),
        first_area_code=codes["area"].gather(rows["first_area"]),
        title=codes["tier"].gather(rows["title"]),
        status=pl.Series(STATUSES).gather(rows["status"]),
    )
    # The events of an enterprise lie in their order: the last that counts by then is the one before another key.
    events = _events(build_id).filter(pl.col("from_on") <= as_of)
    deciding = events.filter(pl.col("key").ne_missing(pl.col("key").shift(-1))).drop("from_on")
    return standing.join(deciding, on="key", how="left", maintain_order="left").drop("key")


@kept(2)
def _codes(build_id: str) -> dict[str, pl.Series]:
    """The codes of tiers and areas, each at the place of its number in the build."""
    found = warehouse.query(build_id, "code_numbers")
    places = pl.DataFrame({"number": range(int(found["number"].max()) + 1)})  # type: ignore[arg-type]
    return {
        str(kind): places.join(some, on="number", how="left", maintain_order="left")["code"]
        for (kind,), some in found.partition_by("kind", as_dict=True).items()
    }


@kept(2)
def _events(build_id: str) -> pl.DataFrame:
    """The events that an enterprise can stand by, in order, their enterprise, tier and kind as one ``key``."""
    found = warehouse.query(build_id, "event_windows")
    return found.select("from_on", "batch", "event_on", "valid_to", key=_key(pl.col("is_shown")))


def _key(is_shown: pl.Expr) -> pl.Expr:
    """An enterprise, a tier (fewer than 100) and whether it is shown for it only: one number joins fast."""
    return (pl.col("enterprise_id") * 100 + pl.col("title")) * 2 + is_shown.cast(pl.Int64)


@kept(8)
def newest_values(build_id: str, measure: str, as_of: dt.date) -> pl.DataFrame:
    """One row per enterprise that stated a measure: its newest value up to a date."""
    return warehouse.query(build_id, "newest_values", measure=measure, as_of=as_of)


@kept(12)
def standing(build_id: str, plan_id: str, area_code: str, tier: str, as_of: dt.date, rule: Rule) -> pl.DataFrame:
    """One row per enterprise of an area that ever had to do with a tier (``""``: any, then with its highest).

    Returns:
        ``status`` and whether the rule counts it (``is_counted``), the title held (``title``), the reporting unit or,
        inside one, the part of it (``area``), ``batch``, ``year`` and ``event_on`` of the event that decides,
        ``valid_to``, ``chain``. Under the rule of titles ever held the area is that of the first title.
    """
    rows = _states(build_id, tier, as_of)
    if rule.basis == "ever":
        rows = rows.with_columns(area_code=pl.coalesce("first_area_code", "area_code"))
    return _placed(build_id, plan_id, area_code, rows, as_of, rule)


@kept(12)
def moved(
    build_id: str, plan_id: str, area_code: str, within: str, tier: str, as_of: dt.date, rule: Rule, move: str
) -> pl.DataFrame:
    """The enterprises behind a number of the ladder, as :func:`standing`, each in the area in which it is counted.

    Args:
        area_code: the viewed area.
        within: the area of the number: the viewed one or a part of it.
        tier: the tier of the number; of a number of the pool only how its enterprises are shown.
        move: one of :data:`MOVE_CODES`.
    """
    rows = _states(build_id, tier, as_of).drop("area_code")
    named = _behind_move(build_id, plan_id, within, tier, as_of, move)
    rows = named.join(rows, on="enterprise_id", how="left", maintain_order="left")
    # A pool that names no title of ours has no row among the states.
    rows = rows.with_columns(status=pl.col("status").fill_null(POOL))
    return _placed(build_id, plan_id, area_code, rows, as_of, rule)


def _behind_move(build_id: str, plan_id: str, within: str, tier: str, as_of: dt.date, move: str) -> pl.DataFrame:
    """``enterprise_id`` and ``area_code`` of those behind a number of the ladder."""
    if move == EXPIRING:
        until = month_end(as_of, EXPIRY_MONTHS)
        asked = {"plan_id": plan_id, "area_code": within, "tier": tier, "as_of": as_of, "until": until}
        return warehouse.query(build_id, "expiring_enterprises", **asked).select("enterprise_id", "area_code")
    rung = POOL if move.startswith(f"{POOL}_") else tier
    below = dict(warehouse.query(build_id, "ladder_rungs", language="zh").select("tier", "below").iter_rows())
    lower = None if rung == POOL else below.get(rung) or POOL
    found = warehouse.query(build_id, "ladder_names", rung=rung, below=lower, area_code=within, as_of=as_of)
    kinds = MOVES[move.removeprefix(f"{POOL}_")]
    return found.filter(pl.col("kind").is_in(kinds)).select("enterprise_id", "area_code")


def _placed(
    build_id: str, plan_id: str, area_code: str, rows: pl.DataFrame, as_of: dt.date, rule: Rule
) -> pl.DataFrame:
    """The rows inside a viewed area with their group there, their chain, and whether the rule counts them."""
    units = warehouse.query(build_id, "area_units", plan_id=plan_id, area_code=area_code, language="zh")
    # Inside one unit the groups are its parts; in the whole they are the units.
    is_unit = units["unit_code"].n_unique() == 1
    group = pl.col("area_code") if is_unit else pl.col("unit_code")
    chains = newest_values(build_id, CHAIN_MEASURE, as_of).select("enterprise_id", chain="value_text")
    return (
        rows.join(units.select("area_code", area=group), on="area_code", how="inner", maintain_order="left")
        .join(chains, on="enterprise_id", how="left", maintain_order="left")
        .with_columns(
            is_counted=_is_counted(rule),
            year=pl.col("event_on").dt.year().cast(pl.String).fill_null(MISSING),
            batch=pl.col("batch").fill_null(MISSING),
            chain=pl.col("chain").fill_null(MISSING),
        )
    )


def _is_counted(rule: Rule) -> pl.Expr:
    if rule.basis == "ever":
        return pl.col("first_on").is_not_null()
    counted = ["in_force"]
    counted += ["awaiting_review"] if rule.with_awaiting else []
    counted += ["publicity"] if rule.with_publicity else []
    return pl.col("status").is_in(counted)


def narrowed(build_id: str, rows: pl.DataFrame, picked: Narrowing, as_of: dt.date) -> pl.DataFrame:
    """The rows that meet every choice; with a measure also its newest ``value``."""
    rows = rows.filter(*_choices(picked))
    rows = matching(build_id, rows, picked.query)
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


def outside(build_id: str, rows: pl.DataFrame, picked: Narrowing, as_of: dt.date) -> int:
    """How many enterprises meet a search but stand outside what the rule counts: a search must not hide them."""
    if not picked.query or picked.status != COUNTED or picked.move:
        return 0
    every = narrowed(build_id, rows, replace(picked, status=EVERY), as_of)
    return every.filter(~pl.col("is_counted")).height


def matching(build_id: str, rows: pl.DataFrame, query: str) -> pl.DataFrame:
    """The rows whose enterprise is found by name, former name, credit code or pinyin initials."""
    if not query:
        return rows
    return rows.join(_matches(build_id, query), on="enterprise_id", how="semi", maintain_order="left")


def _choices(picked: Narrowing) -> list[pl.Expr]:
    chosen = {name: getattr(picked, name) for name in ("area", "title", "batch", "year", "chain")}
    choices = [pl.col(name) == code for name, code in chosen.items() if code]
    if picked.status == COUNTED:
        # Who left is counted by no rule, and is what the number of the ladder lists.
        choices += [] if picked.move else [pl.col("is_counted")]
    elif picked.status != EVERY:
        choices.append(pl.col("status") == picked.status)
    return choices


@kept(64)
def _matches(build_id: str, query: str) -> pl.DataFrame:
    """The enterprises whose name, former name, credit code or pinyin initials hold every word of a query."""
    words = [text_key(word) for word in query.split()]
    holds = [pl.col("search_key").str.contains(word, literal=True) for word in words if word]
    return names(build_id).filter(*holds).select("enterprise_id")


def status_numbers(rows: pl.DataFrame) -> list[tuple[str, int]]:
    """How many rows stand in each status, in the order of :data:`STATUSES`; only those that occur."""
    counts = dict(rows.group_by("status").len().iter_rows())
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
    named = rows.join(names(build_id).select("enterprise_id", "place"), on="enterprise_id", how="left")
    if order == "newest":
        return named.sort("event_on", "place", descending=[True, False], nulls_last=True)
    if order == "expiry":
        return named.sort("valid_to", "place", nulls_last=True)
    if order == "value" and "value" in rows.columns:
        return named.sort("value", "place", descending=[True, False], nulls_last=True)
    return named.sort("place")


def page_of(build_id: str, rows: pl.DataFrame, page: int) -> pl.DataFrame:
    """The rows of a page of the list, with names; pages count from 1."""
    shown = rows.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)
    return with_names(build_id, shown)


def with_names(build_id: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``code``, ``name``, ``uscc`` and ``former_names``."""
    # A page has 25 rows: finding their names first is faster than a join with all names.
    found = names(build_id).filter(pl.col("enterprise_id").is_in(rows["enterprise_id"].implode()))
    named = found.select("enterprise_id", "code", "name", "uscc", "former_names")
    return rows.join(named, on="enterprise_id", how="left", maintain_order="left")


def number_of_pages(rows: pl.DataFrame) -> int:
    """How many pages a list has, an empty one included."""
    return max(1, -(-rows.height // PAGE_ROWS))


def choices_of(rows: pl.DataFrame, dimension: str) -> list[str]:
    """The codes that occur in a dimension: newest batch and year first, the commonest chain first, missing last."""
    codes: list[str]
    if dimension == "chain":
        codes = (
            rows["chain"].value_counts(sort=True).sort("count", "chain", descending=[True, False])["chain"].to_list()
        )
    else:
        codes = sorted(rows[dimension].unique().to_list(), reverse=True)
    return [code for code in codes if code != MISSING] + ([MISSING] if MISSING in codes else [])


def tier_counts(build_id: str, area_code: str, as_of: dt.date, rule: Rule) -> pl.DataFrame:
    """One row per tier and area inside an area: ``value`` by the rule, ``awaiting`` and ``publicity`` beside it."""
    found = warehouse.query(build_id, "tier_counts", area_code=area_code, as_of=as_of, basis=rule.basis)
    return found.with_columns(value=counted(rule))


def areas_of(units: pl.DataFrame, counts: pl.DataFrame, whole: str) -> list[tuple[str, str]]:
    """The rows of a table of tiers: the whole, then its units, inside a unit its parts; code and short name.

    Args:
        units: as ``queries/area_units.sql`` of the whole.
        counts: as :func:`tier_counts`; abolished areas and rows without a unit stand there only where they count.
        whole: the code of the viewed area.
    """
    is_unit = units["unit_code"].n_unique() == 1
    level = units.filter(pl.col("area_code") != whole).filter(
        pl.lit(is_unit) | (pl.col("area_code") == pl.col("unit_code"))
    )
    some = counts.filter(pl.sum_horizontal("value", "awaiting", "publicity") > 0)["area_code"].unique()
    shown = level.filter(pl.col("is_unit") | pl.col("area_code").is_in(some.implode()))
    first = units.filter(pl.col("area_code") == whole)
    return list(pl.concat([first, shown]).select("area_code", "short").iter_rows())
