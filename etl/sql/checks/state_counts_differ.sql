-- one row per plan and as-of month whose counted states are not its targets and areas: each stands in one state
with task as (
    select plan_id, as_of, count(distinct target_id || ' ' || area_code) as tasks
    from mart.progress
    group by plan_id, as_of
),
counted as (
    select plan_id, as_of, sum(targets) as targets from mart.state_count group by plan_id, as_of
)
select task.plan_id, task.as_of, task.tasks, counted.targets
from task
left join counted on counted.plan_id = task.plan_id and counted.as_of = task.as_of
where counted.targets is null or counted.targets <> task.tasks;
