"""What the ETL's commands answer to a page: asked again only when the inbox or the builds have changed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import streamlit as st

from tracker import desk
from tracker.catalog import data_folder
from tracker.rights import Person, actions_of
from tracker.text import word
from tracker.ui.gate import allowed


def told(*arguments: str) -> Any:
    """The answer of a command that only reads; None where it broke."""
    return _told(arguments, allowed("view"), str(data_folder()), _stamp())


@lru_cache(maxsize=16)
def _told(arguments: tuple[str, ...], person: Person, folder: str, stamp: int) -> Any:
    return desk.run(arguments, person).content


def asked(arguments: list[str], given: bytes = b"", seconds: float = desk.QUICK_SECONDS) -> desk.Answer:
    """Run a command for who looks at this page, with the rights that hold now.

    Raises:
        NotAllowed: where the right to it is missing.
    """
    return desk.run(arguments, allowed(actions_of(arguments)[0]), given, seconds)


def _stamp() -> int:
    """The newest change of a folder that records are written to; every record is a file of its own."""
    base = data_folder()
    folders = [base / "builds", base / "inbox"]
    folders += [path for path in folders[1].iterdir() if path.is_dir()] if folders[1].is_dir() else []
    return max((folder.stat().st_mtime_ns for folder in folders if folder.is_dir()), default=0)


def done(arguments: list[str], language: str, given: bytes = b"") -> bool:
    """Run a command that writes, and say what was refused; True where it is done."""
    with st.spinner(word("builds.working", language)):
        answer = asked(arguments, given)
    if answer.is_clean:
        return True
    st.error(answer.refusal(language) or refused_file(answer.content, language) or answer.detail)
    return False


def refused_file(content: Any, language: str) -> str:
    """Why the first of some files was refused, else the first of its cells that was."""
    for result in content if isinstance(content, list) else []:
        if "refused" in result:
            return str(result[language])
        for cell in result.get("rejected", ())[:1]:
            return str(cell[language])
    return ""
