-- one row per file of which a build counts something
select distinct reading.file_id
from core.source_reading as reading
order by reading.file_id
