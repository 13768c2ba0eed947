"""From a filled plan form to the entries of a catalogue file, with every mistake by sheet, row and column."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from etl.clean import parse_day
from etl.form_book import FIRST_ROW
from etl.parsed_rows import read_rows
from etl.plan_checks import area_faults, changed_heads, heads_of, target_faults
from etl.plan_form import CHOICES, DAYS, NUMBERS, columns, texts
from etl.table import column_name, squeezed
from tracker.catalog import Catalog
from tracker.catalog_models import Area, Code
from tracker.text import word

_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
_NEW_AREA = re.compile(r"(?P<code>\d{6}|\d{6}-[a-z]+)\s+(?P<name>\S+)")
_SEPARATORS = re.compile(r"[、,，;；]")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Values = dict[str, Any]


@dataclass(frozen=True)
class PlanFault:
    """One mistake: where it stands, what is wrong, and, in its words, what to do."""

    sheet: str
    row: int | None
    column: str | None
    rule: str
    values: dict[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Place and message in one language."""
        said = word(f"plan_form.{self.rule}", language, **self.values)
        where = {"sheet": self.sheet, "row": self.row, "column": self.column}
        key = "cell" if self.row and self.column else "in_row" if self.row else "in_sheet"
        place = word(f"plan_form.{key}", language, **where)
        return word("plan_form.fault", language, place=place, said=said)


@dataclass
class PlanEntries:
    """What a form says: a catalogue file as data, the mistakes, and in which row each target and area stands."""

    content: dict[str, Any]
    faults: list[PlanFault]
    target_rows: list[int] = field(default_factory=list)
    area_rows: list[int] = field(default_factory=list)

    @property
    def plan_id(self) -> str:
        """The code of the plan; empty where the form names none."""
        return str(self.content["plans"][0].get("plan_id") or "")


def read_plan(folder: Path, catalog: Catalog) -> PlanEntries:
    """Read a parsed plan form.

    Args:
        folder: what the parsing child wrote.
        catalog: known areas and indicators.
    """
    heads = heads_of(json.loads((folder / "meta.json").read_text(encoding="utf-8")))
    return _Reader(read_rows(folder), heads, catalog).read()


