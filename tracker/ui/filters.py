"""The choices of the enterprises page: search, groups, limits, order; each a code of the link."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from tracker import enterprises
from tracker.enterprises import COUNTED, EVERY, Narrowing
from tracker.enterprises_behind import Definition
from tracker.enterprises_histories import POOL, STATUSES
from tracker.enterprises_moved import MOVE_CODES
from tracker.enterprises_words import Labels
from tracker.keeping import kept
from tracker.links import View
from tracker.text import word
from tracker.ui.enterprise_reads import choices_of
from tracker.ui.state import linked_code, pick, type_number, type_text
from tracker.warehouse import read

_CARRIED = (
    "q", "tier", "status", "part", "title", "batch", "year", "chain", "measure", "from", "to", "move", "rows",
    "columns",
)  # fmt: skip
ORDERS = ("name", "newest", "expiry", "value")


@dataclass(frozen=True)
class Picked:
    """What the reader picked: tier, what narrows the list, how it is grouped and ordered, the measure in words."""

    tier: str
    is_tier_picked: bool
    narrowing: Narrowing
    down: str
    across: str
    order: str
    measure: tuple[str, str] | None

    @property
    def codes(self) -> dict[str, str]:
        """The choices that links on the page carry on."""
        picked = self.narrowing
        limits = {"from": picked.at_least, "to": picked.at_most}
        codes = {
            "q": picked.query,
            "tier": self.tier if self.is_tier_picked else "",
            "status": picked.status,
            "part": picked.area,
            "title": picked.title,
            "batch": picked.batch,
            "year": picked.year,
            "chain": picked.chain,
            "move": picked.move,
            "measure": picked.measure,
            "rows": self.down,
            "columns": self.across,
            **{code: "" if value is None else f"{value:.12g}" for code, value in limits.items()},
        }
        return {code: value for code, value in codes.items() if value}


def carried_codes() -> dict[str, str]:
    """The choices of the list that a link to one enterprise carries, so that the way back opens the same list."""
    return {code: value for code in _CARRIED if (value := linked_code(code, None, ""))}


def labels_of(view: View) -> Labels:
    """The names of areas and tiers in the language of a view."""
    return _labels(view.build_id, view.plan_id, view.plan_area, view.language)


@kept(64)
def _labels(build_id: str, plan_id: str, plan_area: str, language: str) -> Labels:
    areas = read(build_id, "area_units", plan_id=plan_id, area_code=plan_area, language=language)
    tiers = read(build_id, "tiers", language=language)
    names = dict(areas.select("area_code", "short").iter_rows())
    return Labels(names, dict(tiers.select("tier", "short").iter_rows()), language)


@kept(64)
def _measures(build_id: str, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """The name with its unit of each measure, and its unit, by code."""
    rows = read(build_id, "measures", language=language).to_dicts()
    return {row["measure"]: _with_unit(row, language) for row in rows}, {row["measure"]: row["unit"] for row in rows}


def search_box(language: str) -> str:
    """What the reader looks for by name, former name, code or pinyin initials."""
    return type_text("q", word("enterprises.search", language), word("enterprises.search_hint", language))


def pick_enterprises(view: View, labels: Labels, number: Definition | None) -> Picked:
    """Draw the choices and return what was picked.

    Args:
        view: what is looked at.
        labels: names of areas and tiers.
        number: the count that the reader came from, which fixes tier and rule; None where the reader picks the tier.
    """
    language = view.language
    with st.container(key="enterprise_filters"):
        first = st.columns([7, 5, 6, 4, 4, 4], gap="small")
        second = st.columns([4, 4, 5, 4, 4, 6], gap="small")
    with first[0]:
        query = search_box(language)
    with first[1]:
        tier = _pick_tier(labels, number)
    with first[2]:
        status = _pick_status(labels)
    chosen = {}
    for column, name in zip(first[3:], ("batch", "year", "chain"), strict=True):
        with column:
            chosen[name] = _pick_group_code(choices_of(view, number, tier, name), name, labels)
    captions, units = _measures(view.build_id, language)
    with second[0]:
        down = _pick_grouping("rows", language)
    with second[1]:
        across = _pick_grouping("columns", language, disabled=not down)
    with second[2]:
        measure = pick(
            "measure",
            ["", *captions],
            word("enterprises.measure", language),
            lambda code: captions[code] if code else word("enterprises.none", language),
        )
    with second[3]:
        at_least = type_number("from", word("enterprises.at_least", language), disabled=not measure)
    with second[4]:
        at_most = type_number("to", word("enterprises.at_most", language), disabled=not measure)
    with second[5]:
        order = _pick_order(has_value=bool(measure), language=language)
    every = word("enterprises.every", language)
    part = linked_code("part", [*labels.areas], every)
    title = linked_code("title", [*labels.tiers], every)
    # Without a tier only the numbers of the pool can be listed.
    moves = [move for move in MOVE_CODES if tier or move.startswith(POOL)]
    move = linked_code("move", moves, every)
    narrowing = Narrowing(
        query, status, part, title, **chosen, move=move, measure=measure, at_least=at_least, at_most=at_most
    )
    shown = (captions[measure], units[measure]) if measure else None
    return Picked(tier, number is None, narrowing, down, "" if across == down else across, order, shown)


def _pick_tier(labels: Labels, number: Definition | None) -> str:
    """All tiers, each enterprise at its highest title, or one; the tier of a count is not for choosing."""
    language = labels.language
    label = word("enterprises.by_tier", language)
    if number is not None and number.tier is not None:
        st.text_input(label, value=labels.tiers.get(number.tier, number.tier), disabled=True)
        return number.tier
    every = word("enterprises.tier_any", language)
    return pick("tier", ["", *reversed(list(labels.tiers))], label, lambda code: labels.tiers[code] if code else every)


def _pick_status(labels: Labels) -> str:
    language = labels.language

    def named(code: str) -> str:
        if code == COUNTED:
            return word("enterprises.counted", language)
        return word("enterprises.every_status", language) if code == EVERY else labels.of("status", code)

    return pick("status", [COUNTED, EVERY, *STATUSES], word("enterprises.by_status", language), named)


def _pick_group_code(codes: list[str], dimension: str, labels: Labels) -> str:
    every = word("enterprises.every", labels.language)
    label = word(f"enterprises.by_{dimension}", labels.language)
    return pick(dimension, ["", *codes], label, lambda code: labels.of(dimension, code) if code else every)


def _pick_grouping(code: str, language: str, *, disabled: bool = False) -> str:
    def named(dimension: str) -> str:
        return word(f"enterprises.by_{dimension}" if dimension else "enterprises.none", language)

    options = ["", *enterprises.DIMENSIONS]
    return pick(code, options, word(f"enterprises.{code}", language), named, disabled=disabled)


def _pick_order(*, has_value: bool, language: str) -> str:
    orders = ORDERS if has_value else ORDERS[:-1]
    return pick(
        "sort", orders, word("enterprises.sort", language), lambda code: word(f"enterprises.sort_{code}", language)
    )


def _with_unit(row: dict[str, str], language: str) -> str:
    return word(
        "enterprises.with_unit", language, name=row["name"], unit=word(f"enterprises.unit_{row['unit']}", language)
    )


def pick_answered(language: str) -> str:
    """Everybody who was asked, those who count, or those who do not."""
    named = {"": "enterprises.everybody", "1": "enterprises.counts", "0": "enterprises.not_answered"}
    return pick(
        "answered",
        ["", "1", "0"],
        word("enterprises.column_counts", language),
        lambda code: word(named[code], language),
    )
