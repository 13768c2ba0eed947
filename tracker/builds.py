"""The builds of a data folder: when each was made, what came in with it, where it was reported; any two compared.

Only what the builds themselves hold is read, so that an old build is told by what it was made from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from tracker import office, office_store, text, warehouse
from tracker.catalog import load
from tracker.text import word

Reader = Callable[..., pl.DataFrame]
_SHOWN_FILES = 3


@dataclass(frozen=True)
class BuildFacts:
    """One build of the list, and what differs from the one before it in the list."""

    build_id: str
    built_at: dt.datetime
    data_cutoff: dt.date | None
    version: str
    is_current: bool
    came: tuple[str, ...]
    went: tuple[str, ...]
    reported: tuple[office.Reported, ...]
    plans: tuple[str, ...] = ()
    corrected: int = 0
    uncorrected: int = 0
    decided: int = 0

    @property
    def is_kept(self) -> bool:
        """Whether it is never cleared away: in force, or reported at a meeting."""
        return self.is_current or bool(self.reported)


@dataclass(frozen=True)
class Inputs:
    """What differs between the inputs of two builds, as names or phrases."""

    came: list[str]
    went: list[str]
    corrections: list[str]
    decisions: list[str]
    answers: list[str]
    thresholds: list[tuple[str, float, float]]


def builds(language: str, read: Reader = warehouse.query) -> list[BuildFacts]:
    """Every build that this version can read, the newest first."""
    try:
        marks = office.reported()
    except office_store.OfficeError:
        # The marks move no number; the list without them is still right.
        marks = []
    current = warehouse.current_build_id()
    found: list[BuildFacts] = []
    before: dict[str, str] = {}
    known: _Known | None = None
    for build_id in sorted(path.stem for path in warehouse.builds_folder().glob("*.duckdb")):
        try:
            row = read(build_id, "build").row(0, named=True)
            files = counting_files(build_id, read)
        except warehouse.BuildUnreadable:
            continue
        found.append(
            BuildFacts(
                build_id=build_id,
                built_at=row["built_at"],
                data_cutoff=row["data_cutoff"],
                version=row["version"],
                is_current=build_id == current,
                came=tuple(name for code, name in files.items() if code not in before),
                went=tuple(name for code, name in before.items() if code not in files),
                reported=tuple(mark for mark in marks if mark.build_id == build_id),
                **_came_beside_files(known, now := _known(build_id, language, read)),
            )
        )
        before, known = files, now
    return found[::-1]


@dataclass(frozen=True)
class _Known:
    """What a build was made with beside files: names of plans by code, ids of corrections and decisions that hold."""

    plans: dict[str, str]
    corrections: set[str]
    answers: set[str]


def _known(build_id: str, language: str, read: Reader) -> _Known | None:
    """None of a build by an older version that does not say."""
    try:
        corrections = read(build_id, "corrections", language=language).filter(pl.col("state") != "withdrawn")
        return _Known(
            dict(read(build_id, "plan_names", language=language).iter_rows()),
            set(corrections["correction_id"]),
            set(read(build_id, "answers")["answer_id"]),
        )
    except warehouse.BuildUnreadable:
        return None


def _came_beside_files(before: _Known | None, now: _Known | None) -> dict[str, Any]:
    if now is None:
        return {}
    # Before the first build there are the plans that come with the program, and nothing else.
    was = before or _Known({code: plan.short.zh for code, plan in load().plans.items()}, set(), set())
    return {
        "plans": tuple(name for code, name in now.plans.items() if code not in was.plans),
        "corrected": len(now.corrections - was.corrections),
        "uncorrected": len(was.corrections - now.corrections),
        "decided": len(now.answers - was.answers),
    }


def counting_files(build_id: str, read: Reader = warehouse.query) -> dict[str, str]:
    """The files of which something counts in a build: their names by id."""
    rows = read(build_id, "difference_files").filter(pl.col("reading_id").is_not_null())
    return dict(rows.select("file_id", "file_name").unique("file_id", maintain_order=True).iter_rows())


def inputs(earlier: str, later: str, language: str, read: Reader = warehouse.query) -> Inputs:
    """What went into one of two builds and not into the other.

    Raises:
        BuildOutdated: an older version wrote one of them.
    """
    before, after = counting_files(earlier, read), counting_files(later, read)
    return Inputs(
        came=[name for code, name in after.items() if code not in before],
        went=[name for code, name in before.items() if code not in after],
        corrections=_only_later(_corrections(earlier, language, read), _corrections(later, language, read)),
        decisions=_only_later(_decisions(earlier, read), _decisions(later, read)),
        answers=_only_later(_answers(earlier, language, read), _answers(later, language, read)),
        thresholds=_thresholds(earlier, later, language, read),
    )


def differing(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """One row per target, area and due date that two builds give otherwise, with ``<name>_before`` beside each value.

    Args:
        before, after: rows of :func:`tracker.viewing.targets_at` of two builds on one day.
    """
    keys, told = ["target_id", "area_code", "due_on"], ["value", "target_value", "status", "state"]
    both = after.join(before.select(*keys, *told), on=keys, how="left", suffix="_before", maintain_order="left")
    return both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in told))


def _only_later(before: Iterable[str], after: Iterable[str]) -> list[str]:
    known = set(before)
    return list(dict.fromkeys(said for said in after if said not in known))


def _corrections(build_id: str, language: str, read: Reader) -> list[str]:
    rows = read(build_id, "corrections", language=language)
    return [
        word(
            "builds.correction",
            language,
            id=row["correction_id"],
            where=" ".join(filter(None, [row["file_name"], row["enterprise"], row["area_short"]])),
            before=row["expected"],
            after=row["new_value"] or "–",
            by=row["recorded_by"],
        )
        for row in rows.iter_rows(named=True)
    ]


def _decisions(build_id: str, read: Reader) -> list[str]:
    rows = read(build_id, "closing_decisions")
    return [f"{row['target_id']}: {row['reason']} ({row['decided_by']})" for row in rows.iter_rows(named=True)]


def _answers(build_id: str, language: str, read: Reader) -> list[str]:
    try:
        rows = read(build_id, "answers")
    except warehouse.BuildOutdated:  # made before such decisions were kept: it knows of none
        return []
    return [
        word(
            "builds.answer",
            language,
            id=row["answer_id"],
            who=row["names"] or row["codes"],
            decision=word(f"questions.choice_{row['kind']}_{row['choice']}", language),
            by=row["recorded_by"],
            reason=row["reason"],
        )
        for row in rows.iter_rows(named=True)
    ]


def _thresholds(earlier: str, later: str, language: str, read: Reader) -> list[tuple[str, float, float]]:
    names = ["threshold_id", "name", "value"]
    before, after = (read(build_id, "thresholds", language=language).select(names) for build_id in (earlier, later))
    both = after.join(before, on="threshold_id", suffix="_before").filter(pl.col("value") != pl.col("value_before"))
    return list(both.select("name", "value_before", "value").iter_rows())


def finding(found: Sequence[BuildFacts], language: str) -> str:
    """How many builds there are, which is in force, how many were reported."""
    current = next((build for build in found if build.is_current), None)
    reported = sum(bool(build.reported) for build in found)
    moment = "–" if current is None else f"{current.built_at:%Y-%m-%d %H:%M}"
    return word("builds.finding", language, number=len(found), moment=moment, reported=reported)


def build_name(build: BuildFacts, language: str) -> str:
    """A build in a choice: when it was made, whether it is in force, where it was reported."""
    marks = [word("builds.current", language)] if build.is_current else []
    marks += [mark.meeting for mark in build.reported]
    return " · ".join([f"{build.built_at:%Y-%m-%d %H:%M}", *marks])


def came_phrase(build: BuildFacts, language: str) -> str:
    """What came in with a build: files, plans, corrections and decisions; that there is none of these."""
    said = [files_phrase(build.came, language)] if build.came else []
    said += [word("builds.came_plans", language, plans=text.listed(list(build.plans), language))] if build.plans else []
    numbers = {"corrected": build.corrected, "uncorrected": build.uncorrected, "decided": build.decided}
    said += [word(f"builds.came_{key}", language, number=number) for key, number in numbers.items() if number]
    return word("builds.came_separator", language).join(said) or word("builds.no_files", language)


def files_phrase(names: Sequence[str], language: str) -> str:
    """The first names of some files, and how many they are."""
    shown = text.listed(list(names[:_SHOWN_FILES]), language)
    if len(names) <= _SHOWN_FILES:
        return shown
    return word("builds.files_cut", language, files=shown, number=len(names))
