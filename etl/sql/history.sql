-- one row per enterprise with events or pool entries: the first of those that have the same, which stands for them all
-- Recognitions come in lists, so that few histories are shared by many. What is counted of an enterprise follows from
-- its own events and entries alone, and from the order of their ids where nothing else decides.
create or replace table core.history as
with kind as (
    select
        tier, event, batch, event_on, counts_from, expires_on, awaiting_until, publicity_until, dated_by, area_code,
        row_number() over (order by tier, event, event_on) as kind_number
    from core.recognition_event
    group by
        tier, event, batch, event_on, counts_from, expires_on, awaiting_until, publicity_until, dated_by, area_code
),
numbered as (
    select
        event.enterprise_id,
        row_number() over (partition by event.enterprise_id order by event.event_number) * 1000000000 + kind.kind_number
            as step
    from core.recognition_event as event
    inner join kind
        on kind.tier = event.tier
        and kind.event = event.event
        and kind.event_on = event.event_on
        and kind.area_code = event.area_code
        and kind.batch is not distinct from event.batch
        and kind.counts_from is not distinct from event.counts_from
        and kind.expires_on is not distinct from event.expires_on
        and kind.awaiting_until is not distinct from event.awaiting_until
        and kind.publicity_until is not distinct from event.publicity_until
        and kind.dated_by is not distinct from event.dated_by
    union all
    -- below zero, so that no event is taken for an entry
    select enterprise_id, -dense_rank() over (order by level, entered_on, left_on, area_code) as step
    from core.pool_entry
),
events as (
    select enterprise_id, list_sort(list(step)) as steps
    from numbered
    group by enterprise_id
),
first_with as (
    select steps, min(enterprise_id) as example_id from events group by steps
)
select events.enterprise_id, first_with.example_id
from events
inner join first_with on first_with.steps = events.steps
order by events.enterprise_id;

-- one row per history: the enterprise that stands for all that share it, and how many they are
create or replace table core.example as
select example_id as enterprise_id, cast(count(*) as integer) as enterprises
from core.history
group by example_id;
