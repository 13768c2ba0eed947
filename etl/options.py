"""The options of the commands that take files and corrections in, each with its help."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from etl.clean import parse_day
from etl.engine import ENGINES
from etl.inbox import Event, Kind
from etl.refusal import Refusal
from etl.report import say
from tracker.text import LANGUAGES

_DAY = "YYYY-MM-DD"


def day_of(option: str) -> Callable[[str], dt.date]:
    """Reads the day of an option as people write days: 2024-07-05, 2024/7/5, 2024.7.5, 2024年7月5日, 20240705.

    Raises:
        Refusal: by the reader, for anything else; argparse would say so in English only.
    """

    def read(text: str) -> dt.date:
        day = parse_day(text)
        if day is None:
            raise Refusal("add.bad_day", {"option": option, "value": text})
        return day

    return read


def _not_blank(option: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.strip():
            raise Refusal("add.blank_option", {"option": option})
        return text.strip()

    return read


def add_statement_options(sub: argparse.ArgumentParser) -> None:
    """What a person may state about files that come in."""
    sub.add_argument("files", nargs="*", metavar="FILE", help=say("cli.files_argument"))
    sub.add_argument("--tier", help=say("cli.tier"))
    sub.add_argument("--event", choices=get_args(Event), help=say("cli.event"))
    sub.add_argument("--kind", choices=get_args(Kind), help=say("cli.kind"))
    sub.add_argument("--batch", help=say("cli.batch"))
    sub.add_argument("--cohort", type=int, dest="cohort_year", metavar="YYYY", help=say("cli.cohort"))
    sub.add_argument("--reviewed-cohort", type=int, metavar="YYYY", help=say("cli.reviewed_cohort"))
    sub.add_argument("--document", dest="document_no", help=say("cli.document"))
    sub.add_argument("--on", type=day_of("--on"), dest="event_on", metavar=_DAY, help=say("cli.on"))
    sub.add_argument("--valid-from", type=day_of("--valid-from"), metavar=_DAY, help=say("cli.valid_from"))
    sub.add_argument("--valid-to", type=day_of("--valid-to"), metavar=_DAY, help=say("cli.valid_to"))
    sub.add_argument("--year-day", metavar="MM-DD", help=say("added.year_day_option"))
    sub.add_argument("--area", help=say("cli.area"))
    sub.add_argument("--excluding", action="append", default=[], help=say("cli.excluding"))
    sub.add_argument("--announced", action="append", default=[], help=say("cli.announced"))
    sub.add_argument("--sheet", help=say("cli.sheet"))
    sub.add_argument("--period", metavar="2025Q3", help=say("measure.period_option"))
    sub.add_argument("--unit", help=say("measure.unit_option"))
    sub.add_argument("--reason", help=say("measure.reason_option"))
    sub.add_argument(
        "--map",
        action="append",
        default=[],
        dest="mapping",
        metavar=say("desk.map_metavar"),
        help=say("desk.map_option"),
    )
    sub.add_argument("--final", action="store_true", dest="is_final", help=say("cli.final"))
    sub.add_argument("--replaces", metavar="FILE_ID", help=say("cli.replaces"))
    sub.add_argument("--issuer", help=say("cli.issuer"))
    sub.add_argument("--source", help=say("cli.source"))
    sub.add_argument("--received-from", help=say("cli.received_from"))
    received_on = day_of("--received-on")
    sub.add_argument(
        "--received-on", type=received_on, default=dt.date.today(), metavar=_DAY, help=say("cli.received_on")
    )


def add_load_options(sub: argparse.ArgumentParser, *, keep: bool) -> None:
    """What is done with the files beside checking or keeping them."""
    sub.add_argument("--stated", type=Path, metavar="FILES.json", help=say("desk.stated_option"))
    if keep:
        sub.add_argument("--build", action="store_true", dest="is_built", help=say("desk.build_option"))
        return
    sub.add_argument("--effect", action="store_true", help=say("desk.effect_option"))
    sub.add_argument("--annotate", type=Path, metavar="OUT.xlsx", help=say("desk.annotate_option"))
    sub.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help=say("desk.language_option"))


def add_effect_options(sub: argparse.ArgumentParser) -> None:
    """Whether what is decided of a file is only tried, or published at once."""
    group = sub.add_mutually_exclusive_group()
    group.add_argument("--effect", action="store_true", help=say("desk.effect_option"))
    group.add_argument("--build", action="store_true", dest="is_built", help=say("desk.build_option"))


def add_decision_options(sub: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Why something was decided, and by whom."""
    sub.add_argument("--reason", required=required, type=_not_blank("--reason"), help=say("cli.reason"))
    sub.add_argument("--by", required=required, type=_not_blank("--by"), help=say("cli.by"))


def add_correction_options(sub: argparse.ArgumentParser) -> None:
    """Where something else should stand, what is printed there, and what is right."""
    sub.add_argument("file", nargs="?", metavar="FILE_ID", help=say("correction.file_option"))
    sub.add_argument("--sheet", help=say("correction.sheet_option"))
    sub.add_argument("--row", type=int, help=say("correction.row_option"))
    sub.add_argument("--column", help=say("correction.column_option"))
    sub.add_argument("--enterprise", help=say("correction.enterprise_option"))
    sub.add_argument("--area", help=say("correction.area_option"))
    sub.add_argument("--tier", help=say("correction.tier_option"))
    sub.add_argument("--measure", help=say("correction.measure_option"))
    sub.add_argument("--period", metavar="2025Q4", help=say("correction.period_option"))
    sub.add_argument("--expect", help=say("correction.expect_option"))
    sub.add_argument("--to", help=say("correction.to_option"))
    sub.add_argument("--drop", action="store_true", help=say("correction.drop_option"))
    sub.add_argument("--empty", action="store_true", dest="is_emptied", help=say("correction.emptied_option"))
    sub.add_argument("--right", action="store_true", dest="is_right", help=say("correction.right_option"))
    sub.add_argument("--from", type=Path, dest="batch", metavar="FILE.json", help=say("correction.from_option"))
    sub.add_argument("--check", action="store_true", help=say("correction.check_option"))
    sub.add_argument("--withdraw", metavar="CORRECTION_ID", help=say("correction.withdraw_option"))
    # Each correction of a batch has its own.
    add_decision_options(sub, required=False)


def add_engine_options(sub: argparse.ArgumentParser) -> None:
    """What counts, and where Spark is and reads."""
    sub.add_argument("--engine", choices=ENGINES, default="duckdb", help=say("cli.engine"))
    master, folder = os.environ.get("TRACKER_SPARK_MASTER"), os.environ.get("TRACKER_SPARK_FOLDER")
    sub.add_argument("--spark-master", default=master or "local[*]", metavar="URL", help=say("cli.spark_master"))
    sub.add_argument("--spark-folder", default=folder or None, metavar="URL", help=say("cli.spark_folder"))
