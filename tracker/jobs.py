"""Long commands of the data desk as jobs: each a process of its own, with its state in files.

So the browser may be closed, everybody sees the same list, and a restart of the server ends nothing. A job lies in
``$TRACKER_DATA/desk/jobs/<id>/``: ``job.json`` (command, who, when), ``stages`` (a line each), ``answer.json`` (what
it printed), ``errors``, ``exit`` and ``pid``. A running job holds ``lock``: a process number may be given to another
program after a restart, a lock dies with its process.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from tracker.catalog import data_folder
from tracker.desk import ROOT, Answer, command, cut_to, permit
from tracker.files import write_whole
from tracker.rights import Person, actions_of

State = Literal["waiting", "running", "done", "refused", "interrupted"]
# What changes the build in force: one after the other, in the order in which people asked.
PUBLISHING = ("publish", "withdraw", "restore", "build")
STAGES = ("waiting", "reading", "counting", "checking", "publishing")
_AREA = "--area="
NOT_CUT = ("", "")
ENVIRONMENT = "TRACKER_JOB"
# The exit code of a command that broke, as programs of Unix have it for an error of their own.
BROKEN = 70
_WAITING = "waiting"
_SECONDS_TO_BEGIN = 60.0
_TURN_SECONDS = 0.4
_KEPT_DAYS = 30
_children: dict[Path, subprocess.Popen[bytes]] = {}
# What has ended stays so; a desk with a year of jobs is read at every click.
_ended: dict[Path, Job] = {}


@dataclass(frozen=True)
class Job:
    """One command that somebody started. ``files``: the content hashes it is about; ``names``: in words.

    ``cut``: to which areas, as :func:`cut_of` says; what one person was told is not for another.
    ``state``: waiting for its turn, running, done, refused (it ended and refused something), or interrupted: its
    process ended without saying so. ``stage``: what it said last.
    """

    folder: Path
    kind: str
    by: str
    started: dt.datetime
    files: tuple[str, ...]
    names: tuple[str, ...]
    cut: tuple[str, ...]
    state: State
    stage: str
    ended: dt.datetime | None

    @property
    def job_id(self) -> str:
        """The name of its folder; later jobs have later names."""
        return self.folder.name

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in ("waiting", "running")

    def answer(self) -> Answer:
        """What the command answered; without content where it was interrupted or could not write."""
        code = _text(self.folder / "exit")
        try:
            return Answer(int(code or -1), json.loads(_text(self.folder / "answer.json")))
        except ValueError:
            return Answer(int(code or -1), None, _text(self.folder / "errors")[-2000:].strip())

    def given(self) -> Any:
        """What the command was given beside its options: the files with what is stated of each; None for nothing."""
        return _given(self.folder)


def folder() -> Path:
    """Where the jobs of the data folder lie."""
    return data_folder() / "desk" / "jobs"


def start(
    kind: str,
    arguments: Sequence[str],
    person: Person,
    files: Sequence[str] = (),
    names: Sequence[str] = (),
    given: object = None,
) -> str:
    """Start a command and return the id of its job at once.

    Args:
        kind: ``check``, ``effect``, or one of :data:`PUBLISHING`.
        arguments: the command and its options; ``{given}`` in them stands for the file that holds ``given``.
        person: who asks for it, as :func:`tracker.ui.gate.allowed` says.
        files: content hashes of the files it is about.
        names: what they are called.
        given: what is stated of each file, kept as it was when the job began.

    Raises:
        NotAllowed: where the person has no right to it, for one of the areas that are stated.
        OSError: where the disk is full; nothing was started then.
    """
    # Of what is only checked, the command itself says which file is not of the person's areas, in words.
    areas = _areas(given) if "load" in actions_of(arguments) else [None]
    environment = permit(arguments, person, areas)
    _remove_old()
    now = dt.datetime.now()
    own = folder() / f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
    own.mkdir(parents=True)
    stated = [argument.replace("{given}", str(own / "given.json")) for argument in arguments]
    if given is not None:
        write_whole(own / "given.json", json.dumps(given, ensure_ascii=False).encode())
    record = {"kind": kind, "by": person.name, "started": now.isoformat(), "files": list(files), "names": list(names)}
    record |= {"cut": cut_of(person), "command": stated}
    write_whole(own / "job.json", json.dumps(record, ensure_ascii=False).encode())
    environment |= {"TRACKER_DATA": str(data_folder().resolve()), ENVIRONMENT: str(own.resolve())}
    with (own / "answer.json").open("wb") as answer, (own / "errors").open("wb") as errors:
        child = subprocess.Popen(
            command(stated),
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=errors,
            cwd=ROOT,
            env=environment,
            # A signal to the server, or its end, is none to the job.
            start_new_session=True,
        )
    _children[own] = child
    with suppress(OSError):
        write_whole(own / "pid", f"{child.pid}\n".encode())
    return own.name


def cut_of(person: Person) -> tuple[str, ...]:
    """How what a person asks for is cut: of which areas files are taken in, and of which is told."""
    return tuple(cut_to(person).values())


def _areas(given: object) -> list[str | None]:
    """The areas that files are stated to be of; None for each that may hold any area."""
    entries = given if isinstance(given, list) else []
    every = [options for entry in entries for options in (entry["options"], *entry.get("members", {}).values())]
    stated = [[option for option in options if option.startswith(_AREA)] for options in every]
    return [options[0].removeprefix(_AREA) if len(options) == 1 else None for options in stated] or [None]


def every() -> list[Job]:
    """All jobs, the newest first."""
    found = (_read(path) for path in sorted(folder().glob("*/job.json"), reverse=True))
    return [job for job in found if job is not None]


def get(job_id: str) -> Job | None:
    """A job by its id, None where there is none."""
    return next((job for job in every() if job.job_id == job_id), None)


def queue(jobs: Sequence[Job]) -> list[Job]:
    """The jobs that publish or wait to do so, the one whose turn it is first."""
    return sorted((job for job in jobs if job.is_open and job.kind in PUBLISHING), key=lambda job: job.job_id)


def wait(job_id: str, seconds: float = 600.0) -> Job:
    """A job once it has ended.

    Raises:
        TimeoutError: where it still runs after so long.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = get(job_id)
        if job is not None and not job.is_open:
            return job
        time.sleep(_TURN_SECONDS)
    raise TimeoutError(job_id)


