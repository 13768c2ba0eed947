-- one row per refused row of a list or ledger: a name that is in our files and still counts nowhere
select distinct
    refused.name_as_printed as name, refused.rule, refused.value, refused.candidates, reading.tier,
    file.original_name as file, refused.sheet as file_sheet, refused.row as file_row
from core.rejected_row as refused
inner join core.source_reading as reading on reading.reading_id = refused.reading_id
inner join core.source_file as file on file.file_id = refused.file_id
where
    reading.kind in ('list', 'ledger')
    and refused.rule <> 'duplicate_in_list'
    and refused.name_as_printed is not null
order by file.original_name, refused.sheet, refused.row, refused.rule;
