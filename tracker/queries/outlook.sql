-- one row per target, area and due date of a plan at an as-of date: what to expect at the due date, and from how much
select
    target_id,
    area_code,
    due_on,
    is_current,
    value,
    target_value,
    median,
    low_50,
    high_50,
    low_80,
    high_80,
    chance,
    forecast_model,
    forecast_points
from mart.progress
where plan_id = $plan_id and as_of = $as_of
order by target_id, area_code, due_on
