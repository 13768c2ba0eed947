"""Publishing: a new file per build, then a small pointer. A reader sees the old build or the new one, never a mixture.

Order (measured with 50 kills, no broken read): build under a name of its own, checkpoint, close, reopen read-only
and check, fsync file and folder, rename, then replace the pointer. A file name is never used twice.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from etl.refusal import Refusal
from tracker import office, office_store
from tracker.catalog_models import Model
from tracker.files import sync_folder

_WAIT_SECONDS = 600
_MOMENT = re.compile(r"(\d{8}T\d{9})-")


class Move(Model):
    """Another build was put in force: which instead of which, by whom, why, when."""

    before: str | None
    after: str
    by: str
    reason: str
    at: dt.datetime


@dataclass(frozen=True)
class Builds:
    """The folder of builds below a data folder."""

    data_folder: Path

    @property
    def folder(self) -> Path:
        """Where builds and the pointer lie."""
        return self.data_folder / "builds"

    def current(self) -> str | None:
        """The id of the build in force, or None before the first."""
        try:
            return (self.folder / "current").read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def in_force(self) -> str:
        """The id of the build in force.

        Raises:
            Refusal: before the first.
        """
        build_id = self.current()
        if build_id is None:
            raise Refusal("build.none", {})
        return build_id

    def path(self, build_id: str) -> Path:
        """The file of a build."""
        return self.folder / f"{build_id}.duckdb"

    def unfinished(self, build_id: str) -> Path:
        """Where a build is written before it is whole."""
        return self.folder / f"{build_id}.part"

    def all(self) -> list[str]:
        """The ids of all whole builds, oldest first."""
        return sorted(path.stem for path in self.folder.glob("*.duckdb"))

    def new_id(self, inputs_hash: str) -> str:
        """An id that comes after all others: which build is the newest, and which go first, is told by the ids.

        The moment by the clock; after the newest build where the clock was put back meanwhile.
        """
        moment = f"{dt.datetime.now():%Y%m%dT%H%M%S%f}"[:-3]
        newest = max((found[1] for found in map(_MOMENT.match, self.all()) if found), default="")
        if moment <= newest:
            # Python reads no thousandths: the zeros make them millionths.
            after = dt.datetime.strptime(f"{newest}000", "%Y%m%dT%H%M%S%f") + dt.timedelta(milliseconds=1)
            moment = f"{after:%Y%m%dT%H%M%S%f}"[:-3]
        return f"{moment}-{inputs_hash[:6]}"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Build alone; others wait for their turn.

        Raises:
            Refusal: where another build runs for more than ten minutes.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=_WAIT_SECONDS):
                self.remove_unfinished()
                yield
        except Timeout:
            raise Refusal("build.busy", {"minutes": _WAIT_SECONDS // 60}) from None

    def publish(self, build_id: str, keep: int) -> None:
        """Make a finished build the one in force and remove the oldest beyond ``keep``, but none of a meeting."""
        part = self.unfinished(build_id)
        _sync(part)
        part.replace(self.path(build_id))
        sync_folder(self.folder)
        self.point_to(build_id)
        for old in self._removable()[:-keep]:
            # On Windows a reader may still hold the file open; the next publishing takes it.
            if old != build_id:
                _remove(self.path(old))

    def _removable(self) -> list[str]:
        try:
            kept = office.builds_to_keep(self.data_folder)
        except office_store.OfficeError:
            # Which builds were reported cannot be read just now: then none may go.
            return []
        return [build_id for build_id in self.all() if build_id not in kept]

    def point_to(self, build_id: str) -> None:
        """Put a build in force: also the way back to an earlier one.

        Raises:
            Refusal: where there is no such build.
        """
        if not self.path(build_id).exists():
            raise Refusal("build.unknown", {"build_id": build_id, "known": "、".join(self.all()) or "–"})
        temporary = self.folder / "current.part"
        temporary.write_text(f"{build_id}\n", encoding="ascii")
        _sync(temporary)
        _replace(temporary, self.folder / "current")
        sync_folder(self.folder)

    def moves(self) -> list[Move]:
        """Every time that somebody put another build in force, the first first."""
        try:
            lines = (self.folder / "moves.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        # A line that a kill cut short tells of a move that happened, and of nothing else.
        return [Move.model_validate_json(line) for line in lines if line.endswith("}")]

    def record_move(self, before: str | None, after: str, by: str, reason: str) -> None:
        """Note who put which build in force and why; nothing is ever taken out again."""
        move = Move(before=before, after=after, by=by, reason=reason, at=dt.datetime.now())
        with (self.folder / "moves.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(f"{move.model_dump_json()}\n")

    def remove_unfinished(self) -> None:
        """Remove what a failed or killed build left. Only under the lock: nobody else is writing then."""
        for path in self.folder.glob("*.part*"):
            _remove(path)


def _replace(source: Path, target: Path) -> None:
    for attempt in range(20):
        try:
            source.replace(target)
            return
        except PermissionError:  # Windows: a reader has the pointer open for a moment
            if attempt == 19:
                raise
            time.sleep(0.05)


def _remove(path: Path) -> None:
    # The temporary folder of a killed build stands beside its file.
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        return


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
