"""``python -m etl backup``, ``restore`` and ``verify``."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from etl.backup import Restored, back_up, restore
from etl.publish import Builds
from etl.report import print_line, say
from etl.verify import Fault, faults_of
from tracker.catalog import data_folder

_MEGABYTE = 1_000_000
_SHOWN = 20


def add_backup_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``backup``."""
    sub.add_argument("target", type=Path, help=say("backup.target_option"))


def add_restore_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``restore``."""
    sub.add_argument("file", type=Path, metavar="FILE.zip", help=say("backup.file_option"))


def add_verify_options(sub: argparse.ArgumentParser) -> None:
    """The options of ``verify``."""
    sub.add_argument("--backup", type=Path, metavar="FILE.zip", help=say("backup.compare_option"))


def run_backup(options: argparse.Namespace) -> int:
    """Write a backup of the data folder."""
    made = back_up(data_folder(), options.target)
    megabytes = f"{made.size_bytes / _MEGABYTE:,.1f}"
    print_line("backup.made", options.json, path=str(made.path), files=made.files, megabytes=megabytes)
    return 0


def run_restore(options: argparse.Namespace) -> int:
    """Bring back from a backup what the data folder lacks, then look whether all is there."""
    folder = data_folder()
    restored = restore(options.file, folder)
    faults = faults_of(folder, options.file)
    if options.json:
        _print_json({**asdict(restored), "faults": [_named(fault) for fault in faults]})
    else:
        _print_restored(restored, folder)
        _print_faults(faults)
    return 1 if faults else 0


def run_verify(options: argparse.Namespace) -> int:
    """Say what of the data folder is lost or damaged."""
    folder = data_folder()
    faults = faults_of(folder, options.backup)
    if options.json:
        _print_json({"build_id": Builds(folder).current(), "faults": [_named(fault) for fault in faults]})
    elif faults:
        _print_faults(faults)
    else:
        print(say("verify.whole", folder=str(folder)))
    return 1 if faults else 0


def _print_restored(restored: Restored, folder: Path) -> None:
    numbers = {name: len(getattr(restored, name)) for name in ("returned", "replaced", "kept")}
    print(say("backup.restored", folder=str(folder), made_on=restored.made_on, same=restored.same, **numbers))
    for name in ("returned", "replaced", "kept"):
        paths = getattr(restored, name)
        for path in paths[:_SHOWN]:
            print("  " + say(f"backup.file_{name}", path=path))
        if len(paths) > _SHOWN:
            print("  " + say("backup.more", number=len(paths) - _SHOWN))
    print(say("cli.in_force", build_id=restored.build_id or "–"))


def _print_faults(faults: list[Fault]) -> None:
    if faults:
        print(say("verify.number", number=len(faults)))
    for fault in faults:
        print(fault)


def _named(fault: Fault) -> dict[str, str]:
    return {"path": fault.path, "code": fault.code, "zh": fault.text("zh"), "en": fault.text("en")}


def _print_json(content: object) -> None:
    print(json.dumps(content, ensure_ascii=False, default=str))
