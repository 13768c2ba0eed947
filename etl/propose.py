"""What the title and file name of a list say about it: tier, event, batch, years, area, document, date.

Only what the words decide is proposed; the rest is None and stands in ``open_questions``, so that a person is
asked. The wordings of titles are data (``titles`` of the catalogue); the words of events are the ones that such
lists use (公示 and 拟认定 against 认定名单; 复核 against 认定).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from etl.areas import AreaResolver
from etl.clean import chinese_number, parse_days_in, text_key, with_digits
from etl.validity import Validity, validity_in
from tracker.catalog import Catalog
from tracker.catalog_models import Code, TitleVariant

_NOT_INCLUDED = re.compile(r"\(?(?:不含|不包括)[^)]*\)?|\(?除[^)]{1,10}外\)?")
_YEAR = re.compile(r"(20\d\d)年(?!\d)")
_BATCH = re.compile(r"[第省市]([一二三四五六七八九十]{1,3}|\d{1,2})批")
_DOCUMENT = re.compile(r"([\u4e00-\u9fff]{2,20})[〔\[【(](20\d\d)[〕\]】)]\s*(\d+)\s*号")
_BEFORE_DOCUMENT = re.compile(r".*(?:根据|按照|依据|印发|转发|文件|文号|通知|公告|附件|参见|见|的|和|及)")
_DAY_RANGE = re.compile(r"\d日?\s*(?:至|到|-|—|–|~)+\s*(?=20\d\d)")
# A publicity lasts days; two days further apart are none.
_LONGEST_PUBLICITY = dt.timedelta(days=60)
# The line at the foot of a list that dates it, perhaps behind its issuer.
_DATE_LINE = re.compile(
    r"\(?(?:[^\d:,。;]*(?:局|厅|部|委|会|府|办公室|中心|组)\s*)?20\d\d(?:年\d{1,2}月\d{1,2}日|([-/.])\d{1,2}\1\d{1,2})\)?"
)

# Words of events, in order; the first that fits decides. A list that names two kinds is left open.
_CALL = re.compile(r"(?:开展|组织|做好|启动|征集).{0,20}(?:申报|推荐|认定|复核|评价)|申报(?:指南|通知|工作)")
_REVIEW = re.compile(r"复核|复审")
_REFUSED = re.compile(r"未通过|不予通过|不通过|不合格|未予通过")
_INTENDED = re.compile(r"公示|拟")
_PUBLICITY_OVER = re.compile(r"(?:经|已)?公示(?:期满|无异议|结束|结果)")
_DECIDED = re.compile(r"认定|公布|公告|获评|入选|确定|通过")
_BOTH = re.compile(
    r"(?:认定|新增|批|企业|名单|\))(?:和|及|与|、|暨|以及).{0,20}复核|复核.{0,12}(?:和|及|与|、|暨|以及).{0,12}(?:认定|新增)"
)

_T = TypeVar("_T")


@dataclass(frozen=True)
class Proposal:
    """What title and file name say.

    ``batch`` is the batch named; in a review it is the batch under review, whose year is ``reviewed_cohort``.
    ``cohort_year`` is the year of the title that the list gives. ``variant_id`` is the wording of the catalogue
    that fitted, also where it says "no title of ours" (tier None). ``open_questions`` names the fields that the
    words leave open.
    """

    tier: Code | None
    event: str | None
    batch: str | None
    cohort_year: int | None
    reviewed_cohort: int | None
    area_code: Code | None
    document_no: str | None
    event_on: dt.date | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    is_pool: bool
    variant_id: Code | None
    open_questions: tuple[str, ...]


@dataclass(frozen=True)
class _Title:
    """Outcome of matching one wording: which variant, whether more knowledge could decide it."""

    variant: TitleVariant | None
    is_open: bool


def propose(
    catalog: Catalog,
    file_name: str,
    titles: Sequence[str],
    announced_texts: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Proposal:
    """Read file name and titles of one file (or of one sheet) for what they say about the list.

    Args:
        catalog: areas, tiers with their batches, wordings of titles.
        file_name: as received, with whatever the browser left in it.
        titles: the title rows above the table, of all sheets where the file is one list.
        announced_texts: lines of the notice or notes around the table; searched for the document number only.
        notes: the lines around the rows; a line of them that is only a date dates a list whose titles name no day.
    """
    said = [validity_in(_without_exclusion(text)) for text in (*titles, file_name)]
    texts = [text for _, text in said]
    printed = texts[:-1]
    validity = _only(validity for validity, _ in said if validity != Validity()) or Validity()
    keys = [_key(text) for text in texts]
    words = "|".join(keys)
    event = _event(words)
    is_review = _REVIEW.search(words) is not None
    area_code = _area(catalog, printed, texts[-1])
    document_no = _only(_document(text) for text in (*texts, *announced_texts))
    years = sorted({int(year) for key in keys for year in _YEAR.findall(key)})
    number = _only(_batch_number(key) for key in keys)
    found = _title(catalog, keys, years[0] if len(years) == 1 else None, area_code)
    if found and found.tier and _contradicts(catalog, found.tier, number, years, is_review):
        found = None
    tier = found.tier if found else None
    batch = _batch(catalog, tier, number, years)
    reviewed, cohort = _cohorts(catalog, tier, batch, years, document_no, is_review)
    is_pool = found is not None and found.variant_id == "pool"
    if is_pool:
        event = None
    proposal = Proposal(
        tier=tier,
        event=event,
        batch=batch,
        cohort_year=cohort,
        reviewed_cohort=reviewed,
        area_code=area_code,
        document_no=document_no,
        event_on=_day(texts) or (None if any(map(parse_days_in, texts)) else _date_line(notes)),
        valid_from=validity.valid_from,
        valid_to=validity.valid_to,
        is_pool=is_pool,
        variant_id=found.variant_id if found else None,
        open_questions=(),
    )
    return _with_questions(proposal, is_review)


def title_tier(catalog: Catalog, title: str, year: int | None, area_code: Code | None) -> tuple[bool, Code | None]:
    """The tier of a title as printed in a row: whether the wording is known, and its tier (None: no title of ours).

    Args:
        catalog: wordings of titles.
        title: the cell.
        year: year of the title, where known.
        area_code: the area of the list, whose issuer decides what 市级 means.
    """
    outcome = _match(catalog, _key(title), year, area_code)
    if outcome.variant is None or outcome.is_open:
        return False, None
    return True, outcome.variant.tier


def _key(text: str) -> str:
    """The text in the normal form that wordings are matched against; quotation marks of all kinds are gone."""
    return re.sub("[「」『』〝〞]", "", text_key(text))


def _without_exclusion(text: str) -> str:
    return _NOT_INCLUDED.sub("", with_digits(text))


def _only(values: Iterable[_T | None]) -> _T | None:
    """The one value that all texts agree on, None where they differ or none says anything."""
    distinct = {value for value in values if value is not None}
    return distinct.pop() if len(distinct) == 1 else None


def _match(catalog: Catalog, key: str, year: int | None, area_code: Code | None) -> _Title:
    """The first wording that fits; open where a wording before it would need the year or the area to decide."""
    key = re.sub(r"[()]", "", key)
    for variant in catalog.titles.values():
        hit = re.search(variant.pattern, key)
        if hit is None:
            continue
        fits = _fits(catalog, variant, year, area_code)
        if fits is None:
            return _Title(None, is_open=True)
        if fits:
            rest = key[: hit.start()] + "|" + key[hit.end() :]
            other = _match(catalog, rest, year, area_code).variant if variant.tier else None
            is_mixed = other is not None and other.tier not in (None, variant.tier)
            return _Title(None if is_mixed else variant, is_open=is_mixed)
    return _Title(None, is_open=False)


def _fits(catalog: Catalog, variant: TitleVariant, year: int | None, area_code: Code | None) -> bool | None:
    """Whether issuer and year allow the wording; None where they are not known and would decide."""
    if variant.issuers:
        if area_code is None:
            return None
        if not any(catalog.is_within(area_code, issuer) for issuer in variant.issuers):
            return False
    if variant.year_from is None and variant.year_to is None:
        return True
    if year is None:
        return None
    return (variant.year_from or year) <= year <= (variant.year_to or year)


def _title(catalog: Catalog, keys: list[str], year: int | None, area_code: Code | None) -> TitleVariant | None:
    """The wording that all texts agree on; a pool in any of them makes it a pool."""
    outcomes = [_match(catalog, key, year, area_code) for key in keys]
    variants = [outcome.variant for outcome in outcomes if outcome.variant is not None]
    pool = next((variant for variant in variants if variant.variant_id == "pool"), None)
    if pool is not None:
        return pool
    if any(outcome.is_open for outcome in outcomes) or len({variant.tier for variant in variants}) != 1:
        return None
    return variants[0]


def _event(text: str) -> str | None:
    """The event that the words name, None where they name none or two."""
    text = _PUBLICITY_OVER.sub("", text)
    is_intended = _INTENDED.search(text) is not None
    if _CALL.search(text):
        return None
    if re.search(r"更名|名称变更|变更名称|信息变更", text):
        return None if is_intended else "change"
    if re.search(r"迁出|跨省迁移|跨市迁移", text):
        return None if is_intended else "moved_out"
    if re.search(r"(?:取消|撤销)(?!复核资格)", text):
        return None if is_intended else "revoked"
    if _REVIEW.search(text):
        return _review_event(text, is_intended)
    if _REFUSED.search(text):
        return None
    if re.search(r"到期失效|自动失效|有效期届满", text):
        return None if is_intended else "lapsed"
    if "推荐" in text:
        return "recommended"
    if is_intended:
        return "publicity"
    return "recognition" if _DECIDED.search(text) else None


def _review_event(text: str, is_intended: bool) -> str | None:
    if _BOTH.search(text):
        return None
    if _REFUSED.search(text):
        return None if is_intended else "lapsed"
    if "推荐" in text or "通过" not in text:
        return None
    return "review_publicity" if is_intended else "review_passed"


def _batch_number(key: str) -> int | None:
    return _only(chinese_number(found) for found in _BATCH.findall(key))


def _contradicts(catalog: Catalog, tier: Code, number: int | None, years: list[int], is_review: bool) -> bool:
    """Whether batch and year are not those of one national batch: "2025年第一批" is then another title's."""
    of_batch = _cohort_of_batch(catalog, tier, str(number))
    return of_batch is not None and bool(years) and of_batch not in years and not is_review


