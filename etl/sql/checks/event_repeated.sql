-- one row per event that stands twice: there must be none
select event_id, count(*) as number from core.recognition_event group by event_id having count(*) > 1;
