"""From accepted rows to enterprises: their numbers, their names and where they lie over time."""

from __future__ import annotations

import polars as pl

from etl.rows import only_where
from tracker.catalog_derived import UNASSIGNED_SUFFIX

# No sheet has more rows than this.
_MANY_ROWS = 10_000_000


def numbered(rows: pl.DataFrame, is_own: pl.Expr) -> pl.DataFrame:
    """The rows of enterprises that have an entry of their own, with ``enterprise_id`` in the order of their keys."""
    keys = rows.lazy().filter(is_own & pl.col("enterprise_key").is_not_null()).select("enterprise_key").unique()
    numbers = keys.sort("enterprise_key").with_row_index("enterprise_id", offset=1).collect()
    numbers = numbers.with_columns(pl.col("enterprise_id").cast(pl.Int64))
    found = rows.select("enterprise_key").join(numbers, on="enterprise_key", how="left", maintain_order="left")
    return only_where(rows.with_columns(found["enterprise_id"]), pl.col("enterprise_id").is_not_null())


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of :func:`numbered` by enterprise, each one's by day, reading and row: what tells where and how it stood."""
    readings = rows["reading_id"].unique().sort()
    number = rows["reading_id"].cast(pl.Enum(readings)).to_physical().cast(pl.Int64)
    # One number, which is sorted faster than three.
    day = rows["event_on"].to_physical().cast(pl.Int64)
    order = (day * max(1, len(readings)) + number) * _MANY_ROWS + rows["row"]
    columns = ("enterprise_id", "enterprise_key", "name", "name_key", "uscc_clean", "event_on", "area_code")
    return rows.select(*columns, order.alias("order")).sort("enterprise_id", "order").drop("order")


def enterprises(ordered: pl.DataFrame, codes: pl.Series) -> pl.DataFrame:
    """One row per enterprise: its code where known and the name of its newest event.

    Args:
        ordered: the rows of :func:`in_order`.
        codes: all that were printed anywhere: the code of an enterprise leads it, whoever printed it.
    """
    is_newest = ordered["enterprise_id"].ne_missing(ordered["enterprise_id"].shift(-1))
    found = ordered.filter(is_newest).select("enterprise_id", "enterprise_key", "name", "name_key", "uscc_clean")
    # Where the newest row does not print the code that leads, another may.
    others = found.filter(pl.col("uscc_clean").ne_missing(pl.col("enterprise_key")))["enterprise_key"]
    nameless = others.filter(~others.is_in(codes.drop_nulls().implode())) if len(others) else others
    is_code = ~pl.col("enterprise_key").is_in(nameless.implode())
    uscc = pl.when(is_code).then(pl.col("enterprise_key").cast(pl.String))
    return found.with_columns(uscc=uscc).drop("uscc_clean")


def former_names(rows: pl.DataFrame, enterprise: pl.DataFrame) -> pl.DataFrame:
    """One row per enterprise and other name: former, stated or printed on an earlier list."""
    printed = rows.select("enterprise_id", "name", "name_key", "event_on")
    stated = rows.filter(pl.col("former_name").is_not_null()).select(
        "enterprise_id", name="former_name", name_key="former_name_key", event_on="event_on"
    )
    names = pl.concat([printed, stated])
    # Enterprises are numbered from 1 in their order.
    current = enterprise["name_key"].gather(names["enterprise_id"] - 1)
    return (
        names.filter(names["name_key"].ne_missing(current))
        .sort("enterprise_id", "event_on", "name")
        .group_by("enterprise_id", "name_key", maintain_order=True)
        .agg(name=pl.col("name").last(), last_seen_on=pl.col("event_on").max())
        .select("enterprise_id", "name", "name_key", "last_seen_on")
    )


def areas_over_time(ordered: pl.DataFrame) -> pl.DataFrame:
    """One row per enterprise and stretch of time in one reporting unit, without gaps from its first event on.

    Args:
        ordered: the rows of :func:`in_order`.
    """
    located = ordered.select("enterprise_id", "event_on", "area_code")
    is_vague = located["area_code"].str.ends_with(UNASSIGNED_SUFFIX)
    if is_vague.any():
        placed = located.filter(~is_vague)
        nowhere_else = located.filter(is_vague).join(placed, on="enterprise_id", how="anti", maintain_order="left")
        located = pl.concat([placed, nowhere_else]).sort("enterprise_id", maintain_order=True)
    # In this order the first of a day and every change show in the row above.
    of_the_same = pl.col("enterprise_id") == pl.col("enterprise_id").shift(1)
    steps = located.filter((of_the_same & (pl.col("event_on") == pl.col("event_on").shift(1))).fill_null(False).not_())
    steps = steps.filter((of_the_same & (pl.col("area_code") == pl.col("area_code").shift(1))).fill_null(False).not_())
    is_left = pl.col("enterprise_id") == pl.col("enterprise_id").shift(-1)
    return steps.select(
        "enterprise_id",
        "area_code",
        valid_from=pl.col("event_on"),
        valid_to=pl.when(is_left).then(pl.col("event_on").shift(-1) - pl.duration(days=1)),
    )
