"""The assessment of a plan in the voice of official notices (通报), from the same frames as the pages. Pure.

Form and order follow Lianyungang's own: how many targets stand where, a numbered list of what is behind with its lag
behind 序时进度 in points, then areas, then what the data leave open, basis and cut-off.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from tracker import districts, excerpt, findings, text
from tracker.findings import Row
from tracker.notice_debts import debt_lines, publicity_lines
from tracker.pace import PACED_BASES
from tracker.text import word
from tracker.viewing import DEFAULT_RULE, Rule

# A share of fewer than ten says less than the count itself.
_LEAST_FOR_PERCENT = 10
_SHOWN_DEBTS = 10
# Official Chinese writes figures and words without a space between them.
_GAP = re.compile(r"(?<=[\u4e00-\u9fff）”》]) (?=[\d−+])|(?<=[\d%]) (?=[\u4e00-\u9fff])")


@dataclass(frozen=True)
class Facts:
    """What a notice rests on.

    ``targets``: rows of :func:`tracker.viewing.targets_at`; ``closing``: :func:`tracker.closing.closing_table`;
    ``areas``, ``debts``, ``publicity``, ``thresholds``: the queries areas,
    debts, publicity_difference, thresholds; ``units``: names of responsible units by code; ``rule``: how the targets
    were counted; ``is_choice``: some of the plan's targets only.
    """

    plan: Row
    area_code: str
    as_of: dt.date
    data_cutoff: dt.date | None
    build_id: str
    is_demo: bool
    targets: pl.DataFrame
    closing: pl.DataFrame
    areas: pl.DataFrame
    units: Mapping[str, str]
    debts: pl.DataFrame
    publicity: pl.DataFrame
    thresholds: pl.DataFrame
    rule: Rule = DEFAULT_RULE
    is_choice: bool = False

    @property
    def own(self) -> pl.DataFrame:
        """The targets of the area that the notice is about."""
        return self.targets.filter(pl.col("area_code") == self.area_code)

    @property
    def day(self) -> dt.date:
        """The last day that the data tell of; a running month has not ended."""
        return min(self.as_of, self.data_cutoff or self.as_of)

    def marks(self, language: str, *, in_full: bool = False) -> list[str]:
        """What must stand on every document: that the data are invented, that the plan is a draft."""
        is_draft = bool(self.plan["is_draft"])
        return text.data_marks(language, is_demo=self.is_demo, is_draft=is_draft, in_full=in_full)

    @property
    def is_whole(self) -> bool:
        """Whether the notice is about the whole plan and not about one of its areas."""
        return bool(self.area_code == self.plan["area_code"])


@dataclass(frozen=True)
class Section:
    """A part of a notice: its heading, its paragraphs, list items included, and the code by which it is known."""

    heading: str
    paragraphs: tuple[str, ...]
    key: str = ""


@dataclass(frozen=True)
class Notice:
    """A notice without a form: any document can be made of it.

    ``marks`` say that the data are invented, that the plan is a draft.
    """

    marks: tuple[str, ...]
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    foot: tuple[str, ...]

    def lines(self) -> list[str]:
        """The notice as plain text, line by line."""
        body = [line for part in self.sections for line in ("", part.heading, *part.paragraphs)]
        return [*self.marks, self.title, self.subtitle, *body, "", *self.foot]


def assessment(facts: Facts, language: str, *others: Section, with_debts: bool = True) -> Notice:
    """The whole assessment of a plan, or of one of its areas, at an as-of date; ``others`` follow as sections.

    Args:
        facts: what the notice rests on.
        language: of the words.
        others: sections before the last one.
        with_debts: whether the data debts stand in the text; a document prints them on a page of their own.
    """
    is_over = bool((facts.own["due_on"] <= facts.as_of).all())
    name = _area_name(facts)
    title = word("notice.title_closing" if is_over else "notice.title", language, plan=facts.plan["name"])
    parts = [
        _overall(facts, language),
        _behind(facts, language),
        _closing(facts, language),
        _areas(facts, language),
        *others,
        _data(facts, language, with_debts),
    ]
    kept = [part for part in parts if part is not None and part.paragraphs]
    sections = tuple(
        Section(
            word("notice.heading", language, number=_numeral(place, language), heading=part.heading),
            tuple(tight(line, language) for line in part.paragraphs),
            part.key,
        )
        for place, part in enumerate(kept, start=1)
    )
    return Notice(
        marks=tuple(facts.marks(language, in_full=True)),
        title=title if facts.is_whole else word("notice.title_area", language, title=title, area=name),
        subtitle=word("notice.subtitle", language, day=text.day(facts.day, language)),
        sections=sections,
        foot=tuple(tight(line, language) for line in _foot(facts, language)),
    )


def _overall(facts: Facts, language: str) -> Section:
    sentences = [
        word(
            f"notice.overall{'_chosen' if facts.is_choice else '' if facts.is_whole else '_area'}",
            language,
            plan=facts.plan["name"],
            area=_area_name(facts),
            total=facts.own.height,
            day=text.day(facts.day, language),
            counts=_counts(facts.own, language),
        )
    ]
    headline = facts.own.filter("is_headline")
    if facts.is_whole and 0 < headline.height < facts.own.height:
        counts = _counts(headline, language)
        sentences.append(word("notice.headline", language, total=headline.height, counts=counts))
    late = facts.own.filter(pl.col("state") == "met_late")
    if late.height:
        names = text.listed(late["name"].to_list(), language)
        sentences.append(word("notice.met_late", language, number=late.height, names=names))
    known = facts.own.filter(pl.col("status") != "not_reported").height
    # Of what nobody reported nothing is known, least of all that it is on pace.
    if known and not _in_need(facts).height:
        key = "notice.none_behind" if known == facts.own.height else "notice.none_behind_known"
        sentences.append(word(key, language))
    return Section(word("notice.overall_heading", language), (_joined(sentences, language),), "overall")


def _counts(rows: pl.DataFrame, language: str) -> str:
    """Counts by the six words, those that occur: ``已完成4项、未达序时7项``."""
    said = findings.count_words(rows, language)
    return text.listed(
        [
            word("notice.count", language, status=said[status], number=number)
            + (findings.doubted(rows, language) if status == "met" else "")
            for status, number in findings.status_counts(rows).items()
            if number
        ],
        language,
    )


def _in_need(facts: Facts) -> pl.DataFrame:
    return findings.most_in_need(facts.own, facts.own.height)


def _behind(facts: Facts, language: str) -> Section | None:
    rows = _in_need(facts)
    if rows.is_empty():
        return None
    present = [status for status in ("behind", "missed") if status in rows["status"].to_list()]
    states = text.listed([word(f"notice.{status}", language) for status in present], language)
    in_areas = facts.targets.filter(pl.col("area_code") != facts.plan["area_code"])
    items = [
        word("notice.item", language, number=number, text=_item(row, facts, in_areas, language))
        for number, row in enumerate(rows.iter_rows(named=True), start=1)
    ]
    heading = word("notice.behind_heading", language, states=states)
    return Section(
        heading, (word("notice.behind_intro", language, number=rows.height, states=states), *items), "behind"
    )


def _item(row: Row, facts: Facts, in_areas: pl.DataFrame, language: str) -> str:
    """One target that is behind: value, target, lag, gap; where; what it takes; who."""
    beside = text.listed(findings.notes(row, facts.as_of, facts.rule, language), language)
    value = findings.value_phrase(row, language)
    facts_of_value = [
        word(
            "notice.value_beside" if beside else "notice.value",
            language,
            basis=text.listed(findings.counting_basis(row, language), language),
            value=value,
            beside=beside,
        ).strip(),
        word("notice.target", language, target=findings.target_phrase(row, language)),
        *_shares(row, language),
        findings.gap_phrase(row, language),
    ]
    sentences = [
        word("notice.named", language, name=row["name"])
        + word("notice.part_separator", language).join(part for part in facts_of_value if part)
    ]
    if facts.is_whole and (short := findings.where(row, in_areas, language)):
        sentences.append(word("notice.where", language, areas=short))
    sentences += _what_it_takes(row, language)
    if owners := findings.owners(row, facts.units):
        sentences.append(word("need.owners", language, owners=text.listed(owners, language)))
    return _joined(sentences, language)


def _shares(row: Row, language: str) -> list[str]:
    """Completion in percent where the target is large enough, and the lag behind the linear pace in points."""
    parts = []
    if row["basis"] in PACED_BASES and row["completion"] is not None and row["target_value"] >= _LEAST_FOR_PERCENT:
        share = text.number(100 * row["completion"], 1, language, target=100)
        parts.append(word("notice.completion", language, share=share))
    if row["status"] == "behind" and row["lead_points"] is not None and row["lead_points"] < 0:
        points = text.distance(row["lead_points"], "percent", 1, language)
        basis = word(f"notice.pace_{row['pace_basis_used']}", language)
        parts.append(word("notice.lag", language, points=points, basis=basis))
    return parts


def _what_it_takes(row: Row, language: str) -> list[str]:
    """What each month and each batch that is left would have to bring, beside the best there ever was."""
    sentences = []
    for period in ("month", "batch"):
        needed, best = row[f"needed_per_{period}"], row[f"best_per_{period}"]
        left = row["months_left"] if period == "month" else row["batches_left"]
        if needed and left:
            key = f"notice.needed_{period}" if best is not None else f"notice.needed_{period}_unknown"
            amounts = {"needed": text.rounded_up(needed, int(period == "month")), "best": best or 0}
            shown = {
                name: text.distance(amount, row["unit"], 0 if float(amount).is_integer() else 1, language)
                for name, amount in amounts.items()
            }
            sentences.append(word(key, language, left=f"{left:g}", **shown))
    if row["status"] == "behind" and row["batches_left"] == 0:
        sentences.append(word("notice.no_batch_left", language))
    return sentences


def _closing(facts: Facts, language: str) -> Section | None:
    """Of every count target that is due: what could be counted on its day, side by side, and what would turn it."""
    due = facts.closing.filter((pl.col("due_on") <= facts.as_of) & pl.col("in_force").is_not_null())
    keys = ["target_id", "area_code", "due_on"]
    rows = facts.own.select(*keys, "name").join(due, on=keys, maintain_order="left")
    lines = []
    for row in rows.iter_rows(named=True):
        found = [
            word(f"notice.closing_{name}", language, number=row[name])
            for name in ("in_force", "awaiting", "decided", "publicity", "decided_later")
            if row[name] or name == "in_force"
        ]
        counts = word("notice.part_separator", language).join(found)
        sentences = [word("notice.named", language, name=row["name"]) + counts]
        if row["decided_on"] is not None:
            chosen = {
                "by": row["decided_by"],
                "on": text.day(row["decided_on"], language),
                "reason": row["reason"],
            }
            basis = word(f"closing.{row['basis']}", language)
            sentences.append(word("notice.closing_decision", language, basis=basis, **chosen))
        if row["turns_by"] is not None:
            basis = word(f"closing.{row['turns_by']}", language)
            sentences.append(word("notice.closing_turns", language, basis=basis))
        lines.append(_joined(sentences, language))
    return Section(word("notice.closing_heading", language), tuple(lines), "closing")


def _areas(facts: Facts, language: str) -> Section | None:
    """One paragraph a rank group, areas in administrative order, with their counts by the six words."""
    if not facts.is_whole:
        return None
    groups = districts.groups_in_words(facts.areas, language)
    heading = word("notice.areas_heading", language, groups=groups)
    if (facts.targets["area_code"] == facts.area_code).all():
        return Section(heading, (word("notice.no_area_tasks", language, groups=groups),), "areas")
    paragraphs = []
    below = facts.areas.filter(pl.col("area_code") != facts.plan["area_code"])
    for (group,), areas in below.group_by("rank_group", maintain_order=True):
        phrases, exempt = [], []
        for code, name in areas.select("area_code", "short").iter_rows():
            rows = facts.targets.filter(pl.col("area_code") == code)
            if rows.is_empty():
                exempt.append(name)
                continue
            counts = _counts(rows, language)
            phrases.append(word("notice.area", language, area=name, total=rows.height, counts=counts))
        if exempt:
            phrases.append(word("notice.area_exempt", language, areas=text.listed(exempt, language)))
        line = word("notice.area_separator", language).join(phrases)
        paragraphs.append(
            word("notice.area_group", language, group=word(f"notice.group_{group}", language), areas=line)
        )
    return Section(heading, tuple(paragraphs), "areas")


def _data(facts: Facts, language: str, with_debts: bool) -> Section:
    """What nobody reported, where lists disagree, and what is incomplete."""
    silent = facts.own.filter(pl.col("status") == "not_reported")
    is_unjudged = pl.col("state") == "not_assessable"
    lines = []
    for key, rows in (("not_reported", silent.filter(~is_unjudged)), ("unjudged", silent.filter(is_unjudged))):
        missing = [
            word(
                "notice.missing",
                language,
                name=row["name"],
                owners=text.listed(findings.owners(row, facts.units), language),
            )
            for row in rows.iter_rows(named=True)
        ]
        if missing:
            lines.append(word(f"notice.{key}", language, number=rows.height, names=text.listed(missing, language)))
    lines += publicity_lines(facts.publicity, language)
    if with_debts:
        lines += debt_lines(facts.debts.head(_SHOWN_DEBTS), language) or ([] if lines else _no_debts(language))
    if with_debts and facts.debts.height > _SHOWN_DEBTS:
        lines.append(word("notice.more_debts", language, number=facts.debts.height - _SHOWN_DEBTS))
    return Section(word("notice.data_heading", language), tuple(lines), "data")


def _no_debts(language: str) -> list[str]:
    return [word("notice.no_debts", language)]


def _foot(facts: Facts, language: str) -> Iterable[str]:
    if facts.rule == DEFAULT_RULE:
        yield word("notice.basis", language)
    else:
        counted = text.listed(findings.rule_words(facts.rule, language), language)
        yield word("notice.basis_chosen", language, counted=counted)
    yield word(
        "notice.rules", language, rules=text.listed(findings.rules_in_words(facts.thresholds, language), language)
    )
    if facts.data_cutoff is not None:
        yield word("app.cutoff", language, day=text.day(facts.data_cutoff, language))
    yield word("overview.footer_plan", language, source=facts.plan["source"])
    yield word("app.build", language, build_id=excerpt.whole_id(facts.build_id))


def _area_name(facts: Facts) -> str:
    return str(facts.areas.row(by_predicate=pl.col("area_code") == facts.area_code, named=True)["short"])


def _numeral(number: int, language: str) -> str:
    return "一二三四五六七八九十"[number - 1] if language == "zh" else str(number)


def _joined(sentences: list[str], language: str) -> str:
    """Sentences in one paragraph, each with its full stop."""
    return word("notice.sentence_separator", language).join(sentences) + word("notice.full_stop", language)


def tight(line: str, language: str) -> str:
    """A line as official Chinese sets it; other languages keep their spaces."""
    return _GAP.sub("", line) if language == "zh" else line
