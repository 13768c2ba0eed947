"""Finding the header of a sheet: the rows whose cells are known captions, wherever they stand.

The first 40 rows are tried, one to three deep, and scored by how many different fields their cells name. Never
"row 1": real lists begin with annexe numbers, titles, units and form lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from etl.read_words import is_enterprise, is_form_line
from etl.table import Merge, squeezed

HEAD_ROWS = 40
_DEEPEST = 3
_EQUAL, _CONTAINED = 1.0, 0.6
_THRESHOLD = 1.0
_MIN_CONTAINED_CHARACTERS = 4
_MAX_CAPTION_CHARACTERS = 24
_NAMING = frozenset({"name", "uscc"})
# What a row is about where it names no enterprise: a place, or a figure of a report.
_PLACING = frozenset({"province", "city", "county", "area", "indicator"})
_IGNORED = "other"
# Ledgers have a group of columns a title: the field "little_giant.held" names the group, and these may stand in it.
_HELD, _POOL = ".held", "pool"
_OF_A_TITLE = frozenset(
    {"batch", "recognised_on", "reviewed_on", "valid_from", "valid_to", "validity", "document_no", "event_word"}
)

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")
_YEARS = re.compile(r"(?:19|20)\d\d(?:年度|年)?")
_ASKED = re.compile(r"^是否(?:已经|已)?(?:为|是|属于|属|获评|获得|认定为|认定|入选|列入)?")
_TITLE_WORDS = re.compile(r"^(?:企业)?(?:称号|资质|荣誉|情况|名单)*(?:企业)?")
_LEVEL = re.compile(r"(?:国家|省|市|县|区|区县|县区|园区)级?")

Row = tuple[int, list[str | None]]


@dataclass(frozen=True)
class Vocabulary:
    """The captions that are known: normalised caption -> field, the fields that are personal, and the titles.

    ``titles``: normalised caption -> what a ledger's columns below or behind it speak of (小巨人 -> little_giant).
    """

    fields: Mapping[str, str]
    personal: frozenset[str]
    titles: Mapping[str, str]
    _matched: dict[tuple[str, ...], tuple[str | None, float]] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls, headers: Iterable[tuple[str, Iterable[str], bool]], mapping: Mapping[str, str] | None = None
    ) -> Vocabulary:
        """From (field, captions, is personal) and a person's own mapping of captions to fields, which wins."""
        headers = list(headers)
        fields = {bare(caption): named for named, captions, _ in headers for caption in captions}
        fields |= {bare(caption): named or _IGNORED for caption, named in (mapping or {}).items()}
        titles = {caption: named.removesuffix(_HELD) for caption, named in fields.items() if named.endswith(_HELD)}
        return cls(
            fields={caption: named for caption, named in fields.items() if caption not in titles},
            personal=frozenset(named for named, _, is_personal in headers if is_personal),
            titles=titles,
        )

    def match(self, levels: tuple[str, ...]) -> tuple[str | None, float]:
        """The field that a caption of one to three levels (group, sub-caption) names, and how surely.

        A group that is personal makes all below it personal: 联系方式 over 姓名 and 手机. Else the whole caption and
        its lowest level are compared, and the groups above only where those say nothing.
        """
        if levels not in self._matched:
            self._matched[levels] = self._match(levels)
        return self._matched[levels]

    def _match(self, levels: tuple[str, ...]) -> tuple[str | None, float]:
        for level in levels:
            named = self._equal(level) or self._contained(level)
            if named in self.personal:
                return named, _CONTAINED
        spellings = ["".join(levels), *levels[-1:]]
        if named := self._equal(spellings[0]) or self._of_title(levels) or self._equal(spellings[-1]):
            return named, _EQUAL
        named = next(filter(None, map(self._contained, spellings)), None)
        return named or next(filter(None, map(self._equal, levels)), None), _CONTAINED

    def names_title(self, text: str) -> bool:
        """Whether a caption by itself names a title, so that the columns below it speak of that."""
        return any(form in self.titles for form in _forms(text))

    def _of_title(self, levels: tuple[str, ...]) -> str | None:
        """The field of a column that speaks of one title: 小巨人 over 批次, 创新型中小企业认定时间, 是否小巨人.

        Nothing is found inside longer texts: 小巨人企业数量 is a number of enterprises and no title.
        """
        lower = ("".join(levels[start:]) for start in range(len(levels)))
        fields = (self._behind_title(form) for text in lower for form in _forms(text))
        return next(filter(None, fields), None)

    def _behind_title(self, form: str) -> str | None:
        text = _ASKED.sub("", form)
        length = next((n for n in range(len(text), 1, -1) if text[:n] in self.titles), 0)
        title, rest = text[:length], text[length:]
        # A level behind the title (专精特新（市级）) makes it another one.
        if length and _LEVEL.fullmatch(rest):
            title, rest = rest + title, ""
        rest = _TITLE_WORDS.sub("", rest)
        tier, field_name = self.titles.get(title), self.fields.get(rest)
        if tier is None:
            return None
        if rest == "":
            return tier + _HELD
        if self.titles.get(rest) == _POOL:
            return f"{tier}.{_POOL}"
        return f"{tier}.{field_name}" if field_name in _OF_A_TITLE else None

    def _equal(self, text: str) -> str | None:
        return next((self.fields[form] for form in _forms(text) if form in self.fields), None)

    def _contained(self, text: str) -> str | None:
        """The field of the longest known caption inside a text."""
        if len(text) > _MAX_CAPTION_CHARACTERS:
            return None
        containable = self._containable
        pieces = (
            form[start : start + length]
            for form in _forms(text)
            for length in range(len(form), 1, -1)
            for start in range(len(form) - length + 1)
        )
        return next((containable[piece] for piece in pieces if piece in containable), None)

    @cached_property
    def _containable(self) -> dict[str, str]:
        """The captions that are known inside longer ones too: short ones are only where they are personal."""
        return {
            caption: named
            for caption, named in self.fields.items()
            if (len(caption) >= _MIN_CONTAINED_CHARACTERS or named in self.personal) and not caption.isascii()
        }


