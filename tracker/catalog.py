"""The catalogue: plans, targets, indicators, areas, tiers and thresholds, read and checked.

Everything the program knows before it has read a single file stands in ``data/catalog/*.yml``. The loader
refuses unknown keys and reports every fault of every file at once, because a clerk who repairs a catalogue
should not have to run it once per mistake.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from tracker.catalog_criteria import RuleVersion, rule_faults
from tracker.catalog_derived import with_reported, with_unassigned, with_years
from tracker.catalog_models import (
    NUMBER_UNITS,
    Area,
    Code,
    Header,
    Indicator,
    Measure,
    Model,
    Plan,
    Target,
    Threshold,
    Tier,
    TitleVariant,
)
from tracker.catalog_tasks import ActivityKind, PlanMeasures, task_faults
from tracker.yaml_text import read_yaml

CATALOG_DIR = Path(__file__).resolve().parent.parent / "data" / "catalog"


@dataclass(frozen=True)
class Fault:
    """One mistake in the catalogue: which file, which key, what is wrong."""

    file: str
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.problem}"


class CatalogFile(Model):
    """The keys that any one file of the catalogue may hold."""

    plans: tuple[Plan, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    measures: tuple[Measure, ...] = ()
    areas: tuple[Area, ...] = ()
    tiers: tuple[Tier, ...] = ()
    titles: tuple[TitleVariant, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    headers: tuple[Header, ...] = ()
    rule_versions: tuple[RuleVersion, ...] = ()
    plan_measures: tuple[PlanMeasures, ...] = ()
    activities: tuple[ActivityKind, ...] = ()


class CatalogError(Exception):
    """The catalogue cannot be used. Carries every fault found, in file order."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True)
class Catalog:
    """All entries by id, checked against each other. Build it with :func:`load`."""

    plans: dict[Code, Plan]
    indicators: dict[Code, Indicator]
    measures: dict[Code, Measure]
    areas: dict[Code, Area]
    tiers: dict[Code, Tier]
    titles: dict[Code, TitleVariant]
    thresholds: dict[Code, Threshold]
    headers: dict[Code, Header]
    rule_versions: dict[Code, RuleVersion]
    plan_measures: dict[Code, PlanMeasures]
    activities: dict[Code, ActivityKind]
    content_hash: str

    def threshold(self, threshold_id: Code) -> float:
        """The value of a threshold; KeyError where the catalogue has none of that name."""
        return self.thresholds[threshold_id].value

    def ancestors(self, area_code: Code) -> tuple[Code, ...]:
        """The area itself and everything it reports to, nearest first."""
        chain = [area_code]
        while (parent := self.areas[chain[-1]].parent_code) is not None:
            chain.append(parent)
        return tuple(chain)

    def is_within(self, area_code: Code, scope: Code) -> bool:
        """Whether the area is the scope or reports to it, directly or not."""
        return scope in self.ancestors(area_code)

    def is_tracked(self, area_code: Code) -> bool:
        """Whether the area belongs to the area of some plan."""
        return any(code in self.tracked_roots for code in self.ancestors(area_code))

    @cached_property
    def tracked_roots(self) -> frozenset[Code]:
        """The areas of the plans themselves, and those that they are ranked with."""
        ranked_with = (code for indicator in self.indicators.values() for code in indicator.among)
        return frozenset(plan.area_code for plan in self.plans.values()) | frozenset(ranked_with)


def load(extra: Path | None = None) -> Catalog:
    """Read the shipped catalogue and, where given, a folder of additions that override entries of the same id.

    Raises:
        CatalogError: with every fault of every file.
    """
    folders = [CATALOG_DIR] + ([extra] if extra is not None and extra.is_dir() else [])
    return _load(tuple(folders), tuple(_fingerprint(folder) for folder in folders))


