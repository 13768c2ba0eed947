-- one row per data debt of the build: what makes a published number less certain, and who accepted it
select
    debt.kind,
    file.original_name as file_name,
    -- what no district has is short for every city alike; its name says which
    case
        when $language = 'zh' and area.kind = 'unassigned' then area.name_zh
        when $language = 'zh' then area.short_zh
        when area.kind = 'unassigned' then area.name_en
        else area.short_en
    end as area_short,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    debt.number,
    debt.detail,
    debt.accepted_by,
    debt.accepted_on,
    debt.accept_reason,
    -- a list that was read twice, as shown to the public and as decided, tells which of the two it is
    case when files.readings > 1 then reading.event end as event,
from core.data_debt as debt
left join core.source_reading as reading on reading.reading_id = debt.reading_id
left join core.source_file as file on file.file_id = reading.file_id
left join (
    select file_id, count(*) as readings
    from core.source_reading
    group by file_id
) as files on files.file_id = reading.file_id
left join core.area on area.area_code = debt.area_code
left join core.tier on tier.tier = debt.tier
order by debt.kind, file.original_name, area.sort, debt.detail
