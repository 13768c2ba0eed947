-- one row per target, area, due date and method of a plan at an as-of date, by the default rule
select target_id, area_code, due_on, method, value, class
from mart.second_opinion
where plan_id = $plan_id and as_of = $as_of
