"""Enterprises for the invented build: titles, answers and reported cells that add up to its numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl

D = dt.date
TABLES = """
create table core.tier (tier text, name_zh text, name_en text, short_zh text, short_en text, sort int);
create table core.tier_inclusion (tier text, via_tier text, distance int);
create table core.area_closure (area_code text, ancestor_code text);
create table core.enterprise (enterprise_id bigint, uscc text, name text, name_key text, initials text);
create table core.enterprise_name (enterprise_id bigint, name text, name_key text, last_seen_on date, initials text);
create table core.enterprise_area (enterprise_id bigint, area_code text, valid_from date, valid_to date);
create table core.recognition_event (event_id text, enterprise_id bigint, tier text, event text, batch text,
    event_on date, valid_from date, valid_to date, valid_to_estimated boolean, counts_from date, is_derived boolean,
    document_no text, name_as_printed text, area_code text, file_id text, sheet text, row int, "column" text,
    event_number bigint);
create table core.pool_entry (enterprise_id bigint, level text, entered_on date, left_on date, area_code text,
    file_id text, sheet text, row int, "column" text);
create table core.first_title (enterprise_id bigint, tier text, first_on date, is_new boolean, area_code text);
create table core.tenure (enterprise_id bigint, tier text, via_tier text, status text, from_on date, to_on date,
    area_code text, is_highest boolean, own_status text);
-- the invented enterprises share no histories
create view core.history as select enterprise_id, enterprise_id as example_id from core.enterprise;
create view core.example_tenure as select * from core.tenure;
create view core.example_first_title as select * from core.first_title;
create table core.enterprise_value (enterprise_id bigint, measure text, period_end date, value double,
    value_text text, file_id text, sheet text, row int, "column" text);
create table core.reported_value (area_code text, indicator_id text, period_end date, value double, numerator double,
    denominator double, file_id text, sheet text, row int, "column" text);
create table core.rejected_row (file_id text, sheet text, row int, "column" text, rule text, value text,
    name_as_printed text, candidates text);
create table core.measure_definition (measure text, name_zh text, name_en text, level text, kind text, unit text,
    frequency text);
create table mart.indicator_source (indicator_id text, formula text, population text, numerator text,
    denominator text, numerator_from text, denominator_from text, is_count boolean, scale int,
    growth_base_year int);
create table mart.period_value (indicator_id text, area_code text, period_end date, value double,
    numerator decimal(38, 12), denominator decimal(38, 12), expected_units int, reported_units int);
"""
MEASURES = """
insert into core.measure_definition values
    ('key_processes', '关键工序数', 'Key processes', 'enterprise', 'number', 'item', 'quarter'),
    ('key_processes_controlled', '数控化工序数', 'Controlled processes', 'enterprise', 'number', 'item', 'quarter'),
    ('industrial_chain', '所属产业链', 'Industrial chain', 'enterprise', 'text', 'text', 'year');
