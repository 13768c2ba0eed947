"""An invented build（示例）for tests of the pages: the tables of the contract, filled by plain inserts."""

from __future__ import annotations

import csv
import datetime as dt
import io
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tests import invented_titles
from tracker.progress import progress

PLAN_ID = "example"
CITY = "990000"
DUE = dt.date(2025, 12, 31)
AS_OF_DATES = (dt.date(2025, 9, 30), DUE, dt.date(2026, 1, 31))
CUTOFF = dt.date(2026, 1, 12)
THRESHOLDS = {
    "ahead_lead_points": 5.0,
    "on_pace_lead_points": 0.0,
    "slightly_behind_lead_points": -10.0,
    "ratio_slightly_behind_percent": 90.0,
}

TABLES = """
create schema core; create schema mart; create schema meta;
create table core.plan (plan_id text, name_zh text, name_en text, short_zh text, short_en text, area_code text,
    starts_on date, ends_on date, assumed text, source_zh text, source_en text, is_draft boolean);
create table core.plan_area (plan_id text, area_code text, rank_group text, is_summed boolean, sort int);
create table core.plan_unit (plan_id text, unit text, name_zh text, name_en text);
create table core.area (area_code text, parent_code text, located_in text, kind text, name_zh text, name_en text,
    short_zh text, short_en text, valid_from date, valid_to date, sort int);
create table core.indicator (indicator_id text, name_zh text, name_en text, short_zh text, short_en text, unit text,
    decimals int, direction text, formula text, definition_zh text, definition_en text, caution_zh text,
    caution_en text, evidence text, tier text);
create table core.threshold (threshold_id text, value double, unit text, name_zh text, name_en text,
    source_zh text, source_en text, evidence text);
create table core.target (target_id text, plan_id text, indicator_id text, area_code text, comparator text,
    value double, value_high double, tolerance double, unit text, basis text, starts_on date, due_on date,
    baseline_on date, baseline_value double, pace_basis text, commitment text, origin text, decided_on date,
    decided_by text, assumed text, clause_zh text, clause_en text, wording_zh text, wording_en text, section text,
    owner_units text, is_headline boolean, sort int, exempt_on date);
create table core.source_file (file_id text, original_name text, kind text, issuer text, received_on date,
    withdrawn_on date, supersedes text, announced int, read int, accepted int, out_of_area int, rejected int,
    duplicate int, blank int);
create table mart.observation (indicator_id text, area_code text, period_end date, basis text, value double,
    numerator double, denominator double, in_force int, awaiting int, publicity int, own_title int,
    source_period_end date, expected_units int, reported_units int, state text);
create table mart.list_date (plan_id text, tier text, batch text, event_on date);
create table core.batch (tier text, batch text, expected_on date);
create table meta.build (build_id text, built_at timestamp, inputs_hash text, catalog_hash text, version text,
    is_demo boolean, data_cutoff date, previous_build_id text);
create table meta.change (plan_id text, target_id text, area_code text, as_of date, value_before double,
    value_after double, state_before text, state_after text);
"""

AREAS = """area_code,kind,name_zh,name_en,short_zh,short_en,rank_group,sort
990000,city,示例市,Example City,示例市,Example City,total,0
990001,county,东湖区,East Lake District,东湖区,East Lake,county,1
990002,county,西山区,West Hill District,西山区,West Hill,county,2
990003,county,南桥县,South Bridge County,南桥县,South Bridge,county,3
990004,county,北塘县,North Pond County,北塘县,North Pond,county,4
990091,zone,示例高新区,Example High-Tech Zone,高新区,High-Tech,zone,5
990092,zone,示例临港区,Example Harbour Zone,临港区,Harbour,zone,6
"""