def data_folder() -> Path:
    """Where inbox, builds and office.sqlite live: ``TRACKER_DATA``, else ``data`` of the project."""
    configured = os.environ.get("TRACKER_DATA")
    return Path(configured) if configured else CATALOG_DIR.parent


def for_data_folder(folder: Path | None = None) -> Catalog:
    """The catalogue with the additions of a data folder (``catalog/`` inside it), if it has any."""
    base = folder or data_folder()
    additions = base / "catalog"
    return load(additions if additions.resolve() != CATALOG_DIR.resolve() else None)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=8)
def _load(folders: tuple[Path, ...], fingerprints: tuple[str, ...]) -> Catalog:
    faults: list[Fault] = []
    entries: dict[str, dict[Code, tuple[Any, str]]] = {name: {} for name in CatalogFile.model_fields}
    for folder in folders:
        seen: dict[tuple[str, Code], str] = {}
        for path in sorted(folder.rglob("*.yml")):
            file_name = path.relative_to(folder).as_posix()
            for section, key, entry in _read_file(path, file_name, faults):
                if (section, key) in seen:
                    faults.append(Fault(file_name, f"{section}.{key}", f"also in {seen[section, key]}"))
                seen[section, key] = file_name
                before = entries[section].get(key)
                entries[section][key] = (_with_known_parent(entry, before[0] if before else None), file_name)
    catalog = Catalog(
        **{section: {key: entry for key, (entry, _) in found.items()} for section, found in entries.items()},
        content_hash=hashlib.sha256("".join(fingerprints).encode()).hexdigest()[:16],
    )
    files = {(section, key): file for section, found in entries.items() for key, (_, file) in found.items()}
    faults.extend(_cross_faults(catalog, files))
    faults.extend(_measure_faults(catalog, files))
    others = (*rule_faults(catalog), *task_faults(catalog))
    faults.extend(Fault(files[at], key, problem) for at, key, problem in others)
    if faults:
        raise CatalogError(faults)
    return with_reported(with_unassigned(with_years(catalog)))


def _with_known_parent(entry: Any, before: Any) -> Any:
    """An entry; an area that a plan of one's own names again stays in its province where it names none."""
    if isinstance(entry, Area) and isinstance(before, Area) and entry.parent_code is None:
        return entry.model_copy(update={"parent_code": before.parent_code})
    return entry


_KEYS = {
    "plans": "plan_id",
    "indicators": "indicator_id",
    "measures": "measure",
    "areas": "area_code",
    "tiers": "tier",
    "titles": "variant_id",
    "thresholds": "threshold_id",
    "headers": "field",
    "rule_versions": "version_id",
    "plan_measures": "plan_id",
    "activities": "activity",
}


def _read_file(path: Path, file_name: str, faults: list[Fault]) -> Iterator[tuple[str, Code, Any]]:
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
        parsed = CatalogFile.model_validate(content or {})
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        faults.append(Fault(file_name, "-", f"not readable as YAML in UTF-8: {fault}"))
        return
    except ValidationError as fault:
        faults.extend(
            Fault(file_name, ".".join(map(str, error["loc"])), error["msg"])
            for error in fault.errors(include_url=False)
        )
        return
    for section, key_field in _KEYS.items():
        for entry in getattr(parsed, section):
            yield section, getattr(entry, key_field), entry


