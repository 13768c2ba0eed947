-- one row per value of an enterprise, of a measure in one of the last five years, that is of the whole year; the newest
-- statement of a year has the largest `newness`
with asked as (
    select enterprise_id, period_end, value, file_id, sheet, row
    from core.enterprise_value
    where measure = $measure
        and value is not null
        and period_end <= $as_of
        and year(period_end) > year(cast($as_of as date)) - 5
),
-- the newer the file, the larger its number: of millions of values numbers are compared faster than names
source as (
    select
        asked.file_id, asked.sheet,
        row_number() over (order by file.received_on, asked.file_id, asked.sheet) as source_number,
    from (select distinct file_id, sheet from asked) as asked
    left join core.source_file as file using (file_id)
)

select
    value.enterprise_id,
    cast(year(value.period_end) as integer) as year,
    value.value,
    date_diff('day', date '1970-01-01', value.period_end) * 17592186044416
        + source.source_number * 16777216
        + coalesce(value.row, 16777215) as newness,
from asked as value
join core.measure_definition as measure on measure.measure = $measure
join source on source.file_id is not distinct from value.file_id and source.sheet is not distinct from value.sheet
-- what runs up within a year is the year's only at its end
where measure.accumulates is distinct from 'within_year' or month(value.period_end) = 12
