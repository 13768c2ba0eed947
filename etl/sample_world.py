"""The invented enterprises of the demo and their lives: who gains, keeps, changes and loses which title when."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from etl.sample_settings import ListStory, WorldStory
from tracker.catalog import Catalog
from tracker.catalog_models import Code

_NO_TITLE = "none"
_GRACE = dt.timedelta(days=365)
# How much more easily an enterprise stays on a list than another comes to it.
_STAYING = 12
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Span:
    """One title from the day on which it counts to its last day, or to the day on which it was taken away."""

    tier: Code
    batch: str | None
    is_review: bool
    cohort: int
    counts_from: dt.date
    valid_to: dt.date
    ended_on: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Whether the title counts on a day, the wait for its review included."""
        is_over = self.ended_on is not None and self.ended_on <= day
        return self.counts_from <= day <= self.valid_to + _GRACE and not is_over


@dataclass
class Enterprise:
    """One invented enterprise as it is on the day that is being told. ``number`` never changes."""

    number: int
    place: str
    words: str
    uscc: str
    area: Code
    trade: str
    spans: list[Span] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The full name of the day."""
        return self.place + self.words

    def holds(self, tiers: Iterable[Code], day: dt.date) -> bool:
        """Whether the enterprise holds one of some titles on a day."""
        wanted = set(tiers)
        return any(span.tier in wanted and span.holds(day) for span in self.spans)


@dataclass(frozen=True)
class Line:
    """An enterprise as one list prints it: with the name and the area of its day."""

    name: str
    uscc: str
    area: Code
    former_name: str | None = None


@dataclass(frozen=True)
class Listed:
    """A list and the lines on it."""

    story: ListStory
    lines: tuple[Line, ...]


class World:
    """All enterprises; telling the lists in the order of their dates moves them on."""

    def __init__(self, story: WorldStory, catalog: Catalog) -> None:
        self._story = story
        self._order = {code: place for place, code in enumerate(story.areas)}
        self._chosen: dict[str, list[Enterprise]] = {}
        self.enterprises = _enterprises(story, catalog)

    def tell(self, story: ListStory) -> Listed:
        """Choose who is on a list, let it take effect, and print it."""
        # A list's own dice: changing one list does not shuffle those that do not depend on it.
        dice = random.Random(f"{self._story.seed} {story.name}")
        candidates = self._candidates(story)
        before = {e.number for e in self._chosen[story.follows]} if story.follows else set()
        drawn = sorted(candidates, key=lambda e: dice.random() ** (1 / self._strength(e, before)), reverse=True)
        chosen = sorted(drawn[: story.take], key=lambda e: (self._order[e.area], e.number))
        self._chosen[story.name] = chosen
        former = {enterprise.number: enterprise.name for enterprise in chosen}
        self._take_effect(story, chosen)
        lines = (Line(e.name, e.uscc, e.area, former[e.number] if story.effect == "rename" else None) for e in chosen)
        return Listed(story, tuple(lines))

    def holders(self, tiers: Iterable[Code], day: dt.date) -> list[Enterprise]:
        """Who holds one of some titles on a day, in the order of areas."""
        wanted = tuple(tiers)
        found = [enterprise for enterprise in self.enterprises if enterprise.holds(wanted, day)]
        return sorted(found, key=lambda e: (self._order[e.area], e.number))

    def _strength(self, enterprise: Enterprise, before: Collection[int]) -> float:
        return self._story.areas[enterprise.area].strength * (_STAYING if enterprise.number in before else 1)

    def _candidates(self, story: ListStory) -> list[Enterprise]:
        if story.named_on is not None:
            return self._chosen[story.named_on]
        if story.reviews is not None:
            return [e for e in self.enterprises if _open_spans(e, story.tier, story.reviews)]
        if story.holding == _NO_TITLE:
            return [e for e in self.enterprises if not any(span.holds(story.on) for span in e.spans)]
        holders = [e for e in self.enterprises if e.holds([story.holding or story.tier], story.on)]
        if story.holding == story.tier:
            return [e for e in holders if story.cohort is None or _open_spans(e, story.tier, story.cohort)]
        return [e for e in holders if not any(span.tier == story.tier for span in e.spans)]

    def _take_effect(self, story: ListStory, chosen: list[Enterprise]) -> None:
        if story.event == "review_passed":
            for enterprise in self.enterprises:
                _end(enterprise, story.tier, story.on, story.reviews)
        if story.event in ("recognition", "review_passed") and story.window is not None:
            begins, ends = story.window
            is_review, cohort = story.event == "review_passed", story.cohort or begins.year
            span = Span(story.tier, story.batch, is_review, cohort, max(begins, story.on), ends)
            for enterprise in chosen:
                enterprise.spans.append(span)
        if story.event in ("revoked", "moved_out"):
            for enterprise in chosen:
                _end(enterprise, story.tier, story.on)
        for enterprise in chosen:
            if story.effect == "rename":
                enterprise.place = self._story.new_place
            elif story.effect == "move" and story.to is not None:
                enterprise.area = story.to


def _open_spans(enterprise: Enterprise, tier: Code, cohort: int) -> list[Span]:
    return [s for s in enterprise.spans if (s.tier, s.cohort, s.ended_on) == (tier, cohort, None)]


def _end(enterprise: Enterprise, tier: Code, day: dt.date, cohort: int | None = None) -> None:
    """End the titles of one tier, or of one cohort of it."""
    enterprise.spans = [
        replace(span, ended_on=day)
        if span.tier == tier and span.ended_on is None and cohort in (None, span.cohort)
        else span
        for span in enterprise.spans
    ]


def _enterprises(story: WorldStory, catalog: Catalog) -> list[Enterprise]:
    """As many in each area as the story says, no two of one name."""
    dice = random.Random(f"{story.seed} enterprises")
    pairs = [a + b for a in story.first_characters for b in story.second_characters]
    found: list[Enterprise] = []
    for code, area in story.areas.items():
        brands = [(pair, trade) for pair in pairs for trade in story.trades]
        for brand, trade in dice.sample(brands, area.enterprises):
            words = f"{brand}{trade}{dice.choice(story.forms)}{story.mark}"
            number = len(found) + 1
            uscc = credit_code(story.code_area, number)
            found.append(Enterprise(number, catalog.areas[code].short.zh, words, uscc, code, trade))
    return found


def credit_code(area: str, number: int) -> str:
    """A unified social credit code of an enterprise with right check digits by GB 11714 and GB 32100."""
    body = f"MA{number:06d}"
    weighted = zip((3, 7, 9, 10, 5, 8, 4, 2), (int(character, 36) for character in body), strict=True)
    check = 11 - sum(weight * value for weight, value in weighted) % 11
    front = f"91{area}{body}" + {10: "X", 11: "0"}.get(check, str(check))
    total = sum(pow(3, place, 31) * _CODE_ALPHABET.index(character) for place, character in enumerate(front))
    return front + _CODE_ALPHABET[-total % 31]
