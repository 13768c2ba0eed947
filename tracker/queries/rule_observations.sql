-- one row per indicator, area, month end and basis that a plan's targets need, counted by a viewer's switches
with counted as (
    select
        indicator_id,
        area_code,
        period_end,
        basis,
        case
            when value is null or in_force is null then value
            else in_force
                + case when $with_awaiting then coalesce(awaiting, 0) else 0 end
                + case when $with_publicity then coalesce(publicity, 0) else 0 end
        end as value,
        state,
    from mart.observation
    where period_end <= $as_of
        and (indicator_id, area_code) in (
            select target.indicator_id, coalesce(target.area_code, plan.area_code)
            from core.target
            join core.plan using (plan_id)
            where plan_id = $plan_id
        )
)

select indicator_id, area_code, period_end, basis, value, state
from counted
where not ($basis = 'ever' and basis = 'in_force')
union all
-- Titles ever held stand in for the titles in force.
select indicator_id, area_code, period_end, 'in_force', value, state
from counted
where $basis = 'ever' and basis = 'ever'
