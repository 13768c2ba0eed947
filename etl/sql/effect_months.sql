-- one row per target, area, due date and month: what a build says of it
select plan_id, indicator_id, target_id, area_code, due_on, as_of, value
from mart.progress
where as_of < $until
