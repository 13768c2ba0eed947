"""Designed parts of the pages about people: who has which rights, and who did what. Pure, as in blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import polars as pl

from tracker import blocks, text
from tracker.audit import Chain, Entry
from tracker.people import Granted
from tracker.rights import ROLES, is_at_least
from tracker.text import word

_COLUMNS = ("at", "person", "action", "subject", "source", "entry")
_GRANT = re.compile(r"grant (.+): (\w+), (\S+), (\w+), (\w+)")


def people_finding(people: Iterable[Granted], language: str) -> str:
    """How many people have rights, by role."""
    roles = [given.role for given in people]
    if not roles:
        return word("rights.nobody", language)
    said = [
        word("rights.of_role", language, role=word(f"role.{role}", language), number=roles.count(role))
        for role in reversed(ROLES)
        if role in roles
    ]
    return word("rights.finding", language, number=len(roles), roles=text.listed(said, language))


def people_table(people: Iterable[Granted], areas: Mapping[str, str], common: bool, language: str) -> str:
    """One row a person: role, areas, whether all or the own area is seen, whether files may be saved."""
    columns = ("name", "role", "areas", "sees", "export")
    rows = [
        (
            given.name,
            word(f"role.{given.role}", language),
            text.listed([areas.get(code, code) for code in given.areas], language)
            or word("rights.all_areas", language),
            word(f"rights.sees_{sees(given, common)}", language),
            word("rights.yes" if given.may_export else "rights.no", language),
        )
        for given in people
    ]
    return blocks.table([word(f"rights.column_{column}", language) for column in columns], blocks.plain_rows(rows))


def sees(given: Granted, common: bool) -> str:
    """``own`` where the person sees the own areas only, else ``all``."""
    is_own = common if given.sees_own_area is None else given.sees_own_area
    return "own" if is_own and given.areas and not is_at_least(given.role, "editor") else "all"


def audit_frame(entries: Iterable[Entry], language: str) -> pl.DataFrame:
    """One row an entry of the audit, in words, as it is shown and saved."""
    rows = [
        {
            "at": entry.at.replace("T", " "),
            "person": entry.person or "–",
            "action": word(f"audit.action_{entry.action}", language),
            "subject": subject(entry, language),
            "source": word(f"audit.source_{entry.source}", language),
            "entry": entry.entry,
        }
        for entry in entries
    ]
    schema = dict.fromkeys(_COLUMNS, pl.String) | {"entry": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema)
    return frame.rename({column: word(f"audit.column_{column}", language) for column in _COLUMNS})


def subject(entry: Entry, language: str) -> str:
    """What it was done to; why a sign-in was refused, and which rights were given, in words."""
    if entry.action == "refused" and entry.subject:
        return word(f"sign_in.{entry.subject}_title", language)
    if entry.action != "rights":
        return entry.subject
    if found := _GRANT.fullmatch(entry.subject):
        name, role, areas, sees, export = found.groups()
        given = {
            "name": name,
            "role": word(f"role.{role}", language),
            "areas": word("rights.all_areas", language) if areas == "all" else areas,
            "sees": word(f"rights.sees_{sees}", language),
            "export": word("audit.export" if export == "export" else "audit.no_export", language),
        }
        return word("audit.granted", language, **given)
    verb, _, rest = entry.subject.partition(" ")
    if verb == "revoke":
        return word("audit.revoked", language, name=rest)
    return word("audit.common_on" if rest == "1" else "audit.common_off", language)


def audit_table(frame: pl.DataFrame) -> str:
    """Rows of :func:`audit_frame`."""
    rows = ([at, *map(str, others)] for at, *others in frame.iter_rows())
    return f'<div class="tt-moments">{blocks.table(frame.columns, blocks.plain_rows(rows))}</div>'


def audit_finding(found: int, chain: Chain, language: str) -> str:
    """How many entries match, of how many."""
    return word("audit.finding", language, found=found, number=chain.entries)


def chain_line(chain: Chain, language: str) -> str:
    """Whether the entries are as they were written, and the hash to compare with a later look."""
    if chain.broken_at is not None:
        return word("audit.broken", language, entry=chain.broken_at)
    return word("audit.whole", language, number=chain.entries, hash=chain.newest_hash[:16] or "–")
