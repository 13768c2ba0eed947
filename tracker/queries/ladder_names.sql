-- one row per enterprise on a rung of an area on a date or at the end of the year before, with how it came or went
with span as (
    select $as_of as as_of, cast(date_trunc('year', cast($as_of as date)) as date) - 1 as year_before
),
entered as (
    select enterprise_id, area_code, coalesce(entered_on, date '1900-01-01') as from_on,
        coalesce(left_on, date '9999-12-31') as to_on
    from core.pool_entry
    where $rung = 'pool' or $below = 'pool'
),
stretch as (
    select enterprise_id, day as from_on, lead(day) over (partition by enterprise_id order by day) as to_on
    from (select enterprise_id, from_on as day from entered union select enterprise_id, to_on from entered)
),
-- of several pools that hold it at once the one entered last says where it stands (as etl/sql/ladder_move.sql)
pool as (
    select stretch.enterprise_id, entered.area_code, stretch.from_on, stretch.to_on
    from stretch
    join entered on entered.enterprise_id = stretch.enterprise_id
        and entered.from_on <= stretch.from_on and entered.to_on > stretch.from_on
    qualify row_number() over (
        partition by stretch.enterprise_id, stretch.from_on order by entered.from_on desc, entered.area_code
    ) = 1
),
-- of the rung itself and of the one below it
standing as (
    select 'pool' as rung, enterprise_id, area_code, from_on, to_on
    from pool
    union all
    select tier, enterprise_id, area_code, from_on, to_on
    from core.tenure
    where tier in ($rung, $below) and status in ('in_force', 'awaiting_review')
),
inside as (
    select standing.enterprise_id, standing.area_code, standing.from_on, standing.to_on,
        coalesce(
            lag(standing.to_on) over (partition by standing.enterprise_id order by standing.from_on)
                <> standing.from_on,
            true
        ) as is_arrival
    from standing
    join core.area_closure as closure
        on closure.area_code = standing.area_code and closure.ancestor_code = $area_code
    where standing.rung = $rung and standing.from_on < standing.to_on
),
compared as (
    select
        enterprise_id,
        coalesce(bool_or(from_on <= year_before and to_on > year_before), false) as stood_before,
        coalesce(bool_or(from_on <= as_of and to_on > as_of), false) as stands,
        max(from_on) filter (is_arrival and from_on <= as_of) as came_on,
        max(to_on) filter (to_on <= as_of) as went_on,
        arg_max(area_code, from_on) filter (from_on <= as_of) as area_code,
    from inside
    cross join span
    where from_on <= as_of
    group by enterprise_id
)

select
    compared.enterprise_id,
    compared.area_code,
    case
        when stands and stood_before then 'stays'
        when stands and exists (
            from standing
            where standing.rung = $rung and standing.enterprise_id = compared.enterprise_id
                and standing.to_on = compared.came_on
        ) then 'moved_in'
        when stands and exists (
            from standing
            where standing.rung = $below and standing.enterprise_id = compared.enterprise_id
                and standing.from_on < compared.came_on and standing.to_on >= compared.came_on
        ) then 'promotion'
        when stands then 'entry'
        when exists (
            from standing
            where standing.rung = $rung and standing.enterprise_id = compared.enterprise_id
                and standing.from_on = compared.went_on
        ) then 'moved_out'
        else 'exit'
    end as kind,
    case when stands and stood_before then null when stands then came_on else went_on end as changed_on,
from compared
where stands or stood_before
order by compared.enterprise_id
