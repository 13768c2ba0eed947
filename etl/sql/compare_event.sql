-- one row per event of one of some enterprises, with the row of the list that states it
select
    event.event_id, event.enterprise_id, event.tier, event.event, event.event_on, event.counts_from,
    event.valid_to, event.valid_to_estimated, event.is_derived, event.area_code,
    file.original_name as file, event.sheet as file_sheet, event.row as file_row
from core.recognition_event as event
inner join (select unnest(cast($enterprise_ids as bigint[])) as enterprise_id) as asked
    on asked.enterprise_id = event.enterprise_id
left join core.source_file as file on file.file_id = event.file_id
order by event.enterprise_id, event.event_on, event.event_id;
