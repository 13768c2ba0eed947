-- one row per task and unit that reports on it, with its newest report up to the as-of date
select
    measure.measure_id,
    case $language when 'zh' then measure.title_zh else measure.title_en end as title,
    measure.section,
    measure.due_on,
    measure.owner_units,
    owner.unit,
    owner.area_code,
    owner.is_lead,
    case when owner.area_code = plan.area_code then owner.unit else owner.area_code end as reporter,
    case
        when owner.area_code <> plan.area_code and $language = 'zh' then area.name_zh
        when owner.area_code <> plan.area_code then area.name_en
        when $language = 'zh' then unit.name_zh
        else unit.name_en
    end as name,
    coalesce(report.status, 'not_reported') as status,
    report.reported_on,
    report.note,
    report.evidence,
from core.measure
join core.plan using (plan_id)
join core.measure_owner as owner using (plan_id, measure_id)
join core.plan_unit as unit on unit.plan_id = owner.plan_id and unit.unit = owner.unit
join core.area on area.area_code = owner.area_code
left join (
    select
        *,
        row_number() over (
            partition by measure_id, unit, area_code
            order by reported_on desc, received_on desc, file_id desc
        ) as place
    from core.measure_report
    where plan_id = $plan_id and reported_on <= $as_of
) as report
    on report.measure_id = owner.measure_id
    and report.unit = owner.unit
    and report.area_code = owner.area_code
    and report.place = 1
where measure.plan_id = $plan_id
order by measure.sort, owner.sort
