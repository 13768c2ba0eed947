-- one row per plan, tier, batch and day of a list of new titles that reaches the plan's area
with told as (
    select tier, batch, event_on, area_code
    from core.source_reading
    where kind = 'list' and event = 'recognition'
    union
    -- a ledger's rows carry the days of the lists they stand for; a mere "holds the title" has none
    select event.tier, event.batch, event.event_on, event.area_code
    from core.recognition_event as event
    inner join core.source_reading as reading on reading.reading_id = event.reading_id
    where
        reading.kind = 'ledger'
        and event.event = 'recognition'
        and coalesce(event.dated_by, 'row') <> 'held'
),
reached as (
    select told.tier, told.batch, told.event_on, below.area_code
    from told
    inner join core.area_closure as below on below.ancestor_code = told.area_code
    union
    select told.tier, told.batch, told.event_on, above.ancestor_code as area_code
    from told
    inner join core.area_closure as above on above.area_code = told.area_code
)
select distinct plan.plan_id, reached.tier, reached.batch, reached.event_on
from reached
inner join core.plan as plan on plan.area_code = reached.area_code
order by plan.plan_id, reached.tier, reached.event_on, reached.batch;
