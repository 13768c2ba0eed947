"""What the briefing page shares with Streamlit: the choices, named briefings, the files to take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import streamlit as st

from tracker import blocks, excerpt, office, office_objections, office_store, text
from tracker.briefing.content import Content
from tracker.briefing.documents import ENDINGS, checked_template, made
from tracker.briefing.images import KINDS, ImagesRefused
from tracker.briefing.named import kept, restored
from tracker.briefing.package import package, pictures
from tracker.briefing.selection import Selection
from tracker.briefing.templates import KINDS as KINDS_OF_TEMPLATES
from tracker.briefing.templates import TemplateRefused
from tracker.links import View
from tracker.text import word
from tracker.ui.frame import html
from tracker.ui.gate import is_allowed, save_button, write
from tracker.ui.operator import operator_name
from tracker.ui.reading import briefing_of, targets_at
from tracker.warehouse import read

_KEY = "briefing_"
_MIME = {
    "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "slides": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def briefing_content(selection: Selection) -> Content | None:
    """What the documents of a selection print; None where the area has none of the targets."""
    with st.spinner(word("briefing.making", selection.language)):
        # What meetings decided is no part of a build: it is read as it stands now.
        plan_id = selection.plan_id
        objections = [(one.objection_id, one.state) for one in office_objections.objections(plan_id)]
        return briefing_of(selection, (*office.meetings(plan_id), *office.decisions(plan_id), *objections))


def pick_named(view: View) -> None:
    """A saved briefing to start from: choosing one sets every field of the page."""
    saved = {briefing.name: briefing.selection for briefing in office.briefings()}
    of_plan = {name: stored for name, stored in saved.items() if stored.get("plan_id") == view.plan_id}
    if excerpt.is_excerpt(view.build_id):  # even its name may tell of another area
        own = set(read(view.build_id, "areas", plan_id=view.plan_id, language=view.language)["area_code"])
        of_plan = {name: stored for name, stored in of_plan.items() if own.issuperset(stored["area_codes"] or [""])}
    none = word("briefing.named_none", view.language)
    if of_plan:
        st.selectbox(
            word("briefing.named", view.language),
            ["", *of_plan],
            format_func=lambda name: name or none,
            key=f"{_KEY}named",
            on_change=lambda: _set_fields(view, of_plan.get(st.session_state[f"{_KEY}named"])),
        )


def _set_fields(view: View, stored: Mapping[str, object] | None) -> None:
    if stored is None:
        return
    chosen = restored(stored, view.as_of, view.build_id)
    fields = {
        "areas": list(chosen.area_codes),
        "targets": list(chosen.target_ids),
        "earlier": chosen.compared_with.isoformat() if chosen.compared_with else "",
        "title": chosen.title,
        "unit": chosen.unit,
        "paragraph": chosen.paragraph,
        "forecast": chosen.with_forecast,
    }
    for name, value in fields.items():
        st.session_state[_KEY + name] = value


def pick_selection(view: View, areas: Mapping[str, str]) -> tuple[Selection, dict[str, bytes]]:
    """Draw the choices; returns what was chosen, and the templates by kind of document."""
    language = view.language
    below = [code for code in areas if code != view.plan_area]
    if f"{_KEY}areas" not in st.session_state:
        st.session_state[f"{_KEY}areas"] = [view.area_code] if view.area_code in below else []
    area_codes = _several("areas", below, areas.__getitem__, language)
    if excerpt.is_excerpt(view.build_id):  # no choice means the whole plan, which is not theirs to see
        area_codes = area_codes or tuple(below)
    names = _target_names(view)
    target_ids = _several("targets", list(names), lambda code: names[code], language)
    months = read(view.build_id, "as_of_dates", plan_id=view.plan_id)["as_of"]
    earlier = _earlier(months.filter(months < view.as_of).to_list(), language)
    said = {name: st.text_input(word(f"briefing.own_{name}", language), key=_KEY + name) for name in ("title", "unit")}
    said["issue"] = st.text_input(word("briefing.own_issue", language), key=f"{_KEY}issue", max_chars=20)
    said["paragraph"] = st.text_area(word("briefing.own_paragraph", language), key=f"{_KEY}paragraph")
    with_forecast = st.checkbox(word("briefing.own_forecast", language), key=f"{_KEY}forecast")
    selection = Selection(
        plan_id=view.plan_id,
        as_of=view.as_of,
        build_id=view.build_id,
        language=language,
        rule=view.rule,
        area_codes=area_codes,
        target_ids=target_ids,
        compared_with=earlier,
        with_forecast=with_forecast,
        **{name: (value or "").strip() for name, value in said.items()},
    )
    return selection, _templates(language)


def _several(name: str, codes: list[str], named: Callable[[str], str], language: str) -> tuple[str, ...]:
    # A saved choice may name what a changed plan no longer has.
    held = [code for code in st.session_state.get(_KEY + name, []) if code in codes]
    st.session_state[_KEY + name] = held
    label = word(f"briefing.choose_{name}", language)
    return tuple(st.multiselect(label, codes, format_func=named, key=_KEY + name, placeholder="–"))


def _target_names(view: View) -> dict[str, str]:
    rows = targets_at(view.build_id, view.plan_id, view.as_of, view.language, view.rule)
    return dict(rows.unique("target_id", maintain_order=True).select("target_id", "name").iter_rows())


def _earlier(months: list[dt.date], language: str) -> dt.date | None:
    """The month compared with; a quarter before, as long as none is chosen."""
    known = {month.isoformat(): month for month in months}
    if st.session_state.get(f"{_KEY}earlier") not in known:
        st.session_state[f"{_KEY}earlier"] = ""
    quarter = word("briefing.choose_quarter", language)
    found = st.selectbox(
        word("briefing.choose_earlier", language),
        ["", *known],
        format_func=lambda code: text.month(known[code], language) if code else quarter,
        key=f"{_KEY}earlier",
    )
    return known.get(found)


def _templates(language: str) -> dict[str, bytes]:
    """The unit's own templates that can be filled; of the others what is wrong with them."""
    kinds = [ending.removeprefix(".") for ending in KINDS_OF_TEMPLATES]
    label = word("briefing.own_template", language)
    files = st.file_uploader(label, type=kinds, accept_multiple_files=True, key=f"{_KEY}template")
    found: dict[str, bytes] = {}
    for file in files:
        try:
            kind = checked_template(file.name, file.getvalue())
        except TemplateRefused as fault:
            html(blocks.notice(word(f"refusal.brief.template_{fault.reason}", language, file=file.name)))
            continue
        if kind in found:
            html(blocks.notice(word("refusal.brief.template_twice", language, file=file.name)))
        else:
            found[kind] = file.getvalue()
    return found