"""
# Nobody reports how many stand here: those whom no area's own number counts, awaiting review or with a lapsed title.
REST = {"innovative": "990003", "giant": "990092"}
ANSWERING = 2
_FILLED = ("enterprise", "tenure", "first_title", "recognition_event", "enterprise_area")
_CHAINS = ("海洋装备", "新材料")
_LONG_AGO, _SINCE, _AUTUMN, _JANUARY = D(2020, 1, 1), D(2024, 3, 1), D(2025, 10, 15), D(2026, 1, 10)
_END = D(2028, 1, 1)


@dataclass
class Register:
    """Rows of the title tables, put in at once: one insert a row would take seconds."""

    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {name: [] for name in _FILLED})

    def add_tier(
        self,
        tier: str,
        numbers: tuple[int, int, int],
        areas: Mapping[str, int],
        *,
        awaiting: int,
        publicity: int,
        lapsed: int,
    ) -> None:
        """Holders of a tier, as many as counted on the three as-of dates, and those who stand beside them.

        Args:
            numbers: how many count at the end of September, December and January; never falling.
            areas: how many of those of December each area counts itself; the others belong to :data:`REST`.
            awaiting: how many of them await their review on all three dates.
            publicity, lapsed: how many are shown for the title, or held it once.
        """
        rest = REST.get(tier, "990001")
        named = [code for code, number in areas.items() for _ in range(number)]
        places = [rest] * (numbers[1] - len(named)) + named + [rest] * (numbers[2] - numbers[1])
        waited = [("in_force", D(2022, 7, 1), D(2025, 7, 1)), ("awaiting_review", D(2025, 7, 1), D(2026, 7, 1))]
        for place, area_code in enumerate(places):
            since = _SINCE if place < numbers[0] else _AUTUMN if place < numbers[1] else _JANUARY
            self._add(tier, area_code, waited if place < awaiting else [("in_force", since, _END)], "recognition")
        for _ in range(lapsed):
            self._add(tier, rest, [("in_force", _LONG_AGO, D(2023, 1, 1))], "recognition")
        for _ in range(publicity):
            self._add(tier, rest, [("publicity", D(2025, 8, 1), D(2026, 8, 1))], "publicity")

    def _add(self, tier: str, area_code: str, spans: list[tuple[str, dt.date, dt.date]], event: str) -> None:
        number = len(self.tables["enterprise"]) + 1
        name = f"示例企业{number}号有限公司"
        _, first, last = spans[0]
        self.tables["enterprise"].append((number, f"9199{number:014d}", name, name, f"SLQY{number}HYXGS"))
        self.tables["tenure"] += [
            (number, tier, tier, status, start, end, area_code, True, status) for status, start, end in spans
        ]
        if event == "recognition":
            self.tables["first_title"].append((number, tier, first, True, area_code))
        self.tables["recognition_event"].append(
            (
                *(f"e{number}", number, tier, event, f"{first.year}", first, first, last, False, first, False),
                *(None, name, area_code, "f1", "名单", number, None, number),
            )
        )
        self.tables["enterprise_area"].append((number, area_code, first, None))

    def insert(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Put all rows into their tables."""
        for name, rows in self.tables.items():
            connection.register("added", pl.DataFrame(rows, orient="row", infer_schema_length=None).to_arrow())
            connection.execute(f"insert into core.{name} select * from added")
            connection.unregister("added")


def insert_answers(connection: duckdb.DuckDBPyConnection, tier: str, values: Mapping[dt.date, float]) -> None:
    """The first two holders of a tier answer for their key processes so that the mean of their ratios is the value."""
    found = connection.execute(
        "select enterprise_id from core.tenure where tier = ? and status = 'in_force' order by 1 limit ?",
        [tier, ANSWERING],
    ).fetchall()
    for (enterprise_id,), chain in zip(found, _CHAINS, strict=True):
        for period_end, value in values.items():
            connection.execute(
                "insert into core.enterprise_value values"
                " (?, 'key_processes', ?, 10000, null, 'f1', '2025', ?, 'D'),"
                " (?, 'key_processes_controlled', ?, ?, null, 'f1', '2025', ?, 'E')",
                [enterprise_id, period_end, enterprise_id, enterprise_id, period_end, 100 * value, enterprise_id],
            )
        connection.execute(
            "insert into core.enterprise_value values (?, 'industrial_chain', ?, null, ?, 'f1', '2025', ?, 'F')",
            [enterprise_id, max(values), chain, enterprise_id],
        )


def insert_small_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """A former name, an enterprise of the pool, a refused row, a name that would be a formula in a spreadsheet."""
    connection.execute(
        "insert into core.enterprise_name values (1, '旧名示例厂', '旧名示例厂', date '2023-01-01', 'JMSLC')"
    )
    connection.execute("update core.enterprise set name = '=示例<b>一</b>号' where enterprise_id = 2")
    [(number,)] = connection.execute("select count(*) + 1 from core.enterprise").fetchall()
    connection.execute(
        "insert into core.enterprise values (?, null, '无代码示例厂', '无代码示例厂', 'WDMSLC')", [number]
    )
    connection.execute(
        "insert into core.pool_entry values (?, 'giant', date '2025-03-01', null, '990001', 'f1', '培育库', 5, null)",
        [number],
    )
    connection.execute(
        "insert into core.rejected_row values"
        " ('f1', '名单', 40, 'B', 'duplicate_in_list', '示例企业1号有限公司', '示例企业1号有限公司', null)"
    )
