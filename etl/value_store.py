"""Values of enterprises as a build keeps them: what millions of them share (measure, file, column) is written once."""

from __future__ import annotations

import polars as pl

# What repeats from value to value. Five texts a value take three times as long to write as all its numbers.
_SHARED = ("measure", "file_id", "sheet", "column", "reading_id")


def value_tables(values: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The tables behind the view ``core.enterprise_value``.

    Args:
        values: one row per value, as the view shows them; the shared columns as texts or Enums.

    Returns:
        ``value_series``: one row per measure and column of a sheet. ``value_cell``: one row per value with the
        ``series_number`` of its series.
    """
    number = pl.lit(0, pl.Int64)
    coded = values.select(_as_enum(values[name]) for name in _SHARED)
    for name, kind in coded.schema.items():
        assert isinstance(kind, pl.Enum)
        some = len(kind.categories)
        number = number * (some + 1) + pl.col(name).to_physical().cast(pl.Int64).fill_null(some)
    numbers = coded.select(series_number=number)["series_number"]
    series = coded.with_columns(numbers).filter(numbers.is_first_distinct()).sort("series_number")
    return {
        "value_series": series.with_columns(pl.col(_SHARED).cast(pl.String)),
        "value_cell": values.drop(_SHARED).with_columns(numbers),
    }


def _as_enum(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Enum):
        return column
    return column.cast(pl.Enum(column.drop_nulls().unique().sort()))
