"""Edited thresholds: dated records in the inbox, one file each, which the next build takes for the catalogue's.

None is ever changed or removed. The newest record of a threshold holds; one without a value takes the edits back, and
the catalogue's number holds again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from pydantic import Field

from etl.inbox import Inbox, read_record
from etl.refusal import Refusal
from tracker.catalog import Catalog
from tracker.catalog_models import Code, Model, Threshold
from tracker.what_if import in_order

_LIMIT = 1000.0
_SCHEMA: dict[str, type[pl.DataType]] = {
    "edit_no": pl.Int32,
    "threshold_id": pl.String,
    "before": pl.Float64,
    "value": pl.Float64,
    "edited_by": pl.String,
    "edited_at": pl.Datetime,
    "reason": pl.String,
    "default_value": pl.Float64,
    "is_in_force": pl.Boolean,
}


class ThresholdEdit(Model):
    """One edit: what the threshold was and what it becomes; ``value`` None takes earlier edits back."""

    edit_no: int
    threshold_id: Code
    before: float
    value: float | None
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    recorded_at: dt.datetime


@dataclass(frozen=True)
class ThresholdBook:
    """The records of one inbox."""

    inbox: Inbox

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return self.inbox.folder / "thresholds"

    def all(self) -> list[ThresholdEdit]:
        """Every edit in the order in which they were recorded.

        Raises:
            Refusal: where one cannot be read; a build without it would publish other states.
        """
        return [read_record(path, ThresholdEdit) for path in sorted(self.folder.glob("*.yml"))]

    def record(
        self, catalog: Catalog, threshold_id: str, value: float | None, by: str, reason: str, at: dt.datetime
    ) -> ThresholdEdit:
        """Add one edit. The next build judges by it.

        Args:
            catalog: the catalogue without edits.
            threshold_id: which threshold.
            value: in the threshold's unit; None takes the edits back.
            by: who decided it.
            reason: why.
            at: when it is recorded.

        Raises:
            Refusal: where there is no such threshold, or the value is impossible or none other than the one in force.
        """
        with self.inbox.lock():
            edits = self.all()
            threshold = catalog.thresholds.get(threshold_id)
            if threshold is None:
                raise Refusal("threshold.unknown", {"threshold": threshold_id, "known": "、".join(catalog.thresholds)})
            standing = values_in_force(catalog, edits)
            before = standing[threshold_id]
            becomes = threshold.value if value is None else value
            named: dict[str, object] = {"name": f"{threshold.name.zh} / {threshold.name.en}", "value": f"{becomes:g}"}
            if becomes == before:
                raise Refusal("threshold.same", named)
            _refuse_impossible(threshold, becomes, named)
            if not in_order(standing | {threshold_id: becomes}):
                raise Refusal("threshold.order", named)
            edit = ThresholdEdit(
                edit_no=len(edits) + 1,
                threshold_id=threshold_id,
                before=before,
                value=value,
                by=by,
                reason=reason,
                recorded_at=at,
            )
            self.folder.mkdir(parents=True, exist_ok=True)
            self.inbox.write_record(self.folder / f"{edit.edit_no:05d}.yml", edit.model_dump(mode="json"))
        return edit


def _refuse_impossible(threshold: Threshold, value: float, named: dict[str, object]) -> None:
    """Shares of reviews lie within 0 and 100, months and counts are whole and not negative, a switch is 0 or 1."""
    is_rate = threshold.threshold_id.startswith(("review_pass_", "survival_"))
    low, high = {
        "yes_no": (0.0, 1.0),
        "percentage_point": (-100.0, 100.0),
        "percent": (0.0, 100.0 if is_rate else _LIMIT),
    }.get(threshold.unit, (0.0, _LIMIT))
    is_whole = threshold.unit in ("yes_no", "month", "item")
    if not low <= value <= high or (is_whole and value != int(value)):
        kind = "whole" if is_whole else "range"
        raise Refusal(f"threshold.{kind}", named | {"low": f"{low:g}", "high": f"{high:g}"})


def values_in_force(catalog: Catalog, edits: Sequence[ThresholdEdit]) -> dict[Code, float]:
    """The value of every threshold of the catalogue under the edits; edits of what it no longer has do nothing."""
    found = {key: threshold.value for key, threshold in catalog.thresholds.items()}
    for edit in edits:
        if edit.threshold_id in found:
            found[edit.threshold_id] = catalog.thresholds[edit.threshold_id].value if edit.value is None else edit.value
    return found


def with_edits(catalog: Catalog, edits: Sequence[ThresholdEdit]) -> Catalog:
    """The catalogue with the edited thresholds in place of its own."""
    values = values_in_force(catalog, edits)
    thresholds = {
        key: threshold.model_copy(update={"value": values[key]}) for key, threshold in catalog.thresholds.items()
    }
    return replace(catalog, thresholds=thresholds)


def edit_frame(edits: Sequence[ThresholdEdit], catalog: Catalog) -> pl.DataFrame:
    """``core.threshold_edit``: one row per edit with the catalogue's own value and whether the edit holds.

    Args:
        edits: in the order in which they were recorded.
        catalog: the catalogue without edits.
    """
    newest = {edit.threshold_id: edit.edit_no for edit in edits}
    rows = [
        {
            "edit_no": edit.edit_no,
            "threshold_id": edit.threshold_id,
            "before": edit.before,
            "value": edit.value,
            "edited_by": edit.by,
            "edited_at": edit.recorded_at,
            "reason": edit.reason,
            "default_value": catalog.thresholds[edit.threshold_id].value,
            "is_in_force": newest[edit.threshold_id] == edit.edit_no and edit.value is not None,
        }
        for edit in edits
        if edit.threshold_id in catalog.thresholds
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
