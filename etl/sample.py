"""The demo: invented files of invented enterprises, real in shape and added by the ordinary way."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path

from etl.add import Added, Statement, add_files
from etl.inbox import Inbox, Kind
from etl.refusal import Refusal
from etl.sample_answers import Answers
from etl.sample_lists import PROVINCE, ListWriter
from etl.sample_measures import write_answers, write_events
from etl.sample_plans import write_plans
from etl.sample_reports import Reporter
from etl.sample_settings import (
    ActivityStory,
    ListStory,
    MeasureStory,
    TargetStory,
    WorldStory,
    lists_story,
    measures_story,
    report_story,
    targets_story,
    world_story,
)
from etl.sample_targets import write_tasks
from etl.sample_world import World
from etl.sandbox import parse
from tracker.catalog import Catalog

Stated = tuple[Path, Statement]


def write_sample(data_folder: Path, catalog: Catalog) -> list[Added]:
    """Write the demo into an empty data folder.

    Raises:
        Refusal: where the folder already holds files.
    """
    if Inbox(data_folder).folder.exists() and Inbox(data_folder).sidecars():
        raise Refusal("add.sample_needs_empty_folder", {"file": str(data_folder)})
    with tempfile.TemporaryDirectory() as scratch:
        received = sample_files(Path(scratch), catalog)
        return list(_added(received, data_folder, catalog))


def sample_files(folder: Path, catalog: Catalog) -> list[Stated]:
    """Write all files into a folder: each with what a person would state about it, in the order of receipt."""
    names, lists, reports = world_story(), lists_story(), report_story()
    world = World(names, catalog)
    writer = ListWriter(folder, names, catalog)
    reporter = Reporter(folder, Answers(world, names, reports), catalog)

    def ledger() -> list[Stated]:
        holders = world.holders(lists.ledger.tiers, lists.ledger.on)
        return [(writer.write_ledger(lists.ledger, holders), _of_file("ledger", lists.ledger.received_on, names))]

    def listed(story: ListStory) -> list[Stated]:
        return [(writer.write(world.tell(story)), _of_list(story, names))]

    def reported(quarter: dt.date) -> list[Stated]:
        written = reporter.write(quarter)
        return [(report.path, _of_file(report.kind, report.received_on, names)) for report in written]

    def handed_down(story: TargetStory) -> list[Stated]:
        return [(write_tasks(folder, story, names, catalog), _of_file("targets", story.received_on, names))]

    def answered(story: MeasureStory) -> list[Stated]:
        path = write_answers(folder, story, names.mark, catalog)
        return [(path, Statement(kind="tasks", issuer=names.issuer, received_on=story.received_on))]

    def held(story: ActivityStory) -> list[Stated]:
        path = write_events(folder, story, names.mark, catalog)
        return [(path, Statement(kind="activities", issuer=names.issuer, received_on=story.day))]

    # What is written on a day knows the lists up to that day, with the names and districts of their time.
    steps: list[tuple[dt.date, Callable[[], list[Stated]]]] = [
        *((story.on, partial(listed, story)) for story in lists.lists),
        (lists.ledger.on, ledger),
        *((quarter, partial(reported, quarter)) for quarter in reports.quarters),
        *((story.decided_on, partial(handed_down, story)) for story in targets_story().documents),
        *((story.day, partial(answered, story)) for story in measures_story().reports),
        *((story.day, partial(held, story)) for story in measures_story().activities),
    ]
    files = [file for _, write in sorted(steps, key=lambda step: step[0]) for file in write()]
    files += [
        (file.path, replace(_of_file(file.kind, file.received_on, names), area=file.area))
        for file in write_plans(folder, catalog)
    ]
    return sorted(files, key=lambda file: file[1].received_on)


def _added(received: Sequence[Stated], data_folder: Path, catalog: Catalog) -> Iterator[Added]:
    """Add every file, while others are read ahead side by side: each reading waits for a process of its own."""
    captions = tuple(catalog.headers.values())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        read = [pool.submit(parse, path, path.name, data_folder / "parsed", captions) for path, _ in received]
        for reading, (path, statement) in zip(read, received, strict=True):
            # What cannot be read is told by adding it.
            wait([reading])
            yield from add_files([path], statement, data_folder, catalog, keep=True, is_demo=True)


def _of_file(kind: Kind, received_on: dt.date, names: WorldStory) -> Statement:
    """Of ledgers, reports and decomposition forms the rest stands in the file."""
    return Statement(kind=kind, area=names.city, issuer=names.issuer, received_on=received_on)


def _of_list(story: ListStory, names: WorldStory) -> Statement:
    is_pool = story.event is None
    valid_from, valid_to = story.window or (None, None)
    return Statement(
        kind="pool" if is_pool else "list",
        tier=story.tier,
        event=story.event,
        batch=story.batch,
        cohort_year=story.cohort,
        reviewed_cohort=story.reviews,
        event_on=story.on,
        valid_from=valid_from,
        valid_to=valid_to,
        area=PROVINCE if story.form == "province" else names.city,
        is_final=story.is_final,
        issuer=names.issuer,
        received_on=story.received_on,
    )
