-- one row per event of a tier or a higher one that is dated by a day, named so that another build's can be found; of some
-- enterprises and of those that have one of some events
with keyed as (
    select event.enterprise_id
    from core.recognition_event as event
    where event.event_id in (select unnest($keys)) and not event.is_derived
    union
    select event.enterprise_id
    from core.recognition_event as event
    join core.enterprise using (enterprise_id)
    where event.is_derived
        and concat('lapse ', event.reading_id, ' ', event.tier, ' ', coalesce(enterprise.uscc, enterprise.name_key))
            in (select unnest($keys))
),
asked as (
    select enterprise_id from keyed
    union
    select unnest($ids) as enterprise_id
)

select
    event.enterprise_id,
    -- a lapse that is derived from a list has no row of its own, and enterprises are numbered anew in every build
    case
        when event.is_derived
            then concat('lapse ', event.reading_id, ' ', event.tier, ' ', coalesce(enterprise.uscc, enterprise.name_key))
        else event.event_id
    end as event_key,
    event.event in ('recognition', 'review_passed') as is_title,
    event.event_on,
    event.area_code,
    event.reading_id,
    event.file_id,
    event.row,
from core.recognition_event as event
join asked using (enterprise_id)
join core.tier_inclusion as inclusion on inclusion.via_tier = event.tier
join core.indicator on indicator.tier = inclusion.tier and indicator.indicator_id = $indicator_id
join core.enterprise using (enterprise_id)
where event.event_on <= $day
order by event.event_on, event_key
