"""The file ``office.sqlite``: opening, writing in one step, copying. What is kept in it: :mod:`tracker.office`.

One SQLite file in the data folder, made when something is first written and touched by no build. Every call opens the
file and closes it again, so that pages, several server processes and the command line may share it; writers wait for
one another.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import uuid
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path

from filelock import FileLock

from tracker.catalog import data_folder

Connection = sqlite3.Connection
Row = sqlite3.Row
# What each version added: a file that an older version made gets what came after it.
_SCHEMAS = ("office.sql", "office_rights.sql", "office_objections.sql")
SCHEMA_VERSION = len(_SCHEMAS)
_WAIT_SECONDS = 20.0
_commits = [0]  # of this process: two may fall into one tick of a file's clock
_HERE = Path(__file__).resolve().parent

# The types that the tables give their columns beside SQLite's own.
sqlite3.register_converter("office_day", lambda written: dt.date.fromisoformat(written.decode()))
sqlite3.register_converter("office_time", lambda written: dt.datetime.fromisoformat(written.decode()))
sqlite3.register_converter("office_names", lambda written: tuple(json.loads(written)))
sqlite3.register_converter("office_json", json.loads)


class OfficeError(Exception):
    """The office store cannot do what it was asked."""


class OfficeUnreadable(OfficeError):
    """The file is there and is no whole SQLite file: damaged, or something else under that name."""


class OfficeNewer(OfficeError):
    """A newer version of the program wrote the file; this one would not understand what it changes."""


class Incomplete(OfficeError):
    """A text that must be there is empty."""


@contextmanager
def reading(folder: Path | None = None) -> Iterator[sqlite3.Connection]:
    """The store to read; an empty one while nothing was ever written, so that a look leaves no file behind."""
    file = _file(folder)
    is_new = not file.exists()
    with _understood(file), closing(_connect(":memory:" if is_new else file)) as office:
        _create(office, nullcontext() if is_new else _lock(file))
        yield office


@contextmanager
def writing() -> Iterator[sqlite3.Connection]:
    """The store to write in one transaction: all of it or nothing."""
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with _understood(file), closing(_connect(file)) as office:
        _create(office, _lock(file))
        office.execute("BEGIN IMMEDIATE")
        try:
            yield office
        except BaseException:
            office.execute("ROLLBACK")
            raise
        office.execute("COMMIT")
    # After the file was closed, and with it its log written back.
    _commits[0] += 1


@contextmanager
def _understood(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a mistake of the caller, no fault of the file
    except sqlite3.DatabaseError as fault:
        raise OfficeUnreadable(str(file)) from fault


def _file(folder: Path | None = None) -> Path:
    return (folder or data_folder()) / "office.sqlite"


def _connect(file: Path | str) -> sqlite3.Connection:
    office = sqlite3.connect(file, timeout=_WAIT_SECONDS, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES)
    office.row_factory = sqlite3.Row
    office.execute("PRAGMA foreign_keys = ON")
    return office


def _lock(file: Path) -> AbstractContextManager[object]:
    return FileLock(file.with_suffix(".lock"), timeout=_WAIT_SECONDS)


def _create(office: sqlite3.Connection, lock: AbstractContextManager[object]) -> None:
    """Make the tables that are not there yet. Going over to WAL does not wait for others, hence a lock of its own."""
    if _version(office) == SCHEMA_VERSION:
        return
    with lock:
        if (known := _version(office)) < SCHEMA_VERSION:
            tables = "".join((_HERE / name).read_text(encoding="utf-8") for name in _SCHEMAS[known:])
            office.execute("PRAGMA journal_mode = WAL")
            office.executescript(f"BEGIN;{tables};PRAGMA user_version = {SCHEMA_VERSION};COMMIT")


def _version(office: sqlite3.Connection) -> int:
    version = int(office.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise OfficeNewer(version)
    return version


def store_exists(folder: Path | None = None) -> bool:
    """Whether anything was ever written."""
    return _file(folder).exists()


def stamp() -> Hashable:
    """What differs once anything was written; None while nothing ever was. To open the file takes a hundred times as
    long, and pages ask at every run."""
    file = _file()
    written = [_written(file), _written(file.with_name(f"{file.name}-wal"))]
    return (file, _commits[0], *written) if written[0] else None


def _written(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    # Whoever merely reads leaves an empty log for a moment.
    return (found.st_mtime_ns, found.st_size) if found.st_size else None


def copy_to(target: Path, folder: Path | None = None) -> bool:
    """Copy the store as it stands into a new file, others writing or not; False where there is none."""
    if not store_exists(folder):
        return False
    with reading(folder) as office:
        office.execute("VACUUM INTO ?", [str(target)])
    return True


def is_readable(folder: Path | None = None) -> bool:
    """Whether the store opens as a whole SQLite file that this version understands."""
    try:
        with reading(folder) as office:
            return str(office.execute("PRAGMA quick_check").fetchone()[0]) == "ok"
    except OfficeError:
        return False


def stated(text: str) -> str:
    if not text.strip():
        raise Incomplete
    return text.strip()


def now() -> str:
    return dt.datetime.now().replace(microsecond=0).isoformat()


def new_id() -> str:
    return uuid.uuid4().hex[:12]
