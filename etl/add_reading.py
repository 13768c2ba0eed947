"""What a file is as a list, ledger, pool or report: what the person states merged with title, name and columns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.areas import AreaResolver
from etl.clean import text_key
from etl.inbox import FORM_KINDS, WHOLE, Kind, Reading
from etl.ledger_add import is_ledger, ledger_reading
from etl.propose import Proposal, propose, stated_batch, title_tier
from etl.refusal import Refusal, not_stated
from etl.sandbox import Parsed
from etl.sheet_titles import refuse_other_sheets
from etl.value_reading import report_reading, value_kind
from tracker.catalog import Catalog
from tracker.catalog_models import Code

if TYPE_CHECKING:
    from etl.add import Statement

_ASKED = ("tier", "event", "event_on", "area_code")
_EXCLUDING = re.compile(r"不含([^）)]+)")


def reading_of(name: str, parsed: Parsed, statement: Statement, catalog: Catalog, number: int) -> Reading:
    """Merge what the person states with what title and file name say; ask for the rest.

    Raises:
        Refusal: naming what is missing and the options that supply it.
    """
    tier = tier_of(name, statement.tier, catalog)
    statement = replace(statement, tier=tier, batch=stated_batch(catalog, tier, statement.batch))
    meta: dict[str, Any] = {**parsed.meta}
    sheets = [s for s in meta["sheets"] if not s["is_hidden"] and statement.sheet in (None, s["name"])]
    titles = [title for sheet in sheets for title in sheet["titles"]]
    proposal = propose(catalog, name, titles, notes=[note for sheet in sheets for note in sheet["notes"]])
    dated = statement.event_on or proposal.event_on
    area_code = area_of(name, statement.area, catalog, dated)
    if area_code is None and proposal.area_code is not None:
        area_code = _named_by_title(name, proposal.area_code, dated or statement.received_on, catalog)
    values: dict[str, Any] = {
        "tier": statement.tier or proposal.tier,
        "event": statement.event or proposal.event,
        "event_on": dated,
        "area_code": area_code,
    }
    kind = statement.kind or _proposed_kind(name, parsed.folder, proposal, statement, sheets, catalog)
    if kind in FORM_KINDS:
        raise Refusal("form.not_a_form", {"file": name})
    if kind == "enterprise_values" or kind == "area_values":
        return report_reading(name, parsed.folder, sheets, kind, area_code, statement, number, catalog)
    if kind == "ledger":
        ledger = ledger_reading(name, sheets, area_code, statement, proposal, number, catalog)
        announced = _announced(name, sheets, statement, ledger.area_code, catalog)
        excluding = _excluding(name, titles, statement, catalog)
        return ledger.model_copy(update={"announced": announced, "excluding": excluding})
    if kind == "pool":
        values["event"] = None
    missing = [key for key in _ASKED if values[key] is None and not (key == "event" and kind == "pool")]
    if missing:
        raise not_stated(name, (titles or ["–"])[0], [_option(key) for key in missing])
    valid_from, valid_to = statement.valid_from or proposal.valid_from, statement.valid_to or proposal.valid_to
    _refuse_bad_dates(name, values["event_on"], valid_from, valid_to, statement.received_on)
    reviewed = statement.reviewed_cohort or proposal.reviewed_cohort
    if statement.is_final and values["event"] == "review_passed" and reviewed is None:
        raise Refusal("add.final_without_cohort", {"file": name})
    reading = Reading(
        reading_no=number,
        kind=kind,
        sheet=statement.sheet,
        batch=statement.batch or proposal.batch,
        cohort_year=statement.cohort_year or _cohort(proposal, statement),
        reviewed_cohort=reviewed,
        document_no=statement.document_no or proposal.document_no,
        valid_from=valid_from,
        valid_to=valid_to,
        excluding=_excluding(name, titles, statement, catalog),
        announced=_announced(name, sheets, statement, values["area_code"], catalog),
        is_final=statement.is_final,
        added_on=statement.received_on,
        **values,
    )
    refuse_other_sheets(name, sheets, reading, catalog)
    return reading


def tier_of(name: str, text: str | None, catalog: Catalog) -> Code | None:
    """The tier that a person names by its code, by a name of the catalogue, or by a wording of its title.

    Raises:
        Refusal: where no tier is called so.
    """
    if text is None or text in catalog.tiers:
        return text
    names = {
        text_key(called): code
        for code, tier in catalog.tiers.items()
        for called in (tier.name.zh, tier.name.en, tier.short.zh, tier.short.en)
    }
    code = names.get(text_key(text)) or title_tier(catalog, text, None, None)[1]
    if code is None:
        known = "、".join(f"{tier.short.zh} {tier.tier}" for tier in catalog.tiers.values())
        raise Refusal("add.unknown_tier", {"file": name, "tier": text, "known": known})
    return code


def _proposed_kind(
    name: str,
    folder: Path,
    proposal: Proposal,
    statement: Statement,
    sheets: list[dict[str, Any]],
    catalog: Catalog,
) -> Kind:
    """What title and columns make of a file. A list of an event stays one, whatever columns it has besides."""
    values = value_kind(sheets, catalog)
    if is_ledger(name, folder, sheets, statement, proposal, values is not None, catalog):
        return "ledger"
    if proposal.is_pool:
        return "pool"
    names_event = statement.tier or statement.event or statement.event_on or proposal.event
    return (None if names_event else values) or "list"


def _option(missing: str) -> str:
    return {"tier": "--tier", "event": "--event", "event_on": "--on", "area_code": "--area"}[missing]


def _cohort(proposal: Proposal, statement: Statement) -> int | None:
    """The cohort a title belongs to: the year its window is stated to open, else that of its batch, else as printed."""
    printed = proposal.valid_from.year if proposal.valid_from else None
    return statement.valid_from.year if statement.valid_from else proposal.cohort_year or printed


def _refuse_bad_dates(
    name: str, event_on: dt.date, valid_from: dt.date | None, valid_to: dt.date | None, received_on: dt.date
) -> None:
    if event_on > received_on:
        raise Refusal("add.date_after_receipt", {"file": name, "on": event_on, "received_on": received_on})
    if valid_from and valid_to and valid_to < valid_from:
        window = {"valid_from": valid_from, "valid_to": valid_to}
        raise Refusal("add.valid_to_before_valid_from", {"file": name, **window})


def mapping_of(name: str, stated: Iterable[str], catalog: Catalog) -> dict[str, str]:
    """What the columns of a file mean as a person states it: ``持有主体=name``, or ``备注=`` for "do not read".

    Raises:
        Refusal: where there is no such field.
    """
    mapping: dict[str, str] = {}
    for text in stated:
        caption, is_pair, field = (part.strip() for part in text.rpartition("="))
        if not is_pair or not caption or (field and field not in catalog.headers):
            raise Refusal("desk.unknown_field", {"file": name, "value": text, "known": "、".join(catalog.headers)})
        mapping[caption] = field
    return mapping


def _named_by_title(name: str, code: Code, printed_on: dt.date, catalog: Catalog) -> Code:
    """The area that a title names, refused where a newer area of the same name may be meant."""
    candidates = AreaResolver(catalog).namesake(code, printed_on)
    if candidates:
        called = {"area": catalog.areas[code].name.zh, "candidates": "、".join(candidates)}
        raise Refusal("add.shared_area_name", {"file": name, **called})
    return code


def area_of(name: str, text: str | None, catalog: Catalog, printed_on: dt.date | None = None) -> Code | None:
    """The area that a person names by its code or name, for a list of a day.

    Raises:
        Refusal: where no area, or more than one, is called so; with the nearest ones.
    """
    if text is None or text in catalog.areas:
        return text
    resolution = AreaResolver(catalog).resolve((text,), None, printed_on=printed_on)
    if resolution.problem is not None or resolution.area_code is None:
        candidates = "、".join(resolution.candidates) or "–"
        raise Refusal("add.unknown_area", {"file": name, "area": text, "candidates": candidates})
    return resolution.area_code


def _excluding(name: str, titles: list[str], statement: Statement, catalog: Catalog) -> tuple[Code, ...]:
    """Areas that the list leaves to another issuer: stated, or printed as 不含宁波 in title or file name."""
    if statement.excluding:
        return tuple(code for text in statement.excluding if (code := area_of(name, text, catalog)))
    printed = [part for text in (name, *titles) for found in _EXCLUDING.findall(text) for part in found.split("、")]
    resolver = AreaResolver(catalog)
    codes = [resolver.resolve((text,), None).area_code for text in dict.fromkeys(printed)]
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def _announced(
    name: str, sheets: list[dict[str, Any]], statement: Statement, area_code: Code, catalog: Catalog
) -> dict[str, int]:
    """The issuer's own numbers: as stated (``502``, ``杭州市=155``), else as printed in the file."""
    if statement.announced:
        return dict(_stated_number(name, text, catalog) for text in statement.announced)
    resolver = AreaResolver(catalog)
    found: dict[str, int] = {}
    for sheet in sheets:
        for item in sheet["announced"]:
            block = item["block"]
            code = resolver.resolve((block,), area_code).area_code if block else WHOLE
            if code is not None:
                # Two different totals in one file cannot both be met: the larger one stays and shows the gap.
                found[code] = max(item["number"], found.get(code, 0))
    return found


def _stated_number(name: str, text: str, catalog: Catalog) -> tuple[str, int]:
    scope, _, number = text.rpartition("=")
    if not number.strip().isdigit():
        raise Refusal("add.bad_announced", {"file": name, "value": text})
    code = area_of(name, scope.strip(), catalog) if scope else WHOLE
    return code or WHOLE, int(number)
