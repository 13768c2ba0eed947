-- one row per enterprise that counts in a tier and an area on a day, with the row of the list that its title stands on
with held as (
    select tenure.enterprise_id, tenure.via_tier, tenure.status, tenure.area_code
    from core.tenure as tenure
    inner join core.area_closure as inside on inside.area_code = tenure.area_code
    where
        inside.ancestor_code = $area_code
        and tenure.tier = $tier
        and tenure.status in ('in_force', 'awaiting_review')
        and tenure.from_on <= $day
        and tenure.to_on > $day
),
-- of several titles that hold on the day the one that tenure itself takes: in force before awaiting, then the newest
granted as (
    select
        event.enterprise_id, event.batch, event.event_on, event.valid_to, event.valid_to_estimated,
        event.file_id, event.sheet, event.row,
        row_number() over (
            partition by event.enterprise_id
            order by case when event.expires_on > $day then 1 else 2 end, event.event_on desc, event.event_id
        ) as place
    from held
    inner join core.recognition_event as event
        on event.enterprise_id = held.enterprise_id and event.tier = held.via_tier
    left join core.recognition_event as ending
        on ending.enterprise_id = event.enterprise_id
        and ending.tier = event.tier
        and ending.event in ('revoked', 'lapsed', 'moved_out')
        and ending.event_on > event.event_on
        and ending.event_on <= $day
    where
        event.event in ('recognition', 'review_passed')
        and event.counts_from <= $day
        and event.awaiting_until > $day
        and ending.event_id is null
)
select
    held.enterprise_id, enterprise.name, enterprise.uscc, held.area_code, held.status, held.via_tier,
    granted.batch, granted.event_on, granted.valid_to, granted.valid_to_estimated,
    file.original_name as file, granted.sheet as file_sheet, granted.row as file_row
from held
inner join core.enterprise as enterprise on enterprise.enterprise_id = held.enterprise_id
left join granted on granted.enterprise_id = held.enterprise_id and granted.place = 1
left join core.source_file as file on file.file_id = granted.file_id
order by held.area_code, enterprise.name, held.enterprise_id;
