"""A comparison in sentences, in either language: the finding, and of every row why it stands where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from etl.compare_file import Compared
from tracker import text
from tracker.catalog import Catalog
from tracker.catalog_models import Code
from tracker.text import word

_MAIN_REASONS = 3
_ASIDE = ("duplicate", "unreadable", "other_title", "other_area")
Row = Mapping[str, Any]


class Teller:
    """Tells one comparison in one language."""

    def __init__(self, compared: Compared, catalog: Catalog, language: str) -> None:
        self.compared = compared
        self.language = language
        self._catalog = catalog
        self._theirs = {row["place"]: row for row in compared.result.theirs.iter_rows(named=True)}

    @property
    def title(self) -> str:
        """What is compared, and as of when."""
        compared = self.compared
        names = {"area": self.area(compared.area_code), "tier": self.tier(compared.tier)}
        return word("compare.title", self.language, **names, as_of=self.as_of)

    @property
    def as_of(self) -> str:
        """The month; the running one with its cut-off."""
        return text.as_of(self.compared.day, self.compared.build.data_cutoff, self.language)

    @property
    def finding(self) -> list[str]:
        """The finding in a sentence, and what belongs to it."""
        counts = self.compared.result.counts
        if not counts["theirs"]:
            sentences = [word("compare.nothing_left", self.language, **counts)]
        elif counts["only_theirs"] or counts["only_ours"]:
            sentences = [word("compare.differ", self.language, **counts)]
        else:
            sentences = [word("compare.same", self.language, **counts)]
        sides = (self.reasons("only_theirs"), self.reasons("only_ours"))
        if sides[0]:
            sentences.append(word("compare.most", self.language, reasons=self._listed_reasons(sides[0])))
        if sides[1]:
            sentences.append(word("compare.most_ours", self.language, reasons=self._listed_reasons(sides[1])))
        aside = [
            word("compare.row_number", self.language, outcome=self.outcome(name), number=counts[name])
            for name in _ASIDE
            if counts[name]
        ]
        if aside:
            sentences.append(word("compare.not_compared", self.language, rows=text.listed(aside, self.language)))
        return sentences

    def reasons(self, outcome: str) -> list[tuple[str, int]]:
        """The reasons of ``only_theirs`` or ``only_ours`` with how many there are of each, the most frequent first."""
        side = self.compared.result.theirs if outcome == "only_theirs" else self.compared.result.ours
        found = side.filter(pl.col("outcome") == outcome).group_by("reason").agg(number=pl.len())
        return found.sort("number", "reason", descending=[True, False]).rows()

    def _listed_reasons(self, reasons: list[tuple[str, int]]) -> str:
        told = [
            word("compare.reason_number", self.language, reason=self.reason(reason), number=number)
            for reason, number in reasons[:_MAIN_REASONS]
        ]
        return text.listed(told, self.language)

    def reason(self, code: str) -> str:
        """A reason in a few words."""
        return word(f"compare.reason.{code}", self.language)

    def area(self, code: Code | None) -> str:
        """The name of an area; a dash for none."""
        return self._catalog.areas[code].name.in_language(self.language) if code in self._catalog.areas else "–"

    def tier(self, code: Code) -> str:
        """The short name of a tier."""
        return self._catalog.tiers[code].short.in_language(self.language)

    def _tiers(self, codes: str | None) -> str:
        known = [self.tier(code) for code in (codes or "").split(",") if code in self._catalog.tiers]
        return text.listed(known, self.language)

    def place(self, sheet: str | None, row: int) -> str:
        """Where a row stands; text files have no sheets."""
        return word("compare.at", self.language, sheet=sheet or "", row=row).strip()

    def source(self, row: Row) -> str:
        """File, sheet and row of ours that something rests on; what is derived rests on a whole file."""
        file: str = row["file"] or ""
        if row["file_row"] is None:
            return file
        place = self.place(row["file_sheet"], row["file_row"])
        return word("compare.sources", self.language, file=file, place=place)

    def why_theirs(self, row: Row) -> str:
        """Why a row of theirs is not with us."""
        problem = row["rule"] and word(
            f"rule.{row['rule']}", self.language, value=row["value"] or "–", candidates=row["candidates"] or "–"
        )
        told = {name: _day(row[name]) for name in ("on", "valid_to")}
        sentence = word(
            f"compare.why.{row['reason']}",
            self.language,
            **told,
            tiers=self._tiers(row["tiers"]),
            tier=self.tier(self.compared.tier),
            area=self.area(row["area_code"]),
            problem=problem or "–",
            other_name=row["other_name"],
            other_uscc=row["other_uscc"],
        )
        later = [word("compare.note.later_on", self.language, later_on=row["later_on"])] if row["later_on"] else []
        return self._joined([sentence, *later, *self._recognised(row)])

    def why_both(self, row: Row) -> str:
        """How a row was recognised where its name alone does not say it, and where their list places it otherwise."""
        elsewhere = word("compare.note.elsewhere", self.language, area=row["area_printed"] or "–")
        return self._joined([*self._recognised(row), *([elsewhere] if row["is_elsewhere"] else [])])

    def _recognised(self, row: Row) -> list[str]:
        known = [word(f"compare.note.{row['how']}", self.language, our_name=row["our_name"])] if _is_told(row) else []
        return [*known, *([word("compare.note.code_fault", self.language)] if row["code_fault"] else [])]

    def why_ours(self, row: Row) -> str:
        """Why an enterprise of ours counts, and which row of theirs comes near it."""
        reason = word(
            f"compare.why.{row['reason']}",
            self.language,
            event_on=_day(row["event_on"]),
            valid_to=_day(row["valid_to"]),
            via_tier=self.tier(row["via_tier"]),
            tier=self.tier(self.compared.tier),
        )
        estimated = [word("compare.note.estimated", self.language)] if row["valid_to_estimated"] else []
        near = []
        if row["near"] is not None:
            theirs = self._theirs[row["near_place"]]
            values = {"row": theirs["row"], "name": theirs["name"]}
            near = [word(f"compare.note.near_{row['near']}", self.language, **values)]
        return self._joined([reason, *estimated, *near])

    def why_aside(self, row: Row) -> str:
        """Why a row of theirs was not compared."""
        if row["outcome"] == "duplicate":
            return word("compare.why.duplicate", self.language, row=self._theirs[row["repeats"]]["row"])
        if row["outcome"] == "unreadable":
            if row["fault"] == "identity_torn":
                names = {"our_name": row["our_name"], "clash_name": row["clash_name"]}
                return word("compare.why.identity_torn", self.language, **names)
            value = row["uscc"] if row["fault"].startswith("uscc_") else row["name"]
            return word(f"rule.{row['fault']}", self.language, value=value or "–", candidates="–")
        said = self._tiers(row["tiers_said"]) if row["outcome"] == "other_title" else row["area_printed"]
        return word("compare.why.other_aside", self.language, said=said or self.outcome(row["outcome"]))

    def outcome(self, code: str) -> str:
        """What became of a row that was not compared, in a word."""
        return word(f"compare.outcome.{code}", self.language)

    def _joined(self, sentences: Iterable[str]) -> str:
        return (" " if self.language == "en" else "").join(sentences)


def _is_told(row: Row) -> bool:
    """Whether it must be said how a row was recognised: not where the names agree, nor where none is printed."""
    return row["how"] not in (None, "same_name")


def _day(day: dt.date | None) -> str:
    return "–" if day is None else day.isoformat()
