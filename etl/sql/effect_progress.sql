-- one row per target, area and due date: what a build says of it at the end of a month
select plan_id, indicator_id, target_id, area_code, due_on, value, state
from mart.progress
where as_of = $as_of and is_current
