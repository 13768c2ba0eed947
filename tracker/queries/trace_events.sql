-- one row per event up to a day by which enterprises come to hold a tier, with the place where it stands in its file
select
    event.enterprise_id,
    event.tier,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    event.event,
    event.batch,
    event.event_on,
    event.valid_from,
    event.valid_to,
    event.document_no,
    event.name_as_printed,
    event.is_derived,
    event.file_id,
    file.original_name,
    event.sheet,
    event.row,
    event."column",
from core.recognition_event as event
join core.tier_inclusion as inclusion on inclusion.via_tier = event.tier
join core.tier on tier.tier = event.tier
left join core.source_file as file using (file_id)
where inclusion.tier = $tier and event.event_on <= $day
order by event.enterprise_id, event.event_on, tier.sort, event.event
