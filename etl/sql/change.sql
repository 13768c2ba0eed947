-- one row per target and area, or tier count that is no target of its plan, that differs from the build before: at the
-- newest month of both builds, and where this build reaches further, its newest month against the newest before
create table meta.change as
with newest as (
    select
        (select max(period_end) from mart.observation) as after_month,
        (select max(period_end) from before.mart.observation) as before_month
),
compared as (
    select
        least(coalesce(before_month, after_month), after_month) as as_of_before,
        least(coalesce(before_month, after_month), after_month) as as_of
    from newest
    union all
    select before_month as as_of_before, after_month as as_of from newest where after_month > before_month
),
later as (
    select
        compared.as_of_before, compared.as_of, progress.plan_id, progress.indicator_id, progress.target_id,
        progress.area_code, progress.due_on, progress.value, progress.state
    from compared
    inner join mart.progress as progress on progress.as_of = compared.as_of
),
earlier as (
    select
        compared.as_of_before, compared.as_of, progress.plan_id, progress.indicator_id, progress.target_id,
        progress.area_code, progress.due_on, progress.value, progress.state
    from compared
    inner join before.mart.progress as progress on progress.as_of = compared.as_of_before
),
target_change as (
    select
        coalesce(later.plan_id, earlier.plan_id) as plan_id,
        coalesce(later.indicator_id, earlier.indicator_id) as indicator_id,
        coalesce(later.target_id, earlier.target_id) as target_id,
        coalesce(later.area_code, earlier.area_code) as area_code,
        coalesce(later.due_on, earlier.due_on) as due_on,
        coalesce(later.as_of_before, earlier.as_of_before) as as_of_before,
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
        and earlier.as_of = later.as_of
        and earlier.as_of_before = later.as_of_before
    where
        -- a target that was not there before and has no data yet, or has not begun, is no change of a number
        not (earlier.state is null and later.state in ('no_data', 'not_started'))
        and (
            later.value is distinct from earlier.value
            or coalesce(later.state, 'no_data') <> coalesce(earlier.state, 'no_data')
        )
),
-- titles that a plan sets no target for still have lists: their number by area
reporting as (
    select plan.plan_id, plan.area_code
    from core.plan as plan
    union
    select plan_area.plan_id, plan_area.area_code
    from core.plan_area as plan_area
),
untargeted as (
    select reporting.plan_id, reporting.area_code, indicator.indicator_id
    from reporting
    cross join core.indicator as indicator
    left join core.target as target
        on target.plan_id = reporting.plan_id
        and target.indicator_id = indicator.indicator_id
    where indicator.formula = 'tier_count' and target.target_id is null
),
count_change as (
    select
        untargeted.plan_id, untargeted.indicator_id, cast(null as varchar) as target_id, untargeted.area_code,
        cast(null as date) as due_on, compared.as_of_before, compared.as_of,
        earlier.value as value_before, later.value as value_after,
        cast(null as varchar) as state_before, cast(null as varchar) as state_after
    from untargeted
    cross join compared
    left join mart.observation as later
        on later.indicator_id = untargeted.indicator_id
        and later.area_code = untargeted.area_code
        and later.basis = 'in_force'
        and later.period_end = compared.as_of
    left join before.mart.observation as earlier
        on earlier.indicator_id = untargeted.indicator_id
        and earlier.area_code = untargeted.area_code
        and earlier.basis = 'in_force'
        and earlier.period_end = compared.as_of_before
    where later.value is distinct from earlier.value
)
select
    plan_id, indicator_id, target_id, area_code, due_on, as_of_before, as_of, value_before, value_after, state_before,
    state_after
from target_change
union all
select
    plan_id, indicator_id, target_id, area_code, due_on, as_of_before, as_of, value_before, value_after, state_before,
    state_after
from count_change
order by plan_id, as_of, target_id, indicator_id, area_code, due_on;