@dataclass(frozen=True)
class Header:
    """Where the captions stand and what they mean. Lists are by column; an empty caption is an unnamed column."""

    rows: tuple[int, ...]
    captions: tuple[str, ...]
    fields: tuple[str | None, ...]
    is_personal: tuple[bool, ...]
    score: float

    def column(self, *names: str) -> int | None:
        """The column that feeds a field; the first of several that has one."""
        return next((self.fields.index(name) for name in names if name in self.fields), None)


def find_header(head: list[Row], merges: tuple[Merge, ...], vocabulary: Vocabulary) -> Header | None:
    """The header among the first rows of a sheet.

    Args:
        head: the first rows that are not blank, with their row numbers.
        merges: merged ranges of the sheet.
        vocabulary: known captions.

    Returns:
        None where no rows name enterprises (name or code), nor areas with something to say about them.
    """
    head = head[:HEAD_ROWS]
    merges = tuple(merge for merge in merges if merge.top <= head[-1][0]) if head else ()
    windows = [head[start : start + depth] for start in range(len(head)) for depth in range(1, _DEEPEST + 1)]
    candidates = [header for rows in windows if (header := _read(rows, merges, vocabulary)) is not None]
    best = max(candidates, key=lambda header: (header.score, -len(header.rows), -header.rows[0]), default=None)
    if best is None:
        return None
    last = _last_header_row(best, head, merges, vocabulary)
    best = _read([row for row in head if best.rows[0] <= row[0] <= last], merges, vocabulary) or best
    following = next((row for row in head if row[0] > best.rows[-1]), None)
    if following is not None and _is_numbering(following[1]):
        best = replace(best, rows=(*best.rows, following[0]))
    return best


def declared_header(row: int, texts: list[str | None], vocabulary: Vocabulary) -> Header:
    """The header that a form of ours says it has: its captions as they stand, the first of a field feeding it."""
    captions = tuple(" ".join(text.split()) if text else "" for text in texts)
    named = [vocabulary.match((squeezed(caption),))[0] if caption else None for caption in captions]
    is_personal = tuple(name in vocabulary.personal for name in named)
    is_first = [name not in named[:index] for index, name in enumerate(named)]
    is_field = [first and name != _IGNORED for name, first in zip(named, is_first, strict=True)]
    fields = (
        name if field and not personal else None
        for name, field, personal in zip(named, is_field, is_personal, strict=True)
    )
    return Header((row,), captions, tuple(fields), is_personal, float(len(captions)))


def implied_header(names: Iterable[str | None]) -> Header | None:
    """For one column of names pasted without a caption: a header of no rows. None unless every row is a name."""
    texts = [squeezed(name or "") for name in names]
    if texts and all(is_enterprise(text) and not is_form_line(text) for text in texts):
        return Header((), ("",), ("name",), (False,), _THRESHOLD)
    return None


