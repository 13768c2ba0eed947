-- one row per enterprise and tier that ever held the title or a higher one: when first, and whether newly recognised
create or replace table core.example_first_title as
with counted as (
    select
        granted.enterprise_id, inclusion.tier, granted.event_on, granted.event, granted.area_code,
        -- a mere √ in a ledger says that the title is held, not since when
        granted.event = 'recognition' and coalesce(granted.dated_by, 'row') <> 'held' as is_new,
        row_number() over (
            partition by granted.enterprise_id, inclusion.tier
            -- a review on the very day of a recognition is the weaker claim
            order by granted.event_on, granted.event, inclusion.distance, granted.event_id
        ) as place
    from core.recognition_event as granted
    inner join core.example on example.enterprise_id = granted.enterprise_id
    inner join core.tier_inclusion as inclusion on inclusion.via_tier = granted.tier
    where granted.event in ('recognition', 'review_passed')
)
select enterprise_id, tier, event_on as first_on, is_new, area_code
from counted
where place = 1;

create view core.first_title as
select history.enterprise_id, first.tier, first.first_on, first.is_new, first.area_code
from core.history as history
inner join core.example_first_title as first on first.enterprise_id = history.example_id;
