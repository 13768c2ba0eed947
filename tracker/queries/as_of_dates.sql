-- one row per month end at which the numbers of a plan stand, newest first
select distinct observation.period_end as as_of
from mart.observation
join core.plan on plan.area_code = observation.area_code
where plan.plan_id = $plan_id
order by as_of desc
