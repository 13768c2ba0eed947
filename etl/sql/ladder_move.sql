-- one row per rung (the pool or a tier), area and month end: who stands there, and what changed since the year began
-- Both ends are compared: who comes and goes within a year shows in neither. A higher title counts in the lower ones,
-- as in mart.observation; titles awaiting review count. An enterprise that moves between areas is among the entries of
-- one and the exits of the other, and named apart. stock_before + entries + promotions - exits = stock.

-- one row per stretch of days [from_on, to_on) on a rung of an enterprise that stands for all with the same history
create temporary table stood as
with entered as (
    -- an entry without a day counts from ever
    select
        entry.enterprise_id, entry.area_code, coalesce(entry.entered_on, date '1900-01-01') as from_on,
        coalesce(entry.left_on, date '9999-12-31') as to_on
    from core.pool_entry as entry
    inner join core.example on example.enterprise_id = entry.enterprise_id
),
changing as (
    select enterprise_id, from_on as day from entered
    union
    select enterprise_id, to_on as day from entered
),
stretch as (
    select enterprise_id, day as from_on, lead(day) over (partition by enterprise_id order by day) as to_on
    from changing
),
-- of several pools that hold it at once the one entered last says where it stands
held as (
    select
        stretch.enterprise_id, stretch.from_on, stretch.to_on, entered.area_code,
        row_number() over (
            partition by stretch.enterprise_id, stretch.from_on order by entered.from_on desc, entered.area_code
        ) as place
    from stretch
    inner join entered
        on entered.enterprise_id = stretch.enterprise_id
        and entered.from_on <= stretch.from_on
        and entered.to_on > stretch.from_on
)
select 'pool' as rung, held.enterprise_id, held.area_code, held.from_on, held.to_on, example.enterprises
from held
inner join core.example on example.enterprise_id = held.enterprise_id
where held.place = 1
union all
select tenure.tier as rung, tenure.enterprise_id, tenure.area_code, tenure.from_on, tenure.to_on, example.enterprises
from core.example_tenure as tenure
inner join core.example on example.enterprise_id = tenure.enterprise_id
where tenure.status in ('in_force', 'awaiting_review');

create temporary table rung as
select tier as rung, coalesce(recruits_from, 'pool') as below
from core.tier
where ladder_rank is not null or recruits_from is not null
union all
select 'pool' as rung, cast(null as varchar) as below;