def _cross_faults(catalog: Catalog, files: dict[tuple[str, Code], str]) -> Iterable[Fault]:
    for area in catalog.areas.values():
        for field in ("parent_code", "located_in", "successor", "shares_name_with"):
            code = getattr(area, field)
            if code is not None and code not in catalog.areas:
                yield Fault(files["areas", area.area_code], f"areas.{area.area_code}.{field}", f"unknown area {code}")
        if _has_parent_cycle(area.area_code, catalog.areas):
            yield Fault(files["areas", area.area_code], f"areas.{area.area_code}.parent_code", "reports to itself")
    for indicator in catalog.indicators.values():
        at = f"indicators.{indicator.indicator_id}"
        for key, problem in _indicator_faults(indicator, catalog):
            yield Fault(files["indicators", indicator.indicator_id], f"{at}.{key}", problem)
    for tier_entry in catalog.tiers.values():
        if tier_entry.recruits_from is not None and tier_entry.recruits_from not in catalog.tiers:
            at = f"tiers.{tier_entry.tier}.recruits_from"
            yield Fault(files["tiers", tier_entry.tier], at, f"unknown tier {tier_entry.recruits_from}")
    for variant in catalog.titles.values():
        if variant.tier is not None and variant.tier not in catalog.tiers:
            file = files["titles", variant.variant_id]
            yield Fault(file, f"titles.{variant.variant_id}.tier", f"unknown tier {variant.tier}")
    for plan in catalog.plans.values():
        yield from _plan_faults(plan, catalog, files["plans", plan.plan_id])


def _indicator_faults(indicator: Indicator, catalog: Catalog) -> Iterator[tuple[str, str]]:
    for field in ("tier", "population"):
        tier = getattr(indicator, field)
        if tier is not None and tier not in catalog.tiers:
            yield field, f"unknown tier {tier}"
    if indicator.unit not in NUMBER_UNITS:
        yield "unit", f"unknown unit {indicator.unit}; known are {', '.join(sorted(NUMBER_UNITS))}"
    for code in indicator.among:
        if code not in catalog.areas:
            yield "among", f"unknown area {code}"
    counts = [code for code, other in catalog.indicators.items() if other.formula == "tier_count"]
    if indicator.formula == "rank" and indicator.numerator not in counts:
        yield "numerator", f"is no tier count: {indicator.numerator}"
    measure = catalog.measures.get(indicator.numerator or "")
    if indicator.formula == "growth" and measure is not None and (measure.level, measure.kind) != ("area", "number"):
        yield "numerator", f"is no number that areas report: {indicator.numerator}"


def _measure_faults(catalog: Catalog, files: dict[tuple[str, Code], str]) -> Iterator[Fault]:
    """Parts of formulas that nobody is asked for, wholes that do not fit their part, captions that mean two things."""
    reported = {i.indicator_id for i in catalog.indicators.values() if i.formula == "reported"}
    for indicator in catalog.indicators.values():
        for field in ("numerator", "denominator"):
            name = getattr(indicator, field) if indicator.formula != "rank" else None
            if name is not None and name not in catalog.measures and name not in reported:
                key = f"indicators.{indicator.indicator_id}.{field}"
                yield Fault(files["indicators", indicator.indicator_id], key, f"unknown measure {name}")
    meanings: dict[tuple[str, str], Code] = {}
    for measure in catalog.measures.values():
        file, at = files["measures", measure.measure], f"measures.{measure.measure}"
        if measure.measure in catalog.indicators:
            yield Fault(file, at, "is an indicator: a reported indicator is a measure by itself")
        whole = catalog.measures.get(measure.part_of or "")
        if measure.part_of is not None and (
            whole is None or (whole.level, whole.unit) != (measure.level, measure.unit)
        ):
            yield Fault(file, f"{at}.part_of", f"no measure of this level and unit: {measure.part_of}")
    for code, level, captions in _all_captions(catalog):
        for caption in captions:
            if meanings.setdefault((level, caption), code) != code:
                section = "measures" if code in catalog.measures else "indicators"
                key = f"{section}.{code}.captions"
                yield Fault(files[section, code], key, f"{caption} also means {meanings[level, caption]}")


def _all_captions(catalog: Catalog) -> Iterator[tuple[Code, str, tuple[str, ...]]]:
    for measure in catalog.measures.values():
        yield measure.measure, measure.level, measure.captions
    for indicator in catalog.indicators.values():
        yield indicator.indicator_id, "area", indicator.captions