@lru_cache(maxsize=4096)
def _given(folder: Path) -> Any:
    # Written before the job begins and never changed.
    written = _text(folder / "given.json")
    return json.loads(written) if written else None


def _read(path: Path) -> Job | None:
    own = path.parent
    if own in _ended and path.is_file():
        return _ended[own]
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # being removed, or its first file could not be written
    stages = _text(own / "stages").splitlines()
    stage = stages[-1].partition(" ")[2] if stages else ""
    code, started = _text(own / "exit").strip(), dt.datetime.fromisoformat(record["started"])
    state: State
    if code:
        state = "done" if code == "0" else "refused"
    elif _is_alive(own, started, has_begun=bool(stages)):
        state = "waiting" if stage == _WAITING else "running"
    else:
        # It may have ended between the two looks.
        code = _text(own / "exit").strip()
        state = "interrupted" if not code else "done" if code == "0" else "refused"
    job = Job(
        folder=own,
        kind=record["kind"],
        by=record["by"],
        started=started,
        files=tuple(record["files"]),
        names=tuple(record["names"]),
        cut=tuple(record.get("cut", NOT_CUT)),
        state=state,
        stage=stage,
        ended=dt.datetime.fromtimestamp((own / "exit").stat().st_mtime) if code else None,
    )
    if not job.is_open:
        _ended[own] = job
    return job


def _is_alive(own: Path, started: dt.datetime, *, has_begun: bool) -> bool:
    child = _children.get(own)
    if child is not None and child.poll() is not None:
        return False
    if not has_begun:
        # A new interpreter needs a moment to read its modules before it holds the lock.
        return dt.datetime.now() - started < dt.timedelta(seconds=_SECONDS_TO_BEGIN)
    try:
        with FileLock(own / "lock", timeout=0):
            return False
    except Timeout:
        return True


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _remove_old() -> None:
    """Checks and previews of weeks ago go; what was published or withdrawn stays on record."""
    for path in [path for path, child in _children.items() if child.poll() is not None]:
        del _children[path]
    before = f"{dt.datetime.now() - dt.timedelta(days=_KEPT_DAYS):%Y%m%dT%H%M%S}"
    for path in folder().glob("*/job.json"):
        if path.parent.name < before and (job := _read(path)) and job.kind not in PUBLISHING and not job.is_open:
            shutil.rmtree(path.parent, ignore_errors=True)


@contextmanager
def attended() -> Iterator[None]:
    """Around a command that may run as a job: hold its lock, so that others see that it lives."""
    own = _own()
    if own is None:
        yield
        return
    with FileLock(own / "lock", timeout=_SECONDS_TO_BEGIN):
        tell("reading")
        try:
            yield
        except BaseException:
            ended(BROKEN)
            raise


def tell(stage: str) -> None:
    """Say what a command is at, one of :data:`STAGES`; nothing where it is no job."""
    own = _own()
    if own is None:
        return
    # The disk may be full: that is told by the command itself, not by its progress.
    with suppress(OSError), (own / "stages").open("a", encoding="utf-8") as stages:
        stages.write(f"{dt.datetime.now().isoformat(timespec='seconds')} {stage}\n")


def ended(code: int) -> None:
    """Leave the exit code of a command that runs as a job; its answer must be written by then."""
    if own := _own():
        with suppress(OSError):
            write_whole(own / "exit", f"{code}\n".encode())


def take_turn() -> None:
    """Wait until every earlier job that publishes has ended: first come, first served, which a lock alone is not."""
    own = _own()
    if own is None:
        return
    is_told = False
    while any(job.job_id < own.name for job in queue(every())):
        if not is_told:
            tell(_WAITING)
            is_told = True
        time.sleep(_TURN_SECONDS)
    if is_told:
        tell("reading")


def _own() -> Path | None:
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else None
