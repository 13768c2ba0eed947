-- one row per source file of a build: its names and the paper behind it
select
    file.file_id,
    file.original_name,
    file.issuer,
    file.source,
    string_agg(distinct reading.document_no, '、' order by reading.document_no) as document_no,
    file.received_on,
    file.withdrawn_on,
from core.source_file as file
left join core.source_reading as reading on reading.file_id = file.file_id
group by file.file_id, file.original_name, file.issuer, file.source, file.received_on, file.withdrawn_on
order by file.received_on, file.original_name
