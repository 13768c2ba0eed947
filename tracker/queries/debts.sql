-- one row per data debt, of one area and of no single one or of the whole build: what makes a number less certain
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
    -- its codes in brackets as names
    case
        when about_area.area_code is not null
        then replace(
            debt.detail,
            concat('[area:', about_area.area_code, ']'),
            case $language when 'zh' then about_area.name_zh else about_area.name_en end
        )
        when about_indicator.indicator_id is not null
        then replace(
            debt.detail,
            concat('[indicator:', about_indicator.indicator_id, ']'),
            case $language when 'zh' then about_indicator.name_zh else about_indicator.name_en end
        )
        else debt.detail
    end as detail,
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
left join core.area as about_area on about_area.area_code = regexp_extract(debt.detail, '\[area:([^]]+)\]', 1)
left join core.indicator as about_indicator
    on about_indicator.indicator_id = regexp_extract(debt.detail, '\[indicator:([^]]+)\]', 1)
left join core.area_closure as inside on inside.area_code = debt.area_code and inside.ancestor_code = $area_code
-- a list of the province tells of its cities too
left join core.area_closure as above on above.area_code = $area_code and above.ancestor_code = debt.area_code
left join core.tier on tier.tier = debt.tier
where cast($area_code as varchar) is null
    or debt.area_code is null
    or inside.area_code is not null
    or above.area_code is not null
order by debt.kind, file.original_name, area.sort, debt.number desc, debt.detail, debt.tier, debt.reading_id
