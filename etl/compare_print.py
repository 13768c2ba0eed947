"""What the command line says of a comparison: the same as the workbook, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from etl.compare_book import tables
from etl.compare_file import Compared
from etl.compare_words import Teller
from tracker.catalog import Catalog
from tracker.text import LANGUAGES, word

_LANGUAGE = "zh"
_SHOWN_ROWS = 20


def print_comparison(compared: Compared, path: Path, catalog: Catalog, as_json: bool) -> None:
    """The finding, the sums, then every class with the reason of each row; a long one is cut and says so."""
    if as_json:
        print(json.dumps(_content(compared, path, catalog), ensure_ascii=False, default=str))
        return
    teller = Teller(compared, catalog, _LANGUAGE)
    print(teller.title)
    if compared.build.is_demo:
        print(word("app.demo_explained", _LANGUAGE))
    print("\n".join(teller.finding))
    print(word("compare.sums", _LANGUAGE, **compared.result.counts))
    print(word("compare.basis", _LANGUAGE))
    for name, rows in tables(compared, teller).items():
        if name == "both":
            rows = [row for row in rows if row["why"]]
        if rows:
            print(f"{word(f'compare.sheet.{name}', _LANGUAGE)}：")
        for row in rows[:_SHOWN_ROWS]:
            print(f"  {_line(row)}")
        if len(rows) > _SHOWN_ROWS:
            print("  " + word("compare.more", _LANGUAGE, number=len(rows) - _SHOWN_ROWS))
    print(word("compare.written", _LANGUAGE, path=path))


def _line(row: dict[str, Any]) -> str:
    """One row of a table: where and what, the class or reason, why, and what it rests on."""
    name = row.get("name") or row.get("our_name")
    said = filter(None, (row.get("place"), name, row.get("reason") or row.get("outcome"), row["why"]))
    source = row.get("source")
    return "　".join(said) + (word("compare.source", _LANGUAGE, source=source) if source else "")


def _content(compared: Compared, path: Path, catalog: Catalog) -> dict[str, Any]:
    tellers = {language: Teller(compared, catalog, language) for language in LANGUAGES}
    build = compared.build
    return {
        "file": compared.file,
        "tier": compared.tier,
        "area_code": compared.area_code,
        "as_of": compared.day,
        "build_id": build.build_id,
        "is_demo": build.is_demo,
        "data_cutoff": build.data_cutoff,
        "on_pages": compared.on_pages,
        "counts": compared.result.counts,
        "beside": compared.beside,
        "finding": {language: teller.finding for language, teller in tellers.items()},
        "theirs": compared.result.theirs.to_dicts(),
        "ours": compared.result.ours.to_dicts(),
        "tables": {language: tables(compared, teller) for language, teller in tellers.items()},
        "workbook": str(path),
    }
