"""What progress, opinions and outlook add to a build: 30 targets for a city, and for three thousand areas.

Run ``python -m benchmarks.bench_progress``; it ends with 1 where a budget is broken. Each size runs in a process of
its own, so that the memory of one is not counted with the other.
"""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from benchmarks.measure import Line, told
from etl.outlook import OUTLOOK_COLUMNS
from etl.steps import load
from tracker.outlook import Known
from tracker.outlook_rows import outlook
from tracker.progress import PROGRESS_COLUMNS, Lists, assessed
from tracker.second_opinion import second_opinions

TARGETS = 30
PLAN_START, DUE = dt.date(2023, 1, 1), dt.date(2025, 12, 31)
THRESHOLDS = {
    "ahead_lead_points": 5.0,
    "on_pace_lead_points": 0.0,
    "slightly_behind_lead_points": -10.0,
    "ratio_slightly_behind_percent": 90.0,
}
PASS_RATES = {f"tier-{number}": 0.6 for number in range(4)}
SURVIVAL = {"batch_1": 0.57, "batch_2": 0.62, "batch_3": 0.83, "zhejiang_2022": 0.93}
# A title lasts three years; those of an area end in so many months still to come.
END_MONTHS = 6
_GIGABYTE = 1e9
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes on a Mac, kilobytes elsewhere


@dataclass(frozen=True)
class Size:
    """How many areas and months, and what they may cost."""

    areas: int
    first_month: dt.date
    months: int
    seconds: float
    gigabytes: float


SIZES = {
    "city": Size(areas=11, first_month=dt.date(2019, 1, 1), months=84, seconds=1.5, gigabytes=1.0),
    "nation": Size(areas=3_000, first_month=dt.date(2025, 1, 1), months=12, seconds=60.0, gigabytes=3.0),
}


def invented_targets(size: Size) -> pl.DataFrame:
    """Each indicator has one target in every area: counts of titles, of new titles, yearly counts and rates."""
    indicators = pl.DataFrame({"number": range(TARGETS)}).with_columns(
        target_id=pl.format("target-{}", "number"),
        indicator_id=pl.format("indicator-{}", "number"),
        basis=pl.col("number").mod(6).replace_strict(dict(enumerate(BASES)), return_dtype=pl.String),
        tier=pl.when(pl.col("number").mod(6) < 3).then(pl.format("tier-{}", pl.col("number").mod(4))),
    )
    return indicators.join(_areas(size), how="cross").with_columns(
        plan_id=pl.lit("plan"), comparator=pl.lit("ge"), value=pl.lit(120.0), value_high=pl.lit(None, pl.Float64),
        tolerance=pl.lit(None, pl.Float64), starts_on=pl.lit(PLAN_START), due_on=pl.lit(DUE),
        baseline_on=pl.lit(dt.date(2022, 12, 31)), baseline_value=pl.lit(40.0), pace_basis=pl.lit(None, pl.String),
        decided_on=pl.lit(None, pl.Date), direction=pl.lit("higher"),
    )  # fmt: skip


BASES = ("in_force", "ever", "new", "annual", "ratio", "in_force")


def _areas(size: Size) -> pl.DataFrame:
    return pl.DataFrame({"area_code": [f"{code:06}" for code in range(size.areas)]})


def invented_observations(size: Size, targets: pl.DataFrame) -> pl.DataFrame:
    """A value for every target, area and month end, as ``mart.observation``."""
    last = size.first_month + dt.timedelta(days=31 * (size.months - 1))
    months = pl.date_range(size.first_month, last, "1mo", eager=True).head(size.months).dt.month_end()
    grid = targets.select("indicator_id", "area_code", "basis").join(pl.DataFrame({"period_end": months}), how="cross")
    values = np.random.default_rng(20231231).integers(20, 150, grid.height).astype(float)
    # Rates are reported by quarter, counts stand for their own month.
    quarter = pl.col("period_end").dt.truncate("1q").dt.offset_by("-1d")
    source = pl.when(pl.col("basis") == "ratio").then(quarter).otherwise("period_end")
    return grid.with_columns(value=pl.Series(values), state=pl.lit("ok"), source_period_end=source)


