-- one row per indicator, area, month end and basis that a plan's targets need, with the parts that switches add
select indicator_id, area_code, period_end, basis, value, in_force, awaiting, publicity, source_period_end, state
from mart.observation
where period_end <= $as_of
    and (indicator_id, area_code) in (
        select target.indicator_id, coalesce(target.area_code, plan.area_code)
        from core.target
        join core.plan using (plan_id)
        where plan_id = $plan_id
    )
