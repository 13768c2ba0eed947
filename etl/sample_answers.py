"""What the invented enterprises and districts of the demo would answer when asked: levels that rise over the years."""

from __future__ import annotations

import datetime as dt
import math
import zlib
from dataclasses import dataclass, field

from etl.sample_settings import CountStory, ReportStory, WorldStory
from etl.sample_world import Enterprise, World
from tracker.catalog_models import Code

# Asked are the holders of these titles: a little giant is a specialised SME.
_ASKED = ("srdi", "little_giant")
_YES_NO = {True: "是", False: "否"}
# What the larger SMEs of a district without specialised ones earn, in 万元.
_OTHER_REVENUE = 20_000


@dataclass(frozen=True)
class Money:
    """What an enterprise states of a year, in 万元."""

    revenue: int
    main: int
    research: int


@dataclass
class Answers:
    """Gives the numbers of one demo; the same question has the same answer."""

    world: World
    names: WorldStory
    story: ReportStory
    _places: dict[int, int] = field(default_factory=dict)

    def holders(self, day: dt.date) -> list[Enterprise]:
        """Who is asked on a day. Each gets a place in line for good, by which levels reach one after the other."""
        found = self.world.holders(_ASKED, day)
        for enterprise in found:
            self._places.setdefault(enterprise.number, len(self._places))
        return found

    def answering(self, day: dt.date) -> list[Enterprise]:
        """Who of them answers."""
        return [
            enterprise
            for enterprise in self.holders(day)
            if not self.is_silent(enterprise.area, day)
            and 100 * self._rank(enterprise, "who answers") < self.story.answered_percent
        ]

    def is_silent(self, area: Code, day: dt.date) -> bool:
        """Whether a district has stopped to report."""
        return day > self.story.silent_after.get(area, day)

    def yes_or_no(self, enterprise: Enterprise, question: str, percent: float) -> str:
        """The answer to a question to which that share of all says yes; no one who did says no later."""
        return _YES_NO[100 * self._rank(enterprise, question) < percent + self._lead(enterprise)]

    def level(self, start: float, end: float, quarter: dt.date) -> float:
        """A level that goes straight from the first to the last quarter."""
        passed = self.story.quarters.index(quarter) / (len(self.story.quarters) - 1)
        return start + (end - start) * passed

    def key_processes(self, enterprise: Enterprise, quarter: dt.date) -> tuple[int, int]:
        """How many key processes there are, and how many of them are under numerical control."""
        story = self.story.enterprise_quarter.key_processes
        total = story.least + int(self._rank(enterprise, "processes") * (story.most - story.least + 1))
        middle = self.level(story.start, story.end, quarter) + self._lead(enterprise)
        percent = middle + story.spread * (self._rank(enterprise, "control") - 0.5)
        return total, round(total * min(max(percent, 0), 100) / 100)

    def money(self, enterprise: Enterprise, year: int) -> Money:
        """Revenue, main revenue and research. Few are large, as everywhere."""
        story, years = self.story.enterprise_year.revenue, self.story.enterprise_year.years
        first = story.least + (story.most - story.least) * self._rank(enterprise, "revenue") ** 3
        revenue = round(first * (1 + story.growth_percent / 100) ** (year - min(years)))
        percent = years[year].research_percent * (0.5 + self._rank(enterprise, "research"))
        percent += self._lead(enterprise) / 20
        main_percent = story.main_percent + story.main_spread * (self._rank(enterprise, "main revenue") - 0.5)
        return Money(revenue, round(revenue * main_percent / 100), round(revenue * percent / 100))

    def patents(self, enterprise: Enterprise, year: int) -> int:
        """Valid granted patents: between a quarter of the level and somewhat less than its double."""
        level = self.story.enterprise_year.years[year].patents
        return round(level * (0.25 + 1.5 * self._rank(enterprise, "patents")))

    def chain(self, enterprise: Enterprise) -> str:
        """The industrial chain of an enterprise."""
        return self.names.chains[self.names.trades.index(enterprise.trade)]

    def count(self, story: CountStory, area: Code, quarter: dt.date) -> int:
        """How many of the city's total of a quarter stand in a district."""
        total = story.totals[self.story.quarters.index(quarter)]
        return sum(story.places[number % len(story.places)] == area for number in range(total))

    def officers(self, area: Code, quarter: dt.date) -> int:
        """The service officers of a district."""
        story = self.story.area_quarter.officers
        holders = sum(enterprise.area == area for enterprise in self.holders(quarter))
        return math.ceil(self.level(story.start, story.end, quarter) * holders)

    def revenue_of_areas(self, year: int) -> dict[Code, int]:
        """The main revenue of all larger SMEs by district, in 万元."""
        share = self.story.enterprise_year.years[year].revenue_share
        found = dict.fromkeys(self.names.areas, _OTHER_REVENUE)
        for enterprise in self.holders(dt.date(year, 12, 31)):
            main = self.money(enterprise, year).main
            found[enterprise.area] += round(100 * main / (share + self._lead(enterprise) / 2))
        return found

    def _rank(self, enterprise: Enterprise, question: str) -> float:
        """Where an enterprise stands between 0 and 1: all together evenly spread, and for each question anew."""
        step = math.sqrt(zlib.crc32(question.encode()))
        return self._places[enterprise.number] * step % 1

    def _lead(self, enterprise: Enterprise) -> float:
        return self.story.lead.get(enterprise.area, 0)
