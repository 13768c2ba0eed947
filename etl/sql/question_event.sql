-- one row per event of the enterprises with some codes, and per row refused because its name is ambiguous, oldest first
with asked as (
    select enterprise.enterprise_id, enterprise.uscc
    from core.enterprise as enterprise
    where list_contains($codes, enterprise.uscc)
)
select
    event.file_id, file.original_name as file, file.received_on, event.sheet, event.row,
    event.name_as_printed as name, asked.uscc, event.tier, event.event, event.event_on, event.area_code
from core.recognition_event as event
inner join asked on asked.enterprise_id = event.enterprise_id
left join core.source_file as file on file.file_id = event.file_id
where not event.is_derived
union all
select
    refused.file_id, file.original_name as file, file.received_on, refused.sheet, refused.row,
    refused.name_as_printed as name, cast(null as varchar) as uscc, cast(null as varchar) as tier,
    cast(null as varchar) as event, cast(null as date) as event_on, cast(null as varchar) as area_code
from core.rejected_row as refused
left join core.source_file as file on file.file_id = refused.file_id
where refused.rule = 'identity_ambiguous'
order by 10, 2, 4, 5;
