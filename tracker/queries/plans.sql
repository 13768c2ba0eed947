-- one row per plan that the build knows any number of, with targets or without, in the order of the catalogue
select
    plan.plan_id,
    plan.area_code,
    case $language when 'zh' then plan.name_zh else plan.name_en end as name,
    case $language when 'zh' then plan.short_zh else plan.short_en end as short,
    case $language when 'zh' then plan.source_zh else plan.source_en end as source,
    plan.is_draft,
    plan.assumed,
    plan.starts_on,
    plan.ends_on,
from core.plan
where exists (
    from mart.observation
    where observation.value is not null
        and (
            observation.area_code = plan.area_code
            or observation.area_code in (select area_code from core.plan_area where plan_id = plan.plan_id)
        )
)
order by plan.rowid
