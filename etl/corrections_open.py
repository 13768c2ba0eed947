"""What a build refused or doubts, cell by cell, with the text that stands in the file: what people correct."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from etl.build import counting_sources
from etl.corrections_place import Address, texts_at
from etl.inbox import Inbox
from etl.own_areas import open_build
from etl.publish import Builds
from etl.steps import read_sql
from tracker.catalog import Catalog

# Refusals that are right as they are: nothing in the file has to be different.
NOT_TO_CORRECT = ("duplicate_in_list", "duplicate_value", "title_not_counted")
Texts = tuple[str | None, ...]


def printed_at(found: Sequence[dict[str, Any]], data_folder: Path, catalog: Catalog) -> dict[int, tuple[str, Texts]]:
    """By place in ``found`` the file's name and the texts of its cell, or of its row; of files that still count.

    Args:
        found: rows of ``correction_proposal.sql``.
        data_folder: whose inbox.
        catalog: captions, with which files were parsed.
    """
    sources, _ = counting_sources(Inbox(data_folder), data_folder, catalog)
    files = {source.sidecar.file_id: source for source in sources}
    addresses: dict[int, Address] = {}
    for number, row in enumerate(found):
        source = files.get(row["file_id"])
        if source is not None and row["row"] is not None:
            letters = (row["column"],) if row["column"] else ()
            addresses[number] = Address(source.parsed, row["file_id"], row["sheet"] or "", row["row"], letters)
    printed = texts_at(addresses.values())
    return {
        number: (files[address.file_id].sidecar.original_name, printed[address])
        for number, address in addresses.items()
        if address in printed
    }


def open_cells(data_folder: Path, catalog: Catalog) -> tuple[str, list[dict[str, Any]]]:
    """The build in force, and every row or cell that it refused or asks about.

    Returns:
        Its id, and the rows of ``correction_proposal.sql`` with ``file`` (the original name) and ``expect``: the text
        of the cell, of a whole row what it calls its subject; None where nothing can or need be corrected there.

    Raises:
        Refusal: where there is no build yet.
    """
    builds = Builds(data_folder)
    build_id = builds.in_force()
    with open_build(builds, build_id) as connection:
        found = connection.execute(read_sql("correction_proposal")).pl().to_dicts()
        names = dict(connection.execute("select file_id, original_name from core.source_file").fetchall())
    printed = printed_at(found, data_folder, catalog)
    for number, row in enumerate(found):
        _, texts = printed.get(number, ("", ()))
        row["file"] = names.get(row["file_id"], row["file_id"][:12])
        row["expect"] = None if row["said"] in NOT_TO_CORRECT else _expected(row, texts)
    return build_id, found


def _expected(row: dict[str, Any], texts: Texts) -> str | None:
    if not texts:
        return None
    if row["column"]:
        return texts[0] or ""
    return row["subject"] if row["subject"] in texts else next((text for text in texts if text), None)