INDICATORS = """id,unit,decimals,direction,short_zh,short_en,name_zh,name_en
innovative,enterprise,0,higher,创新型,Innovative,创新型中小企业,Innovative SMEs
srdi,enterprise,0,higher,专精特新,SRDI,省级专精特新中小企业,Provincial SRDI SMEs
giant,enterprise,0,higher,小巨人,Little giants,国家专精特新“小巨人”企业,National little giants
champion,enterprise,0,higher,单项冠军,Champions,国家制造业单项冠军,National manufacturing champions
control,percent,1,higher,数控化率,CNC rate,关键工序数控化率,Key processes under numerical control
research,percent,1,higher,研发强度,R&D intensity,研发投入强度,R&D intensity
patents,piece,1,higher,户均专利,Patents,户均有效授权专利,Valid patents per enterprise
chains,percent,1,higher,产业链配套,Chain coverage,重点产业链配套覆盖率,Key chains with an SRDI supplier
award,item,0,higher,质量奖,Quality award,市长质量奖,Mayor's quality award
listed,enterprise,0,higher,上市,Listed,专精特新企业上市,Listed SRDI enterprises
cloud,enterprise,0,higher,上云,Cloud,星级上云企业,Star-rated cloud enterprises
clusters,item,0,higher,特色集群,Clusters,省级以上特色产业集群,Provincial industrial clusters
"""

# Values at the three as-of dates; an empty one is a value that nobody reported.
TARGETS = """id,comparator,value,tolerance,wording_zh,wording_en,headline,owners,v1,v2,v3
innovative,ge,1000,,培育形成,reach,1,industry,861,936,936
srdi,ge,200,,达到,reach,1,industry,214,231,231
giant,ge,25,,达到,reach,1,industry,18,21,22
champion,ge,5,,达到,reach,1,industry,4,5,5
control,gt,50,,超过,more than,1,industry,49.2,49.96,54.6
research,gt,5,,超过,more than,1,"science,finance",4.7,5,5
patents,ge,5,,以上,or more,0,market,5.6,5.8,5.8
chains,full,100,,全覆盖,full coverage,0,industry,90,99.6,99.6
award,ge,1,,达到,reach,0,market,0,1,1
listed,approx,5,1,左右,about,0,"finance,industry",3,4,4
cloud,ge,60,,重点培育,cultivate,0,industry,,,
clusters,ge,2,,争创,strive for,0,industry,1,1,1
"""

# Targets and values of areas at the last two dates. An area that is not named has no task.
AREA_ROWS = """target,area_code,value,target_value
giant,990001,8,7
giant,990002,5,5
giant,990003,1,4
giant,990004,2,3
giant,990091,5,5
innovative,990001,320,300
innovative,990002,262,290
innovative,990003,,120
innovative,990004,110,120
innovative,990091,150,110
innovative,990092,60,60
"""

# Of the stock of a title: awaiting review (part of the value) and under publicity (beside it).
AWAITING = {"innovative": 12}
PUBLICITY = {"giant": 3}
EVER_MORE = 6
# The one indicator that enterprises answer for, and the tier of those who are asked.
ANSWERED, ASKED_TIER = "control", "srdi"

OUTLOOK = (
    *(f"cast(null as double) as {name}" for name in ("median", "low_50", "high_50", "low_80", "high_80", "chance")),
    "cast(null as text) as forecast_model",
    "cast(null as int) as forecast_points",
)

UNITS = (
    ("industry", "市工信局", "Industry Bureau"),
    ("science", "市科技局", "Science Bureau"),
    ("finance", "市金融监管局", "Finance Bureau"),
    ("market", "市市场监管局", "Market Regulation Bureau"),
)


def publish(folder: Path, build_id: str = "20260112T093000000-a41f22", *, is_demo: bool = True) -> str:
    """Write the invented build into a data folder and point to it. Returns its id."""
    builds = folder / "builds"
    builds.mkdir(parents=True, exist_ok=True)
    file = builds / f"{build_id}.duckdb"
    file.write_bytes(_written())
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "insert into meta.build values (?, timestamp '2026-01-12 09:30:00', 'in', 'cat', '0.1.0', ?, ?, null)",
            [build_id, is_demo, CUTOFF],
        )
    (builds / "current").write_text(build_id + "\n", encoding="utf-8")
    return build_id


