"""What briefings cost: one PowerPoint, ten districts' Word, PowerPoint and Excel in one go, twenty pictures.

Run ``python -m benchmarks.bench_briefings``; it builds the demo in a folder of its own and ends with 1 where a budget
is broken. Without a Chromium the pictures are left out and said so.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.measure import Line, told
from etl.build import build
from etl.sample import write_sample
from tracker import warehouse
from tracker.briefing import documents, images, slides, word
from tracker.briefing.content import NoTargets, content
from tracker.briefing.figures import figures
from tracker.briefing.selection import Selection
from tracker.catalog import load

AS_OF = dt.date(2025, 9, 30)
RUNS = 3
PICTURES = 20


def main() -> int:
    """Print a line a budget; 1 where one is broken."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TRACKER_DATA"] = folder
        write_sample(Path(folder), load())
        build(Path(folder))
        build_id = warehouse.current_build_id()
        assert build_id is not None
        lines = measured(Selection("lianyungang", AS_OF, build_id))
        warehouse.forget_connections()
    return told(lines)


def measured(selection: Selection) -> list[Line]:
    """The budgets in order."""
    made = content(selection)
    wanted = [images.Picture(figure) for figure in figures(made).values()][:PICTURES]
    one_deck = seconds(lambda: slides.presentation(content(selection)))
    one_text = seconds(lambda: word.document(content(selection)))
    districts = seconds(lambda: own_briefings(selection))
    lines = [
        Line("one PowerPoint of the whole plan, with reading", one_deck, "s", 1.5),
        Line("one Word of the whole plan, with reading", one_text, "s", 1.5),
        Line("each district's Word, PowerPoint and Excel", districts, "s", 20),
    ]
    try:
        images.drawn(wanted[:1])
    except images.ImagesRefused as refused:
        print(refused)
        return lines
    warm = seconds(lambda: images.drawn(wanted))
    alone = seconds(lambda: [picture.figure.to_image("png") for picture in wanted], runs=1)
    return [
        *lines,
        Line(f"{len(wanted)} PNG with a warm renderer", warm, "s", 10),
        Line(f"{len(wanted)} PNG one by one by kaleido, as Plotly does it", alone, "s"),
        Line(f"{len(wanted)} PNG: one by one / ours", alone / warm, "times"),
    ]


def own_briefings(selection: Selection) -> None:
    """Every document of each area that has a task."""
    areas = warehouse.query(selection.build_id, "areas", plan_id=selection.plan_id, language=selection.language)
    for code in areas.filter(pl.col("rank_group") != "total")["area_code"]:
        try:
            found = content(replace(selection, area_codes=(code,)))
        except NoTargets:
            continue
        for kind in documents.ENDINGS:
            documents.made(found, kind)


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """The median time of a few runs."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


if __name__ == "__main__":
    sys.exit(main())
