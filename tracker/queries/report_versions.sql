-- one row per file that states values of an area and period which another file states too, or that was replaced
with stated as (
    select
        value.area_code, value.period_end, 'area' as level, value.area_code as subject, value.indicator_id as measure,
        value.file_id
    from core.reported_value as value
    union
    select
        reading.area_code, value.period_end, 'enterprise', cast(value.enterprise_id as varchar), value.measure,
        value.file_id
    from core.enterprise_value as value
    inner join core.source_reading as reading on reading.reading_id = value.reading_id
),
-- the newest statement of each value holds; the order is that of the observations
ordered as (
    select
        stated.*,
        row_number() over (
            partition by stated.level, stated.subject, stated.measure, stated.period_end
            order by file.received_on desc, stated.file_id desc
        ) as place,
        count(*) over (
            partition by stated.level, stated.subject, stated.measure, stated.period_end
        ) as statements
    from stated
    inner join core.source_file as file on file.file_id = stated.file_id
),
version as (
    select
        area_code, period_end, level, file_id,
        count(*) as stated,
        sum(case when statements > 1 and place = 1 then 1 else 0 end) as replacing,
        sum(case when place > 1 then 1 else 0 end) as replaced
    from ordered
    group by area_code, period_end, level, file_id
)
select
    version.level,
    version.period_end,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    file.original_name,
    file.received_on,
    version.stated,
    version.replacing,
    version.replaced,
    cast(null as varchar) as replaced_by,
from version
inner join core.source_file as file on file.file_id = version.file_id
inner join core.area as area on area.area_code = version.area_code
inner join core.plan as plan on plan.plan_id = $plan_id
inner join core.area_closure as inside
    on inside.area_code = version.area_code and inside.ancestor_code = plan.area_code
where version.replacing > 0 or version.replaced > 0
union all
-- a file that another one was said to replace states nothing any more, and is kept
select
    coalesce(said.level, case file.kind when 'area_values' then 'area' else 'enterprise' end),
    said.period_end,
    case $language when 'zh' then area.short_zh else area.short_en end,
    file.original_name,
    file.received_on,
    0,
    0,
    0,
    newer.original_name,
from core.source_file as newer
inner join core.source_file as file on file.file_id = newer.supersedes
-- one report replaces only another of the same unit and period, so that what the newer one states was stated before
left join version as said on said.file_id = newer.file_id
left join core.area as area on area.area_code = said.area_code
where newer.kind in ('area_values', 'enterprise_values')
order by period_end desc nulls last, area_short, level, received_on desc, original_name
