-- one row per area of a plan with a value of an indicator at an as-of date, with the parts that switches add
select
    observation.area_code,
    case $language when 'zh' then area.short_zh else area.short_en end as short,
    plan_area.rank_group,
    plan_area.is_summed,
    observation.value,
    observation.in_force,
    observation.awaiting,
    observation.publicity,
    observation.state,
from mart.observation as observation
join core.plan_area as plan_area
    on plan_area.plan_id = $plan_id and plan_area.area_code = observation.area_code
join core.area on area.area_code = observation.area_code
where observation.indicator_id = $indicator_id
    and observation.basis = $basis
    and observation.period_end = $as_of
order by plan_area.sort
