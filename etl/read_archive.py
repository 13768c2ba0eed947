"""Files inside a .zip. No path of the archive is ever used as a path: members are stored under numbers."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

from etl.read_limits import Limits, chunks_of, open_package
from etl.refusal import Refusal
from etl.sniff import is_zip_of_files

_UTF8_FLAG = 0x800
_DEBRIS = ("~$", ".", "Thumbs.db", "desktop.ini")


def unpack_archive(path: Path, file: str, into: Path, limits: Limits) -> list[tuple[str, str]]:
    """Write every file of an archive into a folder.

    Returns:
        For each file its name (folders of the archive in front, joined by "_") and the name it is stored under.

    Raises:
        Refusal: empty, encrypted, damaged, bomb-like, or with another archive inside.
    """
    budget = [limits.unpacked_bytes]
    members: list[tuple[str, str]] = []
    with open_package(path, file, limits) as package:
        for entry in package.infolist():
            name = _readable_name(entry)
            if entry.is_dir() or name is None:
                continue
            stored = into / f"{len(members) + 1:05d}"
            with stored.open("wb") as target:
                for chunk in chunks_of(package, entry, file, budget):
                    target.write(chunk)
            if is_zip_of_files(stored):
                raise Refusal("read.nested_zip", {"file": file, "member": name})
            members.append((name, stored.name))
    if not members:
        raise Refusal("read.empty_zip", {"file": file})
    return members


def _readable_name(entry: zipfile.ZipInfo) -> str | None:
    """The name as its author saw it; None for what systems and programs leave behind.

    Windows in China writes GBK without saying so, and Python then reads it as code page 437.
    """
    name = entry.filename
    if not entry.flag_bits & _UTF8_FLAG:
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("gb18030", errors="replace")
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    if not parts or "__MACOSX" in parts or parts[-1].startswith(_DEBRIS):
        return None
    text = "_".join(parts)
    return "".join(character for character in text if unicodedata.category(character)[0] != "C")
