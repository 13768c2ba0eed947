"""``python -m etl rights``: give, take and list rights; the first administrator comes from here."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from etl.refusal import Refusal
from etl.report import print_line, say
from tracker import audit, people
from tracker.catalog import data_folder, for_data_folder
from tracker.office_store import Incomplete, OfficeError
from tracker.people import Granted
from tracker.rights import ROLES

_OWN_AREA = {"yes": True, "no": False, "common": None}


def add_rights_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``rights``."""
    asked = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    # Behind either word, as with every other command; the default of the inner one must not undo the outer one.
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=say("cli.json"))
    grant = asked.add_parser("grant", parents=[as_json], help=say("rights_command.grant"))
    grant.add_argument("name", metavar="NAME", help=say("rights_command.name_option"))
    grant.add_argument("role", choices=ROLES, help=say("rights_command.role_option"))
    grant.add_argument("--area", action="append", default=[], help=say("rights_command.area_option"))
    grant.add_argument("--no-export", action="store_true", help=say("rights_command.no_export_option"))
    grant.add_argument(
        "--own-area", choices=tuple(_OWN_AREA), default="common", help=say("rights_command.own_area_option")
    )
    revoke = asked.add_parser("revoke", parents=[as_json], help=say("rights_command.revoke"))
    revoke.add_argument("name", metavar="NAME", help=say("rights_command.name_option"))
    asked.add_parser("list", parents=[as_json], help=say("rights_command.list"))
    common = asked.add_parser("own-area", parents=[as_json], help=say("rights_command.own_area"))
    common.add_argument("state", choices=("on", "off"), help=say("rights_command.own_area"))


def change_rights(options: argparse.Namespace) -> int:
    """Give, take or list rights, or switch the common setting."""
    try:
        {"grant": _grant, "revoke": _revoke, "list": _list, "own-area": _own_area}[options.what](options)
    except people.LastAdmin as fault:
        raise Refusal("rights.last_admin", {"name": str(fault)}) from fault
    except people.NobodyOfThatName as fault:
        raise Refusal("rights.nobody", {"name": str(fault)}) from fault
    except (people.NameTooLong, Incomplete) as fault:
        raise Refusal("rights.bad_name", {"length": people.LONGEST_NAME}) from fault
    except OfficeError as fault:
        raise Refusal("mark.office", {"detail": f"{type(fault).__name__} {fault}".strip()}) from fault
    return 0


def _grant(options: argparse.Namespace) -> None:
    areas = tuple(_area(text) for text in options.area)
    own_area = _OWN_AREA[options.own_area]
    if own_area and not areas:
        raise Refusal("rights.no_area", {"name": options.name})
    people.grant(
        Granted(options.name, options.role, areas, not options.no_export, own_area), audit.os_user(), "command"
    )
    print_line("rights_command.granted", options.json, name=options.name, role=say(f"role.{options.role}"))


def _area(text: str) -> str:
    catalog = for_data_folder(data_folder())
    found = [code for code, area in catalog.areas.items() if text in (code, area.name.zh, area.name.en)]
    if len(found) != 1:
        raise Refusal("rights.area", {"area": text})
    return found[0]


def _revoke(options: argparse.Namespace) -> None:
    people.revoke(options.name, audit.os_user(), "command")
    print_line("rights_command.revoked", options.json, name=options.name)


def _list(options: argparse.Namespace) -> None:
    found = people.people()
    if options.json:
        listed = {"own_area_only": people.own_area_only(), "people": [asdict(given) for given in found]}
        print(json.dumps(listed, ensure_ascii=False))
        return
    names = for_data_folder(data_folder()).areas
    for given in found:
        areas = say("app.list_separator").join(names[code].name.zh if code in names else code for code in given.areas)
        print(" ".join([given.name, say(f"role.{given.role}"), areas]).rstrip())
    if not found:
        print(say("rights_command.nobody"))


def _own_area(options: argparse.Namespace) -> None:
    people.set_own_area_only(options.state == "on", audit.os_user(), "command")
    print_line(f"rights_command.own_area_{options.state}", options.json, own_area_only=options.state == "on")
