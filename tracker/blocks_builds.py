"""Designed parts of the page on builds as HTML. Pure: rows and words in, markup out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import polars as pl

from tracker import blocks, builds, text, what_if
from tracker.builds import BuildFacts, Inputs
from tracker.findings import Row
from tracker.links import View, href
from tracker.office import Reported
from tracker.text import word


def build_table(found: Sequence[BuildFacts], view: View) -> str:
    """Every build, the newest first: when, data up to, what came in and went, where it was reported, whether kept."""
    language = view.language
    names = ("built", "cutoff", "came", "reported", "kept", "version")
    captions = [word(f"builds.column_{name}", language) for name in names]
    return f'<div class="tt-moments">{blocks.table(captions, [_build_row(build, view) for build in found])}</div>'


def _build_row(build: BuildFacts, view: View) -> str:
    language = view.language
    opened = href("overview", view, build=None if build.is_current else build.build_id, target=None)
    mark = f"<small>{escape(word('builds.current', language))}</small>" if build.is_current else ""
    came = builds.came_phrase(build, language)
    went = ""
    if build.went:
        said = word("builds.went", language, files=builds.files_phrase(build.went, language))
        went = f"<small>{escape(said)}</small>"
    cutoff = "–" if build.data_cutoff is None else text.day(build.data_cutoff, language)
    reported = "".join(f"<div>{escape(_reported(mark, language))}</div>" for mark in build.reported) or "–"
    kept = word("builds.kept" if build.is_kept else "builds.cleared", language)
    moment = blocks.link(f"{build.built_at:%Y-%m-%d %H:%M}", opened)
    return (
        f'<tr class="is-plain"><th scope="row">{moment}{mark}</th><td class="is-tight">{cutoff}</td>'
        f'<td>{escape(came)}{went}</td><td>{reported}</td><td class="is-tight">{escape(kept)}</td>'
        f'<td class="is-quiet">{escape(build.version)}</td></tr>'
    )


def _reported(mark: Reported, language: str) -> str:
    day = text.day(mark.held_on, language)
    return word("builds.reported_at", language, meeting=mark.meeting, day=day, by=mark.marked_by)


def state_table(rows: pl.DataFrame, view: View) -> str:
    """The values, tasks and states that two builds give otherwise: area, target, before, after."""
    language = view.language
    captions = [word(f"builds.column_{name}", language) for name in ("area", "target", "before", "after")]
    lines = []
    for row in rows.iter_rows(named=True):
        cells = []
        for side in ("_before", ""):
            status = row[f"status{side}"]
            value = _value(row, side, language)
            state = blocks.status_mark(status, language) if status else ""
            cells.append(f'<td class="is-tight">{escape(value)} {state}</td>')
        name, area = escape(row["name"]), escape(row["area_short"])
        lines.append(f'<tr class="is-plain"><th scope="row">{area}</th><td>{name}</td>{"".join(cells)}</tr>')
    return blocks.table(captions, lines)


def _value(row: Row, side: str, language: str) -> str:
    """Value and task of one side: 18 家 / 25 家; an area without a task in one build has no row there."""
    if row[f"target_value{side}"] is None:
        return word("builds.no_task", language)
    shown = []
    for name in (f"value{side}", f"target_value{side}"):
        value = row[name]
        shown.append("–" if value is None else text.compact(value, row["unit"], row["decimals"], language))
    return " / ".join(shown)


def input_lists(found: Inputs, language: str) -> str:
    """What one build is made from and the other is not, under a heading each."""
    thresholds = [
        word("builds.threshold_moved", language, name=name, before=f"{before:g}", after=f"{after:g}")
        for name, before, after in found.thresholds
    ]
    groups: list[tuple[str, Iterable[str]]] = [
        ("came", found.came),
        ("went", found.went),
        ("corrections", found.corrections),
        ("decisions", found.decisions),
        ("answers", found.answers),
        ("thresholds", thresholds),
    ]
    lines = [
        f"<li><b>{escape(word(f'builds.inputs_{key}', language))}</b>{escape(said)}</li>"
        for key, group in groups
        for said in group
    ]
    if not lines:
        return blocks.caption([word("builds.inputs_same", language)])
    return f'<ul class="tt-list">{"".join(lines)}</ul>'


def threshold_edits(edits: pl.DataFrame | None, language: str) -> str:
    """Which thresholds were edited, by whom, when and why; nothing of a build that an older version wrote."""
    if edits is None:
        return ""
    title = blocks.section(word("threshold.edits_title", language), word("threshold.edits_note", language))
    if edits.is_empty():
        return title + blocks.caption([word("threshold.edits_none", language)])
    captions = [
        word(f"threshold.column_{name}", language)
        for name in ("name", "before", "value", "by", "at", "reason", "state")
    ]
    lines = [
        [
            row["name"],
            what_if.threshold_value(row["before"], row["unit"], language),
            what_if.threshold_value(row["value"], row["unit"], language),
            row["edited_by"],
            f"{row['edited_at']:%Y-%m-%d %H:%M}",
            row["reason"],
            word(f"threshold.{_edit_state(row)}", language),
        ]
        for row in edits.iter_rows(named=True)
    ]
    return title + blocks.table(captions, blocks.plain_rows(lines))


def _edit_state(row: dict[str, object]) -> str:
    if row["is_in_force"]:
        return "holds"
    return "withdrawal" if row["is_withdrawal"] else "superseded"
