-- one row per plan, target, part of the plan's area and due date that somebody has decided on, by the newest decision;
-- no value: exempt from the task
with stated as (
    select plan_id, target_id, area_code, due_on, decided_on, value from core.target where origin <> 'estimated'
    union all
    select plan_id, target_id, area_code, due_on, decided_on, cast(null as double) as value from core.target_exemption
),
ranked as (
    select
        stated.plan_id, stated.target_id, stated.area_code, stated.due_on, stated.value,
        row_number() over (
            partition by stated.plan_id, stated.target_id, stated.area_code, stated.due_on
            order by stated.decided_on desc nulls last
        ) as rank
    from stated
    inner join core.plan as plan on plan.plan_id = stated.plan_id
    where stated.area_code <> plan.area_code
)
select plan_id, target_id, area_code, due_on, value
from ranked
where rank = 1
order by plan_id, target_id, due_on, area_code;
