"""The catalogue as tables of a build, so that an old build explains itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from tracker.catalog import Catalog
from tracker.catalog_models import Plan, Target
from tracker.catalog_tasks import units_of

_TEXT, _NUMBER, _DAY, _COUNT, _FLAG = pl.String, pl.Float64, pl.Date, pl.Int32, pl.Boolean
_FIGURE: dict[str, Any] = {"value": _NUMBER, "value_high": _NUMBER, "sort": _COUNT}


def definitions(catalog: Catalog) -> dict[str, pl.DataFrame]:
    """Plans, targets, indicators, areas, tiers, batches and thresholds in force, by table name."""
    return {
        "plan": _plans(catalog),
        "plan_area": _frame(
            [
                {"plan_id": plan.plan_id, **unit.model_dump()}
                for plan in catalog.plans.values()
                for unit in plan.areas
            ],
            {"plan_id": _TEXT, "area_code": _TEXT, "rank_group": _TEXT, "is_summed": _FLAG, "sort": _COUNT},
        ),
        "plan_unit": _frame(
            [
                {"plan_id": plan.plan_id, "unit": code, "name_zh": name.zh, "name_en": name.en}
                for plan in catalog.plans.values()
                for code, name in units_of(plan, catalog).items()
            ],
            {"plan_id": _TEXT, "unit": _TEXT, "name_zh": _TEXT, "name_en": _TEXT},
        ),
        "plan_rule": _rules(catalog),
        "plan_rule_value": _rule_values(catalog),
        "plan_reference": _references(catalog),
        "target": targets(catalog),
        "indicator": _indicators(catalog),
        "indicator_among": _frame(
            [
                {"indicator_id": indicator.indicator_id, "area_code": code}
                for indicator in catalog.indicators.values()
                for code in indicator.among
            ],
            {"indicator_id": _TEXT, "area_code": _TEXT},
        ),
        "measure_definition": _measures(catalog),
        "tier": _tiers(catalog),
        "tier_inclusion": _inclusions(catalog),
        "batch": _frame(
            [
                {"tier": tier.tier, **batch.model_dump()}
                for tier in catalog.tiers.values()
                for batch in tier.batches
            ],
            {
                "tier": _TEXT, "batch": _TEXT, "cohort_year": _COUNT, "expected_on": _DAY, "recognised_on": _DAY,
                "valid_from": _DAY, "valid_to": _DAY, "evidence": _TEXT,
            },
        ),
        "threshold": _thresholds(catalog),
        "rule_version": _rule_versions(catalog),
        "criterion": _criteria(catalog),
        "area": _areas(catalog),
        "area_alias": _frame(
            [
                {"area_code": area.area_code, "alias": alias}
                for area in catalog.areas.values()
                for alias in area.aliases
            ],
            {"area_code": _TEXT, "alias": _TEXT},
        ),
    }  # fmt: skip


def _frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def _plans(catalog: Catalog) -> pl.DataFrame:
    rows = [
        {
            "plan_id": plan.plan_id,
            "name_zh": plan.name.zh,
            "name_en": plan.name.en,
            "short_zh": plan.short.zh,
            "short_en": plan.short.en,
            "area_code": plan.area_code,
            "starts_on": plan.starts_on,
            "ends_on": plan.ends_on,
            "is_draft": plan.is_draft,
            "assumed": ",".join(plan.assumed),
            "document_no": plan.document_no,
            "source_zh": plan.source.zh,
            "source_en": plan.source.en,
        }
        for plan in catalog.plans.values()
    ]
    schema: dict[str, Any] = dict.fromkeys(
        ("plan_id", "name_zh", "name_en", "short_zh", "short_en", "area_code", "starts_on", "ends_on"), _TEXT
    )
    schema |= {"starts_on": _DAY, "ends_on": _DAY, "is_draft": _FLAG}
    schema |= dict.fromkeys(("assumed", "document_no", "source_zh", "source_en"), _TEXT)
    return _frame(rows, schema)


def _rules(catalog: Catalog) -> pl.DataFrame:
    """One row per rule of a plan that is no target: reward, ceiling, bonus, class, condition, promise."""
    rows = [
        (plan.plan_id, rule.rule_id, rule.kind, rule.text.zh, rule.text.en, rule.section, place)
        for plan in catalog.plans.values()
        for place, rule in enumerate(plan.rules)
    ]
    columns = ("plan_id", "rule_id", "kind", "text_zh", "text_en", "section")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, _TEXT) | {"sort": _COUNT}, orient="row")


def _rule_values(catalog: Catalog) -> pl.DataFrame:
    """One row per number of a rule, by the title that it is for, or with the words that say what it is."""
    rows = [
        {
            "plan_id": plan.plan_id,
            "rule_id": rule.rule_id,
            **value.model_dump(exclude={"label"}),
            "label_zh": value.label.zh if value.label else None,
            "label_en": value.label.en if value.label else None,
            "sort": place,
        }
        for plan in catalog.plans.values()
        for rule in plan.rules
        for place, value in enumerate(rule.values)
    ]
    columns = (
        "plan_id", "rule_id", "tier", "label_zh", "label_en", "comparator", "value", "value_high", "unit", "sort",
    )  # fmt: skip
    return _frame(rows, dict.fromkeys(columns, _TEXT) | _FIGURE)


def _references(catalog: Catalog) -> pl.DataFrame:
    """One row per figure that a plan reports without asking for it."""
    rows = [
        {
            "plan_id": plan.plan_id,
            **reference.model_dump(exclude={"text"}),
            "text_zh": reference.text.zh,
            "text_en": reference.text.en,
            "sort": place,
        }
        for plan in catalog.plans.values()
        for place, reference in enumerate(plan.references)
    ]
    columns = (
        "plan_id", "reference_id", "indicator_id", "text_zh", "text_en", "section", "comparator", "value",
        "value_high", "unit", "starts_on", "ends_on", "sort",
    )  # fmt: skip
    return _frame(rows, dict.fromkeys(columns, _TEXT) | _FIGURE | {"starts_on": _DAY, "ends_on": _DAY})


def targets(catalog: Catalog) -> pl.DataFrame:
    """One row per target, area, due date and decision, as ``core.target``."""
    rows = [_target(plan, target) for plan in catalog.plans.values() for target in plan.targets]
    numbers = dict.fromkeys(("value", "value_high", "tolerance", "baseline_value"), _NUMBER)
    days = dict.fromkeys(("starts_on", "due_on", "baseline_on", "decided_on"), _DAY)
    columns = (
        "target_id", "plan_id", "indicator_id", "area_code", "comparator", "value", "value_high", "tolerance", "unit",
        "basis", "starts_on", "due_on", "baseline_on", "baseline_value", "pace_basis", "commitment", "origin",
        "decided_on", "decided_by", "assumed", "wording_zh", "wording_en", "clause_zh", "clause_en", "section",
        "owner_units", "is_headline", "sort",
    )  # fmt: skip
    schema = dict.fromkeys(columns, _TEXT) | numbers | days | {"is_headline": _FLAG, "sort": _COUNT}
    return _frame(rows, schema)


def _target(plan: Plan, target: Target) -> dict[str, Any]:
    starts: dt.date = plan.starts(target)
    return {
        **target.model_dump(exclude={"wording", "clause", "owner_units", "assumed", "area_estimate"}),
        "plan_id": plan.plan_id,
        "area_code": target.area_code or plan.area_code,
        "starts_on": starts,
        "due_on": plan.due_on(target),
        "assumed": ",".join(target.assumed),
        "wording_zh": target.wording.zh,
        "wording_en": target.wording.en,
        "clause_zh": target.clause.zh,
        "clause_en": target.clause.en,
        "owner_units": ",".join(target.owner_units),
        "sort": plan.targets.index(target),
    }


def _indicators(catalog: Catalog) -> pl.DataFrame:
    rows = [
        {
            **indicator.model_dump(exclude={"name", "short", "definition", "caution", "captions", "among"}),
            "name_zh": indicator.name.zh,
            "name_en": indicator.name.en,
            "short_zh": indicator.short.zh,
            "short_en": indicator.short.en,
            "definition_zh": indicator.definition.zh,
            "definition_en": indicator.definition.en,
            "caution_zh": indicator.caution.zh if indicator.caution else None,
            "caution_en": indicator.caution.en if indicator.caution else None,
        }
        for indicator in catalog.indicators.values()
    ]
    columns = (
        "indicator_id", "name_zh", "name_en", "short_zh", "short_en", "unit", "decimals", "direction", "formula",
        "tier", "population", "numerator", "denominator", "minimum_coverage_percent", "frequency", "grace_months",
        "evidence", "definition_zh", "definition_en", "caution_zh", "caution_en", "growth_base_year", "rank_basis",
    )  # fmt: skip
    whole = dict.fromkeys(("decimals", "grace_months", "growth_base_year"), _COUNT)
    return _frame(rows, dict.fromkeys(columns, _TEXT) | whole | {"minimum_coverage_percent": _NUMBER})


def _measures(catalog: Catalog) -> pl.DataFrame:
    """One row per measure that enterprises or areas are asked for."""
    rows = [
        {
            **measure.model_dump(exclude={"name", "captions"}),
            "name_zh": measure.name.zh,
            "name_en": measure.name.en,
            "is_cumulative": measure.is_cumulative,
        }
        for measure in catalog.measures.values()
    ]
    texts = ("measure", "name_zh", "name_en", "level", "kind", "unit", "accumulates", "frequency", "part_of")
    numbers = ("minimum", "maximum", "plausible_up_to")
    return _frame(rows, dict.fromkeys(texts, _TEXT) | dict.fromkeys(numbers, _NUMBER) | {"is_cumulative": _FLAG})


def _tiers(catalog: Catalog) -> pl.DataFrame:
    rows = [
        {
            **tier.model_dump(exclude={"name", "short", "batches"}),
            "name_zh": tier.name.zh,
            "name_en": tier.name.en,
            "short_zh": tier.short.zh,
            "short_en": tier.short.en,
        }
        for tier in catalog.tiers.values()
    ]
    schema: dict[str, Any] = dict.fromkeys(("tier", "name_zh", "name_en", "short_zh", "short_en"), _TEXT)
    schema |= dict.fromkeys(("ladder_rank", "sort", "validity_years"), _COUNT)
    return _frame(rows, schema | dict.fromkeys(("recruits_from", "issuer_level", "evidence"), _TEXT))


def _inclusions(catalog: Catalog) -> pl.DataFrame:
    """One row per tier and title that counts in it: itself, and on the ladder every higher one."""
    pairs = [
        (tier.tier, via.tier, (via.ladder_rank or 0) - (tier.ladder_rank or 0))
        for tier in catalog.tiers.values()
        for via in catalog.tiers.values()
        if via.tier == tier.tier
        or (tier.ladder_rank is not None and via.ladder_rank is not None and via.ladder_rank > tier.ladder_rank)
    ]
    return pl.DataFrame(pairs, schema={"tier": _TEXT, "via_tier": _TEXT, "distance": _COUNT}, orient="row")


def _thresholds(catalog: Catalog) -> pl.DataFrame:
    rows = [
        {
            "threshold_id": threshold.threshold_id,
            "value": threshold.value,
            "unit": threshold.unit,
            "name_zh": threshold.name.zh,
            "name_en": threshold.name.en,
            "source_zh": threshold.source.zh,
            "source_en": threshold.source.en,
            "evidence": threshold.evidence,
        }
        for threshold in catalog.thresholds.values()
    ]
    columns = ("threshold_id", "value", "unit", "name_zh", "name_en", "source_zh", "source_en", "evidence")
    return _frame(rows, dict.fromkeys(columns, _TEXT) | {"value": _NUMBER})


def _rule_versions(catalog: Catalog) -> pl.DataFrame:
    rows = [
        {
            **version.model_dump(exclude={"document", "note", "criteria"}),
            "document_zh": version.document.zh,
            "document_en": version.document.en,
            "note_zh": version.note.zh if version.note else None,
            "note_en": version.note.en if version.note else None,
        }
        for version in catalog.rule_versions.values()
    ]
    schema: dict[str, Any] = {"version_id": _TEXT, "tier": _TEXT}
    schema |= dict.fromkeys(("starts_on", "ends_on", "reviews_until"), _DAY)
    return _frame(rows, schema | dict.fromkeys(("document_zh", "document_en", "note_zh", "note_en", "evidence"), _TEXT))


def _criteria(catalog: Catalog) -> pl.DataFrame:
    """One row per criterion; ``definition`` is its entry of the catalogue as JSON, which the pages judge by."""
    rows = [
        {
            "version_id": version.version_id,
            "criterion_id": criterion.criterion_id,
            "sort": place,
            "name_zh": criterion.name.zh,
            "name_en": criterion.name.en,
            "definition": criterion.model_dump_json(),
        }
        for version in catalog.rule_versions.values()
        for place, criterion in enumerate(version.criteria)
    ]
    columns = ("version_id", "criterion_id", "sort", "name_zh", "name_en", "definition")
    return _frame(rows, dict.fromkeys(columns, _TEXT) | {"sort": _COUNT})


def _areas(catalog: Catalog) -> pl.DataFrame:
    rows = [
        {
            **area.model_dump(exclude={"name", "short", "aliases"}),
            "name_zh": area.name.zh,
            "name_en": area.name.en,
            "short_zh": area.short.zh,
            "short_en": area.short.en,
            "is_tracked": catalog.is_tracked(area.area_code),
        }
        for area in catalog.areas.values()
    ]
    columns = ("area_code", "parent_code", "located_in", "kind", "name_zh", "name_en", "short_zh", "short_en")
    schema = dict.fromkeys(columns, _TEXT) | {"valid_from": _DAY, "valid_to": _DAY}
    schema |= {"successor": _TEXT, "shares_name_with": _TEXT}
    return _frame(rows, schema | {"sort": _COUNT, "is_tracked": _FLAG})
