"""From what a row prints about its place to one area of the catalogue.

Lists name places in every way: full and short names, names with city or province in front, former districts,
development zones, and bureaus ("海州区工信局"). A name decides only where it can mean one area; everything else is
given back as a question with candidates. Nothing is matched by likeness.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from etl.clean import text_key
from tracker.catalog import Catalog
from tracker.catalog_models import Area, Code

# Words for "no particular part of it": the coarser texts of the row say all there is.
_SAYS_NOTHING = frozenset(
    ["市区", "市辖区", "市本级", "市直", "市属", "市级", "本级", "全市", "市", "区本级", "县本级", "无"]
)
# Marks for an empty cell; any other cell without a readable character is a question.
_EMPTY_MARKS = frozenset("-—–―/\\.。、…~")
# A zone word may follow the name of its county: 慈溪高新区, 灌云县经济开发区.
_ZONE_WORD = re.compile(
    r"(?:国家级?|省级|市)?(?:经济技术|经济|高新技术产业|高新技术|高新|经|高|工业|综合保税|保税)?(?:开发)?(?:园区|区|园)"
)
_BUREAU = re.compile(
    r"(?:(?:中小|小微)?企业(?:发展)?(?:综合)?服务(?:中心|局)|企服中心|中小企业(?:发展)?(?:中心|局)"
    r"|管委会|管理委员会|人民政府|政府|办公室"
    r"|(?:工业和信息化|工业与信息化|工业信息化|经济和信息化|经济与信息化|科技和工业信息化|科技工业信息化|发改经信"
    r"|经济发展|经济运行|经济科技|经济贸易|科学技术|科技创新|科技信息化|科技经济|发展和改革|发展改革|产业发展|产业促进"
    r"|市场监督管理|市场监管|工信|经信|经发|经科|经贸|科技|科工|科工信|工科|科经|科信|科创|发改)(?:局|委员会|委|厅|办))+$"
)
_ENUMERATOR = re.compile(r"^(?:\([一二三四五六七八九十\d]+\)|[一二三四五六七八九十]+[、.]|\d+[、.])")
_COUNT = re.compile(r"[(:]?\d+[家户个]?\)?$")
_LOOKS_LIKE_AREA = re.compile(r"(?:省|市|区|县|州|盟|旗|镇|乡|街道|新城|科技城|园|港|岛|局|委|办|会|中心|政府)$")
_LIST_WORD = re.compile(
    r"^(?:SHEET|工作表|表)?\d*$|名单|名册|公示|公告|通过|认定|复核|附件|汇总|清单|明细|企业|批|类|制造业|服务业"
    r"|新增|更名|变更|取消|撤销|数据|年度|合计|小计|台账|名录|统计|一览|其他|20\d\d年?$"
)
_NAMES_A_CITY = ("province", "city")
_NEAREST = 3
_LIKENESS = 0.5


@dataclass(frozen=True)
class Resolution:
    """Where a row belongs.

    ``area_code`` may be a county, a zone, or only a city or province, tracked or not; None with no ``problem``
    means that no text names a place, so the list's own area holds. ``candidates`` are Chinese names with the city
    in front, for the person who is asked.
    """

    area_code: Code | None
    problem: Literal["unknown", "ambiguous"] | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Mention:
    """The areas that one text can mean; ``names_city``: it names a city or province, alone or in front."""

    codes: frozenset[Code]
    names_city: bool


class AreaResolver:
    """Resolves the area texts of rows against one catalogue; remembers every distinct question."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._areas = catalog.areas
        self._codes: dict[str, set[Code]] = {}
        for code, area in self._areas.items():
            for name in (area.name.zh, area.short.zh, *area.aliases) if area.kind != "unassigned" else ():
                self._codes.setdefault(_plain(name), set()).add(code)
            if area.kind != "unassigned":
                self._codes.setdefault(_plain(code), set()).add(code)
        self._namesakes = {area.shares_name_with: area for area in self._areas.values() if area.shares_name_with}
        self._longest = max(map(len, self._codes))
        self._mentions: dict[str, _Mention | None] = {}
        self._resolved: dict[tuple[Any, ...], Resolution] = {}

    def resolve(
        self,
        texts: Sequence[str | None],
        scope: Code | None,
        on: dt.date | None = None,
        printed_on: dt.date | None = None,
    ) -> Resolution:
        """The one area that all texts of a row allow.

        Args:
            texts: what the row prints about its place, coarse to fine; None where a column is empty. Sheet names
                and headings may be among them: words of lists ("名单", "Sheet1") are passed over, and so is any
                word that looks like no area unless it is the finest text.
            scope: the area of the list. A name without a city in front is looked for inside it (inside the whole
                city, where the list is a county's); without a scope, inside all tracked areas.
            on: the day whose division into areas is wanted. Left out, today's: an abolished district gives its
                successor. On a day before its end it gives itself.
            printed_on: the day of the list. A name that a newer area shares (两江新区 since November 2025) means
                either on a list of its time; the older area on one before, or on one without a day. In a list of
                one of the two the name means that one.
        """
        key = (tuple(texts), scope, on, printed_on)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(key[0], scope, on, printed_on)
        return self._resolved[key]

    def namesake(self, code: Code, printed_on: dt.date) -> tuple[str, ...]:
        """The two areas that the name of an area means on a list of a day; none where it means that area alone."""
        other = self._namesakes.get(code)
        is_shared = other is not None and self._began(other.area_code, printed_on)
        return self._paths((code, other.area_code)) if other is not None and is_shared else ()

    def names_area(self, text: str) -> bool:
        """Whether a text names some area, or says like 市本级 that no particular part is meant."""
        word = self._word(text)
        return word in _SAYS_NOTHING or self._mention(word) is not None

    def parts_within(self, scope: Code | None) -> tuple[str, ...]:
        """The Chinese names of today's counties and zones in an area; without one, of all that plans track."""
        today = (a for a in self._areas.values() if a.kind in ("county", "zone") and a.valid_to is None)
        return tuple(a.name.zh for a in today if self._is_in(a.area_code, scope))

    def named_in(self, text: str) -> tuple[Code, ...]:
        """The areas named in a running text such as a title, the finest of each chain, in order.

        Counties and zones count by their full name or directly after their city, cities and provinces by their
        short name too.
        """
        words = _plain(text)
        found: list[Code] = []
        position = 0
        is_adjacent = False
        while position < len(words):
            before = found[-1] if is_adjacent else None
            hit = self._in_running_text(words[position:], before)
            is_adjacent = hit is not None
            if hit is not None:
                found.append(hit[1])
            position += len(hit[0]) if hit else 1
        distinct = list(dict.fromkeys(found))
        return tuple(c for c in distinct if not any(c != other and self._holds(c, other) for other in distinct))

    def _in_running_text(self, text: str, before: Code | None) -> tuple[str, Code] | None:
        """The longest name at the start of a text that can mean only one area, with that area."""
        for name in self._names_in_front(text):
            codes = self._in_force(self._codes[name], None)
            inside = {c for c in codes if before is not None and self._holds(before, c)}
            certain = {c for c in codes if self._is_certain(name, c)}
            tracked = {c for c in certain if self._catalog.is_tracked(c)}
            choice = inside or tracked or certain
            if len(choice) == 1:
                return name, choice.pop()
        return None

    def _is_certain(self, name: str, code: Code) -> bool:
        """Whether a name says by itself which area it means: official, of a city, or with the city in front."""
        return self._is_official(name, code) or self._names_city(name, code)

    def _names_city(self, name: str, code: Code) -> bool:
        """Whether a name is that of a city or has its city in front: 苏州工业园区."""
        area = self._areas[code]
        parent = self._areas[area.parent_code] if area.parent_code else area
        return area.kind in _NAMES_A_CITY or name.startswith(parent.short.zh)

    def _resolve(
        self, texts: Iterable[str | None], scope: Code | None, on: dt.date | None, printed_on: dt.date | None
    ) -> Resolution:
        words = [word for text in texts if text and (word := self._word(text)) not in _SAYS_NOTHING and word]
        if any(_is_unreadable(text) for text in texts if text):
            return Resolution(None, "unknown")
        mentions = {word: mention for word in words if (mention := self._mention(word)) is not None}
        generic = {word: m for word, m in mentions.items() if not self._is_reachable(word, mentions, scope)}
        named = {word: m for word, m in mentions.items() if word not in generic}
        places = self._without_namesakes(self._common(named.values(), scope, on), scope, printed_on)
        if len(places) == 1 and self._is_outside(next(iter(places))):
            return Resolution(next(iter(places)))
        if named and len(places) != 1:
            options = places or {c for m in named.values() for c in self._in_force(m.codes, on)}
            return Resolution(None, "ambiguous", self._paths(options))
        region = next(iter(places), self._region(scope))
        options = {c for m in generic.values() for c in self._in_force(m.codes, on) if self._is_in(c, region)}
        if options:
            return Resolution(None, "ambiguous", self._paths(options))
        unread = [word for word in words if word not in named and self._is_expected(word, word == words[-1])]
        if unread:
            return Resolution(None, "unknown", self._nearest(unread[-1], region))
        return Resolution(next(iter(places), None))

    def _word(self, text: str) -> str:
        """The text without number, count and punctuation; a bureau gives the name of its area."""
        key = text_key(text)
        word = _plain(_COUNT.sub("", _ENUMERATOR.sub("", key)) or key)
        return word if word in self._codes else _BUREAU.sub("", word)

    def _is_expected(self, word: str, is_finest: bool) -> bool:
        """Whether a word without an area is a question; headings and sheet names may speak of other things."""
        if _LOOKS_LIKE_AREA.search(word):
            return True
        return is_finest and _LIST_WORD.search(word) is None

    def _mention(self, word: str) -> _Mention | None:
        if word not in self._mentions:
            self._mentions[word] = self._read(word)
        return self._mentions[word]

    def _read(self, word: str) -> _Mention | None:
        if word in self._codes:
            codes = frozenset(self._codes[word])
            return _Mention(codes, all(self._names_city(word, c) for c in codes))
        # Only the longest name in front counts: 连云港市某区 must not be read as 连云 and a rest.
        front = next(self._names_in_front(word), None)
        if front is None:
            return None
        rest = word[len(front) :]
        behind = self._mention(rest)
        codes = frozenset(c for whole in self._codes[front] for c in self._parts(whole, front, rest, behind))
        if not codes:
            return None
        is_city = all(self._areas[c].kind in _NAMES_A_CITY for c in self._codes[front])
        return _Mention(codes, is_city or (behind is not None and behind.names_city))

    def _parts(self, whole: Code, front: str, rest: str, behind: _Mention | None) -> set[Code]:
        """What a name with something behind it can mean: the part that the rest names, or the whole itself."""
        inside = {c for c in behind.codes if self._holds(whole, c)} if behind else set()
        is_city, is_outside = self._areas[whole].kind in _NAMES_A_CITY, self._is_outside(whole)
        if is_city and not is_outside:
            return inside
        is_zone_word = _ZONE_WORD.fullmatch(rest) is not None
        if inside and not is_zone_word:
            return inside
        if behind is not None and not is_zone_word:
            return set()
        # Below a county nothing is held, so a street or park behind its full name changes nothing. A zone word may
        # mean the county's own zone or the city's zone that lies there: both stay open.
        is_county_with_zone = is_zone_word and self._areas[whole].kind == "county"
        is_part_outside = is_city and rest.endswith(("市", "区", "县", "州"))
        is_plain = self._is_official(front, whole) or is_county_with_zone or is_part_outside
        return inside | {whole} if is_plain else set()

    def _is_reachable(self, word: str, mentions: dict[str, _Mention], scope: Code | None) -> bool:
        """Whether a word may be read at all: 高新区 and 开发区 exist everywhere and need their city."""
        mention = mentions[word]
        if mention.names_city or word not in self._codes or not all(self._is_generic(word, c) for c in mention.codes):
            return True
        others = [m for other, m in mentions.items() if other != word]
        context = {c for m in others for c in m.codes}
        if scope is not None and not any(m.names_city for m in others):
            context |= set(self._catalog.ancestors(scope))
        return any(self._is_city_of(c, code) for c in context for code in mention.codes)

    def _is_city_of(self, whole: Code, code: Code) -> bool:
        """Whether an area is, or lies in, the city of a zone; zones of 重庆 report to what stands among provinces."""
        is_narrow = self._areas[whole].kind != "province" or whole == self._areas[code].parent_code
        return is_narrow and self._holds(whole, code)

    def _common(self, mentions: Iterable[_Mention], scope: Code | None, on: dt.date | None) -> set[Code]:
        """The areas that every text allows, cut to the list's own area where the row names no city."""
        mentions = list(mentions)
        union = {c for m in mentions for c in m.codes}
        allowed = {c for c in union if all(any(self._holds(w, c) for w in m.codes) for m in mentions)}
        region = self._region(scope)
        here = {c for c in allowed if self._is_in(c, region)}
        here |= {c for c in allowed if self._areas[c].shares_name_with in here}
        names_city = any(m.names_city for m in mentions)
        return self._in_force(here or allowed if names_city else here, on)

    def _without_namesakes(self, codes: set[Code], scope: Code | None, printed_on: dt.date | None) -> set[Code]:
        """Of two areas of one name the list's own, and the older one on a list of before the newer one's time."""
        newer = {code for code in codes if self._areas[code].shares_name_with in codes}
        if scope in codes:
            older = {shared for code in newer if (shared := self._areas[code].shares_name_with) is not None}
            return codes - (older if scope in newer else newer)
        return {c for c in codes if c not in newer or (printed_on and self._began(c, printed_on))}

    def _began(self, code: Code, on: dt.date) -> bool:
        begins = self._areas[code].valid_from
        return begins is not None and begins <= on

    def _region(self, scope: Code | None) -> Code | None:
        """Where bare names are looked for: the list's area, for a county's list its whole city."""
        if scope is None or self._areas[scope].kind in _NAMES_A_CITY:
            return scope
        return self._areas[scope].parent_code or scope

    def _is_in(self, code: Code, region: Code | None) -> bool:
        """Whether an area lies in a region; without one, whether any plan tracks it."""
        return self._catalog.is_tracked(code) if region is None else self._holds(region, code)

    def _holds(self, whole: Code, part: Code) -> bool:
        """Whether ``part`` is ``whole``, reports to it, or lies in it as a zone lies in its host."""
        host = self._areas[part].located_in
        return whole in self._catalog.ancestors(part) or (host is not None and self._holds(whole, host))

    def _is_outside(self, code: Code) -> bool:
        """Whether no plan covers the area or any part of it: then its parts are not held either."""
        roots = self._catalog.tracked_roots
        return not self._catalog.is_tracked(code) and not any(self._holds(code, root) for root in roots)

    def _is_official(self, name: str, code: Code) -> bool:
        return name == _plain(self._areas[code].name.zh)

    def _is_generic(self, name: str, code: Code) -> bool:
        if self._is_official(name, code):
            return False
        return self._areas[code].kind == "zone" or _ZONE_WORD.fullmatch(name) is not None

    def _in_force(self, codes: Iterable[Code], on: dt.date | None) -> set[Code]:
        return {self._successor(code, on) for code in codes}

    def _successor(self, code: Code, on: dt.date | None) -> Code:
        area: Area = self._areas[code]
        is_over = area.valid_to is not None and (on is None or area.valid_to < on)
        return self._successor(area.successor, on) if is_over and area.successor is not None else code

    def _names_in_front(self, text: str) -> Iterator[str]:
        lengths = range(min(self._longest, len(text)), 1, -1)
        return (text[:length] for length in lengths if text[:length] in self._codes)

    def _nearest(self, word: str, region: Code | None) -> tuple[str, ...]:
        pool = {name: code for name, codes in self._codes.items() for code in codes if self._is_in(code, region)}
        near = difflib.get_close_matches(word, pool, n=_NEAREST, cutoff=_LIKENESS)
        return self._paths(dict.fromkeys(self._successor(pool[name], None) for name in near), is_sorted=False)

    def _paths(self, codes: Iterable[Code], is_sorted: bool = True) -> tuple[str, ...]:
        """Chinese names with the city (or province) in front, unless the name carries it already."""
        ordered = sorted(codes) if is_sorted else codes
        return tuple(self._path(self._areas[code]) for code in ordered)

    def _path(self, area: Area) -> str:
        if area.kind in _NAMES_A_CITY or area.parent_code is None:
            return area.name.zh
        parent = self._areas[area.parent_code]
        path = area.name.zh if area.name.zh.startswith(parent.short.zh) else parent.name.zh + area.name.zh
        # A name that two areas share answers no question; their codes may stand in an area column.
        is_shared = area.area_code in self._namesakes or area.shares_name_with is not None
        return f"{path}（{area.area_code}）" if is_shared else path


def _is_unreadable(text: str) -> bool:
    """Whether a cell holds signs only ("?") that are no usual mark for "none"."""
    return not _plain(text) and bool(set(text_key(text)) - _EMPTY_MARKS)


# Every resolver asks for all names of the catalogue again, and lists for the same few places.
@lru_cache(maxsize=16_384)
def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text_key(text))
