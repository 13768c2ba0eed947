-- one row per reported cell of some measures: the newest statement of each area and period, with its place
select
    value.area_code,
    value.period_end,
    value.indicator_id as measure,
    case $language when 'zh' then area.short_zh else area.short_en end as area_short,
    coalesce(
        case $language when 'zh' then measure.name_zh else measure.name_en end,
        case $language when 'zh' then indicator.name_zh else indicator.name_en end
    ) as name,
    coalesce(measure.unit, indicator.unit) as unit,
    value.value,
    value.numerator,
    value.denominator,
    file.original_name,
    value.sheet,
    value.row,
    value."column",
    value.file_id,
from core.reported_value as value
left join core.source_file as file using (file_id)
left join core.area as area using (area_code)
left join core.measure_definition as measure on measure.measure = value.indicator_id
left join core.indicator as indicator on indicator.indicator_id = value.indicator_id
where value.indicator_id in ($indicator_id, $numerator, $denominator)
    and (value.value is not null or (value.numerator is not null and value.denominator is not null))
qualify row_number() over (
    partition by value.area_code, value.indicator_id, value.period_end
    order by
        file.received_on desc nulls last, value.file_id desc,
        value.sheet desc nulls last, value.row desc nulls last, value.value desc nulls last
) = 1
order by area.sort, value.area_code, value.indicator_id
