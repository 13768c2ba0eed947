"""What one cell of a ledger says about a title: years, batches, days, reviews, or that it is held.

A cell is read token by token (days, years, batches, words such as 复核, marks such as √). Whatever is left over makes
the cell unreadable: nothing is passed over in silence and nothing is guessed. Each batch or year in it is one
statement: "2025年,2021年" are two, "2022年,2025复核" a recognition and a review.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from etl.clean import parse_day, with_digits
from etl.inbox import Event

# Year, month and day as printed; month and day are None where only a year or a month is.
Point = tuple[int, int | None, int | None]
Tokens = Iterator[tuple[str | None, re.Match[str] | None]]

_DIGITS = "零一二三四五六七八九"
_NONE = re.compile(
    r"(?:否|无|没有|不是|非|未|暂无|0|N/?A?|NO|未认定|未获评|未入选|未入库|不在库|未复核|[-–—―−/\\×✗✘]+)", re.IGNORECASE
)
_QUOTES = str.maketrans("", "", "“”‘’\"'「」『』")
_TOKENS: tuple[tuple[str, str], ...] = (
    ("point", r"(?P<y>20\d\d)\s*[年./-]\s*(?P<m>\d{1,2})\s*[月./-]\s*(?P<d>\d{1,2})(?!\d)\s*日?(?:[ T]00:00(?::00)?)?"),
    ("point", r"(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),
    ("point", r"(?P<y>20\d\d)\s*[年./-]\s*(?P<m>\d{1,2})(?!\d)\s*月?(?!\s*批)"),
    ("point", r"(?P<y>20\d\d)(?!\d)\s*(?:年度|年)?"),
    ("batch", r"(?:第\s*)?(?P<n>[一二三四五六七八九十]{1,3}|\d{1,2})\s*批次?|(?P<first>首)批"),
    ("refused", r"未予?通过|不予?通过|没有通过"),
    ("revoked", r"取消|撤销"),
    ("moved_out", r"迁出"),
    ("review", r"复核|复审"),
    ("publicity", r"公示|拟"),
    ("recommended", r"推荐"),
    ("new", r"新认定|首次认定|重新认定|新增|新获评"),
    ("yes", r"有效期内|有效|认定|获评|获批|获得|入选|列入|授予|通过|已?入库|在库|是|有|YES|[√✓✔☑●Y]"),
    ("range", r"(?:[至~—–−-]|到(?!期))+"),
    ("hard", r"[,、;。|\n]+"),
    ("soft", r"[\s/+&]+|以及|和|及|与|并|后"),
    ("filler", r"国家级?|省级?|市级?|区县级|区级|县级|企业|称号|名单|已经?|到期|过期|失效|自|起|止|为|的|[():·]"),
)
_FLAGS = frozenset({"refused", "revoked", "moved_out", "review", "publicity", "recommended", "new"})


@dataclass(frozen=True)
class Title:
    """What must be known of a title to read its cells.

    ``names`` may stand in them without meaning more; ``cohorts``: number of a batch -> its year, where known.
    """

    names: tuple[str, ...] = ()
    cohorts: Mapping[int, int] = field(default_factory=dict)
    validity_years: int = 3


@dataclass(frozen=True)
class Claim:
    """One event of an enterprise as a ledger states it.

    ``event`` is None where no word tells recognition and review apart. ``year`` is that of the batch or the event,
    ``number`` that of the batch. ``field`` and ``text`` are the cell. All else is None where it is not printed.
    """

    field: str
    text: str
    event: Event | None = None
    year: int | None = None
    month: int | None = None
    number: int | None = None
    day: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    document_no: str | None = None

    @property
    def is_bare(self) -> bool:
        """Whether it says no more than that the title is held."""
        said = (self.event, self.year, self.number, self.day, self.valid_from, self.valid_to)
        return all(value is None for value in said)

    @property
    def is_review(self) -> bool:
        """Whether it speaks of a review."""
        return self.event in ("review_passed", "review_publicity")


@dataclass(frozen=True)
class CellFault:
    """A cell that could not be taken: rule, field and text."""

    rule: str
    field: str
    text: str


class CellFaultError(Exception):
    """Carries the fault of a cell out of its reading."""

    def __init__(self, rule: str, field_name: str, text: str) -> None:
        super().__init__(rule)
        self.fault = CellFault(rule, field_name, text)


def plain(text: str) -> str:
    """A cell without differences of width and without quotation marks."""
    return with_digits(text).translate(_QUOTES).strip()


def is_none(text: str) -> bool:
    """Whether a cell says that there is nothing: 否, 无, —."""
    return _NONE.fullmatch(plain(text)) is not None


def batch_of(text: str) -> tuple[int | None, int | None]:
    """Year and number that a batch names, each None where it does not: 2025-1, 2025年度第一批, 5, 2022."""
    try:
        claims = claims_in(text, "batch", Title())
    except CellFaultError:
        return None, None
    return (claims[0].year, claims[0].number) if len(claims) == 1 else (None, None)


def claims_in(printed: str, field_name: str, title: Title) -> list[Claim]:
    """The statements of one cell, in order; at least one.

    Args:
        printed: the cell, which is neither blank nor a "none".
        field_name: its field: what stands in ``reviewed_on`` is a review, a number in ``batch`` is that of a batch.
        title: whose cell it is.

    Raises:
        CellFaultError: where it cannot be read, or contradicts itself.
    """
    text = plain(printed)
    if re.fullmatch(r"[2-6]\d{4}", text) and (day := parse_day(text)) is not None:
        return [Claim(field_name, printed, _event(set(), field_name), year=day.year, day=day)]
    if field_name == "batch" and (found := re.fullmatch(r"(?:(20\d\d)-)?(\d{1,2})", text)):
        year = int(found[1]) if found[1] else None
        return _whole([Claim(field_name, printed, year=year, number=int(found[2]))], title)
    if text == "1":
        return [Claim(field_name, printed, _event(set(), field_name))]
    parts = [part for part in _gathered(text, printed, field_name, title) if part.is_filled]
    if not parts:
        raise CellFaultError("ledger_cell_unreadable", field_name, printed)
    speaking = [part for part in parts if part.point or part.number is not None or part.flags] or parts[:1]
    return _whole([_claim(part, field_name) for part in speaking], title)


@dataclass
class _Part:
    """One statement of a cell while its tokens are gathered."""

    point: Point | None = None
    number: int | None = None
    flags: set[str] = field(default_factory=set)
    is_yes: bool = False
    text: str = ""

    @property
    def is_filled(self) -> bool:
        return bool(self.point or self.number is not None or self.flags or self.is_yes)

    def take(self, kind: str, found: re.Match[str]) -> None:
        """Add a token."""
        self.text += found.group()
        if kind == "point":
            self.point = point(found)
        elif kind == "batch":
            self.number = 1 if found["first"] else _number(found["n"])
        elif kind in _FLAGS:
            self.flags.add(kind)
        self.is_yes |= kind == "yes"

    def clashes_with(self, kind: str, found: re.Match[str]) -> bool:
        """Whether a token begins a new statement, because this one has such a thing already."""
        if kind == "hard":
            return self.is_filled
        if kind == "batch":
            return self.number is not None
        if kind != "point" or self.point is None:
            return False
        is_more_precise = point(found)[0] == self.point[0] and self.point[1] is None
        return not is_more_precise


def _gathered(text: str, printed: str, field_name: str, title: Title) -> Iterator[_Part]:
    part = _Part()
    for kind, found in tokens(text, title.names):
        # Two ends of a range are a window, and windows have columns of their own.
        if kind is None or found is None or (kind == "range" and part.point is not None):
            raise CellFaultError("ledger_cell_unreadable", field_name, printed)
        if part.clashes_with(kind, found):
            yield part
            part = _Part()
        part.take(kind, found)
    yield part


def tokens(text: str, names: tuple[str, ...] = ()) -> Tokens:
    """Kind and match of each token in order; (None, None) at the end where something is left that fits nothing."""
    position = 0
    patterns = _compiled(names)
    while position < len(text):
        hits = ((kind, pattern.match(text, position)) for kind, pattern in patterns)
        kind, found = next(((kind, hit) for kind, hit in hits if hit is not None), (None, None))
        yield kind, found
        if found is None:
            return
        position = found.end()


@lru_cache(maxsize=64)
def _compiled(names: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    own = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    compiled = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _TOKENS)
    return (("filler", re.compile(own)), *compiled) if names else compiled


def point(found: re.Match[str]) -> Point:
    """Year, month and day of a token."""
    parts = found.groupdict()
    year, month, day = (int(parts[name]) if parts.get(name) else None for name in "ymd")
    assert year is not None
    return year, month, day


def _number(printed: str) -> int:
    if printed.isdecimal():
        return int(printed)
    tens, ten, ones = printed.partition("十")
    if not ten:
        return _DIGITS.index(printed[0])
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


def _claim(part: _Part, field_name: str) -> Claim:
    year, month, day = part.point or (None, None, None)
    claim = Claim(field_name, part.text.strip(" ,、;。|/\n"), _event(part.flags, field_name), year, month, part.number)
    if month is not None and not 1 <= month <= 12:
        raise CellFaultError("ledger_cell_unreadable", field_name, claim.text)
    if day is None:
        return claim
    whole = parse_day(f"{year}-{month}-{day}")
    if whole is None:
        raise CellFaultError("date_unreadable", field_name, claim.text)
    return replace(claim, month=None, day=whole)


def _event(flags: set[str], field_name: str) -> Event | None:
    """The event that the words of a statement name, None where they name none."""
    is_review = "review" in flags or field_name == "reviewed_on"
    if "revoked" in flags:
        return "revoked"
    if "moved_out" in flags:
        return "moved_out"
    if "refused" in flags:
        return "lapsed"
    if "publicity" in flags:
        return "review_publicity" if is_review else "publicity"
    if "recommended" in flags:
        return "recommended"
    if is_review:
        return "review_passed"
    return "recognition" if "new" in flags else None


def _whole(claims: list[Claim], title: Title) -> list[Claim]:
    """The statements of a cell after comparison with the batches that are known."""
    whole: list[Claim] = []
    for claim in claims:
        for one in of_known_batch(claim, title):
            if whole and (joined := _one_of_two_halves(whole[-1], one, title)):
                whole[-1] = joined
            else:
                whole.append(one)
    return whole


def of_known_batch(claim: Claim, title: Title) -> list[Claim]:
    """A statement with the year of its batch, where that is known.

    第四批2025复核 names the batch of the recognition and the year of its review: two statements.

    Raises:
        CellFaultError: where the year printed is not that of the batch.
    """
    cohort = title.cohorts.get(claim.number) if claim.number is not None else None
    if cohort is None or claim.number is None:
        return [claim]
    late = claim.year - cohort if claim.year is not None else None
    if claim.is_review and (late is None or late > 1):
        return [Claim(claim.field, claim.text, year=cohort, number=claim.number), replace(claim, number=None)]
    # A batch may be published in the year after its own.
    if late not in (None, 0, 1):
        raise CellFaultError("ledger_contradiction", claim.field, claim.text)
    return [replace(claim, year=cohort)]


def _one_of_two_halves(before: Claim, claim: Claim, title: Title) -> Claim | None:
    """第五批、2023年 are two halves of one statement where the batch is known to be of that year."""
    cohort = title.cohorts.get(before.number) if before.number is not None else None
    if cohort is None or claim.year is None or before.day or claim.number is not None or claim.is_review:
        return None
    if claim.year - cohort not in (0, 1):
        return None
    return replace(before, month=claim.month, day=claim.day, text=f"{before.text}、{claim.text}")
