-- one row per task and reporting unit of a plan that has reported: its newest report
with ranked as (
    select
        measure_id, unit, area_code, status, reported_on, note, evidence,
        row_number() over (
            partition by measure_id, unit, area_code
            order by reported_on desc, received_on desc, file_id desc
        ) as place
    from core.measure_report
    where plan_id = $plan_id
)
select measure_id, unit, area_code, status, reported_on, note, evidence
from ranked
where place = 1
order by measure_id, unit, area_code;
