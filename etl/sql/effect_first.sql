-- one row per target and area with a value in the first build there is: what is said for the first time
select
    progress.plan_id,
    progress.indicator_id,
    progress.target_id,
    progress.area_code,
    progress.due_on,
    progress.as_of as as_of_before,
    progress.as_of,
    cast(null as double) as value_before,
    progress.value as value_after,
    cast(null as varchar) as state_before,
    progress.state as state_after
from mart.progress as progress
where progress.as_of = $as_of and progress.is_current and progress.value is not null
order by progress.plan_id, progress.target_id, progress.area_code, progress.due_on
