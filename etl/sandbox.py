"""Reading files in a process of their own, with limits, so that a hostile file can only hurt that process."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from etl.parse import META_FILE, ROWS_FILE, Job
from etl.read_limits import DEFAULT_LIMITS, Limits, check_size
from etl.read_meta import Meta
from etl.read_server import Ended, ReadServer
from etl.refusal import Refusal
from etl.sniff import refuse_lock_file
from tracker.catalog import CATALOG_DIR, CatalogFile
from tracker.catalog_models import Header
from tracker.yaml_text import read_yaml

# Raised with every change of the parser that changes what it writes.
PARSER_VERSION = 2

_PROJECT = Path(__file__).resolve().parent.parent
# Folders of this name are temporary; what a killed process left of them is removed by a later one.
UNFINISHED = ".parsing-"
_UNFINISHED_AGE_SECONDS = 3600
# Elsewhere every child loads its readers: Windows has no fork, and on a Mac it is not safe beside system libraries.
_CAN_FORK = sys.platform == "linux"
_SERVERS: list[ReadServer] = []
_SERVERS_LOCK = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Parsed:
    """A parsed file: the folder that keeps the result, and what is known besides the rows."""

    content_hash: str
    folder: Path
    meta: Meta

    @property
    def rows_path(self) -> Path:
        """The rows as Parquet."""
        return self.folder / ROWS_FILE


def parse(
    source: Path,
    original_name: str,
    parsed_root: Path,
    headers: Iterable[Header] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    mapping: Mapping[str, str] | None = None,
) -> Parsed:
    """Read a file, or take what an earlier reading of the same content left.

    Args:
        source: the file.
        original_name: its name for messages; it decides nothing else.
        parsed_root: where results are kept, one folder per content, parser version and captions.
        headers: the captions that are known; the shipped ones where None.
        limits: what the file may take.
        mapping: further captions and their fields, as a person decided them; an empty field means "ignore".

    Raises:
        Refusal: where the file cannot be read; nothing is kept then.
    """
    refuse_lock_file(original_name)
    check_size(source, original_name, limits)
    captions = tuple((h.field, h.captions, h.is_personal) for h in (shipped_headers() if headers is None else headers))
    with source.open("rb") as stream:
        content_hash = hashlib.file_digest(stream, "sha256").hexdigest()
    known = json.dumps([captions, sorted((mapping or {}).items())], ensure_ascii=False)
    version = f"v{PARSER_VERSION}-{hashlib.sha256(known.encode()).hexdigest()[:8]}"
    folder = parsed_root / f"{content_hash}-{version}"
    if folder.exists() and not all((folder / name).exists() for name in (META_FILE, ROWS_FILE)):
        shutil.rmtree(folder)  # half of what was kept is gone: it is read again from the file
    if not folder.exists():
        parsed_root.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(parsed_root)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=parsed_root, ignore_cleanup_errors=True) as scratch:
            into = Path(scratch) / "result"
            into.mkdir()
            _run_child(
                Job("parse", str(source.resolve()), original_name, str(into), limits, captions, dict(mapping or {}))
            )
            _keep(into, folder)
    meta: Meta = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
    return Parsed(content_hash, folder, meta)


def unpack(zip_path: Path, into: Path, limits: Limits = DEFAULT_LIMITS) -> list[tuple[str, Path]]:
    """Unpack an archive into an existing empty folder.

    Returns:
        The name of each file (folders of the archive in front) and where it lies now.

    Raises:
        Refusal: where the archive cannot be unpacked whole.
    """
    check_size(zip_path, zip_path.name, limits)
    into = into.resolve()
    members = _run_child(Job("unpack", str(zip_path.resolve()), zip_path.name, str(into), limits))
    return [(name, into / stored) for name, stored in members]


@lru_cache(maxsize=1)
def shipped_headers() -> tuple[Header, ...]:
    """The captions of the shipped catalogue, read without the rest of it."""
    content = read_yaml((CATALOG_DIR / "headers.yml").read_text(encoding="utf-8"))
    return CatalogFile.model_validate(content).headers


def _run_child(job: Job) -> Any:
    """Give a job to a child process and wait for its answer.

    Raises:
        Refusal: the child's own, or for its crash, its time or its memory.
    """
    asked, seconds = json.dumps(dataclasses.asdict(job)).encode(), job.limits.seconds
    try:
        ended = _server(seconds).run(asked, seconds) if _CAN_FORK else _run_once(asked, seconds)
    except (subprocess.TimeoutExpired, TimeoutError):
        raise Refusal("read.timeout", {"file": job.file, "seconds": seconds}) from None
    if ended.code == 0:
        answer = json.loads(ended.answer)
        if "refused" in answer:
            raise Refusal(**answer["refused"])
        return answer["done"]
    if "memory allocation" in ended.errors or "MemoryError" in ended.errors:
        raise Refusal("read.memory", {"file": job.file})
    # The kind of error only: its text may quote a cell, and a cell may hold a person.
    lines = [line for line in ended.errors.splitlines() if not line.startswith("note:")]
    kind = lines[-1].split(":")[0][:100] if lines else "-"
    raise Refusal("read.crashed", {"file": job.file, "detail": f"{ended.code}, {kind}"})


def _server(seconds: float) -> ReadServer:
    """The server of this process, started when the first file is read and again where it has ended."""
    with _SERVERS_LOCK:
        if _SERVERS and not (_SERVERS[0].is_running and _SERVERS[0].project == _PROJECT):
            end_server()
        if not _SERVERS:
            _SERVERS.append(ReadServer(_PROJECT, seconds))
        return _SERVERS[0]


@atexit.register
def end_server() -> None:
    """End the server of this process, where there is one."""
    while _SERVERS:
        _SERVERS.pop().close()


def _run_once(job: bytes, seconds: float) -> Ended:
    """A child that loads its readers itself."""
    command = [sys.executable, "-m", "etl.parse"]
    child = subprocess.run(command, input=job, capture_output=True, cwd=_PROJECT, timeout=seconds, check=False)
    return Ended(child.returncode, child.stdout, child.stderr.decode("utf-8", errors="replace").strip())


def _keep(result: Path, folder: Path) -> None:
    """Move a whole result to its place; another process may have been faster with the same content."""
    try:
        result.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _remove_unfinished(parsed_root: Path) -> None:
    """What a killed reading left behind; a running one is younger than this."""
    for folder in parsed_root.glob(f"{UNFINISHED}*"):
        # Another process may remove the same folder at this moment.
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _UNFINISHED_AGE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
