-- one row per enterprise, measure and wanted period: the value in the newest file
select enterprise_id, measure, period_end, value
from (
    select
        value.enterprise_id, value.measure, value.period_end, value.value,
        row_number() over (
            partition by value.enterprise_id, value.measure, value.period_end
            order by
                file.received_on desc nulls last, value.file_id desc,
                value.sheet desc nulls last, value.row desc nulls last, value.value desc
        ) as place
    from core.enterprise_value as value
    left join core.source_file as file on file.file_id = value.file_id
    where
        list_contains($measures, value.measure)
        and list_contains($days, value.period_end)
        and value.value is not null
) as stated
where place = 1
order by enterprise_id, measure, period_end;