def _batch(catalog: Catalog, tier: Code | None, number: int | None, years: list[int]) -> str | None:
    """``4`` for a national batch, ``2025-1`` for the first of a year, ``3`` where no year is printed."""
    if number is None or (tier is not None and catalog.tiers[tier].batches) or not years:
        return None if number is None else str(number)
    return f"{years[0]}-{number}" if len(years) == 1 else None


def stated_batch(catalog: Catalog, tier: Code | None, text: str | None) -> str | None:
    """A batch as a person writes it (第五批, 2025年第1批), as one that a title names is kept; else the text itself."""
    key = text_key(with_digits(text or ""))
    if (coded := re.fullmatch(r"(20\d\d-)?0?(\d{1,2})", key)) is not None:
        return f"{coded[1] or ''}{coded[2]}"
    written = re.fullmatch(r"(?:(20\d\d)年?度?)?第?([一二三四五六七八九十]{1,3}|\d{1,2})批?次?", key)
    number = chinese_number(written[2]) if written else None
    if written is None or number is None:
        return text
    return _batch(catalog, tier, number, [int(written[1])] if written[1] else [])


def _cohort_of_batch(catalog: Catalog, tier: Code, batch: str) -> int | None:
    return next((b.cohort_year for b in catalog.tiers[tier].batches if b.batch == batch), None)


