-- one row per indicator, area and basis of a plan's targets at an as-of date: what must stand beside the value
select
    indicator_id,
    area_code,
    basis,
    awaiting,
    publicity,
    expected_units,
    reported_units,
    state as observation_state,
    source_period_end,
from mart.observation
where period_end = $as_of
    and (indicator_id, area_code) in (
        select target.indicator_id, coalesce(target.area_code, plan.area_code)
        from core.target
        join core.plan using (plan_id)
        where plan_id = $plan_id
    )
