"""What lies on the data desk: every upload with what its check found, the preview of what would move, the queue.

Nothing here is kept in a browser's session: it follows from the uploads and the jobs on disk, so that another browser,
another person or another day sees the same. A check or a preview holds only for just the statement it was made with.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from tracker import desk, jobs, uploads
from tracker.catalog import data_folder
from tracker.jobs import Job
from tracker.rights import Person
from tracker.uploads import Upload

Record = dict[str, Any]
ItemState = Literal[
    "checking", "unchecked", "broken", "asks", "refused", "faulty", "doubtful", "ready", "here", "empty"
]
# Option of the command -> key of the statement, for what is one text.
OPTIONS = {
    "kind": "--kind",
    "tier": "--tier",
    "event": "--event",
    "batch": "--batch",
    "event_on": "--on",
    "valid_from": "--valid-from",
    "valid_to": "--valid-to",
    "area": "--area",
    "document_no": "--document",
    "reviewed_cohort": "--reviewed-cohort",
    "sheet": "--sheet",
    "period": "--period",
    "unit": "--unit",
    "year_day": "--year-day",
    "reason": "--reason",
    "issuer": "--issuer",
    "source": "--source",
    "replaces": "--replaces",
}
LISTS = {"excluding": "--excluding", "announced": "--announced"}
# So long a person is told what others did with a file of theirs.
_TOLD_DAYS = 30
# Refusals that name the file which this one may be meant to replace, and what a statement answers.
_REPLACING = ("report_version.same_day", "form.document_twice")
_ASKING = ("add.missing", "add.final_without_cohort", "add.sheet_differs", *_REPLACING)


@dataclass(frozen=True)
class Item:
    """An upload with what its newest check found: a record for each list in it; None while there is none."""

    upload: Upload
    records: list[Record] | None
    check: Job | None

    @property
    def state(self) -> ItemState:
        """What there is to do: nothing but wait, state what is missing, look at what is refused or odd, or publish."""
        if self.records is None:
            return "unchecked" if self.check is None else "checking" if self.check.is_open else "broken"
        return state_of(self.records)

    @property
    def members(self) -> list[str]:
        """The names of the files of an archive; none for a file by itself."""
        names = list(dict.fromkeys(record["file"] for record in self.records or []))
        return [] if names == [self.upload.name] else names

    @property
    def can_publish(self) -> bool:
        """Whether it may be added; refused rows stay out and are listed, which a person may accept."""
        return self.state in ("ready", "doubtful", "faulty")


def state_of(records: Sequence[Record]) -> ItemState:
    """What there is to do with a checked file, or with one of an archive."""
    statuses = [record["status"] for record in records]
    if "refused" in statuses or not statuses:
        return "asks" if any(record.get("refused") in _ASKING for record in records) else "refused"
    if all(status == "skipped" for status in statuses):
        return "empty"
    if all(status in ("unchanged", "skipped") for status in statuses):
        return "here"
    if any(rejected(record) for record in records):
        return "faulty"
    return "doubtful" if any(map(is_doubtful, records)) else "ready"


def is_unreadable(record: Record) -> bool:
    """Whether nothing could be read of a file, so that nothing stated of it helps; a missing header can be stated."""
    refused = str(record.get("refused") or "")
    return refused.startswith("read.") and refused != "read.no_header"


def is_doubtful(record: Record) -> bool:
    """Whether values look wrong of which nobody has said yet why they are right."""
    return bool(record.get("asked")) and not (record.get("reading") or {}).get("reason")


def replaceable(record: Record) -> list[str]:
    """Files that this one may be stated to replace: those that say the same, or the one named by its refusal."""
    return [str(record["file_id"])] if record.get("refused") in _REPLACING else list(record.get("twins") or ())


def rejected(record: Record) -> int:
    """How many rows or cells of a list were refused."""
    counts = record.get("counts") or {}
    return int(counts.get("rejected", 0)) + int(counts.get("rejected_cells", 0))


@dataclass(frozen=True)
class Board:
    """What a person may see of the desk, as it is on disk now."""

    items: list[Item]
    jobs: list[Job]
    person: Person

    @property
    def open_jobs(self) -> list[Job]:
        """What waits or runs."""
        return [job for job in self.jobs if job.is_open]

    @property
    def can_publish(self) -> list[Item]:
        """What may be published now."""
        return [item for item in self.items if item.can_publish]

    def preview(self, given: object) -> Job | None:
        """The newest trial of just this, told to who may see as much."""
        cut = jobs.cut_of(self.person)
        return next((j for j in self.jobs if j.kind == "effect" and j.cut == cut and j.given() == given), None)


def board(person: Person) -> Board:
    """The desk as it is now; uploads that were published since they came are not on it any more.

    Who sees the own area only finds there what they brought and started themselves.
    """
    every_job = jobs.every()
    is_narrow, cut = person.only_areas is not None, jobs.cut_of(person)
    # A check says which file is not of the areas of who asked for it: it holds for them alone.
    checks = [job for job in every_job if job.kind == "check" and job.cut == cut]
    published = [(job.started.isoformat(timespec="microseconds"), job.files) for job in every_job if is_published(job)]
    items = [
        _item(upload, checks)
        for upload in uploads.every()
        if not (is_narrow and person.name not in upload.owners)
        and not any(upload.file_id in files and upload.opened <= on for on, files in published)
    ]
    return Board(items, [job for job in every_job if not is_narrow or job.by == person.name], person)


def _item(upload: Upload, checks: Sequence[Job]) -> Item:
    entry = entry_of(upload)
    for job in checks:
        given = job.given() or []
        if entry in given:
            found = None if job.is_open else records_of(job, given.index(entry))
            return Item(upload, found or None, job)
    return Item(upload, None, None)


def records_of(job: Job, number: int) -> list[Record] | None:
    """What a check said of one of its files; None where it broke before it could say anything."""
    records = _records(job.folder)
    return None if records is None else [record for record in records if record.get("entry") == number]


@lru_cache(maxsize=64)
def _records(folder: Path) -> list[Record] | None:
    # The answer of a job that has ended never changes.
    try:
        found = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, list) else None


def entry_of(upload: Upload) -> dict[str, Any]:
    """An upload as the command takes it: where it lies, its name, and what is stated of it as options; of an archive
    also of each of its files of which something else is stated. It was received on the day on which it came, unless
    another is stated.
    """
    received = f"--received-on={upload.stated.get('received_on') or upload.opened[:10]}"
    entry = {"file": str(upload.path.resolve()), "name": upload.name, "options": [*options_of(upload.stated), received]}
    members = {name: [*options_of(stated), received] for name, stated in upload.stated.get("members", {}).items()}
    return entry | ({"members": members} if members else {})


def options_of(stated: Mapping[str, Any]) -> list[str]:
    """What is stated of a file, as options of the command."""
    found = [f"{option}={stated[key]}" for key, option in OPTIONS.items() if stated.get(key)]
    found += [f"{option}={value}" for key, option in LISTS.items() for value in stated.get(key) or ()]
    found += [f"--map={caption}={field}" for caption, field in (stated.get("mapping") or {}).items()]
    return [*found, *(["--final"] if stated.get("is_final") else [])]


def start_checks(items: Sequence[Item], person: Person) -> bool:
    """Check what was not checked under its present statement, all in one process; whether there was anything.

    What broke is not tried again and again: a person asks for it.
    """
    asked = [item.upload for item in items if item.state == "unchecked"]
    if asked:
        check(asked, person)
    return bool(asked)


def check(asked: Sequence[Upload], person: Person) -> str:
    """Start checking uploads."""
    given = [entry_of(upload) for upload in asked]
    return jobs.start("check", ["check", "--stated", "{given}"], person, *_about(asked), given)


def _about(asked: Sequence[Upload]) -> tuple[list[str], list[str]]:
    return [upload.file_id for upload in asked], [upload.name for upload in asked]


def given_of(asked: Sequence[Upload]) -> list[dict[str, Any]]:
    """Uploads as a preview and a publication take them, in an order of their own."""
    return [entry_of(upload) for upload in sorted(asked, key=lambda upload: upload.file_id)]


def start_preview(asked: Sequence[Upload], person: Person) -> str:
    """Start the trial of what publishing these uploads would do."""
    return jobs.start("effect", ["check", "--stated", "{given}", "--effect"], person, *_about(asked), given_of(asked))


def start_publishing(asked: Sequence[Upload], person: Person) -> str:
    """Start adding these uploads and building; what is published is what their preview showed.

    The same asked for twice is one publication: a second press while the first waits or runs starts nothing.
    """
    given = given_of(asked)
    for job in jobs.every():
        if job.is_open and job.kind == "publish" and job.given() == given:
            return job.job_id
    return jobs.start("publish", ["add", "--stated", "{given}", "--build"], person, *_about(asked), given)


def start_building(person: Person) -> str:
    """Start building from what is on record by now, unless somebody's waits for its turn to do the same."""
    for job in jobs.every():
        if job.kind == "build" and job.state == "waiting":
            return job.job_id
    return jobs.start("build", ["build"], person)


