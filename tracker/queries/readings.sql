-- one row per source file and reading of it, newest file first: what was read and what became of it
select
    file.original_name,
    file.issuer,
    file.received_on,
    file.withdrawn_on,
    reading.reading_id,
    reading.kind,
    reading.event,
    reading.batch,
    reading.event_on,
    reading.period_end,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    announced.announced,
    announced.announced <> announced.read as announced_differs,
    reading.read,
    reading.accepted,
    reading.out_of_area,
    reading.rejected,
    reading.rejected_cells,
    reading.duplicate,
    reading.blank,
    reading.is_complete,
    reading.accepted_by,
    reading.accepted_on,
    reading.accept_reason,
from core.source_file as file
left join core.source_reading as reading on reading.file_id = file.file_id
left join core.announced_number as announced
    on announced.reading_id = reading.reading_id and announced.scope = 'total'
left join core.area on area.area_code = reading.area_code
left join core.tier on tier.tier = reading.tier
order by file.received_on desc, file.original_name, reading.reading_id
