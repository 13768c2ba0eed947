-- one row per measure and period that an enterprise stated: its newest statement and where it stands
select
    value.measure,
    case $language when 'zh' then measure.name_zh else measure.name_en end as name,
    measure.unit,
    measure.kind,
    measure.frequency,
    value.period_end,
    value.value,
    value.value_text,
    file.original_name,
    value.sheet,
    value.row,
    value."column",
from core.enterprise_value as value
join core.measure_definition as measure using (measure)
left join core.source_file as file using (file_id)
where value.enterprise_id = $enterprise_id
qualify row_number() over (
    partition by value.measure, value.period_end
    order by
        file.received_on desc nulls last, value.file_id desc,
        value.sheet desc nulls last, value.row desc nulls last, value.value desc nulls last
) = 1
order by measure.rowid, value.period_end