def invented_lists() -> Lists:
    """Two rounds a year of each tier."""
    days = [dt.date(year, month, 20) for year in range(2019, 2026) for month in (5, 11)]
    rows = [("plan", f"tier-{number}", None, day) for number in range(4) for day in days]
    schema = {"plan_id": pl.String, "tier": pl.String, "batch": pl.String, "event_on": pl.Date}
    return Lists(pl.DataFrame(rows, schema=schema, orient="row"))


def invented_known(size: Size, observations: pl.DataFrame, lists: Lists) -> Known:
    """In every area each list brought five titles of its tier, and some titles end in each month."""
    tiers = pl.DataFrame({"tier": list(PASS_RATES)})
    both = tiers.select("tier", via_tier="tier")
    months = observations.select(as_of="period_end").unique()
    ends = both.join(_areas(size), how="cross").join(months, how="cross")
    ahead = pl.col("ahead") * 3
    return Known(
        entries=lists.dates.select("tier", via_tier="tier", first_on="event_on", entries=pl.lit(5, pl.Int32)).join(
            _areas(size), how="cross"
        ),
        lists=lists.dates,
        stated=lists.stated,
        inclusions=both.with_columns(distance=pl.lit(0)),
        plan_areas=_areas(size)
        .with_row_index("place")
        .select("area_code", plan_id=pl.lit("plan"), is_summed=pl.col("place") > 0),
        title_ends=ends.join(pl.DataFrame({"ahead": range(END_MONTHS)}), how="cross").select(
            pl.exclude("ahead"),
            status=pl.lit("in_force"),
            takes_effect=pl.col("as_of").dt.month_start().dt.offset_by(pl.format("{}mo", ahead)).dt.month_end(),
            titles=pl.lit(2, pl.Int32),
        ),
        observations=observations,
    )


def measure(name: str) -> int:
    """Assess, judge, forecast and store one size. Returns 1 where it costs more than its budget."""
    size = SIZES[name]
    targets = invented_targets(size)
    observations, lists = invented_observations(size, targets), invented_lists()
    known = invented_known(size, observations, lists)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "bench.duckdb")) as connection:
        connection.execute("create schema mart")
        # A build has stored what it counted before it comes to progress; the first frame stored imports much.
        load(connection, "mart.list_date", lists.dates)
        started, used = time.perf_counter(), time.process_time()
        rows = assessed(targets, observations, THRESHOLDS, lists)
        found = outlook(rows, known, PASS_RATES, SURVIVAL)
        for table in ("path", "scenario", "hindcast", "reliability"):
            load(connection, f"mart.{table}", getattr(found, table))
        rows, forecasts = found.rows, found.path.height
        del found
        load(connection, "mart.progress", rows.select(PROGRESS_COLUMNS + OUTLOOK_COLUMNS))
        opinions = second_opinions(rows, observations, THRESHOLDS)
        load(connection, "mart.second_opinion", opinions)
        used = time.process_time() - used
        seconds = time.perf_counter() - started
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / _GIGABYTE
    title = f"progress, {name}: {TARGETS} targets x {size.areas:,} areas x {size.months} months"
    print(f"{rows.height} rows, {opinions.height} second opinions, {forecasts} forecasts")
    return told(
        [
            Line(title, seconds, "s", size.seconds),
            Line(f"progress, {name}: processor time", used, "s"),
            Line(f"progress, {name}: most memory", gigabytes, "GB", size.gigabytes),
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure the named sizes, all where none is named. Returns 1 where one costs more than its budget."""
    names = arguments or list(SIZES)
    if len(names) == 1:
        return measure(names[0])
    return max(
        subprocess.run([sys.executable, "-m", "benchmarks.bench_progress", name], check=False).returncode
        for name in names
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
