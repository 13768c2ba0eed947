"""What the page of the audit asks and shows: whose entries, of which kind and time, and a file of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import streamlit as st

from tracker import audit, blocks_people, export, warehouse
from tracker.audit import Chain, Entry
from tracker.text import word
from tracker.ui.frame import WORKBOOK
from tracker.ui.gate import save_button

PAGE_ROWS = 100


def audit_chain() -> Chain:
    """The check of all entries, against what the build in force knew of them."""
    return audit.chain(_known())


def _known() -> audit.Head | None:
    """The newest entry when the build in force was made; None where no build tells."""
    build_id = warehouse.current_build_id()
    if build_id is None:
        return None
    try:
        [row] = warehouse.query(build_id, "audit_head").rows()
    except (warehouse.BuildOutdated, warehouse.BuildMissing, warehouse.BuildUnreadable):
        return None
    return audit.Head(*row)


def pick_entries(language: str) -> list[Entry]:
    """Draw the choices and return the entries that they describe, the newest first."""
    who, what, first, last = st.columns([2, 2, 1, 1], gap="small")
    every = word("enterprises.every", language)
    with who:
        person = st.text_input(word("audit.column_person", language), key="audit_person", max_chars=80)
    with what:
        action = st.selectbox(
            word("audit.column_action", language),
            ["", *audit.ACTIONS],
            format_func=lambda code: word(f"audit.action_{code}", language) if code else every,
            key="audit_action",
        )
    since = _day(first, "since", language)
    until = _day(last, "until", language)
    return audit.entries(person or "", str(action or ""), since, until)


def _day(column: st.delta_generator.DeltaGenerator, code: str, language: str) -> dt.date | None:
    with column:
        day: dt.date | None = st.date_input(
            word(f"audit.{code}", language), None, format="YYYY-MM-DD", key=f"audit_{code}"
        )
    return day


def offer_entries(frame: pl.DataFrame, chain: Chain, language: str) -> None:
    """Buttons for the entries shown, as Excel and CSV; each file carries the hash of the newest entry."""
    said = [word("audit.file_hash", language, number=chain.entries, hash=chain.newest_hash or "–")]
    name = word("audit.file", language, day=dt.date.today().isoformat())
    sheet = word("audit.title", language)
    with st.container(horizontal=True):
        save_button(
            word("app.save_xlsx", language), lambda: export.workbook({sheet: frame}, said), f"{name}.xlsx", WORKBOOK
        )
        save_button(word("app.save_csv", language), lambda: export.csv_file(frame, said), f"{name}.csv", "text/csv")


def entries_shown(entries: Sequence[Entry], page: int, language: str) -> str:
    """The table of one page of entries."""
    first = (page - 1) * PAGE_ROWS
    return blocks_people.audit_table(blocks_people.audit_frame(entries[first : first + PAGE_ROWS], language))
