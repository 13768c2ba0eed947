-- one row per tier that is asked for values, tracked area and day (a month end or the end of a reported period)
create table mart.population as
with tier as (
    select distinct population as tier from mart.indicator_source where population is not null
),
day as (
    select month_end as day from core.calendar
    union
    select period_end as day from core.enterprise_value
    union
    select period_end as day from core.reported_value
),
-- the holders on a day are what the changes up to it add up to; those with the same events are counted at once
change_on as (
    select held.tier, held.area_code, held.from_on as day, sum(example.enterprises) as step
    from core.example_tenure as held
    inner join core.example on example.enterprise_id = held.enterprise_id
    where held.status in ('in_force', 'awaiting_review')
    group by held.tier, held.area_code, held.from_on
    union all
    select held.tier, held.area_code, held.to_on as day, -sum(example.enterprises) as step
    from core.example_tenure as held
    inner join core.example on example.enterprise_id = held.enterprise_id
    where held.status in ('in_force', 'awaiting_review')
    group by held.tier, held.area_code, held.to_on
),
step as (
    select change_on.tier, closure.ancestor_code as area_code, change_on.day, change_on.step
    from change_on
    inner join tier on tier.tier = change_on.tier
    inner join core.area_closure as closure on closure.area_code = change_on.area_code
    union all
    select tier.tier, area.area_code, day.day, 0 as step
    from tier
    cross join core.area as area
    cross join day
    where area.is_tracked
),
daily as (
    select tier, area_code, day, sum(step) as step from step group by tier, area_code, day
),
running as (
    select
        tier, area_code, day,
        sum(step) over (
            partition by tier, area_code order by day rows between unbounded preceding and current row
        ) as enterprises
    from daily
)
select running.tier, running.area_code, running.day, cast(running.enterprises as integer) as enterprises
from running
inner join day on day.day = running.day
order by running.tier, running.area_code, running.day;
