-- one row per tier-count indicator, area, month end and basis (in_force, ever, new)
-- Enterprises with the same events are counted through the one that stands for them (history.sql).
create table mart.observation as
with change_on as (
    select
        held.tier, held.area_code, held.from_on as day, held.status, held.own_status, held.is_highest,
        example.enterprises as step
    from core.example_tenure as held
    inner join core.example on example.enterprise_id = held.enterprise_id
    union all
    select
        held.tier, held.area_code, held.to_on as day, held.status, held.own_status, held.is_highest,
        -example.enterprises as step
    from core.example_tenure as held
    inner join core.example on example.enterprise_id = held.enterprise_id
),
-- the state of the title on a month end is what the changes up to it add up to
monthly_change as (
    select
        change_on.tier,
        closure.ancestor_code as area_code,
        last_day(change_on.day) as month_end,
        sum(case when change_on.status = 'in_force' then change_on.step else 0 end) as in_force,
        sum(case when change_on.status = 'awaiting_review' then change_on.step else 0 end) as awaiting,
        sum(case when change_on.status = 'publicity' then change_on.step else 0 end) as publicity,
        sum(case when change_on.own_status in ('in_force', 'awaiting_review') then change_on.step else 0 end) as own_title,
        sum(case when change_on.is_highest and change_on.status in ('in_force', 'awaiting_review') then change_on.step else 0 end)
            as highest_only
    from change_on
    inner join core.area_closure as closure on closure.area_code = change_on.area_code
    group by change_on.tier, closure.ancestor_code, last_day(change_on.day)
),
monthly_first as (
    select
        first_title.tier,
        closure.ancestor_code as area_code,
        last_day(first_title.first_on) as month_end,
        sum(example.enterprises) as ever,
        sum(case when first_title.is_new then example.enterprises else 0 end) as newly
    from core.example_first_title as first_title
    inner join core.example on example.enterprise_id = first_title.enterprise_id
    inner join core.area_closure as closure on closure.area_code = first_title.area_code
    group by first_title.tier, closure.ancestor_code, last_day(first_title.first_on)
),
-- what tells of a tier on a day: a list, or a ledger whose rows state such a title
told as (
    select reading_id, tier, area_code, event_on from core.source_reading where kind = 'list'
    union
    select event.reading_id, event.tier, reading.area_code, event.event_on
    from core.recognition_event as event
    inner join core.source_reading as reading on reading.reading_id = event.reading_id
    where reading.kind = 'ledger'
),
-- a list whose rows only name an area around this one leaves open what of them is here
vague as (
    select reading.reading_id, inside.area_code
    from core.reading_vague as reading
    inner join core.area_closure as inside on inside.ancestor_code = reading.area_code
),
-- lists of a tier reach an area when they cover it or a part of it; before the first of them nothing is known
reach as (
    select told.tier, below.area_code, min(told.event_on) as first_on
    from told
    inner join core.area_closure as below on below.ancestor_code = told.area_code
    left join vague on vague.reading_id = told.reading_id and vague.area_code = below.area_code
    where vague.area_code is null
    group by told.tier, below.area_code
    union all
    select told.tier, above.ancestor_code as area_code, min(told.event_on) as first_on
    from told
    inner join core.area_closure as above on above.area_code = told.area_code
    group by told.tier, above.ancestor_code
),
known_from as (
    select tier, area_code, min(first_on) as first_on from reach group by tier, area_code
),
newest_list as (
    select told.tier, calendar.month_end, max(told.event_on) as source_day
    from core.calendar as calendar
    inner join told on told.event_on <= calendar.month_end
    group by told.tier, calendar.month_end
),
-- before a tier's first event in an area, and where none ever was, there is nothing to add up
moved as (
    select tier, area_code from monthly_change
    union
    select tier, area_code from monthly_first
),
summed as (
    select
        moved.tier, moved.area_code, calendar.month_end,
        sum(coalesce(monthly_change.in_force, 0)) over so_far as in_force,
        sum(coalesce(monthly_change.awaiting, 0)) over so_far as awaiting,
        sum(coalesce(monthly_change.publicity, 0)) over so_far as publicity,
        sum(coalesce(monthly_change.own_title, 0)) over so_far as own_title,
        sum(coalesce(monthly_change.highest_only, 0)) over so_far as highest_only,
        sum(coalesce(monthly_first.ever, 0)) over so_far as ever,
        coalesce(monthly_first.newly, 0) as newly
    from moved
    cross join core.calendar as calendar
    left join monthly_change
        on monthly_change.tier = moved.tier
        and monthly_change.area_code = moved.area_code
        and monthly_change.month_end = calendar.month_end
    left join monthly_first
        on monthly_first.tier = moved.tier
        and monthly_first.area_code = moved.area_code
        and monthly_first.month_end = calendar.month_end
    window so_far as (
        partition by moved.tier, moved.area_code
        order by calendar.month_end
        rows between unbounded preceding and current row
    )
),
grid as (
    select indicator.indicator_id, indicator.tier, area.area_code, calendar.month_end
    from core.indicator as indicator
    cross join core.area as area
    cross join core.calendar as calendar
    where indicator.formula = 'tier_count' and area.is_tracked
),
judged as (
    select
        grid.indicator_id, grid.area_code, grid.month_end, newest_list.source_day,
        coalesce(summed.in_force, 0) as in_force,
        coalesce(summed.awaiting, 0) as awaiting,
        coalesce(summed.publicity, 0) as publicity,
        coalesce(summed.own_title, 0) as own_title,
        coalesce(summed.highest_only, 0) as highest_only,
        coalesce(summed.ever, 0) as ever,
        coalesce(summed.newly, 0) as newly,
        case when known_from.first_on <= grid.month_end then 'ok' else 'no_data' end as state
    from grid
    left join summed
        on summed.tier = grid.tier
        and summed.area_code = grid.area_code
        and summed.month_end = grid.month_end
    left join known_from on known_from.tier = grid.tier and known_from.area_code = grid.area_code
    left join newest_list on newest_list.tier = grid.tier and newest_list.month_end = grid.month_end
),
based as (
    select
        indicator_id, area_code, month_end, 'in_force' as basis, in_force + awaiting as counted,
        in_force, awaiting, publicity, own_title, highest_only, source_day, state
    from judged
    union all
    select
        indicator_id, area_code, month_end, 'ever' as basis, ever as counted,
        null as in_force, null as awaiting, null as publicity, null as own_title, null as highest_only, source_day, state
    from judged
    union all
    select
        indicator_id, area_code, month_end, 'new' as basis, newly as counted,
        null as in_force, null as awaiting, null as publicity, null as own_title, null as highest_only, source_day, state
    from judged
)
select
    indicator_id,
    area_code,
    month_end as period_end,
    basis,
    case when state = 'ok' then cast(counted as double) end as value,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    cast(in_force as integer) as in_force,
    cast(awaiting as integer) as awaiting,
    cast(publicity as integer) as publicity,
    cast(own_title as integer) as own_title,
    cast(highest_only as integer) as highest_only,
    case when state = 'ok' then source_day end as source_period_end,
    cast(null as integer) as expected_units,
    cast(null as integer) as reported_units,
    state
from based
order by indicator_id, area_code, basis, period_end;
