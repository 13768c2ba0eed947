-- one row per event that an enterprise can stand by: its batch, day and last day of validity
select rowid as event_number, batch, event_on, valid_to
from core.recognition_event
where event in ('recognition', 'review_passed', 'publicity', 'review_publicity')
order by event_number
