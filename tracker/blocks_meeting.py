"""The screens of a meeting as HTML, for a stage of 1920 by 1080 pixels that is scaled to the projector. Pure."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape

import polars as pl

from tracker import blocks, districts, findings, meeting, text
from tracker.findings import Row
from tracker.links import View, href
from tracker.look import STATUS_LOOKS
from tracker.meeting import AreaLine
from tracker.office import Decision, Reported
from tracker.text import word

# Wide letters in a line of the table of decisions, and how many lines a screen holds.
_LINE, _LINES = 34, 10
_OPENING_LINES = 3
_REMARK = 56  # wide letters of a remark of two lines
_REPORTED_SHOWN = 5
_SCALE = 80  # percent of the bullet that the target stands at


def head(place: str, parts: Sequence[str], marks: Sequence[str], finding: str) -> str:
    """Where the meeting is and what is looked at, small, with what must stand on it; what it says, large."""
    tags = [blocks.tag(mark, "demo") for mark in marks]
    return blocks.header(" · ".join([place, *parts]), tags, finding)


def target_number(row: Row, as_of: dt.date, language: str) -> str:
    """The value, huge, beside its target; state and lead under it; the bullet under both."""
    known = row["value"] is not None
    phrase = findings.value_phrase(row, language) if known else "–"
    number = text.number(row["value"], row["decimals"], language, row["target_value"]) if known else ""
    # Huge is the number; where words stand before it (第 1 位), all of it.
    value, unit = (number, phrase.removeprefix(number)) if number and phrase.startswith(number) else (phrase, "")
    target = word("meeting.of_target", language, target=findings.target_phrase(row, language))
    said = [blocks.status_mark(row["status"], language)]
    if row["lead_points"] is not None and known and row["due_on"] > as_of:
        lead = word("meeting.lead", language, points=districts.points(row["lead_points"], language))
        said.append(f"<span>{escape(lead)}</span>")
    shown = f"{escape(value)}<small>{escape(unit)}</small>"
    return (
        f'<p class="tt-value"><b style="color:var(--{row["status"]}-text)">{shown}</b>'
        f"<span>{escape(target)}</span></p>"
        f'<p class="tt-state">{"".join(said)}</p>{_bullet(row, as_of, language)}'
    )


def _bullet(row: Row, as_of: dt.date, language: str) -> str:
    [bar] = findings.bullet_frame(pl.DataFrame([dict(row)], infer_schema_length=None), as_of, language).to_dicts()
    if bar["share"] is None:
        return ""
    marks = f'<i style="width:{min(max(bar["share"] * _SCALE, 0), 100):.1f}%"></i><u></u>'
    if bar["expected_share"] is not None:
        marks += f'<s style="left:{min(bar["expected_share"] * _SCALE, 100):.1f}%"></s>'
    return f'<div class="tt-bullet">{marks}</div>'


def picture(svg: str, alt: str) -> str:
    """A picture as an image: Streamlit removes drawings from HTML, and a drawing in an image can run nothing."""
    encoded = b64encode(svg.encode()).decode()
    return f'<img class="tt-steps" alt="{escape(alt)}" src="data:image/svg+xml;base64,{encoded}">'


def area_list(lines: Sequence[AreaLine], rest: str, note: str, language: str) -> str:
    """Areas by their lead, the one that lags most first, as bars from a line that means on pace or on target."""
    behind = max([-line.ahead for line in lines if line.ahead is not None and line.ahead < 0], default=0.0)
    before = max([line.ahead for line in lines if line.ahead is not None and line.ahead > 0], default=0.0)
    zero = 100 * behind / (behind + before or 1.0)
    rows = []
    for line in lines:
        width = abs(line.ahead or 0.0) * 100 / (behind + before or 1.0)
        left = zero - width if (line.ahead or 0.0) < 0 else zero
        bar = f'<i style="left:{left:.1f}%;width:{width:.1f}%;background:var(--{line.status}-text)"></i>'
        bar += f'<u style="left:{zero:.1f}%"></u>'
        label = f'<span style="color:var(--{line.status}-text)">{escape(line.label)}</span>'
        rows.append(f"<li><b>{escape(line.name)}</b><div>{bar}</div>{label}</li>")
    more = f'<p class="tt-note">{escape(rest)}</p>' if rest else ""
    return f'{blocks.section(word("meeting.areas", language), note)}<ul class="tt-areas">{"".join(rows)}</ul>{more}'


def remark(title: str, said: Sequence[str], language: str) -> str:
    """A title in bold and what belongs to it, as many sentences as fit; nothing where nothing is to be said."""
    sentences = meeting.first_sentences(said, word("difference.separator", language), _REMARK - len(title))
    return f'<p class="tt-said"><b>{escape(title)}</b>{escape(sentences)}</p>' if said else ""


def need_lines(targets: pl.DataFrame, area_rows: pl.DataFrame, language: str) -> str:
    """The targets to push first, a line each: name, gap, where it is missing."""
    lines = []
    for row in targets.iter_rows(named=True):
        gap = f"{STATUS_LOOKS[row['status']].mark} {findings.gap_phrase(row, language)}"
        where = findings.where(row, area_rows, language)
        lines.append(remark(row["short"], [gap, where] if where else [gap], language))
    return "".join(lines) or f'<p class="tt-note">{escape(word("overview.need_none", language))}</p>'


def decision_table(
    decisions: Sequence[Decision],
    units: Mapping[str, str],
    names: Mapping[str, str],
    today: dt.date,
    language: str,
    *,
    is_opening: bool,
) -> str:
    """Decisions with who is responsible, until when and how far; as many as the screen holds, the others counted."""
    if not decisions:
        return f'<p class="tt-note">{escape(word("meeting.no_decisions", language))}</p>'
    rows = {
        decision.decision_id: meeting.decision_row(decision, units, names, today, language) for decision in decisions
    }
    lines = _OPENING_LINES if is_opening else _LINES
    shown = meeting.fitting(decisions, lambda decision: rows[decision.decision_id][0], _LINE, lines)
    rest = len(decisions) - len(shown)
    more = word("meeting.rest_decisions", language, number=rest)
    columns = [word(f"meeting.column_{name}", language) for name in ("decision", "responsible", "due", "state")]
    table = blocks.table(columns, blocks.plain_rows(rows[decision.decision_id] for decision in shown))
    return table + (f'<p class="tt-note">{escape(more)}</p>' if rest else "")


def reported_links(marks: Sequence[Reported], view: View) -> str:
    """The builds reported at the last meetings; each link opens the whole app as it was then."""
    links = [
        blocks.link(
            reported_at(mark, view.language),
            href("overview", view, plan=mark.plan_id, as_of=mark.as_of.isoformat(), build=mark.build_id, target=None),
        )
        for mark in marks[:_REPORTED_SHOWN]
    ]
    if not links:
        return ""
    return f'<p class="tt-said"><b>{escape(word("meeting.reported", view.language))}</b>{" · ".join(links)}</p>'


def reported_at(mark: Reported, language: str) -> str:
    """The meeting at which a build was reported, in words."""
    return word("meeting.reported_one", language, meeting=mark.meeting, day=text.day(mark.held_on, language))


def newer(build_id: str, cutoff: dt.date | None, view: View) -> str:
    """That newer data are there, and that this meeting goes on with its own; the link opens it on the newer ones."""
    said = word("meeting.newer", view.language, build_id=build_id)
    if cutoff is not None:
        said = word("meeting.newer_cutoff", view.language, day=text.day(cutoff, view.language))
    link = blocks.link(word("meeting.newer_open", view.language), href("meeting", view, build=build_id))
    return f'<p class="tt-newer" role="status">{escape(said)} {link}</p>'
