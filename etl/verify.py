"""``verify``: whether a data folder still holds everything that its numbers rest on, told file by file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.answers import answer_book
from etl.backup import read_manifest
from etl.corrections import correction_book
from etl.decisions import Decisions
from etl.inbox import Inbox, content_id
from etl.inputs import ORIGINAL, given_up, lost_inputs
from etl.publish import Builds
from etl.refusal import Refusal
from etl.thresholds import ThresholdBook
from tracker import audit, office, office_objections, office_store
from tracker.text import LANGUAGES, word


@dataclass(frozen=True)
class Fault:
    """One thing that is lost or damaged: the path within the data folder and what is wrong (``verify.<code>``)."""

    path: str
    code: str
    detail: str = ""

    def text(self, language: str) -> str:
        """What is wrong and what to do, in one language."""
        return word(f"verify.{self.code}", language, path=self.path, detail=self.detail)

    def __str__(self) -> str:
        return "\n".join(self.text(language) for language in LANGUAGES)


def faults_of(data_folder: Path, archive: Path | None = None) -> list[Fault]:
    """Everything in a data folder that is lost or damaged, as far as can be known.

    Without a backup that is what contradicts itself: sidecars without files and files without sidecars, content
    under a wrong hash, what the build in force rested on, builds that do not open. With one, also every file of the
    backup that is no longer there.

    Raises:
        Refusal: where the named file is no backup.
    """
    builds = Builds(data_folder)
    found = [*_inbox_faults(data_folder), *_build_faults(builds), *_office_faults(data_folder, builds)]
    found += _audit_faults(data_folder, builds)
    found += _desk_faults(data_folder)
    named = {fault.path for fault in found}
    for code, paths in (("lost", _rested_on(builds)), ("in_backup", _backed_up(archive, builds))):
        missing = [path for path in paths if path not in named and not (data_folder / path).exists()]
        found += [Fault(path, code) for path in missing]
        named |= set(missing)
    return found


def _inbox_faults(data_folder: Path) -> Iterator[Fault]:
    inbox = Inbox(data_folder)
    known = set()
    for path in sorted(inbox.folder.glob("*.yml")):
        known.add(path.stem)
        name = path.stem
        try:
            sidecar = inbox.get(path.stem)
            name = sidecar.original_name if sidecar else name
        except Refusal:
            yield Fault(f"inbox/{path.name}", "sidecar_unreadable")
        original = inbox.original(path.stem)
        if not original.exists():
            yield Fault(f"inbox/{original.name}", "original_missing", name)
        elif content_id(original) != path.stem:
            yield Fault(f"inbox/{original.name}", "original_altered", name)
    for original in sorted(inbox.folder.glob(f"*{ORIGINAL}")):
        if original.stem not in known:
            yield Fault(f"inbox/{original.stem}.yml", "sidecar_missing", original.name)
    books = (correction_book(inbox).records, answer_book(inbox).records, ThresholdBook(inbox).all)
    for read in (Decisions(data_folder).all, *books, lambda: given_up(data_folder)):
        try:
            read()
        except Refusal as refusal:
            yield Fault(str(refusal.values["file"]), "record_unreadable")


def _build_faults(builds: Builds) -> Iterator[Fault]:
    for build_id in builds.all():
        try:
            with duckdb.connect(str(builds.path(build_id)), read_only=True) as connection:
                connection.sql("select build_id from meta.build").fetchall()
        except duckdb.Error as fault:
            yield Fault(f"builds/{build_id}.duckdb", "build_unreadable", str(fault).splitlines()[0])
    current = builds.current()
    if current is None and builds.all():
        yield Fault("builds/current", "pointer_missing", builds.all()[-1])
    elif current is not None and current not in builds.all():
        yield Fault(f"builds/{current}.duckdb", "build_in_force_missing")


def _office_faults(data_folder: Path, builds: Builds) -> Iterator[Fault]:
    try:
        kept = office.builds_to_keep(data_folder)
    except office_store.OfficeNewer:
        yield Fault("office.sqlite", "office_newer")
        return
    except office_store.OfficeError:
        yield Fault("office.sqlite", "office_unreadable")
        return
    for build_id in sorted(kept - set(builds.all())):
        yield Fault(f"builds/{build_id}.duckdb", "reported_build_missing")
    for content_hash, name in office_objections.file_names(data_folder):
        if not (data_folder / "objections" / content_hash).exists():
            yield Fault(f"objections/{content_hash}", "objection_file_missing", name)


def _desk_faults(data_folder: Path) -> Iterator[Fault]:
    """Files that people brought and of which the content or the record is gone."""
    uploads = data_folder / "desk" / "uploads"
    for ending, other in ((".json", ".upload"), (".upload", ".json")):
        for path in sorted(uploads.glob(f"*{ending}")):
            if not path.with_suffix(other).exists():
                yield Fault(f"desk/uploads/{path.stem}{other}", "upload_missing")


def _audit_faults(data_folder: Path, builds: Builds) -> Iterator[Fault]:
    """Entries that were changed, or that a build knew and that are gone."""
    for build_id in (None, *reversed(builds.all())):
        known = _audit_head(builds.path(build_id)) if build_id else None
        try:
            broken = audit.chain(known, data_folder).broken_at
        except office_store.OfficeError:
            return  # named above
        if broken is not None:
            yield Fault("office.sqlite", "audit_altered", str(broken))
            return


def _audit_head(build: Path) -> audit.Head | None:
    """What a build knew of the audit; None for one of an earlier version, or one that does not open."""
    try:
        with duckdb.connect(str(build), read_only=True) as connection:
            [row] = connection.sql("select entry, hash from meta.audit_head").fetchall()
            return audit.Head(*row)
    except duckdb.Error:
        return None


def _rested_on(builds: Builds) -> list[str]:
    try:
        return lost_inputs(builds.data_folder)
    except (duckdb.Error, Refusal):
        return []  # named above: the build or a record does not open


def _backed_up(archive: Path | None, builds: Builds) -> list[str]:
    """What a backup holds, without builds that later ones have taken the place of."""
    if archive is None:
        return []
    kept = {f"builds/{build_id}.duckdb" for build_id in (builds.current(), *_reported(builds.data_folder))}
    paths = [str(entry["path"]) for entry in read_manifest(archive)["files"]]
    return [path for path in paths if not path.endswith(".duckdb") or path in kept]


def _reported(data_folder: Path) -> set[str]:
    try:
        return office.builds_to_keep(data_folder)
    except office_store.OfficeError:
        return set()
