"""Everything of a briefing in one archive: Word, PowerPoint, Excel, pictures; and each district's own in one go."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import polars as pl

from tracker import warehouse
from tracker.briefing import excel, figures, images, slides, word
from tracker.briefing.content import Content, NoTargets, content
from tracker.briefing.selection import Selection
from tracker.briefing.settled import archive

MAKERS: Mapping[str, Callable[[Content], bytes]] = {
    "docx": word.document,
    "pptx": slides.presentation,
    "xlsx": excel.workbook,
}
# A process takes half a second to begin; below this it does not pay.
_LEAST_FOR_PROCESSES = 4


def files(selection: Selection, kinds: Sequence[str] = tuple(MAKERS)) -> dict[str, bytes]:
    """The documents of a briefing by file name: plan, area, month.

    Args:
        selection: what the briefing is about.
        kinds: ``docx``, ``pptx``, ``xlsx``, and ``png``, ``svg``, ``pdf`` for the pictures.

    Raises:
        NoTargets: the area has no task.
        ImagesRefused: pictures were asked for and cannot be made here.
    """
    made = content(selection)
    documents = {f"{made.file_stem}.{kind}": MAKERS[kind](made) for kind in kinds if kind in MAKERS}
    return documents | _pictures(made, [kind for kind in kinds if kind in images.KINDS])


def _pictures(made: Content, kinds: Sequence[str]) -> dict[str, bytes]:
    named = figures.figures(made) if kinds else {}
    wanted = {f"{name}.{kind}": images.Picture(figure, kind) for name, figure in named.items() for kind in kinds}
    drawn = images.drawn(list(wanted.values()))
    return dict(zip(wanted, drawn, strict=True))


def package(selection: Selection, kinds: Sequence[str] = (*MAKERS, "png")) -> bytes:
    """One zip of all documents of a briefing; from one build it is the same each time."""
    return archive(files(selection, kinds))


def district_packages(selection: Selection, kinds: Sequence[str] = tuple(MAKERS)) -> Iterator[tuple[str, bytes]]:
    """The own briefing of each district that has a task, as file name and content, district by district.

    A district without a task has no briefing. The documents do not depend on how many processes make them.
    """
    areas = warehouse.query(selection.build_id, "areas", plan_id=selection.plan_id, language=selection.language)
    plan_area = areas.filter(pl.col("rank_group") == "total")["area_code"].to_list()
    codes = [code for code in areas["area_code"] if code not in plan_area]
    chosen = [code for code in codes if not selection.area_codes or code in selection.area_codes]
    selections = [replace(selection, area_codes=(code,)) for code in chosen]
    workers = min(os.cpu_count() or 1, len(selections))
    if workers < 2 or len(selections) < _LEAST_FOR_PROCESSES:
        made = map(_own_files, selections, [kinds] * len(selections))
        yield from (file for found in made for file in found.items())
        return
    # A fresh interpreter: forking one that holds threads (DuckDB, Polars, a server) may lock up the child.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for found in pool.map(_own_files, selections, [kinds] * len(selections)):
            yield from found.items()


def _own_files(selection: Selection, kinds: Sequence[str]) -> dict[str, bytes]:
    try:
        return files(selection, kinds)
    except NoTargets:
        return {}
