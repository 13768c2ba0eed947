"""What a notice needs beside the invented build: its closing table, a decision, data debts, a publicity list."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb

from tests.invented_build import publish

TABLES = """
insert into core.enterprise (enterprise_id, name) values (900001, '示例甲公司'), (900002, '示例乙公司');
create table core.source_reading (reading_id text, file_id text, event text);
insert into core.source_reading values ('f1-1', 'f1', 'recognition');
create table core.data_debt (kind text, reading_id text, tier text, area_code text, number int, detail text,
    accepted_by text, accepted_on date, accept_reason text);
insert into core.data_debt (kind, reading_id, tier, area_code, number, detail) values
    ('rows_rejected', 'f1-1', 'giant', '990000', 1, null),
    ('review_overdue', null, 'giant', '990003', 2, null);
create table core.closing_decision (decision_no int, plan_id text, target_id text, basis text, reason text,
    decided_by text, decided_on date);
insert into core.closing_decision values
    (1, 'example', 'innovative', 'decided', '复核结果已发文（示例）', '示例市专班会议', date '2025-12-30');
create table mart.closing (plan_id text, target_id text, indicator_id text, area_code text, due_on date, as_of date,
    judged_on date, in_force int, awaiting int, decided int, publicity int, decided_later int);
create table mart.publicity_difference (tier text, event text, batch text, reviewed_cohort int, area_code text,
    enterprise_id bigint, in_publicity boolean, in_final boolean, is_final boolean, publicity_on date,
    publicity_file_id text, publicity_sheet text, publicity_row int, final_on date, final_file_id text,
    final_sheet text, final_row int);
insert into mart.publicity_difference values
    ('giant', 'recognition', '7', null, '990001', 900001, true, false, true, date '2025-08-01', 'f1', '名单', 7,
     date '2025-10-15', 'f1', null, null),
    ('giant', 'recognition', '7', null, '990002', 900002, false, true, true, date '2025-08-01', 'f1', null, null,
     date '2025-10-15', 'f1', '名单', 9);
"""

# The stock at the due date stands in the invented build; beside it, what was on its way.
CLOSING = """target,in_force,awaiting,decided,publicity,later
innovative,936,12,5,0,0
srdi,231,0,0,0,0
giant,21,0,2,3,3
champion,5,0,0,0,0
"""


def publish_with_closing(folder: Path) -> str:
    """The invented build with all that a notice reads. Returns its id."""
    build_id = publish(folder)
    with duckdb.connect(str(folder / "builds" / f"{build_id}.duckdb")) as connection:
        connection.execute(TABLES)
        for row in csv.DictReader(io.StringIO(CLOSING)):
            counts = [int(row[name]) for name in ("in_force", "awaiting", "decided", "publicity", "later")]
            connection.execute(
                "insert into mart.closing select plan_id, target_id, indicator_id, area_code, due_on, as_of,"
                " least(as_of, due_on), ?, ?, ?, ?, case when as_of > due_on then ? else 0 end"
                " from mart.progress where target_id = ? and area_code = '990000' and as_of >= due_on",
                [*counts, row["target"]],
            )
    return build_id
