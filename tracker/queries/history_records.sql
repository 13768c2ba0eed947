-- one row per event or pool entry of a history: from when on it is on record, for which tier and where
with example as (
    select distinct example_id from core.history
)

select
    example.example_id,
    tier.sort as title,
    cast(area.rowid as bigint) as area,
    event.event_on as since_on,
    event.event_on,
    event.batch,
from core.recognition_event as event
join example on example.example_id = event.enterprise_id
join core.tier on tier.tier = event.tier
join core.area on area.area_code = event.area_code
where not event.is_derived
union all
-- an entry of which nobody says since when has always been there
select
    example.example_id,
    tier.sort as title,
    cast(area.rowid as bigint) as area,
    coalesce(pool_entry.entered_on, date '1900-01-01') as since_on,
    null as event_on,
    null as batch,
from core.pool_entry
join example on example.example_id = pool_entry.enterprise_id
join core.tier on tier.tier = pool_entry.level
join core.area on area.area_code = pool_entry.area_code
order by example_id, since_on, title
