"""``python -m etl threshold KEY VALUE`` and ``python -m etl thresholds``: edit a threshold, list all of them."""

from __future__ import annotations

import argparse
import datetime as dt
import json

from etl.inbox import Inbox
from etl.options import add_decision_options
from etl.refusal import Refusal
from etl.report import print_line, say
from etl.thresholds import ThresholdBook, values_in_force
from tracker.catalog import data_folder, for_data_folder


def add_threshold_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``threshold``."""
    sub.add_argument("threshold_id", metavar="KEY", help=say("threshold.key_option"))
    sub.add_argument("value", metavar="VALUE", nargs="?", help=say("threshold.value_option"))
    sub.add_argument("--withdraw", action="store_true", help=say("threshold.withdraw_option"))
    add_decision_options(sub)


def edit_threshold(options: argparse.Namespace) -> int:
    """Record an edit of a threshold, or take its edits back."""
    folder = data_folder()
    catalog = for_data_folder(folder)
    if options.withdraw == (options.value is not None):
        raise Refusal("threshold.value_or_withdraw", {})
    value = None if options.withdraw else _number(options.value)
    book = ThresholdBook(Inbox(folder))
    edit = book.record(catalog, options.threshold_id, value, options.by, options.reason, dt.datetime.now())
    threshold = catalog.thresholds[edit.threshold_id]
    after = threshold.value if edit.value is None else edit.value
    said = {"name": threshold.name.zh, "before": f"{edit.before:g}", "after": f"{after:g}", "by": edit.by}
    print_line("threshold.recorded", options.json, threshold_id=edit.threshold_id, edit_no=edit.edit_no, **said)
    return 0


def _number(text: str) -> float:
    try:
        number = float(text.strip().removesuffix("%").replace("−", "-"))
    except ValueError:
        raise Refusal("threshold.no_number", {"value": text}) from None
    if number != number or number in (float("inf"), float("-inf")):
        raise Refusal("threshold.no_number", {"value": text})
    return number


def list_thresholds(options: argparse.Namespace) -> int:
    """Every threshold: its words, value with the edits, the catalogue's value, unit, and who edited it last."""
    folder = data_folder()
    catalog = for_data_folder(folder)
    edits = ThresholdBook(Inbox(folder)).all()
    values = values_in_force(catalog, edits)
    newest = {edit.threshold_id: edit for edit in edits}
    if options.json:
        rows = [
            {
                "threshold_id": key,
                "zh": threshold.name.zh,
                "en": threshold.name.en,
                "value": values[key],
                "default": threshold.value,
                "unit": threshold.unit,
                "edit": newest[key].model_dump(mode="json") if key in newest else None,
            }
            for key, threshold in catalog.thresholds.items()
        ]
        history = [edit.model_dump(mode="json") for edit in edits]
        print(json.dumps({"thresholds": rows, "edits": history}, ensure_ascii=False))
        return 0
    for key, threshold in catalog.thresholds.items():
        last = newest.get(key)
        note = (
            ""
            if last is None or last.value is None
            else say("threshold.edited", by=last.by, default=f"{threshold.value:g}")
        )
        print(f"{key}  {threshold.name.zh}  {values[key]:g}{note}")
    return 0
