"""What a person states of a file on the desk: what it is, for which area and day, what its columns mean."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from tracker import blocks, blocks_desk, desk, desk_board, desk_words, uploads
from tracker.catalog import Catalog
from tracker.desk_board import Item, Record
from tracker.files import zipped
from tracker.rights import Person
from tracker.text import word
from tracker.ui.frame import html, mime_of
from tracker.ui.gate import allowed, known_name, save_button, write
from tracker.uploads import Upload

KINDS = ("list", "pool", "ledger", "enterprise_values", "area_values")
EVENTS = (
    "recognition", "publicity", "review_passed", "review_publicity", "recommended", "change", "moved_out", "lapsed",
    "revoked",
)  # fmt: skip
_DAYS = ("event_on", "valid_from", "valid_to")
_MORE = ("sheet", "period", "unit", "year_day", "reason", "issuer", "source")
# What files that came together may have in common; the rest is each file's own.
_COMMON = (
    "kind", "tier", "event", "batch", *_DAYS, "area", "document_no", "reviewed_cohort", "excluding", "period", "unit",
    "year_day", "issuer", "source", "received_on",
)  # fmt: skip
# How each is written, in codes and numbers of the files themselves.
_HINTS = {"batch": "5, 2025-1", "announced": "502 杭州市=155", "period": "2025Q3", "year_day": "12-31"}
_IGNORED = "-"
# A day with its two signs needs the width of a third.
_COLUMNS_A_ROW = 3


def one_upload(item: Item, items: Sequence[Item], catalog: Catalog, language: str) -> None:
    """One file: what it proposes to be, what is stated of it, what its check found, what to send back.

    Args:
        item: the file.
        items: all on the desk; what is stated of one may be meant for others as well.
        catalog: areas, tiers and captions.
        language: of the words.
    """
    member = _pick_member(item, language)
    shown = [r for r in item.records or [] if member in ("", r["file"])]
    html(blocks_desk.problems([line for r in shown for line in desk_words.refusal_lines(r, language)]))
    record = (shown or [{}])[0]
    if shown and all(map(desk_board.is_unreadable, shown)):
        html(blocks.paragraph(word("desk.unreadable", language)))
        _offer_again(item.upload, item.upload.file_id[:12], language)
        return
    if shown and all(map(desk_words.says_itself, shown)):
        html(blocks.paragraph(word("desk.says_itself", language)))
        for found in shown:
            _outcome(found, catalog, language, is_named=len(shown) > 1)
        _offer_again(item.upload, item.upload.file_id[:12], language)
        return
    if item.state == "broken" and item.check is not None:
        html(blocks_desk.problems(desk_words.refused_lines(item.check, language)))
    left, right = st.columns([2, 3], gap="large")
    with left:
        _tell_memory(item, language)
        if member or not item.members:
            html(blocks_desk.proposal_table(desk_words.proposals(record, catalog, language), language))
    with right:
        others = [] if member else [other for other in items if other.upload.file_id != item.upload.file_id]
        _statement(item, member, record, others, catalog, language)
    for found in shown:
        _outcome(found, catalog, language, is_named=len(shown) > 1)
    if any(found.get("rejected") for found in shown):
        _offer_annotated(item, member, language)


def _pick_member(item: Item, language: str) -> str:
    """Of an archive the file to look at, first the one that asks for something; empty for all that say alike."""
    if not item.members:
        return ""
    asks = next((r["file"] for r in item.records or [] if r["status"] == "refused"), "")
    options = ["", *item.members]
    named: Callable[[str], str] = lambda name: name or word("desk.whole_archive", language)  # noqa: E731
    key = f"desk_member_{item.upload.file_id[:12]}"
    return str(st.selectbox(word("desk.member", language), options, options.index(asks), format_func=named, key=key))


def _tell_memory(item: Item, language: str) -> None:
    stated, on, by = uploads.remembered(item.upload.name)
    if stated and not item.upload.stated_by and item.upload.stated == stated:
        said = {"on": on, "by": by or "–", "source": uploads.source_of(item.upload.name)}
        html(blocks.notice(word("desk.remembered", language, **said)))


def _outcome(record: Record, catalog: Catalog, language: str, *, is_named: bool) -> None:
    lines = desk_words.announced_lines(record, catalog, language) + desk_words.notes(record, catalog, language)
    if is_named and (lines or record.get("rejected") or record.get("asked")):
        html(blocks.section(desk_words.sheet_name(record), desk_words.reading_phrase(record, catalog, language)))
    faults, asked = blocks_desk.fault_table(record, language), blocks_desk.asked_table(record, catalog, language)
    html(blocks_desk.remarks(lines), faults, asked)


def _offer_annotated(item: Item, member: str, language: str) -> None:
    """Of a file its annotated copy; of an archive those of all its files, or that of the one that is looked at."""
    person, is_many = allowed("upload"), bool(item.members) and not member
    ending, key = ("zip", "annotate_all") if is_many else ("xlsx", "annotate")
    name = f"{Path(member or item.upload.name).stem}_{word('desk.annotated', language)}.{ending}"

    def made() -> bytes:
        copies = annotated(item, language, person)
        return zipped(dict(copies.values())) if is_many else copies[member or item.upload.name][1]

    save_button(word(f"desk.{key}", language), made, name, mime_of(name))


def annotated(item: Item, language: str, person: Person) -> dict[str, tuple[str, bytes]]:
    """By the name of the file the name and content of its copy, made by the same command as in the shell."""
    with TemporaryDirectory() as folder:
        given, out = Path(folder) / "given.json", Path(folder) / "out"
        out.mkdir()
        given.write_text(json.dumps([desk_board.entry_of(item.upload)], ensure_ascii=False), encoding="utf-8")
        answer = desk.run(["check", f"--stated={given}", f"--annotate={out}", f"--language={language}"], person)
        made = {record["file"]: Path(record["annotated"]) for record in answer.content if record.get("rejected")}
        return {file: (path.name, path.read_bytes()) for file, path in made.items()}


def _statement(
    item: Item, member: str, record: Record, others: Sequence[Item], catalog: Catalog, language: str
) -> None:
    """The form: every field may be left to the file. ``member``: the one file of an archive that it is about;
    ``others``: files of which the same may be stated.
    """
    upload, shared = item.upload, item.upload.stated
    stated = shared.get("members", {}).get(member, shared)
    # Whoever states something elsewhere is seen here: another statement, other widgets.
    mark = hashlib.sha256(json.dumps([upload.file_id, member, stated], sort_keys=True).encode()).hexdigest()[:10]

    def key(field: str) -> str:
        return f"desk_{field}_{mark}"

    def said(field: str) -> str:
        return word(f"desk.field_{field}", language)

    def choice(field: str, options: list[str], named: Callable[[str], str], left_open: str = "by_file") -> str:
        every = list(dict.fromkeys(["", *options, *filter(None, [stated.get(field)])]))
        by_file = word(f"desk.{left_open}", language)
        index = every.index(stated.get(field) or "")
        shown: Callable[[str], str] = lambda code: named(code) if code else by_file  # noqa: E731
        # What a file may replace is known only once it is known which list it is.
        hint = word("desk.replaces_help", language) if field == "replaces" else None
        return str(st.selectbox(said(field), every, index=index, format_func=shown, key=key(field), help=hint) or "")

    def day(field: str, latest: dt.date = dt.date(2100, 12, 31)) -> str:
        value = dt.date.fromisoformat(stated[field]) if stated.get(field) else None
        chosen = st.date_input(
            said(field),
            value,
            format="YYYY-MM-DD",
            key=key(field),
            min_value=dt.date(2000, 1, 1),
            max_value=latest,
        )
        return chosen.isoformat() if isinstance(chosen, dt.date) else ""

    def line(field: str) -> str:
        value = stated.get(field) or ""
        return st.text_input(said(field), value, key=key(field), max_chars=200, placeholder=_HINTS.get(field)).strip()

    changed: dict[str, Any] = {}
    with st.form(key("form"), border=False, enter_to_submit=False):
        columns = st.columns(_COLUMNS_A_ROW)
        with columns[0]:
            changed["kind"] = choice("kind", list(KINDS), lambda code: word(f"desk.kind_{code}", language))
            changed["batch"] = line("batch")
        with columns[1]:
            tiers = {code: tier.short.in_language(language) for code, tier in catalog.tiers.items()}
            changed["tier"] = choice("tier", list(tiers), lambda code: tiers.get(code, code))
            areas = {code: catalog.areas[code].name.in_language(language) for code in _own_areas(catalog)}
            changed["area"] = choice("area", list(areas), lambda code: areas.get(code, code))
        with columns[2]:
            changed["event"] = choice("event", list(EVENTS), lambda code: word(f"event.{code}", language))
            changed["document_no"] = line("document_no")
        for column, field in zip(st.columns(_COLUMNS_A_ROW), _DAYS, strict=True):
            with column:
                changed[field] = day(field)
        columns = st.columns(_COLUMNS_A_ROW)
        with columns[0]:
            announced = st.text_input(
                said("announced"),
                " ".join(stated.get("announced") or ()),
                key=key("announced"),
                placeholder=_HINTS["announced"],
            )
            changed["announced"] = announced.split()
        with columns[1]:
            changed["reviewed_cohort"] = line("reviewed_cohort")
        with columns[2]:
            twins = desk_board.replaceable(record)
            names = _twin_names([*twins, *filter(None, [stated.get("replaces")])])
            changed["replaces"] = choice("replaces", twins, lambda code: names.get(code, code[:12]), "replaces_none")
        changed["is_final"] = st.checkbox(said("is_final"), bool(stated.get("is_final")), key=key("is_final"))
        with st.expander(word("desk.more_fields", language)):
            changed["excluding"] = st.multiselect(
                said("excluding"),
                list(areas),
                [code for code in stated.get("excluding") or () if code in areas],
                format_func=lambda code: areas[code],
                key=key("excluding"),
                placeholder=word("native.choose_options", language),
            )
            columns = st.columns(_COLUMNS_A_ROW)
            for place, field in enumerate(_MORE):
                with columns[place % _COLUMNS_A_ROW]:
                    changed[field] = line(field)
            if not member:
                changed["received_on"] = day("received_on", dt.date.today())
        with st.expander(word("desk.columns", language)):
            changed["mapping"] = _mapping(record, stated.get("mapping") or {}, catalog, language, key)
        also = _pick_others(others, key("also"), language)
        is_sent = st.form_submit_button(word("desk.save_statement", language), type="primary")
    if is_sent:
        members = shared.get("members", {})
        kept = shared | {"members": {**members, member: changed}} if member else changed | {"members": members}
        shared_by_all = {field: changed[field] for field in _COMMON if changed.get(field)}
        _save([(other.upload, other.upload.stated | shared_by_all) for other in also] + [(upload, kept)], language)
    _offer_again(upload, mark, language)


def _offer_again(upload: Upload, mark: str, language: str) -> None:
    """What can be done with any file: check it again, or put it aside."""
    with st.container(horizontal=True):
        if st.button(word("desk.check_again", language), key=f"desk_again_{mark}"):
            desk_board.check([upload], allowed("upload"))
            st.rerun()
        if st.button(word("desk.set_aside", language), key=f"desk_aside_{mark}"):
            write("upload", upload.name, uploads.set_aside, upload, known_name())
            st.rerun()


def _own_areas(catalog: Catalog) -> list[str]:
    """The areas that a file may be stated to be of: all, or those that the person loads for."""
    own = allowed("upload").loads_for
    return [code for code in catalog.areas if not own or any(catalog.is_within(code, scope) for scope in own)]


def _pick_others(others: Sequence[Item], key: str, language: str) -> list[Item]:
    """The files of which the same is stated, those that still ask for something first."""
    if not others:
        return []
    by_id = {item.upload.file_id: item for item in sorted(others, key=lambda item: item.state != "asks")}
    names = desk_words.upload_names(item.upload for item in others)
    chosen = st.multiselect(
        word("desk.also", language),
        list(by_id),
        format_func=names.__getitem__,
        help=word("desk.also_help", language),
        key=key,
        placeholder=word("desk.also_none", language),
    )
    return [by_id[code] for code in chosen]


def _save(statements: Sequence[tuple[Upload, dict[str, Any]]], language: str) -> None:
    try:
        for upload, stated in statements:
            write("upload", upload.name, uploads.state, upload, stated, known_name())
    except OSError as fault:
        html(blocks.notice(word("desk.disk", language, detail=fault.strerror or str(fault))))
        return
    st.rerun()


def _twin_names(twins: list[str]) -> dict[str, str]:
    if not twins:
        return {}
    known = desk_board.files_in_inbox(allowed("upload"))
    # A refusal names a file by the first signs of its number.
    found = {twin: file for twin in twins for file in known if file["file_id"].startswith(twin)}
    return desk_words.told_apart({code: (one["original_name"], one["received_on"]) for code, one in found.items()})


def _mapping(
    record: Record, stated: dict[str, str], catalog: Catalog, language: str, key: Callable[[str], str]
) -> dict[str, str]:
    """What the columns mean where the program reads them otherwise; only what differs is stated."""
    fields = {
        code: header.captions[0] if language == "zh" else code.replace("_", " ")
        for code, header in catalog.headers.items()
        if header.captions and not header.is_personal
    }
    sheets = (record.get("seen") or {}).get("sheets") or []
    captions = {
        c["header"]: c["field"] for sheet in sheets if not sheet["is_hidden"] for c in sheet["columns"] if c["header"]
    }
    captions |= {caption: None for caption in stated if caption not in captions}
    mapping: dict[str, str] = {}
    columns = st.columns(_COLUMNS_A_ROW)
    for place, (caption, field) in enumerate(captions.items()):
        read_as = fields.get(field or "", field) if field else word("desk.not_read", language)
        by_file = word("desk.column_by_file", language, field=read_as)
        options = ["", _IGNORED, *fields]
        now = (stated[caption] or _IGNORED) if caption in stated else ""
        labels = {"": by_file, _IGNORED: word("desk.ignore_column", language), **fields}
        with columns[place % _COLUMNS_A_ROW]:
            chosen = st.selectbox(
                caption, options, options.index(now) if now in options else 0,
                format_func=labels.__getitem__, key=key(f"column_{place}"),
            )  # fmt: skip
        if chosen:
            mapping[caption] = "" if chosen == _IGNORED else chosen
    with columns[0]:
        more = st.text_input(word("desk.other_caption", language), key=key("other_caption"), max_chars=60).strip()
    with columns[1]:
        meant = st.selectbox(
            word("desk.other_field", language), ["", *fields], format_func=lambda code: fields.get(code, "–"),
            key=key("other_field"),
        )  # fmt: skip
    if more and meant:
        mapping[more] = meant
    return mapping
