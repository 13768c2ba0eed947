"""Everything of a briefing in one archive: Word, PowerPoint, Excel, pictures; and each district's own in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

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

    A district without a task has no briefing. One process makes them all: a district takes a second of one processor,
    and starting another process, which reads the libraries and the build anew, takes two.
    """
    areas = warehouse.query(selection.build_id, "areas", plan_id=selection.plan_id, language=selection.language)
    for code in areas.filter(pl.col("rank_group") != "total")["area_code"]:
        if selection.area_codes and code not in selection.area_codes:
            continue
        try:
            yield from files(replace(selection, area_codes=(code,)), kinds).items()
        except NoTargets:
            continue
