"""What people dropped on the data desk: kept at once under its content hash, with what is stated of it.

An upload is ``$TRACKER_DATA/desk/uploads/<hash>.upload`` and ``<hash>.json``. It stays until somebody sets it aside:
a closed browser, a crash or another day goes on with it. What is remembered of a source (the same title with other
numbers) is one line a time in ``$TRACKER_DATA/desk/sources.jsonl``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from tracker.catalog import data_folder
from tracker.files import write_whole

Stated = Mapping[str, Any]
_LONGEST_NAME = 200  # bytes: a file system takes 255, and a part's ending stands behind
_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))
_NUMBERS = re.compile(r"[0-9〇零一二三四五六七八九十百]+")
_COPY_MARK = re.compile(r"(?:[_ ]?\(\d+\)|_\d+|[ _-]*副本)+$")
# What a source says alike each time; days, batches and numbers it says anew.
REMEMBERED = ("kind", "tier", "event", "area", "excluding", "sheet", "unit", "issuer", "mapping")


@dataclass(frozen=True)
class Upload:
    """One file that came in. ``stated``: what a person states of it, by option of the command.

    ``opened``: when it came, or came again. ``set_aside``: who put it away and when; the file stays.
    ``owners``: everybody who brought it. ``sent``: of a file by somebody who may not publish, when and by whom it was
    sent to those who do; empty until then, None where nobody need send it.
    """

    file_id: str
    name: str
    size: int
    by: str
    opened: str
    stated: dict[str, Any]
    stated_by: str = ""
    set_aside: str = ""
    owners: tuple[str, ...] = ()
    sent: str | None = None

    @property
    def path(self) -> Path:
        """Where the content lies."""
        return folder() / f"{self.file_id}.upload"


def folder() -> Path:
    """Where uploads lie."""
    return data_folder() / "desk" / "uploads"


def clean_label(name: str) -> str:
    """A name as a label: no path, no control or direction characters, no longer than a file system takes.

    Full-width letters and brackets stay as they are printed; only what a normal form would turn into a path goes.
    """
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", name)
        if not unicodedata.category(character).startswith("C")
        and not {"/", "\\"} & set(unicodedata.normalize("NFKC", character)) - {character}
    )
    kept = kept.translate(_FORBIDDEN).strip().lstrip(".．。 ")
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix) > 5:
        stem, suffix = kept, ""
    ending = f".{suffix}" if suffix else ""
    while len((stem + ending).encode()) > _LONGEST_NAME:
        stem = stem[:-1]
    return (stem + ending) or "_"


def keep(name: str, content: bytes, by: str, *, is_draft: bool = False) -> Upload:
    """Keep a file that came in; it is on the disk when this returns. The same content again is the same upload.

    Args:
        name: what it was called.
        content: all of it.
        by: who brings it.
        is_draft: who brings it may not publish: it is to be sent for that.

    Raises:
        OSError: where it cannot be written; then nothing of it is kept.
    """
    file_id = hashlib.sha256(content).hexdigest()
    with _lock():
        known = _read(_record(file_id))
        path = folder() / f"{file_id}.upload"
        if not path.is_file() or path.stat().st_size != len(content):
            write_whole(path, content)
        now = dt.datetime.now().isoformat(timespec="microseconds")
        stated = dict(known.stated if known else remembered(name)[0])
        if is_draft and (known is None or by not in known.owners):
            stated.pop("area", None)  # another district's file of the same title or content says nothing of this one's
        owners = tuple(dict.fromkeys([*(known.owners if known else ()), by]))
        sent = "" if is_draft else None
        upload = Upload(file_id, clean_label(name), len(content), by, now, stated, owners=owners, sent=sent)
        _write(upload)
    return upload


def every() -> list[Upload]:
    """All uploads that nobody set aside, the newest first."""
    found = (_read(path.with_suffix(".json")) or _without_record(path) for path in folder().glob("*.upload"))
    return sorted((u for u in found if not u.set_aside), key=lambda upload: (upload.opened, upload.name), reverse=True)


def put_away() -> list[Upload]:
    """The uploads that somebody set aside."""
    found = (_read(path) for path in sorted(folder().glob("*.json")))
    return [upload for upload in found if upload is not None and upload.set_aside]


def get(file_id: str) -> Upload | None:
    """An upload by its content hash."""
    return next((upload for upload in every() if upload.file_id == file_id), None)


def state(upload: Upload, stated: Stated, by: str) -> Upload:
    """Keep what a person states of an upload, instead of what was stated before."""
    with _lock():
        now = _read(_record(upload.file_id)) or upload
        kept = {key: value for key, value in stated.items() if value}
        changed = replace(now, stated=kept, stated_by=by, sent=None if now.sent is None else "")
        _write(changed)
    return changed


def send(upload: Upload, by: str) -> Upload:
    """Tell those who publish that a file is ready. Whoever states something else of it sends it again."""
    with _lock():
        now = dt.datetime.now().isoformat(timespec="minutes", sep=" ")
        changed = replace(_read(_record(upload.file_id)) or upload, sent=f"{now} {by}".strip())
        _write(changed)
    return changed


def set_aside(upload: Upload, by: str) -> None:
    """Put an upload away: it is published no more and shown no more. The file stays; dropped again it is back."""
    with _lock():
        now = dt.datetime.now().isoformat(timespec="seconds")
        _write(replace(upload, set_aside=f"{now} {by}".strip()))


def source_of(name: str) -> str:
    """What files of one source have in common: the name without its numbers and without marks of a copy."""
    stem = unicodedata.normalize("NFKC", name).rpartition(".")[0] or name
    return _NUMBERS.sub("#", _COPY_MARK.sub("", stem.strip())).replace(" ", "")


def remember(name: str, stated: Stated, by: str) -> None:
    """Add to the record what was stated of a file of this source when it was published."""
    kept = {key: stated[key] for key in REMEMBERED if stated.get(key)}
    if not kept or dict(remembered(name)[0]) == kept:
        return
    entry = {"on": dt.date.today().isoformat(), "by": by, "source": source_of(name), "stated": kept}
    path = _memory()
    with _lock():
        before = path.read_bytes() if path.is_file() else b""
        write_whole(path, before + json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def remembered(name: str) -> tuple[Stated, str, str]:
    """What was stated last of a file of the same source, on which day (ISO) and by whom; empty where nothing was."""
    source = source_of(name)
    try:
        lines = _memory().read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}, "", ""
    for line in reversed(lines):
        entry = json.loads(line)
        if entry["source"] == source:
            return entry["stated"], entry["on"], entry["by"]
    return {}, "", ""


def _memory() -> Path:
    return data_folder() / "desk" / "sources.jsonl"


def _record(file_id: str) -> Path:
    return folder() / f"{file_id}.json"


def _write(upload: Upload) -> None:
    write_whole(_record(upload.file_id), json.dumps(asdict(upload), ensure_ascii=False, indent=1).encode())


def _read(path: Path) -> Upload | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Upload(**found | {"owners": tuple(found.get("owners") or [found["by"]])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _without_record(path: Path) -> Upload:
    """An upload whose record is damaged or was never written: it is shown, under its number."""
    moment = dt.datetime.fromtimestamp(path.stat().st_mtime).isoformat(timespec="microseconds")
    return Upload(path.stem, path.stem[:12], path.stat().st_size, "", moment, {})


def _lock() -> FileLock:
    folder().mkdir(parents=True, exist_ok=True)
    return FileLock(folder() / ".lock", timeout=30)
