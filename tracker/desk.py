"""The data desk's way to the ETL: every command runs as ``python -m etl … --json`` in a process of its own.

Pages never import ``etl``: a crash, a full disk or a kill there costs the one command and never the server, and the
build in force stays. The same commands serve the shell, so that browser and shell cannot differ.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.catalog import data_folder
from tracker.rights import CUT_COMMANDS, NotAllowed, Person, actions_of, require

ROOT = Path(__file__).resolve().parent.parent
QUICK_SECONDS = 120.0
# Tells the command which person of a page asks for it.
BY_PAGE = "TRACKER_BY_PAGE"
# Tell it of which areas it may take files in, and of which it may tell; codes with "+" between them, empty for all.
LOADS_FOR, SEES_ONLY, BETWEEN = "TRACKER_LOADS_FOR", "TRACKER_SEES_ONLY", "+"


@dataclass(frozen=True)
class Answer:
    """What a command answered: its exit code (0: nothing was refused) and the JSON that it printed.

    ``content`` is None where it printed none: it was killed, ran out of time or broke; ``detail`` is then what it
    wrote last.
    """

    code: int
    content: Any
    detail: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether the command was done and refused nothing."""
        return self.code == 0

    def refusal(self, language: str) -> str | None:
        """The command's refusal as a message to a person, where the whole command was refused."""
        if isinstance(self.content, dict) and "refused" in self.content:
            return str(self.content.get(language) or "\n".join(self.content.get("faults", ())))
        return None


def command(arguments: Sequence[str]) -> list[str]:
    """The process that runs an ETL command; arguments are a list, never a shell's line."""
    return [sys.executable, "-m", "etl", *arguments, "--json"]


def permit(arguments: Sequence[str], person: Person, areas: Sequence[str | None] = (None,)) -> dict[str, str]:
    """The environment of a command that a person may run.

    Args:
        arguments: the command and its options.
        person: who asks for it, as :func:`tracker.ui.gate.allowed` says.
        areas: the codes of the reporting units that it is done for; None for the whole, which who works for some areas
            may not load.

    Raises:
        NotAllowed: where the person has no right to it.
    """
    for action in actions_of(arguments):
        for area in areas:
            require(person, action, area)
    if person.only_areas is not None and arguments[0] not in CUT_COMMANDS:
        raise NotAllowed("view", person.name)
    said = {"TRACKER_DATA": str(data_folder()), "PYTHONIOENCODING": "utf-8", BY_PAGE: person.name}
    return {**os.environ, **said, **cut_to(person)}


def cut_to(person: Person) -> dict[str, str]:
    """How a command that a person asks for is cut, as its environment says it."""
    return {LOADS_FOR: BETWEEN.join(person.loads_for), SEES_ONLY: BETWEEN.join(person.only_areas or ())}


def run(
    arguments: Sequence[str],
    person: Person,
    given: bytes = b"",
    seconds: float = QUICK_SECONDS,
    areas: Sequence[str | None] = (None,),
) -> Answer:
    """Run a command for a person and wait for its answer.

    Args:
        person, areas: see :func:`permit`.
        arguments: the command and its options (``["check", path, "--tier", "srdi"]``).
        given: what it reads from its standard input (pasted rows).
        seconds: after so long it is stopped; a build takes longer and is started as a job.

    Raises:
        NotAllowed: where the person has no right to it.
    """
    environment = permit(arguments, person, areas)
    try:
        done = subprocess.run(
            command(arguments), input=given, capture_output=True, timeout=seconds, cwd=ROOT, env=environment
        )
    except subprocess.TimeoutExpired:
        return Answer(-1, None, "timeout")
    printed = done.stdout.decode("utf-8", "replace").strip()
    try:
        return Answer(done.returncode, json.loads(printed))
    except ValueError:
        return Answer(done.returncode, None, (done.stderr.decode("utf-8", "replace").strip() or printed)[-2000:])
