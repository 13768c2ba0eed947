"""One enterprise, one file (一企一档): titles, values and the place of every fact in its source. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from tracker import text, warehouse
from tracker.charts.frame import Frame
from tracker.enterprises_words import amount, batch_name
from tracker.keeping import kept
from tracker.names import name_key
from tracker.text import word

# What may be all that is on record of an enterprise: lists that give no title, and titles that are not in force yet.
_ON_RECORD = ("recommended", "publicity", "review_publicity", "recognition", "review_passed")


@dataclass(frozen=True)
class Profile:
    """Everything the build knows of one enterprise."""

    enterprise_id: int
    code: str
    name: str
    uscc: str | None
    former_names: pl.DataFrame
    places: pl.DataFrame
    stretches: pl.DataFrame
    events: pl.DataFrame
    values: pl.DataFrame
    rejected: pl.DataFrame


@kept(64)
def profile(build_id: str, code: str, language: str) -> Profile | None:
    """The enterprise of a link; None where the build has none under this code."""
    found = warehouse.query(build_id, "enterprise_by_code", code=code)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    enterprise_id = row["enterprise_id"]

    def facts(name: str, **parameters: object) -> pl.DataFrame:
        return warehouse.query(build_id, name, enterprise_id=enterprise_id, **parameters)

    former = facts("enterprise_former_names")
    keys = [row["name_key"], *former["name_key"]]
    return Profile(
        enterprise_id=enterprise_id,
        code=code,
        name=row["name"],
        uscc=row["uscc"],
        former_names=former,
        places=facts("enterprise_places", language=language),
        stretches=facts("enterprise_stretches", language=language),
        events=facts("enterprise_events", language=language),
        values=facts("enterprise_values", language=language),
        rejected=_rejected(build_id, keys, row["uscc"]),
    )


@kept(3)
def _refused(build_id: str) -> pl.DataFrame:
    return warehouse.query(build_id, "rejected_rows").with_columns(key=name_key("name_as_printed"))


def _rejected(build_id: str, keys: list[str], uscc: str | None) -> pl.DataFrame:
    """The refused rows that print one of its names, or its code."""
    is_named = pl.col("key").is_in(keys)
    if uscc:
        is_named = is_named | (pl.col("value") == uscc)
    return _refused(build_id).filter(is_named.fill_null(False))


def highest_title(found: Profile, as_of: dt.date, language: str) -> str:
    """The first line: the highest title on a date and where it stands; what stood before where none is left."""
    held = found.stretches.filter((pl.col("from_on") <= as_of) & (pl.col("to_on") > as_of))
    for row in held.filter(pl.col("status") != "publicity").head(1).iter_rows(named=True):
        status = word(f"enterprises.status_{row['status']}", language)
        return word("profile.holds", language, name=found.name, tier=row["tier_short"], status=status)
    for row in held.head(1).iter_rows(named=True):
        return word("profile.shown", language, name=found.name, tier=row["tier_short"])
    past = found.stretches.filter((pl.col("to_on") <= as_of) & (pl.col("status") != "publicity"))
    for row in past.head(1).iter_rows(named=True):
        return word("profile.held", language, name=found.name, tier=row["tier_short"])
    return _on_record(found, as_of, language)


def _on_record(found: Profile, as_of: dt.date, language: str) -> str:
    """Who never held a title: on which list it stands last, and that it counts nowhere."""
    known = found.events.filter(pl.col("event").is_in(_ON_RECORD) & (pl.col("event_on") <= as_of))
    for row in known.tail(1).iter_rows(named=True):
        return word(
            f"profile.only_{row['event']}",
            language,
            name=found.name,
            tier=row["tier_short"],
            day=text.day(row["event_on"], language),
        )
    return word("profile.none", language, name=found.name)


def identity(found: Profile, language: str) -> list[tuple[str, str]]:
    """Code, names and areas as pairs of caption and text."""
    lines = [(word("enterprises.column_uscc", language), found.uscc or word("enterprises.missing", language))]
    if found.former_names.height:
        names = text.listed(found.former_names["name"].to_list(), language)
        lines.append((word("enterprises.column_former_names", language), names))
    if found.places.height:
        first, last = found.places["name"][0], found.places["name"][-1]
        lines.append((word("profile.area_now", language), last))
        if first != last:
            lines.append((word("profile.area_first", language), first))
    return lines


def timeline_rows(found: Profile, as_of: dt.date, language: str) -> pl.DataFrame:
    """One row per bar: ``row`` (the tier), ``status``, ``from_on``, ``to_on`` and the words of the bar.

    A window is printed to its last day, as the notice does. Waiting and publicity are drawn up to the date only:
    how long they will last is not known.
    """
    lasts = pl.when(pl.col("status") == "in_force").then("to_on").otherwise(pl.min_horizontal("to_on", pl.lit(as_of)))
    words = {
        code: word(f"enterprises.status_{code}", language) for code in ("in_force", "awaiting_review", "publicity")
    }
    return (
        found.stretches.filter(pl.col("from_on") <= as_of)
        .with_columns(to_on=lasts, row="tier_short")
        .filter(pl.col("to_on") > pl.col("from_on"))
        .with_columns(words=pl.col("status").replace_strict(words, return_dtype=pl.String))
        .select("row", "status", "from_on", "to_on", "words")
    )


def timeline_events(found: Profile, as_of: dt.date, language: str) -> pl.DataFrame:
    """One row per mark: ``row`` (the tier), ``on``, ``words``; the pool is no event."""
    events = found.events.filter((pl.col("event") != "pool") & (pl.col("event_on") <= as_of))
    words = [
        word(
            "profile.event",
            language,
            event=word(f"event.{row['event']}", language),
            batch=batch_name(row["batch"], language),
        )
        if row["batch"]
        else word(f"event.{row['event']}", language)
        for row in events.iter_rows(named=True)
    ]
    return events.select(row="tier_short", on="event_on").with_columns(words=pl.Series(words, dtype=pl.String))


def timeline_frame(found: Profile, as_of: dt.date, foot: str, language: str) -> Frame:
    """The words around the timeline: which title came when."""
    granted = found.events.filter(
        pl.col("event").is_in(["recognition", "review_passed"]) & (pl.col("event_on") <= as_of)
    )
    first = granted.group_by("tier_short").agg(pl.col("event_on").min()).sort("event_on", "tier_short")
    titles = [word("profile.first_held", language, tier=tier, year=day.year) for tier, day in first.iter_rows()]
    title = " → ".join(titles) or highest_title(found, as_of, language)
    subtitle = word("profile.timeline_note", language, day=text.day(as_of, language))
    return Frame(title=title, subtitle=subtitle, foot=foot)


def timeline_in_words(found: Profile, language: str) -> str:
    """The timeline as a sentence."""
    parts = [
        word(
            "profile.bar",
            language,
            tier=row["tier_short"],
            status=word(f"enterprises.status_{row['status']}", language),
            start=text.day(row["from_on"], language),
        )
        for row in found.stretches.sort("from_on").iter_rows(named=True)
    ]
    return word("profile.timeline_alt", language, name=found.name, parts=text.listed(parts, language))


def event_table(found: Profile, language: str) -> pl.DataFrame:
    """One row per event in words, with the place where it stands."""
    rows = [
        {
            "event_on": row["event_on"],
            "title": row["tier_short"],
            "event": _event_words(row, language),
            "batch": batch_name(row["batch"], language),
            "valid_from": row["valid_from"],
            "valid_to": row["valid_to"],
            "area": row["area_short"],
            "printed": row["name_as_printed"],
            **_place(row, language),
        }
        for row in found.events.iter_rows(named=True)
    ]
    days = {"event_on": pl.Date, "valid_from": pl.Date, "valid_to": pl.Date}
    texts = dict.fromkeys(("title", "event", "batch", "area", "printed", "file", "sheet", "cell"), pl.String)
    return pl.DataFrame(rows, schema={**texts, **days}, orient="row").select(
        "event_on", "title", "event", "batch", "valid_from", "valid_to", "area", "printed", "file", "sheet", "cell"
    )


def _event_words(row: dict[str, Any], language: str) -> str:
    marks = [word("profile.derived", language)] if row["is_derived"] else []
    marks += [word("profile.estimated", language)] if row["valid_to_estimated"] and row["valid_to"] else []
    return " ".join([word(f"event.{row['event']}", language), *marks])


def _place(row: dict[str, Any], language: str) -> dict[str, str | None]:
    """File, sheet and cell; of what a whole row tells its number, named as that."""
    cell = f"{row['column']}{row['row']}" if row["column"] else word("profile.row", language, row=row["row"])
    return {"file": row["original_name"], "sheet": row["sheet"], "cell": cell if row["row"] else None}


def value_table(found: Profile, language: str) -> pl.DataFrame:
    """One row per stated value in words, with the place where it stands."""
    rows = [
        {
            "measure": row["name"],
            "period": row["period_end"],
            "value": row["value_text"] if row["kind"] == "text" else amount(row["value"], row["unit"], language),
            **_place(row, language),
        }
        for row in found.values.iter_rows(named=True)
    ]
    texts = dict.fromkeys(("measure", "value", "file", "sheet", "cell"), pl.String)
    return pl.DataFrame(rows, schema={**texts, "period": pl.Date}, orient="row").select(
        "measure", "period", "value", "file", "sheet", "cell"
    )


def rejected_table(found: Profile, language: str) -> pl.DataFrame:
    """One row per refused row that names the enterprise: why, and where it stands."""
    rows = [
        {
            "printed": row["name_as_printed"],
            "reason": word(
                f"rule.{row['rule']}", language, value=row["value"] or "", candidates=row["candidates"] or ""
            ),
            **_place(row, language),
        }
        for row in found.rejected.iter_rows(named=True)
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("printed", "reason", "file", "sheet", "cell"), pl.String), orient="row"
    )


def saved(frame: pl.DataFrame, language: str) -> pl.DataFrame:
    """A table of this module with its columns named in words."""
    return frame.rename({column: word(f"enterprises.column_{column}", language) for column in frame.columns})


def sheets(found: Profile, language: str) -> dict[str, pl.DataFrame]:
    """The tables of a profile as they are saved, by sheet name."""
    tables = {
        "profile.events": event_table(found, language),
        "profile.values": value_table(found, language),
        "profile.rejected": rejected_table(found, language),
    }
    return {word(key, language): saved(frame, language) for key, frame in tables.items() if frame.height}
