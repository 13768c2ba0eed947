"""Original names of files as names that every system takes, each once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST_BYTES = 200


def clean_names(names: Sequence[str]) -> list[str]:
    """Names without what Windows, macOS or a zip refuses, made different by (2), (3) … where they were the same."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        path = PurePath(_clean(name))
        made, number = path.name, 1
        while made.casefold() in taken:
            number += 1
            made = f"{path.stem} ({number}){path.suffix}"
        taken.add(made.casefold())
        found.append(made)
    return found


def _clean(name: str) -> str:
    bare = _FORBIDDEN.sub("_", name).strip(" .") or "_"
    bare = f"_{bare}" if _RESERVED.fullmatch(bare) else bare
    path = PurePath(bare)
    stem = path.stem
    # A Chinese character takes three bytes of the 255 that a file system gives a name.
    while len(f"{stem}{path.suffix}".encode()) > _LONGEST_BYTES and stem:
        stem = stem[:-1]
    return f"{stem}{path.suffix}"
