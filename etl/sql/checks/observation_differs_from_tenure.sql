-- one row per indicator whose newest count in all tracked areas is not the number of stretches that hold that day
with newest as (
    select max(month_end) as day from core.calendar
),
held as (
    select
        tenure.tier,
        sum(case when tenure.status = 'in_force' then 1 else 0 end) as in_force,
        sum(case when tenure.status = 'awaiting_review' then 1 else 0 end) as awaiting
    from core.tenure as tenure
    cross join newest
    where tenure.from_on <= newest.day and tenure.to_on > newest.day
    group by tenure.tier
),
-- plans' areas and those that are only ranked with one: each tracked area that is no part of another tracked one
root as (
    select area.area_code
    from core.area as area
    left join core.area as parent on parent.area_code = area.parent_code
    where area.is_tracked and not coalesce(parent.is_tracked, false)
),
counted as (
    select indicator.tier, sum(observation.in_force) as in_force, sum(observation.awaiting) as awaiting
    from mart.observation as observation
    inner join core.indicator as indicator on indicator.indicator_id = observation.indicator_id
    inner join root on root.area_code = observation.area_code
    inner join newest on newest.day = observation.period_end
    where observation.basis = 'in_force'
    group by indicator.tier
)
select counted.tier, counted.in_force, held.in_force as held_in_force
from counted
left join held on held.tier = counted.tier
where
    counted.in_force <> coalesce(held.in_force, 0)
    or counted.awaiting <> coalesce(held.awaiting, 0);
