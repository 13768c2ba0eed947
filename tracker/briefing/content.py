"""Everything that a briefing prints, once: every document of it is made from one ``Content``, so none can disagree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from tracker import districts, findings, indicators, office, text, viewing, warehouse
from tracker.briefing import tables
from tracker.briefing.selection import Selection, file_stem
from tracker.briefing.tables import Table
from tracker.difference_text import difference_line
from tracker.explained import Moment, explain
from tracker.findings import Row
from tracker.months import month_end
from tracker.notice import Facts, Notice, Section, assessment, tight
from tracker.notice_debts import debt_lines
from tracker.notice_facts import facts_at
from tracker.notice_objections import objection_section
from tracker.text import word
from tracker.viewing import DEFAULT_RULE

TITLE_CHANGES = ("recognition", "review_passed", "expired", "removed")
_ENDED = ("expired", "removed")
_EXPIRY_MONTHS = 12


class NoTargets(Exception):
    """The plan sets no target, or none of those chosen, for the area that was asked about: its name."""


@dataclass(frozen=True)
class History:
    """The months of one target: ``as_of``, ``value``, ``target_value``, ``expected_value`` (null without a pace)."""

    target: Row
    finding: str
    months: pl.DataFrame
    table: Table

    @property
    def is_rank(self) -> bool:
        """Whether its values are places, of which the first is the best."""
        return bool(self.target["unit"] == "rank")


@dataclass(frozen=True)
class Comparison:
    """The areas on one target: ``rows`` as :func:`tracker.districts.ranked`, the finding, the table with the whole."""

    target: Row
    finding: str
    rows: pl.DataFrame
    table: Table

    @property
    def is_rank(self) -> bool:
        """Whether its values are places: a bar of them would say the opposite."""
        return bool(self.target["unit"] == "rank")


@dataclass(frozen=True)
class Annex:
    """Names by district: ``kind`` is one of ``TITLE_CHANGES``."""

    kind: str
    title: str
    table: Table


@dataclass(frozen=True)
class Content:
    """What the documents of a briefing print.

    ``facts`` holds the raw rows (``facts.own`` of the area, ``facts.targets`` of all areas); ``behind`` the rows that
    are behind or missed, the worst first, with ``number``, ``text`` and ``owner_names``. ``notice`` is the text with
    its sections by key (overall, behind, closing, areas, objections, decisions, changes, expiries, forecast, data).
    ``marks`` say that the data are invented, that the plan is a draft: they stand on every page and sheet.
    ``explanation`` are the lines of the page 数据说明; ``foot`` stands under every table and picture.
    """

    selection: Selection
    facts: Facts
    area: str
    compared_with: dt.date | None
    marks: tuple[str, ...]
    notice: Notice
    finding: str
    counts: dict[str, int]
    behind: pl.DataFrame
    targets: Table
    area_counts: Table | None
    histories: tuple[History, ...]
    comparisons: tuple[Comparison, ...]
    expiries: Table | None
    expiries_by_month: Table | None
    forecasts: Table | None
    annexes: tuple[Annex, ...]
    explanation: tuple[str, ...]
    foot: str

    @property
    def language(self) -> str:
        """Of every word in it."""
        return self.selection.language

    @property
    def file_stem(self) -> str:
        """The name of the files without their ending."""
        return file_stem(self.facts.plan["short"], self.area, self.selection.as_of, self.language)

    def section(self, key: str) -> Section | None:
        """A section of the text by its key, None where there was nothing to say."""
        return next((part for part in self.notice.sections if part.key == key), None)


def content(selection: Selection) -> Content:
    """Read a build once and write everything down that a briefing prints.

    Raises:
        NoTargets: the area has no task under the plan, or none of the chosen ones.
        BuildMissing, BuildUnreadable, BuildOutdated: see :mod:`tracker.warehouse`.
    """
    language = selection.language
    facts = _facts(selection)
    area = str(facts.areas.row(by_predicate=pl.col("area_code") == facts.area_code, named=True)["short"])
    if facts.own.is_empty():
        raise NoTargets(area)
    compared_with = _compared_with(selection)
    before = _targets_before(selection, compared_with)
    foot = _foot(facts, language)
    expiries = _expiries(facts, selection, foot)
    forecasts = _forecasts(facts, selection)
    others = [
        objection_section(facts, language),
        _decisions(facts, selection),
        _changes(facts, selection, compared_with, before),
        _section("expiries", expiries[2], language),
        _section("forecast", [line for _, line in forecasts], language),
    ]
    notice = assessment(facts, language, *(part for part in others if part is not None), with_debts=False)
    headline = facts.own.filter("is_headline") if facts.is_whole else facts.own
    return Content(
        selection=selection,
        facts=facts,
        area=area,
        compared_with=compared_with,
        marks=notice.marks,
        notice=replace(notice, title=selection.title or notice.title),
        finding=findings.finding(facts.own, language),
        counts=findings.status_counts(facts.own),
        behind=_behind(facts, notice, language),
        targets=tables.target_table(facts.own.sort("plan_order", maintain_order=True), facts.units, foot, language),
        area_counts=tables.count_table(facts.targets, facts.areas, foot, language) if facts.is_whole else None,
        histories=tuple(
            _history(row, facts.plan["starts_on"], selection, foot)
            for row in (headline if headline.height else facts.own).to_dicts()
        ),
        comparisons=_comparisons(facts, before, foot, language),
        expiries=expiries[0],
        expiries_by_month=expiries[1],
        forecasts=tables.forecast_table([row for row, _ in forecasts], foot, language) if forecasts else None,
        annexes=_annexes(facts, selection, compared_with, foot),
        explanation=_explanation(facts, notice, language),
        foot=foot,
    )


def _facts(selection: Selection) -> Facts:
    """The rows of a selection: its targets only, its areas only where it names several."""
    codes = selection.area_codes
    own = codes[0] if len(codes) == 1 else None
    facts = facts_at(selection.build_id, selection.plan_id, own, selection.as_of, selection.language, selection.rule)
    chosen, areas = facts.targets, facts.areas
    if selection.target_ids:
        chosen = chosen.filter(pl.col("target_id").is_in(selection.target_ids))
    if len(codes) > 1:
        areas = areas.filter(pl.col("area_code").is_in([*codes, facts.plan["area_code"]]))
    if selection.rule != DEFAULT_RULE:
        # What could be counted on a deciding day is judged by the default counting; beside another it would mislead.
        facts = replace(facts, closing=facts.closing.clear())
    return replace(facts, targets=chosen, areas=areas, is_choice=bool(selection.target_ids))


def _compared_with(selection: Selection) -> dt.date | None:
    """The month end that the briefing compares with: the one asked for, else a quarter before, if the build has it."""
    months = warehouse.query(selection.build_id, "as_of_dates", plan_id=selection.plan_id)["as_of"]
    asked = selection.compared_with
    if asked is None:
        asked = month_end(selection.as_of, -districts.MONTHS_BEFORE)
    found: dt.date | None = months.filter((months <= asked) & (months < selection.as_of)).max()  # type: ignore[assignment]
    return found


def _targets_before(selection: Selection, compared_with: dt.date | None) -> pl.DataFrame:
    day = compared_with or selection.as_of
    rows = viewing.targets_at(selection.build_id, selection.plan_id, day, selection.language, selection.rule)
    return rows if compared_with else rows.clear()


def _foot(facts: Facts, language: str) -> str:
    """What stands under every table and picture: basis and cut-off, and what marks the data or the plan."""
    parts = [
        word("overview.footer_basis", language, basis=text.listed(findings.rule_words(facts.rule, language), language))
    ]
    parts.append(word("briefing.until", language, day=text.day(facts.day, language)))
    parts += facts.marks(language)
    return tight(word("briefing.foot_separator", language).join(parts), language)


def _section(key: str, lines: Sequence[str], language: str) -> Section | None:
    return Section(word(f"briefing.heading_{key}", language), tuple(lines), key) if lines else None


def _behind(facts: Facts, notice: Notice, language: str) -> pl.DataFrame:
    """The rows that are behind with the text of the notice: the list and its text are one."""
    rows = findings.most_in_need(facts.own, facts.own.height)
    said = next((part.paragraphs[1:] for part in notice.sections if part.key == "behind"), ())
    owners = [text.listed(findings.owners(row, facts.units), language) for row in rows.iter_rows(named=True)]
    return rows.with_columns(
        pl.Series("text", said, dtype=pl.String), pl.Series("owner_names", owners, dtype=pl.String)
    ).with_row_index("number", offset=1)


def _history(row: Row, starts_on: dt.date, selection: Selection, foot: str) -> History:
    asked = (selection.build_id, selection.plan_id, row["target_id"], row["due_on"], selection.as_of, selection.rule)
    past = viewing.since_known(viewing.history(*asked).filter(pl.col("area_code") == row["area_code"]), row)
    # The month before the plan begins is where its pace starts.
    past = past.filter(pl.col("as_of") >= starts_on - dt.timedelta(days=1))
    finding = indicators.finding(row, selection.language)
    return History(row, finding, past, tables.history_table(row, past, foot, selection.language))


def _comparisons(facts: Facts, before: pl.DataFrame, foot: str, language: str) -> tuple[Comparison, ...]:
    """Every target that areas have a task on, in the order of the plan."""
    if not facts.is_whole:
        return ()
    found = []
    for target_id in facts.targets["target_id"].unique(maintain_order=True):
        is_target = pl.col("target_id") == target_id
        rows = districts.ranked(facts.targets.filter(is_target), before.filter(is_target), facts.areas)
        if rows.is_empty():
            continue
        whole = facts.own.filter(is_target).to_dicts()
        target = whole[0] if whole else rows.row(0, named=True)
        finding = districts.worst(rows, language) or districts.finding(rows, language)
        table = tables.comparison_table(target, whole, rows, facts.areas, foot, language)
        found.append(Comparison(target, finding, rows, table))
    return tuple(found)


def _changes(facts: Facts, selection: Selection, compared_with: dt.date | None, before: pl.DataFrame) -> Section | None:
    """Every target whose number, task or names behind it differ from the month compared with."""
    if compared_with is None or selection.rule != DEFAULT_RULE:
        return None
    language = selection.language
    earlier, later = Moment(selection.build_id, compared_with), Moment(selection.build_id, selection.as_of)
    keys = ["target_id", "area_code", "due_on"]
    then = before.select(*keys, value_then="value", target_then="target_value")
    read = lru_cache(maxsize=None)(warehouse.query)
    lines = []
    for row in facts.own.join(then, on=keys, how="left", maintain_order="left").iter_rows(named=True):
        # Without titles behind it, a value that is the same has nothing to explain.
        is_same = (row["value"], row["target_value"]) == (row["value_then"], row["target_then"])
        if is_same and row["unit"] != "enterprise":
            continue
        key = (selection.plan_id, row["target_id"], row["area_code"], row["due_on"])
        difference = explain(*key, earlier, later, read)
        if difference.is_change:
            lines.append(difference_line(row, difference, language) + word("notice.full_stop", language))
    heading = word("difference.heading", language, earlier=text.month(compared_with, language))
    return Section(heading, tuple(lines or [word("difference.none", language)]), "changes")


def _decisions(facts: Facts, selection: Selection) -> Section | None:
    """What the last meeting on an earlier month decided, as it stands: of an area what is about it."""
    language = selection.language
    held = (meeting for meeting in office.meetings(selection.plan_id) if meeting.as_of < selection.as_of)
    meeting = next(held, None)
    if meeting is None:
        return None
    places = dict(facts.areas.select("area_code", "short").iter_rows())
    names = dict(facts.targets.select("target_id", "name").iter_rows())
    lines: list[str] = []
    for decision in office.decisions(selection.plan_id, meeting.meeting_id):
        if not facts.is_whole and decision.area_code != facts.area_code:
            continue
        asked = decision.asked
        said = word(
            "briefing.decision",
            language,
            text=asked.text.rstrip("。."),
            responsible=facts.units.get(asked.responsible, asked.responsible),
            due_on=text.day(asked.due_on, language),
            state=word(f"briefing.state_{asked.state}", language),
        )
        about = {"area": places.get(decision.area_code or "", ""), "target": names.get(decision.target_id or "", "")}
        is_about = any(about.values())
        line = word("briefing.decision_about", language, **about, said=said).strip() if is_about else said
        lines.append(word("notice.item", language, number=len(lines) + 1, text=line))
    heading = word("briefing.heading_decisions", language, meeting=meeting.name)
    return Section(heading, tuple(lines), "decisions") if lines else None


def _expiries(facts: Facts, selection: Selection, foot: str) -> tuple[Table | None, Table | None, list[str]]:
    """Titles that end in the next twelve months: by district, by month, and in a sentence a tier."""
    language = selection.language
    asked = {"plan_id": selection.plan_id, "as_of": selection.as_of}
    until = month_end(selection.as_of, _EXPIRY_MONTHS)
    tiers = warehouse.query(selection.build_id, "tiers", language=language).select("tier", "name")
    shown = facts.areas["area_code"] if facts.is_whole else pl.Series([facts.area_code])
    rows = warehouse.query(selection.build_id, "expiry", **asked).filter(
        pl.col("area_code").is_in(shown.to_list()) & (pl.col("month_end") <= until) & (pl.col("titles") > 0)
    )
    own = rows.filter(pl.col("area_code") == facts.area_code)
    if own.is_empty():
        return None, None, []
    tiers = tiers.filter(pl.col("tier").is_in(rows["tier"].to_list()))  # titles of another plan's areas are no column
    lines = []
    for tier, name in tiers.iter_rows():
        here = own.filter(pl.col("tier") == tier)
        if number := here["titles"].sum():
            awaiting = int(here["awaiting"].sum())
            key = "briefing.expiring_awaiting" if awaiting else "briefing.expiring"
            counts = {"number": text.number(int(number), 0, language), "awaiting": text.number(awaiting, 0, language)}
            lines.append(word(key, language, tier=name, until=text.month(until, language), **counts))
    by_area = tables.expiry_table(rows, facts.areas, tiers, foot, language)
    return by_area, tables.expiry_month_table(own, tiers, foot, language), [tight(line, language) for line in lines]


def _forecasts(facts: Facts, selection: Selection) -> list[tuple[Row, str]]:
    """What is expected of each target that is still open, marked 测算; only when it was chosen."""
    if not selection.with_forecast or selection.rule != DEFAULT_RULE:
        return []
    language = selection.language
    known = warehouse.query(selection.build_id, "outlook", plan_id=selection.plan_id, as_of=selection.as_of).select(
        "target_id", "area_code", "due_on", "median", "low_80", "high_80", "chance"
    )
    rows = facts.own.join(known, on=["target_id", "area_code", "due_on"], how="inner", maintain_order="left")
    said = ((row, indicators.outlook(row, selection.as_of, language)) for row in rows.iter_rows(named=True))
    return [
        (
            row,
            tight(
                word("notice.named", language, name=row["name"]) + line + word("notice.full_stop", language), language
            ),
        )
        for row, line in said
        if line
    ]


def _annexes(facts: Facts, selection: Selection, since: dt.date | None, foot: str) -> tuple[Annex, ...]:
    """Names whose titles changed since the month compared with, by kind of change, then by district."""
    if since is None:
        return ()
    language, area_code = selection.language, facts.area_code
    changes = warehouse.query(
        selection.build_id, "title_changes", area_code=area_code, since=since, as_of=selection.as_of, language=language
    )
    places = warehouse.query(
        selection.build_id, "area_units", plan_id=selection.plan_id, area_code=area_code, language=language
    )
    removed = pl.col("change").is_in(["lapsed", "revoked", "moved_out"])
    rows = changes.with_columns(kind=pl.when(removed).then(pl.lit("removed")).otherwise("change"))
    first, last = text.day(since + dt.timedelta(days=1), language), text.day(facts.day, language)
    span = word("briefing.annex_caption", language, first=first, last=last)
    found = []
    for kind in TITLE_CHANGES:
        names = rows.filter(pl.col("kind") == kind)
        if names.height:
            title = word(f"briefing.annex_{kind}", language)
            note = [word("briefing.foot_titles", language)] if kind in _ENDED else []
            under = word("briefing.foot_separator", language).join([foot, *note])
            found.append(Annex(kind, title, tables.annex_table(names, places, title, span, under, language)))
    return tuple(found)


def _explanation(facts: Facts, notice: Notice, language: str) -> tuple[str, ...]:
    """The page 数据说明: basis, thresholds, cut-off, source and build, then every data debt."""
    debts = debt_lines(facts.debts, language) or [word("notice.no_debts", language)]
    lines = [*notice.foot, word("briefing.debts", language), *debts]
    return tuple(tight(line, language) for line in lines)
