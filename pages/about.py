"""方法与来源: the rules, thresholds to try, data debts, source files, and how far forecasts may be trusted."""

from __future__ import annotations

import streamlit as st

from tracker import about, blocks, blocks_about, blocks_builds, blocks_enterprises, links, text, ui, what_if
from tracker.text import word

view = ui.current_view()
language = view.language
build = ui.read(view.build_id, "build").row(0, named=True)
thresholds = ui.read(view.build_id, "thresholds", language=language)
place = " · ".join([word("about.title", language), text.as_of(view.as_of, view.data_cutoff, language)])


def say(key: str, **values: object) -> str:
    return word(f"about.{key}", language, **values)


def headed(finding: str) -> None:
    """The finding of the part, above the parts to choose from."""
    with head:
        ui.html(blocks.header(place, ui.tags(view), finding))


def file_name(key: str) -> str:
    """The name of a file to save."""
    return word(f"about.file_{key}", language, as_of=f"{view.as_of:%Y-%m}")


def rules() -> None:
    """Rules, limits, thresholds, definitions, what the plan leaves open."""
    headed(say("intro"))
    plans = ui.read(view.build_id, "plan_assumptions", plan_id=view.plan_id, language=language)
    targets = ui.read(view.build_id, "assumptions", plan_id=view.plan_id, language=language)
    indicators = ui.read(view.build_id, "definitions", plan_id=view.plan_id, language=language)
    units = dict(ui.read(view.build_id, "units", plan_id=view.plan_id, language=language).iter_rows())
    ui.html(
        blocks_about.rules(language),
        blocks_about.threshold_tables(thresholds, language),
        blocks_builds.threshold_edits(ui.threshold_history(view), language),
        blocks_about.definitions(indicators, language),
        blocks_about.assumptions(plans, targets, units, language),
    )


def try_out() -> None:
    """Other thresholds, and which states would flip."""
    unsaved = st.container()
    changed = ui.try_thresholds(thresholds, language)
    in_order = what_if.in_order({**dict(thresholds.select("threshold_id", "value").iter_rows()), **changed})
    rows = ui.tried(view, changed if in_order else {})
    headed(what_if.finding(rows, changed, view.as_of, language) if in_order else say("what_if_disorder"))
    with unsaved:
        ui.html(blocks.paragraph(say("what_if_unsaved")))
    reset = links.href("about", view, section="what_if")
    if changed:
        moved = text.listed(what_if.changes_in_words(thresholds, changed, language), language)
        ui.html(blocks_enterprises.remark(moved, say("what_if_reset"), reset))
    if not in_order or rows.is_empty():
        return
    if not what_if.running(rows, view.as_of):
        ui.html(blocks_enterprises.remark("", say("what_if_running_month"), ui.running_month(view)))
    ui.html(blocks.section(say("what_if_counts")), blocks_about.what_if_counts(rows, view))
    if not rows["has_flipped"].any():
        return
    between = what_if.bounds(dict(thresholds.select("threshold_id", "value").iter_rows()), changed)
    ui.html(blocks.section(say("what_if_list")), blocks_about.flips(rows, between, view))
    said = [say("what_if_unsaved"), *what_if.changes_in_words(thresholds, changed, language)]
    with st.container(horizontal=True):
        ui.offer_table(view, lambda: what_if.flip_table(rows, between, language), said, file_name("what_if"))


def debts() -> None:
    """Every debt of the build, what was refused, what was corrected."""
    found = ui.read_if_there(view.build_id, "debts", area_code=None, language=language)
    if found is None:
        headed(say("old_build"))
        return
    refused = ui.read(view.build_id, "refusals")
    finding = about.debts_finding(found, ui.debt_numbers(view)[1], language)
    headed(finding)
    if found.height:
        ui.html(blocks_about.debts(found, language))
        with st.container(horizontal=True):
            ui.offer_table(view, lambda: about.debt_table(found, language), [finding], file_name("debts"))
    ui.html(blocks_about.refusals(refused, language), ui.waiting_links(view))
    if refused.height:
        with st.container(horizontal=True):
            ui.offer_table(view, lambda: about.refusal_table(refused, language), [finding], file_name("refusals"))
    fixed = ui.read_if_there(view.build_id, "corrections", language=language)
    ui.html(blocks_about.corrections(fixed, language))


def sources() -> None:
    """Every file with what became of its rows, and the build made from them."""
    found = ui.read_if_there(view.build_id, "readings", language=language)
    headed(say("old_build") if found is None else about.sources_finding(found, language))
    if found is not None:
        ui.html(blocks_about.readings(found, language))
        with st.container(horizontal=True):
            ui.offer_table(view, lambda: about.reading_table(found, language), [], file_name("sources"))


def forecasts() -> None:
    """How often forecasts came true."""
    found = ui.read_if_there(view.build_id, "reliability", plan_id=view.plan_id)
    if found is None:
        headed(say("old_build"))
        return
    headed(about.forecast_finding(found, language))
    if found.height:
        ui.html(blocks.paragraph(say("forecasts_note")), blocks_about.forecasts(found, language))


head = st.container()
section = ui.pick_section(language)
{"rules": rules, "what_if": try_out, "debts": debts, "sources": sources, "forecasts": forecasts}[section]()
ui.html(blocks.footer(blocks_about.build_lines(build, language)))
