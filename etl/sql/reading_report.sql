-- one row per reading: what was read and what became of it
select
    file.original_name, reading.reading_id, reading.kind, reading.tier, reading.event, reading.batch,
    reading.event_on, reading.period_end, reading.area_code, reading.read, reading.accepted, reading.out_of_area, reading.rejected,
    reading.duplicate, reading.blank, reading.rejected_cells, reading.stated, reading.repeated,
    reading.is_complete, reading.accepted_by, reading.accepted_on, reading.accept_reason
from core.source_reading as reading
inner join core.source_file as file on file.file_id = reading.file_id
order by coalesce(reading.event_on, reading.period_end), file.original_name, reading.reading_id;
