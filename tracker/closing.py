"""What could be counted on the day that decides a target, by each basis, and which of them would turn it. Pure."""

from __future__ import annotations

import polars as pl

from tracker.pace import meets

# Each basis holds the one before it. The first decides unless leaders decided otherwise.
BASES = ("in_force", "decided", "with_publicity")


def closing_table(rows: pl.DataFrame) -> pl.DataFrame:
    """The closing of count targets with what each basis would make of it.

    Args:
        rows: ``queries/closing.sql``.

    Returns:
        The rows with ``value_<basis>`` and ``meets_<basis>`` for each of :data:`BASES`, and ``turns_by``: the first
        basis beyond the one that decides under which the task would be met though it is not, else null.
    """
    decided = pl.col("in_force") + pl.col("decided")
    rows = rows.with_columns(
        value_in_force=pl.col("in_force").cast(pl.Float64),
        value_decided=decided.cast(pl.Float64),
        value_with_publicity=(decided + pl.col("publicity")).cast(pl.Float64),
    )
    rows = rows.with_columns(meets(pl.col(f"value_{basis}")).alias(f"meets_{basis}") for basis in BASES)
    rank = pl.col("basis").replace_strict({basis: place for place, basis in enumerate(BASES)}, return_dtype=pl.Int8)
    is_met = pl.coalesce(pl.when(rank == place).then(f"meets_{basis}") for place, basis in enumerate(BASES))
    turns = [
        pl.when(~is_met & (rank < place) & pl.col(f"meets_{basis}")).then(pl.lit(basis))
        for place, basis in enumerate(BASES)
    ]
    return rows.with_columns(turns_by=pl.coalesce(turns))
