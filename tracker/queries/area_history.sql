-- one row per task of an area and month end of the last months up to an as-of date, oldest first, by the default rule
select target_id, due_on, as_of, value
from mart.progress
where plan_id = $plan_id
    and area_code = $area_code
    and as_of <= $as_of
    and as_of > last_day(cast($as_of as date) - to_months($months))
order by target_id, due_on, as_of
