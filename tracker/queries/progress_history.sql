-- one row per area and month end of a target's task up to an as-of date, by the default rule
select
    area_code,
    as_of,
    value,
    target_value,
    baseline_value,
    expected_value,
    lead_points,
    state,
from mart.progress
where plan_id = $plan_id and target_id = $target_id and due_on = $due_on and as_of <= $as_of
order by area_code, as_of