def _cohorts(
    catalog: Catalog,
    tier: Code | None,
    batch: str | None,
    years: list[int],
    document_no: str | None,
    is_review: bool,
) -> tuple[int | None, int | None]:
    """Reviewed cohort and cohort of the new title.

    In a review the batch names the titles under review. A single year in it may be theirs or that of the review:
    the year of the document tells, three years apart as they are; without it both stay open.
    """
    of_batch = _cohort_of_batch(catalog, tier, batch) if tier and batch else None
    year = years[0] if len(years) == 1 else None
    if not is_review:
        return None, of_batch or year
    if of_batch is not None:
        later = [y for y in years if y > of_batch]
        return of_batch, later[0] if len(later) == 1 else None
    if len(years) == 2:
        return years[0], years[1]
    found = re.search(r"〔(\d{4})〕", document_no or "")
    if year is None or found is None:
        return None, None
    is_of_review = int(found[1]) - year <= 1
    return (None, year) if is_of_review else (year, None)


def _area(catalog: Catalog, titles: list[str], file_name: str) -> Code | None:
    """The area of the list: the one that its titles name; of several, the one that holds all the others."""
    resolver = AreaResolver(catalog)
    named = {code for title in titles for code in resolver.named_in(title)}
    in_file = set(resolver.named_in(file_name))
    if len(named) == 1 and all(_are_nested(catalog, code, other) for code in named for other in in_file):
        return named.pop()
    named |= in_file
    holding = [code for code in named if all(catalog.is_within(other, code) for other in named)]
    return holding[0] if len(holding) == 1 else None


def _are_nested(catalog: Catalog, one: Code, other: Code) -> bool:
    return catalog.is_within(one, other) or catalog.is_within(other, one)


def _document(text: str) -> str | None:
    """The document number in its usual form: 浙经信企业〔2026〕4号."""
    found = _DOCUMENT.search(with_digits(text))
    if found is None:
        return None
    issuer = _BEFORE_DOCUMENT.sub("", found[1])
    return f"{issuer}〔{found[2]}〕{found[3]}号" if len(issuer) >= 2 else None


def _day(texts: list[str]) -> dt.date | None:
    """The one day printed; of a period ("公示期12月5日至11日") its first day, else None where several stand there."""
    days = list(dict.fromkeys(day for text in texts for day in parse_days_in(text)))
    if len(days) == 1:
        return days[0]
    is_period = len(days) == 2 and any(_DAY_RANGE.search(text) for text in texts)
    return min(days) if is_period and max(days) - min(days) <= _LONGEST_PUBLICITY else None


def _date_line(notes: Sequence[str]) -> dt.date | None:
    lines = [with_digits("".join(note.split())) for note in notes]
    return _only(day for line in lines if _DATE_LINE.fullmatch(line) for day in parse_days_in(line))


def _with_questions(proposal: Proposal, is_review: bool) -> Proposal:
    asked = {
        "tier": proposal.tier is None,
        "event": proposal.event is None and not proposal.is_pool,
        "area_code": proposal.area_code is None,
        "event_on": proposal.event_on is None,
        "cohort_year": proposal.cohort_year is None and not proposal.is_pool,
        "reviewed_cohort": is_review and proposal.reviewed_cohort is None,
    }
    return replace(proposal, open_questions=tuple(name for name, is_open in asked.items() if is_open))
