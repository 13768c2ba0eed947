"""Data debts, readings, refusals, corrections and past forecasts for the invented build, where a test wants them."""

from __future__ import annotations

from pathlib import Path

import duckdb

_TABLES = """
create or replace table core.source_reading (reading_id text, file_id text, kind text, tier text, event text,
    batch text, event_on date, period_end date, area_code text, read int, accepted int, out_of_area int, rejected int,
    rejected_cells int, duplicate int, blank int, is_complete boolean, accepted_by text, accepted_on date,
    accept_reason text);
create or replace table core.announced_number (reading_id text, scope text, announced int, read int);
create or replace table core.data_debt (kind text, reading_id text, tier text, area_code text, number int, detail text,
    accepted_by text, accepted_on date, accept_reason text);
create or replace table core.correction (correction_id text, recorded_at timestamp, recorded_by text, reason text,
    action text, state text, cause text, file_id text, sheet text, row int, "column" text, enterprise text,
    area_code text, tier text, measure text, period text, expected text, old_value text, new_value text);
create or replace table mart.reliability (plan_id text, forecast_model text, horizon_months int, chance_bin int,
    forecasts int, mean_chance double, observed_share double, brier double, inside_share double);
"""
_ROWS = """
insert into core.source_reading values
    ('f1-1', 'f1', 'list', 'giant', 'recognition', '2025', date '2025-12-20', null, '990000', 40, 36, 2, 1, 0, 1, 3,
        false, '张三', date '2026-01-11', '原件缺页'),
    ('f2-1', 'f2', 'enterprise_values', null, null, null, null, date '2025-12-31', '990000', 12, 12, 0, 0, 0, 0, 0,
        true, null, null, null);
insert into core.source_file values ('f2', '示例季报.xlsx', 'enterprise_values', '示例市工信局',
    date '2026-01-11', null, null, null, 12, 12, 0, 0, 0, 0);
insert into core.announced_number values ('f1-1', 'total', 41, 40);
insert into core.data_debt values
    ('window_estimated', 'f1-1', 'giant', '990000', 5, null, null, null, null),
    ('rows_rejected', 'f1-1', 'giant', '990000', 1, null, '张三', date '2026-01-11', '原件缺页'),
    ('announced_differs', 'f1-1', 'giant', '990000', 41, '40', null, null, null),
    ('same_name_other_code', null, null, null, 2, '示例公司', null, null, null);
insert into core.rejected_row values
    ('f1', '名单', 7, 'C', 'uscc_check_digit', '91320799MA000004X0', '示例公司', null),
    ('f1', '名单', 9, 'B', 'name_missing', null, null, null);
insert into core.correction values
    ('c1', timestamp '2026-01-11 10:00:00', '李四', '抄错', 'override', 'applied', null, 'f1', '名单', 3, 'B', null,
        null, null, null, null, '旧名', '旧名', '新名'),
    ('c2', timestamp '2026-01-11 11:00:00', '李四', '重复', 'drop', 'not_needed', 'row_gone', 'f1', '名单', 5, '', null,
        null, null, null, null, '某行', null, null);
insert into mart.reliability values
    ('example', 'batches', 6, 0, 10, 0.05, 0.3, 0.2, 0.8), ('example', 'batches', 6, 4, 30, 0.95, 0.9, 0.1, 0.9);
"""


def add(folder: Path, build_id: str) -> None:
    """Put them into a published invented build, which has none of these tables of its own to rely on."""
    with duckdb.connect(str(folder / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute(_TABLES)
        connection.execute(_ROWS)
