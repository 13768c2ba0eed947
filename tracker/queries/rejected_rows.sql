-- one row per row or cell of a source file that was refused and names an enterprise or a credit code
select
    rejected_row.name_as_printed,
    rejected_row.rule,
    rejected_row.value,
    rejected_row.candidates,
    file.original_name,
    rejected_row.sheet,
    rejected_row.row,
    rejected_row."column",
from core.rejected_row
left join core.source_file as file using (file_id)
where rejected_row.name_as_printed is not null or rejected_row.value is not null
