"""The frame around every page: document, stylesheet, designed parts, figures, and pages of their own for trouble."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from tracker import blocks, excerpt, export, findings, office_store, rights, text, warehouse
from tracker.charts.frame import PICTURE_SIZES, config
from tracker.links import FIRST_PAGE, SECTIONS, View
from tracker.look import css_variables
from tracker.text import word
from tracker.ui.gate import is_allowed, save_button
from tracker.ui.native_words import script

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
ICON = STATIC / "icon.png"
# What the camera of a chart saves, the first unless the reader chooses otherwise.
PICTURE_CHOICES = {"picture_kind": ("png", "svg"), "picture_size": PICTURE_SIZES}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def start_page(chosen: str) -> None:
    """Page frame in a language: title, icon, stylesheet, language of the document."""
    st.set_page_config(page_title=word("app.title", chosen), page_icon=str(ICON), layout="wide")
    st.html(f"<style>{css_variables()}{_stylesheet()}</style>")
    code = "zh-CN" if chosen == "zh" else "en"
    language_of_document = f"<script>document.documentElement.lang = '{code}'</script>"
    st.html(language_of_document + script(chosen), unsafe_allow_javascript=True)


def pages(chosen: str, hidden: frozenset[str]) -> dict[str, list[st.Page]]:
    """The pages of the menu by the name of their section in a language: those whose file is there.

    Args:
        hidden: the pages that the menu does not show to this reader.
    """
    # A page may be run once only, and two readers may run it at once: everybody gets a copy.
    return {section: [copy(page) for page in found] for section, found in _pages(chosen, hidden).items()}


@lru_cache(maxsize=32)
def _pages(chosen: str, hidden: frozenset[str]) -> dict[str, list[st.Page]]:
    # Looking for a dozen files and their real paths took a tenth of a rerun of the overview.
    folder = ROOT / "pages"
    return {
        word(f"app.menu_{section}", chosen): [
            st.Page(
                folder / f"{name}.py",
                title=word(f"{name}.title", chosen),
                url_path=name,
                default=name == FIRST_PAGE,
                visibility="hidden" if name in hidden else "visible",
            )
            for name in names
            if (folder / f"{name}.py").is_file()
        ]
        for section, names in SECTIONS.items()
    }


@lru_cache(maxsize=1)
def _stylesheet() -> str:
    return (STATIC / "look.css").read_text(encoding="utf-8")


def mime_of(file_name: str) -> str:
    """What a file that is offered is, by the ending of its name."""
    return {"csv": "text/csv", "zip": "application/zip"}.get(file_name.rpartition(".")[2], WORKBOOK)


def html(*parts: str) -> None:
    """Designed parts, drawn together."""
    st.html(blocks.block(*parts))


def draw_figure(figure: go.Figure, *, key: str, file_name: str, alt: str) -> None:
    """A figure in its own look: Streamlit's chart theme would override the sizes.

    Its camera saves the kind and size that the reader chose in the sidebar.
    """
    kind, size = (st.session_state.get(name, options[0]) for name, options in PICTURE_CHOICES.items())
    settings: dict[str, Any] = config(file_name, kind, size, figure.layout.height)
    if not is_allowed("export"):
        settings["displayModeBar"] = False
    st.plotly_chart(figure, theme=None, width="stretch", key=key, config=settings, alt=alt)


def offer_table(view: View, table: Callable[[], pl.DataFrame], said: Sequence[str], file_name: str) -> None:
    """Buttons for a table as Excel and CSV. The files are made when pressed; each tells its basis, day and build."""
    notes = [*said, *file_notes(view)]
    sheet = word("app.sheet", view.language)
    kinds: dict[str, Callable[[], bytes]] = {
        "xlsx": lambda: export.workbook({sheet: table()}, notes),
        "csv": lambda: export.csv_file(table(), notes),
    }
    for kind, made in kinds.items():
        _download(word(f"app.save_{kind}", view.language), made, f"{file_name}.{kind}")


def offer_book(view: View, sheets: Callable[[], dict[str, pl.DataFrame]], said: Sequence[str], file_name: str) -> None:
    """A button for several tables as one Excel workbook."""
    notes = [*said, *file_notes(view)]
    label = word("app.save_xlsx", view.language)
    _download(label, lambda: export.workbook(sheets(), notes), f"{file_name}.xlsx")


def _download(label: str, made: Callable[[], bytes], file_name: str) -> None:
    save_button(label, made, file_name, mime_of(file_name))


def file_notes(view: View) -> list[str]:
    """What a saved table must say of itself: month, basis, cut-off, build, demonstration."""
    chosen = view.language
    basis = text.listed(rule_labels(view), chosen)
    lines = [text.as_of(view.as_of, view.data_cutoff, chosen), word("overview.footer_basis", chosen, basis=basis)]
    if view.data_cutoff is not None:
        lines.append(word("app.cutoff", chosen, day=text.day(view.data_cutoff, chosen)))
    lines.append(word("app.build", chosen, build_id=excerpt.whole_id(view.build_id)))
    return [*text.data_marks(chosen, is_demo=view.is_demo, is_draft=view.is_draft, in_full=True), *lines]


def marks(view: View) -> list[str]:
    """What must stand on everything that leaves the page: that the data are invented, that the plan is a draft."""
    return text.data_marks(view.language, is_demo=view.is_demo, is_draft=view.is_draft)


def tags(view: View, *more: str) -> list[str]:
    """The marks beside a title, and after them what else is to be known: how titles are counted."""
    return [*(blocks.tag(mark, "demo") for mark in marks(view)), *(blocks.tag(mark, "rule") for mark in more)]


def rule_labels(view: View) -> list[str]:
    """How titles are counted in this view, in words: nothing is counted without saying so."""
    return findings.rule_words(view.rule, view.language)


def picture_foot(view: View) -> str:
    """The last line of a chart: date, basis, demonstration."""
    chosen = view.language
    said = [text.as_of(view.as_of, view.data_cutoff, chosen), text.listed(rule_labels(view), chosen)]
    return " · ".join([*said, *marks(view)])


def footer_lines(view: View, source: str) -> list[str]:
    """Basis, cut-off and source of everything on the page."""
    chosen = view.language
    basis = text.listed(rule_labels(view), chosen)
    lines = [word("overview.footer_basis", chosen, basis=basis), word("overview.footer_plan", chosen, source=source)]
    if view.data_cutoff is not None:
        lines.insert(1, word("app.cutoff", chosen, day=text.day(view.data_cutoff, chosen)))
    return [*([word("app.draft_explained", chosen)] if view.is_draft else []), *lines]


def show_nothing_yet(chosen: str) -> None:
    """The page of an empty data folder: what to run, for a demonstration and for real lists."""
    desk = word("app.empty_desk", chosen), f"./desk?lang={chosen}"
    if warehouse.current_build_id() is not None:
        html(blocks.panel(word("app.empty_title", chosen), word("app.no_progress", chosen), None, desk))
        return
    add = f"python -m etl add {word('app.empty_file', chosen)}"
    commands = {
        word("app.empty_demo", chosen): ["python -m etl sample", "python -m etl build"],
        word("app.empty_real", chosen): [add, "python -m etl build"],
    }
    html(blocks.panel(word("app.empty_title", chosen), word("app.empty_text", chosen), commands, desk))


def show_failure(fault: Exception) -> bool:
    """A designed page in place of an exception: what it means to the reader. Streamlit has logged the rest.

    Returns:
        True: the exception needs no other display.
    """
    chosen = str(st.session_state.get("lang", "zh"))
    keys: dict[type[Exception], str] = {
        warehouse.QueryTooSlow: "app.slow_text",
        warehouse.BuildMissing: "app.gone_text",
        warehouse.BuildUnreadable: "app.unreadable_text",
        warehouse.BuildOutdated: "app.outdated_text",
        office_store.OfficeUnreadable: "office.unreadable",
        office_store.OfficeNewer: "office.newer",
        rights.NotAllowed: "sign_in.not_allowed",
    }
    html(blocks.panel(word("app.failure_title", chosen), word(keys.get(type(fault), "app.failure_text"), chosen)))
    return True
