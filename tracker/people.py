"""Who may do what, as kept in the office store and looked up at every run of a page; and this installation's settings.

Nobody is in it at first: the command line gives the first rights, and gives them back when nobody can sign in.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass

from tracker import audit, office_store
from tracker.keeping import kept
from tracker.office_store import Connection, OfficeError, Row, reading, stated, store_exists, writing
from tracker.rights import ROLES, Person

LONGEST_NAME = 120
OWN_AREA_ONLY = "own_area_only"
OPERATOR = "operator"


class UnknownRole(OfficeError):
    """There is no such role."""


class NameTooLong(OfficeError):
    """The name is longer than any name of a person."""


class LastAdmin(OfficeError):
    """Nobody could give rights any more."""


class NobodyOfThatName(OfficeError):
    """The person has no rights that could be taken."""


@dataclass(frozen=True)
class Granted:
    """The rights of a person as they were given. ``sees_own_area`` None: as the common setting says."""

    name: str
    role: str
    areas: tuple[str, ...] = ()
    may_export: bool = True
    sees_own_area: bool | None = None

    @property
    def in_words(self) -> str:
        """What the audit keeps of it, in codes."""
        own = {None: "common", True: "own", False: "all"}[self.sees_own_area]
        export = "export" if self.may_export else "no_export"
        return f"{self.name}: {self.role}, {'+'.join(self.areas) or 'all'}, {own}, {export}"


def people() -> list[Granted]:
    """Everybody who has rights, by name."""
    with reading() as office:
        return [_granted(row) for row in office.execute("SELECT * FROM person ORDER BY name")]


def person_of(name: str) -> Person | None:
    """A person with the rights that hold now; None for somebody without any."""
    if not store_exists():  # asked at every run of a page, and an empty store takes milliseconds to make
        return None
    with reading() as office:
        found = office.execute("SELECT * FROM person WHERE name = ?", [name]).fetchone()
        common = _setting(office, OWN_AREA_ONLY) == "1"
    if found is None:
        return None
    given = _granted(found)
    sees_own_area = common if given.sees_own_area is None else given.sees_own_area
    return Person(given.name, given.role, given.areas, given.may_export, sees_own_area)


def grant(given: Granted, by: str, source: str) -> None:
    """Give a person rights in place of those held before.

    Raises:
        Incomplete: where the name is empty.
        NameTooLong: where it cannot be the name of a person.
        UnknownRole: where the role is none of :data:`tracker.rights.ROLES`.
        LastAdmin: where it would take the right to give rights from the last who has it.
    """
    name = stated(given.name)
    if given.role not in ROLES:
        raise UnknownRole(given.role)
    if len(name) > LONGEST_NAME:
        raise NameTooLong(name[:LONGEST_NAME])
    own = None if given.sees_own_area is None else int(given.sees_own_area)
    values = [name, given.role, json.dumps(given.areas), int(given.may_export), own]
    with writing() as office:
        if given.role != "admin":
            _keep_an_admin(office, name)
        office.execute("INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?, ?)", values)
        audit.record_in(office, by, "rights", f"grant {given.in_words}", source)


def revoke(name: str, by: str, source: str) -> None:
    """Take all rights from a person; it holds from the next run of any page.

    Raises:
        NobodyOfThatName: where the person has none.
        LastAdmin: where nobody could give rights any more.
    """
    with writing() as office:
        _keep_an_admin(office, name)
        if office.execute("DELETE FROM person WHERE name = ?", [name]).rowcount == 0:
            raise NobodyOfThatName(name)
        audit.record_in(office, by, "rights", f"revoke {name}", source)


def own_area_only() -> bool:
    """Whether people with areas see their own areas only, unless their own rights say otherwise."""
    return remembered(OWN_AREA_ONLY) == "1"


def set_own_area_only(is_on: bool, by: str, source: str) -> None:
    """Change the common setting; it holds from the next run of any page."""
    with writing() as office:
        _set(office, OWN_AREA_ONLY, str(int(is_on)))
        audit.record_in(office, by, "rights", f"{OWN_AREA_ONLY} {int(is_on)}", source)


def remembered(name: str) -> str:
    """A setting of this installation; empty where it was never made."""
    if not store_exists():
        return ""
    with reading() as office:
        return _setting(office, name)


def operator() -> str:
    """Who works at this one PC, as it was last said; empty where it never was."""
    stamp = office_store.stamp()
    return "" if stamp is None else _operator(stamp)


@kept(8)
def _operator(stamp: Hashable) -> str:
    return remembered(OPERATOR)


def remember_operator(name: str) -> None:
    """Keep who works at this one PC, so that the name is asked once."""
    with writing() as office:
        _set(office, OPERATOR, stated(name))


def _setting(office: Connection, name: str) -> str:
    found = office.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchone()
    return str(found["value"]) if found else ""


def _set(office: Connection, name: str, value: str) -> None:
    office.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [name, value])


def _keep_an_admin(office: Connection, changed: str) -> None:
    """Refuse to take the last right to give rights: a browser could not give it back."""
    admins = {row["name"] for row in office.execute("SELECT name FROM person WHERE role = 'admin'")}
    if admins == {changed}:
        raise LastAdmin(changed)


def _granted(row: Row) -> Granted:
    own = None if row["sees_own_area"] is None else bool(row["sees_own_area"])
    return Granted(row["name"], row["role"], row["areas"], bool(row["may_export"]), own)
