"""What the page of candidates shows of a view: the choices, the judged names, the workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import streamlit as st

from tracker import candidates, candidates_words, enterprises, ladder, text
from tracker.candidates import STANDINGS
from tracker.criteria import RESULTS, Version, version_on
from tracker.enterprises_words import Labels
from tracker.findings import Row
from tracker.links import View
from tracker.text import word
from tracker.ui.enterprise_reads import number_behind
from tracker.ui.frame import offer_book
from tracker.ui.reading import targets_at
from tracker.ui.state import pick
from tracker.viewing import DEFAULT_RULE
from tracker.warehouse import read


@dataclass(frozen=True)
class CandidateList:
    """The names for a tier: ``every`` candidate, those of them ``picked``, ``holders`` at risk, how each is judged."""

    tier: str
    name: str
    target: Row | None
    every: pl.DataFrame
    picked: pl.DataFrame
    holders: pl.DataFrame
    version: Version
    review_version: Version
    rules: list[str]
    counts: dict[str, int]
    codes: dict[str, str]


def candidate_list(view: View) -> CandidateList:
    """Draw the choices and return the list that they describe."""
    language = view.language
    tiers = dict(ladder.tiers(view.build_id, language).select("tier", "short").iter_rows())
    first, second, third, fourth, fifth = st.columns([5, 4, 8, 6, 4], gap="small")
    with first:
        tier = _pick_tier(view, tiers)
    place = (view.build_id, view.plan_id, view.area_code, tier, view.as_of)
    coming_on = candidates.coming_on(view.build_id, view.plan_id, tier, view.as_of)
    day = coming_on or view.as_of
    known = candidates.versions(view.build_id, tier, language)
    coming = version_on(known, day)
    with second:
        standing = pick("standing", ["", *STANDINGS], word("candidates.column_standing", language), _standing(language))
    with third:
        by_id = {version.version_id: version for version in sorted(known, key=lambda one: one is not coming)}
        version_id = pick(
            "rules",
            list(by_id),
            word("candidates.rules", language),
            lambda code: candidates_words.version_name(by_id[code], language),
        )
    version = by_id[version_id]
    with fourth:
        names = {criterion.criterion_id: criterion.short.in_language(language) for criterion in version.criteria}
        every = word("enterprises.every", language)
        criterion_id = pick(
            "criterion",
            ["", *names],
            word("candidates.column_criterion", language),
            lambda code: names[code] if code else every,
        )
    with fifth:
        result = pick(
            "result",
            ["", *RESULTS],
            word("candidates.column_result", language),
            lambda code: word(f"candidates.result_{code}", language) if code else every,
            disabled=not criterion_id,
        )
    review = version_on(known, day, is_review=True) if version is coming else version
    rows = candidates.judged(*place, version)
    holders = candidates.judged(*place, review, is_review=True)
    targets = ladder.targets_by_tier(
        targets_at(view.build_id, view.plan_id, view.as_of, language, DEFAULT_RULE),
        dict(read(view.build_id, "tier_indicators").iter_rows()),
    )
    picked = candidates.narrowed(rows, version, standing, criterion_id, result)
    codes = {"tier": tier, "standing": standing, "rules": version_id if version is not coming else ""}
    return CandidateList(
        tier=tier,
        name=tiers[tier],
        target=targets.get((tier, view.area_code)),
        every=rows.filter(pl.col("standing") == standing) if standing else rows,
        picked=picked,
        holders=holders,
        version=version,
        review_version=review,
        rules=candidates_words.rules_in_words(version, coming_on if version is coming else None, language),
        counts=candidates.standing_numbers(candidates.numbers_by_area(rows, view.area_code), view.area_code),
        codes=codes,
    )


def _pick_tier(view: View, tiers: dict[str, str]) -> str:
    """The tier of the target of a link first, else the highest of the ladder."""
    number = number_behind(view)
    wanted = number.tier if number is not None and number.tier in tiers else "little_giant"
    order = sorted(tiers, key=lambda tier: tier != wanted)
    return pick("tier", order, word("ladder.choose", view.language), tiers.__getitem__)


def _standing(language: str) -> Callable[[str], str]:
    every = word("enterprises.every", language)
    return lambda code: word(f"candidates.standing_{code}", language) if code else every


def units_of_measures(view: View) -> dict[str, str]:
    """The unit of each measure of enterprises."""
    return dict(read(view.build_id, "measure_units").iter_rows())


def offer_candidates(view: View, found: CandidateList, finding: str, labels: Labels) -> None:
    """A button for all names, one sheet a group."""
    language = view.language

    def sheets() -> dict[str, pl.DataFrame]:
        groups = [
            (enterprises.with_names(view.build_id, rows), version)
            for rows, version in ((found.every, found.version), (found.holders, found.review_version))
        ]
        return candidates_words.sheets(groups, units_of_measures(view), labels)

    name = word(
        "candidates.file", language, area=labels.areas[view.area_code], name=found.name, as_of=f"{view.as_of:%Y-%m}"
    )
    said = [finding, *found.rules, word("candidates.order", language), word("candidates.no_score", language)]
    review = word(
        "candidates.review_rules", language, version=candidates_words.version_name(found.review_version, language)
    )
    offer_book(view, sheets, [*said, review, text.as_of(view.as_of, view.data_cutoff, language)], name)
