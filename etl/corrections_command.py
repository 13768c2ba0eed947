"""The commands ``correct`` and ``corrections``: one correction or a batch, withdrawals, what is on record or open."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from etl import report
from etl.corrections import correction_book
from etl.corrections_add import Recorder, Stated
from etl.corrections_batch import Taken, record_batch, stated_in
from etl.corrections_open import open_cells
from etl.corrections_print import print_correction, print_corrections, record_contents
from etl.inbox import Inbox
from etl.refusal import Refusal
from tracker.catalog import data_folder, for_data_folder
from tracker.text import LANGUAGES, word


def add_open_option(sub: argparse.ArgumentParser) -> None:
    """Whether ``corrections`` lists what could be corrected instead of what was."""
    sub.add_argument("--open", action="store_true", dest="is_open", help=report.say("correction.open_option"))


def correct(options: argparse.Namespace) -> int:
    """Record one correction or the batch of a file, or withdraw one. 1 where anything was refused."""
    folder = data_folder()
    catalog = for_data_folder(folder)
    if options.batch is not None:
        batch = stated_in(_text_of(options.batch), options.batch.name)
        taken = record_batch(batch, folder, catalog, keep=not options.check)
        _print_batch(taken, options.json)
        return 1 if any(one.refusal for one in taken) else 0
    for name in ("reason", "by"):
        if not getattr(options, name):
            raise Refusal(f"correction.missing_{name}", {})
    book = correction_book(Inbox(folder))
    if options.withdraw:
        correction = book.withdraw(options.withdraw, options.by, options.reason, dt.datetime.now())
        report.print_line("correction.withdrawn", options.json, correction=correction.correction_id)
        return 0
    if [options.drop, options.is_emptied, options.is_right, options.to is not None].count(True) != 1:
        raise Refusal("correction.to_or_drop", {})
    if options.expect is None:
        raise Refusal("correction.missing_expect", {})
    stated = Stated(**{name: getattr(options, name) for name in Stated.__dataclass_fields__})
    with book.inbox.lock():
        correction, is_new = Recorder(folder, catalog).record(stated, keep=not options.check)
    print_correction(correction, is_new, folder, catalog, options.json)
    return 0


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Refusal("correction.batch", {"file": path.name, "detail": f"{fault}"}) from fault


def corrections(options: argparse.Namespace) -> int:
    """Print all corrections, or what the build in force leaves to correct."""
    folder = data_folder()
    catalog = for_data_folder(folder)
    if not options.is_open:
        print_corrections(folder, catalog, options.json)
        return 0
    build_id, cells = open_cells(folder, catalog)
    if options.json:
        content = {"build_id": build_id, "cells": cells, "corrections": record_contents(folder, catalog)}
        print(json.dumps(content, ensure_ascii=False, default=str))
        return 0
    for cell in cells:
        print(" ".join(str(cell[name]) for name in ("file", "sheet", "row", "column", "said", "expect") if cell[name]))
    return 0


def _print_batch(taken: list[Taken], as_json: bool) -> None:
    contents = [_content(one) for one in taken]
    if as_json:
        print(json.dumps(contents, ensure_ascii=False, default=str))
        return
    for content in contents:
        print(content["zh"])


def _content(taken: Taken) -> dict[str, Any]:
    """What became of one correction: its status, its id, what to say of it in each language, what is to be expected."""
    if taken.correction is None:
        assert taken.refusal is not None
        refusal = taken.refusal
        return {"status": "refused", "code": refusal.code, **{code: refusal.text(code) for code in LANGUAGES}}
    correction_id = taken.correction.correction_id
    key = "correction.recorded" if taken.is_new else "correction.unchanged"
    return {
        "status": "recorded" if taken.is_new else "unchanged",
        "correction_id": correction_id,
        **{code: word(key, code, correction=correction_id) for code in LANGUAGES},
        "expected": asdict(taken.expected) if taken.expected else None,
    }
