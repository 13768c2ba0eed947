-- one row per data debt of an area or of no single one: what makes a published number less certain
select
    debt.kind,
    file.original_name as file_name,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    case $language when 'zh' then tier.short_zh else tier.short_en end as tier_short,
    debt.number,
    debt.detail,
from core.data_debt as debt
left join core.area_closure as inside on inside.area_code = debt.area_code and inside.ancestor_code = $area_code
-- a list of the province tells of its cities too
left join core.area_closure as above on above.area_code = $area_code and above.ancestor_code = debt.area_code
left join core.source_reading as reading on reading.reading_id = debt.reading_id
left join core.source_file as file on file.file_id = reading.file_id
left join core.area on area.area_code = debt.area_code
left join core.tier on tier.tier = debt.tier
where debt.area_code is null or inside.area_code is not null or above.area_code is not null
order by debt.kind, file.original_name, area.sort, debt.number desc
