-- one row per area of a plan and tier of which there are lists: how many hold the title on a day, those awaiting review, those under publicity
select
    observation.area_code,
    indicator.tier,
    observation.value,
    observation.awaiting,
    observation.publicity
from mart.observation as observation
inner join core.indicator as indicator on indicator.indicator_id = observation.indicator_id
inner join core.area as area on area.area_code = observation.area_code
where
    indicator.formula = 'tier_count'
    and observation.basis = 'in_force'
    and observation.period_end = $as_of
    and observation.value is not null
    and (
        observation.area_code in (select plan.area_code from core.plan as plan)
        or observation.area_code in (select plan_area.area_code from core.plan_area as plan_area)
    )
order by area.sort, observation.area_code, indicator.tier
