"""What a person who sees the own area only may read of a build: every row of the area, and no row of another.

An excerpt is read like a build, under the id ``<build>~<area>+<area>``. It is a copy in memory into which nothing of
another area is written in the first place, so that no page, figure, table or download can show it: not what a page
draws decides, but what there is to be read. Ids differ, so no cache hands one reader what another may see.

A table that nobody thought of is copied empty. What belongs to no area (definitions, rules, the plan) is named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MARK, BETWEEN = "~", "+"
# Definitions, and what a plan says of itself: nothing in them is counted or named area by area.
_WHOLE = frozenset(
    (
        "core.activity_indicator", "core.activity_kind", "core.batch", "core.calendar", "core.closing_decision",
        "core.criterion", "core.indicator", "core.measure", "core.measure_definition", "core.measure_target",
        "core.plan_reference", "core.plan_rule", "core.plan_rule_value", "core.plan_unit", "core.rule_version",
        "core.threshold", "core.tier", "core.tier_inclusion", "mart.indicator_source", "mart.list_date",
        "mart.reliability", "meta.build",
    )
)  # fmt: skip
_AREA = "area_code IN (SELECT area_code FROM seen_area)"
_ENTERPRISE = "enterprise_id IN (SELECT enterprise_id FROM seen_enterprise)"
_ELSEWHERE = (
    "SELECT 1 FROM whole.core.enterprise_area AS place WHERE place.enterprise_id = row_of.enterprise_id"
    " AND place.valid_from <= row_of.period_end AND coalesce(place.valid_to > row_of.period_end, true)"
    " AND place.area_code NOT IN (SELECT area_code FROM seen_area)"
)
_OWN_READING = "reading_id IN (SELECT reading_id FROM seen_reading WHERE is_own)"
_FILE = "file_id IN (SELECT file_id FROM seen_file)"
# Tables whose rows are picked in another way than by their own area or enterprise.
_RULES = {
    "core.area_alias": _AREA,
    "core.plan": "plan_id IN (SELECT plan_id FROM whole.core.plan_area WHERE " + _AREA + ")",
    # A value of an enterprise that belonged to another area on its day is that area's.
    "core.enterprise_value": f"{_ENTERPRISE} AND NOT EXISTS ({_ELSEWHERE})",
    "core.value_cell": "false",
    # A value that asks for a reason is of an area or of an enterprise, never of both.
    "core.value_question": f"({_AREA} OR ({_ENTERPRISE} AND NOT EXISTS ({_ELSEWHERE})))",
    # Rows that were refused, differ or are missing have no area: they are shown where the whole file is the area's.
    "core.rejected_row": _OWN_READING,
    "core.ledger_difference": _OWN_READING,
    "core.announced_number": _OWN_READING,
    "core.reading_gap": _OWN_READING,
    "core.source_reading": "reading_id IN (SELECT reading_id FROM seen_reading)",
    "core.reading_area": f"reading_id IN (SELECT reading_id FROM seen_reading) AND {_AREA}",
    "core.source_file": _FILE,
    # What stands behind the views of the tables above, which are copied as what they show.
    "core.example": "false",
    "core.value_series": "false",
    "core.removed_title": f"event_id IN (SELECT event_id FROM whole.core.recognition_event WHERE {_AREA})",
    "core.data_debt": f"{_AREA} AND (reading_id IS NULL OR {_OWN_READING})",
}
# What stands behind those views and is asked for itself: in an excerpt each history is one enterprise's own.
_SOURCES = {
    "core.history": "(SELECT enterprise_id, enterprise_id AS example_id FROM whole.core.history)",
    "core.example_tenure": "whole.core.tenure",
    "core.example_first_title": "whole.core.first_title",
}


def id_of(build_id: str, areas: Sequence[str] | None) -> str:
    """The id under which a reader who sees these areas reads a build; of a reader who sees all, the build's own."""
    return build_id if areas is None else f"{whole_id(build_id)}{MARK}{BETWEEN.join(areas)}"


def whole_id(build_id: str) -> str:
    """The id of the build itself: what is printed, linked to and recorded."""
    return build_id.partition(MARK)[0]


def like(build_id: str, other: str) -> str:
    """Another build as the reader of this one may read it."""
    _, mark, areas = build_id.partition(MARK)
    return f"{whole_id(other)}{mark}{areas}"


def is_excerpt(build_id: str) -> bool:
    """Whether the reader sees some areas only: then nothing may be said of a rank, a sum or a share of the whole."""
    return MARK in build_id


def statements(columns: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """The statements that copy an excerpt out of the build attached as ``whole``.

    Args:
        columns: names of columns by schema and table.

    Returns:
        Statements in their order; one has a ``?`` for the list of areas.
    """
    made = [
        # one row per area that may be seen: those named and what lies inside them
        "CREATE TEMP TABLE seen_area AS SELECT DISTINCT area_code FROM whole.core.area_closure"
        " WHERE list_contains(?, ancestor_code)",
        # one row per enterprise that ever belonged to one of them or held a title there
        "CREATE TEMP TABLE seen_enterprise AS"
        f" SELECT enterprise_id FROM whole.core.enterprise_area WHERE {_AREA}"
        f" UNION SELECT enterprise_id FROM whole.core.tenure WHERE {_AREA}"
        f" UNION SELECT enterprise_id FROM whole.core.recognition_event WHERE {_AREA}"
        f" UNION SELECT enterprise_id FROM whole.core.pool_entry WHERE {_AREA}",
        # one row per reading that covers one of them and was not sent in for another; is_own where it covers no other
        "CREATE TEMP TABLE seen_reading AS SELECT reading.reading_id, reading.file_id,"
        f" coalesce(reading.{_AREA}, false) AND bool_and(covered.{_AREA}) AS is_own"
        " FROM whole.core.source_reading AS reading JOIN whole.core.reading_area AS covered USING (reading_id)"
        f" WHERE reading.area_code IS NULL OR reading.{_AREA} OR reading.area_code IN"
        f" (SELECT ancestor_code FROM whole.core.area_closure WHERE {_AREA})"
        f" GROUP BY reading.reading_id, reading.file_id, reading.area_code HAVING bool_or(covered.{_AREA})",
        "CREATE TEMP TABLE seen_file AS SELECT file_id FROM seen_reading GROUP BY file_id",
    ]
    made += [f"CREATE SCHEMA {schema}" for schema in sorted({schema for schema, _ in columns})]
    for (schema, table), names in columns.items():
        name = f"{schema}.{table}"
        source = _SOURCES.get(name, f"whole.{name}")
        made.append(f"CREATE TABLE {name} AS SELECT * FROM {source} AS row_of WHERE {_rule(name, names)}")
    return [*made, *(f"DROP TABLE seen_{name}" for name in ("area", "enterprise", "reading", "file"))]


def _rule(name: str, columns: Sequence[str]) -> str:
    if name in _WHOLE:
        return "true"
    if name in _RULES:
        return _RULES[name]
    by_area = [_AREA] if "area_code" in columns else []
    by_enterprise = [_ENTERPRISE] if "enterprise_id" in columns else []
    return " AND ".join([*by_area, *by_enterprise]) or "false"
