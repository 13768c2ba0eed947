-- one row per month end at which the numbers of a plan stand, newest first; of its units where the whole is not seen
select distinct observation.period_end as as_of
from core.plan
left join core.area as whole on whole.area_code = plan.area_code
left join core.plan_area as unit on unit.plan_id = plan.plan_id and whole.area_code is null
join mart.observation on observation.area_code = coalesce(unit.area_code, plan.area_code)
where plan.plan_id = $plan_id
order by as_of desc