@dataclass(frozen=True)
class Withdrawal:
    """A file to be withdrawn or restored, as its preview names it."""

    file_id: str
    name: str
    undo: bool

    @property
    def given(self) -> dict[str, Any]:
        """What its preview is found by."""
        return {"file_id": self.file_id, "undo": self.undo}


def start_withdrawal(asked: Withdrawal, person: Person, reason: str, *, is_trial: bool) -> str:
    """Start withdrawing or restoring a file, or the trial of it."""
    kind = "effect" if is_trial else "restore" if asked.undo else "withdraw"
    for job in jobs.every():
        if job.is_open and job.kind == kind and job.given() == asked.given:
            return job.job_id
    arguments = ["withdraw", asked.file_id, f"--reason={reason}", f"--by={person.name}"]
    arguments += [*(["--undo"] if asked.undo else []), "--effect" if is_trial else "--build"]
    return jobs.start(kind, arguments, person, [asked.file_id], [asked.name], asked.given)


def is_published(job: Job) -> bool:
    """Whether a publication led to a build in force; rows that were refused do not hold it up."""
    return job.kind == "publish" and not job.is_open and _build_of(job.folder) is not None


@lru_cache(maxsize=512)
def _build_of(folder: Path) -> Record | None:
    try:
        content = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict):
        return None
    # A job that only builds prints the build itself.
    return content if "build_id" in content else content.get("build")


