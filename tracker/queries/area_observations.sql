-- one row per area of a plan with a value of an indicator at an as-of date, counted by a viewer's switches
select
    observation.area_code,
    case $language when 'zh' then area.short_zh else area.short_en end as short,
    plan_area.rank_group,
    plan_area.is_summed,
    case
        when observation.value is null or observation.in_force is null then observation.value
        else observation.in_force
            + case when $with_awaiting then coalesce(observation.awaiting, 0) else 0 end
            + case when $with_publicity then coalesce(observation.publicity, 0) else 0 end
    end as value,
    observation.state,
from mart.observation as observation
join core.plan_area as plan_area
    on plan_area.plan_id = $plan_id and plan_area.area_code = observation.area_code
join core.area on area.area_code = observation.area_code
where observation.indicator_id = $indicator_id
    and observation.basis = $basis
    and observation.period_end = $as_of
order by plan_area.sort
