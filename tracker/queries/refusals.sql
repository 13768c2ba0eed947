-- one row per row or cell of a source file that was refused, with the rule that refused it
select
    file.original_name,
    refused.sheet,
    refused.row,
    refused."column",
    refused.rule,
    refused.value,
    refused.name_as_printed,
    refused.candidates,
from core.rejected_row as refused
left join core.source_file as file on file.file_id = refused.file_id
order by file.original_name, refused.sheet, refused.row, refused."column"
