-- one row per cell in which an enterprise states a part of a formula for the end of a period, the newest of each
select
    value.enterprise_id,
    value.period_end,
    value.measure,
    case $language when 'zh' then definition.name_zh else definition.name_en end as measure_name,
    definition.unit,
    value.value,
    value.value_text,
    value.file_id,
    file.original_name,
    value.sheet,
    value.row,
    value."column",
from core.enterprise_value as value
join core.measure_definition as definition on definition.measure = value.measure
left join core.source_file as file using (file_id)
where value.measure in ($numerator, $denominator)
qualify row_number() over (
    partition by value.enterprise_id, value.measure, value.period_end
    order by
        file.received_on desc nulls last, value.file_id desc,
        value.sheet desc nulls last, value.row desc nulls last, value.value desc
) = 1
order by value.enterprise_id, value.measure
