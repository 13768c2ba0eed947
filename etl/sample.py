"""The demo: invented lists of invented enterprises, written as real-shaped files and added by the ordinary way."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml

from etl.add import Added, Statement, add_files
from etl.inbox import Inbox
from etl.refusal import Refusal
from tracker.catalog import Catalog

SETTINGS = Path(__file__).resolve().parent.parent / "data" / "samples" / "lianyungang.yml"
PLAN_AREA = "320700"
_FIRST = ("云帆", "海岱", "蓝湾", "朐山", "秦山", "东篱", "盐河", "锦屏", "沭水", "港城", "花果", "连岛")
_LAST = ("新材料", "智能装备", "生物医药", "精密机械", "硅材料", "化工科技", "食品科技", "电子科技", "环保设备")
_BELOW = {"innovative": "none", "srdi": "innovative", "little_giant": "srdi", "champion": "little_giant"}


@dataclass
class _Enterprise:
    name: str
    area: str
    titles: set[str] = field(default_factory=set)


def write_sample(data_folder: Path, catalog: Catalog) -> list[Added]:
    """Write the demo into an empty data folder.

    Raises:
        Refusal: where the folder already holds files.
    """
    if Inbox(data_folder).folder.exists() and Inbox(data_folder).sidecars():
        raise Refusal("add.sample_needs_empty_folder", {"file": str(data_folder)})
    settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    received_on: dt.date = settings["received_on"]
    dice = random.Random(settings["seed"])
    enterprises = _enterprises(settings, catalog, dice)
    listed: dict[str, list[_Enterprise]] = {}
    results: list[Added] = []
    with tempfile.TemporaryDirectory() as scratch:
        for entry in sorted(settings["lists"], key=lambda entry: entry["on"]):
            chosen = _chosen(entry, enterprises, listed, settings["lists"], dice)
            listed[entry["file"]] = chosen
            path = Path(scratch) / f"{entry['file']}（示例）.xlsx"
            _write_list(path, entry["file"], chosen, has_bad_rows=entry.get("bad_rows", False))
            results += add_files([path], _statement(entry, received_on), data_folder, catalog, keep=True, is_demo=True)
        pool = settings["pool"]
        candidates = [e for e in enterprises if "innovative" in e.titles and "srdi" not in e.titles]
        path = Path(scratch) / f"{pool['file']}（示例）.xlsx"
        _write_list(path, pool["file"], dice.sample(candidates, pool["take"]), has_bad_rows=False)
        results += add_files([path], _statement(pool, received_on), data_folder, catalog, keep=True, is_demo=True)
    return results


def _enterprises(settings: dict[str, Any], catalog: Catalog, dice: random.Random) -> list[_Enterprise]:
    found = []
    for code, number in settings["enterprises_by_area"].items():
        area = catalog.areas[code]
        for serial in range(1, number + 1):
            words = dice.choice(_FIRST) + dice.choice(_LAST)
            found.append(_Enterprise(f"{area.short.zh}{words}{serial:03d}有限公司（示例）", area.name.zh))
    dice.shuffle(found)
    return found


def _chosen(
    entry: dict[str, Any],
    enterprises: list[_Enterprise],
    listed: dict[str, list[_Enterprise]],
    lists: list[dict[str, Any]],
    dice: random.Random,
) -> list[_Enterprise]:
    """The enterprises on one list: new ones from the tier below, or those of a cohort that pass review."""
    tier = entry["tier"]
    if "reviews" in entry:
        return sorted(dice.sample(_cohort(entry, listed, lists), entry["pass"]), key=lambda e: e.area)
    below = entry.get("from", _BELOW[tier])
    fits = [e for e in enterprises if tier not in e.titles and (below == "none" or below in e.titles)]
    if below == "none" and tier == "innovative":
        fits = [e for e in fits if not e.titles]
    chosen = fits[: entry["take"]] if below == "none" else dice.sample(fits, entry["take"])
    if entry["event"] == "recognition":
        for enterprise in chosen:
            enterprise.titles.add(tier)
    return sorted(chosen, key=lambda e: e.area)


def _cohort(
    entry: dict[str, Any], listed: dict[str, list[_Enterprise]], lists: list[dict[str, Any]]
) -> list[_Enterprise]:
    return next(
        listed[other["file"]]
        for other in lists
        if other["tier"] == entry["tier"]
        and other["event"] == "recognition"
        and other.get("cohort", other["valid_from"].year) == entry["reviews"]
    )


def _statement(entry: dict[str, Any], received_on: dt.date) -> Statement:
    is_pool = "event" not in entry
    return Statement(
        kind="pool" if is_pool else "list",
        tier=entry["tier"],
        event=entry.get("event"),
        batch=entry.get("batch"),
        cohort_year=entry.get("cohort"),
        reviewed_cohort=entry.get("reviews"),
        event_on=entry["on"],
        valid_from=entry.get("valid_from"),
        valid_to=entry.get("valid_to"),
        area=PLAN_AREA,
        # A review list of the city is the whole result, so those of its cohort who are not on it lapse.
        is_final=entry.get("event") == "review_passed",
        issuer="演示数据（虚构）",
        received_on=received_on,
    )


def _write_list(path: Path, title: str, rows: list[_Enterprise], *, has_bad_rows: bool) -> None:
    """A list as bureaus write them: merged title, header, rows, total, note."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        # A fixed day of making, so that the same demo has the same content hashes.
        workbook.set_properties({"created": dt.datetime(2026, 1, 12)})
        sheet = workbook.add_worksheet("名单")
        sheet.merge_range(0, 0, 0, 2, f"{title}（示例）")
        sheet.write_row(1, 0, ["序号", "企业名称", "所属县区"])
        cells = [(enterprise.name, enterprise.area) for enterprise in rows]
        if has_bad_rows:
            cells += [("未知地区企业（示例）", "东山区"), ("", "海州区"), cells[0]]
        for number, (name, area) in enumerate(cells, start=1):
            sheet.write_row(number + 1, 0, [number, name, area])
        sheet.write_row(len(cells) + 2, 0, ["合计", f"{len(cells)}家", ""])
        sheet.write_string(len(cells) + 3, 0, "注：本名单全部为虚构示例。")
        sheet.set_column(1, 1, 44)
