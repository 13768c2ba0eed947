-- one row per target, area and due date of a plan at an as-of date, by the default rule
select
    target_id,
    area_code,
    due_on,
    value,
    judged_value,
    target_value,
    baseline_value,
    completion,
    increment_completion,
    elapsed,
    expected_value,
    lead_points,
    gap,
    needed_per_month,
    state,
from mart.progress
where plan_id = $plan_id and as_of = $as_of
