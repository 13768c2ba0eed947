-- one row per area, measure and wanted period: the value in the newest file
select area_code, measure, period_end, value
from (
    select
        value.area_code, value.indicator_id as measure, value.period_end, value.value,
        row_number() over (
            partition by value.area_code, value.indicator_id, value.period_end
            order by
                file.received_on desc nulls last, value.file_id desc,
                value.sheet desc nulls last, value.row desc nulls last, value.value desc
        ) as place
    from core.reported_value as value
    left join core.source_file as file on file.file_id = value.file_id
    where
        list_contains($measures, value.indicator_id)
        and list_contains($days, value.period_end)
        and value.value is not null
) as stated
where place = 1
order by area_code, measure, period_end;
