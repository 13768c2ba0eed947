"""The inbox: every file under its content hash with a sidecar that says how it is read. Nothing is ever edited."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import yaml
from filelock import FileLock, Timeout
from pydantic import Field, ValidationError, model_validator

from etl.refusal import Refusal
from tracker.catalog_models import Code, Model
from tracker.yaml_text import read_yaml

Event = Literal[
    "recommended",
    "publicity",
    "recognition",
    "review_publicity",
    "review_passed",
    "change",
    "moved_out",
    "lapsed",
    "revoked",
]
Kind = Literal["list", "pool", "ledger", "enterprise_values", "area_values", "targets", "tasks", "activities"]
TITLE_EVENTS = ("recognition", "review_passed")
WHOLE = "total"
Record = TypeVar("Record", bound=Model)
# Every command reads all sidecars; PyYAML's own reader in C, where it was built, takes a tenth of the time.
# What a reading must state because the rows of its kind do not.
REQUIRED: dict[Kind, tuple[str, ...]] = {
    "list": ("tier", "event", "event_on"),
    "pool": ("tier", "event_on"),
    "ledger": (),
    "enterprise_values": (),
    "area_values": (),
    "targets": ("event_on", "document_no"),
    "tasks": (),
    "activities": (),
}
TITLE_KINDS = ("list", "pool", "ledger")
VALUE_KINDS = ("enterprise_values", "area_values")
# What only forms of ours state.
FORM_KINDS = ("targets", "tasks", "activities")


class Reading(Model):
    """One way in which a file is read: as which list, of which tier, event and date, for which area.

    ``announced`` holds the numbers that the issuer states, by area code or ``total``. ``excluding`` names parts of
    the area that publish apart (浙江省…（不含宁波）). ``is_final`` says that the list is the complete result.
    What a ledger's reading states is for those of its titles of which the row does not say it; ``year_day`` ("12-31")
    is the day from which a title counts of which nobody knows more than the year.
    A reporting sheet states ``period_end``, ``period_months`` (上半年: 6) and ``money_unit`` (万元) for what its
    rows and captions leave open, and ``reason`` for values that look wrong and are right.
    """

    reading_no: int
    kind: Kind = "list"
    sheet: str | None = None
    tier: Code | None = None
    event: Event | None = None
    batch: str | None = None
    cohort_year: int | None = None
    reviewed_cohort: int | None = None
    document_no: str | None = None
    event_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    year_day: str | None = Field(default=None, pattern=r"^\d\d-\d\d$")
    period_end: dt.date | None = None
    period_months: int | None = None
    money_unit: str | None = None
    reason: str | None = None
    area_code: Code
    excluding: tuple[Code, ...] = ()
    announced: dict[str, int] = Field(default_factory=dict)
    is_final: bool = False
    mapping: dict[str, str] = Field(default_factory=dict)
    added_on: dt.date

    @model_validator(mode="after")
    def _states_what_its_kind_needs(self) -> Self:
        missing = [name for name in REQUIRED[self.kind] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"a reading of kind {self.kind} needs {', '.join(missing)}")
        return self

    @property
    def list_tier(self) -> Code:
        """The tier of a list or pool, which always state one."""
        assert self.tier is not None
        return self.tier

    @property
    def list_day(self) -> dt.date:
        """The day of a list or pool, which always state one."""
        assert self.event_on is not None
        return self.event_on

    def says_the_same(self, other: Reading) -> bool:
        """Whether both readings make the same statement, whenever they were added."""
        # Older readings do not keep the months; they follow from what the sheet or the person says.
        ignored = {"reading_no", "added_on", "period_months"}
        return self.model_dump(exclude=ignored) == other.model_dump(exclude=ignored)

    def is_of_the_same_event(self, other: Reading) -> bool:
        """Whether both readings claim the same kind of event, so that two of them would count it twice."""
        return (self.kind, self.sheet, self.tier, self.event, self.batch) == (
            other.kind,
            other.sheet,
            other.tier,
            other.event,
            other.batch,
        )


class Step(Model):
    """Something decided about a file: what, when, by whom, why, and of which reading (None: the whole file).

    ``gaps`` of an acceptance: what was open in the reading when somebody accepted it, as
    :func:`etl.completeness.gaps` counts it. It is accepted while the same is open, no longer.
    """

    action: Literal["withdraw", "restore", "accept"]
    on: dt.date
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    reading_no: int | None = None
    gaps: dict[str, int] = Field(default_factory=dict)


class Sidecar(Model):
    """What is known about one file beside its content."""

    file_id: str
    original_name: str
    issuer: str | None = None
    source: str | None = None
    received_from: str | None = None
    received_on: dt.date
    is_demo: bool = False
    replaces: str | None = None
    readings: tuple[Reading, ...] = ()
    history: tuple[Step, ...] = ()

    def withdrawn(self, reading_no: int | None = None) -> Step | None:
        """The withdrawal in force for a reading (None: for the whole file), or None where it counts."""
        for step in reversed(self.history):
            if step.action != "accept" and step.reading_no in (None, reading_no):
                return step if step.action == "withdraw" else None
        return None

    def accepted(self, reading_no: int, gaps: dict[str, int]) -> Step | None:
        """The newest acceptance of what is open in a reading, or None where nobody accepted just that."""
        steps = (step for step in reversed(self.history) if step.action == "accept" and step.reading_no == reading_no)
        newest = next(steps, None)
        return newest if newest is not None and newest.gaps == gaps else None

    def active_readings(self) -> tuple[Reading, ...]:
        """The readings that count today."""
        return tuple(r for r in self.readings if self.withdrawn(r.reading_no) is None)


@dataclass(frozen=True)
class Inbox:
    """The folder of received files below a data folder."""

    data_folder: Path

    @property
    def folder(self) -> Path:
        """Where files and sidecars lie."""
        return self.data_folder / "inbox"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the inbox alone; two people adding at once take turns.

        Raises:
            Refusal: where another process holds it for more than a minute.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=60):
                yield
        except Timeout:
            raise Refusal("inbox.busy", {"file": self.folder.name}) from None

    def sidecars(self) -> list[Sidecar]:
        """All sidecars in order of receipt, then of content hash.

        Raises:
            Refusal: where one cannot be read; a build on half an inbox would silently lose enterprises.
        """
        found = [self._read(path) for path in sorted(self.folder.glob("*.yml"))]
        return sorted(found, key=lambda sidecar: (sidecar.received_on, sidecar.file_id))

    def counting(self) -> list[Sidecar]:
        """The sidecars whose file counts: not withdrawn and not replaced by a later file that counts."""
        kept = [sidecar for sidecar in self.sidecars() if sidecar.withdrawn() is None]
        replaced = {sidecar.replaces for sidecar in kept if sidecar.replaces}
        return [sidecar for sidecar in kept if sidecar.file_id not in replaced]

    def find(self, file_id: str) -> Sidecar:
        """The sidecar of a file by its id or an unambiguous beginning of it (at least six characters)."""
        matches = [s for s in self.sidecars() if len(file_id) >= 6 and s.file_id.startswith(file_id)]
        if len(matches) != 1:
            raise Refusal("inbox.unknown_file", {"file": file_id})
        return matches[0]

    def get(self, file_id: str) -> Sidecar | None:
        """The sidecar of a file by its whole id, or None."""
        path = self._sidecar_path(file_id)
        return self._read(path) if path.exists() else None

    def original(self, file_id: str) -> Path:
        """Where the content of a file lies."""
        return self.folder / f"{file_id}.original"

    def sizes(self) -> dict[str, int]:
        """How many bytes the content of each file has."""
        return {path.stem: path.stat().st_size for path in self.folder.glob("*.original")}

    def store(self, source: Path, sidecar: Sidecar) -> None:
        """Keep a file and its sidecar: content first, so that a sidecar never stands without its file."""
        target = self.original(sidecar.file_id)
        if not target.exists():
            temporary = target.with_suffix(".part")
            shutil.copyfile(source, temporary)
            _sync(temporary)
            temporary.replace(target)
        self.write(sidecar)

    def write(self, sidecar: Sidecar) -> None:
        """Write a sidecar in one step: a reader sees the old one or the new one."""
        self.write_record(self._sidecar_path(sidecar.file_id), sidecar.model_dump(mode="json"))

    def write_record(self, path: Path, record: dict[str, Any]) -> None:
        """Write a file of the inbox as YAML in one step."""
        temporary = path.with_suffix(".part")
        temporary.write_text(yaml.safe_dump(record, allow_unicode=True, sort_keys=False), encoding="utf-8")
        _sync(temporary)
        temporary.replace(path)

    def refuse_mixture(self, is_demo: bool) -> None:
        """Demo and real never mix.

        Raises:
            Refusal: where the inbox already holds files of the other kind.
        """
        for sidecar in self.sidecars():
            if sidecar.is_demo != is_demo:
                code = "inbox.real_into_demo" if sidecar.is_demo else "inbox.demo_into_real"
                raise Refusal(code, {"file": self.data_folder.name, "other": sidecar.original_name})

    def _sidecar_path(self, file_id: str) -> Path:
        return self.folder / f"{file_id}.yml"

    def _read(self, path: Path) -> Sidecar:
        return read_record(path, Sidecar)


def fault_place(fault: Exception) -> str:
    """Where a damaged record is wrong, without the words of a library: line and column, fields, or byte."""
    if isinstance(fault, yaml.MarkedYAMLError) and fault.problem_mark is not None:
        return f"{fault.problem_mark.line + 1}:{fault.problem_mark.column + 1}"
    if isinstance(fault, ValidationError):
        fields = dict.fromkeys(".".join(map(str, error["loc"])) for error in fault.errors())
        return ", ".join(filter(None, fields)) or "1:1"
    if isinstance(fault, UnicodeDecodeError):
        return f"UTF-8: {fault.start}"
    return type(fault).__name__ if not isinstance(fault, OSError) else f"errno {fault.errno}"


def read_record(path: Path, kind: type[Record]) -> Record:
    """A file of the inbox as a record.

    Raises:
        Refusal: where it cannot be read; a build without it would silently publish other numbers.
    """
    try:
        record = _record(path.read_text(encoding="utf-8"), kind)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, ValidationError) as fault:
        raise Refusal("inbox.unreadable", {"file": path.name, "detail": fault_place(fault)}) from fault
    assert isinstance(record, kind)
    return record


@lru_cache(maxsize=4096)
def _record(text: str, kind: type[Model]) -> Model:
    """A record from its text; adding many files reads the same ones again and again."""
    return kind.model_validate(read_yaml(text))


def content_id(path: Path) -> str:
    """The SHA-256 of a file's content in hexadecimal: its name in the inbox."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
