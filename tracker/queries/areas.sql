-- one row per reporting unit of a plan, the whole first, then counties and zones in administrative order
select
    area.area_code,
    case $language when 'zh' then area.short_zh else area.short_en end as short,
    case
        when area.area_code = plan.area_code then 'total'
        else plan_area.rank_group
    end as rank_group,
from core.plan
join core.area on true
left join core.plan_area
    on plan_area.plan_id = plan.plan_id and plan_area.area_code = area.area_code
where plan.plan_id = $plan_id
    and (area.area_code = plan.area_code or plan_area.area_code is not null)
order by area.area_code <> plan.area_code, plan_area.sort, area.area_code
