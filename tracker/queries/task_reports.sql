-- one row per report of a unit on a task up to the as-of date, the newest first
select
    report.measure_id,
    case $language when 'zh' then measure.title_zh else measure.title_en end as title,
    case when report.area_code = plan.area_code then report.unit else report.area_code end as reporter,
    report.status,
    report.reported_on,
    report.note,
    report.evidence,
    file.original_name,
from core.measure_report as report
join core.plan using (plan_id)
join core.measure using (plan_id, measure_id)
join core.source_file as file using (file_id)
where report.plan_id = $plan_id and report.reported_on <= $as_of
order by report.reported_on desc, measure.sort
