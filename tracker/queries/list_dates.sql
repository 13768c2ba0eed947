-- one row per tier, batch and day of a list of new titles that reaches a plan's area, up to an as-of date
select plan_id, tier, batch, event_on
from mart.list_date
where plan_id = $plan_id and event_on <= $as_of