def _read(rows: list[Row], merges: tuple[Merge, ...], vocabulary: Vocabulary) -> Header | None:
    """These rows as a header, scored; None where they cannot be one."""
    first_texts = [squeezed(next(filter(None, row), "")) for _, row in rows]
    if any(":" in text and is_form_line(text) for text in first_texts):
        return None
    texts, is_title = _filled(rows, merges)
    if is_title:
        return None
    _fill_titles(texts, vocabulary)
    levels = [list(dict.fromkeys(filter(None, column))) for column in zip(*texts, strict=True)]
    matches = [vocabulary.match(tuple(map(squeezed, texts))) for texts in levels]
    best_by_field: dict[str, float] = {}
    for named, weight in matches:
        if named and named != _IGNORED:
            best_by_field[named] = max(weight, best_by_field.get(named, 0.0))
    score = sum(best_by_field.values())
    captioned = sum(bool(texts) for texts in levels)
    names_something = _NAMING & best_by_field.keys() or (
        captioned > 1 and any(best_by_field.get(placing) == _EQUAL for placing in _PLACING)
    )
    if score < _THRESHOLD or not names_something:
        return None
    name_levels = levels[matches.index(("name", best_by_field["name"]))] if "name" in best_by_field else []
    if any(is_enterprise(text) and vocabulary.match((squeezed(text),))[1] < _EQUAL for text in name_levels[1:]):
        return None
    fields: list[str | None] = [None] * len(levels)
    for named, weight in best_by_field.items():
        if named not in vocabulary.personal:
            fields[matches.index((named, weight))] = named
    return Header(
        rows=tuple(number for number, _ in rows),
        captions=tuple("/".join(texts) for texts in levels),
        fields=tuple(fields),
        is_personal=tuple(named in vocabulary.personal for named, _ in matches),
        score=round(score, 1),
    )


def _filled(rows: list[Row], merges: tuple[Merge, ...]) -> tuple[list[list[str | None]], bool]:
    """The texts of header rows with merged ranges filled, and whether the first of several is but a title.

    A title is one text, or one merged over the whole width: it belongs to no column.
    """
    numbers = [number for number, _ in rows]
    texts = [[" ".join(text.split()) if text else None for text in row] for _, row in rows]
    width = len(texts[0])
    for merge in merges:
        if merge.top in numbers and merge.left < width:
            text = texts[numbers.index(merge.top)][merge.left]
            for place, number in enumerate(numbers):
                if merge.top <= number <= merge.bottom:
                    columns = slice(merge.left, min(merge.right + 1, width))
                    texts[place][columns] = [text] * (columns.stop - columns.start)
    return texts, len(rows) > 1 and len(set(filter(None, texts[0]))) < 2


def _fill_titles(texts: list[list[str | None]], vocabulary: Vocabulary) -> None:
    """Spread a title over the columns right of it whose captions stand only below: text files know no merges."""
    for place, row in enumerate(texts[:-1]):
        title = None
        for column, text in enumerate(row):
            if text is not None:
                title = text if vocabulary.names_title(squeezed(text)) else None
            elif title is not None and any(below[column] for below in texts[place + 1 :]):
                row[column] = title


def _last_header_row(header: Header, head: list[Row], merges: tuple[Merge, ...], vocabulary: Vocabulary) -> int:
    """The last row of a header, which may reach further down than its known captions.

    A vertical merge out of the last row says so. Else the next row holds sub-captions if it says nothing under the
    captions that identify a row, and either something under a column without a caption of its own, or nothing but
    known captions (小巨人 over 批次).
    """
    first, last = header.rows[0], header.rows[-1]
    reach = max((merge.bottom for merge in merges if first <= merge.top <= last), default=last)
    if last < reach < first + _DEEPEST:
        return reach
    following = next((row for row in head if row[0] == last + 1), None)
    if following is None or len(header.rows) == _DEEPEST:
        return last
    number, texts = following
    is_identifying = [named in _NAMING | _PLACING | {"sequence"} for named in header.fields]
    says_nothing = not any(text for text, flag in zip(texts, is_identifying, strict=True) if flag)
    has_captions_below = any(text and not caption for text, caption in zip(texts, header.captions, strict=True))
    is_all_known = all(vocabulary.match((squeezed(text),))[1] == _EQUAL for text in filter(None, texts))
    return number if says_nothing and (has_captions_below or is_all_known) else last


def _is_numbering(texts: list[str | None]) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3 … or （1）, （2） … or A, B, C …"""
    marks = [squeezed(text).strip("()") for text in texts if text]
    orders = (
        [str(i) for i in range(1, len(marks) + 1)],
        list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        list("甲乙丙丁戊己庚辛壬癸"),
    )
    mixed = ["甲", *[str(i) for i in range(1, len(marks))]]
    return len(marks) > 1 and (marks == mixed or any(marks == order[: len(marks)] for order in orders))


@lru_cache(maxsize=4096)
def _forms(caption: str) -> tuple[str, ...]:
    """A caption as it may stand in the vocabulary: with the content of its brackets, and without."""
    with_brackets, without = bare(caption), bare(_BRACKETS.sub("", unicodedata.normalize("NFKC", caption)))
    return (with_brackets, without) if without and without != with_brackets else (with_brackets,)


def bare(caption: str) -> str:
    """Without width, white space, years, stars and punctuation, in lower case."""
    text = _YEARS.sub("", squeezed(caption)).lower()
    return "".join(character for character in text if character.isalnum())
