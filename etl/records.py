"""What people decide about received data: dated records of the inbox, written once, ended by records of their own."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import AliasChoices, Field

from etl.inbox import Inbox, read_record
from etl.refusal import Refusal
from tracker.catalog_models import Model

_SHORTEST_ID = 6
_WITHDRAWN = ".withdrawn"


class Said(Model):
    """What somebody decided: when, who and why; what it decides is added by each kind of record."""

    recorded_at: dt.datetime
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)

    @property
    def record_id(self) -> str:
        """What people call it: the beginning of the hash of all it says."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


class Withdrawal(Model):
    """The end of a record: when, by whom and why. Older files call the record a correction."""

    record_id: str = Field(validation_alias=AliasChoices("record_id", "correction_id"))
    recorded_at: dt.datetime
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)


SaidKind = TypeVar("SaidKind", bound=Said)


@dataclass(frozen=True)
class Record(Generic[SaidKind]):
    """What was said, and its withdrawal where somebody took it back."""

    said: SaidKind
    withdrawal: Withdrawal | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether it still holds."""
        return self.withdrawal is None

    def all(self) -> list[Model]:
        """What was recorded, in order."""
        return [self.said] if self.withdrawal is None else [self.said, self.withdrawal]


def in_force(records: Iterable[Record[SaidKind]]) -> list[SaidKind]:
    """What still holds, in order."""
    return [record.said for record in records if record.is_in_force]


@dataclass(frozen=True)
class RecordBook(Generic[SaidKind]):
    """The records of one kind in one inbox, one file each.

    ``name`` is that of their folder; a refusal about one of them has the codes ``<noun>.unknown`` and
    ``<noun>.already_withdrawn``.
    """

    inbox: Inbox
    kind: type[SaidKind]
    name: str
    noun: str

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return self.inbox.folder / self.name

    def records(self) -> list[Record[SaidKind]]:
        """All of them in the order in which they were made, withdrawn ones included.

        Raises:
            Refusal: where one cannot be read; a build without it would silently publish other numbers.
        """
        paths = sorted(self.folder.glob("*.yml"))
        made = [read_record(path, self.kind) for path in paths if not path.stem.endswith(_WITHDRAWN)]
        ends = [read_record(path, Withdrawal) for path in paths if path.stem.endswith(_WITHDRAWN)]
        ended = {end.record_id: end for end in ends}
        ordered = sorted(made, key=lambda said: (said.recorded_at, said.record_id))
        return [Record(said, ended.get(said.record_id)) for said in ordered]

    def find(self, record_id: str) -> Record[SaidKind]:
        """A record by its id or an unambiguous beginning of it.

        Raises:
            Refusal: where there is none, or more than one.
        """
        is_long = len(record_id) >= _SHORTEST_ID
        found = [record for record in self.records() if is_long and record.said.record_id.startswith(record_id)]
        if len(found) != 1:
            raise Refusal(f"{self.noun}.unknown", {self.noun: record_id})
        return found[0]

    def add(self, said: SaidKind) -> None:
        """Keep a new record."""
        self._write(said, said.record_id, said.recorded_at, "")

    def withdraw(self, record_id: str, by: str, reason: str, at: dt.datetime) -> SaidKind:
        """End a record; it stays.

        Raises:
            Refusal: where there is no such record, or it has ended.
        """
        with self.inbox.lock():
            record = self.find(record_id)
            whole_id = record.said.record_id
            if not record.is_in_force:
                raise Refusal(f"{self.noun}.already_withdrawn", {self.noun: whole_id})
            end = Withdrawal(record_id=whole_id, recorded_at=at, by=by, reason=reason)
            self._write(end, whole_id, at, _WITHDRAWN)
        return record.said

    def _write(self, record: Model, name: str, at: dt.datetime, suffix: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        content = record.model_dump(mode="json", exclude_none=True)
        self.inbox.write_record(self.folder / f"{at:%Y%m%dT%H%M%S}-{name}{suffix}.yml", content)
