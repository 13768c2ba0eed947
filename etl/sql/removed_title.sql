-- one row per title that a later revocation, lapse or move out ends, with the day of the first of them
create table core.removed_title as
with removal as (
    select enterprise_id, tier, event_on
    from core.recognition_event
    where event in ('revoked', 'lapsed', 'moved_out')
)
select granted.event_id, min(removal.event_on) as removed_on
from core.recognition_event as granted
inner join removal
    on removal.enterprise_id = granted.enterprise_id
    and removal.tier = granted.tier
    and removal.event_on > granted.event_on
where granted.event in ('recognition', 'review_passed')
group by granted.event_id;
