"""The audit of commands: what changed something is kept with who asked for it, from whichever side it was started."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from etl.inbox import Inbox
from etl.refusal import Refusal
from tracker import audit
from tracker.catalog import data_folder
from tracker.desk import BY_PAGE
from tracker.office_store import OfficeError
from tracker.rights import COMMAND_ACTIONS, READING_COMMANDS, actions_of
from tracker.text import LANGUAGES, word

_NOT_KEPT = ("--json", "--by")


def record(command: str, options: argparse.Namespace, arguments: Sequence[str]) -> bool:
    """Keep that a command was run, unless it only looked; False where the audit could not be written.

    Who: the person whom a page names, else ``--by``, else the account that runs the command.
    """
    # Rights are recorded where they are changed, in one step with the change.
    if command in READING_COMMANDS or command == "rights" or getattr(options, "effect", False):
        return True
    by_page = os.environ.get(BY_PAGE, "")
    person = by_page or (getattr(options, "by", None) or "").strip() or audit.os_user()
    done = {}
    if getattr(options, "stated", None):
        done = dict.fromkeys(("load", "publish"), _names(options))
    elif by_page and command == "withdraw":
        named = f"{_file_name(options.file_id)} ({options.file_id[:12]})"
        said = f"{'restore' if options.undo else command} {named} {options.reason}"
        done = dict.fromkeys((command, "publish"), said)
    try:
        for action in actions_of(arguments) if command in COMMAND_ACTIONS else ["command"]:
            audit.record(person, action, done.get(action) or _subject(arguments), "page" if by_page else "command")
    except OfficeError as fault:
        for language in LANGUAGES:
            print(word("audit.not_written", language, detail=str(fault)), file=sys.stderr)
        return False
    return True


def _file_name(file_id: str) -> str:
    """What a file of the inbox is called; its number where that cannot be read."""
    try:
        found = (s.original_name for s in Inbox(data_folder()).sidecars() if s.file_id.startswith(file_id))
        return next(found, file_id)
    except Refusal:
        return file_id


def _names(options: argparse.Namespace) -> str:
    """The names of the files that a page hands over with what it states of them."""
    entries = json.loads(Path(options.stated).read_text(encoding="utf-8"))
    return ", ".join(str(entry.get("name") or entry.get("file")) for entry in entries)


def _subject(arguments: Sequence[str]) -> str:
    """The command as it was typed: files by name, without who did it, which stands beside."""
    kept = []
    for place, argument in enumerate(arguments):
        if argument in _NOT_KEPT or (place and arguments[place - 1] == "--by"):
            continue
        kept.append(Path(argument).name if "/" in argument or "\\" in argument else argument)
    return " ".join(kept)
