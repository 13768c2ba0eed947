-- one row per reading of a file and gap: what keeps it from being complete, and how much
select gap.reading_id, gap.gap, gap.number
from core.reading_gap as gap
inner join core.source_reading as reading on reading.reading_id = gap.reading_id
where reading.file_id = $file_id
order by gap.reading_id, gap.gap;