class _Reader:
    def __init__(self, rows: pl.DataFrame, heads: dict[str, dict[str, str]], catalog: Catalog) -> None:
        self.rows, self.heads, self.catalog = rows, heads, catalog
        self.faults: list[PlanFault] = []
        self.units: dict[str, Code] = {}
        self.areas: list[Values] = []
        self.indicators: list[Values] = []
        self.area_names = _area_names(catalog)
        self.indicator_names = {i.name.zh: i for i in catalog.indicators.values()}
        self.unreadable: set[str] = set()
        self.period: tuple[dt.date | None, dt.date | None] = (None, None)

    def read(self) -> PlanEntries:
        self._sheets()
        plan, plan_rows = self._plan()
        self.period = (plan.get("starts_on"), plan.get("ends_on"))
        plan_id = str(plan.get("plan_id") or "")
        area_code = self._whole(plan, plan_rows["area"])
        units = self._units()
        areas, area_rows = self._areas(area_code)
        targets, target_rows = self._targets(plan_id)
        entry: Values = {
            "plan_id": plan_id,
            "name": _both(plan, "name"),
            "short": _both(plan, "short"),
            "area_code": area_code,
            **{key: plan[key] for key in ("starts_on", "ends_on", "document_no") if plan.get(key) is not None},
            "is_draft": bool(plan.get("is_draft")),
            "assumed": plan.get("assumed") or [],
            "source": _both(plan, "source"),
            "sort": len(self.catalog.plans),
            "units": units,
            "areas": [{"area_code": area_code, "rank_group": "total", "is_summed": False, "sort": 0}, *areas],
            "targets": targets,
        }
        content = {"plans": [entry], "areas": self.areas, "indicators": self.indicators}
        return PlanEntries({key: value for key, value in content.items() if value}, self.faults, target_rows, area_rows)

    # --- sheets ---------------------------------------------------------------------------------------------------

    def _sheets(self) -> None:
        """Sheets that are gone and heads that were changed: what stands there cannot be told apart and is not read."""
        for key, name in texts()["sheets"].items():
            changed = changed_heads(self.heads[name], key) if key != "plan" and name in self.heads else []
            if name not in self.heads:
                self._fault(name, None, None, "no_sheet")
            for letter, caption in changed:
                self._fault(name, FIRST_ROW, letter, "head_changed", caption=caption.removeprefix("* "))
            if name not in self.heads or changed:
                self.unreadable.add(key)

    def _plan(self) -> tuple[Values, dict[str, int]]:
        name = texts()["sheets"]["plan"]
        said = dict(self._of(name).select("row", "c1").iter_rows()) if self._has(name, 1) else {}
        values: Values = {}
        places: dict[str, int] = {}
        if "plan" in self.unreadable:
            return values, dict.fromkeys(texts()["plan_items"], FIRST_ROW)
        for row, (key, (caption, *_)) in enumerate(texts()["plan_items"].items(), start=FIRST_ROW + 1):
            places[key] = row
            values[key] = self._value(name, row, "B", key, caption, said.get(row))
        plan_id = values.get("plan_id")
        if plan_id is not None and not _ID.fullmatch(plan_id):
            self._fault(name, places["plan_id"], "B", "plan_id", value=plan_id)
        elif plan_id in self.catalog.plans:
            self._fault(name, places["plan_id"], "B", "plan_known", value=plan_id)
        begins, ends = values.get("starts_on"), values.get("ends_on")
        if begins and ends and ends <= begins:
            self._fault(name, places["ends_on"], "B", "ends_before", value=ends)
        return values, places

    def _whole(self, plan: Values, row: int) -> Code:
        said = str(plan.get("area") or "")
        name = texts()["sheets"]["plan"]
        if not said:
            return ""
        if (code := self._area_code(said)) is not None:
            return code
        new = _NEW_AREA.fullmatch(said)
        if new is None:
            self._fault(name, row, "B", "area_unknown", value=said)
            return ""
        self._new_area(new["code"], new["name"], None, "city", {"name_en": plan.get("short_en")})
        return new["code"]

    def _units(self) -> dict[Code, dict[str, str]]:
        found: dict[Code, dict[str, str]] = {}
        for row, values in self._table("units"):
            name = str(values.get("name_zh") or "")
            if name in self.units:
                self._fault(texts()["sheets"]["units"], row, "A", "twice", value=name)
            elif name:
                code = f"unit_{len(found) + 1}"
                self.units[name] = code
                found[code] = _both(values, "name")
        return found

    def _areas(self, whole: Code) -> tuple[list[Values], list[int]]:
        sheet = texts()["sheets"]["areas"]
        found: list[Values] = []
        rows: list[int] = []
        told: dict[Code, tuple[str, int]] = {}
        letters = dict(zip(columns("areas"), _LETTERS, strict=False))
        for place, (row, values) in enumerate(self._table("areas"), start=1):
            said, group = str(values.get("area") or ""), values.get("rank_group")
            code = known = self._area_code(said, whole)
            if code is None and values.get("code"):
                code = str(values["code"])
                kind = texts()["kinds_of_groups"].get(group, "county")
                self._new_area(code, said, whole or None, kind, values, place)
            elif code is None and said:
                self._fault(sheet, row, "A", "part_unknown", value=said)
            for column, rule, about in area_faults(known, values.get("code"), whole, self.catalog):
                self._fault(sheet, row, letters[column], rule, **({"value": said} | about))
            for key in ("short_zh", "aliases") if known is not None else ():
                if values.get(key):
                    self._fault(sheet, row, letters[key], "area_has_names", value=said)
            if code is not None and code in told:
                self._fault_twice(row, values, *told[code])
            elif code is not None:
                told[code] = (said, row)
            rows.append(row)
            found.append(
                {
                    "area_code": code or said,
                    "rank_group": group,
                    "is_summed": bool(values.get("is_summed")),
                    "sort": place,
                }
            )
        return found, rows

    def _fault_twice(self, row: int, values: Values, other: str, other_row: int) -> None:
        """An area that stands in an earlier row already: the same row again, or another area with its code."""
        sheet, said = texts()["sheets"]["areas"], str(values.get("area") or "")
        if said == other or not values.get("code"):
            self._fault(sheet, row, "A", "twice", value=said)
        else:
            self._fault(
                sheet, row, "B", "code_twice", code=values["code"], value=said, other=other, other_row=other_row
            )

    def _targets(self, plan_id: str) -> tuple[list[Values], list[int]]:
        found: list[Values] = []
        rows: list[int] = []
        for row, values in self._table("targets"):
            target = self._target(plan_id, row, values)
            told = [(entry["target_id"], entry.get("due_on")) for entry in found]
            if values.get("indicator") and (target["target_id"], target.get("due_on")) in told:
                self._fault(texts()["sheets"]["targets"], row, "A", "twice", value=values["indicator"])
            found.append(target)
            rows.append(row)
        if not found and "targets" not in self.unreadable:
            self._fault(texts()["sheets"]["targets"], None, None, "no_targets")
        return found, rows

    def _target(self, plan_id: str, row: int, values: Values) -> Values:
        sheet = texts()["sheets"]["targets"]
        letters = dict(zip(columns("targets"), _LETTERS, strict=False))
        name = str(values.get("indicator") or "")
        known = self.indicator_names.get(name)
        if known is not None and values.get("unit") not in (None, known.unit):
            asked = next(said for said, code in texts()["choices"]["unit"].items() if code == known.unit)
            self._fault(sheet, row, letters["unit"], "unit_differs", value=name, expected=asked)
        code = known.indicator_id if known else self._new_indicator(plan_id, row, name, values, letters)
        owners = [part.strip() for part in _SEPARATORS.split(str(values.get("owners") or "")) if part.strip()]
        for owner in owners:
            if owner not in self.units and "units" not in self.unreadable:
                self._fault(sheet, row, letters["owners"], "owner_unknown", value=owner)
        comparator = values.get("comparator")
        needs = {"range": "value_high", "approx": "tolerance"}
        for needing, key in needs.items():
            if (comparator == needing) != (values.get(key) is not None):
                self._fault(sheet, row, letters[key], f"needs_{key}" if comparator == needing else f"no_{key}")
        if comparator == "full" and values.get("value") not in (None, 100):
            self._fault(sheet, row, letters["value"], "full_is_100")
        for column, rule, about in target_faults(values, self.period, known.formula if known else "reported"):
            self._fault(sheet, row, letters[column], rule, **about)
        copied = ("comparator", "value", "value_high", "tolerance", "unit", "basis", "starts_on", "due_on",
                  "baseline_value", "baseline_on", "section")  # fmt: skip
        return {
            "target_id": code,
            "indicator_id": code,
            **{key: values[key] for key in copied if values.get(key) is not None},
            "commitment": values.get("commitment") or "binding",
            "wording": _both(values, "wording"),
            "clause": _both(values, "clause"),
            "owner_units": [self.units[owner] for owner in owners if owner in self.units],
            "is_headline": bool(values.get("is_headline")),
        }

    def _new_indicator(self, plan_id: str, row: int, name: str, values: Values, letters: dict[str, str]) -> Code:
        """An indicator that areas report, of the words of the form; the same name twice is one indicator."""
        for entry in self.indicators:
            if entry["name"]["zh"] == name:
                return str(entry["indicator_id"])
        for key in ("frequency", "direction"):
            # A cell that is filled in and wrong is told already.
            is_told = any((fault.row, fault.column) == (row, letters[key]) for fault in self.faults)
            if values.get(key) is None and name and not is_told:
                self._fault(texts()["sheets"]["targets"], row, letters[key], "new_indicator_needs", value=name)
        code = f"{plan_id}_{len(self.indicators) + 1}"
        both = _both(values | {"name_zh": name}, "name")
        definition = {"zh": str(values.get("clause_zh") or name), "en": both["en"]}
        self.indicators.append(
            {
                "indicator_id": code,
                "name": both,
                "short": both,
                "unit": values.get("unit"),
                "decimals": 1 if values.get("unit") in ("percent", "100m_yuan", "10k_yuan", "index") else 0,
                "direction": values.get("direction"),
                "formula": "reported",
                "frequency": values.get("frequency"),
                "grace_months": 2,
                "evidence": "R",
                "definition": definition,
            }
        )
        return code

    # --- cells ----------------------------------------------------------------------------------------------------

    def _of(self, sheet: str) -> pl.DataFrame:
        return self.rows.filter((pl.col("sheet") == sheet) & (pl.col("row") > FIRST_ROW)).sort("row")

    def _has(self, sheet: str, column: int) -> bool:
        return column_name(column) in self.rows.columns and not self._of(sheet).is_empty()

    def _table(self, key: str) -> list[tuple[int, Values]]:
        """The filled rows of a table, each with its cells read by kind."""
        sheet, found = texts()["sheets"][key], []
        if key in self.unreadable:
            return []
        names = [column_name(place) for place in range(len(columns(key)))]
        known = [name for name in names if name in self.rows.columns]
        for row in self._of(sheet).select("row", *known).iter_rows(named=True):
            said = {name: row.get(name) for name in names}
            if any(cell and str(cell).strip() for cell in said.values()):
                cells = zip(columns(key).items(), names, _LETTERS, strict=False)
                found.append(
                    (
                        row["row"],
                        {
                            code: self._value(sheet, row["row"], letter, code, caption, said[name])
                            for (code, (caption, _)), name, letter in cells
                        },
                    )
                )
        return found

    def _value(self, sheet: str, row: int, column: str, key: str, caption: str, said: str | None) -> Any:
        """One cell as what it is: a choice, a day, a number or a text. A mistake leaves it empty."""
        cell = (said or "").strip()
        name = caption.removeprefix("* ")
        if not cell:
            if caption.startswith("* "):
                self._fault(sheet, row, column, "required", caption=name)
            return None
        if key in CHOICES:
            choices = texts()["choices"][CHOICES[key]]
            if squeezed(cell) not in choices:
                self._fault(
                    sheet, row, column, "no_choice", caption=name, value=cell, choices="、".join(map(str, choices))
                )
                return None
            return choices[squeezed(cell)]
        if key in DAYS:
            day = parse_day(cell)
            if day is None or day < dt.date(2000, 1, 1):
                self._fault(sheet, row, column, "no_day", caption=name, value=cell)
                return None
            return day
        if key in NUMBERS:
            try:
                return float(cell.replace(",", "").removesuffix("%"))
            except ValueError:
                self._fault(sheet, row, column, "no_number", caption=name, value=cell)
                return None
        return cell

    # --- areas ----------------------------------------------------------------------------------------------------

    def _area_code(self, said: str, within: Code | None = None) -> Code | None:
        """The code of an area that is known by its code or by a name that only one area has."""
        if said in self.catalog.areas or any(area["area_code"] == said for area in self.areas):
            return said
        codes = self.area_names.get(said, [])
        inside = [code for code in codes if within in self.catalog.areas and self.catalog.is_within(code, str(within))]
        codes = inside or codes
        return codes[0] if len(codes) == 1 else None

    def _new_area(self, code: str, name: str, parent: str | None, kind: str, values: Values, sort: int = 0) -> None:
        english = str(values.get("name_en") or "") or name
        # Lists write 东台市 as 东台 too; a zone has no such ending, and one sign alone is no name.
        has_short = kind in ("city", "county") and len(name) > 2 and name.endswith(("市", "区", "县"))
        plain = name[:-1] if has_short else name
        short = str(values.get("short_zh") or "") or plain
        others = [plain, *(part.strip() for part in _SEPARATORS.split(str(values.get("aliases") or "")))]
        aliases = [other for other in dict.fromkeys(others) if other not in ("", name, short)]
        area: Values = {"area_code": code, "kind": kind, "sort": sort}
        area |= {"name": {"zh": name, "en": english}, "short": {"zh": short, "en": english}}
        self.areas.append(
            area | ({"aliases": aliases} if aliases else {}) | ({"parent_code": parent} if parent else {})
        )

    def _fault(self, sheet: str, row: int | None, column: str | None, rule: str, **values: object) -> None:
        self.faults.append(PlanFault(sheet, row, column, rule, values))


def _both(values: Values, key: str) -> dict[str, str]:
    """A phrase in both languages; where nobody wrote the English one, the Chinese stands for it."""
    chinese = str(values.get(f"{key}_zh") or "")
    return {"zh": chinese, "en": str(values.get(f"{key}_en") or "") or chinese}


def _area_names(catalog: Catalog) -> dict[str, list[Code]]:
    found: dict[str, list[Code]] = {}
    areas: list[Area] = [area for area in catalog.areas.values() if area.kind != "unassigned" and area.valid_to is None]
    for area in areas:
        for name in {area.name.zh, area.short.zh}:
            found.setdefault(name, []).append(area.area_code)
    return found