def _has_parent_cycle(code: Code, areas: dict[Code, Area]) -> bool:
    seen: set[Code] = set()
    current: Code | None = code
    while current is not None and current in areas:
        if current in seen:
            return True
        seen.add(current)
        current = areas[current].parent_code
    return False


def _plan_faults(plan: Plan, catalog: Catalog, file: str) -> Iterator[Fault]:
    where = f"plans.{plan.plan_id}"
    for code in [plan.area_code, *(unit.area_code for unit in plan.areas)]:
        if code not in catalog.areas:
            yield Fault(file, f"{where}.areas", f"unknown area {code}")
    if plan.ends_on <= plan.starts_on:
        yield Fault(file, f"{where}.ends_on", "does not lie after starts_on")
    for inner, outer in _summed_twice(plan, catalog):
        yield Fault(file, f"{where}.areas", f"{inner} reports to {outer}: what both report would be added up twice")
    target_keys = [(t.target_id, t.area_code, t.due_on, t.decided_on) for t in plan.targets]
    for key in {key for key in target_keys if target_keys.count(key) > 1}:
        yield Fault(file, f"{where}.targets.{key[0]}", "stands twice with the same area, due date and decision")
    yield from _stated_faults(plan, catalog, file)
    for target in plan.targets:
        at = f"{where}.targets.{target.target_id}"
        indicator = catalog.indicators.get(target.indicator_id)
        if indicator is None:
            yield Fault(file, f"{at}.indicator_id", f"unknown indicator {target.indicator_id}")
        elif indicator.unit != target.unit:
            yield Fault(file, f"{at}.unit", f"is {target.unit}, the indicator's is {indicator.unit}")
        if target.area_code is not None and target.area_code not in catalog.areas:
            yield Fault(file, f"{at}.area_code", f"unknown area {target.area_code}")
        if target.area_estimate is not None and target.area_estimate.tier not in catalog.tiers:
            yield Fault(file, f"{at}.area_estimate.tier", f"unknown tier {target.area_estimate.tier}")
        for owner in target.owner_units:
            if owner not in plan.units:
                yield Fault(file, f"{at}.owner_units", f"unknown unit {owner}")
        unknown = [name for name in target.assumed if name not in Target.model_fields]
        if unknown:
            yield Fault(file, f"{at}.assumed", f"no fields of a target: {', '.join(unknown)}")


def _summed_twice(plan: Plan, catalog: Catalog) -> Iterator[tuple[Code, Code]]:
    """Units of a total, each with a unit of the same total that it is a part of."""
    summed = [unit.area_code for unit in plan.areas if unit.is_summed and unit.area_code in catalog.areas]
    for inner in summed:
        if not _has_parent_cycle(inner, catalog.areas):
            yield from ((inner, outer) for outer in catalog.ancestors(inner)[1:] if outer in summed)


def _stated_faults(plan: Plan, catalog: Catalog, file: str) -> Iterator[Fault]:
    """Rules and reported figures that stand twice or speak of what nobody knows."""
    where = f"plans.{plan.plan_id}"
    names = [f"rules.{rule.rule_id}" for rule in plan.rules] + [f"references.{r.reference_id}" for r in plan.references]
    for name in {name for name in names if names.count(name) > 1}:
        yield Fault(file, f"{where}.{name}", "stands twice")
    for rule in plan.rules:
        for tier in {value.tier for value in rule.values} - {None, *catalog.tiers}:
            yield Fault(file, f"{where}.rules.{rule.rule_id}.values", f"unknown tier {tier}")
    for reference in plan.references:
        at = f"{where}.references.{reference.reference_id}"
        indicator = catalog.indicators.get(reference.indicator_id or "")
        if reference.indicator_id is not None and indicator is None:
            yield Fault(file, f"{at}.indicator_id", f"unknown indicator {reference.indicator_id}")
        elif indicator is not None and indicator.unit != reference.unit:
            yield Fault(file, f"{at}.unit", f"is {reference.unit}, the indicator's is {indicator.unit}")
