-- one row per event and pool entry of an enterprise, oldest first, with the place where it stands in its file
with told as (
    select
        event.tier, event.event, event.batch, event.event_on, event.valid_from, event.valid_to,
        event.valid_to_estimated, event.is_derived, event.document_no, event.name_as_printed, event.area_code,
        event.file_id, event.sheet, event.row, event."column",
    from core.recognition_event as event
    where event.enterprise_id = $enterprise_id
    union all
    select
        pool_entry.level, 'pool', null, pool_entry.entered_on, null, pool_entry.left_on - 1,
        false, false, null, null, pool_entry.area_code,
        pool_entry.file_id, pool_entry.sheet, pool_entry.row, pool_entry."column",
    from core.pool_entry
    where pool_entry.enterprise_id = $enterprise_id
)

select
    told.*,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    file.original_name,
from told
left join core.tier using (tier)
left join core.area using (area_code)
left join core.source_file as file using (file_id)
order by told.event_on, tier.sort, told.event
