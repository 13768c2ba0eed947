-- one row per event by which those of a history can stand at a tier (or be shown for it), the one that decides last
select
    event.enterprise_id as example_id,
    tier.sort as title,
    event.event in ('publicity', 'review_publicity') as is_shown,
    -- a title decided before its window counts from the window on; both days are known or the event counts never
    case
        when event.event in ('publicity', 'review_publicity') or event.counts_from < event.event_on
            then event.event_on
        else event.counts_from
    end as from_on,
    event.batch,
    event.event_on,
    event.valid_to,
from core.recognition_event as event
join core.tier on tier.tier = event.tier
join (select distinct example_id from core.history) as example on example.example_id = event.enterprise_id
where event.event in ('recognition', 'review_passed', 'publicity', 'review_publicity')
order by event.enterprise_id, tier.sort, is_shown, event.event_on, event.rowid
