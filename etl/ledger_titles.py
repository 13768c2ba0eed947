"""Which title the words of a ledger mean, and what is known of each: its names, its batches, its years."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from etl.clean import text_key
from etl.header import bare
from etl.inbox import Reading
from etl.ledger_cells import CellFault, Claim, Title
from etl.ledger_claims import claims_of
from etl.propose import title_tier
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Header

POOL = "pool"
_HELD = ".held"
_SEVERAL = re.compile(r"[、,，;；/\n+]")
_BATCH_OR_YEAR = re.compile(r"20\d\d年?|第?[一二三四五六七八九十\d]{1,3}批")
_EARLIEST_YEAR = 2000


def title_names(catalog: Catalog) -> dict[str, Code]:
    """Short and full names of titles, normalised like captions -> tier, or ``pool``."""
    held = (header for field, header in catalog.headers.items() if field.endswith(_HELD))
    return {bare(name): header.field.removesuffix(_HELD) for header in held for name in header.captions}


class TitleReader:
    """Reads the titles of one ledger; remembers every distinct question."""

    def __init__(self, catalog: Catalog, reading: Reading, received_on: dt.date) -> None:
        self._catalog = catalog
        self._reading = reading
        self._received_on = received_on
        self._names = title_names(catalog)
        self._tiers: dict[tuple[str | None, str | None, int | None], tuple[Code | None, str | None]] = {}
        self._titles: dict[Code, Title] = {}
        self._claims: dict[tuple[Any, ...], tuple[tuple[Claim, ...], CellFault | None]] = {}

    def claims(self, tier: Code, cells: Mapping[str, str | None]) -> tuple[tuple[Claim, ...], CellFault | None]:
        """What the cells of a title state, as :func:`claims_of`; ledgers say the same things over and over."""
        key = (tier, *cells.items())
        if key not in self._claims:
            self._claims[key] = claims_of(cells, self._title(tier))
        return self._claims[key]

    @property
    def stated_tier(self) -> Code | None:
        """The title that the reading states for rows that name none."""
        return self._reading.tier

    def _title(self, tier: Code) -> Title:
        if tier not in self._titles:
            self._titles[tier] = self._known(tier)
        return self._titles[tier]

    def _known(self, tier: Code) -> Title:
        if tier == POOL:
            return Title(tuple(name for header in self._held for name in header.captions))
        known = self._catalog.tiers[tier]
        header = self._catalog.headers.get(tier + _HELD)
        cohorts = {int(batch.batch): batch.cohort_year for batch in known.batches if batch.batch.isdecimal()}
        return Title(header.captions if header else (), cohorts, known.validity_years)

    @cached_property
    def _held(self) -> list[Header]:
        return [header for field, header in self._catalog.headers.items() if field.endswith(_HELD)]

    def tier_of(self, level: str | None, text: str | None, year: int | None) -> tuple[Code | None, str | None]:
        """The tier (or ``pool``) that a title cell names, or the rule that it breaks.

        Args:
            level: 国家级, 省级 … where it stands in a column of its own.
            text: the title; None where only the level is printed.
            year: the year of the title; some wordings changed their meaning.
        """
        key = (level, text, year)
        if key not in self._tiers:
            self._tiers[key] = self._tier_of(level or "", text or "", year or self._year)
        return self._tiers[key]

    @property
    def _year(self) -> int | None:
        return self._reading.event_on.year if self._reading.event_on else None

    def _tier_of(self, level: str, text: str, year: int | None) -> tuple[Code | None, str | None]:
        parts = [part for part in _SEVERAL.split(text) if part.strip()] or [""]
        outcomes = {self._single(level + part, year) for part in parts}
        if len(outcomes) == 1:
            return outcomes.pop()
        rules = [rule for _, rule in outcomes if rule is not None]
        return None, rules[0] if rules else "ledger_several_titles"

    def _single(self, printed: str, year: int | None) -> tuple[Code | None, str | None]:
        named = self._names.get(bare(printed))
        if named is not None:
            return named, None
        is_known, tier = title_tier(self._catalog, printed, year, self._reading.area_code)
        if tier is not None:
            return tier, None
        if is_known and self._is_pool(printed):
            return POOL, None
        return None, "title_not_counted" if is_known else "title_unknown"

    def _is_pool(self, printed: str) -> bool:
        return re.search(self._catalog.titles[POOL].pattern, text_key(printed)) is not None

    def tier_named(self, text: str | None) -> Code | None:
        """The tier that a heading, sheet name or title row names, None where it names none or leaves it open."""
        return self.tier_of(None, text, None)[0] if text else None

    @staticmethod
    def batch_in(printed: str) -> str | None:
        """The batch or year inside a title cell: 第五批专精特新“小巨人”企业."""
        return "".join(_BATCH_OR_YEAR.findall(printed)) or None

    def is_possible(self, claim: Claim) -> bool:
        """Whether year and day lie between the first titles and the receipt of the file."""
        is_year = claim.year is None or _EARLIEST_YEAR <= claim.year <= self._received_on.year
        return is_year and (claim.day is None or claim.day <= self._received_on)

    def speaks_of_title(self, caption: str) -> bool:
        """Whether a caption that no field fits speaks of a title all the same."""
        key = re.sub(r"[()/]", "", text_key(caption))
        return any(re.search(variant.pattern, key) for variant in self._catalog.titles.values())
