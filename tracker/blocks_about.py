"""Designed parts of the page on methods and sources as HTML. Pure: rows and words in, markup out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import polars as pl

from tracker import about, blocks, findings, text, what_if
from tracker.findings import Row
from tracker.links import View
from tracker.look import STATUS_LOOKS
from tracker.outlook_view import scores_of
from tracker.text import word

SHOWN_REFUSALS = 50
_BINS = 5
_SCENARIOS = ("survival_", "review_pass_")


def folded(summary: str, *parts: str) -> str:
    """Parts behind a line that opens them: what is looked up, not read."""
    return f"<details><summary>{escape(summary)}</summary>{''.join(parts)}</details>"


def points(lines: Iterable[str]) -> str:
    """Short statements one under the other."""
    return f'<ul class="tt-points">{"".join(f"<li>{escape(line)}</li>" for line in lines)}</ul>'


def frame_table(frame: pl.DataFrame) -> str:
    """A table of words as it stands."""
    table = blocks.table(frame.columns, blocks.plain_rows(frame.iter_rows()))
    return f'<div class="tt-words">{table}</div>'


def rules(language: str) -> str:
    """How targets are judged, how titles are counted, what the numbers do not say."""
    return "".join(
        [
            blocks.section(word("about.rules_title", language)),
            blocks.paragraph(word("about.rules_text", language)),
            blocks.section(word("about.counting_title", language)),
            blocks.paragraph(word("about.counting_text", language)),
            blocks.section(word("about.limits_title", language)),
            points(word(f"about.limit_{limit}", language) for limit in about.LIMITS),
        ]
    )


def threshold_tables(thresholds: pl.DataFrame, language: str) -> str:
    """The thresholds that decide states, in view; the rates and other limits behind a line each."""
    name = pl.col("threshold_id")
    is_deciding = name.is_in(what_if.DECIDING)
    is_rate = pl.any_horizontal(name.str.starts_with(prefix) for prefix in _SCENARIOS)
    others, rates = thresholds.filter(~is_deciding & ~is_rate), thresholds.filter(is_rate)
    parts = [
        blocks.section(word("about.thresholds_title", language), word("about.thresholds_note", language)),
        _threshold_table(thresholds.filter(is_deciding), language),
    ]
    for key, rows in (("about.thresholds_other", others), ("about.thresholds_rates", rates)):
        if rows.height:
            parts.append(folded(word(key, language, number=rows.height), _threshold_table(rows, language)))
    return "".join(parts)


def _threshold_table(rows: pl.DataFrame, language: str) -> str:
    captions = [word(f"about.column_{column}", language) for column in ("threshold", "value", "source", "evidence")]
    lines = [
        [
            row["name"],
            what_if.threshold_value(row["value"], row["unit"], language),
            row["source"],
            word(f"evidence.{row['evidence']}", language),
        ]
        for row in rows.iter_rows(named=True)
    ]
    return f'<div class="tt-thresholds">{blocks.table(captions, blocks.plain_rows(lines))}</div>'


def definitions(rows: pl.DataFrame, language: str) -> str:
    """What each indicator of the plan counts, and how."""
    captions = [word(f"about.column_{name}", language) for name in ("indicator", "formula", "definition", "evidence")]
    lines = [
        [
            row["name"],
            word(f"formula.{row['formula']}", language),
            " ".join(filter(None, [row["definition"], row["caution"]])),
            word(f"evidence.{row['evidence']}", language),
        ]
        for row in rows.iter_rows(named=True)
    ]
    title = blocks.section(word("about.definitions_title", language))
    if not lines:
        return title + blocks.paragraph(word("about.what_if_no_targets", language))
    summary = word("about.definitions_open", language, number=len(lines))
    return title + folded(summary, blocks.table(captions, blocks.plain_rows(lines)))


def assumptions(plans: pl.DataFrame, targets: pl.DataFrame, unit_names: Mapping[str, str], language: str) -> str:
    """What the plan does not state: per field why something is assumed, per target what."""
    title = blocks.section(word("about.assumptions_title", language), word("about.assumptions_note", language))
    fields = about.assumed_fields([plans, targets])
    if not fields:
        return title + blocks.paragraph(word("about.assumptions_none", language))
    reasons = [[word(f"field.{field}", language), word(f"about.why_{field}", language)] for field in fields]
    captions = [word("about.column_field", language), word("about.column_why_assumed", language)]
    return "".join(
        [
            title,
            blocks.table(captions, blocks.plain_rows(reasons)),
            "".join(_plan_line(row, language) for row in plans.iter_rows(named=True)),
            folded(
                word("about.assumptions_open", language, number=targets.height),
                _assumed_table(targets, unit_names, language),
            )
            if targets.height
            else "",
        ]
    )


def _plan_line(row: Row, language: str) -> str:
    said = [
        word("about.assumed_pair", language, field=field, value=value)
        for field, value in about.assumed_pairs(row, {}, language)
    ]
    return blocks.paragraph(word("about.assumed_plan", language, assumed=text.listed(said, language)))


def _assumed_table(targets: pl.DataFrame, unit_names: Mapping[str, str], language: str) -> str:
    captions = [word("about.column_indicator", language), word("about.column_assumed", language)]
    lines = []
    for row in targets.iter_rows(named=True):
        pairs = "".join(
            f"<div><dt>{escape(field)}</dt><dd>{escape(value)}</dd></div>"
            for field, value in about.assumed_pairs(row, unit_names, language)
        )
        lines.append(f'<tr><th scope="row">{escape(row["name"])}</th><td><dl class="tt-pairs">{pairs}</dl></td></tr>')
    return blocks.table(captions, lines)


def what_if_counts(rows: pl.DataFrame, view: View) -> str:
    """The six counts and the red lamps now and after, for the viewed area's own targets and for the tasks of areas."""
    language = view.language
    own = rows.filter(pl.col("area_code") == view.area_code)
    parts = [(word("about.what_if_own", language, number=own.height), own)]
    below = rows.filter(pl.col("area_code") != view.area_code)
    if below.height:
        parts.append((word("about.what_if_below", language, number=below.height), below))
    lines = []
    for name, part in parts:
        now, later = what_if.counts(part, after=False), what_if.counts(part, after=True)
        lines.append(_count_line(name, word("about.now", language), now, now))
        lines.append(_count_line("", word("about.after", language), later, now))
    marks = [f"{STATUS_LOOKS[status].mark} {word(f'status.{status}', language)}" for status in findings.STATUSES]
    captions = [word("about.column_scope", language), word("about.column_when", language), *marks]
    captions.append(word("about.of_these_red", language))
    return f'<div class="tt-before-after">{blocks.table(captions, lines)}</div>'


