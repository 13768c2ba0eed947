"""What a file shows of itself, for whoever must say what it is: titles, columns, what they propose and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etl.add import Statement
from etl.add_reading import mapping_of
from etl.propose import Proposal, propose
from etl.refusal import Refusal
from etl.sandbox import parse
from tracker.catalog import Catalog

_PROPOSED = (
    "tier", "event", "batch", "cohort_year", "reviewed_cohort", "document_no", "event_on", "valid_from", "valid_to",
    "area_code",
)  # fmt: skip


def seen(name: str, source: Path, statement: Statement, data_folder: Path, catalog: Catalog) -> dict[str, Any] | None:
    """Titles, sheets with their columns, and the proposal; None where the file cannot be read at all.

    ``because`` says of every proposed field whether the ``title`` in the file says it or only the ``file_name``.
    """
    try:
        mapping = mapping_of(name, statement.mapping, catalog)
        parsed = parse(source, name, data_folder / "parsed", tuple(catalog.headers.values()), mapping=mapping)
    except (Refusal, OSError):
        return None  # told where the file itself is taken in
    meta: dict[str, Any] = {**parsed.meta}
    sheets = [sheet for sheet in meta["sheets"] if statement.sheet in (None, sheet["name"])]
    titles = [title for sheet in sheets if not sheet["is_hidden"] for title in sheet["titles"]]
    notes = [note for sheet in sheets if not sheet["is_hidden"] for note in sheet["notes"]]
    proposal, by_title = (propose(catalog, said, titles, notes=notes) for said in (name, ""))
    return {
        "titles": titles,
        "form": (meta["form"] or {}).get("form"),
        "sheets": [
            {
                "name": sheet["name"],
                "is_hidden": sheet["is_hidden"],
                "columns": [{key: column[key] for key in ("letter", "header", "field")} for column in sheet["columns"]],
                "rows": sheet["counts"]["data"],
            }
            for sheet in meta["sheets"]
        ],
        "personal": meta["dropped_personal_columns"],
        "proposed": {field: getattr(proposal, field) for field in _PROPOSED},
        "because": _because(proposal, by_title),
    }


def _because(proposal: Proposal, by_title: Proposal) -> dict[str, str]:
    said = {field: getattr(proposal, field) for field in _PROPOSED}
    return {
        field: "title" if getattr(by_title, field) == value else "file_name"
        for field, value in said.items()
        if value is not None
    }