def offer_to_keep(selection: Selection) -> None:
    """Fields to keep the choices under a name, so that the same briefing can be made next month."""
    if not is_allowed("decide"):
        return
    language = selection.language
    with st.form("briefing_keep", border=False):
        name = st.text_input(word("briefing.name", language), max_chars=40)
        by = operator_name(language, "briefing_by")
        if not st.form_submit_button(word("briefing.keep", language)):
            return
    try:
        write("decide", f"briefing {name}", office.save_briefing, name or "", kept(selection), by)
    except office_store.Incomplete:
        html(blocks.notice(word("briefing.kept_incomplete", language)))
    else:
        html(blocks.notice(word("briefing.kept", language, name=(name or "").strip())))


def offer_documents(found: Content, templates: Mapping[str, bytes]) -> None:
    """A button a kind of document, which is made when pressed, and everything in one zip."""
    with st.container(horizontal=True):
        for kind, ending in ENDINGS.items():
            label = word(f"briefing.save_{kind}", found.language)
            save_button(label, _maker(found, kind, templates), found.file_stem + ending, _MIME[kind])
        if is_allowed("export"):
            with st.popover(word("briefing.archive", found.language)):
                _offer_archive(found, templates)


def _maker(found: Content, kind: str, templates: Mapping[str, bytes]) -> Callable[[], bytes]:
    return lambda: made(found, kind, templates)[1]


def _offer_archive(found: Content, templates: Mapping[str, bytes]) -> None:
    """The zip is made when asked for, as drawing pictures takes seconds, and offered until a choice differs."""
    language = found.language
    kinds = st.multiselect(
        word("briefing.archive_images", language), KINDS, format_func=str.upper, key=f"{_KEY}images", placeholder="–"
    )
    asked = (found.selection, tuple(kinds), hash(tuple(templates.items())))
    if st.button(word("briefing.archive_make", language)):
        st.session_state[f"{_KEY}archive"] = (asked, found, *_archive(found, kinds, templates))
    held = st.session_state.get(f"{_KEY}archive")
    # The content may differ for the same choice: a meeting may have decided something in between.
    if held is None or held[0] != asked or held[1] is not found:
        return
    name, archive, number, refused = held[2:]
    if refused:
        html(blocks.notice(f"{refused} {word('briefing.archive_without', language)}"))
    label = word("briefing.save_archive", language, number=number)
    save_button(label, lambda: archive, name, "application/zip")


def _archive(found: Content, kinds: list[str], templates: Mapping[str, bytes]) -> tuple[str, bytes, int, str]:
    """Name and bytes of the zip, how many files it holds, and why it holds no pictures where they were refused."""
    language = found.language
    shown = st.progress(0.0, word("briefing.archive_documents", language))
    files = dict(made(found, kind, templates) for kind in ENDINGS)

    def told(done: int, total: int) -> None:
        shown.progress(done / total, word("briefing.archive_pictures", language, done=done, total=total))

    refused = ""
    try:
        files |= pictures(found, kinds, told=told)
    except ImagesRefused as fault:
        refused = word(f"refusal.images.{fault.reason}", language)
    shown.empty()
    return *package(found, files), len(files), refused