@lru_cache(maxsize=1)
def _written() -> bytes:
    """The file of the invented build without its name, written once for all tests of a run."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "invented.duckdb"
        with duckdb.connect(str(file)) as connection:
            connection.begin()
            connection.execute(TABLES)
            connection.execute(invented_titles.TABLES)
            _insert_catalog(connection)
            for position, target in enumerate(_rows(TARGETS)):
                _insert_target(connection, target, position)
            for row in _rows(AREA_ROWS):
                _insert_area_row(connection, row)
            _insert_progress(connection)
            _insert_enterprises(connection)
            connection.execute(
                "insert into meta.change values ('example', 'giant', '990000', ?, 20, 21, 'missed', 'missed'),"
                " ('example', 'champion', '990000', ?, 4, 5, 'missed', 'met')",
                [DUE, DUE],
            )
            connection.commit()
        return file.read_bytes()


def _rows(block: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(block)))


def _number(text: str) -> float | None:
    return float(text) if text else None


def _insert_catalog(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "insert into core.plan values ('example', '示例市专精特新培育行动计划（示例）',"
        " 'Example City SRDI plan (example)', '示例市 2023–2025', 'Example City 2023–2025', '990000',"
        " date '2023-01-01', date '2025-12-31',"
        " 'starts_on', '虚构的计划', 'An invented plan', false)"
    )
    for row in _rows(AREAS):
        parent = None if row["kind"] == "city" else CITY
        names = [row[key] for key in ("name_zh", "name_en", "short_zh", "short_en")]
        connection.execute(
            "insert into core.area values (?, ?, null, ?, ?, ?, ?, ?, null, null, ?)",
            [row["area_code"], parent, row["kind"], *names, int(row["sort"])],
        )
        connection.execute(
            "insert into core.plan_area values ('example', ?, ?, ?, ?)",
            [row["area_code"], row["rank_group"], row["kind"] != "city", int(row["sort"])],
        )
    for unit in UNITS:
        connection.execute("insert into core.plan_unit values ('example', ?, ?, ?)", list(unit))
    for row in _rows(INDICATORS):
        names = [row[key] for key in ("name_zh", "name_en", "short_zh", "short_en")]
        tier = row["id"] if row["unit"] == "enterprise" else None
        formula = "tier_count" if tier else "mean_of_enterprise_ratios" if row["id"] == ANSWERED else "reported"
        connection.execute(
            "insert into core.indicator values (?, ?, ?, ?, ?, ?, ?, ?, ?, '期末在有效期内的企业数（示例）。',"
            " 'Enterprises in force at period end (example).', null, null, 'R', ?)",
            [row["id"], *names, row["unit"], int(row["decimals"]), row["direction"], formula, tier],
        )
    for threshold_id, value in THRESHOLDS.items():
        connection.execute(
            "insert into core.threshold values (?, ?, ?, ?, ?, '示例', 'Example', 'R')",
            [threshold_id, value, "percentage_point", f"示例判定线 {threshold_id}", f"Example {threshold_id}"],
        )
    connection.execute(
        "insert into core.source_file values ('f1', '示例名单.xlsx', 'list', '示例市工信局', date '2026-01-10', null,"
        " null, 40, 40, 37, 2, 1, 0, 0)"
    )


def _insert_target(connection: duckdb.DuckDBPyConnection, row: dict[str, str], position: int) -> None:
    indicator = next(entry for entry in _rows(INDICATORS) if entry["id"] == row["id"])
    commitment = "aspirational" if row["id"] == "clusters" else "binding"
    is_count = indicator["unit"] == "enterprise"
    assumed = "starts_on" if row["id"] == "giant" else ""
    connection.execute(
        "insert into core.target values (?, 'example', ?, ?, ?, ?, null, ?, ?, ?, date '2023-01-01', ?, null, null,"
        " null, ?, 'plan', null, null, ?, '主要目标（示例）', 'Main goals (example)', ?, ?, '一（三）', ?, ?, ?, null)",
        [
            *(row["id"], row["id"], CITY, row["comparator"], float(row["value"]), _number(row["tolerance"])),
            *(indicator["unit"], "in_force" if is_count else "level", DUE, commitment, assumed),
            *(row["wording_zh"], row["wording_en"], row["owners"], row["headline"] == "1", position),
        ],
    )
    for number, as_of in enumerate(AS_OF_DATES, start=1):
        _insert_observation(connection, row["id"], CITY, as_of, _number(row[f"v{number}"]), is_count)


def _insert_area_row(connection: duckdb.DuckDBPyConnection, row: dict[str, str]) -> None:
    connection.execute(
        "insert into core.target select * replace (? as area_code, ? as value, 'entered' as origin)"
        " from core.target where target_id = ? and area_code = ?",
        [row["area_code"], float(row["target_value"]), row["target"], CITY],
    )
    for as_of in AS_OF_DATES[1:]:
        _insert_observation(connection, row["target"], row["area_code"], as_of, _number(row["value"]), True)


def _insert_observation(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    area_code: str,
    as_of: dt.date,
    value: float | None,
    is_count: bool,
) -> None:
    awaiting = AWAITING.get(indicator_id, 0) if area_code == CITY else 0
    publicity = PUBLICITY.get(indicator_id, 0) if area_code == CITY else 0
    state = "ok" if value is not None else "not_reported"
    counts = [value - awaiting, awaiting, publicity] if is_count and value is not None else [None, None, None]
    rows = [("in_force" if is_count else "level", value, counts)]
    if is_count:
        more = EVER_MORE if area_code == CITY else 0
        rows.append(("ever", None if value is None else value + more, [None, None, None]))
    for basis, shown, parts in rows:
        connection.execute(
            "insert into mart.observation (indicator_id, area_code, period_end, basis, value, in_force, awaiting,"
            " publicity, source_period_end, state) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [indicator_id, area_code, as_of, basis, shown, *parts, None if is_count else as_of, state],
        )


def _insert_enterprises(connection: duckdb.DuckDBPyConnection) -> None:
    """Titles, answers and cells behind every number."""
    connection.execute(invented_titles.MEASURES)
    connection.execute(
        "insert into core.area_closure select area_code, area_code from core.area"
        " union all select area_code, parent_code from core.area where parent_code is not null"
    )
    areas = _rows(AREA_ROWS)
    register = invented_titles.Register()
    valued: dict[str, dict[dt.date, float]] = {}
    indicators = {row["id"]: row for row in _rows(INDICATORS)}
    for place, target in enumerate(_rows(TARGETS)):
        indicator_id, names = target["id"], indicators[target["id"]]
        values = {as_of: _number(target[f"v{number}"]) for number, as_of in enumerate(AS_OF_DATES, start=1)}
        known = {as_of: value for as_of, value in values.items() if value is not None}
        if names["unit"] == "enterprise":
            titles = [names[key] for key in ("name_zh", "name_en", "short_zh", "short_en")]
            connection.execute("insert into core.tier values (?, ?, ?, ?, ?, ?)", [indicator_id, *titles, place])
            connection.execute("insert into core.tier_inclusion values (?, ?, 0)", [indicator_id, indicator_id])
            if known:
                september, december, january = (int(value) for value in known.values())
                register.add_tier(
                    indicator_id,
                    (september, december, january),
                    {row["area_code"]: int(row["value"] or 0) for row in areas if row["target"] == indicator_id},
                    awaiting=AWAITING.get(indicator_id, 0),
                    publicity=PUBLICITY.get(indicator_id, 0),
                    lapsed=EVER_MORE,
                )
        else:
            valued[indicator_id] = known
    register.insert(connection)
    for indicator_id, known in valued.items():
        _insert_values(connection, indicator_id, known)
    invented_titles.insert_small_facts(connection)


def _insert_values(connection: duckdb.DuckDBPyConnection, indicator_id: str, known: dict[dt.date, float]) -> None:
    is_answered = indicator_id == ANSWERED
    formula = "mean_of_enterprise_ratios" if is_answered else "reported"
    asked = [ASKED_TIER, "key_processes_controlled", "key_processes", "enterprise", "enterprise", False, 100]
    source = asked if is_answered else [None, None, None, "area", "area", True, 1]
    connection.execute(
        "insert into mart.indicator_source values (?, ?, ?, ?, ?, ?, ?, ?, ?, null)", [indicator_id, formula, *source]
    )
    if is_answered:
        invented_titles.insert_answers(connection, ASKED_TIER, known)
    for place, (period_end, value) in enumerate(known.items(), start=3):
        connection.execute(
            "insert into mart.period_value values (?, ?, ?, ?, null, null, 1, 1)",
            [indicator_id, CITY, period_end, value],
        )
        if not is_answered:
            connection.execute(
                "insert into core.reported_value values (?, ?, ?, ?, null, null, 'f1', '报表', ?, 'C')",
                [CITY, indicator_id, period_end, value, place],
            )


def _insert_progress(connection: duckdb.DuckDBPyConnection) -> None:
    targets = connection.sql(
        "select target.*, direction, tier from core.target join core.indicator using (indicator_id)"
    )
    observations = connection.sql("from mart.observation").pl()
    assessed = progress(targets.pl(), observations, THRESHOLDS)
    connection.register("assessed", assessed)
    # Nothing is forecast here: what a build adds to progress stays empty.
    connection.execute(f"create table mart.progress as select *, {', '.join(OUTLOOK)} from assessed")