def _count_line(name: str, when: str, counts: Mapping[str, int], before: Mapping[str, int]) -> str:
    cells = "".join(
        f"<td{_moved(number, before[key])}>{number}{_difference(number, before[key])}</td>"
        for key, number in counts.items()
    )
    return f'<tr><th scope="row">{escape(name)}</th><td>{escape(when)}</td>{cells}</tr>'


def _moved(number: int, before: int) -> str:
    return ' class="is-moved"' if number != before else ""


def _difference(number: int, before: int) -> str:
    return f"<small>{number - before:+d}</small>".replace("-", "−") if number != before else ""


def flips(rows: pl.DataFrame, between: Sequence[float], view: View) -> str:
    """Which target of which area would be judged otherwise, from which state to which."""
    language = view.language
    columns = ("area", "indicator", "target", "current", "lead", "from", "to")
    lines = []
    for row in rows.filter("has_flipped").iter_rows(named=True):
        value = findings.value_phrase(row, language)
        cells = [
            f'<th scope="row">{escape(row["area_short"])}</th>',
            f"<td>{escape(row['name'])}</td>",
            f'<td class="is-tight">{escape(findings.target_phrase(row, language))}</td>',
            f'<td class="is-number">{blocks.link(value, blocks.number_link(row, view))}</td>',
            f'<td class="is-tight">{escape(what_if.leads_phrase(row, between, language))}</td>',
            _state_cell(row["state"], row["status"], row["is_red"], language),
            _state_cell(row["state_after"], row["status_after"], row["is_red_after"], language),
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    captions = [word(f"about.column_{column}", language) for column in columns]
    return f'<div class="tt-flips">{blocks.table(captions, lines)}</div>'


def _state_cell(state: str, status: str, is_red: bool, language: str) -> str:
    look = STATUS_LOOKS[status]
    said = escape(what_if.state_phrase(state, is_red, language))
    colour = "missed" if is_red else status
    return f'<td><span class="tt-status" style="color:var(--{colour}-text)">{look.mark} {said}</span></td>'


def debts(rows: pl.DataFrame, language: str) -> str:
    """Every debt in words, worst first, under what it does to the numbers."""
    captions = [word("about.column_debt", language), word("about.column_handled", language)]
    parts = []
    for group, found in about.ranked_debts(rows):
        lines = [[about.debt_phrase(row, language), about.accepted_phrase(row, language)] for row in found]
        title = word(f"about.debts_{group}", language)
        parts.append(blocks.section(title, word(f"about.debts_{group}_note", language)))
        parts.append(f'<div class="tt-debts">{blocks.table(captions, blocks.plain_rows(lines))}</div>')
    return "".join(parts)


def refusals(rows: pl.DataFrame, language: str) -> str:
    """The first refused rows and cells; the rest is in the file to save."""
    title = blocks.section(
        word("about.refusals_title", language), word("about.refusals_note", language, number=rows.height)
    )
    if rows.is_empty():
        return title + blocks.paragraph(word("about.refusals_none", language))
    more = rows.height - SHOWN_REFUSALS
    caption = blocks.caption([word("about.more_rows", language, number=more)]) if more > 0 else ""
    return title + frame_table(about.refusal_table(rows.head(SHOWN_REFUSALS), language)) + caption


def corrections(rows: pl.DataFrame | None, language: str) -> str:
    """What was corrected by hand, and whether it still works; an older build has no record of it."""
    title = blocks.section(word("about.corrections_title", language))
    if rows is None:
        return title + blocks.paragraph(word("about.corrections_old", language))
    if rows.is_empty():
        return title + blocks.paragraph(word("about.corrections_none", language))
    works = rows["state"] == "applied"
    parts = [
        folded(word(key, language, number=found.height), frame_table(about.correction_table(found, language)))
        for key, found in (
            ("about.corrections_idle", rows.filter(~works)),
            ("about.corrections_applied", rows.filter(works)),
        )
        if found.height
    ]
    return title + "".join(parts)


def readings(rows: pl.DataFrame, language: str) -> str:
    """Files that are not complete in view, all others behind a line; every number of rows in its column."""
    open_readings, others = about.split_readings(rows)
    if rows.is_empty():
        return ""
    if open_readings.is_empty():
        return _reading_table(others, language)
    parts = [
        blocks.section(word("about.incomplete_title", language), word("about.incomplete_note", language)),
        _reading_table(open_readings, language),
    ]
    if others.height:
        summary = word("about.complete_open", language, number=others.height)
        parts.append(folded(summary, _reading_table(others, language)))
    return "".join(parts)


def _reading_table(rows: pl.DataFrame, language: str) -> str:
    columns = ("file", "received", *about.COUNTS, "complete")
    lines = []
    for row in rows.iter_rows(named=True):
        beside = [about.reading_name(row, language), row["issuer"]]
        small = "".join(f"<small>{escape(line)}</small>" for line in beside if line)
        lines.append(
            f'<tr><th scope="row">{escape(row["original_name"])}{small}</th>'
            f'<td class="is-tight">{escape(text.received(row["received_on"], row["withdrawn_on"], language))}</td>'
            f"{''.join(_count_cell(row, name, language) for name in about.COUNTS)}"
            f"<td>{escape(about.completeness(row, language))}</td></tr>"
        )
    captions = [word(f"about.column_{column}", language) for column in columns]
    return f'<div class="tt-readings">{blocks.table(captions, lines)}</div>'


def _count_cell(row: Row, name: str, language: str) -> str:
    shown = about.count_of(row, name, language)
    is_gap = (name in ("rejected", "duplicate") and shown not in ("0", "–")) or (
        name == "announced" and bool(row["announced_differs"])
    )
    return f'<td class="is-gap">{shown}</td>' if is_gap else f"<td>{shown}</td>"


def forecasts(reliability: pl.DataFrame, language: str) -> str:
    """How often what was given a chance came true, per model and horizon, with what its scores mean."""
    names = ("bin", "forecasts", "mean_chance", "came_true", "bar")
    captions = [word(f"about.column_{name}", language) for name in names]
    parts = []
    for score in scores_of(reliability).iter_rows(named=True):
        rows = reliability.filter(
            (pl.col("forecast_model") == score["forecast_model"])
            & (pl.col("horizon_months") == score["horizon_months"])
        )
        said = word(
            "about.forecast_score",
            language,
            number=text.number(score["forecasts"], 0, language),
            brier=f"{score['brier']:.2f}",
            inside=about.share_phrase(score["inside_share"], score["forecasts"], language),
        )
        model = word(f"about.model_{score['forecast_model']}", language)
        title = word("about.forecast_title", language, model=model, months=score["horizon_months"])
        table = blocks.table(captions, [_chance_line(row, language) for row in rows.iter_rows(named=True)])
        said += word("about.forecast_verdict", language, verdict=about.trust_phrase(score, rows, language))
        parts.append(f"<div>{blocks.section(title)}{blocks.paragraph(said)}{table}</div>")
    return f'<div class="tt-forecasts">{"".join(parts)}</div>'


def _chance_line(row: Row, language: str) -> str:
    low = 100 * row["chance_bin"] // _BINS
    number, observed, expected = row["forecasts"], row["observed_share"], row["mean_chance"]
    bar = f'<i style="width:{100 * observed:.1f}%"></i><u style="left:calc({100 * expected:.1f}% - 1px)"></u>'
    return (
        f'<tr><th scope="row">{low}–{low + 100 // _BINS}%</th><td>{text.number(number, 0, language)}</td>'
        f"<td>{escape(text.compact(100 * expected, 'percent', 0, language, target=100 if expected > 0.5 else 0))}</td>"
        f"<td>{escape(about.share_phrase(observed, number, language))}</td>"
        f'<td><span class="tt-micro">{bar}</span></td></tr>'
    )


def build_lines(build: Row, language: str) -> list[str]:
    """Which build this is: its id, moment, program, fingerprints and cut-off."""
    built_at: dt.datetime = build["built_at"]
    moment = f"{text.day(built_at, language)} {built_at:%H:%M}"
    lines = [
        word("app.build", language, build_id=build["build_id"]),
        word("about.built", language, moment=moment, version=build["version"]),
        word("about.hashes", language, inputs=build["inputs_hash"][:12], catalog=build["catalog_hash"][:12]),
    ]
    if build["data_cutoff"] is not None:
        lines.append(word("app.cutoff", language, day=text.day(build["data_cutoff"], language)))
    return lines


def debt_note(number: int, in_all: int, target: str, language: str) -> str:
    """A short link to the debts of an area and of a build, small print of a side; empty where there is none."""
    if not in_all:
        return ""
    key = "about.debt_note" if number == in_all else "about.debt_note_part"
    return f'<p class="tt-side">{blocks.link(word(key, language, number=number, in_all=in_all), target)}</p>'
