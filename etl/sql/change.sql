-- one row per target and area whose value or state at the newest month of both builds differs from the build before
create table meta.change as
with common as (
    select min(newest.month) as month
    from (
        select max(as_of) as month from mart.progress
        union all
        select max(as_of) as month from before.mart.progress
    ) as newest
),
later as (
    select plan_id, target_id, area_code, due_on, as_of, value, state
    from mart.progress
    where as_of = (select month from common)
),
earlier as (
    select plan_id, target_id, area_code, due_on, as_of, value, state
    from before.mart.progress
    where as_of = (select month from common)
)
select
    coalesce(later.plan_id, earlier.plan_id) as plan_id,
    coalesce(later.target_id, earlier.target_id) as target_id,
    coalesce(later.area_code, earlier.area_code) as area_code,
    coalesce(later.due_on, earlier.due_on) as due_on,
    coalesce(later.as_of, earlier.as_of) as as_of,
    earlier.value as value_before,
    later.value as value_after,
    earlier.state as state_before,
    later.state as state_after
from later
full outer join earlier
    on earlier.plan_id = later.plan_id
    and earlier.target_id = later.target_id
    and earlier.area_code = later.area_code
    and earlier.due_on = later.due_on
where
    later.value is distinct from earlier.value
    -- a target that was not there before and has no data yet is no change of a number
    or coalesce(later.state, 'no_data') <> coalesce(earlier.state, 'no_data')
order by 1, 2, 3, 4;
