"""What a person may do. Pure: rights are looked up in :mod:`tracker.people` and never taken from a cookie.

Each role may do what the role before it may. What a role allows is narrowed by three things: the right to export
stands apart from the right to view; who has areas loads files for these only; and where the setting says so, staff
with areas see their own areas only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ROLES = ("leader", "staff", "editor", "admin")
# The least role that may do it.
LEAST_ROLE = {
    "view": "leader",
    "export": "leader",
    "upload": "staff",
    "load": "staff",
    "decide": "staff",
    "withdraw": "editor",
    "publish": "editor",
    "go_back": "editor",
    "report": "editor",
    "catalogue": "editor",
    "correct": "editor",
    "threshold": "editor",
    "target": "editor",
    "audit": "editor",
    "rights": "admin",
}
ACTIONS = tuple(LEAST_ROLE)
# Pages that ask for more than the right to view.
PAGE_ACTIONS = {"desk": "upload", "questions": "upload", "audit": "audit", "rights": "rights"}
# Pages that show nothing of other areas to who sees the own area only; every other page compares areas or shows all.
OWN_AREA_PAGES = frozenset(
    (
        "overview", "indicators", "ladder", "candidates", "enterprises", "briefing", "desk", "questions", "due",
        "about",
    )
)  # fmt: skip

# What a command of the ETL does, for the page that starts it and for the audit.
COMMAND_ACTIONS = {
    "add": "load",
    "sample": "load",
    "withdraw": "withdraw",
    "accept": "correct",
    "correct": "correct",
    "decide": "target",
    "build": "publish",
    "use": "go_back",
    "report-mark": "report",
    "brief": "export",
    "backup": "export",
    "answer": "correct",
    "threshold": "threshold",
    "assign": "target",
    "handover": "export",
    "trace": "export",
    "rights": "rights",
}
# Commands that change nothing: what is checked was uploaded, the others only tell.
READING_COMMANDS = frozenset(
    ("check", "files", "builds", "corrections", "questions", "thresholds", "report", "template", "compare", "verify")
)
# Commands that cut what they take in and what they tell to the areas of who asks; no other tells of some areas only.
CUT_COMMANDS = frozenset(("check", "files", "corrections", "questions", "template", "compare"))


@dataclass(frozen=True)
class Person:
    """Somebody who signed in, with the rights that hold now.

    ``areas`` are the codes of the reporting units that a person of a district works for; none for all of them.
    """

    name: str
    role: str
    areas: tuple[str, ...] = ()
    may_export: bool = True
    sees_own_area: bool = False

    @property
    def only_areas(self) -> tuple[str, ...] | None:
        """The areas that the person may see; None for all. Who publishes for everybody sees everything."""
        is_narrow = self.sees_own_area and self.areas and not is_at_least(self.role, "editor")
        return self.areas if is_narrow else None

    @property
    def loads_for(self) -> tuple[str, ...]:
        """The areas that the person may load files of; none for all."""
        return () if is_at_least(self.role, "editor") else self.areas


class NotAllowed(Exception):
    """Somebody asked for what their rights do not allow. ``action`` is one of :data:`ACTIONS`."""

    def __init__(self, action: str, name: str) -> None:
        super().__init__(action, name)
        self.action = action
        self.name = name


def is_at_least(role: str, least: str) -> bool:
    """Whether a role is another one or above it; an unknown role is below all."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(least)


def may(person: Person | None, action: str, area: str | None = None) -> bool:
    """Whether a person may do something.

    Args:
        person: who; None, for nobody, may nothing.
        action: one of :data:`ACTIONS`.
        area: the code of the reporting unit that it is done for; None for the whole.
    """
    if person is None or not is_at_least(person.role, LEAST_ROLE[action]):
        return False
    if action == "export" and not person.may_export:
        return False
    if action == "load":
        return not person.loads_for or area in person.loads_for
    return area is None or person.only_areas is None or area in person.only_areas


def may_open(person: Person | None, page: str) -> bool:
    """Whether a person may open a page, named as in :data:`tracker.links.PAGES`."""
    if person is None:
        return False
    least = LEAST_ROLE[PAGE_ACTIONS.get(page, "view")]
    return is_at_least(person.role, least) and (person.only_areas is None or page in OWN_AREA_PAGES)


def actions_of(arguments: Sequence[str]) -> list[str]:
    """The rights that a command of the ETL asks for; one that nobody thought of asks for the highest.

    Args:
        arguments: the command and its options; with ``--build`` it publishes what it did.
    """
    command = arguments[0]
    if command in READING_COMMANDS:
        return ["upload" if command == "check" else "view"]
    publishes = ["publish"] if "--build" in arguments else []
    return [COMMAND_ACTIONS.get(command, "rights"), *publishes]


def require(person: Person | None, action: str, area: str | None = None) -> None:
    """Go on only with the right.

    Raises:
        NotAllowed: where :func:`may` says no.
    """
    if not may(person, action, area):
        raise NotAllowed(action, person.name if person else "")