create table mart.ladder_move as
-- areas on the day before and the day after, where it stood on the rung then too
with neighbour as (
    select
        rung, enterprise_id, area_code, from_on, to_on, enterprises,
        case when lag(to_on) over of_holder = from_on then lag(area_code) over of_holder end as area_before,
        case when lead(from_on) over of_holder = to_on then lead(area_code) over of_holder end as area_after
    from stood
    window of_holder as (partition by rung, enterprise_id order by from_on)
),
-- the days on which an enterprise comes to a rung in an area or goes, and how
edge as (
    select
        here.rung, here.enterprise_id, closure.ancestor_code as area_code, here.from_on as day, 1 as step,
        here.enterprises,
        case
            when here.area_before is not null then 'moved_in'
            when exists (
                select 1
                from stood as lower_rung
                inner join rung on rung.below = lower_rung.rung
                where
                    rung.rung = here.rung
                    and lower_rung.enterprise_id = here.enterprise_id
                    and lower_rung.from_on < here.from_on
                    and lower_rung.to_on >= here.from_on
            ) then 'promotion'
            else 'entry'
        end as kind
    from neighbour as here
    inner join core.area_closure as closure on closure.area_code = here.area_code
    left join core.area_closure as elsewhere
        on elsewhere.area_code = here.area_before
        and elsewhere.ancestor_code = closure.ancestor_code
    where elsewhere.area_code is null
    union all
    select
        here.rung, here.enterprise_id, closure.ancestor_code as area_code, here.to_on as day, -1 as step,
        here.enterprises,
        case when here.area_after is not null then 'moved_out' else 'exit' end as kind
    from neighbour as here
    inner join core.area_closure as closure on closure.area_code = here.area_code
    left join core.area_closure as elsewhere
        on elsewhere.area_code = here.area_after
        and elsewhere.ancestor_code = closure.ancestor_code
    where elsewhere.area_code is null
),
-- whether it stood there at the end of the year before, and how it came or went the last time
dated as (
    select
        rung, area_code, last_day(day) as month_end, step, enterprises, kind,
        lag(kind) over (partition by rung, enterprise_id, area_code order by day) as kind_before,
        coalesce(
            sum(step) over (
                partition by rung, enterprise_id, area_code
                order by extract(year from day)
                range between unbounded preceding and 1 preceding
            ),
            0
        ) as stood_before
    from edge
),
-- who stood there can only leave it (and take that back), who did not can only come
changed as (
    select
        rung, area_code, month_end, step * enterprises as net,
        case when (step = 1) = (stood_before = 0) then kind else kind_before end as kind,
        case when (step = 1) = (stood_before = 0) then enterprises else -enterprises end as number
    from dated
),
monthly as (
    select
        rung, area_code, month_end, sum(net) as net,
        sum(case when kind in ('entry', 'moved_in') then number else 0 end) as entries,
        sum(case when kind = 'moved_in' then number else 0 end) as moved_in,
        sum(case when kind = 'promotion' then number else 0 end) as promotions,
        sum(case when kind in ('exit', 'moved_out') then number else 0 end) as exits,
        sum(case when kind = 'moved_out' then number else 0 end) as moved_out
    from changed
    group by rung, area_code, month_end
),
-- before its first list nothing is known of a rung
known as (
    select indicator.tier as rung, observation.area_code, min(observation.period_end) as first_month
    from mart.observation as observation
    inner join core.indicator as indicator on indicator.indicator_id = observation.indicator_id
    where indicator.formula = 'tier_count' and observation.basis = 'in_force' and observation.value is not null
    group by indicator.tier, observation.area_code
    union all
    select 'pool' as rung, area.area_code, min(stood.from_on) as first_month
    from stood
    cross join core.area as area
    where stood.rung = 'pool'
    group by area.area_code
),
-- what lies before the calendar (an entry without a day) is in its first month
placed as (
    select
        monthly.rung, monthly.area_code,
        greatest(monthly.month_end, (select min(month_end) from core.calendar)) as month_end,
        sum(monthly.net) as net, sum(monthly.entries) as entries, sum(monthly.moved_in) as moved_in,
        sum(monthly.promotions) as promotions, sum(monthly.exits) as exits, sum(monthly.moved_out) as moved_out
    from monthly
    group by
        monthly.rung, monthly.area_code, greatest(monthly.month_end, (select min(month_end) from core.calendar))
),
-- where nobody ever came or went there is nothing to add up
moved as (
    select distinct rung, area_code from placed
),
summed as (
    select
        moved.rung, moved.area_code, calendar.month_end,
        sum(coalesce(placed.net, 0)) over so_far as stock,
        sum(coalesce(placed.entries, 0)) over in_year as entries,
        sum(coalesce(placed.moved_in, 0)) over in_year as moved_in,
        sum(coalesce(placed.promotions, 0)) over in_year as promotions,
        sum(coalesce(placed.exits, 0)) over in_year as exits,
        sum(coalesce(placed.moved_out, 0)) over in_year as moved_out
    from moved
    cross join core.calendar as calendar
    left join placed
        on placed.rung = moved.rung
        and placed.area_code = moved.area_code
        and placed.month_end = calendar.month_end
    window
        so_far as (
            partition by moved.rung, moved.area_code order by calendar.month_end
            rows between unbounded preceding and current row
        ),
        in_year as (
            partition by moved.rung, moved.area_code, extract(year from calendar.month_end)
            order by calendar.month_end
            rows between unbounded preceding and current row
        )
),
counted as (
    select
        rung.rung, area.area_code, calendar.month_end,
        coalesce(summed.stock, 0) as stock,
        coalesce(summed.entries, 0) as entries,
        coalesce(summed.moved_in, 0) as moved_in,
        coalesce(summed.promotions, 0) as promotions,
        coalesce(summed.exits, 0) as exits,
        coalesce(summed.moved_out, 0) as moved_out
    from rung
    cross join core.area as area
    cross join core.calendar as calendar
    left join summed
        on summed.rung = rung.rung
        and summed.area_code = area.area_code
        and summed.month_end = calendar.month_end
    where area.is_tracked
)
select
    counted.rung,
    counted.area_code,
    counted.month_end as as_of,
    cast(counted.stock - counted.entries - counted.promotions + counted.exits as integer) as stock_before,
    cast(counted.entries as integer) as entries,
    cast(counted.moved_in as integer) as moved_in,
    cast(counted.promotions as integer) as promotions,
    cast(counted.exits as integer) as exits,
    cast(counted.moved_out as integer) as moved_out,
    cast(counted.stock as integer) as stock,
    coalesce(known.first_month <= counted.month_end, false) as is_known
from counted
left join known on known.rung = counted.rung and known.area_code = counted.area_code
order by counted.rung, counted.area_code, counted.month_end;

drop table stood;
drop table rung;