def build_of(job: Job) -> Record | None:
    """The build that a job published, None where it did not."""
    return _build_of(job.folder) if job.kind in jobs.PUBLISHING and not job.is_open else None


def is_as_tried(job: Job, every: Sequence[Job]) -> bool:
    """Whether a job published just what its newest trial had shown; nobody changed anything in between."""
    tried = next((other for other in every if other.kind == "effect" and other.given() == job.given()), None)
    effect, build = effect_of(tried) if tried else None, build_of(job)
    return effect is not None and build is not None and effect["inputs_hash"] == build["inputs_hash"]


@lru_cache(maxsize=16)
def _effect(folder: Path) -> Record | None:
    try:
        content = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content.get("effect") if isinstance(content, dict) else None


def effect_of(job: Job) -> Record | None:
    """What a trial found, None where it was refused or broke."""
    return None if job.is_open else _effect(job.folder)


def files_in_inbox(person: Person) -> list[Record]:
    """Every file of the inbox with its readings, newest first; empty where the inbox cannot be read.

    Raises:
        ValueError: with the command's message in Chinese and English, where a record of the inbox is damaged.
    """
    inbox = data_folder() / "inbox"
    marks = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in inbox.glob("*.yml")))
    return _files(data_folder(), marks, person) if marks else []


@dataclass(frozen=True)
class Undone:
    """What another person undid of a file: ``what`` is ``withdrawn`` or ``put_away``; ``on``: a day, in ISO form."""

    name: str
    what: Literal["withdrawn", "put_away"]
    by: str
    on: str
    reason: str


def undone(person: Person) -> list[Undone]:
    """What became, by somebody else's hand, of files that a person brought within the last weeks.

    Raises:
        ValueError: as :func:`files_in_inbox`.
    """
    since = f"{dt.date.today() - dt.timedelta(_TOLD_DAYS)}"
    found = []
    for upload in uploads.put_away():
        on, _, by = upload.set_aside.partition(" ")
        if person.name in upload.owners and by != person.name:
            found.append(Undone(upload.name, "put_away", by, on[:10], ""))
    own = {upload.file_id for upload in uploads.every() if person.name in upload.owners}
    # A file of an archive has an id of its own: the publication says which.
    added = {file_id for job in jobs.every() if is_published(job) and own & set(job.files) for file_id in _added(job)}
    for record in files_in_inbox(person) if added else []:
        [*_, last] = record["history"] or [{"action": ""}]
        if record["file_id"] in added and last["action"] == "withdraw" and last["by"] != person.name:
            found.append(Undone(record["original_name"], "withdrawn", last["by"], str(last["on"]), last["reason"]))
    return [one for one in found if one.on >= since]


def _added(job: Job) -> set[str]:
    content = job.answer().content
    return {record["file_id"] for record in content["files"] if record.get("file_id")}


@lru_cache(maxsize=4)
def _files(folder: Path, marks: tuple[tuple[str, int], ...], person: Person) -> list[Record]:
    answer = desk.run(["files"], person)
    if not isinstance(answer.content, list):
        raise ValueError(json.dumps(answer.content) if answer.content else answer.detail)
    return sorted(answer.content, key=lambda record: record["received_on"], reverse=True)
