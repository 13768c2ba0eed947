-- one row per enterprise that stated a measure: its newest value up to a date, of two the one in the newest file
select value.enterprise_id, value.value, value.value_text, value.period_end
from core.enterprise_value as value
left join core.source_file as file using (file_id)
where value.measure = $measure and value.period_end <= $as_of
qualify row_number() over (
    partition by value.enterprise_id
    order by
        value.period_end desc, file.received_on desc nulls last, value.file_id desc,
        value.sheet desc nulls last, value.row desc nulls last, value.value desc nulls last
) = 1
