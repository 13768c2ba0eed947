"""企业: who is behind a number, found by name or narrowed by choice; and all that is known of one enterprise."""

import streamlit as st

from tracker import blocks, blocks_enterprises, blocks_measures, enterprises, enterprises_behind, text, ui
from tracker import enterprises_profile as profiles
from tracker import enterprises_words as words
from tracker.enterprises_behind import Definition
from tracker.links import href
from tracker.text import word

view = ui.current_view()
language = view.language
labels = ui.labels_of(view)
place = " · ".join([labels.areas[view.area_code], text.as_of(view.as_of, view.data_cutoff, language)])


def say(key: str, **values: object) -> str:
    return word(f"enterprises.{key}", language, **values)


def headed(finding: str, tags: list[str]) -> None:
    ui.html(blocks.header(place, ui.tags(view, *tags), finding))


def list_page(number: Definition | None) -> None:
    """The enterprises that a count counts, or any that the reader picks."""
    head = st.container()
    picked = ui.pick_enterprises(view, labels, number)
    listing = ui.listing(view, number, picked.tier, picked.narrowing, picked.order)
    name = words.list_name(number, picked.tier, labels)
    finding = words.list_finding(listing.statuses, listing.counted, picked.narrowing, name, labels)
    with head:
        headed(finding, words.counting(number, ui.rule_labels(view), language))
        chosen = words.picked_phrases(picked.narrowing, number, labels)
        lapsed = ui.lapsed_caption(view, picked.tier if number is None else number.tier or "")
        ui.html(blocks_enterprises.chips(chosen, view, picked.codes), lapsed)
    if listing.outside:
        target = href("enterprises", view, **{**picked.codes, "status": enterprises.EVERY})
        ui.html(blocks_enterprises.remark(say("outside", number=listing.outside), say("show_all"), target))
    if picked.down:
        rows = ui.grouped_list(view, listing, picked.down, picked.across)
        ui.html(blocks_enterprises.groups(rows, picked.down, picked.across, labels, view, picked.codes))
    table, below = st.container(), st.container(key="enterprise_below", horizontal=True)
    with below:
        page = ui.pick_page("page", enterprises.number_of_pages(listing.rows))
        ui.offer_table(
            view,
            lambda: words.list_table(ui.whole_list(view, listing), labels, (picked.measure or (None,))[0]),
            [finding, *(phrase for _, phrase in chosen)],
            word("enterprises.file", language, area=labels.areas[view.area_code], as_of=f"{view.as_of:%Y-%m}"),
        )
    shown = ui.listed_page(view, number, picked.tier, picked.narrowing, picked.order, page)
    with table:
        ui.html(blocks_enterprises.enterprise_table(shown, labels, view, picked.codes, picked.measure))


def answers_page(number: Definition) -> None:
    """The answers of enterprises and the reported cells that give a ratio or a value."""
    behind = ui.values_behind(view, number)
    finding = words.equation(number, behind, language)
    headed(finding, words.value_notes(number, behind, language))
    ui.html(blocks_enterprises.chips(words.picked_phrases(enterprises.Narrowing(), number, labels), view, {}))
    if behind.ranking.height:
        ui.html(blocks_enterprises.ranking_table(behind.ranking, language))
    if (records := ui.records_behind(view, number)).height:
        note = word("activities.note", language, number=records.height)
        ui.html(*blocks_measures.record_table(records, note, language))
    if behind.cells.height:
        note = say("cells_note", number=behind.cells.height)
        ui.html(blocks.section(say("cells"), note), blocks_enterprises.cell_table(behind.cells, language))
    if behind.answers.height:
        ui.html(blocks.section(say("answers"), words.coverage(number, behind, language)))
        with st.container(horizontal=True, key="answer_filters"):
            query = ui.search_box(language)
            answered = ui.pick_answered(language)
        found = enterprises_behind.narrowed_answers(behind.answers, answered)
        found = enterprises.ordered(view.build_id, enterprises.matching(view.build_id, found, query), "name")
        table, below = st.container(), st.container(key="enterprise_below", horizontal=True)
        with below:
            page = ui.pick_page("page", enterprises.number_of_pages(found))
            ui.offer_table(
                view,
                lambda: words.answer_table(enterprises.with_names(view.build_id, found), number, labels),
                [finding],
                word("enterprises.file", language, area=labels.areas[view.area_code], as_of=f"{view.as_of:%Y-%m}"),
            )
        shown = enterprises.page_of(view.build_id, found, page)
        with table:
            ui.html(blocks_enterprises.answer_table(shown, number, labels, view))


def profile_page(found: profiles.Profile) -> None:
    """One enterprise, one file."""
    headed(profiles.highest_title(found, view.as_of, language), [])
    back = href("enterprises", view, **ui.carried_codes())
    ui.html(
        blocks_enterprises.facts(profiles.identity(found, language)),
        blocks_enterprises.remark("", word("profile.back", language), back),
    )
    if found.stretches.height:
        ui.draw_figure(
            ui.title_timeline(view, found.code),
            key="timeline",
            file_name=word("profile.file", language, name=found.name, as_of=f"{view.as_of:%Y-%m}"),
            alt=profiles.timeline_in_words(found, language),
        )
    ui.html(*blocks_enterprises.profile_parts(found, ui.rules_of(view, found), language))
    ui.offer_profile(view, found)


found = ui.profile_of(view, ui.linked_code("enterprise", None, ""))
number = ui.number_behind(view)
if found is not None:
    profile_page(found)
elif number is None or number.is_title_count:
    list_page(number)
else:
    answers_page(number)
ui.html(blocks.footer(ui.footer_lines(view, ui.plan_of(view)["source"])))
