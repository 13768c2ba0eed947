-- one row per tracked area of a viewed area, with the reporting unit of the plan that it is part of
select
    inside.area_code,
    coalesce(unit.area_code, inside.area_code) as unit_code,
    case $language when 'zh' then area.short_zh else area.short_en end as short,
    unit.area_code is not distinct from inside.area_code as is_unit,
    row_number() over (
        order by inside.area_code <> $area_code, area.kind = 'unassigned', unit.sort, area.sort, inside.area_code
    ) as place,
from core.area_closure as inside
join core.area using (area_code)
left join (
    select closure.area_code as below, plan_area.area_code, plan_area.sort
    from core.area_closure as closure
    join core.plan_area on plan_area.area_code = closure.ancestor_code
    where plan_area.plan_id = $plan_id and plan_area.is_summed
) as unit on unit.below = inside.area_code
where inside.ancestor_code = $area_code
order by place
