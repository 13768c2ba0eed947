"""Backup and restore: one .zip with everything that a data folder holds and cannot be made again.

Kept are the inbox with all its records, the own catalogue, the builds, the office store with the files of objections,
and what the data desk holds.
What is parsed is made again from the originals and is left out. A manifest names every file with size and SHA-256;
it is written last, so that a half-written archive is never taken for a backup.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import etl
from etl.inbox import Inbox
from etl.inputs import kept_files
from etl.publish import Builds
from etl.refusal import Refusal
from tracker import office_store

MANIFEST = "manifest.json"
POINTER = "builds/current"
OFFICE = "office.sqlite"
_FOLDERS = ("inbox", "catalog", "builds", "desk", "objections")
# Written once: another content under such a name is damage, not a newer state.
_UNCHANGING = (".original", ".duckdb", ".upload")
# What SQLite keeps beside its file. Left there, it would be read into the store that comes back.
_BESIDE_OFFICE = ("-wal", "-shm")
_DAMAGED = ".damaged"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class BackedUp:
    """A finished backup: where it lies, how many files and bytes it holds, the build in force at that moment."""

    path: Path
    files: int
    size_bytes: int
    build_id: str | None


@dataclass
class Restored:
    """What a restore did with each file of the backup, by path.

    ``returned`` were missing; ``replaced`` were damaged, and what was found lies beside them under ``.damaged``;
    ``kept`` differ from the backup and were left, for they may be newer. ``build_id`` is the build in force now.
    """

    made_on: str
    build_id: str | None = None
    returned: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    same: int = 0


def back_up(data_folder: Path, target: Path) -> BackedUp:
    """Write a backup of a data folder.

    Adding waits until it is written; readers, and a build that is running, go on.

    Args:
        data_folder: what is kept.
        target: the .zip, or a folder that gets one named by the time.

    Raises:
        Refusal: where there is nothing to keep, the target lies inside the data folder or cannot be written.
    """
    if not (data_folder / "inbox").is_dir():
        raise Refusal("backup.nothing", {"folder": str(data_folder)})
    if target.suffix != ".zip":
        target = target / f"backup_{dt.datetime.now():%Y%m%dT%H%M%S}.zip"
    if target.resolve().is_relative_to(data_folder.resolve()):
        raise Refusal("backup.inside", {"path": str(target), "folder": str(data_folder)})
    part = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with Inbox(data_folder).lock(), tempfile.TemporaryDirectory() as scratch:
            manifest = _write(part, data_folder, Path(scratch))
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(target)
    except (OSError, office_store.OfficeError) as fault:
        part.unlink(missing_ok=True)
        raise Refusal("backup.failed", {"path": str(target), "detail": str(fault)}) from fault
    return BackedUp(target, len(manifest["files"]), target.stat().st_size, manifest["build_id"])


def _write(part: Path, data_folder: Path, scratch: Path) -> dict[str, Any]:
    files: list[dict[str, Any]] = []
    # Read first: the build that the pointer names stays, whatever is published while the rest is copied.
    build_id = Builds(data_folder).current()
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:

        def add(name: str, path: Path) -> None:
            try:
                source = path.open("rb")
            except FileNotFoundError:
                return  # an old build that a publishing removed just now
            digest, size = hashlib.sha256(), 0
            with source, archive.open(name, "w", force_zip64=True) as stream:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    stream.write(chunk)
            files.append({"path": name, "size_bytes": size, "sha256": digest.hexdigest()})

        for name, path in kept_files(data_folder, *_FOLDERS):
            if name != POINTER and path.suffix != ".lock" and not path.name.endswith(_DAMAGED):
                add(name, path)
        if office_store.copy_to(scratch / OFFICE, data_folder):
            add(OFFICE, scratch / OFFICE)
        manifest = {
            "version": etl.VERSION,
            "made_on": dt.datetime.now().isoformat(timespec="seconds"),
            "build_id": build_id,
            "files": files,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def read_manifest(archive_path: Path) -> dict[str, Any]:
    """The manifest of a backup.

    Raises:
        Refusal: where the file is no whole backup, or names a file outside a data folder.
    """
    with _opened(archive_path) as archive:
        return _manifest(archive, archive_path)


def restore(archive_path: Path, data_folder: Path) -> Restored:
    """Bring back from a backup what a data folder lacks.

    In an empty folder that is everything. In one that holds data, missing files come back and damaged ones are
    replaced; what differs and may be newer is left as it is and named. Nothing is deleted.

    Raises:
        Refusal: where the file is no whole backup. The data folder is then as it was.
    """
    with _opened(archive_path) as archive:
        manifest = _manifest(archive, archive_path)
        with tempfile.TemporaryDirectory(dir=_parent(data_folder)) as scratch:
            # Everything is unpacked and checked before the first file moves.
            for entry in manifest["files"]:
                _unpack(archive, entry, Path(scratch), archive_path)
            with Inbox(data_folder).lock():
                return _bring_back(manifest, Path(scratch), data_folder)


def _bring_back(manifest: dict[str, Any], scratch: Path, data_folder: Path) -> Restored:
    restored = Restored(manifest["made_on"])
    for entry in manifest["files"]:
        name = str(entry["path"])
        path = data_folder / name
        if not path.exists():
            restored.returned.append(name)
        elif _content(path, scratch) == entry["sha256"]:
            restored.same += 1
            continue
        elif _is_damaged(path, data_folder):
            _set_aside([path])
            restored.replaced.append(name)
        else:
            restored.kept.append(name)
            continue
        if name == OFFICE:
            _set_aside(path.with_name(path.name + ending) for ending in _BESIDE_OFFICE)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(scratch / name, path)
    builds = Builds(data_folder)
    if builds.current() not in builds.all() and manifest["build_id"] in builds.all():
        builds.point_to(str(manifest["build_id"]))
        restored.returned.append(POINTER)
    restored.build_id = builds.current()
    return restored


def _set_aside(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.exists():
            path.replace(path.with_name(path.name + _DAMAGED))


def _is_damaged(path: Path, data_folder: Path) -> bool:
    """Whether a file that differs from the backup cannot be a newer state of it."""
    inbox = data_folder / "inbox"
    is_record = path.is_relative_to(inbox) and path.parent != inbox
    if path.suffix in _UNCHANGING or is_record or path.parent == data_folder / "objections":
        return True  # a content under its hash, a finished build, a record of the inbox: all written once
    if path.name == OFFICE:
        return not office_store.is_readable(data_folder)
    if path.parent == inbox:
        try:
            Inbox(data_folder).get(path.stem)
        except Refusal:
            return True
    return path.stat().st_size == 0


def _parent(data_folder: Path) -> Path:
    data_folder.mkdir(parents=True, exist_ok=True)
    return data_folder


@contextmanager
def _opened(archive_path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive_path) as archive:
            yield archive
    except FileNotFoundError:
        raise Refusal("add.no_such_file", {"file": str(archive_path)}) from None
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError) as fault:
        raise Refusal("backup.no_backup", {"file": str(archive_path), "detail": str(fault)}) from fault


def _manifest(archive: zipfile.ZipFile, archive_path: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    for entry in manifest["files"]:
        parts = PurePosixPath(entry["path"]).parts
        is_ours = parts == (OFFICE,) or (len(parts) > 1 and parts[0] in _FOLDERS)
        if not is_ours or ".." in parts or "\\" in entry["path"] or ":" in entry["path"]:
            raise Refusal("backup.no_backup", {"file": str(archive_path), "detail": entry["path"]})
    return manifest


def _unpack(archive: zipfile.ZipFile, entry: dict[str, Any], scratch: Path, archive_path: Path) -> None:
    target = scratch / entry["path"]
    target.parent.mkdir(parents=True, exist_ok=True)
    left = int(entry["size_bytes"])
    digest = hashlib.sha256()
    with archive.open(entry["path"]) as source, target.open("wb") as stream:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break  # more than the manifest says: not what was backed up
            digest.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    if left != 0 or digest.hexdigest() != entry["sha256"]:
        raise Refusal("backup.damaged", {"file": str(archive_path), "path": entry["path"]})


def _content(path: Path, scratch: Path) -> str:
    """The SHA-256 of a file as a backup of now would hold it: the office store is compared as it would be copied."""
    if path.name == OFFICE and office_store.is_readable(path.parent):
        copy = scratch / f"{OFFICE}.now"
        office_store.copy_to(copy, path.parent)
        path = copy
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
