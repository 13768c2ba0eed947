-- one row per enterprise, measure and year of the last five whose value is of the whole year: the newest statement
select
    value.enterprise_id,
    value.measure,
    cast(year(value.period_end) as integer) as year,
    arg_max(value.value, (value.period_end, file.received_on, value.file_id, value.sheet, value.row)) as value,
from core.enterprise_value as value
join core.measure_definition as measure using (measure)
left join core.source_file as file using (file_id)
where value.measure in (select unnest($measures))
    and value.value is not null
    and value.period_end <= $as_of
    and year(value.period_end) > year(cast($as_of as date)) - 5
    -- what runs up within a year is the year's only at its end
    and (measure.accumulates is distinct from 'within_year' or month(value.period_end) = 12)
group by value.enterprise_id, value.measure, year(value.period_end)
