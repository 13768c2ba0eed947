-- one row per reading of a report whose refused values do not add up to what its refusals take out: there must be none
with refused as (
    select reading_id, sum(number) as number from core.rejected_row group by reading_id
)
select reading.reading_id, reading.rejected, reading.duplicate, refused.number
from core.source_reading as reading
left join refused on refused.reading_id = reading.reading_id
where
    reading.kind in ('enterprise_values', 'area_values')
    and reading.rejected + reading.duplicate <> coalesce(refused.number, 0);
