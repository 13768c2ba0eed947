-- one row per month end with progress of a plan, newest first
select distinct as_of
from mart.progress
where plan_id = $plan_id
order by as_of desc
