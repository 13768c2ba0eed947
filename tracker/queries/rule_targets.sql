-- one row per target, area, due date and decision of a plan: the input of tracker.progress
select
    target.plan_id,
    target.target_id,
    target.indicator_id,
    coalesce(target.area_code, plan.area_code) as area_code,
    target.comparator,
    target.value,
    target.value_high,
    target.tolerance,
    target.basis,
    coalesce(target.starts_on, plan.starts_on) as starts_on,
    coalesce(target.due_on, plan.ends_on) as due_on,
    target.baseline_on,
    target.baseline_value,
    target.pace_basis,
    target.decided_on,
    target.exempt_on,
    indicator.direction,
    indicator.tier,
from core.target
join core.plan using (plan_id)
join core.indicator using (indicator_id)
where plan_id = $plan_id
