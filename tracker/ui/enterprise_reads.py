"""What the enterprises page shows of a view: the number the reader came from, one enterprise, its timeline."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from tracker import enterprises, enterprises_behind, enterprises_moved, enterprises_rules, excerpt, text
from tracker import enterprises_profile as profiles
from tracker.charts.titles import title_timeline as draw_timeline
from tracker.enterprises import Narrowing
from tracker.enterprises_behind import Behind, Definition
from tracker.enterprises_profile import Profile
from tracker.keeping import kept
from tracker.links import View
from tracker.text import word
from tracker.ui.frame import marks, offer_book
from tracker.ui.state import note

# The day by which an order sorts.
_DAY_OF_ORDER = {"newest": "event_on", "expiry": "valid_to"}


@dataclass(frozen=True)
class Listing:
    """A finished list: its rows in order (each with the row of ``histories`` that tells of it), how many stand in each
    status, how many the rule counts in all, how many outside these a search or an empty list is of."""

    rows: pl.DataFrame
    histories: pl.DataFrame
    statuses: list[tuple[str, int]]
    counted: int
    outside: int


@kept(8)
def everyone(view: View, number: Definition | None, tier: str) -> pl.DataFrame:
    """All histories that a list can be narrowed from. Shared by all sessions, so never changed in place."""
    rule = view.rule if number is None else enterprises_behind.titles_rule(number, view.rule)
    rows = enterprises.standings(view.build_id, view.plan_id, view.area_code, tier, view.as_of, rule)
    return rows if number is None else enterprises_behind.counted_titles(rows, number)


@kept(64)
def choices_of(view: View, number: Definition | None, tier: str, dimension: str) -> list[str]:
    """The codes that a reader can choose in a dimension."""
    return enterprises.choices_of(view.build_id, everyone(view, number, tier), dimension, view.as_of)


# A rerun that changes nothing must not go through a hundred thousand rows again; few lists, for they are large.
@kept(16)
def listing(view: View, number: Definition | None, tier: str, picked: Narrowing, order: str) -> Listing:
    """The list that a reader picked."""
    every = histories = everyone(view, number, tier)
    if picked.move:
        within = picked.area or view.area_code
        histories = enterprises_moved.moved(
            view.build_id, view.plan_id, view.area_code, within, tier, view.as_of, view.rule, picked.move
        )
        rows = enterprises.narrowed_moves(view.build_id, histories, picked, view.as_of)
    else:
        rows = enterprises.narrowed(view.build_id, histories, picked, view.as_of)
    is_sought = bool(picked.query) or rows.is_empty()
    if order in _DAY_OF_ORDER:
        rows = rows.with_columns(histories[_DAY_OF_ORDER[order]].gather(rows["history_row"]))
    return Listing(
        rows=enterprises.ordered(view.build_id, rows, order),
        histories=histories,
        statuses=enterprises.status_numbers(rows, histories),
        counted=int(every.filter("is_counted")["enterprises"].sum()),
        outside=enterprises.outside(view.build_id, every, picked, view.as_of) if is_sought else 0,
    )


@kept(64)
def listed_page(
    view: View, number: Definition | None, tier: str, picked: Narrowing, order: str, page: int
) -> pl.DataFrame:
    """The rows of a page of the list that a reader picked, with all that is told of them."""
    found = listing(view, number, tier, picked, order)
    rows = enterprises.told(view.build_id, enterprises.page_rows(found.rows, page), found.histories, view.as_of)
    return enterprises.with_names(view.build_id, rows)


def whole_list(view: View, found: Listing) -> pl.DataFrame:
    """All rows of a list with all that is told of them."""
    return enterprises.with_names(
        view.build_id, enterprises.told(view.build_id, found.rows, found.histories, view.as_of)
    )


def grouped_list(view: View, found: Listing, down: str, across: str) -> pl.DataFrame:
    """All rows of a list with what they are grouped by."""
    columns = {down, across} & set(found.histories.columns)
    return enterprises.told(view.build_id, found.rows, found.histories.select(columns), view.as_of)


def number_behind(view: View) -> Definition | None:
    """The target whose number the reader came from; None where the link names none."""
    if view.target_id is None:
        return None
    return enterprises_behind.definition(view.build_id, view.plan_id, view.target_id, view.as_of, view.language)


def values_behind(view: View, number: Definition) -> Behind:
    """What a ratio or reported value of a view rests on."""
    return enterprises_behind.values_behind(
        view.build_id, view.plan_id, number, view.area_code, view.as_of, view.language
    )


def rules_of(view: View, found: Profile) -> dict[str, list[enterprises_rules.Line]]:
    """What the rules of plans give an enterprise on the date of a view."""
    return enterprises_rules.rules_of(view.build_id, found, view.as_of, view.language)


def profile_of(view: View, code: str) -> Profile | None:
    """The enterprise of a link; an unknown one gives way to the list, and the page says so."""
    if not code:
        return None
    found = profiles.profile(view.build_id, code, view.language)
    if found is None:
        note("enterprise", code, word("enterprises.title", view.language))
        st.session_state["page_codes"].pop("enterprise", None)
    return found


@kept(64)
def title_timeline(view: View, code: str) -> go.Figure:
    """The finished figure of the titles of one enterprise."""
    chosen = view.language
    found = profiles.profile(view.build_id, code, chosen)
    assert found is not None
    foot = [
        found.name,
        text.as_of(view.as_of, view.data_cutoff, chosen),
        word("app.build", chosen, build_id=excerpt.whole_id(view.build_id)),
    ]
    foot += marks(view)
    return draw_timeline(
        profiles.timeline_rows(found, view.as_of, chosen),
        profiles.timeline_events(found, view.as_of, chosen),
        view.as_of,
        text.month(view.as_of, chosen),
        profiles.timeline_frame(found, view.as_of, " · ".join(foot), chosen),
    )


def offer_profile(view: View, found: Profile) -> None:
    """A button for all that is known of an enterprise as one workbook."""
    chosen = view.language
    said = [found.name, *(f"{caption}: {shown}" for caption, shown in profiles.identity(found, chosen))]
    file_name = word("profile.file", chosen, name=found.name, as_of=f"{view.as_of:%Y-%m}")
    offer_book(view, lambda: profiles.sheets(found, chosen), said, file_name)
