-- one row per file and reading that counts; a file of which nothing counts has one row without a reading
select
    file.file_id,
    file.original_name as file_name,
    file.withdrawn_on,
    file.supersedes,
    reading.reading_id,
from core.source_file as file
left join core.source_reading as reading on reading.file_id = file.file_id
order by file.file_id, reading.reading_id
